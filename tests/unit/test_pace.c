/* SPDX-License-Identifier: GPL-2.0-only */
/* Rates, pressure, the plan for a memory budget, and the forms of a progress line. */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/pace.h"
#include "plan.h"
#include "report/progress.h"
#include "tests/unit/suites.h"
#include "tests/unit/vector.h"

#define SECOND 1000000000ULL
#define MS 1000000ULL

/* ---- token bucket ---- */

START_TEST(bucket_keeps_its_rate)
{
	struct bucket b = { .rate = 1000 };
	u64 now = 5 * SECOND, taken = 0;

	/* Who waits as told takes a thousand a second, and the burst. */
	while (now < 15 * SECOND) {
		now += bucket_take(&b, now, 7);
		taken += 7;
	}
	ck_assert_uint_ge(taken, 10000);
	ck_assert_uint_le(taken, 10000 + 20 + 7);
}
END_TEST

START_TEST(bucket_forgets_idleness)
{
	struct bucket b = { .rate = 1000 };

	ck_assert_uint_eq(bucket_take(&b, SECOND, 20), 0);
	ck_assert_uint_eq(bucket_take(&b, SECOND, 1), MS);
	/* An hour later there is no more at once than before. */
	ck_assert_uint_eq(bucket_take(&b, 3600 * SECOND, 20), 0);
	ck_assert_uint_eq(bucket_take(&b, 3600 * SECOND, 1), MS);
}
END_TEST

START_TEST(bucket_large_and_none)
{
	struct bucket b = { .rate = 1 }, none = { 0 }, fast = { .rate = 1ULL << 60 };

	ck_assert_uint_ge(bucket_take(&b, SECOND, 3600), 3599 * SECOND);
	ck_assert_uint_eq(bucket_take(&none, SECOND, UINT32_MAX), 0);
	ck_assert_uint_eq(bucket_take(&fast, SECOND, UINT32_MAX), 0);
	/* Several takers in the same moment: each waits for those before it. */
	b = (struct bucket){ .rate = 10 };
	bucket_take(&b, SECOND, 1);
	ck_assert_uint_eq(bucket_take(&b, SECOND, 10) + SECOND, bucket_take(&b, SECOND, 10));
}
END_TEST

static volatile int no_cancel, cancelled = 1;

/* With the clock. */
START_TEST(pace_waits_and_ends)
{
	const struct pace_options o = { .bytes = 1 << 20, .pressure_fd = { -1, -1 } };
	struct timespec a, b;
	struct pace p;

	pace_init(&p, &o, &no_cancel);
	ck_assert(pace_matters(&p));
	clock_gettime(CLOCK_MONOTONIC, &a);
	pace_bytes(&p, 1 << 18);
	clock_gettime(CLOCK_MONOTONIC, &b);
	ck_assert_int_ge((b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000, 200);
	ck_assert_uint_ge(p.waited, 200 * MS);
	pace_init(&p, &o, &cancelled);
	pace_bytes(&p, 1 << 30); /* would be a quarter of an hour */
	ck_assert_uint_lt(p.waited, 5 * SECOND);
	pace_init(&p, &(struct pace_options){ .pressure = 20, .pressure_fd = { -1, -1 } },
		  &no_cancel);
	ck_assert(!pace_matters(&p));
}
END_TEST

/* ---- pressure ---- */

START_TEST(pressure_lines)
{
	u64 total = 7;
	u32 recent = 7;

	ck_assert_int_eq(pressure_parse("some avg10=7.62 avg60=6.21 avg300=5.29 total=438087624\n"
					"full avg10=0.00 avg60=0.00 avg300=0.00 total=135199499\n",
					&recent, &total), 0);
	ck_assert_uint_eq(total, 438087624);
	ck_assert_uint_eq(recent, 7);
	ck_assert_int_eq(pressure_parse("some avg10=100.00 total=0", &recent, &total), 0);
	ck_assert_uint_eq(total, 0);
	ck_assert_uint_eq(recent, 100);
	total = recent = 7;
	ck_assert_int_eq(pressure_parse("", &recent, &total), -EBADMSG);
	ck_assert_int_eq(pressure_parse("full avg10=0.00 total=1\n", &recent, &total), -EBADMSG);
	ck_assert_int_eq(pressure_parse("some avg10=0.00\nfull total=1\n", &recent, &total), -EBADMSG);
	ck_assert_int_eq(pressure_parse("some total=\n", &recent, &total), -EBADMSG);
	ck_assert_int_eq(pressure_parse("some total=99999999999999999999\n", &recent, &total), -EBADMSG);
	ck_assert_uint_eq(total, 7);
	ck_assert_uint_eq(recent, 7);
}
END_TEST

START_TEST(pressure_gauge)
{
	struct gauge g = { 0 };

	/* The total since boot says nothing about now. */
	gauge_read(&g, SECOND, 33, 123456789);
	ck_assert_uint_eq(g.percent, 33);
	gauge_read(&g, SECOND + 250 * MS, 0, 123456789 + 125000);
	ck_assert_uint_eq(g.percent, 50);
	gauge_read(&g, SECOND + 500 * MS, 0, 123456789 + 125000);
	ck_assert_uint_eq(g.percent, 0);
	gauge_read(&g, SECOND + 500 * MS, 0, 123456789 + 225000);
	gauge_read(&g, SECOND + 600 * MS, 0, 999999999);
	ck_assert_uint_eq(g.percent, 100);
	gauge_read(&g, SECOND + 700 * MS, 0, 5);
	ck_assert_uint_eq(g.percent, 0);
}
END_TEST

START_TEST(pressure_pauses)
{
	ck_assert_uint_eq(pressure_pause(0, 20), 0);
	ck_assert_uint_eq(pressure_pause(20, 20), 0);
	ck_assert_uint_eq(pressure_pause(21, 20), 54);
	ck_assert_uint_eq(pressure_pause(60, 20), 225);
	ck_assert_uint_eq(pressure_pause(100, 20), 400);
	ck_assert_uint_eq(pressure_pause(100, 99), 400);
	ck_assert_uint_eq(pressure_pause(100, 0), 0);
}
END_TEST

/* A file of pressure whose total grows with the time, or stands. */
struct fake_pressure {
	int fd;
	int stop; /* atomic */
	pthread_t thread;
};

static u64 clock_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * 1000000 + (u64)t.tv_nsec / 1000;
}

static void say_pressure(int fd, u64 total)
{
	char text[100];
	int n = snprintf(text, sizeof(text), "some avg10=90.00 total=%020" PRIu64 "\n", total);

	ck_assert_int_eq(pwrite(fd, text, (size_t)n, 0), n);
}

static struct pace_options fake_options(const struct fake_pressure *f)
{
	return (struct pace_options){ .pressure = 20, .work_ns = 2 * MS,
				      .pressure_fd = { f->fd, -1 } };
}

static void *fake_main(void *arg)
{
	struct fake_pressure *f = arg;

	while (!__atomic_load_n(&f->stop, __ATOMIC_RELAXED)) {
		say_pressure(f->fd, clock_us());
		nanosleep(&(struct timespec){ .tv_nsec = MS }, NULL);
	}
	return NULL;
}

/* Reads, in steps of no time, until others wait for more than so much of it, or less. */
static void read_until(struct pace *p, bool more, u32 percent)
{
	u64 end = clock_us() + 10000000;

	do {
		pace_bytes(p, 1);
	} while ((p->others > percent) != more && clock_us() < end);
	ck_assert_int_eq(p->others > percent, more);
}

/* With the clock: what counts is who waits while we pause. */
START_TEST(pace_steps_back_for_others)
{
	struct fake_pressure f = { .fd = memfd_create("pressure", 0) };
	const struct pace_options o = fake_options(&f);
	struct pace p;
	u64 before;

	ck_assert_int_ge(f.fd, 0);
	say_pressure(f.fd, clock_us());
	pace_init(&p, &o, &no_cancel);
	/* It says 90 percent, but that is past: a pause to see, and no more. */
	read_until(&p, false, 0);
	ck_assert_uint_ge(p.backed_off, 15 * MS);

	ck_assert_int_eq(pthread_create(&f.thread, NULL, fake_main, &f), 0);
	read_until(&p, true, 20);
	before = p.backed_off;
	for (u64 end = clock_us() + 300000; clock_us() < end;)
		pace_bytes(&p, 1);
	ck_assert_uint_ge(p.backed_off - before, 100 * MS);
	__atomic_store_n(&f.stop, 1, __ATOMIC_RELAXED);
	pthread_join(f.thread, NULL);
	read_until(&p, false, 20);
	close(f.fd);
}
END_TEST

/* ---- turns ---- */

/* A thread whose every reading takes it 200 microseconds. */
struct reader {
	struct pace *p;
	const int *stop;
	int *at_work; /* atomic: threads that are */
	pthread_t thread;
	u32 readings, beside; /* ... those of them that began while another thread was at work */
};

static void *reader_main(void *arg)
{
	struct reader *r = arg;

	while (!__atomic_load_n(r->stop, __ATOMIC_RELAXED)) {
		u64 begin;

		pace_bytes(r->p, 1);
		r->beside += __atomic_fetch_add(r->at_work, 1, __ATOMIC_RELAXED) > 0;
		r->readings++;
		begin = clock_us();
		while (clock_us() < begin + 200)
			;
		__atomic_fetch_sub(r->at_work, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

/* With the clock: while others wait, two threads do not work at once. */
START_TEST(pace_takes_turns)
{
	struct fake_pressure f = { .fd = memfd_create("pressure", 0) };
	const struct pace_options o = fake_options(&f);
	struct reader r[2];
	struct pace p;
	int stop = 0, at_work = 0;

	ck_assert_int_ge(f.fd, 0);
	say_pressure(f.fd, clock_us());
	pace_init(&p, &o, &no_cancel);
	ck_assert_int_eq(pthread_create(&f.thread, NULL, fake_main, &f), 0);
	read_until(&p, true, 20);
	for (u32 i = 0; i < 2; i++) {
		r[i] = (struct reader){ .p = &p, .stop = &stop, .at_work = &at_work };
		ck_assert_int_eq(pthread_create(&r[i].thread, NULL, reader_main, &r[i]), 0);
	}
	nanosleep(&(struct timespec){ .tv_sec = 2 }, NULL);
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	for (u32 i = 0; i < 2; i++)
		pthread_join(r[i].thread, NULL);
	__atomic_store_n(&f.stop, 1, __ATOMIC_RELAXED);
	pthread_join(f.thread, NULL);
	close(f.fd);
	ck_assert_uint_gt(r[0].readings + r[1].readings, 10);
	ck_assert_uint_lt(4 * (r[0].beside + r[1].beside), r[0].readings + r[1].readings);
}
END_TEST

/* ---- the plan ---- */

static struct plan_needs needs(u64 limit)
{
	return (struct plan_needs){
		.limit = limit, .used = 1 << 20, .scan_thread = 3 << 20, .look_thread = 1 << 19,
		.threads = 8, .max_ino = 10000000, .dirs = 100000, .files = 8000000,
	};
}

START_TEST(plan_without_limit)
{
	struct plan_needs n = needs(0);
	struct plan p;

	ck_assert_int_eq(plan_make(&n, &p), 0);
	ck_assert_uint_eq(p.window, 10000001);
	ck_assert_uint_eq(p.threads, 8);
	n.max_ino = UINT32_MAX;
	ck_assert_int_eq(plan_make(&n, &p), 0);
	ck_assert_uint_eq(p.window, UINT32_MAX);
}
END_TEST

START_TEST(plan_least)
{
	struct plan_needs n = needs(1);
	struct plan p, q;

	ck_assert_int_eq(plan_make(&n, &p), -ENOMEM);
	ck_assert_uint_gt(p.least, n.used + n.scan_thread);
	n.limit = p.least - 1;
	ck_assert_int_eq(plan_make(&n, &q), -ENOMEM);
	ck_assert_uint_eq(q.least, p.least);
	n.limit = p.least;
	ck_assert_int_eq(plan_make(&n, &q), 0);
	ck_assert_uint_eq(q.threads, 1);
	ck_assert_uint_ge(q.window, 10000001 / 130);
}
END_TEST

/* More memory: never more passes, never fewer threads; and it fits. */
START_TEST(plan_grows)
{
	struct plan_needs n = needs(1);
	struct plan p, before = { 0 };

	plan_make(&n, &p);
	for (n.limit = p.least; n.limit < 1ULL << 30; n.limit += 1 << 20) {
		ck_assert_int_eq(plan_make(&n, &p), 0);
		ck_assert_uint_ge(p.threads, before.threads);
		ck_assert_uint_ge(p.window, p.threads == before.threads ? before.window : 1);
		ck_assert_uint_le(n.used + p.threads * n.scan_thread + n.max_ino / 8 +
				  n.dirs * 56ULL + p.window * 8ULL, n.limit);
		before = p;
	}
	ck_assert_uint_eq(p.window, 10000001);
	ck_assert_uint_eq(p.threads, 8);
}
END_TEST

/* ---- progress ---- */

static const char *format(enum progress_form form, const struct progress_sample *s)
{
	static char line[512];

	progress_format(form, s, "/dev/x", line, sizeof(line));
	return line;
}

START_TEST(progress_forms)
{
	struct progress_sample s = { .phase = METER_SCAN, .pass = 1, .done = 25, .max = 100,
				     .inodes = 5000, .seconds = 2.5 };
	char small[8];

	ck_assert_str_eq(format(PROGRESS_FSCK, &s), "1 25 100 /dev/x\n");
	ck_assert_str_eq(format(PROGRESS_LINE, &s),
			 "mdtcheck: scan: 25.0% (25 of 100), 5000 inodes, 2.5 s, 2000 inodes/s, "
			 "ETA 0:08\n");
	ck_assert_str_eq(format(PROGRESS_BAR, &s),
			 "\rscan   |======                  |  25.0%  2000 inodes/s  ETA 0:08   ");
	ck_assert_str_eq(format(PROGRESS_JSON, &s),
			 "{\"phase\": \"scan\", \"pass\": 1, \"done\": 25, \"max\": 100, "
			 "\"inodes\": 5000, \"seconds\": 2.500, \"rate\": 2000.0, "
			 "\"eta_seconds\": 7.5}\n");
	s.done = 0;
	s.phase = METER_EXACT;
	ck_assert_ptr_nonnull(strstr(format(PROGRESS_JSON, &s), "\"eta_seconds\": null"));
	ck_assert_ptr_nonnull(strstr(format(PROGRESS_BAR, &s), "0 steps/s  ETA -:--"));
	s = (struct progress_sample){ .phase = METER_SCAN, .done = 1, .max = 4001, .seconds = 1 };
	ck_assert_ptr_nonnull(strstr(format(PROGRESS_LINE, &s), "ETA 1:06:40"));
	ck_assert_uint_eq(progress_format(PROGRESS_LINE, &s, "", small, sizeof(small)), 7);
	ck_assert_str_eq(small, "mdtchec");
}
END_TEST

Suite *suite_pace(void)
{
	TCase *t;
	Suite *s = suite_begin("pace", &t);

	tcase_add_test(t, bucket_keeps_its_rate);
	tcase_add_test(t, bucket_forgets_idleness);
	tcase_add_test(t, bucket_large_and_none);
	tcase_add_test(t, pace_waits_and_ends);
	tcase_add_test(t, pressure_lines);
	tcase_add_test(t, pressure_gauge);
	tcase_add_test(t, pressure_pauses);
	tcase_add_test(t, pace_steps_back_for_others);
	tcase_add_test(t, pace_takes_turns);
	tcase_add_test(t, plan_without_limit);
	tcase_add_test(t, plan_least);
	tcase_add_test(t, plan_grows);
	tcase_add_test(t, progress_forms);
	return s;
}
