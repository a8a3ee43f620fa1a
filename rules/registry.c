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

const struct rule *rule_next(const struct rule *before)
{
	const struct rule *r, *next = NULL;

	for (r = __start_mdtcheck_rules; r < __stop_mdtcheck_rules; r++)
		if ((!before || r->code > before->code) && (!next || r->code < next->code))
			next = r;
	return next;
}
