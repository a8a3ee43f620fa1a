/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the scan has met in the OI of the suspects of then.  A healthy MDT has a
 * hundred or two of them, objects without an LMA, and for their records alone the
 * exact phase would have to read the whole OI again.  Only for a target that cannot
 * change: what was read once is what would be read again.
 */
#ifndef MDTCHECK_LEDGER_OINOTES_H
#define MDTCHECK_LEDGER_OINOTES_H

#include "ledger/ledger.h"
#include "mdtcheck/facts.h"

struct oi_notes {
	u32 *early; /* suspects when the scan began to read the OI: inode numbers, sorted */
	u32 nearly;
	struct oi_fact *fact; /* its records that lead to them */
	u32 n;
	bool too_many; /* of either: the notes are useless.  Atomic */
};

/* 0 or -ENOMEM.  oi_notes_free() in both cases. */
int oi_notes_begin(struct oi_notes *n, const struct ledger *l);
void oi_notes_free(struct oi_notes *n);

/* Notes a record of OI file oi; one thread at a time. */
void oi_notes_add(struct oi_notes *n, u32 oi, const struct oi_record *rec);

/*
 * Do the notes and look-ups of FIDs show all records that lead to suspects?  Of the early ones
 * they do; of one that became a suspect later nothing was noted.  The sums are not asked.
 */
bool oi_notes_suffice(const struct oi_notes *n, const struct ledger *l);

/* Is the record one to be noted?  Any thread. */
static inline bool oi_notes_wanted(const struct oi_notes *n, const struct ledger *l, u32 ino)
{
	return ledger_is_suspect(l, ino) && !__atomic_load_n(&n->too_many, __ATOMIC_RELAXED);
}

#endif
