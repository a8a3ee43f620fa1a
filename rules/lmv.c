/* SPDX-License-Identifier: GPL-2.0-only */
/* lmv 7xx: what the LMV of one striped directory says by itself, and default LMVs. */
#include "rules/lmv.h"

/* ---- one LMV ------------------------------------------------------------------------------- */

static enum outcome check_lmv_malformed(const struct facts *f, struct sink *sink)
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

static enum outcome check_lmv_unsupported(const struct facts *f, struct sink *sink)
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

static enum outcome check_lmv_index(const struct facts *f, struct sink *sink)
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

static enum outcome check_lmv_master_index(const struct facts *f, struct sink *sink)
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

static bool in_master(const struct facts *f)
{
	u32 i;

	for (i = 0; i < f->nnames; i++)
		if (f->names[i].dir_lmv.kind == LMV_MASTER)
			return true;
	return false;
}

static enum outcome check_lmv_flag_missing(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	struct finding *fi;

	if (!lmv_applies(f) || !lmv_is_striped(o) || !rule_lma_usable(o))
		return OUT_NA;
	if (o->lma.incompat & LMAI_STRIPED)
		return OUT_HOLDS;
	fi = rule_finding(sink, "the LMA lacks the flag of a striped directory");
	if (!fi)
		return OUT_VIOLATED;
	finding_hex(fi, "incompat", o->lma.incompat);
	/* The names, too, say that it is striped. */
	if (f->shard_names || in_master(f))
		fi->verdict = VERDICT_LMA;
	return OUT_VIOLATED;
}

static enum outcome check_dmv_malformed(const struct facts *f, struct sink *sink)
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

/* ---- the rows ----------------------------------------------------------------------------- */

RULE(lmv_malformed) = {
	.code = 701,
	.name = "lmv-malformed",
	.severity = SEV_ERROR,
	.class = RULE_RECORD,
	.unit = UNIT_LMVS,
	.needs = TRAIT_DIR | TRAIT_LMV,
	.title = "LMV that cannot be parsed",
	.explanation =
		"The extended attribute trusted.lmv makes a directory a striped one, or a shard of "
		"one. This one is too short, has no known magic, states a stripe count that cannot "
		"be, or has no hash type. The server refuses the directory, and everything in it "
		"is out of reach.",
	.wrong = VERDICT_LMV,
	.lfsck = "LFSCK namespace: bad LMV, striped directory repaired",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace -A. It makes a master's LMV from "
		"those of the shards, and a shard's from that of the master.",
	.evidence = "lmv_size",
	.check = check_lmv_malformed,
};

RULE(lmv_unsupported) = {
	.code = 702,
	.name = "lmv-unsupported",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LMVS,
	.needs = TRAIT_DIR | TRAIT_LMV,
	.title = "LMV of a form that is not known here",
	.explanation =
		"The LMV has a magic or a hash type, or sets bytes, that no Lustre up to 2.17 "
		"uses. A newer server may have made it, or it is damaged. Nothing more is "
		"concluded about the directory.",
	.wrong = VERDICT_UNDECIDED,
	.lfsck = "LFSCK namespace: bad LMV, where LFSCK does not know it either",
	.remedy =
		"Where the file system was used with a newer Lustre: nothing, or a newer mdtcheck. "
		"Otherwise treat it as lmv-malformed.",
	.evidence = "lmv_size stripe_count lmv_index hash_type",
	.check = check_lmv_unsupported,
};

RULE(lmv_index) = {
	.code = 703,
	.name = "lmv-index",
	.severity = SEV_ERROR,
	.class = RULE_RECORD,
	.unit = UNIT_LMVS,
	.needs = TRAIT_DIR | TRAIT_LMV,
	.title = "shard with an impossible index",
	.explanation =
		"A shard of a striped directory states which stripe it is, counted from 0, and how "
		"many there are. This one is beyond the last. One of the two numbers is damaged.",
	.wrong = VERDICT_LMV,
	.lfsck = "LFSCK namespace: striped shard repaired",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace -A. It compares the LMV with the "
		"shard's name and with the master.",
	.evidence = "stripe_count lmv_index hash_type",
	.check = check_lmv_index,
};

RULE(lmv_master_index) = {
	.code = 704,
	.name = "lmv-master-index",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LMVS,
	.needs = TRAIT_DIR | TRAIT_LMV,
	.title = "striped directory that states another MDT than its own",
	.explanation =
		"The master of a striped directory states the index of the MDT it is on, and this "
		"one states another. The directory works; the LMV may be that of another one, "
		"copied by a restore.",
	.wrong = VERDICT_LMV,
	.lfsck = "LFSCK namespace: striped directory repaired",
	.remedy = "lctl lfsck_start -M FSNAME-MDTxxxx -t namespace -A puts the index right.",
	.evidence = "stripe_count lmv_index hash_type mdt_index",
	.check = check_lmv_master_index,
};

RULE(lmv_flag_missing) = {
	.code = 711,
	.name = "lmv-flag-missing",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LMVS,
	.needs = TRAIT_DIR | TRAIT_LMV,
	.title = "striped directory without the flag in its LMA",
	.explanation =
		"The server sets a flag in the LMA whenever it writes an LMV, and this directory "
		"has the LMV alone. Nothing depends on the flag today, but LMA or LMV may have "
		"been restored or written by hand. Previews of striped directories before Lustre "
		"2.7 had no flag.",
	.wrong = VERDICT_UNDECIDED,
	.lfsck = "none",
	.remedy =
		"None is needed where the directory can be listed. lfs migrate of the directory "
		"writes both anew.",
	.evidence = "incompat",
	.check = check_lmv_flag_missing,
};

RULE(dmv_malformed) = {
	.code = 712,
	.name = "dmv-malformed",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_DIRECTORIES,
	.needs = TRAIT_DIR | TRAIT_DMV,
	.title = "default LMV that cannot be used",
	.explanation =
		"The extended attribute trusted.dmv says on which MDTs, and how striped, new "
		"directories are made below this one. It cannot be parsed: making a directory "
		"there fails, or goes by the default of the file system.",
	.wrong = "the default LMV",
	.lfsck = "none",
	.remedy =
		"lfs setdirstripe -d DIRECTORY removes it; lfs setdirstripe -D with the wanted "
		"options sets a new one.",
	.evidence = "dmv_size",
	.check = check_dmv_malformed,
};
