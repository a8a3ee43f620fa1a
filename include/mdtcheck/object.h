/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One inode of the MDT as Lustre sees it: attributes, raw extended attributes
 * and what they decode to.  Filled by a view, read by ledger and rules.
 *
 * All pointers lead into the view_buf the object was read into and die with its
 * next use.  Sizes are bytes, times seconds since the epoch.
 */
#ifndef MDTCHECK_OBJECT_H
#define MDTCHECK_OBJECT_H

#include "mdtcheck/fid.h"
#include "ondisk/eas.h"
#include "ondisk/inode.h"
#include "ondisk/linkea.h"
#include "ondisk/lma.h"
#include "ondisk/lmv.h"
#include "ondisk/lov.h"

enum ea_id {
	EA_LMA,
	EA_LINK,
	EA_LOV,
	EA_LMV,
	EA_DMV,
	EA_HSM,
	EA_SOM,
	EA_NR,
};

static inline const char *ea_name(enum ea_id id)
{
	static const char *const name[EA_NR] = {
		[EA_LMA] = "trusted.lma", [EA_LINK] = "trusted.link", [EA_LOV] = "trusted.lov",
		[EA_LMV] = "trusted.lmv", [EA_DMV] = "trusted.dmv",   [EA_HSM] = "trusted.hsm",
		[EA_SOM] = "trusted.som",
	};

	return name[id];
}

enum ea_state {
	EA_ABSENT,
	EA_PRESENT,    /* raw bytes are there; see the decode status */
	EA_UNREADABLE, /* it exists (or may exist) but its bytes could not be had */
};

enum ea_place { EA_IN_BODY, EA_IN_BLOCK, EA_IN_INODE };

struct ea {
	u8 state; /* enum ea_state */
	u8 place; /* enum ea_place */
	u32 len;
	const u8 *data;
};

/* Where the object's identity comes from. */
enum fid_source {
	FID_FROM_LMA,
	FID_FROM_INODE, /* no LMA: an IGIF of (ino, generation) */
};

struct object {
	u32 ino;
	bool allocated;	  /* its bit in the inode bitmap */
	struct inode_core inode;
	const u8 *raw;	  /* the raw inode, raw_len bytes; NULL in the posix view */
	u32 raw_len;

	struct ea ea[EA_NR];   /* of an absent one only the state is set */
	const char *ea_broken; /* why the list of EAs is incomplete; NULL: it is whole */

	/* 0 or the decoder's -errno; 0 also where ea[].state is not EA_PRESENT. */
	int lma_rc, link_rc, lov_rc, lmv_rc, dmv_rc, hsm_rc, som_rc;
	const char *link_why, *lov_why, *lmv_why, *dmv_why; /* sentences where rc < 0 */

	/* Decoded on the spot; set only where ea[].state is EA_PRESENT and the status is 0. */
	struct lma lma;
	struct linkea link;
	struct lov lov;
	struct hsm hsm;
	struct som som;
	struct dmv dmv;
	struct lmv lmv; /* its kind is set always, also where there is none */

	struct fid fid; /* the identity: LMA's, or the IGIF */
	enum fid_source fid_source;
};

/*
 * Is the object in use: with a type, named or open somewhere?  What is deleted keeps no link.  The
 * inode bitmap alone says nothing against it: the server, who has its number, does not ask it.
 */
static inline bool object_is_live(const struct object *o)
{
	return o->inode.mode && o->inode.nlink && (o->allocated || !o->inode.dtime);
}

static inline bool object_has(const struct object *o, enum ea_id id)
{
	return o->ea[id].state == EA_PRESENT;
}

/* A decoded LMA / linkEA / layout that can be used. */
static inline bool object_has_lma(const struct object *o)
{
	return object_has(o, EA_LMA) && !o->lma_rc;
}

static inline bool object_has_link(const struct object *o)
{
	return object_has(o, EA_LINK) && !o->link_rc &&
	       (o->link.reccount || o->link.overflow_time);
}

static inline bool object_has_lov(const struct object *o)
{
	return object_has(o, EA_LOV) && !o->lov_rc;
}

static inline bool object_has_hsm(const struct object *o)
{
	return object_has(o, EA_HSM) && !o->hsm_rc;
}

static inline bool object_has_som(const struct object *o)
{
	return object_has(o, EA_SOM) && !o->som_rc;
}

static inline bool object_is_agent(const struct object *o)
{
	return object_has_lma(o) && (o->lma.incompat & LMAI_AGENT);
}

#endif
