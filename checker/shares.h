/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who claims the OST objects that several layouts claim.  The scan only knows that
 * there are such objects; one further pass over the layouts names all claimants.
 */
#ifndef MDTCHECK_SHARES_H
#define MDTCHECK_SHARES_H

#include "phases.h"

struct shares {
	struct share_fact *claim; /* by object */
	u32 n, cap;
	u32 *by_ino; /* claim numbers in the order of their claimants */
	u8 *gone;    /* by claim: not made any more when last looked at; NULL: all hold */
};

/* Collects all claims on shared objects and makes the claimants suspects. */
int shares_collect(struct run *r, struct shares *s);
/* Live targets: looks whether the claims are still made. */
int shares_refresh(struct run *r, struct shares *s);
/* Makes the claimants suspects again. */
void shares_force(struct run *r, const struct shares *s);
void shares_free(struct shares *s);

/*
 * All claims on the objects that ino claims too, its own among them: into a
 * malloc'd array in *out (the caller frees it); the number, or -ENOMEM.
 */
s64 shares_of(const struct shares *s, u32 ino, struct share_fact **out);

#endif
