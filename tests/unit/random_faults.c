/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Faults for random states.  Each changes one thing, exchanges two or repeats one;
 * some change nothing, some take an earlier one back, and a few are legal
 * operations (a rename, a new hard link), so that consistent states come out too.
 */
#include <string.h>
#include <sys/stat.h>

#include "random_world.h"

#define TRIES 20

static struct rw_obj *any_object(struct rw_state *s)
{
	/* Landmarks now and then. */
	u32 first = rw_random(s, 8) ? 4 : 1;

	return &s->obj[first + rw_random(s, s->nobj - first)];
}

static struct rw_obj *any_dir(struct rw_state *s)
{
	struct rw_obj *o;

	do {
		o = &s->obj[rw_random(s, s->nobj)];
	} while (!S_ISDIR(o->mode) || (o->ino == RW_PENDING && rw_random(s, 4)));
	return o;
}

/* A name in *dir; NULL when none was found. */
static struct rw_name *any_name(struct rw_state *s, struct rw_obj **dir)
{
	for (u32 i = 0; i < TRIES; i++) {
		*dir = any_dir(s);
		if ((*dir)->nnames && ((*dir)->ino != RW_TOP || !rw_random(s, 6)))
			return &(*dir)->name[rw_random(s, (*dir)->nnames)];
	}
	return NULL;
}

static struct rw_obj *any_linked(struct rw_state *s)
{
	for (u32 i = 0; i < TRIES; i++) {
		struct rw_obj *o = any_object(s);

		if (o->nlinks)
			return o;
	}
	return NULL;
}

static struct fid any_fid(struct rw_state *s)
{
	static const struct fid odd[] = {
		{ 0, 0, 0 }, { RW_SEQ, 0, 0 }, { RW_SEQ, 1, 1 }, { FID_SEQ_LOV_DEFAULT, 1, 0 },
		{ FID_SEQ_LOCAL_FILE, 77, 0 },
	};
	struct rw_obj *o = any_object(s);

	switch (rw_random(s, 6)) {
	case 0:
		return odd[rw_random(s, ARRAY_SIZE(odd))];
	case 1:
		return (struct fid){ RW_SEQ_FOREIGN, 1 + rw_random(s, 3), 0 };
	case 2:
		return (struct fid){ RW_SEQ + rw_random(s, 4), 100, 0 };
	default:
		/* Not the FIDs of what the OI does not list: a twin of those goes unseen. */
		return o->ino == RW_RPD ? (struct fid){ RW_SEQ, 1, 0 } : o->fid;
	}
}

#define SWAP(a, b)                                                                                 \
	do {                                                                                       \
		__typeof__(a) swap_ = (a);                                                         \
                                                                                                   \
		(a) = (b);                                                                         \
		(b) = swap_;                                                                       \
	} while (0)

/* ---- names --------------------------------------------------------------------------------- */

static void put_name(struct rw_obj *dir, struct rw_name n)
{
	if (dir->nnames < RW_NAMES)
		dir->name[dir->nnames++] = n;
}

static void cut_name(struct rw_obj *dir, struct rw_name *n)
{
	*n = dir->name[--dir->nnames];
}

static void swap_names(struct rw_state *s, u32 how)
{
	struct rw_obj *d, *e;
	struct rw_name *a = any_name(s, &d), *b = any_name(s, &e);

	if (!a || !b)
		return;
	if (how != 1)
		SWAP(a->ino, b->ino);
	if (how != 0)
		SWAP(a->lufid, b->lufid);
	if (how == 2)
		SWAP(a->type, b->type);
}

/* A new hard link in order: the name, its linkEA entry and the count. */
static void hard_link(struct rw_state *s)
{
	struct rw_obj *d, *o;
	struct rw_name *n = any_name(s, &d), copy;

	o = n ? rw_find(s, n->ino) : NULL;
	if (!o || S_ISDIR(o->mode) || o->nlinks >= RW_LINKS || d->ino == RW_RPD)
		return;
	copy = *n;
	copy.name[0] = 'x';
	put_name(d, copy);
	o->link[o->nlinks] = (struct rw_link){ .parent = d->fid, .len = copy.len };
	memcpy(o->link[o->nlinks++].name, copy.name, copy.len);
	o->nlink++;
}

static void fault_name(struct rw_state *s, int kind)
{
	struct rw_obj *d;
	struct rw_name *n = any_name(s, &d);

	if (!n)
		return;
	switch (kind) {
	case 0:
		put_name(d, *n);
		break;
	case 1:
		put_name(any_dir(s), *n);
		break;
	case 2:
		put_name(any_dir(s), *n);
		cut_name(d, n);
		break;
	case 3:
		cut_name(d, n);
		break;
	case 4:
		n->type = (u8)rw_random(s, 16);
		break;
	case 5:
		n->lufid = any_fid(s);
		break;
	case 6:
		n->has_lufid = false;
		break;
	case 7:
		n->name[n->len - 1] = (char)('0' + rw_random(s, 4));
		break;
	case 8:
		n->ino = rw_random(s, 4) ? any_object(s)->ino : 1 + rw_random(s, RW_INODES + 5);
		break;
	}
}

/* ---- objects ------------------------------------------------------------------------------- */

static void fault_object(struct rw_state *s, int kind)
{
	static const u16 types[] = { S_IFREG, S_IFLNK, S_IFIFO, S_IFSOCK };
	struct rw_obj *o = any_object(s), *p = any_object(s);

	switch (kind) {
	case 0:
		o->generation = 1 + rw_random(s, 3);
		break;
	case 1:
		o->nlink = (u16)(o->nlink + (rw_random(s, 2) ? 1 : -1));
		break;
	case 2:
		o->fid = any_fid(s);
		break;
	case 3:
		if (o->ino != RW_RPD && p->ino != RW_RPD)
			SWAP(o->fid, p->fid);
		break;
	case 4:
		o->live = false;
		break;
	case 5:
		if (!S_ISDIR(o->mode))
			o->mode = types[rw_random(s, ARRAY_SIZE(types))] | 0600;
		break;
	case 6:
		o->incompat ^= LMAI_REMOTE_PARENT;
		break;
	case 7:
		o->has_lma = rw_random(s, 3);
		break;
	case 8:
		o->compat ^= LMAC_NOT_IN_OI;
		break;
	case 9:
		SWAP(o->generation, p->generation);
		break;
	}
}

static void fault_dir(struct rw_state *s, int kind)
{
	struct rw_obj *o = any_dir(s), *p = any_dir(s);

	switch (kind) {
	case 0:
		o->dotdot = rw_random(s, 4) ? p->ino : 0;
		break;
	case 1:
		SWAP(o->dotdot, p->dotdot);
		SWAP(o->dotdot_lufid, p->dotdot_lufid);
		break;
	case 2:
		o->dotdot_lufid = rw_random(s, 2) ? any_fid(s) : (struct fid){ 0 };
		break;
	case 3:
		o->dot = p->ino;
		break;
	case 4:
		o->nlink = 1; /* legal for a directory: too many to count */
		break;
	}
}

/* ---- linkEAs ------------------------------------------------------------------------------- */

static void fault_link(struct rw_state *s, int kind)
{
	struct rw_obj *o = any_linked(s), *p = any_linked(s);
	struct rw_link *l, *m;

	if (!o || !p)
		return;
	l = &o->link[rw_random(s, o->nlinks)];
	m = &p->link[rw_random(s, p->nlinks)];
	switch (kind) {
	case 0:
		SWAP(*l, *m);
		break;
	case 1:
		if (o->nlinks < RW_LINKS)
			o->link[o->nlinks++] = *l;
		break;
	case 2:
		*l = o->link[--o->nlinks];
		break;
	case 3:
		l->parent = any_fid(s);
		break;
	case 4:
		if (p->nlinks < RW_LINKS)
			p->link[p->nlinks++] = *l;
		break;
	case 5:
		l->name[l->len - 1] = (char)('0' + rw_random(s, 4));
		break;
	case 6: /* all of them; only the order of the entries changes when o is p */
		SWAP(o->nlinks, p->nlinks);
		for (u32 i = 0; i < RW_LINKS; i++)
			SWAP(o->link[i], p->link[i]);
		break;
	}
}

/* ---- the OI -------------------------------------------------------------------------------- */

static void fault_rec(struct rw_state *s, int kind)
{
	struct rw_rec *r, *q;

	if (!s->nrec)
		return;
	r = &s->rec[rw_random(s, s->nrec)];
	q = &s->rec[rw_random(s, s->nrec)];
	switch (kind) {
	case 0: /* at its place or behind all others */
		if (s->nrec == RW_RECS)
			return;
		if (rw_random(s, 2)) {
			memmove(r + 1, r, (size_t)(&s->rec[s->nrec] - r) * sizeof(*r));
			s->nrec++;
		} else {
			s->rec[s->nrec++] = *r;
		}
		break;
	case 1:
		memmove(r, r + 1, (size_t)(&s->rec[s->nrec] - (r + 1)) * sizeof(*r));
		s->nrec--;
		break;
	case 2:
		SWAP(r->rec.ino, q->rec.ino);
		break;
	case 3:
		r->rec.generation = rw_random(s, 4);
		break;
	case 4:
		r->rec.fid = any_fid(s);
		break;
	case 5:
		r->file = rw_random(s, s->oi_count);
		break;
	case 6:
		SWAP(*r, *q);
		break;
	case 7:
		r->rec.ino = rw_random(s, RW_INODES + 5);
		break;
	case 8:
		SWAP(r->rec.ino, q->rec.ino);
		SWAP(r->rec.generation, q->rec.generation);
		break;
	}
}

/* ---- all of them --------------------------------------------------------------------------- */

#define KINDS 44

static void fault(struct rw_state *s, int kind)
{
	if (kind < 3)
		swap_names(s, (u32)kind);
	else if (kind < 12)
		fault_name(s, kind - 3);
	else if (kind < 22)
		fault_object(s, kind - 12);
	else if (kind < 27)
		fault_dir(s, kind - 22);
	else if (kind < 34)
		fault_link(s, kind - 27);
	else if (kind < 43)
		fault_rec(s, kind - 34);
	else
		hard_link(s);
}

void rw_damage(struct rw_state *s, u32 n)
{
	u64 before = s->random;
	int kind = -1;

	for (u32 i = 0; i < n; i++) {
		/* The same once more, with the same choices: exchanges cancel out. */
		if (kind >= 0 && !rw_random(s, 4)) {
			s->random = before;
		} else {
			kind = (int)rw_random(s, KINDS);
			before = s->random;
		}
		s->fault[s->nfaults++] = kind;
		fault(s, kind);
	}
	for (u32 i = 0; i < s->nobj; i++)
		s->obj[i].live &= s->obj[i].nlink > 0;
}
