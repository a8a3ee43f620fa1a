/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rules: a healthy object violates none; each kind of damage violates just
 * the rules it should; each legal look-alike violates none.  Here:
 * namespace, nlink and lov.
 */
#include "rules_run.h"

/* ---- namespace ----------------------------------------------------------------------------- */

START_TEST(dirent_dangling)
{
	struct world w;
	struct sink s;

	w_free(&w);
	w_name(&w, "a")->lufid = FID_OTHER;
	w_name(&w, "b")->dir_class = DIR_INTERNAL;
	only(&w, "dirent-dangling");
	run(&w, "dirent-dangling", &s);
	ck_assert_uint_eq(s.findings, 2);
	w.o.ino = 20000; /* beyond the last inode */
	only(&w, "dirent-dangling");
}
END_TEST

START_TEST(dirent_contents)
{
	struct world w;

	w_file(&w);
	w.names[0].lufid = FID_OTHER;
	only(&w, "dirent-fid-mismatch");
	w.names[0].dir_class = DIR_INTERNAL; /* leftovers there mean nothing */
	w.f.class = CLASS_INTERNAL;
	only(&w, "");
	w.names[0].dir_class = DIR_RPD;
	w.f.class = CLASS_NAMESPACE;
	w_set_lma(&w, &FID_FILE, LMAI_REMOTE_PARENT);
	w.links[0].where = PARENT_FOREIGN;
	w.links[0].match = -1;
	only(&w, "rpd-name");
	w.names[0].name = "0x200000401:0x2:0x0";
	w.names[0].namelen = 19;
	only(&w, "");
	w_file(&w);
	w.names[0].type = 2;
	only(&w, "dirent-type");
	w.names[0].type = 0;
	only(&w, "");
	w.names[0].data_bad = true;
	only(&w, "dirent-malformed");
	w_file(&w);
	w.names[0].name = w.links[0].e.name = "na/e";
	w_decode_link(&w, 0);
	only(&w, "dirent-name-invalid");
	w.names[0].dir_encrypted = true;
	only(&w, "");
	w_dir(&w);
	w.f.dir_problem = "directory block is broken";
	w.f.dir_read = false;
	only(&w, "dirent-malformed");
	w_dir(&w);
	w.f.duplicate_name = "x";
	w.f.duplicate_name_len = 1;
	only(&w, "dirent-name-duplicate");
}
END_TEST

START_TEST(tree)
{
	struct world w;

	w_dir(&w);
	w.f.dotdot_ino = INO_OTHER;
	only(&w, "dotdot-mismatch");
	w_set_lma(&w, &FID_FILE, LMAI_REMOTE_PARENT);
	only(&w, "remote-parent-mismatch");
	w_dir(&w);
	w_name(&w, "second");
	only(&w, "directory-linked-twice dirent-no-linkea");
	/* Remote, open and unlinked. */
	w.names[0].dir_class = DIR_RPD;
	w.names[1].dir_class = DIR_PENDING;
	w.f.class = CLASS_ORPHAN;
	only(&w, "rpd-name"); /* for want of a FID */
	w_dir(&w);
	w.f.nnames = 0;
	w.links[0].match = -1;
	only(&w, "linkea-no-dirent directory-unreachable");
	w.f.names_blind = true;
	w.links[0].dir_blind = true;
	unknown(&w, "directory-unreachable");
	w_dir(&w);
	w.f.own_class = DIR_DETACHED; /* below one that is out of reach */
	w.names[0].dir_class = DIR_DETACHED;
	only(&w, "");
	w.f.in_loop = true;
	only(&w, "directory-loop");
	w_dir(&w);
	w.f.class = CLASS_AGENT;
	w_set_lma(&w, &FID_FILE, LMAI_AGENT);
	w.f.dotdot_ino = INO_OTHER;
	w.f.noi = w.f.nlinks = 0;
	w.o.ea[EA_LINK].state = EA_ABSENT;
	only(&w, "");
}
END_TEST

START_TEST(nameless_file)
{
	struct world w;

	w_file(&w);
	w.f.nnames = 0;
	w.links[0].match = -1;
	only(&w, "linkea-no-dirent nameless-file");
	w.links[0].where = PARENT_FOREIGN;
	only(&w, "remote-parent-mismatch");
	ck_assert_int_eq(run(&w, "nameless-file", NULL), OUT_UNKNOWN);
	w.links[0].where = PARENT_LOCAL;
	w.f.names_blind = true;
	w.links[0].dir_blind = true;
	unknown(&w, "nameless-file");
	w_file(&w);
	w.f.nnames = w.f.nlinks = 0;
	w.o.ea[EA_LINK].state = EA_ABSENT;
	only(&w, "nameless-file");
	w.o.inode.nlink = 0;
	only(&w, "");
}
END_TEST

/* ---- nlink --------------------------------------------------------------------------------- */

START_TEST(nlink_file)
{
	struct world w;

	w_file(&w);
	w.o.inode.nlink = 2;
	only(&w, "nlink-file");
	w.o.link.overflow_time = 1234; /* one MDT: there is nowhere else for a name */
	only(&w, "nlink-file");
	w.fld[1] = (struct fld_range){ .start = 0x240000400ULL, .end = 0x280000400ULL, .index = 1 };
	w.env.nfld = 2;
	unknown(&w, "nlink-file");
	w.o.link.overflow_time = 0;
	w.f.names_blind = true;
	unknown(&w, "nlink-file");
	w.f.names_blind = false;
	w_link(&w, "far", -1)->where = PARENT_FOREIGN;
	w_decode_link(&w, 0);
	w_set_lma(&w, &FID_FILE, LMAI_REMOTE_PARENT);
	only(&w, "remote-parent-mismatch");
	w_name(&w, "0x200000401:0x2:0x0")->dir_class = DIR_RPD; /* does not count */
	only(&w, "");
	w.o.inode.nlink = 1;
	only(&w, "nlink-file");
	w_file(&w); /* of 1.8: only names to compare with */
	w.f.nlinks = 0;
	w.o.ea[EA_LINK].state = EA_ABSENT;
	w.o.inode.nlink = 5;
	ck_assert_int_eq(run(&w, "nlink-file", NULL), OUT_VIOLATED);
	w.f.class = CLASS_ORPHAN;
	ck_assert_int_eq(run(&w, "nlink-file", NULL), OUT_NA);
}
END_TEST

START_TEST(nlink_directory)
{
	struct world w;

	w_dir(&w);
	w.o.inode.nlink = 2;
	only(&w, "nlink-directory");
	w.o.inode.nlink = 1;
	only(&w, "");
	w.o.inode.nlink = 7;
	w.f.dir_read = false;
	unknown(&w, "nlink-directory");
	w.f.dir_read = true;
	w.f.class = CLASS_ORPHAN;
	w.names[0].dir_class = DIR_PENDING;
	only(&w, "");
}
END_TEST

/* ---- lov ----------------------------------------------------------------------------------- */

START_TEST(lov_structure)
{
	struct world w;

	w_file(&w);
	w.o.lov_rc = -EBADMSG;
	w.o.lov_why = "layout has a wrong magic";
	only(&w, "lov-malformed");
	w.o.lov_rc = -EOPNOTSUPP;
	only(&w, "lov-unsupported");
	w_file(&w);
	w_lov32(&w, 4, LOV_PATTERN_COMPRESS);
	w_decode_lov(&w, 56);
	only(&w, "lov-unsupported");
	w_lov32(&w, 4, LOV_PATTERN_MDT);
	w_decode_lov(&w, 56);
	only(&w, "lov-malformed");
	w_file(&w);
	w_lov32(&w, 24, 0x12345);
	only(&w, "lov-stripe-size");
	w_lov32(&w, 24, 0);
	only(&w, "lov-stripe-size");
	w_lov32(&w, 4, LOV_PATTERN_RAID0 | LOV_PATTERN_F_RELEASED);
	w.lov[28] = 0;
	w_decode_lov(&w, 56);
	w_hsm(&w, HS_EXISTS | HS_ARCHIVED | HS_RELEASED);
	only(&w, "");
	w_dir(&w); /* a template may leave everything open */
	memset(w.lov, 0, 32);
	w_lov32(&w, 0, LOV_MAGIC_V1);
	w_decode_lov(&w, 32);
	only(&w, "");
}
END_TEST

START_TEST(lov_stripes)
{
	struct world w;

	w_file(&w);
	w.lov[28] = 0;
	w_decode_lov(&w, 56);
	only(&w, "lov-stripe-count");
	w_file(&w);
	w_lov32(&w, 52, 0xffffffff);
	only(&w, "lov-stripe-count");
	w_lov32(&w, 52, 0xffe0);
	only(&w, "lov-stripe-count lov-ost-unknown");
	w_file(&w);
	memset(w.lov + 32, 0, 24);
	w_decode_lov(&w, 56);
	only(&w, "lov-stripe-count");
	w_lov32(&w, 4, LOV_PATTERN_RAID0 | LOV_PATTERN_F_HOLE);
	only(&w, "");
	w_file(&w); /* FID form, with a version */
	w_lov64(&w, 32, 0x280000400ULL);
	w_lov64(&w, 40, 1ULL << 32 | 5);
	only(&w, "lov-stripe-count");
	w_lov64(&w, 40, 5);
	only(&w, "");
	w_composite_lov(&w);
	w_lov32(&w, 184 + 52, 0xffffffff); /* not initialised: no objects yet */
	w.lov[184 + 28] = w.lov[184 + 29] = 0xff;
	w_decode_lov(&w, 240);
	only(&w, "");
	w_lov32(&w, 128 + 52, 0xffffffff);
	only(&w, "lov-stripe-count");
}
END_TEST

START_TEST(lov_owner)
{
	struct world w;

	w_file(&w);
	w_lov64(&w, 8, 99);
	only(&w, "lov-owner");
	w_lov32(&w, 4, LOV_PATTERN_RAID0 | LOV_PATTERN_F_RELEASED);
	w_hsm(&w, HS_EXISTS | HS_ARCHIVED | HS_RELEASED);
	only(&w, "");
	w_file(&w); /* the form of 1.8 */
	w_set_lma(&w, &(struct fid){ INO_FILE, 9, 0 }, 0);
	w.names[0].lufid = w.o.fid;
	w.oi[0].rec.fid = w.o.fid;
	w.oi[0].oi = INO_FILE & 63;
	w_lov64(&w, 8, INO_FILE);
	w_lov64(&w, 16, 0);
	only(&w, "");
	w_file(&w); /* a volatile file */
	w_lov64(&w, 8, 99);
	w.f.class = CLASS_ORPHAN;
	w.names[0].dir_class = DIR_PENDING;
	only(&w, "");
}
END_TEST

static void share(struct world *w, u32 ino, u32 oid, bool pending)
{
	w->shares[w->f.nshares++] = (struct share_fact){
		.ino = ino, .claimant = FID_OTHER, .object = { FID_SEQ_IDIF, oid, 0 },
		.pending = pending,
	};
}

START_TEST(lov_shared)
{
	struct world w;

	w_file(&w);
	share(&w, INO_FILE, 77, false);
	only(&w, "");
	share(&w, INO_OTHER, 77, true); /* a victim of a migration */
	only(&w, "");
	w.shares[1].pending = false;
	only(&w, ""); /* the higher number tells */
	w.shares[1].ino = 5;
	only(&w, "lov-object-shared");
	w.shares[1].ino = INO_FILE;
	only(&w, "lov-object-shared");
	w.shares[1].object.oid = 78;
	only(&w, "");
}
END_TEST

START_TEST(lov_component_table)
{
	struct world w;

	w_file(&w);
	w_composite_lov(&w);
	w_lov32(&w, 80, 1); /* id again */
	only(&w, "lov-component");
	w_composite_lov(&w);
	w_lov32(&w, 32, 0);
	only(&w, "lov-component");
	w_composite_lov(&w);
	w_lov64(&w, 80 + 8, 0x200000); /* a gap */
	only(&w, "lov-component");
	w_composite_lov(&w);
	w_lov64(&w, 32 + 16, 0x100001);
	only(&w, "lov-component");
	w_composite_lov(&w);
	w.lov[16] = 1; /* two mirrors, it says */
	w_decode_lov(&w, 240);
	only(&w, "lov-component lov-mirror");
	/* Two mirrors, each [0, EOF). */
	w_lov32(&w, 32, 0x10001);
	w_lov64(&w, 32 + 16, LOV_EOF);
	w_lov32(&w, 80, 0x20002);
	w_lov64(&w, 80 + 8, 0);
	only(&w, "lov-mirror");
	w.lov[12] = LCM_FL_RDONLY;
	w_decode_lov(&w, 240);
	only(&w, "");
	w_composite_lov(&w);
	w.lov[14] = 0;
	w_decode_lov(&w, 240);
	only(&w, "lov-component");
}
END_TEST

Suite *suite_rules_tree(void)
{
	TCase *tc;
	Suite *s = suite_begin("rules_tree", &tc);

	tcase_add_test(tc, dirent_dangling);
	tcase_add_test(tc, dirent_contents);
	tcase_add_test(tc, tree);
	tcase_add_test(tc, nameless_file);
	tcase_add_test(tc, nlink_file);
	tcase_add_test(tc, nlink_directory);
	tcase_add_test(tc, lov_structure);
	tcase_add_test(tc, lov_stripes);
	tcase_add_test(tc, lov_owner);
	tcase_add_test(tc, lov_shared);
	tcase_add_test(tc, lov_component_table);
	return s;
}
