/* SPDX-License-Identifier: GPL-2.0-only */
/* The short report for people: verdict, what was looked at, findings by rule, the worst of them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "ondisk/fid.h"
#include "report/report.h"
#include "report/wrap.h"

#define SUMMARY_FINDINGS 20
#define SUMMARY_PATHS 3

/* Width of the labels "Target", "Scanned" ... */
#define LABEL "%-12s"

static void print_labelled(FILE *out, const char *label, struct strbuf *text)
{
	char first[16];

	snprintf(first, sizeof(first), LABEL, label);
	wrap_print(out, first, strbuf_str(text));
	strbuf_reset(text);
}

static void add_count(struct strbuf *b, u64 n, const char *one, const char *many)
{
	strbuf_addf(b, "%s%" PRIu64 " %s", b->len ? ", " : "", n, n == 1 ? one : many);
}

static void add_quoted(struct strbuf *b, const char *s)
{
	strbuf_add_name(b, s, strlen(s));
}

static u64 sum(const u64 counts[SEV_NR])
{
	return counts[SEV_INFO] + counts[SEV_WARNING] + counts[SEV_ERROR];
}

/* ---- head ---------------------------------------------------------------------------------- */

static void print_verdict(FILE *out, const struct report *r, struct strbuf *b)
{
	const u64 *n = r->findings->total.primary;
	u64 caused = sum(r->findings->total.caused);

	if (n[SEV_ERROR])
		add_count(b, n[SEV_ERROR], "error", "errors");
	if (n[SEV_WARNING])
		add_count(b, n[SEV_WARNING], "warning", "warnings");
	if (n[SEV_INFO])
		add_count(b, n[SEV_INFO], "remark", "remarks");
	if (!b->len)
		strbuf_addf(b, "nothing found");
	if (caused)
		strbuf_addf(b, "; %" PRIu64 " more follow from them", caused);
	if (r->transient || r->unstable)
		strbuf_addf(b, "; %" PRIu64 " transient, %" PRIu64 " unstable", r->transient,
			    r->unstable);
	fprintf(out, "mdtcheck: %s%s\n", r->verdict, r->cancelled ? " (cancelled)" : "");
	print_labelled(out, "Found", b);
}

static void print_target(FILE *out, const struct report *r, struct strbuf *b)
{
	const struct target *t = r->target;

	if (!t)
		return;
	if (r->env && r->env->svname[0])
		add_quoted(b, r->env->svname);
	else if (t->svname)
		add_quoted(b, t->svname);
	else
		strbuf_addf(b, "MDT of unknown name");
	if (t->path) {
		strbuf_addf(b, ", %s ", t->rdev ? "device" : "image");
		add_quoted(b, t->path);
	}
	if (t->mirror) {
		strbuf_addf(b, ", mirror ");
		add_quoted(b, t->mirror);
	}
	strbuf_addf(b, ", %s", t->live ? "in use" : "not in use");
	print_labelled(out, "Target", b);
}

static void print_coverage(FILE *out, const struct report *r, struct strbuf *b)
{
	const struct coverage *c = r->coverage;
	u32 i;

	strbuf_addf(b, "%" PRIu64 " of %" PRIu64 " inodes", c->inodes_scanned, c->inodes_expected);
	add_count(b, c->directories, "directory", "directories");
	add_count(b, c->name_entries, "name entry", "name entries");
	add_count(b, c->linkea_entries, "linkEA entry", "linkEA entries");
	add_count(b, c->oi_mappings, "OI mapping", "OI mappings");
	add_count(b, c->layouts, "layout", "layouts");
	strbuf_addf(b, " in %.1f s", r->elapsed);
	print_labelled(out, "Scanned", b);
	for (i = 0; i < c->nincomplete; i++) {
		strbuf_addf(b, "%s", c->incomplete[i]);
		print_labelled(out, "Incomplete", b);
	}
}

/* What no rule could judge, all rules together. */
static void print_not_covered(FILE *out, const struct coverage *c, struct strbuf *b)
{
	struct rule_coverage all = { 0 };
	u32 i, n = 0;

	rule_table(&n);
	for (i = 0; c->rules && i < n; i++)
		rule_coverage_merge(&all, &c->rules[i]);
	if (!all.not_covered)
		return;
	add_count(b, all.not_covered, "case", "cases");
	for (i = 0; i < all.nreasons; i++)
		strbuf_addf(b, "%s %s (%" PRIu64 ")", i ? ";" : ":", all.reasons[i].why,
			    all.reasons[i].count);
	print_labelled(out, "Not covered", b);
}

/* ---- findings ------------------------------------------------------------------------------ */

/* Of those that are listed. */
static void print_opinions(FILE *out, const struct report *r, struct strbuf *b)
{
	u64 n[OPINION_NR];

	if (!r->second)
		return;
	finding_list_opinions(r->findings, n);
	if (r->second->unavailable)
		strbuf_addf(b, "no second opinion: %s", r->second->unavailable);
	else
		strbuf_addf(b, "a second opinion: agrees on %" PRIu64 " findings, differs on %"
			    PRIu64 ", was not asked about %" PRIu64, n[OPINION_AGREES],
			    n[OPINION_DIFFERS], n[OPINION_NOT_ASKED]);
	print_labelled(out, "Kernel", b);
}

static void print_table(FILE *out, const struct finding_list *l)
{
	const struct rule *table = rule_table(&(u32){ 0 });
	bool any = false;

	for (const struct rule *r = l->nrules ? rule_next(NULL) : NULL; r; r = rule_next(r)) {
		u64 primary = sum(l->by_rule[r - table].primary);
		u64 caused = sum(l->by_rule[r - table].caused);

		if (!primary && !caused)
			continue;
		if (!any)
			fprintf(out, "\n%-6s %-24s %-8s %10s %10s\n", "CODE", "RULE", "SEVERITY",
				"PRIMARY", "CAUSED");
		any = true;
		fprintf(out, "MC%03u  %-24s %-8s %10" PRIu64 " %10" PRIu64 "\n", r->code, r->name,
			severity_name(r->severity), primary, caused);
	}
}

static void print_subject(FILE *out, const struct stored_finding *f, struct strbuf *b)
{
	char fid[FID_TEXT_LEN];

	if (!fid_is_zero(&f->fid))
		strbuf_addf(b, "%s", fid_text(&f->fid, fid));
	if (f->ino)
		strbuf_addf(b, "%sinode %u", b->len ? ", " : "", f->ino);
	if (f->oi)
		strbuf_addf(b, "%sOI file %u", b->len ? ", " : "", f->oi - 1);
	wrap_print(out, "      ", strbuf_str(b));
	strbuf_reset(b);
}

static void print_paths(FILE *out, const struct stored_finding *f, struct strbuf *b)
{
	u32 i;

	for (i = 0; i < f->npaths && i < SUMMARY_PATHS; i++) {
		add_quoted(b, f->paths[i]);
		wrap_elide(out, "      ", strbuf_str(b));
		strbuf_reset(b);
	}
	if (f->npaths > SUMMARY_PATHS)
		fprintf(out, "      and %u more paths\n", f->npaths - SUMMARY_PATHS);
}

static void print_opinion(FILE *out, const struct second_opinion *o, struct strbuf *b)
{
	char why[OPINION_WHY_LEN];

	if (o->opinion == OPINION_NONE)
		return;
	if (o->opinion == OPINION_AGREES)
		strbuf_addf(b, "sees the same");
	else if (o->opinion == OPINION_NOT_ASKED)
		strbuf_addf(b, "not asked: %s", opinion_why(o, why));
	else
		strbuf_addf(b, "sees something else in");
	for (u32 i = 0; i < OPINION_PARTS; i++)
		if (o->differs & 1U << i)
			strbuf_addf(b, " %s", opinion_part_name(i));
	wrap_print(out, "      Kernel: ", strbuf_str(b));
	strbuf_reset(b);
}

static void print_finding(FILE *out, const struct stored_finding *f, u32 number, struct strbuf *b)
{
	fprintf(out, "\n%4u. MC%03u %s (%s%s)\n", number, f->rule->code, f->rule->name,
		severity_name(f->severity),
		f->state == FINDING_UNSTABLE ? ", unstable: not confirmed" : "");
	print_paths(out, f, b);
	print_subject(out, f, b);
	wrap_print(out, "      ", f->what ? f->what : f->rule->title);
	if (f->verdict)
		wrap_print(out, "      Wrong:  ", f->verdict);
	if (f->rule->remedy)
		wrap_print(out, "      Remedy: ", f->rule->remedy);
	print_opinion(out, &f->second, b);
	if (f->caused)
		fprintf(out, "      Causes %" PRIu64 " more.\n", f->caused);
}

static u32 print_severity(FILE *out, const struct finding_list *l, enum severity severity, u32 shown,
			  struct strbuf *b)
{
	u32 i;

	for (i = 0; i < l->count && shown < SUMMARY_FINDINGS; i++)
		if (!stored_finding_is_effect(l->items[i]) && l->items[i]->severity == severity)
			print_finding(out, l->items[i], ++shown, b);
	return shown;
}

/* The first primaries, the severe ones before the others. */
static void print_findings(FILE *out, const struct report *r, struct strbuf *b)
{
	const struct finding_list *l = r->findings;
	u64 all = sum(l->total.primary);
	u32 shown = 0;
	int s;

	for (s = SEV_ERROR; s >= SEV_INFO; s--)
		shown = print_severity(out, l, (enum severity)s, shown, b);
	if (all > shown)
		fprintf(out, "\n%" PRIu64 " more are not shown here%s.\n", all - shown,
			l->dropped ? "" : "; the JSON report lists them");
	if (l->dropped)
		fprintf(out, "%" PRIu64 " findings were counted but not listed (%s).\n", l->dropped,
			l->no_memory ? "no memory" : "--max-findings");
	if (l->ungrouped)
		fprintf(out,
			"For %" PRIu64 " of them no memory was left to tell what they follow from: "
			"each is counted as a finding of its own.\n",
			l->ungrouped);
}

static void add_locks(struct strbuf *b, const struct lock_status *lock, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		strbuf_addf(b, "%s%s %s", i ? ", " : "", lock[i].name,
			    lock[i].enforced ? "enforced" : "unavailable");
		if (lock[i].reason)
			strbuf_addf(b, " (%s)", lock[i].reason);
	}
}

static void print_no_writes(FILE *out, const struct report *r, struct strbuf *b)
{
	add_locks(b, r->locks, r->nlocks);
	if (r->second && r->second->nlocks) {
		strbuf_addf(b, "; of the process that asks for second opinions: ");
		add_locks(b, r->second->locks, r->second->nlocks);
	}
	if (!r->nlocks)
		strbuf_addf(b, "no lock was in force");
	putc('\n', out);
	print_labelled(out, "No writes", b);
}

static void print_witness(FILE *out, const struct witness_result *w, struct strbuf *b)
{
	if (!w)
		return;
	if (w->state == WITNESS_QUIET)
		strbuf_addf(b, "quiet: no journal handle, so no dirtied inode, and no write "
			       "request of ours");
	else if (w->state == WITNESS_ACTIVE)
		strbuf_addf(b, "ACTIVE: %" PRIu64 " events of ours, the first: %s",
			    w->events.count, w->events.nfirst ? w->events.first[0] : "unknown");
	else
		strbuf_addf(b, "unavailable (%s)", w->reason);
	print_labelled(out, "Witness", b);
}

int report_summary(FILE *out, const struct report *r)
{
	static const struct coverage no_coverage = {
		.incomplete = { "the run ended before it began" },
		.nincomplete = 1,
	};
	static const struct finding_list no_findings;
	struct strbuf b = { 0 };
	struct report filled = *r;
	bool failed;

	if (!filled.coverage)
		filled.coverage = &no_coverage;
	if (!filled.findings)
		filled.findings = &no_findings;
	print_verdict(out, &filled, &b);
	print_target(out, &filled, &b);
	print_coverage(out, &filled, &b);
	print_not_covered(out, filled.coverage, &b);
	print_opinions(out, &filled, &b);
	print_table(out, filled.findings);
	print_findings(out, &filled, &b);
	print_no_writes(out, &filled, &b);
	print_witness(out, filled.witness, &b);
	failed = b.failed;
	strbuf_free(&b);
	if (fflush(out) || ferror(out))
		return -EIO;
	return failed ? -ENOMEM : 0;
}
