/* SPDX-License-Identifier: GPL-2.0-only */
/* The OI files of an existing image: records found, added and removed in IAM leaves. */
#ifndef MKMDT_EDITOI_H
#define MKMDT_EDITOI_H

#include "tools/mkmdt/edit.h"

/* One OI mapping where it lies. Stale after any insert or remove in its leaf. */
struct edit_oi {
	u32 file; /* N of oi.16.N */
	u64 leaf; /* physical block */
	u32 index; /* in the leaf */
	struct mk_fid fid;
	u32 ino;
	u32 generation;
};

/* Number of OI files. */
int edit_oi_files(struct edit *e, u32 *n);
/* The file that a FID belongs to. */
int edit_oi_route(struct edit *e, const struct mk_fid *fid, u32 *file);

/* In the file where the FID belongs; -ENOENT. */
int edit_oi_find(struct edit *e, const struct mk_fid *fid, struct edit_oi *out);
/* twice: also when the same key is there already (beside it). */
int edit_oi_insert(struct edit *e, u32 file, const struct edit_oi *rec, bool twice);
int edit_oi_remove(struct edit *e, const struct edit_oi *rec);
int edit_oi_set_generation(struct edit *e, const struct edit_oi *rec, u32 generation);
/*
 * Makes every mapping stale as a file-level restore does: another generation, and of
 * each fourth another inode.  Each keep-th one stays as it is (0: none).
 */
int edit_oi_stale(struct edit *e, u32 file, u32 keep, u32 *seen);
/* Exchanges the record with a neighbour in its leaf (never the sentinel). */
int edit_oi_swap(struct edit *e, const struct edit_oi *rec);

/* The root block, and the first leaf, of file N. */
int edit_oi_root(struct edit *e, u32 file, u64 *block);
int edit_oi_first_leaf(struct edit *e, u32 file, u64 *block);

/* The FID an object believes to have: its LMA, else its IGIF. */
int edit_object_fid(struct edit *e, u32 ino, struct mk_fid *fid);

#endif
