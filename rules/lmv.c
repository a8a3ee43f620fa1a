/* SPDX-License-Identifier: GPL-2.0-only */
/* lmv 7xx: what the LMV of one striped directory says by itself, and default LMVs. */
#include "rules/lmv.h"

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
	if (o->lmv_rc != -EOPNOTSUPP && !(lmv_is_striped(o) && o->lmv.pad_set))
		return OUT_HOLDS;
	fi = rule_finding(sink, o->lmv_rc ? o->lmv_why :
					    "bytes of the LMV are set that no known Lustre uses");
	if (!fi)
		return OUT_VIOLATED;
	finding_u64(fi, "lmv_size", o->ea[EA_LMV].len);
	if (!o->lmv_rc)
		lmv_add(fi, &o->lmv);
	return OUT_VIOLATED;
}

enum outcome check_lmv_index(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	struct finding *fi;

	if (!lmv_applies(f) || o->lmv.kind != LMV_SHARD)
		return OUT_NA;
	if (o->lmv.index < o->lmv.stripe_count || !lmv_is_stable(&o->lmv))
		return OUT_HOLDS;
	fi = rule_finding(sink, "the shard's index is not below its stripe count");
	if (fi)
		lmv_add(fi, &o->lmv);
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
	if (o->lmv.index == f->env->index || !lmv_is_stable(&o->lmv))
		return OUT_HOLDS;
	fi = rule_finding(sink, "the master states the index of another MDT");
	if (!fi)
		return OUT_VIOLATED;
	lmv_add(fi, &o->lmv);
	finding_u64(fi, "mdt_index", f->env->index);
	return OUT_VIOLATED;
}

enum outcome check_lmv_flag_missing(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	struct finding *fi;

	if (!lmv_applies(f) || !lmv_is_striped(o) || !rule_lma_usable(o))
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
