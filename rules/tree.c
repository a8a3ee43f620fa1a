/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * namespace 4xx, directories: each has one name, "..", and a way up to a root.
 */
#include <sys/stat.h>

#include "rules/rules.h"

/* A directory that clients see or should see, apart from the roots of trees. */
static bool tree_applies(const struct facts *f)
{
	const struct env *env = f->env;
	u32 ino = f->obj->ino;

	if (!f->have_cross || !S_ISDIR(f->obj->inode.mode) || !object_is_live(f->obj))
		return false;
	if (f->class != CLASS_NAMESPACE && f->class != CLASS_INTERNAL && f->class != CLASS_ORPHAN)
		return false;
	return ino != 2 && ino != env->root_ino && ino != env->rpd_ino && ino != env->pending_ino;
}

static bool is_remote(const struct object *o)
{
	return object_has_lma(o) && (o->lma.incompat & LMAI_REMOTE_PARENT);
}

/* ---- dotdot-mismatch ----------------------------------------------------------------------- */

/* The directory's only name, if it is one in the name space; NULL otherwise. */
static const struct name_fact *only_name(const struct facts *f)
{
	if (f->nnames != 1 || !dir_class_is_namespace(f->names[0].dir_class))
		return NULL;
	return &f->names[0];
}

static enum outcome check_dotdot_mismatch(const struct facts *f, struct sink *sink)
{
	const struct name_fact *n;
	struct finding *fi;

	if (!tree_applies(f) || is_remote(f->obj))
		return OUT_NA;
	n = only_name(f);
	if (!n)
		return OUT_NA;
	if (f->dotdot_ino == n->dir_ino)
		return OUT_HOLDS;
	if (!f->dotdot_ino && !f->dir_read)
		return rule_unknown(sink, "the directory could not be read whole");
	fi = rule_finding(sink, f->dotdot_ino ? "\"..\" leads to another directory than the one "
						"that holds the name" :
						"the directory has no \"..\"");
	if (!fi)
		return OUT_VIOLATED;
	rule_add_name(fi, n);
	fi->other_ino = f->dotdot_ino;
	finding_u64(fi, "dotdot_ino", f->dotdot_ino);
	if (f->dotdot_has_lufid)
		finding_fid(fi, "dotdot_fid", &f->dotdot_lufid);
	rule_add_parents(fi, f);
	return OUT_VIOLATED;
}

/* ---- dotdot-fid ---------------------------------------------------------------------------- */

/* Lustre 2.1 and 2.3 knew ROOT by other FIDs than its later, or missing, LMA states. */
static bool old_root_fid(const struct facts *f)
{
	const struct fid *dotdot = &f->dotdot_lufid;

	return f->dotdot_ino == f->env->root_ino &&
	       (dotdot->seq == FID_SEQ_LOCAL_FILE || dotdot->seq == FID_SEQ_ROOT ||
		fid_is_igif(dotdot));
}

static enum outcome check_dotdot_fid(const struct facts *f, struct sink *sink)
{
	const struct name_fact *n;
	struct finding *fi;

	/* The ".." of a remote directory has the FID of a parent that is elsewhere. */
	if (!tree_applies(f) || f->class != CLASS_NAMESPACE || is_remote(f->obj) ||
	    !f->dotdot_has_lufid)
		return OUT_NA;
	n = only_name(f);
	if (!n || f->dotdot_ino != n->dir_ino)
		return OUT_NA;
	if (fid_equal(&f->dotdot_lufid, &n->dir_fid) || old_root_fid(f))
		return OUT_HOLDS;
	fi = rule_finding(sink, "\"..\" leads to the parent, but its FID is not the parent's");
	if (!fi)
		return OUT_VIOLATED;
	rule_add_name(fi, n);
	fi->other_fid = f->dotdot_lufid;
	finding_fid(fi, "dotdot_fid", &f->dotdot_lufid);
	return OUT_VIOLATED;
}

/* ---- directory-linked-twice ---------------------------------------------------------------- */

/* How much speaks for a name being the directory's own. */
static u32 name_support(const struct facts *f, u32 name)
{
	u32 support = f->names[name].dir_ino == f->dotdot_ino;
	u32 i;

	for (i = 0; i < f->nlinks; i++)
		if (f->links[i].match == name)
			return support + 2;
	return support;
}

static u32 best_name(const struct facts *f)
{
	u32 best = 0;
	u32 i;

	for (i = 1; i < f->nnames; i++)
		if (name_support(f, i) > name_support(f, best))
			best = i;
	return best;
}

/*
 * Which names are too many?  A remote directory that is open and unlinked
 * stands in REMOTE_PARENT_DIR and in PENDING, and one that is being moved between
 * MDTs in REMOTE_PARENT_DIR and its new parent: neither counts.
 */
static bool too_many(const struct facts *f)
{
	u32 rpd = rule_count_class(f, DIR_RPD);
	u32 pending = rule_count_class(f, DIR_PENDING);

	return rpd > 1 || f->nnames - rpd > 1 || pending > 1;
}

static enum outcome check_directory_linked_twice(const struct facts *f, struct sink *sink)
{
	enum outcome out = OUT_HOLDS;
	struct finding *fi;
	u32 best, i;

	if (!tree_applies(f) || !f->nnames)
		return OUT_NA;
	if (!too_many(f))
		return OUT_HOLDS;
	best = best_name(f);
	for (i = 0; i < f->nnames; i++) {
		/* The same name twice in one directory is dirent-name-duplicate. */
		if (i == best || rule_same_name(&f->names[i], &f->names[best]))
			continue;
		out = OUT_VIOLATED;
		fi = rule_finding(sink, "the directory has a name too many");
		if (!fi)
			break;
		rule_add_name(fi, &f->names[i]);
		fi->other_ino = f->names[best].dir_ino;
		finding_fid(fi, "own_parent_fid", &f->names[best].dir_fid);
		finding_name(fi, "own_name", f->names[best].name, f->names[best].namelen);
		finding_u64(fi, "names", f->nnames);
		rule_add_parents(fi, f);
		rule_decide(fi, &f->names[best].dir_fid,
			    name_support(f, best) > name_support(f, i) ? VERDICT_NAME :
									 VERDICT_UNDECIDED);
	}
	return out;
}

/* ---- directory-unreachable, directory-loop ------------------------------------------------- */

/* The name it had, as its linkEA has it. */
static void add_lost_name(struct finding *fi, const struct link_fact *l)
{
	fi->parent_fid = l->e.parent;
	if (l->where == PARENT_LOCAL)
		fi->name_key = finding_name_key(l->dir_ino, l->e.name, l->e.namelen);
	finding_fid(fi, "parent_fid", &l->e.parent);
	finding_name(fi, "name", l->e.name, l->e.namelen);
}

/* Its name is then on another MDT; what is missing of it here is remote-parent-mismatch. */
static bool linked_elsewhere(const struct facts *f)
{
	for (u32 i = 0; i < f->nlinks; i++)
		if (f->links[i].where == PARENT_FOREIGN || f->links[i].where == PARENT_UNKNOWN)
			return true;
	return false;
}

static enum outcome check_directory_unreachable(const struct facts *f, struct sink *sink)
{
	struct finding *fi;

	if (!tree_applies(f) || f->in_loop || f->class == CLASS_INTERNAL)
		return OUT_NA;
	/* One whose parent is unreachable has a name there, and is no case of its own. */
	if (f->nnames)
		return OUT_HOLDS;
	if (f->names_blind)
		return rule_unknown(
			sink, "a directory could not be read whole: the name may stand there");
	if (linked_elsewhere(f))
		return rule_unknown(sink, "the linkEA states a parent on another MDT");
	fi = rule_finding(sink, f->lost_name ? "the directory is in lost+found, and nowhere else" :
					       "no directory has a name for this directory");
	if (!fi)
		return OUT_VIOLATED;
	if (f->lost_name)
		finding_name(fi, "lost_found_name", f->lost_name, f->lost_namelen);
	fi->parent_ino = f->dotdot_ino;
	finding_u64(fi, "dotdot_ino", f->dotdot_ino);
	if (f->dotdot_has_lufid)
		finding_fid(fi, "dotdot_fid", &f->dotdot_lufid);
	if (f->nlinks)
		add_lost_name(fi, &f->links[0]);
	finding_u64(fi, "subdirs", f->subdirs);
	/* Whatever they say, the name that should be there is not. */
	rule_add_parents(fi, f);
	fi->verdict = VERDICT_NAME;
	return OUT_VIOLATED;
}

static enum outcome check_directory_loop(const struct facts *f, struct sink *sink)
{
	struct finding *fi;

	if (!tree_applies(f))
		return OUT_NA;
	if (!f->in_loop)
		return OUT_HOLDS;
	fi = rule_finding(sink, "the chain of parents of this directory comes back to it");
	if (!fi)
		return OUT_VIOLATED;
	if (f->nnames == 1)
		rule_add_name(fi, &f->names[0]);
	fi->parent_ino = f->dotdot_ino;
	finding_u64(fi, "dotdot_ino", f->dotdot_ino);
	rule_add_parents(fi, f);
	fi->verdict = VERDICT_UNDECIDED;
	return OUT_VIOLATED;
}

/* ---- the rows ----------------------------------------------------------------------------- */

RULE(dotdot_mismatch) = {
	.code = 407,
	.name = "dotdot-mismatch",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_DIRECTORIES,
	.needs = TRAIT_DIR,
	.title = "\"..\" does not lead to the parent",
	.explanation =
		"The directory's \"..\" leads to another directory than the one that holds its "
		"name. Clients walking up end in the wrong place, and a rename can build a loop.",
	.wrong = VERDICT_UNDECIDED,
	.lfsck = "LFSCK namespace: dotdot repaired",
	.remedy = "lctl lfsck_start -M FSNAME-MDTxxxx -t namespace.",
	.evidence = "parent_ino parent_fid name dotdot_ino dotdot_fid",
	.check = check_dotdot_mismatch,
};

RULE(directory_linked_twice) = {
	.code = 408,
	.name = "directory-linked-twice",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_DIRECTORIES,
	.needs = TRAIT_DIR,
	.title = "directory with several names",
	.explanation =
		"Directories cannot be hard-linked, but this one has more than one name. Removing "
		"or renaming one of them damages the other, and the tree is no tree any more.",
	.wrong = VERDICT_UNDECIDED,
	.lfsck = "LFSCK namespace: multiple-referenced",
	.remedy = "lctl lfsck_start -M FSNAME-MDTxxxx -t namespace.",
	.evidence = "parent_ino parent_fid name own_parent_fid own_name names",
	.check = check_directory_linked_twice,
};

RULE(directory_unreachable) = {
	.code = 409,
	.name = "directory-unreachable",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_DIRECTORIES,
	.needs = TRAIT_DIR,
	.title = "directory without a name",
	.explanation =
		"The directory is in use but no directory of this MDT has a name for it. It and "
		"all that hangs below it are out of reach by path. What e2fsck moves to the "
		"lost+found of the MDT (lost_found_name) is so for clients.",
	.wrong = VERDICT_NAME,
	.lfsck = "LFSCK namespace: orphan, moved to .lustre/lost+found",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace. It gives the name back where "
		"the linkEA tells it, else moves the directory to .lustre/lost+found.",
	.evidence = "lost_found_name dotdot_ino dotdot_fid parent_fid name subdirs",
	.check = check_directory_unreachable,
};

RULE(directory_loop) = {
	.code = 410,
	.name = "directory-loop",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_DIRECTORIES,
	.needs = TRAIT_DIR,
	.title = "directories in a loop",
	.explanation =
		"Going up from this directory leads back to it instead of to the root. All "
		"directories of the loop, and what hangs below them, are out of reach; walks "
		"through them may never end.",
	.wrong = VERDICT_UNDECIDED,
	.lfsck = "LFSCK namespace: orphan, moved to .lustre/lost+found",
	.remedy = "lctl lfsck_start -M FSNAME-MDTxxxx -t namespace -o.",
	.evidence = "dotdot_ino parent_ino parent_fid name",
	.check = check_directory_loop,
};

RULE(dotdot_fid) = {
	.code = 415,
	.name = "dotdot-fid",
	.severity = SEV_WARNING,
	.class = RULE_CROSS,
	.unit = UNIT_DIRECTORIES,
	.needs = TRAIT_DIR,
	.title = "\"..\" with another FID than the parent's",
	.explanation =
		"The directory's \"..\" leads to the right inode but holds another FID than that "
		"directory has. Clients that walk up by FID (NFS exports, lfs fid2path) get a "
		"stale handle or another directory.",
	.wrong = VERDICT_DOTDOT,
	.lfsck = "LFSCK namespace: dotdot repaired",
	.remedy = "lctl lfsck_start -M FSNAME-MDTxxxx -t namespace.",
	.evidence = "parent_ino parent_fid name dotdot_fid",
	.check = check_dotdot_fid,
};
