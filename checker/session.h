/* SPDX-License-Identifier: GPL-2.0-only */
/* One run of the program: what is open, what watches it, and what it found. */
#ifndef MDTCHECK_SESSION_H
#define MDTCHECK_SESSION_H

#include "guard/sandbox.h"
#include "guard/witness.h"
#include "inspect.h"
#include "phases.h"
#include "polite.h"
#include "report/evidence.h"
#include "report/progress.h"
#include "second.h"
#include "view/posix.h"

struct session {
	struct options opt;
	struct target target;
	struct geometry geo;
	FILE *out;
	struct sandbox_report sandbox;
	struct witness_process witness;
	struct witness_result seen; /* by the witness */
	struct run run;
	struct inspect inspect;		 /* ACTION_INSPECT */
	struct evidence_writer evidence; /* --copy-to */
	struct second second;		 /* --second-opinion */
	char command[4096];
	struct journal_report journal;
	struct watch *watch; /* of a live target; NULL */
	struct posix_root root; /* of the mirror, for the posix view */
	struct polite polite;
	struct progress_options show;
	bool have_target, have_geo, have_journal, have_root;
};

/*
 * Target, witness, output, sandbox: everything that opens a file or starts a process.  A polite run
 * ends its waiting when *cancel is set.  0, or -errno with one line in err; what was opened until
 * then is closed by session_close().
 */
int session_open(struct session *s, const volatile int *cancel, char *err, size_t errlen);

/* Closes and ends what is left, and frees what was found. */
void session_close(struct session *s);

#endif
