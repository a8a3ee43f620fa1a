/* SPDX-License-Identifier: GPL-2.0-only */
/* The progress thread, and the forms of a line. */
#include "report/progress.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

#define TICK_MS 250
#define JSON_TICKS 4 /* a line a second */
#define BAR_CELLS 24
#define STACK_BYTES (256U << 10)
#define LINE_BYTES 512

struct progress {
	struct progress_options opt;
	const struct meter *meter;
	pthread_t thread;
	bool stop; /* atomic */
	enum meter_phase shown;
	u32 shown_pass;
	u64 shown_done, shown_max;
	u32 ticks;
};

static const char *phase_name(enum meter_phase p)
{
	static const char *const name[METER_NR] = { "start",  "scan",  "exact",
						    "settle", "group", "second" };

	return name[p];
}

/* ---- forms --------------------------------------------------------------------------------- */

static double share(const struct progress_sample *s)
{
	return s->max ? (double)min_u64(s->done, s->max) / (double)s->max : 0;
}

/* A second: inodes in a scan, else steps. */
static double rate(const struct progress_sample *s)
{
	u64 n = s->phase == METER_SCAN ? s->inodes : s->done;

	return s->seconds > 0 ? (double)n / s->seconds : 0;
}

/* Seconds to the end of the phase; -1 unknown. */
static double eta(const struct progress_sample *s)
{
	double x = share(s);

	return x > 0 ? s->seconds * (1 - x) / x : -1;
}

static void eta_text(const struct progress_sample *s, char *out, size_t size)
{
	double left = eta(s);
	u64 t = left < 0 ? 0 : (u64)(left + 0.5);

	if (left < 0)
		snprintf(out, size, "-:--");
	else if (t < 3600)
		snprintf(out, size, "%" PRIu64 ":%02" PRIu64, t / 60, t % 60);
	else
		snprintf(out, size, "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64, t / 3600, t / 60 % 60,
			 t % 60);
}

static int format_bar(const struct progress_sample *s, char *out, size_t size)
{
	char cells[BAR_CELLS + 1], left[32];
	u32 full = (u32)(share(s) * BAR_CELLS);

	memset(cells, ' ', BAR_CELLS);
	memset(cells, '=', full);
	cells[BAR_CELLS] = '\0';
	eta_text(s, left, sizeof(left));
	return snprintf(out, size, "\r%-6s |%s| %5.1f%%  %.0f %s/s  ETA %s   ",
			phase_name(s->phase), cells, share(s) * 100, rate(s),
			s->phase == METER_SCAN ? "inodes" : "steps", left);
}

static int format_line(const struct progress_sample *s, char *out, size_t size)
{
	char left[32];

	eta_text(s, left, sizeof(left));
	return snprintf(out, size,
			"mdtcheck: %s: %.1f%% (%" PRIu64 " of %" PRIu64 "), %" PRIu64
			" inodes, %.1f s, %.0f %s/s, ETA %s\n",
			phase_name(s->phase), share(s) * 100, s->done, s->max, s->inodes,
			s->seconds, rate(s), s->phase == METER_SCAN ? "inodes" : "steps", left);
}

static int format_json(const struct progress_sample *s, char *out, size_t size)
{
	char left[32] = "null";

	if (eta(s) >= 0)
		snprintf(left, sizeof(left), "%.1f", eta(s));
	return snprintf(out, size,
			"{\"phase\": \"%s\", \"pass\": %u, \"done\": %" PRIu64 ", \"max\": %" PRIu64
			", \"inodes\": %" PRIu64 ", \"seconds\": %.3f, \"rate\": %.1f, "
			"\"eta_seconds\": %s}\n",
			phase_name(s->phase), s->pass, s->done, s->max, s->inodes, s->seconds,
			rate(s), left);
}

size_t progress_format(enum progress_form form, const struct progress_sample *s,
		       const char *device, char *out, size_t size)
{
	int n = 0;

	switch (form) {
	case PROGRESS_LINE:
		n = format_line(s, out, size);
		break;
	case PROGRESS_BAR:
		n = format_bar(s, out, size);
		break;
	case PROGRESS_JSON:
		n = format_json(s, out, size);
		break;
	case PROGRESS_FSCK:
		n = snprintf(out, size, "%u %" PRIu64 " %" PRIu64 " %s\n", s->phase, s->done, s->max,
			     device);
		break;
	}
	return n < 0 ? 0 : min_u64((u64)n, size - 1);
}

/* ---- the thread ---------------------------------------------------------------------------- */

/* The parts may be of different moments: a figure for people, not for judging. */
static struct progress_sample look(const struct meter *m)
{
	struct progress_sample s;

	s.max = __atomic_load_n(&m->max, __ATOMIC_ACQUIRE);
	s.phase = __atomic_load_n(&m->phase, __ATOMIC_RELAXED);
	s.pass = __atomic_load_n(&m->pass, __ATOMIC_RELAXED);
	s.done = min_u64(__atomic_load_n(&m->done, __ATOMIC_RELAXED), s.max);
	s.inodes = __atomic_load_n(&m->inodes, __ATOMIC_RELAXED);
	s.seconds = s.phase ? clock_seconds_since(__atomic_load_n(&m->begun, __ATOMIC_RELAXED)) : 0;
	return s;
}

static void show(const struct progress *p, enum progress_form form, const struct progress_sample *s)
{
	char line[LINE_BYTES];
	size_t n = progress_format(form, s, p->opt.device, line, sizeof(line));

	/* In one write: what stands beside it on a terminal must not get between. */
	dprintf(form == PROGRESS_FSCK ? p->opt.fd : STDERR_FILENO, "%.*s", (int)n, line);
}

static void show_phase_end(const struct progress *p)
{
	struct progress_sample s = { .phase = p->shown, .done = p->shown_max, .max = p->shown_max };

	if (p->opt.fd >= 0 && p->shown_max && p->shown_done != p->shown_max)
		show(p, PROGRESS_FSCK, &s);
}

static void tick(struct progress *p, bool last)
{
	struct progress_sample s = look(p->meter);
	bool other = s.phase != p->shown || s.pass != p->shown_pass;

	if (!s.max)
		return;
	if (other)
		show_phase_end(p);
	if (p->opt.bar)
		show(p, PROGRESS_BAR, &s);
	if (p->opt.json && (other || last || ++p->ticks % JSON_TICKS == 0))
		show(p, PROGRESS_JSON, &s);
	if (p->opt.fd >= 0 && (other || s.done != p->shown_done))
		show(p, PROGRESS_FSCK, &s);
	p->shown = s.phase;
	p->shown_pass = s.pass;
	p->shown_done = s.done;
	p->shown_max = s.max;
}

static void *progress_main(void *arg)
{
	const struct timespec every = { .tv_nsec = TICK_MS * 1000000L };
	struct progress *p = arg;
	bool on = p->opt.bar || p->opt.json || p->opt.fd >= 0;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	for (;;) {
		int sig = on ? sigtimedwait(&set, NULL, &every) : sigwaitinfo(&set, NULL);

		if (__atomic_load_n(&p->stop, __ATOMIC_ACQUIRE))
			break;
		if (sig == SIGUSR1) {
			struct progress_sample s = look(p->meter);

			show(p, PROGRESS_LINE, &s);
		} else if (sig < 0 && on) {
			tick(p, false);
		}
	}
	if (on)
		tick(p, true);
	if (p->opt.bar)
		dprintf(STDERR_FILENO, "\r%78s\r", "");
	return NULL;
}

struct progress *progress_start(const struct progress_options *opt, const struct meter *meter)
{
	struct progress *p = calloc(1, sizeof(*p));
	pthread_attr_t attr;
	int rc;

	if (!p)
		return NULL;
	p->opt = *opt;
	p->meter = meter;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	rc = pthread_create(&p->thread, &attr, progress_main, p);
	pthread_attr_destroy(&attr);
	if (!rc)
		return p;
	free(p);
	return NULL;
}

void progress_stop(struct progress *p)
{
	if (!p)
		return;
	__atomic_store_n(&p->stop, true, __ATOMIC_RELEASE);
	pthread_kill(p->thread, SIGUSR1);
	pthread_join(p->thread, NULL);
	free(p);
}
