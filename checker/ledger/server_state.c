/* SPDX-License-Identifier: GPL-2.0-only */
/* The state files of the server, one function each. */
#include "base/array.h"
#include "ledger/server_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define STATE_FILE_MAX 65536
#define HEAD_MAX 4096
#define EA_INDEX_TRUSTED 4
#define LFSCK_HEAD 16 /* 2.7 left attributes of four bytes behind */

static const char no_file[] = "its name leads to no file";
static const char no_blocks[] = "its blocks cannot be read";
static const char too_short[] = "it is too short";

/* The inode of a state file; false: there is none, or state[id].broken says why. */
static bool open_state(struct state_reader *s, enum state_id id, struct object *o)
{
	struct state_file *f = &s->env->state[id];

	f->broken = f->unknown = NULL;
	if (!f->ino)
		return false;
	if (view_read_object(s->view, s->buf, f->ino, o)) {
		f->broken = "its inode cannot be read";
		return false;
	}
	f->generation = o->inode.generation;
	f->mode = o->inode.mode;
	f->fid = o->fid;
	if (!object_is_live(o) || !S_ISREG(o->inode.mode))
		f->broken = no_file;
	return !f->broken;
}

/* The head of a state file: bytes read, 0 for an empty one or none at all. */
static size_t read_head(struct state_reader *s, enum state_id id, void *out, size_t len)
{
	struct object o;
	s64 n;

	if (!open_state(s, id, &o))
		return 0;
	n = view_read_file(s->view, s->buf, &o, 0, out, len);
	if (n < 0)
		s->env->state[id].broken = no_blocks;
	return n > 0 ? (size_t)n : 0;
}

/* ---- which MDT it is ----------------------------------------------------------------------- */

static void read_mountdata(struct state_reader *s)
{
	struct env *env = s->env;
	struct state_file *f = &env->state[STATE_MOUNTDATA];
	u8 raw[HEAD_MAX];
	size_t n = read_head(s, STATE_MOUNTDATA, raw, sizeof(raw));

	if (!f->ino || f->broken)
		return;
	if (n && !mountdata_decode(raw, n, &env->mountdata))
		env->has_mountdata = true;
	else
		f->broken = "it is too short, or has not the magic of mountdata";
}

static void read_last_rcvd(struct state_reader *s)
{
	struct env *env = s->env;
	u8 raw[HEAD_MAX];
	/* Empty until the server starts for the first time. */
	size_t n = read_head(s, STATE_LAST_RCVD, raw, sizeof(raw));

	if (!n)
		return;
	if (!last_rcvd_decode(raw, n, &env->last_rcvd))
		env->has_last_rcvd = true;
	else
		env->state[STATE_LAST_RCVD].broken = too_short;
}

static void elect_index(struct env *env)
{
	struct index_vote vote[INDEX_VOTES_MAX];
	u32 n = env_index_votes(env, vote);

	env->has_index = env_index_elect(vote, n, &env->index);
	if (env->has_mountdata)
		snprintf(env->svname, sizeof(env->svname), "%s", env->mountdata.svname);
}

/* ---- what it gives out --------------------------------------------------------------------- */

static void read_range(struct state_reader *s, enum state_id id, bool *has, struct seq_range *out)
{
	u8 raw[64];
	/* seq_ctl is empty on all MDTs but the first. */
	size_t n = read_head(s, id, raw, sizeof(raw));

	if (!n)
		return;
	if (!seq_range_decode(raw, n, out))
		*has = true;
	else
		s->env->state[id].broken = too_short;
}

static int fld_cmp(const void *a, const void *b)
{
	const struct fld_range *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

/* What a walk over the FLD collects. */
struct fld_walk {
	struct state_reader *s;
	struct fld_range *range;
	u32 n, cap;
	struct fld_range bad; /* the first that ends before it begins */
	u32 nbad;
};

static int note_range(void *arg, const struct iam_shape *shape, const u8 *rec)
{
	struct fld_walk *w = arg;
	struct fld_range r;

	if (shape->keysize != 8 || shape->recsize != 24)
		return -EBADMSG;
	fld_record_decode(rec, &r);
	if (r.start >= r.end) {
		/* The sentinel of the container is all zero. */
		if (!r.start && !r.end)
			return 0;
		if (!w->nbad++)
			w->bad = r;
		return 0;
	}
	if (array_room(&w->range, &w->cap, w->n + 1, sizeof(*w->range), NULL))
		return -ENOMEM;
	w->range[w->n++] = r;
	return 0;
}

static void note_problem(void *arg, const struct view_problem *p)
{
	struct fld_walk *w = arg;

	w->s->env->state[STATE_FLD].broken = p->why;
}

static int read_fld(struct state_reader *s)
{
	struct env *env = s->env;
	struct state_file *f = &env->state[STATE_FLD];
	struct fld_walk w = { .s = s };
	struct object o;
	int rc;

	if (!open_state(s, STATE_FLD, &o))
		return 0;
	rc = view_read_iam(s->view, s->buf, &o, note_range, note_problem, &w);
	if (rc && !f->broken)
		f->broken = "it is not an index of sequence ranges";
	if (rc || f->broken) {
		free(w.range);
		return rc == -ENOMEM ? rc : 0;
	}
	if (w.n)
		qsort(w.range, w.n, sizeof(*w.range), fld_cmp);
	free(env->fld);
	env->fld = w.range;
	env->nfld = w.n;
	env->fld_bad = w.bad;
	env->nfld_bad = w.nbad;
	return 0;
}

/* The widest range of this MDT, for none but the one that a search would find. */
static void choose_home(struct env *env)
{
	const struct fld_range *r, *home = NULL;

	for (r = env->fld; r < env->fld + env->nfld; r++) {
		bool overlaps = r + 1 < env->fld + env->nfld && r[1].start < r->end;

		/* What Lustre 1.8 made is in one that is wider than any, and seldom met. */
		if (overlaps || !fid_seq_is_norm(r->start) || r->flags != FLD_RANGE_MDT ||
		    r->index != env->index)
			continue;
		if (!home || r->end - r->start > home->end - home->start)
			home = r;
	}
	env->fld_home = home;
}

/* An array of numbers by OST index.  It never gets shorter; one that seems to is no better. */
static int read_numbers(struct state_reader *s, enum state_id id, u64 **numbers, u32 *count)
{
	u8 *raw = malloc(STATE_FILE_MAX);
	u64 *fresh = NULL;
	struct cursor c;
	size_t n;
	int rc = 0;

	if (!raw)
		return -ENOMEM;
	n = read_head(s, id, raw, STATE_FILE_MAX) / 8;
	if (n && n >= *count) {
		c = cursor_make(raw, n * 8);
		fresh = calloc(n, sizeof(*fresh));
		for (size_t i = 0; fresh && i < n; i++)
			fresh[i] = cursor_le64(&c);
		rc = fresh ? 0 : -ENOMEM;
	}
	if (fresh) {
		free(*numbers);
		*numbers = fresh;
		*count = (u32)n;
	}
	free(raw);
	return rc;
}

/* ---- scrub and LFSCK ----------------------------------------------------------------------- */

static void read_scrub(struct state_reader *s)
{
	struct env *env = s->env;
	u8 raw[HEAD_MAX];
	size_t n = read_head(s, STATE_OI_SCRUB, raw, sizeof(raw));

	if (!n)
		return;
	if (!oi_scrub_decode(raw, n, &env->scrub))
		env->has_scrub = true;
	else
		env->state[STATE_OI_SCRUB].broken = "it is too short, or has not the magic of OI scrub";
}

static void decode_lfsck(struct env *env, enum lfsck_kind kind, const u8 *raw, size_t n)
{
	enum state_id id = kind == LFSCK_LAYOUT ? STATE_LFSCK_LAYOUT : STATE_LFSCK_NAMESPACE;
	int rc = lfsck_state_decode(raw, n, kind, &env->lfsck[kind]);

	env->has_lfsck[kind] = !rc;
	/* LFSCK itself throws away what it does not understand, and begins anew. */
	if (rc)
		env->state[id].unknown =
			"what LFSCK wrote about its last run has no form that is known";
}

static int take_lfsck_ea(void *arg, const struct ea_raw *ea)
{
	static const char now[] = "lfsck_ns", before[] = "lfsck_namespace";
	struct state_reader *s = arg;
	bool is_now = ea->namelen == strlen(now) && !memcmp(ea->name, now, ea->namelen);
	bool is_old = ea->namelen == strlen(before) && !memcmp(ea->name, before, ea->namelen);

	if (ea->name_index != EA_INDEX_TRUSTED || !(is_now || is_old) || !ea->value)
		return 0;
	if (ea->len < LFSCK_HEAD)
		return 0;
	decode_lfsck(s->env, LFSCK_NAMESPACE, ea->value, ea->len);
	return is_now;
}

static void read_lfsck(struct state_reader *s)
{
	u8 raw[64];
	struct object o;
	size_t n = read_head(s, STATE_LFSCK_LAYOUT, raw, sizeof(raw));

	if (n)
		decode_lfsck(s->env, LFSCK_LAYOUT, raw, n);
	if (!open_state(s, STATE_LFSCK_NAMESPACE, &o))
		return;
	if (view_each_ea(s->view, s->buf, &o, take_lfsck_ea, s) < 0)
		s->env->state[STATE_LFSCK_NAMESPACE].broken = "its attributes cannot be read";
}

int server_state_read(struct state_reader *s)
{
	int rc;

	read_mountdata(s);
	read_last_rcvd(s);
	read_scrub(s);
	read_lfsck(s);
	/* The FLD first: what is given out meanwhile is missing in it, never one too many. */
	rc = read_fld(s);
	read_range(s, STATE_SEQ_SRV, &s->env->has_seq_srv, &s->env->seq_srv);
	read_range(s, STATE_SEQ_CTL, &s->env->has_seq_ctl, &s->env->seq_ctl);
	elect_index(s->env);
	choose_home(s->env);
	if (!rc)
		rc = read_numbers(s, STATE_LOV_OBJID, &s->env->lov_objid, &s->env->nlov_objid);
	if (!rc)
		rc = read_numbers(s, STATE_LOV_OBJSEQ, &s->env->lov_objseq, &s->env->nlov_objseq);
	return rc;
}
