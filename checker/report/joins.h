/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What findings that are not listed are grouped by, for a million of them: of each only what the
 * relations of its rule look at (cause_fields()), rule by rule, in the order in which they came.
 */
#ifndef MDTCHECK_REPORT_JOINS_H
#define MDTCHECK_REPORT_JOINS_H

#include "base/membudget.h"
#include "mdtcheck/finding.h"

#define JOIN_RULES_MAX 256

struct join_block;

struct joins {
	struct membudget *mem; /* pays; NULL: nobody counts */
	struct join_pile {
		struct join_block *first, *last; /* owned */
		u64 n;
	} pile[JOIN_RULES_MAX]; /* by the number of the rule */
	u16 fields[JOIN_RULES_MAX];
};

/* Makes an empty one. */
void joins_init(struct joins *j, struct membudget *mem);
/* Makes an empty one that can be appended to the whole: asks the table of causes nothing again. */
void joins_part(struct joins *part, const struct joins *whole);
/* 0, also where the rule has no relations and nothing is kept; or -ENOMEM. */
int joins_keep(struct joins *j, const struct finding_join *join);
/* Moves all of part behind what the whole has. */
void joins_append(struct joins *whole, struct joins *part);
void joins_free(struct joins *j);

/* Through those of one rule; fields that were not kept are zero. */
struct join_walk {
	const struct join_block *block;
	u16 fields;
	u8 rule;
	u32 at; /* bytes */
};

struct join_walk joins_begin(const struct joins *j, u8 rule);
bool joins_next(struct join_walk *w, struct finding_join *out);

#endif
