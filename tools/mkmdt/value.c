/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The smallest parts of a recipe: words, numbers, sizes, FIDs.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tools/mkmdt/recipe.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One escape behind a backslash; NUL cannot be in a name and is refused. */
static const char *unescape(const char *p, char *out)
{
	int hi, lo;

	if (*p == '"' || *p == '\\') {
		*out = *p;
		return p + 1;
	}
	if (*p != 'x')
		return NULL;
	hi = hex_digit(p[1]);
	lo = hi < 0 ? -1 : hex_digit(p[2]);
	if (lo < 0 || !(hi | lo))
		return NULL;
	*out = (char)(hi << 4 | lo);
	return p + 3;
}

/* Copies a quoted word down over itself; the rest of the line. */
static char *quoted(char *p, char *to, const char **why)
{
	while (*p && *p != '"') {
		if (*p != '\\') {
			*to++ = *p++;
			continue;
		}
		p = (char *)unescape(p + 1, to++);
		if (!p) {
			*why = "bad escape: \\xHH, \\\" and \\\\ are known";
			return NULL;
		}
	}
	if (!*p) {
		*why = "a quote is not closed";
		return NULL;
	}
	*to = 0;
	p++;
	if (*p && !isspace((unsigned char)*p)) {
		*why = "a blank must follow a quoted word";
		return NULL;
	}
	return p;
}

int recipe_split(char *line, char ***words, u32 *n, const char **why)
{
	u32 cap = 0;
	char *p = line;
	int rc;

	*words = NULL;
	*n = 0;
	*why = "out of memory";
	for (;;) {
		p += strspn(p, " \t\r\n");
		if (!*p || *p == '#')
			return 0;
		rc = mk_grow(words, &cap, *n, sizeof(**words));
		if (rc)
			return rc;
		(*words)[*n] = p;
		if (*p == '"') {
			p = quoted(p + 1, p, why);
			if (!p)
				return -EINVAL;
		} else {
			p += strcspn(p, " \t\r\n");
		}
		++*n;
		if (!*p)
			return 0;
		*p++ = 0;
	}
}

bool parse_u64(const char *text, u64 max, u64 *out)
{
	unsigned long long v;
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	v = strtoull(text, &end, 0);
	if (errno || *end || v > max)
		return false;
	*out = v;
	return true;
}

bool parse_size(const char *text, u64 *out)
{
	unsigned long long v;
	u32 shift = 0;
	char *end;

	if (!strcmp(text, "eof")) {
		*out = UINT64_MAX;
		return true;
	}
	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	v = strtoull(text, &end, 0);
	if (*end) {
		const char *units = "KMGT", *u = strchr(units, toupper((unsigned char)*end));

		if (!u || end[1])
			return false;
		shift = 10 * (u32)(u - units + 1);
	}
	if (errno || v > UINT64_MAX >> shift)
		return false;
	*out = (u64)v << shift;
	return true;
}

bool parse_mode(const char *text, u16 *out)
{
	char *end;
	unsigned long v = strtoul(text, &end, 8);

	if (!*text || *end || v > 07777)
		return false;
	*out = (u16)v;
	return true;
}

bool parse_fid(const char *text, struct mk_fid *out)
{
	unsigned long long part[3];
	bool bracket = *text == '[';
	char *end = (char *)text + bracket;
	int i;

	for (i = 0; i < 3; i++) {
		if (!isdigit((unsigned char)*end))
			return false;
		errno = 0;
		part[i] = strtoull(end, &end, 0);
		if (errno || (i < 2 && *end++ != ':'))
			return false;
	}
	if (bracket && *end++ != ']')
		return false;
	if (*end || part[1] > UINT32_MAX || part[2])
		return false;
	*out = (struct mk_fid){ part[0], (u32)part[1], (u32)part[2] };
	return true;
}

bool parse_on_off(const char *text, bool *out)
{
	*out = !strcmp(text, "on");
	return *out || !strcmp(text, "off");
}

bool parse_device(const char *text, u32 *maj, u32 *min)
{
	char *end;
	unsigned long a = strtoul(text, &end, 10), b;

	if (end == text || *end != ':' || a > 0xfff)
		return false;
	text = end + 1;
	b = strtoul(text, &end, 10);
	if (end == text || *end || b > 0xfffff)
		return false;
	*maj = (u32)a;
	*min = (u32)b;
	return true;
}

bool parse_hex(char *text, u32 *len)
{
	char *to = text;
	int hi, lo;

	for (; *text; text += 2) {
		hi = hex_digit(text[0]);
		lo = hi < 0 ? -1 : hex_digit(text[1]);
		if (lo < 0)
			return false;
		*to++ = (char)(hi << 4 | lo);
		*len = *len + 1;
	}
	return true;
}

/* Component ends, ascending; anything but the last must be a multiple of 64 KiB. */
bool parse_ends(const char *text, struct mk_style *s)
{
	char *copy = strdup(text), *save = NULL, *w;
	u64 last = 0;
	bool ok = copy != NULL;

	s->ncomps = 0;
	for (w = ok ? strtok_r(copy, ",", &save) : NULL; w && ok; w = strtok_r(NULL, ",", &save)) {
		u64 *end = &s->ends[s->ncomps];

		ok = s->ncomps < MK_COMPS_MAX && parse_size(w, end) && *end > last &&
		     (*end == UINT64_MAX || *end % 65536 == 0);
		last = ok ? *end : 0;
		s->ncomps += ok;
	}
	free(copy);
	return ok && s->ncomps;
}
