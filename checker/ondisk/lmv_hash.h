/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a name to its stripe.  All four hashes are part of Lustre's protocol: a
 * client looks for a name where they say, and nowhere else.
 */
#ifndef MDTCHECK_ONDISK_LMV_HASH_H
#define MDTCHECK_ONDISK_LMV_HASH_H

/* type: enum lmv_hash; count: not 0.  0 for a count of 1, and for a type that is unknown. */
u32 lmv_stripe_of(u32 type, u32 count, const char *name, size_t len);

u64 lmv_fnv_1a_64(const char *name, size_t len);
/* How much group and stripe draw each other; the stripe that draws most wins. */
u32 lmv_crush_straw(u32 group, u32 stripe);

#endif
