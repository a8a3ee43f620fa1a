/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bitmaps and what hangs on them: finding, taking and giving back inodes and
 * blocks with the free counts of the group and of the superblock, and the
 * checksums of bitmap, descriptor and superblock.
 */
#include <string.h>

#include "tools/mkmdt/edit.h"

#define BG_INODE_UNINIT 1
#define BG_BLOCK_UNINIT 2

/* Offsets of a field's halves in a descriptor; the upper one needs desc_size 64. */
struct split {
	u16 lo, hi;
};

static const struct split FREE_BLOCKS = { 12, 44 };
static const struct split FREE_INODES = { 14, 46 };
static const struct split USED_DIRS = { 16, 48 };
static const struct split BLOCK_BITMAP_CSUM = { 24, 56 };
static const struct split INODE_BITMAP_CSUM = { 26, 58 };

static int desc_get(struct edit *e, u32 group, u8 **desc)
{
	u64 at = (u64)group * e->desc_size;
	u8 *block;
	int rc;

	rc = edit_block(e, e->first_block + 1 + at / e->bs, &block);
	if (!rc)
		*desc = block + at % e->bs;
	return rc;
}

static u32 desc_read(const struct edit *e, const u8 *desc, struct split at)
{
	return get_le16(desc + at.lo) |
	       (e->desc_size >= 64 ? (u32)get_le16(desc + at.hi) << 16 : 0);
}

static void desc_write(const struct edit *e, u8 *desc, struct split at, u32 v)
{
	put_le16(desc + at.lo, (u16)v);
	if (e->desc_size >= 64)
		put_le16(desc + at.hi, (u16)(v >> 16));
}

static u64 desc_block(const struct edit *e, const u8 *desc, u32 lo)
{
	return get_le32(desc + lo) | (e->desc_size >= 64 ? (u64)get_le32(desc + lo + 32) << 32 : 0);
}

/* The reflected CRC-16 (polynomial 0x8005) that gdt_csum uses. */
static u16 crc16(u16 crc, const u8 *p, size_t len)
{
	int bit;

	while (len--) {
		crc ^= *p++;
		for (bit = 0; bit < 8; bit++)
			crc = (u16)(crc & 1 ? crc >> 1 ^ 0xa001 : crc >> 1);
	}
	return crc;
}

static u16 desc_checksum(const struct edit *e, u32 group, const u8 *desc)
{
	static const u8 zero[2];
	u8 le[4];
	u16 crc16_sum;
	u32 crc;

	put_le32(le, group);
	if (e->metadata_csum) {
		crc = edit_crc32c(e->csum_seed, le, 4);
		crc = edit_crc32c(crc, desc, 30);
		crc = edit_crc32c(crc, zero, 2);
		crc = edit_crc32c(crc, desc + 32, e->desc_size - 32);
		return (u16)crc;
	}
	crc16_sum = crc16(0xffff, e->uuid, sizeof(e->uuid));
	crc16_sum = crc16(crc16_sum, le, 4);
	crc16_sum = crc16(crc16_sum, desc, 30);
	return crc16(crc16_sum, desc + 32, e->desc_size - 32);
}

static void desc_dirty(struct edit *e, u32 group, u8 *desc)
{
	if (e->metadata_csum || e->gdt_csum)
		put_le16(desc + 30, desc_checksum(e, group, desc));
	edit_dirty(e, e->first_block + 1 + (u64)group * e->desc_size / e->bs);
}

/* Adds to the superblock's free inodes and free blocks. */
static int super_adjust(struct edit *e, int inodes, int blocks)
{
	u64 nr = 1024 / e->bs;
	u8 *sb;
	int rc;

	rc = edit_block(e, nr, &sb);
	if (rc)
		return rc;
	sb += 1024 % e->bs;
	put_le32(sb + 16, get_le32(sb + 16) + (u32)inodes);
	/* One block more or less: the upper half moves only on a carry. */
	if (blocks > 0 && get_le32(sb + 12) == UINT32_MAX)
		put_le32(sb + 0x158, get_le32(sb + 0x158) + 1);
	else if (blocks < 0 && !get_le32(sb + 12))
		put_le32(sb + 0x158, get_le32(sb + 0x158) - 1);
	put_le32(sb + 12, get_le32(sb + 12) + (u32)blocks);
	if (e->metadata_csum)
		put_le32(sb + 0x3fc, edit_crc32c(~0U, sb, 0x3fc));
	edit_dirty(e, nr);
	return 0;
}

static void bitmap_dirty(struct edit *e, u8 *desc, u64 nr, const u8 *map, bool inodes)
{
	u32 bits = inodes ? e->inodes_per_group : e->blocks_per_group;

	if (e->metadata_csum)
		desc_write(e, desc, inodes ? INODE_BITMAP_CSUM : BLOCK_BITMAP_CSUM,
			   edit_crc32c(e->csum_seed, map, bits / 8));
	edit_dirty(e, nr);
}

/* ---- inodes ---------------------------------------------------------------------------------- */

static int inode_map(struct edit *e, u32 group, u8 **desc, u8 **map)
{
	int rc = desc_get(e, group, desc);

	return rc ? rc : edit_block(e, desc_block(e, *desc, 4), map);
}

int edit_inode_used(struct edit *e, u32 ino, bool *used)
{
	u32 index;
	u8 *desc, *map;
	int rc;

	if (!ino || ino > e->inodes_count)
		return edit_fail(e, -EINVAL, "inode %u does not exist", ino);
	rc = inode_map(e, (ino - 1) / e->inodes_per_group, &desc, &map);
	if (rc)
		return rc;
	index = (ino - 1) % e->inodes_per_group;
	*used = !(get_le16(desc + 18) & BG_INODE_UNINIT) && (map[index / 8] >> index % 8 & 1);
	return 0;
}

/* Was this inode ever used? A freed one keeps its times and generation. */
static int inode_untouched(struct edit *e, u32 ino, bool *untouched)
{
	u8 *raw;
	u32 i;
	int rc;

	rc = edit_inode(e, ino, &raw);
	if (rc)
		return rc;
	*untouched = true;
	for (i = 0; i < 128; i++)
		if (raw[i])
			*untouched = false;
	return 0;
}

/* The first free inode of the group; fresh: only one that was never used. */
static int group_free_inode(struct edit *e, u32 group, bool fresh, u32 *ino)
{
	u32 i, nr;
	u8 *desc, *map;
	bool good = true;
	int rc;

	rc = inode_map(e, group, &desc, &map);
	if (rc)
		return rc;
	if (get_le16(desc + 18) & BG_INODE_UNINIT)
		return -ENOENT;
	for (i = 0; i < e->inodes_per_group; i++) {
		nr = group * e->inodes_per_group + i + 1;
		if (nr < e->first_ino || (map[i / 8] >> i % 8 & 1))
			continue;
		rc = fresh ? inode_untouched(e, nr, &good) : 0;
		if (rc)
			return rc;
		if (good) {
			*ino = nr;
			return 0;
		}
	}
	return -ENOENT;
}

int edit_free_inode(struct edit *e, u32 *ino)
{
	u32 pass, group;
	int rc;

	/* One that was used before may still be named by a stale record somewhere. */
	for (pass = 0; pass < 2; pass++) {
		for (group = 0; group < e->groups; group++) {
			rc = group_free_inode(e, group, pass == 0, ino);
			if (rc != -ENOENT)
				return rc;
		}
	}
	return edit_fail(e, -ENOSPC, "no inode is free");
}

int edit_inode_release(struct edit *e, u32 ino, bool dir)
{
	u32 group, index;
	u8 *desc, *map;
	int rc;

	if (!ino || ino > e->inodes_count)
		return edit_fail(e, -EINVAL, "inode %u does not exist", ino);
	group = (ino - 1) / e->inodes_per_group;
	index = (ino - 1) % e->inodes_per_group;
	rc = inode_map(e, group, &desc, &map);
	if (rc)
		return rc;
	if (!(map[index / 8] >> index % 8 & 1))
		return edit_fail(e, -EALREADY, "inode %u is free already", ino);
	map[index / 8] &= (u8)~(1 << index % 8);
	bitmap_dirty(e, desc, desc_block(e, desc, 4), map, true);
	desc_write(e, desc, FREE_INODES, desc_read(e, desc, FREE_INODES) + 1);
	if (dir)
		desc_write(e, desc, USED_DIRS, desc_read(e, desc, USED_DIRS) - 1);
	desc_dirty(e, group, desc);
	return super_adjust(e, 1, 0);
}

/* ---- blocks ---------------------------------------------------------------------------------- */

/* Flips bit index of the group's block bitmap and counts it. */
static int block_flip(struct edit *e, u32 group, u32 index, int freed)
{
	u8 *desc, *map;
	int rc;

	rc = desc_get(e, group, &desc);
	if (!rc)
		rc = edit_block(e, desc_block(e, desc, 0), &map);
	if (rc)
		return rc;
	map[index / 8] ^= (u8)(1 << index % 8);
	bitmap_dirty(e, desc, desc_block(e, desc, 0), map, false);
	desc_write(e, desc, FREE_BLOCKS, desc_read(e, desc, FREE_BLOCKS) + (u32)freed);
	desc_dirty(e, group, desc);
	return super_adjust(e, 0, freed);
}

static int group_free_block(struct edit *e, u32 group, u32 *index)
{
	u64 first = e->first_block + (u64)group * e->blocks_per_group;
	u32 i, n = (u32)min_u64(e->blocks_per_group, e->blocks_count - first);
	u8 *desc, *map;
	int rc;

	rc = desc_get(e, group, &desc);
	/* An uninitialised bitmap does not even say where the group's own metadata lie. */
	if (!rc && (get_le16(desc + 18) & BG_BLOCK_UNINIT))
		rc = -ENOENT;
	if (!rc)
		rc = edit_block(e, desc_block(e, desc, 0), &map);
	if (rc)
		return rc;
	for (i = 0; i < n; i++) {
		if (!(map[i / 8] >> i % 8 & 1)) {
			*index = i;
			return 0;
		}
	}
	return -ENOENT;
}

int edit_block_alloc(struct edit *e, u32 near_ino, u64 *nr)
{
	u32 tried, group = (near_ino - 1) / e->inodes_per_group, index;
	int rc;

	for (tried = 0; tried < e->groups; tried++, group++) {
		group %= e->groups;
		rc = group_free_block(e, group, &index);
		if (rc == -ENOENT)
			continue;
		if (!rc)
			rc = block_flip(e, group, index, -1);
		if (!rc)
			*nr = e->first_block + (u64)group * e->blocks_per_group + index;
		return rc;
	}
	return edit_fail(e, -ENOSPC, "no block is free");
}

int edit_block_release(struct edit *e, u64 nr)
{
	u64 rel = nr - e->first_block;

	if (nr < e->first_block || nr >= e->blocks_count)
		return edit_fail(e, -EINVAL, "block %llu is outside the file system",
				 (unsigned long long)nr);
	return block_flip(e, (u32)(rel / e->blocks_per_group), (u32)(rel % e->blocks_per_group), 1);
}
