/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What caused what.  All findings take part, also those beyond --max-findings, of
 * which only the joins were kept: the counts are right whatever is listed.
 *
 * First come the findings that are about an OI file, or all of them, and not about
 * one object: they are seen only when every object has been judged.
 */
#include <stdlib.h>
#include <string.h>

#include "phases.h"
#include "rules/rules.h"

/* ---- findings about the OI as a whole ------------------------------------------------------ */

/* NULL: the rule is switched off. */
static const struct rule *rule_in_use(const struct run *r, const char *name)
{
	const struct rule *rule = rule_by_name(name);

	return rule && !r->opt->rule_off[finding_rule_number(rule)] ? rule : NULL;
}

static struct finding finding_of(const struct rule *rule)
{
	return (struct finding){
		.rule = rule,
		.severity = rule->severity,
		.state = FINDING_CONFIRMED,
	};
}

static int add_finding(struct run *r, const struct finding *f)
{
	struct stored_finding *s = finding_list_add_always(&r->findings, f);

	return s ? stored_finding_add_oi_path(s, r->env.oi_plain) : 0;
}

static int add_lost_oi_files(struct run *r)
{
	const struct rule *rule = rule_in_use(r, "oi-file-lost");

	int rc = 0;

	for (u32 i = 0; rule && !rc && i < r->env.oi_count; i++) {
		struct finding f = finding_of(rule);

		if (rule_oi_file_lost(&f, &r->env, i))
			rc = add_finding(r, &f);
	}
	return rc;
}

/* Confirmed findings of a rule. */
static u64 found(const struct run *r, const char *name)
{
	const struct finding_counts *c =
		&r->findings.by_rule[finding_rule_number(rule_by_name(name))];
	u64 all = 0;

	for (u32 s = 0; s < SEV_NR; s++)
		all += c->primary[s] + c->caused[s];
	return all;
}

/* A mapping that is wrong is the subject of one of these and of no other. */
static int add_oi_restored(struct run *r)
{
	const struct rule *rule = rule_in_use(r, "oi-restored");
	struct finding f;
	u64 stale;

	if (!rule)
		return 0;
	f = finding_of(rule);
	stale = found(r, "oi-generation") + found(r, "oi-dangling") + found(r, "oi-fid-mismatch") +
		found(r, "oi-duplicate");
	return rule_oi_restored(&f, stale, r->cov.oi_mappings) ? add_finding(r, &f) : 0;
}

/* ---- grouping ------------------------------------------------------------------------------ */

/* The joins of all findings: the listed ones in their order, then the rest. */
struct pool {
	struct finding_join *join;
	u32 *cause;
	u32 *order; /* of the joins by what they are, however many of them are listed */
	u32 n;
	u64 taken; /* from the memory budget */
};

static int pool_open(struct pool *p, struct run *r, bool rest)
{
	const struct finding_list *l = &r->findings;
	u64 each = 2 * sizeof(*p->join) + 3 * sizeof(u32) + CAUSE_BYTES_PER_ITEM;

	*p = (struct pool){ .n = l->count + (rest ? l->nrest : 0) };
	/* What is listed is paid for by --max-findings. */
	if (rest && membudget_take(&r->mem, l->nrest * each))
		return -ENOMEM;
	p->taken = rest ? l->nrest * each : 0;
	p->join = malloc((p->n + 1) * sizeof(*p->join));
	p->cause = malloc((p->n + 1) * sizeof(*p->cause));
	p->order = malloc((p->n + 1) * sizeof(*p->order));
	if (!p->join || !p->cause || !p->order)
		return -ENOMEM;
	for (u32 i = 0; i < l->count; i++)
		p->join[i] = stored_finding_join(l->items[i]);
	if (p->n > l->count)
		memcpy(p->join + l->count, l->rest, l->nrest * sizeof(*p->join));
	return 0;
}

static void pool_close(struct pool *p, struct run *r)
{
	free(p->join);
	free(p->cause);
	free(p->order);
	membudget_give(&r->mem, p->taken);
}

static void set_cause(struct finding_list *l, const struct pool *p, u32 i)
{
	u32 cause = p->cause[i];
	struct stored_finding *root = cause < l->count ? l->items[cause] : NULL;

	if (i >= l->count) {
		finding_list_move(l, p->join[i].rule, p->join[i].severity);
		if (root)
			root->caused++;
		return;
	}
	/* Which side is wrong is said where it began; beside it a vote would mislead. */
	l->items[i]->verdict = NULL;
	if (root) {
		finding_list_set_cause(l, l->items[i], root);
		return;
	}
	l->items[i]->cause_id = p->join[cause].fingerprint;
	if (l->items[i]->state == FINDING_CONFIRMED)
		finding_list_move(l, p->join[i].rule, p->join[i].severity);
}

static int by_order(const void *pa, const void *pb, void *arg)
{
	const struct finding_join *join = arg;
	const struct finding_join *a = &join[*(const u32 *)pa], *b = &join[*(const u32 *)pb];
	u16 x = rule_table(&(u32){ 0 })[a->rule].code, y = rule_table(&(u32){ 0 })[b->rule].code;

	if (x != y)
		return x < y ? -1 : 1;
	if (a->ino != b->ino)
		return a->ino < b->ino ? -1 : 1;
	return (a->fingerprint > b->fingerprint) - (a->fingerprint < b->fingerprint);
}

/*
 * Where findings explain each other the first one wins: so that it is the same one whatever is
 * listed, they are grouped in an order of their own.
 */
static int pool_group(struct pool *p)
{
	struct finding_join *join = malloc((p->n + 1) * sizeof(*join));
	u32 *cause = malloc((p->n + 1) * sizeof(*cause));
	int rc = join && cause ? 0 : -ENOMEM;

	for (u32 i = 0; i < p->n; i++)
		p->order[i] = i;
	if (!rc && p->n)
		qsort_r(p->order, p->n, sizeof(*p->order), by_order, p->join);
	for (u32 i = 0; !rc && i < p->n; i++)
		join[i] = p->join[p->order[i]];
	if (!rc)
		rc = cause_group(join, p->n, cause);
	for (u32 i = 0; !rc && i < p->n; i++)
		p->cause[p->order[i]] = cause[i] == CAUSE_NONE ? CAUSE_NONE : p->order[cause[i]];
	free(join);
	free(cause);
	return rc;
}

static int group(struct run *r, bool rest)
{
	struct pool p;
	int rc = pool_open(&p, r, rest);

	if (!rc)
		rc = pool_group(&p);
	for (u32 i = 0; !rc && i < p.n; i++)
		if (p.cause[i] != CAUSE_NONE)
			set_cause(&r->findings, &p, i);
	pool_close(&p, r);
	return rc;
}

static void count_violated(struct run *r)
{
	const struct finding_list *l = &r->findings;
	u32 nrules;

	rule_table(&nrules);
	for (u32 i = 0; i < nrules; i++) {
		r->cov.rules[i].violated = 0;
		for (u32 s = 0; s < SEV_NR; s++)
			r->cov.rules[i].violated +=
				l->by_rule[i].primary[s] + l->by_rule[i].caused[s];
	}
}

int phase_group(struct run *r, char *err, size_t errlen)
{
	struct finding_list *l = &r->findings;
	int rc;

	meter_begin(&r->meter, METER_GROUP, 1, 1);
	rc = add_lost_oi_files(r);
	if (!rc)
		rc = add_oi_restored(r);
	finding_list_sort(l);
	if (!rc)
		rc = group(r, true);
	/* Without memory for all, those that are listed at least. */
	if (rc == -ENOMEM && l->nrest) {
		l->ungrouped += l->nrest;
		rc = group(r, false);
	}
	if (l->unproven)
		r->unstable = l->count + l->dropped;
	count_violated(r);
	meter_add(&r->meter, 1, 0);
	if (rc)
		snprintf(err, errlen, "no memory to tell which findings follow from which");
	return rc;
}
