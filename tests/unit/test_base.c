/* SPDX-License-Identifier: GPL-2.0-only */
/* base/: the growing string, names made fit to be shown, the memory budget. */
#include "base/crew.h"
#include "base/membudget.h"
#include "base/strbuf.h"
#include "tests/unit/suites.h"
#include "tests/unit/vector.h"

START_TEST(strbuf_grows)
{
	struct strbuf b = { 0 };
	int i;

	ck_assert_str_eq(strbuf_str(&b), "");
	for (i = 0; i < 1000; i++)
		strbuf_addf(&b, "%03d", i);
	ck_assert_uint_eq(b.len, 3000);
	ck_assert_uint_eq(strlen(b.s), 3000);
	ck_assert_mem_eq(b.s + 2997, "999", 3);
	strbuf_add(&b, "a\0b", 3);
	ck_assert_uint_eq(b.len, 3003);
	ck_assert_mem_eq(b.s + 3000, "a\0b\0", 4);
	strbuf_reset(&b);
	ck_assert_str_eq(strbuf_str(&b), "");
	strbuf_add(&b, "", 0);
	strbuf_add(&b, NULL, 0);
	ck_assert_str_eq(strbuf_str(&b), "");
	strbuf_free(&b);
	ck_assert_ptr_null(b.s);
}
END_TEST

START_TEST(strbuf_refuses_the_impossible)
{
	struct strbuf b = { 0 };

	strbuf_add(&b, "kept", 4);
	strbuf_add(&b, "x", SIZE_MAX - 2);
	ck_assert(b.failed);
	strbuf_add(&b, "more", 4);
	ck_assert_str_eq(strbuf_str(&b), "kept");
	strbuf_free(&b);
}
END_TEST

static const struct {
	const char *name;
	const char *shown;
	bool unchanged;
} names[] = {
	{ "", "", true },
	{ "plain name", "plain name", true },
	{ "gr\xc3\xbc\xc3\x9f" "e", "gr\xc3\xbc\xc3\x9f" "e", true },
	{ "\xe2\x82\xac", "\xe2\x82\xac", true },
	{ "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80", true },
	{ "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf", true },
	{ "a\\b", "a\\\\b", false },
	{ "a\nb", "a\\x0ab", false },
	{ "a\x1b[2Jb", "a\\x1b[2Jb", false },
	{ "a\x7f", "a\\x7f", false },
	{ "\xc2\x9b", "\\xc2\\x9b", false },		   /* C1 control */
	{ "\xff\xfe", "\\xff\\xfe", false },
	{ "\xc0\xaf", "\\xc0\\xaf", false },		   /* overlong */
	{ "\xe0\x80\xaf", "\\xe0\\x80\\xaf", false },	   /* overlong */
	{ "\xed\xa0\x80", "\\xed\\xa0\\x80", false },	   /* surrogate */
	{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", false }, /* above U+10FFFF */
	{ "\xe2\x82", "\\xe2\\x82", false },		   /* cut short */
	{ "\xc3(", "\\xc3(", false },
};

START_TEST(names_are_escaped)
{
	struct strbuf b = { 0 };
	bool unchanged = strbuf_add_name(&b, names[_i].name, strlen(names[_i].name));

	ck_assert_str_eq(strbuf_str(&b), names[_i].shown);
	ck_assert(unchanged == names[_i].unchanged);
	strbuf_free(&b);
}
END_TEST

START_TEST(name_with_nul)
{
	struct strbuf b = { 0 };

	ck_assert(!strbuf_add_name(&b, "a\0b", 3));
	ck_assert_str_eq(strbuf_str(&b), "a\\x00b");
	strbuf_free(&b);
}
END_TEST

/* Any bytes at all, in a buffer of exactly their size, give something that was escaped once. */
START_TEST(names_of_random_bytes)
{
	u64 state = 88172645463325252ULL;
	int i;

	for (i = 0; i < 20000; i++) {
		size_t len = hostile_random(&state) % 12, k, backslashes = 0;
		char *name = malloc(len ? len : 1);
		struct strbuf once = { 0 }, twice = { 0 };

		for (k = 0; k < len; k++)
			name[k] = (char)hostile_random(&state);
		if (strbuf_add_name(&once, name, len))
			ck_assert(once.len == len && !memcmp(strbuf_str(&once), name, len));
		/* All that comes out is printable UTF-8: only backslashes change in a second pass. */
		strbuf_add_name(&twice, strbuf_str(&once), once.len);
		for (k = 0; k < once.len; k++)
			backslashes += once.s[k] == '\\';
		ck_assert_uint_eq(twice.len, once.len + backslashes);
		strbuf_free(&once);
		strbuf_free(&twice);
		free(name);
	}
}
END_TEST

static void count_one(void *member)
{
	__atomic_add_fetch((u32 *)member, 1, __ATOMIC_RELAXED);
}

START_TEST(a_crew_does_each_part_once)
{
	u32 done[9] = { 0 };

	crew_run(count_one, done, sizeof(done[0]), (u32)_i);
	for (u32 i = 0; i < ARRAY_SIZE(done); i++)
		ck_assert_uint_eq(done[i], i < (u32)_i);
}
END_TEST

START_TEST(budget)
{
	struct membudget m;

	membudget_init(&m, 100);
	ck_assert_uint_eq(membudget_left(&m), 100);
	ck_assert_int_eq(membudget_take(&m, 60), 0);
	ck_assert_int_eq(membudget_take(&m, 41), -ENOMEM);
	ck_assert_int_eq(membudget_take(&m, UINT64_MAX), -ENOMEM);
	ck_assert_int_eq(membudget_take(&m, 40), 0);
	ck_assert_uint_eq(membudget_left(&m), 0);
	membudget_give(&m, 70);
	ck_assert_uint_eq(m.used, 30);
	ck_assert_uint_eq(m.peak, 100);
}
END_TEST

START_TEST(no_budget)
{
	struct membudget m;

	membudget_init(&m, 0);
	ck_assert_int_eq(membudget_take(&m, UINT64_MAX - 1), 0);
	ck_assert_int_eq(membudget_take(&m, 2), -ENOMEM);
	ck_assert_uint_eq(membudget_left(&m), 1);
}
END_TEST

START_TEST(budget_map)
{
	struct membudget m;
	u8 *p;

	membudget_init(&m, 1 << 20);
	ck_assert_ptr_null(membudget_map(&m, 4096, 2 << 20));
	ck_assert_uint_eq(m.used, 0);
	/* More address space than the budget: only what is charged counts. */
	p = membudget_map(&m, 1ULL << 30, 4096);
	ck_assert_ptr_nonnull(p);
	ck_assert_uint_eq(p[(1 << 30) - 1], 0);
	p[12345] = 1;
	ck_assert_uint_eq(m.used, 4096);
	membudget_unmap(&m, p, 1ULL << 30, 4096);
	ck_assert_uint_eq(m.used, 0);
	/* Nothing can map that; what was charged comes back. */
	ck_assert_ptr_null(membudget_map(&m, 1ULL << 62, 4096));
	ck_assert_uint_eq(m.used, 0);
	membudget_unmap(&m, NULL, 4096, 4096);
	ck_assert_uint_eq(m.used, 0);
}
END_TEST

Suite *suite_base(void)
{
	TCase *tc;
	Suite *s = suite_begin("base", &tc);

	tcase_add_test(tc, strbuf_grows);
	tcase_add_test(tc, strbuf_refuses_the_impossible);
	tcase_add_loop_test(tc, names_are_escaped, 0, (int)ARRAY_SIZE(names));
	tcase_add_test(tc, name_with_nul);
	tcase_add_test(tc, names_of_random_bytes);
	tcase_add_loop_test(tc, a_crew_does_each_part_once, 0, 9);
	tcase_add_test(tc, budget);
	tcase_add_test(tc, no_budget);
	tcase_add_test(tc, budget_map);
	return s;
}
