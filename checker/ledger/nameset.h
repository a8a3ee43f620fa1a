/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Notices a name that stands twice in one directory, which no sum can see when
 * both entries are answered by a linkEA.  A hash table of name hashes, one a
 * thread, used for one directory after the other.
 *
 * Names of a directory too large for the table are looked at in parts: part p of
 * 2^bits takes the names whose hash ends in p, and the directory is read again
 * for each.
 */
#ifndef MDTCHECK_LEDGER_NAMESET_H
#define MDTCHECK_LEDGER_NAMESET_H

#include "base/membudget.h"
#include "ledger/hash.h"

#define NAMESET_MAX (1U << 20) /* slots: 8 MiB a thread, half of them used at most */
#define NAMESET_PAD 34	       /* words: those of the longest name, and two for its length */

struct nameset {
	u64 *slot;
	u32 slots; /* a power of two */
	u32 used;
	u32 part, bits; /* which names are looked at */
	struct membudget *mem;
	u64 pad[NAMESET_PAD]; /* random; what is added to the words of a name */
	bool full; /* names were left out: too many for the table */
};

int nameset_init(struct nameset *s, struct membudget *mem, const struct hash_key *key);
void nameset_free(struct nameset *s);

/* Forgets all names; then looks at part of 2^bits (0 of 2^0: all). */
void nameset_begin(struct nameset *s, u32 part, u32 bits);
/* True when the name was there before. */
bool nameset_add(struct nameset *s, const char *name, u32 len);

#endif
