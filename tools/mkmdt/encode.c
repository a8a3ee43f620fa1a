/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Byte-exact encoders of what Lustre keeps in extended attributes and name
 * entries.  Written from the format description alone and shared with nobody:
 * the checker has decoders of its own.
 */
#include <string.h>

#include "tools/mkmdt/encode.h"

#define LINKEA_MAGIC 0x11EAF1DFU
#define LINKEA_HEADER 24
#define LINKEA_ENTRY 18
#define LOV_V1_MAGIC 0x0BD10BD0U
#define LOV_V3_MAGIC 0x0BD30BD0U
#define LOV_COMP_MAGIC 0x0BD60BD0U
#define LOV_FOREIGN_MAGIC 0x0BD70BD0U
#define LOV_FOREIGN_HEADER 16
#define LOV_V1_HEADER 32
#define LOV_V3_HEADER 48
#define LOV_POOL_LEN 16
#define LOV_OBJECT 24
#define COMP_HEADER 32
#define COMP_ENTRY 48
#define DIRENT_HEADER 8
#define DIRENT_LUFID 0x10
#define LUFID_LEN 17

void put_le16(u8 *p, u16 v)
{
	p[0] = (u8)v;
	p[1] = (u8)(v >> 8);
}

void put_le32(u8 *p, u32 v)
{
	put_le16(p, (u16)v);
	put_le16(p + 2, (u16)(v >> 16));
}

void put_le64(u8 *p, u64 v)
{
	put_le32(p, (u32)v);
	put_le32(p + 4, (u32)(v >> 32));
}

void put_be16(u8 *p, u16 v)
{
	p[0] = (u8)(v >> 8);
	p[1] = (u8)v;
}

void put_be32(u8 *p, u32 v)
{
	put_be16(p, (u16)(v >> 16));
	put_be16(p + 2, (u16)v);
}

void put_be64(u8 *p, u64 v)
{
	put_be32(p, (u32)(v >> 32));
	put_be32(p + 4, (u32)v);
}

u16 get_le16(const u8 *p)
{
	return (u16)(p[0] | p[1] << 8);
}

u32 get_le32(const u8 *p)
{
	return get_le16(p) | (u32)get_le16(p + 2) << 16;
}

u64 get_le64(const u8 *p)
{
	return get_le32(p) | (u64)get_le32(p + 4) << 32;
}

u16 get_be16(const u8 *p)
{
	return (u16)(p[0] << 8 | p[1]);
}

u32 get_be32(const u8 *p)
{
	return (u32)get_be16(p) << 16 | get_be16(p + 2);
}

u64 get_be64(const u8 *p)
{
	return (u64)get_be32(p) << 32 | get_be32(p + 4);
}

void enc_fid_le(u8 *p, const struct mk_fid *f)
{
	put_le64(p, f->seq);
	put_le32(p + 8, f->oid);
	put_le32(p + 12, f->ver);
}

void enc_fid_be(u8 *p, const struct mk_fid *f)
{
	put_be64(p, f->seq);
	put_be32(p + 8, f->oid);
	put_be32(p + 12, f->ver);
}

struct mk_fid dec_fid_le(const u8 *p)
{
	return (struct mk_fid){ get_le64(p), get_le32(p + 8), get_le32(p + 12) };
}

struct mk_fid dec_fid_be(const u8 *p)
{
	return (struct mk_fid){ get_be64(p), get_be32(p + 8), get_be32(p + 12) };
}

ssize_t enc_lma(u8 *p, size_t room, u32 compat, u32 incompat, const struct mk_fid *f)
{
	if (room < 24)
		return -ENOSPC;
	put_le32(p, compat);
	put_le32(p + 4, incompat);
	enc_fid_le(p + 8, f);
	return 24;
}

ssize_t enc_linkea(u8 *p, size_t room, const struct mk_link *links, u32 n, u32 overflow_time)
{
	size_t len = LINKEA_HEADER;
	u32 i;

	for (i = 0; i < n; i++)
		len += LINKEA_ENTRY + links[i].namelen;
	if (len > room)
		return -ENOSPC;
	put_le32(p, LINKEA_MAGIC);
	put_le32(p + 4, n);
	put_le64(p + 8, len);
	put_le32(p + 16, overflow_time);
	put_le32(p + 20, 0);
	p += LINKEA_HEADER;
	for (i = 0; i < n; i++) {
		put_be16(p, (u16)(LINKEA_ENTRY + links[i].namelen));
		enc_fid_be(p + 2, &links[i].parent);
		memcpy(p + LINKEA_ENTRY, links[i].name, links[i].namelen);
		p += LINKEA_ENTRY + links[i].namelen;
	}
	return (ssize_t)len;
}

/* One OST object. A seq of 0 keeps the old (id, group 0) form; else the id slots hold a FID. */
static void enc_object(u8 *p, const struct mk_ost_object *o)
{
	if (o->seq) {
		put_le64(p, o->seq);
		put_le32(p + 8, (u32)o->oid);
		put_le32(p + 12, 0);
	} else {
		put_le64(p, o->oid);
		put_le64(p + 8, 0);
	}
	put_le32(p + 16, 0);
	put_le32(p + 20, o->ost_idx);
}

ssize_t enc_lov_plain(u8 *p, size_t room, const struct mk_fid *own, const struct mk_comp *c)
{
	size_t header = c->pool ? LOV_V3_HEADER : LOV_V1_HEADER;
	size_t len = header + (size_t)c->nobjects * LOV_OBJECT;
	u32 i;

	if (len > room)
		return -ENOSPC;
	put_le32(p, c->pool ? LOV_V3_MAGIC : LOV_V1_MAGIC);
	put_le32(p + 4, c->pattern);
	/* The owner's FID as "id, sequence", whatever form the objects have. */
	put_le64(p + 8, own->oid);
	put_le64(p + 16, own->seq);
	put_le32(p + 24, c->stripe_size);
	put_le16(p + 28, c->stripe_count);
	put_le16(p + 30, c->layout_gen);
	if (c->pool) {
		memset(p + LOV_V1_HEADER, 0, LOV_POOL_LEN);
		memcpy(p + LOV_V1_HEADER, c->pool, strnlen(c->pool, LOV_POOL_LEN - 1));
	}
	for (i = 0; i < c->nobjects; i++)
		enc_object(p + header + (size_t)i * LOV_OBJECT, &c->objects[i]);
	return (ssize_t)len;
}

static void enc_comp_entry(u8 *p, const struct mk_comp *c, size_t off, size_t size)
{
	memset(p, 0, COMP_ENTRY);
	put_le32(p, c->id);
	put_le32(p + 4, c->flags);
	put_le64(p + 8, c->start);
	put_le64(p + 16, c->end);
	put_le32(p + 24, (u32)off);
	put_le32(p + 28, (u32)size);
	p[44] = c->dstripe;
	p[45] = c->cstripe;
}

ssize_t enc_lov_foreign(u8 *p, size_t room, u32 len, u32 type, u32 flags)
{
	if (room < LOV_FOREIGN_HEADER || len > room - LOV_FOREIGN_HEADER)
		return -ENOSPC;
	put_le32(p, LOV_FOREIGN_MAGIC);
	put_le32(p + 4, len);
	put_le32(p + 8, type);
	put_le32(p + 12, flags);
	memset(p + LOV_FOREIGN_HEADER, 0, len);
	/* An archive's id and version come first. */
	if (len)
		p[LOV_FOREIGN_HEADER] = 1;
	return (ssize_t)(LOV_FOREIGN_HEADER + len);
}

ssize_t enc_lov_comp(u8 *p, size_t room, const struct mk_fid *own, const struct mk_comp *comps,
		     u32 n, u32 layout_gen, u16 flags, u16 mirrors)
{
	size_t off = COMP_HEADER + (size_t)n * COMP_ENTRY;
	ssize_t len;
	u32 i;

	if (off > room)
		return -ENOSPC;
	memset(p, 0, COMP_HEADER);
	for (i = 0; i < n; i++) {
		len = comps[i].foreign_len ?
			      enc_lov_foreign(p + off, room - off, comps[i].foreign_len,
					      comps[i].foreign_type, comps[i].foreign_flags) :
			      enc_lov_plain(p + off, room - off, own, &comps[i]);
		if (len < 0)
			return len;
		enc_comp_entry(p + COMP_HEADER + (size_t)i * COMP_ENTRY, &comps[i], off,
			       (size_t)len);
		off += (size_t)len;
	}
	put_le32(p, LOV_COMP_MAGIC);
	put_le32(p + 4, (u32)off);
	put_le32(p + 8, layout_gen);
	put_le16(p + 12, flags);
	put_le16(p + 14, (u16)n);
	put_le16(p + 16, (u16)(mirrors - 1));
	return (ssize_t)off;
}

ssize_t enc_hsm(u8 *p, size_t room, u32 flags, u64 archive_id, u64 archive_ver)
{
	if (room < 24)
		return -ENOSPC;
	put_le32(p, 0);
	put_le32(p + 4, flags);
	put_le64(p + 8, archive_id);
	put_le64(p + 16, archive_ver);
	return 24;
}

ssize_t enc_som(u8 *p, size_t room, u16 valid, u64 size, u64 blocks)
{
	if (room < 24)
		return -ENOSPC;
	memset(p, 0, 8);
	put_le16(p, valid);
	put_le64(p + 8, size);
	put_le64(p + 16, blocks);
	return 24;
}

ssize_t enc_lmv(u8 *p, size_t room, u32 magic, u32 count, u32 index, u32 hash, u32 version,
		u32 migrate_offset, u32 migrate_hash)
{
	if (room < 56)
		return -ENOSPC;
	memset(p, 0, 56);
	put_le32(p, magic);
	put_le32(p + 4, count);
	put_le32(p + 8, index);
	put_le32(p + 12, hash);
	put_le32(p + 16, version);
	put_le32(p + 20, migrate_offset);
	put_le32(p + 24, migrate_hash);
	return 56;
}

u16 dirent_need(size_t namelen, int with_fid)
{
	size_t need = DIRENT_HEADER + namelen;

	if (with_fid)
		need += 1 + LUFID_LEN;
	return (u16)((need + 3) & ~(size_t)3);
}

void enc_dirent(u8 *p, u32 ino, u16 rec_len, const char *name, size_t namelen, u8 type,
		const struct mk_fid *fid)
{
	memset(p, 0, rec_len);
	put_le32(p, ino);
	put_le16(p + 4, rec_len);
	p[6] = (u8)namelen;
	p[7] = fid ? (u8)(type | DIRENT_LUFID) : type;
	memcpy(p + DIRENT_HEADER, name, namelen);
	if (!fid)
		return;
	p += DIRENT_HEADER + namelen;
	p[0] = 0;
	p[1] = LUFID_LEN;
	enc_fid_be(p + 2, fid);
}
