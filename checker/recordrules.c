/* SPDX-License-Identifier: GPL-2.0-only */
/* Record rules, chosen by an object's traits. */
#include "recordrules.h"

static u64 rules_for(const struct record_rules *rr, u32 traits)
{
	u64 rules = rr->n < 64 ? (1ULL << rr->n) - 1 : UINT64_MAX;

	for (u32 bit = 0; bit < TRAIT_BITS; bit++)
		if (!(traits >> bit & 1))
			rules &= ~rr->without[bit];
	return rules;
}

static void add_screen(struct record_rules *rr, bool (*holds)(const struct facts *f), u64 rule)
{
	u32 i = 0;

	while (i < rr->nscreens && rr->screen[i].holds != holds)
		i++;
	if (!holds || i == RECORD_SCREENS_MAX)
		return;
	rr->screen[i].holds = holds;
	rr->screen[i].rules |= rule;
	rr->nscreens = (u32)max_u64(rr->nscreens, i + 1);
}

void record_rules_init(struct record_rules *rr, const bool *off)
{
	u32 nrules;
	const struct rule *rule = rule_table(&nrules);

	*rr = (struct record_rules){ .n = 0 };
	for (u32 i = 0; i < nrules && rr->n < RECORD_RULES_MAX; i++) {
		if (rule[i].class != RULE_RECORD || off[i])
			continue;
		for (u32 bit = 0; bit < TRAIT_BITS; bit++)
			if (rule[i].needs >> bit & 1)
				rr->without[bit] |= 1ULL << rr->n;
		add_screen(rr, rule[i].screen, 1ULL << rr->n);
		rr->rule[rr->n].check = rule[i].check;
		rr->rule[rr->n++].index = i;
	}
}

static void plan_make(const struct record_rules *rr, u32 traits, struct record_plan *plan)
{
	*plan = (struct record_plan){ .traits = traits, .rules = rules_for(rr, traits) };
	for (u32 i = 0; i < rr->nscreens; i++) {
		/* It speaks for all of its rules or none. */
		if ((plan->rules & rr->screen[i].rules) != rr->screen[i].rules)
			continue;
		plan->screens |= 1U << i;
		plan->rules &= ~rr->screen[i].rules;
	}
}

/*
 * Few sets of traits are met, mostly the same as just before.  None is empty, so what is zero in
 * the beginning is no plan.
 */
static const struct record_plan *plan_for(struct record_rules *rr, u32 traits)
{
	struct record_plan *plan = &rr->plan[traits * 0x9E3779B1U >> 26];

	if (unlikely(plan->traits != traits))
		plan_make(rr, traits, plan);
	return plan;
}

u64 record_rules_to_ask(struct record_rules *rr, const struct facts *f)
{
	const struct record_plan *plan = plan_for(rr, object_traits(f->obj));
	u64 rules = plan->rules;

	for (u32 left = plan->screens; left; left &= left - 1) {
		struct record_screen *screen = &rr->screen[__builtin_ctz(left)];

		if (likely(screen->holds(f)))
			screen->held++;
		else
			rules |= screen->rules;
	}
	return rules;
}

bool record_rules_broken(struct record_rules *rr, const struct facts *f)
{
	u64 left = record_rules_to_ask(rr, f);
	bool broken = false;

	for (; left; left &= left - 1) {
		struct record_rule *rule = &rr->rule[__builtin_ctzll(left)];
		enum outcome out = rule->check(f, NULL);

		rule->outcomes[out]++;
		broken |= out >= OUT_UNKNOWN;
	}
	return broken;
}

void record_rules_count(const struct record_rules *rr, struct coverage *cov)
{
	u32 nrules;
	const struct rule *table = rule_table(&nrules);

	for (u32 i = 0; i < rr->n; i++) {
		const struct record_rule *rule = &rr->rule[i];
		struct rule_coverage *rc = &cov->rules[rule->index];

		for (u32 out = OUT_HOLDS; out < OUT_NR; out++)
			rc->checked += rule->outcomes[out];
		for (u32 k = 0; k < rr->nscreens; k++)
			rc->checked += rr->screen[k].rules >> i & 1 ? rr->screen[k].held : 0;
		if (rule->outcomes[OUT_BLIND])
			rule_coverage_unknown(rc, table[rule->index].blind,
					      rule->outcomes[OUT_BLIND]);
	}
}
