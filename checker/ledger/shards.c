/* SPDX-License-Identifier: GPL-2.0-only */
/* Counting the names of shards. */
#include "ledger/shards.h"

#include <string.h>

#include "ondisk/fid.h"

#define TYPE_DIR 2

void shard_tally_begin(struct shard_tally *t, const struct lmv *dir)
{
	t->limit = dir->kind == LMV_MASTER ? dir->stripe_count : 0;
	t->names = 0;
	t->distinct = 0;
	t->twice = 0;
	if (t->limit)
		memset(t->seen, 0, sizeof(t->seen));
}

void shard_tally_add(struct shard_tally *t, const struct dirent_rec *d)
{
	struct fid fid;
	u32 index;
	u8 bit;

	if (d->name[0] != '[' || d->type != TYPE_DIR ||
	    fid_parse_shard(d->name, d->namelen, &fid, &index))
		return;
	t->names += d->has_lufid && fid_equal(&fid, &d->lufid);
	if (index >= t->limit)
		return;
	bit = (u8)(1 << (index & 7));
	if (t->seen[index / 8] & bit)
		t->twice = index + 1;
	else
		t->distinct++;
	t->seen[index / 8] |= bit;
}

bool shard_tally_odd(const struct shard_tally *t, const struct lmv *dir)
{
	if (dir->kind == LMV_ABSENT)
		return t->names;
	return t->limit && (t->twice || t->distinct != t->limit);
}

bool shard_linkea_odd(const struct object *shard)
{
	struct linkea_entry e;
	struct linkea_walk it;
	struct fid fid;
	u32 index;

	if (!object_has_link(shard) || shard->link.reccount != 1)
		return false;
	it = linkea_begin(&shard->link);
	return linkea_next(&it, &e) &&
	       (fid_parse_shard(e.name, e.namelen, &fid, &index) ||
		!fid_equal(&fid, &shard->fid) || index != shard->lmv.index);
}
