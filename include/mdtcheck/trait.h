/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Traits of an object: what it has or is, as bits of one word.  A rule states the traits without
 * which it never applies, so that it is not asked in vain; most objects of an MDT have one of a few
 * sets of traits.
 */
#ifndef MDTCHECK_TRAIT_H
#define MDTCHECK_TRAIT_H

#include <sys/stat.h>

#include "mdtcheck/object.h"

/* The first EA_NR bits: the attribute is there, 1 << enum ea_id. */
enum object_trait {
	TRAIT_LMA = 1 << EA_LMA,
	TRAIT_LINK = 1 << EA_LINK,
	TRAIT_LOV = 1 << EA_LOV,
	TRAIT_LMV = 1 << EA_LMV,
	TRAIT_DMV = 1 << EA_DMV,
	TRAIT_HSM = 1 << EA_HSM,
	TRAIT_SOM = 1 << EA_SOM,
	TRAIT_FILE = 1 << EA_NR,
	TRAIT_DIR = 2 << EA_NR,
	TRAIT_NO_LOV = 4 << EA_NR,    /* a file without a layout */
	TRAIT_NO_DATA = 8 << EA_NR,   /* neither a file nor a directory */
	TRAIT_AGENT = 16 << EA_NR,
	TRAIT_LINKS = 32 << EA_NR,    /* several entries in the linkEA */
	TRAIT_OVERFLOW = 64 << EA_NR, /* of the linkEA */
	TRAIT_COMPOSITE = 128 << EA_NR,
	TRAIT_POOL = 256 << EA_NR,    /* of a layout; any composite may name one */
	TRAIT_RELEASED = 512 << EA_NR, /* HSM has a say, or may have; any composite */
};
#define TRAIT_BITS (EA_NR + 10)

static inline u32 lov_traits(const struct lov *l)
{
	if (l->composite)
		return TRAIT_COMPOSITE | TRAIT_POOL | TRAIT_RELEASED;
	return (l->first.pool[0] ? TRAIT_POOL : 0) |
	       (l->first.pattern & LOV_PATTERN_F_RELEASED ? TRAIT_RELEASED : 0);
}

static inline u32 object_traits(const struct object *o)
{
	u32 traits = 0;

	for (u32 id = 0; id < EA_NR; id++)
		traits |= (u32)object_has(o, id) << id;
	if (S_ISREG(o->inode.mode))
		traits |= TRAIT_FILE | (traits & TRAIT_LOV ? 0 : TRAIT_NO_LOV);
	else
		traits |= S_ISDIR(o->inode.mode) ? TRAIT_DIR : TRAIT_NO_DATA;
	if (object_is_agent(o))
		traits |= TRAIT_AGENT;
	if (object_has_link(o))
		traits |= (o->link.reccount > 1 ? TRAIT_LINKS : 0) |
			  (o->link.overflow_time ? TRAIT_OVERFLOW : 0);
	if (traits & TRAIT_HSM)
		traits |= TRAIT_RELEASED;
	if (object_has_lov(o))
		traits |= lov_traits(&o->lov);
	return traits;
}

#endif
