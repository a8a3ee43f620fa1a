/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Grouping: one cause, one primary finding; chains end at their root; cycles are
 * cut; and a million findings do not take a minute.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "report/joins.h"
#include "rules/rules.h"
#include "suites.h"
#include "vector.h"

#define DIR 200
#define FILE_INO 300
#define OTHER 400
#define KEY 0x1234

static const struct fid fid_file = { 0x200000401ULL, 2, 0 };
static const struct fid fid_dir = { 0x200000401ULL, 1, 0 };

/* A finding in words; what the rules know of it is made of these. */
struct item {
	const char *rule;
	u32 ino, parent_ino, other_ino;
	u16 mode, oi;
	u64 name_key;
	struct fid fid, parent_fid, other_fid;
	s64 cause; /* out: -1 none */
};

static struct finding_join join_of(const struct item *it)
{
	const struct rule *rule = rule_by_name(it->rule);
	u32 n;

	return (struct finding_join){
		.name_key = it->name_key,
		.fid = finding_fid_key(&it->fid),
		.parent_fid = finding_fid_key(&it->parent_fid),
		.other_fid = finding_fid_key(&it->other_fid),
		.ino = it->ino,
		.parent_ino = it->parent_ino,
		.other_ino = it->other_ino,
		.oi = it->oi,
		.rule = rule ? (u8)(rule - rule_table(&n)) : 0xff,
		.is_dir = S_ISDIR(it->mode),
		.is_known = !!it->mode,
	};
}

/* What is kept of those that are not listed is all that grouping looks at. */
static void group_kept(const struct finding_join *join, u32 n, const u32 *expected)
{
	struct finding_join *kept = calloc(n + 1, sizeof(*kept));
	u32 *cause = calloc(n + 1, sizeof(*cause));
	struct join_walk walk[JOIN_RULES_MAX];
	struct joins all;

	ck_assert(kept && cause);
	joins_init(&all, NULL);
	for (u32 i = 0; i < n; i++)
		ck_assert_int_eq(joins_keep(&all, &join[i]), 0);
	for (u32 i = 0; i < JOIN_RULES_MAX; i++)
		walk[i] = joins_begin(&all, (u8)i);
	for (u32 i = 0; i < n; i++)
		if (!joins_next(&walk[join[i].rule], &kept[i]))
			kept[i].rule = join[i].rule; /* without relations */
	ck_assert_int_eq(cause_group(kept, n, cause), 0);
	ck_assert_mem_eq(cause, expected, n * sizeof(*cause));
	joins_free(&all);
	free(kept);
	free(cause);
}

static void group(struct item *items, u32 n)
{
	struct finding_join *join = calloc(n + 1, sizeof(*join));
	u32 *cause = calloc(n + 1, sizeof(*cause));
	u32 i;

	ck_assert(join && cause);
	for (i = 0; i < n; i++)
		join[i] = join_of(&items[i]);
	ck_assert_int_eq(cause_group(join, n, cause), 0);
	for (i = 0; i < n; i++)
		items[i].cause = cause[i] == CAUSE_NONE ? -1 : (s64)cause[i];
	group_kept(join, n, cause);
	free(join);
	free(cause);
}

/* Item number root is the only primary, and all others follow from it. */
static void one_primary(struct item *items, u32 n, u32 root)
{
	u32 i;

	group(items, n);
	for (i = 0; i < n; i++)
		ck_assert_msg(items[i].cause == (i == root ? -1 : (s64)root),
			      "%s (%u): cause %lld", items[i].rule, i,
			      (long long)items[i].cause);
}

START_TEST(rows_name_rules)
{
	const struct cause_row *rows;
	u32 n, i;

	rows = cause_rows(&n);
	ck_assert_uint_gt(n, 60);
	for (i = 0; i < n; i++) {
		ck_assert_msg(rule_by_name(rows[i].cause) != NULL, "%s", rows[i].cause);
		ck_assert_msg(rule_by_name(rows[i].effect) != NULL, "%s", rows[i].effect);
	}
}
END_TEST

START_TEST(nothing)
{
	struct item item = { .rule = "nlink-file", .ino = 1, .cause = 7 };
	struct item odd = { .rule = "a rule of tomorrow", .ino = 1 };

	ck_assert_int_eq(cause_group(NULL, 0, NULL), 0);
	group(&item, 1);
	ck_assert_int_eq(item.cause, -1);
	group(&odd, 1);
	ck_assert_int_eq(odd.cause, -1);
}
END_TEST

/* A directory whose LMA was overwritten, with two children. */
START_TEST(changed_lma)
{
	struct item items[] = {
		{ .rule = "linkea-no-dirent", .ino = 501, .parent_ino = DIR,
		  .parent_fid = fid_dir },
		{ .rule = "dirent-no-linkea", .ino = 501, .parent_ino = DIR },
		{ .rule = "oi-missing", .ino = DIR, .fid = fid_file },
		{ .rule = "oi-fid-mismatch", .ino = DIR, .fid = fid_file, .other_fid = fid_dir },
		{ .rule = "dirent-fid-mismatch", .ino = DIR, .parent_ino = 100 },
		{ .rule = "linkea-no-dirent", .ino = 502, .parent_fid = fid_dir,
		  .other_ino = DIR },
		{ .rule = "dirent-no-linkea", .ino = 502, .parent_ino = DIR },
	};

	one_primary(items, ARRAY_SIZE(items), 3);
}
END_TEST

START_TEST(wrong_inode)
{
	struct item items[] = {
		{ .rule = "nameless-file", .ino = FILE_INO, .fid = fid_file },
		{ .rule = "linkea-no-dirent", .ino = FILE_INO, .name_key = KEY, .fid = fid_file },
		{ .rule = "dirent-fid-mismatch", .ino = OTHER, .name_key = KEY,
		  .other_fid = fid_file },
		{ .rule = "dirent-no-linkea", .ino = OTHER, .name_key = KEY },
		{ .rule = "nlink-file", .ino = OTHER },
	};

	one_primary(items, ARRAY_SIZE(items), 2);
}
END_TEST

/* The same without FIDs in name entries. */
START_TEST(wrong_inode_no_dirdata)
{
	struct item items[] = {
		{ .rule = "nameless-file", .ino = FILE_INO },
		{ .rule = "linkea-no-dirent", .ino = FILE_INO, .name_key = KEY },
		{ .rule = "dirent-no-linkea", .ino = OTHER, .name_key = KEY },
		{ .rule = "nlink-file", .ino = OTHER },
	};

	one_primary(items, ARRAY_SIZE(items), 2);
}
END_TEST

START_TEST(lost_object)
{
	struct item items[] = {
		{ .rule = "oi-dangling", .ino = DIR, .other_fid = fid_dir },
		{ .rule = "dirent-dangling", .ino = DIR, .fid = fid_dir, .other_fid = fid_dir },
		{ .rule = "linkea-no-dirent", .ino = 501, .parent_fid = fid_dir },
		{ .rule = "nameless-file", .ino = 501 },
		{ .rule = "linkea-no-dirent", .ino = 502, .parent_fid = fid_dir },
		{ .rule = "directory-unreachable", .ino = 502, .parent_fid = fid_dir },
	};

	one_primary(items, ARRAY_SIZE(items), 1);
}
END_TEST

START_TEST(oi_of_another)
{
	struct item items[] = {
		{ .rule = "oi-missing", .ino = FILE_INO, .fid = fid_file, .other_ino = OTHER },
		{ .rule = "oi-duplicate", .ino = OTHER, .other_fid = fid_file },
	};

	one_primary(items, ARRAY_SIZE(items), 1);
}
END_TEST

START_TEST(removed_directory_name)
{
	struct item items[] = {
		{ .rule = "nlink-directory", .ino = DIR, .mode = S_IFDIR },
		{ .rule = "directory-unreachable", .ino = 500, .mode = S_IFDIR, .parent_ino = DIR },
		{ .rule = "linkea-no-dirent", .ino = 500, .mode = S_IFDIR, .parent_ino = DIR },
	};

	one_primary(items, ARRAY_SIZE(items), 1);
	/* A file's name says nothing of its directory's link count. */
	items[1] = (struct item){ .rule = "nameless-file", .ino = 500, .mode = S_IFREG };
	items[2].mode = S_IFREG;
	group(items, ARRAY_SIZE(items));
	ck_assert_int_eq(items[0].cause, -1);
	ck_assert_int_eq(items[1].cause, 2);
}
END_TEST

START_TEST(loop)
{
	struct item items[] = {
		{ .rule = "directory-loop", .ino = 501, .parent_ino = 503 },
		{ .rule = "directory-loop", .ino = 502, .parent_ino = 501 },
		{ .rule = "directory-loop", .ino = 503, .parent_ino = 502 },
	};

	one_primary(items, ARRAY_SIZE(items), 0);
}
END_TEST

START_TEST(loop_of_a_dotdot)
{
	struct item items[] = {
		{ .rule = "directory-loop", .ino = 501, .parent_ino = 502 },
		{ .rule = "directory-loop", .ino = 502, .parent_ino = 501 },
		{ .rule = "dotdot-mismatch", .ino = 502, .parent_ino = 100 },
	};

	one_primary(items, ARRAY_SIZE(items), 2);
}
END_TEST

/* A directory whose inode says file: its children have lost their parent. */
START_TEST(changed_type)
{
	struct item items[] = {
		{ .rule = "nlink-file", .ino = DIR, .fid = fid_dir },
		{ .rule = "dirent-type", .ino = DIR, .fid = fid_dir, .parent_ino = 100 },
		{ .rule = "linkea-no-dirent", .ino = 501, .parent_fid = fid_dir },
		{ .rule = "nameless-file", .ino = 501, .parent_fid = fid_dir },
	};

	one_primary(items, ARRAY_SIZE(items), 1);
}
END_TEST

/* The entries of two directories were exchanged. */
START_TEST(swapped_names)
{
	struct item items[] = {
		{ .rule = "linkea-no-dirent", .ino = 501, .name_key = 1 },
		{ .rule = "linkea-no-dirent", .ino = 502, .name_key = 2 },
		{ .rule = "dirent-no-linkea", .ino = 501, .name_key = 2 },
		{ .rule = "dirent-no-linkea", .ino = 502, .name_key = 1 },
		{ .rule = "dotdot-mismatch", .ino = 501, .name_key = 2 },
		{ .rule = "dotdot-mismatch", .ino = 502, .name_key = 1 },
	};

	one_primary(items, ARRAY_SIZE(items), 0);
}
END_TEST

START_TEST(shared_object)
{
	struct item items[] = {
		{ .rule = "lov-owner", .ino = FILE_INO },
		{ .rule = "lov-object-shared", .ino = OTHER, .other_ino = FILE_INO },
	};

	one_primary(items, ARRAY_SIZE(items), 1);
}
END_TEST

/* Effects of one OI file, and not of another. */
START_TEST(lost_oi_file)
{
	struct item items[] = {
		{ .rule = "oi-missing", .ino = 501, .oi = 3 },
		{ .rule = "oi-missing", .ino = 502, .oi = 3 },
		{ .rule = "oi-missing", .ino = 503, .oi = 4 },
		{ .rule = "oi-file-lost", .oi = 3 },
	};

	group(items, ARRAY_SIZE(items));
	ck_assert_int_eq(items[0].cause, 3);
	ck_assert_int_eq(items[1].cause, 3);
	ck_assert_int_eq(items[2].cause, -1);
	ck_assert_int_eq(items[3].cause, -1);
}
END_TEST

/* Nothing that an OI mapping says counts; what else is wrong stays by itself. */
START_TEST(restored)
{
	struct item items[] = {
		{ .rule = "oi-missing", .ino = 501, .other_ino = 502, .oi = 3 },
		{ .rule = "oi-fid-mismatch", .ino = 502 },
		{ .rule = "dirent-fid-mismatch", .ino = 502 },
		{ .rule = "oi-dangling", .ino = 503 },
		{ .rule = "oi-restored" },
		{ .rule = "nlink-file", .ino = 504 },
	};
	u32 i;

	group(items, ARRAY_SIZE(items));
	for (i = 0; i < ARRAY_SIZE(items); i++)
		ck_assert_int_eq(items[i].cause, i < 2 || i == 3 ? 4 : -1);
}
END_TEST

START_TEST(unrelated)
{
	struct item items[] = {
		{ .rule = "oi-missing", .ino = 501 },
		{ .rule = "linkea-missing", .ino = 502, .parent_ino = DIR },
		{ .rule = "nlink-file", .ino = 503 },
		{ .rule = "nlink-directory", .ino = DIR },
		{ .rule = "linkea-no-dirent", .ino = 504, .parent_ino = 505 },
		{ .rule = "oi-malformed", .ino = 20 },
	};
	u32 i;

	group(items, ARRAY_SIZE(items));
	for (i = 0; i < ARRAY_SIZE(items); i++)
		ck_assert_int_eq(items[i].cause, -1);
}
END_TEST

#define MANY 300000

/* One directory lost its LMA, and every child complains twice. */
START_TEST(many)
{
	struct item *items = calloc(MANY + 1, sizeof(*items));
	u32 i;

	ck_assert_ptr_nonnull(items);
	for (i = 0; i < MANY; i++)
		items[i] = (struct item){
			.rule = i % 2 ? "linkea-no-dirent" : "dirent-no-linkea",
			.ino = 1000 + i / 2,
			.parent_ino = DIR,
			.name_key = 1 + i / 2,
		};
	items[MANY] = (struct item){ .rule = "lma-missing", .ino = DIR };
	one_primary(items, MANY + 1, MANY);
	free(items);
}
END_TEST

START_TEST(play)
{
	bool occurs[JOIN_RULES_MAX] = { false }, in_play[JOIN_RULES_MAX];
	u32 n;
	const struct rule *table = rule_table(&n);
	u32 missing = (u32)(rule_by_name("linkea-missing") - table);
	u32 unlinked = (u32)(rule_by_name("dirent-no-linkea") - table);
	u32 pool = (u32)(rule_by_name("lov-pool") - table);

	occurs[missing] = occurs[pool] = true;
	cause_in_play(occurs, in_play);
	for (u32 i = 0; i < n; i++)
		ck_assert(!in_play[i]);
	occurs[unlinked] = true;
	cause_in_play(occurs, in_play);
	for (u32 i = 0; i < n; i++)
		ck_assert_int_eq(in_play[i], i == missing || i == unlinked);
	ck_assert(cause_fields((u8)missing) & JOIN_FINGERPRINT);
	ck_assert_uint_eq(cause_fields((u8)pool), 0);
}
END_TEST

Suite *suite_cause(void)
{
	TCase *tc;
	Suite *s = suite_begin("cause", &tc);

	tcase_add_test(tc, rows_name_rules);
	tcase_add_test(tc, nothing);
	tcase_add_test(tc, changed_lma);
	tcase_add_test(tc, wrong_inode);
	tcase_add_test(tc, wrong_inode_no_dirdata);
	tcase_add_test(tc, lost_object);
	tcase_add_test(tc, oi_of_another);
	tcase_add_test(tc, removed_directory_name);
	tcase_add_test(tc, loop);
	tcase_add_test(tc, loop_of_a_dotdot);
	tcase_add_test(tc, changed_type);
	tcase_add_test(tc, swapped_names);
	tcase_add_test(tc, shared_object);
	tcase_add_test(tc, lost_oi_file);
	tcase_add_test(tc, restored);
	tcase_add_test(tc, unrelated);
	tcase_add_test(tc, many);
	tcase_add_test(tc, play);
	return s;
}
