/* SPDX-License-Identifier: GPL-2.0-only */
/* The rule table for people: --list-rules and --explain. */
#include "report/rules_text.h"

#include <string.h>

#include "report/report.h"
#include "report/wrap.h"

const char *rule_unit_name(enum rule_unit unit)
{
	static const char *const name[UNIT_NR] = {
		[UNIT_OBJECTS] = "objects",
		[UNIT_LMAS] = "LMAs",
		[UNIT_OI_MAPPINGS] = "OI mappings",
		[UNIT_LINKEAS] = "linkEAs",
		[UNIT_LINKEA_ENTRIES] = "linkEA entries",
		[UNIT_NAME_ENTRIES] = "name entries",
		[UNIT_DIRECTORIES] = "directories",
		[UNIT_FILES] = "files",
		[UNIT_LAYOUTS] = "layouts",
		[UNIT_LMVS] = "LMVs",
		[UNIT_SHARD_NAMES] = "names in shards",
		[UNIT_STATE_FILES] = "state files",
		[UNIT_SEQUENCE_RANGES] = "sequence ranges",
	};

	return unit < UNIT_NR ? name[unit] : "objects";
}

const char *rule_class_text(enum rule_class class)
{
	switch (class) {
	case RULE_RECORD:
		return "one object alone, during the scan";
	case RULE_CROSS:
		return "two places compared";
	case RULE_INDEX:
		return "an index as a whole, while it is read";
	case RULE_TARGET:
		return "the MDT as a whole, once";
	}
	return "";
}

void rules_list(FILE *out)
{
	u32 i, n = 0;
	const struct rule *table = rule_table(&n), *r;
	size_t width = 4;

	for (i = 0; i < n; i++)
		width = max_u64(width, strlen(table[i].name));
	fprintf(out, "%-6s %-8s %-*s %s\n", "CODE", "SEVERITY", (int)width, "NAME", "TITLE");
	for (r = rule_next(NULL); r; r = rule_next(r))
		fprintf(out, "MC%03u  %-8s %-*s %s\n", r->code, severity_name(r->severity),
			(int)width, r->name, r->title);
}

/* The evidence keys stand in the table separated by blanks. */
static void print_evidence(FILE *out, const char *keys)
{
	char line[512];
	size_t n = 0;

	for (; *keys && n + 3 < sizeof(line); keys++) {
		if (*keys == ' ')
			line[n++] = ',';
		line[n++] = *keys;
	}
	line[n] = '\0';
	wrap_print(out, "  Evidence:  ", line);
}

static void print_field(FILE *out, const char *label, const char *text)
{
	if (text && *text)
		wrap_print(out, label, text);
}

void rules_explain(FILE *out, const struct rule *rule)
{
	char checks[128];

	fprintf(out, "MC%03u %s (%s)\n\n", rule->code, rule->name,
		severity_name(rule->severity));
	print_field(out, "  ", rule->title);
	putc('\n', out);
	print_field(out, "  ", rule->explanation);
	putc('\n', out);
	snprintf(checks, sizeof(checks), "%s; counted in %s", rule_class_text(rule->class),
		 rule_unit_name(rule->unit));
	print_field(out, "  Judges:    ", checks);
	print_field(out, "  LFSCK:     ", rule->lfsck);
	if (rule->evidence && *rule->evidence)
		print_evidence(out, rule->evidence);
	print_field(out, "  Remedy:    ", rule->remedy);
}
