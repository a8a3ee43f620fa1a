/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Changing an existing image byte by byte: a cache of blocks over plain
 * pread and pwrite, and what ext4 asks of whoever changes one of them (the
 * checksums, the free counts).  Nothing reaches the file before edit_commit(),
 * so whatever fails on the way leaves the image as it was.
 */
#ifndef MKMDT_EDIT_H
#define MKMDT_EDIT_H

#include "tools/mkmdt/encode.h"

#define EDIT_BUCKETS 1024
#define EDIT_WHY 320

#define EDIT_FL_INDEX 0x1000U
#define EDIT_FL_EXTENTS 0x80000U
#define EDIT_FL_INLINE_DATA 0x10000000U

struct edit_block {
	u64 nr;
	u8 *data; /* e->bs bytes; stays where it is until edit_close() */
	bool dirty;
	struct edit_block *next; /* in the same bucket */
};

struct edit {
	int fd;
	u32 bs;
	u32 inode_size;
	u32 desc_size;
	u32 inodes_count;
	u32 inodes_per_group;
	u32 blocks_per_group;
	u32 first_block; /* first data block: 1 for 1 KiB blocks, else 0 */
	u32 first_ino;	 /* lowest inode number that is not reserved */
	u32 groups;
	u64 blocks_count;
	bool dirdata;	    /* name entries may carry FIDs */
	bool metadata_csum; /* crc32c on all metadata */
	bool gdt_csum;	    /* crc16 on group descriptors alone */
	bool unsigned_hash; /* name hashes were made where char is unsigned */
	u32 csum_seed;
	u8 uuid[16];
	u32 hash_seed[4];
	char why[EDIT_WHY]; /* what went wrong, one sentence */
	struct edit_block *buckets[EDIT_BUCKETS];
};

/* Every function below: 0 or -errno, with the reason in e->why. */
int edit_open(struct edit *e, const char *image);
int edit_commit(struct edit *e);
void edit_close(struct edit *e);
int edit_fail(struct edit *e, int rc, const char *fmt, ...) __printf(3, 4);

/* A block's bytes; change them and call edit_dirty(). */
int edit_block(struct edit *e, u64 nr, u8 **data);
void edit_dirty(struct edit *e, u64 nr);

/* A raw inode inside its table block; edit_inode_dirty() also renews its checksum. */
int edit_inode(struct edit *e, u32 ino, u8 **raw);
int edit_inode_dirty(struct edit *e, u32 ino);

/* The block that holds an inode's logical block; 0 for a hole. */
int edit_map(struct edit *e, const u8 *raw, u32 logical, u64 *phys);
u64 edit_blocks(const struct edit *e, const u8 *raw); /* logical blocks by its size */

/* What every checksum of an inode's own metadata starts from. */
u32 edit_inode_seed(const struct edit *e, u32 ino, const u8 *raw);
u32 edit_crc32c(u32 crc, const void *p, size_t len);

static inline u16 raw_mode(const u8 *raw)
{
	return get_le16(raw);
}

static inline u16 raw_nlink(const u8 *raw)
{
	return get_le16(raw + 26);
}

static inline u32 raw_flags(const u8 *raw)
{
	return get_le32(raw + 32);
}

static inline u32 raw_generation(const u8 *raw)
{
	return get_le32(raw + 100);
}

static inline u64 raw_size(const u8 *raw)
{
	return get_le32(raw + 4) | (u64)get_le32(raw + 108) << 32;
}

static inline u64 raw_file_acl(const u8 *raw)
{
	return get_le32(raw + 104) | (u64)get_le16(raw + 118) << 32;
}

/* editmap.c: bitmaps, free counts, descriptors. */
int edit_inode_used(struct edit *e, u32 ino, bool *used);
/* A free inode, if possible one that was never used. */
int edit_free_inode(struct edit *e, u32 *ino);
/* Clears the inode's bit and adds it to the free counts; dir: also one directory less. */
int edit_inode_release(struct edit *e, u32 ino, bool dir);
int edit_block_alloc(struct edit *e, u32 near_ino, u64 *nr);
int edit_block_release(struct edit *e, u64 nr);

/* editea.c: names are whole ("trusted.lma"). */
/* Length of the value, copied into buf; -ENODATA, -ERANGE. */
ssize_t edit_ea_get(struct edit *e, u32 ino, const char *name, u8 *buf, size_t room);
int edit_ea_set(struct edit *e, u32 ino, const char *name, const u8 *value, size_t len);
int edit_ea_remove(struct edit *e, u32 ino, const char *name);
/* Gives up the inode's EA block: one reference less, or the block itself. */
int edit_ea_block_drop(struct edit *e, u32 ino);
void edit_ea_block_dirty(struct edit *e, u64 nr, u8 *block);

#endif
