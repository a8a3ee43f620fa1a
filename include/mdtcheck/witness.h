/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel's tracepoints saw of the run: journal handles, dirtied inodes and write
 * requests to the target's device, in the name of the checker.
 */
#ifndef MDTCHECK_WITNESS_H
#define MDTCHECK_WITNESS_H

enum witness_state {
	WITNESS_UNAVAILABLE, /* nobody watched, or not everything was seen */
	WITNESS_QUIET,	     /* everything was watched, and nothing happened */
	WITNESS_ACTIVE,	     /* something happened in our name */
};

#define WITNESS_WATCHED 20 /* events there are to watch */
#define WITNESS_NAMES 16 /* kinds of events that are told apart */
#define WITNESS_FIRST 8	 /* events that are kept in full */

struct witness_events {
	u64 count; /* in our name */
	u64 lost;  /* dropped or overwritten, or not understood */
	struct {
		char name[40];
		u64 count;
	} by_name[WITNESS_NAMES];
	u32 nnames;
	char first[WITNESS_FIRST][160]; /* the kernel's own text, cut */
	u32 nfirst;
};

/* What the file system counts for everybody; says nothing of who it was. */
enum witness_counter {
	COUNT_SESSION_WRITE,  /* KiB written since it was mounted */
	COUNT_LIFETIME_WRITE, /* KiB written since it was made */
	COUNT_ERRORS,	      /* errors noted in the superblock */
	COUNT_TRANSACTIONS,   /* of the journal since it was mounted */
	WITNESS_COUNTERS
};

struct witness_count {
	u64 before, after;
	bool known; /* both could be read */
};

struct witness_result {
	enum witness_state state;
	char reason[160]; /* why it is unavailable; empty */
	char watched[WITNESS_WATCHED][32]; /* names of events */
	u32 nwatched;
	struct witness_events events;
	struct witness_count counter[WITNESS_COUNTERS];
};

#endif
