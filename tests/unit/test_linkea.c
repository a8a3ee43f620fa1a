/* SPDX-License-Identifier: GPL-2.0-only */
/* trusted.link, held to EAs of a real MDT and to composed ones. */
#include "ondisk/linkea.h"
#include "tests/unit/suites.h"
#include "tests/unit/vector.h"

/* 2.17: a file with one name. */
static const u8 link_one[44] = {
	0xdf, 0xf1, 0xea, 0x11, 0x01, 0x00, 0x00, 0x00, 0x2c, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x14, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x04, 0x02, 0x00, 0x00,
	0x05, 0x08, 0x00, 0x00, 0x00, 0x00, 0x68, 0x33,
};

/* 2.17: two names in one directory. */
static const u8 link_two[63] = {
	0xdf, 0xf1, 0xea, 0x11, 0x02, 0x00, 0x00, 0x00, 0x3f, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x13, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x04, 0x02, 0x00, 0x00,
	0x29, 0x6a, 0x00, 0x00, 0x00, 0x00, 0x67, 0x00, 0x14, 0x00, 0x00, 0x00,
	0x02, 0x00, 0x00, 0x04, 0x02, 0x00, 0x00, 0x29, 0x6a, 0x00, 0x00, 0x00,
	0x00, 0x67, 0x32,
};

/* 2.17: two names in two directories, one of them on another MDT. */
static const u8 link_parents[73] = {
	0xdf, 0xf1, 0xea, 0x11, 0x02, 0x00, 0x00, 0x00, 0x49, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x14, 0x00, 0x00, 0x00, 0x02, 0x40, 0x00, 0x04, 0x02, 0x00, 0x00,
	0x04, 0x63, 0x00, 0x00, 0x00, 0x00, 0x67, 0x31, 0x00, 0x1d, 0x00, 0x00,
	0x00, 0x02, 0x00, 0x00, 0x04, 0x02, 0x00, 0x00, 0x04, 0x42, 0x00, 0x00,
	0x00, 0x00, 0x67, 0x31, 0x6c, 0x5f, 0x72, 0x65, 0x6e, 0x61, 0x6d, 0x65,
	0x64,
};

#define MANY 160
#define MANY_LEN (LINKEA_HEADER + MANY * (LINKEA_ENTRY_MIN + 7))

/* No image holds a linkEA of many entries: this one is composed. */
static size_t compose(u8 *p, u32 entries, u32 overflow_time)
{
	size_t len = LINKEA_HEADER + entries * (LINKEA_ENTRY_MIN + 7);
	u32 i;

	memset(p, 0, len);
	memcpy(p, link_one, 4);
	p[4] = (u8)entries;
	p[8] = (u8)len;
	p[9] = (u8)(len >> 8);
	p[16] = (u8)overflow_time;
	for (i = 0; i < entries; i++) {
		u8 *e = p + LINKEA_HEADER + i * (LINKEA_ENTRY_MIN + 7);

		e[1] = LINKEA_ENTRY_MIN + 7;
		memcpy(e + 2, link_one + LINKEA_HEADER + 2, 16);
		memcpy(e + 18, "name", 4);
		e[22] = (u8)('0' + i / 100);
		e[23] = (u8)('0' + i / 10 % 10);
		e[24] = (u8)('0' + i % 10);
	}
	return len;
}

START_TEST(one_name)
{
	struct linkea_entry e;
	struct linkea l;
	struct linkea_walk it;
	const char *why;

	ck_assert_int_eq(linkea_decode(link_one, sizeof(link_one), &l, &why), 0);
	ck_assert_uint_eq(l.reccount, 1);
	ck_assert_uint_eq(l.overflow_time, 0);
	ck_assert_uint_eq(l.len, sizeof(link_one));
	ck_assert_uint_eq(l.entries_len, sizeof(link_one) - LINKEA_HEADER);
	it = linkea_begin(&l);
	ck_assert(linkea_next(&it, &e));
	ck_assert_uint_eq(e.parent.seq, 0x200000402);
	ck_assert_uint_eq(e.parent.oid, 0x508);
	ck_assert_uint_eq(e.namelen, 2);
	ck_assert_mem_eq(e.name, "h3", 2);
	ck_assert(!linkea_next(&it, &e));
	ck_assert(!linkea_next(&it, &e));
}
END_TEST

START_TEST(two_names)
{
	struct linkea_entry e;
	struct linkea l;
	struct linkea_walk it;
	const char *why;

	ck_assert_int_eq(linkea_decode(link_two, sizeof(link_two), &l, &why), 0);
	ck_assert_uint_eq(l.reccount, 2);
	ck_assert_int_eq(linkea_decode(link_parents, sizeof(link_parents), &l, &why), 0);
	it = linkea_begin(&l);
	ck_assert(linkea_next(&it, &e));
	ck_assert_uint_eq(e.parent.seq, 0x240000402);
	ck_assert_uint_eq(e.parent.oid, 0x463);
	ck_assert_mem_eq(e.name, "g1", 2);
	ck_assert(linkea_next(&it, &e));
	ck_assert_uint_eq(e.parent.seq, 0x200000402);
	ck_assert_uint_eq(e.namelen, 11);
	ck_assert_mem_eq(e.name, "g1l_renamed", 11);
	ck_assert(!linkea_next(&it, &e));
}
END_TEST

START_TEST(many_names)
{
	static u8 ea[MANY_LEN];
	struct linkea_entry e;
	struct linkea l;
	struct linkea_walk it;
	const char *why;
	u32 n = 0;

	ck_assert_int_eq(linkea_decode(ea, compose(ea, MANY, 9), &l, &why), 0);
	ck_assert_uint_eq(l.overflow_time, 9);
	for (it = linkea_begin(&l); linkea_next(&it, &e); n++)
		ck_assert_uint_eq((u32)(e.name[4] - '0') * 100 + (u32)(e.name[5] - '0') * 10 +
					  (u32)(e.name[6] - '0'),
				  n);
	ck_assert_uint_eq(n, MANY);
}
END_TEST

START_TEST(full)
{
	static u8 ea[LINKEA_MAX];
	struct linkea l;
	const char *why;

	ck_assert_int_eq(linkea_decode(link_one, sizeof(link_one), &l, &why), 0);
	ck_assert(!linkea_is_full(&l, 255));
	ck_assert_int_eq(linkea_decode(ea, compose(ea, 1, 1), &l, &why), 0);
	ck_assert(linkea_is_full(&l, 1));
	/* 4024 bytes: room for a name of 54, and not for one of 55. */
	ck_assert_int_eq(linkea_decode(ea, compose(ea, MANY, 0), &l, &why), 0);
	ck_assert_uint_eq(l.len, 4024);
	ck_assert(!linkea_is_full(&l, 54));
	ck_assert(linkea_is_full(&l, 55));
}
END_TEST

START_TEST(swapped)
{
	u8 ea[sizeof(link_one)];
	struct linkea l;
	const char *why;
	int i;

	memcpy(ea, link_one, sizeof(ea));
	for (i = 0; i < 4; i++) {
		ea[i] = link_one[3 - i];
		ea[4 + i] = link_one[7 - i];
		ea[16 + i] = (u8)(i == 3);
	}
	for (i = 0; i < 8; i++)
		ea[8 + i] = link_one[15 - i];
	ck_assert_int_eq(linkea_decode(ea, sizeof(ea), &l, &why), 0);
	ck_assert_uint_eq(l.reccount, 1);
	ck_assert_uint_eq(l.len, sizeof(link_one));
	ck_assert_uint_eq(l.overflow_time, 1);
}
END_TEST

START_TEST(empty)
{
	u8 ea[LINKEA_HEADER];
	struct linkea_entry e;
	struct linkea l;
	struct linkea_walk it;
	const char *why;

	compose(ea, 0, 0);
	ck_assert_int_eq(linkea_decode(ea, sizeof(ea), &l, &why), 0);
	ck_assert_uint_eq(l.reccount, 0);
	it = linkea_begin(&l);
	ck_assert(!linkea_next(&it, &e));
}
END_TEST

static int decode_with(size_t at, u8 value, size_t len)
{
	struct linkea l = { .reccount = 77 };
	u8 ea[sizeof(link_two) + 8] = { 0 };
	const char *why;
	int rc;

	memcpy(ea, link_two, sizeof(link_two));
	ea[at] = value;
	rc = linkea_decode(ea, len, &l, &why);
	ck_assert(rc ? why && l.reccount == 77 : !why);
	return rc;
}

START_TEST(malformed)
{
	size_t len = sizeof(link_two);

	ck_assert_int_eq(decode_with(0, 0xdf, len), 0);
	/* Slack behind the claimed length, or behind the last entry, is tolerated. */
	ck_assert_int_eq(decode_with(0, 0xdf, len + 8), 0);
	ck_assert_int_eq(decode_with(4, 1, len), 0);
	ck_assert_int_eq(decode_with(0, 0xde, len), -EBADMSG);
	ck_assert_int_eq(decode_with(4, 3, len), -EBADMSG);
	ck_assert_int_eq(decode_with(8, 23, len), -EBADMSG);
	ck_assert_int_eq(decode_with(8, (u8)(len - 1), len), -EBADMSG);
	ck_assert_int_eq(decode_with(8, (u8)(len + 1), len), -EBADMSG);
	ck_assert_int_eq(decode_with(15, 1, len), -EBADMSG);
	/* Record lengths: an empty name, past the end, far too long. */
	ck_assert_int_eq(decode_with(25, 18, len), -EBADMSG);
	ck_assert_int_eq(decode_with(25, 0, len), -EBADMSG);
	ck_assert_int_eq(decode_with(25, 60, len), -EBADMSG);
	ck_assert_int_eq(decode_with(24, 0x40, len), -EBADMSG);
}
END_TEST

static u64 decode(const u8 *data, size_t len)
{
	struct linkea_entry e;
	struct linkea l;
	struct linkea_walk it;
	const char *why;
	u64 sum = 0;
	u32 n = 0;

	if (linkea_decode(data, len, &l, &why)) {
		ck_assert_ptr_nonnull(why);
		return 1;
	}
	for (it = linkea_begin(&l); linkea_next(&it, &e); n++)
		sum += e.parent.seq + hostile_touch(e.name, e.namelen);
	ck_assert_uint_eq(n, l.reccount);
	return sum;
}

START_TEST(hostile)
{
	static u8 ea[MANY_LEN];

	hostile_run(link_one, sizeof(link_one), sizeof(link_one), decode);
	hostile_run(link_parents, sizeof(link_parents), sizeof(link_parents), decode);
	hostile_run(ea, compose(ea, 20, 1), 100, decode);
}
END_TEST

Suite *suite_linkea(void)
{
	TCase *tc;
	Suite *s = suite_begin("linkea", &tc);

	tcase_add_test(tc, one_name);
	tcase_add_test(tc, two_names);
	tcase_add_test(tc, many_names);
	tcase_add_test(tc, full);
	tcase_add_test(tc, swapped);
	tcase_add_test(tc, empty);
	tcase_add_test(tc, malformed);
	tcase_add_test(tc, hostile);
	return s;
}
