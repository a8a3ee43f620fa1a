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

/* The first log takes over what the others hold: never is there more than one copy of it all. */
static int merge_logs(struct dirlog *all, struct dirlog *logs, u32 n)
{
	u64 nrows = 0, nlinks = 0;
	int rc;

	for (u32 i = 0; i < n; i++) {
		nrows += logs[i].nrows;
		nlinks += logs[i].nlinks;
	}
	if (n) {
		*all = logs[0];
		logs[0] = (struct dirlog){ .mem = logs[0].mem };
	}
	rc = reserve(all, nrows, nlinks);
	for (u32 i = 1; i < n && !rc; i++) {
		if (logs[i].nrows)
			memcpy(all->rows + all->nrows, logs[i].rows,
			       logs[i].nrows * sizeof(*all->rows));
		if (logs[i].nlinks)
			memcpy(all->links + all->nlinks, logs[i].links,
			       logs[i].nlinks * sizeof(*all->links));
		all->nrows += logs[i].nrows;
		all->nlinks += logs[i].nlinks;
		dirlog_free(&logs[i]);
	}
	return rc;
}

static bool rows_in_order(const struct dirlog *log)
{
	u32 i = 1;

	while (i < log->nrows && log->rows[i - 1].ino < log->rows[i].ino)
		i++;
	return i >= log->nrows;
}

/*
 * One thread meets directories in the order of their numbers; and to sort takes memory for a
 * second copy.  qsort() may not be given NULL, even for nothing.
 */
static void sort_log(struct dirlog *log)
{
	if (!rows_in_order(log))
		qsort(log->rows, log->nrows, sizeof(*log->rows), row_cmp);
	if (log->nlinks)
		qsort(log->links, log->nlinks, sizeof(*log->links), link_cmp);
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

static struct dir_row *row_above(const struct dirtable *t, const struct dir_row *row)
{
	return find_row(t, row->parent ? row->parent : row->dotdot);
}

/* Marks the rows of a loop, starting at one of them. */
static void mark_loop(const struct dirtable *t, struct dir_row *row)
{
	while (!(row->flags & DIRF_LOOP)) {
		row->flags |= DIRF_LOOP;
		row = row_above(t, row);
	}
}

/*
 * Follows the parents of an unclassified row up to a row that has a class, and
 * gives everything on the way the class of what hangs there: that is one class for
 * the whole way, since only landmarks change it.  A chain that ends, or meets a row
 * of this same walk again, is detached.  Rows are marked as they are passed, so
 * every row is walked over twice in all.
 */
static void classify_from(const struct dirtable *t, struct dir_row *row)
{
	enum dir_class class = DIR_DETACHED;
	struct dir_row *r = row;

	while (r && !r->class && !(r->flags & DIRF_SEEN)) {
		r->flags |= DIRF_SEEN;
		r = row_above(t, r);
	}
	if (r && r->class)
		class = class_of_child(r->class);
	else if (r)
		mark_loop(t, r);
	for (r = row; r && !r->class; r = row_above(t, r))
		r->class = class;
}

static void classify(struct dirtable *t, const struct env *env)
{
	for (u32 i = 0; i < t->n; i++)
		t->rows[i].class = class_of_landmark(env, &t->rows[i]);
	for (u32 i = 0; i < t->n; i++)
		if (!t->rows[i].class)
			classify_from(t, &t->rows[i]);
}

int dirtable_build(struct dirtable *t, struct membudget *mem, const struct env *env,
		   struct dirlog *logs, u32 nlogs)
{
	struct dirlog all = { .mem = mem };
	struct dirtable n = { .mem = mem };
	int rc = merge_logs(&all, logs, nlogs);

	if (rc)
		goto out;
	sort_log(&all);
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
