/* SPDX-License-Identifier: GPL-2.0-only */
/* One pass over the suspects before they are parted into batches: who may have a twin? */
#include "base/array.h"
#include "twins.h"

#include <stdlib.h>
#include <string.h>

/* Of the memory that is left, so much may hold the FIDs of suspects. */
#define TWINS_SHARE 4
#define TWINS_ROOM_MIN 4096U

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

/* All suspects whose hash falls into the part; -ENOSPC: they are more than room. */
static int read_part(struct run *r, struct view_buf *buf, u32 part, u32 parts, struct twin *all,
		     u32 room, u32 *n)
{
	struct object o;

	*n = 0;
	for (u32 ino = ledger_next(&r->ledger, 1); ino; ino = ledger_next(&r->ledger, ino + 1)) {
		u64 fid;

		if (*r->cancel)
			return -ECANCELED;
		if (view_read_object(r->view, buf, ino, &o) || !may_have_twin(&o))
			continue;
		fid = twins_hash(r, &o.fid);
		if (fid % parts != part)
			continue;
		if (*n == room)
			return -ENOSPC;
		all[(*n)++] = (struct twin){ fid, ino };
	}
	return 0;
}

int twins_collect(struct run *r, struct twins *t)
{
	u64 suspects = ledger_suspects(&r->ledger) + 1;
	u64 left = membudget_left(&r->mem) / TWINS_SHARE / sizeof(struct twin);
	u32 room = (u32)min_u64(suspects, max_u64(left, TWINS_ROOM_MIN));
	u32 parts = (u32)((suspects + room - 1) / room), n;
	struct twin *all = membudget_map(&r->mem, (u64)room * sizeof(*all),
					 (u64)room * sizeof(*all));
	struct view_buf *buf = view_buf_new(r->view);
	int rc = all && buf ? 0 : -ENOMEM;

	/* Parts are of uneven size: one that does not fit makes all begin again, smaller. */
	for (u32 part = 0; !rc && part < parts; part++) {
		rc = read_part(r, buf, part, parts, all, room, &n);
		if (rc == -ENOSPC && parts <= UINT32_MAX / 2) {
			parts *= 2;
			part = UINT32_MAX;
			t->n = 0;
			rc = 0;
			continue;
		}
		if (!rc)
			rc = keep_pairs(r, t, all, n);
	}
	if (t->n)
		qsort(t->t, t->n, sizeof(*t->t), twin_cmp);
	view_buf_free(buf);
	if (all)
		membudget_unmap(&r->mem, all, (u64)room * sizeof(*all), (u64)room * sizeof(*all));
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
