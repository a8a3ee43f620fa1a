/* SPDX-License-Identifier: GPL-2.0-only */
/* Notes about the OI for the exact phase. */
#include "ledger/oinotes.h"

#include <stdlib.h>

#define OI_NOTES_MAX 1024

int oi_notes_begin(struct oi_notes *n, const struct ledger *l)
{
	u32 ino = ledger_next(l, 1);

	*n = (struct oi_notes){ .early = calloc(OI_NOTES_MAX, sizeof(*n->early)) };
	n->fact = calloc(OI_NOTES_MAX, sizeof(*n->fact));
	if (!n->early || !n->fact)
		return -ENOMEM;
	for (; ino && n->nearly < OI_NOTES_MAX; ino = ledger_next(l, ino + 1))
		n->early[n->nearly++] = ino;
	n->too_many = ino;
	return 0;
}

void oi_notes_free(struct oi_notes *n)
{
	free(n->early);
	free(n->fact);
	*n = (struct oi_notes){ 0 };
}

void oi_notes_add(struct oi_notes *n, u32 oi, const struct oi_record *rec)
{
	if (n->n == OI_NOTES_MAX)
		__atomic_store_n(&n->too_many, true, __ATOMIC_RELAXED);
	else
		n->fact[n->n++] = (struct oi_fact){ .oi = oi, .rec = *rec };
}

bool oi_notes_suffice(const struct oi_notes *n, const struct ledger *l)
{
	u32 k = 0;

	if (!n->fact || n->too_many)
		return false;
	for (u32 ino = ledger_next(l, 1); ino; ino = ledger_next(l, ino + 1)) {
		while (k < n->nearly && n->early[k] < ino)
			k++;
		if (k == n->nearly || n->early[k] != ino)
			return false;
	}
	return true;
}
