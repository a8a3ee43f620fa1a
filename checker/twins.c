/* SPDX-License-Identifier: GPL-2.0-only */
/* One pass over the suspects before they are parted into batches: who may have a twin? */
#include "base/array.h"
#include "base/crew.h"
#include "twins.h"

#include <stdlib.h>
#include <string.h>

/* Of the memory that is left, so much may hold the FIDs of suspects. */
#define TWINS_SHARE 4
#define TWINS_ROOM_MIN 4096U
#define STRETCH 4096U /* inode numbers that a reader takes at a time */

u64 twins_hash(const struct run *r, const struct fid *fid)
{
	struct hash_key key = r->poster.key;

	key.constant = false;
	return hash_pair(&key, TAG_OI, 0, fid);
}

static int twin_cmp(const void *pa, const void *pb)
{
	const struct twin *a = pa, *b = pb;

	if (a->fid != b->fid)
		return a->fid < b->fid ? -1 : 1;
	return (a->ino > b->ino) - (a->ino < b->ino);
}

/* Those of a part of the hashes that have company are kept. */
static int keep_pairs(struct run *r, struct twins *t, struct twin *all, u32 n)
{
	if (n)
		qsort(all, n, sizeof(*all), twin_cmp);
	for (u32 i = 0; i < n; i++) {
		if (!(i && all[i - 1].fid == all[i].fid) &&
		    !(i + 1 < n && all[i + 1].fid == all[i].fid))
			continue;
		if (array_room(&t->t, &t->cap, t->n + 1, sizeof(*t->t), &r->mem))
			return -ENOMEM;
		t->t[t->n++] = all[i];
	}
	return 0;
}

/* Agents share the FID of what they stand for, by right: a rule of their own judges them. */
static bool may_have_twin(const struct object *o)
{
	return object_is_live(o) && object_has_lma(o);
}

/* Who reads suspects: a stretch of inode numbers at a time. */
struct reader {
	struct run *r;
	struct view_buf *buf;
	struct reading *all;
};

/* All suspects whose hash falls into the part. */
struct reading {
	u32 part, parts;
	struct twin *twin;
	u32 room;
	u32 n;	  /* atomic; beyond room: they do not fit */
	u64 next; /* atomic: the first inode number that nobody has taken */
};

static void read_one(struct reader *t, u32 ino)
{
	struct reading *all = t->all;
	struct object o;
	u64 fid;
	u32 at;

	if (view_read_object(t->r->view, t->buf, ino, &o) || !may_have_twin(&o))
		return;
	fid = twins_hash(t->r, &o.fid);
	if (fid % all->parts != all->part)
		return;
	at = __atomic_fetch_add(&all->n, 1, __ATOMIC_RELAXED);
	if (at < all->room)
		all->twin[at] = (struct twin){ fid, ino };
}

static void read_stretches(void *member)
{
	struct reader *t = member;
	u64 from;

	while ((from = __atomic_fetch_add(&t->all->next, STRETCH, __ATOMIC_RELAXED)) <=
	       t->r->env.info->inodes_count) {
		u32 ino = ledger_next(&t->r->ledger, (u32)from);

		for (; ino && ino < from + STRETCH; ino = ledger_next(&t->r->ledger, ino + 1)) {
			if (stop_wanted(t->r->cancel) ||
			    __atomic_load_n(&t->all->n, __ATOMIC_RELAXED) > t->all->room)
				return;
			read_one(t, ino);
		}
	}
}

/* 0; -ENOSPC when they do not fit; -errno. */
static int read_part(struct run *r, struct reading *all)
{
	struct reader *t = calloc(r->threads, sizeof(*t));
	int rc = t ? 0 : -ENOMEM;

	all->n = 0;
	all->next = 1;
	for (u32 i = 0; !rc && i < r->threads; i++) {
		t[i] = (struct reader){ .r = r, .buf = view_buf_new(r->view), .all = all };
		rc = t[i].buf ? 0 : -ENOMEM;
	}
	if (!rc)
		crew_run(read_stretches, t, sizeof(*t), r->threads);
	for (u32 i = 0; t && i < r->threads; i++)
		view_buf_free(t[i].buf);
	free(t);
	if (!rc && stop_wanted(r->cancel))
		rc = -ECANCELED;
	return rc || all->n <= all->room ? rc : -ENOSPC;
}

static int fid_order(const void *a, const void *b)
{
	return fid_cmp(a, b);
}

static bool stands_alone(const struct run *r, struct view_buf *buf, u32 i)
{
	struct oi_record rec;

	return (!i || fid_cmp(&r->aside[i - 1], &r->aside[i])) &&
	       view_oi_lookup(r->view, buf, &r->aside[i], &rec) == -ENOENT;
}

bool twins_ruled_out(const struct run *r)
{
	struct view_buf *buf;
	bool alone;

	if (r->oi_balance || r->naside > ASIDES_MAX)
		return false;
	buf = view_buf_new(r->view);
	alone = buf;
	qsort(r->aside, r->naside, sizeof(*r->aside), fid_order);
	for (u32 i = 0; i < r->naside && alone; i++)
		alone = stands_alone(r, buf, i);
	view_buf_free(buf);
	return alone;
}

int twins_collect(struct run *r, struct twins *t)
{
	u64 suspects = ledger_suspects(&r->ledger) + 1;
	u64 left = membudget_left(&r->mem) / TWINS_SHARE / sizeof(struct twin);
	struct reading all = { .room = (u32)min_u64(suspects, max_u64(left, TWINS_ROOM_MIN)) };
	u64 bytes = (u64)all.room * sizeof(*all.twin);
	int rc;

	all.parts = (u32)((suspects + all.room - 1) / all.room);
	all.twin = membudget_map(&r->mem, bytes, bytes);
	rc = all.twin ? 0 : -ENOMEM;
	/* Parts are of uneven size: one that does not fit makes all begin again, smaller. */
	while (!rc && all.part < all.parts) {
		rc = read_part(r, &all);
		if (rc == -ENOSPC && all.parts <= UINT32_MAX / 2) {
			all.parts *= 2;
			all.part = 0;
			t->n = 0;
			rc = 0;
			continue;
		}
		if (!rc)
			rc = keep_pairs(r, t, all.twin, all.n);
		all.part++;
	}
	if (t->n)
		qsort(t->t, t->n, sizeof(*t->t), twin_cmp);
	if (all.twin)
		membudget_unmap(&r->mem, all.twin, bytes, bytes);
	return rc;
}

void twins_free(struct twins *t, struct run *r)
{
	membudget_give(&r->mem, t->cap * sizeof(*t->t));
	free(t->t);
	*t = (struct twins){ .t = NULL };
}

u32 twins_find(const struct run *r, const struct twins *t, const struct fid *fid)
{
	const struct twin want = { .fid = twins_hash(r, fid) };
	u32 lo = 0, hi = t->n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (twin_cmp(&t->t[mid], &want) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}
