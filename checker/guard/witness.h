/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The witness: a process of its own that watches, through the kernel's
 * tracepoints, whether the checker's threads start journal handles, dirty
 * inodes or queue write requests for the device of the target.
 *
 * It is forked before the sandbox is entered and before any thread starts, since
 * it must write to tracefs, which the checker may not.  A pipe ties it to the
 * checker: when that closes it, or ends in any way, the witness removes its
 * trace instance, tells what it saw, and ends.
 */
#ifndef MDTCHECK_GUARD_WITNESS_H
#define MDTCHECK_GUARD_WITNESS_H

#include "base/child.h"
#include "mdtcheck/target.h"
#include "mdtcheck/witness.h"

enum witness_watch {
	WATCH_NOTHING,
	/*
	 * Handles and writes.  Whoever dirties an inode has a handle; of all that a busy server
	 * does to its inodes, each event costs it a little.
	 */
	WATCH_HANDLES,
	WATCH_ALL, /* journal starts and dirtied inodes of the file system, too */
};

struct witness_process {
	/*
	 * Closing one ends the witness, struct witness_result comes out of the other; -1: there
	 * is none.
	 */
	struct child pipes;
	struct witness_result unavailable; /* what to report where there is none */
};

/* Never fails: where nobody can watch, witness_stop() tells why. */
void witness_start(const struct target *t, enum witness_watch what, struct witness_process *w);

/* Ends the witness; fills *out.  Needs no system call but read and close. */
void witness_stop(struct witness_process *w, struct witness_result *out);

#endif
