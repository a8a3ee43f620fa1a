/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How far the run is: a few counters that the work adds to, a block group or a
 * directory at a time, and that somebody may look at.
 */
#ifndef MDTCHECK_BASE_METER_H
#define MDTCHECK_BASE_METER_H

#include "base/clock.h"

enum meter_phase {
	METER_START,
	METER_SCAN,
	METER_EXACT,
	METER_SETTLE,
	METER_GROUP,
	METER_SECOND,
	METER_NR
};

/* All atomic. */
struct meter {
	u32 phase; /* enum meter_phase */
	u32 pass;  /* looks so far, this one too */
	u64 done;  /* of max */
	u64 max;
	u64 inodes; /* read by the scan */
	u64 begun;  /* of the phase: clock_ns() */
};

/* By one thread, when nobody adds. */
static inline void meter_begin(struct meter *m, enum meter_phase phase, u32 pass, u64 max)
{
	__atomic_store_n(&m->max, 0, __ATOMIC_RELEASE);
	__atomic_store_n(&m->begun, clock_ns(), __ATOMIC_RELAXED);
	__atomic_store_n(&m->done, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&m->inodes, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&m->pass, pass, __ATOMIC_RELAXED);
	__atomic_store_n(&m->phase, phase, __ATOMIC_RELAXED);
	__atomic_store_n(&m->max, max, __ATOMIC_RELEASE);
}

/* How many a thread counts by itself before it adds them. */
#define METER_STEP 1024U
/* Records of the OI that take as long as an inode. */
#define METER_OI_RECORDS 8U

/* Any thread. */
static inline void meter_add(struct meter *m, u64 done, u64 inodes)
{
	__atomic_fetch_add(&m->done, done, __ATOMIC_RELAXED);
	if (inodes)
		__atomic_fetch_add(&m->inodes, inodes, __ATOMIC_RELAXED);
}

/* The same for n records of the OI; *rest are those that are not enough to be added. */
static inline void meter_add_oi(struct meter *m, u32 *rest, u32 n)
{
	*rest += n;
	if (*rest >= METER_STEP * METER_OI_RECORDS) {
		meter_add(m, *rest / METER_OI_RECORDS, 0);
		*rest = 0;
	}
}

#endif
