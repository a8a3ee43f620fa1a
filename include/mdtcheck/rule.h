/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A rule: one row of the table that rules/ makes up, and everything that is said
 * about it anywhere (--explain, JSON, man page, coverage) comes from that row.
 *
 * A check looks at exact facts and says: holds, violated, could not tell, or that
 * it does not apply.  Checks do no I/O and keep no state.
 */
#ifndef MDTCHECK_RULE_H
#define MDTCHECK_RULE_H

#include "mdtcheck/facts.h"
#include "mdtcheck/finding.h"
#include "mdtcheck/trait.h"

enum rule_class {
	RULE_RECORD, /* one object alone: judged on every object during the scan */
	RULE_CROSS,  /* two places compared: the ledger finds suspects, the rule judges them */
	RULE_INDEX,  /* an OI file as a whole: judged while it is walked */
	RULE_TARGET, /* the MDT as a whole: judged once, by env; facts have nothing else */
};

enum outcome {
	OUT_NA,
	OUT_HOLDS,
	OUT_BLIND, /* record rules, while scanning: never to be told here, see rule.blind */
	OUT_UNKNOWN,
	OUT_VIOLATED,
	OUT_NR,
};

/* What a rule's "checked" counts. */
enum rule_unit {
	UNIT_OBJECTS,
	UNIT_LMAS,
	UNIT_OI_MAPPINGS,
	UNIT_LINKEAS,
	UNIT_LINKEA_ENTRIES,
	UNIT_NAME_ENTRIES,
	UNIT_DIRECTORIES,
	UNIT_FILES,
	UNIT_LAYOUTS,
	UNIT_LMVS,
	UNIT_SHARD_NAMES,
	UNIT_STATE_FILES,
	UNIT_SEQUENCE_RANGES,
	UNIT_NR,
};

/* Where findings go.  NULL: the caller wants only the outcome. */
struct sink;

/*
 * A new finding of the rule that is running, with the subject of the facts
 * filled in.  The sink owns it; fill it before the check returns.
 */
struct finding *sink_finding(struct sink *sink, const char *what);
/* Why the running check could not tell: a static sentence, counted in coverage. */
void sink_unknown(struct sink *sink, const char *why);
/* The same for what only another server can show; the scan counts all of that by itself. */
void sink_elsewhere(struct sink *sink, const char *why);

/* What the scan counts for a rule, because it makes nobody a suspect. */
enum elsewhere {
	ELSEWHERE_NONE,
	ELSEWHERE_LINKS,  /* linkEA entries whose parent is on another MDT */
	ELSEWHERE_FILES,  /* no directories, with such entries */
	ELSEWHERE_AGENTS, /* inodes that stand for objects on other MDTs */
	ELSEWHERE_NR
};

struct rule {
	u16 code; /* permanent: 301 is MC301 */
	const char *name;
	enum severity severity;
	enum rule_class class;
	enum rule_unit unit;
	u32 needs; /* rules about objects: traits without each of which it does not apply */
	enum elsewhere elsewhere; /* what of it only another MDT could show; mostly none */
	/* Why OUT_BLIND, or why it cannot tell of what is elsewhere: counted, no suspect.  NULL */
	const char *blind;
	const char *title;	 /* a short phrase */
	const char *explanation; /* for an administrator: what it means, why it matters */
	/* The side that is wrong where check() names no other, "undecided"; information: NULL */
	const char *wrong;
	const char *lfsck;	 /* what LFSCK or OI scrub calls it; "none" */
	const char *remedy;
	const char *evidence;	 /* space-separated evidence keys */
	enum outcome (*check)(const struct facts *f, struct sink *sink);
	/*
	 * Record rules: a question that several of them share and the scan asks first, as one walk
	 * over a structure costs less than one for each.  True only if each would say that it
	 * holds.  NULL
	 */
	bool (*screen)(const struct facts *f);
};

/* What one rule said about one object. */
struct rule_verdict {
	enum outcome outcome;
	const char *why; /* OUT_UNKNOWN, or the view cannot judge it: static; NULL */
	bool off;	 /* that, left out by --rules or --skip-rules, or it judges no objects */
};

const struct rule *rule_table(u32 *count);
const struct rule *rule_by_name(const char *name);
/* The table is in no order; this is the next one by code, NULL after the last. */
const struct rule *rule_next(const struct rule *before);

#endif
