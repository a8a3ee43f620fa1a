/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The record rules over one object after another, as the scan asks them: one of these for each
 * thread.  Traits of the object (mdtcheck/trait.h) decide which rules are asked at all.
 */
#ifndef MDTCHECK_RECORDRULES_H
#define MDTCHECK_RECORDRULES_H

#include "mdtcheck/rule.h"
#include "mdtcheck/trait.h"
#include "report/report.h"

#define RECORD_RULES_MAX 64 /* a set of them is a word */
#define RECORD_SCREENS_MAX 4 /* beyond, rules go without */

struct record_rule {
	enum outcome (*check)(const struct facts *f, struct sink *sink);
	u64 outcomes[OUT_NR]; /* how often it said what */
	u32 index;	      /* in rule_table() */
};

/* Which rules apply to objects of such traits: bit i for rule[i]. */
struct record_plan {
	u32 traits;
	u32 screens; /* bit i for screen[i]: all of its rules apply */
	u64 rules;   /* the others */
};

/* A question asked in the place of several rules. */
struct record_screen {
	bool (*holds)(const struct facts *f);
	u64 rules;
	u64 held;
};

struct record_rules {
	u32 n, nscreens;
	struct record_rule rule[RECORD_RULES_MAX];
	u64 without[TRAIT_BITS]; /* rules that do not apply without the trait */
	struct record_screen screen[RECORD_SCREENS_MAX];
	struct record_plan plan[64];
};

/* All record rules but those that are off, an array like rule_table(). */
void record_rules_init(struct record_rules *rr, const bool *off);

/*
 * Bits of rr->rule: those that may say more of the object of f than that they do not apply, or
 * hold.  Also where more is known of it than in the scan: what holds there holds for good.
 */
u64 record_rules_to_ask(struct record_rules *rr, const struct facts *f);

/* Does the object of f, of which nothing else is known, break a rule, or could one not tell? */
bool record_rules_broken(struct record_rules *rr, const struct facts *f);

/* Adds what was counted to cov. */
void record_rules_count(const struct record_rules *rr, struct coverage *cov);

#endif
