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

enum outcome check_lma_orphan_flag(const struct facts *f, struct sink *sink)
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

enum outcome check_pending_name(const struct facts *f, struct sink *sink)
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

enum outcome check_pending_and_named(const struct facts *f, struct sink *sink)
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
