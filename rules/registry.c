/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one table of rules.  What is said about a rule stands in the rows_*.h of
 * its family; how it is judged, in the family's .c.
 */
#include <string.h>

#include "rules/rules.h"

static const struct rule table[] = {
#include "rules/rows_lma.h"
#include "rules/rows_oi.h"
#include "rules/rows_linkea.h"
#include "rules/rows_namespace.h"
#include "rules/rows_nlink.h"
#include "rules/rows_lov.h"
#include "rules/rows_lmv.h"
#include "rules/rows_hsm.h"
#include "rules/rows_server.h"
};

const struct rule *rule_table(u32 *count)
{
	*count = ARRAY_SIZE(table);
	return table;
}

const struct rule *rule_by_name(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		if (!strcmp(table[i].name, name))
			return &table[i];
	return NULL;
}
