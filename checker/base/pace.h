/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pace of a run: rates that may not be passed, and stepping back while the machine
 * has others to serve.  One pace is shared by all threads.
 *
 * Pressure is what the kernel calls so (/proc/pressure): the share of time in which some task
 * waited for a disk or a processor.  It is taken from the running totals; the averages of the
 * kernel lag by seconds, and serve only for the first one.  Our own waiting is part of it: what
 * counts is the pressure while all our threads pause.
 */
#ifndef MDTCHECK_BASE_PACE_H
#define MDTCHECK_BASE_PACE_H

#include <pthread.h>

/* ---- the parts, without a clock ---- */

/* What is taken of it in a second is at most its rate, and a little more at once. */
struct bucket {
	u64 rate;    /* a second; 0: no limit */
	u64 free_at; /* ns: what has been taken until now is paid for by then */
};

/* Takes n at the time now (ns); how long to wait then, in ns. */
u64 bucket_take(struct bucket *b, u64 now, u64 n);

/* One file of /proc/pressure. */
struct gauge {
	bool begun;
	u64 at;	     /* ns: of the last reading */
	u64 total;   /* microseconds of waiting, then */
	u32 percent; /* of the time between the last two */
};

/* "some avg10=P.pp ... total=N": P, N; -EBADMSG when there is no such line. */
int pressure_parse(const char *text, u32 *recent, u64 *total);
/* recent is the percentage to go by where there is nothing to compare total with. */
void gauge_read(struct gauge *g, u64 now, u32 recent, u64 total);
/* How long to pause at this pressure, in ms; 0 up to the limit. */
u32 pressure_pause(u32 percent, u32 limit);

/* ---- all of it ---- */

#define PRESSURE_FILES 2

struct pace_options {
	u64 inodes;   /* a second; 0: no limit */
	u64 bytes;    /* a second; 0: no limit */
	u32 pressure; /* percent: above it, step back; 0: never */
	u64 work_ns;  /* of one thread, between two pauses */
	int pressure_fd[PRESSURE_FILES]; /* -1: there is none; not owned */
};

struct pace {
	struct pace_options opt;
	const volatile int *cancel; /* ends every wait */
	pthread_mutex_t lock;	    /* of the buckets */
	struct bucket inodes, bytes;
	bool deciding; /* atomic: some thread sees to the next three */
	struct gauge gauge[PRESSURE_FILES];
	/* Percent of the last pause in which somebody waited, atomic: above opt.pressure threads
	 * take turns. */
	u32 others;
	u64 next_step;	 /* ns, atomic: then it is decided anew whether to pause */
	u64 pause_until; /* ns, atomic */
	u64 waited;	 /* ns, of all threads together, for the rates; atomic */
	u64 backed_off;	 /* likewise, for the pressure */
};

void pace_init(struct pace *p, const struct pace_options *opt, const volatile int *cancel);
/* Does it hold anything back?  If not nobody need ask it. */
bool pace_matters(const struct pace *p);

/* Before so much is read: waits until it may be. */
void pace_bytes(struct pace *p, u64 n);
void pace_inodes(struct pace *p, u64 n);

#endif
