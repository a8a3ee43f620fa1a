/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the posix view cannot see soundly.  A rule that is named here is not run and
 * counts as "not covered" with its reason: neither held nor broken.
 */
#include "unseen.h"

#include <string.h>

#include "mdtcheck/rule.h"

enum when { ALWAYS, READ_WRITE, WITH_FIDS, SILENT_ERRORS };

static const char nameless[] = "an inode without a name cannot be seen through a mount";
static const char free_or_broken[] = "a mount does not tell a free inode from a broken one";
static const char broken[] = "the kernel passes over what is broken in a directory";
static const char stale[] =
	"what a server writes to its OI files cannot be read through a mount: it would be stale";
static const char state[] =
	"what a server writes to its state files cannot be read through a mount: it would be stale";
static const char fids[] = "the FIDs in name entries are not shown through a mount";

static const char silent[] =
	"this kernel does not tell when it passes over names in a broken directory";

static const struct limit {
	const char *rule;
	enum when when;
	const char *why;
} limits[] = {
	{ "inode-unreadable", ALWAYS, free_or_broken },
	{ "inode-marked-free", ALWAYS, free_or_broken },
	{ "dirent-dangling", ALWAYS, free_or_broken },
	{ "dirent-malformed", ALWAYS, broken },
	{ "dirent-name-invalid", ALWAYS, broken },
	{ "directory-unreachable", ALWAYS, nameless },
	{ "directory-loop", ALWAYS, nameless },
	{ "nameless-file", ALWAYS, nameless },
	{ "oi-dangling", ALWAYS, nameless },
	{ "oi-generation", ALWAYS, "the generation of a file is not shown through a mount" },
	{ "oi-restored", ALWAYS, "the generation of a file is not shown through a mount" },
	{ "lov-missing", ALWAYS, "which blocks of a file hold data is not shown through a mount" },
	{ "lov-dom", ALWAYS, "which blocks of a file hold data is not shown through a mount" },
	{ "dotdot-fid", ALWAYS, fids },
	{ "dirent-fid-mismatch", WITH_FIDS, fids },
	{ "oi-missing", READ_WRITE, stale },
	{ "oi-fid-mismatch", READ_WRITE, stale },
	{ "oi-duplicate", READ_WRITE, stale },
	{ "oi-misrouted", READ_WRITE, stale },
	{ "oi-malformed", READ_WRITE, stale },
	{ "lma-missing", READ_WRITE, stale },
	{ "linkea-missing", READ_WRITE, stale },
	{ "fid-duplicate", READ_WRITE, stale },
	{ "oi-file-lost", READ_WRITE, stale },
	{ "oi-scrub-state", READ_WRITE, state },
	{ "lfsck-state", READ_WRITE, state },
	{ "fld-overlap", READ_WRITE, state },
	{ "seq-range", READ_WRITE, state },
	{ "mountdata-mismatch", READ_WRITE, state },
	{ "server-state-unreadable", READ_WRITE, state },
	{ "linkea-no-dirent", SILENT_ERRORS, silent },
	{ "nlink-file", SILENT_ERRORS, silent },
	{ "nlink-directory", SILENT_ERRORS, silent },
};

static bool holds(const struct view_info *info, enum when when)
{
	switch (when) {
	case ALWAYS:
		return true;
	case READ_WRITE:
		return !info->is_static;
	case WITH_FIDS:
		return info->hides_fids;
	case SILENT_ERRORS:
		return info->hides_errors;
	}
	return true;
}

void unseen_apply(const struct view_info *info, bool *rule_off, const char **why)
{
	u32 n;
	const struct rule *table = rule_table(&n);

	if (info->kind != VIEW_POSIX)
		return;
	for (u32 i = 0; i < ARRAY_SIZE(limits); i++) {
		const struct rule *rule = rule_by_name(limits[i].rule);

		if (!rule || rule_off[rule - table] || !holds(info, limits[i].when))
			continue;
		rule_off[rule - table] = true;
		why[rule - table] = limits[i].why;
	}
}
