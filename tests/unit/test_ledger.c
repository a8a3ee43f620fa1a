/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of the ledger: slots and suspects, hashes, sets of names and of objects. */
#include "ledger/hash.h"
#include "ledger/ledger.h"
#include "ledger/nameset.h"
#include "ledger/objset.h"
#include "vector.h"

#include <stdio.h>

static const struct hash_key KEY = { .k0 = 0x0123456789abcdefULL, .k1 = 0xfedcba9876543210ULL };

static void ledger_make(struct ledger *l, struct membudget *mem, u32 first, u32 count, u32 max_ino)
{
	membudget_init(mem, 0);
	ck_assert_int_eq(ledger_init(l, mem, first, count, max_ino), 0);
}

static void ledger_drop(struct ledger *l, struct membudget *mem)
{
	ledger_free(l);
	ck_assert_uint_eq(mem->used, 0);
	ledger_free(l); /* nothing left to free */
}

/* ---- suspects ------------------------------------------------------------------------------ */

START_TEST(suspects_at_word_edges)
{
	static const u32 inos[] = { 1, 62, 63, 64, 65, 127, 128, 129, 191, 192, 1000 };
	struct membudget mem;
	struct ledger l;
	u32 at = 0;

	ledger_make(&l, &mem, 0, 1, 1000);
	ck_assert_uint_eq(ledger_next(&l, 1), 0);
	for (u32 i = 0; i < ARRAY_SIZE(inos); i++)
		ledger_force(&l, inos[i]);
	ledger_force(&l, 64); /* again: still one */
	for (u32 i = 0; i < ARRAY_SIZE(inos); i++) {
		at = ledger_next(&l, at + 1);
		ck_assert_uint_eq(at, inos[i]);
		ck_assert(ledger_is_suspect(&l, at));
		ck_assert_uint_eq(ledger_next(&l, at), at);
	}
	ck_assert_uint_eq(ledger_next(&l, at + 1), 0);
	ck_assert_uint_eq(ledger_suspects(&l), ARRAY_SIZE(inos));
	ck_assert(!ledger_is_suspect(&l, 66));
	ledger_forget(&l);
	ck_assert_uint_eq(ledger_suspects(&l), 0);
	ck_assert_uint_eq(ledger_next(&l, 1), 0);
	ledger_drop(&l, &mem);
}
END_TEST

/* The last inode number is the last bit of a word, the first of one, the second. */
START_TEST(suspects_at_the_last_inode)
{
	u32 max = 62 + (u32)_i;
	struct membudget mem;
	struct ledger l;

	ledger_make(&l, &mem, 0, max + 1, max);
	ledger_force(&l, max + 1);
	ledger_force(&l, UINT32_MAX);
	ck_assert_uint_eq(ledger_suspects(&l), 0);
	ck_assert(!ledger_is_suspect(&l, max + 1));
	ledger_add(&l, max, 7);
	ledger_add(&l, max + 1, 7);
	ledger_close(&l);
	ck_assert_uint_eq(ledger_suspects(&l), 1);
	ck_assert_uint_eq(ledger_next(&l, 1), max);
	ck_assert_uint_eq(ledger_next(&l, max), max);
	ck_assert_uint_eq(ledger_next(&l, max + 1), 0);
	ck_assert_uint_eq(ledger_next(&l, UINT32_MAX), 0);
	ledger_drop(&l, &mem);
}
END_TEST

START_TEST(mapped_inodes)
{
	struct membudget mem;
	struct ledger l;

	ledger_make(&l, &mem, 0, 1, 127);
	ck_assert(!ledger_note_mapped(&l, 127));
	ck_assert(!ledger_note_mapped(&l, 64));
	ck_assert(ledger_note_mapped(&l, 127));
	ck_assert(ledger_is_mapped(&l, 64) && ledger_is_mapped(&l, 127));
	ck_assert(!ledger_is_mapped(&l, 63) && !ledger_is_mapped(&l, 126));
	/* What is known of the OI outlives sums and suspects, and makes no suspect. */
	ck_assert_uint_eq(ledger_suspects(&l), 0);
	ledger_forget(&l);
	ledger_window(&l, 1);
	ledger_drop_slots(&l);
	ck_assert(ledger_is_mapped(&l, 64));
	ledger_drop(&l, &mem);
}
END_TEST

/* ---- slots --------------------------------------------------------------------------------- */

START_TEST(sums_that_cancel_leave_no_suspect)
{
	struct membudget mem;
	struct ledger l;

	ledger_make(&l, &mem, 0, 101, 100);
	for (u64 i = 1; i <= 50; i++)
		ledger_add(&l, 10, i * 0x9e3779b97f4a7c15ULL);
	for (u64 i = 50; i; i--)
		ledger_add(&l, 10, -(i * 0x9e3779b97f4a7c15ULL));
	ledger_add(&l, 11, 1);
	ledger_add(&l, 12, UINT64_MAX);
	ledger_close(&l);
	ck_assert_uint_eq(ledger_suspects(&l), 2);
	ck_assert_uint_eq(ledger_next(&l, 1), 11);
	ck_assert_uint_eq(ledger_next(&l, 12), 12);
	ledger_drop(&l, &mem);
}
END_TEST

/* Windows side by side see every inode once; what is outside is passed over. */
START_TEST(windows_cover_all_inodes)
{
	struct membudget mem;
	struct ledger l;

	ledger_make(&l, &mem, 0, 64, 200);
	for (u32 first = 0; first <= 200; first += 64) {
		ledger_window(&l, first);
		for (u32 ino = 1; ino <= 200; ino += 3)
			ledger_add(&l, ino, ino);
		ledger_add(&l, 0U - 1, 5);
		ck_assert_uint_eq(l.slot[0], first % 3 == 1 ? first : 0);
		ledger_close(&l);
	}
	ck_assert_uint_eq(ledger_suspects(&l), 67);
	for (u32 ino = 1; ino <= 200; ino++)
		ck_assert(ledger_is_suspect(&l, ino) == (ino % 3 == 1));
	ledger_drop(&l, &mem);
}
END_TEST

START_TEST(edges_of_a_window)
{
	struct membudget mem;
	struct ledger l;

	ledger_make(&l, &mem, 64, 64, 1000);
	ledger_add(&l, 63, 1);
	ledger_add(&l, 128, 1);
	ledger_close(&l);
	ck_assert_uint_eq(ledger_suspects(&l), 0);
	ledger_add(&l, 64, 1);
	ledger_add(&l, 127, 1);
	ledger_close(&l);
	ck_assert_uint_eq(ledger_suspects(&l), 2);
	ck_assert_uint_eq(ledger_next(&l, 1), 64);
	ck_assert_uint_eq(ledger_next(&l, 65), 127);
	ledger_drop(&l, &mem);
}
END_TEST

START_TEST(no_memory)
{
	struct membudget mem;
	struct ledger l = { .first = 9 };
	struct nameset s = { .part = 9 };

	/* Enough for the slots, not for the suspects. */
	membudget_init(&mem, 8 * 1000);
	ck_assert_int_eq(ledger_init(&l, &mem, 0, 1000, 1000), -ENOMEM);
	ck_assert_uint_eq(l.first, 9);
	ck_assert_uint_eq(mem.used, 0);
	membudget_init(&mem, 100);
	ck_assert_int_eq(nameset_init(&s, &mem, &KEY), -ENOMEM);
	ck_assert_uint_eq(s.part, 9);
	ck_assert_uint_eq(mem.used, 0);
}
END_TEST

/* ---- hashes -------------------------------------------------------------------------------- */

/* Every hash must differ from all others. */
static void all_differ(const u64 *h, u32 n)
{
	for (u32 i = 0; i < n; i++)
		for (u32 k = 0; k < i; k++)
			ck_assert_uint_ne(h[i], h[k]);
}

static u64 name_hash(const struct hash_key *k, const struct fid *parent, const char *name,
		     size_t len, const struct fid *child, u8 type)
{
	struct hash_dir dir = { .kind = 0 };

	return hash_name(k, &dir, parent, name, len, child, type);
}

START_TEST(hashes_differ)
{
	const struct fid a = { FID_SEQ_NORMAL, 1, 0 }, b = { FID_SEQ_NORMAL, 2, 0 };
	const struct fid c = { FID_SEQ_NORMAL, 0, 1 }, d = { 1ULL << 56 | FID_SEQ_NORMAL, 1, 0 };
	const struct fid zero = { 0 };
	const struct hash_key other = { KEY.k0, KEY.k1 ^ 1, false };
	const u64 h[] = {
		name_hash(&KEY, &a, "name", 4, &b, 1),
		name_hash(&KEY, &b, "name", 4, &a, 1),
		name_hash(&KEY, &a, "name", 4, &b, 2),
		name_hash(&KEY, &a, "name", 3, &b, 1),
		name_hash(&KEY, &a, "name\0", 5, &b, 1),
		name_hash(&KEY, &a, "12345678", 8, &b, 1),
		name_hash(&KEY, &a, "12345678\0", 9, &b, 1),
		name_hash(&KEY, &a, "name", 4, &zero, 1),
		name_hash(&other, &a, "name", 4, &b, 1),
		hash_pair(&KEY, TAG_DOTDOT, 7, &a),
		hash_pair(&KEY, TAG_OI, 7, &a),
		hash_pair(&KEY, TAG_RPD, 7, &a),
		hash_pair(&KEY, TAG_OI, 8, &a),
		hash_pair(&KEY, TAG_OI, 7, &b),
		hash_pair(&KEY, TAG_OI, 7, &c),
		hash_pair(&KEY, TAG_OI, 1, &c),
		hash_pair(&KEY, TAG_OI, 7, &d),
		hash_pair(&KEY, TAG_RPD, 7, &d),
		hash_pair(&KEY, TAG_OI, 7, &zero),
		hash_pair(&other, TAG_OI, 7, &a),
	};

	all_differ(h, ARRAY_SIZE(h));
	ck_assert_uint_eq(h[0], name_hash(&KEY, &a, "name", 4, &b, 1));
}
END_TEST

/* What is kept of the last directory must not show in a term. */
START_TEST(hash_of_the_next_directory)
{
	const struct fid a = { FID_SEQ_NORMAL, 1, 0 }, b = { FID_SEQ_NORMAL, 1, 1 }, zero = { 0 };
	const struct {
		const struct fid *dir, *child;
		const char *name;
		u8 type;
	} turn[] = {
		{ &b, &a, "n", 1 }, { &a, &a, "n", 1 },	   { &a, &a, "m", 1 },
		{ &a, &a, "m", 2 }, { &a, &zero, "m", 2 }, { &a, &zero, "m", 1 },
	};
	struct hash_dir last = { .kind = 0 };

	for (u32 i = 0; i < ARRAY_SIZE(turn); i++)
		ck_assert_uint_eq(hash_name(&KEY, &last, turn[i].dir, turn[i].name, 1,
					    turn[i].child, turn[i].type),
				  name_hash(&KEY, turn[i].dir, turn[i].name, 1, turn[i].child,
					    turn[i].type));
}
END_TEST

/* Every length, and every byte of a name, counts; nothing behind it does. */
START_TEST(hash_of_names)
{
	const struct fid a = { FID_SEQ_NORMAL, 1, 0 }, zero = { 0 };
	char name[40];
	u64 h[2 * sizeof(name)];
	u32 n = 0;

	memset(name, 'x', sizeof(name));
	for (u32 len = 1; len < sizeof(name); len++) {
		h[n] = name_hash(&KEY, &a, name, len, &zero, 1);
		name[len] = 'y';
		ck_assert_uint_eq(h[n++], name_hash(&KEY, &a, name, len, &zero, 1));
		name[len] = 'x';
		name[len / 2] = 'y';
		h[n++] = name_hash(&KEY, &a, name, len, &zero, 1);
		name[len / 2] = 'x';
	}
	all_differ(h, n);
}
END_TEST

START_TEST(constant_key_proves_nothing)
{
	const struct hash_key key = { .constant = true };
	const struct fid a = { FID_SEQ_NORMAL, 1, 0 };

	ck_assert_uint_eq(name_hash(&key, &a, "x", 1, &a, 1), 1);
	ck_assert_uint_eq(hash_pair(&key, TAG_OI, 5, &a), 1);
}
END_TEST

/* ---- names --------------------------------------------------------------------------------- */

static bool add_number(struct nameset *s, u32 i)
{
	char name[16];

	return nameset_add(s, name, (u32)snprintf(name, sizeof(name), "%u", i));
}

START_TEST(names_twice)
{
	struct membudget mem;
	struct nameset s;

	membudget_init(&mem, 0);
	ck_assert_int_eq(nameset_init(&s, &mem, &KEY), 0);
	nameset_begin(&s, 0, 0);
	ck_assert(!nameset_add(&s, "a", 1));
	ck_assert(!nameset_add(&s, "a\0", 2));
	ck_assert(!nameset_add(&s, "aa", 2));
	ck_assert(nameset_add(&s, "a", 1));
	ck_assert(nameset_add(&s, "a\0", 2));
	nameset_begin(&s, 0, 0);
	ck_assert(!nameset_add(&s, "a", 1));
	nameset_free(&s);
	ck_assert_uint_eq(mem.used, 0);
}
END_TEST

START_TEST(names_make_the_table_grow)
{
	struct membudget mem;
	struct nameset s;
	u64 small;

	membudget_init(&mem, 0);
	ck_assert_int_eq(nameset_init(&s, &mem, &KEY), 0);
	small = mem.used;
	nameset_begin(&s, 0, 0);
	for (u32 i = 0; i < 20000; i++)
		ck_assert(!add_number(&s, i));
	for (u32 i = 0; i < 20000; i++)
		ck_assert(add_number(&s, i));
	ck_assert(!s.full);
	ck_assert_uint_eq(s.used, 20000);
	ck_assert_uint_eq(mem.used, s.slots * sizeof(u64));
	/* The next directory starts small again. */
	nameset_begin(&s, 0, 0);
	ck_assert_uint_eq(mem.used, small);
	ck_assert(!add_number(&s, 5));
	nameset_free(&s);
	ck_assert_uint_eq(mem.used, 0);
}
END_TEST

/* Too many names for the table: it says so, and parts of them fit. */
START_TEST(names_in_parts)
{
	const u32 n = 20000, bits = 3;
	struct membudget mem;
	struct nameset s;
	u32 seen = 0, twice = 0;

	/* A table of 8192 slots and, while it grows, the one before it. */
	membudget_init(&mem, (8192 + 4096) * sizeof(u64));
	ck_assert_int_eq(nameset_init(&s, &mem, &KEY), 0);
	nameset_begin(&s, 0, 0);
	for (u32 i = 0; i < n; i++)
		add_number(&s, i);
	ck_assert(s.full);
	for (u32 part = 0; part < 1U << bits; part++) {
		nameset_begin(&s, part, bits);
		for (u32 i = 0; i < n; i++)
			twice += add_number(&s, i);
		ck_assert(!s.full);
		seen += s.used;
		twice += add_number(&s, 777);
	}
	ck_assert_uint_eq(seen, n);
	ck_assert_uint_eq(twice, 1);
	nameset_free(&s);
	ck_assert_uint_eq(mem.used, 0);
}
END_TEST

/* ---- OST objects --------------------------------------------------------------------------- */

START_TEST(objects_claimed)
{
	const struct fid a = { FID_SEQ_IDIF, 1, 0 }, b = { FID_SEQ_IDIF, 2, 0 };
	const struct fid high = { FID_SEQ_IDIF + 1, 1, 0 }, ver = { FID_SEQ_IDIF, 1, 1 };
	struct objset *s = objset_new(NULL);
	struct objset_pen pen = { .set = s };

	ck_assert_ptr_nonnull(s);
	ck_assert(!objset_is_shared(s, 0, &a));
	objset_claim(&pen, 0, &a);
	objset_claim(&pen, 1, &a);
	objset_claim(&pen, OBJSET_LINES, &a);
	objset_claim(&pen, 0, &b);
	objset_claim(&pen, 0, &high);
	objset_claim(&pen, 0, &ver);
	ck_assert_uint_eq(objset_pen_down(&pen), 0);
	ck_assert_uint_eq(objset_shared(s), 0);
	objset_claim(&pen, 0, &a);
	objset_claim(&pen, 0, &a);
	ck_assert_uint_eq(objset_pen_down(&pen), 0);
	ck_assert_uint_eq(objset_shared(s), 1);
	ck_assert(objset_is_shared(s, 0, &a));
	ck_assert(!objset_is_shared(s, 1, &a));
	ck_assert(!objset_is_shared(s, OBJSET_LINES, &a));
	ck_assert(!objset_is_shared(s, 0, &b));
	ck_assert(!objset_is_shared(s, 0, &high));
	ck_assert(!objset_is_shared(s, 0, &ver));
	objset_free(s);
	objset_free(NULL);
}
END_TEST

/* Many OSTs and sequences: shards hold several maps each, and lines of a pen change hands. */
START_TEST(objects_of_many_osts)
{
	struct objset *s = objset_new(NULL);
	struct objset_pen pen[2] = { { .set = s }, { .set = s } };
	u64 shared = 0;

	for (u32 oid = 1; oid <= 50; oid++)
		for (u32 ost = 0; ost < OBJSET_LINES + 50; ost++) {
			struct fid f = { FID_SEQ_NORMAL + ost % 7, oid * 4000019U, 0 };

			objset_claim(&pen[0], ost, &f);
			if (oid % 10 != ost % 10)
				continue;
			/* By the same thread, or by another. */
			objset_claim(&pen[oid / 10 % 2], ost, &f);
			shared++;
		}
	ck_assert_uint_eq(objset_pen_down(&pen[0]) + objset_pen_down(&pen[1]), 0);
	ck_assert_uint_eq(objset_shared(s), shared);
	for (u32 oid = 1; oid <= 50; oid++)
		for (u32 ost = 0; ost < OBJSET_LINES + 50; ost++) {
			struct fid f = { FID_SEQ_NORMAL + ost % 7, oid * 4000019U, 0 };

			ck_assert(objset_is_shared(s, ost, &f) == (oid % 10 == ost % 10));
		}
	objset_free(s);
}
END_TEST

/* Claims that the budget has no room for are counted, each. */
START_TEST(objects_without_memory)
{
	struct membudget mem;
	struct objset *s;
	struct objset_pen pen = { 0 };

	membudget_init(&mem, 1024);
	s = objset_new(&mem);
	pen.set = s;
	for (u32 ost = 0; ost < 10; ost++)
		for (u32 oid = 1; oid <= 30; oid++)
			objset_claim(&pen, ost, &(struct fid){ FID_SEQ_NORMAL, oid, 0 });
	/* Two maps of 512 bytes. */
	ck_assert_uint_eq(objset_pen_down(&pen), 8 * 30);
	objset_free(s);
	ck_assert_uint_eq(mem.used, 0);
}
END_TEST

Suite *suite_ledger(void);

Suite *suite_ledger(void)
{
	TCase *tc;
	Suite *s = suite_begin("ledger", &tc);

	tcase_add_test(tc, suspects_at_word_edges);
	tcase_add_loop_test(tc, suspects_at_the_last_inode, 0, 4);
	tcase_add_test(tc, mapped_inodes);
	tcase_add_test(tc, sums_that_cancel_leave_no_suspect);
	tcase_add_test(tc, windows_cover_all_inodes);
	tcase_add_test(tc, edges_of_a_window);
	tcase_add_test(tc, no_memory);
	tcase_add_test(tc, hashes_differ);
	tcase_add_test(tc, hash_of_the_next_directory);
	tcase_add_test(tc, hash_of_names);
	tcase_add_test(tc, constant_key_proves_nothing);
	tcase_add_test(tc, names_twice);
	tcase_add_test(tc, names_make_the_table_grow);
	tcase_add_test(tc, names_in_parts);
	tcase_add_test(tc, objects_claimed);
	tcase_add_test(tc, objects_of_many_osts);
	tcase_add_test(tc, objects_without_memory);
	return s;
}
