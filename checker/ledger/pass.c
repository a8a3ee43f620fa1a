/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The passes over directories and the OI: what concerns a suspect is kept.  Facts go
 * into one arena, of which each thread takes a stretch at a time, and to the head of a
 * suspect's list, without a lock.  A directory whose blocks changed while they were read is
 * read again, and what was kept of it is dropped first.
 */
#include "base/array.h"
#include "ledger/fidslots.h"
#include "ledger/pass.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define GATHER_STRAYS_MAX 10000U
#define ARENA_STRETCH 4096U
#define DIR_TRIES 3 /* of a directory that changes its blocks while they are read */

/* ---- keeping facts ---- */

/* The next stretch, or as much of one as there is; false: nothing. */
static bool arena_more(struct worker *w)
{
	struct gather *g = w->g;
	u32 at = __atomic_load_n(&g->used, __ATOMIC_RELAXED), end;

	do {
		end = at + (u32)min_u64(ARENA_STRETCH, g->room - at);
	} while (!__atomic_compare_exchange_n(&g->used, &at, end, true, __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	w->arena_at = at;
	w->arena_end = end;
	return at < end;
}

/* Keeps len bytes, less than a stretch, in the arena; GATHER_NONE when there is no room. */
static u32 arena_keep(struct worker *w, const void *what, size_t len)
{
	u32 need = (u32)(len + 7) & ~7u;
	u32 off;

	while (need > w->arena_end - w->arena_at) {
		if (!arena_more(w)) {
			__atomic_store_n(&w->g->overflow, true, __ATOMIC_RELAXED);
			return GATHER_NONE;
		}
	}
	off = w->arena_at;
	memcpy(w->g->arena + off, what, len);
	w->arena_at += need;
	return off;
}

/* Makes off the head of a list; *next is its own link. */
static void list_push(u32 *head, u32 *next, u32 off)
{
	*next = __atomic_load_n(head, __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(head, next, off, true, __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED))
		;
}

static struct gather_name *name_at(struct gather *g, u32 off)
{
	return (struct gather_name *)(void *)(g->arena + off);
}

static struct gather_holder *holder_at(struct gather *g, u32 off)
{
	return (struct gather_holder *)(void *)(g->arena + off);
}

/* A name entry as it is kept: at the most. */
struct kept_name {
	struct gather_name head;
	u8 tail[sizeof(struct fid) + 255];
};

static size_t kept_name_make(struct kept_name *k, struct worker *w, const struct dirent_rec *d)
{
	u8 *tail = (u8 *)(&k->head + 1);

	k->head = (struct gather_name){
		.before = w->kept,
		.ino = d->ino,
		.type = d->type,
		.has_lufid = d->has_lufid,
		.data_bad = d->data_bad,
		.namelen = d->namelen,
	};
	if (d->has_lufid) {
		memcpy(tail, &d->lufid, sizeof(d->lufid));
		tail += sizeof(d->lufid);
	}
	memcpy(tail, d->name, d->namelen);
	return (size_t)(tail - (u8 *)k) + d->namelen;
}

static int keep_name(struct worker *w, struct gather_suspect *s, const struct dirent_rec *d)
{
	struct kept_name k;
	size_t len = kept_name_make(&k, w, d);
	u32 off = GATHER_NONE;

	if (w->holder_at == GATHER_NONE)
		w->holder_at = arena_keep(w, &w->holder, sizeof(w->holder));
	k.head.holder = w->holder_at;
	if (w->holder_at != GATHER_NONE)
		off = arena_keep(w, &k, len);
	if (off == GATHER_NONE)
		return -ENOBUFS;
	list_push(&s->names, &name_at(w->g, off)->next, off);
	w->kept = off;
	return 0;
}

/*
 * Takes one out of a list.  Others add to it meanwhile, but at the head; none takes out, that is
 * what the lock is for.
 */
static void list_drop(struct gather *g, u32 *head, u32 off)
{
	u32 next = name_at(g, off)->next, first = off, at;

	if (__atomic_compare_exchange_n(head, &first, next, false, __ATOMIC_ACQUIRE,
					__ATOMIC_ACQUIRE))
		return;
	for (at = first; name_at(g, at)->next != off; at = name_at(g, at)->next)
		;
	name_at(g, at)->next = next;
}

/* Takes back the names of the directory at hand: it will be read again. */
static void drop_names(struct worker *w)
{
	struct gather *g = w->g;

	pthread_mutex_lock(&g->lock);
	for (; w->kept != GATHER_NONE; w->kept = name_at(g, w->kept)->before) {
		const struct gather_name *n = name_at(g, w->kept);
		bool stray = n->ino > g->env->info->inodes_count;

		list_drop(g, stray ? &g->stray.names : &gather_find(g, n->ino)->names, w->kept);
	}
	pthread_mutex_unlock(&g->lock);
}

static int keep_oi(struct worker *w, struct gather_suspect *s, const struct oi_record *r)
{
	struct gather_oi o = { .fact = { .oi = w->oi, .rec = *r } };
	u32 off = arena_keep(w, &o, sizeof(o));

	if (off == GATHER_NONE)
		return -ENOBUFS;
	list_push(&s->oi, &((struct gather_oi *)(void *)(w->g->arena + off))->next, off);
	return 0;
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

static enum dir_class class_below(u8 class)
{
	switch (class) {
	case DIR_RPD:
		return DIR_REMOTE;
	case DIR_PENDING:
		return DIR_ORPHAN;
	default:
		return class;
	}
}

/* Live targets, full passes: a directory that is younger than the scan has names too. */
static int note_new_dir(struct worker *w, const struct dirent_rec *d)
{
	struct gather *g = w->g;
	int rc;

	if (g->env->info->is_static || g->scope || (d->type != 2 && d->type) || !d->ino ||
	    d->ino > g->env->info->inodes_count || dirtable_find(g->dirs, d->ino))
		return 0;
	pthread_mutex_lock(&g->lock);
	rc = array_room(&g->found, &g->found_cap, g->nfound + 1, sizeof(*g->found), NULL);
	if (!rc)
		g->found[g->nfound++] = (struct gather_new){ d->ino, class_below(w->row->class) };
	pthread_mutex_unlock(&g->lock);
	return rc;
}

static int gather_entry(void *arg, const struct object *dir, const struct dirent_rec *d)
{
	struct worker *w = arg;
	struct gather_suspect *s;
	int rc;

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
		shard_tally_add(&w->shards, d);
	}
	if (d->ino > w->g->env->info->inodes_count)
		return stray_wanted(w->g) ? keep_name(w, &w->g->stray, d) : 0;
	rc = note_new_dir(w, d);
	if (rc)
		return rc;
	s = gather_find(w->g, d->ino);
	return s ? keep_name(w, s, d) : 0;
}

static void gather_dir_problem(void *arg, const struct view_problem *p)
{
	struct worker *w = arg;

	w->blind = true;
	pthread_mutex_lock(&w->g->lock);
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

static void forget_dir(struct gather_dir *d)
{
	free(d->twice);
	*d = (struct gather_dir){ 0 };
}

/*
 * Was the directory what it was, with the blocks it had, to the end?  A split moves
 * names to a new block, and an inode that is used anew has blocks of its own: in
 * both cases names may have been missed.
 */
static bool dir_stood_still(struct worker *w, const struct object *before, const u8 *map)
{
	struct object o;

	return !view_read_object(w->g->view, w->buf, w->row->ino, &o) && object_is_live(&o) &&
	       o.inode.generation == before->inode.generation &&
	       o.inode.size == before->inode.size && o.inode.flags == before->inode.flags &&
	       !memcmp(o.inode.block_area, map, EXT4_N_BLOCKS_BYTES);
}

/* One reading; *still: nothing was missed.  Sets *gone where there is no such directory. */
static int read_directory(struct worker *w, bool again, bool *still, bool *gone)
{
	struct dir_ops ops = { gather_entry, gather_dir_problem, again };
	u8 map[EXT4_N_BLOCKS_BYTES];
	struct gather *g = w->g;
	struct gather_suspect *s;
	struct object o;
	int rc = view_read_object(g->view, w->buf, w->row->ino, &o);

	*still = true;
	w->blind = false;
	/* A directory that is gone has no names; one that cannot be read hides them. */
	if (rc) {
		w->blind = true;
		*gone = true;
		return 0;
	}
	*gone = !object_is_live(&o) || !S_ISDIR(o.inode.mode);
	if (*gone)
		return 0;
	s = gather_find(g, o.ino);
	w->dir = s ? s->dir : NULL;
	w->holder = (struct gather_holder){
		.fid = o.fid,
		.ino = w->row->ino,
		.class = w->row->class,
		.encrypted = w->row->flags & DIRF_ENCRYPT,
		.lmv = o.lmv,
	};
	w->holder_at = GATHER_NONE;
	shard_tally_begin(&w->shards, &o.lmv);
	if (w->dir)
		forget_dir(w->dir);
	nameset_begin(&w->names, 0, 0);
	memcpy(map, o.inode.block_area, sizeof(map));
	rc = view_read_dir(g->view, w->buf, &o, &ops, w);
	if (!rc && !g->env->info->is_static)
		*still = dir_stood_still(w, &o, map);
	return rc;
}

int gather_directory(struct worker *w, u32 i)
{
	struct gather *g = w->g;
	bool still = false, gone = false;
	int rc = 0;

	w->row = i < g->dirs->n ? &g->dirs->rows[i] : &g->extra[i - g->dirs->n];
	if (names_no_suspect(g, w->row))
		return 0;
	w->kept = GATHER_NONE;
	w->dir = NULL;
	/*
	 * One that grows faster than it is read is taken as it was read last: a name that
	 * was missed is then in a block that the next look knows of.
	 */
	for (u32 try = 0; !still && !gone && !rc && try < DIR_TRIES; try++) {
		drop_names(w);
		rc = read_directory(w, try, &still, &gone);
	}
	if (gone)
		drop_names(w);
	if (w->blind)
		__atomic_store_n(&g->names_blind, true, __ATOMIC_RELAXED);
	if (w->holder_at != GATHER_NONE)
		holder_at(g, w->holder_at)->shard_twice = w->shards.twice;
	if (w->dir && !gone) {
		w->dir->seen = true;
		w->dir->huge = w->names.full;
		w->dir->shard_names = w->shards.names;
		w->dir->shard_indices = w->shards.distinct;
		w->dir->shard_twice = w->shards.twice;
	}
	return rc;
}

/* With a scope: number i of the list. */
int gather_listed(struct worker *w, u32 i)
{
	const struct gather *g = w->g;
	const struct dir_row *row = dirtable_find(g->dirs, g->list[i]);

	if (row)
		return gather_directory(w, (u32)(row - g->dirs->rows));
	for (u32 k = 0; k < g->nextra; k++)
		if (g->extra[k].ino == g->list[i])
			return gather_directory(w, g->dirs->n + k);
	return 0;
}

/* ---- the OI ---- */

static int gather_record(struct worker *w, const struct oi_record *r)
{
	struct gather *g = w->g;
	struct gather_suspect *s;
	struct fid_probe probe;
	int rc = 0;

	if ((!r->ino || r->ino > g->env->info->inodes_count) && stray_wanted(g))
		rc = keep_oi(w, &g->stray, r);
	s = gather_find(g, r->ino);
	if (s)
		rc = keep_oi(w, s, r);
	/* Mostly it leads to the suspect that has the FID. */
	if (rc || (!s && fidslots_lack(g, &r->fid)))
		return rc;
	probe = s && fid_equal(&s->fid, &r->fid) ? fid_probe_of(s) : fid_probe_begin(g, &r->fid);
	while (!rc && (s = fid_probe_next(g, &probe)))
		if (s->ino != r->ino)
			rc = keep_oi(w, s, r);
	return rc;
}

static int gather_records(void *arg, u32 oi, const struct oi_record *r, u32 n)
{
	int rc = 0;

	for (u32 i = 0; i < n && !rc; i++)
		rc = gather_record(arg, &r[i]);
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

int gather_oi_file(struct worker *w, u32 i)
{
	static const struct oi_ops ops = { .records = gather_records, .problem = gather_oi_problem };

	w->oi = i;
	return w->g->env->oi_ino[i] ? view_read_oi(w->g->view, w->buf, i, &ops, w) : 0;
}

/* Is there a FID of the list in this range?  Files are told apart by those who read them. */
static bool fid_listed(void *arg, const struct fid *from, const struct fid *before)
{
	const struct worker *w = arg;
	const struct gather *g = w->g;
	u32 low = 0, high = g->nfids;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (fid_cmp(&g->fids[mid], from) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < g->nfids && (!before || fid_cmp(&g->fids[low], before) < 0);
}

int gather_oi_stretches(struct worker *w, u32 i)
{
	static const struct oi_ops ops = { gather_records, gather_oi_problem, fid_listed };

	w->oi = i;
	return w->g->env->oi_ino[i] ? view_read_oi(w->g->view, w->buf, i, &ops, w) : 0;
}

/* The record of a FID, wherever it leads.  -ENOENT: there surely is none. */
static int lookup(struct worker *w, const struct fid *fid)
{
	struct gather *g = w->g;
	struct oi_record rec;
	int rc = -ENOENT;

	w->oi = (u32)fid->seq & (g->env->oi_count - 1);
	if (g->env->oi_ino[w->oi])
		rc = view_oi_lookup(g->view, w->buf, fid, &rec);
	return rc ? rc : gather_record(w, &rec);
}

/* That of suspect number i. */
int gather_own_record(struct worker *w, u32 i)
{
	struct gather *g = w->g;
	const struct gather_suspect *s = &g->suspect[i], *twin = gather_twin(g, s);
	int rc;

	if (!s->live || !g->env->oi_count || (twin && twin->ino < s->ino))
		return 0;
	rc = lookup(w, &s->fid);
	if (rc && rc != -ENOENT && rc != -ENOBUFS)
		__atomic_store_n(&g->descent_failed, true, __ATOMIC_RELAXED);
	return rc == -ENOBUFS ? rc : 0;
}

/* With a scope: FID number i. */
int gather_lookup(struct worker *w, u32 i)
{
	const struct fid *fid = &w->g->fids[i];
	struct view_problem p = { .kind = PROBLEM_IAM, .lost_from = fid->seq, .lost_to = fid->seq };
	int rc = lookup(w, fid);

	if (!rc || rc == -ENOENT || rc == -ENOBUFS)
		return rc == -ENOENT ? 0 : rc;
	gather_oi_problem(w, &p);
	return 0;
}
