/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The keyed hash behind the ledger: SipHash-1-3 with a random key per run, since
 * names are chosen by users.  Every term starts with a word whose highest byte is its
 * kind; that, and for a name the last word, which holds its length, tell what the other
 * words are, so no two terms are the same words.
 */
#ifndef MDTCHECK_LEDGER_HASH_H
#define MDTCHECK_LEDGER_HASH_H

#include <endian.h>
#include <string.h>

#include "mdtcheck/fid.h"

struct hash_key {
	u64 k0, k1;
	bool constant; /* tests: every hash is 1, so that the ledger proves nothing */
};

enum hash_tag { TAG_NAME = 1, TAG_DOTDOT, TAG_OI, TAG_RPD, TAG_DIRNAME, TAG_SHARD, TAG_LONG };

struct siphash {
	u64 v0, v1, v2, v3;
};

static inline u64 rotl64(u64 x, unsigned int b)
{
	return x << b | x >> (64 - b);
}

static inline void sip_round(struct siphash *s)
{
	s->v0 += s->v1;
	s->v1 = rotl64(s->v1, 13) ^ s->v0;
	s->v0 = rotl64(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = rotl64(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = rotl64(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = rotl64(s->v1, 17) ^ s->v2;
	s->v2 = rotl64(s->v2, 32);
}

static inline void sip_begin(struct siphash *s, const struct hash_key *k)
{
	s->v0 = k->k0 ^ 0x736f6d6570736575ULL;
	s->v1 = k->k1 ^ 0x646f72616e646f6dULL;
	s->v2 = k->k0 ^ 0x6c7967656e657261ULL;
	s->v3 = k->k1 ^ 0x7465646279746573ULL;
}

static inline void sip_word(struct siphash *s, u64 w)
{
	s->v3 ^= w;
	sip_round(s);
	s->v0 ^= w;
}

static inline void sip_fid(struct siphash *s, const struct fid *f)
{
	sip_word(s, f->seq);
	sip_word(s, (u64)f->ver << 32 | f->oid);
}

/* The last 0 to 7 bytes; a copy of unknown length would be a call for each name. */
static inline u64 tail_word(const char *p, size_t len)
{
	u64 w = 0;
	u32 four;
	u16 two;

	if (len & 1)
		w = (u8)p[len - 1];
	if (len & 2) {
		memcpy(&two, p + (len & 4), 2);
		w = w << 16 | two;
	}
	if (len & 4) {
		memcpy(&four, p, 4);
		w = w << 32 | four;
	}
	return w;
}

static inline u64 word_at(const char *p)
{
	u64 w;

	memcpy(&w, p, sizeof(w));
	return w;
}

/* With the lowest byte of the length above the last bytes, as SipHash has it. */
static inline void sip_bytes(struct siphash *s, const char *p, size_t len)
{
	u64 end = (u64)len << 56;

	if (len < 8) {
		sip_word(s, end | tail_word(p, len));
		return;
	}
	for (; len >= 8; p += 8, len -= 8)
		sip_word(s, word_at(p));
	/* What is left, out of the last eight; there may be none. */
	sip_word(s, end | word_at(p + len - 8) >> 8 >> (56 - 8 * len));
}

static inline u64 sip_end(struct siphash *s, const struct hash_key *k)
{
	if (unlikely(k->constant))
		return 1;
	s->v2 ^= 0xff;
	sip_round(s);
	sip_round(s);
	sip_round(s);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

/* The directory whose name was hashed last: most names come one after another, of one type. */
struct hash_dir {
	struct fid fid;
	u32 kind; /* of the name; 0: none yet */
	struct siphash begun; /* with the kind and this FID */
};

#define HASH_KIND 1U	    /* there is one */
#define HASH_NO_CHILD 2U    /* the child is zero, and left out */
#define HASH_TYPE_SHIFT 8   /* of the entry's type */

static inline void hash_dir_begin(struct hash_dir *d, const struct hash_key *k,
				  const struct fid *fid, u32 kind)
{
	d->fid = *fid;
	d->kind = kind;
	sip_begin(&d->begun, k);
	sip_word(&d->begun, (u64)TAG_NAME << 56 | kind);
	sip_fid(&d->begun, fid);
}

/*
 * A term about a name: who holds it, how it reads, whom it means.  Without dirdata no entry says
 * whom, so a child of zero costs no words.  last is made to be of dir.
 */
static __always_inline u64 hash_name(const struct hash_key *k, struct hash_dir *last,
				     const struct fid *dir, const char *name, size_t len,
				     const struct fid *child, u8 type)
{
	bool zero = fid_is_zero(child);
	u32 kind = HASH_KIND | (u32)type << HASH_TYPE_SHIFT | (zero ? HASH_NO_CHILD : 0);
	struct siphash s;

	if (unlikely(last->kind != kind || !fid_equal(&last->fid, dir)))
		hash_dir_begin(last, k, dir, kind);
	s = last->begun;
	if (!zero)
		sip_fid(&s, child);
	sip_bytes(&s, name, len);
	return sip_end(&s, k);
}

/* Two words for nearly all; the others say so in their first one. */
static inline bool hash_pair_is_short(const struct fid *fid)
{
	return !(fid->seq >> 56) && !fid->ver;
}

/* A term about a number and a FID. */
static inline u64 hash_pair(const struct hash_key *k, enum hash_tag tag, u32 num,
			    const struct fid *fid)
{
	struct siphash s;

	sip_begin(&s, k);
	if (likely(hash_pair_is_short(fid))) {
		sip_word(&s, (u64)tag << 56 | fid->seq);
		sip_word(&s, (u64)num << 32 | fid->oid);
	} else {
		sip_word(&s, (u64)TAG_LONG << 56 | (u64)tag << 32 | num);
		sip_fid(&s, fid);
	}
	return sip_end(&s, k);
}

#endif
