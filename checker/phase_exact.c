/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The exact phase: suspects in, findings out.
 *
 * Suspects are taken in batches by inode number, as many as the memory for their
 * facts allows; each batch costs one pass over the directories and one over the
 * OI.  Every verdict comes from bytes read here; the ledger only said where to
 * look.
 *
 * On a live target what was found is looked at again after growing gaps, and what
 * the last look finds is reported (settle).  What only the last look finds is not
 * told apart yet.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "judge.h"

/* Facts of one suspect with an ordinary name and an OI record, generously. */
#define EXACT_BYTES_PER_SUSPECT 256U
#define EXACT_ROOM_MIN (1U << 20)
#define EXACT_ROOM_MAX (16U << 20)

/* One look at a set of suspects. */
struct round {
	struct run *r;
	const struct shares *shares;
	struct finding_list *list;
	bool first; /* count what could not be told, report broken indexes once */
	struct view_problem *oi_problem;
	u32 *oi_number;
	u32 noi_problems;
};

#define ROUND_PROBLEMS_MAX 1024

static void round_problem(void *arg, u32 oi, const struct view_problem *p)
{
	struct round *rd = arg;

	if (!oi || rd->noi_problems == ROUND_PROBLEMS_MAX)
		return;
	rd->oi_problem[rd->noi_problems] = *p;
	rd->oi_number[rd->noi_problems++] = oi - 1;
}

static int judge_batch(struct round *rd, struct gather *g, bool last)
{
	struct judge j;
	int rc = judge_open(&j, rd->r);

	j.g = g;
	j.shares = rd->shares;
	j.list = rd->list;
	j.count_unknown = rd->first;
	for (u32 i = 0; i < g->n && !rc; i++)
		rc = *rd->r->cancel ? -ECANCELED : judge_suspect(&j, &g->suspect[i]);
	if (!rc && last) {
		rc = judge_strays(&j);
		for (u32 i = 0; i < rd->noi_problems; i++)
			judge_index(&j, &rd->oi_problem[i], rd->oi_number[i]);
	}
	judge_close(&j);
	return rc;
}

static int run_batch(struct round *rd, const u32 *inos, u32 n, u32 room, bool last)
{
	struct run *r = rd->r;
	struct gather g = {
		.view = r->view,
		.env = &r->env,
		.dirs = &r->dirs,
		.mem = &r->mem,
		.key = &r->poster.key,
		.threads = r->threads,
		.cancel = r->cancel,
		.problem = round_problem,
		.problem_arg = rd,
	};
	int rc;

	rd->noi_problems = 0;
	rc = gather_run(&g, inos, n, room);
	if (!rc)
		rc = *r->cancel ? -ECANCELED : judge_batch(rd, &g, last);
	gather_free(&g);
	return rc;
}

static u32 room_for_facts(struct run *r)
{
	u64 room = max_u64(membudget_left(&r->mem) / 4, EXACT_ROOM_MIN);

	return (u32)min_u64(room, EXACT_ROOM_MAX);
}

/* All suspects of the ledger, in batches. */
static int run_round(struct round *rd)
{
	struct run *r = rd->r;
	u32 room = room_for_facts(r);
	u32 most = room / EXACT_BYTES_PER_SUSPECT;
	u32 *inos = malloc(most * sizeof(u32));
	u32 ino = ledger_next(&r->ledger, 1);
	int rc = inos ? 0 : -ENOMEM;

	rd->oi_problem = calloc(ROUND_PROBLEMS_MAX, sizeof(*rd->oi_problem));
	rd->oi_number = calloc(ROUND_PROBLEMS_MAX, sizeof(u32));
	if (!rd->oi_problem || !rd->oi_number)
		rc = -ENOMEM;
	for (bool done = false; !rc && !done;) {
		u32 from = ino, n = 0;

		for (; ino && n < most; ino = ledger_next(&r->ledger, ino + 1))
			inos[n++] = ino;
		done = !ino;
		rc = run_batch(rd, inos, n, room, done);
		if (rc == -ENOBUFS && n > 1) {
			/* Many names for each: the same suspects in smaller batches. */
			most = n / 2;
			ino = from;
			done = false;
			rc = 0;
		} else if (rc == -ENOBUFS) {
			coverage_incomplete(&r->cov, "an object has more names than fit in memory");
			rc = 0;
		}
	}
	free(inos);
	free(rd->oi_problem);
	free(rd->oi_number);
	return rc;
}

/* ---- settling ---- */

static int fingerprint_cmp(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return (x > y) - (x < y);
}

/* Counts what the earlier look found and the later one did not. */
static u64 count_gone(const struct finding_list *before, const struct finding_list *after)
{
	u64 *print = malloc((after->count + 1) * sizeof(u64));
	u64 gone = 0;

	if (!print)
		return 0;
	for (u32 i = 0; i < after->count; i++)
		print[i] = after->items[i]->fingerprint;
	qsort(print, after->count, sizeof(u64), fingerprint_cmp);
	for (u32 i = 0; i < before->count; i++)
		gone += !bsearch(&before->items[i]->fingerprint, print, after->count, sizeof(u64),
				 fingerprint_cmp);
	free(print);
	return gone;
}

static void suspect_found(struct run *r, const struct finding_list *list)
{
	ledger_forget(&r->ledger);
	for (u32 i = 0; i < list->count; i++) {
		if (list->items[i]->ino)
			ledger_force(&r->ledger, list->items[i]->ino);
		if (list->items[i]->other_ino)
			ledger_force(&r->ledger, list->items[i]->other_ino);
	}
}

static void sleep_ms(u64 ms, const volatile int *cancel)
{
	struct timespec step = { .tv_nsec = 50 * 1000000 };

	for (u64 t = 0; t < ms && !*cancel; t += 50)
		nanosleep(&step, NULL);
}

/* Looks again until a look finds all that the one before it found. */
static int settle(struct round *rd)
{
	static const u32 gap_ms[] = { 100, 1000, 3000, 8000 };
	struct run *r = rd->r;
	struct finding_list next;
	int rc = 0;

	rd->first = false;
	for (u32 i = 0; i < ARRAY_SIZE(gap_ms) && i + 1 < r->opt->settle_rounds; i++) {
		if (!rd->list->count)
			break;
		sleep_ms(gap_ms[i], r->cancel);
		suspect_found(r, rd->list);
		rc = finding_list_init(&next, r->opt->max_findings);
		if (rc)
			break;
		rd->list = &next;
		rc = run_round(rd);
		if (!rc)
			r->transient += count_gone(&r->findings, &next);
		finding_list_free(&r->findings);
		r->findings = next;
		rd->list = &r->findings;
		if (rc)
			break;
	}
	return rc;
}

int phase_exact(struct run *r, char *err, size_t errlen)
{
	struct shares shares = { 0 };
	struct round rd = { .r = r, .shares = &shares, .list = &r->findings, .first = true };
	int rc = shares_collect(r, &shares);

	r->suspects = ledger_suspects(&r->ledger);
	if (!rc && (r->suspects || r->strays || r->oi_suspect || r->oi_blind))
		rc = run_round(&rd);
	if (!rc && !r->env.info->is_static)
		rc = settle(&rd);
	shares_free(&shares);
	if (rc && rc != -ECANCELED)
		snprintf(err, errlen, "the exact phase failed: %s", strerror(-rc));
	return rc;
}
