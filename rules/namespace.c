/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * namespace 4xx, name entries: where they lead, what they say of their target,
 * and whether they are well-formed.
 */
#include <string.h>
#include <sys/stat.h>

#include "rules/rules.h"

/* ---- dirent-dangling ----------------------------------------------------------------------- */

static const char *dangling_form(const struct facts *f)
{
	const struct object *o = f->obj;

	if (!o->ino || o->ino > f->env->info->inodes_count)
		return "the name leads to an inode number that does not exist";
	if (o->allocated && o->inode.mode && !o->inode.nlink)
		return "the name leads to an inode that is being deleted";
	return "the name leads to a free inode";
}

/*
 * Either the name leads to a wrong inode or the right one is gone.  Its FID may be
 * alive elsewhere; or the OI, too, knows it here and nowhere else.
 */
static const char *dangling_verdict(const struct facts *f, const struct name_fact *n)
{
	u32 i;

	if (!n->has_lufid || n->data_bad)
		return VERDICT_UNDECIDED;
	if (n->lufid_ino)
		return VERDICT_NAME;
	for (i = 0; i < f->noi; i++)
		if (f->oi[i].rec.ino == f->obj->ino && fid_equal(&f->oi[i].rec.fid, &n->lufid))
			return "the object, which is gone";
	return VERDICT_UNDECIDED;
}

enum outcome check_dirent_dangling(const struct facts *f, struct sink *sink)
{
	struct finding *fi;
	u32 i;

	if (!f->have_cross || f->class != CLASS_FREE || !f->nnames)
		return OUT_NA;
	for (i = 0; i < f->nnames; i++) {
		const struct name_fact *n = &f->names[i];

		fi = rule_finding(sink, dangling_form(f));
		if (!fi)
			break;
		if (n->has_lufid && !n->data_bad) {
			fi->fid = n->lufid;
			fi->other_fid = n->lufid;
			finding_fid(fi, "dirent_fid", &n->lufid);
		}
		rule_add_name(fi, n);
		finding_u64(fi, "dirent_type", n->type);
		if (n->lufid_ino)
			finding_u64(fi, "dirent_fid_ino", n->lufid_ino);
		fi->verdict = dangling_verdict(f, n);
	}
	return OUT_VIOLATED;
}

/* ---- dirent-fid-mismatch ------------------------------------------------------------------- */

/* Elsewhere FIDs in name entries are leftovers of earlier names. */
static bool lufid_is_kept(const struct name_fact *n)
{
	return n->has_lufid && !n->data_bad &&
	       (dir_class_is_namespace(n->dir_class) || n->dir_class == DIR_PENDING);
}

enum outcome check_dirent_fid_mismatch(const struct facts *f, struct sink *sink)
{
	enum outcome out = OUT_NA;
	struct finding *fi;
	u32 i;

	if (!f->have_cross || f->class == CLASS_FREE || f->class == CLASS_EXEMPT ||
	    f->obj->fid_source != FID_FROM_LMA || !rule_lma_usable(f->obj))
		return OUT_NA;
	for (i = 0; i < f->nnames; i++) {
		const struct name_fact *n = &f->names[i];

		if (!lufid_is_kept(n))
			continue;
		out = rule_worse(out, OUT_HOLDS);
		if (fid_equal(&n->lufid, &f->obj->fid))
			continue;
		out = OUT_VIOLATED;
		fi = rule_finding(sink, "the name entry has another FID than its object");
		if (!fi)
			return out;
		fi->other_fid = n->lufid;
		rule_add_name(fi, n);
		finding_fid(fi, "dirent_fid", &n->lufid);
		rule_add_witnesses(fi, f);
		/* The FID belongs to another object, so the name was that object's. */
		if (n->lufid_ino) {
			finding_u64(fi, "dirent_fid_ino", n->lufid_ino);
			rule_decide(fi, &f->obj->fid, VERDICT_NAME);
		}
	}
	return out;
}

/* ---- dirent-type --------------------------------------------------------------------------- */

enum outcome check_dirent_type(const struct facts *f, struct sink *sink)
{
	u8 want = dirent_mode_to_type(f->obj->inode.mode);
	enum outcome out = OUT_NA;
	struct finding *fi;
	u32 i;

	if (!f->have_cross || f->class == CLASS_FREE)
		return OUT_NA;
	for (i = 0; i < f->nnames; i++) {
		const struct name_fact *n = &f->names[i];
		u8 type = n->type & 0xf;

		/* Type 0 is "unknown", and legal. */
		if (!type)
			continue;
		out = rule_worse(out, OUT_HOLDS);
		if (type == want)
			continue;
		out = OUT_VIOLATED;
		fi = rule_finding(sink, "the name entry states another type than its inode has");
		if (!fi)
			return out;
		rule_add_name(fi, n);
		finding_u64(fi, "dirent_type", type);
		finding_u64(fi, "inode_type", want);
	}
	return out;
}

/* ---- dirent-malformed, dirent-name-duplicate, dirent-name-invalid -------------------------- */

static enum outcome bad_block(const struct facts *f, struct sink *sink)
{
	struct finding *fi = rule_finding(sink, f->dir_problem);

	if (fi)
		finding_u64(fi, "block", f->dir_problem_block);
	return OUT_VIOLATED;
}

enum outcome check_dirent_malformed(const struct facts *f, struct sink *sink)
{
	enum outcome out = OUT_NA;
	struct finding *fi;
	u32 i;

	if (!f->have_cross)
		return OUT_NA;
	if (S_ISDIR(f->obj->inode.mode) && f->class != CLASS_FREE)
		out = f->dir_problem ? bad_block(f, sink) : OUT_HOLDS;
	for (i = 0; i < f->nnames; i++) {
		out = rule_worse(out, OUT_HOLDS);
		if (!f->names[i].data_bad)
			continue;
		out = OUT_VIOLATED;
		fi = rule_finding(sink,
				  "the data after the name do not fit, or have unknown flags");
		if (!fi)
			return out;
		rule_add_name(fi, &f->names[i]);
	}
	return out;
}

enum outcome check_dirent_name_duplicate(const struct facts *f, struct sink *sink)
{
	struct finding *fi;

	if (!f->have_cross || f->class == CLASS_FREE || !S_ISDIR(f->obj->inode.mode))
		return OUT_NA;
	if (!f->duplicate_name)
		return f->dir_read ? OUT_HOLDS :
				     rule_unknown(sink, "the directory could not be read whole");
	fi = rule_finding(sink, "the directory holds a name twice");
	if (!fi)
		return OUT_VIOLATED;
	fi->name_key = finding_name_key(f->obj->ino, f->duplicate_name, f->duplicate_name_len);
	finding_name(fi, "name", f->duplicate_name, f->duplicate_name_len);
	return OUT_VIOLATED;
}

enum outcome check_dirent_name_invalid(const struct facts *f, struct sink *sink)
{
	enum outcome out = OUT_NA;
	struct finding *fi;
	u32 i;

	if (!f->have_cross)
		return OUT_NA;
	for (i = 0; i < f->nnames; i++) {
		const struct name_fact *n = &f->names[i];

		/* An encrypted name may be made of any bytes. */
		if (n->dir_encrypted)
			continue;
		out = rule_worse(out, OUT_HOLDS);
		if (!memchr(n->name, '/', n->namelen) && !memchr(n->name, '\0', n->namelen))
			continue;
		out = OUT_VIOLATED;
		fi = rule_finding(sink, "the name contains a slash or a NUL");
		if (!fi)
			return out;
		rule_add_name(fi, n);
	}
	return out;
}

/* ---- nameless-file ------------------------------------------------------------------------- */

/* Why a file without a name here may have one on another MDT, or NULL. */
static const char *name_may_be_elsewhere(const struct facts *f)
{
	const struct object *o = f->obj;
	u32 i;

	if (f->names_blind)
		return "a directory could not be read whole: the name may stand there";
	if (rule_ea_doubtful(o, EA_LINK))
		return "the extended attributes could not be read";
	if (rule_lma_usable(o) && o->lma.incompat & LMAI_REMOTE_PARENT)
		return "the object has a name on another MDT";
	for (i = 0; i < f->nlinks; i++)
		if (f->links[i].where == PARENT_FOREIGN || f->links[i].where == PARENT_UNKNOWN)
			return "the linkEA states a parent on another MDT";
	return NULL;
}

enum outcome check_nameless_file(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	struct finding *fi;
	const char *why;

	if (!f->have_cross || f->class != CLASS_NAMESPACE || S_ISDIR(o->inode.mode) ||
	    !object_is_live(o) || !fid_is_namespace(&o->fid))
		return OUT_NA;
	if (f->nnames)
		return OUT_HOLDS;
	why = name_may_be_elsewhere(f);
	if (why)
		return rule_unknown(sink, why);
	fi = rule_finding(sink, "no directory has a name for the object");
	if (!fi)
		return OUT_VIOLATED;
	if (f->nlinks) {
		const struct link_fact *l = &f->links[0];

		fi->parent_ino = l->dir_ino;
		fi->parent_fid = l->e.parent;
		finding_fid(fi, "parent_fid", &l->e.parent);
		finding_name(fi, "name", l->e.name, l->e.namelen);
	}
	finding_u64(fi, "nlink", o->inode.nlink);
	rule_add_parents(fi, f);
	fi->verdict = VERDICT_NAME;
	return OUT_VIOLATED;
}
