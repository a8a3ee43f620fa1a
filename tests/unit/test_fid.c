/* SPDX-License-Identifier: GPL-2.0-only */
/* FIDs: packed forms, text, and the names that are made of them. */
#include "ondisk/fid.h"
#include "tests/unit/suites.h"
#include "tests/unit/vector.h"

static const struct fid sample = { .seq = 0x200000401, .oid = 0x1f, .ver = 0 };

static bool same(const struct fid *f, u64 seq, u32 oid, u32 ver)
{
	return f->seq == seq && f->oid == oid && f->ver == ver;
}

START_TEST(packed_forms)
{
	/* From an LMA (little-endian) and an OI key (big-endian). */
	static const u8 le[16] = { 0x02, 0x04, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00,
				   0x09, 0x05, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00 };
	static const u8 be[16] = { 0x00, 0x00, 0x00, 0x02, 0x40, 0x00, 0x04, 0x00,
				   0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00 };
	struct cursor c = cursor_make(le, sizeof(le));
	struct fid f = fid_read_le(&c);

	ck_assert(same(&f, 0x200000402, 0x509, 0));
	c = cursor_make(be, sizeof(be));
	f = fid_read_be(&c);
	ck_assert(same(&f, 0x240000400, 1, 0));
	c = cursor_make(be, 15);
	f = fid_read_be(&c);
	ck_assert(c.bad);
}
END_TEST

START_TEST(text_form)
{
	static const struct fid widest = { UINT64_MAX, UINT32_MAX, UINT32_MAX };
	static const struct fid zero;
	char buf[FID_TEXT_LEN];

	ck_assert_str_eq(fid_text(&sample, buf), "[0x200000401:0x1f:0x0]");
	ck_assert_str_eq(fid_text(&zero, buf), "[0x0:0x0:0x0]");
	ck_assert_str_eq(fid_text(&widest, buf), "[0xffffffffffffffff:0xffffffff:0xffffffff]");
}
END_TEST

START_TEST(parse_loose)
{
	static const struct {
		const char *text;
		size_t used; /* 0: refused */
	} cases[] = {
		{ "[0x200000401:0x1f:0x0]", 22 },
		{ "0x200000401:0x1f:0x0", 20 },
		{ "200000401:1F:0", 14 },
		{ "[0x200000401:0x1f:0x0] rest", 22 },
		{ "0000000200000401:0000001f:00000000", 34 },
		{ "00000000200000401:0x1f:0x0", 0 },
		{ "0x200000401:0x00000001f:0x0", 0 },
		{ "[0x200000401:0x1f:0x0", 0 },
		{ "0x200000401:0x1f", 0 },
		{ "0x:0x1f:0x0", 0 },
		{ "-200000401:0x1f:0x0", 0 },
		{ " 0x200000401:0x1f:0x0", 0 },
		{ "0X200000401:0x1f:0x0", 0 },
		{ "", 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct fid f = { 1, 2, 3 };
		size_t used = 99;
		int rc = fid_parse(cases[i].text, strlen(cases[i].text), &f, &used);

		ck_assert_msg(rc == (cases[i].used ? 0 : -EINVAL), "%s", cases[i].text);
		ck_assert_uint_eq(used, rc ? 99 : cases[i].used);
		ck_assert(rc ? same(&f, 1, 2, 3) : fid_equal(&f, &sample));
	}
}
END_TEST

START_TEST(parse_zero)
{
	static const char *const texts[] = { "[0x0:0x0:0x0]", "[0:0x0:0x0]", "0:0:0" };
	struct fid f;
	size_t used, i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		ck_assert_int_eq(fid_parse(texts[i], strlen(texts[i]), &f, &used), 0);
		ck_assert(fid_is_zero(&f));
	}
}
END_TEST

START_TEST(parse_pending)
{
	/* The orphan of the 2.7 image, and how later versions name it. */
	static const char *const good[] = { "0000000200000bd0:00000001:00000000: 0",
					    "0000000200000bd0:00000001:00000000: 1",
					    "0000000200000bd0:00000001:00000000:10",
					    "0x200000bd0:0x1:0x0" };
	static const char *const bad[] = { "0000000200000bd0:00000001:00000000:0",
					   "0000000200000bd0:00000001:00000000:  0",
					   "0000000200000bd0:00000001:00000000: ",
					   "0000000200000bd0:00000001:00000000: 0x",
					   "0000000200000BD0:00000001:00000000: 0",
					   "0000000200000bd0:00000001:00000000",
					   "[0x200000bd0:0x1:0x0]",
					   "200000bd0:1:0",
					   "." };
	struct fid f;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		ck_assert_int_eq(fid_parse_pending(good[i], strlen(good[i]), &f), 0);
		ck_assert(same(&f, 0x200000bd0, 1, 0));
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_msg(fid_parse_pending(bad[i], strlen(bad[i]), &f) == -EINVAL, "%s",
			      bad[i]);
}
END_TEST

START_TEST(parse_plain)
{
	static const char *const bad[] = { "0x200000402:0x17:0x0 ", "[0x200000402:0x17:0x0]",
					   "0x0200000402:0x17:0x0", "0x200000402:0x17:00",
					   "0x200000402:17:0x0",    "0x200000402:0xA:0x0",
					   "0x200000402:0x17",	    "lost+found" };
	static const char name[] = "0x200000402:0x17:0x0";
	struct fid f = { 0 };
	size_t i;

	ck_assert_int_eq(fid_parse_plain(name, sizeof(name) - 1, &f), 0);
	ck_assert(same(&f, 0x200000402, 0x17, 0));
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_msg(fid_parse_plain(bad[i], strlen(bad[i]), &f) == -EINVAL, "%s", bad[i]);
	ck_assert(same(&f, 0x200000402, 0x17, 0));
}
END_TEST

START_TEST(parse_shard)
{
	static const char *const bad[] = {
		"[0x200000401:0x1f:0x0]:",    "[0x200000401:0x1f:0x0]",
		"[0x200000401:0x1f:0x0]:01",  "[0x200000401:0x1f:0x0]:1x",
		"[0x200000401:0x1f:0x0]:-1",  "[0x200000401:0x1f:0x0]:4294967296",
		"0x200000401:0x1f:0x0:1",     "[0x200000401:0x1f:0x00]:1",
		"[200000401:0x1f:0x0]:1",     "[0x200000401:0x1f:0x0] :1",
		"[0x200000401:0x1F:0x0]:1",
	};
	static const char last[] = "[0x200000401:0x1f:0x0]:4294967295";
	u32 index = 7;
	struct fid f;
	size_t i;

	ck_assert_int_eq(fid_parse_shard("[0x200000401:0x1f:0x0]:0", 24, &f, &index), 0);
	ck_assert(fid_equal(&f, &sample));
	ck_assert_uint_eq(index, 0);
	ck_assert_int_eq(fid_parse_shard(last, sizeof(last) - 1, &f, &index), 0);
	ck_assert_uint_eq(index, UINT32_MAX);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_msg(fid_parse_shard(bad[i], strlen(bad[i]), &f, &index) == -EINVAL, "%s",
			      bad[i]);
}
END_TEST

static u64 parse_all(const u8 *data, size_t len)
{
	const char *text = (const char *)data;
	struct fid f = { 0 };
	size_t used = 0;
	u32 index = 0;

	fid_parse(text, len, &f, &used);
	fid_parse_pending(text, len, &f);
	fid_parse_plain(text, len, &f);
	fid_parse_shard(text, len, &f, &index);
	return f.seq + f.oid + used + index;
}

START_TEST(hostile_text)
{
	static const char *const texts[] = { "[0x200000401:0x1f:0x0]:12",
					     "0000000200000bd0:00000001:00000000: 0" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++)
		hostile_run((const u8 *)texts[i], strlen(texts[i]), strlen(texts[i]), parse_all);
}
END_TEST

START_TEST(round_trip)
{
	u64 state = 88172645463325252ULL;
	char buf[FID_TEXT_LEN];
	struct fid f, back;
	size_t used;
	int i;

	for (i = 0; i < HOSTILE_MUTATIONS; i++) {
		f.seq = hostile_random(&state) >> (hostile_random(&state) % 64);
		f.oid = (u32)(hostile_random(&state) >> (32 + hostile_random(&state) % 32));
		f.ver = (u32)hostile_random(&state) & 1;
		fid_text(&f, buf);
		ck_assert_int_eq(fid_parse(buf, strlen(buf), &back, &used), 0);
		ck_assert(fid_equal(&f, &back) && used == strlen(buf));
		ck_assert_int_eq(fid_parse_plain(buf + 1, strlen(buf) - 2, &back), 0);
		ck_assert(fid_equal(&f, &back));
	}
}
END_TEST

Suite *suite_fid(void)
{
	TCase *tc;
	Suite *s = suite_begin("fid", &tc);

	tcase_add_test(tc, packed_forms);
	tcase_add_test(tc, text_form);
	tcase_add_test(tc, parse_loose);
	tcase_add_test(tc, parse_zero);
	tcase_add_test(tc, parse_pending);
	tcase_add_test(tc, parse_plain);
	tcase_add_test(tc, parse_shard);
	tcase_add_test(tc, hostile_text);
	tcase_add_test(tc, round_trip);
	return s;
}
