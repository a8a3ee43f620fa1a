/* SPDX-License-Identifier: GPL-2.0-only */
/* Coverage counters, and the verdict that follows from them and the findings. */
#include <string.h>

#include "report/report.h"

void rule_coverage_unknown(struct rule_coverage *c, const char *why, u64 n)
{
	u32 i;

	c->not_covered += n;
	for (i = 0; i < c->nreasons; i++)
		if (!strcmp(c->reasons[i].why, why))
			break;
	if (i == c->nreasons) {
		/* The last slot is for all that come later, so that the sum stays exact. */
		if (i == COVERAGE_REASONS_MAX)
			i--;
		else
			c->nreasons++;
		c->reasons[i].why = i == COVERAGE_REASONS_MAX - 1 ? "other reasons" : why;
	}
	c->reasons[i].count += n;
}

void rule_coverage_merge(struct rule_coverage *to, const struct rule_coverage *from)
{
	u32 i;

	to->checked += from->checked;
	to->violated += from->violated;
	for (i = 0; i < from->nreasons; i++)
		rule_coverage_unknown(to, from->reasons[i].why, from->reasons[i].count);
}

void coverage_incomplete(struct coverage *c, const char *why)
{
	u32 i;

	c->complete = false;
	for (i = 0; i < c->nincomplete; i++)
		if (!strcmp(c->incomplete[i], why))
			return;
	if (c->nincomplete < COVERAGE_INCOMPLETE_MAX)
		c->incomplete[c->nincomplete++] = why;
}

/*
 * Caused findings count as well: the exit status must not depend on how they
 * were grouped, should the primary be of a lower severity.
 */
static u64 bad_findings(const struct finding_list *l)
{
	return l->total.primary[SEV_ERROR] + l->total.primary[SEV_WARNING] +
	       l->total.caused[SEV_ERROR] + l->total.caused[SEV_WARNING];
}

void report_judge(struct report *r, bool failed)
{
	bool bad = r->findings && bad_findings(r->findings);
	bool whole = r->coverage && r->coverage->complete && !failed && !r->cancelled;

	r->verdict = bad ? "inconsistent" : whole ? "consistent" : "incomplete";
	r->exit_status = (bad ? EXIT_BIT_FINDINGS : 0) | (whole ? 0 : EXIT_BIT_INCOMPLETE) |
			 (r->cancelled ? EXIT_BIT_CANCELLED : 0);
}
