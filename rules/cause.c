/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One cause, one finding: which findings follow from which.
 *
 * Damage in one place upsets all that is compared with it: a directory that lost
 * its LMA upsets its OI mapping, its name entry and the linkEA of every child.
 * The table says which rule's violation explains which other's, and how the two
 * must be joined.  Each kind of join is one sorted index over the causes and one
 * binary search per effect, so a million findings take a million searches.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "rules/rules.h"

/* What is said of an object's identity, and what its identity is compared with. */
#define IDENTITY(c)                                                                                \
	{ c, "oi-missing", SAME_OBJECT }, { c, "oi-fid-mismatch", SAME_OBJECT },                   \
		{ c, "oi-duplicate", SAME_OBJECT }, { c, "dirent-fid-mismatch", SAME_OBJECT },     \
		{ c, "lov-owner", SAME_OBJECT }, { c, "linkea-no-dirent", EFFECT_IN_DIR },         \
		{ c, "dirent-no-linkea", EFFECT_IN_DIR },                                          \
	{                                                                                          \
		c, "linkea-no-dirent", OTHER_FID_PARENT                                            \
	}

/* What else is compared with the FID of an object. */
#define FID_USERS(c)                                                                               \
	{ c, "fid-sequence", SAME_OBJECT }, { c, "fid-oid-width", SAME_OBJECT },                   \
		{ c, "rpd-name", SAME_OBJECT }, { c, "pending-name", SAME_OBJECT },                \
		{ c, "agent-attributes", SAME_OBJECT },                                            \
	{                                                                                          \
		c, "dotdot-fid", EFFECT_IN_DIR                                                     \
	}

/* A name that leads to the wrong place, and the object it should lead to. */
#define LOST_NAME(c)                                                                               \
	{ c, "linkea-no-dirent", SAME_NAME }, { c, "linkea-no-dirent", OTHER_FID },                \
		{ c, "nameless-file", OTHER_FID }, { c, "directory-unreachable", OTHER_FID },      \
	{                                                                                          \
		c, "nlink-file", OTHER_FID                                                         \
	}

/* Earlier rows win: the deepest causes come first. */
static const struct cause_row rows[] = {
	IDENTITY("lma-malformed"),
	IDENTITY("lma-unsupported"),
	IDENTITY("lma-fid-insane"),
	IDENTITY("lma-missing"),
	IDENTITY("fid-duplicate"),
	FID_USERS("lma-fid-insane"),
	FID_USERS("lma-missing"),
	FID_USERS("lma-malformed"),
	FID_USERS("lma-unsupported"),
	FID_USERS("fid-duplicate"),
	{ "fid-duplicate", "linkea-no-dirent", OTHER_INO_DIR },
	{ "fid-duplicate", "dirent-no-linkea", OTHER_INO_DIR },

	{ "oi-misrouted", "oi-missing", SAME_OBJECT },
	{ "oi-misrouted", "oi-duplicate", SAME_OBJECT },
	{ "oi-misrouted", "oi-dangling", SAME_OBJECT },
	{ "oi-misrouted", "oi-fid-mismatch", SAME_OBJECT },
	{ "oi-misrouted", "oi-missing", OTHER_FID },

	/* Both sides lead to an object that is gone: the name is what clients see of it. */
	{ "dirent-malformed", "dirent-dangling", SAME_NAME },
	{ "dirent-name-duplicate", "dirent-dangling", SAME_NAME },
	{ "dirent-dangling", "oi-dangling", SAME_OBJECT },
	LOST_NAME("dirent-dangling"),
	{ "dirent-dangling", "linkea-no-dirent", OTHER_FID_PARENT },

	{ "oi-fid-mismatch", "oi-missing", SAME_OBJECT },
	{ "oi-fid-mismatch", "dirent-fid-mismatch", SAME_OBJECT },
	{ "oi-fid-mismatch", "lov-owner", SAME_OBJECT },
	{ "oi-fid-mismatch", "linkea-no-dirent", EFFECT_IN_DIR },
	{ "oi-fid-mismatch", "dirent-no-linkea", EFFECT_IN_DIR },
	{ "oi-fid-mismatch", "linkea-no-dirent", OTHER_FID_PARENT },
	FID_USERS("oi-fid-mismatch"),
	/* A real object that is taken for an agent. */
	{ "agent-attributes", "linkea-no-dirent", EFFECT_IN_DIR },
	{ "agent-attributes", "dirent-no-linkea", EFFECT_IN_DIR },
	{ "agent-attributes", "fid-duplicate", OTHER_INO },
	/* Children of a directory whose FID is another server's seem to have remote parents. */
	{ "fid-sequence", "remote-parent-mismatch", OWN_FID_PARENT },
	{ "rpd-name", "directory-unreachable", SAME_OBJECT },
	{ "oi-fid-mismatch", "oi-missing", OTHER_FID },
	{ "oi-duplicate", "oi-missing", OTHER_FID },
	{ "oi-dangling", "oi-missing", OTHER_FID },

	{ "dirent-malformed", "linkea-no-dirent", EFFECT_IN_DIR },
	{ "dirent-malformed", "dirent-no-linkea", EFFECT_IN_DIR },
	{ "dirent-malformed", "nlink-directory", SAME_OBJECT },
	{ "dirent-malformed", "dirent-name-duplicate", SAME_OBJECT },
	{ "dirent-malformed", "linkea-no-dirent", SAME_NAME },
	{ "dirent-malformed", "dirent-no-linkea", SAME_NAME },
	{ "dirent-malformed", "dirent-fid-mismatch", SAME_NAME },
	{ "dirent-malformed", "dirent-type", SAME_NAME },

	{ "dirent-name-invalid", "linkea-no-dirent", SAME_OBJECT },
	{ "dirent-name-invalid", "dirent-no-linkea", SAME_NAME },

	{ "dirent-name-duplicate", "dirent-fid-mismatch", SAME_NAME },
	{ "dirent-name-duplicate", "directory-linked-twice", SAME_NAME },
	{ "dirent-name-duplicate", "dirent-no-linkea", SAME_NAME },
	{ "dirent-name-duplicate", "linkea-no-dirent", SAME_NAME },
	{ "dirent-name-duplicate", "nlink-directory", SAME_OBJECT },
	/* The second entry was another's, which is now missing. */
	{ "dirent-name-duplicate", "linkea-no-dirent", EFFECT_IN_DIR },

	LOST_NAME("dirent-fid-mismatch"),
	{ "dirent-fid-mismatch", "directory-linked-twice", SAME_NAME },
	{ "dirent-fid-mismatch", "dirent-no-linkea", SAME_NAME },
	{ "dirent-fid-mismatch", "dirent-type", SAME_NAME },
	{ "dirent-fid-mismatch", "nlink-file", SAME_OBJECT },

	{ "directory-linked-twice", "dirent-no-linkea", SAME_OBJECT },
	{ "directory-linked-twice", "dotdot-mismatch", SAME_OBJECT },
	{ "directory-linked-twice", "nlink-directory", CAUSE_IN_DIR },

	{ "linkea-malformed", "dirent-no-linkea", SAME_OBJECT },
	{ "linkea-malformed", "linkea-no-dirent", SAME_OBJECT },
	{ "linkea-malformed", "nlink-file", SAME_OBJECT },
	{ "linkea-missing", "dirent-no-linkea", SAME_OBJECT },
	{ "linkea-missing", "nlink-file", SAME_OBJECT },
	{ "linkea-directory-many", "linkea-no-dirent", SAME_OBJECT },
	{ "linkea-directory-many", "dirent-no-linkea", SAME_OBJECT },
	{ "linkea-duplicate", "linkea-no-dirent", SAME_OBJECT },
	{ "linkea-duplicate", "dirent-no-linkea", SAME_OBJECT },
	{ "linkea-duplicate", "nlink-file", SAME_OBJECT },

	{ "linkea-malformed", "remote-parent-mismatch", SAME_OBJECT },
	{ "linkea-missing", "remote-parent-mismatch", SAME_OBJECT },
	{ "directory-unreachable", "remote-parent-mismatch", SAME_OBJECT },
	{ "directory-linked-twice", "remote-parent-mismatch", SAME_OBJECT },
	{ "dirent-no-linkea", "remote-parent-mismatch", SAME_OBJECT },
	{ "linkea-no-dirent", "remote-parent-mismatch", SAME_OBJECT },
	{ "linkea-directory-many", "remote-parent-mismatch", SAME_OBJECT },
	{ "linkea-no-dirent", "dirent-no-linkea", SAME_OBJECT },
	{ "linkea-no-dirent", "nameless-file", SAME_OBJECT },
	{ "linkea-no-dirent", "directory-unreachable", SAME_OBJECT },
	{ "linkea-no-dirent", "nlink-file", SAME_OBJECT },
	{ "linkea-no-dirent", "nlink-directory", CAUSE_DIR_IN_DIR },
	/* A name that leads to the wrong inode, where name entries hold no FIDs. */
	{ "dirent-no-linkea", "linkea-no-dirent", SAME_NAME_ELSEWHERE },
	{ "dirent-no-linkea", "dirent-type", SAME_NAME },
	{ "dirent-no-linkea", "dotdot-mismatch", SAME_NAME },
	{ "dirent-no-linkea", "nlink-file", SAME_OBJECT },
	{ "dirent-no-linkea", "nlink-directory", CAUSE_DIR_IN_DIR },

	{ "dirent-type", "nlink-directory", CAUSE_IN_DIR },
	/* The inode has changed its type: what it was before is lost. */
	{ "dirent-type", "nlink-file", SAME_OBJECT },
	{ "dirent-type", "nlink-directory", SAME_OBJECT },
	{ "dirent-type", "dirent-malformed", SAME_OBJECT },
	{ "dirent-type", "linkea-no-dirent", OWN_FID_PARENT },
	{ "directory-unreachable", "nlink-directory", CAUSE_IN_DIR },
	{ "dotdot-mismatch", "directory-loop", SAME_OBJECT },
	{ "directory-loop", "directory-loop", EFFECT_IN_DIR },

	{ "lov-component", "lov-stripe-size", SAME_OBJECT },
	{ "lov-component", "lov-stripe-count", SAME_OBJECT },
	{ "lov-object-shared", "lov-owner", SAME_OBJECT },
	{ "lov-object-shared", "lov-owner", OTHER_INO },
};

const struct cause_row *cause_rows(u32 *count)
{
	*count = ARRAY_SIZE(rows);
	return rows;
}

/* ---- keys ---------------------------------------------------------------------------------- */

#define RULE_NONE 0xff

/* What a cause is looked up by. */
enum key_kind { KEY_INO, KEY_PARENT, KEY_NAME, KEY_FID, KEY_OWN_FID, KEY_OTHER_INO, KEY_NR };

/* A row with the rules as numbers. */
struct row {
	u8 cause, effect;
	u8 relation;
};

struct key {
	u64 a, b;  /* what is joined; both 0: nothing */
	u32 rule;
	u32 item;
};

struct grouping {
	struct cause_item *items;
	u32 n;
	struct row rows[ARRAY_SIZE(rows)];
	u8 *rule;     /* number of each item's rule */
	u32 *rank;    /* row that made each item's cause; no row: beyond the last */
	struct key *index;
	u32 nindex;
};

/* The number of a rule: its place in the table of rules. */
static u8 rule_number(const char *name)
{
	const struct rule *table;
	u32 n, i;

	table = rule_table(&n);
	/* Findings usually carry the very string of the table. */
	for (i = 0; i < n; i++)
		if (table[i].name == name)
			return (u8)i;
	for (i = 0; i < n; i++)
		if (!strcmp(table[i].name, name))
			return (u8)i;
	return RULE_NONE;
}

static enum key_kind kind_of(enum cause_relation relation)
{
	switch (relation) {
	case SAME_OBJECT:
	case EFFECT_IN_DIR:
		return KEY_INO;
	case CAUSE_IN_DIR:
	case CAUSE_DIR_IN_DIR:
		return KEY_PARENT;
	case SAME_NAME:
	case SAME_NAME_ELSEWHERE:
		return KEY_NAME;
	case OTHER_FID:
	case OTHER_FID_PARENT:
		return KEY_FID;
	case OWN_FID_PARENT:
		return KEY_OWN_FID;
	case OTHER_INO:
	case OTHER_INO_DIR:
		return KEY_OTHER_INO;
	}
	return KEY_NR;
}

static struct key fid_key(const struct fid *fid)
{
	return (struct key){ .a = fid->seq, .b = (u64)fid->oid << 32 | fid->ver };
}

static struct key cause_key(const struct cause_item *it, enum key_kind kind)
{
	switch (kind) {
	case KEY_INO:
		return (struct key){ .a = it->ino };
	case KEY_PARENT:
		return (struct key){ .a = it->parent_ino };
	case KEY_NAME:
		return (struct key){ .a = it->name_key };
	case KEY_FID:
		return fid_key(&it->other_fid);
	case KEY_OWN_FID:
		return fid_key(&it->fid);
	case KEY_OTHER_INO:
		return (struct key){ .a = it->other_ino };
	case KEY_NR:
		break;
	}
	return (struct key){ .a = 0 };
}

static struct key effect_key(const struct cause_item *it, enum cause_relation relation)
{
	switch (relation) {
	case EFFECT_IN_DIR:
	case OTHER_INO_DIR:
		return (struct key){ .a = it->parent_ino };
	case SAME_NAME:
	case SAME_NAME_ELSEWHERE:
		return (struct key){ .a = it->name_key };
	case OTHER_FID:
		return fid_key(&it->fid);
	case OTHER_FID_PARENT:
	case OWN_FID_PARENT:
		return fid_key(&it->parent_fid);
	case SAME_OBJECT:
	case CAUSE_IN_DIR:
	case CAUSE_DIR_IN_DIR:
	case OTHER_INO:
		break;
	}
	return (struct key){ .a = it->ino };
}

static int key_cmp(const void *pa, const void *pb)
{
	const struct key *a = pa;
	const struct key *b = pb;

	if (a->a != b->a)
		return a->a < b->a ? -1 : 1;
	if (a->b != b->b)
		return a->b < b->b ? -1 : 1;
	if (a->rule != b->rule)
		return a->rule < b->rule ? -1 : 1;
	return (a->item > b->item) - (a->item < b->item);
}

/* ---- joining ------------------------------------------------------------------------------- */

static void index_build(struct grouping *g, enum key_kind kind)
{
	u32 i;

	g->nindex = 0;
	for (i = 0; i < g->n; i++) {
		struct key k = cause_key(&g->items[i], kind);

		if ((!k.a && !k.b) || g->rule[i] == RULE_NONE)
			continue;
		k.rule = g->rule[i];
		k.item = i;
		g->index[g->nindex++] = k;
	}
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
	const struct cause_item *c = &g->items[cause];

	if (cause == effect)
		return false;
	if (relation == SAME_NAME_ELSEWHERE)
		return c->ino != g->items[effect].ino;
	if (relation == CAUSE_DIR_IN_DIR)
		return !c->mode || S_ISDIR(c->mode);
	return true;
}

/* So many causes with one key are looked at for one that fits. */
#define TRY_MAX 64

static void join(struct grouping *g, u32 effect, u32 row)
{
	enum cause_relation relation = g->rows[row].relation;
	struct key want = effect_key(&g->items[effect], relation);
	u32 at, tries;

	if (!want.a && !want.b)
		return;
	want.rule = g->rows[row].cause;
	at = index_find(g, &want);
	for (tries = 0; at < g->nindex && tries < TRY_MAX; at++, tries++) {
		const struct key *k = &g->index[at];

		if (k->a != want.a || k->b != want.b || k->rule != want.rule)
			return;
		if (!explains(g, k->item, effect, relation))
			continue;
		g->items[effect].cause = k->item;
		g->rank[effect] = row;
		return;
	}
}

/* All rows that join by this kind of key. */
static void join_all(struct grouping *g, enum key_kind kind)
{
	u32 i, row;

	index_build(g, kind);
	for (i = 0; i < g->n; i++)
		for (row = 0; row < g->rank[i]; row++)
			if (g->rows[row].effect == g->rule[i] &&
			    kind_of(g->rows[row].relation) == kind)
				join(g, i, row);
}

/* ---- roots --------------------------------------------------------------------------------- */

/* The lowest item of the cycle that item is on becomes its root. */
static void cut_cycle(struct cause_item *items, s64 item)
{
	s64 low = item;
	s64 i;

	for (i = items[item].cause; i != item; i = items[i].cause)
		if (i < low)
			low = i;
	items[low].cause = -1;
}

/* mark is zeroed scratch; afterwards every chain ends. */
static void cut_cycles(struct cause_item *items, u32 n, u32 *mark)
{
	u32 i;

	for (i = 0; i < n; i++) {
		s64 at = i;

		while (at >= 0 && !mark[at]) {
			mark[at] = i + 1;
			at = items[at].cause;
		}
		if (at >= 0 && mark[at] == i + 1)
			cut_cycle(items, at);
	}
}

/* Makes every item of the chain point to its end; later walks are short then. */
static void point_to_root(struct cause_item *items, u32 item)
{
	s64 root = item;
	s64 at = item;

	while (items[root].cause >= 0)
		root = items[root].cause;
	while (at != root) {
		s64 next = items[at].cause;

		items[at].cause = root;
		at = next;
	}
}

static bool grouping_init(struct grouping *g, struct cause_item *items, u32 n)
{
	u32 i;

	*g = (struct grouping){
		.items = items,
		.n = n,
		.rule = malloc(n),
		.rank = malloc(n * sizeof(*g->rank)),
		.index = malloc(n * sizeof(*g->index)),
	};
	if (!g->rule || !g->rank || !g->index)
		return false;
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		g->rows[i] = (struct row){
			.cause = rule_number(rows[i].cause),
			.effect = rule_number(rows[i].effect),
			.relation = (u8)rows[i].relation,
		};
	for (i = 0; i < n; i++) {
		g->rule[i] = rule_number(items[i].rule);
		g->rank[i] = ARRAY_SIZE(rows);
	}
	return true;
}

void cause_group(struct cause_item *items, u32 n)
{
	struct grouping g;
	u32 kind, i;

	for (i = 0; i < n; i++)
		items[i].cause = -1;
	if (!n)
		return;
	if (grouping_init(&g, items, n)) {
		for (kind = 0; kind < KEY_NR; kind++)
			join_all(&g, kind);
		memset(g.rank, 0, n * sizeof(*g.rank));
		cut_cycles(items, n, g.rank);
		for (i = 0; i < n; i++)
			point_to_root(items, i);
	}
	free(g.rule);
	free(g.rank);
	free(g.index);
}
