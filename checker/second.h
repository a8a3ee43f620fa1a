/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whoever is asked for a second opinion: a process of its own that asks the kernel, through
 * the mirror, about one inode at a time.
 *
 * What it may do stays out of the checker's own sandbox: it opens an inode by number and
 * generation, as a place only (O_PATH), reads its status and attributes and closes it at
 * once, since an inode that a client deletes meanwhile is deleted by its last user.  It
 * knows no names, opens no file and lists no directory.  It is forked while the witness
 * watches, so its journal handles would be ours.
 */
#ifndef MDTCHECK_SECOND_H
#define MDTCHECK_SECOND_H

#include "base/child.h"
#include "guard/sandbox.h"
#include "guard/witness.h"
#include "mdtcheck/object.h"

struct second {
	struct child pipes; /* -1: there is nobody to be asked */
	char unavailable[160]; /* ... because */
	struct sandbox_report sandbox;
	u8 *values; /* of the last answer; owned */
};

/* Is there somebody to be asked? */
static inline bool second_runs(const struct second *s)
{
	return s->pipes.to >= 0;
}

/* What the kernel says. */
struct second_answer {
	int rc; /* -errno: it could not be asked; -ESTALE: it knows no such inode */
	bool alarm; /* it met an error in the file system meanwhile */
	u64 ino;
	u32 mode;
	u64 nlink;
	struct {
		int rc; /* -ENODATA: absent; another -errno; 1: not asked for */
		u32 len;
		const u8 *data; /* until the next question */
	} ea[EA_NR];
};

/* Before the sandbox; never fails.  The witness, if there is one, runs already. */
void second_start(struct second *s, const struct target *t, const struct witness_process *w);
/* Nobody is asked, or nobody any more. */
void __printf(2, 3) second_give_up(struct second *s, const char *fmt, ...);

/* eas: bits of enum ea_id.  0; -errno when the process is gone. */
int second_ask(struct second *s, u32 ino, u32 generation, u32 eas, struct second_answer *out);

/* Returns when it has ended. */
void second_end(struct second *s);

#endif
