/* SPDX-License-Identifier: GPL-2.0-only */
/* The terms of the ledger; post.h has the table. */
#include "ledger/post.h"

#include <sys/random.h>
#include <sys/stat.h>

static const struct fid no_fid;

int poster_init(struct poster *p, struct ledger *l, const struct env *env, bool all_equal)
{
	u64 random[3];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return -EIO;
	*p = (struct poster){
		.ledger = l,
		.env = env,
		.key = { .k0 = random[0], .k1 = random[1], .constant = all_equal },
		.k_name = all_equal ? 1 : random[2] | 1,
	};
	return 0;
}

enum post_mode post_mode_guess(const struct env *env, const struct object *dir)
{
	if (dir->ino == env->rpd_ino)
		return POST_RPD;
	/* What e2fsck found without a name is always looked at, too. */
	if (dir->ino == env->pending_ino || dir->ino == env->lost_found_ino)
		return POST_PENDING;
	return fid_is_namespace(&dir->fid) ? POST_NAMESPACE : POST_INTERNAL;
}

enum post_mode post_mode_of(enum dir_class class, enum post_mode guess)
{
	switch (class) {
	case DIR_NAMESPACE:
	case DIR_REMOTE:
		return POST_NAMESPACE;
	case DIR_INTERNAL:
		return POST_INTERNAL;
	case DIR_RPD:
		return POST_RPD;
	case DIR_PENDING:
		return POST_PENDING;
	case DIR_UNKNOWN:
	case DIR_ORPHAN:
	case DIR_DETACHED:
		break;
	}
	return guess;
}

/*
 * What a name counts, by its type: names outside the name space have no other term
 * that would tell an entry of a wrong type.  Odd, so that no number of them is zero.
 */
static u64 name_constant(const struct poster *p, u8 type)
{
	return p->key.constant ? p->k_name : rotl64(p->k_name, 1 + 4 * (type & 15)) | 1;
}

/*
 * The terms of the linkEA are added to *stated; returns how many of its parents are on
 * other MDTs.
 */
static u32 state_links(struct poster *p, const struct object *o, u64 *stated)
{
	const struct fid *own = p->env->info->dirdata ? &o->fid : &no_fid;
	u8 type = dirent_mode_to_type(o->inode.mode);
	struct linkea_entry e;
	struct linkea_walk it;
	u32 foreign = 0;

	if (!object_has_link(o))
		return 0;
	it = linkea_begin(&o->link);
	while (linkea_next(&it, &e)) {
		if (env_seq_owner(p->env, e.parent.seq) == SEQ_OTHER_MDT) {
			foreign++;
			continue;
		}
		*stated += hash_name(&p->key, &p->stated, &e.parent, e.name, e.namelen, own, type);
	}
	return foreign;
}

/* Three small numbers: what is too large for its place is looked at for that. */
static u64 shard_term(const struct poster *p, const struct lmv *l, u32 index, const struct fid *fid)
{
	u32 num = l->stripe_count | (l->hash_type & LMV_HASH_MASK) << 11 | index << 14;

	return hash_pair(&p->key, TAG_SHARD, num, fid);
}

/* A name in a master.  Shards on other MDTs have agents here, without an LMV. */
static void post_shard_name(const struct poster *p, const struct object *master,
			    const struct dirent_rec *d, s64 sign)
{
	struct fid fid;
	u32 index;

	if (fid_parse_shard(d->name, d->namelen, &fid, &index) ||
	    index >= master->lmv.stripe_count) {
		ledger_force(p->ledger, d->ino);
		return;
	}
	switch (env_seq_owner(p->env, fid.seq)) {
	case SEQ_OURS:
		ledger_add(p->ledger, d->ino,
			   (u64)sign * shard_term(p, &master->lmv, index, &fid));
		break;
	case SEQ_OTHER_MDT:
		break;
	case SEQ_OST:
	case SEQ_UNKNOWN:
		ledger_force(p->ledger, d->ino);
	}
}

/* Where files do not show theirs it is left out on both sides. */
static u32 shown_generation(const struct poster *p, u32 generation)
{
	return p->env->info->hides_generation ? 0 : generation;
}

static void set_aside(struct poster *p, const struct fid *fid)
{
	if (p->aside && p->naside < ASIDES_MAX)
		p->aside[p->naside] = *fid;
	p->naside++;
}

/* All of it in one sum: a slot is shared by all threads, and each access to it is dear. */
u32 post_object(struct poster *p, const struct object *o)
{
	u64 stated = 0, oi;
	u32 foreign = state_links(p, o, &stated);
	bool remote = object_has_lma(o) && (o->lma.incompat & LMAI_REMOTE_PARENT);
	u8 type = dirent_mode_to_type(o->inode.mode);
	u64 names = 1;

	/* The backend root has no name. A remote directory's one name is its name in
	 * REMOTE_PARENT_DIR; a remote file's name there does not count. */
	if (o->ino == 2)
		names = 0;
	else if (!S_ISDIR(o->inode.mode))
		names = (u64)o->inode.nlink - foreign;
	stated += names * name_constant(p, type);
	/* Flag, linkEA and REMOTE_PARENT_DIR say the same; the sums compare flag and name. */
	if (remote != (foreign > 0))
		ledger_force(p->ledger, o->ino);
	if (env_oi_due(p->env, o)) {
		oi = hash_pair(&p->key, TAG_OI, shown_generation(p, o->inode.generation), &o->fid);
		stated += oi;
		p->oi_balance += oi;
	} else if (object_has_lma(o)) {
		set_aside(p, &o->fid);
	}
	if (remote)
		stated += hash_pair(&p->key, TAG_RPD, type, &o->fid);
	else if (o->lmv.kind == LMV_SHARD)
		stated += shard_term(p, &o->lmv, o->lmv.index, &o->fid);
	ledger_add(p->ledger, o->ino, -stated);
	return foreign;
}

void post_dotdot(const struct poster *p, const struct object *dir, const struct dirent_rec *d)
{
	bool remote = object_has_lma(dir) && (dir->lma.incompat & LMAI_REMOTE_PARENT);
	const struct fid *fid = d->has_lufid && !remote && p->env->info->dirdata ? &d->lufid :
										   &no_fid;

	if (dir->ino != 2)
		ledger_add(p->ledger, dir->ino, -hash_pair(&p->key, TAG_DOTDOT, d->ino, fid));
}

static void post_namespace_entry(struct poster *p, const struct object *dir,
				 const struct dirent_rec *d, s64 sign)
{
	const struct fid *child = d->has_lufid && p->env->info->dirdata ? &d->lufid : &no_fid;
	u64 term;

	term = hash_name(&p->key, &p->found, &dir->fid, d->name, d->namelen, child, d->type);
	ledger_add(p->ledger, d->ino, (u64)sign * (term + name_constant(p, d->type)));
	if (dir->lmv.kind == LMV_MASTER)
		post_shard_name(p, dir, d, sign);
	/* Sums over zero FIDs could agree by accident of two omissions: look. */
	if ((p->env->info->dirdata && !d->has_lufid) || !d->type || d->data_bad)
		ledger_force(p->ledger, d->ino);
}

static void post_rpd_entry(const struct poster *p, const struct dirent_rec *d, s64 sign)
{
	struct fid fid;

	if (fid_parse_plain(d->name, d->namelen, &fid)) {
		ledger_force(p->ledger, d->ino);
		return;
	}
	ledger_add(p->ledger, d->ino, (u64)sign * hash_pair(&p->key, TAG_RPD, d->type, &fid));
	if (d->type == 2)
		ledger_add(p->ledger, d->ino, (u64)sign * name_constant(p, d->type));
}

void post_entry(struct poster *p, const struct object *dir, enum post_mode mode,
		const struct dirent_rec *d, s64 sign)
{
	/* Only directories of the name space have their FID in the ".." of their children. */
	bool with_fid = mode == POST_NAMESPACE && p->env->info->dirdata;

	switch (mode) {
	case POST_NAMESPACE:
		post_namespace_entry(p, dir, d, sign);
		break;
	case POST_INTERNAL:
		ledger_add(p->ledger, d->ino, (u64)sign * name_constant(p, d->type));
		break;
	case POST_RPD:
		post_rpd_entry(p, d, sign);
		break;
	case POST_PENDING:
		ledger_force(p->ledger, d->ino);
		break;
	}
	if (d->type == 2)
		ledger_add(p->ledger, d->ino,
			   (u64)sign * hash_pair(&p->key, TAG_DOTDOT, dir->ino,
						 with_fid ? &dir->fid : &no_fid));
}

void post_oi(struct poster *p, const struct oi_record *r)
{
	u64 oi = hash_pair(&p->key, TAG_OI, shown_generation(p, r->generation), &r->fid);

	p->oi_balance -= oi;
	ledger_add(p->ledger, r->ino, oi);
}
