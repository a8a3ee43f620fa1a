/* SPDX-License-Identifier: GPL-2.0-only */
/* The clock that nobody sets, and waiting by it. */
#ifndef MDTCHECK_BASE_CLOCK_H
#define MDTCHECK_BASE_CLOCK_H

#include <time.h>

#define NS_PER_MS 1000000ULL
#define NS_PER_SECOND 1000000000ULL

/* CLOCK_MONOTONIC, in ns. */
static inline u64 clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * NS_PER_SECOND + (u64)t.tv_nsec;
}

static inline u64 clock_ms(void)
{
	return clock_ns() / NS_PER_MS;
}

/* Since a moment of clock_ns(); negative if that is to come. */
static inline double clock_seconds_since(u64 ns)
{
	return (double)(s64)(clock_ns() - ns) / 1e9;
}

/* Until clock_ns() is there, or, soon after that, somebody wants the run to end. */
static inline void clock_sleep_until(u64 ns, const volatile int *cancel)
{
	const u64 step = 20 * NS_PER_MS;

	for (u64 now; (now = clock_ns()) < ns && !stop_wanted(cancel);) {
		const struct timespec t = { .tv_nsec = (long)min_u64(ns - now, step) };

		nanosleep(&t, NULL);
	}
}

#endif
