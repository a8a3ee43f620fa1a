/* SPDX-License-Identifier: GPL-2.0-only */
/* A growing byte string; always NUL-terminated. */
#ifndef MDTCHECK_BASE_STRBUF_H
#define MDTCHECK_BASE_STRBUF_H

struct strbuf {
	char *s; /* NULL until something was added */
	size_t len, cap;
	bool failed; /* out of memory: nothing more is added */
};

void strbuf_free(struct strbuf *b);
void strbuf_reset(struct strbuf *b);
void strbuf_add(struct strbuf *b, const char *bytes, size_t len);
void strbuf_addf(struct strbuf *b, const char *fmt, ...) __printf(2, 3);

/* The string, "" when nothing was added. */
static inline const char *strbuf_str(const struct strbuf *b)
{
	return b->s ? b->s : "";
}

/*
 * Adds a file name as text for people and for JSON: valid UTF-8 without control
 * characters as it is, anything else as \xHH; a backslash is doubled.  True when
 * the name was added unchanged.
 */
bool strbuf_add_name(struct strbuf *b, const char *name, size_t len);

#endif
