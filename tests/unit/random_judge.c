/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The exact judge of random states: no sums, no hashes, everything compared with
 * everything.
 *
 * "Wrong" includes the legal states at which the ledger asks for a look: names in
 * PENDING, entries of type 0, entries without a FID where the file system keeps
 * FIDs in its directories, OI mappings of generation 0, and objects without an LMA.  Beyond what one MDT can know
 * are names on other MDTs (a linkEA entry with such a parent is taken at its
 * word) and FIDs of objects that the OI does not list.
 */
#include <string.h>
#include <sys/stat.h>

#include "ondisk/dirent.h"
#include "random_world.h"

enum place { PLACE_NOWHERE, PLACE_TOP, PLACE_TREE, PLACE_RPD, PLACE_PENDING };

static const struct rw_obj *object_at(const struct rw_state *s, u32 ino)
{
	for (u32 i = 0; i < s->nobj; i++)
		if (s->obj[i].ino == ino && s->obj[i].live)
			return &s->obj[i];
	return NULL;
}

static bool is_dir(const struct rw_obj *o)
{
	return o->live && S_ISDIR(o->mode);
}

static bool is_foreign(const struct fid *f)
{
	return f->seq >= RW_SEQ_FOREIGN && f->seq < RW_SEQ_END;
}

/* The directory that holds the first name of an inode, NULL none. */
static const struct rw_obj *holder(const struct rw_state *s, u32 ino)
{
	for (u32 i = 0; i < s->nobj; i++)
		for (u32 k = 0; is_dir(&s->obj[i]) && k < s->obj[i].nnames; k++)
			if (s->obj[i].name[k].ino == ino)
				return &s->obj[i];
	return NULL;
}

/* Where do the names of a directory stand? */
static enum place place_of(const struct rw_state *s, const struct rw_obj *dir)
{
	if (dir->ino == RW_RPD)
		return PLACE_RPD;
	if (dir->ino == RW_PENDING)
		return PLACE_PENDING;
	for (u32 steps = 0; dir && steps <= RW_OBJS; steps++) {
		if (dir->ino == RW_ROOT || dir->ino == RW_RPD)
			return PLACE_TREE;
		if (dir->ino == RW_TOP)
			return PLACE_TOP;
		dir = holder(s, dir->ino);
	}
	return PLACE_NOWHERE;
}

static bool same_text(const char *a, u32 alen, const char *b, u32 blen)
{
	return alen == blen && !memcmp(a, b, alen);
}

/* ---- one object ---------------------------------------------------------------------------- */

static const char *judge_identity(const struct rw_state *s, const struct rw_obj *o)
{
	bool due = o->ino != RW_TOP && o->ino != RW_RPD && !(o->compat & LMAC_NOT_IN_OI);
	u32 records = 0;

	if (!o->has_lma)
		return "no LMA";
	if (!fid_is_sane(&o->fid) || !o->fid.oid)
		return "a FID that cannot be";
	for (u32 i = 0; i < s->nrec; i++) {
		const struct oi_record *r = &s->rec[i].rec;

		if (r->ino != o->ino)
			continue;
		records++;
		if (!fid_equal(&r->fid, &o->fid))
			return "an OI mapping of another FID";
		if (r->generation != o->generation)
			return "an OI mapping of another generation";
	}
	if (records != due)
		return records < due ? "no OI mapping" : "an OI mapping too many";
	return NULL;
}

static u32 names_equal_to(const struct rw_state *s, const struct rw_obj *o,
			  const struct rw_link *l)
{
	u32 n = 0;

	for (u32 i = 0; i < s->nobj; i++) {
		const struct rw_obj *dir = &s->obj[i];

		if (!is_dir(dir) || place_of(s, dir) != PLACE_TREE ||
		    !fid_equal(&dir->fid, &l->parent))
			continue;
		for (u32 k = 0; k < dir->nnames; k++)
			n += dir->name[k].ino == o->ino &&
			     same_text(dir->name[k].name, dir->name[k].len, l->name, l->len);
	}
	return n;
}

static const char *judge_links(const struct rw_state *s, const struct rw_obj *o)
{
	if (S_ISDIR(o->mode) && o->nlinks > 1)
		return "a directory with several linkEA entries";
	for (u32 i = 0; i < o->nlinks; i++) {
		const struct rw_link *l = &o->link[i];

		if (!fid_is_sane(&l->parent))
			return "a linkEA parent that cannot be";
		for (u32 k = 0; k < i; k++)
			if (fid_equal(&o->link[k].parent, &l->parent) &&
			    same_text(o->link[k].name, o->link[k].len, l->name, l->len))
				return "a linkEA entry twice";
		if (!is_foreign(&l->parent) && names_equal_to(s, o, l) != 1)
			return "a linkEA entry without its name";
	}
	return NULL;
}

static bool has_link(const struct rw_obj *o, const struct rw_obj *dir, const struct rw_name *n)
{
	for (u32 i = 0; i < o->nlinks; i++)
		if (!is_foreign(&o->link[i].parent) &&
		    fid_equal(&o->link[i].parent, &dir->fid) &&
		    same_text(o->link[i].name, o->link[i].len, n->name, n->len))
			return true;
	return false;
}

static u32 count_names(const struct rw_state *s, u32 ino, enum place place)
{
	u32 n = 0;

	for (u32 i = 0; i < s->nobj; i++) {
		const struct rw_obj *dir = &s->obj[i];

		if (!is_dir(dir) || place_of(s, dir) != place)
			continue;
		for (u32 k = 0; k < dir->nnames; k++)
			n += dir->name[k].ino == ino;
	}
	return n;
}

static const char *judge_counts(const struct rw_state *s, const struct rw_obj *o)
{
	u32 rpd = count_names(s, o->ino, PLACE_RPD);
	u32 names = count_names(s, o->ino, PLACE_TREE) + count_names(s, o->ino, PLACE_TOP);
	u32 foreign = 0;

	for (u32 i = 0; i < o->nlinks; i++)
		foreign += is_foreign(&o->link[i].parent);
	if (rpd != !!(o->incompat & LMAI_REMOTE_PARENT))
		return "the flag of a remote parent and REMOTE_PARENT_DIR disagree";
	if (o->has_lma && is_foreign(&o->fid))
		return "a FID of another MDT";
	if ((o->has_lma && o->incompat & LMAI_REMOTE_PARENT) != (foreign > 0))
		return "the flag of a remote parent and the linkEA disagree";
	if (o->ino == RW_TOP)
		return names + rpd ? "a name for the backend root" : NULL;
	if (S_ISDIR(o->mode))
		return names + rpd != 1 ? "a directory without exactly one name" : NULL;
	return o->nlink != names + foreign ? "a wrong link count" : NULL;
}

/* ---- one directory ------------------------------------------------------------------------- */

static const char *judge_name(const struct rw_state *s, const struct rw_obj *dir,
			      const struct rw_name *n)
{
	const struct rw_obj *o = object_at(s, n->ino);
	enum place place = place_of(s, dir);
	char text[RW_NAME_LEN];

	if (!o)
		return "a dangling name";
	if (place == PLACE_PENDING)
		return "a name in PENDING";
	if (place == PLACE_NOWHERE)
		return "a detached directory";
	if (n->type != dirent_mode_to_type(o->mode))
		return "a name of another type";
	if (place == PLACE_RPD)
		return same_text(text, rw_rpd_text(&o->fid, text), n->name, n->len) ?
			       NULL :
			       "a name in REMOTE_PARENT_DIR with another FID";
	/* The scan looks at this too: it guesses by the FID before it knows the place. */
	if (s->dirdata && !n->has_lufid && (place == PLACE_TREE || fid_is_namespace(&dir->fid)))
		return "a name without a FID";
	if (place == PLACE_TOP)
		return NULL;
	if (s->dirdata && !fid_equal(&n->lufid, &o->fid))
		return "a name with another FID";
	return has_link(o, dir, n) ? NULL : "a name without its linkEA entry";
}

static const char *judge_dotdot(const struct rw_state *s, const struct rw_obj *dir)
{
	const struct rw_obj *up = holder(s, dir->ino);
	struct fid want = { 0 };

	if (dir->dot != dir->ino)
		return "a wrong \".\"";
	if (!dir->dotdot)
		return "no \"..\"";
	if (dir->ino == RW_TOP)
		return NULL;
	if (!up || place_of(s, dir) == PLACE_NOWHERE)
		return "a detached directory";
	if (dir->dotdot != up->ino)
		return "a wrong \"..\"";
	if (!s->dirdata || dir->incompat & LMAI_REMOTE_PARENT)
		return NULL;
	if (place_of(s, up) == PLACE_TREE)
		want = up->fid;
	return fid_equal(&want, &dir->dotdot_lufid) ? NULL : "another FID in \"..\"";
}

static const char *judge_dir(const struct rw_state *s, const struct rw_obj *dir)
{
	const char *why = judge_dotdot(s, dir);
	u32 subdirs = 0;

	for (u32 i = 0; i < dir->nnames && !why; i++) {
		why = judge_name(s, dir, &dir->name[i]);
		subdirs += dir->name[i].type == 2;
		for (u32 k = 0; k < i && !why; k++)
			if (same_text(dir->name[i].name, dir->name[i].len, dir->name[k].name,
				      dir->name[k].len))
				why = "a name twice";
	}
	if (!why && dir->nlink != 1 && dir->nlink != 2 + subdirs)
		why = "a wrong link count of a directory";
	return why;
}

/* ---- the OI and all ------------------------------------------------------------------------ */

static const char *judge_oi(const struct rw_state *s)
{
	for (u32 i = 0; i < s->nrec; i++) {
		const struct rw_rec *r = &s->rec[i];

		if (!object_at(s, r->rec.ino))
			return "a dangling OI mapping";
		if ((r->rec.fid.seq & (s->oi_count - 1)) != r->file)
			return "an OI mapping in the wrong file";
		for (u32 k = 0; k < i; k++)
			if (s->rec[k].file == r->file &&
			    fid_cmp(&s->rec[k].rec.fid, &r->rec.fid) >= 0)
				return "OI mappings out of order";
	}
	return NULL;
}

const char *rw_judge(const struct rw_state *s)
{
	const char *why = judge_oi(s);

	for (u32 i = 0; i < s->nobj && !why; i++) {
		const struct rw_obj *o = &s->obj[i];

		if (!o->live)
			continue;
		why = judge_identity(s, o);
		if (!why)
			why = judge_links(s, o);
		if (!why)
			why = judge_counts(s, o);
		if (!why && is_dir(o))
			why = judge_dir(s, o);
	}
	return why;
}
