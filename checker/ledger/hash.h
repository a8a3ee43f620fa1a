/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The keyed hash behind the ledger: SipHash-1-3 with a random key per run, since
 * names are chosen by users.  Every term starts with a word that holds its kind; that,
 * and for a name the word that holds its length, tell what the other words are, so no
 * two terms are the same words.
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

enum hash_tag { TAG_NAME = 1, TAG_DOTDOT, TAG_OI, TAG_RPD, TAG_COUNT, TAG_DIRNAME, TAG_SHARD };

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

/* The last 1 to 7 bytes; a copy of unknown length would be a call for each name. */
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

static inline void sip_bytes(struct siphash *s, const char *p, size_t len)
{
	u64 w;

	for (; len >= 8; p += 8, len -= 8) {
		memcpy(&w, p, 8);
		sip_word(s, w);
	}
	if (len)
		sip_word(s, tail_word(p, len));
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

/* The directory whose name was hashed last: most names come one after another. */
struct hash_dir {
	struct fid fid;
	struct siphash begun; /* with the kind and this FID */
};

static inline void hash_dir_begin(struct hash_dir *d, const struct hash_key *k,
				  const struct fid *fid)
{
	d->fid = *fid;
	sip_begin(&d->begun, k);
	sip_word(&d->begun, TAG_NAME);
	sip_fid(&d->begun, fid);
}

/* The same, where it may be that directory already. */
static inline void hash_dir_move(struct hash_dir *d, const struct hash_key *k,
				 const struct fid *fid)
{
	if (!fid_equal(&d->fid, fid))
		hash_dir_begin(d, k, fid);
}

/*
 * A term about a name: who holds it, how it reads, whom it means.  Without dirdata no entry says
 * whom, so a child of zero costs no words; a bit beside the type tells that it is left out.
 */
static inline u64 hash_name(const struct hash_key *k, const struct hash_dir *dir, const char *name,
			    size_t len, const struct fid *child, u8 type)
{
	bool zero = fid_is_zero(child);
	struct siphash s = dir->begun;

	sip_word(&s, (u64)type << 8 | (u64)len << 16 | (u64)zero << 48);
	if (!zero)
		sip_fid(&s, child);
	sip_bytes(&s, name, len);
	return sip_end(&s, k);
}

/* A term about a number and a FID. */
static inline u64 hash_pair(const struct hash_key *k, enum hash_tag tag, u32 num,
			    const struct fid *fid)
{
	struct siphash s;

	sip_begin(&s, k);
	sip_word(&s, (u64)tag | (u64)num << 32);
	sip_fid(&s, fid);
	return sip_end(&s, k);
}

#endif
