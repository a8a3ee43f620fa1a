/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is asked only where places contradict each other about who an object is:
 * the children of a directory, and whether the FID in a name entry is somebody
 * else's.  A few reads for each such object, and none for the others.
 */
#include <string.h>
#include <sys/stat.h>

#include "judge.h"

/* Names of one object whose FIDs are looked up. */
#define LOOKUPS_MAX 16

/* ---- whose is the FID in the name entry? --------------------------------------------------- */

/* The live inode that has the FID by OI and by LMA, 0 none. */
static u32 owner_of(struct judge *j, const struct fid *fid)
{
	struct oi_record rec;
	struct object o;

	if (!j->r->env.oi_count || view_oi_lookup(j->r->view, j->buf2, fid, &rec) ||
	    view_read_object(j->r->view, j->buf2, rec.ino, &o))
		return 0;
	return object_is_live(&o) && object_has_lma(&o) && fid_equal(&o.fid, fid) ? o.ino : 0;
}

static void look_up_names(struct judge *j, struct facts *f)
{
	u32 asked = 0;

	for (u32 i = 0; i < f->nnames && asked < LOOKUPS_MAX; i++) {
		struct name_fact *n = &j->names[i];

		if (!n->has_lufid || n->data_bad || fid_equal(&n->lufid, &f->obj->fid))
			continue;
		n->lufid_ino = owner_of(j, &n->lufid);
		asked++;
	}
}

/* ---- the children -------------------------------------------------------------------------- */

/* An LMA that states what all else states needs no witnesses. */
static bool doubted(const struct facts *f)
{
	const struct object *o = f->obj;

	/* Old directories have no LMA by right; an IGIF elsewhere says no more than they do. */
	if (!object_has(o, EA_LMA) && fid_is_igif(&o->fid)) {
		for (u32 i = 0; i < f->noi; i++)
			if (f->oi[i].rec.ino == o->ino && !fid_is_igif(&f->oi[i].rec.fid))
				return true;
		for (u32 i = 0; i < f->nnames; i++)
			if (f->names[i].has_lufid && !fid_is_igif(&f->names[i].lufid))
				return true;
		return false;
	}
	if (!object_has_lma(o) || f->twin_ino || (f->oi_own && f->oi_own != -ENODATA))
		return true;
	for (u32 i = 0; i < f->noi; i++)
		if (!fid_equal(&f->oi[i].rec.fid, &o->fid) || f->oi[i].rec.ino != o->ino)
			return true;
	for (u32 i = 0; i < f->nnames; i++)
		if (f->names[i].has_lufid && !fid_equal(&f->names[i].lufid, &o->fid))
			return true;
	return false;
}

static void cast(struct parent_vote *vote, u32 *n, const struct fid *fid)
{
	for (u32 i = 0; i < *n; i++)
		if (fid_equal(&vote[i].fid, fid)) {
			vote[i].count++;
			return;
		}
	if (*n < PARENT_VOTES_MAX)
		vote[(*n)++] = (struct parent_vote){ .fid = *fid, .count = 1 };
}

/* The parent by the one linkEA entry that has the child's name; several: nobody knows which. */
static bool parent_by_link(struct judge *j, const struct object *o, u64 name, struct fid *parent)
{
	struct linkea_entry e;
	struct linkea_walk it;
	u32 found = 0;

	if (!object_has_link(o))
		return false;
	it = linkea_begin(&o->link);
	while (linkea_next(&it, &e)) {
		if (gather_child_name(j->g, e.name, e.namelen) != name)
			continue;
		*parent = e.parent;
		found++;
	}
	return found == 1;
}

static int note_dotdot(void *arg, const struct object *dir, const struct dirent_rec *d)
{
	struct fid *out = arg;

	if (!dirent_is_dotdot(d))
		return dirent_is_dot(d) ? 0 : 1;
	if (d->has_lufid && !d->data_bad)
		*out = d->lufid;
	return 1;
}

/* The FID in the ".." of the child that was just read. */
static void hear_dotdot(struct judge *j, const struct object *o, struct facts *f)
{
	static const struct dir_ops ops = { .entry = note_dotdot, .again = true };
	struct fid parent = { 0 };

	if (view_read_dir(j->r->view, j->buf2, o, &ops, &parent) >= 0 && !fid_is_zero(&parent))
		cast(f->child_dotdot, &f->nchild_dotdot, &parent);
}

static void hear_child(struct judge *j, const struct gather_child *c, struct facts *f)
{
	struct object o;
	struct fid parent;

	if (view_read_object(j->r->view, j->buf2, c->ino, &o) || !object_is_live(&o) ||
	    object_is_agent(&o))
		return;
	if (parent_by_link(j, &o, c->name, &parent))
		cast(f->child_link, &f->nchild_link, &parent);
	if (S_ISDIR(o.inode.mode))
		hear_dotdot(j, &o, f);
}

void testimony_fill(struct judge *j, const struct gather_suspect *s, struct facts *f)
{
	const struct gather_dir *d = s->dir;

	if (f->class != CLASS_FREE && f->class != CLASS_NAMESPACE && f->class != CLASS_ORPHAN)
		return;
	look_up_names(j, f);
	if (!d || !d->seen || f->class == CLASS_FREE || !doubted(f))
		return;
	for (u32 i = 0; i < d->nchildren; i++)
		hear_child(j, &d->child[i], f);
}
