/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose the OST objects of a layout are: of several files (lov-object-shared), or of no
 * OST there is (lov-ost-unknown, lov-object-sequence, lov-object-future).
 *
 * The MDT's own books tell: fld has the sequences that each OST was granted, lov_objid
 * and lov_objseq the last object that this MDT created on it.
 */
#include <string.h>

#include "rules/lov.h"

#define IDIF_OST_MASK 0xffffU

/* ---- lov-object-shared --------------------------------------------------------------------- */

static bool same_object(const struct share_fact *a, const struct share_fact *b)
{
	return a->ost_idx == b->ost_idx && fid_equal(&a->object, &b->object);
}

/* How the claims on one object stand, seen from the file at hand. */
struct rivalry {
	bool other; /* another file claims it */
	bool twice; /* this file claims it twice */
	bool ours;  /* of all claimants this file has the highest number */
};

static struct rivalry rivals_of(const struct facts *f, u32 own)
{
	struct rivalry r = { .ours = true };
	u32 i;

	for (i = 0; i < f->nshares; i++) {
		const struct share_fact *s = &f->shares[i];

		if (i == own || s->pending || !same_object(s, &f->shares[own]))
			continue;
		if (s->ino != f->obj->ino) {
			r.other = true;
			r.ours = r.ours && s->ino < f->obj->ino;
		} else if (i < own) {
			/* Told of when its first claim was looked at. */
			return (struct rivalry){ .other = false };
		} else {
			r.twice = true;
		}
	}
	return r;
}

static const char *const OTHER_KEYS[] = {
	"other_file", "other_file_2", "other_file_3", "other_file_4", "other_file_5",
};

static void add_rivals(struct finding *fi, const struct facts *f, u32 own)
{
	u32 shown = 0;
	u32 i;

	finding_fid(fi, "ost_object", &f->shares[own].object);
	finding_u64(fi, "ost_index", f->shares[own].ost_idx);
	for (i = 0; i < f->nshares && shown < ARRAY_SIZE(OTHER_KEYS); i++) {
		const struct share_fact *s = &f->shares[i];

		if (s->pending || s->ino == f->obj->ino || !same_object(s, &f->shares[own]))
			continue;
		if (!shown) {
			fi->other_ino = s->ino;
			fi->other_fid = s->claimant;
		}
		finding_fid(fi, OTHER_KEYS[shown++], &s->claimant);
	}
}

/*
 * One finding a file, about its first shared object, with the number of all:
 * a layout that was copied shares them all, and for one cause.
 */
static enum outcome check_lov_object_shared(const struct facts *f, struct sink *sink)
{
	struct finding *fi = NULL;
	u32 objects = 0;
	u32 i;

	if (!f->have_cross || f->class == CLASS_FREE || !S_ISREG(f->obj->inode.mode) ||
	    !object_has_lov(f->obj))
		return OUT_NA;
	for (i = 0; i < f->nshares; i++) {
		struct rivalry r;

		if (f->shares[i].ino != f->obj->ino || f->shares[i].pending)
			continue;
		r = rivals_of(f, i);
		if (!r.twice && !(r.other && r.ours))
			continue;
		if (objects++)
			continue;
		fi = rule_finding(sink, r.other ? "another file has the same OST object" :
						  "the layout has the same OST object twice");
		if (!fi)
			return OUT_VIOLATED;
		add_rivals(fi, f, i);
	}
	if (fi) {
		finding_u64(fi, "objects", objects);
		rule_add_witnesses(fi, f);
		/* A layout that names another owner was copied from there; else who knows. */
		if (strcmp(fi->verdict, VERDICT_LAYOUT))
			fi->verdict = VERDICT_UNDECIDED;
	}
	return objects ? OUT_VIOLATED : OUT_HOLDS;
}

/* ---- what the MDT's books say of one object ------------------------------------------------- */

static const char *ost_problem(const struct env *env, const struct lov_object *o,
			       const char **unknown)
{
	if (!env->nlov_objid) {
		*unknown = "lov_objid cannot be read: it lists the OSTs there are";
		return NULL;
	}
	return o->ost_idx < env->nlov_objid ? NULL : "layout names an OST that this MDT never knew";
}

/* Sequences of the form that spells the OST: its index is in the middle. */
static const char *idif_problem(const struct lov_object *o)
{
	return (o->fid.seq >> 16 & IDIF_OST_MASK) == o->ost_idx ?
		       NULL :
		       "sequence of the object spells another OST than the layout names";
}

static const char *sequence_problem(const struct env *env, const struct lov_object *o,
				    const char **unknown)
{
	const struct fld_range *r;

	/* The oldest form has no sequence at all. */
	if (o->old_id)
		return NULL;
	if (fid_seq_is_idif(o->fid.seq))
		return idif_problem(o);
	r = env_seq_range(env, o->fid.seq);
	if (r && r->flags == FLD_RANGE_OST)
		return r->index == o->ost_idx ?
			       NULL :
			       "sequence of the object belongs to another OST than the layout names";
	if (r && r->flags == FLD_RANGE_MDT)
		return "sequence of the object belongs to an MDT";
	if (r || !env->nfld)
		*unknown = "fld does not tell whose the sequence of the OST object is";
	else if (!env->has_index || env->index)
		*unknown = "only MDT0 knows which OST has the sequence of an OST object";
	else
		return "sequence of the object was never granted to any server";
	return NULL;
}

/* Is the object one of those that lov_objid counts: made by this MDT, in the current sequence? */
static bool is_counted(const struct env *env, const struct lov_object *o)
{
	u64 seq = o->ost_idx < env->nlov_objseq ? env->lov_objseq[o->ost_idx] : 0;

	if (o->ost_idx >= env->nlov_objid || !env->lov_objid[o->ost_idx])
		return false;
	/* Before there were sequences there was but one. */
	if (!env->nlov_objseq)
		return o->old_id;
	if (fid_seq_is_idif(seq))
		return fid_seq_is_idif(o->fid.seq);
	return seq && seq == o->fid.seq;
}

static u64 object_number(const struct lov_object *o)
{
	return fid_seq_is_idif(o->fid.seq) ? (o->fid.seq & 0xffff) << 32 | o->fid.oid : o->fid.oid;
}

static const char *future_problem(const struct env *env, const struct lov_object *o,
				  const char **unknown)
{
	if (!env->nlov_objid) {
		*unknown = "lov_objid cannot be read: it has the last object of each OST";
		return NULL;
	}
	if (!is_counted(env, o) || object_number(o) <= env->lov_objid[o->ost_idx])
		return NULL;
	return "number of the object is higher than any that this MDT created on the OST";
}

bool lov_ost_holds(const struct env *env, const struct lov_object *o)
{
	const char *unknown = NULL;

	return !ost_problem(env, o, &unknown) && !sequence_problem(env, o, &unknown) &&
	       !future_problem(env, o, &unknown) && !unknown;
}

/* ---- the three rules ----------------------------------------------------------------------- */

typedef const char *slot_problem_fn(const struct env *env, const struct lov_object *o,
				    const char **unknown);

static bool fld_has_ost(const struct env *env, u32 index)
{
	u32 i;

	for (i = 0; i < env->nfld; i++)
		if (env->fld[i].flags == FLD_RANGE_OST && env->fld[i].index == index)
			return true;
	return false;
}

/* The layout, where it contradicts itself, or the MDT's books are of one mind. */
static const char *slot_verdict(const struct env *env, const struct lov_object *o)
{
	const struct fld_range *r;

	if (o->ost_idx >= env->nlov_objid)
		return env->nfld && !fld_has_ost(env, o->ost_idx) ? VERDICT_LAYOUT :
								    VERDICT_UNDECIDED;
	if (o->old_id)
		return VERDICT_UNDECIDED;
	if (fid_seq_is_idif(o->fid.seq))
		return idif_problem(o) ? VERDICT_LAYOUT : VERDICT_UNDECIDED;
	r = env_seq_range(env, o->fid.seq);
	return r && r->flags == FLD_RANGE_MDT ? VERDICT_LAYOUT : VERDICT_UNDECIDED;
}

static enum outcome bad_slot(const struct facts *f, struct sink *sink, const char *why,
			     const struct lov_walk *w, const struct lov_object *o)
{
	struct finding *fi = rule_finding(sink, why);
	const struct env *env = f->env;

	if (!fi)
		return OUT_VIOLATED;
	lov_add_component(fi, f->obj, w->comp);
	finding_u64(fi, "slot", w->slot - 1);
	finding_u64(fi, "ost_index", o->ost_idx);
	finding_fid(fi, "ost_object", &o->fid);
	finding_u64(fi, "osts", env->nlov_objid);
	if (o->ost_idx < env->nlov_objid)
		finding_u64(fi, "last_object", env->lov_objid[o->ost_idx]);
	if (o->ost_idx < env->nlov_objseq)
		finding_hex(fi, "last_sequence", env->lov_objseq[o->ost_idx]);
	fi->verdict = slot_verdict(env, o);
	return OUT_VIOLATED;
}

/* The first object with a problem.  What cannot be told makes no suspect while scanning. */
static enum outcome check_slots(const struct facts *f, struct sink *sink, slot_problem_fn *problem)
{
	const char *unknown = NULL;
	enum outcome out = OUT_NA;
	struct lov_object obj;
	struct lov_walk w;
	const char *why;

	if (!lov_of_file(f))
		return OUT_NA;
	lov_walk_begin(&w, &f->obj->lov);
	while (lov_walk_next(&w, &obj)) {
		out = OUT_HOLDS;
		why = problem(f->env, &obj, &unknown);
		if (why)
			return bad_slot(f, sink, why, &w, &obj);
	}
	if (!unknown)
		return out;
	/* True of every file here: the scan counts it and has no suspect more. */
	return f->have_cross ? rule_elsewhere(sink, unknown) : OUT_BLIND;
}

static enum outcome check_lov_ost_unknown(const struct facts *f, struct sink *sink)
{
	return check_slots(f, sink, ost_problem);
}

static enum outcome check_lov_object_sequence(const struct facts *f, struct sink *sink)
{
	return check_slots(f, sink, sequence_problem);
}

static enum outcome check_lov_object_future(const struct facts *f, struct sink *sink)
{
	return check_slots(f, sink, future_problem);
}

/* ---- the rows ----------------------------------------------------------------------------- */

RULE(lov_object_shared) = {
	.code = 606,
	.name = "lov-object-shared",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_LAYOUTS,
	.needs = TRAIT_FILE | TRAIT_LOV,
	.title = "OST object that belongs to two layouts",
	.explanation =
		"An OST object is referred to by two files, or twice by one. Writing one file "
		"changes the other, and deleting one destroys the other's data. Seen after files "
		"were restored twice with their extended attributes.",
	.wrong = VERDICT_UNDECIDED,
	.lfsck = "LFSCK layout: multiple referenced",
	.remedy =
		"Copy the data of the files away at once. lctl lfsck_start -M FSNAME-MDTxxxx -t "
		"layout leaves the object to the file that it names as its parent and gives the "
		"other a new, empty one.",
	.evidence =
		"ost_object ost_index other_file other_file_2 other_file_3 other_file_4 "
		"other_file_5 objects",
	.check = check_lov_object_shared,
};

RULE(lov_ost_unknown) = {
	.code = 610,
	.name = "lov-ost-unknown",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LAYOUTS,
	.needs = TRAIT_FILE | TRAIT_LOV,
	.title = "layout on an OST that never was",
	.explanation =
		"The layout names an OST with a higher index than any that this MDT was ever "
		"connected to (lov_objid has a place for each). The data of that stripe cannot be "
		"reached. Removed OSTs keep their place and are not meant.",
	.wrong = VERDICT_UNDECIDED,
	.lfsck = "LFSCK layout: dangling reference",
	.remedy =
		"If the OST exists, mount it and see that the MDT connects to it: lctl get_param "
		"osp.*.prealloc_status. If not, the layout is damaged: restore the file.",
	.evidence =
		"component component_id pattern slot ost_index ost_object osts last_object "
		"last_sequence",
	.blind = "lov_objid cannot be read: it lists the OSTs there are",
	.check = check_lov_ost_unknown,
	.screen = lov_screen,
};

RULE(lov_object_future) = {
	.code = 611,
	.name = "lov-object-future",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LAYOUTS,
	.needs = TRAIT_FILE | TRAIT_LOV,
	.title = "OST object that was not created yet",
	.explanation =
		"The layout names an OST object with a higher number than the last one this MDT "
		"created there (lov_objid). Either the layout is damaged, or lov_objid was put "
		"back to an older state: then the same objects will be given out again, and "
		"files will share them.",
	.wrong = VERDICT_UNDECIDED,
	.lfsck = "LFSCK layout: dangling reference, or multiple referenced later",
	.remedy =
		"Compare with the OST: lctl get_param osp.FSNAME-OSTxxxx-*.prealloc_last_id and, on "
		"the OSS, obdfilter.*.last_id. One file: treat its layout as damaged and restore "
		"it. Many files: stop the MDT before it creates more, and correct lov_objid as "
		"the Lustre manual describes for LAST_ID.",
	.evidence =
		"component component_id pattern slot ost_index ost_object osts last_object "
		"last_sequence",
	.blind = "lov_objid cannot be read: it has the last object of each OST",
	.check = check_lov_object_future,
	.screen = lov_screen,
};

RULE(lov_object_sequence) = {
	.code = 612,
	.name = "lov-object-sequence",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LAYOUTS,
	.needs = TRAIT_FILE | TRAIT_LOV,
	.title = "OST object of another server",
	.explanation =
		"The FID of an OST object begins with a sequence, and each sequence was granted "
		"to one server (the file fld). This one belongs to an MDT, to another OST than "
		"the layout names, or to nobody. The data of that stripe cannot be reached.",
	.wrong = VERDICT_UNDECIDED,
	.lfsck = "LFSCK layout: dangling reference",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t layout -o -c on. With -o LFSCK puts OST "
		"objects that no layout refers to back into their file. Many such findings for one "
		"OST: look at fld first (lctl get_param fld.*.fldb).",
	.evidence =
		"component component_id pattern slot ost_index ost_object osts last_object "
		"last_sequence",
	.blind = "the fld here does not tell which OST has the sequence of the OST object",
	.check = check_lov_object_sequence,
	.screen = lov_screen,
};
