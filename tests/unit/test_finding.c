/* SPDX-License-Identifier: GPL-2.0-only */
/* Findings as they are made, kept, counted and named; coverage; the verdict. */
#include "tests/unit/report_sample.h"
#include "tests/unit/suites.h"
#include "tests/unit/vector.h"

/* ---- findings ------------------------------------------------------------------------------ */

START_TEST(builders_stop_when_full)
{
	struct finding f = sample_finding("oi-missing", 1);
	char name[256];
	int i;

	memset(name, 'n', sizeof(name));
	for (i = 0; i < 10; i++)
		finding_name(&f, "name", name, 255);
	ck_assert_uint_eq(f.nev, 4); /* 4 * 255 of 1024 bytes */
	finding_text(&f, "text", "too long for what is left");
	ck_assert_uint_eq(f.ev[4].str.len, 4);
	for (i = 0; i < 20; i++)
		finding_u64(&f, "n", (u64)i);
	ck_assert_uint_eq(f.nev, FINDING_EVIDENCE_MAX);
	finding_name(&f, "name", "x", 1);
	for (i = 0; i < 20; i++)
		finding_witness(&f, "lma", &f.fid);
	ck_assert_uint_eq(f.nwit, FINDING_WITNESS_MAX);
}
END_TEST

START_TEST(name_keys)
{
	ck_assert_uint_eq(finding_name_key(12, "a", 1), finding_name_key(12, "abc", 1));
	ck_assert_uint_ne(finding_name_key(12, "a", 1), finding_name_key(13, "a", 1));
	ck_assert_uint_ne(finding_name_key(12, "a", 1), finding_name_key(12, "b", 1));
	ck_assert_uint_ne(finding_name_key(0, "", 0), 0);
}
END_TEST

START_TEST(stored_apart_from_its_maker)
{
	struct finding_list l;
	struct finding f = sample_finding("oi-missing", 7);
	struct stored_finding *s;

	finding_list_init(&l, 0, NULL);
	finding_name(&f, "name", "n\0\xff", 3);
	finding_text(&f, "text", "words");
	finding_hex(&f, "flags", 0x10);
	finding_witness(&f, "lma", &f.fid);
	s = finding_list_add(&l, &f);
	memset(&f, 0xee, sizeof(f));
	ck_assert_uint_eq(s->nev, 3);
	ck_assert_mem_eq(s->ev[0].str.bytes, "n\0\xff", 3);
	ck_assert_mem_eq(s->ev[1].str.bytes, "words", 5);
	ck_assert_uint_eq(s->ev[2].num, 0x10);
	ck_assert_str_eq(s->wit[0].place, "lma");
	ck_assert_uint_eq(s->wit[0].value.oid, 7);
	finding_list_free(&l);
}
END_TEST

START_TEST(counts_are_exact_beyond_the_cap)
{
	struct finding_list l;
	struct finding f;
	u32 i, n;
	const struct rule *table = rule_table(&n);
	const struct finding_counts *c;

	finding_list_init(&l, 3, NULL);
	for (i = 1; i <= 1000; i++) {
		f = sample_finding(i % 2 ? "oi-missing" : "oi-dangling", i);
		ck_assert((finding_list_add(&l, &f) != NULL) == (i <= 3));
	}
	ck_assert_uint_eq(l.count, 3);
	ck_assert_uint_eq(l.dropped, 997);
	ck_assert(!l.no_memory);
	ck_assert_uint_eq(l.total.primary[SEV_ERROR], 500);
	ck_assert_uint_eq(l.total.primary[SEV_WARNING], 500);
	finding_list_set_cause(&l, l.items[1], l.items[0]);
	finding_list_set_cause(&l, l.items[1], l.items[2]); /* it has one already */
	finding_list_set_cause(&l, l.items[0], l.items[0]); /* nothing causes itself */
	c = &l.by_rule[rule_by_name("oi-dangling") - table];
	ck_assert_uint_eq(c->primary[SEV_WARNING], 499);
	ck_assert_uint_eq(c->caused[SEV_WARNING], 1);
	ck_assert_uint_eq(l.total.caused[SEV_WARNING], 1);
	ck_assert_uint_eq(l.items[0]->caused, 1);
	ck_assert_ptr_eq(l.items[1]->cause, l.items[0]);
	ck_assert_ptr_null(l.items[0]->cause);
	finding_list_free(&l);
}
END_TEST

static void same_rest(const struct joins *a, const struct joins *b, u32 nrules)
{
	for (u32 rule = 0; rule < nrules; rule++) {
		struct join_walk x = joins_begin(a, (u8)rule), y = joins_begin(b, (u8)rule);
		struct finding_join f, g;

		while (joins_next(&y, &g)) {
			ck_assert(joins_next(&x, &f));
			ck_assert_mem_eq(&f, &g, sizeof(f));
		}
		ck_assert(!joins_next(&x, &f));
	}
}

/* What several hands found side by side is as if one had found it all. */
START_TEST(parts_make_the_whole)
{
	struct finding_list one, whole, part[3];
	struct finding f;
	u32 max_listed = (u32)_i;

	finding_list_init(&one, max_listed, NULL);
	finding_list_init(&whole, max_listed, NULL);
	for (u32 round = 0; round < 2; round++) {
		for (u32 i = 0; i < 3; i++)
			ck_assert_int_eq(finding_list_part(&part[i], &whole), 0);
		for (u32 i = 0; i < 12; i++) {
			f = sample_finding(i % 2 ? "oi-missing" : "oi-dangling", round * 12 + i + 1);
			finding_list_add(&one, &f);
			finding_list_add(&part[i / 4], &f);
		}
		for (u32 i = 0; i < 3; i++)
			finding_list_append(&whole, &part[i]);
	}
	ck_assert_uint_eq(whole.count, one.count);
	for (u32 i = 0; i < one.count; i++)
		ck_assert_uint_eq(whole.items[i]->ino, one.items[i]->ino);
	ck_assert_uint_eq(whole.dropped, one.dropped);
	same_rest(&whole.rest, &one.rest, one.nrules);
	ck_assert_mem_eq(&whole.total, &one.total, sizeof(one.total));
	ck_assert_mem_eq(whole.by_rule, one.by_rule, one.nrules * sizeof(*one.by_rule));
	finding_list_free(&one);
	finding_list_free(&whole);
}
END_TEST

/* Four of every inode that an MDT can have are more than 32 bits count. */
START_TEST(parts_of_very_many)
{
	const struct finding_join join = { .rule = finding_rule_number(rule_by_name("oi-missing")) };
	struct joins whole, part;

	joins_init(&whole, NULL);
	joins_part(&part, &whole);
	ck_assert_int_eq(joins_keep(&whole, &join), 0);
	ck_assert_int_eq(joins_keep(&part, &join), 0);
	whole.pile[join.rule].n = UINT32_MAX;
	joins_append(&whole, &part);
	ck_assert_uint_eq(whole.pile[join.rule].n, UINT32_MAX + 1ULL);
	joins_free(&whole);
	joins_free(&part);
}
END_TEST

START_TEST(states)
{
	struct finding_list l;
	struct finding f = sample_finding("oi-missing", 1);

	finding_list_init(&l, 0, NULL);
	f.state = FINDING_TRANSIENT;
	ck_assert_ptr_null(finding_list_add(&l, &f));
	ck_assert_uint_eq(l.dropped, 0);
	f.state = FINDING_UNSTABLE;
	ck_assert_ptr_nonnull(finding_list_add(&l, &f));
	ck_assert_uint_eq(l.total.primary[SEV_ERROR], 0);
	finding_list_free(&l);
}
END_TEST

/* Findings that differ, and some that look alike, in an order given by a seed. */
static void add_shuffled(struct finding_list *l, u64 seed)
{
	struct finding f[40], tmp;
	u32 i, k;

	for (i = 0; i < 40; i++) {
		f[i] = sample_finding(i % 3 ? "oi-missing" : "dirent-dangling", 1 + i / 4);
		f[i].other_ino = i; /* not part of the fingerprint, but of the order */
	}
	for (i = 39; i; i--) {
		k = (u32)(hostile_random(&seed) % (i + 1));
		tmp = f[i];
		f[i] = f[k];
		f[k] = tmp;
	}
	for (i = 0; i < 40; i++)
		ck_assert_ptr_nonnull(finding_list_add(l, &f[i]));
	finding_list_sort(l);
}

START_TEST(fingerprints_do_not_depend_on_order)
{
	struct finding_list a, b;
	u32 i, k;

	finding_list_init(&a, 0, NULL);
	finding_list_init(&b, 0, NULL);
	add_shuffled(&a, 1 + (u64)_i);
	add_shuffled(&b, 1000003 + (u64)_i);
	for (i = 0; i < a.count; i++) {
		ck_assert_uint_eq(a.items[i]->fingerprint, b.items[i]->fingerprint);
		ck_assert_uint_eq(a.items[i]->other_ino, b.items[i]->other_ino);
		for (k = 0; k < i; k++)
			ck_assert_uint_ne(a.items[i]->fingerprint, a.items[k]->fingerprint);
		if (i)
			ck_assert_uint_le(a.items[i - 1]->rule->code, a.items[i]->rule->code);
	}
	finding_list_free(&a);
	finding_list_free(&b);
}
END_TEST

START_TEST(fingerprint_tells_apart)
{
	struct finding_list l;
	struct finding f = sample_finding("oi-missing", 7);
	u64 base;

	finding_list_init(&l, 0, NULL);
	finding_u64(&f, "nlink", 3);
	base = finding_list_add(&l, &f)->fingerprint;
	f.ev[0].num = 4;
	f.ino = 70; /* the FID names the object */
	ck_assert_uint_eq(finding_list_add(&l, &f)->fingerprint, base);
	f.what = "something else";
	ck_assert_uint_ne(finding_list_add(&l, &f)->fingerprint, base);
	f = sample_finding("oi-missing", 7);
	f.other_fid.oid = 1;
	ck_assert_uint_ne(finding_list_add(&l, &f)->fingerprint, base);
	f = sample_finding("oi-missing", 7);
	finding_name(&f, "name", "a", 1);
	ck_assert_uint_ne(finding_list_add(&l, &f)->fingerprint, base);
	finding_list_free(&l);
}
END_TEST

/* ---- coverage and verdict ------------------------------------------------------------------ */

START_TEST(reasons_add_up)
{
	static const char *const why[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j" };
	struct rule_coverage c = { 0 }, all = { .checked = 5 };
	u64 sum = 0;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(why); i++)
		rule_coverage_unknown(&c, why[i], i + 1);
	rule_coverage_unknown(&c, "a", 10);
	ck_assert_uint_eq(c.not_covered, 65);
	ck_assert_uint_eq(c.nreasons, COVERAGE_REASONS_MAX);
	ck_assert_uint_eq(c.reasons[0].count, 11);
	for (i = 0; i < c.nreasons; i++)
		sum += c.reasons[i].count;
	ck_assert_uint_eq(sum, 65);
	c.checked = 7;
	rule_coverage_merge(&all, &c);
	rule_coverage_merge(&all, &c);
	ck_assert_uint_eq(all.checked, 19);
	ck_assert_uint_eq(all.not_covered, 130);
	ck_assert_uint_eq(all.reasons[0].count, 22);
}
END_TEST

START_TEST(incomplete_once_for_each_reason)
{
	struct coverage c = { .complete = true };
	static char other[] = "cancelled";
	u32 i;

	for (i = 0; i < 40; i++)
		coverage_incomplete(&c, "cancelled");
	coverage_incomplete(&c, other);
	ck_assert(!c.complete);
	ck_assert_uint_eq(c.nincomplete, 1);
}
END_TEST

START_TEST(verdicts)
{
	struct sample s;
	struct finding f = sample_finding("oi-missing", 1);

	sample_init(&s, 0);
	report_judge(&s.report, false);
	ck_assert_str_eq(s.report.verdict, "consistent");
	ck_assert_int_eq(s.report.exit_status, 0);
	report_judge(&s.report, true);
	ck_assert_str_eq(s.report.verdict, "incomplete");
	ck_assert_int_eq(s.report.exit_status, 8);
	f.severity = SEV_INFO;
	finding_list_add(&s.list, &f);
	f.severity = SEV_ERROR;
	f.state = FINDING_UNSTABLE;
	finding_list_add(&s.list, &f);
	report_judge(&s.report, false);
	ck_assert_int_eq(s.report.exit_status, 0);
	f.state = FINDING_CONFIRMED;
	finding_list_add(&s.list, &f);
	report_judge(&s.report, false);
	ck_assert_str_eq(s.report.verdict, "inconsistent");
	ck_assert_int_eq(s.report.exit_status, 4);
	s.report.cancelled = true;
	s.coverage.complete = false;
	report_judge(&s.report, false);
	ck_assert_int_eq(s.report.exit_status, 4 | 8 | 32);
	sample_free(&s);
}
END_TEST

Suite *suite_finding(void)
{
	TCase *tc;
	Suite *s = suite_begin("finding", &tc);

	tcase_add_test(tc, builders_stop_when_full);
	tcase_add_test(tc, name_keys);
	tcase_add_test(tc, stored_apart_from_its_maker);
	tcase_add_test(tc, counts_are_exact_beyond_the_cap);
	tcase_add_loop_test(tc, parts_make_the_whole, 0, 25);
	tcase_add_test(tc, parts_of_very_many);
	tcase_add_test(tc, states);
	tcase_add_loop_test(tc, fingerprints_do_not_depend_on_order, 0, 20);
	tcase_add_test(tc, fingerprint_tells_apart);
	tcase_add_test(tc, reasons_add_up);
	tcase_add_test(tc, incomplete_once_for_each_reason);
	tcase_add_test(tc, verdicts);
	return s;
}
