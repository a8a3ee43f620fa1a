/* SPDX-License-Identifier: GPL-2.0-only */
/* Token buckets and pressure. */
#include "base/pace.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"

#define BURST (20 * NS_PER_MS)	     /* what was left unused before this is forfeit */
#define LOOK_EVERY (250 * NS_PER_MS) /* at the pressure */
#define WORK (10 * NS_PER_MS)	     /* between two pauses */
#define PAUSE_MIN 10U
#define PAUSE_MAX 100U

u64 bucket_take(struct bucket *b, u64 now, u64 n)
{
	if (!b->rate)
		return 0;
	if (b->free_at + BURST < now)
		b->free_at = now - BURST;
	b->free_at += n / b->rate * NS_PER_SECOND + n % b->rate * NS_PER_SECOND / b->rate;
	return b->free_at > now ? b->free_at - now : 0;
}

int pressure_parse(const char *text, u64 *total)
{
	const char *p = !strncmp(text, "some ", 5) ? strstr(text, " total=") : NULL;
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
	return 0;
}

void gauge_read(struct gauge *g, u64 now, u64 total)
{
	u64 us = (now - g->at) / 1000;

	if (!g->begun || total < g->total)
		g->percent = 0;
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
	if (wait)
		__atomic_fetch_add(&p->waited, sleep_until(p, now + wait), __ATOMIC_RELAXED);
}

/* ---- pressure ---- */

static void look(struct pace *p, u64 now)
{
	for (u32 i = 0; i < PRESSURE_FILES; i++) {
		char text[256];
		ssize_t n;
		u64 total;

		if (p->opt.pressure_fd[i] < 0)
			continue;
		n = pread(p->opt.pressure_fd[i], text, sizeof(text) - 1, 0);
		if (n <= 0)
			continue;
		text[n] = '\0';
		if (!pressure_parse(text, &total))
			gauge_read(&p->gauge[i], now, total);
	}
}

/* With the lock: a pause now, or none until the next look. */
static void decide(struct pace *p, u64 now)
{
	u32 percent = 0, pause;

	if (now >= p->next_look) {
		look(p, now);
		p->next_look = now + LOOK_EVERY;
	}
	for (u32 i = 0; i < PRESSURE_FILES; i++)
		percent = p->gauge[i].percent > percent ? p->gauge[i].percent : percent;
	pause = pressure_pause(percent, p->opt.pressure);
	if (pause)
		__atomic_store_n(&p->pause_until, now + pause * NS_PER_MS, __ATOMIC_RELAXED);
	__atomic_store_n(&p->next_step, pause ? now + pause * NS_PER_MS + WORK : p->next_look,
			 __ATOMIC_RELAXED);
}

/*
 * All threads pause together: one that went on would keep the disk as busy.  After a pause
 * they work for a moment, whatever the pressure: a run must end.
 */
static void step_back(struct pace *p)
{
	u64 now = clock_ns();
	u64 until = __atomic_load_n(&p->pause_until, __ATOMIC_RELAXED);

	if (now >= until && now >= __atomic_load_n(&p->next_step, __ATOMIC_RELAXED)) {
		pthread_mutex_lock(&p->lock);
		if (now >= p->next_step)
			decide(p, now);
		until = p->pause_until;
		pthread_mutex_unlock(&p->lock);
	}
	if (now < until)
		__atomic_fetch_add(&p->backed_off, sleep_until(p, until), __ATOMIC_RELAXED);
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
