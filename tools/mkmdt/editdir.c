/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Name entries in raw directory blocks, with or without Lustre's FID after
 * the name.  Linear and htree directories are searched alike, block by block;
 * an insert into an htree directory goes into the one leaf that the name's
 * hash belongs to.
 */
#include <ext2fs/ext2_fs.h>
#include <ext2fs/ext2fs.h>
#include <stdlib.h>
#include <string.h>

#include "tools/mkmdt/editdir.h"
#include "tools/mkmdt/editoi.h"

#define HEADER 8
#define DATA_FLAGS 0xf0
#define DATA_LUFID 0x10
#define TAIL_BYTES 12
#define TAIL_TYPE 0xde
#define INO_ROOT 2
#define DX_INFO_BYTES 8

/* ---- one block ------------------------------------------------------------------------------- */

/* Bytes of the data after the name; every set bit of the high nibble has one piece. */
static u32 data_bytes(const struct edit *e, const u8 *d, u32 room)
{
	u32 bit, n = 1;

	if (!(d[7] & DATA_FLAGS))
		return 0;
	for (bit = 0x10; bit <= 0x80; bit <<= 1) {
		if (!(d[7] & bit) || HEADER + d[6] + n >= room)
			continue;
		n += d[HEADER + d[6] + n];
	}
	return n;
}

/* The record at off; -EINVAL when it breaks the block. */
static int decode(struct edit *e, const u8 *block, u32 off, struct edit_entry *x)
{
	const u8 *d = block + off;
	u32 used;

	x->off = off;
	if (off + HEADER > e->bs)
		return -EINVAL;
	x->ino = get_le32(d);
	x->rec_len = get_le16(d + 4);
	/* A record of a whole 64 KiB block does not fit the field. */
	if (e->bs == 65536 && (x->rec_len == 0 || x->rec_len == 0xffff))
		return -EINVAL;
	x->namelen = d[6];
	x->type = d[7] & 0x0f;
	if (x->rec_len < HEADER || x->rec_len % 4 || off + x->rec_len > e->bs)
		return -EINVAL;
	used = HEADER + x->namelen + data_bytes(e, d, x->rec_len);
	if (x->ino && used > x->rec_len)
		return -EINVAL;
	x->used = (u16)((used + 3) & ~3U);
	x->fid_off = 0;
	if (x->ino && (d[7] & DATA_LUFID) && d[HEADER + x->namelen + 1] >= 17)
		x->fid_off = (u16)(off + HEADER + x->namelen + 2);
	return 0;
}

static int broken(struct edit *e, u32 dir, u32 lblock, u32 off)
{
	return edit_fail(e, -EINVAL, "directory %u: block %u is broken at byte %u", dir, lblock,
			 off);
}

static bool is_tail(const struct edit *e, const u8 *block, const struct edit_entry *x)
{
	return e->metadata_csum && !x->ino && x->rec_len == TAIL_BYTES &&
	       x->off == e->bs - TAIL_BYTES && block[x->off + 7] == TAIL_TYPE;
}

/*
 * Visits every record of a directory, unused ones too; fn returns 1 to stop.
 * 0 when nobody stopped it, 1, or -errno.
 */
static int for_each(struct edit *e, u32 dir,
		    int (*fn)(struct edit *e, const u8 *block, const struct edit_entry *x,
			      void *arg),
		    void *arg)
{
	struct edit_entry x = { .dir = dir };
	u8 *raw, *block;
	u32 off;
	int rc;

	rc = edit_inode(e, dir, &raw);
	if (!rc && (raw_mode(raw) & 0xf000) != 0x4000)
		rc = edit_fail(e, -ENOTDIR, "inode %u is no directory", dir);
	for (x.lblock = 0; !rc && x.lblock < edit_blocks(e, raw); x.lblock++) {
		rc = edit_map(e, raw, x.lblock, &x.block);
		if (rc || !x.block)
			continue;
		rc = edit_block(e, x.block, &block);
		x.prev = 0;
		for (off = 0; !rc && off < e->bs; off += x.rec_len) {
			if (decode(e, block, off, &x))
				return broken(e, dir, x.lblock, off);
			rc = fn(e, block, &x, arg);
			x.prev = off;
		}
		if (rc)
			return rc;
	}
	return rc;
}

/* ---- finding --------------------------------------------------------------------------------- */

struct search {
	const char *name;
	size_t len;
	struct edit_entry *out;
};

static int match(struct edit *e, const u8 *block, const struct edit_entry *x, void *arg)
{
	struct search *s = arg;

	if (!x->ino || x->namelen != s->len || memcmp(block + x->off + HEADER, s->name, s->len))
		return 0;
	*s->out = *x;
	return 1;
}

int edit_dir_find(struct edit *e, u32 dir, const char *name, size_t len, struct edit_entry *out)
{
	struct search s = { name, len, out };
	int rc = for_each(e, dir, match, &s);

	if (rc == 1)
		return 0;
	return rc ? rc : edit_fail(e, -ENOENT, "no name %.*s in directory %u", (int)len, name, dir);
}

static int not_dot(struct edit *e, const u8 *block, const struct edit_entry *x, void *arg)
{
	const u8 *name = block + x->off + HEADER;

	if (!x->ino || (x->namelen == 1 && name[0] == '.') ||
	    (x->namelen == 2 && name[0] == '.' && name[1] == '.'))
		return 0;
	return 1;
}

int edit_dir_empty(struct edit *e, u32 dir)
{
	int rc = for_each(e, dir, not_dot, NULL);

	return rc == 1 ? edit_fail(e, -ENOTEMPTY, "directory %u is not empty", dir) : rc;
}

/* ---- changing -------------------------------------------------------------------------------- */

/* Where the count and limit of an htree index block lie: 0 when it is none. */
static u32 dx_offset(const struct edit *e, const u8 *block, u32 lblock)
{
	u32 dot = get_le16(block + 4), dotdot, n;

	if (lblock)
		return dot == e->bs && !get_le32(block) ? HEADER : 0;
	/* The index begins where the data of ".." end, whatever those are. */
	if (dot + HEADER + 32 > e->bs)
		return 0;
	n = HEADER + block[dot + 6] + data_bytes(e, block + dot, e->bs - dot);
	dotdot = (n + 3) & ~3U;
	return dot + dotdot + DX_INFO_BYTES;
}

static void leaf_checksum(const struct edit *e, u32 seed, u8 *block)
{
	u8 *tail = block + e->bs - TAIL_BYTES;

	if (get_le16(tail + 4) == TAIL_BYTES && tail[7] == TAIL_TYPE)
		put_le32(tail + 8, edit_crc32c(seed, block, e->bs - TAIL_BYTES));
}

static void dx_checksum(const struct edit *e, u32 seed, u8 *block, u32 off)
{
	u32 limit = get_le16(block + off), count = get_le16(block + off + 2), crc;
	u8 *tail = block + off + limit * 8;
	u8 zero[4] = { 0 };

	if (off + limit * 8 + 8 > e->bs || count > limit)
		return;
	crc = edit_crc32c(seed, block, off + count * 8);
	crc = edit_crc32c(crc, tail, 4);
	put_le32(tail + 4, edit_crc32c(crc, zero, 4));
}

int edit_entry_dirty(struct edit *e, const struct edit_entry *entry)
{
	u32 dx = 0, seed;
	u8 *raw, *block;
	int rc;

	rc = edit_inode(e, entry->dir, &raw);
	if (!rc)
		rc = edit_block(e, entry->block, &block);
	if (rc)
		return rc;
	edit_dirty(e, entry->block);
	if (!e->metadata_csum)
		return 0;
	seed = edit_inode_seed(e, entry->dir, raw);
	if (raw_flags(raw) & EDIT_FL_INDEX)
		dx = dx_offset(e, block, entry->lblock);
	if (dx)
		dx_checksum(e, seed, block, dx);
	else
		leaf_checksum(e, seed, block);
	return 0;
}

int edit_entry_bytes(struct edit *e, const struct edit_entry *entry, u8 **bytes)
{
	u8 *block;
	int rc = edit_block(e, entry->block, &block);

	if (!rc)
		*bytes = block + entry->off;
	return rc;
}

int edit_entry_fid(struct edit *e, const struct edit_entry *entry, struct mk_fid *fid)
{
	u8 *block;
	int rc;

	if (!entry->fid_off)
		return edit_fail(e, -ENODATA, "the name entry has no FID");
	rc = edit_block(e, entry->block, &block);
	if (!rc)
		*fid = dec_fid_be(block + entry->fid_off);
	return rc;
}

int edit_dir_remove(struct edit *e, const struct edit_entry *entry)
{
	u8 *block;
	int rc = edit_block(e, entry->block, &block);

	if (rc)
		return rc;
	if (entry->prev != entry->off)
		put_le16(block + entry->prev + 4,
			 (u16)(get_le16(block + entry->prev + 4) + entry->rec_len));
	else
		put_le32(block + entry->off, 0);
	return edit_entry_dirty(e, entry);
}

/* ---- inserting ------------------------------------------------------------------------------- */

struct slot {
	u16 need;	/* bytes the new entry takes */
	u32 only_block; /* UINT32_MAX: any */
	struct edit_entry at;
};

/* A record with room: an unused one, or one that is longer than what it holds. */
static int has_room(struct edit *e, const u8 *block, const struct edit_entry *x, void *arg)
{
	struct slot *s = arg;
	u32 room = x->ino ? (u32)x->rec_len - x->used : x->rec_len;

	if ((s->only_block != UINT32_MAX && x->lblock != s->only_block) || is_tail(e, block, x) ||
	    room < s->need)
		return 0;
	s->at = *x;
	return 1;
}

static int name_hash(struct edit *e, u8 version, const char *name, u32 *hash)
{
	ext2_dirhash_t h = 0, minor = 0;
	int v = version;

	if (e->unsigned_hash && v <= 2)
		v += 3;
	if (ext2fs_dirhash(v, name, (int)strlen(name), e->hash_seed, &h, &minor))
		return edit_fail(e, -EOPNOTSUPP, "unknown name hash %u", version);
	*hash = h;
	return 0;
}

/* The child of an index block that a hash belongs to. */
static int dx_child(struct edit *e, const u8 *block, u32 off, u32 hash, u32 *child)
{
	u32 i, count = get_le16(block + off + 2);

	if (!count || off + count * 8 > e->bs)
		return edit_fail(e, -EINVAL, "an htree index block is broken");
	for (i = 1; i < count; i++)
		if (get_le32(block + off + 8 * i) > hash)
			break;
	*child = get_le32(block + off + 8 * (i - 1) + 4) & 0x0fffffff;
	return 0;
}

static int load_logical(struct edit *e, const u8 *raw, u32 lblock, u8 **block)
{
	u64 nr;
	int rc = edit_map(e, raw, lblock, &nr);

	if (!rc && !nr)
		rc = edit_fail(e, -EINVAL, "the directory has a hole at block %u", lblock);
	return rc ? rc : edit_block(e, nr, block);
}

/* The leaf of an htree directory where a name belongs. */
static int htree_leaf(struct edit *e, const u8 *raw, const char *name, u32 *lblock)
{
	u32 hash = 0, off, levels, at = 0;
	u8 *block;
	int rc;

	rc = load_logical(e, raw, 0, &block);
	if (rc)
		return rc;
	off = dx_offset(e, block, 0);
	levels = block[off - DX_INFO_BYTES + 6];
	if (levels > 3)
		return edit_fail(e, -EINVAL, "an htree root is broken");
	rc = name_hash(e, block[off - DX_INFO_BYTES + 4], name, &hash);
	for (;;) {
		if (!rc)
			rc = dx_child(e, block, off, hash, &at);
		if (rc || !levels--)
			break;
		rc = load_logical(e, raw, at, &block);
		off = HEADER;
	}
	if (!rc)
		*lblock = at;
	return rc;
}

static int find_slot(struct edit *e, u32 dir, const char *name, struct slot *s)
{
	u8 *raw;
	int rc;

	s->only_block = UINT32_MAX;
	rc = edit_inode(e, dir, &raw);
	if (!rc && (raw_flags(raw) & EDIT_FL_INDEX))
		rc = htree_leaf(e, raw, name, &s->only_block);
	if (!rc)
		rc = for_each(e, dir, has_room, s);
	if (rc == 1)
		return 0;
	if (rc)
		return rc;
	return edit_fail(e, -ENOSPC, s->only_block == UINT32_MAX ?
			 "directory %u has no room for one more name" :
			 "directory %u: the htree leaf of this name is full", dir);
}

/* Which objects' entries carry a FID: those that clients see. */
static bool fid_belongs(const struct edit *e, const struct mk_fid *fid)
{
	return e->dirdata && fid &&
	       ((fid->seq >= 12 && fid->seq <= 0xffffffff) || fid->seq == 0x200000002 ||
		fid->seq == 0x200000007 || fid->seq >= 0x200000400);
}

int edit_dir_insert(struct edit *e, u32 dir, const char *name, u32 ino, u8 type,
		    const struct mk_fid *fid)
{
	size_t len = strlen(name);
	struct slot s;
	u16 room;
	u8 *d;
	int rc;

	if (!len || len > 255)
		return edit_fail(e, -EINVAL, "a name has 1 to 255 bytes");
	if (!fid_belongs(e, fid))
		fid = NULL;
	s.need = dirent_need(len, fid != NULL);
	rc = find_slot(e, dir, name, &s);
	if (!rc)
		rc = edit_entry_bytes(e, &s.at, &d);
	if (rc)
		return rc;
	room = s.at.rec_len;
	if (s.at.ino) {
		put_le16(d + 4, s.at.used);
		d += s.at.used;
		room = (u16)(s.at.rec_len - s.at.used);
	}
	enc_dirent(d, ino, room, name, len, type, fid);
	return edit_entry_dirty(e, &s.at);
}

/* ---- paths ----------------------------------------------------------------------------------- */

int edit_parse_fid(const char *text, struct mk_fid *out)
{
	unsigned long long v[3];
	const char *p = text;
	char *end;
	int i;

	if (*p == '[')
		p++;
	for (i = 0; i < 3; i++) {
		if (!strchr("0123456789abcdefABCDEF", *p) || !*p)
			return -EINVAL;
		errno = 0;
		v[i] = strtoull(p, &end, 16);
		if (errno || (i < 2 && *end != ':') || (i && v[i] > UINT32_MAX))
			return -EINVAL;
		p = i < 2 ? end + 1 : end;
	}
	if (text[0] == '[' && *p++ != ']')
		return -EINVAL;
	if (*p)
		return -EINVAL;
	*out = (struct mk_fid){ v[0], (u32)v[1], (u32)v[2] };
	return 0;
}

static int by_number(struct edit *e, const char *text, struct edit_place *out)
{
	unsigned long long v;
	char *end;

	errno = 0;
	v = strtoull(text, &end, 0);
	if (errno || end == text || *end || !v || v > e->inodes_count)
		return edit_fail(e, -EINVAL, "#%s is no inode number", text);
	out->ino = (u32)v;
	out->named = false;
	return 0;
}

static int by_fid(struct edit *e, const char *text, struct edit_place *out)
{
	struct mk_fid fid;
	struct edit_oi rec;
	int rc;

	if (edit_parse_fid(text, &fid))
		return edit_fail(e, -EINVAL, "%s is no FID", text);
	rc = edit_oi_find(e, &fid, &rec);
	if (rc)
		return rc;
	out->ino = rec.ino;
	out->named = false;
	return 0;
}

/* One step down from the place reached so far. */
static int step(struct edit *e, const char *name, size_t len, struct edit_place *at)
{
	int rc;

	if (len > 255)
		return edit_fail(e, -ENAMETOOLONG, "a name has 1 to 255 bytes");
	rc = edit_dir_find(e, at->ino, name, len, &at->entry);
	if (rc)
		return rc;
	at->ino = at->entry.ino;
	at->named = true;
	memcpy(at->name, name, len);
	at->name[len] = '\0';
	return 0;
}

int edit_path(struct edit *e, const char *path, struct edit_place *out)
{
	struct edit_place at = { .ino = INO_ROOT };
	const char *p = path;
	size_t len;
	int rc = 0;

	if (*p == '#')
		return by_number(e, p + 1, out);
	if (*p == '[')
		return by_fid(e, p, out);
	if (*p != '/')
		return edit_fail(e, -EINVAL, "%s is no path: /..., //..., #INODE or [FID]", path);
	if (p[1] != '/')
		rc = step(e, "ROOT", 4, &at);
	while (!rc && *p) {
		p += strspn(p, "/");
		len = strcspn(p, "/");
		if (len)
			rc = step(e, p, len, &at);
		p += len;
	}
	if (rc == -ENOENT)
		return edit_fail(e, -ENOENT, "no such path: %s", path);
	if (!rc)
		*out = at;
	return rc;
}
