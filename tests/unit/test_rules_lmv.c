/* SPDX-License-Identifier: GPL-2.0-only */
/* Rules about striped directories: masters, shards, and the names in them. */
#include <stdio.h>

#include "rules_run.h"
#include "ondisk/lmv_hash.h"

#define MASTER_COUNT 2

/* A directory with an LMV of two stripes, in order. */
static void w_striped(struct world *w, enum lmv_kind kind, u32 index)
{
	w_dir(w);
	w_set_lma(w, &FID_FILE, LMAI_STRIPED);
	w->o.ea[EA_LMV] = (struct ea){ .state = EA_PRESENT, .len = LMV_SIZE };
	w->o.lmv = (struct lmv){
		.kind = kind,
		.stripe_count = MASTER_COUNT,
		.index = index,
		.hash_type = LMV_HASH_FNV_1A_64,
	};
	w->env.has_index = true;
}

static void w_master(struct world *w)
{
	w_striped(w, LMV_MASTER, 0);
	w->f.shard_names = w->f.shard_indices = MASTER_COUNT;
}

/* Shard 1 under the name that a master gives it, in name entry and linkEA. */
static void w_shard_called(struct world *w, const struct fid *fid, u32 index)
{
	static char name[64];
	struct lmv master = { LMV_MASTER, MASTER_COUNT, 0, LMV_HASH_FNV_1A_64, 0, 0, 0, false };

	snprintf(name, sizeof(name), "[0x%llx:0x%x:0x%x]:%u", (unsigned long long)fid->seq,
		 fid->oid, fid->ver, index);
	w_striped(w, LMV_SHARD, 1);
	w->f.nnames = w->f.nlinks = 0;
	w_name(w, name);
	w->names[0].type = 2;
	w->names[0].dir_lmv = master;
	w_link(w, name, 0);
	w_decode_link(w, 0);
}

static void w_shard(struct world *w)
{
	w_shard_called(w, &FID_FILE, 1);
}

START_TEST(healthy)
{
	struct world w;

	w_master(&w);
	only(&w, "");
	w_shard(&w);
	only(&w, "");
	ck_assert_int_eq(run(&w, "lmv-shard-name", NULL), OUT_HOLDS);
	ck_assert_int_eq(run(&w, "lmv-shard-mismatch", NULL), OUT_HOLDS);
	ck_assert_int_eq(run(&w, "lmv-name-in-master", NULL), OUT_HOLDS);
}
END_TEST

START_TEST(records)
{
	struct world w;

	w_master(&w);
	w.o.lmv_rc = -EBADMSG;
	w.o.lmv_why = "bad";
	w.o.lmv = (struct lmv){ .kind = LMV_UNUSABLE };
	only(&w, "lmv-malformed");
	w.o.lmv_rc = -EOPNOTSUPP;
	only(&w, "lmv-unsupported");
	w.f.class = CLASS_ORPHAN;
	only(&w, "");
	w_master(&w);
	w.o.lmv.pad_set = true;
	only(&w, "lmv-unsupported");
	w_shard(&w);
	w.o.lmv.index = 2;
	only(&w, "lmv-index lmv-shard-name");
	w.o.lmv.hash_type |= LMV_F_MIGRATION;
	only(&w, "");
	w_master(&w);
	w.o.lmv.index = 1;
	only(&w, "lmv-master-index");
	w.env.has_index = false;
	unknown(&w, "lmv-master-index");
	w_master(&w);
	w_set_lma(&w, &FID_FILE, 0);
	only(&w, "lmv-flag-missing");
	w_dir(&w);
	w.o.ea[EA_DMV] = (struct ea){ .state = EA_PRESENT, .len = 40 };
	w.o.dmv_rc = -EBADMSG;
	w.o.dmv_why = "bad";
	only(&w, "dmv-malformed");
}
END_TEST

/* What the scan may ask: the object alone. */
START_TEST(scan)
{
	struct world w;

	w_master(&w);
	w.f = (struct facts){ .env = &w.env, .obj = &w.o };
	only(&w, "");
	w.o.lmv.index = 7;
	only(&w, "lmv-master-index");
}
END_TEST

START_TEST(shard_name)
{
	struct world w;

	w_shard_called(&w, &FID_OTHER, 1);
	only(&w, "lmv-shard-name");
	w_shard_called(&w, &FID_FILE, 0);
	only(&w, "lmv-shard-name");
	w_shard_called(&w, &FID_FILE, 2);
	only(&w, "lmv-shard-name");
	w.names[0].dir_lmv.hash_type |= LMV_F_SPLIT | LMV_F_MIGRATION;
	only(&w, "");
	w_shard_called(&w, &FID_FILE, 0);
	w.o.lmv.hash_type |= LMV_F_MIGRATION;
	only(&w, "");
	/* Not in a master: any name will do. */
	w_shard_called(&w, &FID_OTHER, 7);
	w.names[0].dir_lmv = (struct lmv){ .kind = LMV_ABSENT };
	only(&w, "");
	w_master(&w);
	w.f.shard_twice = 1;
	only(&w, "lmv-shard-name");
	w.f.dir_read = false;
	unknown(&w, "lmv-shard-name");
}
END_TEST

/* The name of a shard whose master is elsewhere stands in its linkEA alone. */
START_TEST(remote_shard)
{
	struct sink sink;
	struct world w;

	w_shard(&w);
	w_set_lma(&w, &FID_FILE, LMAI_STRIPED | LMAI_REMOTE_PARENT);
	w.names[0].dir_lmv = (struct lmv){ .kind = LMV_ABSENT };
	ck_assert_int_eq(run(&w, "lmv-shard-name", NULL), OUT_HOLDS);
	w.o.lmv.index = 0;
	ck_assert_int_eq(run(&w, "lmv-shard-name", &sink), OUT_VIOLATED);
	ck_assert_uint_eq(sink.findings, 1);
	w.f.nlinks = 0;
	ck_assert_int_eq(run(&w, "lmv-shard-name", NULL), OUT_UNKNOWN);
}
END_TEST

START_TEST(mismatch)
{
	struct world w;

	w_shard(&w);
	w.o.lmv.stripe_count = 3;
	only(&w, "lmv-shard-mismatch");
	w.o.lmv.hash_type |= LMV_F_MERGE | LMV_F_MIGRATION;
	only(&w, "");
	w_shard(&w);
	w.o.lmv.hash_type = LMV_HASH_CRUSH;
	only(&w, "lmv-shard-mismatch");
	w.names[0].dir_lmv.hash_type = LMV_F_BAD_TYPE;
	only(&w, "");
	w_shard(&w);
	w.o.lmv.version = 7;
	w.o.lmv.hash_type |= LMV_F_FIXED;
	only(&w, "");
	w_shard(&w);
	w.o.lmv.kind = LMV_MASTER;
	w.f.shard_indices = 2;
	only(&w, "lmv-shard-mismatch lmv-master-index");
	w_shard(&w);
	w.o.lmv = (struct lmv){ .kind = LMV_ABSENT };
	w.o.ea[EA_LMV].state = EA_ABSENT;
	only(&w, "lmv-shard-mismatch");
	w.o.ea_broken = "broken";
	unknown(&w, "lmv-shard-mismatch");
	w_shard(&w);
	w.f.class = CLASS_AGENT;
	w_set_lma(&w, &FID_FILE, LMAI_AGENT);
	ck_assert_int_eq(run(&w, "lmv-shard-mismatch", NULL), OUT_UNKNOWN);
}
END_TEST

START_TEST(whole)
{
	struct world w;

	w_master(&w);
	w.f.shard_indices = 1;
	only(&w, "lmv-shard-missing");
	w.o.lmv.hash_type |= LMV_F_LOST_LMV;
	only(&w, "");
	w_master(&w);
	w.f.shard_indices = 1;
	w.o.lmv.hash_type |= LMV_F_MIGRATION;
	only(&w, "");
	w_master(&w);
	w.f.shard_indices = 1;
	w.f.dir_read = false;
	unknown(&w, "lmv-shard-missing");
	w_dir(&w);
	w.f.shard_names = 1;
	only(&w, "lmv-master-missing");
	w.f.own_class = DIR_INTERNAL;
	only(&w, "");
	w_dir(&w);
	w.f.shard_names = 1;
	w.o.ea_broken = "broken";
	ck_assert_int_eq(run(&w, "lmv-master-missing", NULL), OUT_UNKNOWN);
}
END_TEST

START_TEST(in_master)
{
	struct world w;

	w_file(&w);
	w.names[0].dir_lmv = (struct lmv){ .kind = LMV_MASTER, .stripe_count = 2, .hash_type = 2 };
	only(&w, "lmv-name-in-master");
	w.names[0].dir_lmv.hash_type |= LMV_F_MIGRATION;
	only(&w, "");
	w.names[0].dir_lmv.hash_type = 2;
	w.names[0].dir_class = DIR_PENDING;
	ck_assert_int_ne(run(&w, "lmv-name-in-master", NULL), OUT_VIOLATED);
}
END_TEST

START_TEST(misplaced)
{
	struct sink sink;
	struct world w;
	u32 due;

	w_file(&w);
	due = lmv_stripe_of(LMV_HASH_CRUSH2, 5, "name", 4);
	w.names[0].dir_lmv = (struct lmv){
		.kind = LMV_SHARD,
		.stripe_count = 5,
		.index = due,
		.hash_type = LMV_HASH_CRUSH2,
	};
	only(&w, "");
	ck_assert_int_eq(run(&w, "lmv-name-misplaced", NULL), OUT_HOLDS);
	w.names[0].dir_lmv.index = (due + 1) % 5;
	w.names[0].shard_trust = SHARD_TRUSTED;
	only(&w, "lmv-name-misplaced");
	ck_assert_int_eq(run(&w, "lmv-name-misplaced", &sink), OUT_VIOLATED);
	ck_assert_int_eq(sink.fi.severity, SEV_ERROR);
	w.names[0].shard_trust = SHARD_ALONE;
	ck_assert_int_eq(run(&w, "lmv-name-misplaced", &sink), OUT_VIOLATED);
	ck_assert_int_eq(sink.fi.severity, SEV_WARNING);
	w.names[0].shard_trust = SHARD_DOUBTFUL;
	w.names[0].shard_doubt = "the layout changes";
	unknown(&w, "lmv-name-misplaced");
	w.names[0].dir_class = DIR_ORPHAN;
	ck_assert_int_eq(run(&w, "lmv-name-misplaced", NULL), OUT_NA);
}
END_TEST

Suite *suite_rules_lmv(void)
{
	TCase *tc;
	Suite *s = suite_begin("rules_lmv", &tc);

	tcase_add_test(tc, healthy);
	tcase_add_test(tc, records);
	tcase_add_test(tc, scan);
	tcase_add_test(tc, shard_name);
	tcase_add_test(tc, remote_shard);
	tcase_add_test(tc, mismatch);
	tcase_add_test(tc, whole);
	tcase_add_test(tc, in_master);
	tcase_add_test(tc, misplaced);
	return s;
}
