/* SPDX-License-Identifier: GPL-2.0-only */
/* Packed and text forms of a FID. */
#ifndef MDTCHECK_ONDISK_FID_H
#define MDTCHECK_ONDISK_FID_H

#include "base/cursor.h"
#include "mdtcheck/fid.h"

#define FID_BYTES 16

/* LMA, structures without lmm_oi. */
static inline struct fid fid_read_le(struct cursor *c)
{
	struct cursor part = cursor_part(c, FID_BYTES);
	struct fid f;

	f.seq = cursor_le64(&part);
	f.oid = cursor_le32(&part);
	f.ver = cursor_le32(&part);
	return f;
}

/* OI keys, linkEA, directory data. */
static inline struct fid fid_read_be(struct cursor *c)
{
	struct cursor part = cursor_part(c, FID_BYTES);
	struct fid f;

	f.seq = cursor_be64(&part);
	f.oid = cursor_be32(&part);
	f.ver = cursor_be32(&part);
	return f;
}

/* "[0x200000401:0x1:0x0]"; returns out, which holds FID_TEXT_LEN bytes. */
const char *fid_text(const struct fid *f, char out[FID_TEXT_LEN]);

/*
 * Reads [SEQ:OID:VER], with or without the brackets and with or without 0x, from
 * text of len bytes (not NUL-terminated).  *used is how many bytes it took.
 * 0 or -EINVAL; *out untouched on failure.
 */
int fid_parse(const char *text, size_t len, struct fid *out, size_t *used);

/*
 * A name in PENDING of any age ("%016llx:%08x:%08x:%2x" up to 2.10, then
 * 0xSEQ:0xOID:0xVER).  0 or -EINVAL.
 */
int fid_parse_pending(const char *name, size_t len, struct fid *out);

/* A name in REMOTE_PARENT_DIR, exactly 0xSEQ:0xOID:0xVER.  0 or -EINVAL. */
int fid_parse_plain(const char *name, size_t len, struct fid *out);

/* A shard's name in its master, [0xSEQ:0xOID:0xVER]:INDEX.  0 or -EINVAL. */
int fid_parse_shard(const char *name, size_t len, struct fid *out, u32 *index);

#endif
