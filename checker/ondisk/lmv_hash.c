/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hashes of striped directories.
 *
 * CRUSH puts a name into one of 4096 groups and lets the stripes draw straws for
 * the group, so that few names move when stripes come or go.  Temporary and backup
 * names count as the name they stand for, since they will be renamed to it.
 */
#include <string.h>
#include <strings.h>

#include "ondisk/lmv.h"
#include "ondisk/lmv_hash.h"

#define FNV_BASIS 0xcbf29ce484222325ULL
#define FNV_PRIME 0x100000001b3ULL
#define CRUSH_GROUPS 4096
#define CRUSH_SEED 1315423911U
#define CRUSH_X 231232U
#define CRUSH_Y 1232U

/* rsync: a dot, the name, a dot, six characters; dcp and others: the name, a dot, eight. */
#define RSYNC_SUFFIX 6
#define COPY_SUFFIX 8

static u32 hash_all_chars(const char *name, size_t len)
{
	u32 sum = 0;
	size_t i;

	for (i = 0; i < len; i++)
		sum += (u8)name[i];
	return sum;
}

u64 lmv_fnv_1a_64(const char *name, size_t len)
{
	u64 h = FNV_BASIS;
	size_t i;

	for (i = 0; i < len; i++)
		h = (h ^ (u8)name[i]) * FNV_PRIME;
	return h;
}

/* ---- names that stand for others ------------------------------------------------------------- */

/* Lustre asks the kernel, which takes bytes for letters of Latin-1, whatever the locale is. */
static bool is_lower(u8 c)
{
	return (c >= 'a' && c <= 'z') || (c >= 0xdf && c != 0xf7);
}

static bool is_upper(u8 c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7);
}

static bool is_digit(u8 c)
{
	return c >= '0' && c <= '9';
}

/*
 * Does the suffix look as if it was drawn at random?  The first CRUSH had two
 * faults here, which names placed by it have kept for ever.
 */
static bool looks_random(const char *suffix, u32 n, bool crush2)
{
	u32 lower = 0, upper = 0, digits = 0;
	u32 i;

	for (i = 0; i < n; i++) {
		lower += is_lower((u8)suffix[i]);
		upper += is_upper((u8)suffix[i]);
		digits += is_digit((u8)suffix[i]);
	}
	if (lower == n || upper == n)
		return false;
	if (crush2 && lower + upper + digits < n)
		return false;
	return digits < n - 1 || is_digit((u8)suffix[0]) != crush2;
}

static bool is_temporary(const char *name, size_t len, bool dot, u32 suffix, bool crush2)
{
	if (dot && name[0] != '.')
		return false;
	if (len < (size_t)dot + suffix + 2 || name[len - suffix - 1] != '.')
		return false;
	return looks_random(name + len - suffix, suffix, crush2);
}

static bool ends_with(const char *name, size_t len, const char *suffix)
{
	size_t n = strlen(suffix);

	return len > n && !strncasecmp(name + len - n, suffix, n);
}

/* How many bytes at its end make the name that of a backup. */
static size_t backup_suffix(const char *name, size_t len)
{
	if (len > 1 && name[len - 1] == '~' && name[len - 2] != '.')
		return 1;
	if (ends_with(name, len, ".bak") || ends_with(name, len, ".sav"))
		return 4;
	return ends_with(name, len, ".orig") ? 5 : 0;
}

/* Reduces the name to the one it stands for. */
static void strip(const char **name, size_t *len, bool crush2)
{
	if (is_temporary(*name, *len, true, RSYNC_SUFFIX, crush2)) {
		*name += 1;
		*len -= RSYNC_SUFFIX + 2;
	} else if (is_temporary(*name, *len, false, COPY_SUFFIX, crush2)) {
		*len -= COPY_SUFFIX + 1;
	} else {
		*len -= backup_suffix(*name, *len);
	}
}

/* ---- straws ---------------------------------------------------------------------------------- */

/* One round of Bob Jenkins' mix of three words: nine steps, each of one word by the two others. */
static void mix(u32 *a, u32 *b, u32 *c)
{
	static const u8 shift[3][3] = { { 13, 8, 13 }, { 12, 16, 5 }, { 3, 10, 15 } };
	u32 i;

	for (i = 0; i < 3; i++) {
		*a = (*a - *b - *c) ^ *c >> shift[i][0];
		*b = (*b - *c - *a) ^ *a << shift[i][1];
		*c = (*c - *a - *b) ^ *b >> shift[i][2];
	}
}

u32 lmv_crush_straw(u32 group, u32 stripe)
{
	u32 h = CRUSH_SEED ^ group ^ stripe;
	u32 x = CRUSH_X, y = CRUSH_Y;

	mix(&group, &stripe, &h);
	mix(&x, &group, &h);
	mix(&stripe, &y, &h);
	return h;
}

static u32 crush(u32 count, const char *name, size_t len, bool crush2)
{
	u32 best = 0, longest = 0, group;
	u32 i;

	strip(&name, &len, crush2);
	group = lmv_fnv_1a_64(name, len) % CRUSH_GROUPS;
	for (i = 0; i < count; i++) {
		u32 straw = lmv_crush_straw(group, i);

		if (straw > longest) {
			longest = straw;
			best = i;
		}
	}
	return best;
}

u32 lmv_stripe_of(u32 type, u32 count, const char *name, size_t len)
{
	if (count <= 1 || !len)
		return 0;
	switch (type) {
	case LMV_HASH_ALL_CHARS:
		return hash_all_chars(name, len) % count;
	case LMV_HASH_FNV_1A_64:
		return (u32)(lmv_fnv_1a_64(name, len) % count);
	case LMV_HASH_CRUSH:
	case LMV_HASH_CRUSH2:
		return crush(count, name, len, type == LMV_HASH_CRUSH2);
	default:
		return 0;
	}
}
