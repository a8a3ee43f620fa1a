/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lmv 7xx: striped directories.  What one LMV says by itself, what a master and
 * its shards say of each other, and where names lie.
 *
 * While a layout changes, shards and names move one by one: nothing but the LMV
 * itself is judged then.
 */
#include <sys/stat.h>

#include "ondisk/fid.h"
#include "rules/rules.h"

#define TYPE_DIR 2

static bool is_striped(const struct object *o)
{
	return o->lmv.kind == LMV_MASTER || o->lmv.kind == LMV_SHARD;
}

/* A directory clients may see, or shall; the scan does not know better. */
static bool lmv_applies(const struct facts *f)
{
	return S_ISDIR(f->obj->inode.mode) && (!f->have_cross || f->class == CLASS_NAMESPACE);
}

static bool is_stable(const struct lmv *l)
{
	return !lmv_is_changing(l);
}

static void add_lmv(struct finding *fi, const struct lmv *l)
{
	finding_u64(fi, "stripe_count", l->stripe_count);
	finding_u64(fi, "lmv_index", l->index);
	finding_hex(fi, "hash_type", l->hash_type);
}

/* ---- one LMV ------------------------------------------------------------------------------- */

enum outcome check_lmv_malformed(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	struct finding *fi;

	if (!lmv_applies(f) || !object_has(o, EA_LMV))
		return OUT_NA;
	if (o->lmv_rc != -EBADMSG)
		return OUT_HOLDS;
	fi = rule_finding(sink, o->lmv_why);
	if (fi)
		finding_u64(fi, "lmv_size", o->ea[EA_LMV].len);
	return OUT_VIOLATED;
}

enum outcome check_lmv_unsupported(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	struct finding *fi;

	if (!lmv_applies(f) || !object_has(o, EA_LMV))
		return OUT_NA;
	if (o->lmv_rc != -EOPNOTSUPP && !(is_striped(o) && o->lmv.pad_set))
		return OUT_HOLDS;
	fi = rule_finding(sink, o->lmv_rc ? o->lmv_why :
					    "bytes of the LMV are set that no known Lustre uses");
	if (!fi)
		return OUT_VIOLATED;
	finding_u64(fi, "lmv_size", o->ea[EA_LMV].len);
	if (!o->lmv_rc)
		add_lmv(fi, &o->lmv);
	return OUT_VIOLATED;
}

enum outcome check_lmv_index(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	struct finding *fi;

	if (!lmv_applies(f) || o->lmv.kind != LMV_SHARD)
		return OUT_NA;
	if (o->lmv.index < o->lmv.stripe_count || !is_stable(&o->lmv))
		return OUT_HOLDS;
	fi = rule_finding(sink, "the shard's index is not below its stripe count");
	if (fi)
		add_lmv(fi, &o->lmv);
	return OUT_VIOLATED;
}

enum outcome check_lmv_master_index(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	struct finding *fi;

	if (!lmv_applies(f) || o->lmv.kind != LMV_MASTER)
		return OUT_NA;
	if (!f->env->has_index)
		return rule_unknown(sink, "the MDT's own index is not known");
	if (o->lmv.index == f->env->index || !is_stable(&o->lmv))
		return OUT_HOLDS;
	fi = rule_finding(sink, "the master states the index of another MDT");
	if (!fi)
		return OUT_VIOLATED;
	add_lmv(fi, &o->lmv);
	finding_u64(fi, "mdt_index", f->env->index);
	return OUT_VIOLATED;
}

enum outcome check_lmv_flag_missing(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	struct finding *fi;

	if (!lmv_applies(f) || !is_striped(o) || !rule_lma_usable(o))
		return OUT_NA;
	if (o->lma.incompat & LMAI_STRIPED)
		return OUT_HOLDS;
	fi = rule_finding(sink, "the LMA lacks the flag of a striped directory");
	if (fi)
		finding_hex(fi, "incompat", o->lma.incompat);
	return OUT_VIOLATED;
}

enum outcome check_dmv_malformed(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	struct finding *fi;

	if (!lmv_applies(f) || !object_has(o, EA_DMV))
		return OUT_NA;
	if (!o->dmv_rc)
		return OUT_HOLDS;
	fi = rule_finding(sink, o->dmv_why);
	if (fi)
		finding_u64(fi, "dmv_size", o->ea[EA_DMV].len);
	return OUT_VIOLATED;
}

/* ---- lmv-shard-name ------------------------------------------------------------------------ */

/* Is it the name of a directory in a master whose layout stands still? */
static bool in_stable_master(const struct name_fact *n)
{
	return n->dir_lmv.kind == LMV_MASTER && dir_class_is_namespace(n->dir_class) &&
	       is_stable(&n->dir_lmv);
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
	if (o->lmv.kind == LMV_SHARD && is_stable(&o->lmv) && index != o->lmv.index)
		return "the shard's name and its LMV state different indices";
	return NULL;
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
	return OUT_VIOLATED;
}

/* A shard whose master is on another MDT has its name in its linkEA only. */
static enum outcome judge_remote_shard(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	struct finding *fi;
	struct fid fid;
	u32 index;

	if (o->lmv.kind != LMV_SHARD || !is_stable(&o->lmv) || !rule_lma_usable(o) ||
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

	if (f->obj->lmv.kind != LMV_MASTER || !is_stable(&f->obj->lmv))
		return OUT_NA;
	if (!f->dir_read)
		return rule_unknown(sink, "the directory could not be read whole");
	if (!f->shard_twice)
		return OUT_HOLDS;
	fi = rule_finding(sink, "two shards have the same index");
	if (fi) {
		finding_u64(fi, "name_index", f->shard_twice - 1);
		finding_u64(fi, "stripe_count", f->obj->lmv.stripe_count);
	}
	return OUT_VIOLATED;
}

enum outcome check_lmv_shard_name(const struct facts *f, struct sink *sink)
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
	if (!is_stable(&o->lmv))
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
	if (is_striped(o))
		add_lmv(fi, &o->lmv);
	return OUT_VIOLATED;
}

enum outcome check_lmv_shard_mismatch(const struct facts *f, struct sink *sink)
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

enum outcome check_lmv_shard_missing(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	struct finding *fi;

	if (!f->have_cross || !lmv_applies(f) || o->lmv.kind != LMV_MASTER)
		return OUT_NA;
	/* An LMV made anew may count stripes that are gone for good. */
	if (!is_stable(&o->lmv) || o->lmv.hash_type & LMV_F_LOST_LMV)
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

enum outcome check_lmv_master_missing(const struct facts *f, struct sink *sink)
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

enum outcome check_lmv_name_in_master(const struct facts *f, struct sink *sink)
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
	rule_add_name(fi, n);
	finding_u64(fi, "lmv_index", n->dir_lmv.index);
	finding_u64(fi, "due_index", due);
	finding_u64(fi, "stripe_count", n->dir_lmv.stripe_count);
	finding_hex(fi, "hash_type", n->dir_lmv.hash_type);
	return OUT_VIOLATED;
}

enum outcome check_lmv_name_misplaced(const struct facts *f, struct sink *sink)
{
	enum outcome out = OUT_NA;
	u32 i;

	if (!f->have_cross || f->class == CLASS_FREE)
		return OUT_NA;
	for (i = 0; i < f->nnames; i++)
		out = rule_worse(out, judge_place(f, sink, &f->names[i]));
	return out;
}
