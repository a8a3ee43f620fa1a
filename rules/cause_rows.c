/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of causes: which rule's violation explains which other's, and how the two must be
 * joined.  Damage in one place upsets all that is compared with it: a directory that lost its
 * LMA upsets its OI mapping, its name entry and the linkEA of every child.
 */
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

/* An inode that cannot be had: of a directory, all its names. */
#define OUT_OF_REACH(c)                                                                            \
	{ c, "linkea-no-dirent", OWN_FID_PARENT }, { c, "directory-unreachable", OWN_FID_PARENT }, \
	{                                                                                          \
		c, "remote-parent-mismatch", EFFECT_IN_DIR                                         \
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

	OUT_OF_REACH("inode-unreadable"),
	OUT_OF_REACH("inode-marked-free"),

	IDENTITY("ea-unreadable"),
	IDENTITY("lma-malformed"),
	IDENTITY("lma-unsupported"),
	IDENTITY("lma-fid-insane"),
	IDENTITY("lma-missing"),
	IDENTITY("fid-duplicate"),
	FID_USERS("ea-unreadable"),
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
	/*
	 * An inode that was copied has the linkEA, the layout and the blocks of the other; the
	 * children of the directory it was copied over know that one's FID.
	 */
	{ "fid-duplicate", "linkea-no-dirent", OTHER_FID_PARENT },
	{ "fid-duplicate", "directory-unreachable", OTHER_FID_PARENT },
	{ "fid-duplicate", "linkea-no-dirent", SAME_OBJECT },
	{ "fid-duplicate", "linkea-no-dirent", OTHER_INO },
	{ "fid-duplicate", "lov-object-shared", SAME_OBJECT },
	{ "fid-duplicate", "lov-object-shared", OTHER_INO },
	{ "fid-duplicate", "dirent-malformed", SAME_OBJECT },
	{ "fid-duplicate", "dirent-malformed", OTHER_INO },

	{ "oi-misrouted", "oi-missing", SAME_OBJECT },
	{ "oi-misrouted", "oi-duplicate", SAME_OBJECT },
	{ "oi-misrouted", "oi-dangling", SAME_OBJECT },
	{ "oi-misrouted", "oi-fid-mismatch", SAME_OBJECT },
	{ "oi-misrouted", "oi-missing", OTHER_FID },

	/* Both sides lead to an object that is gone: the name is what clients see of it. */
	{ "dirent-malformed", "dirent-dangling", SAME_NAME },
	{ "dirent-name-duplicate", "dirent-dangling", SAME_NAME },
	{ "dirent-dangling", "oi-dangling", SAME_OBJECT },
	{ "dirent-dangling", "remote-parent-mismatch", EFFECT_IN_DIR },
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
	{ "oi-fid-mismatch", "dotdot-mismatch", EFFECT_IN_DIR },
	{ "oi-fid-mismatch", "directory-loop", SAME_OBJECT },
	/* A real object that is taken for an agent. */
	{ "agent-attributes", "linkea-no-dirent", EFFECT_IN_DIR },
	{ "agent-attributes", "dirent-no-linkea", EFFECT_IN_DIR },
	{ "agent-attributes", "fid-duplicate", OTHER_INO },
	/* Children of a directory whose FID is another server's seem to have remote parents. */
	{ "fid-sequence", "remote-parent-mismatch", OWN_FID_PARENT },
	{ "rpd-name", "directory-unreachable", SAME_OBJECT },
	{ "oi-fid-mismatch", "oi-missing", OTHER_FID },
	{ "oi-duplicate", "oi-missing", OTHER_FID },
	/* The object whose FID the mapping holds is alive: it is what cannot be found. */
	{ "oi-missing", "oi-dangling", OTHER_INO },

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

_Static_assert(ARRAY_SIZE(rows) <= CAUSE_ROWS_MAX, "who groups has room for all rows");

const struct cause_row *cause_rows(u32 *count)
{
	*count = ARRAY_SIZE(rows);
	return rows;
}
