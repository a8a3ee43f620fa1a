/* SPDX-License-Identifier: GPL-2.0-only */
/* What the checks of striped directories share. */
#ifndef MDTCHECK_RULES_LMV_H
#define MDTCHECK_RULES_LMV_H

#include <sys/stat.h>

#include "rules/rules.h"

static inline bool lmv_is_striped(const struct object *o)
{
	return o->lmv.kind == LMV_MASTER || o->lmv.kind == LMV_SHARD;
}

/* A directory clients may see, or shall; the scan does not know better. */
static inline bool lmv_applies(const struct facts *f)
{
	return S_ISDIR(f->obj->inode.mode) && (!f->have_cross || f->class == CLASS_NAMESPACE);
}

static inline bool lmv_is_stable(const struct lmv *l)
{
	return !lmv_is_changing(l);
}

static inline void lmv_add(struct finding *fi, const struct lmv *l)
{
	finding_u64(fi, "stripe_count", l->stripe_count);
	finding_u64(fi, "lmv_index", l->index);
	finding_hex(fi, "hash_type", l->hash_type);
}

#endif
