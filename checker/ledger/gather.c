/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exact facts for a batch of suspects: who they are, what is to be read for them,
 * and the threads that do it.  Each thread takes directories (then OI files) from a
 * common counter.
 */
#include "base/array.h"
#include "ledger/fidslots.h"
#include "ledger/pass.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define GATHER_CHUNK 64U
#define GATHER_EXTRA_MAX 65536U

struct gather_suspect *gather_find(const struct gather *g, u32 ino)
{
	u32 first, last, lo, hi;

	if (!g->n)
		return NULL;
	first = g->suspect[0].ino;
	last = g->suspect[g->n - 1].ino;
	if (ino < first || ino > last)
		return NULL;
	/* No two have one number, so the place is almost known where there are many. */
	hi = (u32)min_u64(g->n, (u64)ino - first + 1);
	lo = g->n - 1 - (u32)min_u64(g->n - 1, last - ino);
	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (g->suspect[mid].ino == ino)
			return &g->suspect[mid];
		if (g->suspect[mid].ino < ino)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

u64 gather_child_name(const struct gather *g, const char *name, size_t len)
{
	const struct hash_key key = { g->key->k0, g->key->k1, false };
	static const struct fid none;
	struct hash_dir dir = { .kind = 0 };

	return hash_name(&key, &dir, &none, name, len, &none, 0);
}

const struct gather_name *gather_name_at(const struct gather *g, u32 off)
{
	return (const struct gather_name *)(const void *)(g->arena + off);
}

const struct gather_holder *gather_holder_of(const struct gather *g, const struct gather_name *n)
{
	return (const struct gather_holder *)(const void *)(g->arena + n->holder);
}

struct fid gather_lufid(const struct gather_name *n)
{
	struct fid fid = { 0 };

	if (n->has_lufid)
		memcpy(&fid, n + 1, sizeof(fid));
	return fid;
}

const char *gather_name_bytes(const struct gather_name *n)
{
	return (const char *)(n + 1) + (n->has_lufid ? sizeof(struct fid) : 0);
}

const struct gather_oi *gather_oi_at(const struct gather *g, u32 off)
{
	return (const struct gather_oi *)(const void *)(g->arena + off);
}

/* ---- threads ---- */

static void worker_main(void *arg)
{
	struct worker *w = arg;
	u32 chunk = w->total > GATHER_CHUNK * 64 ? GATHER_CHUNK : 1;
	u32 i;

	for (;;) {
		i = __atomic_fetch_add(w->next, chunk, __ATOMIC_RELAXED);
		for (u32 k = i; k < w->total && k < i + chunk && !w->rc; k++) {
			w->rc = w->work(w, k);
			if (w->meter)
				meter_add(w->meter, 1, 0);
			if (stop_wanted(w->g->cancel))
				break;
		}
		if (w->rc || stop_wanted(w->g->cancel) || i >= w->total)
			break;
	}
}

static int worker_open(struct worker *w, struct gather *g)
{
	w->g = g;
	w->buf = view_buf_new(g->view);
	return w->buf ? nameset_init(&w->names, g->mem, g->key) : -ENOMEM;
}

static void worker_close(struct worker *w)
{
	view_buf_free(w->buf);
	nameset_free(&w->names);
}

/* What the next pass has no use for is not kept until then. */
static void worker_rest(struct worker *w)
{
	view_buf_rest(w->buf);
	nameset_begin(&w->names, 0, 0);
}

static int run_workers(struct gather *g, int (*work)(struct worker *w, u32 i), u32 from, u32 total,
		       struct meter *meter)
{
	u32 next = from;
	int rc = 0;

	view_pass_begin(g->view);
	for (u32 i = 0; i < g->threads; i++) {
		struct worker *w = &g->crew[i];

		w->next = &next;
		w->meter = meter;
		w->work = work;
		w->total = total;
		w->arena_at = w->arena_end = 0;
		w->rc = 0;
	}
	crew_run(worker_main, g->crew, sizeof(*g->crew), g->threads);
	for (u32 i = 0; i < g->threads; i++) {
		rc = rc ? rc : g->crew[i].rc;
		worker_rest(&g->crew[i]);
	}
	return rc;
}

/* ---- the suspects themselves ---- */

static int add_extra(struct gather *g, struct view_buf *buf, const struct fid *fid)
{
	struct oi_record rec;
	struct dir_row *grown;

	if (g->nextra == GATHER_EXTRA_MAX || gather_dir_by_fid(g, fid) ||
	    view_oi_lookup(g->view, buf, fid, &rec) || dirtable_find(g->dirs, rec.ino))
		return 0;
	grown = realloc(g->extra, (g->nextra + 1) * sizeof(*g->extra));
	if (!grown)
		return -ENOMEM;
	g->extra = grown;
	g->extra[g->nextra++] =
		(struct dir_row){ .fid = *fid, .ino = rec.ino, .class = DIR_NAMESPACE };
	return 0;
}

static int list_dir(struct gather *g, u32 ino)
{
	if (!g->scope)
		return 0;
	if (array_room(&g->list, &g->list_cap, g->nlist + 1, sizeof(*g->list), NULL))
		return -ENOMEM;
	g->list[g->nlist++] = ino;
	return 0;
}

static int want_parent(struct gather *g, struct view_buf *buf, const struct fid *fid)
{
	int rc = add_extra(g, buf, fid);
	const struct dir_row *row = rc ? NULL : gather_dir_by_fid(g, fid);

	return row ? list_dir(g, row->ino) : rc;
}

/* On a live target a directory may be younger than the scan. */
static int find_new_parents(struct gather *g, struct view_buf *buf, const struct object *o)
{
	struct linkea_entry e;
	struct linkea_walk it;
	int rc = 0;

	if (g->env->info->is_static || !object_has_link(o))
		return 0;
	it = linkea_begin(&o->link);
	while (!rc && linkea_next(&it, &e))
		if (env_seq_owner(g->env, e.parent.seq) != SEQ_OTHER_MDT)
			rc = want_parent(g, buf, &e.parent);
	return rc;
}

static int make_dir(struct gather *g, struct gather_suspect *s)
{
	s->dir = calloc(1, sizeof(*s->dir));
	if (!s->dir)
		return -ENOMEM;
	if (membudget_take(g->mem, sizeof(*s->dir)))
		return -ENOBUFS;
	__atomic_fetch_add(&g->dirs_charged, sizeof(*s->dir), __ATOMIC_RELAXED);
	return 0;
}

/* What there is to read because of this suspect.  Only a scope or a live target adds to it. */
static int more_to_read(struct worker *w, const struct object *o)
{
	struct gather *g = w->g;
	int rc = 0;

	if (g->env->info->is_static && !g->scope)
		return 0;
	pthread_mutex_lock(&g->lock);
	if (S_ISDIR(o->inode.mode))
		rc = list_dir(g, o->ino);
	if (!rc)
		rc = find_new_parents(g, w->buf, o);
	pthread_mutex_unlock(&g->lock);
	return rc;
}

static int read_suspect(struct worker *w, u32 i)
{
	struct gather *g = w->g;
	struct gather_suspect *s = &g->suspect[i];
	struct object o;
	int rc = 0;

	if (view_read_object(g->view, w->buf, s->ino, &o))
		return 0;
	s->live = object_is_live(&o);
	s->is_dir = S_ISDIR(o.inode.mode);
	s->fid = o.fid;
	fidslots_hash(g, s);
	if (s->print)
		object_print(&o, g->key, s->print);
	if (s->is_dir)
		rc = make_dir(g, s);
	return rc ? rc : more_to_read(w, &o);
}

/* Suspects, and where their FIDs are looked up. */
static u64 suspect_charge(const struct gather *g, u32 n)
{
	u64 print = g->env->info->is_static ? 0 : sizeof(struct object_print);

	return (u64)n * (sizeof(struct gather_suspect) + print + FIDSLOTS_BYTES);
}

/* What is kept for the next batch too, when it does for that. */
static void drop_room(struct gather *g)
{
	free(g->suspect);
	free(g->print);
	fidslots_free(g);
	membudget_give(g->mem, suspect_charge(g, g->cap));
	g->suspect = NULL;
	g->print = NULL;
	g->cap = 0;
}

static int make_room(struct gather *g, u32 n)
{
	bool prints = !g->env->info->is_static;

	if (g->suspect && n <= g->cap)
		return 0;
	drop_room(g);
	/* Fewer at a time will do. */
	if (membudget_take(g->mem, suspect_charge(g, n)))
		return -ENOBUFS;
	g->cap = n;
	g->suspect = calloc(n + 1, sizeof(*g->suspect));
	if (prints)
		g->print = calloc(n + 1, sizeof(*g->print));
	return g->suspect && (g->print || !prints) ? fidslots_make(g) : -ENOMEM;
}

static int read_suspects(struct gather *g, const u32 *inos, u32 n)
{
	int rc = make_room(g, n);

	if (rc)
		return rc;
	g->n = n;
	fidslots_begin(g);
	if (g->print)
		memset(g->print, 0, n * sizeof(*g->print));
	for (u32 i = 0; i < n; i++) {
		g->suspect[i] = (struct gather_suspect){
			.ino = inos[i], .names = GATHER_NONE, .oi = GATHER_NONE,
			.print = g->print ? &g->print[i] : NULL,
		};
		g->reach |= dir_reach(g->env->info, inos[i]);
	}
	rc = run_workers(g, read_suspect, 0, n, NULL);
	for (u32 i = 0; !rc && i < n; i++)
		if (g->suspect[i].live)
			fidslots_take(g, i);
	return rc;
}

const struct dir_row *gather_dir_by_fid(const struct gather *g, const struct fid *fid)
{
	const struct dir_row *row = dirtable_find_fid(g->dirs, fid);

	for (u32 i = 0; !row && i < g->nextra; i++)
		if (fid_equal(&g->extra[i].fid, fid))
			row = &g->extra[i];
	return row;
}

static int ino_cmp(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return (x > y) - (x < y);
}

static int fid_order(const void *a, const void *b)
{
	return fid_cmp(a, b);
}

/* Makes g->fids those of the suspects and n others, each once, in order. */
static int list_fids(struct gather *g, const struct fid *others, u32 n)
{
	if (array_room(&g->fids, &g->fids_cap, n + g->n + 1, sizeof(*g->fids), NULL))
		return -ENOMEM;
	if (n)
		memcpy(g->fids, others, n * sizeof(*g->fids));
	g->nfids = n;
	for (u32 i = 0; i < g->n; i++)
		if (g->suspect[i].live)
			g->fids[g->nfids++] = g->suspect[i].fid;
	/* Objects made one after another have FIDs and inodes in one order. */
	for (n = 1; n < g->nfids && fid_cmp(&g->fids[n - 1], &g->fids[n]) <= 0; n++)
		;
	if (n < g->nfids)
		qsort(g->fids, g->nfids, sizeof(*g->fids), fid_order);
	n = 0;
	for (u32 i = 0; i < g->nfids; i++)
		if (!n || fid_cmp(&g->fids[n - 1], &g->fids[i]))
			g->fids[n++] = g->fids[i];
	g->nfids = n;
	return 0;
}

/* What is to be read by the scope, each once. */
static int make_lists(struct gather *g)
{
	const struct gather_scope *scope = g->scope;
	u32 n = 0;
	int rc = list_dir(g, g->env->pending_ino);

	for (u32 i = 0; i < scope->ndirs && !rc; i++)
		rc = list_dir(g, scope->dirs[i]);
	if (rc)
		return rc;
	qsort(g->list, g->nlist, sizeof(u32), ino_cmp);
	for (u32 i = 0; i < g->nlist; i++)
		if (!n || g->list[n - 1] != g->list[i])
			g->list[n++] = g->list[i];
	g->nlist = n;
	g->names_blind = scope->names_blind;
	return list_fids(g, scope->fids, scope->nfids);
}

/* Those found in the pass become rows; false when there is none. */
static int take_new_dirs(struct gather *g, u32 *added)
{
	struct view_buf *buf = g->nfound ? view_buf_new(g->view) : NULL;
	struct dir_row *grown = NULL;
	struct object o;
	u32 before = g->nextra;

	if (g->nfound && buf)
		grown = realloc(g->extra, (g->nextra + g->nfound) * sizeof(*grown));
	if (g->nfound && !grown) {
		view_buf_free(buf);
		return -ENOMEM;
	}
	if (grown)
		g->extra = grown;
	for (u32 i = 0; i < g->nfound && g->nextra < GATHER_EXTRA_MAX; i++) {
		u32 k = 0;

		while (k < g->nextra && g->extra[k].ino != g->found[i].ino)
			k++;
		if (k < g->nextra || view_read_object(g->view, buf, g->found[i].ino, &o) ||
		    !object_is_live(&o) || !S_ISDIR(o.inode.mode))
			continue;
		g->extra[g->nextra++] = (struct dir_row){
			.fid = o.fid, .ino = o.ino, .class = g->found[i].class };
	}
	g->nfound = 0;
	*added = g->nextra - before;
	view_buf_free(buf);
	return 0;
}

/* A record that leads to the suspect is among those kept. */
static bool mapping_kept(const struct gather *g, const struct gather_suspect *s)
{
	u32 off = s->oi;

	while (off != GATHER_NONE && gather_oi_at(g, off)->fact.rec.ino != s->ino)
		off = gather_oi_at(g, off)->next;
	return off != GATHER_NONE;
}

/*
 * Were the records of the suspect's own FID all there are?  One of another FID that leads to it
 * was not looked for; then -EAGAIN.
 */
static int own_are_all(struct worker *w, u32 i)
{
	const struct gather *g = w->g;
	u32 ino = g->suspect[i].ino;

	return !ledger_is_mapped(g->mapped, ino) || mapping_kept(g, &g->suspect[i]) ? 0 : -EAGAIN;
}

/* Few are looked up; for many, what may have records of them is read in the order of the tree. */
static int own_records(struct gather *g)
{
	int rc;

	if (g->n <= g->descents)
		return run_workers(g, gather_own_record, 0, g->n, g->meter);
	rc = list_fids(g, NULL, 0);
	return rc ? rc : run_workers(g, gather_oi_stretches, 0, g->env->oi_count, g->meter);
}

/* The records of the suspects' own FIDs; -EAGAIN where these may not be all. */
static int own_pass(struct gather *g)
{
	int rc = g->mapped ? own_records(g) : -EAGAIN;

	if (rc)
		return rc;
	return g->descent_failed || g->nlost ? -EAGAIN : run_workers(g, own_are_all, 0, g->n, NULL);
}

/* What concerns a suspect in the OI; part of it if that is sure to be all. */
static int oi_pass(struct gather *g)
{
	u32 used = g->used;
	int rc = own_pass(g);

	if (rc != -EAGAIN)
		return rc;
	for (u32 i = 0; i < g->n; i++)
		g->suspect[i].oi = GATHER_NONE;
	g->used = used;
	g->nlost = 0;
	return run_workers(g, gather_oi_file, 0, g->env->oi_count, g->meter);
}

static int full_pass(struct gather *g)
{
	u32 from = 0, added = 1;
	int rc = 0;

	while (!rc && added && !stop_wanted(g->cancel)) {
		rc = run_workers(g, gather_directory, from, g->dirs->n + g->nextra, g->meter);
		from = g->dirs->n + g->nextra;
		if (!rc)
			rc = take_new_dirs(g, &added);
	}
	return rc ? rc : oi_pass(g);
}

static int scoped_pass(struct gather *g)
{
	int rc = make_lists(g);

	if (!rc)
		rc = run_workers(g, gather_listed, 0, g->nlist, g->meter);
	if (!rc && g->env->oi_count)
		rc = run_workers(g, gather_lookup, 0, g->nfids, g->meter);
	return rc;
}

int gather_open(struct gather *g)
{
	int rc;

	pthread_mutex_init(&g->lock, NULL);
	g->arena = membudget_map(g->mem, g->room, g->room);
	g->crew = crew_members(sizeof(*g->crew), g->threads);
	rc = g->arena && g->crew ? 0 : -ENOMEM;
	for (u32 i = 0; !rc && i < g->threads; i++)
		rc = worker_open(&g->crew[i], g);
	return rc;
}

static void forget_batch(struct gather *g)
{
	for (u32 i = 0; i < g->n; i++) {
		if (g->suspect[i].dir)
			free(g->suspect[i].dir->twice);
		free(g->suspect[i].dir);
	}
	membudget_give(g->mem, g->dirs_charged);
	g->dirs_charged = 0;
	g->n = g->used = 0;
	g->nlist = g->nfids = g->nextra = g->nfound = 0;
	g->reach = 0;
	g->stray = (struct gather_suspect){ .names = GATHER_NONE, .oi = GATHER_NONE };
	g->strays = g->nlost = 0;
	g->overflow = g->descent_failed = g->names_blind = false;
}

int gather_run(struct gather *g, const u32 *inos, u32 n)
{
	int rc;

	forget_batch(g);
	rc = read_suspects(g, inos, n);
	if (!rc)
		rc = g->scope ? scoped_pass(g) : full_pass(g);
	return g->overflow ? -ENOBUFS : rc;
}

void gather_close(struct gather *g)
{
	if (!g->mem)
		return;
	forget_batch(g);
	drop_room(g);
	for (u32 i = 0; g->crew && i < g->threads; i++)
		worker_close(&g->crew[i]);
	free(g->crew);
	free(g->extra);
	free(g->found);
	free(g->list);
	free(g->fids);
	membudget_unmap(g->mem, g->arena, g->room, g->room);
	pthread_mutex_destroy(&g->lock);
	*g = (struct gather){ .n = 0 };
}
