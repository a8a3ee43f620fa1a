/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One look at the suspects of the ledger: all sides of each are gathered, every rule
 * judges.  The exact phase takes one; on a live target settling takes more.
 */
#ifndef MDTCHECK_EXACT_H
#define MDTCHECK_EXACT_H

#include "judge.h"

/* What a later look must read to see what this one saw of those with findings. */
struct look_notes {
	u32 *dirs; /* directories with names of them; owned */
	u32 ndirs, dirs_cap;
	struct fid *fids; /* keys of OI records about them; owned */
	u32 nfids, fids_cap;
	u32 *whole; /* inodes about which only a full pass tells the whole; owned, sorted */
	u32 nwhole, whole_cap;
	bool names_blind; /* some directory could not be read whole */
	bool too_many;	  /* not all was noted: take a full pass */
};

void look_notes_free(struct look_notes *n);

struct seat;

struct look {
	struct run *r;
	struct shares *shares;
	struct finding_list *list; /* where findings go */
	bool count_unknown;	   /* add to the coverage what could not be told */
	const struct gather_scope *scope; /* NULL: a full pass */
	struct look_notes *notes;	  /* to be filled; NULL */

	struct gather gather; /* facts of one batch after the other */
	struct seat *jury;    /* from batch to batch; NULL: none yet */
	struct twins twins;	  /* known when the suspects take more than one batch */
	bool twins_known;

	/* Broken places in OI files, met by a full pass. */
	struct view_problem *oi_problem;
	u32 *oi_number;
	u32 noi_problems;
};

int exact_look(struct look *look);

/*
 * Live targets: looks again at what was found (taken off the list found) until it is
 * confirmed, gone, or has changed too often.  The run's findings are what remains.
 */
int phase_settle(struct run *r, struct shares *shares, struct finding_list *found,
		 struct look_notes *notes);

/* What the rules about the MDT as a whole said first, on a live target. */
struct target_look {
	struct finding_list first;
	u64 since; /* clock_ns() */
};

int target_look_begin(struct run *r, struct target_look *t);
/* Reads again, when that is late enough; the run's findings get what is true. */
int target_look_end(struct run *r, struct target_look *t);
void target_look_free(struct target_look *t);
/* The same on a target that cannot change. */
int target_look_static(struct run *r);

#endif
