/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of directories: who hangs below whom.  It is made during the scan
 * (each thread into its own log), then joined, sorted and classified; the only
 * structure whose size is that of the directories.  It serves to find a parent by
 * its FID, to say where a directory hangs, and to find loops and detached trees.
 */
#ifndef MDTCHECK_LEDGER_DIRTABLE_H
#define MDTCHECK_LEDGER_DIRTABLE_H

#include "base/membudget.h"
#include "ledger/post.h"

struct dir_row {
	struct fid fid;
	u64 reach; /* where its names lead: one bit for each 64th of the inode numbers */
	u32 ino;
	u32 dotdot; /* inode in "..", 0 none */
	u32 parent; /* directory that holds its name, 0 none */
	u8 class;   /* enum dir_class */
	u8 guess;   /* enum post_mode its names were posted with */
	u8 links;   /* names of it in directories: 0, 1, 2 for more */
	u8 flags;   /* enum dir_flag */
};

enum dir_flag {
	DIRF_AGENT = 1,
	DIRF_BLIND = 2, /* some block of it could not be read */
	DIRF_LOOP = 4,	/* its chain of parents comes back to it */
	DIRF_IN_PENDING = 8,
	DIRF_IN_RPD = 16,
	DIRF_SEEN = 32, /* classification passed here */
	DIRF_ENCRYPT = 64,
};

struct dir_link {
	u32 child, parent;
};

/* What one scan thread meets. */
struct dirlog {
	struct dir_row *rows;
	struct dir_link *links;
	u32 nrows, rows_cap;
	u64 nlinks, links_cap;
	struct membudget *mem;
};

/* The bit in dir_row.reach of an inode number. */
static inline u64 dir_reach(const struct view_info *info, u32 ino)
{
	/* The number of the highest bit of the highest inode number, less 6. */
	u32 high = 31 - (u32)__builtin_clz(info->inodes_count | 64);

	return 1ULL << (ino >> (high - 5) & 63);
}

int dirlog_add_dir(struct dirlog *log, const struct dir_row *row);
int dirlog_add_link(struct dirlog *log, u32 child, u32 parent);
/* Of use, not of need: done before by each thread, it is not left for dirtable_build(). */
void dirlog_sort(struct dirlog *log);
void dirlog_free(struct dirlog *log);

struct dirtable {
	struct dir_row *rows; /* by inode number */
	u32 n;
	u32 *by_fid; /* row numbers in the order of their FIDs */
	struct membudget *mem;
};

/* Joins the logs (emptied) and classifies. */
int dirtable_build(struct dirtable *t, struct membudget *mem, const struct env *env,
		   struct dirlog *logs, u32 nlogs);
void dirtable_free(struct dirtable *t);
const struct dir_row *dirtable_find(const struct dirtable *t, u32 ino);
const struct dir_row *dirtable_find_fid(const struct dirtable *t, const struct fid *fid);

#endif
