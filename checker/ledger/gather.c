/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exact facts for a batch of suspects.
 *
 * Each thread takes directories (then OI files) from a common counter.  Facts go
 * into one arena under a lock: only what concerns a suspect gets there, and
 * suspects are few.
 */
#include "ledger/gather.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define GATHER_CHUNK 64U
#define GATHER_EXTRA_MAX 65536U
#define GATHER_STRAYS_MAX 10000U

struct worker {
	struct gather *g;
	struct view_buf *buf;
	struct nameset names;
	const struct dir_row *row;   /* of the directory being read */
	struct gather_dir *dir;	     /* of the directory being read, when it is a suspect */
	struct fid dir_fid;	     /* as read now */
	u32 oi;			     /* of the OI file being read */
	u32 *next;		     /* common counter */
	int (*work)(struct worker *w, u32 i);
	u32 total;
	int rc;
};

/* ---- keeping facts ---- */

static u32 fid_slot(const struct gather *g, const struct fid *f)
{
	u64 h = hash_pair(&(struct hash_key){ g->key->k0, g->key->k1, false }, TAG_OI, 0, f);

	return (u32)h & (g->by_fid_slots - 1);
}

struct gather_suspect *gather_find(const struct gather *g, u32 ino)
{
	u32 lo = 0, hi = g->n;

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

const struct gather_name *gather_name_at(const struct gather *g, u32 off)
{
	return (const struct gather_name *)(const void *)(g->arena + off);
}

const struct gather_oi *gather_oi_at(const struct gather *g, u32 off)
{
	return (const struct gather_oi *)(const void *)(g->arena + off);
}

/* Room in the arena for len bytes; GATHER_NONE when there is none. With the lock. */
static u32 arena_take(struct gather *g, size_t len)
{
	u32 need = (u32)(len + 7) & ~7u;
	u32 off = g->used;

	if (need > g->room - g->used) {
		g->overflow = true;
		return GATHER_NONE;
	}
	g->used += need;
	return off;
}

static int keep_name(struct worker *w, struct gather_suspect *s, const struct dirent_rec *d)
{
	struct gather *g = w->g;
	struct gather_name n = {
		.dir_ino = w->row->ino,
		.dir_fid = w->dir_fid,
		.lufid = d->lufid,
		.dir_class = w->row->class,
		.type = d->type,
		.has_lufid = d->has_lufid,
		.data_bad = d->data_bad,
		.dir_encrypted = !!(w->row->flags & DIRF_ENCRYPT),
		.namelen = d->namelen,
	};
	u32 off;

	pthread_mutex_lock(&g->lock);
	off = arena_take(g, sizeof(n) + d->namelen);
	if (off != GATHER_NONE) {
		n.next = s->names;
		memcpy(g->arena + off, &n, sizeof(n));
		memcpy(g->arena + off + sizeof(n), d->name, d->namelen);
		s->names = off;
	}
	pthread_mutex_unlock(&g->lock);
	return off == GATHER_NONE ? -ENOBUFS : 0;
}

static int keep_oi(struct worker *w, struct gather_suspect *s, const struct oi_record *r)
{
	struct gather *g = w->g;
	struct gather_oi o = { .fact = { .oi = w->oi, .rec = *r } };
	u32 off;

	pthread_mutex_lock(&g->lock);
	off = arena_take(g, sizeof(o));
	if (off != GATHER_NONE) {
		o.next = s->oi;
		memcpy(g->arena + off, &o, sizeof(o));
		s->oi = off;
	}
	pthread_mutex_unlock(&g->lock);
	return off == GATHER_NONE ? -ENOBUFS : 0;
}

/* A damaged image may be full of impossible inode numbers: the first ones tell enough. */
static bool stray_wanted(struct gather *g)
{
	return __atomic_add_fetch(&g->strays, 1, __ATOMIC_RELAXED) <= GATHER_STRAYS_MAX;
}

/* ---- directories ---- */

static void note_twice(struct worker *w, const struct dirent_rec *d)
{
	struct gather_dir *dir = w->dir;

	if (!nameset_add(&w->names, d->name, d->namelen) || dir->twice)
		return;
	dir->twice = malloc(d->namelen);
	if (!dir->twice)
		return;
	memcpy(dir->twice, d->name, d->namelen);
	dir->twice_len = d->namelen;
}

u64 gather_child_name(const struct gather *g, const char *name, size_t len)
{
	static const struct fid none;

	return hash_name(&(struct hash_key){ g->key->k0, g->key->k1, false }, &none, name, len,
			 &none, 0);
}

static void note_child(struct worker *w, const struct dirent_rec *d)
{
	struct gather_dir *dir = w->dir;

	if (dir->nchildren == GATHER_CHILDREN_MAX ||
	    (dir->nchildren >= GATHER_CHILDREN_FIRST && d->type != 2))
		return;
	dir->child[dir->nchildren++] = (struct gather_child){
		.ino = d->ino, .name = gather_child_name(w->g, d->name, d->namelen)
	};
}

static int gather_entry(void *arg, const struct object *dir, const struct dirent_rec *d)
{
	struct worker *w = arg;
	struct gather_suspect *s;

	if (dirent_is_dot(d))
		return 0;
	if (dirent_is_dotdot(d)) {
		if (w->dir) {
			w->dir->dotdot_ino = d->ino;
			w->dir->dotdot_has_lufid = d->has_lufid;
			w->dir->dotdot_lufid = d->lufid;
		}
		return 0;
	}
	if (w->dir) {
		w->dir->subdirs += d->type == 2;
		note_twice(w, d);
		note_child(w, d);
	}
	if (d->ino > w->g->env->info->inodes_count)
		return stray_wanted(w->g) ? keep_name(w, &w->g->stray, d) : 0;
	s = gather_find(w->g, d->ino);
	return s ? keep_name(w, s, d) : 0;
}

static void gather_dir_problem(void *arg, const struct view_problem *p)
{
	struct worker *w = arg;

	pthread_mutex_lock(&w->g->lock);
	w->g->names_blind = true;
	if (w->dir) {
		w->dir->blind = true;
		if (!w->dir->problem) {
			w->dir->problem = p->why;
			w->dir->problem_block = p->block;
		}
	}
	if (w->g->problem)
		w->g->problem(w->g->problem_arg, 0, p);
	pthread_mutex_unlock(&w->g->lock);
}

/*
 * What cannot change need not be read to know that it names no suspect.  On a live
 * target every directory is read.
 */
static bool names_no_suspect(const struct gather *g, const struct dir_row *row)
{
	return g->env->info->is_static && !(row->reach & g->reach) && !(row->flags & DIRF_BLIND) &&
	       !gather_find(g, row->ino);
}

static int gather_directory(struct worker *w, u32 i)
{
	static const struct dir_ops ops = { .entry = gather_entry, .problem = gather_dir_problem };
	struct gather *g = w->g;
	struct gather_suspect *s;
	struct object o;
	int rc;

	w->row = i < g->dirs->n ? &g->dirs->rows[i] : &g->extra[i - g->dirs->n];
	if (names_no_suspect(g, w->row))
		return 0;
	rc = view_read_object(g->view, w->buf, w->row->ino, &o);
	/* A directory that is gone has no names; one that cannot be read hides them. */
	if (rc) {
		g->names_blind = true;
		return 0;
	}
	if (!object_is_live(&o) || !S_ISDIR(o.inode.mode))
		return 0;
	s = gather_find(g, o.ino);
	w->dir = s ? s->dir : NULL;
	w->dir_fid = o.fid;
	nameset_begin(&w->names, 0, 0);
	rc = view_read_dir(g->view, w->buf, &o, &ops, w);
	if (w->dir) {
		w->dir->seen = true;
		w->dir->huge = w->names.full;
	}
	return rc;
}

/* ---- the OI ---- */

static int gather_record(void *arg, u32 oi, const struct oi_record *r, u64 block)
{
	struct worker *w = arg;
	struct gather *g = w->g;
	struct gather_suspect *s;
	u32 slot;
	int rc = 0;

	if ((!r->ino || r->ino > g->env->info->inodes_count) && stray_wanted(g))
		rc = keep_oi(w, &g->stray, r);
	s = gather_find(g, r->ino);
	if (s)
		rc = keep_oi(w, s, r);
	for (slot = fid_slot(g, &r->fid); !rc && g->by_fid[slot];
	     slot = (slot + 1) & (g->by_fid_slots - 1)) {
		s = &g->suspect[g->by_fid[slot] - 1];
		if (fid_equal(&s->fid, &r->fid) && s->ino != r->ino)
			rc = keep_oi(w, s, r);
	}
	return rc;
}

static void gather_oi_problem(void *arg, const struct view_problem *p)
{
	struct worker *w = arg;
	struct gather *g = w->g;

	pthread_mutex_lock(&g->lock);
	if (p->lost_from <= p->lost_to) {
		/* More holes than fit: the last one swallows the rest. */
		if (g->nlost == GATHER_LOST_MAX)
			g->lost[--g->nlost] = (struct gather_lost){ UINT32_MAX, 0, UINT64_MAX };
		else
			g->lost[g->nlost] = (struct gather_lost){ w->oi, p->lost_from, p->lost_to };
		g->nlost++;
	}
	if (g->problem)
		g->problem(g->problem_arg, w->oi + 1, p);
	pthread_mutex_unlock(&g->lock);
}

static int gather_oi_file(struct worker *w, u32 i)
{
	static const struct oi_ops ops = { .record = gather_record, .problem = gather_oi_problem };

	w->oi = i;
	return w->g->env->oi_ino[i] ? view_read_oi(w->g->view, w->buf, i, &ops, w) : 0;
}

/* ---- threads ---- */

static void *worker_main(void *arg)
{
	struct worker *w = arg;
	u32 chunk = w->total > GATHER_CHUNK * 64 ? GATHER_CHUNK : 1;
	u32 i;

	for (;;) {
		i = __atomic_fetch_add(w->next, chunk, __ATOMIC_RELAXED);
		for (u32 k = i; k < w->total && k < i + chunk && !w->rc; k++)
			w->rc = w->work(w, k);
		if (w->rc || *w->g->cancel || i >= w->total)
			break;
	}
	return NULL;
}

static int worker_open(struct worker *w, struct gather *g)
{
	w->g = g;
	w->buf = view_buf_new(g->view);
	return w->buf ? nameset_init(&w->names, g->mem, g->key) : -ENOMEM;
}

static int run_workers(struct gather *g, int (*work)(struct worker *w, u32 i), u32 total)
{
	struct worker *w = calloc(g->threads, sizeof(*w));
	pthread_t *thread = calloc(g->threads, sizeof(*thread));
	u32 next = 0, started = 0;
	int rc = w && thread ? 0 : -ENOMEM;

	view_pass_begin(g->view);
	for (; !rc && started < g->threads; started++) {
		rc = worker_open(&w[started], g);
		w[started].next = &next;
		w[started].work = work;
		w[started].total = total;
		if (!rc && pthread_create(&thread[started], NULL, worker_main, &w[started]))
			rc = -EAGAIN;
		if (rc)
			break;
	}
	for (u32 i = 0; i < started; i++) {
		pthread_join(thread[i], NULL);
		if (w[i].rc && !rc)
			rc = w[i].rc;
	}
	for (u32 i = 0; w && i < g->threads; i++) {
		view_buf_free(w[i].buf);
		nameset_free(&w[i].names);
	}
	free(w);
	free(thread);
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

/* On a live target a directory may be younger than the scan. */
static int find_new_parents(struct gather *g, struct view_buf *buf, const struct object *o)
{
	struct linkea_entry e;
	struct cursor it;
	int rc = 0;

	if (g->env->info->is_static || !object_has_link(o))
		return 0;
	it = linkea_begin(&o->link);
	while (!rc && linkea_next(&it, &e))
		if (env_seq_owner(g->env, e.parent.seq) != SEQ_OTHER_MDT)
			rc = add_extra(g, buf, &e.parent);
	return rc;
}

static int read_suspect(struct gather *g, struct view_buf *buf, struct gather_suspect *s, u32 ino)
{
	struct object o;

	*s = (struct gather_suspect){ .ino = ino, .names = GATHER_NONE, .oi = GATHER_NONE };
	g->reach |= dir_reach(g->env->info, ino);
	if (view_read_object(g->view, buf, ino, &o))
		return 0;
	s->live = object_is_live(&o);
	s->is_dir = S_ISDIR(o.inode.mode);
	s->fid = o.fid;
	if (s->is_dir) {
		s->dir = calloc(1, sizeof(*s->dir));
		if (!s->dir)
			return -ENOMEM;
	}
	return find_new_parents(g, buf, &o);
}

static int read_suspects(struct gather *g, const u32 *inos, u32 n)
{
	struct view_buf *buf = view_buf_new(g->view);
	int rc = buf ? 0 : -ENOMEM;

	g->suspect = calloc(n + 1, sizeof(*g->suspect));
	for (g->by_fid_slots = 16; g->by_fid_slots < n * 2; g->by_fid_slots *= 2)
		;
	g->by_fid = calloc(g->by_fid_slots, sizeof(u32));
	if (!g->suspect || !g->by_fid)
		rc = -ENOMEM;
	for (; !rc && g->n < n; g->n++)
		rc = read_suspect(g, buf, &g->suspect[g->n], inos[g->n]);
	for (u32 i = 0; !rc && i < n; i++) {
		u32 slot = fid_slot(g, &g->suspect[i].fid);

		if (!g->suspect[i].live)
			continue;
		while (g->by_fid[slot])
			slot = (slot + 1) & (g->by_fid_slots - 1);
		g->by_fid[slot] = i + 1;
	}
	view_buf_free(buf);
	return rc;
}

const struct gather_suspect *gather_twin(const struct gather *g, const struct gather_suspect *s)
{
	u32 slot = fid_slot(g, &s->fid);

	for (; g->by_fid[slot]; slot = (slot + 1) & (g->by_fid_slots - 1)) {
		const struct gather_suspect *t = &g->suspect[g->by_fid[slot] - 1];

		if (t != s && fid_equal(&t->fid, &s->fid))
			return t;
	}
	return NULL;
}

const struct dir_row *gather_dir_by_fid(const struct gather *g, const struct fid *fid)
{
	const struct dir_row *row = dirtable_find_fid(g->dirs, fid);

	for (u32 i = 0; !row && i < g->nextra; i++)
		if (fid_equal(&g->extra[i].fid, fid))
			row = &g->extra[i];
	return row;
}

int gather_run(struct gather *g, const u32 *inos, u32 n, u32 room)
{
	int rc;

	pthread_mutex_init(&g->lock, NULL);
	g->stray = (struct gather_suspect){ .names = GATHER_NONE, .oi = GATHER_NONE };
	g->arena = membudget_map(g->mem, room, room);
	if (!g->arena)
		return -ENOMEM;
	g->room = room;
	rc = read_suspects(g, inos, n);
	if (!rc)
		rc = run_workers(g, gather_directory, g->dirs->n + g->nextra);
	if (!rc)
		rc = run_workers(g, gather_oi_file, g->env->oi_count);
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
	free(g->by_fid);
	free(g->extra);
	if (g->arena)
		membudget_unmap(g->mem, g->arena, g->room, g->room);
	pthread_mutex_destroy(&g->lock);
	g->suspect = NULL;
	g->arena = NULL;
}
