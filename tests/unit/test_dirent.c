/* SPDX-License-Identifier: GPL-2.0-only */
/* Directory blocks, held to those of a real MDT and to composed ones. */
#include <sys/stat.h>

#include "ondisk/dirent.h"
#include "tests/unit/suites.h"
#include "tests/unit/vector.h"

/* 2.17: a directory of three files; the last record spans to the end. */
static const u8 dir_block[4096] = {
	0x23, 0x06, 0x00, 0x00, 0x0c, 0x00, 0x01, 0x02, 0x2e, 0x00, 0x00, 0x00,
	0x11, 0x7e, 0x00, 0x00, 0x1c, 0x00, 0x02, 0x12, 0x2e, 0x2e, 0x00, 0x11,
	0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x07, 0x00, 0x00, 0x00, 0x01,
	0x00, 0x00, 0x00, 0x00, 0x24, 0x06, 0x00, 0x00, 0x1c, 0x00, 0x02, 0x11,
	0x68, 0x31, 0x00, 0x11, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x04, 0x02,
	0x00, 0x00, 0x05, 0x09, 0x00, 0x00, 0x00, 0x00, 0x25, 0x06, 0x00, 0x00,
	0x1c, 0x00, 0x02, 0x11, 0x68, 0x32, 0x00, 0x11, 0x00, 0x00, 0x00, 0x02,
	0x00, 0x00, 0x04, 0x02, 0x00, 0x00, 0x05, 0x0a, 0x00, 0x00, 0x00, 0x00,
	0x26, 0x06, 0x00, 0x00, 0xa0, 0x0f, 0x02, 0x11, 0x68, 0x33, 0x00, 0x11,
	0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x04, 0x02, 0x00, 0x00, 0x05, 0x0b,
};

/* 2.17: root of an indexed directory with FID data in "..", most index slots blanked. */
static const u8 dx_root[4096] = {
	0x29, 0x06, 0x00, 0x00, 0x0c, 0x00, 0x01, 0x02, 0x2e, 0x00, 0x00, 0x00,
	0x11, 0x7e, 0x00, 0x00, 0xf4, 0x0f, 0x02, 0x12, 0x2e, 0x2e, 0x00, 0x11,
	0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x07, 0x00, 0x00, 0x00, 0x01,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x08, 0x01, 0x00,
	0xfa, 0x01, 0x02, 0x00, 0xfb, 0x01, 0x00, 0x00, 0x46, 0xec, 0x64, 0x82,
	0x01, 0x02, 0x00, 0x00, 0xf6, 0xc0, 0x56, 0x01, 0x02, 0x01, 0x00, 0x00,
	0x46, 0x4e, 0xfb, 0x01, 0xec, 0x01, 0x00, 0x00, 0x3c, 0x99, 0x65, 0x02,
	0x8b, 0x00, 0x00, 0x00, 0x30, 0x60, 0xcd, 0x02, 0x9e, 0x01, 0x00, 0x00,
	0x78, 0x0f, 0x58, 0x03,
};

static void put(u8 *p, u64 v, u32 n)
{
	for (; n--; v >>= 8)
		*p++ = (u8)v;
}

static void put_record(u8 *p, u32 ino, u16 rec_len, u8 namelen, u8 type)
{
	put(p, ino, 4);
	put(p + 4, rec_len, 2);
	p[6] = namelen;
	p[7] = type;
	memset(p + 8, 'n', namelen);
}

START_TEST(linear_block)
{
	static const char *const names[] = { ".", "..", "h1", "h2", "h3" };
	struct dirent_walk w;
	struct dirent_rec d;
	u32 i = 0;

	dirent_walk_begin(&w, dir_block, sizeof(dir_block));
	while (dirent_walk_next(&w, &d) == 1) {
		ck_assert_uint_eq(d.namelen, strlen(names[i]));
		ck_assert_mem_eq(d.name, names[i], d.namelen);
		ck_assert_int_eq(dirent_is_dot(&d), i == 0);
		ck_assert_int_eq(dirent_is_dotdot(&d), i == 1);
		ck_assert_int_eq(d.has_lufid, i != 0);
		ck_assert_uint_eq(d.type, i < 2 ? 2 : 1);
		ck_assert(!d.data_bad);
		if (i >= 2) {
			ck_assert_uint_eq(d.ino, 1572 + i - 2);
			ck_assert_uint_eq(d.lufid.seq, 0x200000402);
			ck_assert_uint_eq(d.lufid.oid, 0x509 + i - 2);
			ck_assert_uint_eq(d.lufid.ver, 0);
		}
		i++;
	}
	ck_assert_uint_eq(i, 5);
	ck_assert_ptr_null(w.why);
	ck_assert_int_eq(dirent_walk_next(&w, &d), 0);
	ck_assert_uint_eq(d.offset + d.rec_len, sizeof(dir_block));
}
END_TEST

START_TEST(index_root)
{
	struct dirent_walk w;
	struct dirent_rec d;

	dirent_walk_begin(&w, dx_root, sizeof(dx_root));
	ck_assert_int_eq(dirent_walk_next(&w, &d), 1);
	ck_assert(dirent_is_dot(&d));
	ck_assert_uint_eq(d.ino, 1577);
	ck_assert_int_eq(dirent_walk_next(&w, &d), 1);
	ck_assert(dirent_is_dotdot(&d));
	ck_assert_uint_eq(d.ino, 32273);
	ck_assert(d.has_lufid);
	ck_assert_uint_eq(d.lufid.seq, FID_SEQ_ROOT);
	ck_assert_uint_eq(d.lufid.oid, 1);
	ck_assert_uint_eq(d.rec_len, 4096 - 12);
	ck_assert_int_eq(dirent_walk_next(&w, &d), 0);
}
END_TEST

START_TEST(unused_records)
{
	u8 block[1024] = { 0 };
	struct dirent_walk w;
	struct dirent_rec d;

	/* An index block: one unused record over all of it. */
	put_record(block, 0, sizeof(block), 0, 0);
	dirent_walk_begin(&w, block, sizeof(block));
	ck_assert_int_eq(dirent_walk_next(&w, &d), 0);
	/* An unused record keeps its old name; a checksum tail ends the block. */
	put_record(block, 0, 16, 200, 1);
	put_record(block + 16, 5, 1024 - 28, 3, 1);
	put_record(block + 1012, 0, 12, 0, 0xde);
	dirent_walk_begin(&w, block, sizeof(block));
	ck_assert_int_eq(dirent_walk_next(&w, &d), 1);
	ck_assert_uint_eq(d.ino, 5);
	ck_assert_uint_eq(d.offset, 16);
	ck_assert_int_eq(dirent_walk_next(&w, &d), 0);
}
END_TEST

/* One record of rec_len and namelen in a block of 64 bytes. */
static int walk_one(u16 rec_len, u8 namelen)
{
	u8 block[64 + 256] = { 0 };
	struct dirent_walk w;
	struct dirent_rec d = { .ino = 77 };
	int rc;

	put_record(block, 12, rec_len, namelen, 1);
	dirent_walk_begin(&w, block, 64);
	rc = dirent_walk_next(&w, &d);
	if (rc < 0) {
		ck_assert_ptr_nonnull(w.why);
		ck_assert_uint_eq(d.ino, 77);
		ck_assert_int_eq(dirent_walk_next(&w, &d), rc);
	}
	return rc;
}

START_TEST(broken_records)
{
	ck_assert_int_eq(walk_one(64, 1), 1);
	ck_assert_int_eq(walk_one(64, 56), 1);
	ck_assert_int_eq(walk_one(64, 57), -EBADMSG);
	ck_assert_int_eq(walk_one(12, 4), 1);
	ck_assert_int_eq(walk_one(12, 5), -EBADMSG);
	ck_assert_int_eq(walk_one(64, 0), -EBADMSG);
	ck_assert_int_eq(walk_one(0, 1), -EBADMSG);
	ck_assert_int_eq(walk_one(4, 1), -EBADMSG);
	ck_assert_int_eq(walk_one(13, 1), -EBADMSG);
	ck_assert_int_eq(walk_one(68, 1), -EBADMSG);
	ck_assert_int_eq(walk_one(65535, 1), -EBADMSG);
	/* The second record's header would cross the end. */
	ck_assert_int_eq(walk_one(60, 1), 1);
}
END_TEST

START_TEST(tail_too_short)
{
	u8 block[64] = { 0 };
	struct dirent_walk w;
	struct dirent_rec d;

	put_record(block, 12, 60, 1, 1);
	dirent_walk_begin(&w, block, sizeof(block));
	ck_assert_int_eq(dirent_walk_next(&w, &d), 1);
	ck_assert_int_eq(dirent_walk_next(&w, &d), -EBADMSG);
}
END_TEST

START_TEST(large_blocks)
{
	u8 *block = calloc(1, 65536);
	static const u16 whole[] = { 0, 65535 };
	struct dirent_walk w;
	struct dirent_rec d;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(whole); i++) {
		put_record(block, 12, whole[i], 4, 1);
		dirent_walk_begin(&w, block, 65536);
		ck_assert_int_eq(dirent_walk_next(&w, &d), 1);
		ck_assert_uint_eq(d.rec_len, 65536);
		ck_assert_int_eq(dirent_walk_next(&w, &d), 0);
	}
	put_record(block, 12, 32768, 4, 1);
	put_record(block + 32768, 13, 32768, 4, 1);
	dirent_walk_begin(&w, block, 65536);
	ck_assert_int_eq(dirent_walk_next(&w, &d), 1);
	ck_assert_int_eq(dirent_walk_next(&w, &d), 1);
	ck_assert_uint_eq(d.ino, 13);
	ck_assert_int_eq(dirent_walk_next(&w, &d), 0);
	free(block);
}
END_TEST

/* A record "nn" of rec_len bytes with data flags and these bytes behind its NUL. */
static struct dirent_rec with_data(u16 rec_len, u8 flags, const u8 *data, size_t n)
{
	u8 block[128] = { 0 };
	struct dirent_walk w;
	struct dirent_rec d;

	put_record(block, 12, rec_len, 2, flags | 1);
	memcpy(block + 11, data, n);
	if (rec_len < sizeof(block))
		put_record(block + rec_len, 0, (u16)(sizeof(block) - rec_len), 0, 0);
	dirent_walk_begin(&w, block, sizeof(block));
	ck_assert_int_eq(dirent_walk_next(&w, &d), 1);
	ck_assert_uint_eq(d.type, 1);
	ck_assert_uint_eq(d.data_flags, flags);
	ck_assert_uint_eq(d.namelen, 2);
	return d;
}

START_TEST(data_items)
{
	u8 data[80] = { 17, 0, 0, 0, 2, 0, 0, 4, 1, 0, 0, 0, 9 };
	struct dirent_rec d;

	d = with_data(28, DIRENT_DATA_LUFID, data, 17);
	ck_assert(d.has_lufid && !d.data_bad);
	ck_assert_uint_eq(d.lufid.seq, 0x200000401);
	ck_assert_uint_eq(d.lufid.oid, 9);
	/* A record too short for them. */
	d = with_data(24, DIRENT_DATA_LUFID, data, 17);
	ck_assert(!d.has_lufid && d.data_bad);
	/* Followed by an upper inode number and a hash. */
	data[17] = 5;
	data[22] = 9;
	d = with_data(44, 0x70, data, 31);
	ck_assert(d.has_lufid && !d.data_bad);
	d = with_data(40, 0x70, data, 31);
	ck_assert(d.has_lufid && d.data_bad);
	/* Without a FID. */
	d = with_data(28, DIRENT_DATA_INO64, data + 17, 5);
	ck_assert(!d.has_lufid && !d.data_bad);
	d = with_data(28, 0x80, data, 17);
	ck_assert(!d.has_lufid && d.data_bad);
	/* Several FIDs: the first. */
	data[0] = 33;
	d = with_data(44, DIRENT_DATA_LUFID, data, 33);
	ck_assert(d.has_lufid && !d.data_bad);
	ck_assert_uint_eq(d.lufid.oid, 9);
}
END_TEST

START_TEST(data_lengths)
{
	u8 data[20] = { 0 };
	u8 len;

	for (len = 0; len < 40; len++) {
		struct dirent_rec d;

		data[0] = len;
		d = with_data(128, DIRENT_DATA_LUFID, data, sizeof(data));
		ck_assert_int_eq(d.data_bad, len != 17 && len != 33);
		ck_assert_int_eq(d.has_lufid, !d.data_bad);
	}
}
END_TEST

START_TEST(types)
{
	u8 t;

	for (t = 1; t <= 7; t++)
		ck_assert_uint_eq(dirent_mode_to_type(dirent_type_to_mode(t)), t);
	ck_assert_uint_eq(dirent_type_to_mode(0), 0);
	ck_assert_uint_eq(dirent_type_to_mode(8), 0);
	ck_assert_uint_eq(dirent_type_to_mode(0x12), S_IFDIR);
	ck_assert_uint_eq(dirent_mode_to_type(S_IFLNK | 0777), 7);
	ck_assert_uint_eq(dirent_mode_to_type(0644), 0);
}
END_TEST

static u64 walk(const u8 *data, size_t len)
{
	struct dirent_walk w;
	struct dirent_rec d;
	u64 sum = 0;
	int rc;

	dirent_walk_begin(&w, data, (u32)len);
	while ((rc = dirent_walk_next(&w, &d)) == 1)
		sum += d.ino + d.lufid.oid + d.data_bad + hostile_touch(d.name, d.namelen);
	ck_assert(!rc || w.why);
	return sum + w.off;
}

START_TEST(hostile)
{
	hostile_run(dir_block, sizeof(dir_block), 160, walk);
	hostile_run(dx_root, sizeof(dx_root), 64, walk);
}
END_TEST

Suite *suite_dirent(void)
{
	TCase *tc;
	Suite *s = suite_begin("dirent", &tc);

	tcase_add_test(tc, linear_block);
	tcase_add_test(tc, index_root);
	tcase_add_test(tc, unused_records);
	tcase_add_test(tc, broken_records);
	tcase_add_test(tc, tail_too_short);
	tcase_add_test(tc, large_blocks);
	tcase_add_test(tc, data_items);
	tcase_add_test(tc, data_lengths);
	tcase_add_test(tc, types);
	tcase_add_test(tc, hostile);
	return s;
}
