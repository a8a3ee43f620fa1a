/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Suspects that may have one FID in common, over all batches of a look.  Where the
 * OI knows neither of two twins, and they are judged in different batches, this is
 * all that brings them together; whoever asks reads the other one before it counts.
 */
#ifndef MDTCHECK_TWINS_H
#define MDTCHECK_TWINS_H

#include "phases.h"

struct twin {
	u64 fid; /* hashed with the run's key */
	u32 ino;
};

struct twins {
	struct twin *t; /* by hash, then inode number; owned */
	u32 n, cap;
};

/*
 * No two objects with an LMA have one FID: the scan proved the OI, where each FID stands once, and
 * found there what objects state of themselves; those that need not be there are apart from these
 * and from each other.
 */
bool twins_ruled_out(const struct run *r);

/* Reads every suspect of the ledger once or, where memory is short, several times. */
int twins_collect(struct run *r, struct twins *t);
void twins_free(struct twins *t, struct run *r);

/* The first that may be a twin of an object with this FID; up to t->n have the same hash. */
u32 twins_find(const struct run *r, const struct twins *t, const struct fid *fid);

u64 twins_hash(const struct run *r, const struct fid *fid);

#endif
