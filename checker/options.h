/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line. */
#ifndef MDTCHECK_OPTIONS_H
#define MDTCHECK_OPTIONS_H

#include <stdio.h>

#include "mdtcheck/rule.h"
#include "mdtcheck/target.h"

enum action {
	ACTION_CHECK,
	ACTION_INSPECT,
	ACTION_HELP,
	ACTION_VERSION,
	ACTION_LIST_RULES,
	ACTION_EXPLAIN,
};

/* DEFAULT, while options are read: JSON for a check, text for an inspection. */
enum output_format { FORMAT_DEFAULT, FORMAT_JSON, FORMAT_TEXT };

enum rules_format { RULES_TEXT, RULES_JSON, RULES_MAN };

/* What to do about the witness: use it where there is one, do without, insist on quiet. */
enum witness_mode { WITNESS_AUTO, WITNESS_OFF, WITNESS_REQUIRE };

#define DEFAULT_MAX_FINDINGS 10000
#define DEFAULT_SETTLE_ROUNDS 10
#define DEFAULT_SETTLE_DELAY 12000 /* two commit intervals of a journal, and some */
#define DEFAULT_PRESSURE 20
#define MAX_THREADS 256

/* AUTO: a bar where standard error is a terminal. */
enum progress_mode { PROGRESS_AUTO, PROGRESS_OFF, PROGRESS_ON, PROGRESS_LINES };

struct options {
	enum action action;
	const struct rule *explain;   /* ACTION_EXPLAIN */
	enum rules_format rules_format; /* ACTION_LIST_RULES */
	struct target_options target; /* name is set for ACTION_CHECK and ACTION_INSPECT */
	const char *object;	      /* ACTION_INSPECT: FID, inode number or path */
	const char *copy_to;	      /* ACTION_INSPECT: directory for evidence; NULL */
	bool posix;		      /* --view=posix */
	bool allow_busy_walk;	      /* ... on an MDT that is serving */
	bool second_opinion;	      /* ask the kernel, too, about what is confirmed */
	const char *output;	      /* report file; NULL: standard output */
	enum output_format format;
	bool summary;		      /* the text summary on standard error as well */
	u32 threads;		      /* 0: as many as there are processors */
	u64 memory;		      /* bytes; 0: not given */
	u32 max_findings;	      /* listed at most; 0: all */
	u32 settle_rounds;	      /* looks at a suspect after the first */
	u32 settle_delay;	      /* ms from the first look that agrees to the last */
	bool no_overlay; /* an unreplayed journal is left alone */
	enum witness_mode witness;
	u64 rate;		      /* inodes a second; 0: no limit */
	u64 rate_bytes;		      /* bytes a second; 0: no limit */
	u32 pressure;		      /* percent above which a live target is left alone; 0: never */
	bool no_nice;		      /* priorities stay as they are on a live target, too */
	enum progress_mode progress;
	s64 progress_fd;	      /* -C: lines as fsck writes them; -1: none, 0: a bar */
	bool *rule_off;		      /* indexed like rule_table(); owned */

	/* For tests of the checker itself: */
	bool debug_constant_hash; /* every hash of the ledger is 1 */
	u32 debug_window;	  /* inode numbers in a pass of the scan, at most; 0: as they fit */
	u32 debug_batch;	  /* suspects in a batch of the exact phase; 0: as many as fit */
	bool debug_all_suspects;  /* every object goes through the exact phase */
};

/* 0, -ENOMEM, or -EINVAL with one line in err; *out is untouched on failure. */
int options_parse(int argc, char **argv, struct options *out, char *err, size_t errlen);
void options_free(struct options *o);

void options_help(FILE *out);
void options_version(FILE *out);

#endif
