/* SPDX-License-Identifier: GPL-2.0-only */
/* A document as JSON. */
#include <stdlib.h>

#include "report/doc.h"
#include "report/json_piece.h"

struct doc_json {
	struct doc doc;
	json_t *open[DOC_DEPTH]; /* owned by what holds them; the first by us */
	u32 depth;		 /* how many are open */
	bool failed;
};

static struct doc_json *json_of(struct doc *d)
{
	return (struct doc_json *)(void *)d;
}

/* Puts v, which may be NULL after a failed allocation, where the document has come to. */
static void add(struct doc_json *j, const char *key, json_t *v)
{
	json_t *into = j->depth ? j->open[j->depth - 1] : NULL;
	int rc;

	if (json_is_array(into))
		rc = json_array_append_new(into, v);
	else
		rc = json_object_set_new(into, key, v);
	if (rc)
		j->failed = true;
}

static void json_open(struct doc *d, enum doc_kind kind, const char *key)
{
	struct doc_json *j = json_of(d);
	json_t *v = kind == DOC_LIST ? json_array() : json_object();

	if (!v || j->depth == DOC_DEPTH) {
		json_decref(v);
		j->failed = true;
		return;
	}
	if (j->depth)
		add(j, key, v);
	j->open[j->depth++] = v;
}

static void json_close(struct doc *d)
{
	struct doc_json *j = json_of(d);

	/* The outermost one stays, for doc_json_finish(). */
	if (j->depth > 1)
		j->depth--;
}

static void add_name(struct doc_json *j, const char *key, const struct doc_value *v)
{
	bool unchanged;
	char hex_key[64];

	add(j, key, name_string(v->bytes, v->len, &unchanged));
	if (unchanged || !key)
		return;
	snprintf(hex_key, sizeof(hex_key), "%s_hex", key);
	add(j, hex_key, hex_string(v->bytes, v->len));
}

static void json_value(struct doc *d, const char *key, const struct doc_value *v)
{
	struct doc_json *j = json_of(d);

	if (j->failed)
		return;
	switch (v->type) {
	case DOC_NULL:
		add(j, key, json_null());
		return;
	case DOC_BOOL:
		add(j, key, json_boolean(v->num));
		return;
	case DOC_COUNT:
		add(j, key, json_integer((json_int_t)min_u64(v->num, INT64_MAX)));
		return;
	case DOC_TEXT:
		add(j, key, json_string(v->bytes));
		return;
	case DOC_NAME:
		add_name(j, key, v);
		return;
	}
}

struct doc *doc_json_new(void)
{
	struct doc_json *j = calloc(1, sizeof(*j));

	if (!j)
		return NULL;
	j->doc = (struct doc){ json_open, json_close, json_value, false };
	return &j->doc;
}

int doc_json_finish(struct doc *d, FILE *out)
{
	struct doc_json *j = json_of(d);
	int rc = j->failed || !j->depth ? -ENOMEM : 0;

	if (!rc && json_dumpf(j->open[0], out, JSON_INDENT(2)))
		rc = ferror(out) ? -EIO : -ENOMEM;
	if (!rc)
		putc('\n', out);
	json_decref(j->open[0]);
	free(j);
	return rc;
}
