/* SPDX-License-Identifier: GPL-2.0-only */
/* Faults in striped directories: their LMVs, the names of shards, names in shards. */
#include <stdio.h>
#include <string.h>

#include "tools/mkmdt/plant.h"

#define LMV_EA "trusted.lmv"
#define DMV_EA "trusted.dmv"
#define LMV_MASTER 0x0CD20CD0U
#define LMV_SHARD 0x0CD40CD0U
#define DMV_MAGIC 0x0CD30CD0U
#define LMV_BYTES 56
#define DMV_BYTES 48
#define LMAI_AGENT 2
#define LMAI_STRIPED 8
#define S_DIR 0x4000

/* ---- the EA ---------------------------------------------------------------------------------- */

static void change(int mode, u8 *lmv, size_t *len)
{
	u32 count = get_le32(lmv + 4), hash = get_le32(lmv + 12);

	switch (mode) {
	case LMV_CUT:
		*len = 32;
		break;
	case LMV_BAD_MAGIC:
		put_le32(lmv, get_le32(lmv) ^ 0xff);
		break;
	case LMV_COUNT_ZERO:
		put_le32(lmv + 4, 0);
		break;
	case LMV_NO_HASH:
		put_le32(lmv + 12, hash & 0xffff0000);
		break;
	case LMV_NEW_HASH:
		put_le32(lmv + 12, (hash & 0xffff0000) | 9);
		break;
	case LMV_NEW_MAGIC:
		put_le32(lmv, 0x0CDF0CD0);
		break;
	case LMV_PAD:
		put_le32(lmv + 28, 1);
		break;
	case LMV_INDEX_HIGH:
		put_le32(lmv + 8, count);
		break;
	case LMV_INDEX_NEXT:
		put_le32(lmv + 8, count > 1 ? (get_le32(lmv + 8) + 1) % count : 1);
		break;
	case LMV_COUNT_MORE:
		put_le32(lmv + 4, count + 1);
		break;
	case LMV_OTHER_HASH:
		put_le32(lmv + 12, (hash & 0xffff0000) | ((hash & 0xffff) == 1 ? 2 : 1));
		break;
	case LMV_CHANGING:
		put_le32(lmv + 12, hash | 0x80000000);
		break;
	case LMV_GIVEN_UP:
		put_le32(lmv + 12, 0x20000000);
		break;
	}
}

int plant_lmv(struct plant *p, int mode)
{
	u8 lmv[256];
	struct edit_place at;
	ssize_t got;
	size_t len;
	u32 magic;
	int rc;

	rc = plant_object(p, 0, &at);
	if (rc)
		return rc;
	got = edit_ea_get(p->e, at.ino, LMV_EA, lmv, sizeof(lmv));
	if (got < 0)
		return (int)got;
	len = (size_t)got;
	magic = len < LMV_BYTES ? 0 : get_le32(lmv);
	if (magic != LMV_MASTER && magic != LMV_SHARD)
		return edit_fail(p->e, -EINVAL, "%s is not striped", p->argv[0]);
	if (mode == LMV_REMOVE)
		return edit_ea_remove(p->e, at.ino, LMV_EA);
	change(mode, lmv, &len);
	return edit_ea_set(p->e, at.ino, LMV_EA, lmv, len);
}

int plant_lmv_flag(struct plant *p, int mode)
{
	struct edit_place at;
	u8 lma[128];
	ssize_t len;
	int rc;

	rc = plant_object(p, 0, &at);
	if (rc)
		return rc;
	len = edit_ea_get(p->e, at.ino, "trusted.lma", lma, sizeof(lma));
	if (len < 0)
		return (int)len;
	if (len < 24 || !(get_le32(lma + 4) & LMAI_STRIPED))
		return edit_fail(p->e, -EALREADY, "%s has no such flag", p->argv[0]);
	put_le32(lma + 4, get_le32(lma + 4) & ~(u32)LMAI_STRIPED);
	return edit_ea_set(p->e, at.ino, "trusted.lma", lma, (size_t)len);
}

int plant_dmv(struct plant *p, int mode)
{
	u8 dmv[DMV_BYTES] = { 0 };
	struct edit_place at;
	u8 *raw;
	int rc;

	rc = plant_object_raw(p, 0, &at, &raw);
	if (rc)
		return rc;
	if ((raw_mode(raw) & 0xf000) != S_DIR)
		return edit_fail(p->e, -ENOTDIR, "%s is no directory", p->argv[0]);
	put_le32(dmv, DMV_MAGIC);
	put_le32(dmv + 4, mode == DMV_COUNT ? 2001 : 1);
	return edit_ea_set(p->e, at.ino, DMV_EA, dmv, mode == DMV_CUT ? 40 : DMV_BYTES);
}

/* ---- names ----------------------------------------------------------------------------------- */

/* The one linkEA entry of the object becomes (parent, name). */
static int relink(struct plant *p, u32 ino, const struct mk_fid *parent, const char *name)
{
	struct mk_link link = { *parent, name, strlen(name) };
	u8 ea[4096];
	ssize_t len = edit_ea_get(p->e, ino, "trusted.link", ea, sizeof(ea));

	if (len < 0)
		return (int)len;
	if (len < 24 || get_le32(ea + 4) != 1)
		return edit_fail(p->e, -EMLINK, "inode %u has more than one name", ino);
	len = enc_linkea(ea, sizeof(ea), &link, 1, 0);
	return len < 0 ? (int)len : edit_ea_set(p->e, ino, "trusted.link", ea, (size_t)len);
}

/* The entry becomes NAME in dir; the linkEA is not touched. */
static int move_entry(struct plant *p, const struct edit_entry *x, u32 dir, const char *name)
{
	bool with = x->fid_off;
	struct mk_fid fid;
	int rc = with ? edit_entry_fid(p->e, x, &fid) : 0;

	if (!rc)
		rc = edit_dir_remove(p->e, x);
	return rc ? rc : edit_dir_insert(p->e, dir, name, x->ino, x->type, with ? &fid : NULL);
}

int plant_name_move(struct plant *p, int mode)
{
	struct edit_place at, dir;
	struct mk_fid to;
	const char *name;
	int rc;

	rc = plant_entry(p, 0, &at);
	if (!rc)
		rc = plant_object(p, 1, &dir);
	if (!rc)
		rc = edit_object_fid(p->e, dir.ino, &to);
	if (rc)
		return rc;
	if (at.entry.type == 2)
		return edit_fail(p->e, -EISDIR, "%s is a directory", p->argv[0]);
	name = p->argc > 2 ? p->argv[2] : at.name;
	rc = relink(p, at.ino, &to, name);
	return rc ? rc : move_entry(p, &at.entry, dir.ino, name);
}

static bool is_agent(struct plant *p, u32 ino)
{
	u8 lma[128];

	return edit_ea_get(p->e, ino, "trusted.lma", lma, sizeof(lma)) >= 24 &&
	       get_le32(lma + 4) & LMAI_AGENT;
}

/* The shard's name gets another index, with the linkEA where the shard is on this MDT. */
int plant_shard_index(struct plant *p, int mode)
{
	struct mk_fid master;
	struct edit_place at;
	char name[300];
	char *colon;
	u32 index;
	int rc;

	rc = plant_entry(p, 0, &at);
	if (!rc)
		rc = plant_number(p, 1, 10, 100000, &index);
	if (!rc)
		rc = edit_object_fid(p->e, at.entry.dir, &master);
	if (rc)
		return rc;
	colon = strstr(at.name, "]:");
	if (at.name[0] != '[' || !colon)
		return edit_fail(p->e, -EINVAL, "%s is no name of a shard", at.name);
	snprintf(name, sizeof(name), "%.*s]:%u", (int)(colon - at.name), at.name, index);
	if (!is_agent(p, at.ino))
		rc = relink(p, at.ino, &master, name);
	return rc ? rc : move_entry(p, &at.entry, at.entry.dir, name);
}

/* A shard that is on another MDT is lost here: name and agent. */
int plant_shard_lost(struct plant *p, int mode)
{
	struct edit_place at;
	u8 *raw;
	int rc;

	rc = plant_entry(p, 0, &at);
	if (!rc)
		rc = edit_inode(p->e, at.ino, &raw);
	if (rc)
		return rc;
	if (at.name[0] != '[' || !is_agent(p, at.ino))
		return edit_fail(p->e, -EINVAL, "%s is no shard of another MDT", p->argv[0]);
	rc = edit_dir_remove(p->e, &at.entry);
	if (!rc)
		rc = plant_adjust_nlink(p, at.entry.dir, -1);
	return rc ? rc : plant_free_inode(p, at.ino, raw);
}
