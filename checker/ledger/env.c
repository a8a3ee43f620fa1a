/* SPDX-License-Identifier: GPL-2.0-only */
/* Questions about the MDT as a whole. */
#include "mdtcheck/env.h"

#include <sys/stat.h>

static bool range_has(const struct fld_range *r, u64 seq)
{
	return r->start <= seq && seq < r->end;
}

const struct fld_range *env_seq_range(const struct env *env, u64 seq)
{
	const struct fld_range *r = env->fld;
	u32 n, half;

	if (env->fld_home && range_has(env->fld_home, seq))
		return env->fld_home;
	/* The last range that starts at or below seq is among the n from r on. */
	for (n = env->nfld; n > 1; n -= half) {
		half = n / 2;
		r += r[half].start <= seq ? half : 0;
	}
	return n && range_has(r, seq) ? r : NULL;
}

const char *env_state_path(enum state_id id)
{
	static const char *const path[STATE_NR] = {
		[STATE_MOUNTDATA] = "//CONFIGS/mountdata",
		[STATE_LAST_RCVD] = "//last_rcvd",
		[STATE_OI_SCRUB] = "//OI_scrub",
		[STATE_FLD] = "//fld",
		[STATE_SEQ_SRV] = "//seq_srv",
		[STATE_SEQ_CTL] = "//seq_ctl",
		[STATE_LOV_OBJID] = "//lov_objid",
		[STATE_LOV_OBJSEQ] = "//lov_objseq",
		[STATE_LFSCK_NAMESPACE] = "//lfsck_namespace",
		[STATE_LFSCK_LAYOUT] = "//lfsck_layout",
	};

	return path[id];
}

static u32 mountdata_votes(const struct mountdata *m, struct index_vote *out)
{
	u32 n = 0, index;

	if (m->flags & MOUNTDATA_F_NEED_INDEX)
		return 0;
	out[n++] = (struct index_vote){ STATE_MOUNTDATA, "mountdata_index", m->svindex };
	if (mdt_name_index(m->svname, &index))
		out[n++] = (struct index_vote){ STATE_MOUNTDATA, "mountdata_name_index", index };
	return n;
}

u32 env_index_votes(const struct env *env, struct index_vote *out)
{
	u32 n = 0, index;

	if (env->has_mountdata)
		n = mountdata_votes(&env->mountdata, out);
	if (env->has_last_rcvd) {
		out[n++] = (struct index_vote){ STATE_LAST_RCVD, "last_rcvd_index",
						env->last_rcvd.index };
		if (mdt_name_index(env->last_rcvd.uuid, &index))
			out[n++] = (struct index_vote){ STATE_LAST_RCVD, "last_rcvd_name_index",
							index };
	}
	/* All zero before the first sequence was given. */
	if (env->has_seq_srv && env->seq_srv.end)
		out[n++] = (struct index_vote){ STATE_SEQ_SRV, "seq_srv_index",
						env->seq_srv.index };
	return n;
}

bool env_index_elect(const struct index_vote *vote, u32 n, u32 *index)
{
	for (u32 i = 0; i < n; i++) {
		u32 count = 0;

		for (u32 k = 0; k < n; k++)
			count += vote[k].index == vote[i].index;
		if (2 * count <= n)
			continue;
		*index = vote[i].index;
		return true;
	}
	return false;
}

bool env_lfsck_runs(const struct env *env, enum lfsck_kind kind)
{
	return !env->info->is_static && env->has_lfsck[kind] &&
	       (env->lfsck[kind].status == LS_SCANNING_PHASE1 ||
		env->lfsck[kind].status == LS_SCANNING_PHASE2);
}

bool env_lfsck_ran(const struct env *env)
{
	bool ran = false;

	for (u32 kind = 0; kind < LFSCK_NR; kind++) {
		const struct lfsck_state *a = &env->first_lfsck[kind], *b = &env->lfsck[kind];

		ran |= env_lfsck_runs(env, kind);
		ran |= env->has_lfsck[kind] &&
		       (a->status != b->status || a->success_count != b->success_count ||
			memcmp(a->times, b->times, sizeof(a->times)));
	}
	return ran;
}

bool env_scrub_ran(const struct env *env)
{
	const struct oi_scrub *a = &env->first_scrub, *b = &env->scrub;

	return !env->info->is_static && env->has_scrub &&
	       (b->status == SS_SCANNING || a->status != b->status ||
		a->time_latest_start != b->time_latest_start ||
		a->time_last_complete != b->time_last_complete);
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
