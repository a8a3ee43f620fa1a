/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of directories: joined, sorted, classified. */
#include "ledger/dirtable.h"

#include <stdlib.h>
#include <string.h>

#define LOG_FIRST 1024U
#define LOG_DOUBLE 65536U /* from here on by a quarter: less is left empty */

static int resize(struct membudget *mem, void **array, u64 *cap, u64 want, size_t size)
{
	void *p;

	if (want <= *cap)
		return 0;
	if (membudget_take(mem, (want - *cap) * size))
		return -ENOMEM;
	p = realloc(*array, want * size);
	if (!p) {
		membudget_give(mem, (want - *cap) * size);
		return -ENOMEM;
	}
	*array = p;
	*cap = want;
	return 0;
}

/* Grows an array of size-byte items to hold one more. */
static int grow(struct membudget *mem, void **array, u64 *cap, u64 used, size_t size)
{
	u64 want = *cap < LOG_FIRST ? LOG_FIRST :
		   *cap < LOG_DOUBLE ? *cap * 2 : *cap + *cap / 4;

	return used < *cap ? 0 : resize(mem, array, cap, want, size);
}

int dirlog_add_dir(struct dirlog *log, const struct dir_row *row)
{
	u64 cap = log->rows_cap;
	void *rows = log->rows;
	int rc = grow(log->mem, &rows, &cap, log->nrows, sizeof(*row));

	if (rc)
		return rc;
	log->rows = rows;
	log->rows_cap = (u32)cap;
	log->rows[log->nrows++] = *row;
	return 0;
}

int dirlog_add_link(struct dirlog *log, u32 child, u32 parent)
{
	void *links = log->links;
	int rc = grow(log->mem, &links, &log->links_cap, log->nlinks, sizeof(*log->links));

	if (rc)
		return rc;
	log->links = links;
	log->links[log->nlinks++] = (struct dir_link){ child, parent };
	return 0;
}

void dirlog_free(struct dirlog *log)
{
	if (log->mem) {
		membudget_give(log->mem, (u64)log->rows_cap * sizeof(*log->rows));
		membudget_give(log->mem, log->links_cap * sizeof(*log->links));
	}
	free(log->rows);
	free(log->links);
	memset(log, 0, sizeof(*log));
}

static int row_cmp(const void *a, const void *b)
{
	const struct dir_row *x = a, *y = b;

	return (x->ino > y->ino) - (x->ino < y->ino);
}

static int link_cmp(const void *a, const void *b)
{
	const struct dir_link *x = a, *y = b;

	if (x->child != y->child)
		return x->child < y->child ? -1 : 1;
	return (x->parent > y->parent) - (x->parent < y->parent);
}

static int fid_row_cmp(const void *a, const void *b, void *arg)
{
	const struct dir_row *rows = arg;

	return fid_cmp(&rows[*(const u32 *)a].fid, &rows[*(const u32 *)b].fid);
}

/* Room for so many rows and links, and no more. */
static int reserve(struct dirlog *log, u64 nrows, u64 nlinks)
{
	void *rows = log->rows, *links = log->links;
	u64 cap = log->rows_cap;
	int rc = nrows > UINT32_MAX ? -ENOMEM :
				      resize(log->mem, &rows, &cap, nrows, sizeof(*log->rows));

	log->rows = rows;
	log->rows_cap = (u32)cap;
	if (rc)
		return rc;
	rc = resize(log->mem, &links, &log->links_cap, nlinks, sizeof(*log->links));
	log->links = links;
	return rc;
}

static bool rows_in_order(const struct dirlog *log)
{
	u32 i = 1;

	while (i < log->nrows && log->rows[i - 1].ino < log->rows[i].ino)
		i++;
	return i >= log->nrows;
}

static bool links_in_order(const struct dirlog *log)
{
	u64 i = 1;

	while (i < log->nlinks && link_cmp(&log->links[i - 1], &log->links[i]) <= 0)
		i++;
	return i >= log->nlinks;
}

/*
 * Threads meet directories in the order of their numbers; and to sort takes memory for a second
 * copy.
 */
void dirlog_sort(struct dirlog *log)
{
	if (!rows_in_order(log))
		qsort(log->rows, log->nrows, sizeof(*log->rows), row_cmp);
	if (!links_in_order(log))
		qsort(log->links, log->nlinks, sizeof(*log->links), link_cmp);
}

/* Merges m sorted items into n others that have room behind them, from the last one on. */
static void merge_back(void *into, u64 n, const void *from, u64 m, size_t size,
		       int (*cmp)(const void *, const void *))
{
	const u8 *b = from;
	u8 *a = into;

	while (m) {
		u8 *out = a + (n + m - 1) * size;

		if (n && cmp(a + (n - 1) * size, b + (m - 1) * size) > 0)
			memcpy(out, a + --n * size, size);
		else
			memcpy(out, b + --m * size, size);
	}
}

static int absorb(struct dirlog *log, struct dirlog *other)
{
	int rc = reserve(log, (u64)log->nrows + other->nrows, log->nlinks + other->nlinks);

	if (rc)
		return rc;
	merge_back(log->rows, log->nrows, other->rows, other->nrows, sizeof(*log->rows), row_cmp);
	merge_back(log->links, log->nlinks, other->links, other->nlinks, sizeof(*log->links),
		   link_cmp);
	log->nrows += other->nrows;
	log->nlinks += other->nlinks;
	dirlog_free(other);
	return 0;
}

/* In pairs, pairs of pairs ...: never are there more than one and a half copies of it all. */
static int merge_logs(struct dirlog *all, struct dirlog *logs, u32 n)
{
	int rc = 0;

	for (u32 i = 0; i < n; i++)
		dirlog_sort(&logs[i]);
	for (u32 step = 1; step < n; step *= 2)
		for (u32 i = 0; i + step < n && !rc; i += 2 * step)
			rc = absorb(&logs[i], &logs[i + step]);
	if (rc || !n)
		return rc;
	*all = logs[0];
	logs[0] = (struct dirlog){ .mem = logs[0].mem };
	return 0;
}

/* Gives the rows of the log to the table, and what they do not fill back. */
static void take_rows(struct dirtable *t, struct dirlog *log)
{
	void *rows = log->nrows ? realloc(log->rows, log->nrows * sizeof(*log->rows)) : NULL;

	if (rows)
		log->rows = rows;
	membudget_give(t->mem, (u64)(log->rows_cap - log->nrows) * sizeof(*log->rows));
	t->rows = log->rows;
	t->n = log->nrows;
	log->rows = NULL;
	log->rows_cap = 0;
}

/* Gives every row the directory that holds its name. */
static void join_links(struct dirtable *t, const struct env *env, const struct dirlog *log)
{
	u64 k = 0;

	for (u32 i = 0; i < t->n; i++) {
		struct dir_row *row = &t->rows[i];

		while (k < log->nlinks && log->links[k].child < row->ino)
			k++;
		for (; k < log->nlinks && log->links[k].child == row->ino; k++) {
			u32 parent = log->links[k].parent;

			if (row->links < 2)
				row->links++;
			if (parent == env->pending_ino)
				row->flags |= DIRF_IN_PENDING;
			else if (parent == env->rpd_ino)
				row->flags |= DIRF_IN_RPD;
			if (!row->parent || parent == env->pending_ino)
				row->parent = parent;
		}
	}
}

static struct dir_row *find_row(const struct dirtable *t, u32 ino)
{
	struct dir_row key = { .ino = ino };

	return t->n ? bsearch(&key, t->rows, t->n, sizeof(key), row_cmp) : NULL;
}

/* The class of a directory that is a landmark or an entry point; DIR_UNKNOWN: ask its parent. */
static enum dir_class class_of_landmark(const struct env *env, const struct dir_row *row)
{
	if (row->ino == env->root_ino)
		return DIR_NAMESPACE;
	if (row->ino == env->rpd_ino)
		return DIR_RPD;
	if (row->ino == env->pending_ino)
		return DIR_PENDING;
	if (row->ino == env->lost_found_ino)
		return DIR_DETACHED;
	if (row->ino == 2)
		return DIR_INTERNAL;
	return DIR_UNKNOWN;
}

/* What hangs in a directory of class c. */
static enum dir_class class_of_child(enum dir_class c)
{
	switch (c) {
	case DIR_RPD:
		return DIR_REMOTE;
	case DIR_PENDING:
		return DIR_ORPHAN;
	default:
		return c;
	}
}

/* A way up.  Directories beside each other have one parent, and each asks for it twice. */
struct climb {
	const struct dirtable *t;
	struct dir_row *last; /* found before; NULL */
};

static struct dir_row *row_above(struct climb *c, const struct dir_row *row)
{
	u32 ino = row->parent ? row->parent : row->dotdot;

	if (!c->last || c->last->ino != ino)
		c->last = find_row(c->t, ino);
	return c->last;
}

/* Marks the rows of a loop, starting at one of them. */
static void mark_loop(struct climb *c, struct dir_row *row)
{
	while (!(row->flags & DIRF_LOOP)) {
		row->flags |= DIRF_LOOP;
		row = row_above(c, row);
	}
}

/*
 * Follows the parents of an unclassified row up to a row that has a class, and
 * gives everything on the way the class of what hangs there: that is one class for
 * the whole way, since only landmarks change it.  A chain that ends, or meets a row
 * of this same walk again, is detached.  Rows are marked as they are passed, so
 * every row is walked over twice in all.
 */
static void classify_from(struct climb *c, struct dir_row *row)
{
	enum dir_class class = DIR_DETACHED;
	struct dir_row *r = row;

	while (r && !r->class && !(r->flags & DIRF_SEEN)) {
		r->flags |= DIRF_SEEN;
		r = row_above(c, r);
	}
	if (r && r->class)
		class = class_of_child(r->class);
	else if (r)
		mark_loop(c, r);
	for (r = row; r && !r->class; r = row_above(c, r))
		r->class = class;
}

static void classify(struct dirtable *t, const struct env *env)
{
	struct climb c = { .t = t };

	for (u32 i = 0; i < t->n; i++)
		t->rows[i].class = class_of_landmark(env, &t->rows[i]);
	for (u32 i = 0; i < t->n; i++)
		if (!t->rows[i].class)
			classify_from(&c, &t->rows[i]);
}

int dirtable_build(struct dirtable *t, struct membudget *mem, const struct env *env,
		   struct dirlog *logs, u32 nlogs)
{
	struct dirlog all = { .mem = mem };
	struct dirtable n = { .mem = mem };
	int rc = merge_logs(&all, logs, nlogs);

	if (rc)
		goto out;
	rc = membudget_take(mem, (u64)all.nrows * sizeof(u32));
	if (rc)
		goto out;
	n.by_fid = malloc((size_t)all.nrows * sizeof(u32) + 1);
	if (!n.by_fid) {
		membudget_give(mem, (u64)all.nrows * sizeof(u32));
		rc = -ENOMEM;
		goto out;
	}
	take_rows(&n, &all);
	join_links(&n, env, &all);
	classify(&n, env);
	for (u32 i = 0; i < n.n; i++)
		n.by_fid[i] = i;
	qsort_r(n.by_fid, n.n, sizeof(u32), fid_row_cmp, n.rows);
	*t = n;
out:
	dirlog_free(&all);
	return rc;
}

void dirtable_free(struct dirtable *t)
{
	if (t->mem) {
		membudget_give(t->mem, (u64)t->n * sizeof(*t->rows));
		membudget_give(t->mem, (u64)t->n * sizeof(u32));
	}
	free(t->rows);
	free(t->by_fid);
	memset(t, 0, sizeof(*t));
}

const struct dir_row *dirtable_find(const struct dirtable *t, u32 ino)
{
	return find_row(t, ino);
}

const struct dir_row *dirtable_find_fid(const struct dirtable *t, const struct fid *fid)
{
	u32 lo = 0, hi = t->n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;
		const struct dir_row *row = &t->rows[t->by_fid[mid]];
		int c = fid_cmp(&row->fid, fid);

		if (!c)
			return row;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}
