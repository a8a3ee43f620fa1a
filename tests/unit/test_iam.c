/* SPDX-License-Identifier: GPL-2.0-only */
/* IAM containers, held to OI and fld blocks of real MDTs. */
#include "ondisk/iam.h"
#include "tests/unit/suites.h"
#include "tests/unit/vector.h"

#define BLOCK 4096

/* 2.17: root of an oi.16 file with many leaves, its count lowered to 8. */
static const u8 oi_root[4096] = {
	0xed, 0xb1, 0xab, 0xed, 0x0b, 0x00, 0x00, 0x00, 0x10, 0x00, 0x08, 0x00,
	0x04, 0x00, 0x00, 0x00, 0xcb, 0x00, 0x08, 0x00, 0x7e,
	[0x34] =
	0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x04, 0x02,
	0x00, 0x00, 0x00, 0x52, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x04, 0x02, 0x00, 0x00, 0x00, 0xa7,
	0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02,
	0x00, 0x00, 0x04, 0x02, 0x00, 0x00, 0x00, 0xfc, 0x00, 0x00, 0x00, 0x00,
	0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x04, 0x02,
	0x00, 0x00, 0x01, 0x51, 0x00, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x04, 0x02, 0x00, 0x00, 0x01, 0xa6,
	0x00, 0x00, 0x00, 0x00, 0x06, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02,
	0x00, 0x00, 0x04, 0x02, 0x00, 0x00, 0x01, 0xfb, 0x00, 0x00, 0x00, 0x00,
	0x07,
};

/* 2.10: leaf of an oi.16 file: the sentinel and three records. */
static const u8 oi_leaf[4096] = {
	0x76, 0x19, 0x04,
	[0x1f] =
	0x02, 0x40, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x89, 0xcd, 0x2a, 0xa2, 0x37, 0x00, 0x00, 0x00,
	0x02, 0x40, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x92, 0xcd, 0x2a, 0xa2, 0x41, 0x00, 0x00, 0x00,
	0x02, 0x40, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x68, 0x6e, 0xcd, 0x2a, 0xa2, 0x7d,
};

/* 2.10 MDT1 and 2.17 MDT0: fld records of a metadata and an object range. */
static const u8 fld_mdt[32] = {
	0x00, 0x00, 0x00, 0x02, 0x40, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x02,
	0x40, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x02, 0x80, 0x00, 0x04, 0x00,
	0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00,
};

static const u8 fld_ost[32] = {
	0x00, 0x00, 0x00, 0x02, 0xc0, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x02,
	0xc0, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x04, 0x00,
	0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01,
};

static const struct iam_shape oi_shape = {
	.keysize = OI_KEY_SIZE,
	.recsize = OI_REC_SIZE,
	.ptrsize = 4,
	.block_size = BLOCK,
};

START_TEST(root)
{
	struct iam_shape s;
	struct iam_node n;
	struct cursor key;
	const char *why;
	u64 seq;

	ck_assert_int_eq(iam_root_decode(oi_root, BLOCK, &s, &n, &why), 0);
	ck_assert_uint_eq(s.keysize, OI_KEY_SIZE);
	ck_assert_uint_eq(s.recsize, OI_REC_SIZE);
	ck_assert_uint_eq(s.ptrsize, 4);
	ck_assert_uint_eq(s.levels, 0);
	ck_assert_uint_eq(s.block_size, BLOCK);
	ck_assert_uint_eq(n.limit, 203);
	ck_assert_uint_eq(n.count, 8);
	ck_assert_uint_eq(iam_node_child(&n, 1), 1);
	ck_assert(!memcmp(iam_node_key(&n, 1), (u8[OI_KEY_SIZE]){ 0 }, OI_KEY_SIZE));
	ck_assert_uint_eq(iam_node_child(&n, 2), 2);
	key = cursor_make(iam_node_key(&n, 2), s.keysize);
	seq = cursor_be64(&key);
	ck_assert_uint_eq(seq, 0x200000402);
	ck_assert_uint_eq(cursor_be32(&key), 0x52);
	ck_assert_uint_eq(iam_node_child(&n, 7), 7);
}
END_TEST

START_TEST(leaf)
{
	struct oi_record r;
	struct iam_leaf l;
	const char *why;

	ck_assert_int_eq(iam_leaf_decode(oi_leaf, &oi_shape, &l, &why), 0);
	ck_assert_uint_eq(l.count, 4);
	oi_record_decode(iam_leaf_record(&l, 0), &r);
	ck_assert(oi_record_is_sentinel(&r));
	oi_record_decode(iam_leaf_record(&l, 1), &r);
	ck_assert(!oi_record_is_sentinel(&r));
	ck_assert_uint_eq(r.fid.seq, 0x240000400);
	ck_assert_uint_eq(r.fid.oid, 1);
	ck_assert_uint_eq(r.ino, 0x89);
	ck_assert_uint_eq(r.generation, 0xcd2aa237);
	oi_record_decode(iam_leaf_record(&l, 3), &r);
	ck_assert_uint_eq(r.fid.oid, 3);
	ck_assert_uint_eq(r.ino, 0x686e);
}
END_TEST

START_TEST(fld)
{
	struct fld_range r;

	fld_record_decode(fld_mdt, &r);
	ck_assert_uint_eq(r.start, 0x240000400);
	ck_assert_uint_eq(r.end, 0x280000400);
	ck_assert_uint_eq(r.index, 1);
	ck_assert_uint_eq(r.flags, 0);
	fld_record_decode(fld_ost, &r);
	ck_assert_uint_eq(r.start, 0x2c0000400);
	ck_assert_uint_eq(r.index, 1);
	ck_assert_uint_eq(r.flags, 1);
}
END_TEST

START_TEST(index_node)
{
	u8 block[BLOCK] = { 0 };
	struct iam_node n;
	const char *why;

	/* A node is a root without its first 16 bytes, and holds one slot more. */
	memcpy(block, oi_root + 16, 8 * 20);
	ck_assert_int_eq(iam_node_decode(block, &oi_shape, &n, &why), -EBADMSG);
	block[0] = 204;
	ck_assert_int_eq(iam_node_decode(block, &oi_shape, &n, &why), 0);
	ck_assert_uint_eq(n.count, 8);
	ck_assert_uint_eq(iam_node_child(&n, 7), 7);
}
END_TEST

static int root_with(size_t at, u8 value)
{
	struct iam_shape s = { .block_size = 77 };
	u8 block[BLOCK];
	struct iam_node n;
	const char *why;
	int rc;

	memcpy(block, oi_root, BLOCK);
	block[at] = value;
	rc = iam_root_decode(block, BLOCK, &s, &n, &why);
	ck_assert(rc ? why && s.block_size == 77 : !why);
	return rc;
}

START_TEST(broken_root)
{
	ck_assert_int_eq(root_with(0, 0xed), 0);
	ck_assert_int_eq(root_with(0, 0xee), -EBADMSG);
	ck_assert_int_eq(root_with(5, 1), -EBADMSG);
	ck_assert_int_eq(root_with(8, 0), -EBADMSG);
	ck_assert_int_eq(root_with(8, 65), -EBADMSG);
	ck_assert_int_eq(root_with(11, 0xff), -EBADMSG);
	ck_assert_int_eq(root_with(12, 8), -EBADMSG);
	ck_assert_int_eq(root_with(14, 4), 0);
	ck_assert_int_eq(root_with(14, 5), -EBADMSG);
	ck_assert_int_eq(root_with(16, 204), -EBADMSG);
	ck_assert_int_eq(root_with(18, 203), 0);
	ck_assert_int_eq(root_with(18, 204), -EBADMSG);
	ck_assert_int_eq(root_with(18, 1), -EBADMSG);
}
END_TEST

START_TEST(lvar_root)
{
	static const u8 block[BLOCK] = { 0xce, 0xfa, 0x1d, 0xb0, 8, 0, 4, 0 };
	struct iam_shape s;
	struct iam_node n;
	const char *why;

	ck_assert_int_eq(iam_root_decode(block, BLOCK, &s, &n, &why), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(why, "lvar"));
}
END_TEST

static int leaf_with(u16 magic, u16 count)
{
	struct iam_leaf l;
	u8 block[BLOCK];
	const char *why;

	memcpy(block, oi_leaf, BLOCK);
	block[0] = (u8)magic;
	block[1] = (u8)(magic >> 8);
	block[2] = (u8)count;
	block[3] = (u8)(count >> 8);
	return iam_leaf_decode(block, &oi_shape, &l, &why);
}

START_TEST(broken_leaf)
{
	ck_assert_int_eq(leaf_with(IAM_LEAF_MAGIC, 0), 0);
	ck_assert_int_eq(leaf_with(IAM_LEAF_MAGIC, 170), 0);
	ck_assert_int_eq(leaf_with(IAM_LEAF_MAGIC, 171), -EBADMSG);
	ck_assert_int_eq(leaf_with(IAM_LEAF_MAGIC, 0xffff), -EBADMSG);
	ck_assert_int_eq(leaf_with(IAM_IDLE_MAGIC, 4), -EBADMSG);
	ck_assert_int_eq(leaf_with(0, 4), -EBADMSG);
}
END_TEST

static u64 touch_node(const struct iam_node *n)
{
	u64 sum = 0;
	u32 i;

	for (i = 1; i < n->count; i++)
		sum += iam_node_child(n, i) + hostile_touch(iam_node_key(n, i), n->keysize);
	return sum;
}

/* As a root, and as a node and a leaf of an OI file with blocks of this size. */
static u64 decode(const u8 *data, size_t len)
{
	struct iam_shape s = oi_shape;
	struct iam_leaf l;
	struct iam_node n;
	const char *why;
	u64 sum = 0;
	u32 i;

	if (!iam_root_decode(data, (u32)len, &s, &n, &why))
		sum += touch_node(&n);
	s.block_size = (u32)len;
	if (!iam_node_decode(data, &s, &n, &why))
		sum += touch_node(&n);
	if (!iam_leaf_decode(data, &s, &l, &why))
		for (i = 0; i < l.count; i++)
			sum += hostile_touch(iam_leaf_record(&l, i), l.record_size);
	return sum;
}

START_TEST(hostile)
{
	hostile_run(oi_root, BLOCK, 20, decode);
	hostile_run(oi_leaf, BLOCK, 4, decode);
}
END_TEST

Suite *suite_iam(void)
{
	TCase *tc;
	Suite *s = suite_begin("iam", &tc);

	tcase_add_test(tc, root);
	tcase_add_test(tc, leaf);
	tcase_add_test(tc, fld);
	tcase_add_test(tc, index_node);
	tcase_add_test(tc, broken_root);
	tcase_add_test(tc, lvar_root);
	tcase_add_test(tc, broken_leaf);
	tcase_add_test(tc, hostile);
	return s;
}
