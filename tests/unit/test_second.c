/* SPDX-License-Identifier: GPL-2.0-only */
/* Second opinions: who may be asked about, and what an answer is compared with. */
#include <string.h>

#include "phase_second.h"
#include "report/report.h"
#include "tests/unit/suites.h"
#include "tests/unit/vector.h"
#include "tests/unit/view_lab.h"

/* ---- what differs ---------------------------------------------------------------------------- */

#define ALL_PARTS ((1U << OPINION_PARTS) - 1)

static const u8 lma[] = "lma of 24 bytes, as such";

static struct object an_object(void)
{
	return (struct object){
		.ino = 377,
		.inode = { .mode = S_IFREG | 0644, .nlink = 2 },
		.ea[EA_LMA] = { .state = EA_PRESENT, .len = 24, .data = lma },
	};
}

/* The kernel's answer about the same. */
static struct second_answer an_answer(void)
{
	struct second_answer a = { .ino = 377, .mode = S_IFREG | 0644, .nlink = 2 };

	for (u32 i = 0; i < EA_NR; i++)
		a.ea[i].rc = -ENODATA;
	a.ea[EA_LMA].rc = 0;
	a.ea[EA_LMA].len = 24;
	a.ea[EA_LMA].data = lma;
	return a;
}

START_TEST(equal_agrees)
{
	struct object o = an_object();
	struct second_answer a = an_answer();

	ck_assert_uint_eq(second_differs(&o, &a, ALL_PARTS), 0);
}
END_TEST

START_TEST(numbers_differ)
{
	struct object o = an_object();
	struct second_answer a = an_answer();

	a.nlink = 1;
	ck_assert_uint_eq(second_differs(&o, &a, ALL_PARTS), 1U << OPINION_NLINK);
	a.mode ^= 0111;
	ck_assert_uint_eq(second_differs(&o, &a, ALL_PARTS),
			  1U << OPINION_NLINK | 1U << OPINION_MODE);
	a.ino = 378;
	ck_assert_uint_eq(second_differs(&o, &a, ALL_PARTS), 1U << OPINION_INODE);
	a = an_answer();
	a.rc = -ESTALE;
	ck_assert_uint_eq(second_differs(&o, &a, ALL_PARTS), 1U << OPINION_INODE);
}
END_TEST

START_TEST(attributes_differ)
{
	struct object o = an_object();
	struct second_answer a = an_answer();

	a.ea[EA_LMA].data = (const u8 *)"lma of 24 bytes, another";
	ck_assert_uint_eq(second_differs(&o, &a, ALL_PARTS), 1U << EA_LMA);
	a = an_answer();
	a.ea[EA_LMA].len = 23;
	ck_assert_uint_eq(second_differs(&o, &a, ALL_PARTS), 1U << EA_LMA);
	a = an_answer();
	a.ea[EA_LMA].rc = -ENODATA;
	ck_assert_uint_eq(second_differs(&o, &a, ALL_PARTS), 1U << EA_LMA);
	a = an_answer();
	a.ea[EA_LOV].rc = 0;
	ck_assert_uint_eq(second_differs(&o, &a, ALL_PARTS), 1U << EA_LOV);
}
END_TEST

START_TEST(only_what_is_compared)
{
	struct object o = an_object();
	struct second_answer a = an_answer();

	a.ea[EA_LOV].rc = 0;
	a.nlink = 1;
	ck_assert_uint_eq(second_differs(&o, &a, 1U << EA_LMA | 1U << OPINION_NLINK),
			  1U << OPINION_NLINK);
	ck_assert_uint_eq(second_differs(&o, &a, 1U << EA_LMA), 0);
}
END_TEST

START_TEST(every_part_has_a_name)
{
	for (u32 i = 0; i < OPINION_PARTS; i++)
		for (u32 k = 0; k < i; k++)
			ck_assert_str_ne(opinion_part_name(i), opinion_part_name(k));
}
END_TEST

/* ---- who may be asked about ------------------------------------------------------------------ */

#define LINK_INO 14U
#define BODY 160U /* where attributes in the inode begin */

/* Why not inode ino; NULL: it may be asked about. */
static const char *risk(struct lab *l, u32 ino)
{
	struct object o;
	const char *why;

	lab_open(l, false);
	ck_assert_int_eq(view_read_object(l->view, l->buf, ino, &o), 0);
	why = view_risk(l->view, l->buf, &o);
	view_buf_free(l->buf);
	view_close(l->view);
	l->view = NULL;
	return why;
}

static void assert_risk(struct lab *l, u32 ino, const char *words)
{
	const char *why = risk(l, ino);

	ck_assert_msg(why && strstr(why, words), "%s: %s", words, why ? why : "no risk");
}

static void unmake(struct lab *l)
{
	munmap(l->disk, (size_t)NBLOCKS * BS);
	close(l->fd);
}

/* An empty file with an LMA in its body. */
static u8 *make_file(struct lab *l)
{
	u8 *raw = make_inode(l, FILE_INO, S_IFREG | 0644, 0);

	put32(raw + BODY, 0xEA020000);
	put_xattr(raw + BODY + 4, "lma", 64, 0, 24);
	return raw;
}

START_TEST(empty_files_may)
{
	struct lab l;
	u8 *raw;

	lab_make(&l);
	raw = make_file(&l);
	ck_assert_ptr_null(risk(&l, FILE_INO));
	/* An extent tree without extents. */
	put32(raw + 32, 0x80000);
	put16(raw + 40, 0xF30A);
	put16(raw + 44, 4);
	ck_assert_ptr_null(risk(&l, FILE_INO));
	make_inode(&l, LINK_INO, S_IFCHR | 0644, 0);
	ck_assert_ptr_null(risk(&l, LINK_INO));
	unmake(&l);
}
END_TEST

START_TEST(blocks_may_not)
{
	struct lab l;
	u8 *raw;

	lab_make(&l);
	raw = make_file(&l);
	put32(raw + 40, DATA);
	assert_risk(&l, FILE_INO, "blocks of data");
	put32(raw + 32, 0x80000);
	assert_risk(&l, FILE_INO, "wrong magic");
	put16(raw + 40, 0xF30A);
	put16(raw + 42, 1);
	put16(raw + 44, 4);
	assert_risk(&l, FILE_INO, "blocks of data");
	put16(raw + 42, 0);
	put16(raw + 44, 0);
	assert_risk(&l, FILE_INO, "blocks of data");
	put16(raw + 44, 4);
	put32(raw + 108, 0x80000000);
	assert_risk(&l, FILE_INO, "size");
	unmake(&l);
}
END_TEST

START_TEST(symlinks)
{
	struct lab l;
	u8 *raw;

	lab_make(&l);
	raw = make_inode(&l, LINK_INO, S_IFLNK | 0777, 6);
	memcpy(raw + 40, "target", 6);
	ck_assert_ptr_null(risk(&l, LINK_INO));
	put32(raw + 28, 2);
	assert_risk(&l, LINK_INO, "symbolic link");
	put32(raw + 28, 0);
	put32(raw + 4, 7);
	assert_risk(&l, LINK_INO, "symbolic link");
	put32(raw + 4, 0);
	assert_risk(&l, LINK_INO, "symbolic link");
	put32(raw + 4, 60);
	assert_risk(&l, LINK_INO, "symbolic link");
	unmake(&l);
}
END_TEST

START_TEST(others_may_not)
{
	static const u32 flags[] = { 0x10000000, 0x40000000 };
	struct lab l;
	u8 *raw;

	lab_make(&l);
	raw = make_file(&l);
	for (u32 i = 0; i < ARRAY_SIZE(flags); i++) {
		put32(raw + 32, flags[i]);
		assert_risk(&l, FILE_INO, "flags");
	}
	put32(raw + 32, 0x200000);
	assert_risk(&l, FILE_INO, "value of an attribute");
	put32(raw + 32, 0);
	put16(raw + 26, 0);
	assert_risk(&l, FILE_INO, "not in use");
	put16(raw + 26, 2);
	put16(raw, 0x0644);
	assert_risk(&l, FILE_INO, "no type");
	make_inode(&l, DIR_INO, S_IFDIR | 0755, BS);
	assert_risk(&l, DIR_INO, "directory");
	make_inode(&l, 9, S_IFREG | 0600, 0);
	assert_risk(&l, 9, "reserved");
	unmake(&l);
}
END_TEST

START_TEST(damaged_attributes_may_not)
{
	struct lab l;
	u8 *raw;

	lab_make(&l);
	raw = make_file(&l);
	put_xattr(raw + BODY + 4, "lma", 64, 0, 4000);
	assert_risk(&l, FILE_INO, "damaged");
	put_xattr(raw + BODY + 4, "lma", 64, 0, 24);
	/* One that nobody here knows, in an inode where no attribute may be in one. */
	put_xattr(raw + BODY + 24, "x", 0, LINK_INO, 24);
	assert_risk(&l, FILE_INO, "cannot hold it");
	/* Where it may, in an inode that is none. */
	put32(block_of(&l, 1) + 96, 0x1402);
	assert_risk(&l, FILE_INO, "cannot hold it");
	raw = make_inode(&l, LINK_INO, S_IFREG | 0600, 24);
	put32(raw + 32, 0x200000);
	put32(raw + 40, DATA);
	ck_assert_ptr_null(risk(&l, FILE_INO));
	unmake(&l);
}
END_TEST

START_TEST(checksums_may_not)
{
	struct object o;
	struct lab l;

	lab_make(&l);
	make_file(&l);
	lab_open(&l, false);
	/* Later, since the superblock of the lab has no checksum of its own. */
	l.view->geo.feature_ro_compat |= 0x400;
	ck_assert_int_eq(view_read_object(l.view, l.buf, FILE_INO, &o), 0);
	ck_assert_ptr_nonnull(view_risk(l.view, l.buf, &o));
	lab_done(&l);
}
END_TEST

Suite *suite_second(void)
{
	TCase *tc;
	Suite *s = suite_begin("second", &tc);

	tcase_add_test(tc, equal_agrees);
	tcase_add_test(tc, numbers_differ);
	tcase_add_test(tc, attributes_differ);
	tcase_add_test(tc, only_what_is_compared);
	tcase_add_test(tc, every_part_has_a_name);
	tcase_add_test(tc, empty_files_may);
	tcase_add_test(tc, blocks_may_not);
	tcase_add_test(tc, symlinks);
	tcase_add_test(tc, others_may_not);
	tcase_add_test(tc, damaged_attributes_may_not);
	tcase_add_test(tc, checksums_may_not);
	return s;
}
