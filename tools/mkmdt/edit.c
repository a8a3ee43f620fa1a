/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The image as blocks and inodes: geometry, the block cache, raw inodes with
 * their checksums, and where a file's blocks lie.
 */
#include <ext2fs/ext2_fs.h>
#include <ext2fs/ext2fs.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/mkmdt/edit.h"

#define SB_OFFSET 1024
#define SB_BYTES 1024
#define SB_MAGIC 0xef53
#define INCOMPAT_META_BG 0x10U
#define INCOMPAT_64BIT 0x80U
#define INCOMPAT_DIRDATA 0x1000U
#define INCOMPAT_CSUM_SEED 0x2000U
#define RO_GDT_CSUM 0x10U
#define RO_BIGALLOC 0x200U
#define RO_METADATA_CSUM 0x400U
#define SB_FLAG_UNSIGNED_HASH 0x2U

int edit_fail(struct edit *e, int rc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(e->why, sizeof(e->why), fmt, ap);
	va_end(ap);
	return rc;
}

u32 edit_crc32c(u32 crc, const void *p, size_t len)
{
	return ext2fs_crc32c_le(crc, p, len);
}

/* ---- geometry -------------------------------------------------------------------------------- */

static void read_features(struct edit *e, const u8 *sb)
{
	u32 incompat = get_le32(sb + 96), ro = get_le32(sb + 100);
	int i;

	e->dirdata = incompat & INCOMPAT_DIRDATA;
	e->metadata_csum = ro & RO_METADATA_CSUM;
	e->gdt_csum = !e->metadata_csum && (ro & RO_GDT_CSUM);
	e->unsigned_hash = get_le32(sb + 0x160) & SB_FLAG_UNSIGNED_HASH;
	memcpy(e->uuid, sb + 0x68, sizeof(e->uuid));
	for (i = 0; i < 4; i++)
		e->hash_seed[i] = get_le32(sb + 0xec + 4 * i);
	e->csum_seed = incompat & INCOMPAT_CSUM_SEED ?
			       get_le32(sb + 0x270) :
			       edit_crc32c(~0U, e->uuid, sizeof(e->uuid));
}

static int check_geometry(struct edit *e, const u8 *sb)
{
	if (get_le32(sb + 96) & INCOMPAT_META_BG)
		return edit_fail(e, -EOPNOTSUPP, "meta_bg file systems cannot be changed");
	if (get_le32(sb + 100) & RO_BIGALLOC)
		return edit_fail(e, -EOPNOTSUPP, "bigalloc file systems cannot be changed");
	if (e->bs > 65536 || e->inode_size < 128 || e->inode_size > e->bs || e->desc_size < 32 ||
	    e->desc_size > e->bs || !e->inodes_per_group || !e->blocks_per_group)
		return edit_fail(e, -EINVAL, "the superblock makes no sense");
	return 0;
}

static int read_geometry(struct edit *e)
{
	u8 sb[SB_BYTES];

	if (pread(e->fd, sb, sizeof(sb), SB_OFFSET) != (ssize_t)sizeof(sb) ||
	    get_le16(sb + 56) != SB_MAGIC)
		return edit_fail(e, -EINVAL, "not an ext4 image");
	e->bs = get_le32(sb + 24) > 6 ? UINT32_MAX : 1024U << get_le32(sb + 24);
	e->inode_size = get_le16(sb + 88);
	e->inodes_count = get_le32(sb);
	e->inodes_per_group = get_le32(sb + 40);
	e->blocks_per_group = get_le32(sb + 32);
	e->first_block = get_le32(sb + 20);
	e->first_ino = get_le32(sb + 84);
	e->blocks_count = get_le32(sb + 4);
	e->desc_size = 32;
	if (get_le32(sb + 96) & INCOMPAT_64BIT) {
		e->blocks_count |= (u64)get_le32(sb + 0x150) << 32;
		e->desc_size = get_le16(sb + 254);
	}
	read_features(e, sb);
	if (check_geometry(e, sb))
		return -EINVAL;
	e->groups = (u32)((e->blocks_count - e->first_block + e->blocks_per_group - 1) /
			  e->blocks_per_group);
	return 0;
}

int edit_open(struct edit *e, const char *image)
{
	int rc;

	memset(e, 0, sizeof(*e));
	e->fd = open(image, O_RDWR | O_CLOEXEC);
	if (e->fd < 0)
		return edit_fail(e, -errno, "%s", strerror(errno));
	rc = read_geometry(e);
	if (rc)
		edit_close(e);
	return rc;
}

/* ---- blocks ---------------------------------------------------------------------------------- */

static struct edit_block *cached(const struct edit *e, u64 nr)
{
	struct edit_block *b = e->buckets[nr % EDIT_BUCKETS];

	while (b && b->nr != nr)
		b = b->next;
	return b;
}

static int load(struct edit *e, u64 nr, struct edit_block **out)
{
	struct edit_block *b = calloc(1, sizeof(*b));
	ssize_t got;

	if (b)
		b->data = malloc(e->bs);
	if (!b || !b->data) {
		free(b);
		return edit_fail(e, -ENOMEM, "out of memory");
	}
	b->nr = nr;
	got = pread(e->fd, b->data, e->bs, (off_t)(nr * e->bs));
	if (got != (ssize_t)e->bs) {
		free(b->data);
		free(b);
		return edit_fail(e, -EIO, "block %llu cannot be read", (unsigned long long)nr);
	}
	b->next = e->buckets[nr % EDIT_BUCKETS];
	e->buckets[nr % EDIT_BUCKETS] = b;
	*out = b;
	return 0;
}

int edit_block(struct edit *e, u64 nr, u8 **data)
{
	struct edit_block *b = cached(e, nr);
	int rc;

	if (nr >= e->blocks_count)
		return edit_fail(e, -EINVAL, "block %llu is outside the file system",
				 (unsigned long long)nr);
	if (!b) {
		rc = load(e, nr, &b);
		if (rc)
			return rc;
	}
	*data = b->data;
	return 0;
}

void edit_dirty(struct edit *e, u64 nr)
{
	struct edit_block *b = cached(e, nr);

	if (b)
		b->dirty = true;
}

int edit_commit(struct edit *e)
{
	struct edit_block *b;
	size_t i;

	for (i = 0; i < EDIT_BUCKETS; i++) {
		for (b = e->buckets[i]; b; b = b->next) {
			if (!b->dirty)
				continue;
			if (pwrite(e->fd, b->data, e->bs, (off_t)(b->nr * e->bs)) !=
			    (ssize_t)e->bs)
				return edit_fail(e, -EIO, "block %llu cannot be written",
						 (unsigned long long)b->nr);
			b->dirty = false;
		}
	}
	return 0;
}

void edit_close(struct edit *e)
{
	struct edit_block *b;
	size_t i;

	for (i = 0; i < EDIT_BUCKETS; i++) {
		while ((b = e->buckets[i])) {
			e->buckets[i] = b->next;
			free(b->data);
			free(b);
		}
	}
	if (e->fd >= 0)
		close(e->fd);
	e->fd = -1;
}

/* ---- inodes ---------------------------------------------------------------------------------- */

static int inode_place(struct edit *e, u32 ino, u64 *block, u32 *off)
{
	u32 group, index;
	u64 at;
	u8 *gdt;
	int rc;

	if (!ino || ino > e->inodes_count)
		return edit_fail(e, -EINVAL, "inode %u does not exist", ino);
	group = (ino - 1) / e->inodes_per_group;
	index = (ino - 1) % e->inodes_per_group;
	at = (u64)group * e->desc_size;
	rc = edit_block(e, e->first_block + 1 + at / e->bs, &gdt);
	if (rc)
		return rc;
	gdt += at % e->bs;
	*block = get_le32(gdt + 8);
	if (e->desc_size >= 64)
		*block |= (u64)get_le32(gdt + 40) << 32;
	*block += (u64)index * e->inode_size / e->bs;
	*off = (u32)((u64)index * e->inode_size % e->bs);
	return 0;
}

int edit_inode(struct edit *e, u32 ino, u8 **raw)
{
	u64 block;
	u32 off;
	u8 *data;
	int rc;

	rc = inode_place(e, ino, &block, &off);
	if (!rc)
		rc = edit_block(e, block, &data);
	if (!rc)
		*raw = data + off;
	return rc;
}

u32 edit_inode_seed(const struct edit *e, u32 ino, const u8 *raw)
{
	u8 le[4];
	u32 crc;

	put_le32(le, ino);
	crc = edit_crc32c(e->csum_seed, le, 4);
	return edit_crc32c(crc, raw + 100, 4);
}

/* The upper half of the checksum exists only where i_extra_isize covers it. */
static void inode_checksum(const struct edit *e, u32 ino, u8 *raw)
{
	bool wide = e->inode_size > 128 && get_le16(raw + 128) >= 4;
	u32 crc;

	put_le16(raw + 124, 0);
	if (wide)
		put_le16(raw + 130, 0);
	crc = edit_crc32c(edit_inode_seed(e, ino, raw), raw, e->inode_size);
	put_le16(raw + 124, (u16)crc);
	if (wide)
		put_le16(raw + 130, (u16)(crc >> 16));
}

int edit_inode_dirty(struct edit *e, u32 ino)
{
	u64 block;
	u32 off;
	u8 *data;
	int rc;

	rc = inode_place(e, ino, &block, &off);
	if (!rc)
		rc = edit_block(e, block, &data);
	if (rc)
		return rc;
	if (e->metadata_csum)
		inode_checksum(e, ino, data + off);
	edit_dirty(e, block);
	return 0;
}

/* ---- where a file's blocks lie --------------------------------------------------------------- */

u64 edit_blocks(const struct edit *e, const u8 *raw)
{
	return (raw_size(raw) + e->bs - 1) / e->bs;
}

/* The last of the node's entries that starts at or before logical; NULL when none does. */
static const u8 *extent_pick(const u8 *node, u32 logical)
{
	const u8 *hit = NULL;
	u32 i, n = get_le16(node + 2);

	for (i = 0; i < n; i++) {
		const u8 *x = node + 12 + 12 * (size_t)i;

		if (get_le32(x) > logical)
			break;
		hit = x;
	}
	return hit;
}

static int extent_node_ok(const u8 *node, size_t room)
{
	return get_le16(node) == 0xf30a && 12 + 12 * (size_t)get_le16(node + 2) <= room;
}

static int map_extents(struct edit *e, const u8 *area, u32 logical, u64 *phys)
{
	const u8 *node = area, *x;
	size_t room = 60;
	u32 depth, len;
	u8 *data;
	int rc;

	for (depth = 0; depth < 8; depth++) {
		if (!extent_node_ok(node, room))
			return edit_fail(e, -EINVAL, "an extent node is broken");
		x = extent_pick(node, logical);
		if (!x)
			return 0;
		if (!get_le16(node + 6)) {
			len = get_le16(x + 4);
			len = len > 32768 ? len - 32768 : len;
			if (logical - get_le32(x) < len)
				*phys = (get_le32(x + 8) | (u64)get_le16(x + 6) << 32) +
					(logical - get_le32(x));
			return 0;
		}
		rc = edit_block(e, get_le32(x + 4) | (u64)get_le16(x + 8) << 32, &data);
		if (rc)
			return rc;
		node = data;
		room = e->bs;
	}
	return edit_fail(e, -EINVAL, "an extent tree is too deep");
}

static int map_indirect(struct edit *e, const u8 *area, u32 logical, u64 *phys)
{
	u64 per = e->bs / 4, span = 1, rest = logical;
	u32 nr, level = 0;
	u8 *data;
	int rc;

	if (rest < 12) {
		*phys = get_le32(area + 4 * rest);
		return 0;
	}
	rest -= 12;
	for (level = 1, span = per; level < 3 && rest >= span; level++) {
		rest -= span;
		span *= per;
	}
	nr = get_le32(area + 4 * (11 + level));
	while (nr && span > 1) {
		span /= per;
		rc = edit_block(e, nr, &data);
		if (rc)
			return rc;
		nr = get_le32(data + 4 * (rest / span % per));
	}
	*phys = nr;
	return 0;
}

int edit_map(struct edit *e, const u8 *raw, u32 logical, u64 *phys)
{
	u64 found = 0;
	int rc;

	if (raw_flags(raw) & EDIT_FL_INLINE_DATA)
		return edit_fail(e, -EOPNOTSUPP, "inline data are not supported");
	if (raw_flags(raw) & EDIT_FL_EXTENTS)
		rc = map_extents(e, raw + 40, logical, &found);
	else
		rc = map_indirect(e, raw + 40, logical, &found);
	if (!rc)
		*phys = found;
	return rc;
}
