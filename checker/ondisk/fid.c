/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * FIDs in their packed forms and in the text forms that Lustre uses as names.
 *
 * Text is read by one small scanner that never looks past its length: names on
 * disk are not NUL-terminated, and what the strict forms accept must be exactly
 * what Lustre itself prints, because a shard or an orphan is known by its name.
 */
#include <stdio.h>
#include <string.h>

#include "ondisk/fid.h"

#define SEQ_DIGITS 16
#define WORD_DIGITS 8

enum number_form {
	NUMBER_ANY,   /* 0x optional, leading zeros allowed */
	NUMBER_PLAIN, /* as %#x prints it: 0x, lower case, no padding; or a bare 0 */
};

struct scan {
	const char *text;
	size_t len;
	size_t off;
};

const char *fid_text(const struct fid *f, char out[FID_TEXT_LEN])
{
	snprintf(out, FID_TEXT_LEN, "[0x%llx:0x%x:0x%x]", (unsigned long long)f->seq, f->oid,
		 f->ver);
	return out;
}

static bool scan_char(struct scan *s, char want)
{
	if (s->off == s->len || s->text[s->off] != want)
		return false;
	s->off++;
	return true;
}

/* The value of a hex digit, or -1.  Capitals only where the form is loose. */
static int hex_value(char c, enum number_form form)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (form == NUMBER_ANY && c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool scan_prefix(struct scan *s)
{
	if (s->len - s->off < 2 || memcmp(s->text + s->off, "0x", 2))
		return false;
	s->off += 2;
	return true;
}

/* A hexadecimal number of 1 to max digits. */
static bool scan_hex(struct scan *s, unsigned int max, enum number_form form, u64 *out)
{
	bool prefix = scan_prefix(s);
	size_t first = s->off;
	u64 v = 0;
	int digit;

	while (s->off < s->len && (digit = hex_value(s->text[s->off], form)) >= 0) {
		if (s->off - first == max)
			return false;
		v = v << 4 | (u64)digit;
		s->off++;
	}
	if (s->off == first)
		return false;
	if (form == NUMBER_PLAIN) {
		/* %#llx prints zero without its prefix: only a zero may lack it. */
		if (!prefix && v)
			return false;
		if (s->text[first] == '0' && s->off - first > 1)
			return false;
	}
	*out = v;
	return true;
}

static bool scan_fid(struct scan *s, enum number_form form, struct fid *out)
{
	u64 seq, oid, ver;

	if (!scan_hex(s, SEQ_DIGITS, form, &seq) || !scan_char(s, ':') ||
	    !scan_hex(s, WORD_DIGITS, form, &oid) || !scan_char(s, ':') ||
	    !scan_hex(s, WORD_DIGITS, form, &ver))
		return false;
	*out = (struct fid){ .seq = seq, .oid = (u32)oid, .ver = (u32)ver };
	return true;
}

int fid_parse(const char *text, size_t len, struct fid *out, size_t *used)
{
	struct scan s = { .text = text, .len = len };
	bool bracket = scan_char(&s, '[');
	struct fid f;

	if (!scan_fid(&s, NUMBER_ANY, &f))
		return -EINVAL;
	if (bracket && !scan_char(&s, ']'))
		return -EINVAL;
	*out = f;
	*used = s.off;
	return 0;
}

int fid_parse_plain(const char *name, size_t len, struct fid *out)
{
	struct scan s = { .text = name, .len = len };
	struct fid f;

	if (!scan_fid(&s, NUMBER_PLAIN, &f) || s.off != s.len)
		return -EINVAL;
	*out = f;
	return 0;
}

/* Exactly n lower-case digits, zero-padded. */
static bool scan_padded(struct scan *s, unsigned int n, u64 *out)
{
	u64 v = 0;

	while (n--) {
		int digit = s->off < s->len ? hex_value(s->text[s->off], NUMBER_PLAIN) : -1;

		if (digit < 0)
			return false;
		v = v << 4 | (u64)digit;
		s->off++;
	}
	*out = v;
	return true;
}

/* The operation of an old orphan name, "%2x": two places, padded with a space. */
static bool scan_operation(struct scan *s)
{
	u64 v;

	return scan_padded(s, scan_char(s, ' ') ? 1 : 2, &v);
}

static bool scan_old_pending(struct scan *s, struct fid *out)
{
	u64 seq, oid, ver;

	if (!scan_padded(s, SEQ_DIGITS, &seq) || !scan_char(s, ':') ||
	    !scan_padded(s, WORD_DIGITS, &oid) || !scan_char(s, ':') ||
	    !scan_padded(s, WORD_DIGITS, &ver) || !scan_char(s, ':') || !scan_operation(s) ||
	    s->off != s->len)
		return false;
	*out = (struct fid){ .seq = seq, .oid = (u32)oid, .ver = (u32)ver };
	return true;
}

int fid_parse_pending(const char *name, size_t len, struct fid *out)
{
	struct scan s = { .text = name, .len = len };
	struct fid f;

	if (!scan_old_pending(&s, &f))
		return fid_parse_plain(name, len, out);
	*out = f;
	return 0;
}

/* A decimal number without padding that fits 32 bits and ends the text. */
static bool scan_index(struct scan *s, u32 *out)
{
	size_t first = s->off;
	u64 v = 0;

	for (; s->off < s->len; s->off++) {
		char c = s->text[s->off];

		if (c < '0' || c > '9')
			return false;
		v = v * 10 + (u64)(c - '0');
		if (v > UINT32_MAX)
			return false;
	}
	if (s->off == first || (s->text[first] == '0' && s->off - first > 1))
		return false;
	*out = (u32)v;
	return true;
}

int fid_parse_shard(const char *name, size_t len, struct fid *out, u32 *index)
{
	struct scan s = { .text = name, .len = len };
	struct fid f;
	u32 i;

	if (!scan_char(&s, '[') || !scan_fid(&s, NUMBER_PLAIN, &f) || !scan_char(&s, ']') ||
	    !scan_char(&s, ':') || !scan_index(&s, &i))
		return -EINVAL;
	*out = f;
	*index = i;
	return 0;
}
