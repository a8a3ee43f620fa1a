/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading an IAM container as a file: what the walk (iamfile.c) and the OI
 * look-up (oi.c) share.
 */
#ifndef MDTCHECK_VIEW_IAMFILE_H
#define MDTCHECK_VIEW_IAMFILE_H

#include "view/private.h"

struct iam_level {
	struct iam_node node;
	u8 *data;
	u64 logical;
	u32 slot; /* the child being read; 0: none yet */
};

struct iam_read {
	struct view *view;
	struct view_buf *buf;
	u32 ino;
	struct iam_shape shape;
	struct iam_level path[IAM_MAX_HEIGHT];
	u32 depth;	   /* level of path that is being stepped through */
	struct iam_leaf leaf;
	u8 *leaf_data;
	u8 *second;	   /* a block read again, to compare */
	u8 *ahead;	   /* static targets: leaves read together, ahead_room blocks */
	u32 ahead_room;
	u64 ahead_logical; /* of the first one there */
	u64 ahead_physical;
	u32 ahead_count;
	u64 physical;	   /* of the block read last */
	u64 *seen;	   /* one bit a block of the file: part of the walk already */
	u64 seen_blocks;
	bool claim;	   /* its blocks count as read in this pass */
	bool want_oi;	   /* any other shape is an error */

	u8 last[IAM_KEY_MAX];  /* highest key handed out */
	bool have_last;
	u8 order[IAM_KEY_MAX]; /* key that the next one must not be below */
	bool have_order;
	bool again;	       /* the next leaf was read before: only what is new is wanted */
	bool over;	       /* the rest was given up */
	u32 restarts;	       /* since the last good new leaf */
	u32 patience;
	u32 reentries;	       /* nodes that may be entered again because of restarts */

	int (*record)(void *arg, const struct iam_shape *shape, const u8 *rec, u64 block);
	void (*problem)(void *arg, const struct view_problem *p);
	void *arg;
};

/*
 * All records of file r->ino.  The caller sets view, buf, ino, claim, want_oi, record, problem
 * and arg; the rest is the walk's.
 */
int iam_walk(struct iam_read *r);

/* Gives r its block memory, in r->buf. */
void iam_memory(struct iam_read *r);

/*
 * From the root of the file that is open down to the node whose current slot is the leaf for
 * key, NULL being the leftmost.  *order is left alone unless a node on the way is out of order.
 */
int iam_descend(struct iam_read *r, const u8 *key, const char **why, const char **order);

/* Makes the leaf at logical r->leaf. */
int iam_leaf_load(struct iam_read *r, u64 logical, const char **why);

static inline int iam_key_cmp(const struct iam_read *r, const u8 *a, const u8 *b)
{
	return memcmp(a, b, r->shape.keysize);
}

#endif
