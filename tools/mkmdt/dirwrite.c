/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Directory blocks.  An htree is laid out as root, index levels, leaves; the
 * leaves hold the names in hash order, three quarters full as after splits.
 */
#include <stdlib.h>
#include <string.h>

#include <ext2fs/ext2_fs.h>
#include <ext2fs/ext2fs.h>

#include "tools/mkmdt/dirwrite.h"

#define DOT_LEN 12
#define DX_INFO_LEN 8
#define DX_ENTRY 8
#define DX_TAIL 8
#define DIR_TAIL 12
#define LEVELS_MAX 4

static u32 leaf_room(const struct dir_format *f)
{
	return f->bs - (f->csum ? DIR_TAIL : 0);
}

static u16 item_need(const struct dir_item *it)
{
	return dirent_need(it->namelen, it->with_fid);
}

static u16 dotdot_need(const struct dir_params *p)
{
	return dirent_need(2, p->dotdot_fid);
}

static void put_item(u8 *p, const struct dir_item *it, u16 rec_len)
{
	enc_dirent(p, it->ino, rec_len, it->name, it->namelen, it->type,
		   it->with_fid ? &it->fid : NULL);
}

static int room_for(void *buf, size_t *room, size_t need)
{
	u8 **slot = buf;
	size_t want = *room ? *room : 4096;
	u8 *p;

	while (want < need)
		want *= 2;
	if (want == *room)
		return 0;
	p = realloc(*slot, want);
	if (!p)
		return -ENOMEM;
	*slot = p;
	*room = want;
	return 0;
}

static void leaf_csum(const struct dir_format *f, const struct dir_params *p, u8 *block)
{
	u8 *tail = block + f->bs - DIR_TAIL;

	if (!f->csum)
		return;
	memset(tail, 0, DIR_TAIL);
	put_le16(tail + 4, DIR_TAIL);
	tail[7] = 0xde;
	put_le32(tail + 8, ext2fs_crc32c_le(p->csum_seed, block, f->bs - DIR_TAIL));
}

/* "." and ".."; the latter as long as last asks for. */
static void put_dots(u8 *block, const struct dir_params *p, u16 last)
{
	enc_dirent(block, p->ino, DOT_LEN, ".", 1, MK_DIR, NULL);
	enc_dirent(block + DOT_LEN, p->parent, last, "..", 2, MK_DIR,
		   p->dotdot_fid ? &p->parent_fid : NULL);
}

/* ---- linear -------------------------------------------------------------------------------- */

static u32 linear_blocks(const struct dir_format *f, const struct dir_params *p,
			 const struct dir_item *items, u32 n)
{
	u32 used = DOT_LEN + dotdot_need(p), blocks = 1, i;

	for (i = 0; i < n; i++) {
		if (used + item_need(&items[i]) > leaf_room(f)) {
			blocks++;
			used = 0;
		}
		used += item_need(&items[i]);
	}
	return blocks;
}

/* Puts items from i on into a block from off on; returns the first that is left. */
static u32 fill_block(const struct dir_format *f, u8 *block, u32 off, const struct dir_item *items,
		      u32 i, u32 n)
{
	u32 room = leaf_room(f), need;

	for (; i < n; i++, off += need) {
		bool last;

		need = item_need(&items[i]);
		last = i + 1 == n || off + need + item_need(&items[i + 1]) > room;
		put_item(block + off, &items[i], (u16)(last ? room - off : need));
		if (last)
			return i + 1;
	}
	return n;
}

static void build_linear(const struct dir_format *f, const struct dir_params *p,
			 const struct dir_item *items, u32 n, struct dir_blocks *out)
{
	u32 off = DOT_LEN + dotdot_need(p), i = 0, b;
	bool alone = !n || off + item_need(&items[0]) > leaf_room(f);

	put_dots(out->data, p, (u16)(alone ? leaf_room(f) - DOT_LEN : dotdot_need(p)));
	if (!alone)
		i = fill_block(f, out->data, off, items, 0, n);
	for (b = 1; b < out->n; b++)
		i = fill_block(f, out->data + (size_t)b * f->bs, 0, items, i, n);
	for (b = 0; b < out->n; b++)
		leaf_csum(f, p, out->data + (size_t)b * f->bs);
	out->indexed = false;
}

/* ---- htree --------------------------------------------------------------------------------- */

static int by_hash(const void *a, const void *b)
{
	const struct dir_item *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	if (x->minor != y->minor)
		return x->minor < y->minor ? -1 : 1;
	if (x->namelen != y->namelen)
		return x->namelen < y->namelen ? -1 : 1;
	return memcmp(x->name, y->name, x->namelen);
}

static int hash_items(const struct dir_format *f, struct dir_item *items, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (ext2fs_dirhash2(f->hash, items[i].name, items[i].namelen, NULL, 0,
				    f->hash_seed, &items[i].hash, &items[i].minor))
			return -EINVAL;
	qsort(items, n, sizeof(*items), by_hash);
	for (i = 1; i < n; i++)
		if (!by_hash(&items[i - 1], &items[i]))
			return -EEXIST;
	return 0;
}

/* Bytes a leaf gets at most: 3/4, or half of a small directory so that it has two. */
static u32 leaf_fill(const struct dir_format *f, const struct dir_item *items, u32 n)
{
	u64 total = 0;
	u32 i;

	for (i = 0; i < n; i++)
		total += item_need(&items[i]);
	return (u32)min_u64(leaf_room(f) * 3 / 4, max_u64(total / 2, 1));
}

/* How many items from i on the next leaf takes. */
static u32 leaf_items(const struct dir_format *f, u32 fill, const struct dir_item *items, u32 i,
		      u32 n)
{
	u32 used = 0, from = i;

	while (i < n && used < fill && used + item_need(&items[i]) <= leaf_room(f))
		used += item_need(&items[i++]);
	return i - from;
}

struct dx_plan {
	u32 root_limit, node_limit;
	u32 root_at;  /* offset of the root's limit and count */
	u32 levels;   /* index levels below the root */
	u32 count[LEVELS_MAX]; /* [0] leaves, [1] their parents ... */
	u32 first[LEVELS_MAX]; /* first block of the level */
	u32 per_node;
};

static int plan_dx(const struct dir_format *f, const struct dir_params *p, u32 leaves,
		   struct dx_plan *x)
{
	u32 tail = f->csum ? DX_TAIL : 0, block = 1, i;

	memset(x, 0, sizeof(*x));
	/* The info sits behind "..", wherever its FID makes that end. */
	x->root_at = DOT_LEN + dotdot_need(p) + DX_INFO_LEN;
	x->root_limit = (f->bs - x->root_at - tail) / DX_ENTRY;
	x->node_limit = (f->bs - 8 - tail) / DX_ENTRY;
	x->per_node = x->node_limit * 3 / 4;
	x->count[0] = leaves;
	while (x->count[x->levels] > x->root_limit) {
		if (x->levels + 1 >= LEVELS_MAX)
			return -EFBIG;
		x->count[x->levels + 1] = (x->count[x->levels] + x->per_node - 1) / x->per_node;
		x->levels++;
	}
	for (i = x->levels + 1; i-- > 0; block += x->count[i])
		x->first[i] = block;
	return 0;
}

static void dx_csum(const struct dir_format *f, const struct dir_params *p, u8 *block, u32 at)
{
	u32 limit = get_le16(block + at), count = get_le16(block + at + 2), crc;
	u8 *tail = block + at + (size_t)limit * DX_ENTRY;

	if (!f->csum)
		return;
	memset(tail, 0, DX_TAIL);
	crc = ext2fs_crc32c_le(p->csum_seed, block, at + (size_t)count * DX_ENTRY);
	/* The tail counts with its checksum field as zero. */
	put_le32(tail + 4, ext2fs_crc32c_le(crc, tail, DX_TAIL));
}

/* n children; the first one's hash slot is taken by limit and count. */
static void put_dx(u8 *p, u32 limit, const struct dx_child *s, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		put_le32(p + (size_t)i * DX_ENTRY, s[i].hash);
		put_le32(p + (size_t)i * DX_ENTRY + 4, s[i].block);
	}
	put_le16(p, (u16)limit);
	put_le16(p + 2, (u16)n);
}

static void put_root(const struct dir_format *f, const struct dir_params *p,
		     const struct dx_plan *x, const struct dx_child *top, u8 *block)
{
	u8 *info = block + x->root_at - DX_INFO_LEN;

	memset(block, 0, f->bs);
	put_dots(block, p, (u16)(f->bs - DOT_LEN));
	info[4] = (u8)(f->hash % 3); /* the signedness is the superblock's affair */
	info[5] = DX_INFO_LEN;
	info[6] = (u8)x->levels;
	put_dx(block + x->root_at, x->root_limit, top, x->count[x->levels]);
	dx_csum(f, p, block, x->root_at);
}

/* Turns the starts of one level into its parents' and writes these; in place. */
static void put_level(const struct dir_format *f, const struct dir_params *p,
		      const struct dx_plan *x, u32 level, struct dx_child *s, u8 *data)
{
	u32 i, from, n, block;
	u8 *b;

	for (i = 0; i < x->count[level]; i++) {
		from = i * x->per_node;
		n = (u32)min_u64(x->per_node, x->count[level - 1] - from);
		block = x->first[level] + i;
		b = data + (size_t)block * f->bs;
		memset(b, 0, f->bs);
		put_le16(b + 4, (u16)f->bs);
		put_dx(b + 8, x->node_limit, s + from, n);
		dx_csum(f, p, b, 8);
		s[i] = (struct dx_child){ s[from].hash, block };
	}
}

/* A name whose hash goes on from the leaf before: bit 0 says so. */
static u32 start_hash(const struct dir_item *items, u32 i)
{
	return items[i].hash | (i && items[i - 1].hash == items[i].hash);
}

static int count_leaves(const struct dir_format *f, u32 fill, const struct dir_item *items, u32 n,
			struct dir_blocks *out, u32 *leaves)
{
	struct dx_child *s;
	u32 i = 0, k = 0;
	int rc;

	do {
		rc = room_for(&out->starts, &out->starts_room, (k + 1) * sizeof(*s));
		if (rc)
			return rc;
		s = out->starts;
		s[k++].hash = i < n ? start_hash(items, i) : 0;
		i += leaf_items(f, fill, items, i, n);
	} while (i < n);
	*leaves = k;
	return 0;
}

static void put_leaves(const struct dir_format *f, const struct dir_params *p,
		       const struct dx_plan *x, u32 fill, const struct dir_item *items, u32 n,
		       struct dir_blocks *out)
{
	struct dx_child *s = out->starts;
	u32 k, i = 0, take;
	u8 *block;

	for (k = 0; k < x->count[0]; k++, i += take) {
		s[k].block = x->first[0] + k;
		block = out->data + (size_t)s[k].block * f->bs;
		take = leaf_items(f, fill, items, i, n);
		if (take)
			fill_block(f, block, 0, items, i, i + take);
		else
			put_le16(block + 4, (u16)leaf_room(f));
		leaf_csum(f, p, block);
	}
}

static int build_htree(const struct dir_format *f, const struct dir_params *p,
		       struct dir_item *items, u32 n, struct dir_blocks *out)
{
	u32 fill = leaf_fill(f, items, n), leaves, level;
	struct dx_child *s;
	struct dx_plan x;
	int rc = hash_items(f, items, n);

	if (!rc)
		rc = count_leaves(f, fill, items, n, out, &leaves);
	if (!rc)
		rc = plan_dx(f, p, leaves, &x);
	if (rc)
		return rc;
	out->n = x.first[0] + leaves;
	rc = room_for(&out->data, &out->room, (size_t)out->n * f->bs);
	if (rc)
		return rc;
	memset(out->data, 0, (size_t)out->n * f->bs);
	put_leaves(f, p, &x, fill, items, n, out);
	s = out->starts;
	for (level = 1; level <= x.levels; level++)
		put_level(f, p, &x, level, s, out->data);
	put_root(f, p, &x, s, out->data);
	out->indexed = true;
	return 0;
}

int dir_build(const struct dir_format *f, const struct dir_params *p, struct dir_item *items,
	      u32 n, struct dir_blocks *out)
{
	u32 blocks = p->htree == MK_ON ? 0 : linear_blocks(f, p, items, n);
	int rc;

	if (p->htree == MK_ON || (blocks > 1 && p->htree == MK_AUTO))
		return build_htree(f, p, items, n, out);
	rc = room_for(&out->data, &out->room, (size_t)blocks * f->bs);
	if (rc)
		return rc;
	out->n = blocks;
	memset(out->data, 0, (size_t)blocks * f->bs);
	build_linear(f, p, items, n, out);
	return 0;
}

void dir_blocks_done(struct dir_blocks *b)
{
	free(b->data);
	free(b->starts);
	memset(b, 0, sizeof(*b));
}
