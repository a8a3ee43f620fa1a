/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What must stand still for a finding to be true: the facts that its rule compares,
 * and no others.  An object that is written to all the time but keeps a broken layout
 * is as still as can be for the rule on layouts.
 */
#ifndef MDTCHECK_STILL_H
#define MDTCHECK_STILL_H

#include "ledger/print.h"
#include "mdtcheck/facts.h"
#include "mdtcheck/rule.h"

/* The object at hand, before the names and OI records were gathered and after. */
struct still {
	const struct hash_key *key;
	const struct object_print *before; /* NULL: it has no inode of its own */
	struct object_print after;
};

/* Did the object keep still, as far as the rule looks at it? */
bool still_moved(const struct still *s, const struct rule *rule, bool is_dir);

/* Does it compare names?  A rename and its reverse leave them as they were, at a later time. */
bool still_by_names(const struct rule *rule);

/* Which of the object's attributes the rule looks at: bits of enum ea_id. */
u32 still_eas(const struct rule *rule);

/* A fingerprint of what the object itself says, as far as the rule looks at it; never 0. */
u64 still_object(const struct still *s, const struct rule *rule, bool is_dir);

/* A fingerprint of all that the finding rests on.  f NULL: of its evidence alone. */
u64 still_facts(const struct still *s, const struct facts *f, const struct finding *finding);

#endif
