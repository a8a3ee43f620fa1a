/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Block maps: extents, or the direct and indirect blocks that the OSD's own
 * files and directories have on an MDT.
 */
#include <stdlib.h>
#include <string.h>

#include "tools/mkmdt/writer.h"

#define EXT_MAGIC 0xf30a
#define EXT_SLOT 12
#define EXT_LEN_MAX 32768
#define EXT_INLINE 4
#define DIRECT 12
#define IND_SLOT 12
#define DIND_SLOT 13

/* A contiguous piece of content. */
struct piece {
	u64 start;
	u32 len;
};

struct pieces {
	struct piece *p;
	u32 n, cap;
};

u32 wr_inode_seed(const struct mk_writer *w, u32 ino)
{
	u8 le[8];

	put_le32(le, ino);
	put_le32(le + 4, mk_generation(w->m, ino));
	return ext2fs_crc32c_le(w->fs->csum_seed, le, 8);
}

bool wr_extents(const struct mk_writer *w, const struct mk_object *o)
{
	enum mk_tristate t = w->m->cfg.extents;

	return t == MK_AUTO ? (o->flags & MK_EARLY) != 0 : t == MK_ON;
}

static void put_extent_header(u8 *p, u32 entries, u32 max, u32 depth)
{
	put_le16(p, EXT_MAGIC);
	put_le16(p + 2, (u16)entries);
	put_le16(p + 4, (u16)max);
	put_le16(p + 6, (u16)depth);
	put_le32(p + 8, 0);
}

static void put_extent(u8 *p, u32 logical, const struct piece *e)
{
	put_le32(p, logical);
	put_le16(p + 4, (u16)e->len);
	put_le16(p + 6, (u16)(e->start >> 32));
	put_le32(p + 8, (u32)e->start);
}

void wr_map_single(u64 block, bool extents, u64 size, struct mk_map *map)
{
	struct piece one = { block, 1 };

	memset(map, 0, sizeof(*map));
	map->blocks = 1;
	map->size = size;
	if (!extents) {
		put_le32(map->iblock, (u32)block);
		return;
	}
	map->flags = EXT4_EXTENTS_FL;
	put_extent_header(map->iblock, 1, EXT_INLINE, 0);
	put_extent(map->iblock + EXT_SLOT, 0, &one);
}

static int take_pieces(struct mk_writer *w, u32 n, struct pieces *ps)
{
	struct piece *e;
	int rc;

	for (; n; n -= e->len, ps->n++) {
		rc = mk_grow(&ps->p, &ps->cap, ps->n, sizeof(*ps->p));
		if (rc)
			return rc;
		e = &ps->p[ps->n];
		rc = wr_alloc(w, n < EXT_LEN_MAX ? n : EXT_LEN_MAX, &e->start, &e->len);
		if (rc)
			return rc;
	}
	return 0;
}

static int put_pieces(struct mk_writer *w, const struct pieces *ps, const u8 *data)
{
	u32 i;
	int rc = 0;

	for (i = 0; i < ps->n && !rc; i++) {
		rc = wr_put(w, ps->p[i].start, data, ps->p[i].len);
		data += (size_t)ps->p[i].len * w->bs;
	}
	return rc;
}

static void extent_csum(const struct mk_writer *w, u32 ino, u8 *block, u32 max)
{
	u32 tail = EXT_SLOT + max * EXT_SLOT;

	if (w->m->cfg.csum)
		put_le32(block + tail, ext2fs_crc32c_le(wr_inode_seed(w, ino), block, tail));
}

/* One leaf block holds the extents, the inode points to it. */
static int map_extent_leaf(struct mk_writer *w, u32 ino, const struct pieces *ps, u8 *block,
			   struct mk_map *map)
{
	u32 max = (w->bs - EXT_SLOT) / EXT_SLOT, logical = 0, i, got;
	u64 at;
	int rc;

	if (ps->n > max)
		return mk_fail(w->m, -EFBIG, "free space is in too many pieces");
	rc = wr_alloc(w, 1, &at, &got);
	if (rc)
		return rc;
	put_extent_header(block, ps->n, max, 0);
	for (i = 0; i < ps->n; logical += ps->p[i++].len)
		put_extent(block + EXT_SLOT + (size_t)i * EXT_SLOT, logical, &ps->p[i]);
	extent_csum(w, ino, block, max);
	put_extent_header(map->iblock, 1, EXT_INLINE, 1);
	put_le32(map->iblock + EXT_SLOT + 4, (u32)at);
	put_le16(map->iblock + EXT_SLOT + 8, (u16)(at >> 32));
	map->blocks++;
	return wr_put(w, at, block, 1);
}

static int map_extents(struct mk_writer *w, u32 ino, const struct pieces *ps, u8 *block,
		       struct mk_map *map)
{
	u32 logical = 0, i;

	map->flags = EXT4_EXTENTS_FL;
	if (ps->n > EXT_INLINE)
		return map_extent_leaf(w, ino, ps, block, map);
	put_extent_header(map->iblock, ps->n, EXT_INLINE, 0);
	for (i = 0; i < ps->n; logical += ps->p[i++].len)
		put_extent(map->iblock + EXT_SLOT + (size_t)i * EXT_SLOT, logical, &ps->p[i]);
	return 0;
}

/* Hands out the content's block numbers one by one. */
struct walk {
	const struct pieces *ps;
	u32 piece, off, left;
};

static u64 walk_next(struct walk *k)
{
	const struct piece *e = &k->ps->p[k->piece];
	u64 block = e->start + k->off++;

	if (k->off == e->len) {
		k->piece++;
		k->off = 0;
	}
	k->left--;
	return block;
}

static int map_indirect(struct mk_writer *w, struct walk *k, u8 *block, struct mk_map *map,
			u64 *at)
{
	u32 i, got;
	int rc = wr_alloc(w, 1, at, &got);

	if (rc)
		return rc;
	memset(block, 0, w->bs);
	for (i = 0; i < w->bs / 4 && k->left; i++)
		put_le32(block + (size_t)4 * i, (u32)walk_next(k));
	map->blocks++;
	return wr_put(w, *at, block, 1);
}

static int map_double(struct mk_writer *w, struct walk *k, u8 *block, struct mk_map *map)
{
	u8 *top = calloc(1, w->bs);
	u64 at, top_at = 0;
	u32 i, got;
	int rc = top ? wr_alloc(w, 1, &top_at, &got) : -ENOMEM;

	for (i = 0; i < w->bs / 4 && k->left && !rc; i++) {
		rc = map_indirect(w, k, block, map, &at);
		put_le32(top + (size_t)4 * i, (u32)at);
	}
	if (!rc && k->left)
		rc = mk_fail(w->m, -EFBIG, "a file without extents grew too large");
	if (!rc)
		rc = wr_put(w, top_at, top, 1);
	put_le32(map->iblock + 4 * DIND_SLOT, (u32)top_at);
	map->blocks++;
	free(top);
	return rc;
}

static int map_blocks(struct mk_writer *w, const struct pieces *ps, u32 n, u8 *block,
		      struct mk_map *map)
{
	struct walk k = { .ps = ps, .left = n };
	u64 at;
	u32 i;
	int rc = 0;

	for (i = 0; i < DIRECT && k.left; i++)
		put_le32(map->iblock + (size_t)4 * i, (u32)walk_next(&k));
	if (k.left) {
		rc = map_indirect(w, &k, block, map, &at);
		put_le32(map->iblock + 4 * IND_SLOT, (u32)at);
	}
	return !rc && k.left ? map_double(w, &k, block, map) : rc;
}

static int content_map(struct mk_writer *w, u32 ino, const struct pieces *ps, u32 n, bool extents,
		       struct mk_map *map)
{
	u8 *block = calloc(1, w->bs);
	int rc;

	if (!block)
		return mk_fail(w->m, -ENOMEM, "out of memory");
	rc = extents ? map_extents(w, ino, ps, block, map) : map_blocks(w, ps, n, block, map);
	free(block);
	return rc;
}

int wr_content(struct mk_writer *w, u32 ino, const u8 *data, u32 n, u64 size, bool extents,
	       struct mk_map *map)
{
	struct pieces ps = { 0 };
	int rc = take_pieces(w, n, &ps);

	memset(map, 0, sizeof(*map));
	map->blocks = n;
	map->size = size;
	if (!rc)
		rc = put_pieces(w, &ps, data);
	if (!rc)
		rc = content_map(w, ino, &ps, n, extents, map);
	free(ps.p);
	return rc;
}
