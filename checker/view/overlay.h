/* SPDX-License-Identifier: GPL-2.0-only */
/* Blocks that are read from somewhere else: see view_overlay_journal(). */
#ifndef MDTCHECK_VIEW_OVERLAY_H
#define MDTCHECK_VIEW_OVERLAY_H

#include "base/membudget.h"

struct overlay_block {
	u64 block;   /* of the file system */
	u64 from;    /* block of the device that holds its bytes */
	u32 age;     /* transactions from the first one */
	u8 escaped;  /* its first four bytes were zeroed in the log */
};

/* Sorted by block once it is in use. */
struct overlay {
	struct overlay_block *item;
	u32 n, cap;
	struct membudget *mem;
};

int overlay_add(struct overlay *o, const struct overlay_block *b);
/* Sorts; of several copies of a block the youngest stays. */
void overlay_seal(struct overlay *o);
void overlay_free(struct overlay *o);
/* The first one at or after block; o->n when there is none. */
u32 overlay_find(const struct overlay *o, u64 block);

#endif
