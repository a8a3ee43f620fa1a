/* SPDX-License-Identifier: GPL-2.0-only */
/* lov-pool 614: the name of the OST pool in layouts and templates. */
#include <string.h>

#include "rules/lov.h"

static const char *pool_problem(const struct lov_comp *c)
{
	const char *p;

	if (strlen(c->pool) == LOV_POOL_LEN)
		return "name of the OST pool does not end";
	for (p = c->pool; *p; p++)
		if (*p <= ' ' || *p > '~')
			return "name of the OST pool has characters that no name can have";
	return NULL;
}

static enum outcome check_lov_pool(const struct facts *f, struct sink *sink)
{
	enum outcome out = OUT_NA;
	const struct lov_comp *c;
	struct lov_comp tmp;
	struct finding *fi;
	const char *why;
	u32 i;

	if (!lov_of_file(f) && !lov_of_dir(f))
		return OUT_NA;
	for (i = 0; i < f->obj->lov.entry_count; i++) {
		c = lov_comp_at(&f->obj->lov, i, &tmp);
		if (!c->pool[0])
			continue;
		out = OUT_HOLDS;
		why = pool_problem(c);
		if (!why)
			continue;
		fi = rule_finding(sink, why);
		if (fi) {
			lov_add_component(fi, f->obj, c);
			finding_name(fi, "pool", c->pool, (u32)strlen(c->pool));
		}
		return OUT_VIOLATED;
	}
	return out;
}

/* ---- the rows ----------------------------------------------------------------------------- */

RULE(lov_pool) = {
	.code = 614,
	.name = "lov-pool",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LAYOUTS,
	.needs = TRAIT_POOL,
	.title = "impossible name of an OST pool",
	.explanation =
		"A layout can name the pool of OSTs that its objects were to be taken from. This "
		"name has no end or holds characters that no pool can have. Data can be reached, "
		"but new components cannot be placed, and other parts of the layout may be "
		"damaged too.",
	.wrong = VERDICT_LAYOUT,
	.lfsck = "none",
	.remedy =
		"A file: lfs migrate it to a layout with a good pool. A directory: lfs setstripe -d "
		"DIR, then set the wanted default.",
	.evidence = "component component_id pattern pool",
	.check = check_lov_pool,
};
