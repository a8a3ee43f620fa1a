/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * inode 0xx: the inode itself, below all that Lustre keeps in it.  What is damaged here hides the
 * object from every other rule, so these name it and say what else still knows it.
 */
#include "rules/rules.h"

/* ---- what others say of it ----------------------------------------------------------------- */

/* Who it is by an OI mapping, else by a name entry; NULL. */
static const struct fid *stated_fid(const struct facts *f)
{
	const struct fid *fid = rule_oi_fid(f);

	for (u32 i = 0; i < f->nnames && !fid; i++)
		if (f->names[i].has_lufid && !f->names[i].data_bad)
			fid = &f->names[i].lufid;
	return fid;
}

/* By which its children and others that are compared with it know the object. */
static void add_stated(struct finding *fi, const struct facts *f)
{
	const struct fid *fid = stated_fid(f);

	if (f->nnames)
		rule_add_name(fi, &f->names[0]);
	finding_u64(fi, "names", f->nnames);
	finding_u64(fi, "oi_mappings", f->noi);
	if (!fid)
		return;
	finding_fid(fi, "stated_fid", fid);
	fi->other_fid = *fid;
	if (!object_has_lma(f->obj))
		fi->fid = *fid;
}

/* ---- inode-unreadable ---------------------------------------------------------------------- */

static enum outcome check_inode_unreadable(const struct facts *f, struct sink *sink)
{
	struct finding *fi;

	if (!f->have_cross || !f->unread)
		return OUT_NA;
	/* A block of the inode table may hold none that is in use. */
	if (!f->nnames && !f->noi)
		return rule_unknown(sink, "nothing leads to the inode that cannot be read");
	fi = rule_finding(sink, f->unread);
	if (fi)
		add_stated(fi, f);
	return OUT_VIOLATED;
}

/* ---- inode-marked-free --------------------------------------------------------------------- */

static enum outcome check_inode_marked_free(const struct facts *f, struct sink *sink)
{
	struct finding *fi;

	if (!f->have_cross || f->class == CLASS_FREE)
		return OUT_NA;
	if (f->obj->allocated)
		return OUT_HOLDS;
	fi = rule_finding(sink, "the inode is in use, and marked as free in the inode bitmap");
	if (!fi)
		return OUT_VIOLATED;
	add_stated(fi, f);
	finding_u64(fi, "nlink", f->obj->inode.nlink);
	return OUT_VIOLATED;
}

/* ---- ea-unreadable ------------------------------------------------------------------------- */

static enum outcome check_ea_unreadable(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	struct finding *fi;

	if (!f->have_cross || f->class == CLASS_FREE || f->class == CLASS_EXEMPT)
		return OUT_NA;
	if (!o->ea_broken)
		return OUT_HOLDS;
	fi = rule_finding(sink, o->ea_broken);
	if (!fi)
		return OUT_VIOLATED;
	add_stated(fi, f);
	if (o->inode.file_acl)
		finding_u64(fi, "ea_block", o->inode.file_acl);
	return OUT_VIOLATED;
}

/* ---- the rows ------------------------------------------------------------------------------ */

RULE(inode_unreadable) = {
	.code = 1,
	.name = "inode-unreadable",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_OBJECTS,
	.title = "inode that cannot be read",
	.explanation =
		"A name or an OI mapping leads to an inode whose place in the inode table cannot be "
		"read, or holds what is no inode. The object is out of reach, and nothing else about "
		"it can be checked; stated_fid is who it is by what leads to it. Several "
		"neighbours at once mean that a block of the inode table is lost.",
	.wrong = VERDICT_INODE,
	.lfsck = "none",
	.remedy =
		"If the device reports I/O errors, mend or copy it first. Then stop the MDT and look "
		"at what e2fsck -fn would do: it clears such an inode, and the object is lost "
		"with its layout. Restore it from a backup of the MDT if there is one.",
	.evidence = "parent_ino parent_fid name names oi_mappings stated_fid",
	.check = check_inode_unreadable,
};

RULE(inode_marked_free) = {
	.code = 2,
	.name = "inode-marked-free",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_OBJECTS,
	.title = "inode in use that is marked as free",
	.explanation =
		"The inode holds an object with links, but its bit in the inode bitmap says that it "
		"is free. The next object that is created may be given its place, and what is "
		"here is then overwritten. Until then clients may or may not reach it.",
	.wrong = VERDICT_BITMAP,
	.lfsck = "none",
	.remedy =
		"Stop the MDT soon, before its place is given away, and run e2fsck -f: it sets the "
		"bit again. Then run: lctl lfsck_start -M FSNAME-MDTxxxx -t scrub,namespace.",
	.evidence = "parent_ino parent_fid name names oi_mappings stated_fid nlink",
	.check = check_inode_marked_free,
};

RULE(ea_unreadable) = {
	.code = 3,
	.name = "ea-unreadable",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_OBJECTS,
	.title = "extended attributes that cannot be read",
	.explanation =
		"The list of the object's extended attributes, the block or the inode that holds "
		"some of them is damaged or cannot be read. Layout, FID or linkEA may be among "
		"what is lost: the object has names, but clients may get errors from it. What could "
		"not be had is not judged by other rules.",
	.wrong = VERDICT_EAS,
	.lfsck = "none",
	.remedy =
		"Keep what there is: mdtcheck inspect TARGET OBJECT --copy-to DIR. Then stop the MDT "
		"and run e2fsck -f, which removes the damaged attributes; write back those that "
		"are known, and run: lctl lfsck_start -M FSNAME-MDTxxxx -t scrub,namespace,layout.",
	.evidence = "parent_ino parent_fid name names oi_mappings stated_fid ea_block",
	.check = check_ea_unreadable,
};
