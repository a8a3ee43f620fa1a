/* SPDX-License-Identifier: GPL-2.0-only */
/* Building and writing one piece of the JSON document. */
#include "report/json_piece.h"

#include <inttypes.h>
#include <string.h>

#include "base/strbuf.h"
#include "ondisk/fid.h"
#include "report/report.h"

/* Highest integer that every JSON reader keeps exactly. */
#define JSON_EXACT_MAX 9007199254740991ULL

struct piece piece_new(void)
{
	struct piece p = { .obj = json_object() };

	p.failed = !p.obj;
	return p;
}

void piece_put(struct piece *p, const char *key, json_t *v)
{
	if (json_object_set_new(p->obj, key, v))
		p->failed = true;
}

void piece_append(struct piece *p, json_t *array, json_t *v)
{
	if (json_array_append_new(array, v))
		p->failed = true;
}

void put_piece(struct piece *p, const char *key, struct piece *child)
{
	p->failed |= child->failed;
	piece_put(p, key, child->obj);
}

void append_piece(struct piece *p, json_t *array, struct piece *child)
{
	p->failed |= child->failed;
	piece_append(p, array, child->obj);
}

void put_count(struct piece *p, const char *key, u64 v)
{
	piece_put(p, key, json_integer((json_int_t)min_u64(v, JSON_EXACT_MAX)));
}

void put_bool(struct piece *p, const char *key, bool v)
{
	piece_put(p, key, json_boolean(v));
}

void put_text(struct piece *p, const char *key, const char *s)
{
	piece_put(p, key, s ? json_string(s) : json_null());
}

void put_hex(struct piece *p, const char *key, u64 v)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%" PRIx64, v);
	put_text(p, key, text);
}

void put_u64(struct piece *p, const char *key, u64 v)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, v);
	put_text(p, key, text);
}

void put_fid(struct piece *p, const char *key, const struct fid *f)
{
	char text[FID_TEXT_LEN];

	put_text(p, key, fid_text(f, text));
}

void put_time(struct piece *p, const char *key, u64 seconds)
{
	char text[TIME_TEXT_LEN];

	put_text(p, key, report_time_text(seconds, text));
}

json_t *hex_string(const char *bytes, size_t len)
{
	struct strbuf b = { 0 };
	json_t *v;
	size_t i;

	for (i = 0; i < len; i++)
		strbuf_addf(&b, "%02x", (u8)bytes[i]);
	v = b.failed ? NULL : json_string(strbuf_str(&b));
	strbuf_free(&b);
	return v;
}

json_t *name_string(const char *bytes, size_t len, bool *unchanged)
{
	struct strbuf b = { 0 };
	json_t *v;

	*unchanged = strbuf_add_name(&b, bytes, len);
	v = b.failed ? NULL : json_string(strbuf_str(&b));
	strbuf_free(&b);
	return v;
}

void put_name(struct piece *p, const char *key, const char *bytes, size_t len)
{
	char hex_key[64];
	bool unchanged;

	piece_put(p, key, name_string(bytes, len, &unchanged));
	if (unchanged)
		return;
	snprintf(hex_key, sizeof(hex_key), "%s_hex", key);
	piece_put(p, hex_key, hex_string(bytes, len));
}

void put_name_or_null(struct piece *p, const char *key, const char *s)
{
	if (s && *s)
		put_name(p, key, s, strlen(s));
	else
		put_text(p, key, NULL);
}

/* Sets the lines of a piece in by two: it stands inside the document. */
static int dump_indented(const char *bytes, size_t len, void *arg)
{
	FILE *out = arg;
	size_t i;

	for (i = 0; i < len; i++) {
		putc(bytes[i], out);
		if (bytes[i] == '\n')
			fputs("  ", out);
	}
	return ferror(out) ? -1 : 0;
}

int piece_write(FILE *out, struct piece *p, bool lines)
{
	int rc = 0;

	if (p->failed)
		rc = -ENOMEM;
	else if (lines ? json_dump_callback(p->obj, dump_indented, out, JSON_INDENT(2))
		       : json_dumpf(p->obj, out, 0))
		rc = ferror(out) ? -EIO : -ENOMEM;
	json_decref(p->obj);
	*p = (struct piece){ .failed = true };
	return rc;
}
