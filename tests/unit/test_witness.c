/* SPDX-License-Identifier: GPL-2.0-only */
/* What the witness makes of the texts of tracefs, and how it judges. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guard/trace_text.h"
#include "tests/unit/suites.h"

#define EVENT "        mdtcheck-4711    [001] d..1.  1234.567890: "

START_TEST(event_is_counted_by_name)
{
	struct witness_events ev = { 0 };

	trace_text_line(EVENT "jbd2_handle_start: dev 7,0 tid 5 type 2", &ev);
	trace_text_line(EVENT "jbd2_handle_start: dev 7,0 tid 6 type 2", &ev);
	trace_text_line(EVENT "ext4_mark_inode_dirty: dev 7,0 ino 12", &ev);
	ck_assert_uint_eq(ev.count, 3);
	ck_assert_uint_eq(ev.lost, 0);
	ck_assert_uint_eq(ev.nnames, 2);
	ck_assert_str_eq(ev.by_name[0].name, "jbd2_handle_start");
	ck_assert_uint_eq(ev.by_name[0].count, 2);
	ck_assert_str_eq(ev.first[2], "ext4_mark_inode_dirty: dev 7,0 ino 12");
}
END_TEST

START_TEST(comments_are_no_events)
{
	struct witness_events ev = { 0 };

	trace_text_line("# tracer: nop", &ev);
	trace_text_line("##### CPU 1 buffer started ####", &ev);
	trace_text_line("", &ev);
	ck_assert_uint_eq(ev.count + ev.lost, 0);
}
END_TEST

START_TEST(program_with_brackets)
{
	struct witness_events ev = { 0 };

	trace_text_line(" a [1] b: c-99  [127] .....  1.2: block_bio_queue: 7,0 W 8 + 8 [a]", &ev);
	ck_assert_uint_eq(ev.count, 1);
	ck_assert_str_eq(ev.by_name[0].name, "block_bio_queue");
}
END_TEST

/* EL8 prints four flags, newer kernels five. */
START_TEST(four_flags)
{
	struct witness_events ev = { 0 };

	trace_text_line("  mdtcheck-1  [000] ....  1.000001: jbd2_start_commit: dev 8,1", &ev);
	ck_assert_uint_eq(ev.count, 1);
}
END_TEST

START_TEST(interrupts_are_not_ours)
{
	static const char flags[] = "hsHzZ";
	struct witness_events ev = { 0 };
	char line[128];
	size_t i;

	for (i = 0; i < strlen(flags); i++) {
		snprintf(line, sizeof(line), " m-1 [000] ..%c1. 1.0: block_bio_queue: 7,0 W",
			 flags[i]);
		trace_text_line(line, &ev);
	}
	ck_assert_uint_eq(ev.count + ev.lost, 0);
}
END_TEST

START_TEST(what_is_not_understood_is_lost)
{
	static const char *const line[] = {
		"CPU:1 [LOST 12 EVENTS]",  "nonsense",
		"m-1 [000] ..... 1.0:",	   "m-1 [] ..... 1.0: x: y",
		"m-1 [000] .. 1.0: x: y",  "m-1 [000] ..... 1: x: y",
		"m-1 [000] ..... 1.0: x",  "[",
		"m-1 [000] ..... 1.0: : y",
	};
	struct witness_events ev = { 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(line); i++) {
		trace_text_line(line[i], &ev);
		ck_assert_msg(ev.lost == i + 1, "%s", line[i]);
	}
	ck_assert_uint_eq(ev.count, 0);
}
END_TEST

START_TEST(many_names_and_long_lines)
{
	struct witness_events ev = { 0 };
	char line[600];
	int i;

	for (i = 0; i < 40; i++) {
		snprintf(line, sizeof(line), EVENT "event_%0100d: %0300d", i, i);
		trace_text_line(line, &ev);
	}
	ck_assert_uint_eq(ev.count, 40);
	ck_assert_uint_le(ev.nnames, WITNESS_NAMES);
	ck_assert_uint_eq(ev.nfirst, WITNESS_FIRST);
	ck_assert_uint_eq(strlen(ev.first[0]), sizeof(ev.first[0]) - 1);
}
END_TEST

START_TEST(stats)
{
	struct witness_events ev = { 0 };

	ck_assert_int_eq(trace_text_stats("entries: 9\noverrun: 1\ncommit overrun: 2\nbytes: 7\n"
					  "dropped events: 4\nread events: 8\n", &ev), 0);
	ck_assert_uint_eq(ev.lost, 7);
	ck_assert_int_eq(trace_text_stats("entries: 9\noverrun: 0\n", &ev), -EINVAL);
	ck_assert_int_eq(trace_text_stats("", &ev), -EINVAL);
	ck_assert_int_eq(trace_text_stats("overrun: \ncommit overrun: x\n", &ev), -EINVAL);
	ck_assert_uint_eq(ev.lost, 7);
}
END_TEST

START_TEST(numbers)
{
	u64 v = 77;

	ck_assert_int_eq(trace_text_number("123\n", &v), 0);
	ck_assert_uint_eq(v, 123);
	ck_assert_int_eq(trace_text_number("18446744073709551615", &v), 0);
	ck_assert_uint_eq(v, UINT64_MAX);
	v = 77;
	ck_assert_int_eq(trace_text_number("18446744073709551616", &v), -EINVAL);
	ck_assert_int_eq(trace_text_number("", &v), -EINVAL);
	ck_assert_int_eq(trace_text_number("-1\n", &v), -EINVAL);
	ck_assert_int_eq(trace_text_number("1 2\n", &v), -EINVAL);
	ck_assert_uint_eq(v, 77);
	ck_assert_int_eq(trace_text_transactions("6 transactions (5 requested), each", &v), 0);
	ck_assert_uint_eq(v, 6);
	ck_assert_int_eq(trace_text_transactions("6 something", &v), -EINVAL);
	ck_assert_int_eq(trace_text_transactions("", &v), -EINVAL);
}
END_TEST

static enum witness_state judged(u64 count, u64 lost, const char *reason)
{
	struct witness_result r = { .events = { .count = count, .lost = lost } };

	snprintf(r.reason, sizeof(r.reason), "%s", reason);
	witness_judge(&r);
	ck_assert_msg(r.state != WITNESS_UNAVAILABLE || r.reason[0], "unavailable without a reason");
	return r.state;
}

START_TEST(judgement)
{
	ck_assert_int_eq(judged(0, 0, ""), WITNESS_QUIET);
	ck_assert_int_eq(judged(1, 0, ""), WITNESS_ACTIVE);
	ck_assert_int_eq(judged(0, 1, ""), WITNESS_UNAVAILABLE);
	ck_assert_int_eq(judged(0, 0, "why"), WITNESS_UNAVAILABLE);
	ck_assert_int_eq(judged(1, 1, ""), WITNESS_ACTIVE);
	ck_assert_int_eq(judged(1, 0, "why"), WITNESS_ACTIVE);
}
END_TEST

Suite *suite_witness(void)
{
	Suite *s = suite_create("witness");
	TCase *tc = tcase_create("witness");

	tcase_add_test(tc, event_is_counted_by_name);
	tcase_add_test(tc, comments_are_no_events);
	tcase_add_test(tc, program_with_brackets);
	tcase_add_test(tc, four_flags);
	tcase_add_test(tc, interrupts_are_not_ours);
	tcase_add_test(tc, what_is_not_understood_is_lost);
	tcase_add_test(tc, many_names_and_long_lines);
	tcase_add_test(tc, stats);
	tcase_add_test(tc, numbers);
	tcase_add_test(tc, judgement);
	suite_add_tcase(s, tc);
	return s;
}
