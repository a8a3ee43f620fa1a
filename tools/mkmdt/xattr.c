/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where extended attributes go, as ext4 decides it: into the inode's body,
 * else the EA block, else an inode of their own.
 */
#include <stdlib.h>
#include <string.h>

#include "tools/mkmdt/writer.h"

#define XATTR_MAGIC 0xEA020000U
#define ENTRY_HEADER 16
#define BLOCK_HEADER 32
#define END_MARK 4

enum where { IN_BODY, IN_BLOCK };

struct slot {
	const struct mk_attr *a;
	enum where where;
	bool ea_inode; /* the value has an inode of its own */
	u32 inum, inode_hash;
};

struct plan {
	struct slot slots[MK_ATTRS_MAX];
	u32 n;
	u32 body_used, block_used;
	u32 body_room, block_room;
};

static u32 pad4(u32 n)
{
	return (n + 3) & ~3U;
}

static u32 entry_len(const struct mk_attr *a)
{
	return pad4(ENTRY_HEADER + (u32)strlen(a->name));
}

static bool take(u32 *used, u32 room, u32 need)
{
	if (need > room || *used > room - need)
		return false;
	*used += need;
	return true;
}

static int plan_one(const struct mk_writer *w, struct plan *p, const struct mk_attr *a)
{
	struct slot *s = &p->slots[p->n++];
	u32 entry = entry_len(a), need = entry + pad4(a->len);

	memset(s, 0, sizeof(*s));
	s->a = a;
	if (!a->block && take(&p->body_used, p->body_room, need))
		return 0;
	s->where = IN_BLOCK;
	if (take(&p->block_used, p->block_room, need))
		return 0;
	if (!w->m->cfg.ea_inode)
		return -E2BIG;
	s->ea_inode = true;
	if (take(&p->block_used, p->block_room, entry))
		return 0;
	return -E2BIG;
}

static int plan_attrs(const struct mk_writer *w, const struct mk_attr *attrs, u32 n, u32 room,
		      struct plan *p)
{
	u32 i;
	int rc = 0;

	p->n = 0;
	p->body_used = 4 + END_MARK;
	p->body_room = room;
	p->block_used = BLOCK_HEADER + END_MARK;
	p->block_room = w->bs;
	for (i = 0; i < n && !rc; i++)
		rc = plan_one(w, p, &attrs[i]);
	return rc;
}

/* The value goes to an inode behind all others; its table entry is written later. */
static int make_ea_inode(struct mk_writer *w, struct slot *s)
{
	u32 n = (s->a->len + w->bs - 1) / w->bs;
	struct mk_ea_inode *e;
	u8 *data;
	int rc = mk_grow(&w->ea_inodes, &w->ea_inodes_cap, w->nea_inodes, sizeof(*e));

	if (rc)
		return rc;
	data = calloc(n, w->bs);
	if (!data)
		return -ENOMEM;
	memcpy(data, s->a->value, s->a->len);
	e = &w->ea_inodes[w->nea_inodes++];
	e->ino = w->next_ino++;
	e->hash = ext2fs_crc32c_le(w->fs->csum_seed, s->a->value, s->a->len);
	rc = wr_content(w, e->ino, data, n, s->a->len, w->m->cfg.extents != MK_OFF, &e->map);
	free(data);
	s->inum = e->ino;
	s->inode_hash = e->hash;
	return rc;
}

static u32 roll(u32 hash, u32 shift, u32 add)
{
	return (hash << shift) ^ (hash >> (32 - shift)) ^ add;
}

/* ext4's hash of one entry; a value elsewhere counts as the one word that is its hash. */
static u32 entry_hash(const struct slot *s)
{
	u32 hash = 0, i, word;
	const char *c;
	u8 tail[4];

	for (c = s->a->name; *c; c++)
		hash = roll(hash, 5, (u8)*c);
	if (s->ea_inode)
		return roll(hash, 16, s->inode_hash);
	for (i = 0; i < s->a->len; i += 4) {
		memset(tail, 0, sizeof(tail));
		memcpy(tail, s->a->value + i, (size_t)min_u64(4, s->a->len - i));
		word = get_le32(tail);
		hash = roll(hash, 16, word);
	}
	return hash;
}

/* One entry at p, its value before *end (offsets count from base); the hash it got. */
static u32 put_entry(u8 *p, u8 *base, u32 *end, const struct slot *s)
{
	u32 namelen = (u32)strlen(s->a->name);
	/* ldiskfs leaves the hash of what is in the body alone. */
	u32 hash = s->where == IN_BLOCK || s->ea_inode ? entry_hash(s) : 0;

	memset(p, 0, entry_len(s->a));
	p[0] = (u8)namelen;
	p[1] = s->a->index;
	if (s->ea_inode) {
		put_le32(p + 4, s->inum);
	} else if (s->a->len) {
		*end -= pad4(s->a->len);
		put_le16(p + 2, (u16)*end);
		memset(base + *end, 0, pad4(s->a->len));
		memcpy(base + *end, s->a->value, s->a->len);
	}
	put_le32(p + 8, s->a->len);
	put_le32(p + 12, hash);
	memcpy(p + ENTRY_HEADER, s->a->name, namelen);
	return hash;
}

static void put_body(const struct plan *p, u8 *body, u32 room)
{
	u8 *first = body + 4, *at = first;
	u32 end = room - 4, i;

	put_le32(body, XATTR_MAGIC);
	for (i = 0; i < p->n; i++) {
		if (p->slots[i].where != IN_BODY)
			continue;
		put_entry(at, first, &end, &p->slots[i]);
		at += entry_len(p->slots[i].a);
	}
}

static int slot_order(const void *a, const void *b)
{
	const struct mk_attr *x = ((const struct slot *)a)->a, *y = ((const struct slot *)b)->a;
	size_t xl = strlen(x->name), yl = strlen(y->name);

	if (x->index != y->index)
		return x->index < y->index ? -1 : 1;
	return xl != yl ? (xl < yl ? -1 : 1) : strcmp(x->name, y->name);
}

static int put_block(struct mk_writer *w, struct plan *p, u8 *block, u64 nr)
{
	u32 end = w->bs, all = 0, i;
	u8 *at = block + BLOCK_HEADER, le[8];
	bool shareable = true;

	/* In a block ext4 looks names up in order. */
	qsort(p->slots, p->n, sizeof(p->slots[0]), slot_order);
	for (i = 0; i < p->n; i++) {
		u32 hash;

		if (p->slots[i].where != IN_BLOCK)
			continue;
		hash = put_entry(at, block, &end, &p->slots[i]);
		shareable = shareable && hash;
		all = roll(all, 16, hash);
		at += entry_len(p->slots[i].a);
	}
	put_le32(block, XATTR_MAGIC);
	put_le32(block + 4, 1);
	put_le32(block + 8, 1);
	put_le32(block + 12, shareable ? all : 0);
	if (w->m->cfg.csum) {
		put_le64(le, nr);
		put_le32(block + 16, ext2fs_crc32c_le(ext2fs_crc32c_le(w->fs->csum_seed, le, 8),
						      block, w->bs));
	}
	return wr_put(w, nr, block, 1);
}

static int make_block(struct mk_writer *w, struct plan *p, u64 *nr)
{
	u8 *block;
	u32 got;
	int rc = wr_alloc(w, 1, nr, &got);

	if (rc)
		return rc;
	block = calloc(1, w->bs);
	if (!block)
		return -ENOMEM;
	rc = put_block(w, p, block, *nr);
	free(block);
	return rc;
}

int wr_attrs(struct mk_writer *w, u32 ino, struct mk_attr *attrs, u32 n,
	     struct mk_attr_place *place)
{
	struct plan p;
	u32 i;
	int rc = plan_attrs(w, attrs, n, place->room, &p);

	place->blocks = 0;
	for (i = 0; i < p.n && !rc; i++) {
		if (!p.slots[i].ea_inode)
			continue;
		rc = make_ea_inode(w, &p.slots[i]);
		place->blocks += (p.slots[i].a->len + w->bs - 1) / w->bs;
	}
	if (rc)
		return rc;
	if (p.body_used > 4 + END_MARK)
		put_body(&p, place->body, place->room);
	place->block = 0;
	if (p.block_used <= BLOCK_HEADER + END_MARK)
		return 0;
	place->blocks++;
	return make_block(w, &p, &place->block);
}
