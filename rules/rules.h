/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the rule families share: how a row gets into the table, and the small helpers
 * that every check is written with.
 *
 * A check first asks whether it applies at all, because record checks run on
 * every inode; then what is wrong; and fills in evidence only when somebody
 * listens (sink not NULL).
 */
#ifndef MDTCHECK_RULES_RULES_H
#define MDTCHECK_RULES_RULES_H

#include "mdtcheck/rule.h"

/*
 * A row of the table of rules, beside the check that it names.  The linker puts all rows into
 * one array (registry.c), so that a new rule touches one file.  The alignment is said because
 * a compiler may otherwise move large structures apart.
 */
#define RULE(ident)                                                                                \
	static const struct rule row_##ident                                                       \
		__attribute__((used, section("mdtcheck_rules"), aligned(sizeof(void *))))

/*
 * Fills a finding of oi-malformed, which no object is the subject of: the phase
 * that walks OI file number oi hands over what the walk stumbled on.
 */
void rule_index_finding(struct finding *f, const struct view_problem *p, u32 oi);

/* Fills a finding of oi-file-lost when OI file number oi is surely gone. */
bool rule_oi_file_lost(struct finding *fi, const struct env *env, u32 oi);
/* Fills a finding of oi-restored when so many of the mappings are wrong. */
bool rule_oi_restored(struct finding *fi, u64 stale, u64 mappings);

/* ---- for checks ---------------------------------------------------------------------------- */

/* A new finding; NULL when nobody listens, and the check is then done. */
struct finding *rule_finding(struct sink *sink, const char *what);
/* Says why, and is OUT_UNKNOWN. */
enum outcome rule_unknown(struct sink *sink, const char *why);
/* The same for what only another server can show, and the scan has counted. */
enum outcome rule_elsewhere(struct sink *sink, const char *why);
/* The graver of two outcomes: violated, could not tell, holds, does not apply. */
enum outcome rule_worse(enum outcome a, enum outcome b);

/* Is the object's LMA there, decoded, and free of flags that are not understood? */
static inline bool rule_lma_usable(const struct object *o)
{
	return object_has_lma(o) && !(o->lma.incompat & ~LMAI_SUPPORTED);
}
/* Do all record rules about the LMA hold?  Said only of what clients made; rule.screen, sequence.c */
bool lma_screen(const struct facts *f);
/* Could attribute id of the object not be had, so that its absence proves nothing? */
bool rule_ea_doubtful(const struct object *o, enum ea_id id);
/* The first FID by which the OI leads to the object, its own or not; NULL. */
const struct fid *rule_oi_fid(const struct facts *f);
/* Why OI mappings cannot be judged now, or NULL. */
const char *rule_oi_doubt(const struct env *env);
/* Why linkEAs cannot be judged now, or NULL. */
const char *rule_link_doubt(const struct env *env);
/* Does the name count as one of the object's own: is its directory neither RPD nor PENDING? */
bool rule_name_counts(const struct name_fact *n);
bool rule_same_name(const struct name_fact *a, const struct name_fact *b);
u32 rule_count_class(const struct facts *f, enum dir_class class);

/* Evidence and joins of one name entry: parent_ino, parent_fid, name_key, "name", "parent". */
void rule_add_name(struct finding *fi, const struct name_fact *n);

/* ---- which side is wrong (witness.c) ------------------------------------------------------- */

#define VERDICT_UNDECIDED "undecided"
#define VERDICT_NAME "the name entry"
#define VERDICT_LMA "the LMA"
#define VERDICT_OI "the OI mapping"
#define VERDICT_LINKEA "the linkEA"
#define VERDICT_LAYOUT "the layout"
#define VERDICT_DOTDOT "the \"..\" entry"
#define VERDICT_NLINK "the link count"
#define VERDICT_MODE "the mode of the inode"
#define VERDICT_LMV "the LMV"
#define VERDICT_HSM "trusted.hsm"
#define VERDICT_INODE "the inode"
#define VERDICT_BITMAP "the inode bitmap"
#define VERDICT_EAS "the extended attributes"

/*
 * Every place that states the object's identity, the majority, and the verdict;
 * that of the rule stays where all of them agree.
 */
void rule_add_witnesses(struct finding *fi, const struct facts *f);
/* The same of who the parent of a directory is.  Of a file: lists, decides nothing. */
void rule_add_parents(struct finding *fi, const struct facts *f);
/* Beside the LMA, does no place state the object's own FID? */
bool rule_lma_stands_alone(const struct finding *fi);
/* Takes fid for the right value: sets who agrees, and verdict. */
void rule_decide(struct finding *fi, const struct fid *fid, const char *verdict);
/* Is the link count of the file that of its names here, with more names on top? */
bool rule_nlink_is_names(const struct facts *f, u32 more);

/* ---- grouping (cause*.c) ------------------------------------------------------------------- */

#define CAUSE_NONE UINT32_MAX
#define CAUSE_BYTES_PER_ITEM 34 /* of scratch memory, with what qsort() takes */

/*
 * Finds what caused what: cause[i] is the number of the item at the root of item
 * i's chain, CAUSE_NONE where it is a primary.  -ENOMEM: all are primaries.
 */
int cause_group(const struct finding_join *items, u32 n, u32 *cause);

/*
 * Both are arrays like rule_table().  Sets in_play[i] where that rule occurs, as does one that it
 * may explain or be explained by; the findings of all others are primaries.
 */
void cause_in_play(const bool *occurs, bool *in_play);

/* How two findings must be joined for one to explain the other. */
enum cause_relation {
	SAME_OBJECT,	  /* cause.ino == effect.ino */
	SAME_NAME,	  /* the same name in the same directory */
	SAME_NAME_ELSEWHERE, /* ... leading to, or claimed by, another object */
	EFFECT_IN_DIR,	  /* effect.parent_ino == cause.ino */
	IN_DIR_BY_OTHER_FID, /* ... and the effect calls that directory by another FID */
	CAUSE_IN_DIR,	  /* cause.parent_ino == effect.ino */
	CAUSE_DIR_IN_DIR, /* ... and the cause's subject is a directory */
	OTHER_FID,	  /* cause.other_fid == effect.fid */
	OTHER_FID_PARENT, /* cause.other_fid == effect.parent_fid */
	NAMED_OTHER_FID_PARENT, /* ... and the effect has its name in another directory */
	OWN_FID_PARENT,	  /* cause.fid == effect.parent_fid */
	OTHER_INO,	  /* cause.other_ino == effect.ino */
	OTHER_INO_DIR,	  /* cause.other_ino == effect.parent_ino */
	SAME_OI_FILE,	  /* cause.oi == effect.oi */
	WHOLE_TARGET,	  /* every one */
};

struct cause_row {
	const char *cause, *effect; /* rule names */
	enum cause_relation relation;
};

#define CAUSE_ROWS_MAX 384

/* The table (cause_rows.c), earlier rows win. */
const struct cause_row *cause_rows(u32 *count);

#endif
