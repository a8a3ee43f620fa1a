/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The exact phase: suspects in, findings out.
 *
 * Suspects are taken in batches by inode number, as many as the memory for their
 * facts allows; each batch costs one pass over the directories and one over the
 * OI, unless descents find all that the OI has of them.  Every verdict comes from
 * bytes read here; the ledger only said where to look.
 *
 * On a static target that is the end of it.  On a live one phase_settle.c looks
 * again at what was found.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "jury.h"

/* Facts of one suspect: at the least, and with an ordinary name and an OI record, generously. */
#define EXACT_BYTES_LEAST 64U
#define EXACT_BYTES_PER_SUSPECT 112U
#define DESCENTS_MIN 1024U /* ... of a batch in the OI, whatever there is to read otherwise */
#define DESCENT_COST 128U  /* records that are read in the time that one takes */
#define EXACT_ROOM_MAX (4U << 20)
#define LOOK_PROBLEMS_MAX 1024
#define NOTES_MAX (1U << 20)	 /* of each kind */
#define NOTES_OF_ONE_MAX 256	 /* names of a suspect */
#define LIVE_FINDINGS_MAX 200000 /* that are looked at again */
#define LIVE_FINDING_BYTES 1024	 /* one, twice where a later look finds it again */

/* ---- what a later look needs ---- */

/* Room for one more; false: there are too many, or there is no memory. */
static bool note_room(void *array, u32 *cap, u32 n, size_t size)
{
	return (n < *cap || n < NOTES_MAX) && !array_room(array, cap, n + 1, size, NULL);
}

static void note_dir(struct look_notes *n, u32 ino)
{
	/* Neighbours mostly lie in one directory. */
	if (n->ndirs && n->dirs[n->ndirs - 1] == ino)
		return;
	if (!note_room(&n->dirs, &n->dirs_cap, n->ndirs, sizeof(u32))) {
		n->too_many = true;
		return;
	}
	n->dirs[n->ndirs++] = ino;
}

static void note_fid(struct look_notes *n, const struct fid *fid)
{
	if (!note_room(&n->fids, &n->fids_cap, n->nfids, sizeof(*fid))) {
		n->too_many = true;
		return;
	}
	n->fids[n->nfids++] = *fid;
}

static void note_whole(struct look_notes *n, u32 ino)
{
	if (!note_room(&n->whole, &n->whole_cap, n->nwhole, sizeof(u32))) {
		n->too_many = true;
		return;
	}
	n->whole[n->nwhole++] = ino;
}

/* Does a descent by the FID of each record find all of them? */
static bool descents_find(const struct gather *g, const struct gather_suspect *s)
{
	u32 mask = g->env->oi_count - 1;

	for (u32 off = s->oi; off != GATHER_NONE; off = gather_oi_at(g, off)->next) {
		const struct oi_fact *a = &gather_oi_at(g, off)->fact;

		if (a->oi != (a->rec.fid.seq & mask))
			return false;
		for (u32 o = gather_oi_at(g, off)->next; o != GATHER_NONE;
		     o = gather_oi_at(g, o)->next)
			if (fid_equal(&gather_oi_at(g, o)->fact.rec.fid, &a->rec.fid))
				return false;
	}
	return true;
}

static void note_suspect(struct look_notes *n, const struct gather *g,
			 const struct gather_suspect *s)
{
	u32 names = 0;

	for (u32 off = s->names; off != GATHER_NONE && names < NOTES_OF_ONE_MAX; names++) {
		const struct gather_name *name = gather_name_at(g, off);

		note_dir(n, gather_holder_of(g, name)->ino);
		off = name->next;
	}
	if (names == NOTES_OF_ONE_MAX || (!g->scope && !descents_find(g, s))) {
		note_whole(n, s->ino);
		return;
	}
	for (u32 off = s->oi; off != GATHER_NONE; off = gather_oi_at(g, off)->next)
		note_fid(n, &gather_oi_at(g, off)->fact.rec.fid);
}

void look_notes_free(struct look_notes *n)
{
	free(n->dirs);
	free(n->fids);
	free(n->whole);
	*n = (struct look_notes){ 0 };
}

/* ---- a look ---- */

static void look_problem(void *arg, u32 oi, const struct view_problem *p)
{
	struct look *l = arg;

	if (!oi || l->noi_problems == LOOK_PROBLEMS_MAX)
		return;
	l->oi_problem[l->noi_problems] = *p;
	l->oi_number[l->noi_problems++] = oi - 1;
}

static int judge_batch(struct look *l, bool last)
{
	const struct gather *g = &l->gather;
	int rc = jury_judge(l, last);

	if (rc || !l->notes)
		return rc;
	for (u32 i = 0; i < g->n; i++)
		if (g->suspect[i].found)
			note_suspect(l->notes, g, &g->suspect[i]);
	l->notes->names_blind |= g->names_blind;
	return 0;
}

static int run_batch(struct look *l, const u32 *inos, u32 n, bool last)
{
	int rc;

	l->noi_problems = 0;
	rc = gather_run(&l->gather, inos, n);
	if (rc)
		return rc;
	return stop_wanted(l->r->cancel) ? -ECANCELED : judge_batch(l, last);
}

/* So many that the room is used well, if they have as much to keep as these n. */
static u32 next_batch(const struct look *l, u32 n)
{
	u32 room = l->gather.room;

	return (u32)max_u64((u64)n * (room - room / 6) / max_u64(l->gather.used, 1), 1);
}

static int begin_gathering(struct look *l)
{
	struct run *r = l->r;
	struct gather *g = &l->gather;

	*g = run_gather(r, EXACT_ROOM_MAX);
	g->meter = &r->meter;
	g->scope = l->scope;
	g->mapped = r->oi_proven ? &r->ledger : NULL;
	g->descents = (u32)max_u64(DESCENTS_MIN, r->cov.oi_mappings / DESCENT_COST);
	g->problem = look_problem;
	g->problem_arg = l;
	return gather_open(g);
}

/* What the meter is to expect, if no batch must be made smaller. */
static void begin_look(const struct look *l, u32 most)
{
	struct run *r = l->r;
	u64 batches = max_u64(1, (ledger_suspects(&r->ledger) + most - 1) / most);
	u64 steps = l->scope ? (u64)l->scope->ndirs + l->scope->nfids : r->dirs.n + r->env.oi_count;

	r->looks++;
	meter_begin(&r->meter, l->count_unknown ? METER_EXACT : METER_SETTLE, r->looks,
		    max_u64(1, batches * steps));
}

/* All suspects of the ledger, in batches. */
static int all_batches(struct look *l)
{
	struct run *r = l->r;
	u32 room = l->gather.room;
	u32 most = r->opt->debug_batch ? r->opt->debug_batch : room / EXACT_BYTES_PER_SUSPECT;
	u32 limit = r->opt->debug_batch ? r->opt->debug_batch : room / EXACT_BYTES_LEAST;
	u32 *inos = malloc(limit * sizeof(u32));
	u32 ino = ledger_next(&r->ledger, 1);
	int rc = inos ? 0 : -ENOMEM;

	begin_look(l, most);
	for (bool done = false; !rc && !done;) {
		u32 from = ino, n = 0;

		for (; ino && n < most; ino = ledger_next(&r->ledger, ino + 1))
			inos[n++] = ino;
		done = !ino;
		/* Twins may be parted. */
		if (!done && !l->twins_known) {
			r->no_twins = r->oi_proven && twins_ruled_out(r);
			rc = r->no_twins ? 0 : twins_collect(r, &l->twins);
		}
		l->twins_known |= !done;
		if (!rc)
			rc = run_batch(l, inos, n, done);
		if (rc == -ENOBUFS && n > 1) {
			/* Many names for each: the same suspects in smaller batches. */
			most = n / 2;
			limit = n - n / 4;
			ino = from;
			done = false;
			rc = 0;
		} else if (rc == -ENOBUFS) {
			coverage_incomplete(&r->cov, "an object has more names than fit in memory");
			rc = 0;
		} else if (!rc) {
			most = (u32)min_u64(next_batch(l, n), limit);
		}
	}
	free(inos);
	twins_free(&l->twins, r);
	l->twins_known = false;
	return rc;
}

int exact_look(struct look *l)
{
	int rc = run_refresh_env(l->r);

	if (rc)
		return rc;
	rc = -ENOMEM;
	l->oi_problem = calloc(LOOK_PROBLEMS_MAX, sizeof(*l->oi_problem));
	l->oi_number = calloc(LOOK_PROBLEMS_MAX, sizeof(u32));
	if (l->oi_problem && l->oi_number)
		rc = begin_gathering(l);
	if (!rc)
		rc = all_batches(l);
	jury_dismiss(l);
	gather_close(&l->gather);
	free(l->oi_problem);
	free(l->oi_number);
	l->oi_problem = NULL;
	l->oi_number = NULL;
	return rc;
}

/* ---- the phase ---- */

static u32 live_findings_max(struct run *r)
{
	return (u32)min_u64(membudget_left(&r->mem) / 4 / LIVE_FINDING_BYTES + 1,
			    LIVE_FINDINGS_MAX);
}

static int look_and_settle(struct run *r, struct shares *shares)
{
	struct look_notes notes = { 0 };
	struct finding_list found;
	struct look l = {
		.r = r, .shares = shares, .list = &found, .count_unknown = true, .notes = &notes,
	};
	int rc = finding_list_init(&found, live_findings_max(r), &r->mem);

	if (rc)
		return rc;
	rc = exact_look(&l);
	if (!rc)
		rc = phase_settle(r, shares, &found, &notes);
	look_notes_free(&notes);
	finding_list_free(&found);
	return rc;
}

static bool has_suspects(const struct run *r)
{
	return r->suspects || r->strays || r->oi_suspect || r->oi_blind;
}

static int judge_static(struct run *r, struct shares *shares)
{
	struct look l = { .r = r, .shares = shares, .list = &r->findings, .count_unknown = true };
	int rc = has_suspects(r) ? exact_look(&l) : 0;

	return rc ? rc : target_look_static(r);
}

static int judge_live(struct run *r, struct shares *shares)
{
	struct target_look target = { .since = 0 };
	int rc = target_look_begin(r, &target);

	if (!rc && has_suspects(r))
		rc = look_and_settle(r, shares);
	if (!rc)
		rc = target_look_end(r, &target);
	target_look_free(&target);
	return rc;
}

int phase_exact(struct run *r, char *err, size_t errlen)
{
	struct shares shares = { 0 };
	int rc = shares_collect(r, &shares);

	r->suspects = ledger_suspects(&r->ledger);
	r->oi_proven = r->env.info->is_static && r->env.oi_count && !r->strays && !r->oi_suspect &&
		       !r->oi_blind && !r->poster.key.constant;
	if (!rc)
		rc = r->env.info->is_static ? judge_static(r, &shares) : judge_live(r, &shares);
	shares_free(&shares);
	if (rc && rc != -ECANCELED)
		snprintf(err, errlen, "the exact phase failed: %s", strerror(-rc));
	return rc;
}
