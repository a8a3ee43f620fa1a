/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a run has to say: stored findings, coverage, the locks that kept it from
 * writing, and the two forms it is said in.
 *
 *	phases fill	struct coverage, struct finding_list, struct lock_status[]
 *	main gathers	them in struct report, asks report_judge() for the verdict
 *	and calls	report_json() and report_summary()
 */
#ifndef MDTCHECK_REPORT_H
#define MDTCHECK_REPORT_H

#include <stdio.h>
#include <time.h>

#include "base/membudget.h"
#include "mdtcheck/env.h"
#include "mdtcheck/finding.h"
#include "mdtcheck/object.h"
#include "mdtcheck/rule.h"
#include "mdtcheck/target.h"
#include "mdtcheck/witness.h"
#include "report/joins.h"

#define SEV_NR (SEV_ERROR + 1)

/* Exit status: bits that add, after fsck(8). */
enum exit_bit {
	EXIT_BIT_FINDINGS = 4,	 /* confirmed errors or warnings */
	EXIT_BIT_INCOMPLETE = 8, /* operational error, or not everything could be read */
	EXIT_BIT_USAGE = 16,
	EXIT_BIT_CANCELLED = 32,
	EXIT_BIT_NO_OBJECT = 64, /* inspect: there is no such object */
};

/* ---- coverage: what was looked at ---------------------------------------------------------- */

#define COVERAGE_REASONS_MAX 8
#define COVERAGE_INCOMPLETE_MAX 16

struct rule_coverage {
	u64 checked;	 /* holds, violated and not covered together, in the rule's unit */
	u64 violated;
	u64 not_covered; /* could not tell */
	struct {
		const char *why; /* static */
		u64 count;
	} reasons[COVERAGE_REASONS_MAX]; /* the last one also takes what fits nowhere else */
	u32 nreasons;
};

struct coverage {
	u64 inodes_expected;  /* bits set in the inode bitmaps */
	u64 inodes_scanned;   /* inodes delivered */
	u64 descriptors_used; /* inodes in use by the descriptors; static targets only, else 0 */
	u64 directories;
	u64 name_entries;
	u64 linkea_entries;
	u64 oi_mappings;
	u64 layouts;
	u64 ost_objects;
	bool complete;
	const char *incomplete[COVERAGE_INCOMPLETE_MAX]; /* why not; static sentences */
	u32 nincomplete;
	struct rule_coverage *rules; /* indexed like rule_table(); owned by who made it */
};

/* Counts n cases the rule could not judge, by reason.  why is static. */
void rule_coverage_unknown(struct rule_coverage *c, const char *why, u64 n);
/* Adds what one thread counted. */
void rule_coverage_merge(struct rule_coverage *to, const struct rule_coverage *from);
/* The run is incomplete, and why; a reason that is already there is not repeated. */
void coverage_incomplete(struct coverage *c, const char *why);

/* One thing that keeps the checker from writing. */
struct lock_status {
	const char *name;   /* static: "seccomp" */
	bool enforced;
	const char *reason; /* why not, or a remark; NULL */
};

/* ---- stored findings ----------------------------------------------------------------------- */

/* What the kernel says about the object of a finding, on a live mirror. */
enum opinion {
	OPINION_NONE, /* the run was not to ask */
	OPINION_AGREES,
	OPINION_DIFFERS,
	OPINION_NOT_ASKED,
	OPINION_NR
};

/* What is compared: attributes by their enum ea_id, and what the inode says. */
enum opinion_part { OPINION_INODE = EA_NR, OPINION_MODE, OPINION_NLINK, OPINION_PARTS };

struct second_opinion {
	enum opinion opinion;
	u32 compared, differs; /* bits of enum opinion_part */
	const char *why;       /* OPINION_NOT_ASKED; static */
	int error;	       /* ... and the kernel's errno, 0 none */
};

#define OPINION_WHY_LEN 160
const char *opinion_name(enum opinion o);
/* Why nobody was asked, with the kernel's own word; text takes it.  NULL: somebody was. */
const char *opinion_why(const struct second_opinion *o, char text[OPINION_WHY_LEN]);
const char *opinion_part_name(u32 part);

/* A finding as it is kept: one allocation holds it, its evidence, its witnesses and their bytes. */
struct stored_finding {
	const struct rule *rule;
	enum finding_state state;
	enum severity severity;
	u32 ino, generation;
	u16 mode;
	u32 oi; /* OI file number + 1, 0 none */
	struct fid fid;
	u32 parent_ino, other_ino;
	struct fid parent_fid, other_fid;
	u64 name_key;
	const char *what;
	const char *verdict; /* NULL: nothing to decide */
	const struct evidence *ev;
	u32 nev;
	const struct witness *wit;
	u32 nwit;

	/* Names the finding in every run: rule, subject and joins, not order and not counters. */
	u64 fingerprint;
	u32 arrival; /* which of the listed ones it was */
	u64 facts;  /* what must stand still for the finding to be confirmed, hashed; live targets */
	bool moved; /* that changed while it was looked at */
	u32 stirred; /* ctime of an object whose names are among the facts, 0 any other; live targets */
	u64 object; /* what the object itself said then, hashed; 0: it is about none */
	struct second_opinion second;
	struct stored_finding *cause; /* NULL: a primary, or cause_id says more */
	u64 cause_id; /* fingerprint of a cause that is not listed itself; 0 none */
	u64 caused;		      /* how many others name this one as their cause */
	char **paths;		      /* raw bytes, absolute; each and the array malloc'd, owned */
	u32 npaths;
};

struct finding_counts {
	u64 primary[SEV_NR];
	u64 caused[SEV_NR];
};

/* Not for use by several threads at once. */
struct finding_list {
	struct stored_finding **items;
	u32 count, cap;
	u32 max_listed; /* 0: no limit */
	u64 dropped;	/* confirmed or unstable, but not stored: beyond the cap or no memory */
	bool no_memory;
	bool unproven; /* what was read may not be true: nothing that is added is confirmed */

	struct joins rest; /* of the dropped ones that were confirmed */
	u64 ungrouped;	   /* confirmed, but no memory was left to group them: primaries */
	u32 arrivals;	   /* of those that are listed, as they came */

	/* Of confirmed findings, the dropped ones too. */
	struct finding_counts total;
	struct finding_counts *by_rule; /* indexed like rule_table() */
	u32 nrules;
};

/* mem pays for what is not listed; NULL: nobody counts. */
int finding_list_init(struct finding_list *l, u32 max_listed, struct membudget *mem);
/* An empty list that keeps what the whole has room for; others may have parts as well. */
int finding_list_part(struct finding_list *part, const struct finding_list *whole);
/* Moves all of a part behind what the whole has, and frees it. */
void finding_list_append(struct finding_list *whole, struct finding_list *part);
/* Where a rule stands in the table of rules; 0xff: nowhere. */
u8 finding_rule_number(const struct rule *rule);
struct finding_join stored_finding_join(const struct stored_finding *f);
/* Is it one that follows from another? */
static inline bool stored_finding_is_effect(const struct stored_finding *f)
{
	return f->cause || f->cause_id;
}

/*
 * Keeps a copy; NULL when it was only counted.  Transient findings are neither
 * kept nor counted here; unstable ones are kept, not counted.
 */
struct stored_finding *finding_list_add(struct finding_list *l, const struct finding *f);
/*
 * Takes over a finding that came off another list, in the state given; it is
 * freed where there is no room for it.
 */
void finding_list_adopt(struct finding_list *l, struct stored_finding *f, enum finding_state state);
void stored_finding_free(struct stored_finding *f);
/* The same even beyond the cap, for the few that explain many others. */
struct stored_finding *finding_list_add_always(struct finding_list *l, const struct finding *f);
/* effect follows from cause (its root cause): moves it in the counts. */
void finding_list_set_cause(struct finding_list *l, struct stored_finding *effect,
			    struct stored_finding *cause);
/* One that is not listed is an effect. */
void finding_list_move(struct finding_list *l, u8 rule, u8 severity);
/* By code, then inode; the order and the fingerprints are then the same in every run. */
void finding_list_sort(struct finding_list *l);
/* How many of those that are listed have each opinion: OPINION_NR counts. */
void finding_list_opinions(const struct finding_list *l, u64 *counts);
void finding_list_free(struct finding_list *l);

/* Appends a copy of the path; 0 or -ENOMEM. */
int stored_finding_add_path(struct stored_finding *f, const char *path, size_t len);
/* The path of its OI file, where it has one; plain: the only one, without a number. */
int stored_finding_add_oi_path(struct stored_finding *f, bool plain);

#define TIME_TEXT_LEN 40
/* Seconds as ISO 8601 in UTC, as @SECONDS beyond the year 9999; text takes it and is returned. */
const char *report_time_text(u64 seconds, char text[TIME_TEXT_LEN]);

const char *severity_name(enum severity s);
const char *finding_state_name(enum finding_state s);

/* ---- the report ---------------------------------------------------------------------------- */

struct phase_time {
	const char *name;
	double seconds;
};

/* What was done to be in nobody's way. */
struct report_courtesy {
	int nice;
	bool cpu_idle;	    /* idle class for processors */
	bool io_idle;	    /* idle I/O class */
	u64 rate;	    /* inodes a second; 0: no limit */
	u64 rate_bytes;	    /* a second; 0: no limit */
	u32 pressure;	    /* percent that is stepped back from; 0: it was not asked for */
	double waited;	    /* seconds, of all threads together, for the rates */
	double backed_off;  /* likewise, for the pressure */
};

/* Of the second opinion. */
struct report_second {
	const char *unavailable; /* why nobody could be asked, or not any more; NULL */
	const struct lock_status *locks; /* of the process that asks */
	u32 nlocks;
};

struct report {
	const char *version;
	const char *command; /* the command line, words joined by blanks; any bytes */
	time_t started, finished;
	double elapsed; /* seconds */
	u32 threads;
	u64 peak_rss; /* bytes */
	u64 memory;   /* bytes that could be had; 0: no limit */
	u32 passes;   /* over all inodes */
	struct report_courtesy courtesy;
	const struct phase_time *phases;
	u32 nphases;

	const struct target *target;	/* NULL only when it could not be opened */
	const struct geometry *geometry; /* NULL likewise */
	const struct env *env;		/* NULL likewise */
	const char *view;		/* "device" */
	const struct journal_report *journal; /* of an unmounted target; NULL: not asked */

	const struct coverage *coverage;
	const struct lock_status *locks;
	u32 nlocks;
	const struct witness_result *witness; /* NULL: nobody was asked */
	const struct report_second *second; /* NULL: --second-opinion was not given */
	const struct finding_list *findings;
	u64 transient, unstable;

	const char *verdict; /* "consistent", "inconsistent" or "incomplete" */
	int exit_status;
	bool cancelled;
};

/* Sets verdict and exit_status; failed: an operational error ended the run early. */
void report_judge(struct report *r, bool failed);

/* Before the sandbox: what the JSON library would otherwise open a file for. */
void report_prepare(void);

/* 0, -ENOMEM, or -EIO when out took no more. */
int report_json(FILE *out, const struct report *r);
int report_summary(FILE *out, const struct report *r);

#endif
