/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The JSON document.  It is written piece by piece, one small tree after the
 * other, so that a million findings need no more memory than one; a finding
 * takes one line.  docs/schema/mdtcheck-1.json is its description.
 */
#include <string.h>

#include "report/json_finding.h"
#include "report/report.h"

/* ---- findings ------------------------------------------------------------------------------- */

static int write_findings(FILE *out, const struct finding_list *l)
{
	u32 i;
	int rc;

	fputs("  \"findings\": [", out);
	for (i = 0; l && i < l->count; i++) {
		struct piece p = finding_piece(l->items[i]);

		fputs(i ? ",\n    " : "\n    ", out);
		rc = piece_write(out, &p, false);
		if (rc)
			return rc;
	}
	fputs(i ? "\n  ]\n" : "]\n", out);
	return 0;
}

/* ---- the parts about the run --------------------------------------------------------------- */

static struct piece tool_piece(const struct report *r)
{
	struct piece p = piece_new();

	put_text(&p, "name", "mdtcheck");
	put_text(&p, "version", r->version);
	return p;
}

static void put_courtesy(struct piece *p, const struct report_courtesy *c)
{
	struct piece q = piece_new();

	piece_put(&q, "nice", json_integer(c->nice));
	put_text(&q, "cpu_class", c->cpu_idle ? "idle" : "unchanged");
	put_text(&q, "io_class", c->io_idle ? "idle" : "unchanged");
	put_count(&q, "rate", c->rate);
	put_count(&q, "rate_bytes", c->rate_bytes);
	put_count(&q, "pressure_percent", c->pressure);
	piece_put(&q, "waited_seconds", json_real(c->waited));
	piece_put(&q, "backed_off_seconds", json_real(c->backed_off));
	put_piece(p, "courtesy", &q);
}

static struct piece run_piece(const struct report *r)
{
	struct piece p = piece_new();
	json_t *phases = json_array();
	u32 i;

	put_name_or_null(&p, "command", r->command);
	put_time(&p, "started", (u64)r->started);
	put_time(&p, "finished", (u64)r->finished);
	piece_put(&p, "elapsed_seconds", json_real(r->elapsed));
	put_count(&p, "threads", r->threads);
	put_count(&p, "peak_rss_bytes", r->peak_rss);
	put_count(&p, "memory_limit_bytes", r->memory);
	put_count(&p, "passes", r->passes);
	put_courtesy(&p, &r->courtesy);
	for (i = 0; i < r->nphases; i++) {
		struct piece ph = piece_new();

		put_text(&ph, "name", r->phases[i].name);
		piece_put(&ph, "seconds", json_real(r->phases[i].seconds));
		append_piece(&p, phases, &ph);
	}
	piece_put(&p, "phases", phases);
	put_bool(&p, "cancelled", r->cancelled);
	put_count(&p, "exit_status", (u64)r->exit_status);
	return p;
}

static const char *kind_name(enum target_kind kind)
{
	switch (kind) {
	case TARGET_IMAGE:
		return "image";
	case TARGET_DEVICE:
		return "device";
	case TARGET_MIRROR:
		return "mirror";
	case TARGET_MDT:
		return "mdt";
	}
	return NULL;
}

static void put_geometry(struct piece *p, const struct geometry *g)
{
	char uuid[40], *s = uuid;
	u32 i;

	for (i = 0; i < 16; i++)
		s += sprintf(s, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
			     g->uuid[i]);
	put_text(p, "uuid", uuid);
	put_name_or_null(p, "label", g->label);
	put_count(p, "block_size", g->block_size);
	put_count(p, "inode_size", g->inode_size);
	put_count(p, "inodes", g->inodes_count);
	/* Read from the superblock, which may say anything. */
	put_u64(p, "blocks", g->blocks_count);
	put_bool(p, "dirdata", g->dirdata);
	put_bool(p, "needs_recovery", g->needs_recovery);
}

static void put_journal(struct piece *p, const struct journal_report *j)
{
	static const char *const state[] = {
		[JOURNAL_CLEAN] = "clean",
		[JOURNAL_OVERLAID] = "overlaid",
		[JOURNAL_IGNORED] = "ignored",
		[JOURNAL_DAMAGED] = "damaged",
	};
	struct piece q = piece_new();

	put_text(&q, "state", state[j->state]);
	put_count(&q, "transactions", j->transactions);
	put_count(&q, "blocks", j->blocks);
	put_count(&q, "revoked", j->revoked);
	put_name_or_null(&q, "reason", j->why);
	put_piece(p, "journal", &q);
}

static void put_cautions(struct piece *p, const struct target *t)
{
	json_t *list = json_array();

	for (u32 i = 0; i < t->ncautions; i++)
		piece_append(p, list, json_string(t->caution[i]));
	piece_put(p, "cautions", list);
}

static struct piece target_piece(const struct report *r)
{
	const struct target *t = r->target;
	struct piece p = piece_new();

	if (t) {
		put_text(&p, "kind", kind_name(t->kind));
		put_bool(&p, "live", t->live);
		put_name_or_null(&p, "path", t->path);
		put_name_or_null(&p, "mirror", t->mirror);
		put_name_or_null(&p, "mdt_mount", t->mdt_mount);
		put_name_or_null(&p, "service", t->svname);
		put_name_or_null(&p, "fstype", t->fstype);
		put_count(&p, "size_bytes", t->size);
		put_cautions(&p, t);
	}
	put_text(&p, "view", r->view);
	if (r->geometry)
		put_geometry(&p, r->geometry);
	if (r->journal)
		put_journal(&p, r->journal);
	if (r->env) {
		put_name_or_null(&p, "mdt_name", r->env->svname);
		piece_put(&p, "mdt_index", r->env->has_index ? json_integer(r->env->index) : json_null());
		put_count(&p, "oi_files", r->env->oi_count);
		put_count(&p, "oi_files_lost", r->env->oi_lost);
	}
	return p;
}

static struct piece rule_coverage_piece(const struct rule_coverage *c)
{
	struct piece p = piece_new(), reasons = piece_new();
	u32 i;

	put_count(&p, "checked", c->checked);
	put_count(&p, "violated", c->violated);
	put_count(&p, "not_covered", c->not_covered);
	for (i = 0; i < c->nreasons; i++)
		put_count(&reasons, c->reasons[i].why, c->reasons[i].count);
	put_piece(&p, "reasons", &reasons);
	return p;
}

static void put_rules_coverage(struct piece *p, const struct rule_coverage *rules)
{
	struct piece all = piece_new();
	const struct rule *table = rule_table(&(u32){ 0 });

	for (const struct rule *r = rules ? rule_next(NULL) : NULL; r; r = rule_next(r)) {
		struct piece one = rule_coverage_piece(&rules[r - table]);

		put_piece(&all, r->name, &one);
	}
	put_piece(p, "rules", &all);
}

static struct piece coverage_piece(const struct coverage *c)
{
	static const struct coverage nothing = {
		.incomplete = { "the run ended before it began" },
		.nincomplete = 1,
	};
	struct piece p = piece_new();
	json_t *reasons = json_array();
	u32 i;

	if (!c)
		c = &nothing;
	put_count(&p, "inodes_expected", c->inodes_expected);
	put_count(&p, "inodes_scanned", c->inodes_scanned);
	put_count(&p, "descriptors_used", c->descriptors_used);
	put_count(&p, "directories", c->directories);
	put_count(&p, "name_entries", c->name_entries);
	put_count(&p, "linkea_entries", c->linkea_entries);
	put_count(&p, "oi_mappings", c->oi_mappings);
	put_count(&p, "layouts", c->layouts);
	put_count(&p, "ost_objects", c->ost_objects);
	put_bool(&p, "complete", c->complete);
	for (i = 0; i < c->nincomplete; i++)
		piece_append(&p, reasons, json_string(c->incomplete[i]));
	piece_put(&p, "incomplete_reasons", reasons);
	put_rules_coverage(&p, c->rules);
	return p;
}

static const char *witness_name(enum witness_state s)
{
	switch (s) {
	case WITNESS_QUIET:
		return "quiet";
	case WITNESS_ACTIVE:
		return "active";
	default:
		return "unavailable";
	}
}

/* What the file system counts; null where it could not be read. */
static void put_counters(struct piece *p, const struct witness_result *w)
{
	static const char *const name[WITNESS_COUNTERS] = {
		[COUNT_SESSION_WRITE] = "session_write_kbytes",
		[COUNT_LIFETIME_WRITE] = "lifetime_write_kbytes",
		[COUNT_ERRORS] = "errors_count",
		[COUNT_TRANSACTIONS] = "journal_transactions",
	};
	struct piece all = piece_new();
	int i;

	for (i = 0; i < WITNESS_COUNTERS; i++) {
		struct piece one = piece_new();

		if (!w->counter[i].known) {
			json_decref(one.obj);
			piece_put(&all, name[i], json_null());
			continue;
		}
		put_count(&one, "before", w->counter[i].before);
		put_count(&one, "after", w->counter[i].after);
		put_piece(&all, name[i], &one);
	}
	put_piece(p, "counters", &all);
}

static void put_witness(struct piece *p, const struct witness_result *w)
{
	struct piece all = piece_new(), names = piece_new();
	json_t *first = json_array(), *watched = json_array();
	bool unchanged;
	u32 i;

	put_text(&all, "state", witness_name(w->state));
	put_text(&all, "reason", w->reason[0] ? w->reason : NULL);
	for (i = 0; i < w->nwatched; i++)
		piece_append(&all, watched, json_string(w->watched[i]));
	piece_put(&all, "watched", watched);
	put_count(&all, "events", w->events.count);
	put_count(&all, "lost", w->events.lost);
	for (i = 0; i < w->events.nnames; i++)
		put_count(&names, w->events.by_name[i].name, w->events.by_name[i].count);
	put_piece(&all, "by_event", &names);
	for (i = 0; i < w->events.nfirst; i++)
		piece_append(&all, first,
			     name_string(w->events.first[i], strlen(w->events.first[i]),
					 &unchanged));
	piece_put(&all, "first", first);
	put_counters(&all, w);
	put_piece(p, "witness", &all);
}

static void put_locks(struct piece *p, const struct lock_status *lock, u32 n)
{
	json_t *locks = json_array();
	u32 i;

	for (i = 0; i < n; i++) {
		struct piece l = piece_new();

		put_text(&l, "name", lock[i].name);
		put_text(&l, "status", lock[i].enforced ? "enforced" : "unavailable");
		put_text(&l, "reason", lock[i].reason);
		append_piece(p, locks, &l);
	}
	piece_put(p, "locks", locks);
}

static struct piece no_writes_piece(const struct report *r)
{
	struct piece p = piece_new();

	put_locks(&p, r->locks, r->nlocks);
	if (r->second && r->second->nlocks) {
		struct piece q = piece_new();

		put_locks(&q, r->second->locks, r->second->nlocks);
		put_piece(&p, "second_opinion", &q);
	}
	if (r->witness)
		put_witness(&p, r->witness);
	return p;
}

static struct piece severities_piece(const u64 counts[SEV_NR])
{
	struct piece p = piece_new();
	int s;

	for (s = SEV_ERROR; s >= SEV_INFO; s--)
		put_count(&p, severity_name((enum severity)s), counts[s]);
	return p;
}

static u64 sum_severities(const u64 counts[SEV_NR])
{
	return counts[SEV_INFO] + counts[SEV_WARNING] + counts[SEV_ERROR];
}

static void put_by_rule(struct piece *p, const struct finding_list *l)
{
	struct piece all = piece_new();
	const struct rule *table = rule_table(&(u32){ 0 });

	for (const struct rule *r = l->nrules ? rule_next(NULL) : NULL; r; r = rule_next(r)) {
		u64 primary = sum_severities(l->by_rule[r - table].primary);
		u64 caused = sum_severities(l->by_rule[r - table].caused);
		struct piece one;

		if (!primary && !caused)
			continue;
		one = piece_new();
		put_count(&one, "primary", primary);
		put_count(&one, "caused", caused);
		put_piece(&all, r->name, &one);
	}
	put_piece(p, "by_rule", &all);
}

static void put_opinions(struct piece *p, const struct report_second *s,
			 const struct finding_list *l)
{
	struct piece q = piece_new();
	u64 n[OPINION_NR];

	finding_list_opinions(l, n);
	put_text(&q, "unavailable", s->unavailable);
	put_count(&q, "agrees", n[OPINION_AGREES]);
	put_count(&q, "differs", n[OPINION_DIFFERS]);
	put_count(&q, "not_asked", n[OPINION_NOT_ASKED]);
	put_piece(p, "second_opinion", &q);
}

static struct piece summary_piece(const struct report *r)
{
	static const struct finding_list none;
	const struct finding_list *l = r->findings ? r->findings : &none;
	struct piece p = piece_new(), primary = severities_piece(l->total.primary);
	struct piece caused = severities_piece(l->total.caused);

	put_text(&p, "verdict", r->verdict);
	put_piece(&primary, "caused", &caused);
	put_piece(&p, "findings", &primary);
	put_by_rule(&p, l);
	put_count(&p, "transient", r->transient);
	put_count(&p, "unstable", r->unstable);
	put_count(&p, "listed", l->count);
	put_count(&p, "not_listed", l->dropped);
	put_count(&p, "not_grouped", l->ungrouped);
	if (r->second)
		put_opinions(&p, r->second, l);
	return p;
}

static int write_part(FILE *out, const char *key, struct piece p)
{
	int rc;

	fprintf(out, "  \"%s\": ", key);
	rc = piece_write(out, &p, true);
	fputs(",\n", out);
	return rc;
}

int report_json(FILE *out, const struct report *r)
{
	int rc;

	fputs("{\n  \"schema\": \"mdtcheck-1\",\n", out);
	rc = write_part(out, "tool", tool_piece(r));
	if (!rc)
		rc = write_part(out, "run", run_piece(r));
	if (!rc)
		rc = write_part(out, "target", target_piece(r));
	if (!rc)
		rc = write_part(out, "coverage", coverage_piece(r->coverage));
	if (!rc)
		rc = write_part(out, "no_writes", no_writes_piece(r));
	if (!rc)
		rc = write_part(out, "summary", summary_piece(r));
	if (!rc)
		rc = write_findings(out, r->findings);
	if (rc)
		return rc;
	fputs("}\n", out);
	return fflush(out) || ferror(out) ? -EIO : 0;
}

void report_prepare(void)
{
	/* The keys of our objects are our own: nobody can aim at one hash seed. */
	json_object_seed(1);
}
