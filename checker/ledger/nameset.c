/* SPDX-License-Identifier: GPL-2.0-only */
/* A set of name hashes for one directory at a time. */
#include "ledger/nameset.h"

#include <stdlib.h>
#include <string.h>

/* Cleared for every directory, most of which are small. */
#define NAMESET_FIRST 128U

int nameset_init(struct nameset *s, struct membudget *mem, const struct hash_key *key)
{
	struct nameset n = { .slots = NAMESET_FIRST, .mem = mem, .key = key };

	if (membudget_take(mem, n.slots * sizeof(u64)))
		return -ENOMEM;
	n.slot = calloc(n.slots, sizeof(u64));
	if (!n.slot) {
		membudget_give(mem, n.slots * sizeof(u64));
		return -ENOMEM;
	}
	*s = n;
	return 0;
}

void nameset_free(struct nameset *s)
{
	if (s->slot)
		membudget_give(s->mem, s->slots * sizeof(u64));
	free(s->slot);
	memset(s, 0, sizeof(*s));
}

/*
 * Back to a small table after a large directory: the next ones are small again,
 * and each would have to clear all of it.
 */
static void shrink(struct nameset *s)
{
	u64 *slot = s->slots > NAMESET_FIRST ? calloc(NAMESET_FIRST, sizeof(u64)) : NULL;

	if (!slot)
		return;
	membudget_give(s->mem, (s->slots - NAMESET_FIRST) * sizeof(u64));
	free(s->slot);
	s->slot = slot;
	s->slots = NAMESET_FIRST;
	s->used = 0;
}

void nameset_begin(struct nameset *s, u32 part, u32 bits)
{
	shrink(s);
	if (s->used)
		memset(s->slot, 0, s->slots * sizeof(u64));
	s->used = 0;
	s->full = false;
	s->part = part;
	s->bits = bits;
}

static u64 *find_slot(u64 *slot, u32 slots, u64 h)
{
	u32 i = (u32)(h >> 32) & (slots - 1);

	while (slot[i] && slot[i] != h)
		i = (i + 1) & (slots - 1);
	return &slot[i];
}

/* Doubles the table; false when it may not or cannot grow. */
static bool grow(struct nameset *s)
{
	u32 slots = s->slots * 2;
	u64 *slot;

	if (slots > NAMESET_MAX || membudget_take(s->mem, slots * sizeof(u64)))
		return false;
	slot = calloc(slots, sizeof(u64));
	if (!slot) {
		membudget_give(s->mem, slots * sizeof(u64));
		return false;
	}
	for (u32 i = 0; i < s->slots; i++)
		if (s->slot[i])
			*find_slot(slot, slots, s->slot[i]) = s->slot[i];
	membudget_give(s->mem, s->slots * sizeof(u64));
	free(s->slot);
	s->slot = slot;
	s->slots = slots;
	return true;
}

bool nameset_add(struct nameset *s, const char *name, u32 len)
{
	struct siphash sip;
	u64 h, *slot;

	sip_begin(&sip, s->key);
	sip_word(&sip, TAG_DIRNAME | (u64)len << 16);
	sip_bytes(&sip, name, len);
	/* Here a constant hash would not make suspects but false alarms: names are
	 * always told apart. */
	h = sip_end(&sip, &(struct hash_key){ 0 }) | 1ULL << 63;
	if (s->bits && (h & ((1ULL << s->bits) - 1)) != s->part)
		return false;
	if (s->used * 2 >= s->slots && !grow(s)) {
		s->full = true;
		return false;
	}
	slot = find_slot(s->slot, s->slots, h);
	if (*slot)
		return true;
	*slot = h;
	s->used++;
	return false;
}
