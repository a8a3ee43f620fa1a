/* SPDX-License-Identifier: GPL-2.0-only */
/* Inodes, their attributes and extents, held to those of real MDTs. */
#include <sys/stat.h>

#include "ondisk/inode.h"
#include "tests/unit/inode_vectors.h"
#include "tests/unit/suites.h"
#include "tests/unit/vector.h"

START_TEST(core)
{
	struct inode_core i;
	const char *why;

	ck_assert_int_eq(inode_decode(inode_file, sizeof(inode_file), &i, &why), 0);
	ck_assert_uint_eq(i.mode, S_IFREG | 0644);
	ck_assert_uint_eq(i.nlink, 1);
	ck_assert_uint_eq(i.generation, 0x9a0e3d35);
	ck_assert_uint_eq(i.flags, EXT4_FL_EXTENTS);
	ck_assert_uint_eq(i.ctime, 0x6b04464a);
	ck_assert_uint_eq(i.mtime, 0x6b04464a);
	ck_assert_uint_eq(i.dtime, 0);
	ck_assert_uint_eq(i.size, 0);
	ck_assert_uint_eq(i.blocks, 0);
	ck_assert_uint_eq(i.file_acl, 0);
	ck_assert_uint_eq(i.extra_isize, 32);
	ck_assert_ptr_eq(i.block_area, inode_file + 40);

	ck_assert_int_eq(inode_decode(inode_huge, sizeof(inode_huge), &i, &why), 0);
	ck_assert_uint_eq(i.blocks, 120);

	ck_assert_int_eq(inode_decode(inode_link, sizeof(inode_link), &i, &why), 0);
	ck_assert_uint_eq(i.mode, S_IFLNK | 0777);
	ck_assert_uint_eq(i.size, 15);
	ck_assert_uint_eq(i.extra_isize, 28);
	ck_assert_mem_eq(i.block_area, "../init.d/httpd", 15);
}
END_TEST

START_TEST(high_words)
{
	u8 raw[256] = { 0 };
	struct inode_core i;
	const char *why;

	raw[2] = 0x01;		/* uid */
	raw[4] = 0x02;		/* size */
	raw[24] = 0x03;		/* gid */
	raw[28] = 0x04;		/* blocks */
	raw[104] = 0x05;	/* EA block */
	raw[108] = 0x12;	/* size, high */
	raw[116] = 0x14;	/* blocks, high */
	raw[118] = 0x15;	/* EA block, high */
	raw[120] = 0x11;	/* uid, high */
	raw[122] = 0x13;	/* gid, high */
	raw[128] = 32;		/* extra size */
	raw[0x9c] = 0x21;	/* project */
	ck_assert_int_eq(inode_decode(raw, sizeof(raw), &i, &why), 0);
	ck_assert_uint_eq(i.uid, 0x110001);
	ck_assert_uint_eq(i.gid, 0x130003);
	ck_assert_uint_eq(i.size, 0x1200000002);
	ck_assert_uint_eq(i.blocks, 0x1400000004);
	ck_assert_uint_eq(i.file_acl, 0x1500000005);
	ck_assert_uint_eq(i.projid, 0x21);
	raw[128] = 28;
	ck_assert_int_eq(inode_decode(raw, sizeof(raw), &i, &why), 0);
	ck_assert_uint_eq(i.projid, 0);
}
END_TEST

static int extra_with(u16 extra, u32 size)
{
	struct inode_core i = { .nlink = 77 };
	u8 raw[512] = { 0 };
	const char *why;
	int rc;

	raw[128] = (u8)extra;
	raw[129] = (u8)(extra >> 8);
	rc = inode_decode(raw, size, &i, &why);
	ck_assert(rc ? why && i.nlink == 77 : !why);
	return rc;
}

START_TEST(extra_size)
{
	ck_assert_int_eq(extra_with(0, 256), 0);
	ck_assert_int_eq(extra_with(128, 256), 0);
	ck_assert_int_eq(extra_with(132, 256), -EBADMSG);
	ck_assert_int_eq(extra_with(30, 256), -EBADMSG);
	ck_assert_int_eq(extra_with(0xfffc, 512), -EBADMSG);
	/* A small inode has none, whatever follows it. */
	ck_assert_int_eq(extra_with(0xffff, 128), 0);
	ck_assert_int_eq(extra_with(0, 127), -EBADMSG);
	ck_assert_int_eq(extra_with(0, 129), -EBADMSG);
}
END_TEST

START_TEST(body_attributes)
{
	static const char *const names[] = { "lma", "lov", "link", "som", "hsm" };
	static const u32 sizes[] = { 24, 56, 44, 24, 24 };
	struct xattr_walk w;
	struct xattr_raw x;
	u32 i = 0;

	ck_assert(xattr_walk_body(&w, inode_file, sizeof(inode_file), 32));
	while (xattr_walk_next(&w, &x) == 1) {
		ck_assert_uint_lt(i, 5);
		ck_assert_uint_eq(x.name_index, 4);
		ck_assert_uint_eq(x.namelen, strlen(names[i]));
		ck_assert_mem_eq(x.name, names[i], x.namelen);
		ck_assert_uint_eq(x.value_len, sizes[i]);
		ck_assert_uint_eq(x.value_ino, 0);
		i++;
	}
	ck_assert_uint_eq(i, 5);
	ck_assert_int_eq(xattr_walk_next(&w, &x), 0);
	ck_assert_ptr_null(w.why);
}
END_TEST

START_TEST(body_values)
{
	struct xattr_walk w;
	struct xattr_raw x;

	ck_assert(xattr_walk_body(&w, inode_link, sizeof(inode_link), 28));
	ck_assert_int_eq(xattr_walk_next(&w, &x), 1);
	ck_assert_uint_eq(x.value_len, 64);
	ck_assert_uint_eq(x.value[8], 0x00);
	ck_assert_uint_eq(x.value[9], 0x04);
	ck_assert_uint_eq(x.value[16], 0xf4);
	ck_assert_int_eq(xattr_walk_next(&w, &x), 1);
	ck_assert_uint_eq(x.value_len, 50);
	ck_assert_mem_eq(x.value + 42, "K15httpd", 8);
	ck_assert_int_eq(xattr_walk_next(&w, &x), 0);
}
END_TEST

START_TEST(body_without)
{
	u8 raw[256] = { 0 };
	struct xattr_walk w;

	ck_assert(!xattr_walk_body(&w, raw, 128, 0));
	ck_assert(!xattr_walk_body(&w, raw, 256, 32));
	memcpy(raw + 128 + 32, "\0\0\2\xea", 4);
	ck_assert(xattr_walk_body(&w, raw, 256, 32));
	ck_assert(!xattr_walk_body(&w, raw, 256, 0));
	ck_assert(!xattr_walk_body(&w, raw, 256, 128));
	ck_assert(!xattr_walk_body(&w, raw, 256, 126));
}
END_TEST

START_TEST(value_in_inode)
{
	struct xattr_walk w;
	struct xattr_raw x;

	ck_assert(xattr_walk_body(&w, inode_huge, sizeof(inode_huge), 32));
	do
		ck_assert_int_eq(xattr_walk_next(&w, &x), 1);
	while (x.name_index != 1);
	ck_assert_mem_eq(x.name, "huge", 4);
	ck_assert_uint_eq(x.value_len, 60000);
	ck_assert_uint_eq(x.value_ino, 0x61d);
	ck_assert_uint_eq(x.hash, 0x46230d89);
	ck_assert_ptr_null(x.value);
	ck_assert_int_eq(xattr_walk_next(&w, &x), 0);
}
END_TEST

START_TEST(block_attributes)
{
	struct xattr_walk w;
	struct xattr_raw x;
	const char *why;

	ck_assert_int_eq(xattr_walk_block(&w, ea_block, sizeof(ea_block), &why), 0);
	ck_assert_int_eq(xattr_walk_next(&w, &x), 1);
	ck_assert_uint_eq(x.name_index, 1);
	ck_assert_mem_eq(x.name, "k9", 2);
	ck_assert_uint_eq(x.value_len, 50);
	ck_assert_ptr_eq(x.value, ea_block + 4044);
	ck_assert_int_eq(xattr_walk_next(&w, &x), 1);
	ck_assert_mem_eq(x.name, "k10", 3);
	ck_assert_int_eq(xattr_walk_next(&w, &x), 0);
	ck_assert_int_eq(xattr_walk_block(&w, inode_file, sizeof(inode_file), &why), -EBADMSG);
}
END_TEST

/* What the walk says of the first attribute of a block. */
static int walk_first(const u8 block[sizeof(ea_block)])
{
	struct xattr_walk w;
	struct xattr_raw x;
	const char *why;
	int rc;

	rc = xattr_walk_block(&w, block, sizeof(ea_block), &why);
	if (rc) {
		ck_assert_ptr_nonnull(why);
		return rc;
	}
	rc = xattr_walk_next(&w, &x);
	ck_assert(rc >= 0 || w.why);
	return rc;
}

static int block_with(size_t at, u8 value)
{
	u8 block[sizeof(ea_block)];

	memcpy(block, ea_block, sizeof(block));
	block[at] = value;
	return walk_first(block);
}

/* The value of the first attribute moved. */
static int block_with_offset(u16 offset)
{
	u8 block[sizeof(ea_block)];

	memcpy(block, ea_block, sizeof(block));
	block[34] = (u8)offset;
	block[35] = (u8)(offset >> 8);
	return walk_first(block);
}

START_TEST(broken_attributes)
{
	ck_assert_int_eq(block_with(0, 0), 1);
	ck_assert_int_eq(block_with(2, 3), -EBADMSG);
	ck_assert_int_eq(block_with(8, 2), -EBADMSG);
	/* The terminator takes bytes 72 to 75, and the second descriptor begins at 52. */
	ck_assert_int_eq(block_with_offset(76), 1);
	ck_assert_int_eq(block_with_offset(72), -EBADMSG);
	ck_assert_int_eq(block_with_offset(52), -EBADMSG);
	ck_assert_int_eq(block_with_offset(4096), -EBADMSG);
	/* A value past the end; an endless one. */
	ck_assert_int_eq(block_with(40, 53), -EBADMSG);
	ck_assert_int_eq(block_with(43, 0xff), -EBADMSG);
	/* An empty value needs no place. */
	ck_assert_int_eq(block_with(40, 0), 1);
	/* A NUL in the name. */
	ck_assert_int_eq(block_with(49, 0), -EBADMSG);
}
END_TEST

START_TEST(table_without_end)
{
	u8 raw[164] = { 0 };
	struct xattr_walk w;
	struct xattr_raw x;

	memcpy(raw + 128 + 32, "\0\0\2\xea", 4);
	ck_assert(xattr_walk_body(&w, raw, sizeof(raw), 32));
	ck_assert_int_eq(xattr_walk_next(&w, &x), -EBADMSG);
	ck_assert_ptr_nonnull(w.why);
	ck_assert_int_eq(xattr_walk_next(&w, &x), -EBADMSG);
}
END_TEST

START_TEST(extents)
{
	struct extent_node n;
	struct extent_rec r;
	const char *why;

	ck_assert_int_eq(extent_node_decode(inode_dir + 40, 60, &n, &why), 0);
	ck_assert_uint_eq(n.entries, 2);
	ck_assert_uint_eq(n.max, 4);
	ck_assert_uint_eq(n.depth, 0);
	extent_leaf_at(&n, 0, &r);
	ck_assert_uint_eq(r.logical, 0);
	ck_assert_uint_eq(r.count, 1);
	ck_assert_uint_eq(r.physical, 20372);
	extent_leaf_at(&n, 1, &r);
	ck_assert_uint_eq(r.logical, 1);
	ck_assert_uint_eq(r.count, 2);
	ck_assert_uint_eq(r.physical, 105761);
	ck_assert(!r.unwritten);
	ck_assert_int_eq(extent_node_decode(inode_file + 40, 60, &n, &why), 0);
	ck_assert_uint_eq(n.entries, 0);
}
END_TEST

START_TEST(extent_entries)
{
	u8 node[60] = { 0x0a, 0xf3, 2, 0, 4, 0, 1, 0 };
	struct extent_node n;
	struct extent_rec r;
	const char *why;

	memcpy(node + 12, "\1\0\0\0\0\x80\2\0\3\0\0\0", 12);
	memcpy(node + 24, "\1\0\0\0\5\x80\2\0\3\0\0\0", 12);
	ck_assert_int_eq(extent_node_decode(node, 60, &n, &why), 0);
	extent_leaf_at(&n, 0, &r);
	ck_assert_uint_eq(r.count, 32768);
	ck_assert(!r.unwritten);
	ck_assert_uint_eq(r.physical, 0x200000003);
	extent_leaf_at(&n, 1, &r);
	ck_assert_uint_eq(r.count, 5);
	ck_assert(r.unwritten);
	extent_index_at(&n, 1, &r);
	ck_assert_uint_eq(r.logical, 1);
	ck_assert_uint_eq(r.physical, 0x300028005);
}
END_TEST

static int extent_with(size_t at, u8 value)
{
	u8 node[60] = { 0x0a, 0xf3, 2, 0, 4, 0, 1, 0 };
	struct extent_node n;
	const char *why;
	int rc;

	node[at] = value;
	rc = extent_node_decode(node, sizeof(node), &n, &why);
	ck_assert(rc ? why != NULL : !why);
	return rc;
}

START_TEST(broken_extents)
{
	ck_assert_int_eq(extent_with(6, 5), 0);
	ck_assert_int_eq(extent_with(6, 6), -EBADMSG);
	ck_assert_int_eq(extent_with(0, 0), -EBADMSG);
	ck_assert_int_eq(extent_with(2, 5), -EBADMSG);
	ck_assert_int_eq(extent_with(2, 0), -EBADMSG);
	ck_assert_int_eq(extent_with(4, 5), -EBADMSG);
	ck_assert_int_eq(extent_with(4, 1), -EBADMSG);
}
END_TEST

START_TEST(descriptor)
{
	u8 wide[64] = { 0 };
	struct group_desc g;

	group_desc_decode(group_desc, sizeof(group_desc), &g);
	ck_assert_uint_eq(g.block_bitmap, 101);
	ck_assert_uint_eq(g.inode_bitmap, 114);
	ck_assert_uint_eq(g.inode_table, 127);
	ck_assert_uint_eq(g.free_inodes, 21419);
	ck_assert_uint_eq(g.itable_unused, 21225);
	ck_assert_uint_eq(g.flags, 4);
	memcpy(wide, group_desc, 32);
	wide[32] = wide[36] = wide[40] = 1;
	wide[46] = wide[50] = 1;
	group_desc_decode(wide, sizeof(wide), &g);
	ck_assert_uint_eq(g.block_bitmap, 0x100000065);
	ck_assert_uint_eq(g.inode_bitmap, 0x100000072);
	ck_assert_uint_eq(g.inode_table, 0x10000007f);
	ck_assert_uint_eq(g.free_inodes, 0x10000 + 21419);
	ck_assert_uint_eq(g.itable_unused, 0x10000 + 21225);
}
END_TEST

static u64 walk(struct xattr_walk *w)
{
	struct xattr_raw x;
	u64 sum = 0;
	int rc;

	while ((rc = xattr_walk_next(w, &x)) == 1) {
		sum += x.hash + hostile_touch(x.name, x.namelen);
		if (!x.value_ino)
			sum += hostile_touch(x.value, x.value_len);
	}
	ck_assert(!rc || w->why);
	return sum;
}

static u64 decode_inode(const u8 *data, size_t len)
{
	struct inode_core i;
	struct extent_node n;
	struct extent_rec r;
	struct xattr_walk w;
	const char *why;
	u64 sum;
	u32 k;

	if (inode_decode(data, (u32)len, &i, &why))
		return 1;
	sum = i.size + i.file_acl;
	if (xattr_walk_body(&w, data, (u32)len, i.extra_isize))
		sum += walk(&w);
	if (extent_node_decode(i.block_area, EXT4_N_BLOCKS_BYTES, &n, &why))
		return sum;
	for (k = 0; k < n.entries; k++) {
		extent_leaf_at(&n, k, &r);
		sum += r.physical;
		extent_index_at(&n, k, &r);
		sum += r.physical;
	}
	return sum;
}

static u64 decode_block(const u8 *data, size_t len)
{
	struct xattr_walk w;
	const char *why;

	return xattr_walk_block(&w, data, (u32)len, &why) ? 1 : walk(&w);
}

START_TEST(hostile)
{
	hostile_run(inode_file, sizeof(inode_file), 320, decode_inode);
	hostile_run(inode_huge, sizeof(inode_huge), 320, decode_inode);
	hostile_run(inode_dir, sizeof(inode_dir), 200, decode_inode);
	hostile_run(inode_link, sizeof(inode_link), 256, decode_inode);
	hostile_run(ea_block, sizeof(ea_block), 72, decode_block);
}
END_TEST

Suite *suite_inode(void)
{
	TCase *tc;
	Suite *s = suite_begin("inode", &tc);

	tcase_add_test(tc, core);
	tcase_add_test(tc, high_words);
	tcase_add_test(tc, extra_size);
	tcase_add_test(tc, body_attributes);
	tcase_add_test(tc, body_values);
	tcase_add_test(tc, body_without);
	tcase_add_test(tc, value_in_inode);
	tcase_add_test(tc, block_attributes);
	tcase_add_test(tc, broken_attributes);
	tcase_add_test(tc, table_without_end);
	tcase_add_test(tc, extents);
	tcase_add_test(tc, extent_entries);
	tcase_add_test(tc, broken_extents);
	tcase_add_test(tc, descriptor);
	tcase_add_test(tc, hostile);
	return s;
}
