/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hostile input for decoders: every truncation of a vector, then a fixed number
 * of random byte flips.  Each try works on a malloc of exactly its size, so that
 * AddressSanitizer sees a read of even one byte too many.  The generator is
 * seeded alike in every run: a failure can be repeated.
 */
#ifndef MDTCHECK_TESTS_VECTOR_H
#define MDTCHECK_TESTS_VECTOR_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define HOSTILE_MUTATIONS 20000

/* Decodes data, reads all that the decoder hands out, and returns a digest of it. */
typedef u64 (*hostile_decoder)(const u8 *data, size_t len);

static inline u64 hostile_random(u64 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Reads len bytes, so that a sanitizer sees whether they are there. */
static inline u64 hostile_touch(const void *data, size_t len)
{
	const u8 *p = data;
	u64 sum = len;

	while (len--)
		sum = sum * 31 + *p++;
	return sum;
}

static inline u64 hostile_truncate(const u8 *vector, size_t len, hostile_decoder fn)
{
	u64 sum = 0;
	size_t n;

	for (n = 0; n <= len; n++) {
		u8 *copy = malloc(n ? n : 1);

		memcpy(copy, vector, n);
		sum += fn(copy, n);
		free(copy);
	}
	return sum;
}

/* head: flips land in the first head bytes, where the structure is. */
static inline u64 hostile_mutate(const u8 *vector, size_t len, size_t head, hostile_decoder fn)
{
	u64 state = 0x9e3779b97f4a7c15ULL;
	u8 *copy = malloc(len);
	u64 sum = 0;
	int i;

	for (i = 0; i < HOSTILE_MUTATIONS; i++) {
		int flips = 1 + (int)(hostile_random(&state) % 4);

		memcpy(copy, vector, len);
		while (flips--) {
			u64 r = hostile_random(&state);

			copy[(r >> 8) % head] = (u8)r;
		}
		sum += fn(copy, len);
	}
	free(copy);
	return sum;
}

/* Both of them; the digest goes to memory so that no read is optimised away. */
static inline void hostile_run(const u8 *vector, size_t len, size_t head, hostile_decoder fn)
{
	volatile u64 digest = hostile_truncate(vector, len, fn);

	digest += hostile_mutate(vector, len, head, fn);
	(void)digest;
}

/* A suite of one case, with room for sanitizers on a loaded machine. */
static inline Suite *suite_begin(const char *name, TCase **tc)
{
	Suite *s = suite_create(name);

	*tc = tcase_create(name);
	tcase_set_timeout(*tc, 120);
	suite_add_tcase(s, *tc);
	return s;
}

#endif
