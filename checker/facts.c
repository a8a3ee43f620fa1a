/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes facts of what was gathered about one suspect: names, links and OI records
 * in a fixed order, matched with each other, and what the object is, all of them
 * considered.  One fill_*() for each part of struct facts.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "judge.h"

/* Names and OI records come in the order in which threads met them: give them one. */
static int name_cmp(const void *a, const void *b)
{
	const struct name_fact *x = a, *y = b;
	int c;

	if (x->dir_ino != y->dir_ino)
		return x->dir_ino < y->dir_ino ? -1 : 1;
	c = memcmp(x->name, y->name, x->namelen < y->namelen ? x->namelen : y->namelen);
	return c ? c : (x->namelen > y->namelen) - (x->namelen < y->namelen);
}

static int oi_cmp(const void *a, const void *b)
{
	const struct oi_fact *x = a, *y = b;
	int c = fid_cmp(&x->rec.fid, &y->rec.fid);

	if (!c && x->oi != y->oi)
		c = x->oi < y->oi ? -1 : 1;
	return c ? c : (x->rec.ino > y->rec.ino) - (x->rec.ino < y->rec.ino);
}

/* What a shard's master says of it: NULL when both agree, or why they cannot be believed. */
static const char *master_doubt(struct judge *j, u32 ino, const struct lmv *shard)
{
	struct object o;

	if (!ino || view_read_object(j->r->view, j->buf2, ino, &o) || !object_is_live(&o) ||
	    o.lmv.kind != LMV_MASTER)
		return "the shard's \"..\" leads to no master of a striped directory";
	if (o.lmv.stripe_count != shard->stripe_count ||
	    (o.lmv.hash_type ^ shard->hash_type) & LMV_HASH_MASK)
		return lmv_hash_doubt(&o.lmv) ? lmv_hash_doubt(&o.lmv) :
						"shard and master disagree about the layout";
	return lmv_hash_doubt(&o.lmv);
}

/* A name seems to stand in the wrong shard: can the shard be believed? */
static enum shard_trust shard_asked(struct judge *j, const struct name_fact *n, const char **doubt)
{
	const struct dir_row *row = dirtable_find(&j->r->dirs, n->dir_ino);
	struct object o;

	*doubt = lmv_hash_doubt(&n->dir_lmv);
	if (!*doubt && (!row || view_read_object(j->r->view, j->buf2, n->dir_ino, &o)))
		*doubt = "the shard could not be read again";
	if (!*doubt && shard_linkea_odd(&o))
		*doubt = "the shard's linkEA and its LMV disagree about its index";
	if (!*doubt && object_has_lma(&o) && (o.lma.incompat & LMAI_REMOTE_PARENT))
		return SHARD_ALONE;
	if (!*doubt)
		*doubt = master_doubt(j, row->dotdot, &n->dir_lmv);
	return *doubt ? SHARD_DOUBTFUL : SHARD_TRUSTED;
}

static void ask_shard(struct judge *j, struct name_fact *n)
{
	u32 due;

	if (n->dir_lmv.kind != LMV_SHARD ||
	    lmv_name_fits(&n->dir_lmv, n->name, n->namelen, n->dir_encrypted, &due))
		return;
	if (j->shard_ino != n->dir_ino) {
		j->shard_trust = shard_asked(j, n, &j->shard_doubt);
		j->shard_ino = n->dir_ino;
	}
	n->shard_trust = j->shard_trust;
	n->shard_doubt = j->shard_doubt;
}

/* What e2fsck calls an object that it found nowhere is no name to its users. */
static void set_lost(struct facts *f)
{
	u32 ino = f->env->lost_found_ino, i = 0;

	while (ino && i < f->nnames && f->names[i].dir_ino == ino)
		i++;
	if (!f->nnames || i < f->nnames || !object_is_live(f->obj))
		return;
	f->lost_name = f->names[0].name;
	f->lost_namelen = f->names[0].namelen;
	f->nnames = 0;
}

static int fill_names(struct judge *j, const struct gather_suspect *s, struct facts *f)
{
	u32 n = 0;
	int rc;

	for (u32 off = s->names; off != GATHER_NONE; off = gather_name_at(j->g, off)->next)
		n++;
	rc = array_room(&j->names, &j->names_cap, n, sizeof(*j->names), NULL);
	if (rc)
		return rc;
	for (u32 off = s->names, i = 0; off != GATHER_NONE; i++) {
		const struct gather_name *g = gather_name_at(j->g, off);
		const struct gather_holder *dir = gather_holder_of(j->g, g);

		j->names[i] = (struct name_fact){
			.dir_ino = dir->ino,
			.dir_fid = dir->fid,
			.dir_class = dir->class,
			.type = g->type,
			.has_lufid = g->has_lufid,
			.data_bad = g->data_bad,
			.lufid = gather_lufid(g),
			.name = gather_name_bytes(g),
			.namelen = g->namelen,
			.dir_encrypted = dir->encrypted,
			.dir_lmv = dir->lmv,
			.dir_shard_twice = dir->shard_twice,
		};
		ask_shard(j, &j->names[i]);
		off = g->next;
	}
	if (n > 1)
		qsort(j->names, n, sizeof(*j->names), name_cmp);
	f->names = j->names;
	f->nnames = n;
	f->names_blind = j->g->names_blind;
	set_lost(f);
	return 0;
}

static int fill_oi(struct judge *j, const struct gather_suspect *s, struct facts *f)
{
	const struct env *env = f->env;
	u32 own = env->oi_count ? f->obj->fid.seq & (env->oi_count - 1) : 0;
	u32 n = 0;
	int rc;

	for (u32 off = s->oi; off != GATHER_NONE; off = gather_oi_at(j->g, off)->next)
		n++;
	rc = array_room(&j->oi, &j->oi_cap, n, sizeof(*j->oi), NULL);
	if (rc)
		return rc;
	f->oi_own = env->oi_count ? -ENOENT : -ENODATA;
	for (u32 i = 0; i < j->g->nlost; i++)
		if ((j->g->lost[i].oi == own || j->g->lost[i].oi == UINT32_MAX) &&
		    f->obj->fid.seq >= j->g->lost[i].from && f->obj->fid.seq <= j->g->lost[i].to)
			f->oi_own = -EBADMSG;
	if (env->oi_count && !env->oi_ino[own] && env->backend_blind)
		f->oi_own = -EBADMSG;
	for (u32 off = s->oi, i = 0; off != GATHER_NONE; i++) {
		const struct gather_oi *g = gather_oi_at(j->g, off);

		j->oi[i] = g->fact;
		/* A record in another file than its own is not found by any lookup. */
		if (g->fact.oi == own && fid_equal(&g->fact.rec.fid, &f->obj->fid))
			f->oi_own = 0;
		off = g->next;
	}
	if (n > 1)
		qsort(j->oi, n, sizeof(*j->oi), oi_cmp);
	f->oi = j->oi;
	f->noi = n;
	return 0;
}

static void resolve_parent(struct judge *j, struct link_fact *l)
{
	const struct dir_row *row = gather_dir_by_fid(j->g, &l->e.parent);

	if (row && !(row->flags & DIRF_AGENT)) {
		l->where = PARENT_LOCAL;
		l->dir_ino = row->ino;
		l->dir_class = row->class;
		l->dir_blind = row->flags & DIRF_BLIND;
		return;
	}
	switch (env_seq_owner(&j->r->env, l->e.parent.seq)) {
	case SEQ_OURS:
		l->where = PARENT_MISSING;
		break;
	case SEQ_OTHER_MDT:
		l->where = PARENT_FOREIGN;
		break;
	case SEQ_OST:
	case SEQ_UNKNOWN:
		l->where = PARENT_UNKNOWN;
		break;
	}
}

static int fill_links(struct judge *j, struct facts *f)
{
	const struct object *o = f->obj;
	bool encrypted = object_has_lma(o) && (o->lma.incompat & LMAI_ENCRYPT);
	struct linkea_walk it;
	u32 n = 0;
	int rc;

	if (!object_has_link(o))
		return 0;
	rc = array_room(&j->links, &j->links_cap, o->link.reccount, sizeof(*j->links), NULL);
	if (rc)
		return rc;
	it = linkea_begin(&o->link);
	for (; n < o->link.reccount && linkea_next(&it, &j->links[n].e); n++) {
		struct link_fact *l = &j->links[n];

		l->dir_ino = 0;
		l->dir_class = DIR_UNKNOWN;
		l->dir_blind = false;
		l->match = -1;
		resolve_parent(j, l);
		for (u32 i = 0; i < f->nnames && l->match < 0; i++) {
			const struct name_fact *m = &f->names[i];

			if (linkea_entry_is(&l->e, &m->dir_fid, m->name, m->namelen,
					    encrypted || m->dir_encrypted))
				l->match = i;
		}
	}
	f->links = j->links;
	f->nlinks = n;
	return 0;
}

static enum object_class class_of(const struct facts *f)
{
	const struct object *o = f->obj;
	bool pending = false, internal = false;

	if (!object_is_live(o))
		return CLASS_FREE;
	if (env_is_exempt_ino(f->env, o->ino) || (o->inode.flags & EXT4_FL_EA_INODE))
		return CLASS_EXEMPT;
	if (object_is_agent(o))
		return CLASS_AGENT;
	if (o->ino == f->env->root_ino)
		return CLASS_NAMESPACE;
	for (u32 i = 0; i < f->nnames; i++) {
		switch (f->names[i].dir_class) {
		case DIR_PENDING:
		case DIR_ORPHAN:
			pending = true;
			break;
		case DIR_INTERNAL:
			internal = true;
			break;
		case DIR_DETACHED:
		case DIR_UNKNOWN:
			break;
		default:
			/* 13.25: an open-unlinked remote object is in both directories. */
			if (f->names[i].dir_class != DIR_RPD)
				return CLASS_NAMESPACE;
		}
	}
	if (pending)
		return CLASS_ORPHAN;
	if (internal)
		return CLASS_INTERNAL;
	return fid_is_namespace(&o->fid) && (object_has_lma(o) || object_has_link(o)) ?
		       CLASS_NAMESPACE :
		       CLASS_INTERNAL;
}

static void fill_dir(struct judge *j, const struct gather_suspect *s, struct facts *f)
{
	const struct dir_row *row = dirtable_find(&j->r->dirs, f->obj->ino);
	const struct gather_dir *d = s->dir;

	if (row) {
		f->own_class = row->class;
		/* The scan saw it in pieces: a move meanwhile looks like a loop. */
		f->in_loop = (row->flags & DIRF_LOOP) &&
			     (f->env->info->is_static || paths_loop(j->paths, f->obj->ino));
	}
	if (!d || !d->seen)
		return;
	f->dir_read = !d->blind;
	f->subdirs = d->subdirs;
	f->dotdot_ino = d->dotdot_ino;
	f->dotdot_has_lufid = d->dotdot_has_lufid;
	f->dotdot_lufid = d->dotdot_lufid;
	row = dirtable_find(&j->r->dirs, d->dotdot_ino);
	if (row)
		f->dotdot_fid = row->fid;
	f->dir_problem = d->problem;
	f->dir_problem_block = d->problem_block;
	f->duplicate_name = d->twice;
	f->duplicate_name_len = d->twice_len;
	f->shard_names = d->shard_names;
	f->shard_indices = d->shard_indices;
	f->shard_twice = d->shard_twice;
}

/* Is it another live inode that states this FID? */
static bool is_twin(struct judge *j, struct facts *f, u32 ino)
{
	struct object o;

	if (ino == f->obj->ino || view_read_object(j->r->view, j->buf2, ino, &o) ||
	    !object_is_live(&o) || !object_has_lma(&o) || !fid_equal(&o.fid, &f->obj->fid))
		return false;
	f->twin_ino = ino;
	f->twin_is_agent = object_is_agent(&o);
	return true;
}

/* The other live inode with this FID: where the OI leads, or another suspect. */
static void fill_twin(struct judge *j, const struct gather_suspect *s, struct facts *f)
{
	const struct gather_suspect *other;
	const struct twins *t = j->twins;

	if (j->r->no_twins || !object_is_live(f->obj) || !object_has_lma(f->obj))
		return;
	for (u32 i = 0; i < f->noi; i++)
		if (fid_equal(&f->oi[i].rec.fid, &f->obj->fid) && is_twin(j, f, f->oi[i].rec.ino))
			return;
	if (!t || !t->n) {
		other = gather_twin(j->g, s);
		if (other)
			is_twin(j, f, other->ino);
		return;
	}
	/* Those of other batches, too. */
	for (u32 i = twins_find(j->r, t, &f->obj->fid);
	     i < t->n && t->t[i].fid == twins_hash(j->r, &f->obj->fid); i++)
		if (is_twin(j, f, t->t[i].ino))
			return;
}

static bool has_pending_name(const struct gather *g, u32 ino)
{
	const struct gather_suspect *s = gather_find(g, ino);
	u32 off = s ? s->names : GATHER_NONE;

	while (off != GATHER_NONE) {
		const struct gather_name *n = gather_name_at(g, off);

		if (gather_holder_of(g, n)->class == DIR_PENDING)
			return true;
		off = n->next;
	}
	return false;
}

static int fill_shares(struct judge *j, const struct gather_suspect *s, struct facts *f)
{
	s64 n = 0;

	free(j->claims);
	j->claims = NULL;
	if (j->shares && j->shares->n)
		n = shares_of(j->shares, s->ino, &j->claims);
	if (n < 0)
		return (int)n;
	for (s64 i = 0; i < n; i++)
		j->claims[i].pending |= has_pending_name(j->g, j->claims[i].ino);
	f->shares = j->claims;
	f->nshares = (u32)n;
	return 0;
}

int facts_fill(struct judge *j, const struct gather_suspect *s, const struct object *o,
	       struct facts *f)
{
	int rc;

	*f = (struct facts){ .env = &j->r->env, .obj = o, .have_cross = true };
	rc = fill_names(j, s, f);
	if (!rc)
		rc = fill_oi(j, s, f);
	if (!rc)
		rc = fill_links(j, f);
	if (rc)
		return rc;
	f->class = class_of(f);
	if (S_ISDIR(o->inode.mode))
		fill_dir(j, s, f);
	fill_twin(j, s, f);
	testimony_fill(j, s, f);
	return fill_shares(j, s, f);
}
