/* SPDX-License-Identifier: GPL-2.0-only */
/* The rules about mirrors, data on the MDT, OST objects, templates, HSM and SOM. */
#include "rules_run.h"

#define FIRST 32U  /* entries of w_composite_lov() */
#define SECOND 80U
#define BLOB1 128U /* and their blobs */
#define BLOB2 184U

/* Two mirrors over [0, EOF), in sync. */
static void mirrored(struct world *w)
{
	w_file(w);
	w_composite_lov(w);
	w_lov32(w, FIRST, 0x10001);
	w_lov64(w, FIRST + 16, LOV_EOF);
	w_lov32(w, SECOND, 0x20002);
	w_lov64(w, SECOND + 8, 0);
	w->lov[12] = LCM_FL_RDONLY;
	w->lov[16] = 1;
	w_decode_lov(w, 240);
}

START_TEST(mirrors)
{
	struct world w;

	mirrored(&w);
	only(&w, "");
	w_lov32(&w, SECOND + 4, LCME_INIT | LCME_STALE);
	only(&w, ""); /* resync failed, or has not begun */
	w.lov[12] = LCM_FL_WRITE_PENDING;
	w_decode_lov(&w, 240);
	only(&w, "");
	w.lov[12] = LCM_FL_PCC_RDONLY | LCM_FL_RDONLY;
	w_decode_lov(&w, 240);
	only(&w, "");
	w_lov32(&w, FIRST + 4, LCME_INIT | LCME_STALE);
	only(&w, "lov-mirror");
	mirrored(&w);
	w.lov[12] = LCM_FL_PCC_RDONLY; /* says nothing of mirrors */
	w_decode_lov(&w, 240);
	only(&w, "lov-mirror");
	w_composite_lov(&w); /* one mirror */
	w.lov[12] = LCM_FL_SYNC_PENDING;
	w_decode_lov(&w, 240);
	only(&w, "lov-mirror");
}
END_TEST

START_TEST(parity)
{
	struct world w;

	mirrored(&w);
	w_lov32(&w, SECOND + 4, LCME_INIT | LCME_PARITY);
	only(&w, "lov-mirror"); /* of nothing */
	w.lov[SECOND + 44] = 8;
	w.lov[SECOND + 45] = 2;
	w_decode_lov(&w, 240);
	only(&w, "");
	w.lov[SECOND + 45] = 16;
	w_decode_lov(&w, 240);
	only(&w, "lov-mirror");
	w.lov[SECOND + 44] = 241;
	w.lov[SECOND + 45] = 15;
	w_decode_lov(&w, 240);
	only(&w, "");
	w.lov[SECOND + 44] = 242;
	w_decode_lov(&w, 240);
	only(&w, "lov-mirror");
	/* The only mirror of data is stale. */
	w.lov[SECOND + 44] = 8;
	w_lov32(&w, FIRST + 4, LCME_INIT | LCME_STALE);
	only(&w, "lov-mirror");
	/* Data and parity in one mirror. */
	w_composite_lov(&w);
	w.lov[FIRST + 44] = 4;
	w.lov[FIRST + 45] = 2;
	w_lov32(&w, FIRST + 4, LCME_INIT | LCME_PARITY);
	only(&w, "lov-mirror");
}
END_TEST

START_TEST(extensions)
{
	struct world w;

	w_file(&w);
	w_composite_lov(&w);
	w_lov32(&w, 0, LOV_MAGIC_SEL);
	w_lov32(&w, SECOND + 4, LCME_EXTENSION);
	w_lov32(&w, BLOB2 + 24, 65536); /* 64 MiB, in KiB */
	only(&w, "");
	w_lov32(&w, SECOND + 4, LCME_EXTENSION | LCME_INIT);
	only(&w, "lov-component");
	w_lov32(&w, SECOND + 4, LCME_EXTENSION);
	w_lov64(&w, FIRST + 16, 0); /* no length, in use, and the first */
	w_lov64(&w, SECOND + 8, 0);
	only(&w, "lov-component");
	w_composite_lov(&w);
	w_lov32(&w, FIRST + 4, LCME_EXTENSION); /* of nothing */
	only(&w, "lov-component");
	w_composite_lov(&w);
	w_lov64(&w, SECOND + 16, 0x100000); /* the last has no length */
	only(&w, "lov-component");
}
END_TEST

/* The first component on the MDT. */
static void dom(struct world *w)
{
	w_file(w);
	w_composite_lov(w);
	w_lov32(w, BLOB1 + 4, LOV_PATTERN_MDT);
	w->lov[BLOB1 + 28] = 0;
	w_decode_lov(w, 240);
}

START_TEST(data_on_mdt)
{
	static const u8 nothing[60], one_block[60] = { [4] = 9 };
	static const u8 no_extent[60] = { 0x0a, 0xf3, 0, 0, 4 }, extent[60] = { 0x0a, 0xf3, 1, 0, 4 };
	struct world w;

	dom(&w);
	w.o.inode.block_area = one_block;
	only(&w, "");
	w.lov[BLOB1 + 28] = 1; /* clients have written that */
	w_decode_lov(&w, 240);
	only(&w, "");
	w.lov[BLOB1 + 28] = 2;
	w_decode_lov(&w, 240);
	only(&w, "lov-component");
	dom(&w);
	w_lov32(&w, BLOB1 + 24, 0x80000);
	only(&w, "lov-component");
	w_file(&w);
	w.o.inode.size = 100; /* of a truncate, before there was a layout */
	w.o.inode.block_area = nothing;
	only(&w, "");
	w.o.inode.block_area = one_block;
	only(&w, "lov-dom");
	w.o.inode.flags = EXT4_FL_EXTENTS;
	w.o.inode.block_area = no_extent;
	only(&w, "");
	w.o.inode.block_area = extent;
	only(&w, "lov-dom");
	w.f.class = CLASS_ORPHAN;
	w.names[0].dir_class = DIR_PENDING;
	only(&w, "");
}
END_TEST

START_TEST(lost_layout)
{
	struct world w;

	w_file(&w);
	w.o.ea[EA_LOV].state = EA_ABSENT;
	w.o.inode.size = 100;
	only(&w, "");
	w_som(&w, SOM_LAZY, 0);
	only(&w, "");
	w_som(&w, SOM_LAZY, 5);
	only(&w, "lov-missing");
	w.f.class = CLASS_INTERNAL;
	only(&w, "");
	w.f.class = CLASS_NAMESPACE;
	w.o.ea_broken = "EA list is broken";
	unknown(&w, "lov-missing");
	w_file(&w);
	w.o.ea[EA_LOV].state = EA_ABSENT;
	w_hsm(&w, HS_NOARCHIVE);
	only(&w, "");
	w_hsm(&w, HS_EXISTS | HS_ARCHIVED);
	only(&w, "lov-missing");
	w_object(&w, S_IFLNK | 0777, 1);
	only(&w, "");
	w_plain_lov(&w);
	only(&w, "lov-misplaced");
}
END_TEST

START_TEST(ost_objects)
{
	struct world w;

	w_file(&w);
	w_lov32(&w, 52, 4); /* there are 0 to 3 */
	only(&w, "lov-ost-unknown");
	w_file(&w);
	w_lov64(&w, 32, 100);
	only(&w, "");
	w_lov64(&w, 32, 101);
	only(&w, "lov-object-future");
	w.objid[3] = 0; /* never connected since lov_objid was made */
	only(&w, "");
	w.objid[3] = 100;
	w.objseq[3] = 0x280000401; /* counts another sequence by now */
	only(&w, "");
	w.env.nlov_objseq = 0; /* before 2.4 */
	only(&w, "lov-object-future");
	w.env.nlov_objid = 0;
	ck_assert_int_eq(run(&w, "lov-object-future", NULL), OUT_UNKNOWN);
	ck_assert_int_eq(run(&w, "lov-ost-unknown", NULL), OUT_UNKNOWN);
	/* While scanning that makes no suspect. */
	w.f = (struct facts){ .env = &w.env, .obj = &w.o };
	ck_assert_int_eq(run(&w, "lov-ost-unknown", NULL), OUT_BLIND);
}
END_TEST

START_TEST(ost_sequences)
{
	struct world w;

	w_file(&w);
	w_lov64(&w, 32, 0x280000401ULL);
	w_lov64(&w, 40, 200);
	only(&w, "");
	w.objseq[3] = 0x280000401ULL;
	only(&w, "lov-object-future");
	w_lov32(&w, 52, 2); /* the range is OST 3's */
	only(&w, "lov-object-sequence");
	w_lov64(&w, 32, 0x200000401ULL);
	only(&w, "lov-object-sequence");
	w_lov64(&w, 32, 0x300000401ULL); /* nobody's */
	only(&w, "lov-object-sequence");
	w.env.index = 1;
	w.env.nfld = 1;
	ck_assert_int_eq(run(&w, "lov-object-sequence", NULL), OUT_UNKNOWN);
	w_file(&w); /* the form that spells the OST */
	w_lov64(&w, 32, FID_SEQ_IDIF | 3 << 16);
	w_lov64(&w, 40, 77);
	only(&w, "");
	w_lov64(&w, 32, FID_SEQ_IDIF | 2 << 16);
	only(&w, "lov-object-sequence");
	w_file(&w); /* released: what is written there means nothing */
	w_lov32(&w, 52, 99);
	w_lov32(&w, 4, LOV_PATTERN_RAID0 | LOV_PATTERN_F_RELEASED);
	w_hsm(&w, HS_EXISTS | HS_ARCHIVED | HS_RELEASED);
	only(&w, "");
}
END_TEST

START_TEST(templates_and_pools)
{
	struct world w;

	w_dir(&w);
	w_composite_lov(&w);
	w_lov32(&w, FIRST, 0);
	w_lov32(&w, SECOND, 0);
	only(&w, "");
	w_lov64(&w, SECOND + 8, 0x200000);
	only(&w, "lov-template");
	w_composite_lov(&w);
	w_lov32(&w, BLOB1 + 24, 0x12345);
	only(&w, "lov-template");
	w_file(&w);
	memmove(w.lov + 48, w.lov + 32, 24);
	memset(w.lov + 32, 0, 16);
	put32(w.lov, LOV_MAGIC_V3);
	memset(w.lov + 32, 'x', 15);
	w_decode_lov(&w, 72);
	only(&w, "");
	w.lov[47] = 'x';
	w_decode_lov(&w, 72);
	only(&w, "lov-pool");
	w.lov[33] = '\t';
	w.lov[47] = 0;
	w_decode_lov(&w, 72);
	only(&w, "lov-pool");
}
END_TEST

START_TEST(hsm_states)
{
	static const u32 legal[] = { 0, 1, 3, 9, 0xb, 0x39, 0x49, 0x80, 0x109 };
	static const u32 bad[] = { 2, 0x40, 0x41, 0x200, 0x80000009 };
	struct world w;
	u32 i;

	w_file(&w);
	for (i = 0; i < ARRAY_SIZE(legal); i++) {
		w_hsm(&w, legal[i]);
		only(&w, "");
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		w_hsm(&w, bad[i]);
		only(&w, "hsm-flags");
	}
	w_hsm(&w, 0xd);
	only(&w, "lov-hsm-released");
	w_hsm(&w, 0xf);
	only(&w, "lov-hsm-released hsm-flags");
	w.o.hsm_rc = -EBADMSG;
	only(&w, "hsm-malformed");
	w_file(&w);
	w_lov32(&w, 4, LOV_PATTERN_RAID0 | LOV_PATTERN_F_RELEASED);
	only(&w, "lov-hsm-released");
	w.f.class = CLASS_ORPHAN; /* between the two steps of a release */
	w.names[0].dir_class = DIR_PENDING;
	only(&w, "");
	w.f.class = CLASS_NAMESPACE;
	w.names[0].dir_class = DIR_NAMESPACE;
	w.o.ea_broken = "EA list is broken";
	ck_assert_int_eq(run(&w, "lov-hsm-released", NULL), OUT_UNKNOWN);
	w_file(&w);
	w_composite_lov(&w);
	w_hsm(&w, 0xd);
	w_lov32(&w, BLOB2 + 4, LOV_PATTERN_RAID0 | LOV_PATTERN_F_RELEASED);
	only(&w, "lov-hsm-released");
	w_lov32(&w, BLOB1 + 4, LOV_PATTERN_RAID0 | LOV_PATTERN_F_RELEASED);
	only(&w, "");
}
END_TEST

START_TEST(som_states)
{
	struct world w;

	w_file(&w);
	w_som(&w, SOM_STRICT, 5);
	only(&w, "");
	w_som(&w, 0, 5);
	only(&w, "");
	w_som(&w, 0x40, 5);
	only(&w, "som-malformed");
	w.o.som_rc = -EOPNOTSUPP; /* the longer form of old versions */
	only(&w, "");
	w.o.som_rc = -EBADMSG;
	only(&w, "som-malformed");
}
END_TEST

Suite *suite_rules_lov(void)
{
	TCase *tc;
	Suite *s = suite_begin("rules_lov", &tc);

	tcase_add_test(tc, mirrors);
	tcase_add_test(tc, parity);
	tcase_add_test(tc, extensions);
	tcase_add_test(tc, data_on_mdt);
	tcase_add_test(tc, lost_layout);
	tcase_add_test(tc, ost_objects);
	tcase_add_test(tc, ost_sequences);
	tcase_add_test(tc, templates_and_pools);
	tcase_add_test(tc, hsm_states);
	tcase_add_test(tc, som_states);
	return s;
}
