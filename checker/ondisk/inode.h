/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ext4 side: inode core, extended attributes in the inode body and in an
 * EA block, extent nodes, group descriptors.
 */
#ifndef MDTCHECK_ONDISK_INODE_H
#define MDTCHECK_ONDISK_INODE_H

#include "base/cursor.h"

#define EXT4_INODE_CORE 128
#define EXT4_XATTR_MAGIC 0xEA020000U
#define EXT4_N_BLOCKS_BYTES 60

#define EXT4_FL_INDEX 0x1000U
#define EXT4_FL_EXTENTS 0x80000U
#define EXT4_FL_EA_INODE 0x200000U
#define EXT4_FL_INLINE_DATA 0x10000000U
#define EXT4_FL_CASEFOLD 0x40000000U

struct inode_core {
	u16 mode;
	u16 nlink;
	u32 uid, gid;
	u32 generation;
	u32 flags;
	u32 ctime, mtime, dtime;
	u64 size;
	u64 blocks;	      /* as stored, with the high word */
	u64 file_acl;	      /* EA block, 0 none */
	u16 extra_isize;      /* 0 for 128-byte inodes */
	u32 projid;
	const u8 *block_area; /* i_block, EXT4_N_BLOCKS_BYTES bytes, not owned */
};

/* 0, or -EBADMSG when size < 128 or extra_isize leaves the inode (*why). */
int inode_decode(const u8 *raw, u32 size, struct inode_core *out, const char **why);

/* One extended attribute as it lies on disk. */
struct xattr_raw {
	u8 name_index; /* 1 user, 2/3 posix acl, 4 trusted, 6 security, 7 system, 9 encryption */
	u8 namelen;
	const char *name; /* suffix, not NUL-terminated, not owned */
	u32 name_start;	  /* its first four bytes, the first one lowest; none: 0 */
	u32 value_len;
	u32 value_ino;	 /* EA inode that holds the value; 0: value points here */
	const u8 *value; /* not owned; NULL when value_ino */
	u32 hash;
};

struct xattr_walk {
	const u8 *base;	   /* what value offsets count from */
	u32 limit;	   /* bytes from base to the end */
	u32 off;	   /* next descriptor, from base */
	u32 floor;	   /* where the descriptors end: no value begins below; 0 no end */
	const char *why;
};

/*
 * Starts on the inode body; false when it holds none (128-byte inode, no
 * magic).
 */
bool xattr_walk_body(struct xattr_walk *w, const u8 *raw, u32 inode_size, u16 extra_isize);
/* Starts on an EA block; -EBADMSG (*why) when its header is not one. */
int xattr_walk_block(struct xattr_walk *w, const u8 *block, u32 size, const char **why);
/* 1, 0 at the end, -EBADMSG (w->why) at the first broken descriptor. */
int xattr_walk_next(struct xattr_walk *w, struct xattr_raw *out);

/* One extent-tree node (root in i_block, or a block). */
struct extent_node {
	u16 entries, max, depth;
	const u8 *first; /* first 12-byte entry, not owned */
};

struct extent_rec {
	u32 logical;
	u32 count; /* leaf only; unwritten extents keep their true length */
	u64 physical;
	bool unwritten;
};

/* 0 or -EBADMSG (*why). */
int extent_node_decode(const u8 *data, u32 size, struct extent_node *out, const char **why);
/* Entry i: in a leaf an extent; in an index node logical and physical (child). */
void extent_leaf_at(const struct extent_node *n, u32 i, struct extent_rec *out);
void extent_index_at(const struct extent_node *n, u32 i, struct extent_rec *out);

/* One group descriptor. */
struct group_desc {
	u64 block_bitmap, inode_bitmap, inode_table;
	u32 free_inodes;
	u32 used_dirs;
	u32 itable_unused;
	u16 flags; /* 1 INODE_UNINIT, 2 BLOCK_UNINIT, 4 INODE_ZEROED */
};
#define EXT4_BG_INODE_UNINIT 1

void group_desc_decode(const u8 *raw, u32 desc_size, struct group_desc *out);

#endif
