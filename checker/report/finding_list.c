/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Findings once they are made: stored compactly, counted exactly, put into an
 * order and given names that do not change from run to run.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/array.h"
#include "report/report.h"

const char *report_time_text(u64 seconds, char text[TIME_TEXT_LEN])
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (seconds > 253402300799ULL || !gmtime_r(&t, &tm) ||
	    !strftime(text, TIME_TEXT_LEN, "%Y-%m-%dT%H:%M:%SZ", &tm))
		snprintf(text, TIME_TEXT_LEN, "@%" PRIu64, seconds);
	return text;
}

const char *severity_name(enum severity s)
{
	static const char *const name[SEV_NR] = { "info", "warning", "error" };

	return name[s];
}

const char *finding_state_name(enum finding_state s)
{
	static const char *const name[] = { "confirmed", "transient", "unstable" };

	return name[s];
}

const char *opinion_name(enum opinion o)
{
	static const char *const name[OPINION_NR] = { "none", "agrees", "differs", "not asked" };

	return name[o];
}

const char *opinion_why(const struct second_opinion *o, char text[OPINION_WHY_LEN])
{
	if (!o->why)
		return NULL;
	snprintf(text, OPINION_WHY_LEN, "%s%s%s", o->why, o->error ? ": " : "",
		 o->error ? strerror(o->error) : "");
	return text;
}

const char *opinion_part_name(u32 part)
{
	static const char *const name[OPINION_PARTS] = {
		[OPINION_INODE] = "inode", [OPINION_MODE] = "mode", [OPINION_NLINK] = "nlink",
	};

	return part < EA_NR ? ea_name(part) : name[part];
}

/* An empty list, but for the rest. */
static int list_init(struct finding_list *l, u32 max_listed)
{
	struct finding_list n = { .max_listed = max_listed };

	rule_table(&n.nrules);
	n.by_rule = calloc(n.nrules ? n.nrules : 1, sizeof(*n.by_rule));
	if (!n.by_rule)
		return -ENOMEM;
	*l = n;
	return 0;
}

int finding_list_init(struct finding_list *l, u32 max_listed, struct membudget *mem)
{
	int rc = list_init(l, max_listed);

	if (!rc)
		joins_init(&l->rest, mem);
	return rc;
}

void stored_finding_free(struct stored_finding *s)
{
	u32 i;

	for (i = 0; i < s->npaths; i++)
		free(s->paths[i]);
	free(s->paths);
	free(s);
}

int finding_list_part(struct finding_list *part, const struct finding_list *whole)
{
	u32 room = whole->max_listed - (u32)min_u64(whole->count, whole->max_listed);
	int rc = list_init(part, whole->max_listed ? (u32)max_u64(room, 1) : 0);

	if (rc)
		return rc;
	joins_part(&part->rest, &whole->rest);
	part->unproven = whole->unproven;
	return 0;
}

void finding_list_free(struct finding_list *l)
{
	u32 i;

	for (i = 0; i < l->count; i++)
		stored_finding_free(l->items[i]);
	free(l->items);
	joins_free(&l->rest);
	free(l->by_rule);
	*l = (struct finding_list){ 0 };
}

/* ---- fingerprint --------------------------------------------------------------------------- */

#define FNV_PRIME 0x100000001b3ULL
#define FNV_PRIME_2 (FNV_PRIME * FNV_PRIME)
#define FNV_PRIME_4 (FNV_PRIME_2 * FNV_PRIME_2)

static u64 fnv(u64 h, const void *bytes, size_t len)
{
	const u8 *p = bytes;

	while (len--)
		h = (h ^ *p++) * FNV_PRIME;
	return h;
}

/*
 * Byte by byte from the lowest, so that the fingerprint does not depend on the host; most are
 * zero, and these only multiply.
 */
static u64 fnv_u64(u64 h, u64 v)
{
	u32 zero = v ? (u32)__builtin_clzll(v) / 8 : 8;

	for (u32 i = zero; i < 8; i++, v >>= 8)
		h = (h ^ (u8)v) * FNV_PRIME;
	h *= zero & 8 ? FNV_PRIME_4 * FNV_PRIME_4 : 1;
	h *= zero & 4 ? FNV_PRIME_4 : 1;
	h *= zero & 2 ? FNV_PRIME_2 : 1;
	return zero & 1 ? h * FNV_PRIME : h;
}

static u64 fnv_fid(u64 h, const struct fid *f)
{
	return fnv_u64(fnv_u64(h, f->seq), (u64)f->ver << 32 | f->oid);
}

/*
 * Times, counters and numbers stay out: they move while the damage stays the same.
 * So does the inode number of an object that has a FID, as a file-level restore
 * gives it a new one.
 */
static u64 fingerprint_of(const struct finding *f)
{
	u64 h = fnv(0xcbf29ce484222325ULL, f->rule->name, strlen(f->rule->name));
	u32 i;

	h = fnv_fid(h, &f->fid);
	if (fid_is_zero(&f->fid))
		h = fnv_u64(h, f->ino);
	h = fnv_fid(h, &f->parent_fid);
	h = fnv_fid(h, &f->other_fid);
	h = fnv_u64(h, f->name_key);
	h = fnv_u64(h, f->oi);
	if (f->what)
		h = fnv(h, f->what, strlen(f->what));
	for (i = 0; i < f->nev; i++)
		if (f->ev[i].type == EV_NAME)
			h = fnv(fnv_u64(h, f->ev[i].str.len), f->ev[i].str.bytes,
				f->ev[i].str.len);
	return h;
}

/* ---- storing ------------------------------------------------------------------------------- */

static bool has_bytes(const struct evidence *e)
{
	return e->type == EV_NAME || e->type == EV_TEXT;
}

static size_t bytes_needed(const struct finding *f)
{
	size_t n = 0;
	u32 i;

	for (i = 0; i < f->nev; i++)
		if (has_bytes(&f->ev[i]))
			n += f->ev[i].str.len;
	return n;
}

/* The tail of the allocation: evidence, witnesses, bytes; in order of their alignment. */
static void copy_tail(struct stored_finding *s, const struct finding *f)
{
	struct evidence *ev = (struct evidence *)(s + 1);
	struct witness *wit = (struct witness *)(ev + f->nev);
	char *bytes = (char *)(wit + f->nwit);
	u32 i;

	for (i = 0; i < f->nev; i++) {
		ev[i] = f->ev[i];
		if (!has_bytes(&ev[i]))
			continue;
		if (ev[i].str.len)
			memcpy(bytes, f->ev[i].str.bytes, ev[i].str.len);
		ev[i].str.bytes = bytes;
		bytes += ev[i].str.len;
	}
	for (i = 0; i < f->nwit; i++)
		wit[i] = f->wit[i];
	s->ev = ev;
	s->nev = f->nev;
	s->wit = wit;
	s->nwit = f->nwit;
}

static struct stored_finding *stored_finding_new(const struct finding *f)
{
	struct stored_finding *s;

	_Static_assert(_Alignof(struct evidence) <= _Alignof(struct stored_finding) &&
			       _Alignof(struct witness) <= _Alignof(struct evidence),
		       "the tail needs no padding");
	s = malloc(sizeof(*s) + f->nev * sizeof(struct evidence) +
		   f->nwit * sizeof(struct witness) + bytes_needed(f));
	if (!s)
		return NULL;
	*s = (struct stored_finding){
		.rule = f->rule,
		.state = f->state,
		.severity = f->severity,
		.ino = f->ino,
		.generation = f->generation,
		.mode = f->mode,
		.oi = f->oi,
		.fid = f->fid,
		.parent_ino = f->parent_ino,
		.other_ino = f->other_ino,
		.parent_fid = f->parent_fid,
		.other_fid = f->other_fid,
		.name_key = f->name_key,
		.what = f->what,
		.verdict = f->verdict,
		.fingerprint = fingerprint_of(f),
	};
	copy_tail(s, f);
	return s;
}

u8 finding_rule_number(const struct rule *rule)
{
	u32 n;
	size_t i = (size_t)(rule - rule_table(&n));

	return i < n && i < 0xff ? (u8)i : 0xff;
}

struct finding_join stored_finding_join(const struct stored_finding *f)
{
	return (struct finding_join){
		.name_key = f->name_key,
		.fid = finding_fid_key(&f->fid),
		.parent_fid = finding_fid_key(&f->parent_fid),
		.other_fid = finding_fid_key(&f->other_fid),
		.fingerprint = f->fingerprint,
		.ino = f->ino,
		.parent_ino = f->parent_ino,
		.other_ino = f->other_ino,
		.arrival = f->arrival,
		.listed = FINDING_UNLISTED,
		.oi = (u16)f->oi,
		.rule = finding_rule_number(f->rule),
		.severity = (u8)f->severity & 3,
		.is_dir = S_ISDIR(f->mode),
		.is_known = !!f->mode,
	};
}

static struct finding_join join_of(const struct finding *f, u16 fields)
{
	return stored_finding_join(&(struct stored_finding){
		.rule = f->rule,
		.severity = f->severity,
		.ino = f->ino,
		.mode = f->mode,
		.oi = f->oi,
		.fid = f->fid,
		.parent_ino = f->parent_ino,
		.other_ino = f->other_ino,
		.parent_fid = f->parent_fid,
		.other_fid = f->other_fid,
		.name_key = f->name_key,
		.fingerprint = fields & JOIN_FINGERPRINT ? fingerprint_of(f) : 0,
	});
}

static void keep_join(struct finding_list *l, struct finding_join join)
{
	if (joins_keep(&l->rest, &join))
		l->ungrouped++;
}

/* Not listed: what it is grouped by is kept all the same. */
static void keep_rest(struct finding_list *l, const struct finding *f)
{
	u16 fields = l->rest.fields[finding_rule_number(f->rule)];

	l->dropped++;
	if (fields && f->state == FINDING_CONFIRMED && !l->unproven)
		keep_join(l, join_of(f, fields));
}

static struct finding_counts *counts_of(struct finding_list *l, const struct rule *rule)
{
	u32 n;
	size_t i = (size_t)(rule - rule_table(&n));

	return i < l->nrules ? &l->by_rule[i] : NULL;
}

static void count_primary(struct finding_list *l, const struct rule *rule, enum severity severity)
{
	struct finding_counts *c = counts_of(l, rule);

	l->total.primary[severity]++;
	if (c)
		c->primary[severity]++;
}

static bool have_room(struct finding_list *l)
{
	return !array_room(&l->items, &l->cap, l->count + 1, sizeof(*l->items), NULL);
}

static void list_it(struct finding_list *l, struct stored_finding *s)
{
	s->arrival = l->arrivals++;
	l->items[l->count++] = s;
}

static struct stored_finding *add(struct finding_list *l, const struct finding *f, bool list)
{
	struct stored_finding *s = NULL;

	if (f->state == FINDING_TRANSIENT)
		return NULL;
	if (f->state == FINDING_CONFIRMED && !l->unproven)
		count_primary(l, f->rule, f->severity);
	if (list) {
		s = have_room(l) ? stored_finding_new(f) : NULL;
		l->no_memory |= !s;
	}
	if (s && l->unproven)
		s->state = FINDING_UNSTABLE;
	if (s)
		list_it(l, s);
	else
		keep_rest(l, f);
	return s;
}

/* What was counted already is listed, if there is room. */
static void settle_in(struct finding_list *l, struct stored_finding *f)
{
	if ((!l->max_listed || l->count < l->max_listed) && have_room(l)) {
		list_it(l, f);
		return;
	}
	l->dropped++;
	if (f->state == FINDING_CONFIRMED)
		keep_join(l, stored_finding_join(f));
	stored_finding_free(f);
}

void finding_list_adopt(struct finding_list *l, struct stored_finding *f, enum finding_state state)
{
	f->state = state;
	if (state == FINDING_CONFIRMED)
		count_primary(l, f->rule, f->severity);
	settle_in(l, f);
}

static void add_counts(struct finding_counts *to, const struct finding_counts *from)
{
	for (u32 i = 0; i < SEV_NR; i++) {
		to->primary[i] += from->primary[i];
		to->caused[i] += from->caused[i];
	}
}

void finding_list_append(struct finding_list *whole, struct finding_list *part)
{
	add_counts(&whole->total, &part->total);
	for (u32 i = 0; i < whole->nrules; i++)
		add_counts(&whole->by_rule[i], &part->by_rule[i]);
	for (u32 i = 0; i < part->count; i++)
		settle_in(whole, part->items[i]);
	part->count = 0;
	whole->dropped += part->dropped;
	whole->ungrouped += part->ungrouped;
	whole->no_memory |= part->no_memory;
	joins_append(&whole->rest, &part->rest);
	finding_list_free(part);
}

struct stored_finding *finding_list_add(struct finding_list *l, const struct finding *f)
{
	return add(l, f, !l->max_listed || l->count < l->max_listed);
}

struct stored_finding *finding_list_add_always(struct finding_list *l, const struct finding *f)
{
	return add(l, f, true);
}

void finding_list_move(struct finding_list *l, u8 rule, u8 severity)
{
	l->total.primary[severity]--;
	l->total.caused[severity]++;
	if (rule >= l->nrules)
		return;
	l->by_rule[rule].primary[severity]--;
	l->by_rule[rule].caused[severity]++;
}

void finding_list_set_cause(struct finding_list *l, struct stored_finding *effect,
			    struct stored_finding *cause)
{
	if (stored_finding_is_effect(effect) || effect == cause)
		return;
	effect->cause = cause;
	cause->caused++;
	if (effect->state != FINDING_CONFIRMED)
		return;
	finding_list_move(l, finding_rule_number(effect->rule), (u8)effect->severity);
}

/* ---- order --------------------------------------------------------------------------------- */

#define CMP(a, b)                                                                                  \
	do {                                                                                       \
		if ((a) != (b))                                                                    \
			return (a) < (b) ? -1 : 1;                                                 \
	} while (0)

static int cmp_finding(const void *pa, const void *pb)
{
	const struct stored_finding *a = *(struct stored_finding *const *)pa;
	const struct stored_finding *b = *(struct stored_finding *const *)pb;
	int rc;

	CMP(a->rule->code, b->rule->code);
	CMP(a->ino, b->ino);
	rc = fid_cmp(&a->fid, &b->fid);
	if (rc)
		return rc;
	CMP(a->parent_ino, b->parent_ino);
	CMP(a->other_ino, b->other_ino);
	CMP(a->fingerprint, b->fingerprint);
	return 0;
}

static int cmp_fingerprint(const void *pa, const void *pb)
{
	const struct stored_finding *a = *(struct stored_finding *const *)pa;
	const struct stored_finding *b = *(struct stored_finding *const *)pb;

	CMP(a->fingerprint, b->fingerprint);
	return cmp_finding(pa, pb);
}

#undef CMP

/*
 * Two findings may look alike to the fingerprint (one rule, two stripes of one
 * file; two inodes with one FID): the later ones are named after the first, so
 * that each has a name of its own.  Expects l->items sorted by fingerprint.
 */
static void part_lookalikes(struct finding_list *l)
{
	u64 base = 0;
	u32 i, same = 0;

	for (i = 0; i < l->count; i++) {
		struct stored_finding *s = l->items[i];

		if (i && s->fingerprint == base) {
			s->fingerprint = fnv_u64(base, ++same);
			continue;
		}
		base = s->fingerprint;
		same = 0;
	}
}

void finding_list_sort(struct finding_list *l)
{
	if (!l->count)
		return;
	qsort(l->items, l->count, sizeof(*l->items), cmp_fingerprint);
	part_lookalikes(l);
	qsort(l->items, l->count, sizeof(*l->items), cmp_finding);
}

void finding_list_opinions(const struct finding_list *l, u64 *counts)
{
	memset(counts, 0, OPINION_NR * sizeof(*counts));
	for (u32 i = 0; i < l->count; i++)
		counts[l->items[i]->second.opinion]++;
}

int stored_finding_add_path(struct stored_finding *f, const char *path, size_t len)
{
	char **paths = realloc(f->paths, (f->npaths + 1) * sizeof(*paths));

	if (!paths)
		return -ENOMEM;
	f->paths = paths;
	paths[f->npaths] = strndup(path, len);
	if (!paths[f->npaths])
		return -ENOMEM;
	f->npaths++;
	return 0;
}

/* OI files are known by their numbers. */
int stored_finding_add_oi_path(struct stored_finding *f, bool plain)
{
	char path[32];
	int n = plain ? snprintf(path, sizeof(path), "//oi.16") :
			snprintf(path, sizeof(path), "//oi.16.%u", f->oi - 1);

	return f->oi ? stored_finding_add_path(f, path, (size_t)n) : 0;
}
