/* SPDX-License-Identifier: GPL-2.0-only */
/* From the options to a pace. */
#include "polite.h"

#include <unistd.h>

#include "base/clock.h"
#include "guard/courtesy.h"
#include "target/ro_open.h"

/*
 * What one thread works between two pauses is about a hundredth of what all processors could do in
 * a pause: the more there are, the less is one of them missed.
 */
#define WORK_MS_MOST 16

static u64 work_between_pauses(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return (u64)(n < 1 ? 1 : n > WORK_MS_MOST ? WORK_MS_MOST : n) * NS_PER_MS;
}

/* A kernel without them, or one that has them turned off, is not watched. */
static void open_pressure(struct pace_options *o)
{
	static const char *const path[PRESSURE_FILES] = { "/proc/pressure/io",
							  "/proc/pressure/cpu" };
	struct stat st;

	for (u32 i = 0; i < PRESSURE_FILES; i++) {
		int fd = ro_open(path[i], &st);

		o->pressure_fd[i] = fd < 0 ? -1 : fd;
	}
}

void polite_begin(struct polite *p, const struct options *opt, bool live,
		  const volatile int *cancel)
{
	struct pace_options o = { .inodes = opt->rate, .bytes = opt->rate_bytes,
				  .pressure_fd = { -1, -1 } };
	struct courtesy now;

	if (live && opt->pressure) {
		o.pressure = opt->pressure;
		o.work_ns = work_between_pauses();
		open_pressure(&o);
	}
	if (live && !opt->no_nice)
		courtesy_enter(&now);
	else
		courtesy_look(&now);
	pace_init(&p->pace, &o, cancel);
	p->said = (struct report_courtesy){
		.nice = now.nice,
		.cpu_idle = now.cpu_idle,
		.io_idle = now.io_idle,
		.rate = opt->rate,
		.rate_bytes = opt->rate_bytes,
		.pressure = p->pace.opt.pressure,
	};
}

struct report_courtesy polite_report(const struct polite *p)
{
	struct report_courtesy c = p->said;

	c.waited = (double)__atomic_load_n(&p->pace.waited, __ATOMIC_RELAXED) / 1e9;
	c.backed_off = (double)__atomic_load_n(&p->pace.backed_off, __ATOMIC_RELAXED) / 1e9;
	return c;
}

void polite_end(struct polite *p)
{
	for (u32 i = 0; i < PRESSURE_FILES; i++)
		if (p->pace.opt.pressure && p->pace.opt.pressure_fd[i] >= 0)
			close(p->pace.opt.pressure_fd[i]);
}
