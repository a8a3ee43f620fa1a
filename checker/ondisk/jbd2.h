/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The journal of ext4 (jbd2): superblock, block headers, the tags of a
 * descriptor block, revoke records.  Big-endian.  Pure: checksums are compared by
 * whoever has a CRC at hand (view/journal.c).
 */
#ifndef MDTCHECK_ONDISK_JBD2_H
#define MDTCHECK_ONDISK_JBD2_H

#include "base/cursor.h"

#define JBD2_MAGIC 0xc03b3998U
#define JBD2_HEADER_BYTES 12U
#define JBD2_SUPER_BYTES 1024U
#define JBD2_SUPER_CSUM_OFFSET 0xfcU
/* Where a commit block has its checksum. */
#define JBD2_COMMIT_CSUM_OFFSET 16U

enum jbd2_blocktype {
	JBD2_DESCRIPTOR = 1,
	JBD2_COMMIT = 2,
	JBD2_SUPER_V1 = 3,
	JBD2_SUPER_V2 = 4,
	JBD2_REVOKE = 5,
};

enum jbd2_compat { JBD2_COMPAT_CHECKSUM = 1 };

enum jbd2_incompat {
	JBD2_INCOMPAT_REVOKE = 1,
	JBD2_INCOMPAT_64BIT = 2,
	JBD2_INCOMPAT_ASYNC_COMMIT = 4,
	JBD2_INCOMPAT_CSUM_V2 = 8,
	JBD2_INCOMPAT_CSUM_V3 = 16,
	JBD2_INCOMPAT_FAST_COMMIT = 32,
};

enum jbd2_tag_flag {
	JBD2_TAG_ESCAPED = 1, /* the block began with the magic, which was zeroed in the log */
	JBD2_TAG_SAME_UUID = 2,
	JBD2_TAG_DELETED = 4,
	JBD2_TAG_LAST = 8,
};

struct jbd2_super {
	u32 block_size;
	u32 maxlen;   /* blocks of the journal */
	u32 first;    /* first block of the log proper */
	u32 sequence; /* of the first transaction in the log */
	u32 start;    /* where it begins; 0: the log is empty */
	u32 compat, incompat;
	u8 uuid[16];
	u32 csum;     /* of the superblock, where v2 or v3 is on */
	u32 tag_bytes;
	bool has_csum; /* checksums v2 or v3: blocks end in a tail of 4 bytes */
};

struct jbd2_header {
	u32 type, sequence;
};

struct jbd2_tag {
	u64 block; /* of the file system */
	u32 flags;
	u32 csum; /* of the data; 16 bits with v2 */
};

/* 0; -EBADMSG, or -EOPNOTSUPP for a feature that is not known, and *why. */
int jbd2_super_decode(const void *data, size_t len, struct jbd2_super *out, const char **why);

/* False when the block is no block of a log. */
bool jbd2_header_decode(const void *data, size_t len, struct jbd2_header *out);

/* The tags of a descriptor block, which must outlive the cursor. */
struct cursor jbd2_tags(const struct jbd2_super *s, const void *data);
/* False at the end; the last tag makes it the end whatever follows. */
bool jbd2_tag_next(const struct jbd2_super *s, struct cursor *it, struct jbd2_tag *out);

/* The blocks a revoke block names; -EBADMSG when its length lies. */
int jbd2_revokes(const struct jbd2_super *s, const void *data, struct cursor *it);
bool jbd2_revoke_next(const struct jbd2_super *s, struct cursor *it, u64 *block);

/* Seconds in a commit block. */
u64 jbd2_commit_time(const void *data);

#endif
