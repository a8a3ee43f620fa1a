/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of rules as JSON: --list-rules=json. */
#include <string.h>

#include "report/json_piece.h"
#include "report/report.h"
#include "report/rules_text.h"

static const char *class_name(enum rule_class class)
{
	static const char *const name[] = {
		[RULE_RECORD] = "record",
		[RULE_CROSS] = "cross",
		[RULE_INDEX] = "index",
		[RULE_TARGET] = "target",
	};

	return name[class];
}

/* Keys are separated by blanks in the table. */
static json_t *evidence_keys(const char *keys)
{
	json_t *array = json_array();

	while (keys && *keys) {
		size_t len = strcspn(keys, " ");

		if (len && json_array_append_new(array, json_stringn(keys, len))) {
			json_decref(array);
			return NULL;
		}
		keys += len + (keys[len] == ' ');
	}
	return array;
}

static struct piece rule_piece(const struct rule *rule)
{
	struct piece p = piece_new();
	char code[16];

	snprintf(code, sizeof(code), "MC%03u", rule->code);
	put_text(&p, "code", code);
	put_text(&p, "name", rule->name);
	put_text(&p, "severity", severity_name(rule->severity));
	put_text(&p, "class", class_name(rule->class));
	put_text(&p, "unit", rule_unit_name(rule->unit));
	put_text(&p, "title", rule->title);
	put_text(&p, "explanation", rule->explanation);
	put_text(&p, "lfsck", rule->lfsck);
	put_text(&p, "remedy", rule->remedy);
	piece_put(&p, "evidence", evidence_keys(rule->evidence));
	return p;
}

int rules_list_json(FILE *out)
{
	const char *between = "\n  ";
	int rc = 0;

	putc('[', out);
	for (const struct rule *r = rule_next(NULL); r && !rc; r = rule_next(r)) {
		struct piece p = rule_piece(r);

		fputs(between, out);
		between = ",\n  ";
		rc = piece_write(out, &p, true);
	}
	fputs("\n]\n", out);
	return rc;
}
