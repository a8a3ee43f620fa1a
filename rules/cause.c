/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One cause, one finding: which findings follow from which, by the table of causes.
 *
 * Each kind of join is one sorted index over the causes and one binary search per
 * effect, so a million findings take a million searches.
 */
#include <stdlib.h>
#include <string.h>

#include "rules/rules.h"

/* ---- keys ---------------------------------------------------------------------------------- */

#define RULE_NONE 0xff

/* What a cause is looked up by. */
enum key_kind {
	KEY_ALL, /* first: see index_build() */
	KEY_OI,
	KEY_INO,
	KEY_PARENT,
	KEY_NAME,
	KEY_FID,
	KEY_OWN_FID,
	KEY_OTHER_INO,
	KEY_NR
};

/* A row with the rules as numbers, and whether findings of both are there. */
struct row {
	u8 cause, effect;
	u8 relation;
	bool live;
};

struct key {
	u64 what; /* what is joined; 0: nothing */
	u32 rule;
	u32 item;
};

struct grouping {
	const struct finding_join *items;
	u32 n;
	struct row rows[CAUSE_ROWS_MAX];
	u32 nrows;
	u32 *cause; /* out */
	u16 *rank;  /* row that made each item's cause; no row: beyond the last */
	struct key *index;
	u32 nindex;
};

/* The number of a rule: its place in the table of rules. */
static u8 rule_number(const char *name)
{
	const struct rule *rule = rule_by_name(name);

	return rule ? (u8)(rule - rule_table(&(u32){ 0 })) : RULE_NONE;
}

static enum key_kind kind_of(enum cause_relation relation)
{
	switch (relation) {
	case SAME_OBJECT:
	case EFFECT_IN_DIR:
	case IN_DIR_BY_OTHER_FID:
		return KEY_INO;
	case CAUSE_IN_DIR:
	case CAUSE_DIR_IN_DIR:
		return KEY_PARENT;
	case SAME_NAME:
	case SAME_NAME_ELSEWHERE:
		return KEY_NAME;
	case OTHER_FID:
	case OTHER_FID_PARENT:
	case NAMED_OTHER_FID_PARENT:
		return KEY_FID;
	case OWN_FID_PARENT:
		return KEY_OWN_FID;
	case OTHER_INO:
	case OTHER_INO_DIR:
		return KEY_OTHER_INO;
	case SAME_OI_FILE:
		return KEY_OI;
	case WHOLE_TARGET:
		return KEY_ALL;
	}
	return KEY_NR;
}

static u64 cause_key(const struct finding_join *it, enum key_kind kind)
{
	switch (kind) {
	case KEY_INO:
		return it->ino;
	case KEY_PARENT:
		return it->parent_ino;
	case KEY_NAME:
		return it->name_key;
	case KEY_FID:
		return it->other_fid;
	case KEY_OWN_FID:
		return it->fid;
	case KEY_OTHER_INO:
		return it->other_ino;
	case KEY_OI:
		return it->oi;
	case KEY_ALL:
		return 1;
	case KEY_NR:
		break;
	}
	return 0;
}

static u64 effect_key(const struct finding_join *it, enum cause_relation relation)
{
	switch (relation) {
	case EFFECT_IN_DIR:
	case IN_DIR_BY_OTHER_FID:
	case OTHER_INO_DIR:
		return it->parent_ino;
	case SAME_NAME:
	case SAME_NAME_ELSEWHERE:
		return it->name_key;
	case OTHER_FID:
		return it->fid;
	case OTHER_FID_PARENT:
	case NAMED_OTHER_FID_PARENT:
	case OWN_FID_PARENT:
		return it->parent_fid;
	case SAME_OI_FILE:
		return it->oi;
	case WHOLE_TARGET:
		return 1;
	case SAME_OBJECT:
	case CAUSE_IN_DIR:
	case CAUSE_DIR_IN_DIR:
	case OTHER_INO:
		break;
	}
	return it->ino;
}

static int key_cmp(const void *pa, const void *pb)
{
	const struct key *a = pa;
	const struct key *b = pb;

	if (a->what != b->what)
		return a->what < b->what ? -1 : 1;
	if (a->rule != b->rule)
		return a->rule < b->rule ? -1 : 1;
	return (a->item > b->item) - (a->item < b->item);
}

/* ---- joining ------------------------------------------------------------------------------- */

/* Does the row join findings that are there, by this kind of key? */
static bool joins_by(const struct row *row, enum key_kind kind)
{
	return row->live && kind_of(row->relation) == kind;
}

/* Where all mappings are stale, a stale one says nothing of its object. */
static bool says_nothing(const struct grouping *g, u32 item)
{
	return g->cause[item] != CAUSE_NONE && g->rows[g->rank[item]].relation == WHOLE_TARGET;
}

static void index_build(struct grouping *g, enum key_kind kind)
{
	bool wanted[RULE_NONE + 1] = { false };
	u32 i;

	for (i = 0; i < g->nrows; i++)
		if (joins_by(&g->rows[i], kind))
			wanted[g->rows[i].cause] = true;
	g->nindex = 0;
	for (i = 0; i < g->n; i++) {
		u64 what = cause_key(&g->items[i], kind);

		if (what && wanted[g->items[i].rule] && !says_nothing(g, i))
			g->index[g->nindex++] = (struct key){ what, g->items[i].rule, i };
	}
	_Static_assert(sizeof(*g->rank) + 2 * sizeof(*g->index) <= CAUSE_BYTES_PER_ITEM,
		       "qsort() takes memory for a second copy");
	qsort(g->index, g->nindex, sizeof(*g->index), key_cmp);
}

/* First place in the index that is not before want. */
static u32 index_find(const struct grouping *g, const struct key *want)
{
	u32 from = 0, to = g->nindex;

	while (from < to) {
		u32 mid = from + (to - from) / 2;

		if (key_cmp(&g->index[mid], want) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

static bool explains(const struct grouping *g, u32 cause, u32 effect, enum cause_relation relation)
{
	const struct finding_join *c = &g->items[cause];

	if (cause == effect)
		return false;
	if (relation == SAME_NAME_ELSEWHERE)
		return c->ino != g->items[effect].ino;
	if (relation == IN_DIR_BY_OTHER_FID)
		return !c->fid || c->fid != g->items[effect].parent_fid;
	/* A directory's identity hides no name: the object must have the one it speaks of. */
	if (relation == NAMED_OTHER_FID_PARENT)
		return g->items[effect].other_ino;
	if (relation == CAUSE_DIR_IN_DIR)
		return c->is_dir || !c->is_known;
	return true;
}

/* So many causes with one key are looked at for one that fits. */
#define TRY_MAX 64

static void join(struct grouping *g, u32 effect, u32 row)
{
	enum cause_relation relation = g->rows[row].relation;
	struct key want = { effect_key(&g->items[effect], relation), g->rows[row].cause, 0 };
	u32 at, tries;

	if (!want.what)
		return;
	at = index_find(g, &want);
	for (tries = 0; at < g->nindex && tries < TRY_MAX; at++, tries++) {
		const struct key *k = &g->index[at];

		if (k->what != want.what || k->rule != want.rule)
			return;
		if (!explains(g, k->item, effect, relation))
			continue;
		g->cause[effect] = k->item;
		g->rank[effect] = (u16)row;
		return;
	}
}

/* All rows that join by this kind of key. */
static void join_all(struct grouping *g, enum key_kind kind)
{
	u16 row[CAUSE_ROWS_MAX];
	u32 n = 0, i, j;

	for (i = 0; i < g->nrows; i++)
		if (joins_by(&g->rows[i], kind))
			row[n++] = (u16)i;
	if (n)
		index_build(g, kind);
	for (i = 0; n && i < g->n; i++)
		for (j = 0; j < n && row[j] < g->rank[i]; j++)
			if (g->rows[row[j]].effect == g->items[i].rule)
				join(g, i, row[j]);
}

/* ---- roots --------------------------------------------------------------------------------- */

/* The lowest item of the cycle that item is on becomes its root. */
static void cut_cycle(u32 *cause, u32 item)
{
	u32 low = item;
	u32 i;

	for (i = cause[item]; i != item; i = cause[i])
		if (i < low)
			low = i;
	cause[low] = CAUSE_NONE;
}

/* mark is zeroed scratch; afterwards every chain ends. */
static void cut_cycles(u32 *cause, u32 n, u32 *mark)
{
	u32 i;

	for (i = 0; i < n; i++) {
		u32 at = i;

		while (at != CAUSE_NONE && !mark[at]) {
			mark[at] = i + 1;
			at = cause[at];
		}
		if (at != CAUSE_NONE && mark[at] == i + 1)
			cut_cycle(cause, at);
	}
}

/* Makes every item of the chain point to its end; later walks are short then. */
static void point_to_root(u32 *cause, u32 item)
{
	u32 root = item;
	u32 at = item;

	while (cause[root] != CAUSE_NONE)
		root = cause[root];
	while (at != root) {
		u32 next = cause[at];

		cause[at] = root;
		at = next;
	}
}

static void rows_init(struct grouping *g)
{
	const struct cause_row *rows = cause_rows(&g->nrows);
	bool found[RULE_NONE + 1] = { false };
	u32 i;

	for (i = 0; i < g->n; i++)
		found[g->items[i].rule] = true;
	for (i = 0; i < g->nrows; i++) {
		struct row *row = &g->rows[i];

		*row = (struct row){
			.cause = rule_number(rows[i].cause),
			.effect = rule_number(rows[i].effect),
			.relation = (u8)rows[i].relation,
		};
		row->live = found[row->cause] && found[row->effect];
	}
}

static int grouping_init(struct grouping *g)
{
	u32 i;

	g->rank = malloc(g->n * sizeof(*g->rank));
	g->index = malloc(g->n * sizeof(*g->index));
	if (!g->rank || !g->index)
		return -ENOMEM;
	rows_init(g);
	for (i = 0; i < g->n; i++)
		g->rank[i] = (u16)g->nrows;
	return 0;
}

static void find_roots(struct grouping *g)
{
	u32 *mark = (u32 *)g->index;
	u32 i;

	_Static_assert(sizeof(*g->index) >= sizeof(u32), "the index is scratch for the marks");
	memset(mark, 0, g->n * sizeof(*mark));
	cut_cycles(g->cause, g->n, mark);
	for (i = 0; i < g->n; i++)
		point_to_root(g->cause, i);
}

int cause_group(const struct finding_join *items, u32 n, u32 *cause)
{
	struct grouping g = { .items = items, .n = n, .cause = cause };
	u32 kind, i;
	int rc;

	for (i = 0; i < n; i++)
		cause[i] = CAUSE_NONE;
	if (!n)
		return 0;
	rc = grouping_init(&g);
	if (!rc) {
		for (kind = 0; kind < KEY_NR; kind++)
			join_all(&g, kind);
		find_roots(&g);
	}
	free(g.rank);
	free(g.index);
	return rc;
}
