/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inode core, extended attributes, extent nodes and group descriptors of ext4.
 *
 *   xattr descriptor: u8 namelen | u8 name_index | u16 value offset | u32 value inode
 *                     u32 value size | u32 hash | name, padded to 4
 *   a descriptor that begins with four zero bytes ends the table
 */
#include <string.h>

#include "ondisk/inode.h"

#define XATTR_BODY_HEADER 4
#define XATTR_BLOCK_HEADER 32
#define XATTR_DESCRIPTOR 16
#define XATTR_VALUE_MAX (1U << 24)

#define EXTENT_MAGIC 0xF30A
#define EXTENT_HEADER 12
#define EXTENT_ENTRY 12
#define EXTENT_MAX_DEPTH 5
#define EXTENT_INIT_MAX 32768U

#define GROUP_DESC_64 64
#define PROJID_AT 0x9C

static void core_low(struct cursor *c, struct inode_core *i)
{
	i->mode = cursor_le16(c);
	i->uid = cursor_le16(c);
	i->size = cursor_le32(c);
	cursor_skip(c, 4); /* atime */
	i->ctime = cursor_le32(c);
	i->mtime = cursor_le32(c);
	i->dtime = cursor_le32(c);
	i->gid = cursor_le16(c);
	i->nlink = cursor_le16(c);
	i->blocks = cursor_le32(c);
	i->flags = cursor_le32(c);
	cursor_skip(c, 4); /* version, low word */
	i->block_area = cursor_bytes(c, EXT4_N_BLOCKS_BYTES);
}

/* High words that later versions put behind i_block. */
static void core_high(struct cursor *c, struct inode_core *i)
{
	i->generation = cursor_le32(c);
	i->file_acl = cursor_le32(c);
	i->size |= (u64)cursor_le32(c) << 32;
	cursor_skip(c, 4); /* obsolete fragment address */
	i->blocks |= (u64)cursor_le16(c) << 32;
	i->file_acl |= (u64)cursor_le16(c) << 32;
	i->uid |= (u32)cursor_le16(c) << 16;
	i->gid |= (u32)cursor_le16(c) << 16;
}

/* What is read of the part behind the first 128 bytes, which c is at. */
static const char *core_extra(struct cursor *c, u16 *extra_isize, u32 *projid)
{
	size_t room = cursor_left(c);
	u16 extra = cursor_le16(c);

	if (c->bad || extra > room)
		return "extra inode size leaves the inode";
	if (extra % 4)
		return "extra inode size is not a multiple of 4";
	*extra_isize = extra;
	if (extra >= PROJID_AT + 4 - EXT4_INODE_CORE) {
		cursor_seek(c, PROJID_AT);
		*projid = cursor_le32(c);
	}
	return NULL;
}

int inode_decode(const u8 *raw, u32 size, struct inode_core *out, const char **why)
{
	struct cursor c = cursor_make(raw, size);
	struct cursor core = cursor_part(&c, EXT4_INODE_CORE);
	u16 extra_isize = 0;
	u32 projid = 0;

	*why = NULL;
	if (c.bad)
		*why = "inode is shorter than 128 bytes";
	else if (size > EXT4_INODE_CORE)
		*why = core_extra(&c, &extra_isize, &projid);
	if (*why)
		return -EBADMSG;
	core_low(&core, out);
	core_high(&core, out);
	out->extra_isize = extra_isize;
	out->projid = projid;
	return 0;
}

/* A descriptor with its name, padded. */
static u32 descriptor_size(u8 namelen)
{
	return (XATTR_DESCRIPTOR + namelen + 3U) & ~3U;
}

/* Where values may begin: behind the terminator of the table, which c is at; 0 without one. */
static u32 table_end(struct cursor c)
{
	for (;;) {
		size_t at = c.off;
		u32 head = cursor_le32(&c);

		if (!head)
			return c.bad ? 0 : (u32)c.off;
		cursor_seek(&c, at + descriptor_size((u8)head));
	}
}

bool xattr_walk_body(struct xattr_walk *w, const u8 *raw, u32 inode_size, u16 extra_isize)
{
	struct cursor c = cursor_make(raw, inode_size);
	u32 first;

	if (inode_size <= EXT4_INODE_CORE || !extra_isize)
		return false;
	cursor_seek(&c, EXT4_INODE_CORE + (size_t)extra_isize);
	if (cursor_le32(&c) != EXT4_XATTR_MAGIC)
		return false;
	first = (u32)c.off;
	*w = (struct xattr_walk){ .base = raw + first, .limit = inode_size - first };
	w->floor = table_end(cursor_make(w->base, w->limit));
	return true;
}

int xattr_walk_block(struct xattr_walk *w, const u8 *block, u32 size, const char **why)
{
	struct cursor c = cursor_make(block, size);
	u32 magic = cursor_le32(&c);
	u32 blocks;

	cursor_skip(&c, 4); /* reference count */
	blocks = cursor_le32(&c);
	cursor_seek(&c, XATTR_BLOCK_HEADER);
	*why = NULL;
	if (c.bad || magic != EXT4_XATTR_MAGIC)
		*why = "EA block has a wrong magic";
	else if (blocks != 1)
		*why = "EA block claims to be more than one block";
	if (*why)
		return -EBADMSG;
	*w = (struct xattr_walk){ .base = block, .limit = size, .off = XATTR_BLOCK_HEADER };
	w->floor = table_end(c);
	return 0;
}

/* Does a word hold a byte of zero? */
static bool word_has_nul(u32 w)
{
	return (w - 0x01010101U) & ~w & 0x80808080U;
}

/* A name is padded to whole words, and most are one. */
static bool name_take(struct cursor words, u32 len, u32 *start)
{
	u32 padding = len < 4 ? ~0U << 8 * len : 0;
	u32 w = cursor_le32(&words);

	*start = w & ~padding;
	for (; len > 4; len -= 4) {
		if (word_has_nul(w))
			return false;
		w = cursor_le32(&words);
	}
	return !word_has_nul(len < 4 ? w | ~0U << 8 * len : w);
}

/* What is wrong with a place in the space, NULL nothing. */
static const char *value_problem(const struct xattr_walk *w, u32 offset, u32 len, bool elsewhere)
{
	if (len > XATTR_VALUE_MAX)
		return "attribute value is longer than any can be";
	if (elsewhere || !len)
		return NULL;
	/* Values fill the space from its end and stay clear of the descriptors. */
	if (offset < w->floor)
		return "attribute value overlaps the descriptors";
	if (offset > w->limit || ((len + 3) & ~3U) > w->limit - offset)
		return "attribute value leaves its space";
	return NULL;
}

/* c is behind the first word of the descriptor, in its fixed part. */
static const char *descriptor_read(struct xattr_walk *w, u32 head, struct cursor *c,
				   struct xattr_raw *out)
{
	u32 namelen = (u8)head, size = descriptor_size((u8)head);
	u32 ino = cursor_le32(c), len = cursor_le32(c), hash = cursor_le32(c);
	const u8 *name = w->base + w->off + XATTR_DESCRIPTOR;
	const char *why;
	u32 start;

	if (c->bad || size > w->limit - w->off)
		return "attribute descriptor leaves its space";
	if (!name_take(cursor_make(name, size - XATTR_DESCRIPTOR), namelen, &start))
		return "attribute name holds a NUL";
	why = value_problem(w, head >> 16, len, ino);
	if (why)
		return why;
	w->off += size;
	*out = (struct xattr_raw){
		.name_index = (u8)(head >> 8),
		.namelen = (u8)namelen,
		.name = (const char *)name,
		.name_start = start,
		.value_len = len,
		.value_ino = ino,
		.value = ino ? NULL : len ? w->base + (head >> 16) : w->base,
		.hash = hash,
	};
	return NULL;
}

int xattr_walk_next(struct xattr_walk *w, struct xattr_raw *out)
{
	u32 left = w->limit - w->off;
	struct cursor fixed = cursor_make(w->base + w->off, left);
	u32 head;

	/* One comparison for the whole of it, not one for each field. */
	if (likely(left >= XATTR_DESCRIPTOR))
		fixed = cursor_part(&fixed, XATTR_DESCRIPTOR);
	head = cursor_le32(&fixed);
	if (!head) {
		if (!fixed.bad)
			return 0;
		w->why = "attribute table has no end";
		return -EBADMSG;
	}
	w->why = descriptor_read(w, head, &fixed, out);
	return w->why ? -EBADMSG : 1;
}

int extent_node_decode(const u8 *data, u32 size, struct extent_node *out, const char **why)
{
	struct cursor c = cursor_make(data, size);
	struct extent_node n;
	u16 magic = cursor_le16(&c);

	n.entries = cursor_le16(&c);
	n.max = cursor_le16(&c);
	n.depth = cursor_le16(&c);
	cursor_seek(&c, EXTENT_HEADER);
	*why = NULL;
	if (c.bad || magic != EXTENT_MAGIC)
		*why = "extent node has a wrong magic";
	else if (n.max > cursor_left(&c) / EXTENT_ENTRY)
		*why = "extent node claims more room than it has";
	else if (n.entries > n.max)
		*why = "extent node counts more entries than it has";
	else if (n.depth > EXTENT_MAX_DEPTH)
		*why = "extent tree is too deep";
	else if (n.depth && !n.entries)
		*why = "extent index node is empty";
	if (*why)
		return -EBADMSG;
	n.first = data + EXTENT_HEADER;
	*out = n;
	return 0;
}

void extent_leaf_at(const struct extent_node *n, u32 i, struct extent_rec *out)
{
	struct cursor c = cursor_make(n->first + (size_t)i * EXTENT_ENTRY, EXTENT_ENTRY);

	out->logical = cursor_le32(&c);
	out->count = cursor_le16(&c);
	out->physical = (u64)cursor_le16(&c) << 32;
	out->physical |= cursor_le32(&c);
	out->unwritten = out->count > EXTENT_INIT_MAX;
	if (out->unwritten)
		out->count -= EXTENT_INIT_MAX;
}

void extent_index_at(const struct extent_node *n, u32 i, struct extent_rec *out)
{
	struct cursor c = cursor_make(n->first + (size_t)i * EXTENT_ENTRY, EXTENT_ENTRY);

	out->logical = cursor_le32(&c);
	out->physical = cursor_le32(&c);
	out->physical |= (u64)cursor_le16(&c) << 32;
	out->count = 0;
	out->unwritten = false;
}

static void group_desc_high(struct cursor *c, struct group_desc *g)
{
	g->block_bitmap |= (u64)cursor_le32(c) << 32;
	g->inode_bitmap |= (u64)cursor_le32(c) << 32;
	g->inode_table |= (u64)cursor_le32(c) << 32;
	cursor_skip(c, 2); /* free blocks */
	g->free_inodes |= (u32)cursor_le16(c) << 16;
	g->used_dirs |= (u32)cursor_le16(c) << 16;
	g->itable_unused |= (u32)cursor_le16(c) << 16;
}

void group_desc_decode(const u8 *raw, u32 desc_size, struct group_desc *out)
{
	struct cursor c = cursor_make(raw, desc_size);
	struct group_desc g;

	g.block_bitmap = cursor_le32(&c);
	g.inode_bitmap = cursor_le32(&c);
	g.inode_table = cursor_le32(&c);
	cursor_skip(&c, 2); /* free blocks */
	g.free_inodes = cursor_le16(&c);
	g.used_dirs = cursor_le16(&c);
	g.flags = cursor_le16(&c);
	cursor_skip(&c, 8); /* snapshot block, bitmap checksums */
	g.itable_unused = cursor_le16(&c);
	cursor_skip(&c, 2); /* checksum */
	if (desc_size >= GROUP_DESC_64)
		group_desc_high(&c, &g);
	*out = g;
}
