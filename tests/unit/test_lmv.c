/* SPDX-License-Identifier: GPL-2.0-only */
/* trusted.lmv, trusted.dmv, and the hashes of striped directories. */
#include <stdio.h>
#include <string.h>

#include "ondisk/lmv.h"
#include "ondisk/lmv_hash.h"
#include "tests/unit/suites.h"
#include "tests/unit/lmv_vectors.h"
#include "tests/unit/vector.h"

static void put32(u8 *p, u32 v)
{
	p[0] = (u8)v;
	p[1] = (u8)(v >> 8);
	p[2] = (u8)(v >> 16);
	p[3] = (u8)(v >> 24);
}

START_TEST(real)
{
	const char *why = NULL;
	struct lmv l;

	ck_assert_int_eq(lmv_decode(lmv_master, 56, &l, &why), 0);
	ck_assert_int_eq(l.kind, LMV_MASTER);
	ck_assert_uint_eq(l.stripe_count, 2);
	ck_assert_uint_eq(l.index, 1);
	ck_assert_uint_eq(l.hash_type, LMV_HASH_FNV_1A_64);
	ck_assert(!lmv_is_changing(&l));
	ck_assert_ptr_null(lmv_hash_doubt(&l));

	ck_assert_int_eq(lmv_decode(lmv_shard, 56, &l, &why), 0);
	ck_assert_int_eq(l.kind, LMV_SHARD);
	ck_assert_uint_eq(l.index, 1);

	ck_assert_int_eq(lmv_decode(lmv_crush2, 56, &l, &why), 0);
	ck_assert_uint_eq(l.hash_type, LMV_HASH_CRUSH2);
	ck_assert_uint_eq(l.version, 1);

	ck_assert_int_eq(lmv_decode(lmv_merged, 56, &l, &why), 0);
	ck_assert_uint_eq(l.stripe_count, 1);
	ck_assert_uint_eq(l.hash_type, LMV_HASH_FNV_1A_64 | LMV_F_FIXED);
	ck_assert_uint_eq(l.version, 3);
	ck_assert(!l.pad_set);
	ck_assert_ptr_null(why);
}
END_TEST

/* One word of the master changed: what the decoder says. */
static int changed(u32 off, u32 v, struct lmv *l)
{
	u8 b[56];
	const char *why = NULL;
	int rc;

	memcpy(b, lmv_master, 56);
	put32(b + off, v);
	rc = lmv_decode(b, 56, l, &why);
	ck_assert(!rc == !why);
	return rc;
}

START_TEST(refused)
{
	struct lmv l = { .version = 0xdead };

	ck_assert_int_eq(changed(0, 0x0BD10BD0, &l), -EBADMSG);
	ck_assert_int_eq(changed(0, LMV_MAGIC_DEFAULT, &l), -EOPNOTSUPP);
	ck_assert_int_eq(changed(0, 0x0CD60CD0, &l), -EOPNOTSUPP);
	ck_assert_int_eq(changed(4, 0, &l), -EBADMSG);
	ck_assert_int_eq(changed(4, 2001, &l), -EBADMSG);
	ck_assert_int_eq(changed(4, 0xfffffffb, &l), -EBADMSG);
	ck_assert_int_eq(changed(12, 0, &l), -EBADMSG);
	ck_assert_int_eq(changed(12, LMV_F_MIGRATION, &l), -EBADMSG);
	ck_assert_int_eq(changed(12, 5, &l), -EOPNOTSUPP);
	ck_assert_uint_eq(l.version, 0xdead);
}
END_TEST

START_TEST(accepted)
{
	struct lmv l;

	ck_assert_int_eq(changed(4, 2000, &l), 0);
	ck_assert_int_eq(changed(12, LMV_F_BAD_TYPE, &l), 0);
	ck_assert_ptr_nonnull(lmv_hash_doubt(&l));
	ck_assert_int_eq(changed(12, 2 | LMV_F_LOST_LMV, &l), 0);
	ck_assert_ptr_nonnull(lmv_hash_doubt(&l));
	ck_assert_int_eq(changed(12, 2 | 0x00010000, &l), 0);
	ck_assert_ptr_nonnull(lmv_hash_doubt(&l));
	ck_assert_int_eq(changed(12, 2 | LMV_F_OVERSTRIPED | LMV_F_FIXED, &l), 0);
	ck_assert_ptr_null(lmv_hash_doubt(&l));
	ck_assert_int_eq(changed(12, 3 | LMV_F_MIGRATION | LMV_F_SPLIT, &l), 0);
	ck_assert(lmv_is_changing(&l));
	ck_assert_int_eq(changed(28, 1, &l), 0);
	ck_assert(l.pad_set);
	ck_assert_int_eq(changed(36, 1, &l), 0);
	ck_assert(l.pad_set);
}
END_TEST

START_TEST(foreign)
{
	u8 b[20] = { 0xd0, 0x0c, 0xd5, 0x0c, 4 };
	const char *why = NULL;
	struct lmv l;

	ck_assert_int_eq(lmv_decode(b, 20, &l, &why), 0);
	ck_assert_int_eq(l.kind, LMV_FOREIGN);
	ck_assert_int_eq(lmv_decode(b, 19, &l, &why), -EBADMSG);
	ck_assert_int_eq(lmv_decode(b, 12, &l, &why), -EBADMSG);
}
END_TEST

START_TEST(defaults)
{
	const char *why = NULL;
	u8 b[96] = { 0xd0, 0x0c, 0xd4, 0x0c, 2 };
	struct dmv dmv = { 0 };

	ck_assert_int_eq(dmv_decode(dmv_root, 48, &dmv, &why), 0);
	ck_assert_int_eq(dmv.stripe_count, 1);
	ck_assert_uint_eq(dmv.mdt_index, UINT32_MAX);
	ck_assert(!dmv.foreign);
	ck_assert_int_eq(dmv_decode(dmv_empty, 48, &dmv, &why), 0);
	ck_assert_int_eq(dmv_decode(dmv_root, 47, &dmv, &why), -EBADMSG);
	/* Lists two MDTs. */
	ck_assert_int_eq(dmv_decode(b, 96, &dmv, &why), 0);
	ck_assert_int_eq(dmv_decode(b, 95, &dmv, &why), -EBADMSG);
	put32(b + 4, (u32)-5);
	ck_assert_int_eq(dmv_decode(b, 48, &dmv, &why), 0);
	put32(b + 4, (u32)-6);
	ck_assert_int_eq(dmv_decode(b, 48, &dmv, &why), -EBADMSG);
	put32(b + 4, 2001);
	ck_assert_int_eq(dmv_decode(b, 96, &dmv, &why), -EBADMSG);
	put32(b, 0x0CDF0CD0);
	ck_assert_int_eq(dmv_decode(b, 96, &dmv, &why), -EOPNOTSUPP);
	put32(b, 0);
	ck_assert_int_eq(dmv_decode(b, 96, &dmv, &why), -EBADMSG);
}
END_TEST

/* ---- hashes ------------------------------------------------------------------------------------ */

START_TEST(straws)
{
	ck_assert_uint_eq(lmv_crush_straw(0, 0), 430787817);
	ck_assert_uint_eq(lmv_crush_straw(1, 2), 3079532188U);
	ck_assert_uint_eq(lmv_crush_straw(4095, 7), 3549469005U);
}
END_TEST

START_TEST(stripes)
{
	u32 i, k, type;

	for (i = 0; i < ARRAY_SIZE(placed); i++) {
		const struct placed *p = &placed[i];
		size_t len = strlen(p->name);

		ck_assert_uint_eq(lmv_fnv_1a_64(p->name, len), p->fnv);
		for (k = 0; k < ARRAY_SIZE(placed_counts); k++)
			for (type = 1; type <= 4; type++)
				ck_assert_msg(lmv_stripe_of(type, placed_counts[k], p->name, len) ==
						      p->stripe[k][type - 1],
					      "%s: type %u of %u", p->name, type, placed_counts[k]);
		ck_assert_uint_eq(lmv_stripe_of(3, 1, p->name, len), 0);
	}
}
END_TEST

/* A name that stands for another belongs where the other does. */
START_TEST(decorated)
{
	static const struct {
		const char *name, *plain;
		bool crush2;
	} pair[] = {
		{ "~", "~", true },		       { "a~", "a", true },
		{ "a.~", "a.~", true },		       { ".bak", ".bak", true },
		{ "a.BAK", "a", true },		       { "a.sAv", "a", true },
		{ "a.orig", "a", true },	       { ".orig", ".orig", true },
		{ ".x.aB3xYz", "x", true },	       { "..aB3xYz", "..aB3xYz", true },
		{ ".x.aB3xY-", ".x.aB3xY-", true },    { ".x.aB3xY-", "x", false },
		{ ".x.abcdef", ".x.abcdef", true },    { ".x.ABCDEF", ".x.ABCDEF", false },
		{ ".x.123456", ".x.123456", true },    { ".x.123456", "x", false },
		{ ".x.a23456", "x", true },	       { ".x.a23456", ".x.a23456", false },
		{ "x.aB3xYz12", "x", true },	       { ".aB3xYz12", ".aB3xYz12", true },
		/* Letters of Latin-1: these are all lower case to the kernel, or mixed. */
		{ ".x.\xe4\xf6\xfc\xdf\xe9\xe8", ".x.\xe4\xf6\xfc\xdf\xe9\xe8", true },
		{ ".x.\xe4\xf6\xfc\xdf\xc9\xe8", "x", true },
		/* Only one decoration is taken off, and the first that fits. */
		{ ".x.bak.aB3xYz", "x.bak", true },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(pair); i++) {
		u32 type = pair[i].crush2 ? LMV_HASH_CRUSH2 : LMV_HASH_CRUSH;
		size_t len = strlen(pair[i].plain);
		u32 group = lmv_fnv_1a_64(pair[i].plain, len) % 4096;
		u32 want = 0, longest = 0, k;

		for (k = 0; k < 1999; k++)
			if (lmv_crush_straw(group, k) > longest) {
				longest = lmv_crush_straw(group, k);
				want = k;
			}
		ck_assert_msg(lmv_stripe_of(type, 1999, pair[i].name, strlen(pair[i].name)) == want,
			      "%s", pair[i].name);
	}
}
END_TEST

START_TEST(fits)
{
	struct lmv l = { .kind = LMV_SHARD, .stripe_count = 2000, .hash_type = 2 };
	u32 due;

	l.index = lmv_stripe_of(2, 2000, "a=Jb", 4);
	/* The escaped form of a name with a line break. */
	ck_assert(!lmv_name_fits(&l, "a\nb", 3, false, &due));
	ck_assert_uint_eq(due, lmv_stripe_of(2, 2000, "a\nb", 3));
	l.index = lmv_stripe_of(2, 2000, "a=Jb", 4);
	ck_assert(lmv_name_fits(&l, "a\nb", 3, true, &due));
	l.index = lmv_stripe_of(2, 2000, "a\nb", 3);
	ck_assert(lmv_name_fits(&l, "a\nb", 3, true, &due));
	ck_assert(lmv_name_fits(&l, "a\nb", 3, false, &due));
	l.index = (l.index + 1) % 2000;
	ck_assert(!lmv_name_fits(&l, "a\nb", 3, true, &due));
}
END_TEST

static u64 decode(const u8 *data, size_t len)
{
	struct lmv l = { .version = 0xdead };
	const char *why = NULL;
	int rc = lmv_decode(data, len, &l, &why);
	struct dmv dmv;
	int drc = dmv_decode(data, len, &dmv, &why);

	ck_assert(!rc || l.version == 0xdead);
	ck_assert(!(rc || drc) || why);
	return (u64)rc + l.stripe_count + l.index;
}

START_TEST(hostile)
{
	hostile_run(lmv_master, sizeof(lmv_master), sizeof(lmv_master), decode);
	hostile_run(dmv_root, sizeof(dmv_root), sizeof(dmv_root), decode);
}
END_TEST

Suite *suite_lmv(void)
{
	TCase *tc;
	Suite *s = suite_begin("lmv", &tc);

	tcase_add_test(tc, real);
	tcase_add_test(tc, refused);
	tcase_add_test(tc, accepted);
	tcase_add_test(tc, foreign);
	tcase_add_test(tc, defaults);
	tcase_add_test(tc, straws);
	tcase_add_test(tc, stripes);
	tcase_add_test(tc, decorated);
	tcase_add_test(tc, fits);
	tcase_add_test(tc, hostile);
	return s;
}
