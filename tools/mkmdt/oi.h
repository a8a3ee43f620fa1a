/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * IAM containers with fixed-size keys and records ("lfix"): the OI files, fld.
 */
#ifndef MKMDT_OI_H
#define MKMDT_OI_H

#include "tools/mkmdt/model.h"

struct iam_shape {
	u32 bs;
	u16 keysize;
	u16 recsize;
	u32 leaf_max; /* records a leaf gets; 0: three quarters of what it holds */
};

/*
 * Builds a container of n records, packed {key, record} and ascending, behind
 * the all-zero one that every container starts with.  *out: malloc'ed blocks.
 */
int iam_build(const struct iam_shape *s, const u8 *records, u64 n, u8 **out, u32 *nblocks);

/* Which objects every OI file maps, and in what order. */
struct oi_plan {
	u32 *objects; /* object numbers, file by file, ascending by FID */
	u32 *start;   /* oi_files + 1 offsets into objects */
};

int oi_plan(struct mk_model *m, struct oi_plan *p);
void oi_plan_done(struct oi_plan *p);
/* Builds OI file i. */
int oi_build(struct mk_model *m, const struct oi_plan *p, u32 i, u8 **out, u32 *nblocks);

#endif
