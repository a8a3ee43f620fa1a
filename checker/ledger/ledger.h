/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ledger: one 64-bit sum per inode number.
 *
 * What is found about an inode is added to its slot, what it states about itself
 * is subtracted, both as keyed hashes.  Zero means that found and stated are the
 * same multiset (but for a 2^-64 chance per slot and run); anything else makes
 * the inode a suspect, which the exact phase judges without asking the ledger.
 *
 * The slots are anonymous memory: pages of inode numbers never met are never
 * touched and cost nothing.
 */
#ifndef MDTCHECK_LEDGER_LEDGER_H
#define MDTCHECK_LEDGER_LEDGER_H

#include "base/membudget.h"

struct ledger {
	u64 *slot;    /* indexed by inode number - first */
	u64 *suspect; /* one bit an inode number: to be judged whatever its sum */
	u64 *mapped;  /* one bit an inode number: a record of the OI leads to it */
	u32 first;    /* lowest inode number of this window */
	u32 count;    /* slots */
	u32 max_ino;  /* bits in suspect, and in mapped, - 1 */
	struct membudget *mem;
};

/* Bytes for the bits of so many inode numbers. */
static inline u64 ledger_bits_bytes(u32 max_ino)
{
	return 2 * ((u64)max_ino / 64 + 1) * sizeof(u64);
}

/* A ledger over [first, first + count), bits over [0, max_ino]. */
int ledger_init(struct ledger *l, struct membudget *mem, u32 first, u32 count, u32 max_ino);
void ledger_free(struct ledger *l);
/* The sums have said all they can: gives their memory back, the bits stay. */
void ledger_drop_slots(struct ledger *l);
/* Empties the slots for another window; the bits stay. */
void ledger_window(struct ledger *l, u32 first);

/* Any thread.  Inode numbers outside the window are passed over. */
static inline void ledger_add(struct ledger *l, u32 ino, u64 term)
{
	u32 i = ino - l->first;

	if (i < l->count)
		__atomic_fetch_add(&l->slot[i], term, __ATOMIC_RELAXED);
}

/* The sum of ino will be added to soon. */
static inline void ledger_prefetch(const struct ledger *l, u32 ino)
{
	u32 i = ino - l->first;

	if (i < l->count)
		__builtin_prefetch(&l->slot[i], 1);
}

static inline void ledger_force(struct ledger *l, u32 ino)
{
	if (ino <= l->max_ino)
		__atomic_fetch_or(&l->suspect[ino / 64], 1ULL << (ino % 64), __ATOMIC_RELAXED);
}

static inline bool ledger_is_suspect(const struct ledger *l, u32 ino)
{
	return ino <= l->max_ino &&
	       (__atomic_load_n(&l->suspect[ino / 64], __ATOMIC_RELAXED) >> (ino % 64) & 1);
}

/* Any thread.  A record of the OI leads to ino, which is in range; was there one before? */
static inline bool ledger_note_mapped(struct ledger *l, u32 ino)
{
	u64 bit = 1ULL << (ino % 64);

	return __atomic_fetch_or(&l->mapped[ino / 64], bit, __ATOMIC_RELAXED) & bit;
}

static inline bool ledger_is_mapped(const struct ledger *l, u32 ino)
{
	return l->mapped[ino / 64] >> (ino % 64) & 1;
}

/* Turns every non-zero slot of the window into a suspect. */
void ledger_close(struct ledger *l);
/* Number of suspects; all of them forgotten. */
u64 ledger_suspects(const struct ledger *l);
void ledger_forget(struct ledger *l);
/* The next suspect at or above ino, 0 when there is none. */
u32 ledger_next(const struct ledger *l, u32 ino);

#endif
