/* SPDX-License-Identifier: GPL-2.0-only */
/* Live suspects by their FIDs: a table, and a filter before it that most FIDs do not pass. */
#include "ledger/fidslots.h"

#include <stdlib.h>
#include <string.h>

#define FILTER_BITS_PER_SLOT 4U

static u64 filter_words(const struct gather *g)
{
	return g->by_fid_slots * FILTER_BITS_PER_SLOT / 64;
}

/* A power of two, at least twice as many as suspects. */
static u32 slots_for(u32 n)
{
	u32 slots = 16;

	while (slots < n * 2)
		slots *= 2;
	return slots;
}

int fidslots_make(struct gather *g)
{
	g->by_fid_slots = slots_for(g->cap);
	g->by_fid = malloc(g->by_fid_slots * sizeof(*g->by_fid));
	g->fid_filter = malloc(filter_words(g) * sizeof(u64));
	return g->by_fid && g->fid_filter ? 0 : -ENOMEM;
}

void fidslots_free(struct gather *g)
{
	free(g->by_fid);
	free(g->fid_filter);
	g->by_fid = NULL;
	g->fid_filter = NULL;
}

void fidslots_begin(struct gather *g)
{
	g->by_fid_slots = slots_for(g->n);
	memset(g->by_fid, 0, g->by_fid_slots * sizeof(*g->by_fid));
	memset(g->fid_filter, 0, filter_words(g) * sizeof(u64));
}

/* No key: who makes FIDs collide here makes the run slower, and no more. */
static u32 filter_bit(const struct gather *g, const struct fid *fid)
{
	u64 mix = (fid->seq * 0x9E3779B97F4A7C15ULL ^ fid->oid) * 0xD6E8FEB86659FD93ULL;

	return (u32)(mix >> 32) & (g->by_fid_slots * FILTER_BITS_PER_SLOT - 1);
}

bool fidslots_lack(const struct gather *g, const struct fid *fid)
{
	u32 bit = filter_bit(g, fid);

	return !(g->fid_filter[bit / 64] >> (bit % 64) & 1);
}

struct fid_probe fid_probe_begin(const struct gather *g, const struct fid *fid)
{
	u64 h = hash_pair(&(struct hash_key){ g->key->k0, g->key->k1, false }, TAG_OI, 0, fid);

	return (struct fid_probe){ fid, (u32)h & (g->by_fid_slots - 1), (u32)(h >> 32) };
}

void fidslots_hash(const struct gather *g, struct gather_suspect *s)
{
	struct fid_probe p = fid_probe_begin(g, &s->fid);

	s->slot = p.slot;
	s->tag = p.tag;
}

void fidslots_take(struct gather *g, u32 number)
{
	const struct gather_suspect *s = &g->suspect[number];
	u32 bit = filter_bit(g, &s->fid), slot = s->slot;

	g->fid_filter[bit / 64] |= 1ULL << (bit % 64);
	while (g->by_fid[slot].number)
		slot = (slot + 1) & (g->by_fid_slots - 1);
	g->by_fid[slot] = (struct gather_slot){ number + 1, s->tag };
}

struct fid_probe fid_probe_of(const struct gather_suspect *s)
{
	return (struct fid_probe){ &s->fid, s->slot, s->tag };
}

struct gather_suspect *fid_probe_next(const struct gather *g, struct fid_probe *p)
{
	while (g->by_fid[p->slot].number) {
		const struct gather_slot *slot = &g->by_fid[p->slot];
		struct gather_suspect *s = &g->suspect[slot->number - 1];

		p->slot = (p->slot + 1) & (g->by_fid_slots - 1);
		if (slot->tag == p->tag && fid_equal(&s->fid, p->fid))
			return s;
	}
	return NULL;
}

const struct gather_suspect *gather_twin(const struct gather *g, const struct gather_suspect *s)
{
	struct fid_probe p = fid_probe_of(s);
	const struct gather_suspect *t;

	do {
		t = fid_probe_next(g, &p);
	} while (t == s);
	return t;
}
