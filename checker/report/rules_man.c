/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of rules as a manual page: --list-rules=man. */
#include "report/report.h"
#include "report/rules_text.h"

/* Text of the table inside a macro line or a paragraph: nothing in it may mean anything to roff. */
static void put_roff(FILE *out, const char *s)
{
	/* A dot or quote that begins a line would be a request. */
	if (*s == '.' || *s == '\'')
		fputs("\\&", out);
	for (; *s; s++) {
		switch (*s) {
		case '\\':
			fputs("\\e", out);
			break;
		case '-':
			fputs("\\-", out);
			break;
		case '"':
			fputs("\\(dq", out);
			break;
		case '\'':
			fputs("\\(aq", out);
			break;
		case '\n':
			putc(' ', out);
			break;
		default:
			putc(*s, out);
		}
	}
}

static void put_item(FILE *out, const char *label, const char *text)
{
	if (!text || !*text)
		return;
	fprintf(out, ".TP\n.I %s\n", label);
	put_roff(out, text);
	putc('\n', out);
}

static void put_rule(FILE *out, const struct rule *rule)
{
	fprintf(out, ".SS \"MC%03u ", rule->code);
	put_roff(out, rule->name);
	fputs("\"\n", out);
	put_roff(out, rule->title);
	fputs(".\n.PP\n", out);
	put_roff(out, rule->explanation);
	putc('\n', out);
	put_item(out, "Severity", severity_name(rule->severity));
	put_item(out, "Judges", rule_class_text(rule->class));
	put_item(out, "Counted in", rule_unit_name(rule->unit));
	put_item(out, "LFSCK", rule->lfsck);
	put_item(out, "Evidence", rule->evidence);
	put_item(out, "Remedy", rule->remedy);
}

void rules_list_man(FILE *out)
{
	fputs(".\\\" SPDX-License-Identifier: GPL-2.0-only\n"
	      ".\\\" Made from the table of rules by mdtcheck --list-rules=man: do not edit.\n"
	      ".TH MDTCHECK\\-RULES 7 \"\" \"mdtcheck " MDTCHECK_VERSION
	      "\" \"Lustre administration\"\n"
	      ".SH NAME\n"
	      "mdtcheck\\-rules \\- what mdtcheck judges, and what repairs it\n"
	      ".SH DESCRIPTION\n"
	      "These are the rules of\n"
	      ".BR mdtcheck (8).\n"
	      "Each has a code, which is permanent, and a name.\n"
	      "An\n.I error\ncan never be legal; a\n.I warning\nis what should not be, but does no "
	      "harm by itself, or may be legal; an\n.I info\nis a remark.\n"
	      ".I LFSCK\nis what LFSCK or OI scrub call the same inconsistency.\n"
	      "FSNAME\\-MDTxxxx in a remedy is the name of the MDT.\n"
	      ".SH RULES\n",
	      out);
	for (const struct rule *r = rule_next(NULL); r; r = rule_next(r))
		put_rule(out, r);
	fputs(".SH SEE ALSO\n.BR mdtcheck (8),\n.BR lctl\\-lfsck_start (8)\n", out);
}
