/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading again in order to post: directories whose place was guessed wrong, and all
 * for another window of inode numbers.
 *
 * Where the memory does not hold a sum for every inode number, all is read several
 * times, and each time the sums of one window are made.  Rules, counters, the table
 * of directories and the OST objects are the first scan's; here nothing is done but
 * posting.  Suspects of all windows come together in one set.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "phases.h"

/* Posts the names of a directory again whose place was guessed wrong. */
struct repost {
	struct run *r;
	enum post_mode from, to;
};

static int repost_entry(void *arg, const struct object *dir, const struct dirent_rec *d)
{
	const struct repost *p = arg;

	if (dirent_is_dot(d) || dirent_is_dotdot(d) || d->ino > p->r->env.info->inodes_count)
		return 0;
	post_entry(&p->r->poster, dir, p->from, d, -1);
	post_entry(&p->r->poster, dir, p->to, d, 1);
	return 0;
}

int scan_repost(struct run *r, struct view_buf *buf)
{
	const struct dir_ops ops = { .entry = repost_entry };
	struct repost p = { .r = r };
	struct object o;
	int rc = 0;

	view_pass_begin(r->view);
	for (u32 i = 0; i < r->dirs.n && !rc; i++) {
		const struct dir_row *row = &r->dirs.rows[i];

		if (stop_wanted(r->cancel))
			return -ECANCELED;
		p.from = row->guess;
		p.to = post_mode_of(row->class, row->guess);
		if (p.from == p.to)
			continue;
		if (view_read_object(r->view, buf, row->ino, &o)) {
			ledger_force(&r->ledger, row->ino);
			continue;
		}
		rc = view_read_dir(r->view, buf, &o, &ops, &p);
	}
	return rc;
}

/* What cannot be read now: for a target that changes it is said even if it could be before. */
struct again {
	struct run *r;
	struct poster poster;
	pthread_mutex_t *lock; /* of the run's problem list */
	struct oi_share *oi;
	enum post_mode mode; /* of the directory being read */
	u64 inodes;    /* read by this thread */
	u32 unmetered; /* records of the OI */
};

static void again_problem(void *arg, const struct view_problem *p)
{
	struct again *a = arg;

	pthread_mutex_lock(a->lock);
	run_add_problem(a->r, p);
	pthread_mutex_unlock(a->lock);
	if (p->ino)
		ledger_force(&a->r->ledger, p->ino);
}

static int again_entry(void *arg, const struct object *dir, const struct dirent_rec *d)
{
	struct again *a = arg;

	if (dirent_is_dotdot(d))
		post_dotdot(&a->poster, dir, d);
	else if (!dirent_is_dot(d) && d->ino <= a->r->env.info->inodes_count)
		post_entry(&a->poster, dir, a->mode, d, 1);
	return 0;
}

/* A directory that is younger than the table hangs where it is guessed to. */
static enum post_mode mode_of(const struct run *r, const struct object *o)
{
	const struct dir_row *row = dirtable_find(&r->dirs, o->ino);
	enum post_mode guess = post_mode_guess(&r->env, o);

	return row ? post_mode_of(row->class, guess) : guess;
}

static int again_object(void *arg, struct view_buf *buf, const struct object *o)
{
	static const struct dir_ops ops = { .entry = again_entry, .problem = again_problem };
	struct again *a = arg;
	struct run *r = a->r;

	if (!(++a->inodes % METER_STEP))
		meter_add(&r->meter, METER_STEP, METER_STEP);
	if (env_is_exempt_ino(&r->env, o->ino) || (o->inode.flags & EXT4_FL_EA_INODE) ||
	    !object_is_live(o))
		return 0;
	post_object(&a->poster, o);
	if (!S_ISDIR(o->inode.mode))
		return 0;
	a->mode = mode_of(r, o);
	return view_read_dir(r->view, buf, o, &ops, a);
}

static void again_group(void *arg, u32 group, u32 allocated, u32 delivered)
{
}

static int again_oi_records(void *arg, u32 oi, const struct oi_record *rec, u32 n)
{
	struct again *a = arg;

	for (u32 i = 0; i < n; i++)
		if (rec[i].ino && rec[i].ino <= a->r->env.info->inodes_count)
			post_oi(&a->poster, &rec[i]);
	meter_add_oi(&a->r->meter, &a->unmetered, n);
	return 0;
}

static void again_oi_problem(void *arg, const struct view_problem *p)
{
	struct again *a = arg;

	__atomic_store_n(&a->r->oi_blind, true, __ATOMIC_RELAXED);
	again_problem(arg, p);
}

static int again_rest(void *arg, struct view_buf *buf)
{
	struct again *a = arg;

	return scan_oi_files(a->oi, buf, a);
}

static int one_window(struct run *r)
{
	static const struct scan_ops ops = { again_object, again_group, again_problem, again_rest };
	static const struct oi_ops oi_ops = { .records = again_oi_records, .problem = again_oi_problem };
	struct oi_share oi = { .r = r, .ops = &oi_ops };
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct again again[MAX_THREADS];
	void *args[MAX_THREADS];

	for (u32 i = 0; i < r->threads; i++) {
		again[i] = (struct again){ .r = r, .poster = r->poster, .lock = &lock, .oi = &oi };
		args[i] = &again[i];
	}
	view_pass_begin(r->view);
	return view_scan(r->view, &ops, args, r->threads, r->cancel);
}

u64 scan_steps(const struct run *r)
{
	const struct view_info *info = r->env.info;
	u64 used = info->inodes_count - (u32)min_u64(info->free_inodes, info->inodes_count);
	u64 passes = ((u64)r->ledger.max_ino + r->ledger.count) / r->ledger.count;

	if (r->env.oi_count)
		used += used / METER_OI_RECORDS;
	return max_u64(1, used * passes);
}

int scan_other_windows(struct run *r)
{
	u64 first = (u64)r->ledger.first + r->ledger.count;
	int rc = 0;

	for (; !rc && first <= r->ledger.max_ino; first += r->ledger.count) {
		r->passes++;
		ledger_window(&r->ledger, (u32)first);
		rc = one_window(r);
		if (!rc)
			ledger_close(&r->ledger);
	}
	return rc;
}
