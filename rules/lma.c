/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lma 1xx: does an object say who it is, and is it alone in saying so?
 */
#include <string.h>

#include "rules/rules.h"

/* ---- lma-missing --------------------------------------------------------------------------- */

/* A FID that some other place states for the object, if it is one Lustre 2 gave out. */
static const struct fid *lost_fid(const struct facts *f)
{
	u32 i;

	for (i = 0; i < f->noi; i++)
		if (f->oi[i].rec.ino == f->obj->ino && !fid_is_igif(&f->oi[i].rec.fid))
			return &f->oi[i].rec.fid;
	for (i = 0; i < f->nnames; i++) {
		const struct name_fact *n = &f->names[i];

		if (n->has_lufid && !n->data_bad && dir_class_is_namespace(n->dir_class) &&
		    !fid_is_igif(&n->lufid))
			return &n->lufid;
	}
	return NULL;
}

/*
 * Lustre 2.1 and 2.3 gave neither ROOT nor .lustre an LMA.  From 2.4 on they have
 * one; ROOT then is in the OI under the ROOT FID, and the entries of .lustre and
 * below it carry FIDs, which they did not before.
 */
static bool legally_without(const struct facts *f)
{
	const struct env *env = f->env;
	u32 i;

	if (f->obj->ino == env->root_ino) {
		for (i = 0; i < f->noi; i++)
			if (f->oi[i].rec.ino == f->obj->ino && fid_is_root(&f->oi[i].rec.fid))
				return false;
		return true;
	}
	if (!env->dot_lustre_ino)
		return false;
	for (i = 0; i < f->nnames; i++) {
		if (f->names[i].has_lufid)
			return false;
		if (f->names[i].dir_ino == env->dot_lustre_ino)
			return true;
	}
	return f->obj->ino == env->dot_lustre_ino;
}

#define SCRUB_NO_OLD_FIDS 0x1 /* internal flag: the device was new when the state file was made */

/* Why an object of before Lustre 2.4 may still wait for its LMA, or NULL. */
static const char *upgrade_pending(const struct env *env)
{
	const struct oi_scrub *s = &env->scrub;

	if (!env->has_scrub)
		return "there is no OI scrub state to tell whether this file system was upgraded";
	if (s->flags & SF_UPGRADE)
		return "OI scrub has not upgraded this file system yet";
	if (s->internal_flags & SCRUB_NO_OLD_FIDS || s->time_last_complete)
		return NULL;
	/*
	 * "init" is no excuse: a file system that was formatted by 2.4 or later, or
	 * restored from files, stays there for good.
	 */
	if (s->status != SS_INIT && s->status != SS_COMPLETED)
		return "OI scrub has not completed: it may not have reached this object";
	return NULL;
}

static enum outcome lma_missing(const struct facts *f, struct sink *sink, const struct fid *lost)
{
	struct finding *fi = rule_finding(sink, lost ? "an object that had a FID has lost its LMA" :
						       "the object has no LMA");

	if (!fi)
		return OUT_VIOLATED;
	if (lost) {
		fi->other_fid = *lost;
		finding_fid(fi, "lost_fid", lost);
	}
	rule_add_witnesses(fi, f);
	fi->verdict = VERDICT_LMA;
	if (f->nnames)
		rule_add_name(fi, &f->names[0]);
	return OUT_VIOLATED;
}

static enum outcome check_lma_missing(const struct facts *f, struct sink *sink)
{
	const struct fid *lost;
	const char *why;

	if (!f->have_cross || f->class != CLASS_NAMESPACE || !f->env->oi_count)
		return OUT_NA;
	if (object_has(f->obj, EA_LMA))
		return OUT_HOLDS;
	if (rule_ea_doubtful(f->obj, EA_LMA))
		return rule_unknown(sink, "the extended attributes could not be read");
	if (legally_without(f))
		return OUT_HOLDS;
	lost = lost_fid(f);
	why = upgrade_pending(f->env);
	/* Only what Lustre 1.8 made waits for an upgrade; this had an LMA once. */
	if (why && !lost)
		return rule_unknown(sink, why);
	return lma_missing(f, sink, lost);
}

/* ---- the LMA alone ------------------------------------------------------------------------- */

static enum outcome check_lma_malformed(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	struct finding *fi;

	if (!object_has(o, EA_LMA))
		return OUT_NA;
	if (o->lma_rc >= 0)
		return OUT_HOLDS;
	if (f->have_cross && (f->class == CLASS_EXEMPT || f->class == CLASS_FREE))
		return OUT_NA;
	fi = rule_finding(sink, "the LMA is too short to hold a FID");
	if (!fi)
		return OUT_VIOLATED;
	finding_u64(fi, "lma_size", o->ea[EA_LMA].len);
	finding_u64(fi, "needed", LMA_SIZE_MIN);
	if (f->have_cross)
		rule_add_witnesses(fi, f);
	fi->verdict = VERDICT_LMA;
	return OUT_VIOLATED;
}

/* What is wrong with a FID that stands in an LMA, or NULL. */
static const char *fid_insane(const struct fid *fid)
{
	if (fid_is_zero(fid))
		return "the FID in the LMA is zero";
	if (!fid_is_sane(fid))
		return "the FID in the LMA is none that Lustre gives out";
	if (!fid->oid && (fid_is_norm(fid) || fid->seq == FID_SEQ_ROOT ||
			  fid->seq == FID_SEQ_DOT_LUSTRE))
		return "the FID in the LMA has object id 0, which only a LAST_ID file has";
	return NULL;
}

static enum outcome check_lma_fid_insane(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	struct finding *fi;
	const char *what;

	if (!rule_lma_usable(o))
		return OUT_NA;
	what = fid_insane(&o->lma.fid);
	if (!what)
		return OUT_HOLDS;
	/* LAST_ID files live in O/<seq>; the scan cannot know that this is one. */
	if (f->have_cross && (f->class == CLASS_EXEMPT || f->class == CLASS_FREE ||
			      (f->class == CLASS_INTERNAL && fid_is_last_id(&o->lma.fid) &&
			       !fid_is_zero(&o->lma.fid))))
		return OUT_NA;
	fi = rule_finding(sink, what);
	if (!fi)
		return OUT_VIOLATED;
	finding_fid(fi, "lma_fid", &o->lma.fid);
	if (f->have_cross)
		rule_add_witnesses(fi, f);
	fi->verdict = VERDICT_LMA;
	return OUT_VIOLATED;
}

static enum outcome check_lma_unsupported(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	struct finding *fi;

	if (!object_has_lma(o))
		return OUT_NA;
	if (!(o->lma.incompat & ~LMAI_SUPPORTED))
		return OUT_HOLDS;
	if (f->have_cross && (f->class == CLASS_EXEMPT || f->class == CLASS_FREE))
		return OUT_NA;
	fi = rule_finding(sink, "the LMA has incompatible flags that no known Lustre understands");
	if (!fi)
		return OUT_VIOLATED;
	finding_hex(fi, "incompat", o->lma.incompat);
	finding_hex(fi, "unknown_flags", o->lma.incompat & ~LMAI_SUPPORTED);
	return OUT_VIOLATED;
}

/* ---- fid-duplicate ------------------------------------------------------------------------- */

/* The inode the OI maps the object's own FID to, 0 none. */
static u32 oi_target(const struct facts *f)
{
	u32 i;

	for (i = 0; i < f->noi; i++)
		if (fid_equal(&f->oi[i].rec.fid, &f->obj->fid))
			return f->oi[i].rec.ino;
	return 0;
}

/*
 * One finding for a pair: about the one the OI does not lead to, or, where it
 * leads to neither, about the one with the higher number.
 */
static bool duplicate_is_here(const struct facts *f)
{
	u32 target = oi_target(f);

	if (f->twin_is_agent)
		return true;
	if (target == f->obj->ino || target == f->twin_ino)
		return target == f->twin_ino;
	return f->obj->ino > f->twin_ino;
}

/*
 * Both state the FID.  Where the OI leads to the other one and nothing but the LMA
 * speaks for this one, this LMA is the copy.
 */
static void duplicate_verdict(const struct facts *f, struct finding *fi)
{
	rule_add_witnesses(fi, f);
	if (!strcmp(fi->verdict, VERDICT_UNDECIDED) && oi_target(f) == f->twin_ino &&
	    rule_lma_stands_alone(fi))
		fi->verdict = VERDICT_LMA;
}

static enum outcome check_fid_duplicate(const struct facts *f, struct sink *sink)
{
	struct finding *fi;

	if (!f->have_cross || !rule_lma_usable(f->obj) || f->class == CLASS_FREE ||
	    f->class == CLASS_EXEMPT)
		return OUT_NA;
	/* Every local name of a remote object has an agent inode of its own. */
	if (object_is_agent(f->obj))
		return OUT_NA;
	if (!f->twin_ino || !duplicate_is_here(f))
		return OUT_HOLDS;
	fi = rule_finding(sink, f->twin_is_agent ?
					"an agent inode on this MDT stands for the same FID" :
					"another inode has the same FID in its LMA");
	if (!fi)
		return OUT_VIOLATED;
	if (f->twin_is_agent)
		fi->severity = SEV_WARNING;
	fi->other_ino = f->twin_ino;
	finding_u64(fi, "other_ino", f->twin_ino);
	finding_u64(fi, "oi_ino", oi_target(f));
	if (f->twin_is_agent)
		return OUT_VIOLATED;
	/* Who the OI says is here: what another inode was copied over. */
	if (rule_oi_fid(f))
		fi->other_fid = *rule_oi_fid(f);
	duplicate_verdict(f, fi);
	return OUT_VIOLATED;
}

/* ---- the rows ----------------------------------------------------------------------------- */

RULE(lma_missing) = {
	.code = 101,
	.name = "lma-missing",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_OBJECTS,
	.title = "object of the name space without an LMA",
	.explanation =
		"Every object that clients see carries its FID in the extended attribute "
		"trusted.lma. Without it the server takes the object for one made by Lustre 1.8 "
		"and knows it by inode number and generation: opening it by its real FID fails, "
		"and for a directory the linkEA entries of all children no longer lead to it.",
	.wrong = VERDICT_LMA,
	.lfsck = "OI scrub: upgrade (gives the object an IGIF)",
	.remedy =
		"Where lost_fid is shown, stop the MDT, mount it as ldiskfs and write trusted.lma "
		"back with that FID, then run: lctl lfsck_start -M FSNAME-MDTxxxx -t scrub. "
		"Running OI scrub first gives the object a new FID made of its inode number, and "
		"handles to the old FID stay broken.",
	.evidence = "lost_fid parent_ino parent_fid name",
	.check = check_lma_missing,
};

RULE(lma_malformed) = {
	.code = 102,
	.name = "lma-malformed",
	.severity = SEV_ERROR,
	.class = RULE_RECORD,
	.unit = UNIT_LMAS,
	.needs = TRAIT_LMA,
	.title = "LMA too short",
	.explanation =
		"The extended attribute trusted.lma exists but is shorter than the 24 bytes of "
		"flags and FID. The server cannot tell which object this is and refuses it.",
	.wrong = VERDICT_LMA,
	.lfsck = "OI scrub: failed",
	.remedy =
		"Stop the MDT, mount it as ldiskfs and rewrite trusted.lma with the FID that the "
		"witnesses agree on, then run: lctl lfsck_start -M FSNAME-MDTxxxx -t "
		"scrub,namespace.",
	.evidence = "lma_size needed",
	.check = check_lma_malformed,
	.screen = lma_screen,
};

RULE(lma_fid_insane) = {
	.code = 103,
	.name = "lma-fid-insane",
	.severity = SEV_ERROR,
	.class = RULE_RECORD,
	.unit = UNIT_LMAS,
	.needs = TRAIT_LMA,
	.title = "impossible FID in an LMA",
	.explanation =
		"The FID in trusted.lma is zero, lies outside every sequence Lustre uses, or has "
		"object id 0, which is reserved. No client can have been given such a FID: the "
		"attribute was overwritten.",
	.wrong = VERDICT_LMA,
	.lfsck = "none",
	.remedy =
		"Stop the MDT, mount it as ldiskfs and rewrite trusted.lma with the FID that the "
		"witnesses agree on, then run: lctl lfsck_start -M FSNAME-MDTxxxx -t "
		"scrub,namespace.",
	.evidence = "lma_fid",
	.check = check_lma_fid_insane,
	.screen = lma_screen,
};

RULE(lma_unsupported) = {
	.code = 104,
	.name = "lma-unsupported",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LMAS,
	.needs = TRAIT_LMA,
	.title = "LMA with unknown incompatible flags",
	.explanation =
		"The LMA has an incompatible flag that is not known. A server that does not know "
		"the flag refuses the object (EOPNOTSUPP). Either a newer Lustre wrote it, or the "
		"attribute is damaged; nothing else about this object is concluded from its LMA.",
	.wrong = VERDICT_UNDECIDED,
	.lfsck = "none",
	.remedy =
		"If the file system was ever mounted by a newer Lustre, run that version again. "
		"Otherwise stop the MDT, mount it as ldiskfs and clear the flag in trusted.lma.",
	.evidence = "incompat unknown_flags",
	.check = check_lma_unsupported,
	.screen = lma_screen,
};

RULE(fid_duplicate) = {
	.code = 105,
	.name = "fid-duplicate",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_LMAS,
	.needs = TRAIT_LMA,
	.title = "two inodes with the same FID",
	.explanation =
		"A FID names one object of the whole file system, but two inodes of this MDT "
		"carry it. Which of the two a client reaches depends on whether it comes by name "
		"or by FID. Seen after inodes were copied with their extended attributes. With an "
		"agent inode as the other side (a warning) it is a leftover of a migration.",
	.wrong = VERDICT_UNDECIDED,
	.lfsck = "OI scrub: duplicate FID; LFSCK namespace: multiple-referenced",
	.remedy =
		"Compare the two objects; stop the MDT, mount it as ldiskfs and remove "
		"trusted.lma from the copy (it then gets a FID of its own from OI scrub) or "
		"delete the copy, then run: lctl lfsck_start -M FSNAME-MDTxxxx -t scrub,namespace.",
	.evidence = "other_ino oi_ino",
	.check = check_fid_duplicate,
};
