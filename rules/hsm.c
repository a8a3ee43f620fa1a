/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hsm 8xx: the attributes trusted.hsm and trusted.som of a file; and lov-hsm-released,
 * whether layout and trusted.hsm agree on where the data are.
 */
#include "rules/lov.h"

/* A file's attribute, in use; its decoder may have refused it. */
static bool file_attribute(const struct facts *f, enum ea_id id)
{
	return S_ISREG(f->obj->inode.mode) && object_has(f->obj, id) && lov_applies(f);
}

/* ---- hsm-malformed, hsm-flags, som-malformed ------------------------------------------------ */

static enum outcome check_hsm_malformed(const struct facts *f, struct sink *sink)
{
	struct finding *fi;

	if (!file_attribute(f, EA_HSM))
		return OUT_NA;
	if (!f->obj->hsm_rc)
		return OUT_HOLDS;
	fi = rule_finding(sink, "trusted.hsm is too short");
	if (fi)
		finding_u64(fi, "hsm_size", f->obj->ea[EA_HSM].len);
	return OUT_VIOLATED;
}

static const char *flags_problem(u32 flags)
{
	if (flags & ~HS_KNOWN)
		return "trusted.hsm has flags that no known Lustre uses";
	if (flags & HS_DIRTY && !(flags & HS_EXISTS))
		return "copy is out of date, and there is none";
	if (flags & HS_RELEASED && flags & HS_DIRTY)
		return "data are only in the archive, and the copy there is out of date";
	if (flags & HS_RELEASED && !(flags & HS_ARCHIVED))
		return "data are only in the archive, and no copy was finished";
	if (flags & HS_LOST && !(flags & HS_ARCHIVED))
		return "copy is lost, and none was finished";
	return NULL;
}

static enum outcome check_hsm_flags(const struct facts *f, struct sink *sink)
{
	const struct hsm *h = &f->obj->hsm;
	struct finding *fi;
	const char *why;

	if (!file_attribute(f, EA_HSM) || f->obj->hsm_rc)
		return OUT_NA;
	why = flags_problem(h->flags);
	if (!why)
		return OUT_HOLDS;
	fi = rule_finding(sink, why);
	if (!fi)
		return OUT_VIOLATED;
	finding_hex(fi, "hsm_flags", h->flags);
	finding_u64(fi, "archive_id", h->archive_id);
	finding_u64(fi, "archive_version", h->archive_version);
	return OUT_VIOLATED;
}

static enum outcome check_som_malformed(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	const char *why = NULL;
	struct finding *fi;

	if (!file_attribute(f, EA_SOM) || o->som_rc == -EOPNOTSUPP)
		return OUT_NA;
	if (o->som_rc)
		why = "trusted.som is too short";
	else if (o->som.valid & ~SOM_KNOWN)
		why = "trusted.som has flags that no known Lustre uses";
	if (!why)
		return OUT_HOLDS;
	fi = rule_finding(sink, why);
	if (!fi)
		return OUT_VIOLATED;
	finding_u64(fi, "som_length", o->ea[EA_SOM].len);
	if (!o->som_rc) {
		finding_hex(fi, "som_valid", o->som.valid);
		finding_u64(fi, "som_size", o->som.size);
	}
	return OUT_VIOLATED;
}

/* ---- lov-hsm-released ---------------------------------------------------------------------- */

/* Components that have data of their own, and those of them that were released. */
static void count_released(const struct lov *l, u32 *own, u32 *released)
{
	const struct lov_comp *c;
	struct lov_comp tmp;
	u32 i;

	*own = *released = 0;
	for (i = 0; i < l->entry_count; i++) {
		c = lov_comp_at(l, i, &tmp);
		*own += !lov_is_foreign(c);
		*released += lov_is_released(c);
	}
}

static enum outcome not_agreed(const struct facts *f, struct sink *sink, const char *why,
			       u32 released)
{
	struct finding *fi = rule_finding(sink, why);

	if (!fi)
		return OUT_VIOLATED;
	finding_u64(fi, "components", f->obj->lov.entry_count);
	finding_u64(fi, "released", released);
	if (object_has_hsm(f->obj))
		finding_hex(fi, "hsm_flags", f->obj->hsm.flags);
	return OUT_VIOLATED;
}

/*
 * Both change in one transaction where the file has its name.  The volatile file they are
 * swapped with, in PENDING, gets them one after the other.
 */
static enum outcome check_lov_hsm_released(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	bool said = object_has_hsm(o) && o->hsm.flags & HS_RELEASED;
	u32 own, released;

	if (!lov_of_file(f) || (f->have_cross && f->class != CLASS_NAMESPACE))
		return OUT_NA;
	count_released(&o->lov, &own, &released);
	if (!said && !released)
		return object_has_hsm(o) ? OUT_HOLDS : OUT_NA;
	if (object_has(o, EA_HSM) && o->hsm_rc)
		return OUT_NA; /* hsm-malformed tells */
	if (rule_ea_doubtful(o, EA_HSM))
		return rule_unknown(sink, "some extended attributes cannot be read");
	if (released && released != own)
		return not_agreed(f, sink, "only some components of the layout are released",
				  released);
	if (said && !released)
		return not_agreed(f, sink, "trusted.hsm says that the data were released, "
				  "and the layout does not", released);
	if (!said && released)
		return not_agreed(f, sink, "layout is released, and trusted.hsm does not say so",
				  released);
	return OUT_HOLDS;
}

/* ---- the rows ----------------------------------------------------------------------------- */

RULE(lov_hsm_released) = {
	.code = 617,
	.name = "lov-hsm-released",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LAYOUTS,
	.needs = TRAIT_FILE | TRAIT_LOV | TRAIT_RELEASED,
	.title = "layout and HSM disagree on where the data are",
	.explanation =
		"The layout of a file says whether its data were released to an archive, and so "
		"does trusted.hsm; both change together. Here only one of them says so: a client "
		"looks for data on OSTs that are in the archive, or waits for a restore that "
		"nobody starts.",
	.wrong = VERDICT_UNDECIDED,
	.lfsck = "none",
	.remedy =
		"lfs hsm_state FILE, lfs getstripe -v FILE. When the layout is released and there "
		"is a copy: lfs hsm_set --exists --archived FILE, then lfs hsm_restore FILE. When the "
		"data are on the OSTs: lfs hsm_cancel FILE and archive it anew.",
	.evidence = "components released hsm_flags",
	.check = check_lov_hsm_released,
};

RULE(hsm_malformed) = {
	.code = 801,
	.name = "hsm-malformed",
	.severity = SEV_ERROR,
	.class = RULE_RECORD,
	.unit = UNIT_FILES,
	.needs = TRAIT_FILE | TRAIT_HSM,
	.title = "HSM attribute that cannot be read",
	.explanation =
		"trusted.hsm says whether a file has a copy in an archive and whether its data are "
		"only there. It is shorter than it can be; the server would read what happens to "
		"be behind it.",
	.wrong = VERDICT_HSM,
	.lfsck = "none",
	.remedy =
		"Find out whether the archive has the file. Unmount the MDT, mount it as ldiskfs "
		"and remove the attribute (setfattr -x trusted.hsm PATH); then archive the file "
		"anew, or import it where its data were released.",
	.evidence = "hsm_size",
	.check = check_hsm_malformed,
};

RULE(hsm_flags) = {
	.code = 802,
	.name = "hsm-flags",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_FILES,
	.needs = TRAIT_FILE | TRAIT_HSM,
	.title = "HSM state that cannot be",
	.explanation =
		"The flags in trusted.hsm contradict each other, as data that are only in the "
		"archive when no copy was finished there, or are not known. Restoring the file "
		"may fail, or bring back old data.",
	.wrong = VERDICT_HSM,
	.lfsck = "none",
	.remedy =
		"lfs hsm_state FILE shows the flags. Compare with the archive, then correct them: "
		"lfs hsm_set or lfs hsm_clear (--exists, --archived, --lost, --dirty).",
	.evidence = "hsm_flags archive_id archive_version",
	.check = check_hsm_flags,
};

RULE(som_malformed) = {
	.code = 803,
	.name = "som-malformed",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_FILES,
	.needs = TRAIT_FILE | TRAIT_SOM,
	.title = "size attribute that cannot be read",
	.explanation =
		"trusted.som keeps the size of a file as a hint for tools that ask the MDT only. "
		"It is too short, or says in an unknown way how good the hint is. Clients ask the "
		"OSTs and are not misled, unless it claims to be exact.",
	.wrong = "trusted.som",
	.lfsck = "none",
	.remedy =
		"Write to the file and close it, or run llsom_sync: the server then writes the "
		"attribute anew. Or remove it: setfattr -x trusted.som PATH on the MDT mounted as "
		"ldiskfs.",
	.evidence = "som_length som_valid som_size",
	.check = check_som_malformed,
};
