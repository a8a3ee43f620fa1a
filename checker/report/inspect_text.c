/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A document as text: a heading for every object and list, a line for every value,
 * and one line for a whole item as long as it fits.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "report/doc.h"
#include "report/wrap.h"

#define INDENT 2
#define KEY_WIDTH 14

struct doc_text {
	struct doc doc;
	FILE *out;
	const char *heading[DOC_DEPTH]; /* not printed before something stands below it */
	u32 depth;
	bool in_line;	  /* the values of an item follow each other on a line */
	size_t column;	  /* ... which has come so far */
};

static struct doc_text *text_of(struct doc *d)
{
	return (struct doc_text *)(void *)d;
}

static void end_line(struct doc_text *t)
{
	if (t->in_line)
		putc('\n', t->out);
	t->in_line = false;
}

static void indent(struct doc_text *t)
{
	fprintf(t->out, "%*s", (int)(t->depth * INDENT), "");
}

static void put_key(struct doc_text *t, const char *key)
{
	for (; *key; key++)
		putc(*key == '_' ? ' ' : *key, t->out);
}

static void put_headings(struct doc_text *t)
{
	for (u32 i = 0; i < t->depth && i < DOC_DEPTH; i++) {
		if (!t->heading[i])
			continue;
		end_line(t);
		fprintf(t->out, "%*s", (int)(i * INDENT), "");
		put_key(t, t->heading[i]);
		putc('\n', t->out);
		t->heading[i] = NULL;
	}
}

static void text_open(struct doc *d, enum doc_kind kind, const char *key)
{
	struct doc_text *t = text_of(d);

	if (kind == DOC_ITEM) {
		put_headings(t);
		end_line(t);
		indent(t);
		fputs("- ", t->out);
		t->in_line = true;
		t->column = t->depth * INDENT + 2;
	}
	if (t->depth < DOC_DEPTH)
		t->heading[t->depth] = key;
	/* The document itself is not set in. */
	t->depth += key || kind == DOC_ITEM;
}

static void text_close(struct doc *d)
{
	struct doc_text *t = text_of(d);

	if (t->depth) {
		t->depth--;
		if (t->depth < DOC_DEPTH && t->heading[t->depth])
			t->heading[t->depth] = NULL; /* nothing stood below it */
		else
			end_line(t);
	}
}

static void add_value(struct strbuf *b, const struct doc_value *v)
{
	switch (v->type) {
	case DOC_NULL:
		return;
	case DOC_BOOL:
		strbuf_addf(b, "%s", v->num ? "yes" : "no");
		return;
	case DOC_COUNT:
		strbuf_addf(b, "%" PRIu64, v->num);
		return;
	case DOC_TEXT:
		strbuf_addf(b, "%s", v->bytes);
		return;
	case DOC_NAME:
		strbuf_add_name(b, v->bytes, v->len);
		return;
	}
}

static void value_in_line(struct doc_text *t, const char *key, const char *value)
{
	size_t width = strlen(key) + 1 + wrap_width(value, strlen(value));
	bool first = t->column == t->depth * INDENT;

	if (!first && t->column + 2 + width > WRAP_COLUMNS) {
		putc('\n', t->out);
		indent(t);
		t->column = t->depth * INDENT;
		first = true;
	}
	if (!first)
		fputs("  ", t->out);
	put_key(t, key);
	fprintf(t->out, " %s", value);
	t->column += width + 2 * !first;
}

/* Sentences are broken between words; anything else stays whole, to be copied. */
static void value_on_line(struct doc_text *t, const char *key, const struct doc_value *v,
			  const char *value)
{
	char first[80];
	int n = 0;

	if (key)
		n = snprintf(first, sizeof(first), "%*s%-*s ", (int)(t->depth * INDENT), "",
			     KEY_WIDTH, key);
	else
		n = snprintf(first, sizeof(first), "%*s- ", (int)(t->depth * INDENT), "");
	for (int i = 0; i < n && first[i]; i++)
		if (first[i] == '_')
			first[i] = ' ';
	if (v->type == DOC_TEXT && strchr(value, ' '))
		wrap_print(t->out, first, value);
	else
		fprintf(t->out, "%s%s\n", first, value);
}

static void text_value(struct doc *d, const char *key, const struct doc_value *v)
{
	struct doc_text *t = text_of(d);
	struct strbuf b = { 0 };

	if (v->type == DOC_NULL)
		return;
	add_value(&b, v);
	/* An empty text says nothing, an empty name does. */
	if (b.len || v->type == DOC_NAME) {
		put_headings(t);
		if (t->in_line && key)
			value_in_line(t, key, strbuf_str(&b));
		else
			value_on_line(t, key, v, strbuf_str(&b));
	}
	strbuf_free(&b);
}

void doc_text_line(struct doc *d, const char *line)
{
	struct doc_text *t = text_of(d);

	put_headings(t);
	end_line(t);
	indent(t);
	fprintf(t->out, "%s\n", line);
}

struct doc *doc_text_new(FILE *out)
{
	struct doc_text *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->doc = (struct doc){ text_open, text_close, text_value, true };
	t->out = out;
	return &t->doc;
}

void doc_text_free(struct doc *d)
{
	free(d ? text_of(d) : NULL);
}
