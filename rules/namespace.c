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

static enum outcome check_dirent_dangling(const struct facts *f, struct sink *sink)
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

static enum outcome check_dirent_fid_mismatch(const struct facts *f, struct sink *sink)
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

/* What the inode holds, or another of its names, may tell what it is. */
static const char *type_verdict(const struct facts *f, u8 want)
{
	const struct object *o = f->obj;
	u32 i;

	if (S_ISDIR(o->inode.mode) ? f->dotdot_ino : S_ISREG(o->inode.mode) && object_has_lov(o))
		return VERDICT_NAME;
	for (i = 0; i < f->nnames; i++)
		if ((f->names[i].type & 0xf) == want)
			return VERDICT_NAME;
	if (!S_ISDIR(o->inode.mode) && !S_ISREG(o->inode.mode) && object_has_lov(o))
		return VERDICT_MODE;
	return VERDICT_UNDECIDED;
}

static enum outcome check_dirent_type(const struct facts *f, struct sink *sink)
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
		fi->verdict = type_verdict(f, want);
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

static enum outcome check_dirent_malformed(const struct facts *f, struct sink *sink)
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

static enum outcome check_dirent_name_duplicate(const struct facts *f, struct sink *sink)
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

static enum outcome check_dirent_name_invalid(const struct facts *f, struct sink *sink)
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

static enum outcome check_nameless_file(const struct facts *f, struct sink *sink)
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
	fi = rule_finding(sink, f->lost_name ? "the object is in lost+found, and nowhere else" :
					       "no directory has a name for the object");
	if (!fi)
		return OUT_VIOLATED;
	if (f->lost_name)
		finding_name(fi, "lost_found_name", f->lost_name, f->lost_namelen);
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

/* ---- the rows ----------------------------------------------------------------------------- */

RULE(dirent_dangling) = {
	.code = 401,
	.name = "dirent-dangling",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_NAME_ENTRIES,
	.elsewhere = ELSEWHERE_AGENTS,
	.blind = "the object that an agent inode stands for is on another MDT",
	.title = "name entry that leads to no object",
	.explanation =
		"A directory has a name whose inode is free, does not exist, or is being deleted. "
		"Clients see the name in listings, and every access to it fails.",
	.wrong = VERDICT_UNDECIDED,
	.lfsck = "LFSCK namespace: dangling name entry",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace. Without -C it keeps the name "
		"and only counts it; with -C on it creates an empty object in its place. To drop "
		"the name, remove it from a client (rm, rmdir) or with e2fsck.",
	.evidence = "dirent_fid dirent_fid_ino dirent_type parent_ino parent_fid name",
	.check = check_dirent_dangling,
};

RULE(dirent_fid_mismatch) = {
	.code = 402,
	.name = "dirent-fid-mismatch",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_NAME_ENTRIES,
	.needs = TRAIT_LMA,
	.title = "name entry and LMA disagree about the FID",
	.explanation =
		"The name entry holds a copy of its object's FID, and it differs from the FID in "
		"the object's LMA. Listings hand out the one, lookups the other: a client may get "
		"errors or the wrong object. Either the entry leads to the wrong inode, or its "
		"copy or the LMA is damaged; the witnesses tell.",
	.wrong = VERDICT_UNDECIDED,
	.lfsck = "LFSCK namespace: dirent repaired",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace. It believes the LMA: where that "
		"is the odd one out, repair trusted.lma first (MDT stopped, mounted as ldiskfs).",
	.evidence = "dirent_fid dirent_fid_ino parent_ino parent_fid name",
	.check = check_dirent_fid_mismatch,
};

RULE(dirent_type) = {
	.code = 403,
	.name = "dirent-type",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_NAME_ENTRIES,
	.title = "name entry with another file type than its inode",
	.explanation =
		"The type in the name entry (file, directory, link ...) is not the type of the "
		"inode it leads to. Programs that trust the type from a listing treat the object "
		"wrongly.",
	.wrong = VERDICT_UNDECIDED,
	.lfsck = "LFSCK namespace: bad file type",
	.remedy = "lctl lfsck_start -M FSNAME-MDTxxxx -t namespace.",
	.evidence = "parent_ino parent_fid name dirent_type inode_type",
	.check = check_dirent_type,
};

RULE(dirent_malformed) = {
	.code = 404,
	.name = "dirent-malformed",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_DIRECTORIES,
	.title = "damaged directory block or name entry",
	.explanation =
		"A block of the directory cannot be read, belongs to something else, or has an "
		"impossible entry; or the data after a name do not fit. Names behind it are lost "
		"to clients, and whether they exist could not be told. The server may take the "
		"file system read-only when it meets such a block.",
	.wrong = VERDICT_NAME,
	.lfsck = "none (e2fsck)",
	.remedy =
		"Stop the MDT and run e2fsck -f on its device, then start it and run: lctl "
		"lfsck_start -M FSNAME-MDTxxxx -t namespace.",
	.evidence = "block parent_ino parent_fid name",
	.check = check_dirent_malformed,
};

RULE(dirent_name_duplicate) = {
	.code = 405,
	.name = "dirent-name-duplicate",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_DIRECTORIES,
	.needs = TRAIT_DIR,
	.title = "directory with the same name twice",
	.explanation =
		"A name stands twice in the directory. A lookup finds one of the two, and it need "
		"not be the one that a removal takes away.",
	.wrong = VERDICT_NAME,
	.lfsck = "none (e2fsck)",
	.remedy = "Stop the MDT and run e2fsck -f on its device: it renames one of the two.",
	.evidence = "name",
	.check = check_dirent_name_duplicate,
};

RULE(dirent_name_invalid) = {
	.code = 406,
	.name = "dirent-name-invalid",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_NAME_ENTRIES,
	.title = "name that contains a slash or a NUL",
	.explanation =
		"No client can have created such a name, and none can open or remove it. The "
		"entry was overwritten. (In encrypted directories these bytes are legal and not "
		"reported.)",
	.wrong = VERDICT_NAME,
	.lfsck = "none (e2fsck)",
	.remedy =
		"Stop the MDT and run e2fsck -f on its device: it replaces the bytes. Then run: "
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace.",
	.evidence = "parent_ino parent_fid name",
	.check = check_dirent_name_invalid,
};

RULE(nameless_file) = {
	.code = 411,
	.name = "nameless-file",
	.severity = SEV_WARNING,
	.class = RULE_CROSS,
	.unit = UNIT_FILES,
	.title = "file without a name",
	.explanation =
		"The object is in use and has a FID that clients can hold, but no directory has a "
		"name for it, and it is not waiting in PENDING to be deleted. Its space is not "
		"given back, and its data cannot be reached by path. What e2fsck moves to the "
		"lost+found of the MDT (lost_found_name) is out of reach for clients, too.",
	.wrong = VERDICT_NAME,
	.lfsck = "LFSCK namespace: orphan, moved to .lustre/lost+found",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace. It gives the name back where "
		"the linkEA tells it, else moves the file to .lustre/lost+found.",
	.evidence = "lost_found_name parent_fid name nlink",
	.check = check_nameless_file,
};
