/* SPDX-License-Identifier: GPL-2.0-only */
/* A report with nothing in it yet, and findings to put there. */
#ifndef MDTCHECK_TESTS_REPORT_SAMPLE_H
#define MDTCHECK_TESTS_REPORT_SAMPLE_H

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "report/report.h"

static inline struct finding sample_finding(const char *rule_name, u32 ino)
{
	const struct rule *rule = rule_by_name(rule_name);
	struct finding f = { .rule = rule, .ino = ino, .what = "something is wrong" };

	ck_assert_ptr_nonnull(rule);
	f.severity = rule->severity;
	f.generation = ino + 1000;
	f.mode = S_IFREG | 0644;
	f.fid = (struct fid){ .seq = 0x200000401, .oid = ino };
	return f;
}

struct sample {
	struct coverage coverage;
	struct finding_list list;
	struct target target;
	struct geometry geometry;
	struct env env;
	struct report report;
};

static const struct lock_status sample_locks[] = {
	{ .name = "seccomp", .enforced = true },
	{ .name = "landlock", .reason = "the kernel has none" },
};

static const struct phase_time sample_phases[] = { { "scan", 0.25 }, { "exact", 0.5 } };

static inline void sample_init(struct sample *s, u32 max_listed)
{
	u32 n;

	memset(s, 0, sizeof(*s));
	rule_table(&n);
	s->coverage.rules = calloc(n, sizeof(*s->coverage.rules));
	s->coverage.complete = true;
	s->coverage.inodes_expected = s->coverage.inodes_scanned = 11300;
	ck_assert_int_eq(finding_list_init(&s->list, max_listed, NULL), 0);
	s->target = (struct target){ .kind = TARGET_IMAGE, .fd = -1, .path = "mdt\xff.img" };
	s->geometry.blocks_count = UINT64_MAX;
	strcpy(s->geometry.label, "lustre-MDT0000");
	s->env.has_index = true;
	strcpy(s->env.svname, "lustre-MDT0000");
	s->report = (struct report){
		.version = "1.2.3",
		.command = "mdtcheck \xfe",
		.started = 1700000000,
		.finished = 1700000001,
		.elapsed = 0.75,
		.threads = 2,
		.phases = sample_phases,
		.nphases = ARRAY_SIZE(sample_phases),
		.target = &s->target,
		.geometry = &s->geometry,
		.env = &s->env,
		.view = "device",
		.coverage = &s->coverage,
		.locks = sample_locks,
		.nlocks = ARRAY_SIZE(sample_locks),
		.findings = &s->list,
	};
}

static inline void sample_free(struct sample *s)
{
	finding_list_free(&s->list);
	free(s->coverage.rules);
}

#endif
