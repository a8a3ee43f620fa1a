/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * `mdtcheck inspect`: everything about one object, and every rule's verdict on it.
 *
 * The verdicts need what is on all sides of the object, so the MDT is scanned as for
 * a check; then its names and OI records are gathered and judged like a suspect's.
 */
#ifndef MDTCHECK_INSPECT_H
#define MDTCHECK_INSPECT_H

#include "judge.h"
#include "report/inspect.h"

#define INSPECT_PROBLEMS_MAX 64

struct inspect {
	struct inspection in; /* what is to be said; leads into all that follows */
	struct judge judge;
	struct gather gather;
	struct shares shares;
	struct facts facts;
	struct object obj;
	struct rule_verdict *verdicts;
	struct evidence_result copy;

	/* Where the object is an OI file: what the walk through it stumbled on. */
	struct view_problem problem[INSPECT_PROBLEMS_MAX];
	u32 nproblems;
	u32 oi; /* its number + 1, 0: it is none */
	u32 ino;
	bool missing; /* there is surely no such object */
	bool ready;   /* in can be written */
};

/*
 * r->env is loaded.  0; -ENOENT when there is no such object, -ECANCELED, -errno; with
 * a line in err.  Findings and coverage are in r.
 */
int inspect_run(struct inspect *x, struct run *r, char *err, size_t errlen);
/* Sends the attributes to the evidence writer; 0 or -errno. */
int inspect_copy(struct inspect *x, const struct run *r, struct evidence_writer *w);
void inspect_free(struct inspect *x);

#endif
