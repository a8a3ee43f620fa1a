/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The names of shards in a directory, counted while its blocks are read.  A master
 * has one for each stripe, and nothing else; a plain directory has none.
 */
#ifndef MDTCHECK_LEDGER_SHARDS_H
#define MDTCHECK_LEDGER_SHARDS_H

#include "mdtcheck/object.h"
#include "ondisk/dirent.h"

struct shard_tally {
	u32 limit;    /* stripes of a master, 0 elsewhere */
	u32 names;    /* names of shards that hold the FID in the entry */
	u32 distinct; /* indices below limit that some name states */
	u32 twice;    /* an index that two names state, plus 1; 0 none */
	u8 seen[(LMV_MAX_STRIPES + 7) / 8];
};

void shard_tally_begin(struct shard_tally *t, const struct lmv *dir);
void shard_tally_add(struct shard_tally *t, const struct dirent_rec *d);

/* After the last name: are directory and names worth a close look? */
bool shard_tally_odd(const struct shard_tally *t, const struct lmv *dir);

/* Does a shard's own linkEA, where it has just one entry, name it otherwise than its LMV? */
bool shard_linkea_odd(const struct object *shard);

#endif
