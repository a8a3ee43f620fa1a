/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The set of OST objects that layouts claim: about one bit an object where ids
 * are dense (compressed bitmaps of CRoaring, one for each OST and 2^32 ids).
 * Exact: an object that is added twice is remembered in a second set.
 */
#ifndef MDTCHECK_LEDGER_OBJSET_H
#define MDTCHECK_LEDGER_OBJSET_H

#include "base/membudget.h"
#include "mdtcheck/fid.h"

struct objset;

/* The bitmaps are paid for from mem, to within a few thousand claims of each; NULL: not at all. */
struct objset *objset_new(struct membudget *mem);
void objset_free(struct objset *s);

/* Any thread.  0, 1 when the object was there before, -ENOMEM. */
int objset_claim(struct objset *s, u32 ost_idx, const struct fid *object);
/* Was it claimed more than once? */
bool objset_is_shared(struct objset *s, u32 ost_idx, const struct fid *object);
/* Objects claimed more than once. */
u64 objset_shared(const struct objset *s);
/* Claims in all. */
u64 objset_claims(const struct objset *s);

#endif
