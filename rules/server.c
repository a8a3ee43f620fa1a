/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * server 9xx: the files in which the server keeps its own state.  Judged once for the
 * whole target; what they look at is all in env.
 */
#include <string.h>

#include "rules/rules.h"

/* A finding about a state file. */
static struct finding *state_finding(struct sink *sink, const struct env *env, enum state_id id,
				     const char *what)
{
	const struct state_file *s = &env->state[id];
	struct finding *fi = rule_finding(sink, what);

	if (!fi)
		return NULL;
	fi->ino = s->ino;
	fi->generation = s->generation;
	fi->mode = s->mode;
	fi->fid = s->fid;
	return fi;
}

/* ---- oi-scrub-state ------------------------------------------------------------------------ */

static const char *scrub_status_text(const struct env *env)
{
	static const char *const text[] = {
		[SS_FAILED] = "OI scrub has failed",
		[SS_STOPPED] = "OI scrub was stopped before it was done",
		[SS_PAUSED] = "OI scrub was interrupted by an unmount, and goes on after the next mount",
		[SS_CRASHED] = "OI scrub was interrupted by a crash of the server",
	};
	u16 status = env->scrub.status;

	if (status == SS_SCANNING)
		return env->info->is_static ? "OI scrub was running when the server went down" :
					      "OI scrub is running";
	/* Never run: so it is on most healthy MDTs, and on a restored one too. */
	if (status == SS_INIT || status == SS_COMPLETED)
		return NULL;
	return status < ARRAY_SIZE(text) ? text[status] :
					   "the status of OI scrub is none that is known";
}

/* What OI scrub itself knows to be left to do. */
static const char *scrub_flags_text(u64 flags)
{
	if (flags & SF_RECREATED)
		return "OI files were made anew, and OI scrub has not filled them yet";
	if (flags & SF_INCONSISTENT)
		return "OI scrub knows of wrong mappings that it has not repaired";
	if (flags & SF_UPGRADE)
		return "objects of an older Lustre are left that OI scrub has not converted";
	return NULL;
}

static enum outcome check_oi_scrub_state(const struct facts *f, struct sink *sink)
{
	static const char *const name[] = { "init",    "scanning", "completed", "failed",
					    "stopped", "paused",   "crashed" };
	const struct oi_scrub *s = &f->env->scrub;
	const char *what;
	struct finding *fi;

	if (!f->env->has_scrub)
		return OUT_NA;
	what = scrub_status_text(f->env);
	if (!what)
		what = scrub_flags_text(s->flags);
	if (!what)
		return OUT_HOLDS;
	fi = state_finding(sink, f->env, STATE_OI_SCRUB, what);
	if (!fi)
		return OUT_VIOLATED;
	if (s->status < ARRAY_SIZE(name))
		finding_text(fi, "status", name[s->status]);
	else
		finding_u64(fi, "status", s->status);
	finding_hex(fi, "flags", s->flags);
	if (s->time_last_complete > 0)
		finding_time(fi, "last_complete", (u64)s->time_last_complete);
	return OUT_VIOLATED;
}

/* ---- lfsck-state --------------------------------------------------------------------------- */

static const char *lfsck_status_text(const struct env *env, enum lfsck_kind kind)
{
	static const char *const text[LS_NR] = {
		[LS_FAILED] = "LFSCK has failed",
		[LS_STOPPED] = "LFSCK was stopped before it was done",
		[LS_PAUSED] = "LFSCK was interrupted by an unmount, and goes on after the next mount",
		[LS_CRASHED] = "LFSCK was interrupted by a crash of the server",
		[LS_PARTIAL] = "LFSCK has run, but not all targets took part to the end",
		[LS_CO_FAILED] = "LFSCK has failed because it failed where it was started",
		[LS_CO_STOPPED] = "LFSCK was stopped where it was started, before it was done",
		[LS_CO_PAUSED] = "LFSCK was interrupted because it was where it was started",
	};
	u32 status = env->lfsck[kind].status;

	if (status == LS_SCANNING_PHASE1 || status == LS_SCANNING_PHASE2)
		return env->info->is_static ? "LFSCK was running when the server went down" :
					      "LFSCK is running";
	if (status == LS_INIT || status == LS_COMPLETED)
		return NULL;
	return status < LS_NR ? text[status] : "the status of LFSCK is none that is known";
}

static const char *lfsck_flags_text(u32 flags)
{
	if (flags & LF_INCONSISTENT)
		return "LFSCK has found inconsistencies that it did not repair";
	if (flags & LF_INCOMPLETE)
		return "LFSCK was restarted on the way, and may have passed objects over";
	return NULL;
}

static enum outcome judge_lfsck(const struct env *env, enum lfsck_kind kind, enum state_id id,
				struct sink *sink)
{
	static const char *const name[LS_NR] = {
		"init",	  "scanning-phase1", "scanning-phase2", "completed", "failed",	   "stopped",
		"paused", "crashed",	     "partial",		"co-failed", "co-stopped", "co-paused",
	};
	const struct lfsck_state *s = &env->lfsck[kind];
	const char *what;
	struct finding *fi;

	if (env->state[id].unknown)
		return rule_unknown(sink, env->state[id].unknown);
	if (!env->has_lfsck[kind])
		return OUT_NA;
	what = lfsck_status_text(env, kind);
	if (!what)
		what = lfsck_flags_text(s->flags);
	if (!what)
		return OUT_HOLDS;
	fi = state_finding(sink, env, id, what);
	if (!fi)
		return OUT_VIOLATED;
	finding_text(fi, "lfsck", kind == LFSCK_LAYOUT ? "layout" : "namespace");
	if (s->status < LS_NR)
		finding_text(fi, "status", name[s->status]);
	else
		finding_u64(fi, "status", s->status);
	finding_hex(fi, "flags", s->flags);
	finding_u64(fi, "completed_runs", s->success_count);
	return OUT_VIOLATED;
}

static enum outcome check_lfsck_state(const struct facts *f, struct sink *sink)
{
	return rule_worse(
		judge_lfsck(f->env, LFSCK_NAMESPACE, STATE_LFSCK_NAMESPACE, sink),
		judge_lfsck(f->env, LFSCK_LAYOUT, STATE_LFSCK_LAYOUT, sink));
}

/* ---- fld-overlap --------------------------------------------------------------------------- */

static void add_range(struct finding *fi, const struct fld_range *r)
{
	finding_hex(fi, "range_start", r->start);
	finding_hex(fi, "range_end", r->end);
	finding_u64(fi, "range_index", r->index);
	finding_u64(fi, "range_type", r->flags);
}

static bool same_owner(const struct fld_range *a, const struct fld_range *b)
{
	return a->index == b->index && a->flags == b->flags;
}

static void overlap(const struct facts *f, struct sink *sink, const struct fld_range *a,
		    const struct fld_range *b)
{
	struct finding *fi = state_finding(
		sink, f->env, STATE_FLD, "the FLD gives the same sequences to two servers");

	if (!fi)
		return;
	add_range(fi, a);
	finding_hex(fi, "other_start", b->start);
	finding_hex(fi, "other_end", b->end);
	finding_u64(fi, "other_index", b->index);
	finding_u64(fi, "other_type", b->flags);
}

/* Ranges in the order of their starts, each against that one before it which reaches furthest. */
static bool find_overlaps(const struct facts *f, struct sink *sink)
{
	const struct fld_range *r = f->env->fld, *far = r;
	bool found = false;

	for (u32 i = 1; i < f->env->nfld; i++) {
		/* Twice for the same server: whoever asks is told the same. */
		if (r[i].start < far->end && !same_owner(&r[i], far)) {
			overlap(f, sink, far, &r[i]);
			found = true;
		}
		if (r[i].end > far->end)
			far = &r[i];
	}
	return found;
}

static enum outcome check_fld_overlap(const struct facts *f, struct sink *sink)
{
	struct finding *fi;
	bool bad = false;

	if (!f->env->nfld && !f->env->nfld_bad)
		return OUT_NA;
	if (f->env->nfld_bad) {
		bad = true;
		fi = state_finding(sink, f->env, STATE_FLD,
				   "a sequence range of the FLD ends before it begins");
		if (fi) {
			add_range(fi, &f->env->fld_bad);
			finding_u64(fi, "ranges", f->env->nfld_bad);
		}
	}
	if (find_overlaps(f, sink))
		bad = true;
	return bad ? OUT_VIOLATED : OUT_HOLDS;
}

/* ---- seq-range ----------------------------------------------------------------------------- */

/* A range of the FLD that [start, end) runs into and that is not ours to give. */
static const struct fld_range *taken_by_other(const struct env *env, u64 start, u64 end, bool ours)
{
	for (u32 i = 0; i < env->nfld; i++) {
		const struct fld_range *r = &env->fld[i];

		if (r->start >= end || start >= r->end)
			continue;
		if (!ours || r->flags || !env->has_index || r->index != env->index)
			return r;
	}
	return NULL;
}

static const char *seq_srv_fault(const struct env *env, const struct fld_range **range)
{
	const struct seq_range *s = &env->seq_srv;

	if (s->start > s->end)
		return "the range of sequences for clients ends before it begins";
	if (!s->end)
		return NULL;
	if (s->flags)
		return "the range of sequences for clients is not marked as that of an MDT";
	if (env->has_index && s->index != env->index)
		return "the range of sequences for clients is marked as that of another MDT";
	if (seq_range_is_empty(s) || !env->nfld || !env->has_index)
		return NULL;
	*range = taken_by_other(env, s->start, s->end, true);
	return *range ? "sequences that this MDT is about to give to clients are another "
			"server's by the FLD" : NULL;
}

static const char *seq_ctl_fault(const struct env *env, const struct fld_range **range)
{
	const struct seq_range *s = &env->seq_ctl;

	if (s->start > s->end)
		return "the range of sequences for servers ends before it begins";
	if (seq_range_is_empty(s) || !env->nfld)
		return NULL;
	*range = taken_by_other(env, s->start, s->end, false);
	return *range ? "sequences that this MDT is about to give to servers are in use by the FLD" :
			NULL;
}

static enum outcome judge_range(const struct facts *f, struct sink *sink, enum state_id id,
				const struct seq_range *s, const char *what,
				const struct fld_range *range)
{
	struct finding *fi;

	if (!what)
		return OUT_HOLDS;
	fi = state_finding(sink, f->env, id, what);
	if (!fi)
		return OUT_VIOLATED;
	finding_hex(fi, "start", s->start);
	finding_hex(fi, "end", s->end);
	finding_u64(fi, "index", s->index);
	finding_hex(fi, "flags", s->flags);
	if (range)
		add_range(fi, range);
	return OUT_VIOLATED;
}

static enum outcome check_seq_range(const struct facts *f, struct sink *sink)
{
	const struct env *env = f->env;
	const struct fld_range *range = NULL;
	enum outcome out = OUT_NA;
	const char *what;

	if (env->has_seq_srv) {
		what = seq_srv_fault(env, &range);
		out = judge_range(f, sink, STATE_SEQ_SRV, &env->seq_srv, what, range);
	}
	range = NULL;
	if (env->has_seq_ctl) {
		what = seq_ctl_fault(env, &range);
		out = rule_worse(out, judge_range(f, sink, STATE_SEQ_CTL, &env->seq_ctl, what,
						  range));
	}
	return out;
}

/* ---- mountdata-mismatch -------------------------------------------------------------------- */

static const char *wrong_side(const struct env *env, const struct index_vote *vote, u32 n)
{
	bool mountdata = false, last_rcvd = false;

	if (!env->has_index)
		return VERDICT_UNDECIDED;
	for (u32 i = 0; i < n; i++) {
		if (vote[i].index == env->index)
			continue;
		mountdata |= vote[i].where == STATE_MOUNTDATA;
		last_rcvd |= vote[i].where == STATE_LAST_RCVD;
	}
	if (mountdata && last_rcvd)
		return VERDICT_UNDECIDED;
	return mountdata ? "CONFIGS/mountdata" : "last_rcvd";
}

static enum outcome check_mountdata_mismatch(const struct facts *f, struct sink *sink)
{
	struct index_vote vote[INDEX_VOTES_MAX];
	u32 n = env_index_votes(f->env, vote), i;
	enum state_id where = STATE_MOUNTDATA;
	const char *verdict;
	struct finding *fi;

	/* The sequences are seq-range's: they only help to tell who is right. */
	for (i = 1; i < n && vote[i].where != STATE_SEQ_SRV; i++)
		if (vote[i].index != vote[0].index)
			break;
	if (n < 2 || vote[0].where == STATE_SEQ_SRV || vote[1].where == STATE_SEQ_SRV)
		return OUT_NA;
	if (i == n || vote[i].where == STATE_SEQ_SRV)
		return OUT_HOLDS;
	verdict = wrong_side(f->env, vote, n);
	if (!strcmp(verdict, "last_rcvd"))
		where = STATE_LAST_RCVD;
	fi = state_finding(sink, f->env, where,
			   "the server's files disagree about which MDT of the file system this is");
	if (!fi)
		return OUT_VIOLATED;
	for (i = 0; i < n; i++)
		finding_u64(fi, vote[i].what, vote[i].index);
	fi->verdict = verdict;
	return OUT_VIOLATED;
}

/* ---- server-state-unreadable --------------------------------------------------------------- */

static enum outcome check_server_state_unreadable(const struct facts *f, struct sink *sink)
{
	enum outcome out = OUT_NA;
	struct finding *fi;

	for (u32 i = 0; i < STATE_NR; i++) {
		const struct state_file *s = &f->env->state[i];

		if (!s->ino)
			continue;
		out = rule_worse(out, s->broken ? OUT_VIOLATED : OUT_HOLDS);
		if (!s->broken)
			continue;
		fi = state_finding(sink, f->env, i, "a file with state of the server cannot be read");
		if (fi)
			finding_text(fi, "reason", s->broken);
	}
	return out;
}

/* ---- the rows ----------------------------------------------------------------------------- */

RULE(oi_scrub_state) = {
	.code = 901,
	.name = "oi-scrub-state",
	.severity = SEV_INFO,
	.class = RULE_TARGET,
	.unit = UNIT_STATE_FILES,
	.title = "OI scrub runs, or was not completed",
	.explanation =
		"OI_scrub says that OI scrub is running, that its last run did not come to its end, "
		"or that it knows of work left to do. That is no inconsistency, but it tells where "
		"others come from, and as long as scrub has mappings to repair, verdicts on OI "
		"mappings could not be told. A scrub that never ran is not told: most MDTs never "
		"needed one.",
	.lfsck = "OI scrub: its status and flags",
	.remedy =
		"lctl get_param osd-*.FSNAME-MDTxxxx.oi_scrub shows it on the mounted MDT. To run it "
		"to its end: lctl lfsck_start -M FSNAME-MDTxxxx -t scrub.",
	.evidence = "status flags last_complete",
	.check = check_oi_scrub_state,
};

RULE(lfsck_state) = {
	.code = 902,
	.name = "lfsck-state",
	.severity = SEV_INFO,
	.class = RULE_TARGET,
	.unit = UNIT_STATE_FILES,
	.title = "LFSCK runs, or was not completed",
	.explanation =
		"LFSCK for the namespace or for layouts is running, was interrupted, or has left "
		"inconsistencies that it found. That is no inconsistency by itself. While it runs, "
		"what is found may be what it is about to repair: verdicts on linkEAs could not be "
		"told then. On an MDT that is not mounted a run that was cut short has stopped in "
		"between, and what is found stands.",
	.lfsck = "LFSCK namespace: status and flags of lfsck_namespace and lfsck_layout",
	.remedy =
		"lctl get_param mdd.FSNAME-MDTxxxx.lfsck_namespace mdd.FSNAME-MDTxxxx.lfsck_layout "
		"shows them on the mounted MDT. Check again when LFSCK is done; to run it to its end: "
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace (or -t layout).",
	.evidence = "lfsck status flags completed_runs",
	.check = check_lfsck_state,
};

RULE(fld_overlap) = {
	.code = 903,
	.name = "fld-overlap",
	.severity = SEV_WARNING,
	.class = RULE_TARGET,
	.unit = UNIT_SEQUENCE_RANGES,
	.title = "FLD ranges that overlap or are none",
	.explanation =
		"The FLD (fld) tells which server a FID belongs to, by ranges of sequences. Two of its "
		"ranges for different servers overlap, or a range ends before it begins. Clients "
		"that ask for a FID of such a sequence can be sent to a server that does not have "
		"the object. Range type 0 is an MDT, 1 an OST.",
	.wrong = "the FLD",
	.lfsck = "none",
	.remedy =
		"Nothing repairs the FLD in place. Compare lctl get_param fld.*.fldb of all MDTs: that "
		"of MDT0000 counts. Ask your support before any change; do not remove fld from MDT0000, "
		"which alone knows all ranges.",
	.evidence = "range_start range_end range_index range_type ranges other_start other_end "
		    "other_index other_type",
	.check = check_fld_overlap,
};

RULE(seq_range) = {
	.code = 904,
	.name = "seq-range",
	.severity = SEV_WARNING,
	.class = RULE_TARGET,
	.unit = UNIT_SEQUENCE_RANGES,
	.title = "sequences to be given out that are another's",
	.explanation =
		"From seq_srv an MDT gives sequences of FIDs to its clients, from seq_ctl MDT0000 gives "
		"whole ranges of them to servers. The range in such a file is malformed, is marked "
		"as that of another MDT, or holds sequences that the FLD says belong to somebody "
		"already. Objects made with them can get FIDs that exist elsewhere.",
	.wrong = VERDICT_UNDECIDED,
	.lfsck = "none",
	.remedy =
		"Keep the MDT from making new objects (unmount it, or its clients) and ask your "
		"support. seq_srv and seq_ctl come from an older backup when this follows a restore: "
		"their start must be above every sequence in use, which fid-sequence shows.",
	.evidence = "start end index flags range_start range_end range_index range_type",
	.check = check_seq_range,
};

RULE(mountdata_mismatch) = {
	.code = 905,
	.name = "mountdata-mismatch",
	.severity = SEV_WARNING,
	.class = RULE_TARGET,
	.unit = UNIT_STATE_FILES,
	.title = "state files disagree about which MDT this is",
	.explanation =
		"CONFIGS/mountdata states the number of this MDT twice, as a number and in its name, "
		"and so does last_rcvd. They do not agree. The server refuses to start, or starts as "
		"another MDT than it is, which its FIDs contradict. mdtcheck goes by what most of "
		"them say.",
	.wrong = VERDICT_UNDECIDED,
	.lfsck = "none",
	.remedy =
		"With the MDT stopped, compare tunefs.lustre --dryrun DEVICE with the label of the device "
		"(e2label) and with the sequences of its objects. A wrong mountdata is fetched anew "
		"from the MGS after tunefs.lustre --index=N --writeconf; ask your support before "
		"replacing last_rcvd, which also holds what recovery needs.",
	.evidence = "mountdata_index mountdata_name_index last_rcvd_index last_rcvd_name_index "
		    "seq_srv_index",
	.check = check_mountdata_mismatch,
};

RULE(server_state_unreadable) = {
	.code = 906,
	.name = "server-state-unreadable",
	.severity = SEV_WARNING,
	.class = RULE_TARGET,
	.unit = UNIT_STATE_FILES,
	.title = "state file of the server that cannot be read",
	.explanation =
		"A file with state of the server (mountdata, last_rcvd, OI_scrub, fld, seq_srv, "
		"seq_ctl, lov_objid, lov_objseq or one of LFSCK's) is there, but its content cannot "
		"be read or is not what it must be. The server may refuse to start, or begin as if "
		"it were new. Rules that need what stands in it could not tell, or know less.",
	.wrong = "the state file",
	.lfsck = "none",
	.remedy =
		"Check the device, then e2fsck -f with the MDT stopped. OI_scrub, lfsck_namespace and "
		"lfsck_layout can be removed (MDT stopped, mounted as ldiskfs): the server makes them "
		"anew. The others come from a backup; do not remove fld, seq_srv or seq_ctl.",
	.evidence = "reason",
	.check = check_server_state_unreadable,
};
