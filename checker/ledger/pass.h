/* SPDX-License-Identifier: GPL-2.0-only */
/* What gather.c, which drives the passes, and pass.c, which makes them, share. */
#ifndef MDTCHECK_LEDGER_PASS_H
#define MDTCHECK_LEDGER_PASS_H

#include "base/crew.h"
#include "ledger/gather.h"

struct worker {
	struct gather *g;
	struct view_buf *buf;
	struct nameset names;
	const struct dir_row *row;   /* of the directory being read */
	struct gather_dir *dir;	     /* of the directory being read, when it is a suspect */
	struct gather_holder holder; /* the directory being read, as read now */
	u32 holder_at;		     /* where that is kept, GATHER_NONE: not yet */
	struct shard_tally shards;   /* names of shards in it */
	u32 kept;		     /* of its names the one kept last, GATHER_NONE */
	bool blind;		     /* some of it could not be read */
	u32 oi;			     /* of the OI file being read */
	u32 *next;		     /* common counter */
	int (*work)(struct worker *w, u32 i);
	u32 arena_at, arena_end; /* what is left of its stretch of the arena */
	u32 total;
	struct meter *meter; /* one step for each; NULL */
	int rc;
} CREW_MEMBER;

/*
 * Work of a thread: the i-th directory (then those made since), OI file, listed directory,
 * suspect whose record is looked up, listed FID.
 */
int gather_directory(struct worker *w, u32 i);
int gather_oi_file(struct worker *w, u32 i);
int gather_oi_stretches(struct worker *w, u32 i); /* of that, where FIDs of g->fids may be */
int gather_listed(struct worker *w, u32 i);
int gather_own_record(struct worker *w, u32 i);
int gather_lookup(struct worker *w, u32 i);

#endif
