/* SPDX-License-Identifier: GPL-2.0-only */
/* Breaking and shortening lines of text. */
#include "report/wrap.h"

#include <string.h>

static bool is_continuation(char c)
{
	return ((u8)c & 0xc0) == 0x80;
}

size_t wrap_width(const char *text, size_t len)
{
	size_t n = 0, i;

	for (i = 0; i < len; i++)
		n += !is_continuation(text[i]);
	return n;
}

void wrap_print(FILE *out, const char *first, const char *text)
{
	size_t indent = wrap_width(first, strlen(first)), column = indent;
	bool line_is_empty = true;

	if (!*text)
		return;
	fputs(first, out);
	while (*text) {
		size_t len = strcspn(text, " \n"), width = wrap_width(text, len);

		if (len && !line_is_empty && column + 1 + width > WRAP_COLUMNS) {
			fprintf(out, "\n%*s", (int)indent, "");
			column = indent;
			line_is_empty = true;
		}
		if (len) {
			fprintf(out, "%s%.*s", line_is_empty ? "" : " ", (int)len, text);
			column += width + !line_is_empty;
			line_is_empty = false;
		}
		text += len;
		text += *text != '\0';
	}
	putc('\n', out);
}

/* Bytes of the first n characters. */
static size_t head_bytes(const char *text, size_t n)
{
	size_t i;

	for (i = 0; text[i]; i++)
		if (!is_continuation(text[i]) && !n--)
			break;
	return i;
}

void wrap_elide(FILE *out, const char *first, const char *text)
{
	static const char gap[] = " ... ";
	size_t used = wrap_width(first, strlen(first)), width = wrap_width(text, strlen(text));
	size_t room = used + 20 < WRAP_COLUMNS ? WRAP_COLUMNS - used : 20, head, tail;

	if (width <= room) {
		fprintf(out, "%s%s\n", first, text);
		return;
	}
	/* The end of a path says more than its beginning. */
	head = (room - strlen(gap)) / 3;
	tail = room - strlen(gap) - head;
	fprintf(out, "%s%.*s%s%s\n", first, (int)head_bytes(text, head), text, gap,
		text + head_bytes(text, width - tail));
}
