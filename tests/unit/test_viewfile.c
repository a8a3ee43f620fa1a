/* SPDX-License-Identifier: GPL-2.0-only */
/* What is read of directories, OI files and small files, whole and broken. */
#include "suites.h"
#include "vector.h"
#include "view_lab.h"

/* ---- directories ----------------------------------------------------------------------------- */

static u32 put_dirent(u8 *p, u32 ino, const char *name, u16 rec_len)
{
	put32(p, ino);
	put16(p + 4, rec_len);
	p[6] = (u8)strlen(name);
	p[7] = 0;
	memcpy(p + 8, name, strlen(name));
	return rec_len;
}

static void put_dots(struct lab *l, u32 block)
{
	u8 *b = block_of(l, block);

	put_dirent(b, DIR_INO, ".", 12);
	put_dirent(b + 12, 2, "..", 12);
	put_dirent(b + 24, FILE_INO, "first", BS - 24);
}

static void read_dir(struct lab *l)
{
	struct object o;

	l->entries = 0;
	memset(l->problems, 0, sizeof(l->problems));
	memset(l->names, 0, sizeof(l->names));
	view_pass_begin(l->view);
	/* The test changes what is called static. */
	l->buf->window.group = UINT32_MAX;
	ck_assert_int_eq(view_read_object(l->view, l->buf, DIR_INO, &o), 0);
	ck_assert_int_eq(view_read_dir(l->view, l->buf, &o, &dir_ops, l), 0);
}

/* Four blocks: 21, a hole, 23 and, through an indirect block, 24 as block 12. */
static u8 *make_dir(struct lab *l)
{
	u8 *raw = make_inode(l, DIR_INO, S_IFDIR | 0755, 13 * BS);

	put32(raw + 40, 21);
	put32(raw + 48, 23);
	put32(raw + 40 + 48, 25);
	put32(block_of(l, 25), 24);
	put_dots(l, 21);
	put_dirent(block_of(l, 23), FILE_INO, "second", BS);
	put_dirent(block_of(l, 24), FILE_INO, "third", BS);
	return raw;
}

START_TEST(dir_is_read)
{
	struct object o;
	struct lab l;

	lab_make(&l);
	make_dir(&l);
	lab_open(&l, true);
	read_dir(&l);
	ck_assert_str_eq(l.names, ". .. first second third ");
	ck_assert_uint_eq(problem_sum(&l), 0);
	/* Within a pass, a block belongs to one. */
	ck_assert_int_eq(view_read_object(l.view, l.buf, DIR_INO, &o), 0);
	ck_assert_int_eq(view_read_dir(l.view, l.buf, &o, &dir_ops, &l), 0);
	ck_assert_uint_eq(l.problems[PROBLEM_BLOCK_SHARED], 3);
	ck_assert_uint_eq(l.entries, 5);
	/* A callback ends it. */
	view_pass_begin(l.view);
	l.stop_after = (int)l.entries + 4;
	ck_assert_int_eq(view_read_dir(l.view, l.buf, &o, &dir_ops, &l), 7);
	ck_assert_uint_eq(l.entries, 9);
	lab_done(&l);
}
END_TEST

START_TEST(dir_by_extents)
{
	struct lab l;
	u8 *raw;

	lab_make(&l);
	raw = make_inode(&l, DIR_INO, S_IFDIR | 0755, 8 * BS) + 40;
	put32(raw - 8, EXT4_FL_EXTENTS);
	/* Root, one index entry -> block 30, a leaf: 0 -> 21, then 5..6 -> 23. */
	put16(raw, 0xF30A);
	put16(raw + 2, 1);
	put16(raw + 4, 4);
	put16(raw + 6, 1);
	put32(raw + 16, 30);
	raw = block_of(&l, 30);
	put16(raw, 0xF30A);
	put16(raw + 2, 2);
	put16(raw + 4, 80);
	put16(raw + 16, 1);
	put32(raw + 20, 21);
	put32(raw + 24, 5);
	put16(raw + 28, 2);
	put32(raw + 32, 23);
	put_dots(&l, 21);
	put_dirent(block_of(&l, 23), FILE_INO, "second", BS);
	put_dirent(block_of(&l, 24), FILE_INO, "third", BS);
	lab_open(&l, true);
	read_dir(&l);
	ck_assert_str_eq(l.names, ". .. first second third ");
	ck_assert_uint_eq(problem_sum(&l), 0);
	/* Out of order: not one entry of that node is believed. */
	put32(raw + 24, 0);
	read_dir(&l);
	ck_assert_uint_eq(l.problems[PROBLEM_DIR_MAP], 1);
	ck_assert_uint_eq(l.last.block, 30);
	ck_assert_uint_eq(l.entries, 0);
	lab_done(&l);
}
END_TEST

START_TEST(dir_problems)
{
	struct lab l;
	u8 *raw;

	lab_make(&l);
	raw = make_dir(&l);
	lab_open(&l, true);
	/* A broken record: what lies before it counts. */
	put_dirent(block_of(&l, 23), FILE_INO, "good", 16);
	put_dirent(block_of(&l, 23) + 16, FILE_INO, "bad", 7);
	read_dir(&l);
	ck_assert_str_eq(l.names, ". .. first good third ");
	ck_assert_uint_eq(l.problems[PROBLEM_DIR_BLOCK], 1);
	ck_assert_uint_eq(l.last.block, 23);
	ck_assert_uint_eq(l.last.logical, 2);
	put_dirent(block_of(&l, 23), FILE_INO, "second", BS);
	/* A block map that leads outside. */
	put32(raw + 48, NBLOCKS);
	put32(raw + 40 + 48, 1);
	read_dir(&l);
	ck_assert_str_eq(l.names, ". .. first ");
	ck_assert_uint_eq(l.problems[PROBLEM_DIR_MAP], 2);
	put32(raw + 48, 23);
	put32(raw + 40 + 48, 25);
	/* Twice the same block; no dots. */
	put32(raw + 48, 21);
	read_dir(&l);
	ck_assert_uint_eq(l.problems[PROBLEM_BLOCK_SHARED], 1);
	put32(raw + 40, 23);
	read_dir(&l);
	ck_assert_uint_eq(l.problems[PROBLEM_DIR_BLOCK], 1);
	ck_assert_str_eq(l.names, "second . .. first third ");
	put32(raw + 32, EXT4_FL_INLINE_DATA);
	read_dir(&l);
	ck_assert_uint_eq(l.problems[PROBLEM_DIR_MAP], 1);
	ck_assert_uint_eq(l.entries, 0);
	lab_done(&l);
}
END_TEST

START_TEST(dir_without_end)
{
	struct lab l;
	u8 *raw;

	lab_make(&l);
	raw = make_dir(&l);
	/* 2^50 bytes by a map whose every pointer is the same block. */
	put32(raw + 108, 1 << 18);
	for (u32 i = 0; i < BS / 4; i++)
		put32(block_of(&l, 25) + (size_t)i * 4, 25);
	put32(raw + 40 + 52, 25);
	put32(raw + 40 + 56, 25);
	lab_open(&l, true);
	read_dir(&l);
	ck_assert_uint_ge(l.problems[PROBLEM_DIR_MAP], 1);
	ck_assert_uint_lt(problem_sum(&l), 2 * NBLOCKS);
	lab_done(&l);
}
END_TEST

/* ---- index files ----------------------------------------------------------------------------- */

#define SEQ 0x200000400ULL
#define LEAVES 4U
#define PER_LEAF 10U

static void put_key(u8 *p, u32 oid)
{
	u64 seq = htobe64(SEQ);

	memcpy(p, &seq, 8);
	put32(p + 8, htobe32(oid));
	put32(p + 12, 0);
}

static void put_node(u8 *slots, u16 limit, u16 count)
{
	put16(slots, limit);
	put16(slots + 2, count);
}

/* Records 10 * leaf + 1 ... + 10, each pointing to inode 100 + oid. */
static void put_leaf(struct lab *l, u32 block, u32 leaf)
{
	u8 *b = block_of(l, block);
	u32 i;

	put16(b, IAM_LEAF_MAGIC);
	put16(b + 2, PER_LEAF);
	for (i = 0; i < PER_LEAF; i++) {
		u32 oid = leaf * PER_LEAF + i + 1;

		put_key(b + 4 + (size_t)i * 24, oid);
		put32(b + 4 + (size_t)i * 24 + 16, htobe32(100 + oid));
	}
}

/* Root in block 40 -> nodes 41, 42 -> two leaves each, 43..46: file blocks 0..6. */
static void make_oi(struct lab *l)
{
	u8 *raw = make_inode(l, FILE_INO, S_IFREG | 0644, 7 * BS);
	u8 *b = block_of(l, 40);
	u32 i;

	for (i = 0; i < 7; i++)
		put32(raw + 40 + (size_t)i * 4, 40 + i);
	put32(b, 0xedabb1ed);
	put32(b + 4, 0xb);
	put16(b + 8, 16);
	put16(b + 10, 8);
	put16(b + 12, 4);
	b[14] = 1;
	put_node(b + 16, 50, 3);
	put32(b + 16 + 36, 1);
	put_key(b + 16 + 40, 21);
	put32(b + 16 + 56, 2);
	for (i = 0; i < 2; i++) {
		b = block_of(l, 41 + i);
		put_node(b, 51, 3);
		put32(b + 36, 3 + 2 * i);
		put_key(b + 40, 20 * i + 11);
		put32(b + 56, 4 + 2 * i);
	}
	for (i = 0; i < LEAVES; i++)
		put_leaf(l, 43 + i, i);
}

static void read_oi(struct lab *l)
{
	u32 ino = FILE_INO;

	l->records = 0;
	l->oid_sum = 0;
	memset(l->problems, 0, sizeof(l->problems));
	view_pass_begin(l->view);
	view_set_oi(l->view, &ino, 1);
	ck_assert_int_eq(view_read_oi(l->view, l->buf, 0, &oi_ops, l), 0);
}

static int lookup(struct lab *l, u32 oid)
{
	struct fid fid = { .seq = SEQ, .oid = oid };
	struct oi_record r = { .ino = 0 };
	int rc = view_oi_lookup(l->view, l->buf, &fid, &r);

	if (!rc)
		ck_assert_uint_eq(r.ino, 100 + oid);
	return rc;
}

static void oi_is_whole(bool is_static)
{
	struct lab l;
	u32 i;

	lab_make(&l);
	make_oi(&l);
	lab_open(&l, is_static);
	read_oi(&l);
	ck_assert_uint_eq(problem_sum(&l), 0);
	ck_assert_uint_eq(l.records, LEAVES * PER_LEAF);
	ck_assert_uint_eq(l.oid_sum, 40 * 41 / 2);
	for (i = 1; i <= LEAVES * PER_LEAF; i++)
		ck_assert_int_eq(lookup(&l, i), 0);
	ck_assert_int_eq(lookup(&l, 0), -ENOENT);
	ck_assert_int_eq(lookup(&l, 41), -ENOENT);
	ck_assert_int_eq(view_read_oi(l.view, l.buf, 1, &oi_ops, &l), -ERANGE);
	lab_done(&l);
}

START_TEST(oi_two_levels)
{
	oi_is_whole(true);
	oi_is_whole(false);
}
END_TEST

static void oi_is_broken(bool is_static)
{
	struct lab l;

	lab_make(&l);
	make_oi(&l);
	lab_open(&l, is_static);
	/* A leaf that is none: a known range is lost, and only what is in it is in doubt. */
	put16(block_of(&l, 44), IAM_IDLE_MAGIC);
	read_oi(&l);
	ck_assert_uint_eq(l.records, 30);
	ck_assert_uint_eq(l.problems[PROBLEM_IAM], 1);
	ck_assert_uint_eq(l.last.lost_from, SEQ);
	ck_assert_uint_eq(l.last.lost_to, SEQ);
	ck_assert_uint_eq(l.last.block, 44);
	ck_assert_uint_eq(l.last.logical, 4);
	ck_assert_int_eq(lookup(&l, 15), -EBADMSG);
	ck_assert_int_eq(lookup(&l, 25), 0);
	put_leaf(&l, 44, 1);
	/* Both slots of a node lead to one leaf. */
	put32(block_of(&l, 41) + 56, 3);
	read_oi(&l);
	ck_assert_uint_eq(l.records, 30);
	ck_assert_uint_eq(l.problems[PROBLEM_IAM], 1);
	put32(block_of(&l, 41) + 56, 4);
	/* A node that leads back to the root. */
	put32(block_of(&l, 40) + 16 + 56, 0);
	read_oi(&l);
	ck_assert_uint_eq(l.records, 20);
	ck_assert_uint_eq(l.problems[PROBLEM_IAM], 1);
	put32(block_of(&l, 40) + 16 + 56, 2);
	/* Two leaves changed places: all is delivered, order is the problem. */
	put_leaf(&l, 43, 1);
	put_leaf(&l, 44, 0);
	read_oi(&l);
	ck_assert_uint_eq(l.records, 40);
	ck_assert_uint_eq(l.oid_sum, 40 * 41 / 2);
	ck_assert_uint_ge(l.problems[PROBLEM_IAM], 2);
	ck_assert_uint_gt(l.last.lost_from, l.last.lost_to);
	/* No root: nothing can be said about any FID. */
	put32(block_of(&l, 40), 0);
	read_oi(&l);
	ck_assert_uint_eq(l.records, 0);
	ck_assert_uint_eq(l.last.lost_to, ~0ULL);
	ck_assert_int_eq(lookup(&l, 15), -EBADMSG);
	lab_done(&l);
}

START_TEST(oi_problems)
{
	oi_is_broken(true);
	oi_is_broken(false);
}
END_TEST

START_TEST(oi_equal_keys)
{
	struct lab l;

	lab_make(&l);
	make_oi(&l);
	lab_open(&l, true);
	put_key(block_of(&l, 43) + 4 + 24, 1);
	read_oi(&l);
	ck_assert_uint_eq(l.records, 40);
	ck_assert_uint_eq(problem_sum(&l), 0);
	lab_done(&l);
}
END_TEST

START_TEST(file_is_read)
{
	struct object o;
	struct lab l;
	u8 out[3 * BS];
	u8 *raw;

	lab_make(&l);
	raw = make_inode(&l, FILE_INO, S_IFREG | 0644, 2 * BS + 100);
	put32(raw + 40, 50);
	put32(raw + 48, 51);
	memset(block_of(&l, 50), 'x', BS);
	memset(block_of(&l, 51), 'y', BS);
	lab_open(&l, true);
	ck_assert_int_eq(view_read_object(l.view, l.buf, FILE_INO, &o), 0);
	ck_assert_int_eq(view_read_file(l.view, l.buf, &o, 1000, out, sizeof(out)), BS * 2 - 900);
	ck_assert_int_eq(out[23], 'x');
	ck_assert_int_eq(out[24], 0);
	ck_assert_int_eq(out[24 + BS - 1], 0);
	ck_assert_int_eq(out[24 + BS], 'y');
	ck_assert_int_eq(view_read_file(l.view, l.buf, &o, 9999, out, 1), 0);
	ck_assert_uint_gt(view_bytes_read(l.view), 0);
	lab_done(&l);
}
END_TEST

Suite *suite_viewfile(void)
{
	TCase *tc;
	Suite *s = suite_begin("viewfile", &tc);

	tcase_add_test(tc, dir_is_read);
	tcase_add_test(tc, dir_by_extents);
	tcase_add_test(tc, dir_problems);
	tcase_add_test(tc, dir_without_end);
	tcase_add_test(tc, oi_two_levels);
	tcase_add_test(tc, oi_problems);
	tcase_add_test(tc, oi_equal_keys);
	tcase_add_test(tc, file_is_read);
	return s;
}
