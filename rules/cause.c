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

#include "rules/rules.h"

/* What is said of an object's identity, and what its identity is compared with. */
#define IDENTITY(c)                                                                                \
	{ c, "oi-missing", SAME_OBJECT }, { c, "oi-fid-mismatch", SAME_OBJECT },                   \
		{ c, "oi-duplicate", SAME_OBJECT }, { c, "dirent-fid-mismatch", SAME_OBJECT },     \
		{ c, "lov-owner", SAME_OBJECT }, { c, "lmv-shard-name", SAME_OBJECT },             \
		{ c, "linkea-no-dirent", IN_DIR_BY_OTHER_FID },                                    \
		{ c, "dirent-no-linkea", EFFECT_IN_DIR },                                          \
	{                                                                                          \
		c, "linkea-no-dirent", NAMED_OTHER_FID_PARENT                                      \
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
	/* A whole OI file, or all of them. */
	{ "oi-restored", "oi-missing", WHOLE_TARGET },
	{ "oi-restored", "oi-dangling", WHOLE_TARGET },
	{ "oi-restored", "oi-generation", WHOLE_TARGET },
	{ "oi-restored", "oi-fid-mismatch", WHOLE_TARGET },
	{ "oi-restored", "oi-duplicate", WHOLE_TARGET },
	{ "oi-file-lost", "oi-missing", SAME_OI_FILE },
	{ "oi-file-lost", "dirent-dangling", SAME_NAME },

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
	/* Which of the two is the wrong one may not be known. */
	{ "fid-duplicate", "oi-missing", OTHER_INO },
	{ "fid-duplicate", "oi-fid-mismatch", OTHER_INO },
	{ "fid-duplicate", "dirent-fid-mismatch", OTHER_INO },
	{ "fid-duplicate", "lov-owner", OTHER_INO },
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
	{ "dirent-dangling", "directory-unreachable", OTHER_FID_PARENT },

	{ "oi-fid-mismatch", "oi-missing", SAME_OBJECT },
	{ "oi-fid-mismatch", "dirent-fid-mismatch", SAME_OBJECT },
	{ "oi-fid-mismatch", "lov-owner", SAME_OBJECT },
	{ "oi-fid-mismatch", "lmv-shard-name", SAME_OBJECT },
	{ "oi-fid-mismatch", "linkea-no-dirent", IN_DIR_BY_OTHER_FID },
	{ "oi-fid-mismatch", "dirent-no-linkea", EFFECT_IN_DIR },
	{ "oi-fid-mismatch", "linkea-no-dirent", NAMED_OTHER_FID_PARENT },
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
	{ "dirent-name-duplicate", "directory-unreachable", EFFECT_IN_DIR },

	/* What stands in a master decides how its shards are judged. */
	{ "dirent-malformed", "lmv-shard-missing", SAME_OBJECT },
	{ "dirent-fid-mismatch", "lmv-shard-name", SAME_NAME },
	{ "dirent-type", "lmv-name-in-master", SAME_NAME },
	{ "dirent-type", "lmv-shard-missing", CAUSE_IN_DIR },
	{ "lmv-index", "lmv-shard-name", SAME_OBJECT },
	{ "lmv-index", "lmv-shard-mismatch", SAME_OBJECT },
	{ "lmv-shard-name", "lmv-shard-name", CAUSE_IN_DIR },
	{ "lmv-shard-name", "lmv-shard-missing", CAUSE_IN_DIR },
	{ "lmv-shard-name", "lmv-shard-missing", SAME_OBJECT },
	{ "lmv-shard-name", "linkea-no-dirent", SAME_OBJECT },
	{ "lmv-shard-name", "dirent-no-linkea", SAME_OBJECT },
	{ "lmv-name-in-master", "dirent-no-linkea", SAME_NAME },
	{ "lmv-name-in-master", "linkea-no-dirent", SAME_OBJECT },
	{ "lmv-name-misplaced", "dirent-no-linkea", SAME_NAME },
	{ "lmv-name-misplaced", "linkea-no-dirent", SAME_OBJECT },
	{ "linkea-no-dirent", "lmv-shard-missing", CAUSE_DIR_IN_DIR },
	/* The master counts one shard too many: all others disagree. */
	{ "lmv-shard-missing", "lmv-shard-mismatch", EFFECT_IN_DIR },

	LOST_NAME("dirent-fid-mismatch"),
	{ "dirent-fid-mismatch", "linkea-no-dirent", NAMED_OTHER_FID_PARENT },
	{ "dirent-fid-mismatch", "dotdot-fid", EFFECT_IN_DIR },
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
	{ "linkea-no-dirent", "nlink-file", SAME_OBJECT },
	{ "linkea-no-dirent", "nlink-directory", CAUSE_DIR_IN_DIR },
	/* A name that leads to the wrong inode, where name entries hold no FIDs. */
	{ "dirent-no-linkea", "linkea-no-dirent", SAME_NAME_ELSEWHERE },
	{ "dirent-no-linkea", "directory-unreachable", SAME_NAME_ELSEWHERE },
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
	{ "dirent-type", "directory-unreachable", OWN_FID_PARENT },
	/* A directory that has lost its name: what is below it has names, and is well. */
	{ "directory-unreachable", "linkea-no-dirent", SAME_OBJECT },
	{ "directory-unreachable", "nlink-directory", CAUSE_IN_DIR },
	{ "dotdot-mismatch", "directory-loop", SAME_OBJECT },
	{ "directory-loop", "directory-loop", EFFECT_IN_DIR },

	{ "dirent-type", "lov-misplaced", SAME_OBJECT },
	{ "dirent-type", "lov-missing", SAME_OBJECT },
	{ "dirent-type", "lov-template", SAME_OBJECT },

	{ "lov-component", "lov-mirror", SAME_OBJECT },
	{ "lov-component", "lov-dom", SAME_OBJECT },
	{ "lov-unsupported", "lov-mirror", SAME_OBJECT },
	/* Of an object that cannot be, nothing that is compared with it fits. */
	{ "lov-stripe-count", "lov-ost-unknown", SAME_OBJECT },
	{ "lov-stripe-count", "lov-object-sequence", SAME_OBJECT },
	{ "lov-stripe-count", "lov-object-future", SAME_OBJECT },
	{ "lov-ost-unknown", "lov-object-sequence", SAME_OBJECT },
	{ "lov-object-sequence", "lov-object-future", SAME_OBJECT },
	{ "hsm-flags", "lov-hsm-released", SAME_OBJECT },
	{ "lov-component", "lov-stripe-size", SAME_OBJECT },
	{ "lov-component", "lov-stripe-count", SAME_OBJECT },
	{ "lov-object-shared", "lov-owner", SAME_OBJECT },
	{ "lov-object-shared", "lov-owner", OTHER_INO },

	/* A state file that is no more; a FLD that errs, errs about all FIDs. */
	{ "dirent-dangling", "server-state-unreadable", SAME_OBJECT },
	{ "fld-overlap", "fid-sequence", WHOLE_TARGET },
	{ "fld-overlap", "lov-object-sequence", WHOLE_TARGET },
};

const struct cause_row *cause_rows(u32 *count)
{
	*count = ARRAY_SIZE(rows);
	return rows;
}

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
	struct row rows[ARRAY_SIZE(rows)];
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

	for (i = 0; i < ARRAY_SIZE(g->rows); i++)
		if (joins_by(&g->rows[i], kind))
			wanted[g->rows[i].cause] = true;
	g->nindex = 0;
	for (i = 0; i < g->n; i++) {
		u64 what = cause_key(&g->items[i], kind);

		if (what && wanted[g->items[i].rule] && !says_nothing(g, i))
			g->index[g->nindex++] = (struct key){ what, g->items[i].rule, i };
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
	u16 row[ARRAY_SIZE(rows)];
	u32 n = 0, i, j;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
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
	bool found[RULE_NONE + 1] = { false };
	u32 i;

	for (i = 0; i < g->n; i++)
		found[g->items[i].rule] = true;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
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
		g->rank[i] = ARRAY_SIZE(rows);
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
