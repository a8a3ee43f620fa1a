/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * IAM "lfix" containers: OI files, fld, quota and LFSCK indices.
 *
 * root, block 0:  u64 magic | u16 keysize | u16 recsize | u16 ptrsize | u8 levels | pad
 *                 slots of keysize+ptrsize from byte 16; slot 0 is {limit, count, idle_head}
 * index node:     slots from byte 0
 * leaf:           u16 magic 0x1976 | u16 count | {key, record} x count
 *
 * A leaf keeps old records beyond its count and idle blocks keep old leaves:
 * only what the root points to is ever read.
 */
#ifndef MDTCHECK_ONDISK_IAM_H
#define MDTCHECK_ONDISK_IAM_H

#include "base/cursor.h"
#include "ondisk/fid.h"

#define IAM_ROOT_MAGIC 0xbedabb1edULL
#define IAM_LVAR_ROOT_MAGIC 0xb01dfaceU
#define IAM_LEAF_MAGIC 0x1976
#define IAM_IDLE_MAGIC 0x7903
#define IAM_MAX_HEIGHT 5
#define IAM_KEY_MAX 64

#define OI_KEY_SIZE 16
#define OI_REC_SIZE 8

struct iam_shape {
	u16 keysize, recsize, ptrsize;
	u8 levels; /* index levels below the root; 0: the root points to leaves */
	u32 block_size;
};

struct iam_node {
	u16 limit, count; /* count includes slot 0 */
	const u8 *slots;  /* slot 0, not owned */
	u32 slot_size;
	u16 keysize;
};

struct iam_leaf {
	u16 count;
	const u8 *records;
	u32 record_size; /* keysize + recsize */
};

/* Each: 0, or -EBADMSG with a sentence in *why. */
int iam_root_decode(const u8 *block, u32 size, struct iam_shape *shape, struct iam_node *node,
		    const char **why);
int iam_node_decode(const u8 *block, const struct iam_shape *shape, struct iam_node *out,
		    const char **why);
int iam_leaf_decode(const u8 *block, const struct iam_shape *shape, struct iam_leaf *out,
		    const char **why);

/* Slot i (1 <= i < count): its separator key and child block (file-logical). */
const u8 *iam_node_key(const struct iam_node *n, u32 i);
u32 iam_node_child(const struct iam_node *n, u32 i);

/* Record i (0 <= i < count): key, followed at once by the record. */
static inline const u8 *iam_leaf_record(const struct iam_leaf *l, u32 i)
{
	return l->records + (size_t)i * l->record_size;
}

struct oi_record {
	struct fid fid;
	u32 ino;
	u32 generation; /* 0: any */
};

/* From the 24 bytes of an OI leaf record. */
static inline void oi_record_decode(const u8 *rec, struct oi_record *out)
{
	struct cursor c = cursor_make(rec, OI_KEY_SIZE + OI_REC_SIZE);

	out->fid = fid_read_be(&c);
	out->ino = cursor_be32(&c);
	out->generation = cursor_be32(&c);
}

/* With the all-zero key that creation leaves in the first leaf. */
static inline bool oi_record_is_sentinel(const struct oi_record *r)
{
	return fid_is_zero(&r->fid);
}

struct fld_range {
	u64 start, end; /* half-open */
	u32 index;
	u32 flags; /* enum fld_range_flag */
};
enum fld_range_flag { FLD_RANGE_MDT = 0, FLD_RANGE_OST = 1 };

/* From the 32 bytes of an fld leaf record. */
void fld_record_decode(const u8 *rec, struct fld_range *out);

#endif
