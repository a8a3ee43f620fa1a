/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lma 1xx, where FIDs come from: the sequence must be one that this MDT has given out.
 */
#include "rules/rules.h"

/* Agents carry the FID of the object they stand for. */
static bool has_own_fid(const struct facts *f)
{
	if (!rule_lma_usable(f->obj) || object_is_agent(f->obj))
		return false;
	return !f->have_cross || (f->class != CLASS_FREE && f->class != CLASS_EXEMPT);
}

/* Has this MDT not given the sequence to anybody yet?  Clients run behind its counter. */
static bool from_the_future(const struct env *env, u64 seq)
{
	const struct seq_range *s = &env->seq_srv;

	return env->has_seq_srv && s->start && seq >= s->start && seq < s->end;
}

/* What is wrong with a sequence of clients, or NULL. */
static const char *foreign_sequence(const struct env *env, const struct fld_range *r, u64 seq)
{
	if (!env->has_index || !env->nfld)
		return NULL;
	/* Other MDTs than 0 know only ranges of their own, and not always all of them. */
	if (!r)
		return env->index ? NULL : "no range of the FLD covers the sequence of the FID";
	if (r->flags == 1)
		return "the FLD says that the sequence of the FID belongs to an OST";
	if (r->index != env->index)
		return "the FLD says that the sequence of the FID belongs to another MDT";
	return NULL;
}

/* Objects of Lustre 1.8 exist on MDT0 only; internal files of any MDT may have such FIDs. */
static bool misplaced_igif(const struct facts *f)
{
	return fid_is_igif(&f->obj->fid) && f->env->has_index && f->env->index &&
	       (!f->have_cross || f->class == CLASS_NAMESPACE);
}

static enum outcome check_fid_sequence(const struct facts *f, struct sink *sink)
{
	const struct fld_range *r;
	const char *what = NULL;
	struct finding *fi;
	bool future = false;
	u64 seq;

	if (!has_own_fid(f) || !fid_is_namespace(&f->obj->fid))
		return OUT_NA;
	seq = f->obj->fid.seq;
	r = env_seq_range(f->env, seq);
	if (fid_seq_is_norm(seq)) {
		what = foreign_sequence(f->env, r, seq);
		future = !what && from_the_future(f->env, seq);
	} else if (misplaced_igif(f)) {
		what = "the FID is one of an object of Lustre 1.8, which only MDT0 can hold";
	}
	if (future)
		what = "this MDT has not given out the sequence of the FID yet";
	if (!what)
		return OUT_HOLDS;
	fi = rule_finding(sink, what);
	if (!fi)
		return OUT_VIOLATED;
	/* Where the FLD errs, or lags, the object is still sound. */
	fi->severity = future ? SEV_ERROR : SEV_WARNING;
	finding_hex(fi, "sequence", seq);
	if (r) {
		finding_hex(fi, "range_start", r->start);
		finding_hex(fi, "range_end", r->end);
		finding_u64(fi, "range_index", r->index);
	}
	if (future)
		finding_hex(fi, "next_sequence", f->env->seq_srv.start);
	/* The OI, too, knows the object by this FID: it was given out. */
	if (future && f->have_cross && !f->oi_own)
		fi->verdict = "seq_srv";
	return OUT_VIOLATED;
}

static enum outcome check_fid_oid_width(const struct facts *f, struct sink *sink)
{
	struct finding *fi;

	if (!has_own_fid(f) || !fid_is_norm(&f->obj->fid))
		return OUT_NA;
	if (f->obj->fid.oid <= FID_OID_MAX)
		return OUT_HOLDS;
	fi = rule_finding(sink, "the object id is higher than any client counts in a sequence");
	if (!fi)
		return OUT_VIOLATED;
	finding_hex(fi, "oid", f->obj->fid.oid);
	finding_hex(fi, "highest", FID_OID_MAX);
	return OUT_VIOLATED;
}

/* ---- the LMA at once ------------------------------------------------------------------------ */

bool lma_screen(const struct facts *f)
{
	const struct lma *lma = &f->obj->lma;
	const struct fid *fid = &lma->fid;

	/* Client objects alone: they are nearly all, and the plainest to judge. */
	if (!object_has_lma(f->obj) || lma->incompat & (~LMAI_SUPPORTED | LMAI_ORPHAN | LMAI_AGENT) ||
	    !fid_is_norm(fid) || !fid->oid || fid->oid > FID_OID_MAX || fid->ver)
		return false;
	return !foreign_sequence(f->env, env_seq_range(f->env, fid->seq), fid->seq) &&
	       !from_the_future(f->env, fid->seq);
}

/* ---- the rows ----------------------------------------------------------------------------- */

RULE(fid_sequence) = {
	.code = 108,
	.name = "fid-sequence",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LMAS,
	.needs = TRAIT_LMA,
	.title = "FID of a sequence that is not this MDT's to give",
	.explanation =
		"The sequence of the object's FID belongs to another server, or to nobody, in the "
		"FID location database (fld): other MDTs look for the object elsewhere. As an "
		"error: the sequence is in the range that this MDT has not given out yet "
		"(seq_srv). A client that will be given it creates an object with the same FID.",
	.wrong = VERDICT_UNDECIDED,
	.lfsck = "none",
	.remedy =
		"If fld or seq_srv was restored from an older backup than the rest of the MDT, "
		"restore them together. Where seq_srv lags (an error), do not start the MDT "
		"before it is corrected: set its first word beyond next_sequence and beyond every "
		"sequence in use, with the MDT mounted as ldiskfs.",
	.evidence = "sequence range_start range_end range_index next_sequence",
	.check = check_fid_sequence,
	.screen = lma_screen,
};

RULE(fid_oid_width) = {
	.code = 109,
	.name = "fid-oid-width",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LMAS,
	.needs = TRAIT_LMA,
	.title = "object id beyond the width of a sequence",
	.explanation =
		"A client uses the object ids 1 to 0x20000 of a metadata sequence and then asks "
		"for a new one. No client counts as far as this FID: the LMA is damaged, or the "
		"FID was made by other software.",
	.wrong = VERDICT_UNDECIDED,
	.lfsck = "none",
	.remedy =
		"Compare the FID with the OI mapping and the name entry. Where only the LMA is "
		"wrong, stop the MDT, mount it as ldiskfs and rewrite trusted.lma; then run: lctl "
		"lfsck_start -M FSNAME-MDTxxxx -t scrub,namespace. Otherwise copy the file and "
		"remove the old one.",
	.evidence = "oid highest",
	.check = check_fid_oid_width,
	.screen = lma_screen,
};
