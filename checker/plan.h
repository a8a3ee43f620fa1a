/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a run fits into the memory it was given: how many inode numbers the ledger can
 * hold sums for at a time, and how many threads there can be.
 */
#ifndef MDTCHECK_PLAN_H
#define MDTCHECK_PLAN_H

#include "phases.h"

/* What a plan is made from; all in bytes but where it says otherwise. */
struct plan_needs {
	u64 limit;	 /* 0: none */
	u64 used;	 /* already, for good */
	u64 scan_thread; /* each thread of the scan */
	u64 look_thread; /* each thread of the exact phase */
	u32 threads;	 /* wished for */
	u32 max_ino;	 /* highest inode number */
	u32 dirs;	 /* directories, as far as is known */
	u32 files;	 /* other inodes in use */
};

struct plan {
	u32 window;  /* inode numbers that have a sum at a time */
	u32 threads; /* at most those wished for */
	u64 least;   /* the smallest limit that would do */
	u64 look_bytes; /* for the exact phase, beside what is there already */
};

/* 0; -ENOMEM when the limit is below plan->least. */
int plan_make(const struct plan_needs *n, struct plan *plan);

/* The same for a run, whose budget it sets; -ENOMEM with a line that names the least. */
int plan_run(struct run *r, struct plan *plan, char *err, size_t errlen);

#endif
