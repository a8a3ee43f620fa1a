/* SPDX-License-Identifier: GPL-2.0-only */
/* A set of name hashes for one directory at a time. */
#include "ledger/nameset.h"

#include <stdlib.h>
#include <string.h>

/* Cleared for every directory, most of which are small. */
#define NAMESET_FIRST 128U

__extension__ typedef unsigned __int128 u128;

static u128 product(u64 a, u64 b)
{
	return (u128)a * b;
}

/*
 * NH, a universal hash: the sum of the products of pairs of words, to each of which a random
 * one was added.  Two names that were chosen without knowing the pad are alike with a chance
 * of about 2^-63, as with the ledger's hash, at a quarter of the work.  It tells no more than
 * that, which is enough in one directory.
 */
static u64 name_hash(const struct nameset *s, const char *p, u32 len)
{
	const u64 *pad = s->pad;
	u128 sum = product(len + pad[0], pad[1]);
	u64 last;

	for (pad += 2; len >= 16; p += 16, len -= 16, pad += 2)
		sum += product(word_at(p) + pad[0], word_at(p + 8) + pad[1]);
	last = len >= 8 ? tail_word(p + 8, len - 8) : tail_word(p, len);
	if (len)
		sum += product((len >= 8 ? word_at(p) : 0) + pad[0], last + pad[1]);
	/* Neither half alone depends on all bits of both words. */
	return (u64)sum ^ (u64)(sum >> 64);
}

/* The pad follows from the key, by the ledger's hash. */
static void make_pad(struct nameset *s, const struct hash_key *key)
{
	/* A constant hash would make no suspects here but false alarms. */
	const struct hash_key k = { .k0 = key->k0, .k1 = key->k1 };
	static const struct fid none;

	for (u32 i = 0; i < NAMESET_PAD; i++)
		s->pad[i] = hash_pair(&k, TAG_DIRNAME, i, &none);
}

int nameset_init(struct nameset *s, struct membudget *mem, const struct hash_key *key)
{
	struct nameset n = { .slots = NAMESET_FIRST, .mem = mem };

	if (membudget_take(mem, n.slots * sizeof(u64)))
		return -ENOMEM;
	n.slot = calloc(n.slots, sizeof(u64));
	if (!n.slot) {
		membudget_give(mem, n.slots * sizeof(u64));
		return -ENOMEM;
	}
	make_pad(&n, key);
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
	u64 h = name_hash(s, name, len) | 1ULL << 63;
	u64 *slot;

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
