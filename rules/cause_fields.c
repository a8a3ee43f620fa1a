/* SPDX-License-Identifier: GPL-2.0-only */
/* What the table of causes has to know of a finding, and of which findings anything at all. */
#include <string.h>

#include "rules/rules.h"

static u16 cause_field(enum cause_relation relation)
{
	switch (relation) {
	case CAUSE_IN_DIR:
	case CAUSE_DIR_IN_DIR:
		return JOIN_PARENT;
	case SAME_NAME:
	case SAME_NAME_ELSEWHERE:
		return JOIN_NAME;
	case OTHER_FID:
	case OTHER_FID_PARENT:
	case NAMED_OTHER_FID_PARENT:
		return JOIN_OTHER_FID;
	case IN_DIR_BY_OTHER_FID:
	case OWN_FID_PARENT:
		return JOIN_FID;
	case OTHER_INO:
	case OTHER_INO_DIR:
		return JOIN_OTHER;
	case SAME_OI_FILE:
		return JOIN_OI;
	case WHOLE_TARGET:
	case SAME_OBJECT:
	case EFFECT_IN_DIR:
		break;
	}
	return 0;
}

static u16 effect_field(enum cause_relation relation)
{
	switch (relation) {
	case IN_DIR_BY_OTHER_FID:
		return JOIN_PARENT | JOIN_PARENT_FID;
	case EFFECT_IN_DIR:
	case OTHER_INO_DIR:
		return JOIN_PARENT;
	case SAME_NAME:
	case SAME_NAME_ELSEWHERE:
		return JOIN_NAME;
	case OTHER_FID:
		return JOIN_FID;
	case NAMED_OTHER_FID_PARENT:
		return JOIN_PARENT_FID | JOIN_OTHER;
	case OTHER_FID_PARENT:
	case OWN_FID_PARENT:
		return JOIN_PARENT_FID;
	case SAME_OI_FILE:
		return JOIN_OI;
	case WHOLE_TARGET:
	case SAME_OBJECT:
	case CAUSE_IN_DIR:
	case CAUSE_DIR_IN_DIR:
	case OTHER_INO:
		break;
	}
	return 0;
}

u16 cause_fields(u8 rule)
{
	const char *name = rule_table(&(u32){ 0 })[rule].name;
	u32 n;
	const struct cause_row *row = cause_rows(&n);
	u16 all = 0;

	for (u32 i = 0; i < n; i++) {
		if (!strcmp(row[i].cause, name))
			all |= JOIN_RELATED | JOIN_FINGERPRINT | cause_field(row[i].relation);
		if (!strcmp(row[i].effect, name))
			all |= JOIN_RELATED | effect_field(row[i].relation);
	}
	return all;
}

void cause_in_play(const bool *occurs, bool *in_play)
{
	u32 nrules, n;
	const struct rule *table = rule_table(&nrules);
	const struct cause_row *row = cause_rows(&n);

	memset(in_play, 0, nrules * sizeof(*in_play));
	for (u32 i = 0; i < n; i++) {
		const struct rule *cause = rule_by_name(row[i].cause);
		const struct rule *effect = rule_by_name(row[i].effect);

		if (!cause || !effect || !occurs[cause - table] || !occurs[effect - table])
			continue;
		in_play[cause - table] = true;
		in_play[effect - table] = true;
	}
}
