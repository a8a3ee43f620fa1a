/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mkmdt's own encoders: they share no code with the checker's decoders, so
 * that a misreading cannot cancel itself out.  Every encoder appends to or
 * fills a caller's buffer and returns the number of bytes, or -ENOSPC.
 */
#ifndef MKMDT_ENCODE_H
#define MKMDT_ENCODE_H

#include <sys/types.h>

struct mk_fid {
	u64 seq;
	u32 oid;
	u32 ver;
};

struct mk_link {
	struct mk_fid parent;
	const char *name;
	size_t namelen;
};

struct mk_ost_object {
	u64 oid;	/* object id */
	u64 seq;	/* 0: old (id, 0) form; else a FID-form sequence */
	u32 ost_idx;
};

struct mk_comp {
	u32 id, flags;
	u64 start, end;
	u32 pattern;
	u32 stripe_size;
	u16 stripe_count;
	u16 layout_gen;
	const char *pool; /* NULL: V1, else V3 */
	const struct mk_ost_object *objects;
	u32 nobjects;
	bool bare;	     /* no slot at all: the data are on the MDT */
	u8 dstripe, cstripe; /* of a parity component */
	u32 foreign_len;     /* of the payload of a foreign component; 0: it is none */
	u32 foreign_type, foreign_flags;
};

void put_le16(u8 *p, u16 v);
void put_le32(u8 *p, u32 v);
void put_le64(u8 *p, u64 v);
void put_be16(u8 *p, u16 v);
void put_be32(u8 *p, u32 v);
void put_be64(u8 *p, u64 v);
u16 get_le16(const u8 *p);
u32 get_le32(const u8 *p);
u64 get_le64(const u8 *p);
u16 get_be16(const u8 *p);
u32 get_be32(const u8 *p);
u64 get_be64(const u8 *p);

void enc_fid_le(u8 *p, const struct mk_fid *f);
void enc_fid_be(u8 *p, const struct mk_fid *f);
struct mk_fid dec_fid_le(const u8 *p);
struct mk_fid dec_fid_be(const u8 *p);

/* trusted.lma, 24 bytes. */
ssize_t enc_lma(u8 *p, size_t room, u32 compat, u32 incompat, const struct mk_fid *f);
/* trusted.link with n entries. */
ssize_t enc_linkea(u8 *p, size_t room, const struct mk_link *links, u32 n, u32 overflow_time);
/* A plain V1/V3 layout of file own. */
ssize_t enc_lov_plain(u8 *p, size_t room, const struct mk_fid *own, const struct mk_comp *c);
/* A foreign layout, or component, with a payload of len bytes. */
ssize_t enc_lov_foreign(u8 *p, size_t room, u32 len, u32 type, u32 flags);
/* A composite layout. flags = FLR state, mirrors >= 1. */
ssize_t enc_lov_comp(u8 *p, size_t room, const struct mk_fid *own, const struct mk_comp *comps,
		     u32 n, u32 layout_gen, u16 flags, u16 mirrors);
/* trusted.hsm, trusted.som, trusted.lmv (56 bytes). */
ssize_t enc_hsm(u8 *p, size_t room, u32 flags, u64 archive_id, u64 archive_ver);
ssize_t enc_som(u8 *p, size_t room, u16 valid, u64 size, u64 blocks);
ssize_t enc_lmv(u8 *p, size_t room, u32 magic, u32 count, u32 index, u32 hash, u32 version,
		u32 migrate_offset, u32 migrate_hash);

/* Bytes a name entry takes, with or without the FID data (a multiple of 4). */
u16 dirent_need(size_t namelen, int with_fid);
/* Writes one name entry of rec_len bytes; fid NULL: no data. type: 1 REG 2 DIR ... */
void enc_dirent(u8 *p, u32 ino, u16 rec_len, const char *name, size_t namelen, u8 type,
		const struct mk_fid *fid);

#endif
