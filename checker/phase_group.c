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

/*
 * The joins of all findings whose rules are in play, in an order of their own: where findings
 * explain each other the first one wins, and so it is the same one whatever is listed.
 */
struct pool {
	struct finding_join *join;
	u32 *cause;
	u32 n;
	u64 taken; /* from the memory budget */
};

/* Which rules may explain or be explained by others that were found. */
static void find_play(const struct finding_list *l, bool *in_play)
{
	bool occurs[JOIN_RULES_MAX] = { false };

	for (u32 i = 0; i < l->count; i++)
		occurs[finding_rule_number(l->items[i]->rule)] = true;
	for (u32 i = 0; i < l->nrules; i++)
		occurs[i] |= l->rest.pile[i].n;
	cause_in_play(occurs, in_play);
}

static void fill_listed(struct pool *p, const struct finding_list *l, const bool *in_play)
{
	for (u32 i = 0; i < l->count; i++) {
		if (!in_play[finding_rule_number(l->items[i]->rule)])
			continue;
		p->join[p->n] = stored_finding_join(l->items[i]);
		p->join[p->n++].listed = i;
	}
}

/* They came when the list was full: after those on it. */
static void fill_rest(struct pool *p, const struct finding_list *l, const bool *in_play)
{
	u32 arrival = l->arrivals;

	for (u32 rule = 0; rule < l->nrules; rule++) {
		struct join_walk w = joins_begin(&l->rest, (u8)rule);

		while (in_play[rule] && joins_next(&w, &p->join[p->n])) {
			p->join[p->n].listed = FINDING_UNLISTED;
			p->join[p->n++].arrival = arrival++;
		}
	}
}

static int by_order(const void *pa, const void *pb, void *arg)
{
	const struct rule *rule = arg;
	const struct finding_join *a = pa, *b = pb;
	u16 x = rule[a->rule].code, y = rule[b->rule].code;

	if (x != y)
		return x < y ? -1 : 1;
	if (a->ino != b->ino)
		return a->ino < b->ino ? -1 : 1;
	return (a->arrival > b->arrival) - (a->arrival < b->arrival);
}

/* How many findings that are not listed are in play. */
static u64 count_rest(const struct finding_list *l, const bool *in_play)
{
	u64 n = 0;

	for (u32 rule = 0; rule < l->nrules; rule++)
		n += in_play[rule] ? l->rest.pile[rule].n : 0;
	return n;
}

static int pool_open(struct pool *p, struct run *r, const bool *in_play, u64 nrest)
{
	const struct finding_list *l = &r->findings;
	u64 each = sizeof(*p->join) + sizeof(*p->cause) + CAUSE_BYTES_PER_ITEM;

	*p = (struct pool){ .n = 0 };
	/* Items are numbered by 32 bits; so many have no memory either. */
	if (nrest >= CAUSE_NONE - l->count)
		return -ENOMEM;
	/* What is listed is paid for by --max-findings. */
	if (membudget_take(&r->mem, nrest * each))
		return -ENOMEM;
	p->taken = nrest * each;
	p->join = malloc((l->count + nrest + 1) * sizeof(*p->join));
	p->cause = malloc((l->count + nrest + 1) * sizeof(*p->cause));
	if (!p->join || !p->cause)
		return -ENOMEM;
	fill_listed(p, l, in_play);
	if (nrest)
		fill_rest(p, l, in_play);
	/* Items as large as these it sorts by pointers, two of each at a time. */
	_Static_assert(2 * sizeof(void *) <= CAUSE_BYTES_PER_ITEM, "qsort_r() has its share");
	if (p->n)
		qsort_r(p->join, p->n, sizeof(*p->join), by_order,
			(void *)(uintptr_t)rule_table(&(u32){ 0 }));
	return cause_group(p->join, p->n, p->cause);
}

static void pool_close(struct pool *p, struct run *r)
{
	free(p->join);
	free(p->cause);
	membudget_give(&r->mem, p->taken);
}

static void set_cause(struct finding_list *l, const struct pool *p, u32 i)
{
	const struct finding_join *effect = &p->join[i], *cause = &p->join[p->cause[i]];
	struct stored_finding *root = cause->listed == FINDING_UNLISTED ? NULL :
									  l->items[cause->listed];
	struct stored_finding *item;

	if (effect->listed == FINDING_UNLISTED) {
		finding_list_move(l, effect->rule, effect->severity);
		if (root)
			root->caused++;
		return;
	}
	item = l->items[effect->listed];
	/* Which side is wrong is said where it began; beside it a vote would mislead. */
	item->verdict = NULL;
	if (root) {
		finding_list_set_cause(l, item, root);
		return;
	}
	item->cause_id = cause->fingerprint;
	if (item->state == FINDING_CONFIRMED)
		finding_list_move(l, effect->rule, effect->severity);
}

static int group(struct run *r, const bool *in_play, u64 nrest)
{
	struct pool p;
	int rc = pool_open(&p, r, in_play, nrest);

	for (u32 i = 0; !rc && i < p.n; i++)
		if (p.cause[i] != CAUSE_NONE)
			set_cause(&r->findings, &p, i);
	pool_close(&p, r);
	return rc;
}

static int group_all(struct run *r)
{
	struct finding_list *l = &r->findings;
	bool in_play[JOIN_RULES_MAX];
	u64 nrest;
	int rc;

	find_play(l, in_play);
	nrest = count_rest(l, in_play);
	rc = group(r, in_play, nrest);
	/* Without memory for all, those that are listed at least. */
	if (rc != -ENOMEM || !nrest)
		return rc;
	l->ungrouped += nrest;
	return group(r, in_play, 0);
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
		rc = group_all(r);
	if (l->unproven)
		r->unstable = l->count + l->dropped;
	count_violated(r);
	meter_add(&r->meter, 1, 0);
	if (rc)
		snprintf(err, errlen, "no memory to tell which findings follow from which");
	return rc;
}
