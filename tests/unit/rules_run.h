/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs rules on a world, and holds what they say against what they announce. */
#ifndef MDTCHECK_TESTS_RULES_RUN_H
#define MDTCHECK_TESTS_RULES_RUN_H

#include "rules_world.h"
#include "suites.h"

struct sink {
	const struct rule *rule;
	const struct facts *f;
	struct finding fi;
	u32 findings, unknowns;
};

/* Does the space-separated list hold the word? */
static inline bool listed(const char *list, const char *word)
{
	size_t len = strlen(word);

	while (*list) {
		size_t n = strcspn(list, " ");

		if (n == len && !strncmp(list, word, n))
			return true;
		list += n;
		list += strspn(list, " ");
	}
	return false;
}

/* Every key is announced by the rule and stands once. */
static inline void check_evidence(const struct finding *fi)
{
	u32 i, k;

	for (i = 0; i < fi->nev; i++) {
		ck_assert_msg(listed(fi->rule->evidence, fi->ev[i].key), "%s: evidence %s",
			      fi->rule->name, fi->ev[i].key);
		for (k = 0; k < i; k++)
			ck_assert_msg(strcmp(fi->ev[i].key, fi->ev[k].key), "%s: %s twice",
				      fi->rule->name, fi->ev[i].key);
	}
	for (i = 0; i < fi->nwit; i++)
		ck_assert_ptr_nonnull(fi->wit[i].place);
}

static inline enum outcome run(const struct world *w, const char *name, struct sink *out)
{
	const struct rule *r = rule_by_name(name);
	struct sink sink = { .rule = r, .f = &w->f };
	enum outcome loud, quiet;

	ck_assert_msg(r != NULL, "no rule %s", name);
	loud = r->check(&w->f, &sink);
	quiet = r->check(&w->f, NULL);
	ck_assert_msg(loud == quiet, "%s: %d with a sink, %d without", name, loud, quiet);
	if (w->f.obj && r->needs & ~object_traits(w->f.obj))
		ck_assert_msg(loud == OUT_NA, "%s: %d without its traits", name, loud);
	if (loud == OUT_VIOLATED)
		ck_assert_uint_ge(sink.findings, 1);
	else
		ck_assert_uint_eq(sink.findings, 0);
	if (loud == OUT_UNKNOWN)
		ck_assert_uint_ge(sink.unknowns, 1);
	if (sink.findings)
		check_evidence(&sink.fi);
	if (out)
		*out = sink;
	return loud;
}

/*
 * What the scan goes by so that it need not ask every rule: one whose traits are not all there does
 * not apply, and where a screen says so each of its rules holds.
 */
static inline void scan_shortcuts(const struct env *env, const struct object *o)
{
	const struct facts f = { .env = env, .obj = o };
	u32 n, traits = object_traits(o);
	const struct rule *r = rule_table(&n);

	for (; n--; r++) {
		enum outcome out;

		if (r->class != RULE_RECORD)
			continue;
		out = r->check(&f, NULL);
		ck_assert_msg(!(r->needs & ~traits) || out == OUT_NA, "%s: %d without its traits",
			      r->name, out);
		if (r->screen && !(r->needs & ~traits) && r->screen(&f))
			ck_assert_msg(out == OUT_HOLDS, "%s: %d behind its screen", r->name, out);
	}
}

/* Of the rules about objects just those of the list are violated. */
static inline void only(const struct world *w, const char *violated)
{
	const struct rule *table;
	u32 n, i;

	scan_shortcuts(w->f.env, w->f.obj);
	table = rule_table(&n);
	for (i = 0; i < n; i++) {
		bool want = listed(violated, table[i].name), got;

		if (table[i].class == RULE_TARGET)
			continue;
		got = run(w, table[i].name, NULL) == OUT_VIOLATED;
		ck_assert_msg(want == got, "%s: %s", table[i].name,
			      got ? "violated" : "not violated");
	}
}

static inline void unknown(const struct world *w, const char *rule)
{
	only(w, w->o.ea_broken ? "ea-unreadable" : "");
	ck_assert_int_eq(run(w, rule, NULL), OUT_UNKNOWN);
}

static inline void verdict(const struct world *w, const char *rule, const char *want)
{
	struct sink sink;

	ck_assert_int_eq(run(w, rule, &sink), OUT_VIOLATED);
	ck_assert_ptr_nonnull(sink.fi.verdict);
	ck_assert_str_eq(sink.fi.verdict, want);
}

#endif
