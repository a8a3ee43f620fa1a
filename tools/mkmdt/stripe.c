/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which shard of a striped directory a name goes into, written apart from the
 * checker: the one proves the other.
 */
#include <string.h>

#include "tools/mkmdt/model.h"

enum { UPPER = 'U', LOWER = 'L', DIGIT = 'D', OTHER = '-' };

/* Bytes from 0xc0 on are letters to the kernel, but for two of them. */
static char kind_of(char c)
{
	u8 b = (u8)c;

	if (b >= '0' && b <= '9')
		return DIGIT;
	if (b == 0xd7 || b == 0xf7 || b < 'A' || (b > 'z' && b < 0xc0) || (b > 'Z' && b < 'a'))
		return OTHER;
	return b <= 'Z' || (b >= 0xc0 && b < 0xdf) ? UPPER : LOWER;
}

static u64 fnv(const char *name, size_t len)
{
	u64 h = 0xcbf29ce484222325ULL;

	while (len--) {
		h ^= (u8)*name++;
		h *= 0x100000001b3ULL;
	}
	return h;
}

/* Does "NAME.SUFFIX" with a suffix of n look like a temporary name? */
static bool temporary(const char *name, size_t len, u32 n, u32 hash)
{
	u32 count[128] = { 0 };
	const char *s;
	u32 i;

	if (len < n + 2 || name[len - n - 1] != '.')
		return false;
	s = name + len - n;
	for (i = 0; i < n; i++)
		count[(u32)kind_of(s[i])]++;
	if (count[UPPER] == n || count[LOWER] == n)
		return false;
	if (hash == MK_HASH_CRUSH2)
		return !count[OTHER] && (count[DIGIT] + 1 < n || kind_of(s[0]) != DIGIT);
	return count[DIGIT] + 1 < n || kind_of(s[0]) == DIGIT;
}

static bool tail(const char *name, size_t len, const char *want)
{
	size_t i, n = strlen(want);

	if (len <= n)
		return false;
	for (i = 0; i < n; i++)
		if ((name[len - n + i] | 0x20) != (want[i] | 0x20))
			return false;
	return name[len - n] == '.';
}

/* The group of the name without what makes it temporary or a backup. */
static u32 group_of(const char *name, size_t len, u32 hash)
{
	if (*name == '.' && temporary(name + 1, len - 1, 6, hash))
		return (u32)(fnv(name + 1, len - 8) & 4095);
	if (temporary(name, len, 8, hash))
		len -= 9;
	else if (len > 1 && name[len - 1] == '~' && name[len - 2] != '.')
		len -= 1;
	else if (tail(name, len, ".bak") || tail(name, len, ".sav"))
		len -= 4;
	else if (tail(name, len, ".orig"))
		len -= 5;
	return (u32)(fnv(name, len) & 4095);
}

static void jenkins(u32 v[3])
{
	static const int by[9] = { -13, 8, -13, -12, 16, -5, -3, 10, -15 };
	u32 i, last;

	for (i = 0; i < 9; i++) {
		last = v[(i + 2) % 3];
		v[i % 3] -= v[(i + 1) % 3];
		v[i % 3] -= last;
		v[i % 3] ^= by[i] < 0 ? last >> -by[i] : last << by[i];
	}
}

static u32 straw(u32 group, u32 index)
{
	u32 word[5] = { group, index, 1315423911u ^ group ^ index, 231232, 1232 };
	static const u8 round[3][2] = { { 0, 1 }, { 3, 0 }, { 1, 4 } };
	u32 i;

	for (i = 0; i < 3; i++) {
		u32 v[3] = { word[round[i][0]], word[round[i][1]], word[2] };

		jenkins(v);
		word[round[i][0]] = v[0];
		word[round[i][1]] = v[1];
		word[2] = v[2];
	}
	return word[2];
}

static u32 crush(const char *name, size_t len, u32 hash, u32 shards)
{
	u32 group = group_of(name, len, hash), best = 0, i;

	for (i = 1; i < shards; i++)
		if (straw(group, i) > straw(group, best))
			best = i;
	return best;
}

u32 mk_shard_of(u32 hash, u32 shards, const char *name, size_t len)
{
	u64 h = 0;

	if (hash == MK_HASH_CRUSH || hash == MK_HASH_CRUSH2)
		return crush(name, len, hash, shards);
	if (hash == MK_HASH_FNV_1A_64)
		return (u32)(fnv(name, len) % shards);
	while (len--)
		h += (u8)*name++;
	return (u32)(h % shards);
}
