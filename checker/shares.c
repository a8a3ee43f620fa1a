/* SPDX-License-Identifier: GPL-2.0-only */
/* Claimants of OST objects that several layouts claim. */
#include "base/array.h"
#include "shares.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct collector {
	struct run *r;
	struct shares *s;
	pthread_mutex_t *lock;
};

static int add_claim(struct collector *c, const struct object *o, const struct lov_object *slot)
{
	struct shares *s = c->s;
	int rc;

	pthread_mutex_lock(c->lock);
	rc = array_room(&s->claim, &s->cap, s->n + 1, sizeof(*s->claim), NULL);
	if (!rc)
		s->claim[s->n++] = (struct share_fact){
			.ino = o->ino,
			.claimant = o->fid,
			.object = slot->fid,
			.ost_idx = slot->ost_idx,
		};
	pthread_mutex_unlock(c->lock);
	return rc;
}

static int collect_object(void *arg, struct view_buf *buf, const struct object *o)
{
	struct collector *c = arg;
	struct lov_object slot;
	struct lov_walk walk;
	int rc = 0;

	if (env_is_exempt_ino(&c->r->env, o->ino) || !object_is_live(o) ||
	    !S_ISREG(o->inode.mode) || !object_has_lov(o))
		return 0;
	lov_walk_begin(&walk, &o->lov);
	while (!rc && lov_walk_next(&walk, &slot))
		if (objset_is_shared(c->r->objects, slot.ost_idx, &slot.fid))
			rc = add_claim(c, o, &slot);
	return rc;
}

static void no_group(void *arg, u32 group, u32 allocated, u32 delivered)
{
}

static void no_problem(void *arg, const struct view_problem *p)
{
}

static int object_cmp(const struct share_fact *a, const struct share_fact *b)
{
	int c = fid_cmp(&a->object, &b->object);

	return c ? c : (a->ost_idx > b->ost_idx) - (a->ost_idx < b->ost_idx);
}

static int claim_cmp(const void *a, const void *b)
{
	const struct share_fact *x = a, *y = b;
	int c = object_cmp(x, y);

	return c ? c : (x->ino > y->ino) - (x->ino < y->ino);
}

static int ino_cmp(const void *a, const void *b, void *arg)
{
	const struct share_fact *claim = arg;
	u32 x = claim[*(const u32 *)a].ino, y = claim[*(const u32 *)b].ino;

	return (x > y) - (x < y);
}

int shares_collect(struct run *r, struct shares *s)
{
	static const struct scan_ops ops = { collect_object, no_group, no_problem, NULL };
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct collector c = { r, s, &lock };
	void *args[MAX_THREADS];
	int rc;

	if (!objset_shared(r->objects))
		return 0;
	for (u32 i = 0; i < r->threads; i++)
		args[i] = &c;
	rc = view_scan(r->view, &ops, args, r->threads, r->cancel);
	if (rc)
		return rc;
	s->by_ino = malloc((s->n + 1) * sizeof(u32));
	if (!s->by_ino)
		return -ENOMEM;
	if (s->n)
		qsort(s->claim, s->n, sizeof(*s->claim), claim_cmp);
	for (u32 i = 0; i < s->n; i++)
		s->by_ino[i] = i;
	shares_force(r, s);
	qsort_r(s->by_ino, s->n, sizeof(u32), ino_cmp, s->claim);
	return 0;
}

static bool still_claims(const struct object *o, const struct share_fact *claim)
{
	struct lov_object slot;
	struct lov_comp comp;

	if (!object_is_live(o) || !S_ISREG(o->inode.mode) || !object_has_lov(o) ||
	    !fid_equal(&o->fid, &claim->claimant))
		return false;
	for (u32 i = 0; i < o->lov.entry_count; i++) {
		lov_component(&o->lov, i, &comp);
		if (!lov_comp_has_objects(&comp))
			continue;
		for (u32 k = 0; k < comp.nobjects; k++) {
			lov_object_at(&comp, k, &slot);
			if (!slot.dummy && slot.ost_idx == claim->ost_idx &&
			    fid_equal(&slot.fid, &claim->object))
				return true;
		}
	}
	return false;
}

int shares_refresh(struct run *r, struct shares *s)
{
	struct view_buf *buf;
	struct object o;

	if (!s->n)
		return 0;
	if (!s->gone)
		s->gone = calloc(s->n, 1);
	buf = view_buf_new(r->view);
	if (!s->gone || !buf) {
		view_buf_free(buf);
		return -ENOMEM;
	}
	for (u32 i = 0; i < s->n; i++)
		s->gone[i] = view_read_object(r->view, buf, s->claim[i].ino, &o) ||
			     !still_claims(&o, &s->claim[i]);
	view_buf_free(buf);
	return 0;
}

void shares_force(struct run *r, const struct shares *s)
{
	for (u32 i = 0; i < s->n; i++)
		ledger_force(&r->ledger, s->claim[i].ino);
}

void shares_free(struct shares *s)
{
	free(s->gone);
	free(s->claim);
	free(s->by_ino);
	memset(s, 0, sizeof(*s));
}

static u32 first_of_ino(const struct shares *s, u32 ino)
{
	u32 lo = 0, hi = s->n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (s->claim[s->by_ino[mid]].ino < ino)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

s64 shares_of(const struct shares *s, u32 ino, struct share_fact **out)
{
	struct share_fact *all = NULL, *grown;
	s64 n = 0;
	u32 before = UINT32_MAX;

	for (u32 i = first_of_ino(s, ino); i < s->n && s->claim[s->by_ino[i]].ino == ino; i++) {
		u32 from = s->by_ino[i], to;

		while (from && !object_cmp(&s->claim[from - 1], &s->claim[s->by_ino[i]]))
			from--;
		/* The same object twice in one file: its group is already there. */
		if (from == before)
			continue;
		before = from;
		for (to = from; to < s->n && !object_cmp(&s->claim[to], &s->claim[from]); to++)
			;
		grown = realloc(all, ((size_t)n + to - from) * sizeof(*all));
		if (!grown) {
			free(all);
			return -ENOMEM;
		}
		all = grown;
		for (; from < to; from++)
			if (!s->gone || !s->gone[from])
				all[n++] = s->claim[from];
	}
	*out = all;
	return n;
}
