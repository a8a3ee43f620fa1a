/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The texts of a tracefs instance.  A line of "trace" is
 *
 *	  mdtcheck-4711    [001] d..1.  1234.567890: jbd2_handle_start: dev 7,0 ...
 *	  program-thread   [cpu] flags  seconds      event              its own text
 *
 * where a program's name may have blanks and brackets of its own.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guard/trace_text.h"

struct event_line {
	const char *name;
	size_t name_len;
	bool interrupt;
};

static const char *digits(const char *p)
{
	while (isdigit((unsigned char)*p))
		p++;
	return p;
}

/* "[001] d..1. 1234.567890: name: text" at p. */
static bool parse_at(const char *p, struct event_line *out)
{
	const char *flags, *q = digits(p + 1);

	if (q == p + 1 || q[0] != ']' || q[1] != ' ')
		return false;
	flags = q + 2;
	q = flags + strcspn(flags, " ");
	if (q - flags < 4)
		return false;
	q += strspn(q, " ");
	p = digits(q);
	if (p == q || *p != '.')
		return false;
	q = digits(p + 1);
	if (q == p + 1 || q[0] != ':' || q[1] != ' ')
		return false;
	out->name = q + 2;
	out->name_len = strcspn(out->name, ": ");
	/* The third: h hard interrupt, s soft one, H one within the other, Z z NMI. */
	out->interrupt = strchr("hsHZz", flags[2]) != NULL;
	return out->name_len && out->name[out->name_len] == ':';
}

static bool parse_line(const char *line, struct event_line *out)
{
	const char *p;

	for (p = strchr(line, '['); p; p = strchr(p + 1, '['))
		if (parse_at(p, out))
			return true;
	return false;
}

static void count_name(struct witness_events *ev, const struct event_line *e)
{
	size_t len = min_u64(e->name_len, sizeof(ev->by_name[0].name) - 1);
	u32 i;

	for (i = 0; i < ev->nnames; i++)
		if (strlen(ev->by_name[i].name) == len &&
		    !memcmp(ev->by_name[i].name, e->name, len))
			break;
	if (i == WITNESS_NAMES)
		return;
	if (i == ev->nnames) {
		memcpy(ev->by_name[i].name, e->name, len);
		ev->by_name[i].name[len] = '\0';
		ev->nnames++;
	}
	ev->by_name[i].count++;
}

void trace_text_line(const char *line, struct witness_events *ev)
{
	struct event_line e;

	if (!*line || *line == '#')
		return;
	if (!parse_line(line, &e)) {
		ev->lost++;
		return;
	}
	if (e.interrupt)
		return;
	ev->count++;
	count_name(ev, &e);
	if (ev->nfirst < WITNESS_FIRST)
		snprintf(ev->first[ev->nfirst++], sizeof(ev->first[0]), "%s", e.name);
}

/* The number after "key: " at the beginning of a line. */
static int number_of(const char *text, const char *key, u64 *out)
{
	size_t len = strlen(key);
	const char *p;
	char *end;

	for (p = text; p; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (strncmp(p, key, len) || p[len] != ':')
			continue;
		*out = strtoull(p + len + 1, &end, 10);
		return end == p + len + 1 ? -EINVAL : 0;
	}
	return -EINVAL;
}

int trace_text_stats(const char *text, struct witness_events *ev)
{
	u64 overrun, commit, dropped;

	if (number_of(text, "overrun", &overrun) || number_of(text, "commit overrun", &commit) ||
	    number_of(text, "dropped events", &dropped))
		return -EINVAL;
	ev->lost += overrun + commit + dropped;
	return 0;
}

int trace_text_number(const char *text, u64 *out)
{
	const char *end = digits(text);
	u64 v;

	if (end == text || (*end && *end != '\n'))
		return -EINVAL;
	errno = 0;
	v = strtoull(text, NULL, 10);
	if (errno)
		return -EINVAL;
	*out = v;
	return 0;
}

int trace_text_transactions(const char *text, u64 *out)
{
	const char *end = digits(text);

	if (end == text || strncmp(end, " transaction", 12))
		return -EINVAL;
	*out = strtoull(text, NULL, 10);
	return 0;
}

void witness_judge(struct witness_result *r)
{
	const struct witness_events *ev = &r->events;

	/* What was seen is true, whatever else was not. */
	if (ev->count) {
		r->state = WITNESS_ACTIVE;
	} else if (r->reason[0]) {
		r->state = WITNESS_UNAVAILABLE;
	} else if (ev->lost) {
		r->state = WITNESS_UNAVAILABLE;
		snprintf(r->reason, sizeof(r->reason), "%" PRIu64 " events were lost", ev->lost);
	} else {
		r->state = WITNESS_QUIET;
	}
}
