/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The phases of a run and what they hand to each other.
 *
 *	scan	every object, name entry and OI record once: sums, counters, suspects
 *	exact	all sides of the suspects again: facts, rules, findings
 *	settle	on a live target, part of it: what was found is looked at again
 *	group	what caused what; paths of the findings
 *	second	on a live mirror, when it is wanted: the kernel's opinion on what was found
 *
 * The run context is filled by main.c and lives until the report is written.
 */
#ifndef MDTCHECK_PHASES_H
#define MDTCHECK_PHASES_H

#include "base/membudget.h"
#include "base/meter.h"
#include "ledger/dirtable.h"
#include "ledger/gather.h"
#include "ledger/ledger.h"
#include "ledger/objset.h"
#include "ledger/post.h"
#include "options.h"
#include "report/report.h"

#define RUN_PHASES_MAX 16

/* Values of *run.cancel. */
enum stop { STOP_NOT, STOP_SIGNAL, STOP_TARGET_LOST };

struct watch;
struct second;

struct run {
	const struct options *opt;
	struct view *view;
	struct env env;
	struct membudget mem;
	u32 threads;
	u32 passes;	   /* over all inodes: more than one where memory is short */
	u32 looks;	   /* at the suspects */
	u64 look_bytes;	   /* memory that one wants */
	struct meter meter;
	volatile int *cancel;
	const struct watch *watch; /* of a live target; NULL */

	struct ledger ledger;
	struct poster poster;
	struct dirtable dirs;
	struct objset *objects;

	bool blocks_shared; /* two directories or indexes claim a block */
	bool oi_blind;	   /* part of some OI file could not be read */
	u64 strays;	   /* names and OI records with impossible inode numbers */
	bool oi_suspect;   /* an OI file broke a named check */
	/* The target cannot change, the scan read all of the OI, in order, and met no two records
	 * that lead to one inode. */
	bool oi_proven;
	bool no_twins;	    /* that was asked, and no two objects have one FID */
	u64 oi_balance;	    /* of the scan's posters together */
	struct fid *aside;  /* what they set aside, ASIDES_MAX at most; owned */
	u32 naside;

	const char **limit; /* why the view cannot judge a rule, NULL; like rule_table(); owned */

	struct coverage cov;
	struct finding_list findings;
	u64 transient, unstable;
	struct second *second; /* who is asked for second opinions; NULL: not wanted */
	u64 suspects; /* of the first exact round, for the report */

	struct phase_time phase[RUN_PHASES_MAX];
	u32 nphases;
};

/* Runs all phases in order; 0, -ECANCELED, or -errno with a line in err. */
int phases_run(struct run *r, char *err, size_t errlen);
void run_free(struct run *r);

/* What phases_run() begins and ends with, for those who run phases one by one. */
int phases_prepare(struct run *r, char *err, size_t errlen);
void phases_reconcile(struct run *r);

/*
 * Reads the state files anew: while a server runs it gives out sequences, and scrub and LFSCK begin.
 * Does nothing where the target cannot change.
 */
int run_refresh_env(struct run *r);

/*
 * To gather facts about the run's target: what the run has for that, and a quarter of the memory
 * that is left, most bytes at the most.  The caller adds who hears of problems and opens it.
 */
struct gather run_gather(struct run *r, u32 most);

/* NULL: the rule is switched off. */
const struct rule *rule_in_use(const struct run *r, const char *name);

/* Why a run that met such a problem is incomplete. */
const char *problem_reason(enum view_problem_kind kind);
/* Counts a problem against completeness; one thread at a time. */
void run_add_problem(struct run *r, const struct view_problem *p);

int phase_scan(struct run *r, char *err, size_t errlen);
/* Posts the names of those directories again whose place was guessed wrong. */
int scan_repost(struct run *r, struct view_buf *buf);
/* The OI files, for threads to share: each takes the next one. */
struct oi_share {
	struct run *r;
	const struct oi_ops *ops;
	u32 next; /* atomic */
};

/* All records of files until none is left; arg goes to the callbacks.  0, -ECANCELED, -errno. */
int scan_oi_files(struct oi_share *share, struct view_buf *buf, void *arg);
/* What the meter is to expect of it, in all passes. */
u64 scan_steps(const struct run *r);
/* The rest of the scan where the ledger is a window. */
int scan_other_windows(struct run *r);
int phase_exact(struct run *r, char *err, size_t errlen);
int phase_group(struct run *r, char *err, size_t errlen);
int phase_second(struct run *r, char *err, size_t errlen);

#endif
