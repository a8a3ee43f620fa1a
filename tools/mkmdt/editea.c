/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Extended attributes of an existing inode.  A value of the same length is
 * overwritten where it lies; otherwise its area (the inode body or the EA
 * block) is taken apart and laid out anew, and what no longer fits the body
 * moves to the block.  A block that other inodes share is copied first.
 */
#include <stdlib.h>
#include <string.h>

#include "tools/mkmdt/edit.h"

#define EA_MAGIC 0xEA020000U
#define EA_BLOCK_HEADER 32
#define EA_DESC 16

/* One attribute, pointing into a private copy of its area. */
struct item {
	u8 index, namelen;
	const u8 *name;
	u32 len;
	u32 value_ino; /* EA inode with the value; 0: value */
	u32 hash;
	const u8 *value;
};

/* The body or the block, taken apart. */
struct area {
	u32 ino;
	u64 block;	    /* 0: the inode body */
	u8 *at;		    /* first descriptor, in the cache */
	u8 *base;	    /* what value offsets count from */
	u32 room;	    /* bytes from at to the end */
	u8 *copy;	    /* what the items point into */
	struct item *items; /* n of them, room for one more */
	u32 n;
};

/* Name prefixes by index; posix ACLs have no suffix. */
static const struct {
	u8 index;
	const char *prefix;
} PREFIXES[] = {
	{ 1, "user." },	    { 2, "system.posix_acl_access" }, { 3, "system.posix_acl_default" },
	{ 4, "trusted." },  { 6, "security." },		      { 7, "system." },
	{ 9, "encryption." },
};

static int split_name(struct edit *e, const char *name, struct item *out)
{
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(PREFIXES); i++) {
		len = strlen(PREFIXES[i].prefix);
		if (strncmp(name, PREFIXES[i].prefix, len) || strlen(name + len) > 255)
			continue;
		out->index = PREFIXES[i].index;
		out->name = (const u8 *)name + len;
		out->namelen = (u8)strlen(name + len);
		return 0;
	}
	return edit_fail(e, -EINVAL, "%s is no name of an extended attribute", name);
}

static u32 pad4(u32 n)
{
	return (n + 3) & ~3U;
}

/* ---- taking apart ---------------------------------------------------------------------------- */

static int parse_item(const struct area *a, u32 off, struct item *it, u32 *next)
{
	const u8 *d = a->copy + off;
	u32 shift = (u32)(a->at - a->base), value;

	if (off + EA_DESC > a->room || off + EA_DESC + pad4(d[0]) > a->room)
		return -EINVAL;
	it->namelen = d[0];
	it->index = d[1];
	it->name = d + EA_DESC;
	it->value_ino = get_le32(d + 4);
	it->len = get_le32(d + 8);
	it->hash = get_le32(d + 12);
	*next = off + EA_DESC + pad4(d[0]);
	it->value = NULL;
	if (it->value_ino || !it->len)
		return 0;
	value = get_le16(d + 2);
	if (value < shift || value - shift > a->room || it->len > a->room - (value - shift))
		return -EINVAL;
	it->value = a->copy + (value - shift);
	return 0;
}

static int parse(struct edit *e, struct area *a)
{
	u32 off = 0, next;

	a->copy = malloc(a->room + 1);
	a->items = calloc(a->room / EA_DESC + 2, sizeof(*a->items));
	if (!a->copy || !a->items)
		return edit_fail(e, -ENOMEM, "out of memory");
	memcpy(a->copy, a->at, a->room);
	while (off + 4 <= a->room && get_le32(a->copy + off)) {
		if (parse_item(a, off, &a->items[a->n], &next))
			return edit_fail(e, -EINVAL, "inode %u: its extended attributes are broken",
					 a->ino);
		a->n++;
		off = next;
	}
	return 0;
}

static void area_free(struct area *a)
{
	free(a->copy);
	free(a->items);
	memset(a, 0, sizeof(*a));
}

/* Makes an empty area in a body that has space for one. */
static int body_prepare(struct edit *e, u32 ino)
{
	u32 start;
	u8 *raw;
	int rc;

	rc = edit_inode(e, ino, &raw);
	if (rc || e->inode_size <= 128)
		return rc;
	start = 128U + get_le16(raw + 128);
	if (start + 8 > e->inode_size || get_le32(raw + start) == EA_MAGIC)
		return 0;
	memset(raw + start, 0, e->inode_size - start);
	put_le32(raw + start, EA_MAGIC);
	return edit_inode_dirty(e, ino);
}

/* The body's area; -ENODATA when this inode has none. */
static int body_open(struct edit *e, u32 ino, struct area *a)
{
	u32 start;
	u8 *raw;
	int rc;

	memset(a, 0, sizeof(*a));
	a->ino = ino;
	rc = edit_inode(e, ino, &raw);
	if (rc)
		return rc;
	if (e->inode_size <= 128)
		return -ENODATA;
	start = 128U + get_le16(raw + 128);
	if (start + 8 > e->inode_size)
		return -ENODATA;
	if (get_le32(raw + start) != EA_MAGIC)
		return -ENODATA;
	a->at = a->base = raw + start + 4;
	a->room = e->inode_size - start - 4;
	return parse(e, a);
}

/* The block's area; -ENODATA when there is no block. */
static int block_open(struct edit *e, u32 ino, struct area *a)
{
	u8 *raw, *data;
	int rc;

	memset(a, 0, sizeof(*a));
	a->ino = ino;
	rc = edit_inode(e, ino, &raw);
	if (rc)
		return rc;
	a->block = raw_file_acl(raw);
	if (!a->block)
		return -ENODATA;
	rc = edit_block(e, a->block, &data);
	if (rc)
		return rc;
	if (get_le32(data) != EA_MAGIC)
		return edit_fail(e, -EINVAL, "inode %u: its EA block is broken", ino);
	a->base = data;
	a->at = data + EA_BLOCK_HEADER;
	a->room = e->bs - EA_BLOCK_HEADER;
	return parse(e, a);
}

static struct item *find(const struct area *a, const struct item *want)
{
	u32 i;

	for (i = 0; i < a->n; i++)
		if (a->items[i].index == want->index && a->items[i].namelen == want->namelen &&
		    !memcmp(a->items[i].name, want->name, want->namelen))
			return &a->items[i];
	return NULL;
}

/* ---- putting together ------------------------------------------------------------------------ */

static u32 item_hash(const struct item *it)
{
	u8 word[4];
	u32 i, h = 0;

	for (i = 0; i < it->namelen; i++)
		h = (h << 5 | h >> 27) ^ it->name[i];
	for (i = 0; it->value && i < it->len; i += 4) {
		memset(word, 0, 4);
		memcpy(word, it->value + i, it->len - i < 4 ? it->len - i : 4);
		h = (h << 16 | h >> 16) ^ get_le32(word);
	}
	return h;
}

static bool fits(const struct area *a)
{
	u64 need = 4;
	u32 i;

	for (i = 0; i < a->n; i++) {
		need += EA_DESC + pad4(a->items[i].namelen);
		if (!a->items[i].value_ino)
			need += pad4(a->items[i].len);
	}
	return need <= a->room;
}

/* Writes the items back; the caller made sure that they fit. */
static void lay_out(struct edit *e, struct area *a)
{
	u8 *d = a->at, *end = a->at + a->room;
	u32 i;

	memset(a->at, 0, a->room);
	for (i = 0; i < a->n; i++) {
		const struct item *it = &a->items[i];

		d[0] = it->namelen;
		d[1] = it->index;
		put_le32(d + 4, it->value_ino);
		put_le32(d + 8, it->len);
		put_le32(d + 12, it->hash);
		memcpy(d + EA_DESC, it->name, it->namelen);
		if (it->value) {
			end -= pad4(it->len);
			memcpy(end, it->value, it->len);
			put_le16(d + 2, (u16)(end - a->base));
		}
		d += EA_DESC + pad4(it->namelen);
	}
	if (a->block)
		edit_ea_block_dirty(e, a->block, a->base);
}

/* The hash over a block's descriptors; 0 as soon as one of them has none. */
static u32 block_hash(const struct edit *e, const u8 *block)
{
	u32 off = EA_BLOCK_HEADER, h = 0;

	while (off + EA_DESC <= e->bs && get_le32(block + off)) {
		if (!get_le32(block + off + 12))
			return 0;
		h = (h << 16 | h >> 16) ^ get_le32(block + off + 12);
		off += EA_DESC + pad4(block[off]);
	}
	return h;
}

void edit_ea_block_dirty(struct edit *e, u64 nr, u8 *block)
{
	u8 le[8];
	u32 crc;

	put_le32(block + 12, block_hash(e, block));
	if (e->metadata_csum) {
		put_le64(le, nr);
		put_le32(block + 16, 0);
		crc = edit_crc32c(e->csum_seed, le, 8);
		put_le32(block + 16, edit_crc32c(crc, block, e->bs));
	}
	edit_dirty(e, nr);
}

/* ---- the block as a whole -------------------------------------------------------------------- */

/* Points the inode at EA block nr (0: none) and counts it in i_blocks. */
static int set_file_acl(struct edit *e, u32 ino, u64 nr)
{
	u32 sectors = e->bs / 512;
	u8 *raw;
	int rc;

	rc = edit_inode(e, ino, &raw);
	if (rc)
		return rc;
	if (nr && !raw_file_acl(raw))
		put_le32(raw + 28, get_le32(raw + 28) + sectors);
	else if (!nr && raw_file_acl(raw))
		put_le32(raw + 28, get_le32(raw + 28) - sectors);
	put_le32(raw + 104, (u32)nr);
	put_le16(raw + 118, (u16)(nr >> 32));
	return edit_inode_dirty(e, ino);
}

static int block_new(struct edit *e, u32 ino, const u8 *from)
{
	u8 *data;
	u64 nr;
	int rc;

	rc = edit_block_alloc(e, ino, &nr);
	if (!rc)
		rc = edit_block(e, nr, &data);
	if (rc)
		return rc;
	memset(data, 0, e->bs);
	if (from)
		memcpy(data, from, e->bs);
	put_le32(data, EA_MAGIC);
	put_le32(data + 4, 1);
	put_le32(data + 8, 1);
	edit_ea_block_dirty(e, nr, data);
	return set_file_acl(e, ino, nr);
}

int edit_ea_block_drop(struct edit *e, u32 ino)
{
	u8 *raw, *data;
	u64 nr;
	u32 refs;
	int rc;

	rc = edit_inode(e, ino, &raw);
	if (rc)
		return rc;
	nr = raw_file_acl(raw);
	rc = edit_block(e, nr, &data);
	if (rc)
		return rc;
	refs = get_le32(data + 4);
	if (refs > 1) {
		put_le32(data + 4, refs - 1);
		edit_ea_block_dirty(e, nr, data);
	} else {
		rc = edit_block_release(e, nr);
	}
	return rc ? rc : set_file_acl(e, ino, 0);
}

/* Opens the block for a change: made when missing (create), copied when shared. */
static int block_open_rw(struct edit *e, u32 ino, bool create, struct area *a)
{
	u8 *shared;
	int rc;

	rc = block_open(e, ino, a);
	if (rc == -ENODATA && create) {
		area_free(a);
		rc = block_new(e, ino, NULL);
		return rc ? rc : block_open(e, ino, a);
	}
	if (rc || get_le32(a->base + 4) <= 1)
		return rc;
	shared = a->base;
	area_free(a);
	rc = edit_ea_block_drop(e, ino);
	if (!rc)
		rc = block_new(e, ino, shared);
	return rc ? rc : block_open(e, ino, a);
}

/* ---- the three calls ------------------------------------------------------------------------- */

static ssize_t copy_out(struct edit *e, const struct item *it, const char *name, u8 *buf,
			size_t room)
{
	if (it->value_ino)
		return edit_fail(e, -EOPNOTSUPP, "%s lies in an inode of its own", name);
	if (it->len > room)
		return edit_fail(e, -ERANGE, "%s is too long", name);
	if (it->len)
		memcpy(buf, it->value, it->len);
	return (ssize_t)it->len;
}

ssize_t edit_ea_get(struct edit *e, u32 ino, const char *name, u8 *buf, size_t room)
{
	int (*const open_area[])(struct edit *, u32, struct area *) = { body_open, block_open };
	struct item want = { 0 }, *it;
	struct area a;
	ssize_t rc;
	size_t i;

	rc = split_name(e, name, &want);
	for (i = 0; !rc && i < ARRAY_SIZE(open_area); i++) {
		rc = open_area[i](e, ino, &a);
		it = rc ? NULL : find(&a, &want);
		if (it) {
			rc = copy_out(e, it, name, buf, room);
			area_free(&a);
			return rc;
		}
		area_free(&a);
		rc = rc == -ENODATA ? 0 : rc;
	}
	return rc ? rc : edit_fail(e, -ENODATA, "inode %u has no %s", ino, name);
}

/* Removes an item from an opened area and from the disk's copy of it. */
static int drop_item(struct edit *e, struct area *a, struct item *it)
{
	if (it->value_ino)
		return edit_fail(e, -EOPNOTSUPP, "inode %u: an EA inode holds the attribute",
				 a->ino);
	a->n--;
	memmove(it, it + 1, (size_t)(a->items + a->n - it) * sizeof(*it));
	if (a->block && !a->n)
		return edit_ea_block_drop(e, a->ino);
	lay_out(e, a);
	return edit_inode_dirty(e, a->ino);
}

static int remove_from(struct edit *e, struct area *a, const struct item *want, bool *found)
{
	struct item *it = find(a, want);

	if (!it)
		return 0;
	*found = true;
	return drop_item(e, a, it);
}

int edit_ea_remove(struct edit *e, u32 ino, const char *name)
{
	struct item want = { 0 };
	bool found = false;
	struct area a;
	int rc;

	rc = split_name(e, name, &want);
	if (rc)
		return rc;
	rc = body_open(e, ino, &a);
	if (!rc)
		rc = remove_from(e, &a, &want, &found);
	area_free(&a);
	if (found || (rc && rc != -ENODATA))
		return rc;
	rc = block_open(e, ino, &a);
	if (!rc && find(&a, &want)) {
		/* Reopened, because a shared block is copied before it changes. */
		area_free(&a);
		rc = block_open_rw(e, ino, false, &a);
		if (!rc)
			rc = remove_from(e, &a, &want, &found);
	}
	area_free(&a);
	if (found || (rc && rc != -ENODATA))
		return rc;
	return edit_fail(e, -ENODATA, "inode %u has no %s", ino, name);
}

/* Where the block keeps its attributes sorted by index, length, name; the body does not. */
static u32 sorted_place(const struct area *a, const struct item *it)
{
	u32 i;

	for (i = 0; a->block && i < a->n; i++) {
		const struct item *x = &a->items[i];
		int cmp = it->index - x->index;

		if (!cmp)
			cmp = it->namelen - x->namelen;
		if (!cmp)
			cmp = memcmp(it->name, x->name, x->namelen);
		if (cmp < 0)
			return i;
	}
	return a->n;
}

/* Puts the item into the area; 1 when it does not fit (the area is then as before). */
static int put_item(struct edit *e, struct area *a, const struct item *new)
{
	struct item *old = find(a, new), saved;
	u32 at;

	if (old && old->value_ino)
		return drop_item(e, a, old);
	if (old) {
		saved = *old;
		*old = *new;
	} else {
		at = sorted_place(a, new);
		old = a->items + at;
		memmove(old + 1, old, (a->n - at) * sizeof(*old));
		*old = *new;
		a->n++;
		saved = *new;
		saved.len = UINT32_MAX;
	}
	/* The body's descriptors carry no hash, the block's must. */
	old->hash = a->block ? item_hash(old) : 0;
	if (!fits(a)) {
		if (saved.len != UINT32_MAX)
			*old = saved;
		else
			memmove(old, old + 1, (size_t)(a->items + --a->n - old) * sizeof(*old));
		return 1;
	}
	if (saved.len == old->len && saved.value) {
		memcpy(a->at + (saved.value - a->copy), new->value, new->len);
		if (a->block)
			put_le32(a->at + (saved.name - a->copy) - 4, old->hash);
		if (a->block)
			edit_ea_block_dirty(e, a->block, a->base);
	} else {
		lay_out(e, a);
	}
	return edit_inode_dirty(e, a->ino);
}

static int put_in_block(struct edit *e, u32 ino, const char *name, const struct item *new)
{
	struct area a;
	int rc;

	rc = block_open_rw(e, ino, true, &a);
	if (!rc)
		rc = put_item(e, &a, new);
	area_free(&a);
	return rc > 0 ? edit_fail(e, -ENOSPC, "%s does not fit the EA block", name) : rc;
}

/* Is the attribute in the block already? */
static int in_block(struct edit *e, u32 ino, const struct item *want, bool *yes)
{
	struct area a;
	int rc = block_open(e, ino, &a);

	*yes = !rc && find(&a, want);
	area_free(&a);
	return rc == -ENODATA ? 0 : rc;
}

int edit_ea_set(struct edit *e, u32 ino, const char *name, const u8 *value, size_t len)
{
	struct item new = { .len = (u32)len, .value = value };
	struct area a;
	struct item *old;
	bool block;
	int rc;

	rc = split_name(e, name, &new);
	if (!rc)
		rc = in_block(e, ino, &new, &block);
	if (rc)
		return rc;
	if (block)
		return put_in_block(e, ino, name, &new);
	rc = body_prepare(e, ino);
	if (rc)
		return rc;
	rc = body_open(e, ino, &a);
	if (!rc)
		rc = put_item(e, &a, &new);
	if (rc == 1) {
		old = find(&a, &new);
		rc = old ? drop_item(e, &a, old) : 0;
		if (!rc)
			rc = put_in_block(e, ino, name, &new);
	} else if (rc == -ENODATA) {
		rc = put_in_block(e, ino, name, &new);
	}
	area_free(&a);
	return rc;
}
