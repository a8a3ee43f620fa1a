/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exact facts for a batch of suspects: every name entry and every OI record that
 * concerns one of them, gathered by one pass over all directories and one over the
 * OI files, whatever the number of suspects.  The sums of the ledger are not asked.
 *
 * A look with a scope reads less: the directories that it names, those that the
 * suspects' linkEAs name and the suspects themselves; of the OI, the records of the
 * FIDs that it names and of the suspects'.  What only a full pass can tell (that no
 * directory has a name, that no other record leads to an inode) is not for it.
 */
#ifndef MDTCHECK_LEDGER_GATHER_H
#define MDTCHECK_LEDGER_GATHER_H

#include <pthread.h>

#include "base/meter.h"
#include "ledger/dirtable.h"
#include "ledger/nameset.h"
#include "ledger/print.h"
#include "ledger/shards.h"
#include "mdtcheck/facts.h"

#define GATHER_NONE UINT32_MAX
#define GATHER_LOST_MAX 64

/* A directory that has a name of a suspect, as it was read. */
struct gather_holder {
	struct fid fid;
	u32 ino;
	u8 class; /* enum dir_class */
	bool encrypted;
	struct lmv lmv;
	u32 shard_twice; /* known when it has been read: see struct facts */
};

/* A name entry as it is kept; the FID behind the name, where there is one, and its bytes follow. */
struct gather_name {
	u32 next; /* offset of the suspect's next one, GATHER_NONE */
	u32 before; /* offset of the one kept before it from this directory, GATHER_NONE */
	u32 ino;
	u32 holder; /* offset of its gather_holder */
	u16 namelen;
	u8 type;
	bool has_lufid : 1, data_bad : 1;
};

struct gather_oi {
	u32 next;
	struct oi_fact fact;
};

/* Children of a suspect directory that can be asked who their parent is. */
#define GATHER_CHILDREN_MAX 8
#define GATHER_CHILDREN_FIRST 6 /* ... of any kind; after them subdirectories only */

struct gather_child {
	u32 ino;
	u64 name; /* gather_child_name() */
};

/* What a pass learns about a suspect that is a directory. */
struct gather_dir {
	bool seen, blind, huge;
	u32 subdirs, dotdot_ino;
	bool dotdot_has_lufid;
	struct fid dotdot_lufid;
	const char *problem;
	u64 problem_block;
	char *twice; /* a name that stands twice; owned */
	u32 twice_len;
	struct gather_child child[GATHER_CHILDREN_MAX];
	u32 nchildren;
	u32 shard_names, shard_indices, shard_twice;
};

struct gather_suspect {
	u32 ino;
	struct fid fid;
	bool live, is_dir;
	bool found; /* a rule had something to say */
	u32 names, oi; /* heads of their lists, GATHER_NONE */
	u32 slot, tag; /* of the FID: where a search for it begins, and what it compares */
	struct gather_dir *dir; /* owned; directories only */
	struct object_print *print; /* as it was before the passes; NULL: it cannot change */
};

/* FIDs that may lie in an unreadable part of the OI. */
struct gather_lost {
	u32 oi;
	u64 from, to;
};

/* What a look at few suspects reads, beside what they name themselves.  Nothing is owned. */
struct gather_scope {
	const u32 *dirs; /* inode numbers, in any order */
	u32 ndirs;
	const struct fid *fids; /* in any order */
	u32 nfids;
	bool names_blind; /* as the last full pass found it */
};

/* A directory that the scan did not meet. */
struct gather_new {
	u32 ino;
	u8 class; /* enum dir_class, from the directory that holds its name */
};

/* Where a suspect's FID is looked up. */
struct gather_slot {
	u32 number; /* of the suspect, + 1; 0: empty */
	u32 tag;    /* other bits of the FID's hash: most suspects need not be visited */
};

struct worker;

struct gather {
	/* The caller's. */
	struct view *view;
	const struct env *env;
	const struct dirtable *dirs;
	struct membudget *mem;
	const struct hash_key *key;
	u32 threads;
	u32 room; /* bytes for gather_name, gather_holder and gather_oi */
	volatile int *cancel;
	struct meter *meter; /* one for each directory, OI file or FID; NULL */
	const struct gather_scope *scope; /* NULL: read everything */
	/*
	 * Without a scope: whether a record of the OI leads to an inode, as it was read in order and
	 * met none that two lead to; the target cannot change.  NULL: nobody knows.
	 */
	const struct ledger *mapped;
	u32 descents; /* ... so many suspects are better looked up one by one */
	/* Called under the lock. */
	void (*problem)(void *arg, u32 oi, const struct view_problem *p); /* oi + 1, 0: no OI */
	void *problem_arg;

	/* From batch to batch. */
	struct worker *crew;
	u8 *arena;
	pthread_mutex_t lock;

	/* The suspects of the batch, by inode number; n of them, room for cap. */
	struct gather_suspect *suspect;
	struct object_print *print; /* one for each, NULL on a static target */
	u32 n, cap;
	struct gather_slot *by_fid; /* open addressing */
	u32 by_fid_slots;
	/*
	 * A bit set for what FIDs of suspects are mixed to, of four times as many as slots: no
	 * record of the OI need be hashed with the key only to find out that no suspect has its FID.
	 */
	u64 *fid_filter;
	u64 reach; /* dir_row.reach of all of them together */

	/* With a scope, or where only records of suspects are read: what is to be read, sorted. */
	u32 *list;
	u32 nlist, list_cap;
	struct fid *fids;
	u32 nfids, fids_cap;

	u32 used;	  /* of the arena */
	u64 dirs_charged; /* to mem, for what is learnt about directories; atomic */
	bool overflow;

	/* Directories made after the scan. */
	struct dir_row *extra;
	u32 nextra;
	struct gather_new *found; /* those met in a full pass, not yet read */
	u32 nfound, found_cap;

	/* Entries and records with inode numbers that cannot be. */
	struct gather_suspect stray;
	u32 strays; /* met, kept or not */
	bool descent_failed; /* atomic */

	struct gather_lost lost[GATHER_LOST_MAX];
	u32 nlost;
	bool names_blind;
};

/* With the caller's part filled in.  0 or -errno; to be closed in any case. */
int gather_open(struct gather *g);
/*
 * Reads the suspects (inos sorted, n of them) and runs both passes; those of the batch before are
 * forgotten.  0; -ENOBUFS when the facts do not fit in g->room bytes: try fewer suspects; -errno.
 */
int gather_run(struct gather *g, const u32 *inos, u32 n);
/* Also one that was never opened, or closed before, and is zero. */
void gather_close(struct gather *g);

struct gather_suspect *gather_find(const struct gather *g, u32 ino);
/* Another live suspect with this FID, NULL. */
const struct gather_suspect *gather_twin(const struct gather *g, const struct gather_suspect *s);
/* A name in 64 bits, to find the linkEA entry that belongs to it. */
u64 gather_child_name(const struct gather *g, const char *name, size_t len);
const struct gather_name *gather_name_at(const struct gather *g, u32 off);
const struct gather_holder *gather_holder_of(const struct gather *g, const struct gather_name *n);
/* Zero where there is none. */
struct fid gather_lufid(const struct gather_name *n);
const char *gather_name_bytes(const struct gather_name *n);
const struct gather_oi *gather_oi_at(const struct gather *g, u32 off);
/* The row of a directory by FID, those made after the scan too. */
const struct dir_row *gather_dir_by_fid(const struct gather *g, const struct fid *fid);

#endif
