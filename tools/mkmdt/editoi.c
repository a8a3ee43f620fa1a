/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * OI files (IAM "lfix": fixed 16-byte keys, 8-byte records): descent to the
 * leaf where a FID belongs, and changes inside that leaf.  A leaf is never
 * split: when it is full the caller is told so.
 */
#include <stdio.h>
#include <string.h>

#include "tools/mkmdt/editdir.h"
#include "tools/mkmdt/editoi.h"

#define ROOT_MAGIC 0xbedabb1edULL
#define LEAF_MAGIC 0x1976
#define ROOT_GAP 16
#define KEY 16
#define SLOT (KEY + 4)
#define RECORD (KEY + 8)
#define LEAF_HEADER 4
#define INO_BACKEND_ROOT 2
#define MAX_LEVELS 5

/* The inode of file N; "oi.16" stands for all where there is no oi.16.0. */
static int oi_inode(struct edit *e, u32 n, u32 *ino)
{
	struct edit_entry x;
	char name[32];
	int rc;

	snprintf(name, sizeof(name), "oi.16.%u", n);
	rc = edit_dir_find(e, INO_BACKEND_ROOT, name, strlen(name), &x);
	if (rc == -ENOENT && !n)
		rc = edit_dir_find(e, INO_BACKEND_ROOT, "oi.16", 5, &x);
	if (!rc)
		*ino = x.ino;
	return rc;
}

int edit_oi_files(struct edit *e, u32 *n)
{
	u32 i, ino;
	int rc = 0;

	for (i = 0; i < 1024; i++) {
		rc = oi_inode(e, i, &ino);
		if (rc)
			break;
	}
	if (rc && rc != -ENOENT)
		return rc;
	if (!i || (i & (i - 1)))
		return edit_fail(e, -ENOENT, "%u OI files: not a power of two", i);
	*n = i;
	return 0;
}

int edit_oi_route(struct edit *e, const struct mk_fid *fid, u32 *file)
{
	u32 n;
	int rc = edit_oi_files(e, &n);

	if (!rc)
		*file = (u32)(fid->seq & (n - 1));
	return rc;
}

static int map_block(struct edit *e, u32 file, u32 lblock, u64 *nr)
{
	u32 ino;
	u8 *raw;
	int rc;

	rc = oi_inode(e, file, &ino);
	if (!rc)
		rc = edit_inode(e, ino, &raw);
	if (!rc)
		rc = edit_map(e, raw, lblock, nr);
	if (!rc && !*nr)
		rc = edit_fail(e, -EINVAL, "oi.16.%u has no block %u", file, lblock);
	return rc;
}

int edit_oi_root(struct edit *e, u32 file, u64 *block)
{
	return map_block(e, file, 0, block);
}

/* The child of a node that a key belongs to; the key of slot 1 counts as the lowest. */
static int pick_child(struct edit *e, const u8 *slots, u32 room, const u8 *key, u32 *child)
{
	u32 i, count = get_le16(slots + 2);

	if (count < 2 || count * SLOT > room)
		return edit_fail(e, -EINVAL, "an OI index block is broken");
	for (i = 2; i < count; i++)
		if (memcmp(slots + i * SLOT, key, KEY) > 0)
			break;
	*child = get_le32(slots + (i - 1) * SLOT + KEY);
	return 0;
}

/* The leaf of file where key belongs. */
static int descend(struct edit *e, u32 file, const u8 *key, u64 *leaf)
{
	u32 level, levels, child = 0, gap = ROOT_GAP;
	u8 *block;
	u64 nr;
	int rc;

	rc = map_block(e, file, 0, &nr);
	if (!rc)
		rc = edit_block(e, nr, &block);
	if (rc)
		return rc;
	levels = block[14];
	if (get_le64(block) != ROOT_MAGIC || get_le16(block + 8) != KEY ||
	    get_le16(block + 10) != RECORD - KEY || levels > MAX_LEVELS)
		return edit_fail(e, -EINVAL, "oi.16.%u: its root is broken", file);
	for (level = 0; level <= levels; level++, gap = 0) {
		rc = pick_child(e, block + gap, e->bs - gap, key, &child);
		if (!rc)
			rc = map_block(e, file, child, &nr);
		if (!rc)
			rc = edit_block(e, nr, &block);
		if (rc)
			return rc;
	}
	*leaf = nr;
	return 0;
}

int edit_oi_first_leaf(struct edit *e, u32 file, u64 *block)
{
	u8 key[KEY] = { 0 };

	return descend(e, file, key, block);
}

static u32 leaf_room(const struct edit *e)
{
	return (e->bs - LEAF_HEADER) / RECORD;
}

static int leaf_open(struct edit *e, u64 nr, u8 **leaf, u32 *count)
{
	int rc = edit_block(e, nr, leaf);

	if (rc)
		return rc;
	*count = get_le16(*leaf + 2);
	if (get_le16(*leaf) != LEAF_MAGIC || *count > leaf_room(e))
		return edit_fail(e, -EINVAL, "an OI leaf (block %llu) is broken",
				 (unsigned long long)nr);
	return 0;
}

static u8 *record_at(u8 *leaf, u32 i)
{
	return leaf + LEAF_HEADER + (size_t)i * RECORD;
}

/* The first record whose key is not below key. */
static u32 lower_bound(u8 *leaf, u32 count, const u8 *key)
{
	u32 i;

	for (i = 0; i < count; i++)
		if (memcmp(record_at(leaf, i), key, KEY) >= 0)
			break;
	return i;
}

int edit_oi_find(struct edit *e, const struct mk_fid *fid, struct edit_oi *out)
{
	struct edit_oi x = { .fid = *fid };
	u8 key[KEY], *leaf;
	u32 count;
	int rc;

	enc_fid_be(key, fid);
	rc = edit_oi_route(e, fid, &x.file);
	if (!rc)
		rc = descend(e, x.file, key, &x.leaf);
	if (!rc)
		rc = leaf_open(e, x.leaf, &leaf, &count);
	if (rc)
		return rc;
	x.index = lower_bound(leaf, count, key);
	if (x.index == count || memcmp(record_at(leaf, x.index), key, KEY))
		return edit_fail(e, -ENOENT, "[0x%llx:0x%x:0x%x] is not in the OI",
				 (unsigned long long)fid->seq, fid->oid, fid->ver);
	x.ino = get_be32(record_at(leaf, x.index) + KEY);
	x.generation = get_be32(record_at(leaf, x.index) + KEY + 4);
	*out = x;
	return 0;
}

int edit_oi_insert(struct edit *e, u32 file, const struct edit_oi *rec, bool twice)
{
	u8 key[KEY], *leaf, *at;
	u32 count, i;
	u64 nr;
	int rc;

	enc_fid_be(key, &rec->fid);
	rc = descend(e, file, key, &nr);
	if (!rc)
		rc = leaf_open(e, nr, &leaf, &count);
	if (rc)
		return rc;
	if (count >= leaf_room(e))
		return edit_fail(e, -ENOSPC, "the OI leaf where this FID belongs is full");
	i = lower_bound(leaf, count, key);
	at = record_at(leaf, i);
	if (!twice && i < count && !memcmp(at, key, KEY))
		return edit_fail(e, -EEXIST, "this FID is in the OI already");
	memmove(at + RECORD, at, (size_t)(count - i) * RECORD);
	memcpy(at, key, KEY);
	put_be32(at + KEY, rec->ino);
	put_be32(at + KEY + 4, rec->generation);
	put_le16(leaf + 2, (u16)(count + 1));
	edit_dirty(e, nr);
	return 0;
}

int edit_oi_remove(struct edit *e, const struct edit_oi *rec)
{
	u8 *leaf, *at;
	u32 count;
	int rc = leaf_open(e, rec->leaf, &leaf, &count);

	if (rc)
		return rc;
	at = record_at(leaf, rec->index);
	memmove(at, at + RECORD, (size_t)(count - rec->index - 1) * RECORD);
	put_le16(leaf + 2, (u16)(count - 1));
	edit_dirty(e, rec->leaf);
	return 0;
}

int edit_oi_set_generation(struct edit *e, const struct edit_oi *rec, u32 generation)
{
	u8 *leaf;
	u32 count;
	int rc = leaf_open(e, rec->leaf, &leaf, &count);

	if (rc)
		return rc;
	put_be32(record_at(leaf, rec->index) + KEY + 4, generation);
	edit_dirty(e, rec->leaf);
	return 0;
}

static bool leaf_stale(u8 *leaf, u32 count, u32 keep, u32 *seen)
{
	static const u8 sentinel[KEY];
	bool changed = false;
	u32 i;

	for (i = 0; i < count; i++) {
		u8 *value = record_at(leaf, i) + KEY;

		if (!memcmp(record_at(leaf, i), sentinel, KEY))
			continue;
		++*seen;
		if (keep && *seen % keep == 0)
			continue;
		put_be32(value + 4, get_be32(value + 4) ^ 0x5a5a0001);
		if (*seen % 4 == 0)
			put_be32(value, get_be32(value) + 1);
		changed = true;
	}
	return changed;
}

int edit_oi_stale(struct edit *e, u32 file, u32 keep, u32 *seen)
{
	u64 blocks, nr, i;
	u32 ino, count;
	u8 *raw, *leaf;
	int rc = oi_inode(e, file, &ino);

	if (!rc)
		rc = edit_inode(e, ino, &raw);
	blocks = rc ? 0 : edit_blocks(e, raw);
	for (i = 1; !rc && i < blocks; i++) {
		rc = edit_map(e, raw, (u32)i, &nr);
		if (!rc)
			rc = edit_block(e, nr, &leaf);
		/* Index blocks have nothing of a mapping. */
		if (rc || get_le16(leaf) != LEAF_MAGIC)
			continue;
		rc = leaf_open(e, nr, &leaf, &count);
		if (!rc && leaf_stale(leaf, count, keep, seen))
			edit_dirty(e, nr);
	}
	return rc;
}

int edit_oi_swap(struct edit *e, const struct edit_oi *rec)
{
	static const u8 sentinel[KEY];
	u8 *leaf, *a, *b, held[RECORD];
	u32 count, other;
	int rc = leaf_open(e, rec->leaf, &leaf, &count);

	if (rc)
		return rc;
	other = rec->index + 1 < count ? rec->index + 1 : rec->index - 1;
	if (count < 2 || !memcmp(record_at(leaf, other), sentinel, KEY))
		return edit_fail(e, -ENOENT, "the record is alone in its OI leaf");
	a = record_at(leaf, rec->index);
	b = record_at(leaf, other);
	memcpy(held, a, RECORD);
	memcpy(a, b, RECORD);
	memcpy(b, held, RECORD);
	edit_dirty(e, rec->leaf);
	return 0;
}

int edit_object_fid(struct edit *e, u32 ino, struct mk_fid *fid)
{
	u8 lma[128], *raw;
	ssize_t len;
	int rc;

	len = edit_ea_get(e, ino, "trusted.lma", lma, sizeof(lma));
	if (len >= 24) {
		*fid = dec_fid_le(lma + 8);
		return 0;
	}
	if (len < 0 && len != -ENODATA)
		return (int)len;
	rc = edit_inode(e, ino, &raw);
	if (!rc)
		*fid = (struct mk_fid){ ino, raw_generation(raw), 0 };
	return rc;
}
