/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exact facts for a batch of suspects: who they are, what is to be read for them,
 * and the threads that do it.  Each thread takes directories (then OI files) from a
 * common counter.
 */
#include "base/array.h"
#include "ledger/pass.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define GATHER_CHUNK 64U
#define GATHER_EXTRA_MAX 65536U

/* No key: who makes FIDs collide here makes the run slower, and no more. */
static u32 fid_filter_bit(const struct gather *g, const struct fid *fid)
{
	u64 mix = (fid->seq * 0x9E3779B97F4A7C15ULL ^ fid->oid) * 0xD6E8FEB86659FD93ULL;

	return (u32)(mix >> 32) & (g->by_fid_slots * 4 - 1);
}

bool gather_has_no(const struct gather *g, const struct fid *fid)
{
	u32 bit = fid_filter_bit(g, fid);

	return !(g->fid_filter[bit / 64] >> (bit % 64) & 1);
}

void gather_probe_begin(const struct gather *g, const struct fid *fid, struct gather_probe *p)
{
	u64 h = hash_pair(&(struct hash_key){ g->key->k0, g->key->k1, false }, TAG_OI, 0, fid);

	*p = (struct gather_probe){ fid, (u32)h & (g->by_fid_slots - 1), (u32)(h >> 32) };
}

struct gather_suspect *gather_probe_next(const struct gather *g, struct gather_probe *p)
{
	while (g->by_fid[p->slot].number) {
		const struct gather_slot *slot = &g->by_fid[p->slot];
		struct gather_suspect *s = &g->suspect[slot->number - 1];

		p->slot = (p->slot + 1) & (g->by_fid_slots - 1);
		if (slot->tag == p->tag && fid_equal(&s->fid, p->fid))
			return s;
	}
	return NULL;
}

static void fid_slot_take(struct gather *g, u32 number)
{
	u32 bit = fid_filter_bit(g, &g->suspect[number].fid);
	struct gather_probe p;

	g->fid_filter[bit / 64] |= 1ULL << (bit % 64);
	gather_probe_begin(g, &g->suspect[number].fid, &p);
	while (g->by_fid[p.slot].number)
		p.slot = (p.slot + 1) & (g->by_fid_slots - 1);
	g->by_fid[p.slot] = (struct gather_slot){ number + 1, p.tag };
}

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

static int run_workers(struct gather *g, int (*work)(struct worker *w, u32 i), u32 from, u32 total,
		       struct meter *meter)
{
	struct worker *w = crew_members(sizeof(*w), g->threads);
	u32 next = from;
	int rc = w ? 0 : -ENOMEM;

	view_pass_begin(g->view);
	for (u32 i = 0; !rc && i < g->threads; i++) {
		w[i].next = &next;
		w[i].meter = meter;
		w[i].work = work;
		w[i].total = total;
		rc = worker_open(&w[i], g);
	}
	if (!rc)
		crew_run(worker_main, w, sizeof(*w), g->threads);
	for (u32 i = 0; w && i < g->threads; i++) {
		rc = rc ? rc : w[i].rc;
		view_buf_free(w[i].buf);
		nameset_free(&w[i].names);
	}
	free(w);
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
	__atomic_fetch_add(&g->charged, sizeof(*s->dir), __ATOMIC_RELAXED);
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

	return (u64)n * (sizeof(struct gather_suspect) + print + 4 * sizeof(struct gather_slot) + 2);
}

static int make_room(struct gather *g, u32 n)
{
	for (g->by_fid_slots = 16; g->by_fid_slots < n * 2; g->by_fid_slots *= 2)
		;
	g->suspect = calloc(n + 1, sizeof(*g->suspect));
	g->by_fid = calloc(g->by_fid_slots, sizeof(*g->by_fid));
	g->fid_filter = calloc(g->by_fid_slots / 16, sizeof(u64));
	if (!g->env->info->is_static)
		g->print = calloc(n + 1, sizeof(*g->print));
	return g->suspect && g->by_fid && g->fid_filter && (g->print || g->env->info->is_static) ?
		       0 : -ENOMEM;
}

static int read_suspects(struct gather *g, const u32 *inos, u32 n)
{
	int rc = make_room(g, n);

	if (rc)
		return rc;
	g->n = n;
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
			fid_slot_take(g, i);
	return rc;
}

const struct gather_suspect *gather_twin(const struct gather *g, const struct gather_suspect *s)
{
	const struct gather_suspect *t;
	struct gather_probe p;

	gather_probe_begin(g, &s->fid, &p);
	do {
		t = gather_probe_next(g, &p);
	} while (t == s);
	return t;
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
	g->fids = malloc((n + g->n + 1) * sizeof(*g->fids));
	if (!g->fids)
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
 * Are the records of the suspects' own FIDs all there are?  One of another FID that leads to a
 * suspect was not looked for.
 */
static bool own_are_all(const struct gather *g)
{
	bool all = !g->descent_failed && !g->nlost;

	for (u32 i = 0; i < g->n && all; i++)
		all = !ledger_is_mapped(g->mapped, g->suspect[i].ino) ||
		      mapping_kept(g, &g->suspect[i]);
	return all;
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

/* What concerns a suspect in the OI; part of it if that is sure to be all. */
static int oi_pass(struct gather *g)
{
	u32 used = g->used;
	int rc = g->mapped ? own_records(g) : 0;

	if (rc || (g->mapped && own_are_all(g)))
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

int gather_run(struct gather *g, const u32 *inos, u32 n)
{
	int rc;

	pthread_mutex_init(&g->lock, NULL);
	g->stray = (struct gather_suspect){ .names = GATHER_NONE, .oi = GATHER_NONE };
	if (!g->arena) {
		g->arena = membudget_map(g->mem, g->room, g->room);
		g->arena_owned = g->arena;
	}
	if (!g->arena)
		return -ENOMEM;
	/* Fewer at a time will do. */
	if (membudget_take(g->mem, suspect_charge(g, n)))
		return -ENOBUFS;
	g->charged = suspect_charge(g, n);
	rc = read_suspects(g, inos, n);
	if (!rc)
		rc = g->scope ? scoped_pass(g) : full_pass(g);
	return g->overflow ? -ENOBUFS : rc;
}

void gather_free(struct gather *g)
{
	for (u32 i = 0; g->suspect && i < g->n; i++) {
		if (g->suspect[i].dir)
			free(g->suspect[i].dir->twice);
		free(g->suspect[i].dir);
	}
	free(g->suspect);
	free(g->print);
	free(g->by_fid);
	free(g->fid_filter);
	free(g->extra);
	free(g->found);
	free(g->list);
	free(g->fids);
	if (g->charged)
		membudget_give(g->mem, g->charged);
	g->charged = 0;
	if (g->arena_owned)
		membudget_unmap(g->mem, g->arena, g->room, g->room);
	g->arena_owned = false;
	pthread_mutex_destroy(&g->lock);
	g->suspect = NULL;
	g->print = NULL;
	g->arena = NULL;
}
