/* SPDX-License-Identifier: GPL-2.0-only */
/* trusted.hsm and trusted.som. */
#include "ondisk/eas.h"
#include "tests/unit/suites.h"
#include "tests/unit/vector.h"

/* Archived and released, archive 1, version 0x100000002. */
static const u8 hsm_released[24] = {
	0x00, 0x00, 0x00, 0x00, 0x0d, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,
};

/* Lazy, 12345 bytes in 25 blocks. */
static const u8 som_lazy[24] = {
	0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x39, 0x30, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x19, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
};

START_TEST(hsm_fields)
{
	u8 longer[32] = { 0 };
	struct hsm h;

	ck_assert_int_eq(hsm_decode(hsm_released, 24, &h), 0);
	ck_assert_uint_eq(h.compat, 0);
	ck_assert_uint_eq(h.flags, HS_EXISTS | HS_RELEASED | HS_ARCHIVED);
	ck_assert_uint_eq(h.archive_id, 1);
	ck_assert_uint_eq(h.archive_version, 0x100000002ULL);
	memcpy(longer, hsm_released, 24);
	h.flags = 0;
	ck_assert_int_eq(hsm_decode(longer, sizeof(longer), &h), 0);
	ck_assert_uint_eq(h.flags, 0xd);
}
END_TEST

START_TEST(hsm_short)
{
	struct hsm h = { .flags = 77 };
	u32 len;

	for (len = 0; len < 24; len++)
		ck_assert_int_eq(hsm_decode(hsm_released, len, &h), -EBADMSG);
	ck_assert_uint_eq(h.flags, 77);
}
END_TEST

START_TEST(som_fields)
{
	struct som s;

	ck_assert_int_eq(som_decode(som_lazy, 24, &s), 0);
	ck_assert_uint_eq(s.valid, SOM_LAZY);
	ck_assert_uint_eq(s.size, 12345);
	ck_assert_uint_eq(s.blocks, 25);
}
END_TEST

START_TEST(som_lengths)
{
	struct som s = { .size = 77 };
	u8 old[40] = { 4 };
	u32 len;

	for (len = 0; len < 24; len++)
		ck_assert_int_eq(som_decode(som_lazy, len, &s), -EBADMSG);
	for (len = 25; len <= 40; len++)
		ck_assert_int_eq(som_decode(old, len, &s), -EOPNOTSUPP);
	ck_assert_uint_eq(s.size, 77);
}
END_TEST

Suite *suite_eas(void)
{
	TCase *tc;
	Suite *s = suite_begin("eas", &tc);

	tcase_add_test(tc, hsm_fields);
	tcase_add_test(tc, hsm_short);
	tcase_add_test(tc, som_fields);
	tcase_add_test(tc, som_lengths);
	return s;
}
