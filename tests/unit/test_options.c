/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line: every option, and one line for every mistake. */
#include "options.h"
#include "tests/unit/suites.h"
#include "tests/unit/vector.h"

#define MAX_WORDS 30

/* Parses words separated by blanks; "mdtcheck" is put before them. */
static int parse(const char *line, struct options *o, char err[200])
{
	static char words[400];
	char *argv[MAX_WORDS + 2] = { "mdtcheck" }, *save = NULL, *w;
	int argc = 1;

	memset(err, 0, 200);
	snprintf(words, sizeof(words), "%s", line);
	for (w = strtok_r(words, " ", &save); w; w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	argv[argc] = NULL;
	return options_parse(argc, argv, o, err, 200);
}

static const struct rule *rule(const char *name)
{
	const struct rule *r = rule_by_name(name);

	ck_assert_ptr_nonnull(r);
	return r;
}

START_TEST(defaults)
{
	struct options o;
	char err[200];
	u32 i, n;

	ck_assert_int_eq(parse("mdt.img", &o, err), 0);
	ck_assert_int_eq(o.action, ACTION_CHECK);
	ck_assert_str_eq(o.target.name, "mdt.img");
	ck_assert_str_eq(o.target.fstype, "ldiskfs");
	ck_assert_ptr_null(o.output);
	ck_assert_int_eq(o.format, FORMAT_JSON);
	ck_assert_uint_eq(o.max_findings, 10000);
	ck_assert_uint_eq(o.threads, 0);
	ck_assert_uint_eq(o.memory, 0);
	rule_table(&n);
	for (i = 0; i < n; i++)
		ck_assert(!o.rule_off[i]);
	options_free(&o);
}
END_TEST

START_TEST(everything)
{
	struct options o;
	char err[200];

	ck_assert_int_eq(parse("--format=text --summary --threads 3 dev -o out --fstype ext4 "
			       "--memory 2g --max-findings 0 --mountinfo m --settle-rounds 9 "
			       "--settle-delay 10 --witness require",
			       &o, err),
			 0);
	ck_assert_str_eq(o.target.name, "dev");
	ck_assert_str_eq(o.output, "out");
	ck_assert_int_eq(o.format, FORMAT_TEXT);
	ck_assert(o.summary);
	ck_assert_uint_eq(o.threads, 3);
	ck_assert_str_eq(o.target.fstype, "ext4");
	ck_assert_uint_eq(o.memory, 2ULL << 30);
	ck_assert_uint_eq(o.max_findings, 0);
	ck_assert_str_eq(o.target.mountinfo, "m");
	ck_assert_uint_eq(o.settle_rounds, 9);
	ck_assert_uint_eq(o.settle_delay, 10);
	ck_assert_int_eq(o.witness, WITNESS_REQUIRE);
	options_free(&o);
}
END_TEST

START_TEST(flags)
{
	struct options o;
	char err[200];

	ck_assert_int_eq(parse("--allow-rw-mirror --allow-not-lustre --debug-all-suspects x", &o,
			       err),
			 0);
	ck_assert(o.target.allow_rw_mirror && o.target.allow_not_lustre && o.debug_all_suspects);
	ck_assert(!o.target.allow_no_twin && !o.target.allow_mounted_device &&
		  !o.debug_constant_hash);
	options_free(&o);
	ck_assert_int_eq(parse("--allow-no-twin --allow-mounted-device --debug-constant-hash x",
			       &o, err),
			 0);
	ck_assert(o.target.allow_no_twin && o.target.allow_mounted_device &&
		  o.debug_constant_hash);
	ck_assert(!o.target.allow_rw_mirror && !o.target.allow_not_lustre &&
		  !o.debug_all_suspects && !o.posix && !o.allow_busy_walk &&
		  !o.second_opinion);
	options_free(&o);
	ck_assert_int_eq(parse("--view posix --allow-busy-walk x", &o, err), 0);
	ck_assert(o.posix && o.allow_busy_walk);
	options_free(&o);
	ck_assert_int_eq(parse("inspect --view=posix x 2", &o, err), 0);
	ck_assert(o.posix && o.action == ACTION_INSPECT);
	options_free(&o);
	ck_assert_int_eq(parse("--view=posix --view=device x", &o, err), 0);
	ck_assert(!o.posix);
	options_free(&o);
	ck_assert_int_eq(parse("--second-opinion x", &o, err), 0);
	ck_assert(o.second_opinion);
	options_free(&o);
}
END_TEST

START_TEST(rules)
{
	struct options o;
	char err[200];
	u32 i, n, on = 0;
	const struct rule *table = rule_table(&n);

	ck_assert_int_eq(parse("--rules oi-missing,MC401,301 --skip-rules mc301 x", &o, err), 0);
	for (i = 0; i < n; i++)
		on += !o.rule_off[i];
	ck_assert_uint_eq(on, 2);
	ck_assert(!o.rule_off[rule("oi-missing") - table]);
	ck_assert(!o.rule_off[rule("dirent-dangling") - table]);
	options_free(&o);
	ck_assert_int_eq(parse("--skip-rules oi-missing x", &o, err), 0);
	ck_assert(o.rule_off[rule("oi-missing") - table]);
	ck_assert(!o.rule_off[rule("dirent-dangling") - table]);
	options_free(&o);
}
END_TEST

START_TEST(actions)
{
	struct options o;
	char err[200];

	ck_assert_int_eq(parse("--help", &o, err), 0);
	ck_assert_int_eq(o.action, ACTION_HELP);
	options_free(&o);
	ck_assert_int_eq(parse("-V", &o, err), 0);
	ck_assert_int_eq(o.action, ACTION_VERSION);
	options_free(&o);
	ck_assert_int_eq(parse("--list-rules", &o, err), 0);
	ck_assert_int_eq(o.action, ACTION_LIST_RULES);
	options_free(&o);
	ck_assert_int_eq(parse("--explain MC201", &o, err), 0);
	ck_assert_int_eq(o.action, ACTION_EXPLAIN);
	ck_assert_ptr_eq(o.explain, rule("oi-missing"));
	options_free(&o);
}
END_TEST

static const struct {
	const char *line, *why;
} mistakes[] = {
	{ "", "no TARGET given; try --help" },
	{ "a b", "one TARGET only, not \"b\" as well" },
	{ "--bogus x", "no such option, or not a whole one: --bogus" },
	{ "--allow x", "no such option, or not a whole one: --allow" },
	{ "-z x", "no such option: -z" },
	{ "x -o", "-o wants a value" },
	{ "x --threads", "--threads wants a value" },
	{ "x --summary=3", "--summary=3 takes no value" },
	{ "--witness=maybe x", "--witness wants auto, off or require, not \"maybe\"" },
	{ "--view=mirror x", "--view wants device or posix, not \"mirror\"" },
	{ "inspect --second-opinion x 2", "--second-opinion is for a check, not for inspect" },
	{ "--second-opinion --view=posix x",
	  "--second-opinion compares the device with what the kernel sees, and --view=posix reads "
	  "no device" },
	{ "--format=xml x", "--format wants json or text, not \"xml\"" },
	{ "--threads 0 x", "--threads wants a number from 1 to 256, not \"0\"" },
	{ "--threads -1 x", "--threads wants a number from 1 to 256, not \"-1\"" },
	{ "--threads 4x x", "--threads wants a number from 1 to 256, not \"4x\"" },
	{ "--max-findings 99999999999999999999 x",
	  "--max-findings wants a number from 0 to 2147483647, not \"99999999999999999999\"" },
	{ "--memory 1Q x", "--memory wants a size such as 512M, not \"1Q\"" },
	{ "--memory 0 x", "--memory wants a size such as 512M, not \"0\"" },
	{ "--memory M x", "--memory wants a size such as 512M, not \"M\"" },
	{ "--memory 16777216T x", "--memory wants a size such as 512M, not \"16777216T\"" },
	{ "--rules oi-missing,nope x", "no such rule: \"nope\" (--list-rules names them)" },
	{ "--rules oi-missing, x", "no such rule: \"\" (--list-rules names them)" },
	{ "--explain nope", "no such rule: \"nope\" (--list-rules names them)" },
};

START_TEST(one_line_each)
{
	struct options o, before;
	char err[200];

	memset(&o, 0x5a, sizeof(o));
	before = o;
	ck_assert_int_eq(parse(mistakes[_i].line, &o, err), -EINVAL);
	ck_assert_str_eq(err, mistakes[_i].why);
	ck_assert_mem_eq(&o, &before, sizeof(o));
}
END_TEST

START_TEST(sizes)
{
	static const struct {
		const char *text;
		u64 bytes;
	} good[] = {
		{ "1", 1 }, { "4K", 4096 }, { "512M", 512ULL << 20 }, { "1GiB", 1ULL << 30 },
		{ "3tb", 3ULL << 40 },
	};
	struct options o;
	char line[64], err[200];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		snprintf(line, sizeof(line), "x --memory %s", good[i].text);
		ck_assert_int_eq(parse(line, &o, err), 0);
		ck_assert_uint_eq(o.memory, good[i].bytes);
		options_free(&o);
	}
}
END_TEST

START_TEST(help_fits)
{
	FILE *f = tmpfile();
	char line[300];
	bool status = false;

	options_help(f);
	rewind(f);
	while (fgets(line, sizeof(line), f)) {
		ck_assert_uint_le(strlen(line), 101);
		status |= strstr(line, "errors or warnings were confirmed") != NULL;
	}
	ck_assert(status);
	fclose(f);
}
END_TEST

Suite *suite_options(void)
{
	TCase *tc;
	Suite *s = suite_begin("options", &tc);

	tcase_add_test(tc, defaults);
	tcase_add_test(tc, everything);
	tcase_add_test(tc, flags);
	tcase_add_test(tc, rules);
	tcase_add_test(tc, actions);
	tcase_add_loop_test(tc, one_line_each, 0, (int)ARRAY_SIZE(mistakes));
	tcase_add_test(tc, sizes);
	tcase_add_test(tc, help_fits);
	return s;
}
