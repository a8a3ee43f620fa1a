/* SPDX-License-Identifier: GPL-2.0-only */
/* The two forms of the report, and the file it goes to. */
#include <fcntl.h>
#include <jansson.h>
#include <unistd.h>

#include "report/output.h"
#include "report/rules_text.h"
#include "report/wrap.h"
#include "tests/unit/report_sample.h"
#include "tests/unit/suites.h"
#include "tests/unit/vector.h"

/* The document, parsed; numbers that jansson cannot hold would fail here. */
static json_t *document(struct sample *s)
{
	FILE *f = tmpfile();
	json_error_t error;
	json_t *doc;

	report_judge(&s->report, false);
	finding_list_sort(&s->list);
	ck_assert_int_eq(report_json(f, &s->report), 0);
	rewind(f);
	doc = json_loadf(f, JSON_REJECT_DUPLICATES, &error);
	ck_assert_msg(doc, "line %d: %s", error.line, error.text);
	fclose(f);
	return doc;
}

/* The member at a path "a.b.0.c". */
static json_t *at(json_t *doc, const char *path)
{
	char buf[200], *save = NULL, *w;

	snprintf(buf, sizeof(buf), "%s", path);
	for (w = strtok_r(buf, ".", &save); w && doc; w = strtok_r(NULL, ".", &save))
		doc = json_is_array(doc) ? json_array_get(doc, (size_t)atoi(w))
					 : json_object_get(doc, w);
	ck_assert_msg(doc, "no %s", path);
	return doc;
}

static void ck_text(json_t *doc, const char *path, const char *want)
{
	ck_assert_str_eq(json_string_value(at(doc, path)), want);
}

static void ck_num(json_t *doc, const char *path, s64 want)
{
	ck_assert(json_is_integer(at(doc, path)));
	ck_assert_int_eq(json_integer_value(at(doc, path)), want);
}

/* ---- JSON ---------------------------------------------------------------------------------- */

START_TEST(json_of_nothing)
{
	struct sample s;
	json_t *doc;

	sample_init(&s, 0);
	doc = document(&s);
	ck_text(doc, "schema", "mdtcheck-1");
	ck_text(doc, "tool.version", "1.2.3");
	ck_text(doc, "run.started", "2023-11-14T22:13:20Z");
	ck_text(doc, "run.command", "mdtcheck \\xfe");
	ck_text(doc, "run.command_hex", "6d6474636865636b20fe");
	ck_text(doc, "target.path", "mdt\\xff.img");
	ck_text(doc, "target.blocks", "18446744073709551615");
	ck_text(doc, "no_writes.locks.1.status", "unavailable");
	ck_text(doc, "summary.verdict", "consistent");
	ck_num(doc, "summary.findings.error", 0);
	ck_num(doc, "summary.findings.caused.error", 0);
	ck_assert_uint_eq(json_array_size(at(doc, "findings")), 0);
	ck_assert_uint_eq(json_array_size(at(doc, "coverage.incomplete_reasons")), 0);
	ck_num(doc, "coverage.rules.oi-missing.checked", 0);
	json_decref(doc);
	sample_free(&s);
}
END_TEST

/* Everything that is hard: names of any bytes, numbers to the last bit, keys that come twice. */
static struct stored_finding *add_hard_finding(struct finding_list *l)
{
	static const struct fid top = { .seq = UINT64_MAX, .oid = UINT32_MAX, .ver = UINT32_MAX };
	struct finding f = sample_finding("dirent-dangling", 12);
	struct stored_finding *s;

	finding_u64(&f, "objid", UINT64_MAX);
	finding_hex(&f, "flags", UINT64_MAX);
	finding_time(&f, "ctime", UINT64_MAX);
	finding_time(&f, "mtime", 0);
	finding_fid(&f, "lufid", &top);
	finding_name(&f, "name", "a\0\xc3\x28\"\\", 6);
	finding_name(&f, "claimant", "one", 3);
	finding_name(&f, "claimant", "two\xff", 4);
	finding_name(&f, "claimant", "three", 5);
	finding_text(&f, "text", "plain words");
	finding_witness(&f, "lma", &f.fid);
	finding_witness(&f, "oi", &top);
	f.wit[0].agrees = true;
	f.verdict = "the OI mapping";
	s = finding_list_add(l, &f);
	ck_assert_int_eq(stored_finding_add_path(s, "/good/path", 10), 0);
	ck_assert_int_eq(stored_finding_add_path(s, "/bad/\xff", 6), 0);
	return s;
}

START_TEST(json_of_hard_finding)
{
	struct sample s;
	json_t *doc, *f;

	sample_init(&s, 0);
	add_hard_finding(&s.list);
	doc = document(&s);
	f = at(doc, "findings.0");
	ck_text(f, "code", "MC401");
	ck_text(f, "object.fid", "[0x200000401:0xc:0x0]");
	ck_num(f, "object.generation", 1012);
	ck_text(f, "object.type", "file");
	ck_text(f, "object.paths.1", "/bad/\\xff");
	ck_assert(json_is_null(at(f, "object.paths_hex.0")));
	ck_text(f, "object.paths_hex.1", "2f6261642fff");
	ck_text(f, "evidence.objid", "18446744073709551615");
	ck_text(f, "evidence.flags", "0xffffffffffffffff");
	ck_text(f, "evidence.ctime", "@18446744073709551615");
	ck_text(f, "evidence.mtime", "1970-01-01T00:00:00Z");
	ck_text(f, "evidence.lufid", "[0xffffffffffffffff:0xffffffff:0xffffffff]");
	ck_text(f, "evidence.name", "a\\x00\\xc3(\"\\\\");
	ck_text(f, "evidence.name_hex", "6100c328225c");
	ck_text(f, "evidence.claimant", "one");
	ck_text(f, "evidence.claimant_2", "two\\xff");
	ck_text(f, "evidence.claimant_2_hex", "74776fff");
	ck_text(f, "evidence.claimant_3", "three");
	ck_text(f, "witnesses.1.place", "oi");
	ck_assert(json_is_true(at(f, "witnesses.0.agrees")));
	ck_assert(json_is_false(at(f, "witnesses.1.agrees")));
	ck_text(f, "verdict", "the OI mapping");
	ck_assert(json_is_null(at(f, "caused_by")));
	ck_assert_uint_eq(strlen(json_string_value(at(f, "id"))), 16);
	json_decref(doc);
	sample_free(&s);
}
END_TEST

START_TEST(json_of_causes_and_caps)
{
	struct sample s;
	struct finding f = sample_finding("oi-missing", 5);
	struct stored_finding *cause, *effect;
	json_t *doc;

	sample_init(&s, 2);
	effect = finding_list_add(&s.list, &f);
	f = sample_finding("lma-malformed", 9);
	f.fid = (struct fid){ 0 };
	f.mode = 0;
	cause = finding_list_add(&s.list, &f);
	finding_list_set_cause(&s.list, effect, cause);
	ck_assert_ptr_null(finding_list_add(&s.list, &f));
	s.report.transient = 4;
	s.report.unstable = UINT64_MAX;
	doc = document(&s);
	ck_text(doc, "findings.0.rule", "lma-malformed");
	ck_assert(json_is_null(at(doc, "findings.0.object.fid")));
	ck_assert(json_is_null(at(doc, "findings.0.object.type")));
	ck_assert(json_is_null(at(doc, "findings.0.verdict")));
	ck_num(doc, "findings.0.caused", 1);
	ck_text(doc, "findings.1.caused_by", json_string_value(at(doc, "findings.0.id")));
	ck_num(doc, "summary.findings.error", 2);
	ck_num(doc, "summary.findings.caused.error", 1);
	ck_num(doc, "summary.by_rule.lma-malformed.primary", 2);
	ck_num(doc, "summary.by_rule.oi-missing.primary", 0);
	ck_num(doc, "summary.by_rule.oi-missing.caused", 1);
	ck_num(doc, "summary.transient", 4);
	ck_num(doc, "summary.unstable", 9007199254740991);
	ck_num(doc, "summary.listed", 2);
	ck_num(doc, "summary.not_listed", 1);
	ck_num(doc, "run.exit_status", 4);
	json_decref(doc);
	sample_free(&s);
}
END_TEST

START_TEST(json_without_a_target)
{
	static const struct report r = { .version = "1", .verdict = "incomplete",
					 .exit_status = 8 };
	FILE *f = tmpfile();
	json_t *doc;

	ck_assert_int_eq(report_json(f, &r), 0);
	rewind(f);
	doc = json_loadf(f, 0, NULL);
	ck_assert(json_is_false(at(doc, "coverage.complete")));
	ck_assert(json_is_null(at(doc, "target.view")));
	json_decref(doc);
	ck_assert_int_eq(report_summary(f, &r), 0);
	fclose(f);
}
END_TEST

/* Allocations of jansson that still succeed; a test runs in a process of its own. */
static u64 allocations_left;

static void *failing_malloc(size_t size)
{
	return allocations_left && allocations_left-- ? malloc(size) : NULL;
}

/* Whichever allocation fails: -ENOMEM, nothing leaked, nothing touched that is not there. */
START_TEST(json_without_memory)
{
	struct sample s;
	FILE *f = tmpfile();
	u64 n;
	int rc = -ENOMEM;

	sample_init(&s, 0);
	coverage_incomplete(&s.coverage, "a reason");
	add_hard_finding(&s.list);
	report_judge(&s.report, false);
	json_set_alloc_funcs(failing_malloc, free);
	for (n = 0; rc && n < 100000; n++) {
		rewind(f);
		allocations_left = n;
		rc = report_json(f, &s.report);
		ck_assert(!rc || rc == -ENOMEM);
	}
	ck_assert_int_eq(rc, 0);
	ck_assert_uint_gt(n, 100);
	fclose(f);
	sample_free(&s);
}
END_TEST

START_TEST(lost_output_is_an_error)
{
	struct sample s;
	FILE *full = fopen("/dev/full", "w");
	u32 i;

	sample_init(&s, 0);
	for (i = 0; i < 100; i++)
		add_hard_finding(&s.list);
	report_judge(&s.report, false);
	ck_assert_int_eq(report_json(full, &s.report), -EIO);
	ck_assert_int_eq(report_summary(full, &s.report), -EIO);
	fclose(full);
	full = fopen("/dev/full", "w");
	fputs("x", full);
	ck_assert_int_eq(output_close(full), -ENOSPC);
	sample_free(&s);
}
END_TEST

/* ---- text ---------------------------------------------------------------------------------- */

/* The text, each line checked to fit. */
static char *lines_of(FILE *f)
{
	static char text[65536];
	char *line, *save = NULL, copy[65536];
	size_t n;

	rewind(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	memcpy(copy, text, n + 1);
	for (line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		ck_assert_msg(wrap_width(line, strlen(line)) <= WRAP_COLUMNS, "too wide: %s", line);
	return text;
}

START_TEST(summary)
{
	struct sample s;
	char path[5000], *text;
	FILE *f = tmpfile();
	struct finding info = sample_finding("oi-missing", 77);
	u32 i;

	sample_init(&s, 40);
	memset(path, 'p', sizeof(path));
	path[0] = '/';
	info.severity = SEV_INFO;
	finding_list_add(&s.list, &info);
	for (i = 0; i < 45; i++) {
		struct stored_finding *one = add_hard_finding(&s.list);

		if (i < 1)
			stored_finding_add_path(one, path, sizeof(path));
		if (s.list.count == 40)
			break;
	}
	info.severity = SEV_ERROR;
	ck_assert_ptr_null(finding_list_add(&s.list, &info));
	finding_list_set_cause(&s.list, s.list.items[3], s.list.items[2]);
	coverage_incomplete(&s.coverage, "an OI block could not be read");
	rule_coverage_unknown(&s.coverage.rules[0], "the parent is on another MDT", 3);
	report_judge(&s.report, false);
	ck_assert_int_eq(report_summary(f, &s.report), 0);
	text = lines_of(f);
	ck_assert_ptr_nonnull(strstr(text, "mdtcheck: inconsistent\n"));
	ck_assert_ptr_nonnull(strstr(text, "39 errors, 1 remark; 1 more follow from them"));
	ck_assert_ptr_nonnull(strstr(text, "lustre-MDT0000, image mdt\\xff.img, not in use"));
	ck_assert_ptr_nonnull(strstr(text, "Incomplete  an OI block could not be read\n"));
	ck_assert_ptr_nonnull(strstr(text, "3 cases: the parent is on another MDT (3)"));
	ck_assert_ptr_nonnull(strstr(text, "  20. MC401 dirent-dangling (error)\n"));
	ck_assert_ptr_null(strstr(text, "  21. "));
	ck_assert_ptr_nonnull(strstr(text, "Wrong:  the OI mapping\n"));
	ck_assert_ptr_nonnull(strstr(text, "20 more are not shown here.\n"));
	ck_assert_ptr_nonnull(strstr(text, "1 findings were counted but not listed"));
	ck_assert_ptr_nonnull(strstr(text, "seccomp enforced, landlock unavailable (the kernel"));
	sample_free(&s);
}
END_TEST

START_TEST(rules_for_people)
{
	u32 i, n;
	const struct rule *table = rule_table(&n);
	FILE *f = tmpfile();
	char *text;

	rules_list(f);
	text = lines_of(f);
	for (i = 0; i < n; i++)
		ck_assert_ptr_nonnull(strstr(text, table[i].name));
	for (i = 0; i < n; i++) {
		f = tmpfile();
		rules_explain(f, &table[i]);
		text = lines_of(f);
		ck_assert_ptr_nonnull(strstr(text, table[i].name));
		ck_assert_ptr_nonnull(strstr(text, "  Remedy:    "));
	}
}
END_TEST

START_TEST(wrapping)
{
	FILE *f = tmpfile();
	char word[150], *text;

	wrap_print(f, "x", "");
	wrap_print(f, "Label  ", "one  two\nthree ");
	memset(word, 'w', 60);
	word[60] = ' ';
	memset(word + 61, 'v', 60);
	word[121] = '\0';
	wrap_print(f, "Label  ", word);
	text = lines_of(f);
	ck_assert_ptr_nonnull(strstr(text, "Label  one two three\nLabel  www"));
	ck_assert_ptr_nonnull(strstr(text, "\n       vvv"));
	ck_assert_uint_eq(wrap_width("\xe2\x82\xac" "u", 4), 2);
}
END_TEST

/* ---- the report file ----------------------------------------------------------------------- */

START_TEST(output_refuses)
{
	char dir[] = "/tmp/mdtcheck-out.XXXXXX", path[100], link[100], err[300];
	struct target t = { .kind = TARGET_IMAGE };
	struct stat st;
	FILE *out = NULL;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(output_open(dir, &t, &out, err, sizeof(err)), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err, "it is a directory"));
	/* The image itself, by another name: not one byte of it may go. */
	snprintf(path, sizeof(path), "%s/image", dir);
	snprintf(link, sizeof(link), "%s/link", dir);
	t.fd = open(path, O_RDWR | O_CREAT, 0600);
	ck_assert_int_eq(write(t.fd, "image", 5), 5);
	ck_assert_int_eq(symlink("image", link), 0);
	ck_assert_int_eq(output_open(link, &t, &out, err, sizeof(err)), -EINVAL);
	ck_assert_int_eq(fstat(t.fd, &st), 0);
	ck_assert_int_eq(st.st_size, 5);
	unlink(link);
	snprintf(link, sizeof(link), "%s/none/file", dir);
	ck_assert_int_eq(output_open(link, &t, &out, err, sizeof(err)), -ENOENT);
	ck_assert_ptr_null(out);
	unlink(path);
	rmdir(dir);
	close(t.fd);
}
END_TEST

START_TEST(output_replaces)
{
	char path[] = "/tmp/mdtcheck-out.XXXXXX", err[300], buf[20] = "";
	struct target t = { .kind = TARGET_IMAGE, .fd = -1 };
	int fd = mkstemp(path);
	FILE *out;

	ck_assert_int_eq(write(fd, "old and longer", 14), 14);
	ck_assert_int_eq(output_open(path, &t, &out, err, sizeof(err)), 0);
	fputs("new", out);
	ck_assert_int_eq(output_close(out), 0);
	ck_assert_int_eq(pread(fd, buf, sizeof(buf), 0), 3);
	ck_assert_str_eq(buf, "new");
	ck_assert_int_eq(output_open("-", &t, &out, err, sizeof(err)), 0);
	ck_assert_ptr_eq(out, stdout);
	close(fd);
	unlink(path);
}
END_TEST

Suite *suite_report(void)
{
	TCase *tc;
	Suite *s = suite_begin("report", &tc);

	tcase_add_test(tc, json_of_nothing);
	tcase_add_test(tc, json_of_hard_finding);
	tcase_add_test(tc, json_of_causes_and_caps);
	tcase_add_test(tc, json_without_a_target);
	tcase_add_test(tc, json_without_memory);
	tcase_add_test(tc, lost_output_is_an_error);
	tcase_add_test(tc, summary);
	tcase_add_test(tc, rules_for_people);
	tcase_add_test(tc, wrapping);
	tcase_add_test(tc, output_refuses);
	tcase_add_test(tc, output_replaces);
	return s;
}
