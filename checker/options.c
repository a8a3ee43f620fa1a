/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line: getopt_long, and one line for every mistake.  options_help.c describes it. */
#include "options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Values of long options without a letter. */
enum option_id {
	OPT_FORMAT = 256,
	OPT_SUMMARY,
	OPT_THREADS,
	OPT_FSTYPE,
	OPT_MEMORY,
	OPT_RATE,
	OPT_RATE_BYTES,
	OPT_PRESSURE,
	OPT_NO_NICE,
	OPT_PROGRESS,
	OPT_MAX_FINDINGS,
	OPT_MOUNTINFO,
	OPT_RW_MIRROR,
	OPT_NO_TWIN,
	OPT_MOUNTED_DEVICE,
	OPT_NOT_LUSTRE,
	OPT_RULES,
	OPT_SKIP_RULES,
	OPT_LIST_RULES,
	OPT_EXPLAIN,
	OPT_COPY_TO,
	OPT_SETTLE_ROUNDS,
	OPT_NO_OVERLAY,
	OPT_SETTLE_DELAY,
	OPT_WITNESS,
	OPT_VIEW,
	OPT_BUSY_WALK,
	OPT_SECOND,
	OPT_CONSTANT_HASH,
	OPT_WINDOW,
	OPT_ALL_SUSPECTS,
	OPT_BATCH,
};

static const struct option long_options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "summary", no_argument, NULL, OPT_SUMMARY },
	{ "threads", required_argument, NULL, OPT_THREADS },
	{ "fstype", required_argument, NULL, OPT_FSTYPE },
	{ "memory", required_argument, NULL, OPT_MEMORY },
	{ "rate", required_argument, NULL, OPT_RATE },
	{ "rate-bytes", required_argument, NULL, OPT_RATE_BYTES },
	{ "pressure", required_argument, NULL, OPT_PRESSURE },
	{ "no-nice", no_argument, NULL, OPT_NO_NICE },
	{ "progress", optional_argument, NULL, OPT_PROGRESS },
	{ "max-findings", required_argument, NULL, OPT_MAX_FINDINGS },
	{ "mountinfo", required_argument, NULL, OPT_MOUNTINFO },
	{ "allow-rw-mirror", no_argument, NULL, OPT_RW_MIRROR },
	{ "allow-no-twin", no_argument, NULL, OPT_NO_TWIN },
	{ "allow-mounted-device", no_argument, NULL, OPT_MOUNTED_DEVICE },
	{ "allow-not-lustre", no_argument, NULL, OPT_NOT_LUSTRE },
	{ "rules", required_argument, NULL, OPT_RULES },
	{ "skip-rules", required_argument, NULL, OPT_SKIP_RULES },
	{ "list-rules", optional_argument, NULL, OPT_LIST_RULES },
	{ "explain", required_argument, NULL, OPT_EXPLAIN },
	{ "copy-to", required_argument, NULL, OPT_COPY_TO },
	{ "settle-rounds", required_argument, NULL, OPT_SETTLE_ROUNDS },
	{ "no-journal-overlay", no_argument, NULL, OPT_NO_OVERLAY },
	{ "settle-delay", required_argument, NULL, OPT_SETTLE_DELAY },
	{ "witness", required_argument, NULL, OPT_WITNESS },
	{ "view", required_argument, NULL, OPT_VIEW },
	{ "allow-busy-walk", no_argument, NULL, OPT_BUSY_WALK },
	{ "second-opinion", no_argument, NULL, OPT_SECOND },
	{ "debug-constant-hash", no_argument, NULL, OPT_CONSTANT_HASH },
	{ "debug-window", required_argument, NULL, OPT_WINDOW },
	{ "debug-all-suspects", no_argument, NULL, OPT_ALL_SUSPECTS },
	{ "debug-batch", required_argument, NULL, OPT_BATCH },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 },
};

void options_free(struct options *o)
{
	free(o->rule_off);
	o->rule_off = NULL;
}

/* Where the one line about a mistake goes. */
struct complaint {
	char *err;
	size_t errlen;
};

static int __printf(2, 3) usage(const struct complaint *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->err, c->errlen, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

/* ---- values -------------------------------------------------------------------------------- */

/* Digits only: strtoull would take "-1" and blanks. */
static int parse_digits(const char *s, const char **end, u64 *out)
{
	u64 v = 0;
	const char *p;

	for (p = s; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (u64)(*p - '0'), &v))
			return -ERANGE;
	if (p == s)
		return -EINVAL;
	*end = p;
	*out = v;
	return 0;
}

static int parse_u32(const struct complaint *c, const char *option, const char *s, u32 min, u32 max,
		     u32 *out)
{
	const char *end;
	u64 v;

	if (parse_digits(s, &end, &v) || *end || v < min || v > max)
		return usage(c, "--%s wants a number from %u to %u, not \"%s\"", option, min, max,
			     s);
	*out = (u32)v;
	return 0;
}

static int parse_size(const struct complaint *c, const char *option, const char *s, u64 *out)
{
	static const char suffixes[] = "KMGT";
	const char *end, *suffix;
	unsigned int shift = 0;
	u64 v;

	if (parse_digits(s, &end, &v))
		goto bad;
	if (*end) {
		suffix = strchr(suffixes, *end & ~0x20);
		if (!suffix)
			goto bad;
		shift = 10 * (unsigned int)(suffix - suffixes + 1);
		end++;
		if (*end && strcasecmp(end, "iB") && strcasecmp(end, "B"))
			goto bad;
	}
	if (!v || v > UINT64_MAX >> shift)
		goto bad;
	*out = v << shift;
	return 0;
bad:
	return usage(c, "--%s wants a size such as 512M, not \"%s\"", option, s);
}

static int parse_format(const struct complaint *c, const char *s, enum output_format *out)
{
	if (!strcmp(s, "json"))
		*out = FORMAT_JSON;
	else if (!strcmp(s, "text"))
		*out = FORMAT_TEXT;
	else
		return usage(c, "--format wants json or text, not \"%s\"", s);
	return 0;
}

static int parse_rate(const struct complaint *c, const char *s, u64 *out)
{
	const char *end;
	u64 v;

	if (parse_digits(s, &end, &v) || *end || !v)
		return usage(c, "--rate wants a number of inodes a second, not \"%s\"", s);
	*out = v;
	return 0;
}

static int parse_progress(const struct complaint *c, const char *s, enum progress_mode *out)
{
	if (!s || !strcmp(s, "bar"))
		*out = PROGRESS_ON;
	else if (!strcmp(s, "json"))
		*out = PROGRESS_LINES;
	else if (!strcmp(s, "off"))
		*out = PROGRESS_OFF;
	else
		return usage(c, "--progress takes bar, json or off, not \"%s\"", s);
	return 0;
}

static int parse_fd(const struct complaint *c, const char *s, s64 *out)
{
	const char *end;
	u64 v;

	if (parse_digits(s, &end, &v) || *end || v > INT32_MAX)
		return usage(c, "-C wants the number of an open file, not \"%s\"", s);
	*out = (s64)v;
	return 0;
}

static int parse_witness(const struct complaint *c, const char *s, enum witness_mode *out)
{
	if (!strcmp(s, "auto"))
		*out = WITNESS_AUTO;
	else if (!strcmp(s, "off"))
		*out = WITNESS_OFF;
	else if (!strcmp(s, "require"))
		*out = WITNESS_REQUIRE;
	else
		return usage(c, "--witness wants auto, off or require, not \"%s\"", s);
	return 0;
}

static int parse_view(const struct complaint *c, const char *s, bool *posix)
{
	if (strcmp(s, "device") && strcmp(s, "posix"))
		return usage(c, "--view wants device or posix, not \"%s\"", s);
	*posix = !strcmp(s, "posix");
	return 0;
}

/* By name or by code: "oi-missing", "MC201", "201". */
static const struct rule *find_rule(const char *s, size_t len)
{
	u32 i, n = 0;
	const struct rule *table = rule_table(&n);
	char code[8];

	for (i = 0; i < n; i++) {
		if (strlen(table[i].name) == len && !memcmp(table[i].name, s, len))
			return &table[i];
		snprintf(code, sizeof(code), "MC%03u", table[i].code);
		if (len == strlen(code) && !strncasecmp(code, s, len))
			return &table[i];
		if (len == strlen(code + 2) && !memcmp(code + 2, s, len))
			return &table[i];
	}
	return NULL;
}

static int unknown_rule(const struct complaint *c, const char *s, size_t len)
{
	return usage(c, "no such rule: \"%.*s\" (--list-rules names them)", (int)min_u64(len, 64),
		     s);
}

/* Sets the flags of all rules named in a list. */
static int mark_rules(const struct complaint *c, const char *list, bool *flags, bool value)
{
	u32 n;
	const struct rule *table = rule_table(&n), *rule;
	size_t len;

	for (;; list += len + 1) {
		len = strcspn(list, ",");
		rule = find_rule(list, len);
		if (!rule)
			return unknown_rule(c, list, len);
		flags[rule - table] = value;
		if (!list[len])
			return 0;
	}
}

/* --rules leaves only its own on; --skip-rules then takes some of them away. */
static int select_rules(const struct complaint *c, struct options *o, const char *only,
			const char *skip)
{
	u32 n = 0;
	int rc = 0;

	rule_table(&n);
	o->rule_off = calloc(n ? n : 1, sizeof(*o->rule_off));
	if (!o->rule_off) {
		usage(c, "out of memory");
		return -ENOMEM;
	}
	if (only) {
		memset(o->rule_off, true, n);
		rc = mark_rules(c, only, o->rule_off, false);
	}
	if (!rc && skip)
		rc = mark_rules(c, skip, o->rule_off, true);
	return rc;
}

/* ---- options ------------------------------------------------------------------------------- */

/* What can be judged only when all options are known. */
struct pending {
	const char *rules, *skip_rules;
};

static int parse_rules_format(const struct complaint *c, const char *s, enum rules_format *out)
{
	if (!s)
		*out = RULES_TEXT;
	else if (!strcmp(s, "json"))
		*out = RULES_JSON;
	else if (!strcmp(s, "man"))
		*out = RULES_MAN;
	else
		return usage(c, "--list-rules takes json or man, not \"%s\"", s);
	return 0;
}

static int take_action(const struct complaint *c, struct options *o, int id)
{
	switch (id) {
	case 'h':
		o->action = ACTION_HELP;
		return 0;
	case 'V':
		o->action = ACTION_VERSION;
		return 0;
	case OPT_LIST_RULES:
		o->action = ACTION_LIST_RULES;
		return parse_rules_format(c, optarg, &o->rules_format);
	default:
		o->action = ACTION_EXPLAIN;
		o->explain = find_rule(optarg, strlen(optarg));
		return o->explain ? 0 : unknown_rule(c, optarg, strlen(optarg));
	}
}

static void take_flag(struct options *o, int id)
{
	switch (id) {
	case OPT_SUMMARY:
		o->summary = true;
		return;
	case OPT_RW_MIRROR:
		o->target.allow_rw_mirror = true;
		return;
	case OPT_NO_TWIN:
		o->target.allow_no_twin = true;
		return;
	case OPT_MOUNTED_DEVICE:
		o->target.allow_mounted_device = true;
		return;
	case OPT_NOT_LUSTRE:
		o->target.allow_not_lustre = true;
		return;
	case OPT_BUSY_WALK:
		o->allow_busy_walk = true;
		return;
	case OPT_SECOND:
		o->second_opinion = true;
		return;
	case OPT_NO_NICE:
		o->no_nice = true;
		return;
	case OPT_CONSTANT_HASH:
		o->debug_constant_hash = true;
		return;
	case OPT_ALL_SUSPECTS:
		o->debug_all_suspects = true;
		return;
	}
}

static int take_option(const struct complaint *c, struct options *o, struct pending *p, int id)
{
	switch (id) {
	case 'o':
		o->output = optarg;
		return 0;
	case OPT_FORMAT:
		return parse_format(c, optarg, &o->format);
	case OPT_THREADS:
		return parse_u32(c, "threads", optarg, 1, MAX_THREADS, &o->threads);
	case OPT_FSTYPE:
		o->target.fstype = optarg;
		return 0;
	case OPT_MEMORY:
		return parse_size(c, "memory", optarg, &o->memory);
	case OPT_RATE:
		return parse_rate(c, optarg, &o->rate);
	case OPT_RATE_BYTES:
		return parse_size(c, "rate-bytes", optarg, &o->rate_bytes);
	case OPT_PRESSURE:
		return parse_u32(c, "pressure", optarg, 0, 99, &o->pressure);
	case OPT_PROGRESS:
		return parse_progress(c, optarg, &o->progress);
	case 'C':
		return parse_fd(c, optarg, &o->progress_fd);
	case OPT_MAX_FINDINGS:
		return parse_u32(c, "max-findings", optarg, 0, INT32_MAX, &o->max_findings);
	case OPT_BATCH:
		return parse_u32(c, "debug-batch", optarg, 1, INT32_MAX, &o->debug_batch);
	case OPT_MOUNTINFO:
		o->target.mountinfo = optarg;
		return 0;
	case OPT_COPY_TO:
		o->copy_to = optarg;
		return 0;
	case OPT_RULES:
		p->rules = optarg;
		return 0;
	case OPT_SKIP_RULES:
		p->skip_rules = optarg;
		return 0;
	case OPT_NO_OVERLAY:
		o->no_overlay = true;
		return 0;
	case OPT_SETTLE_ROUNDS:
		return parse_u32(c, "settle-rounds", optarg, 1, 1000, &o->settle_rounds);
	case OPT_SETTLE_DELAY:
		return parse_u32(c, "settle-delay", optarg, 0, 3600000, &o->settle_delay);
	case OPT_WINDOW:
		return parse_u32(c, "debug-window", optarg, 1, INT32_MAX, &o->debug_window);
	case OPT_WITNESS:
		return parse_witness(c, optarg, &o->witness);
	case OPT_VIEW:
		return parse_view(c, optarg, &o->posix);
	case 'h':
	case 'V':
	case OPT_LIST_RULES:
	case OPT_EXPLAIN:
		return take_action(c, o, id);
	default:
		take_flag(o, id);
		return 0;
	}
}

/* getopt's '?' and ':', in one line and without its own message. */
static int bad_option(const struct complaint *c, char **argv, int id)
{
	const char *word = argv[optind - 1];

	if (id == ':')
		return usage(c, "%s wants a value", word);
	if (optopt && optopt < 256)
		return usage(c, "no such option: -%c", optopt);
	if (optopt)
		return usage(c, "%s takes no value", word);
	return usage(c, "no such option, or not a whole one: %s", word);
}

/* `inspect TARGET OBJECT`: a target of that name is written ./inspect. */
static int take_object(const struct complaint *c, struct options *o, int argc, char **argv)
{
	if (optind == argc)
		return usage(c, "inspect wants a TARGET and an OBJECT; try --help");
	if (optind + 1 == argc)
		return usage(c, "inspect wants an OBJECT: a FID, an inode number or a path");
	if (optind + 2 < argc)
		return usage(c, "one OBJECT only, not \"%s\" as well", argv[optind + 2]);
	if (!argv[optind + 1][0])
		return usage(c, "OBJECT is empty");
	o->object = argv[optind + 1];
	return 0;
}

static int take_target(const struct complaint *c, struct options *o, int argc, char **argv)
{
	int rc;

	if (o->action != ACTION_CHECK)
		return 0;
	if (optind < argc && !strcmp(argv[optind], "inspect")) {
		o->action = ACTION_INSPECT;
		optind++;
		rc = take_object(c, o, argc, argv);
		if (rc)
			return rc;
	} else if (o->copy_to) {
		return usage(c, "--copy-to is for inspect");
	} else if (optind + 1 < argc) {
		return usage(c, "one TARGET only, not \"%s\" as well", argv[optind + 1]);
	}
	if (optind == argc)
		return usage(c, "no TARGET given; try --help");
	if (!argv[optind][0])
		return usage(c, "TARGET is empty");
	o->target.name = argv[optind];
	return 0;
}

int options_parse(int argc, char **argv, struct options *out, char *err, size_t errlen)
{
	const struct complaint c = { .err = err, .errlen = errlen };
	struct pending p = { 0 };
	struct options o = {
		.target.fstype = "ldiskfs",
		.max_findings = DEFAULT_MAX_FINDINGS,
		.settle_rounds = DEFAULT_SETTLE_ROUNDS,
		.settle_delay = DEFAULT_SETTLE_DELAY,
		.pressure = DEFAULT_PRESSURE,
		.progress_fd = -1,
	};
	int id, rc = 0;

	opterr = 0;
	optind = 0; /* glibc: start anew */
	while (!rc && (id = getopt_long(argc, argv, ":o:C:hV", long_options, NULL)) != -1) {
		if (id == '?' || id == ':')
			rc = bad_option(&c, argv, id);
		else
			rc = take_option(&c, &o, &p, id);
	}
	if (!rc)
		rc = take_target(&c, &o, argc, argv);
	if (!rc && o.second_opinion && o.action == ACTION_INSPECT)
		rc = usage(&c, "--second-opinion is for a check, not for inspect");
	if (!rc && o.second_opinion && o.posix)
		rc = usage(&c, "--second-opinion compares the device with what the kernel sees, "
			       "and --view=posix reads no device");
	if (o.format == FORMAT_DEFAULT)
		o.format = o.action == ACTION_INSPECT ? FORMAT_TEXT : FORMAT_JSON;
	if (!rc)
		rc = select_rules(&c, &o, p.rules, p.skip_rules);
	if (rc) {
		options_free(&o);
		return rc;
	}
	*out = o;
	return 0;
}
