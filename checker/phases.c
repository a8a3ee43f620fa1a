/* SPDX-License-Identifier: GPL-2.0-only */
/* The phases in their order, timed. */
#include "phases.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ledger/landmarks.h"
#include "plan.h"
#include "target/watch.h"

#define GATHER_ROOM_MIN (1U << 20)

struct gather run_gather(struct run *r, u32 most)
{
	u64 room = max_u64(membudget_left(&r->mem) / 4, GATHER_ROOM_MIN);

	return (struct gather){
		.view = r->view,
		.env = &r->env,
		.dirs = &r->dirs,
		.mem = &r->mem,
		.key = &r->poster.key,
		.threads = r->threads,
		.room = (u32)min_u64(room, most),
		.cancel = r->cancel,
	};
}

const struct rule *rule_in_use(const struct run *r, const char *name)
{
	const struct rule *rule = rule_by_name(name);

	return rule && !r->opt->rule_off[finding_rule_number(rule)] ? rule : NULL;
}

const char *problem_reason(enum view_problem_kind kind)
{
	static const char *const what[] = {
		[PROBLEM_INODE_TABLE] = "part of an inode table could not be read",
		[PROBLEM_INODE] = "an inode could not be decoded",
		[PROBLEM_EA] = "extended attributes of an object could not be read",
		[PROBLEM_DIR_MAP] = "the block map of a directory is broken",
		[PROBLEM_DIR_BLOCK] = "a directory block could not be read",
		[PROBLEM_BLOCK_SHARED] = "a block belongs to more than one directory or index",
		[PROBLEM_IAM] = "part of an index could not be read",
		[PROBLEM_BITMAP] = "an inode in use is marked free",
	};

	return what[kind];
}

void run_add_problem(struct run *r, const struct view_problem *p)
{
	r->blocks_shared |= p->kind == PROBLEM_BLOCK_SHARED;
	/* Keys out of order hide nothing: every record was read. */
	if (p->kind != PROBLEM_IAM || p->lost_from <= p->lost_to)
		coverage_incomplete(&r->cov, problem_reason(p->kind));
}

int run_refresh_env(struct run *r)
{
	struct view_buf *buf;
	int rc;

	if (r->env.info->is_static)
		return 0;
	buf = view_buf_new(r->view);
	rc = buf ? env_refresh(&r->env, r->view, buf) : -ENOMEM;
	view_buf_free(buf);
	/* What they repair is found by one look and not by the next, whether it is right or not. */
	if (!rc && env_scrub_ran(&r->env))
		coverage_incomplete(&r->cov, "OI scrub was at work during the run");
	if (!rc && env_lfsck_ran(&r->env))
		coverage_incomplete(&r->cov, "LFSCK was at work during the run");
	return rc;
}

/* What can be said only when every inode was looked at. */
void phases_reconcile(struct run *r)
{
	const struct view_info *info = r->env.info;

	if (info->is_static)
		r->cov.descriptors_used = info->inodes_count - info->free_inodes;
	if (r->cov.inodes_scanned < r->cov.inodes_expected)
		coverage_incomplete(&r->cov, "not every allocated inode was scanned");
	/* Where that is sure, it is a finding: no mapping was left unread. */
	if (r->env.oi_lost && r->env.backend_blind)
		coverage_incomplete(&r->cov, "an OI file is missing");
	r->cov.complete = !r->cov.nincomplete;
}

int phases_prepare(struct run *r, char *err, size_t errlen)
{
	u32 max_ino = r->env.info->inodes_count;
	struct plan plan;
	int rc = plan_run(r, &plan, err, errlen);

	if (rc)
		return rc;
	r->threads = plan.threads;
	r->look_bytes = plan.look_bytes;
	rc = ledger_init(&r->ledger, &r->mem, 0, plan.window, max_ino);
	if (!rc)
		rc = poster_init(&r->poster, &r->ledger, &r->env, r->opt->debug_constant_hash);
	r->objects = objset_new(r->mem.limit ? &r->mem : NULL);
	return !rc && !r->objects ? -ENOMEM : rc;
}

static void free_scan(struct run *r)
{
	ledger_free(&r->ledger);
	dirtable_free(&r->dirs);
	objset_free(r->objects);
	free(r->aside);
	r->objects = NULL;
	r->aside = NULL;
}

/* All that a scan leaves but why it was incomplete. */
static void forget_scan(struct run *r)
{
	u32 nrules;
	struct coverage cov = { .rules = r->cov.rules, .nincomplete = r->cov.nincomplete };

	rule_table(&nrules);
	memset(cov.rules, 0, nrules * sizeof(*cov.rules));
	memcpy(cov.incomplete, r->cov.incomplete, sizeof(cov.incomplete));
	r->cov = cov;
	free_scan(r);
	r->naside = 0;
	r->oi_balance = r->strays = 0;
	r->oi_blind = r->oi_suspect = false;
}

/*
 * A block that two directories claim is read for the one that comes first.  Which of them that is
 * must not depend on which thread was quicker: one thread does all again.  On a target that
 * changes, blocks move, and nothing is the same twice.
 */
static int scan(struct run *r, char *err, size_t errlen)
{
	int rc = phase_scan(r, err, errlen);

	if (rc || !r->blocks_shared || r->threads == 1 || !r->env.info->is_static)
		return rc;
	forget_scan(r);
	r->threads = 1;
	rc = phases_prepare(r, err, errlen);
	return rc ? rc : phase_scan(r, err, errlen);
}

int phases_run(struct run *r, char *err, size_t errlen)
{
	const struct {
		const char *name;
		int (*run)(struct run *r, char *err, size_t errlen);
		bool wanted;
	} phases[] = {
		{ "scan", scan, true },
		{ "exact", phase_exact, true },
		{ "group", phase_group, true },
		{ "second", phase_second, r->second },
	};
	int rc = phases_prepare(r, err, errlen);

	for (u32 i = 0; i < ARRAY_SIZE(phases) && !rc; i++) {
		u64 start = clock_ns();

		if (!phases[i].wanted)
			continue;
		rc = phases[i].run(r, err, errlen);
		r->phase[r->nphases++] = (struct phase_time){ phases[i].name, clock_seconds_since(start) };
	}
	if (rc == -ECANCELED)
		coverage_incomplete(&r->cov, watch_reason(r->watch) ? watch_reason(r->watch) :
								      "cancelled");
	else if (rc)
		coverage_incomplete(&r->cov, "the run ended early");
	phases_reconcile(r);
	return rc;
}

void run_free(struct run *r)
{
	free_scan(r);
	free(r->cov.rules);
	free(r->limit);
	finding_list_free(&r->findings);
	env_free(&r->env);
	if (r->view)
		view_close(r->view);
}
