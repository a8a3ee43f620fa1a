/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Objects that wait in PENDING for their last close: known by the name they have
 * there, by a flag in the LMA, and by having no other name.
 */
#include <sys/stat.h>

#include "ondisk/fid.h"
#include "rules/rules.h"

/* The first name by which clients reach the object, NULL. */
static const struct name_fact *name_in_tree(const struct facts *f)
{
	u32 i;

	for (i = 0; i < f->nnames; i++)
		if (dir_class_is_namespace(f->names[i].dir_class))
			return &f->names[i];
	return NULL;
}

static enum outcome check_lma_orphan_flag(const struct facts *f, struct sink *sink)
{
	const struct name_fact *n;
	struct finding *fi;

	if (!rule_lma_usable(f->obj))
		return OUT_NA;
	if (!(f->obj->lma.incompat & LMAI_ORPHAN))
		return OUT_HOLDS;
	/* Whether it has a name is not known while scanning. */
	if (!f->have_cross)
		return OUT_VIOLATED;
	n = f->class == CLASS_NAMESPACE ? name_in_tree(f) : NULL;
	/* One in PENDING as well is a case for the name, not for the flag. */
	if (!n || rule_count_class(f, DIR_PENDING))
		return OUT_NA;
	fi = rule_finding(sink, "the LMA says that the object is unlinked, but it has a name");
	if (!fi)
		return OUT_VIOLATED;
	rule_add_name(fi, n);
	finding_hex(fi, "incompat", f->obj->lma.incompat);
	return OUT_VIOLATED;
}

static enum outcome check_pending_name(const struct facts *f, struct sink *sink)
{
	enum outcome out = OUT_NA;
	struct finding *fi;
	struct fid fid;
	u32 i;

	if (!f->have_cross || f->class == CLASS_FREE || f->class == CLASS_EXEMPT ||
	    !rule_lma_usable(f->obj))
		return OUT_NA;
	for (i = 0; i < f->nnames; i++) {
		const struct name_fact *n = &f->names[i];

		if (n->dir_class != DIR_PENDING)
			continue;
		if (fid_parse_pending(n->name, n->namelen, &fid)) {
			out = rule_worse(out, rule_unknown(sink, "the name in PENDING has none of "
								 "the known forms"));
			continue;
		}
		out = rule_worse(out, OUT_HOLDS);
		if (fid_equal(&fid, &f->obj->fid))
			continue;
		out = OUT_VIOLATED;
		fi = rule_finding(sink, "the name in PENDING spells another FID than the object's");
		if (!fi)
			return out;
		rule_add_name(fi, n);
		fi->other_fid = fid;
		finding_fid(fi, "name_fid", &fid);
	}
	return out;
}

static enum outcome check_pending_and_named(const struct facts *f, struct sink *sink)
{
	const struct name_fact *n;
	struct finding *fi;

	/* A directory with two names is directory-linked-twice. */
	if (!f->have_cross || f->class == CLASS_FREE || f->class == CLASS_EXEMPT ||
	    S_ISDIR(f->obj->inode.mode) || !rule_count_class(f, DIR_PENDING))
		return OUT_NA;
	n = name_in_tree(f);
	if (!n)
		return OUT_HOLDS;
	fi = rule_finding(sink, "the object waits in PENDING to be destroyed, but it has a name");
	if (!fi)
		return OUT_VIOLATED;
	rule_add_name(fi, n);
	finding_u64(fi, "nlink", f->obj->inode.nlink);
	finding_u64(fi, "names", f->nnames);
	return OUT_VIOLATED;
}

/* ---- the rows ----------------------------------------------------------------------------- */

RULE(lma_orphan_flag) = {
	.code = 110,
	.name = "lma-orphan-flag",
	.severity = SEV_ERROR,
	.class = RULE_RECORD,
	.unit = UNIT_LMAS,
	.needs = TRAIT_LMA,
	.title = "object marked as unlinked that has a name",
	.explanation =
		"The flag ORPHAN in the LMA says that the last name of the object is gone and "
		"that it is kept only while somebody has it open. But a directory has a name for "
		"it. The server takes the object for dead: opening it by this name fails.",
	.wrong = VERDICT_LMA,
	.lfsck = "LFSCK namespace: skipped as dead",
	.remedy =
		"If the object is wanted, stop the MDT, mount it as ldiskfs and clear the flag "
		"0x10 in trusted.lma. If not, remove the name from a client.",
	.evidence = "parent_ino parent_fid name incompat",
	.check = check_lma_orphan_flag,
	.screen = lma_screen,
};

RULE(pending_name) = {
	.code = 413,
	.name = "pending-name",
	.severity = SEV_WARNING,
	.class = RULE_CROSS,
	.unit = UNIT_LMAS,
	.needs = TRAIT_LMA,
	.title = "name in PENDING that is not the object's FID",
	.explanation =
		"An object that is open and unlinked waits in PENDING under a name made of its "
		"FID. This name is made of another. When the MDT starts it destroys what the "
		"names spell, and this object stays for ever.",
	.wrong = VERDICT_NAME,
	.lfsck = "none",
	.remedy =
		"Stop the MDT, mount it as ldiskfs and rename the entry in PENDING to the FID of "
		"trusted.lma (0xSEQ:0xOID:0xVER, before Lustre 2.11 the old form); the next start "
		"of the MDT destroys the object.",
	.evidence = "parent_ino parent_fid name name_fid",
	.check = check_pending_name,
};

RULE(pending_and_named) = {
	.code = 414,
	.name = "pending-and-named",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_FILES,
	.title = "file in PENDING that still has a name",
	.explanation =
		"The file waits in PENDING to be destroyed at its last close, or when the MDT "
		"starts, but a directory still has a name for it. When it is destroyed, that name "
		"leads nowhere and the data are lost.",
	.wrong = VERDICT_UNDECIDED,
	.lfsck = "none",
	.remedy =
		"Copy the file away from a client first. To keep it, stop the MDT, mount it as "
		"ldiskfs and remove its entry from PENDING, before the MDT starts again; then "
		"run: lctl lfsck_start -M FSNAME-MDTxxxx -t namespace.",
	.evidence = "parent_ino parent_fid name nlink names",
	.check = check_pending_and_named,
};
