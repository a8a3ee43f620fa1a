/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rules about the MDT as a whole, the last part of the exact phase.
 *
 * What they judge are a few small files.  On a live target these are read before and
 * after settling, at least as far apart as its looks: what both readings show is
 * confirmed, what only one of them shows has come or gone meanwhile.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "exact.h"

static int judge_now(struct run *r, struct finding_list *list, bool count)
{
	struct judge j;
	int rc = judge_open(&j, r);

	j.list = list;
	j.count_unknown = count;
	if (!rc)
		rc = judge_target(&j);
	judge_close(&j);
	return rc;
}

int target_look_begin(struct run *r, struct target_look *t)
{
	int rc = finding_list_init(&t->first, 0, NULL);

	t->since = clock_ns();
	if (!rc)
		rc = run_refresh_env(r);
	return rc ? rc : judge_now(r, &t->first, false);
}

static bool worth_waiting(const struct finding_list *l)
{
	for (u32 i = 0; i < l->count; i++)
		if (l->items[i]->severity != SEV_INFO)
			return true;
	return false;
}

static bool was_found(const struct finding_list *l, const struct stored_finding *f)
{
	for (u32 i = 0; i < l->count; i++)
		if (l->items[i]->fingerprint == f->fingerprint && l->items[i]->ino == f->ino &&
		    l->items[i]->facts == f->facts)
			return true;
	return false;
}

/* Takes the findings of the second reading. */
static void conclude(struct run *r, struct target_look *t, struct finding_list *second)
{
	u32 same = 0;

	for (u32 i = 0; i < second->count; i++) {
		struct stored_finding *f = second->items[i];
		bool again = was_found(&t->first, f);

		same += again;
		/* How a scrub stands is the news itself. */
		if (again || f->severity == SEV_INFO) {
			finding_list_adopt(&r->findings, f, FINDING_CONFIRMED);
			continue;
		}
		r->unstable++;
		coverage_incomplete(&r->cov, "what some findings rest on kept changing");
		finding_list_adopt(&r->findings, f, FINDING_UNSTABLE);
	}
	second->count = 0;
	r->transient += t->first.count - same;
}

int target_look_end(struct run *r, struct target_look *t)
{
	struct finding_list second;
	int rc = finding_list_init(&second, 0, NULL);

	if (rc)
		return rc;
	if (worth_waiting(&t->first))
		clock_sleep_until(t->since + r->opt->settle_delay * NS_PER_MS, r->cancel);
	rc = stop_wanted(r->cancel) ? -ECANCELED : run_refresh_env(r);
	if (!rc)
		rc = judge_now(r, &second, true);
	if (!rc)
		conclude(r, t, &second);
	finding_list_free(&second);
	return rc;
}

void target_look_free(struct target_look *t)
{
	finding_list_free(&t->first);
}

int target_look_static(struct run *r)
{
	return judge_now(r, &r->findings, true);
}
