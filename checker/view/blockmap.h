/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From blocks of a file to blocks of the device: extent trees and indirect maps.
 * Nodes are kept between look-ups, so reading a file in order reads each node once.
 */
#ifndef MDTCHECK_VIEW_BLOCKMAP_H
#define MDTCHECK_VIEW_BLOCKMAP_H

#include "ondisk/inode.h"

#define BLOCKMAP_LEVELS 5

struct view;

/* One node of the tree, as read last. */
struct map_node {
	u8 *data;
	u64 block;   /* 0: nothing read yet */
	u64 low, high; /* extents: the logical blocks it was checked for, high exclusive */
	struct extent_node node;
};

struct blockmap {
	struct view *view;
	bool extents;
	u32 pointers;  /* block numbers in an indirect block */
	u64 blocks;    /* from the size, the last one perhaps partial */
	u64 size;      /* bytes */
	u8 root[EXT4_N_BLOCKS_BYTES];
	struct map_node level[BLOCKMAP_LEVELS];
};

/* Consecutive logical blocks of one kind. */
struct map_run {
	u64 logical, count;
	u64 physical;	 /* of the first one; 0: a hole */
	u64 bad_block;	 /* on failure: the map block that is broken, 0 the inode */
	const char *why; /* on failure */
};

/* Gives the map its memory: BLOCKMAP_LEVELS blocks. */
void blockmap_init(struct blockmap *m, struct view *v, u8 *memory);

/* 0, or -EOPNOTSUPP or -EBADMSG and *why.  The inode may go away afterwards. */
int blockmap_begin(struct blockmap *m, const struct inode_core *inode, const char **why);

/* Forgets the nodes: they may have changed. */
void blockmap_refresh(struct blockmap *m);

/*
 * The run that begins at logical, which must be < m->blocks; it ends at m->blocks at the
 * latest.  On failure (-EBADMSG, -EIO) the run says how many blocks are behind the broken node.
 */
int blockmap_lookup(struct blockmap *m, u64 logical, struct map_run *run);

#endif
