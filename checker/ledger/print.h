/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fingerprints of what an object says, one for each part that rules use, so that
 * two readings of it can be compared without keeping either.  Times, sizes and
 * versions stay out: a busy object with a lasting fault must not look changed.
 */
#ifndef MDTCHECK_LEDGER_PRINT_H
#define MDTCHECK_LEDGER_PRINT_H

#include "ledger/hash.h"
#include "mdtcheck/object.h"

struct object_print {
	u64 core;      /* inode number, generation, type, in use or not */
	u64 ea[EA_NR]; /* state and bytes of each */
	u32 nlink;
};

void object_print(const struct object *o, const struct hash_key *key, struct object_print *out);

#endif
