/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rules: a healthy object violates none; each kind of damage violates just
 * the rules it should; each legal look-alike violates none.  Here: the
 * table, lma, oi and linkea.
 */
#include "recordrules.h"
#include "rules_run.h"

/* ---- a sink -------------------------------------------------------------------------------- */

/* The Makefile has the linker wrap the program's sink, so that rules report here. */
struct finding *__wrap_sink_finding(struct sink *sink, const char *what);
void __wrap_sink_unknown(struct sink *sink, const char *why);
void __wrap_sink_elsewhere(struct sink *sink, const char *why);

struct finding *__wrap_sink_finding(struct sink *sink, const char *what)
{
	ck_assert_ptr_nonnull(what);
	if (sink->findings++)
		check_evidence(&sink->fi);
	sink->fi = (struct finding){
		.rule = sink->rule,
		.severity = sink->rule->severity,
		.what = what,
		.verdict = sink->rule->wrong,
	};
	if (sink->f->obj) {
		sink->fi.ino = sink->f->obj->ino;
		sink->fi.mode = sink->f->obj->inode.mode;
		sink->fi.fid = sink->f->obj->fid;
	}
	return &sink->fi;
}

void __wrap_sink_unknown(struct sink *sink, const char *why)
{
	ck_assert_ptr_nonnull(why);
	sink->unknowns++;
}

void __wrap_sink_elsewhere(struct sink *sink, const char *why)
{
	__wrap_sink_unknown(sink, why);
}

/* ---- the table ----------------------------------------------------------------------------- */

START_TEST(table_is_sound)
{
	const struct rule *t, *r;
	u32 n, i, k, records = 0;

	t = rule_table(&n);
	ck_assert_uint_ge(n, 38);
	for (i = 0; i < n; i++) {
		records += t[i].class == RULE_RECORD;
		ck_assert_ptr_nonnull(t[i].check);
		ck_assert_uint_gt(strlen(t[i].title), 8);
		ck_assert_uint_gt(strlen(t[i].explanation), 80);
		ck_assert_uint_gt(strlen(t[i].lfsck), 3);
		ck_assert_uint_gt(strlen(t[i].remedy), 20);
		ck_assert_uint_gt(strlen(t[i].evidence), 0);
		/* What is reported as wrong has a side that is. */
		ck_assert_int_eq(!t[i].wrong, t[i].severity == SEV_INFO);
		ck_assert_uint_lt(t[i].unit, UNIT_NR);
		ck_assert_ptr_eq(rule_by_name(t[i].name), &t[i]);
		for (k = 0; k < i; k++)
			ck_assert_str_ne(t[i].name, t[k].name);
	}
	for (i = 0, r = rule_next(NULL); r; r = rule_next(r), i++)
		ck_assert(!rule_next(r) || rule_next(r)->code > r->code);
	ck_assert_uint_eq(i, n);
	ck_assert_ptr_null(rule_by_name("no-such-rule"));
	/* Beyond, the scan would not ask them. */
	ck_assert_uint_le(records, RECORD_RULES_MAX);
}
END_TEST

START_TEST(healthy)
{
	struct world w;

	w_file(&w);
	only(&w, "");
	w_composite_lov(&w);
	only(&w, "");
	w_dir(&w);
	only(&w, "");
	w_object(&w, S_IFLNK | 0777, 1);
	only(&w, "");
	w_free(&w);
	only(&w, "");
	/* What the scan knows: the object alone. */
	w_file(&w);
	w.f = (struct facts){ .env = &w.env, .obj = &w.o };
	only(&w, "");
}
END_TEST

/* ---- lma ----------------------------------------------------------------------------------- */

START_TEST(inode_itself)
{
	struct world w;
	struct sink said;

	w_file(&w);
	w.o.allocated = false;
	only(&w, "inode-marked-free");
	w_free(&w); /* deleted */
	w.o.inode = (struct inode_core){ .mode = S_IFREG | 0644, .dtime = 1700000000 };
	only(&w, "");
	w_file(&w);
	w.o.ea_broken = "EA list is broken";
	only(&w, "ea-unreadable");
	w.f.class = CLASS_EXEMPT;
	only(&w, "");
	w_free(&w);
	w.f.unread = "nothing can be read";
	w_oi(&w, &FID_OTHER, INO_FILE);
	ck_assert_int_eq(run(&w, "inode-unreadable", &said), OUT_VIOLATED);
	ck_assert(fid_equal(&said.fi.fid, &FID_OTHER));
	w.f.noi = 0;
	ck_assert_int_eq(run(&w, "inode-unreadable", NULL), OUT_UNKNOWN);
}
END_TEST

START_TEST(lma_missing)
{
	struct world w;

	w_file(&w);
	w_no_lma(&w);
	only(&w, "lma-missing");
	/* An upgrade that has not happened excuses what Lustre 1.8 made, and nothing else. */
	w.env.scrub.flags = SF_UPGRADE;
	only(&w, "lma-missing");
	w.f.noi = 0;
	w.names[0].has_lufid = false;
	unknown(&w, "lma-missing");
	w.env.scrub = (struct oi_scrub){ .status = SS_PAUSED };
	unknown(&w, "lma-missing");
	w.env.scrub.internal_flags = 1; /* was new: nothing of 1.8 can be on it */
	only(&w, "lma-missing");
	w.env.scrub = (struct oi_scrub){ .status = SS_FAILED, .time_last_complete = 1 };
	only(&w, "lma-missing");
	/* "init" is where a restored or modern file system stays. */
	w.env.scrub = (struct oi_scrub){ .status = SS_INIT };
	only(&w, "lma-missing");
	w.env.has_scrub = false;
	unknown(&w, "lma-missing");
}
END_TEST

START_TEST(lma_missing_near)
{
	struct world w;

	w_file(&w);
	w_no_lma(&w);
	w.env.oi_count = 0; /* 1.8 */
	w.f.noi = 0;
	w.names[0].has_lufid = false;
	only(&w, "");
	w_dir(&w); /* ROOT of 2.1 */
	w_no_lma(&w);
	w.o.ino = INO_ROOT;
	w.f.noi = 0;
	w.f.nnames = 0;
	only(&w, "");
	w_oi(&w, &(struct fid){ FID_SEQ_ROOT, 1, 0 }, INO_ROOT);
	only(&w, "lma-missing");
	w_dir(&w); /* .lustre of 2.1 */
	w_no_lma(&w);
	w.o.ino = INO_DOT_LUSTRE;
	w.f.noi = 0;
	w_oi(&w, &(struct fid){ FID_SEQ_DOT_LUSTRE, 1, 0 }, INO_DOT_LUSTRE);
	w.names[0].has_lufid = false;
	only(&w, "");
	w_file(&w);
	w_no_lma(&w);
	w.f.class = CLASS_INTERNAL;
	only(&w, "");
	w.f.class = CLASS_NAMESPACE;
	w.o.ea_broken = "EA list is broken";
	unknown(&w, "lma-missing");
}
END_TEST

START_TEST(lma_alone)
{
	struct world w;

	w_file(&w);
	w.o.lma_rc = -EBADMSG;
	w.o.fid = fid_igif(INO_FILE, 9);
	w.o.fid_source = FID_FROM_INODE;
	only(&w, "lma-malformed");
	w_file(&w);
	w_set_lma(&w, &FID_FILE, 0x100);
	only(&w, "lma-unsupported");
	w_set_lma(&w, &FID_FILE, LMAI_RELEASED);
	only(&w, "lma-unsupported");
	w_set_lma(&w, &FID_FILE, LMAI_SUPPORTED & ~(LMAI_AGENT | LMAI_REMOTE_PARENT));
	only(&w, "lma-orphan-flag");
	w.f.class = CLASS_ORPHAN;
	w.names[0].dir_class = DIR_PENDING;
	ck_assert_int_eq(run(&w, "lma-orphan-flag", NULL), OUT_NA);
	w_file(&w);
	w_set_lma(&w, &(struct fid){ 0x200000401ULL, 2, 1 }, 0);
	ck_assert_int_eq(run(&w, "lma-fid-insane", NULL), OUT_VIOLATED);
	w_set_lma(&w, &(struct fid){ 0, 0, 0 }, 0);
	ck_assert_int_eq(run(&w, "lma-fid-insane", NULL), OUT_VIOLATED);
	w_set_lma(&w, &(struct fid){ 0x200000401ULL, 0, 0 }, 0);
	verdict(&w, "lma-fid-insane", "the LMA");
	/* The scan must send it to the exact phase, which knows a LAST_ID file. */
	w.f.class = CLASS_INTERNAL;
	ck_assert_int_eq(run(&w, "lma-fid-insane", NULL), OUT_NA);
	w.f.have_cross = false;
	ck_assert_int_eq(run(&w, "lma-fid-insane", NULL), OUT_VIOLATED);
	w_set_lma(&w, &(struct fid){ FID_SEQ_UPDATE_LOG, 0, 0 }, 0);
	ck_assert_int_eq(run(&w, "lma-fid-insane", NULL), OUT_HOLDS);
}
END_TEST

START_TEST(fid_duplicate)
{
	struct world w;

	w_file(&w);
	w.f.twin_ino = INO_OTHER;
	only(&w, ""); /* the OI leads here: the other one is the copy */
	w.oi[0].rec.ino = INO_OTHER;
	only(&w, "fid-duplicate oi-missing");
	w.f.noi = 0;
	w.f.oi_own = -ENOENT;
	only(&w, "oi-missing"); /* the higher number tells */
	w.f.twin_ino = 5;
	only(&w, "fid-duplicate oi-missing");
	w_file(&w);
	w.f.twin_ino = INO_OTHER;
	w.f.twin_is_agent = true;
	only(&w, "fid-duplicate");
	w_set_lma(&w, &FID_FILE, LMAI_AGENT);
	w.f.class = CLASS_AGENT;
	w.f.noi = 0;
	only(&w, "agent-attributes"); /* its linkEA */
	w.o.ea[EA_LINK].state = w.o.ea[EA_LOV].state = EA_ABSENT;
	only(&w, "");
}
END_TEST

/* ---- oi ------------------------------------------------------------------------------------ */

START_TEST(oi_missing)
{
	struct world w;

	w_file(&w);
	w.f.noi = 0;
	w.f.oi_own = -ENOENT;
	only(&w, "oi-missing");
	w.f.oi_own = -EBADMSG;
	unknown(&w, "oi-missing");
	w.f.oi_own = -ENOENT;
	w.env.oi_lost = 1;
	w.oi_ino[1] = 0; /* sequence 0x200000401 */
	only(&w, "oi-missing");
	w.env.backend_blind = true;
	unknown(&w, "oi-missing");
	w.env.backend_blind = false;
	w.oi_ino[1] = 21;
	only(&w, "oi-missing");
	w.env.scrub.status = SS_SCANNING;
	unknown(&w, "oi-missing");
	w_file(&w);
	w.oi[0].rec.ino = INO_OTHER;
	only(&w, "oi-missing");
	/* Those that are found without it. */
	w_file(&w);
	w.f.noi = 0;
	w.f.oi_own = -ENOENT;
	w.o.lma.compat = LMAC_NOT_IN_OI;
	only(&w, "");
	w.o.lma.compat = 0;
	w_set_lma(&w, &FID_FILE, LMAI_AGENT);
	w.f.class = CLASS_AGENT;
	w.o.ea[EA_LINK].state = w.o.ea[EA_LOV].state = EA_ABSENT;
	only(&w, "");
}
END_TEST

START_TEST(oi_dangling)
{
	struct world w;

	w_free(&w);
	w_oi(&w, &FID_OTHER, INO_FILE);
	only(&w, "oi-dangling");
	w_free(&w);
	w_oi(&w, &FID_OTHER, INO_OTHER); /* another's */
	only(&w, "");
	w_free(&w); /* open and unlinked */
	w_oi(&w, &FID_OTHER, INO_FILE);
	w.o.allocated = true;
	w.o.inode.mode = S_IFREG;
	only(&w, "");
}
END_TEST

START_TEST(oi_records)
{
	struct world w;

	w_file(&w);
	w.oi[0].rec.generation = 8;
	only(&w, "oi-generation");
	w.oi[0].rec.generation = 0;
	only(&w, "");
	w_file(&w);
	w.oi[0].rec.fid = FID_OTHER; /* same sequence, same OI file */
	w.f.oi_own = -ENOENT;
	only(&w, "oi-fid-mismatch oi-missing");
	verdict(&w, "oi-fid-mismatch", "the OI mapping");
	w_file(&w);
	w_oi(&w, &FID_OTHER, INO_FILE);
	only(&w, "oi-duplicate");
	w.oi[1].rec.fid = FID_FILE;
	only(&w, "oi-duplicate");
	w_file(&w);
	w.oi[0].oi = 2;
	w.f.oi_own = -ENOENT;
	only(&w, "oi-misrouted oi-missing");
	/* 2.1: one file for all, and DOT_LUSTRE:1 leads to an object without LMA. */
	w_file(&w);
	w.env.oi_count = 1;
	w.oi[0].oi = 0;
	only(&w, "");
}
END_TEST

/* The LMA against the rest: three against one. */
START_TEST(identity_verdict)
{
	struct world w;

	w_file(&w);
	w_set_lma(&w, &FID_OTHER, 0);
	w.f.oi_own = -ENOENT;
	only(&w, "oi-missing oi-fid-mismatch dirent-fid-mismatch lov-owner");
	verdict(&w, "oi-fid-mismatch", "the LMA");
	verdict(&w, "dirent-fid-mismatch", "the LMA");
	w_dir(&w); /* one against one */
	w_set_lma(&w, &FID_OTHER, 0);
	w.names[0].has_lufid = false;
	verdict(&w, "oi-fid-mismatch", "undecided");
	w_file(&w);
	w.names[0].lufid = FID_OTHER;
	verdict(&w, "dirent-fid-mismatch", "the name entry");
	w_file(&w);
	w_lov64(&w, 8, 55);
	verdict(&w, "lov-owner", "the layout");
}
END_TEST

START_TEST(index_finding)
{
	struct view_problem p = { .ino = 20, .block = 7, .logical = 1, .why = "leaf is broken" };
	struct finding f = { .rule = rule_by_name("oi-malformed") };

	rule_index_finding(&f, &p, 3);
	check_evidence(&f);
	ck_assert_uint_eq(f.oi, 4);
	ck_assert_str_eq(f.what, "leaf is broken");
}
END_TEST

/* ---- linkea -------------------------------------------------------------------------------- */

START_TEST(linkea_record)
{
	struct world w;

	w_file(&w);
	w.o.link_rc = -EBADMSG;
	w.o.link_why = "linkEA has a wrong magic";
	only(&w, "linkea-malformed");
	w.f.have_cross = false;
	only(&w, "linkea-malformed");
	w.f.have_cross = true;
	w.f.class = CLASS_INTERNAL; /* 2.1's internal files */
	only(&w, "");
	w_file(&w);
	w.links[0].e.parent.ver = 7;
	w_decode_link(&w, 0);
	ck_assert_int_eq(run(&w, "linkea-malformed", NULL), OUT_VIOLATED);
	w_file(&w);
	w_link(&w, "name", 0);
	w_decode_link(&w, 0);
	only(&w, "linkea-duplicate");
	w_file(&w); /* the same name in two directories */
	w_link(&w, "name", 1)->e.parent = FID_OTHER;
	w_name(&w, "name")->dir_ino = INO_OTHER;
	w.o.inode.nlink = 2;
	w_decode_link(&w, 0);
	only(&w, "");
	w_dir(&w);
	w_link(&w, "old", -1);
	w_decode_link(&w, 0);
	only(&w, "linkea-directory-many linkea-no-dirent");
}
END_TEST

START_TEST(linkea_missing)
{
	struct world w;

	w_file(&w);
	w.o.ea[EA_LINK].state = EA_ABSENT;
	w.f.nlinks = 0;
	only(&w, "linkea-missing");
	w.names[0].dir_fid.seq = FID_SEQ_DOT_LUSTRE;
	only(&w, "");
	w.names[0].dir_fid = FID_DIR;
	w.o.ea[EA_LINK].state = EA_UNREADABLE;
	unknown(&w, "linkea-missing");
	w_file(&w);
	w.f.nlinks = 0;
	w_decode_link(&w, 1234); /* all entries dropped, and said so */
	only(&w, "");
	w_decode_link(&w, 0);
	only(&w, "linkea-missing");
	/* Made by 1.8. */
	w_set_lma(&w, &(struct fid){ INO_FILE, 9, 0 }, 0);
	w.names[0].lufid = w.o.fid;
	w.oi[0].rec.fid = w.o.fid;
	w.oi[0].oi = INO_FILE & 63;
	w_plain_lov(&w);
	unknown(&w, "linkea-missing");
	w_dir(&w); /* ROOT */
	w.o.ino = w.oi[0].rec.ino = INO_ROOT;
	w.f.nlinks = 0;
	w_decode_link(&w, 0);
	only(&w, "");
	w_file(&w); /* volatile: in PENDING, never had a name */
	w.f.nlinks = 0;
	w_decode_link(&w, 0);
	w.f.class = CLASS_ORPHAN;
	w.names[0].dir_class = DIR_PENDING;
	only(&w, "");
}
END_TEST

START_TEST(linkea_no_dirent)
{
	struct world w;
	struct sink s;

	w_file(&w);
	w_link(&w, "gone", -1);
	w_decode_link(&w, 0);
	only(&w, "linkea-no-dirent");
	w.links[1].dir_blind = true;
	unknown(&w, "linkea-no-dirent");
	w.links[1].where = PARENT_FOREIGN;
	w.o.inode.nlink = 2;
	only(&w, "remote-parent-mismatch");
	ck_assert_int_eq(run(&w, "linkea-no-dirent", NULL), OUT_UNKNOWN);
	w.links[1].where = PARENT_UNKNOWN;
	w.o.inode.nlink = 1;
	unknown(&w, "linkea-no-dirent");
	w.links[1].where = PARENT_MISSING;
	only(&w, "linkea-no-dirent");
	/* The last name of an orphan. */
	w_file(&w);
	w.links[0].match = -1;
	w.names[0].dir_class = DIR_PENDING;
	w.f.class = CLASS_ORPHAN;
	only(&w, "");
	/* The parent lost its FID: the name is still told. */
	w_file(&w);
	w.links[0].match = -1;
	w.links[0].where = PARENT_MISSING;
	w.links[0].dir_ino = 0;
	only(&w, "linkea-no-dirent dirent-no-linkea");
	run(&w, "linkea-no-dirent", &s);
	ck_assert_uint_eq(s.fi.parent_ino, INO_DIR);
	ck_assert_uint_ne(s.fi.name_key, 0);
}
END_TEST

START_TEST(dirent_no_linkea)
{
	struct world w;

	w_file(&w);
	w_name(&w, "extra");
	w.o.inode.nlink = 2;
	only(&w, "dirent-no-linkea");
	w_decode_link(&w, 1234);
	only(&w, "");
	w_decode_link(&w, 0);
	w.o.link.len = 4090; /* no room: FORMATS 13.23 */
	only(&w, "");
	w.o.link.len = 60;
	w.names[1].dir_class = DIR_RPD;
	w.o.inode.nlink = 1;
	only(&w, "remote-parent-mismatch rpd-name");
	/* The same name twice in one directory is another rule's case. */
	w_file(&w);
	w_name(&w, "name");
	only(&w, "");
}
END_TEST

START_TEST(linkea_escaped)
{
	struct linkea_entry e = { .parent = FID_DIR, .name = "a=od", .namelen = 4 };

	ck_assert(linkea_entry_is(&e, &FID_DIR, "a/d", 3, true));
	ck_assert(!linkea_entry_is(&e, &FID_DIR, "a/d", 3, false));
	ck_assert(!linkea_entry_is(&e, &FID_OTHER, "a/d", 3, true));
	ck_assert(!linkea_entry_is(&e, &FID_DIR, "a/", 2, true));
	ck_assert(!linkea_entry_is(&e, &FID_DIR, "a/dd", 4, true));
	ck_assert(linkea_entry_is(&e, &FID_DIR, "a=od", 4, false));
	e.name = "=@=J=M=\xbf=}";
	e.namelen = 10;
	ck_assert(linkea_entry_is(&e, &FID_DIR, "\0\n\r\x7f=", 5, true));
}
END_TEST

Suite *suite_rules(void)
{
	TCase *tc;
	Suite *s = suite_begin("rules", &tc);

	tcase_add_test(tc, table_is_sound);
	tcase_add_test(tc, healthy);
	tcase_add_test(tc, inode_itself);
	tcase_add_test(tc, lma_missing);
	tcase_add_test(tc, lma_missing_near);
	tcase_add_test(tc, lma_alone);
	tcase_add_test(tc, fid_duplicate);
	tcase_add_test(tc, oi_missing);
	tcase_add_test(tc, oi_dangling);
	tcase_add_test(tc, oi_records);
	tcase_add_test(tc, identity_verdict);
	tcase_add_test(tc, index_finding);
	tcase_add_test(tc, linkea_record);
	tcase_add_test(tc, linkea_missing);
	tcase_add_test(tc, linkea_no_dirent);
	tcase_add_test(tc, dirent_no_linkea);
	tcase_add_test(tc, linkea_escaped);
	return s;
}
