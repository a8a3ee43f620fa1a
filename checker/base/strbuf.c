/* SPDX-License-Identifier: GPL-2.0-only */
/* The growing byte string, and names made fit for people and for JSON. */
#include "base/strbuf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void strbuf_free(struct strbuf *b)
{
	free(b->s);
	*b = (struct strbuf){ 0 };
}

void strbuf_reset(struct strbuf *b)
{
	b->len = 0;
	b->failed = false;
	if (b->s)
		b->s[0] = '\0';
}

/* Room for more bytes and the NUL. */
static bool strbuf_grow(struct strbuf *b, size_t more)
{
	size_t need = b->len + more + 1, cap = b->cap ? b->cap : 64;
	char *s;

	if (b->failed)
		return false;
	/* Asked first: past this, neither need nor the doubling can wrap around. */
	if (more > SIZE_MAX / 4 || b->len > SIZE_MAX / 4)
		goto failed;
	if (need <= b->cap)
		return true;
	while (cap < need)
		cap *= 2;
	s = realloc(b->s, cap);
	if (!s)
		goto failed;
	b->s = s;
	b->cap = cap;
	return true;
failed:
	b->failed = true;
	return false;
}

void strbuf_add(struct strbuf *b, const char *bytes, size_t len)
{
	if (!strbuf_grow(b, len))
		return;
	if (len)
		memcpy(b->s + b->len, bytes, len);
	b->len += len;
	b->s[b->len] = '\0';
}

void strbuf_addf(struct strbuf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0) {
		b->failed = true;
		return;
	}
	if (!strbuf_grow(b, (size_t)n))
		return;
	va_start(ap, fmt);
	vsnprintf(b->s + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
}

/* May the character be shown?  Control characters (C0, DEL, C1) could drive a terminal. */
static bool is_printable(u32 c)
{
	return c >= 0x20 && !(c >= 0x7f && c < 0xa0);
}

/*
 * Length of the UTF-8 character at s if it is well-formed and printable, else 0.
 * Overlong forms, surrogates and code points above U+10FFFF are not well-formed:
 * JSON parsers reject them.
 */
static size_t utf8_len(const u8 *s, size_t left)
{
	static const u32 lowest[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n, i;
	u32 c = s[0];

	if (c < 0x80)
		return is_printable(c);
	if (c < 0xc2 || c > 0xf4)
		return 0;
	n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
	if (n > left)
		return 0;
	c &= 0xffU >> (n + 1);
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < lowest[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) || !is_printable(c))
		return 0;
	return n;
}

bool strbuf_add_name(struct strbuf *b, const char *name, size_t len)
{
	const u8 *s = (const u8 *)name;
	bool unchanged = true;
	size_t i, n;

	for (i = 0; i < len; i += n) {
		n = utf8_len(s + i, len - i);
		if (s[i] == '\\')
			strbuf_add(b, "\\\\", 2);
		else if (n)
			strbuf_add(b, name + i, n);
		else
			strbuf_addf(b, "\\x%02x", s[i]);
		if (!n || s[i] == '\\')
			unchanged = false;
		if (!n)
			n = 1;
	}
	return unchanged;
}
