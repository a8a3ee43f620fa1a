/* SPDX-License-Identifier: GPL-2.0-only */
/* trusted.lov, held to layouts of real MDTs and, where no image has the kind, to composed ones. */
#include "ondisk/lov.h"
#include "tests/unit/lov_vectors.h"
#include "tests/unit/suites.h"
#include "tests/unit/vector.h"

/* A layout under composition. */
struct built {
	u8 data[512];
	u32 len;
};

static void put(u8 *p, u64 v, u32 n)
{
	for (; n--; v >>= 8)
		*p++ = (u8)v;
}

static void built_plain(struct built *b, u32 pattern, u16 count, u16 slots)
{
	u8 *p = b->data + b->len;
	u16 i;

	put(p, LOV_MAGIC_V1, 4);
	put(p + 4, pattern, 4);
	put(p + 8, 0x509, 8);
	put(p + 16, 0x200000402, 8);
	put(p + 24, 0x100000, 4);
	put(p + 28, count, 2);
	for (i = 0; i < slots; i++) {
		put(p + 32 + i * 24, 0x2c0000401, 8);
		put(p + 40 + i * 24, 0x100U + i, 8);
		put(p + 52 + i * 24, 1, 4);
	}
	b->len += 32U + slots * 24U;
}

static void built_foreign(struct built *b, u32 length)
{
	u8 *p = b->data + b->len;

	put(p, LOV_MAGIC_FOREIGN, 4);
	put(p + 4, length, 4);
	put(p + 8, 0xda05, 4);
	memset(p + 16, 'f', length);
	b->len += 16 + length;
}

static void built_header(struct built *b, u32 magic, u16 entries, u16 mirrors, u16 flags)
{
	*b = (struct built){ .len = 32U + entries * 48U };
	put(b->data, magic, 4);
	put(b->data + 8, 3, 4);
	put(b->data + 12, flags, 2);
	put(b->data + 14, entries, 2);
	put(b->data + 16, mirrors - 1U, 2);
}

/* Entry i; its blob is what is built between two calls. */
static void built_entry(struct built *b, u32 i, u32 id, u32 flags, u64 start, u64 end, u32 from)
{
	u8 *p = b->data + 32 + i * 48;

	put(p, id, 4);
	put(p + 4, flags, 4);
	put(p + 8, start, 8);
	put(p + 16, end, 8);
	put(p + 24, from, 4);
	put(p + 28, b->len - from, 4);
	put(b->data + 4, b->len, 4);
}

/* A DoM component, a striped one, and an extension behind it. */
static void built_dom_sel(struct built *b)
{
	u32 from;

	built_header(b, LOV_MAGIC_SEL, 3, 1, 0);
	from = b->len;
	built_plain(b, LOV_PATTERN_MDT, 0, 0);
	built_entry(b, 0, 1, LCME_INIT, 0, 0x100000, from);
	from = b->len;
	built_plain(b, LOV_PATTERN_RAID0 | LOV_PATTERN_OVERSTRIPING, 2, 2);
	built_entry(b, 1, 2, LCME_INIT, 0x100000, 0x4000000, from);
	from = b->len;
	built_plain(b, LOV_PATTERN_RAID0, 1, 1);
	built_entry(b, 2, 3, LCME_EXTENSION, 0x4000000, LOV_EOF, from);
}

/* Two mirrors, the second stale, and an HSM component. */
static void built_flr(struct built *b)
{
	u32 from;

	built_header(b, LOV_MAGIC_COMP_V1, 3, 3, 2);
	from = b->len;
	built_plain(b, LOV_PATTERN_RAID0, 1, 1);
	built_entry(b, 0, 0x10001, LCME_INIT, 0, LOV_EOF, from);
	from = b->len;
	built_plain(b, LOV_PATTERN_RAID0, 1, 1);
	built_entry(b, 1, 0x20002, LCME_INIT | LCME_STALE, 0, LOV_EOF, from);
	from = b->len;
	built_foreign(b, 56);
	built_entry(b, 2, 0x30003, LCME_INIT, 0, LOV_EOF, from);
}

static int decode_to(const u8 *data, size_t len, bool is_dir, struct lov *l)
{
	const char *why = "unset";
	int rc = lov_decode(data, len, is_dir, l, &why);

	ck_assert(rc ? why && *why : !why);
	return rc;
}

START_TEST(old_objects)
{
	struct lov_object o;
	struct lov_comp c;
	struct lov l;

	ck_assert_int_eq(decode_to(lov_old, sizeof(lov_old), false, &l), 0);
	ck_assert_uint_eq(l.entry_count, 1);
	ck_assert_uint_eq(l.mirror_count, 1);
	ck_assert(!l.composite && !l.foreign);
	lov_component(&l, 0, &c);
	ck_assert_uint_eq(c.oi_id, 1);
	ck_assert_uint_eq(c.oi_seq, 0x200000400);
	ck_assert_uint_eq(c.nobjects, 1);
	ck_assert(lov_comp_has_objects(&c));
	lov_object_at(&c, 0, &o);
	ck_assert(o.old_id && !o.dummy);
	ck_assert_uint_eq(o.oi_first, 2);
	ck_assert_uint_eq(o.fid.seq, 0x100000000);
	ck_assert_uint_eq(o.fid.oid, 2);
	ck_assert_uint_eq(o.ost_idx, 0);
}
END_TEST

START_TEST(fid_objects)
{
	struct lov_object o;
	struct lov_comp c;
	struct lov l;

	ck_assert_int_eq(decode_to(lov_v1, sizeof(lov_v1), false, &l), 0);
	ck_assert_uint_eq(l.size, sizeof(lov_v1));
	lov_component(&l, 0, &c);
	ck_assert_uint_eq(c.flags, LCME_INIT);
	ck_assert_uint_eq(c.start, 0);
	ck_assert_uint_eq(c.end, LOV_EOF);
	ck_assert_uint_eq(c.pattern, LOV_PATTERN_RAID0);
	ck_assert_uint_eq(c.stripe_size, 131072);
	ck_assert_uint_eq(c.nobjects, 2);
	ck_assert_str_eq(c.pool, "");
	lov_object_at(&c, 0, &o);
	ck_assert(!o.old_id);
	ck_assert_uint_eq(o.fid.seq, 0x280000401);
	ck_assert_uint_eq(o.fid.oid, 0x35);
	ck_assert_uint_eq(o.ost_idx, 0);
	lov_object_at(&c, 1, &o);
	ck_assert_uint_eq(o.fid.seq, 0x2c0000401);
	ck_assert_uint_eq(o.fid.oid, 0x36);
	ck_assert_uint_eq(o.fid.ver, 0);
	ck_assert_uint_eq(o.ost_idx, 1);
}
END_TEST

START_TEST(pool)
{
	struct lov_comp c;
	struct lov l;

	ck_assert_int_eq(decode_to(lov_v3, sizeof(lov_v3), false, &l), 0);
	lov_component(&l, 0, &c);
	ck_assert_uint_eq(c.magic, LOV_MAGIC_V3);
	ck_assert_str_eq(c.pool, "pool1");
	ck_assert_ptr_eq(c.objects, lov_v3 + 48);
}
END_TEST

START_TEST(pfl_instantiated)
{
	struct lov_object o;
	struct lov_comp c;
	struct lov l;

	ck_assert_int_eq(decode_to(lov_pfl, sizeof(lov_pfl), false, &l), 0);
	ck_assert(l.composite);
	ck_assert_uint_eq(l.entry_count, 2);
	ck_assert_uint_eq(l.mirror_count, 1);
	ck_assert_uint_eq(l.size, 240);
	lov_component(&l, 1, &c);
	ck_assert_uint_eq(c.index, 1);
	ck_assert_uint_eq(c.id, 2);
	ck_assert_uint_eq(c.start, 0x200000);
	ck_assert_uint_eq(c.end, LOV_EOF);
	ck_assert_uint_eq(c.offset, 184);
	ck_assert_uint_eq(c.size, 56);
	ck_assert(lov_comp_has_objects(&c));
	lov_object_at(&c, 0, &o);
	ck_assert_uint_eq(o.fid.oid, 0x42);
}
END_TEST

START_TEST(pfl_not_instantiated)
{
	struct lov_comp c;
	struct lov l;

	ck_assert_int_eq(decode_to(lov_pfl3, sizeof(lov_pfl3), false, &l), 0);
	ck_assert_uint_eq(l.layout_gen, 3);
	lov_component(&l, 0, &c);
	ck_assert(lov_comp_has_objects(&c));
	/* Two stripes in a blob with room for one; then "all of them". */
	lov_component(&l, 1, &c);
	ck_assert_uint_eq(c.stripe_count, 2);
	ck_assert_ptr_null(c.objects);
	lov_component(&l, 2, &c);
	ck_assert_uint_eq(c.stripe_count, 0xffff);
	ck_assert_ptr_null(c.objects);
	ck_assert(!lov_comp_has_objects(&c));
}
END_TEST

START_TEST(released)
{
	struct lov_comp c;
	struct lov l;
	u32 len;

	/* The header is all that counts. */
	for (len = 32; len <= sizeof(lov_released); len++) {
		ck_assert_int_eq(decode_to(lov_released, len, false, &l), 0);
		lov_component(&l, 0, &c);
		ck_assert_uint_eq(c.pattern, LOV_PATTERN_F_RELEASED | LOV_PATTERN_RAID0);
		ck_assert_uint_eq(c.stripe_count, 1);
		ck_assert(!lov_comp_has_objects(&c));
	}
	ck_assert_int_eq(decode_to(lov_released, 31, false, &l), -EBADMSG);
}
END_TEST

START_TEST(directory_templates)
{
	struct lov_comp c;
	struct lov l;

	ck_assert_int_eq(decode_to(lov_dir_v1, sizeof(lov_dir_v1), true, &l), 0);
	lov_component(&l, 0, &c);
	ck_assert_uint_eq(c.stripe_count, 2);
	ck_assert_uint_eq(c.layout_gen, 0xffff);
	ck_assert_ptr_null(c.objects);
	ck_assert_int_eq(decode_to(lov_dir_v1, sizeof(lov_dir_v1), false, &l), -EBADMSG);
	ck_assert_int_eq(decode_to(lov_dir_v3, sizeof(lov_dir_v3), true, &l), 0);
	lov_component(&l, 0, &c);
	ck_assert_str_eq(c.pool, "pool1");
	ck_assert_int_eq(decode_to(lov_dir_pfl, sizeof(lov_dir_pfl), true, &l), 0);
	ck_assert_uint_eq(l.entry_count, 2);
	lov_component(&l, 1, &c);
	ck_assert_uint_eq(c.id, 0);
	ck_assert_uint_eq(c.stripe_count, 2);
	ck_assert_ptr_null(c.objects);
}
END_TEST

START_TEST(specific_template)
{
	u8 data[sizeof(lov_v3)];
	struct lov l;

	memcpy(data, lov_v3, sizeof(data));
	put(data, LOV_MAGIC_SPECIFIC, 4);
	ck_assert_int_eq(decode_to(data, sizeof(data), true, &l), 0);
	ck_assert_int_eq(decode_to(data, sizeof(data), false, &l), -EBADMSG);
}
END_TEST

START_TEST(dom_and_extension)
{
	struct lov_comp c;
	struct built b;
	struct lov l;

	built_dom_sel(&b);
	ck_assert_int_eq(decode_to(b.data, b.len, false, &l), 0);
	ck_assert_uint_eq(l.magic, LOV_MAGIC_SEL);
	ck_assert_uint_eq(l.entry_count, 3);
	lov_component(&l, 0, &c);
	ck_assert_uint_eq(c.pattern, LOV_PATTERN_MDT);
	ck_assert(!lov_comp_has_objects(&c));
	lov_component(&l, 1, &c);
	ck_assert_uint_eq(c.nobjects, 2);
	ck_assert(lov_comp_has_objects(&c));
	lov_component(&l, 2, &c);
	ck_assert(c.objects && !lov_comp_has_objects(&c));
}
END_TEST

START_TEST(mirrors_and_hsm)
{
	struct lov_comp c;
	struct built b;
	struct lov l;

	built_flr(&b);
	ck_assert_int_eq(decode_to(b.data, b.len, false, &l), 0);
	ck_assert_uint_eq(l.mirror_count, 3);
	ck_assert_uint_eq(l.flags, 2);
	lov_component(&l, 1, &c);
	ck_assert_uint_eq(c.flags, LCME_INIT | LCME_STALE);
	ck_assert(lov_comp_has_objects(&c));
	lov_component(&l, 2, &c);
	ck_assert_uint_eq(c.magic, LOV_MAGIC_FOREIGN);
	ck_assert_uint_eq(c.pattern, LOV_PATTERN_FOREIGN);
	ck_assert(!lov_comp_has_objects(&c));
	put(b.data + 16, 0xffff, 2);
	ck_assert_int_eq(decode_to(b.data, b.len, false, &l), 0);
	ck_assert_uint_eq(l.mirror_count, 65536);
}
END_TEST

/* What stands behind the extent of an entry, and in the header of a foreign blob. */
START_TEST(component_details)
{
	struct lov_comp c;
	struct built b;
	struct lov l;

	built_flr(&b);
	put(b.data + 32 + 48 + 36, 0x0007123456789abcULL, 8);
	put(b.data + 32 + 48 + 44, 0x3f01020c, 4);
	ck_assert_int_eq(decode_to(b.data, b.len, false, &l), 0);
	lov_component(&l, 1, &c);
	ck_assert_uint_eq(c.timestamp, 0x123456789abcULL);
	ck_assert_uint_eq(c.link_id, 7);
	ck_assert_uint_eq(c.dstripe, 0x0c);
	ck_assert_uint_eq(c.cstripe, 2);
	ck_assert_uint_eq(c.compr_type, 1);
	ck_assert_uint_eq(c.compr_level, 0xf);
	ck_assert_uint_eq(c.compr_chunk_bits, 3);
	lov_component(&l, 2, &c);
	ck_assert_uint_eq(c.foreign_type, 0xda05);
	ck_assert_uint_eq(c.foreign_flags, 0);
	ck_assert_uint_eq(c.foreign_len, 56);
	/* Component 0 needs no decoding. */
	ck_assert_ptr_eq(lov_comp_at(&l, 0, &c), &l.first);
	ck_assert_uint_eq(l.first.id, 0x10001);
	ck_assert_ptr_eq(lov_comp_at(&l, 1, &c), &c);
	ck_assert_uint_eq(c.id, 0x20002);
}
END_TEST

/* The numbers of all objects that a layout owns, one after the other in decimal. */
static u64 walk_all(const struct built *b)
{
	struct lov_object o;
	struct lov_walk w;
	struct lov l;
	u64 sum = 0;

	ck_assert_int_eq(decode_to(b->data, b->len, false, &l), 0);
	lov_walk_begin(&w, &l);
	while (lov_walk_next(&w, &o)) {
		ck_assert_uint_eq(o.fid.oid, 0x100U + w.slot - 1);
		sum = sum * 100 + (w.index + 1) * 10 + w.slot;
	}
	ck_assert(!lov_walk_next(&w, &o));
	return sum;
}

START_TEST(object_walk)
{
	struct built b = { .len = 0 };

	built_plain(&b, LOV_PATTERN_RAID0 | LOV_PATTERN_F_HOLE, 4, 4);
	ck_assert_uint_eq(walk_all(&b), 11121314);
	memset(b.data + 32, 0, 24); /* lost */
	put(b.data + 32 + 48 + 20, LOV_SLOT_UNALLOCATED, 4);
	ck_assert_uint_eq(walk_all(&b), 1214);
	put(b.data + 4, LOV_PATTERN_RAID0 | LOV_PATTERN_F_RELEASED, 4);
	ck_assert_uint_eq(walk_all(&b), 0);
	built_dom_sel(&b); /* nothing on the MDT, two, an extension's wish */
	ck_assert_uint_eq(walk_all(&b), 2122);
	built_flr(&b);
	ck_assert_uint_eq(walk_all(&b), 1121);
	b.len = 0;
	built_foreign(&b, 40);
	ck_assert_uint_eq(walk_all(&b), 0);
}
END_TEST

START_TEST(foreign)
{
	struct built b = { .len = 0 };
	struct lov l;

	built_foreign(&b, 40);
	ck_assert_int_eq(decode_to(b.data, b.len, false, &l), 0);
	ck_assert(l.foreign);
	ck_assert_uint_eq(l.entry_count, 0);
	ck_assert_uint_eq(l.size, 56);
	ck_assert_int_eq(decode_to(b.data, b.len, true, &l), -EBADMSG);
	ck_assert_int_eq(decode_to(b.data, b.len - 1, false, &l), -EBADMSG);
	put(b.data + 4, 0xfffffff8, 4);
	ck_assert_int_eq(decode_to(b.data, b.len, false, &l), -EBADMSG);
}
END_TEST

START_TEST(dummy_slots)
{
	struct built b = { .len = 0 };
	struct lov_object o;
	struct lov_comp c;
	struct lov l;

	built_plain(&b, LOV_PATTERN_RAID0 | LOV_PATTERN_F_HOLE, 2, 2);
	memset(b.data + 32, 0, 24);
	ck_assert_int_eq(decode_to(b.data, b.len, false, &l), 0);
	lov_component(&l, 0, &c);
	lov_object_at(&c, 0, &o);
	ck_assert(o.dummy && !o.old_id);
	lov_object_at(&c, 1, &o);
	ck_assert(!o.dummy);
	ck_assert_uint_eq(o.fid.oid, 0x101);
}
END_TEST

START_TEST(unknown_kinds)
{
	struct built b = { .len = 0 };
	struct lov_comp c;
	struct lov l;

	/* An unknown pattern is for the rules, and nobody knows its objects. */
	built_plain(&b, 0x1000, 9, 0);
	ck_assert_int_eq(decode_to(b.data, b.len, false, &l), 0);
	lov_component(&l, 0, &c);
	ck_assert_uint_eq(c.pattern, 0x1000);
	ck_assert_ptr_null(c.objects);
	put(b.data, 0x0BD90BD0, 4);
	ck_assert_int_eq(decode_to(b.data, b.len, false, &l), -EOPNOTSUPP);
	put(b.data, LOV_MAGIC_JOIN_V1, 4);
	ck_assert_int_eq(decode_to(b.data, b.len, false, &l), -EOPNOTSUPP);
	put(b.data, LOV_MAGIC_MIGRATE, 4);
	ck_assert_int_eq(decode_to(b.data, b.len, true, &l), -EOPNOTSUPP);
	put(b.data, 0x0BD10BD1, 4);
	ck_assert_int_eq(decode_to(b.data, b.len, false, &l), -EBADMSG);
	built_flr(&b);
	put(b.data + 32 + 3 * 48, 0x0BD90BD0, 4);
	ck_assert_int_eq(decode_to(b.data, b.len, false, &l), -EOPNOTSUPP);
}
END_TEST

/* The FLR layout with one word changed. */
static int decode_patched(size_t at, u64 value, u32 n)
{
	struct lov l = { .entry_count = 77 };
	struct built b;
	int rc;

	built_flr(&b);
	put(b.data + at, value, n);
	rc = decode_to(b.data, b.len, false, &l);
	ck_assert(!rc || l.entry_count == 77);
	return rc;
}

START_TEST(bounds)
{
	u32 first = 32 + 3 * 48;

	ck_assert_int_eq(decode_patched(0, LOV_MAGIC_COMP_V1, 4), 0);
	ck_assert_int_eq(decode_patched(4, 512, 4), -EBADMSG);
	ck_assert_int_eq(decode_patched(4, 100, 4), -EBADMSG);
	ck_assert_int_eq(decode_patched(4, first + 2 * 56, 4), -EBADMSG);
	ck_assert_int_eq(decode_patched(14, 4, 2), -EBADMSG);
	ck_assert_int_eq(decode_patched(14, 0xffff, 2), -EBADMSG);
	/* Component 0: into the table, past the end, wrapping, cut short, onto component 1. */
	ck_assert_int_eq(decode_patched(32 + 24, first - 8, 4), -EBADMSG);
	ck_assert_int_eq(decode_patched(32 + 24, 0xfffffff0, 4), -EBADMSG);
	ck_assert_int_eq(decode_patched(32 + 28, 0xfffffff0, 4), -EBADMSG);
	ck_assert_int_eq(decode_patched(32 + 28, 55, 4), -EBADMSG);
	ck_assert_int_eq(decode_patched(32 + 28, 0, 4), -EBADMSG);
	ck_assert_int_eq(decode_patched(32 + 28, 64, 4), -EBADMSG);
	ck_assert_int_eq(decode_patched(32 + 24, first + 56, 4), -EBADMSG);
	/* More stripes than there are slots: fatal only where objects are due. */
	ck_assert_int_eq(decode_patched(first + 28, 2, 2), -EBADMSG);
	ck_assert_int_eq(decode_patched(first + 28, 0xffff, 2), 0);
}
END_TEST

START_TEST(out_of_order_blobs)
{
	struct built b;
	struct lov l;
	u32 first = 32 + 3 * 48;

	built_flr(&b);
	put(b.data + 32 + 24, first + 56, 4);
	put(b.data + 32 + 48 + 24, first, 4);
	ck_assert_int_eq(decode_to(b.data, b.len, false, &l), 0);
}
END_TEST

static u64 touch_component(const struct lov *l, u32 i)
{
	struct lov_object o;
	struct lov_comp c;
	u64 sum;
	u32 j;

	lov_component(l, i, &c);
	sum = c.id + c.pattern + strlen(c.pool) + hostile_touch(l->data + c.offset, c.size);
	for (j = 0; c.objects && j < c.nobjects; j++) {
		lov_object_at(&c, j, &o);
		sum += o.fid.seq + o.ost_idx;
	}
	return sum;
}

static u64 decode(const u8 *data, size_t len)
{
	struct lov l;
	u64 sum = 0;
	int dir;
	u32 i;

	for (dir = 0; dir < 2; dir++) {
		if (decode_to(data, len, dir, &l))
			continue;
		ck_assert_uint_le(l.size, len);
		for (i = 0; i < l.entry_count; i++)
			sum += touch_component(&l, i);
	}
	return sum;
}

START_TEST(hostile_plain)
{
	hostile_run(lov_old, sizeof(lov_old), sizeof(lov_old), decode);
	hostile_run(lov_v1, sizeof(lov_v1), 32, decode);
	hostile_run(lov_v3, sizeof(lov_v3), 48, decode);
	hostile_run(lov_released, sizeof(lov_released), 32, decode);
	hostile_run(lov_dir_v1, sizeof(lov_dir_v1), sizeof(lov_dir_v1), decode);
}
END_TEST

START_TEST(hostile_composite)
{
	struct built b;

	hostile_run(lov_pfl, sizeof(lov_pfl), sizeof(lov_pfl), decode);
	hostile_run(lov_pfl3, sizeof(lov_pfl3), sizeof(lov_pfl3), decode);
	hostile_run(lov_dir_pfl, sizeof(lov_dir_pfl), sizeof(lov_dir_pfl), decode);
	built_dom_sel(&b);
	hostile_run(b.data, b.len, b.len, decode);
	built_flr(&b);
	hostile_run(b.data, b.len, b.len, decode);
}
END_TEST

Suite *suite_lov(void)
{
	TCase *tc;
	Suite *s = suite_begin("lov", &tc);

	tcase_add_test(tc, old_objects);
	tcase_add_test(tc, fid_objects);
	tcase_add_test(tc, pool);
	tcase_add_test(tc, pfl_instantiated);
	tcase_add_test(tc, pfl_not_instantiated);
	tcase_add_test(tc, released);
	tcase_add_test(tc, directory_templates);
	tcase_add_test(tc, specific_template);
	tcase_add_test(tc, dom_and_extension);
	tcase_add_test(tc, mirrors_and_hsm);
	tcase_add_test(tc, component_details);
	tcase_add_test(tc, object_walk);
	tcase_add_test(tc, foreign);
	tcase_add_test(tc, dummy_slots);
	tcase_add_test(tc, unknown_kinds);
	tcase_add_test(tc, bounds);
	tcase_add_test(tc, out_of_order_blobs);
	tcase_add_test(tc, hostile_plain);
	tcase_add_test(tc, hostile_composite);
	return s;
}
