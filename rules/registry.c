/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one table of rules: what RULE() in the files of the families has put into a
 * section of its own.  Its bounds are the linker's.
 */
#include <string.h>

#include "rules/rules.h"

extern const struct rule __start_mdtcheck_rules[], __stop_mdtcheck_rules[];

const struct rule *rule_table(u32 *count)
{
	*count = (u32)(__stop_mdtcheck_rules - __start_mdtcheck_rules);
	return __start_mdtcheck_rules;
}

const struct rule *rule_by_name(const char *name)
{
	const struct rule *r;

	for (r = __start_mdtcheck_rules; r < __stop_mdtcheck_rules; r++)
		if (!strcmp(r->name, name))
			return r;
	return NULL;
}

const struct rule *rule_in_order(u32 nth)
{
	const struct rule *r, *other;
	u32 before;

	for (r = __start_mdtcheck_rules; r < __stop_mdtcheck_rules; r++) {
		before = 0;
		for (other = __start_mdtcheck_rules; other < __stop_mdtcheck_rules; other++)
			before += other->code < r->code;
		if (before == nth)
			return r;
	}
	return NULL;
}
