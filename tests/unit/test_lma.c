/* SPDX-License-Identifier: GPL-2.0-only */
/* trusted.lma, held to EAs of real MDTs. */
#include "ondisk/lma.h"
#include "base/cursor.h"
#include "tests/unit/suites.h"
#include "tests/unit/vector.h"

/* 2.17: a regular file, [0x200000402:0x509:0x0]. */
static const u8 lma_file[24] = {
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x04, 0x00, 0x00,
	0x02, 0x00, 0x00, 0x00, 0x09, 0x05, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
};

/* 2.10, MDT1: a striped directory below REMOTE_PARENT_DIR. */
static const u8 lma_remote[24] = {
	0x00, 0x00, 0x00, 0x00, 0x0c, 0x00, 0x00, 0x00, 0x02, 0x04, 0x00, 0x40,
	0x02, 0x00, 0x00, 0x00, 0x3c, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
};

/* 2.1: a symbolic link, with the obsolete size cache behind. */
static const u8 lma_old[64] = {
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00,
	0x02, 0x00, 0x00, 0x00, 0xf4, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00,
};

START_TEST(file)
{
	struct lma l;

	ck_assert_int_eq(lma_decode(lma_file, sizeof(lma_file), &l), 0);
	ck_assert_uint_eq(l.compat, 0);
	ck_assert_uint_eq(l.incompat, 0);
	ck_assert_uint_eq(l.fid.seq, 0x200000402);
	ck_assert_uint_eq(l.fid.oid, 0x509);
	ck_assert_uint_eq(l.fid.ver, 0);
}
END_TEST

START_TEST(remote)
{
	struct lma l;

	ck_assert_int_eq(lma_decode(lma_remote, sizeof(lma_remote), &l), 0);
	ck_assert_uint_eq(l.incompat, LMAI_REMOTE_PARENT | LMAI_STRIPED);
	ck_assert_uint_eq(l.fid.seq, 0x240000402);
	ck_assert_uint_eq(l.fid.oid, 0x3c);
}
END_TEST

START_TEST(old)
{
	struct lma l;

	ck_assert_int_eq(lma_decode(lma_old, sizeof(lma_old), &l), 0);
	ck_assert_uint_eq(l.fid.seq, 0x200000400);
	ck_assert_uint_eq(l.fid.oid, 0x3f4);
}
END_TEST

static u64 decode(const u8 *data, size_t len)
{
	struct lma l = { .compat = 0xdead };
	int rc = lma_decode(data, len, &l);

	ck_assert_int_eq(rc, len < LMA_SIZE_MIN ? -EBADMSG : 0);
	ck_assert(!rc || l.compat == 0xdead);
	return l.compat + l.incompat + l.fid.seq + l.fid.oid;
}

START_TEST(hostile)
{
	hostile_run(lma_file, sizeof(lma_file), sizeof(lma_file), decode);
	hostile_run(lma_old, sizeof(lma_old), LMA_SIZE_MIN, decode);
}
END_TEST

Suite *suite_lma(void)
{
	TCase *tc;
	Suite *s = suite_begin("lma", &tc);

	tcase_add_test(tc, file);
	tcase_add_test(tc, remote);
	tcase_add_test(tc, old);
	tcase_add_test(tc, hostile);
	return s;
}
