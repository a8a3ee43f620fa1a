/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of directories: joined from several logs, classified, searched. */
#include "ledger/dirtable.h"
#include "vector.h"

#define TOP 2
#define ROOT 12
#define PENDING 13
#define RPD 14

/* Some logs, as scan threads would have filled them; dealt out in turn. */
struct plan {
	struct membudget mem;
	struct env env;
	struct dirlog log[3];
	u32 rows, links;
	struct dirtable t;
};

static void add_row(struct plan *p, u32 ino, u32 dotdot, u8 flags)
{
	struct dir_row row = { .ino = ino, .dotdot = dotdot, .flags = flags };

	/* FIDs in another order than inode numbers. */
	row.fid = (struct fid){ FID_SEQ_NORMAL + ino % 5, 1 + ino * 2654435761U % 100000, 0 };
	ck_assert_int_eq(dirlog_add_dir(&p->log[p->rows++ % 3], &row), 0);
}

static void add_link(struct plan *p, u32 child, u32 parent)
{
	ck_assert_int_eq(dirlog_add_link(&p->log[p->links++ % 3], child, parent), 0);
}

/* A directory with its name in parent, and ".." to match. */
static void add_dir(struct plan *p, u32 ino, u32 parent)
{
	add_row(p, ino, parent, 0);
	add_link(p, ino, parent);
}

static void plan_begin(struct plan *p)
{
	memset(p, 0, sizeof(*p));
	membudget_init(&p->mem, 0);
	for (u32 i = 0; i < 3; i++)
		p->log[i].mem = &p->mem;
	p->env = (struct env){ .root_ino = ROOT, .pending_ino = PENDING, .rpd_ino = RPD };
	/* Not in the order of inode numbers. */
	add_dir(p, RPD, TOP);
	add_dir(p, ROOT, TOP);
	add_row(p, TOP, TOP, 0);
	add_dir(p, PENDING, TOP);
}

static void plan_build(struct plan *p)
{
	ck_assert_int_eq(dirtable_build(&p->t, &p->mem, &p->env, p->log, 3), 0);
	ck_assert_uint_eq(p->t.n, p->rows);
	for (u32 i = 0; i < 3; i++)
		ck_assert_ptr_null(p->log[i].rows);
	for (u32 i = 1; i < p->t.n; i++)
		ck_assert_uint_lt(p->t.rows[i - 1].ino, p->t.rows[i].ino);
}

static void plan_end(struct plan *p)
{
	dirtable_free(&p->t);
	ck_assert_uint_eq(p->mem.used, 0);
}

static const struct dir_row *row_of(const struct plan *p, u32 ino)
{
	const struct dir_row *row = dirtable_find(&p->t, ino);

	ck_assert_ptr_nonnull(row);
	ck_assert_uint_eq(row->ino, ino);
	return row;
}

static void expect(const struct plan *p, u32 ino, enum dir_class class, bool loop)
{
	const struct dir_row *row = row_of(p, ino);

	ck_assert_msg(row->class == class && !!(row->flags & DIRF_LOOP) == loop,
		      "directory %u has class %u%s", ino, row->class,
		      row->flags & DIRF_LOOP ? " and is in a loop" : "");
}

/* ---- classes ------------------------------------------------------------------------------- */

START_TEST(classes)
{
	struct plan p;

	plan_begin(&p);
	add_dir(&p, 103, 102); /* child before parent, parent before grandparent */
	add_dir(&p, 102, 101);
	add_dir(&p, 101, ROOT);
	add_dir(&p, 200, RPD);
	add_dir(&p, 201, 200);
	add_dir(&p, 300, PENDING);
	add_dir(&p, 301, 300);
	add_dir(&p, 400, TOP);
	add_dir(&p, 401, 400);
	plan_build(&p);
	expect(&p, TOP, DIR_INTERNAL, false);
	expect(&p, ROOT, DIR_NAMESPACE, false);
	expect(&p, PENDING, DIR_PENDING, false);
	expect(&p, RPD, DIR_RPD, false);
	for (u32 i = 101; i <= 103; i++)
		expect(&p, i, DIR_NAMESPACE, false);
	for (u32 i = 0; i < 2; i++) {
		expect(&p, 200 + i, DIR_REMOTE, false);
		expect(&p, 300 + i, DIR_ORPHAN, false);
		expect(&p, 400 + i, DIR_INTERNAL, false);
	}
	ck_assert_uint_eq(row_of(&p, 103)->parent, 102);
	ck_assert_uint_eq(row_of(&p, 103)->links, 1);
	ck_assert(row_of(&p, 200)->flags & DIRF_IN_RPD);
	ck_assert(row_of(&p, 300)->flags & DIRF_IN_PENDING);
	ck_assert(!(row_of(&p, 301)->flags & DIRF_IN_PENDING));
	plan_end(&p);
}
END_TEST

/* An MDT other than MDT0 has no ROOT; inode 0 must not be taken for it. */
START_TEST(without_root)
{
	struct plan p;

	plan_begin(&p);
	p.env.root_ino = 0;
	add_dir(&p, 101, ROOT); /* a plain directory here */
	add_dir(&p, 200, RPD);
	plan_build(&p);
	expect(&p, ROOT, DIR_INTERNAL, false);
	expect(&p, 101, DIR_INTERNAL, false);
	expect(&p, 200, DIR_REMOTE, false);
	plan_end(&p);
}
END_TEST

START_TEST(detached)
{
	struct plan p;

	plan_begin(&p);
	add_dir(&p, 101, 999); /* named in what is no directory */
	add_dir(&p, 102, 101);
	add_row(&p, 103, 0, 0); /* no name, no ".." */
	add_row(&p, 104, ROOT, 0); /* no name: ".." tells where it was */
	add_dir(&p, 105, 104);
	plan_build(&p);
	expect(&p, 101, DIR_DETACHED, false);
	expect(&p, 102, DIR_DETACHED, false);
	expect(&p, 103, DIR_DETACHED, false);
	expect(&p, 104, DIR_NAMESPACE, false);
	expect(&p, 105, DIR_NAMESPACE, false);
	ck_assert_uint_eq(row_of(&p, 104)->links, 0);
	ck_assert_uint_eq(row_of(&p, 104)->parent, 0);
	plan_end(&p);
}
END_TEST

/* The name decides, not ".."; of several names the one in PENDING. */
START_TEST(several_names)
{
	struct plan p;

	plan_begin(&p);
	add_dir(&p, 101, ROOT);
	add_row(&p, 102, 101, 0);
	add_link(&p, 102, 200);
	add_dir(&p, 200, RPD);
	add_row(&p, 103, ROOT, 0);
	add_link(&p, 103, ROOT);
	add_link(&p, 103, PENDING);
	add_link(&p, 103, 101);
	add_link(&p, 555, ROOT); /* a file with an entry of type directory */
	plan_build(&p);
	expect(&p, 102, DIR_REMOTE, false);
	expect(&p, 103, DIR_ORPHAN, false);
	ck_assert_uint_eq(row_of(&p, 103)->links, 2);
	ck_assert_uint_eq(row_of(&p, 103)->parent, PENDING);
	ck_assert(row_of(&p, 103)->flags & DIRF_IN_PENDING);
	ck_assert_uint_eq(row_of(&p, 101)->links, 1);
	ck_assert_ptr_null(dirtable_find(&p.t, 555));
	plan_end(&p);
}
END_TEST

/* ---- loops --------------------------------------------------------------------------------- */

/* A loop of 1 to 5 with a tail that hangs in it, entered from either end. */
START_TEST(loops)
{
	u32 len = 1 + (u32)_i / 2;
	u32 first = _i % 2 ? 100 : 500;
	struct plan p;

	plan_begin(&p);
	for (u32 i = 0; i < len; i++)
		add_dir(&p, 300 + i, 300 + (i + 1) % len);
	add_dir(&p, first, 300 + len - 1);
	add_dir(&p, first + 1, first);
	add_dir(&p, 600, ROOT);
	plan_build(&p);
	for (u32 i = 0; i < len; i++)
		expect(&p, 300 + i, DIR_DETACHED, true);
	expect(&p, first, DIR_DETACHED, false);
	expect(&p, first + 1, DIR_DETACHED, false);
	expect(&p, 600, DIR_NAMESPACE, false);
	plan_end(&p);
}
END_TEST

/* ---- many ---------------------------------------------------------------------------------- */

#define DEEP 10000

/* A chain, numbered downwards or upwards: neither recursion nor squares. */
START_TEST(deep_chain)
{
	struct plan p;
	u32 base = 1000;

	plan_begin(&p);
	for (u32 i = 0; i < DEEP; i++) {
		u32 up = _i % 2 ? i + 1 : i - 1;

		add_dir(&p, base + i, up < DEEP ? base + up : _i < 2 ? ROOT : 999);
	}
	plan_build(&p);
	for (u32 i = 0; i < DEEP; i++)
		expect(&p, base + i, _i < 2 ? DIR_NAMESPACE : DIR_DETACHED, false);
	plan_end(&p);
}
END_TEST

START_TEST(search_by_fid)
{
	const struct fid none = { FID_SEQ_NORMAL, 0xfffffff0, 0 };
	struct plan p;
	struct fid f;

	plan_begin(&p);
	for (u32 i = 0; i < 5000; i++)
		add_dir(&p, 100 + i, i ? 100 + i / 2 : ROOT);
	plan_build(&p);
	for (u32 i = 0; i < p.t.n; i++) {
		const struct dir_row *row = dirtable_find_fid(&p.t, &p.t.rows[i].fid);

		ck_assert_ptr_nonnull(row);
		ck_assert(fid_equal(&row->fid, &p.t.rows[i].fid));
		f = p.t.rows[i].fid;
		f.ver = 1;
		ck_assert_ptr_null(dirtable_find_fid(&p.t, &f));
	}
	ck_assert_ptr_null(dirtable_find_fid(&p.t, &none));
	ck_assert_ptr_null(dirtable_find_fid(&p.t, &(struct fid){ 0 }));
	ck_assert_ptr_null(dirtable_find(&p.t, 0));
	ck_assert_ptr_null(dirtable_find(&p.t, UINT32_MAX));
	plan_end(&p);
}
END_TEST

START_TEST(flags_are_kept)
{
	struct plan p;

	plan_begin(&p);
	add_row(&p, 100, ROOT, DIRF_AGENT);
	add_link(&p, 100, ROOT);
	add_row(&p, 101, ROOT, DIRF_BLIND | DIRF_ENCRYPT);
	add_link(&p, 101, ROOT);
	plan_build(&p);
	ck_assert(row_of(&p, 100)->flags & DIRF_AGENT);
	ck_assert(!(row_of(&p, 100)->flags & DIRF_BLIND));
	ck_assert(row_of(&p, 101)->flags & DIRF_BLIND);
	ck_assert(row_of(&p, 101)->flags & DIRF_ENCRYPT);
	plan_end(&p);
}
END_TEST

START_TEST(nothing_and_no_memory)
{
	struct membudget mem;
	struct env env = { .root_ino = ROOT };
	struct dirlog log = { .mem = &mem };
	struct dirtable t = { .n = 9 };
	struct dir_row row = { .ino = 5 };

	membudget_init(&mem, 0);
	ck_assert_int_eq(dirtable_build(&t, &mem, &env, &log, 1), 0);
	ck_assert_uint_eq(t.n, 0);
	ck_assert_ptr_null(dirtable_find(&t, 5));
	ck_assert_ptr_null(dirtable_find_fid(&t, &row.fid));
	dirtable_free(&t);
	log.mem = &mem;
	/* Room for the log, none for the table. */
	ck_assert_int_eq(dirlog_add_dir(&log, &row), 0);
	mem.limit = mem.used;
	t.n = 9;
	ck_assert_int_eq(dirtable_build(&t, &mem, &env, &log, 1), -ENOMEM);
	ck_assert_uint_eq(t.n, 9);
	dirlog_free(&log);
	ck_assert_uint_eq(mem.used, 0);
	membudget_init(&mem, 16);
	log.mem = &mem;
	ck_assert_int_eq(dirlog_add_dir(&log, &row), -ENOMEM);
	ck_assert_int_eq(dirlog_add_link(&log, 1, 2), -ENOMEM);
	ck_assert_uint_eq(log.nrows + log.nlinks, 0);
}
END_TEST

Suite *suite_dirtable(void);

Suite *suite_dirtable(void)
{
	TCase *tc;
	Suite *s = suite_begin("dirtable", &tc);

	tcase_add_test(tc, classes);
	tcase_add_test(tc, without_root);
	tcase_add_test(tc, detached);
	tcase_add_test(tc, several_names);
	tcase_add_loop_test(tc, loops, 0, 10);
	tcase_add_loop_test(tc, deep_chain, 0, 4);
	tcase_add_test(tc, search_by_fid);
	tcase_add_test(tc, flags_are_kept);
	tcase_add_test(tc, nothing_and_no_memory);
	return s;
}
