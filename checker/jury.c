/* SPDX-License-Identifier: GPL-2.0-only */
#include "jury.h"

#include <stdlib.h>

#include "base/crew.h"

#define SLICE_MIN 256U /* suspects that are worth a judge */

/* A judge and its slice. */
struct seat {
	struct judge j;
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

static int take_seat(struct seat *s, const struct look *l, struct gather *g)
{
	u32 nrules;
	int rc = judge_open(&s->j, l->r);

	if (!rc)
		rc = finding_list_part(&s->found, l->list);
	if (rc)
		return rc;
	rule_table(&nrules);
	s->cov.rules = calloc(nrules, sizeof(*s->cov.rules));
	if (!s->cov.rules)
		return -ENOMEM;
	s->j.g = g;
	s->j.shares = l->shares;
	s->j.twins = &l->twins;
	s->j.list = &s->found;
	s->j.cov = &s->cov;
	s->j.count_unknown = l->count_unknown;
	return 0;
}

static void leave_seat(struct seat *s)
{
	judge_close(&s->j);
	finding_list_free(&s->found);
	free(s->cov.rules);
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

int jury_judge(struct look *l, struct gather *g, bool last)
{
	u32 n = (u32)min_u64(l->r->threads, g->n / SLICE_MIN + 1);
	struct seat *seat = crew_members(sizeof(*seat), n);
	int rc = seat ? 0 : -ENOMEM;

	for (u32 i = 0; i < n && !rc; i++) {
		seat[i].from = (u32)((u64)g->n * i / n);
		seat[i].to = (u32)((u64)g->n * (i + 1) / n);
		rc = take_seat(&seat[i], l, g);
	}
	if (!rc)
		crew_run(hear, seat, sizeof(*seat), n);
	for (u32 i = 0; i < n && !rc; i++)
		rc = seat[i].rc;
	if (!rc && last && !l->scope)
		rc = hear_strays(&seat[n - 1], l);
	/* A run that is cancelled reports what it has. */
	for (u32 i = 0; seat && i < n; i++) {
		if (seat[i].cov.rules) {
			finding_list_append(l->list, &seat[i].found);
			add_coverage(&l->r->cov, &seat[i].cov);
		}
		leave_seat(&seat[i]);
	}
	free(seat);
	return rc;
}
