/* SPDX-License-Identifier: GPL-2.0-only */
#include "jury.h"

#include <stdlib.h>

#include "base/crew.h"

#define SLICE_MIN 256U /* suspects that are worth a judge */

/* A judge, who keeps what a look needs from batch to batch, and the slice of this batch. */
struct seat {
	struct judge j; /* .r NULL: nobody */
	struct finding_list found;
	struct coverage cov;
	u32 from, to;
	int rc;
} CREW_MEMBER;

static void hear(void *arg)
{
	struct seat *s = arg;
	struct gather *g = s->j.g;

	for (u32 i = s->from; i < s->to && !s->rc; i++) {
		u64 before = s->found.count + s->found.dropped;

		s->rc = stop_wanted(s->j.r->cancel) ? -ECANCELED :
						      judge_suspect(&s->j, &g->suspect[i]);
		g->suspect[i].found = s->found.count + s->found.dropped > before;
	}
}

static int take_seat(struct seat *s, struct look *l)
{
	int rc = judge_open(&s->j, l->r);

	if (rc)
		return rc;
	s->j.g = &l->gather;
	s->j.shares = l->shares;
	s->j.twins = &l->twins;
	s->j.list = &s->found;
	s->j.cov = &s->cov;
	s->j.count_unknown = l->count_unknown;
	return 0;
}

static int begin_slice(struct seat *s, struct look *l, u32 from, u32 to)
{
	u32 nrules;
	int rc = s->j.r ? 0 : take_seat(s, l);

	s->from = from;
	s->to = to;
	s->rc = 0;
	s->cov = (struct coverage){ .rules = NULL };
	if (!rc)
		rc = finding_list_part(&s->found, l->list);
	if (rc)
		return rc;
	rule_table(&nrules);
	s->cov.rules = calloc(nrules, sizeof(*s->cov.rules));
	return s->cov.rules ? 0 : -ENOMEM;
}

static void end_slice(struct seat *s)
{
	finding_list_free(&s->found);
	free(s->cov.rules);
	s->cov.rules = NULL;
	if (s->j.r)
		judge_rest(&s->j);
}

/* Names, records and broken places that no suspect stands for. */
static int hear_strays(struct seat *s, const struct look *l)
{
	int rc = judge_strays(&s->j);

	for (u32 i = 0; i < l->noi_problems; i++)
		judge_index(&s->j, &l->oi_problem[i], l->oi_number[i]);
	return rc;
}

static void add_coverage(struct coverage *to, const struct coverage *from)
{
	u32 nrules;

	rule_table(&nrules);
	for (u32 i = 0; i < nrules; i++)
		rule_coverage_merge(&to->rules[i], &from->rules[i]);
	for (u32 i = 0; i < from->nincomplete; i++)
		coverage_incomplete(to, from->incomplete[i]);
}

int jury_judge(struct look *l, bool last)
{
	u32 all = l->gather.n, n = (u32)min_u64(l->r->threads, all / SLICE_MIN + 1);
	struct seat *seat = l->jury;
	int rc = 0;

	if (!seat)
		seat = l->jury = crew_members(sizeof(*seat), l->r->threads);
	if (!seat)
		return -ENOMEM;
	for (u32 i = 0; i < n && !rc; i++)
		rc = begin_slice(&seat[i], l, (u32)((u64)all * i / n),
				 (u32)((u64)all * (i + 1) / n));
	if (!rc)
		crew_run(hear, seat, sizeof(*seat), n);
	for (u32 i = 0; i < n && !rc; i++)
		rc = seat[i].rc;
	if (!rc && last && !l->scope)
		rc = hear_strays(&seat[n - 1], l);
	/* A run that is cancelled reports what it has. */
	for (u32 i = 0; i < n; i++) {
		if (seat[i].cov.rules) {
			finding_list_append(l->list, &seat[i].found);
			add_coverage(&l->r->cov, &seat[i].cov);
		}
		end_slice(&seat[i]);
	}
	return rc;
}

void jury_dismiss(struct look *l)
{
	for (u32 i = 0; l->jury && i < l->r->threads; i++)
		judge_close(&l->jury[i].j);
	free(l->jury);
	l->jury = NULL;
}
