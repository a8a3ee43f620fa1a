/* SPDX-License-Identifier: GPL-2.0-only */
/* The ledger: slots, and a bit or two for each inode number. */
#include "ledger/ledger.h"

#include <string.h>
#include <sys/mman.h>

static u64 slot_bytes(const struct ledger *l)
{
	return (u64)l->count * sizeof(u64);
}

static u64 bit_words(const struct ledger *l)
{
	return (u64)l->max_ino / 64 + 1;
}

static u64 *bits_new(const struct ledger *l)
{
	return membudget_map(l->mem, bit_words(l) * 8, bit_words(l) * 8);
}

static void bits_free(const struct ledger *l, u64 *bits)
{
	if (bits)
		membudget_unmap(l->mem, bits, bit_words(l) * 8, bit_words(l) * 8);
}

int ledger_init(struct ledger *l, struct membudget *mem, u32 first, u32 count, u32 max_ino)
{
	struct ledger n = { .first = first, .count = count, .max_ino = max_ino, .mem = mem };

	n.slot = membudget_map(mem, slot_bytes(&n), slot_bytes(&n));
	n.suspect = bits_new(&n);
	n.mapped = bits_new(&n);
	if (!n.slot || !n.suspect || !n.mapped) {
		ledger_free(&n);
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
	ledger_drop_slots(l);
	bits_free(l, l->suspect);
	bits_free(l, l->mapped);
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

	for (u64 i = 0; i < bit_words(l); i++)
		n += (u64)__builtin_popcountll(l->suspect[i]);
	return n;
}

void ledger_forget(struct ledger *l)
{
	madvise(l->suspect, bit_words(l) * 8, MADV_DONTNEED);
}

u32 ledger_next(const struct ledger *l, u32 ino)
{
	u64 i = ino / 64;
	u64 word;

	if (ino > l->max_ino)
		return 0;
	word = l->suspect[i] & ~0ULL << (ino % 64);
	while (!word) {
		if (++i >= bit_words(l))
			return 0;
		word = l->suspect[i];
	}
	return (u32)(i * 64 + (u64)__builtin_ctzll(word));
}
