/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * File identifiers and the sequence space they live in.
 *
 * Source: lustre/include/uapi/linux/lustre/lustre_user.h and lustre_fid.h.
 * A FID is kept in host order here; ondisk/fid.c reads and writes its packed
 * forms (little-endian in LMA and layouts, big-endian in OI keys, linkEA
 * entries and directory entries).
 */
#ifndef MDTCHECK_FID_H
#define MDTCHECK_FID_H

struct fid {
	u64 seq;
	u32 oid;
	u32 ver;
};

enum fid_seq {
	FID_SEQ_OST_MDT0 = 0,
	FID_SEQ_LLOG = 1,
	FID_SEQ_ECHO = 2,
	FID_SEQ_LLOG_NAME = 10,
	FID_SEQ_RSVD = 11,
	FID_SEQ_IGIF = 12,
};

#define FID_SEQ_IGIF_MAX 0xffffffffULL
#define FID_SEQ_IDIF 0x100000000ULL
#define FID_SEQ_IDIF_MAX 0x1ffffffffULL
#define FID_SEQ_START 0x200000000ULL
#define FID_SEQ_LOCAL_FILE 0x200000001ULL
#define FID_SEQ_DOT_LUSTRE 0x200000002ULL
#define FID_SEQ_LOCAL_NAME 0x200000003ULL
#define FID_SEQ_SPECIAL 0x200000004ULL
#define FID_SEQ_QUOTA 0x200000005ULL
#define FID_SEQ_QUOTA_GLB 0x200000006ULL
#define FID_SEQ_ROOT 0x200000007ULL
#define FID_SEQ_LAYOUT_RBTREE 0x200000008ULL
#define FID_SEQ_UPDATE_LOG 0x200000009ULL
#define FID_SEQ_UPDATE_LOG_DIR 0x20000000aULL
#define FID_SEQ_NORMAL 0x200000400ULL
#define FID_SEQ_LOV_DEFAULT 0xffffffffffffffffULL

/* Highest object id a client uses in one metadata sequence. */
#define FID_OID_MAX 0x20000U

/* Longest text form, "[0x%llx:0x%x:0x%x]" with its NUL. */
#define FID_TEXT_LEN 48

static inline bool fid_equal(const struct fid *a, const struct fid *b)
{
	return a->seq == b->seq && a->oid == b->oid && a->ver == b->ver;
}

static inline int fid_cmp(const struct fid *a, const struct fid *b)
{
	if (a->seq != b->seq)
		return a->seq < b->seq ? -1 : 1;
	if (a->oid != b->oid)
		return a->oid < b->oid ? -1 : 1;
	return (a->ver > b->ver) - (a->ver < b->ver);
}

static inline bool fid_is_zero(const struct fid *f)
{
	return !f->seq && !f->oid && !f->ver;
}

static inline bool fid_seq_is_igif(u64 seq)
{
	return seq >= FID_SEQ_IGIF && seq <= FID_SEQ_IGIF_MAX;
}

static inline bool fid_seq_is_idif(u64 seq)
{
	return seq >= FID_SEQ_IDIF && seq <= FID_SEQ_IDIF_MAX;
}

static inline bool fid_seq_is_norm(u64 seq)
{
	return seq >= FID_SEQ_NORMAL && seq != FID_SEQ_LOV_DEFAULT;
}

static inline bool fid_is_igif(const struct fid *f)
{
	return fid_seq_is_igif(f->seq);
}

static inline bool fid_is_norm(const struct fid *f)
{
	return fid_seq_is_norm(f->seq);
}

static inline bool fid_is_root(const struct fid *f)
{
	return f->seq == FID_SEQ_ROOT && f->oid == 1;
}

/* A LAST_ID object (oid 0), which lives in O/<seq>/ and in no OI. */
static inline bool fid_is_last_id(const struct fid *f)
{
	if (f->oid || f->seq == FID_SEQ_UPDATE_LOG || f->seq == FID_SEQ_UPDATE_LOG_DIR)
		return false;
	if (fid_is_igif(f))
		return false;
	return !(fid_seq_is_idif(f->seq) && (f->seq & 0xffff));
}

/* Could any Lustre object carry this FID? */
static inline bool fid_is_sane(const struct fid *f)
{
	if (f->seq == FID_SEQ_LOV_DEFAULT)
		return false;
	return (f->seq >= FID_SEQ_START && f->ver == 0) || fid_is_igif(f) ||
	       fid_seq_is_idif(f->seq) || (f->seq >= FID_SEQ_LLOG && f->seq <= FID_SEQ_RSVD);
}

/* Does a client see objects with this FID (FORMATS: namespace-visible)? */
static inline bool fid_is_namespace(const struct fid *f)
{
	if (f->seq == FID_SEQ_DOT_LUSTRE || fid_is_root(f))
		return true;
	return (fid_is_norm(f) || fid_is_igif(f)) && !fid_is_last_id(f);
}

static inline struct fid fid_igif(u32 ino, u32 generation)
{
	return (struct fid){ .seq = ino, .oid = generation };
}

#endif
