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

	/* A leaf in the order of the tree.  Of its records those up to after (NULL: none) are known. */
	int (*take)(void *arg, const struct iam_shape *shape, const struct iam_leaf *leaf,
		    const u8 *after);
	void (*problem)(void *arg, const struct view_problem *p);
	/* Is there something to be read from key low on, before key high?  NULL keys: no bound. */
	bool (*wanted)(void *arg, const u8 *low, const u8 *high);
	void *arg;
};

/*
 * All records of file r->ino, or where wanted is not NULL those of the leaves that may have what
 * is wanted.  The caller sets view, buf, ino, claim, want_oi, take, problem, wanted and arg; the
 * rest is the walk's.
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

/* Keys of OI files: two words of bytes in the order of their weight. */
static inline int oi_key_cmp(const u8 *a, const u8 *b)
{
	u64 x, y;

	memcpy(&x, a, 8);
	memcpy(&y, b, 8);
	if (x == y) {
		memcpy(&x, a + 8, 8);
		memcpy(&y, b + 8, 8);
	}
	x = be64toh(x);
	y = be64toh(y);
	return (x > y) - (x < y);
}

static inline int iam_key_cmp(const struct iam_read *r, const u8 *a, const u8 *b)
{
	return r->shape.keysize == OI_KEY_SIZE ? oi_key_cmp(a, b) : memcmp(a, b, r->shape.keysize);
}

#endif
