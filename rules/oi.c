/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * oi 2xx: the object index, which maps a FID to (inode, generation).
 */
#include <stdio.h>
#include <string.h>

#include "rules/rules.h"

static void add_record(struct finding *fi, const struct oi_fact *r)
{
	fi->oi = r->oi + 1;
	finding_u64(fi, "oi_file", r->oi);
	finding_fid(fi, "oi_fid", &r->rec.fid);
	finding_u64(fi, "oi_ino", r->rec.ino);
	finding_u64(fi, "oi_generation", r->rec.generation);
}

/* Is this an object whose OI records can be judged by its identity? */
static bool judged(const struct facts *f)
{
	return f->have_cross && f->env->oi_count && f->class != CLASS_FREE &&
	       f->class != CLASS_EXEMPT && object_is_live(f->obj);
}

static bool is_own(const struct facts *f, const struct oi_fact *r)
{
	return fid_equal(&r->rec.fid, &f->obj->fid);
}

static bool leads_here(const struct facts *f, const struct oi_fact *r)
{
	return r->rec.ino == f->obj->ino;
}

/* The record of the own FID that leads here (here), or elsewhere; NULL. */
static const struct oi_fact *own_record(const struct facts *f, bool here)
{
	u32 i;

	for (i = 0; i < f->noi; i++)
		if (is_own(f, &f->oi[i]) && leads_here(f, &f->oi[i]) == here)
			return &f->oi[i];
	return NULL;
}

/* ---- oi-missing ---------------------------------------------------------------------------- */

/* Is it one of the objects that are found without the OI? */
static bool beside_oi(const struct facts *f)
{
	const struct env *env = f->env;
	u32 i;

	if (f->obj->ino == 2 || f->obj->ino == env->rpd_ino)
		return true;
	for (i = 0; i < env->oi_count; i++)
		if (env->oi_ino[i] == f->obj->ino)
			return true;
	return false;
}

/* Is the OI file that would hold the FID one of those that are gone? */
static bool oi_file_lost(const struct env *env, const struct fid *fid)
{
	return env->oi_lost && !env->oi_ino[fid->seq & (env->oi_count - 1)];
}

/* The OI file where its mapping would be, in all that follows from that file's loss. */
static void add_own_file(const struct facts *f, struct finding *fi)
{
	u32 own = f->obj->fid.seq & (f->env->oi_count - 1);

	fi->oi = own + 1;
	finding_u64(fi, "oi_file", own);
}

static enum outcome oi_missing(const struct facts *f, struct sink *sink)
{
	const struct oi_fact *elsewhere = own_record(f, false);
	struct finding *fi = rule_finding(
		sink, elsewhere ? "the OI mapping of this FID leads to another inode" :
				  "the FID has no OI mapping");

	if (!fi)
		return OUT_VIOLATED;
	if (elsewhere) {
		fi->other_ino = elsewhere->rec.ino;
		add_record(fi, elsewhere);
	} else {
		add_own_file(f, fi);
	}
	/* Where nothing contradicts the LMA, it is the mapping that is missing or wrong. */
	rule_add_witnesses(fi, f);
	return OUT_VIOLATED;
}

static enum outcome check_oi_missing(const struct facts *f, struct sink *sink)
{
	const char *doubt;

	if (!judged(f) || f->class == CLASS_AGENT || !rule_lma_usable(f->obj) ||
	    !env_oi_due(f->env, f->obj))
		return OUT_NA;
	if (own_record(f, true) && f->oi_own != -ENOENT)
		return OUT_HOLDS;
	if (beside_oi(f))
		return OUT_NA;
	doubt = rule_oi_doubt(f->env);
	if (doubt)
		return rule_unknown(sink, doubt);
	if (f->env->backend_blind && oi_file_lost(f->env, &f->obj->fid))
		return rule_unknown(sink, "the OI file that would hold the mapping is gone");
	if (f->oi_own && f->oi_own != -ENOENT)
		return rule_unknown(sink, "the OI leaf could not be read");
	return oi_missing(f, sink);
}

/* ---- oi-dangling --------------------------------------------------------------------------- */

/* An inode without a link that is still allocated is being deleted; its mapping goes with it. */
static bool being_deleted(const struct object *o)
{
	return o->allocated && o->inode.mode && !o->inode.nlink;
}

static void oi_dangling(const struct facts *f, struct sink *sink, const struct oi_fact *r)
{
	bool beyond = r->rec.ino > f->env->info->inodes_count || !r->rec.ino;
	struct finding *fi = rule_finding(
		sink, beyond ? "the OI mapping leads to an inode number that does not exist" :
			       "the OI mapping leads to a free inode");

	if (!fi)
		return;
	fi->fid = r->rec.fid;
	fi->other_fid = r->rec.fid;
	add_record(fi, r);
}

static enum outcome check_oi_dangling(const struct facts *f, struct sink *sink)
{
	enum outcome out = OUT_NA;
	const char *doubt;
	u32 i;

	if (!f->have_cross || f->class != CLASS_FREE || being_deleted(f->obj))
		return OUT_NA;
	for (i = 0; i < f->noi; i++) {
		if (!leads_here(f, &f->oi[i]))
			continue;
		doubt = rule_oi_doubt(f->env);
		if (doubt)
			return rule_unknown(sink, doubt);
		oi_dangling(f, sink, &f->oi[i]);
		out = OUT_VIOLATED;
	}
	return out;
}

/* ---- oi-generation ------------------------------------------------------------------------- */

static enum outcome check_oi_generation(const struct facts *f, struct sink *sink)
{
	const struct oi_fact *r;
	struct finding *fi;

	if (!judged(f))
		return OUT_NA;
	r = own_record(f, true);
	if (!r)
		return OUT_NA;
	/* Generation 0 in a record fits any. */
	if (!r->rec.generation || r->rec.generation == f->obj->inode.generation)
		return OUT_HOLDS;
	if (rule_oi_doubt(f->env))
		return rule_unknown(sink, rule_oi_doubt(f->env));
	fi = rule_finding(sink, "the OI mapping has another generation than its inode");
	if (!fi)
		return OUT_VIOLATED;
	add_record(fi, r);
	finding_u64(fi, "generation", f->obj->inode.generation);
	rule_add_witnesses(fi, f);
	return OUT_VIOLATED;
}

/* ---- oi-fid-mismatch, oi-duplicate --------------------------------------------------------- */

/* Records may lead to an object without an LMA only under what it is known by. */
static bool identity_known(const struct facts *f)
{
	return rule_lma_usable(f->obj);
}

static void oi_foreign(const struct facts *f, struct sink *sink, const struct oi_fact *r,
		       const char *what)
{
	struct finding *fi = rule_finding(sink, what);

	if (!fi)
		return;
	fi->other_fid = r->rec.fid;
	add_record(fi, r);
	rule_add_witnesses(fi, f);
}

/* A finding for every record that leads here under another FID. */
static enum outcome foreign_records(const struct facts *f, struct sink *sink, const char *what)
{
	enum outcome out = OUT_HOLDS;
	u32 i;

	for (i = 0; i < f->noi; i++) {
		if (!leads_here(f, &f->oi[i]) || is_own(f, &f->oi[i]))
			continue;
		if (rule_oi_doubt(f->env))
			return rule_unknown(sink, rule_oi_doubt(f->env));
		oi_foreign(f, sink, &f->oi[i], what);
		out = OUT_VIOLATED;
	}
	return out;
}

static enum outcome check_oi_fid_mismatch(const struct facts *f, struct sink *sink)
{
	/* An LMA that is not there is for lma-missing; legally so, it proves nothing. */
	if (!judged(f) || !f->noi || !identity_known(f))
		return OUT_NA;
	if (own_record(f, true))
		return OUT_HOLDS;
	return foreign_records(f, sink,
			       "the OI maps another FID to this inode than its LMA states");
}

/* A second record of the own FID that leads here as well. */
static const struct oi_fact *second_record(const struct facts *f)
{
	const struct oi_fact *first = own_record(f, true);
	u32 i;

	for (i = 0; first && i < f->noi; i++)
		if (&f->oi[i] != first && is_own(f, &f->oi[i]) && leads_here(f, &f->oi[i]))
			return &f->oi[i];
	return NULL;
}

static enum outcome check_oi_duplicate(const struct facts *f, struct sink *sink)
{
	const struct oi_fact *again;
	enum outcome out;

	if (!judged(f) || !identity_known(f) || !own_record(f, true))
		return OUT_NA;
	out = foreign_records(f, sink, "a second FID is mapped to this inode");
	again = second_record(f);
	if (!again)
		return out;
	if (rule_oi_doubt(f->env))
		return rule_unknown(sink, rule_oi_doubt(f->env));
	oi_foreign(f, sink, again, "the FID is mapped to this inode twice");
	return OUT_VIOLATED;
}

/* ---- oi-misrouted, oi-malformed ------------------------------------------------------------ */

static enum outcome check_oi_misrouted(const struct facts *f, struct sink *sink)
{
	u32 mask = f->env->oi_count - 1;
	enum outcome out = OUT_NA;
	u32 i;

	if (!f->have_cross || !f->env->oi_count || f->env->oi_count & mask)
		return OUT_NA;
	for (i = 0; i < f->noi; i++) {
		const struct oi_fact *r = &f->oi[i];
		struct finding *fi;

		/* The object the record leads to tells of it, so that it is told once. */
		if (!leads_here(f, r))
			continue;
		out = rule_worse(out, OUT_HOLDS);
		if (r->oi == (r->rec.fid.seq & mask))
			continue;
		out = OUT_VIOLATED;
		fi = rule_finding(sink,
				  "the OI mapping stands in an OI file where nobody looks for it");
		if (!fi)
			continue;
		fi->other_fid = r->rec.fid;
		add_record(fi, r);
		finding_u64(fi, "expected_oi_file", r->rec.fid.seq & mask);
	}
	return out;
}

/* ---- the OI as a whole ---------------------------------------------------------------------- */

/* Both are about no object; see rule_oi_file_lost() and rule_oi_restored(). */
static enum outcome check_oi_file_lost(const struct facts *f, struct sink *sink)
{
	return OUT_NA;
}

static enum outcome check_oi_restored(const struct facts *f, struct sink *sink)
{
	return OUT_NA;
}

#define INO_BACKEND_ROOT 2

bool rule_oi_file_lost(struct finding *fi, const struct env *env, u32 oi)
{
	char name[24];

	if (env->oi_ino[oi] || env->backend_blind)
		return false;
	snprintf(name, sizeof(name), "oi.16.%u", oi);
	fi->oi = oi + 1;
	fi->name_key = finding_name_key(INO_BACKEND_ROOT, name, (u32)strlen(name));
	fi->what = "the OI file is not there, or its name leads to no file";
	fi->verdict = "the OI file";
	finding_u64(fi, "oi_file", oi);
	finding_u64(fi, "oi_files", env->oi_count);
	return true;
}

/* Fewer mappings than this can all be wrong by chance; so many in a hundred cannot. */
#define RESTORED_MIN 16
#define RESTORED_PERCENT 90

bool rule_oi_restored(struct finding *fi, u64 stale, u64 mappings)
{
	if (mappings < RESTORED_MIN || stale < mappings / 100 * RESTORED_PERCENT +
						       mappings % 100 * RESTORED_PERCENT / 100)
		return false;
	fi->what = "nearly every OI mapping leads to another inode than its object's";
	fi->verdict = "the OI";
	finding_u64(fi, "stale_mappings", stale);
	finding_u64(fi, "mappings", mappings);
	return true;
}

/* An OI file is judged while it is walked; see rule_index_finding(). */
static enum outcome check_oi_malformed(const struct facts *f, struct sink *sink)
{
	return OUT_NA;
}

void rule_index_finding(struct finding *f, const struct view_problem *p, u32 oi)
{
	f->ino = p->ino;
	f->oi = oi + 1;
	f->what = p->why;
	finding_u64(f, "oi_file", oi);
	finding_u64(f, "block", p->block);
	finding_u64(f, "logical_block", p->logical);
	if (p->lost_from > p->lost_to)
		return; /* nothing lies behind it */
	finding_hex(f, "lost_from", p->lost_from);
	finding_hex(f, "lost_to", p->lost_to);
}

/* ---- the rows ----------------------------------------------------------------------------- */

RULE(oi_missing) = {
	.code = 201,
	.name = "oi-missing",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_LMAS,
	.needs = TRAIT_LMA,
	.title = "FID without an OI mapping to its object",
	.explanation =
		"Clients ask for objects by FID, and the object index (oi.16.*) says which inode "
		"that is. This object's FID is not in the index, or the index leads to another "
		"inode: an open by FID fails, or reaches the wrong object until the server "
		"notices.",
	.wrong = VERDICT_OI,
	.lfsck = "OI scrub: updated",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t scrub. It runs while the MDT serves "
		"clients.",
	.evidence = "oi_file oi_fid oi_ino oi_generation",
	.check = check_oi_missing,
};

RULE(oi_dangling) = {
	.code = 202,
	.name = "oi-dangling",
	.severity = SEV_WARNING,
	.class = RULE_CROSS,
	.unit = UNIT_OI_MAPPINGS,
	.title = "OI mapping that leads to a free inode",
	.explanation =
		"A mapping of the object index leads to an inode that is not in use. By itself it "
		"is harmless: the server checks the object it finds and drops the mapping. It can "
		"also be the trace of an object that was lost.",
	.wrong = VERDICT_OI,
	.lfsck = "OI scrub: stale mapping, removed when it is met",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t scrub. Scrub walks existing inodes, so a "
		"mapping to a free inode may stay until its FID is looked up; that does no harm.",
	.evidence = "oi_file oi_fid oi_ino oi_generation",
	.check = check_oi_dangling,
};

RULE(oi_generation) = {
	.code = 203,
	.name = "oi-generation",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_OI_MAPPINGS,
	.title = "OI mapping with another generation than its inode",
	.explanation =
		"The mapping leads to the right inode number, but to an earlier or later use of "
		"it. The server takes the mapping for stale and cannot open the object by its "
		"FID. After a file-level restore this holds for nearly every object until OI "
		"scrub has run.",
	.wrong = VERDICT_OI,
	.lfsck = "OI scrub: inconsistent mapping",
	.remedy = "lctl lfsck_start -M FSNAME-MDTxxxx -t scrub.",
	.evidence = "oi_file oi_fid oi_ino oi_generation generation",
	.check = check_oi_generation,
};

RULE(oi_fid_mismatch) = {
	.code = 204,
	.name = "oi-fid-mismatch",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_OI_MAPPINGS,
	.title = "OI mapping and LMA disagree about the FID",
	.explanation =
		"The object index says that this inode is one FID, its LMA says it is another. "
		"One of the two is damaged. The witnesses (name entries, layout) usually tell "
		"which; the object cannot be opened by either FID until they agree.",
	.wrong = VERDICT_UNDECIDED,
	.lfsck = "OI scrub: inconsistent mapping",
	.remedy =
		"If the OI mapping is wrong: lctl lfsck_start -M FSNAME-MDTxxxx -t scrub. If the "
		"LMA is wrong, do not run scrub, which would believe it: stop the MDT, mount it "
		"as ldiskfs and write the right FID back to trusted.lma first.",
	.evidence = "oi_file oi_fid oi_ino oi_generation",
	.check = check_oi_fid_mismatch,
};

RULE(oi_duplicate) = {
	.code = 205,
	.name = "oi-duplicate",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_OI_MAPPINGS,
	.title = "two OI mappings lead to one inode",
	.explanation =
		"Beside the mapping of the object's own FID a second mapping leads to its inode. "
		"Whoever holds the other FID reaches the wrong object, or none; the object that "
		"FID belongs to may be without a mapping.",
	.wrong = VERDICT_OI,
	.lfsck = "OI scrub: inconsistent mapping",
	.remedy = "lctl lfsck_start -M FSNAME-MDTxxxx -t scrub.",
	.evidence = "oi_file oi_fid oi_ino oi_generation",
	.check = check_oi_duplicate,
};

RULE(oi_misrouted) = {
	.code = 206,
	.name = "oi-misrouted",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_OI_MAPPINGS,
	.title = "OI mapping in the wrong OI file",
	.explanation =
		"The sequence of a FID decides in which of the OI files its mapping stands. This "
		"one stands in another, where the server never looks for it.",
	.wrong = VERDICT_OI,
	.lfsck = "none",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t scrub adds the mapping where it belongs. "
		"The stray one stays and does no harm; to be rid of it remove the oi.16.* files "
		"with the MDT stopped and let scrub rebuild them all.",
	.evidence = "oi_file oi_fid oi_ino oi_generation expected_oi_file",
	.check = check_oi_misrouted,
};

RULE(oi_malformed) = {
	.code = 207,
	.name = "oi-malformed",
	.severity = SEV_ERROR,
	.class = RULE_INDEX,
	.unit = UNIT_OI_MAPPINGS,
	.title = "damaged block in an OI file",
	.explanation =
		"A block of an OI file cannot be read, is not what it should be, or its keys are "
		"out of order. The FIDs behind it (lost_from to lost_to, sequences) cannot be "
		"looked up, and whether their mappings are right could not be told.",
	.wrong = VERDICT_OI,
	.lfsck = "OI scrub: the OI file is recreated",
	.remedy =
		"Stop the MDT, mount it as ldiskfs, move the damaged oi.16.N away and start the "
		"MDT: it recreates the file and OI scrub fills it.",
	.evidence = "oi_file block logical_block lost_from lost_to",
	.check = check_oi_malformed,
};

RULE(oi_file_lost) = {
	.code = 208,
	.name = "oi-file-lost",
	.severity = SEV_ERROR,
	.class = RULE_INDEX,
	.unit = UNIT_OI_MAPPINGS,
	.title = "OI file that is gone",
	.explanation =
		"One of the oi.16.* files is missing, or its name leads to no file. None of the FIDs "
		"whose sequences belong to it has a mapping, so that these objects cannot be opened "
		"by FID. When the MDT starts, the server makes the file anew and starts OI scrub; "
		"until scrub has reached an object, clients may be told that it does not exist.",
	.wrong = "the OI file",
	.lfsck = "OI scrub: the OI file is recreated",
	.remedy =
		"Unmount and mount the MDT: the server makes the file and OI scrub fills it. Watch "
		"it with lctl get_param osd-*.FSNAME-MDTxxxx.oi_scrub; if it does not run: lctl "
		"lfsck_start -M FSNAME-MDTxxxx -t scrub.",
	.evidence = "oi_file oi_files",
	.check = check_oi_file_lost,
};

RULE(oi_restored) = {
	.code = 209,
	.name = "oi-restored",
	.severity = SEV_ERROR,
	.class = RULE_INDEX,
	.unit = UNIT_OI_MAPPINGS,
	.title = "file system restored file by file",
	.explanation =
		"At least nine in ten OI mappings are stale: they lead to inodes that are free, or "
		"another object's, or have another generation. That is what a restore from a "
		"file-level backup looks like, because every object gets a new inode while the "
		"oi.16.* files come back as they were. No object is damaged by that, but none can "
		"be opened by FID until the OI has been rebuilt. The state of OI scrub says nothing "
		"about it: after a restore it can read as if nothing were to do.",
	.wrong = "the OI",
	.lfsck = "OI scrub: inconsistent mappings",
	.remedy =
		"Mount the MDT and run lctl lfsck_start -M FSNAME-MDTxxxx -t scrub. Or, with the MDT "
		"stopped and mounted as ldiskfs, remove the oi.16.* files first, as the manual tells "
		"for file-level restores: the server makes them anew and fills them.",
	.evidence = "stale_mappings mappings",
	.check = check_oi_restored,
};
