/* SPDX-License-Identifier: GPL-2.0-only */
/* Questions about the MDT as a whole. */
#include "mdtcheck/env.h"

#include <sys/stat.h>

const struct fld_range *env_seq_range(const struct env *env, u64 seq)
{
	u32 lo = 0, hi = env->nfld;

	/* The last range that starts at or below seq. */
	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (env->fld[mid].start <= seq)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (!lo || seq >= env->fld[lo - 1].end)
		return NULL;
	return &env->fld[lo - 1];
}

enum seq_owner env_seq_owner(const struct env *env, u64 seq)
{
	const struct fld_range *r;

	/* Server-local sequences are in no fld, and never those of another MDT. */
	if (seq == FID_SEQ_ROOT || seq == FID_SEQ_DOT_LUSTRE)
		return env->root_ino ? SEQ_OURS : env->has_index && env->index ? SEQ_OTHER_MDT :
										SEQ_UNKNOWN;
	if (!fid_seq_is_norm(seq) && !fid_seq_is_igif(seq))
		return SEQ_OURS;
	r = env_seq_range(env, seq);
	if (r && r->flags == FLD_RANGE_OST)
		return SEQ_OST;
	if (r && env->has_index)
		return r->index == env->index ? SEQ_OURS : SEQ_OTHER_MDT;
	/* MDTs other than 0 know only their own range: the rest is elsewhere. */
	if (!r && env->nfld && env->has_index && env->index)
		return SEQ_OTHER_MDT;
	return SEQ_UNKNOWN;
}

bool env_is_exempt_ino(const struct env *env, u32 ino)
{
	const struct view_info *info = env->info;

	if (ino == 2)
		return false;
	if (ino < info->first_ino || ino == info->journal_ino)
		return true;
	return ino == info->quota_ino[0] || ino == info->quota_ino[1] || ino == info->quota_ino[2];
}

bool env_oi_due(const struct env *env, const struct object *o)
{
	const struct fid *f = &o->fid;

	if (!env->oi_count || !object_has_lma(o))
		return false;
	if (o->lma.incompat & ~(u32)LMAI_SUPPORTED || o->lma.incompat & LMAI_AGENT)
		return false;
	if (o->lma.compat & (LMAC_NOT_IN_OI | LMAC_FID_ON_OST))
		return false;
	/* The backend root; Lustre 2.4 made REMOTE_PARENT_DIR without the flag. */
	if (o->ino == 2 || o->ino == env->rpd_ino)
		return false;
	if (fid_is_last_id(f) || fid_is_zero(f) || !fid_is_sane(f))
		return false;
	return f->seq >= FID_SEQ_LLOG_NAME && !fid_seq_is_idif(f->seq);
}
