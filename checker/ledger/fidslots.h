/* SPDX-License-Identifier: GPL-2.0-only */
/* Which live suspects of a batch have a FID; several may. */
#ifndef MDTCHECK_LEDGER_FIDSLOTS_H
#define MDTCHECK_LEDGER_FIDSLOTS_H

#include "ledger/gather.h"

/* For each suspect, at the most: slots, and the filter's bits. */
#define FIDSLOTS_BYTES (4 * sizeof(struct gather_slot) + 2)

/* For g->cap suspects.  0 or -ENOMEM. */
int fidslots_make(struct gather *g);
void fidslots_free(struct gather *g);

/* None is in it, and g->n are to come: each is hashed, by whatever thread, then all taken by one. */
void fidslots_begin(struct gather *g);
void fidslots_hash(const struct gather *g, struct gather_suspect *s);
void fidslots_take(struct gather *g, u32 number);

/* Has surely no suspect the FID? */
bool fidslots_lack(const struct gather *g, const struct fid *fid);

/* Those that have it, one after the other. */
struct fid_probe {
	const struct fid *fid;
	u32 slot, tag;
};

struct fid_probe fid_probe_begin(const struct gather *g, const struct fid *fid);
struct fid_probe fid_probe_of(const struct gather_suspect *s); /* that was hashed */
struct gather_suspect *fid_probe_next(const struct gather *g, struct fid_probe *p);

#endif
