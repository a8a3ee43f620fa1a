/* SPDX-License-Identifier: GPL-2.0-only */
/* The bounded byte cursor: values, both byte orders, and what happens past the end. */
#include "base/cursor.h"
#include "tests/unit/suites.h"
#include "tests/unit/vector.h"

static const u8 bytes[8] = { 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08 };

START_TEST(reads_both_orders)
{
	struct cursor c = cursor_make(bytes, sizeof(bytes));

	ck_assert_uint_eq(cursor_u8(&c), 0x01);
	ck_assert_uint_eq(cursor_le16(&c), 0x0302);
	ck_assert_uint_eq(cursor_be32(&c), 0x04050607);
	ck_assert_uint_eq(cursor_left(&c), 1);
	cursor_seek(&c, 0);
	ck_assert_uint_eq(cursor_le64(&c), 0x0807060504030201ULL);
	cursor_seek(&c, 0);
	ck_assert_uint_eq(cursor_be64(&c), 0x0102030405060708ULL);
	cursor_seek(&c, 1);
	ck_assert_uint_eq(cursor_be16(&c), 0x0203);
	cursor_seek(&c, 3);
	ck_assert_uint_eq(cursor_le32(&c), 0x07060504);
	ck_assert(!c.bad);
}
END_TEST

START_TEST(past_the_end_is_sticky)
{
	struct cursor c = cursor_make(bytes, 3);

	ck_assert_uint_eq(cursor_le32(&c), 0);
	ck_assert(c.bad);
	ck_assert_uint_eq(cursor_left(&c), 0);
	/* One byte would have been there: a bad cursor gives none. */
	ck_assert_uint_eq(cursor_u8(&c), 0);
	cursor_seek(&c, 0);
	ck_assert(c.bad);
	ck_assert_ptr_null(cursor_bytes(&c, 0));
}
END_TEST

START_TEST(seek_and_skip)
{
	struct cursor c = cursor_make(bytes, sizeof(bytes));

	cursor_seek(&c, sizeof(bytes));
	ck_assert(!c.bad);
	ck_assert_uint_eq(cursor_left(&c), 0);
	ck_assert_ptr_eq(cursor_bytes(&c, 0), bytes + sizeof(bytes));
	cursor_seek(&c, 2);
	cursor_skip(&c, 3);
	ck_assert_ptr_eq(cursor_bytes(&c, 2), bytes + 5);
	cursor_skip(&c, SIZE_MAX);
	ck_assert(c.bad);

	c = cursor_make(bytes, sizeof(bytes));
	cursor_seek(&c, sizeof(bytes) + 1);
	ck_assert(c.bad);
}
END_TEST

START_TEST(never_reads_outside)
{
	size_t len, start;

	for (len = 0; len <= sizeof(bytes); len++) {
		u8 *copy = malloc(len ? len : 1);

		memcpy(copy, bytes, len);
		for (start = 0; start <= len; start++) {
			struct cursor c = cursor_make(copy, len);

			cursor_seek(&c, start);
			cursor_le64(&c);
			ck_assert_int_eq(c.bad, len - start < 8);
		}
		free(copy);
	}
}
END_TEST

Suite *suite_cursor(void)
{
	TCase *tc;
	Suite *s = suite_begin("cursor", &tc);

	tcase_add_test(tc, reads_both_orders);
	tcase_add_test(tc, past_the_end_is_sticky);
	tcase_add_test(tc, seek_and_skip);
	tcase_add_test(tc, never_reads_outside);
	return s;
}
