/* SPDX-License-Identifier: GPL-2.0-only */
/* Token buckets and pressure. */
#include "base/pace.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

#define BURST (20 * NS_PER_MS)	     /* what was left unused before this is forfeit */
#define LOOK_EVERY (100 * NS_PER_MS) /* at the pressure, while nobody else waits */
#define SETTLE (5 * NS_PER_MS)	     /* until our own reads have come to their end */
#define PAUSE_TO_SEE 15U	     /* ms: whether it is others who wait */
#define PAUSE_MIN 50U		     /* ms: because they do */
#define PAUSE_MAX 400U
#define NAP_MIN (5 * NS_PER_MS) /* for a rate: shorter ones cost more than they give */

/*
 * While others wait, one thread works at a time: the end of the moment that was this thread's last,
 * which is its turn as long as the pace has that for its next step.
 */
static _Thread_local u64 my_turn;

u64 bucket_take(struct bucket *b, u64 now, u64 n)
{
	if (!b->rate)
		return 0;
	if (b->free_at + BURST < now)
		b->free_at = now - BURST;
	b->free_at += n / b->rate * NS_PER_SECOND + n % b->rate * NS_PER_SECOND / b->rate;
	return b->free_at > now ? b->free_at - now : 0;
}

int pressure_parse(const char *text, u32 *recent, u64 *total)
{
	static const char head[] = "some avg10=";
	const char *p = !strncmp(text, head, sizeof(head) - 1) ? strstr(text, " total=") : NULL;
	u64 v = 0;

	if (!p || (size_t)(p - text) > strcspn(text, "\n"))
		return -EBADMSG;
	p += strlen(" total=");
	if (*p < '0' || *p > '9')
		return -EBADMSG;
	for (; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (u64)(*p - '0'), &v))
			return -EBADMSG;
	*total = v;
	*recent = (u32)min_u64(strtoul(text + sizeof(head) - 1, NULL, 10), 100);
	return 0;
}

void gauge_read(struct gauge *g, u64 now, u32 recent, u64 total)
{
	u64 us = (now - g->at) / 1000;

	if (!g->begun || total < g->total)
		g->percent = recent;
	else if (us)
		g->percent = (u32)min_u64((total - g->total) * 100 / us, 100);
	g->begun = true;
	g->at = now;
	g->total = total;
}

u32 pressure_pause(u32 percent, u32 limit)
{
	if (!limit || percent <= limit)
		return 0;
	return PAUSE_MIN + (PAUSE_MAX - PAUSE_MIN) * (percent - limit) / (100 - limit);
}

/* The time that it took. */
static u64 sleep_until(const struct pace *p, u64 end)
{
	u64 begin = clock_ns();

	clock_sleep_until(end, p->cancel);
	return clock_ns() - begin;
}

void pace_init(struct pace *p, const struct pace_options *opt, const volatile int *cancel)
{
	*p = (struct pace){ .opt = *opt, .cancel = cancel, .inodes.rate = opt->inodes,
			    .bytes.rate = opt->bytes };
	pthread_mutex_init(&p->lock, NULL);
	if (opt->pressure_fd[0] < 0 && opt->pressure_fd[1] < 0)
		p->opt.pressure = 0;
}

bool pace_matters(const struct pace *p)
{
	return p->opt.inodes || p->opt.bytes || p->opt.pressure;
}

static void take(struct pace *p, struct bucket *b, u64 n)
{
	u64 now, wait;

	if (!b->rate)
		return;
	now = clock_ns();
	pthread_mutex_lock(&p->lock);
	wait = bucket_take(b, now, n);
	pthread_mutex_unlock(&p->lock);
	if (wait >= NAP_MIN)
		__atomic_fetch_add(&p->waited, sleep_until(p, now + wait), __ATOMIC_RELAXED);
}

/* ---- pressure ---- */

static void look(struct pace *p, u64 now)
{
	for (u32 i = 0; i < PRESSURE_FILES; i++) {
		char text[256];
		ssize_t n;
		u32 recent;
		u64 total;

		if (p->opt.pressure_fd[i] < 0)
			continue;
		n = pread(p->opt.pressure_fd[i], text, sizeof(text) - 1, 0);
		if (n <= 0)
			continue;
		text[n] = '\0';
		if (!pressure_parse(text, &recent, &total))
			gauge_read(&p->gauge[i], now, recent, total);
	}
}

static u32 gauges(const struct pace *p)
{
	u32 percent = 0;

	for (u32 i = 0; i < PRESSURE_FILES; i++)
		percent = p->gauge[i].percent > percent ? p->gauge[i].percent : percent;
	return percent;
}

/* The next decision is then; until then it is this thread's turn. */
static void begin_turn(struct pace *p, u64 end)
{
	my_turn = end;
	__atomic_store_n(&p->next_step, end, __ATOMIC_RELAXED);
}

/* Nobody of us works for so long; who still waits then are others. */
static void pause_all(struct pace *p, u64 now, u32 ms)
{
	u64 until = now + ms * NS_PER_MS;
	u64 slept;

	/* Those who wake together with this thread must not take the turn for theirs. */
	begin_turn(p, until + p->opt.work_ns);
	__atomic_store_n(&p->pause_until, until, __ATOMIC_RELAXED);
	slept = sleep_until(p, now + SETTLE);
	look(p, clock_ns());
	slept += sleep_until(p, until);
	look(p, clock_ns());
	__atomic_fetch_add(&p->backed_off, slept, __ATOMIC_RELAXED);
}

/*
 * What is read while we work tells whether anybody waits at all, be it we ourselves.  Then all
 * pause, and what is read meanwhile tells of the others; as long as they wait, pause follows pause.
 */
static void decide(struct pace *p, u64 now)
{
	u32 limit = p->opt.pressure, pause = pressure_pause(p->others, limit);

	look(p, now);
	if (pause || gauges(p) > limit) {
		pause_all(p, now, pause ? pause : PAUSE_TO_SEE);
		__atomic_store_n(&p->others, gauges(p), __ATOMIC_RELAXED);
	}
	begin_turn(p, clock_ns() + (p->others > limit ? p->opt.work_ns : LOOK_EVERY));
}

/* While others wait, only the thread that decided last works; this one waited: it looks again. */
static bool wait_for_turn(struct pace *p, u64 now)
{
	u64 until = __atomic_load_n(&p->pause_until, __ATOMIC_RELAXED);
	u64 next = __atomic_load_n(&p->next_step, __ATOMIC_RELAXED);

	if (now >= until && next != my_turn &&
	    __atomic_load_n(&p->others, __ATOMIC_RELAXED) > p->opt.pressure)
		until = next;
	if (now >= until)
		return false;
	__atomic_fetch_add(&p->backed_off, sleep_until(p, until), __ATOMIC_RELAXED);
	return !stop_wanted(p->cancel);
}

/*
 * All threads pause together: one that went on would keep the disk as busy.  After a pause
 * one works for a moment, whatever the pressure: a run must end.  The others wait for that
 * moment to end too; the first of them to wake decides, and the next turn is its own.
 */
static void step_back(struct pace *p)
{
	while (wait_for_turn(p, clock_ns()))
		;
	if (clock_ns() < __atomic_load_n(&p->next_step, __ATOMIC_RELAXED) ||
	    __atomic_exchange_n(&p->deciding, true, __ATOMIC_ACQUIRE))
		return;
	decide(p, clock_ns());
	__atomic_store_n(&p->deciding, false, __ATOMIC_RELEASE);
}

void pace_bytes(struct pace *p, u64 n)
{
	take(p, &p->bytes, n);
	if (p->opt.pressure)
		step_back(p);
}

void pace_inodes(struct pace *p, u64 n)
{
	take(p, &p->inodes, n);
}
