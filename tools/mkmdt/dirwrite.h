/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Directory blocks: linear where one block is enough, else an htree, with or
 * without the FID of every target behind its name.
 */
#ifndef MKMDT_DIRWRITE_H
#define MKMDT_DIRWRITE_H

#include "tools/mkmdt/model.h"

struct dir_item {
	const char *name;
	u8 namelen;
	u8 type;
	bool with_fid;
	u32 ino;
	u32 hash, minor;
	struct mk_fid fid;
};

/* What all directories of one file system have in common. */
struct dir_format {
	u32 bs;
	bool csum;	 /* metadata_csum: every block ends with a checksum */
	int hash;	 /* hash version as in the superblock */
	u32 hash_seed[4];
};

struct dir_params {
	u32 ino, parent;
	bool dotdot_fid;	/* ".." carries the parent's FID */
	struct mk_fid parent_fid;
	enum mk_tristate htree;
	u32 csum_seed;		/* crc32c of file system, inode number and generation */
};

/* One index entry: a block and the smallest hash in it. */
struct dx_child {
	u32 hash;
	u32 block;
};

/* The result; the buffers are kept from one directory to the next. */
struct dir_blocks {
	u8 *data;
	size_t room;
	u32 n;
	bool indexed;
	struct dx_child *starts; /* one per leaf, then one per block of the level above ... */
	size_t starts_room;
};

/* Items may be reordered. */
int dir_build(const struct dir_format *f, const struct dir_params *p, struct dir_item *items,
	      u32 n, struct dir_blocks *out);
void dir_blocks_done(struct dir_blocks *b);

#endif
