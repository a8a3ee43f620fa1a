/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lmv 7xx: what a master and its shards say of each other, and where names lie.
 *
 * While a layout changes, shards and names move one by one: nothing of this is
 * judged then.
 */
#include "ondisk/fid.h"
#include "rules/lmv.h"

#define TYPE_DIR 2

/* ---- lmv-shard-name ------------------------------------------------------------------------ */

/* Is it the name of a directory in a master whose layout stands still? */
static bool in_stable_master(const struct name_fact *n)
{
	return n->dir_lmv.kind == LMV_MASTER && dir_class_is_namespace(n->dir_class) &&
	       lmv_is_stable(&n->dir_lmv);
}

static bool shard_name(const struct name_fact *n, struct fid *fid, u32 *index)
{
	return n->type == TYPE_DIR && !fid_parse_shard(n->name, n->namelen, fid, index);
}

static const char *shard_name_problem(const struct object *o, const struct name_fact *n,
				      const struct fid *fid, u32 index)
{
	if (!fid_equal(fid, &o->fid))
		return "the shard's name holds another FID than the shard";
	if (index >= n->dir_lmv.stripe_count)
		return "the index in the shard's name is not below the stripe count";
	if (o->lmv.kind == LMV_SHARD && lmv_is_stable(&o->lmv) && index != o->lmv.index)
		return "the shard's name and its LMV state different indices";
	return NULL;
}

/* The index in the linkEA entry that belongs to the name's directory. */
static bool linked_index(const struct facts *f, const struct name_fact *n, u32 *index)
{
	struct fid fid;
	u32 i;

	for (i = 0; i < f->nlinks; i++) {
		const struct link_fact *l = &f->links[i];

		if (l->where == PARENT_LOCAL && l->dir_ino == n->dir_ino)
			return !fid_parse_shard(l->e.name, l->e.namelen, &fid, index);
	}
	return false;
}

static const char *shard_name_verdict(const struct facts *f, const struct name_fact *n,
				      const struct fid *fid, u32 index)
{
	const struct lmv *lmv = &f->obj->lmv;
	u32 linked;

	if (!fid_equal(fid, &f->obj->fid))
		return f->oi_own ? VERDICT_UNDECIDED : VERDICT_NAME;
	/* A master that counts too few stripes is not the shard's fault. */
	if (lmv->kind != LMV_SHARD || index == lmv->index)
		return VERDICT_UNDECIDED;
	/* What another shard's name says as well was changed here, be it in the linkEA, too. */
	if (index >= n->dir_lmv.stripe_count || n->dir_shard_twice == index + 1)
		return VERDICT_NAME;
	if (!linked_index(f, n, &linked))
		return VERDICT_UNDECIDED;
	if (linked == index)
		return VERDICT_LMV;
	return linked == lmv->index ? VERDICT_NAME : VERDICT_UNDECIDED;
}

static enum outcome judge_shard_name(const struct facts *f, struct sink *sink,
				     const struct name_fact *n)
{
	const struct object *o = f->obj;
	struct finding *fi;
	const char *what;
	struct fid fid;
	u32 index;

	if (!in_stable_master(n) || !shard_name(n, &fid, &index) || !rule_lma_usable(o))
		return OUT_NA;
	what = shard_name_problem(o, n, &fid, index);
	if (!what)
		return OUT_HOLDS;
	fi = rule_finding(sink, what);
	if (!fi)
		return OUT_VIOLATED;
	rule_add_name(fi, n);
	fi->other_fid = fid;
	finding_u64(fi, "name_index", index);
	finding_u64(fi, "stripe_count", n->dir_lmv.stripe_count);
	if (o->lmv.kind == LMV_SHARD)
		finding_u64(fi, "lmv_index", o->lmv.index);
	fi->verdict = shard_name_verdict(f, n, &fid, index);
	return OUT_VIOLATED;
}

/* A shard whose master is on another MDT has its name in its linkEA only. */
static enum outcome judge_remote_shard(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	struct finding *fi;
	struct fid fid;
	u32 index;

	if (o->lmv.kind != LMV_SHARD || !lmv_is_stable(&o->lmv) || !rule_lma_usable(o) ||
	    !(o->lma.incompat & LMAI_REMOTE_PARENT))
		return OUT_NA;
	if (f->nlinks != 1 || fid_parse_shard(f->links[0].e.name, f->links[0].e.namelen, &fid, &index))
		return rule_unknown(sink, "the shard's master is on another MDT");
	if (fid_equal(&fid, &o->fid) && index == o->lmv.index)
		return OUT_HOLDS;
	fi = rule_finding(sink, "the shard's linkEA and its LMV contradict each other");
	if (!fi)
		return OUT_VIOLATED;
	fi->other_fid = fid;
	fi->parent_fid = f->links[0].e.parent;
	finding_fid(fi, "parent_fid", &f->links[0].e.parent);
	finding_name(fi, "name", f->links[0].e.name, f->links[0].e.namelen);
	finding_u64(fi, "name_index", index);
	finding_u64(fi, "stripe_count", o->lmv.stripe_count);
	finding_u64(fi, "lmv_index", o->lmv.index);
	return OUT_VIOLATED;
}

/* Two shards that claim one place: of the master. */
static enum outcome judge_indices(const struct facts *f, struct sink *sink)
{
	struct finding *fi;

	if (f->obj->lmv.kind != LMV_MASTER || !lmv_is_stable(&f->obj->lmv))
		return OUT_NA;
	if (!f->dir_read)
		return rule_unknown(sink, "the directory could not be read whole");
	if (!f->shard_twice)
		return OUT_HOLDS;
	fi = rule_finding(sink, "two shards have the same index");
	if (fi) {
		finding_u64(fi, "name_index", f->shard_twice - 1);
		finding_u64(fi, "stripe_count", f->obj->lmv.stripe_count);
		fi->verdict = VERDICT_NAME;
	}
	return OUT_VIOLATED;
}

static enum outcome check_lmv_shard_name(const struct facts *f, struct sink *sink)
{
	enum outcome out;
	u32 i;

	if (!f->have_cross || !S_ISDIR(f->obj->inode.mode) ||
	    (f->class != CLASS_NAMESPACE && f->class != CLASS_AGENT))
		return OUT_NA;
	out = judge_remote_shard(f, sink);
	out = rule_worse(out, judge_indices(f, sink));
	for (i = 0; i < f->nnames; i++)
		out = rule_worse(out, judge_shard_name(f, sink, &f->names[i]));
	return out;
}

/* ---- lmv-shard-mismatch -------------------------------------------------------------------- */

static const char *shard_problem(const struct object *o, const struct lmv *master)
{
	if (o->lmv.kind == LMV_ABSENT)
		return "the shard has no LMV";
	if (o->lmv.kind != LMV_SHARD)
		return "the LMV of the shard is not a shard's";
	if (!lmv_is_stable(&o->lmv))
		return NULL;
	if (o->lmv.stripe_count != master->stripe_count)
		return "shard and master state different stripe counts";
	/* LFSCK gives a hash type up in the master alone. */
	if ((o->lmv.hash_type ^ master->hash_type) & LMV_HASH_MASK &&
	    !(master->hash_type & LMV_F_BAD_TYPE))
		return "shard and master state different hash types";
	return NULL;
}

static enum outcome judge_shard(const struct facts *f, struct sink *sink, const struct name_fact *n)
{
	const struct object *o = f->obj;
	struct finding *fi;
	const char *what;
	struct fid fid;
	u32 index;

	if (!in_stable_master(n) || !shard_name(n, &fid, &index))
		return OUT_NA;
	if (f->class == CLASS_AGENT)
		return rule_unknown(sink, "the shard is on another MDT");
	if (rule_ea_doubtful(o, EA_LMV))
		return rule_unknown(sink, "the extended attributes could not be read");
	if (o->lmv.kind == LMV_UNUSABLE)
		return OUT_NA;
	what = shard_problem(o, &n->dir_lmv);
	if (!what)
		return OUT_HOLDS;
	fi = rule_finding(sink, what);
	if (!fi)
		return OUT_VIOLATED;
	rule_add_name(fi, n);
	finding_u64(fi, "master_stripe_count", n->dir_lmv.stripe_count);
	finding_hex(fi, "master_hash_type", n->dir_lmv.hash_type);
	if (lmv_is_striped(o))
		lmv_add(fi, &o->lmv);
	if (o->lmv.kind != LMV_SHARD)
		fi->verdict = VERDICT_LMV;
	return OUT_VIOLATED;
}

static enum outcome check_lmv_shard_mismatch(const struct facts *f, struct sink *sink)
{
	enum outcome out = OUT_NA;
	u32 i;

	if (!f->have_cross || !S_ISDIR(f->obj->inode.mode) ||
	    (f->class != CLASS_NAMESPACE && f->class != CLASS_AGENT))
		return OUT_NA;
	for (i = 0; i < f->nnames; i++)
		out = rule_worse(out, judge_shard(f, sink, &f->names[i]));
	return out;
}

/* ---- the master's names as a whole --------------------------------------------------------- */

static enum outcome check_lmv_shard_missing(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	struct finding *fi;

	if (!f->have_cross || !lmv_applies(f) || o->lmv.kind != LMV_MASTER)
		return OUT_NA;
	/* An LMV made anew may count stripes that are gone for good. */
	if (!lmv_is_stable(&o->lmv) || o->lmv.hash_type & LMV_F_LOST_LMV)
		return OUT_NA;
	if (!f->dir_read)
		return rule_unknown(sink, "the directory could not be read whole");
	if (f->shard_indices >= o->lmv.stripe_count)
		return OUT_HOLDS;
	fi = rule_finding(sink, "the master has no name for some of its shards");
	if (fi) {
		finding_u64(fi, "stripe_count", o->lmv.stripe_count);
		finding_u64(fi, "shards_named", f->shard_indices);
	}
	return OUT_VIOLATED;
}

static enum outcome check_lmv_master_missing(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	struct finding *fi;

	if (!f->have_cross || !lmv_applies(f) || object_has(o, EA_LMV))
		return OUT_NA;
	if (!dir_class_is_namespace(f->own_class))
		return OUT_NA;
	if (!f->shard_names)
		return f->dir_read ? OUT_HOLDS :
				     rule_unknown(sink, "the directory could not be read whole");
	if (rule_ea_doubtful(o, EA_LMV))
		return rule_unknown(sink, "the extended attributes could not be read");
	fi = rule_finding(sink, "the directory holds shards, and has no LMV");
	if (fi)
		finding_u64(fi, "shards_named", f->shard_names);
	return OUT_VIOLATED;
}

static enum outcome check_lmv_name_in_master(const struct facts *f, struct sink *sink)
{
	enum outcome out = OUT_NA;
	struct finding *fi;
	struct fid fid;
	u32 index;
	u32 i;

	if (!f->have_cross || f->class == CLASS_FREE)
		return OUT_NA;
	for (i = 0; i < f->nnames; i++) {
		const struct name_fact *n = &f->names[i];

		if (!in_stable_master(n))
			continue;
		out = rule_worse(out, OUT_HOLDS);
		if (shard_name(n, &fid, &index))
			continue;
		out = OUT_VIOLATED;
		fi = rule_finding(sink, "a name that is no shard's stands in the master");
		if (!fi)
			return out;
		rule_add_name(fi, n);
	}
	return out;
}

/* ---- lmv-name-misplaced -------------------------------------------------------------------- */

static enum outcome judge_place(const struct facts *f, struct sink *sink, const struct name_fact *n)
{
	struct finding *fi;
	u32 due;

	if (n->dir_lmv.kind != LMV_SHARD || !dir_class_is_namespace(n->dir_class))
		return OUT_NA;
	if (lmv_name_fits(&n->dir_lmv, n->name, n->namelen, n->dir_encrypted, &due))
		return OUT_HOLDS;
	if (n->shard_trust == SHARD_DOUBTFUL)
		return rule_unknown(sink, n->shard_doubt);
	if (n->shard_trust == SHARD_UNASKED)
		return OUT_NA;
	fi = rule_finding(sink, "the name is not in the shard that its hash tells");
	if (!fi)
		return OUT_VIOLATED;
	/* The master may be one whose hash type LFSCK has given up: names may then lie anywhere. */
	if (n->shard_trust == SHARD_ALONE)
		fi->severity = SEV_WARNING;
	else
		fi->verdict = VERDICT_NAME;
	rule_add_name(fi, n);
	finding_u64(fi, "lmv_index", n->dir_lmv.index);
	finding_u64(fi, "due_index", due);
	finding_u64(fi, "stripe_count", n->dir_lmv.stripe_count);
	finding_hex(fi, "hash_type", n->dir_lmv.hash_type);
	return OUT_VIOLATED;
}

static enum outcome check_lmv_name_misplaced(const struct facts *f, struct sink *sink)
{
	enum outcome out = OUT_NA;
	u32 i;

	if (!f->have_cross || f->class == CLASS_FREE)
		return OUT_NA;
	for (i = 0; i < f->nnames; i++)
		out = rule_worse(out, judge_place(f, sink, &f->names[i]));
	return out;
}

/* ---- the rows ----------------------------------------------------------------------------- */

RULE(lmv_shard_name) = {
	.code = 705,
	.name = "lmv-shard-name",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_LMVS,
	.needs = TRAIT_DIR,
	.title = "shard whose name contradicts it",
	.explanation =
		"A master has a name [FID]:INDEX for each of its shards; FID and INDEX must be "
		"those of the shard, INDEX below the stripe count, and no two alike. Where they "
		"are not, the server does not find the shard, or refuses the whole directory. "
		"Where the master is on another MDT, the name is taken from the shard's linkEA.",
	.wrong = VERDICT_UNDECIDED,
	.lfsck = "LFSCK namespace: striped shard repaired, dirent repaired",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace -A. Where two shards claim one "
		"index and nothing tells which is right, it makes the directory read-only without "
		"its LMV, and the shards show up in it: sort the files by hand then.",
	.evidence = "parent_ino parent_fid name name_index stripe_count lmv_index",
	.check = check_lmv_shard_name,
};

RULE(lmv_shard_mismatch) = {
	.code = 706,
	.name = "lmv-shard-mismatch",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_LMVS,
	.needs = TRAIT_DIR,
	.title = "shard that does not agree with its master",
	.explanation =
		"Master and shards of a striped directory state the same stripe count and hash "
		"type, and each shard has an LMV that marks it as one. Clients go by the master; "
		"LFSCK does not check the names in a shard that disagrees.",
	.wrong = VERDICT_UNDECIDED,
	.lfsck = "LFSCK namespace: striped shard repaired",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace -A. It believes the master, as "
		"clients do.",
	.evidence =
		"parent_ino parent_fid name master_stripe_count master_hash_type stripe_count "
		"lmv_index hash_type",
	.check = check_lmv_shard_mismatch,
};

RULE(lmv_shard_missing) = {
	.code = 707,
	.name = "lmv-shard-missing",
	.severity = SEV_WARNING,
	.class = RULE_CROSS,
	.unit = UNIT_LMVS,
	.needs = TRAIT_DIR | TRAIT_LMV,
	.title = "striped directory with fewer shards than stripes",
	.explanation =
		"The master does not name as many shards as it has stripes. Names that belong into "
		"a missing shard cannot be found or made. The shard may still be there, on this "
		"MDT or another, without its name; or its MDT was removed for good.",
	.wrong = VERDICT_UNDECIDED,
	.lfsck = "LFSCK namespace: lost shard, re-created empty",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace -A -o. It gives a shard that has "
		"lost its name the name back, and makes an empty one where there is none.",
	.evidence = "stripe_count shards_named",
	.check = check_lmv_shard_missing,
};

RULE(lmv_master_missing) = {
	.code = 708,
	.name = "lmv-master-missing",
	.severity = SEV_WARNING,
	.class = RULE_CROSS,
	.unit = UNIT_DIRECTORIES,
	.needs = TRAIT_DIR,
	.title = "directory that holds shards without being striped",
	.explanation =
		"Directories in it are called like shards, [FID]:INDEX with their own FIDs, but it "
		"has no LMV. A striped directory has lost it: clients see the shards as "
		"directories, and not the files in their place. LFSCK leaves such a directory "
		"read-only where it could not put it right.",
	.wrong = VERDICT_LMV,
	.lfsck = "LFSCK namespace: striped directory repaired (master LMV lost)",
	.remedy =
		"Make nothing in the directory. lctl lfsck_start -M FSNAME-MDTxxxx -t namespace -A "
		"makes the LMV anew from the shards', unless new files stand beside them.",
	.evidence = "shards_named",
	.check = check_lmv_master_missing,
};

RULE(lmv_name_in_master) = {
	.code = 709,
	.name = "lmv-name-in-master",
	.severity = SEV_WARNING,
	.class = RULE_CROSS,
	.unit = UNIT_LMVS,
	.title = "name beside the shards of a striped directory",
	.explanation =
		"A master holds the names of its shards and no others. Clients look for a name in "
		"the shards only, so this one cannot be reached.",
	.wrong = VERDICT_NAME,
	.lfsck = "LFSCK namespace: bad dirent in a striped directory, removed",
	.remedy =
		"LFSCK (lctl lfsck_start -M FSNAME-MDTxxxx -t namespace -A) removes the name; a "
		"file without another name then comes to .lustre/lost+found with -o.",
	.evidence = "parent_ino parent_fid name",
	.check = check_lmv_name_in_master,
};

RULE(lmv_name_misplaced) = {
	.code = 710,
	.name = "lmv-name-misplaced",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_SHARD_NAMES,
	.title = "name in the wrong shard",
	.explanation =
		"The hash of a name tells in which shard of a striped directory it lies, and this "
		"name is in another one. Listing the directory shows the name, but clients that "
		"look it up ask the other shard and do not find it. It is a warning where the "
		"master is on another MDT and cannot be asked.",
	.wrong = VERDICT_UNDECIDED,
	.lfsck = "LFSCK namespace: bad name hash",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace -A. It marks the hash type of the "
		"directory as bad, so that names are looked for in all shards; then copy the files "
		"into a new directory.",
	.evidence = "parent_ino parent_fid name lmv_index due_index stripe_count hash_type",
	.check = check_lmv_name_misplaced,
};
