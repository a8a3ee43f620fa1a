/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Turns what was gathered about one suspect into facts, lets every rule judge
 * them, and keeps what the rules say.
 */
#ifndef MDTCHECK_JUDGE_H
#define MDTCHECK_JUDGE_H

#include "ledger/gather.h"
#include "paths.h"
#include "phases.h"
#include "recordrules.h"
#include "shares.h"
#include "twins.h"
#include "still.h"

struct cross_rule {
	u32 index; /* in rule_table() */
	u32 needs; /* its traits */
};

struct judge {
	struct run *r;
	struct gather *g;
	const struct shares *shares;
	const struct twins *twins; /* NULL or empty: all suspects are in this batch */
	struct finding_list *list; /* where findings go */
	struct coverage *cov;	   /* where what could not be told is counted; the run's */
	struct paths *paths;
	struct sink *sink; /* what a rule is about to say; owned */
	struct record_rules record;
	struct cross_rule *cross; /* those that are on; owned */
	u32 ncross;
	struct rule_verdict *verdicts; /* indexed like rule_table(), filled if not NULL; not owned */
	bool count_unknown; /* add to cov what could not be told */
	struct still still; /* of the suspect that is being judged */
	struct view_buf *buf, *buf2;

	/* Scratch for the facts of one suspect. */
	struct name_fact *names;
	u32 names_cap;
	struct link_fact *links;
	u32 links_cap;
	struct oi_fact *oi;
	u32 oi_cap;
	struct share_fact *claims;

	/* The shard whose master was asked last: its inode, 0 none, and the answer. */
	u32 shard_ino;
	enum shard_trust shard_trust;
	const char *shard_doubt;
};

/* 0 or -ENOMEM; j is then zero.  One that is zero may be closed too. */
int judge_open(struct judge *j, struct run *r);
void judge_close(struct judge *j);
/* Between two batches: nothing is kept open, and what may have changed is forgotten. */
void judge_rest(struct judge *j);

/* 0 or -errno. */
int judge_suspect(struct judge *j, const struct gather_suspect *s);
/* Every rule on these facts. */
int judge_facts(struct judge *j, const struct facts *f);
/* The rules about the MDT as a whole. */
int judge_target(struct judge *j);
/* Names and OI records that lead to inode numbers that cannot be. */
int judge_strays(struct judge *j);
/* Facts about one suspect, valid until the next call. */
int facts_fill(struct judge *j, const struct gather_suspect *s, const struct object *o,
	       struct facts *f);
/* What has to be asked for where places contradict each other; the rest of f is there. */
void testimony_fill(struct judge *j, const struct gather_suspect *s, struct facts *f);
/* A broken place in OI file number oi. */
void judge_index(struct judge *j, const struct view_problem *p, u32 oi);

#endif
