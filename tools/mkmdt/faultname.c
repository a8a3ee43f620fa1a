/* SPDX-License-Identifier: GPL-2.0-only */
/* Faults in name entries and in the shape of the tree. */
#include <string.h>

#include "tools/mkmdt/plant.h"

#define TYPE_DIR 2
#define TYPE_FIFO 5
#define TYPE_SOCK 6
#define S_LNK 0xa000
#define S_DIR 0x4000
#define S_REG 0x8000
#define FAST_SYMLINK 60
#define INO_ROOT 2

/* ---- one entry in place ---------------------------------------------------------------------- */

/* Which inode number this fault puts into the entry. */
static int new_ino(struct plant *p, int mode, u32 *ino)
{
	struct edit_place other;
	int rc;

	if (mode == DIRENT_FREE_INO)
		return edit_free_inode(p->e, ino);
	if (mode == DIRENT_RANGE) {
		*ino = p->e->inodes_count + 100;
		return 0;
	}
	rc = plant_object(p, 1, &other);
	if (!rc)
		*ino = other.ino;
	return rc;
}

static int change_fid(struct plant *p, const struct edit_entry *x, u8 *d)
{
	struct mk_fid fid;
	int rc;

	rc = edit_entry_fid(p->e, x, &fid);
	if (rc)
		return rc;
	fid.oid ^= 0x10000;
	if (p->argc > 1)
		rc = plant_fid(p, 1, &fid);
	if (!rc)
		enc_fid_be(d + (x->fid_off - x->off), &fid);
	return rc;
}

/* A directory would change the link count of its parent too: it becomes anything but a file. */
static u8 other_type(u8 type)
{
	return type == TYPE_FIFO ? TYPE_SOCK : TYPE_FIFO;
}

int plant_dirent(struct plant *p, int mode)
{
	struct edit_place at;
	u32 ino;
	u8 *d;
	int rc;

	rc = plant_entry(p, 0, &at);
	if (!rc)
		rc = edit_entry_bytes(p->e, &at.entry, &d);
	if (rc)
		return rc;
	switch (mode) {
	case DIRENT_FID:
		rc = change_fid(p, &at.entry, d);
		break;
	case DIRENT_TYPE:
		d[7] = (u8)((d[7] & 0xf0) | other_type(at.entry.type));
		break;
	case DIRENT_RECLEN:
		put_le16(d + 4, 6);
		break;
	case DIRENT_SLASH:
		d[8 + at.entry.namelen - 1] = '/';
		break;
	default:
		rc = new_ino(p, mode, &ino);
		if (!rc)
			put_le32(d, ino);
	}
	return rc ? rc : edit_entry_dirty(p->e, &at.entry);
}

int plant_dirent_swap(struct plant *p, int mode)
{
	struct edit_place at[2];
	struct mk_fid fid[2];
	u8 *d[2];
	int i, rc = 0;

	for (i = 0; !rc && i < 2; i++) {
		rc = plant_entry(p, i, &at[i]);
		if (!rc)
			rc = edit_entry_bytes(p->e, &at[i].entry, &d[i]);
	}
	if (rc)
		return rc;
	if (at[0].ino == at[1].ino)
		return edit_fail(p->e, -EINVAL, "both names are the same object");
	if (at[0].entry.type != at[1].entry.type || !at[0].entry.fid_off != !at[1].entry.fid_off)
		return edit_fail(p->e, -EINVAL, "the two name entries are of different kinds");
	for (i = 0; i < 2; i++)
		put_le32(d[i], at[1 - i].ino);
	for (i = 0; i < 2 && at[0].entry.fid_off; i++)
		fid[i] = dec_fid_be(d[i] + (at[i].entry.fid_off - at[i].entry.off));
	for (i = 0; i < 2 && at[0].entry.fid_off; i++)
		enc_fid_be(d[i] + (at[i].entry.fid_off - at[i].entry.off), &fid[1 - i]);
	rc = edit_entry_dirty(p->e, &at[0].entry);
	return rc ? rc : edit_entry_dirty(p->e, &at[1].entry);
}

/* ---- entries that come and go ---------------------------------------------------------------- */

int plant_dirent_missing(struct plant *p, int mode)
{
	struct edit_place at;
	int rc;

	rc = plant_entry(p, 0, &at);
	if (!rc)
		rc = edit_dir_remove(p->e, &at.entry);
	if (!rc && at.entry.type == TYPE_DIR)
		rc = plant_adjust_nlink(p, at.entry.dir, -1);
	return rc;
}

/* The entry under another name, or again; with its own FID where it has one. */
static int insert_copy(struct plant *p, const struct edit_entry *x, u32 dir, const char *name)
{
	struct mk_fid fid;
	bool with = x->fid_off;
	int rc = 0;

	if (with)
		rc = edit_entry_fid(p->e, x, &fid);
	return rc ? rc : edit_dir_insert(p->e, dir, name, x->ino, x->type, with ? &fid : NULL);
}

int plant_dirent_duplicate(struct plant *p, int mode)
{
	struct edit_place at;
	struct edit_entry other;
	struct mk_fid fid;
	int rc;

	rc = plant_entry(p, 0, &at);
	if (rc)
		return rc;
	if (p->argc < 2)
		return insert_copy(p, &at.entry, at.entry.dir, at.name);
	rc = edit_dir_find(p->e, at.entry.dir, p->argv[1], strlen(p->argv[1]), &other);
	if (!rc && other.off == at.entry.off && other.block == at.entry.block)
		rc = edit_fail(p->e, -EINVAL, "both names are the same");
	if (!rc && other.fid_off)
		rc = edit_entry_fid(p->e, &other, &fid);
	if (!rc)
		rc = edit_dir_remove(p->e, &other);
	if (!rc)
		rc = edit_dir_insert(p->e, other.dir, at.name, other.ino, other.type,
				     other.fid_off ? &fid : NULL);
	return rc;
}

/* Word i, which must be a directory. */
static int directory(struct plant *p, int i, struct edit_place *at)
{
	u8 *raw;
	int rc = plant_object(p, i, at);

	if (!rc)
		rc = edit_inode(p->e, at->ino, &raw);
	if (!rc && (raw_mode(raw) & 0xf000) != S_DIR)
		rc = edit_fail(p->e, -ENOTDIR, "%s is no directory", p->argv[i]);
	return rc;
}

int plant_dirent_renamed(struct plant *p, int mode)
{
	struct edit_place at;
	struct mk_fid fid;
	bool with;
	int rc;

	rc = plant_entry(p, 0, &at);
	with = !rc && at.entry.fid_off;
	if (with)
		rc = edit_entry_fid(p->e, &at.entry, &fid);
	if (!rc)
		rc = edit_dir_remove(p->e, &at.entry);
	return rc ? rc : edit_dir_insert(p->e, at.entry.dir, p->argv[1], at.ino, at.entry.type,
					 with ? &fid : NULL);
}

int plant_dirent_added(struct plant *p, int mode)
{
	struct edit_place at, parent;
	struct mk_fid fid;
	int rc;

	rc = plant_entry(p, 0, &at);
	if (!rc)
		rc = directory(p, 1, &parent);
	if (!rc)
		rc = edit_object_fid(p->e, at.ino, &fid);
	return rc ? rc : edit_dir_insert(p->e, parent.ino, p->argv[2], at.ino, at.entry.type, &fid);
}

/* ---- the object itself goes ------------------------------------------------------------------ */

/* Only what i_block maps: the index blocks of a large file stay behind, taken. */
static int free_data(struct plant *p, const u8 *raw)
{
	u16 kind = raw_mode(raw) & 0xf000;
	u64 i, nr;
	int rc = 0;

	if ((kind == S_LNK && raw_size(raw) < FAST_SYMLINK) ||
	    (kind != S_LNK && kind != S_DIR && kind != S_REG) || !get_le32(raw + 28))
		return 0;
	for (i = 0; !rc && i < edit_blocks(p->e, raw); i++) {
		rc = edit_map(p->e, raw, (u32)i, &nr);
		if (!rc && nr)
			rc = edit_block_release(p->e, nr);
	}
	return rc;
}

int plant_free_inode(struct plant *p, u32 ino, u8 *raw)
{
	bool dir = (raw_mode(raw) & 0xf000) == S_DIR;
	u32 ctime = get_le32(raw + 12), generation = raw_generation(raw);
	int rc;

	rc = free_data(p, raw);
	if (!rc && raw_file_acl(raw))
		rc = edit_ea_block_drop(p->e, ino);
	if (!rc)
		rc = edit_inode_release(p->e, ino, dir);
	if (rc)
		return rc;
	memset(raw, 0, p->e->inode_size);
	put_le32(raw + 20, ctime ? ctime : 1);
	put_le32(raw + 100, generation);
	return edit_inode_dirty(p->e, ino);
}

int plant_dirent_freed(struct plant *p, int mode)
{
	struct edit_place at;
	struct edit_oi rec;
	struct mk_fid fid;
	u8 *raw;
	int rc;

	rc = plant_entry(p, 0, &at);
	if (!rc)
		rc = edit_inode(p->e, at.ino, &raw);
	if (!rc && (raw_mode(raw) & 0xf000) == S_DIR)
		rc = edit_dir_empty(p->e, at.ino);
	else if (!rc && raw_nlink(raw) > 1)
		rc = edit_fail(p->e, -EMLINK, "%s has other names", p->argv[0]);
	if (!rc)
		rc = edit_object_fid(p->e, at.ino, &fid);
	if (rc)
		return rc;
	/* Agent inodes and the like have no mapping. */
	rc = edit_oi_find(p->e, &fid, &rec);
	if (!rc && rec.ino == at.ino)
		rc = edit_oi_remove(p->e, &rec);
	else if (rc == -ENOENT)
		rc = 0;
	return rc ? rc : plant_free_inode(p, at.ino, raw);
}

/* ---- the tree -------------------------------------------------------------------------------- */

static int set_dotdot(struct plant *p, u32 dir, u32 parent)
{
	struct edit_entry x;
	struct mk_fid fid;
	u8 *d;
	int rc;

	rc = edit_dir_find(p->e, dir, "..", 2, &x);
	if (!rc && x.ino == parent)
		rc = edit_fail(p->e, -EALREADY, "inode %u is its parent already", parent);
	if (!rc)
		rc = edit_entry_bytes(p->e, &x, &d);
	if (!rc && x.fid_off)
		rc = edit_object_fid(p->e, parent, &fid);
	if (rc)
		return rc;
	put_le32(d, parent);
	if (x.fid_off)
		enc_fid_be(d + (x.fid_off - x.off), &fid);
	return edit_entry_dirty(p->e, &x);
}

int plant_dotdot(struct plant *p, int mode)
{
	struct edit_place dir, other;
	int rc;

	rc = directory(p, 0, &dir);
	if (!rc)
		rc = directory(p, 1, &other);
	return rc ? rc : set_dotdot(p, dir.ino, other.ino);
}

int plant_dotdot_fid(struct plant *p, int mode)
{
	struct edit_place dir;
	struct edit_entry x;
	struct mk_fid fid;
	u8 *d;
	int rc;

	rc = directory(p, 0, &dir);
	if (!rc)
		rc = plant_fid(p, 1, &fid);
	if (!rc)
		rc = edit_dir_find(p->e, dir.ino, "..", 2, &x);
	if (!rc && !x.fid_off)
		rc = edit_fail(p->e, -ENODATA, "%s: its .. has no FID", p->argv[0]);
	if (!rc)
		rc = edit_entry_bytes(p->e, &x, &d);
	if (rc)
		return rc;
	enc_fid_be(d + (x.fid_off - x.off), &fid);
	return edit_entry_dirty(p->e, &x);
}

int plant_dir_twice(struct plant *p, int mode)
{
	struct edit_place dir, parent;
	struct edit_entry old;
	struct mk_fid fid;
	int rc;

	rc = directory(p, 0, &dir);
	if (!rc)
		rc = directory(p, 1, &parent);
	if (!rc)
		rc = edit_object_fid(p->e, dir.ino, &fid);
	if (rc)
		return rc;
	rc = edit_dir_find(p->e, parent.ino, p->argv[2], strlen(p->argv[2]), &old);
	if (rc != -ENOENT)
		return rc ? rc : edit_fail(p->e, -EEXIST, "%s is there already", p->argv[2]);
	rc = edit_dir_insert(p->e, parent.ino, p->argv[2], dir.ino, TYPE_DIR, &fid);
	return rc ? rc : plant_adjust_nlink(p, parent.ino, 1);
}

/* Does the way up from below pass through dir? */
static int check_beneath(struct plant *p, u32 dir, u32 below)
{
	struct edit_entry up;
	u32 at = below, steps;
	int rc;

	for (steps = 0; steps < 4096 && at != INO_ROOT; steps++) {
		rc = edit_dir_find(p->e, at, "..", 2, &up);
		if (rc)
			return rc;
		if (up.ino == dir)
			return 0;
		at = up.ino;
	}
	return edit_fail(p->e, -EINVAL, "%s does not lie beneath %s", p->argv[1], p->argv[0]);
}

/* Everything agrees afterwards; only, no way leads there from the root any more. */
int plant_dir_loop(struct plant *p, int mode)
{
	struct edit_place dir, sub;
	struct mk_fid from, to;
	int rc;

	rc = plant_entry(p, 0, &dir);
	if (!rc)
		rc = directory(p, 0, &dir);
	if (!rc)
		rc = directory(p, 1, &sub);
	if (!rc)
		rc = check_beneath(p, dir.ino, sub.ino);
	if (!rc)
		rc = edit_object_fid(p->e, dir.entry.dir, &from);
	if (!rc)
		rc = edit_object_fid(p->e, sub.ino, &to);
	if (!rc)
		rc = plant_link_move(p, dir.ino, &from, dir.name, &to);
	if (!rc)
		rc = insert_copy(p, &dir.entry, sub.ino, dir.name);
	if (!rc)
		rc = edit_dir_remove(p->e, &dir.entry);
	if (!rc)
		rc = set_dotdot(p, dir.ino, sub.ino);
	if (!rc)
		rc = plant_adjust_nlink(p, dir.entry.dir, -1);
	return rc ? rc : plant_adjust_nlink(p, sub.ino, 1);
}
