/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A document said once and written in two forms: as JSON, and as text for a
 * terminal.  It is a tree of objects, lists and values with keys; who fills it need
 * not know its form.
 *
 * No call returns an error; doc_json_finish() and the stream know.
 */
#ifndef MDTCHECK_REPORT_DOC_H
#define MDTCHECK_REPORT_DOC_H

#include <stdio.h>

#include "mdtcheck/fid.h"

#define DOC_DEPTH 12

enum doc_kind {
	DOC_OBJECT, /* text: a heading, and what is in it set in below */
	DOC_LIST,   /* the same; its members are items or strings without a key */
	DOC_ITEM,   /* an object in a list; text: on one line as far as it goes */
};

enum doc_type { DOC_NULL, DOC_BOOL, DOC_COUNT, DOC_TEXT, DOC_NAME };

struct doc_value {
	enum doc_type type;
	u64 num;	   /* DOC_BOOL, DOC_COUNT */
	const char *bytes; /* DOC_TEXT: UTF-8, NUL-terminated; DOC_NAME: any, len of them */
	size_t len;
};

struct doc {
	void (*open)(struct doc *d, enum doc_kind kind, const char *key);
	void (*close)(struct doc *d);
	void (*value)(struct doc *d, const char *key, const struct doc_value *v);
	bool is_text;
};

/* ---- the two forms ---- */

struct doc *doc_text_new(FILE *out); /* writes as it is told */
void doc_text_free(struct doc *d);
struct doc *doc_json_new(void);
/* Writes it and frees it: 0, -ENOMEM, -EIO. */
int doc_json_finish(struct doc *d, FILE *out);

/* Text only: a line of its own, set in as its place asks. */
void doc_text_line(struct doc *d, const char *line);

/* ---- filling (doc.c) ---- */

static inline void doc_object(struct doc *d, const char *key)
{
	d->open(d, DOC_OBJECT, key);
}

static inline void doc_list(struct doc *d, const char *key)
{
	d->open(d, DOC_LIST, key);
}

static inline void doc_item(struct doc *d)
{
	d->open(d, DOC_ITEM, NULL);
}

static inline void doc_end(struct doc *d)
{
	d->close(d);
}

/* key NULL: a member of a list.  In text what is NULL is left out. */
void doc_text(struct doc *d, const char *key, const char *s);
void doc_name(struct doc *d, const char *key, const char *bytes, size_t len);
void doc_bool(struct doc *d, const char *key, bool v);
/* A counter of ours; what was read from disk is a string in JSON: doc_u64. */
void doc_count(struct doc *d, const char *key, u64 v);
void doc_u64(struct doc *d, const char *key, u64 v);
void doc_hex(struct doc *d, const char *key, u64 v);
void doc_octal(struct doc *d, const char *key, u64 v);
void doc_fid(struct doc *d, const char *key, const struct fid *f);
/* Seconds since the epoch. */
void doc_time(struct doc *d, const char *key, u64 seconds);
/* A value that is NULL. */
void doc_none(struct doc *d, const char *key);

/* The names of the bits that are set, and a number for those without one. */
struct doc_flag {
	u32 bit;
	const char *name;
};

void doc_flags(struct doc *d, const char *key, u32 v, const struct doc_flag *table, u32 n);

#endif
