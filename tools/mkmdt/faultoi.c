/* SPDX-License-Identifier: GPL-2.0-only */
/* Faults in the OI files. */
#include <string.h>

#include "tools/mkmdt/plant.h"

/* The OI mapping of word i's object. */
static int mapping(struct plant *p, int i, struct edit_oi *rec)
{
	struct edit_place at;
	struct mk_fid fid;
	int rc;

	rc = plant_object(p, i, &at);
	if (!rc)
		rc = edit_object_fid(p->e, at.ino, &fid);
	return rc ? rc : edit_oi_find(p->e, &fid, rec);
}

/* The mapping under another key, in the file where that key belongs. */
static int insert_as(struct plant *p, const struct edit_oi *rec, const struct mk_fid *fid)
{
	struct edit_oi new = *rec;
	int rc;

	new.fid = *fid;
	rc = edit_oi_route(p->e, fid, &new.file);
	return rc ? rc : edit_oi_insert(p->e, new.file, &new, false);
}

static int misroute(struct plant *p, const struct edit_oi *rec)
{
	u32 n;
	int rc = edit_oi_files(p->e, &n);

	if (!rc && n == 1)
		rc = edit_fail(p->e, -EOPNOTSUPP, "there is only one OI file");
	return rc ? rc : edit_oi_insert(p->e, (rec->file + 1) % n, rec, false);
}

/* Another generation, never 0: that would match any. */
static int stale_generation(struct plant *p, const struct edit_oi *rec)
{
	u32 other = rec->generation ^ 0x5a5a;
	u8 *raw;
	int rc = edit_inode(p->e, rec->ino, &raw);

	if (rc)
		return rc;
	while (!other || other == raw_generation(raw) || other == rec->generation)
		other++;
	return edit_oi_set_generation(p->e, rec, other);
}

int plant_oi(struct plant *p, int mode)
{
	struct mk_fid fid;
	struct edit_oi rec;
	int rc;

	rc = mapping(p, 0, &rec);
	if (!rc && (mode == OI_REKEY || mode == OI_TWO_FIDS))
		rc = plant_fid(p, 1, &fid);
	if (rc)
		return rc;
	switch (mode) {
	case OI_MISSING:
		return edit_oi_remove(p->e, &rec);
	case OI_GENERATION:
		return stale_generation(p, &rec);
	case OI_REKEY:
		rc = edit_oi_remove(p->e, &rec);
		return rc ? rc : insert_as(p, &rec, &fid);
	case OI_TWO_FIDS:
		return insert_as(p, &rec, &fid);
	case OI_TWICE:
		return edit_oi_insert(p->e, rec.file, &rec, true);
	case OI_MOVE:
		rc = misroute(p, &rec);
		return rc ? rc : edit_oi_remove(p->e, &rec);
	case OI_BOTH:
		return misroute(p, &rec);
	default:
		return edit_oi_swap(p->e, &rec);
	}
}

int plant_oi_dangling(struct plant *p, int mode)
{
	struct edit_oi rec = { .generation = 1 };
	bool used = false;
	int rc;

	rc = plant_fid(p, 0, &rec.fid);
	if (!rc && p->argc > 1)
		rc = plant_number(p, 1, 0, UINT32_MAX, &rec.ino);
	else if (!rc)
		rc = edit_free_inode(p->e, &rec.ino);
	/* A number beyond the last inode is nobody's. */
	if (!rc && rec.ino <= p->e->inodes_count)
		rc = edit_inode_used(p->e, rec.ino, &used);
	if (!rc && used)
		rc = edit_fail(p->e, -EINVAL, "inode %u is not free", rec.ino);
	return rc ? rc : insert_as(p, &rec, &rec.fid);
}

int plant_oi_stale(struct plant *p, int mode)
{
	u32 keep = 0, seen = 0, n, i;
	int rc = edit_oi_files(p->e, &n);

	if (!rc && p->argc)
		rc = plant_number(p, 0, 10, 1000, &keep);
	for (i = 0; !rc && i < n; i++)
		rc = edit_oi_stale(p->e, i, keep, &seen);
	return rc;
}

/* The block to break: by file number, or the leaf of an object's mapping. */
static int block_of(struct plant *p, int mode, u64 *nr)
{
	struct edit_oi rec;
	u32 file;
	int rc;

	if (mode == OI_LEAF && strspn(p->argv[0], "0123456789") != strlen(p->argv[0])) {
		rc = mapping(p, 0, &rec);
		if (!rc)
			*nr = rec.leaf;
		return rc;
	}
	rc = plant_number(p, 0, 10, 1023, &file);
	if (rc)
		return rc;
	return mode == OI_ROOT ? edit_oi_root(p->e, file, nr) :
				 edit_oi_first_leaf(p->e, file, nr);
}

int plant_oi_block(struct plant *p, int mode)
{
	u8 *block;
	u64 nr;
	int rc;

	rc = block_of(p, mode, &nr);
	if (!rc)
		rc = edit_block(p->e, nr, &block);
	if (rc)
		return rc;
	block[1] ^= 0xff;
	edit_dirty(p->e, nr);
	return 0;
}
