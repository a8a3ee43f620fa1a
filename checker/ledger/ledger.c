/* SPDX-License-Identifier: GPL-2.0-only */
/* The ledger: slots and the set of suspects. */
#include "ledger/ledger.h"

#include <string.h>
#include <sys/mman.h>

static u64 slot_bytes(const struct ledger *l)
{
	return (u64)l->count * sizeof(u64);
}

static u64 suspect_words(const struct ledger *l)
{
	return (u64)l->max_ino / 64 + 1;
}

int ledger_init(struct ledger *l, struct membudget *mem, u32 first, u32 count, u32 max_ino)
{
	struct ledger n = { .first = first, .count = count, .max_ino = max_ino, .mem = mem };

	n.slot = membudget_map(mem, slot_bytes(&n), slot_bytes(&n));
	if (!n.slot)
		return -ENOMEM;
	n.suspect = membudget_map(mem, suspect_words(&n) * 8, suspect_words(&n) * 8);
	if (!n.suspect) {
		membudget_unmap(mem, n.slot, slot_bytes(&n), slot_bytes(&n));
		return -ENOMEM;
	}
	*l = n;
	return 0;
}

void ledger_drop_slots(struct ledger *l)
{
	if (!l->slot)
		return;
	membudget_unmap(l->mem, l->slot, slot_bytes(l), slot_bytes(l));
	l->slot = NULL;
	l->count = 0;
}

void ledger_free(struct ledger *l)
{
	if (!l->suspect)
		return;
	ledger_drop_slots(l);
	membudget_unmap(l->mem, l->suspect, suspect_words(l) * 8, suspect_words(l) * 8);
	memset(l, 0, sizeof(*l));
}

void ledger_window(struct ledger *l, u32 first)
{
	madvise(l->slot, slot_bytes(l), MADV_DONTNEED);
	l->first = first;
}

void ledger_close(struct ledger *l)
{
	for (u32 i = 0; i < l->count; i++)
		if (l->slot[i])
			ledger_force(l, l->first + i);
}

u64 ledger_suspects(const struct ledger *l)
{
	u64 n = 0;

	for (u64 i = 0; i < suspect_words(l); i++)
		n += (u64)__builtin_popcountll(l->suspect[i]);
	return n;
}

void ledger_forget(struct ledger *l)
{
	madvise(l->suspect, suspect_words(l) * 8, MADV_DONTNEED);
}

u32 ledger_next(const struct ledger *l, u32 ino)
{
	u64 i = ino / 64;
	u64 word;

	if (ino > l->max_ino)
		return 0;
	word = l->suspect[i] & ~0ULL << (ino % 64);
	while (!word) {
		if (++i >= suspect_words(l))
			return 0;
		word = l->suspect[i];
	}
	return (u32)(i * 64 + (u64)__builtin_ctzll(word));
}
