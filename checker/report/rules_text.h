/* SPDX-License-Identifier: GPL-2.0-only */
/* The rule table for people: --list-rules and --explain. */
#ifndef MDTCHECK_REPORT_RULES_TEXT_H
#define MDTCHECK_REPORT_RULES_TEXT_H

#include <stdio.h>

#include "mdtcheck/rule.h"

/* What a rule's "checked" counts, in the plural: "name entries". */
const char *rule_unit_name(enum rule_unit unit);

void rules_list(FILE *out);
void rules_explain(FILE *out, const struct rule *rule);

/* The same as a JSON array, for programs; 0, -ENOMEM, -EIO. */
int rules_list_json(FILE *out);
/* The manual page mdtcheck-rules(7). */
void rules_list_man(FILE *out);

/* How a rule judges, in words. */
const char *rule_class_text(enum rule_class class);

#endif
