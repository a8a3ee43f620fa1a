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

/*
 * What claims for one thread: some of each OST are collected and go to the set together, since
 * the set is everybody's and each visit is dear.
 */
#define OBJSET_LINES 256   /* OSTs whose claims are collected apart */
#define OBJSET_TOGETHER 26 /* claims of one: a line has 128 bytes */

struct objset_line {
	struct fid seq; /* of the claims, but for their ids */
	u32 ost_idx;
	u32 n;
	u32 oid[OBJSET_TOGETHER];
};

struct objset_pen {
	struct objset *set;
	u64 lost; /* claims for which there was no memory */
	struct objset_line line[OBJSET_LINES];
};

void objset_claim(struct objset_pen *pen, u32 ost_idx, const struct fid *object);
/* Nothing stays collected.  Returns how many claims were lost. */
u64 objset_pen_down(struct objset_pen *pen);

/* Was it claimed more than once? */
bool objset_is_shared(struct objset *s, u32 ost_idx, const struct fid *object);
/* Objects claimed more than once. */
u64 objset_shared(const struct objset *s);

#endif
