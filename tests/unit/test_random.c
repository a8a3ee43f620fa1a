/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The proof of the scan: random small states go through the real terms, record rules
 * and named checks, and what these flag must be exactly what a judge that compares
 * everything with everything finds wrong.
 */
#include <stdio.h>
#include <sys/stat.h>

#include "ledger/dirtable.h"
#include "ledger/nameset.h"
#include "ledger/post.h"
#include "random_world.h"
#include "recordrules.h"
#include "rules_world.h"

#define STATES 100000
#define PER_TEST (STATES / 4)

/* What the phase that scans holds; the parts of it that need no file system. */
struct lab {
	struct membudget mem;
	struct view_info info;
	struct fld_range fld[2];
	u32 oi_ino[4];
	struct env env;
	struct ledger ledger;
	struct poster poster;
	struct record_rules record;
	struct nameset names;
	bool flagged;
	/* EAs of the object in hand. */
	u8 lma[24], link[1024];
};

static void lab_begin(struct lab *lab)
{
	static const bool none_off[128];
	u32 nrules;

	memset(lab, 0, sizeof(*lab));
	lab->info = (struct view_info){ .inodes_count = RW_INODES, .first_ino = 11 };
	lab->fld[0] = (struct fld_range){ .start = RW_SEQ, .end = RW_SEQ_FOREIGN };
	lab->fld[1] = (struct fld_range){ RW_SEQ_FOREIGN, RW_SEQ_END, .index = 1 };
	lab->env = (struct env){
		.info = &lab->info,
		.root_ino = RW_ROOT,
		.pending_ino = RW_PENDING,
		.rpd_ino = RW_RPD,
		.has_index = true,
		.fld = lab->fld,
		.nfld = 2,
		.oi_ino = lab->oi_ino,
	};
	membudget_init(&lab->mem, 0);
	ck_assert_int_eq(ledger_init(&lab->ledger, &lab->mem, 0, RW_INODES + 1, RW_INODES), 0);
	ck_assert_int_eq(poster_init(&lab->poster, &lab->ledger, &lab->env, false), 0);
	ck_assert_int_eq(nameset_init(&lab->names, &lab->mem, &lab->poster.key), 0);
	rule_table(&nrules);
	ck_assert_uint_le(nrules, ARRAY_SIZE(none_off));
	record_rules_init(&lab->record, none_off);
}

static void lab_end(struct lab *lab)
{
	nameset_free(&lab->names);
	ledger_free(&lab->ledger);
	ck_assert_uint_eq(lab->mem.used, 0);
}

/* ---- from a state to what a view would tell ------------------------------------------------ */

static void encode_link(struct lab *lab, const struct rw_obj *r, struct object *o)
{
	u32 len = LINKEA_HEADER;

	if (!r->nlinks)
		return;
	memset(lab->link, 0, sizeof(lab->link));
	for (u32 i = 0; i < r->nlinks; i++) {
		u8 *p = lab->link + len;

		p[1] = (u8)(LINKEA_ENTRY_MIN + r->link[i].len);
		put_fid_be(p + 2, &r->link[i].parent);
		memcpy(p + LINKEA_ENTRY_MIN, r->link[i].name, r->link[i].len);
		len += p[1];
	}
	put32(lab->link, LINKEA_MAGIC);
	put32(lab->link + 4, r->nlinks);
	put64(lab->link + 8, len);
	set_ea(o, EA_LINK, lab->link, len);
	o->link_rc = linkea_decode(lab->link, len, &o->link, &o->link_why);
}

static void encode(struct lab *lab, const struct rw_obj *r, struct object *o)
{
	*o = (struct object){
		.ino = r->ino,
		.allocated = r->live,
		.inode = { .mode = r->mode, .nlink = r->live ? r->nlink : 0,
			   .generation = r->generation },
		.fid = fid_igif(r->ino, r->generation),
		.fid_source = FID_FROM_INODE,
	};
	encode_link(lab, r, o);
	if (!r->has_lma)
		return;
	put32(lab->lma, r->compat);
	put32(lab->lma + 4, r->incompat);
	put64(lab->lma + 8, r->fid.seq);
	put32(lab->lma + 16, r->fid.oid);
	put32(lab->lma + 20, r->fid.ver);
	set_ea(o, EA_LMA, lab->lma, sizeof(lab->lma));
	o->lma_rc = lma_decode(lab->lma, sizeof(lab->lma), &o->lma);
	ck_assert_int_eq(o->lma_rc, 0);
	o->fid = o->lma.fid;
	o->fid_source = FID_FROM_LMA;
}

static struct dirent_rec entry_of(const struct rw_state *s, const struct rw_name *n)
{
	return (struct dirent_rec){
		.ino = n->ino,
		.namelen = n->len,
		.type = n->type,
		.has_lufid = s->dirdata && n->has_lufid,
		.lufid = n->lufid,
		.name = n->name,
	};
}

/* ---- the scan, as phase_scan.c does it ----------------------------------------------------- */

static void scan_name(struct lab *lab, const struct rw_state *s, const struct object *o,
		      const struct rw_name *n, struct dirlog *log)
{
	struct dirent_rec d = entry_of(s, n);

	if (nameset_add(&lab->names, d.name, d.namelen) || d.ino > lab->info.inodes_count) {
		lab->flagged = true;
		return;
	}
	post_entry(&lab->poster, o, post_mode_guess(&lab->env, o), &d, 1);
	if (d.type == 2 || !d.type)
		ck_assert_int_eq(dirlog_add_link(log, d.ino, o->ino), 0);
}

static void scan_dir(struct lab *lab, const struct rw_state *s, const struct rw_obj *r,
		     const struct object *o, struct dirlog *log)
{
	struct dirent_rec up = { .ino = r->dotdot, .namelen = 2, .type = 2, .name = ".." };
	struct dir_row row = { .fid = o->fid, .ino = o->ino, .dotdot = r->dotdot };
	u32 subdirs = 0;

	up.has_lufid = s->dirdata && !fid_is_zero(&r->dotdot_lufid);
	up.lufid = r->dotdot_lufid;
	nameset_begin(&lab->names, 0, 0);
	if (r->dotdot)
		post_dotdot(&lab->poster, o, &up);
	for (u32 i = 0; i < r->nnames; i++) {
		scan_name(lab, s, o, &r->name[i], log);
		subdirs += r->name[i].type == 2;
	}
	if (r->dot != o->ino || !r->dotdot || (r->nlink != 1 && r->nlink != subdirs + 2))
		ledger_force(&lab->ledger, o->ino);
	row.guess = (u8)post_mode_guess(&lab->env, o);
	ck_assert_int_eq(dirlog_add_dir(log, &row), 0);
}

static void scan_objects(struct lab *lab, const struct rw_state *s, struct dirlog *log)
{
	struct facts f = { .env = &lab->env };

	for (u32 i = 0; i < s->nobj; i++) {
		struct object o;

		encode(lab, &s->obj[i], &o);
		if (env_is_exempt_ino(&lab->env, o.ino) || !object_is_live(&o))
			continue;
		f.obj = &o;
		if (record_rules_broken(&lab->record, &f) || !object_has_lma(&o))
			ledger_force(&lab->ledger, o.ino);
		post_object(&lab->poster, &o);
		if (S_ISDIR(o.inode.mode))
			scan_dir(lab, s, &s->obj[i], &o, log);
	}
}

static void scan_oi(struct lab *lab, const struct rw_state *s)
{
	for (u32 oi = 0; oi < s->oi_count; oi++) {
		const struct oi_record *last = NULL;

		for (u32 i = 0; i < s->nrec; i++) {
			const struct oi_record *r = &s->rec[i].rec;

			if (s->rec[i].file != oi)
				continue;
			if ((r->fid.seq & (s->oi_count - 1)) != oi ||
			    (last && fid_cmp(&last->fid, &r->fid) >= 0))
				lab->flagged = true;
			last = r;
			if (!r->ino || r->ino > lab->info.inodes_count)
				lab->flagged = true;
			else
				post_oi(&lab->poster, r);
		}
	}
}

static void repost(struct lab *lab, struct rw_state *s, const struct dir_row *row)
{
	enum post_mode to = post_mode_of(row->class, row->guess);
	const struct rw_obj *r = rw_find(s, row->ino);
	struct object o;

	if (to == row->guess)
		return;
	encode(lab, r, &o);
	for (u32 i = 0; i < r->nnames; i++) {
		struct dirent_rec d = entry_of(s, &r->name[i]);

		if (d.ino > lab->info.inodes_count)
			continue;
		post_entry(&lab->poster, &o, row->guess, &d, -1);
		post_entry(&lab->poster, &o, to, &d, 1);
	}
}

/* The backend root has no name and is looked at in every run: it does not count here. */
static void scan_tree(struct lab *lab, struct rw_state *s, struct dirlog *log)
{
	struct dirtable t;

	ck_assert_int_eq(dirtable_build(&t, &lab->mem, &lab->env, log, 1), 0);
	for (u32 i = 0; i < t.n; i++) {
		const struct dir_row *row = &t.rows[i];

		repost(lab, s, row);
		if (row->ino != RW_TOP && (row->class == DIR_DETACHED || row->links != 1))
			ledger_force(&lab->ledger, row->ino);
	}
	dirtable_free(&t);
}

static bool lab_flags(struct lab *lab, struct rw_state *s)
{
	struct dirlog log = { .mem = &lab->mem };

	lab->flagged = false;
	lab->info.dirdata = s->dirdata;
	lab->env.oi_count = s->oi_count;
	ledger_window(&lab->ledger, 0);
	ledger_forget(&lab->ledger);
	scan_objects(lab, s, &log);
	scan_oi(lab, s);
	scan_tree(lab, s, &log);
	ledger_close(&lab->ledger);
	return lab->flagged || ledger_suspects(&lab->ledger);
}

/* ---- the tests ----------------------------------------------------------------------------- */

START_TEST(states_in_order_are_not_flagged)
{
	struct rw_state s;
	struct lab lab;

	lab_begin(&lab);
	for (u64 seed = 0; seed < 2000; seed++) {
		rw_make(&s, seed);
		if (rw_judge(&s) || lab_flags(&lab, &s)) {
			rw_dump(&s);
			ck_abort_msg("%s", rw_judge(&s) ? rw_judge(&s) : "flagged");
		}
	}
	lab_end(&lab);
}
END_TEST

START_TEST(flagged_is_what_is_wrong)
{
	u32 right = 0, wrong = 0;
	struct rw_state s;
	struct lab lab;

	lab_begin(&lab);
	for (u64 i = 0; i < PER_TEST; i++) {
		const char *why;

		rw_make(&s, (u64)_i * PER_TEST + i);
		rw_damage(&s, rw_random(&s, 16) ? 1 + rw_random(&s, 3) : 0);
		why = rw_judge(&s);
		*(why ? &wrong : &right) += 1;
		if (lab_flags(&lab, &s) == !!why)
			continue;
		rw_dump(&s);
		ck_abort_msg("seed %llu: %s%s", (unsigned long long)s.seed,
			     why ? "not flagged: " : "flagged, but in order", why ? why : "");
	}
	/* Neither answer may be a matter of course. */
	ck_assert_uint_gt(right, PER_TEST / 10);
	ck_assert_uint_gt(wrong, PER_TEST / 2);
	lab_end(&lab);
}
END_TEST

Suite *suite_random(void);

Suite *suite_random(void)
{
	TCase *tc;
	Suite *s = suite_begin("random", &tc);

	tcase_add_test(tc, states_in_order_are_not_flagged);
	tcase_add_loop_test(tc, flagged_is_what_is_wrong, 0, 4);
	return s;
}
