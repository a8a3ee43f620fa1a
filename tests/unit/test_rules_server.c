/* SPDX-License-Identifier: GPL-2.0-only */
/* The rules about the MDT as a whole, on state files of every kind. */
#include "rules_run.h"

/* A world with nothing but its state files: MDT0 of two, as 2.17 leaves it. */
static void w_server(struct world *w)
{
	w_env(w);
	w->info.is_static = true;
	for (u32 i = 0; i < STATE_NR; i++)
		w->env.state[i] = (struct state_file){ .ino = 50 + i, .mode = S_IFREG | 0644 };
	w->env.has_mountdata = w->env.has_last_rcvd = true;
	w->env.mountdata = (struct mountdata){ .flags = MOUNTDATA_F_MDT };
	strcpy(w->env.mountdata.svname, "lustre-MDT0000");
	strcpy(w->env.last_rcvd.uuid, "lustre-MDT0000_UUID");
	w->env.has_scrub = true;
	w->env.scrub = (struct oi_scrub){ .status = SS_COMPLETED, .time_last_complete = 5 };
	w->env.has_lfsck[LFSCK_NAMESPACE] = w->env.has_lfsck[LFSCK_LAYOUT] = true;
	w->env.has_seq_srv = w->env.has_seq_ctl = true;
	w->env.seq_srv = (struct seq_range){ 0x200000bd0ULL, 0x240000400ULL, 0, 0 };
	w->env.seq_ctl = (struct seq_range){ 0x2c0000400ULL, UINT64_MAX, 0, 0 };
	w->f = (struct facts){ .env = &w->env };
}

/* Of the target's rules just this one is violated, with a finding about that file. */
static void said(const struct world *w, const char *rule, enum state_id about, const char *what)
{
	u32 n;
	const struct rule *table = rule_table(&n);
	struct sink sink = { 0 };

	for (u32 i = 0; i < n; i++) {
		enum outcome out;

		if (table[i].class != RULE_TARGET)
			continue;
		out = run(w, table[i].name, strcmp(rule, table[i].name) ? NULL : &sink);
		ck_assert_msg((out == OUT_VIOLATED) == !strcmp(rule, table[i].name), "%s: %d",
			      table[i].name, out);
	}
	if (!*rule)
		return;
	ck_assert_uint_eq(sink.fi.ino, 50 + about);
	ck_assert_str_eq(sink.fi.what, what);
}

static void nothing(const struct world *w)
{
	said(w, "", 0, NULL);
}

START_TEST(healthy)
{
	struct world w;

	w_server(&w);
	nothing(&w);
	/* 1.8: none of these files but mountdata and last_rcvd. */
	w.env.has_scrub = w.env.has_seq_srv = w.env.has_seq_ctl = false;
	w.env.nfld = 0;
	memset(w.env.has_lfsck, 0, sizeof(w.env.has_lfsck));
	nothing(&w);
	ck_assert_int_eq(run(&w, "oi-scrub-state", NULL), OUT_NA);
	ck_assert_int_eq(run(&w, "lfsck-state", NULL), OUT_NA);
	ck_assert_int_eq(run(&w, "fld-overlap", NULL), OUT_NA);
	ck_assert_int_eq(run(&w, "seq-range", NULL), OUT_NA);
}
END_TEST

START_TEST(scrub)
{
	static const struct {
		u16 status;
		u64 flags;
		bool is_live;
		const char *what; /* NULL: nothing is said */
	} cases[] = {
		{ SS_INIT, 0, false, NULL },
		{ SS_INIT, SF_AUTO, false, NULL },
		{ SS_COMPLETED, SF_AUTO, false, NULL },
		{ SS_SCANNING, 0, true, "OI scrub is running" },
		{ SS_SCANNING, 0, false, "OI scrub was running when the server went down" },
		{ SS_FAILED, SF_INCONSISTENT, false, "OI scrub has failed" },
		{ SS_STOPPED, 0, false, "OI scrub was stopped before it was done" },
		{ SS_PAUSED, 0, false,
		  "OI scrub was interrupted by an unmount, and goes on after the next mount" },
		{ SS_CRASHED, 0, false, "OI scrub was interrupted by a crash of the server" },
		{ 7, 0, false, "the status of OI scrub is none that is known" },
		{ SS_INIT, SF_RECREATED | SF_INCONSISTENT, false,
		  "OI files were made anew, and OI scrub has not filled them yet" },
		{ SS_COMPLETED, SF_INCONSISTENT, false,
		  "OI scrub knows of wrong mappings that it has not repaired" },
		{ SS_INIT, SF_UPGRADE, false,
		  "objects of an older Lustre are left that OI scrub has not converted" },
	};
	struct world w;

	w_server(&w);
	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		w.info.is_static = !cases[i].is_live;
		w.env.scrub.status = cases[i].status;
		w.env.scrub.flags = cases[i].flags;
		said(&w, cases[i].what ? "oi-scrub-state" : "", STATE_OI_SCRUB, cases[i].what);
	}
}
END_TEST

START_TEST(lfsck)
{
	static const struct {
		u32 status, flags;
		bool is_live;
		const char *what;
	} cases[] = {
		{ LS_INIT, LF_UPGRADE, false, NULL },
		{ LS_COMPLETED, LF_SCANNED_ONCE, false, NULL },
		{ LS_SCANNING_PHASE1, 0, true, "LFSCK is running" },
		{ LS_SCANNING_PHASE2, 0, true, "LFSCK is running" },
		{ LS_SCANNING_PHASE2, 0, false, "LFSCK was running when the server went down" },
		{ LS_PARTIAL, 0, false,
		  "LFSCK has run, but not all targets took part to the end" },
		{ LS_CO_PAUSED, 0, false,
		  "LFSCK was interrupted because it was where it was started" },
		{ LS_NR, 0, false, "the status of LFSCK is none that is known" },
		{ LS_COMPLETED, LF_INCONSISTENT, false,
		  "LFSCK has found inconsistencies that it did not repair" },
		{ LS_COMPLETED, LF_INCOMPLETE, false,
		  "LFSCK was restarted on the way, and may have passed objects over" },
	};
	struct world w;

	for (u32 kind = 0; kind < LFSCK_NR; kind++) {
		w_server(&w);
		for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
			w.info.is_static = !cases[i].is_live;
			w.env.lfsck[kind].status = cases[i].status;
			w.env.lfsck[kind].flags = cases[i].flags;
			said(&w, cases[i].what ? "lfsck-state" : "",
			     kind == LFSCK_LAYOUT ? STATE_LFSCK_LAYOUT : STATE_LFSCK_NAMESPACE,
			     cases[i].what);
		}
	}
	w_server(&w);
	w.env.has_lfsck[LFSCK_LAYOUT] = false;
	w.env.state[STATE_LFSCK_LAYOUT].unknown = "a form that is not known";
	ck_assert_int_eq(run(&w, "lfsck-state", NULL), OUT_UNKNOWN);
}
END_TEST

/* What LFSCK is writing cannot be judged; an LFSCK that was cut short writes nothing. */
START_TEST(lfsck_runs)
{
	struct world w;

	w_file(&w);
	w.o.ea[EA_LINK].state = EA_ABSENT;
	w.f.nlinks = 0;
	only(&w, "linkea-missing");
	w.env.has_lfsck[LFSCK_NAMESPACE] = w.env.has_lfsck[LFSCK_LAYOUT] = true;
	w.env.lfsck[LFSCK_NAMESPACE].status = LS_SCANNING_PHASE1;
	ck_assert_int_eq(run(&w, "linkea-missing", NULL), OUT_UNKNOWN);
	w.info.is_static = true;
	ck_assert_int_eq(run(&w, "linkea-missing", NULL), OUT_VIOLATED);
	w.info.is_static = false;
	w.env.lfsck[LFSCK_NAMESPACE].status = LS_PAUSED;
	w.env.lfsck[LFSCK_LAYOUT].status = LS_SCANNING_PHASE1;
	ck_assert_int_eq(run(&w, "linkea-missing", NULL), OUT_VIOLATED);
	w_file(&w);
	w.links[0].match = -1;
	only(&w, "linkea-no-dirent dirent-no-linkea");
	w.env.has_lfsck[LFSCK_NAMESPACE] = true;
	w.env.lfsck[LFSCK_NAMESPACE].status = LS_SCANNING_PHASE2;
	ck_assert_int_eq(run(&w, "linkea-no-dirent", NULL), OUT_UNKNOWN);
	ck_assert_int_eq(run(&w, "dirent-no-linkea", NULL), OUT_UNKNOWN);
}
END_TEST

START_TEST(overlap)
{
	static const char two[] = "the FLD gives the same sequences to two servers";
	struct fld_range r[3] = {
		{ 0x200000400ULL, 0x240000400ULL, 0, FLD_RANGE_MDT },
		{ 0x240000400ULL, 0x280000400ULL, 1, FLD_RANGE_MDT },
		{ 0x280000400ULL, 0x2c0000400ULL, 0, FLD_RANGE_OST },
	};
	struct world w;

	w_server(&w);
	w.env.fld = r;
	w.env.nfld = 3;
	nothing(&w); /* they touch */
	r[0].end++;
	said(&w, "fld-overlap", STATE_FLD, two);
	r[0].end = 0x280000401ULL; /* beyond its neighbour */
	said(&w, "fld-overlap", STATE_FLD, two);
	r[1].index = 0;
	said(&w, "fld-overlap", STATE_FLD, two); /* MDT0 and OST0 are two servers */
	r[0].end = 0x280000400ULL;
	nothing(&w); /* the same server twice */
	w.env.nfld_bad = 1;
	w.env.fld_bad = (struct fld_range){ 9, 8, 0, 0 };
	said(&w, "fld-overlap", STATE_FLD, "a sequence range of the FLD ends before it begins");
	w.env.nfld = 0;
	w.env.fld = NULL;
	said(&w, "fld-overlap", STATE_FLD, "a sequence range of the FLD ends before it begins");
}
END_TEST

START_TEST(sequences)
{
	static const char other[] = "sequences that this MDT is about to give to clients are another "
				    "server's by the FLD";
	static const char taken[] =
		"sequences that this MDT is about to give to servers are in use by the FLD";
	struct world w;

	w_server(&w);
	w.env.seq_srv.start = w.env.seq_srv.end;
	nothing(&w);
	w.env.seq_srv.start++;
	said(&w, "seq-range", STATE_SEQ_SRV,
	     "the range of sequences for clients ends before it begins");
	w_server(&w);
	w.env.seq_srv = (struct seq_range){ 0 };
	nothing(&w);
	w_server(&w);
	w.env.seq_srv.end = 0x280000401ULL;
	said(&w, "seq-range", STATE_SEQ_SRV, other);
	w.env.nfld = 0; /* nobody to ask */
	nothing(&w);
	w_server(&w);
	w.env.seq_srv.flags = FLD_RANGE_OST;
	said(&w, "seq-range", STATE_SEQ_SRV,
	     "the range of sequences for clients is not marked as that of an MDT");
	w_server(&w);
	w.env.seq_srv.index = 1;
	said(&w, "seq-range", STATE_SEQ_SRV,
	     "the range of sequences for clients is marked as that of another MDT");
	w_server(&w);
	w.env.seq_ctl.start--;
	said(&w, "seq-range", STATE_SEQ_CTL, taken);
	w.env.seq_ctl = (struct seq_range){ 0 };
	nothing(&w);
	w.env.seq_ctl.start = 1;
	said(&w, "seq-range", STATE_SEQ_CTL,
	     "the range of sequences for servers ends before it begins");
}
END_TEST

static void mismatch(struct world *w, enum state_id about, const char *verdict)
{
	struct index_vote vote[INDEX_VOTES_MAX];
	u32 n = env_index_votes(&w->env, vote);
	struct sink sink;

	w->env.has_index = env_index_elect(vote, n, &w->env.index);
	ck_assert_int_eq(run(w, "mountdata-mismatch", &sink), OUT_VIOLATED);
	ck_assert_uint_eq(sink.fi.ino, 50 + about);
	ck_assert_str_eq(sink.fi.verdict, verdict);
}

START_TEST(who_is_it)
{
	struct world w;

	w_server(&w);
	w.env.mountdata.svindex = 1;
	mismatch(&w, STATE_MOUNTDATA, "CONFIGS/mountdata");
	ck_assert_uint_eq(w.env.index, 0);
	strcpy(w.env.mountdata.svname, "lustre:MDT0001");
	mismatch(&w, STATE_MOUNTDATA, "CONFIGS/mountdata"); /* seq_srv gives the casting vote */
	w.env.has_seq_srv = false;
	mismatch(&w, STATE_MOUNTDATA, "undecided");
	ck_assert(!w.env.has_index);
	w_server(&w);
	w.env.last_rcvd.index = 2;
	mismatch(&w, STATE_LAST_RCVD, "last_rcvd");
	w.env.mountdata.svindex = 1;
	mismatch(&w, STATE_MOUNTDATA, "undecided");
	/* Not registered yet: nothing to compare. */
	w_server(&w);
	w.env.mountdata.flags |= MOUNTDATA_F_NEED_INDEX;
	w.env.mountdata.svindex = UINT32_MAX;
	nothing(&w);
	w.env.has_last_rcvd = false;
	ck_assert_int_eq(run(&w, "mountdata-mismatch", NULL), OUT_NA);
	w_server(&w);
	w.env.has_mountdata = false;
	nothing(&w);
	w.env.has_last_rcvd = false;
	ck_assert_int_eq(run(&w, "mountdata-mismatch", NULL), OUT_NA);
}
END_TEST

START_TEST(unreadable)
{
	struct world w;

	for (u32 i = 0; i < STATE_NR; i++) {
		w_server(&w);
		w.env.state[i].broken = "it is too short";
		said(&w, "server-state-unreadable", i,
		     "a file with state of the server cannot be read");
		ck_assert_int_eq(strncmp(env_state_path(i), "//", 2), 0);
	}
	for (u32 i = 0; i < STATE_NR; i++)
		w.env.state[i] = (struct state_file){ 0 };
	ck_assert_int_eq(run(&w, "server-state-unreadable", NULL), OUT_NA);
}
END_TEST

Suite *suite_rules_server(void)
{
	TCase *tc;
	Suite *s = suite_begin("rules_server", &tc);

	tcase_add_test(tc, healthy);
	tcase_add_test(tc, scrub);
	tcase_add_test(tc, lfsck);
	tcase_add_test(tc, lfsck_runs);
	tcase_add_test(tc, overlap);
	tcase_add_test(tc, sequences);
	tcase_add_test(tc, who_is_it);
	tcase_add_test(tc, unreadable);
	return s;
}
