/* SPDX-License-Identifier: GPL-2.0-only */
/* What the two forms of a document have in common: values and how they are spelt. */
#include "report/doc.h"

#include <inttypes.h>
#include <string.h>

#include "base/strbuf.h"
#include "ondisk/fid.h"
#include "report/report.h"

void doc_text(struct doc *d, const char *key, const char *s)
{
	const struct doc_value v = { .type = s ? DOC_TEXT : DOC_NULL, .bytes = s };

	d->value(d, key, &v);
}

void doc_none(struct doc *d, const char *key)
{
	doc_text(d, key, NULL);
}

void doc_name(struct doc *d, const char *key, const char *bytes, size_t len)
{
	const struct doc_value v = { .type = DOC_NAME, .bytes = bytes, .len = len };

	d->value(d, key, &v);
}

void doc_bool(struct doc *d, const char *key, bool yes)
{
	const struct doc_value v = { .type = DOC_BOOL, .num = yes };

	d->value(d, key, &v);
}

void doc_count(struct doc *d, const char *key, u64 n)
{
	const struct doc_value v = { .type = DOC_COUNT, .num = n };

	d->value(d, key, &v);
}

void doc_u64(struct doc *d, const char *key, u64 v)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, v);
	doc_text(d, key, text);
}

void doc_hex(struct doc *d, const char *key, u64 v)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%" PRIx64, v);
	doc_text(d, key, text);
}

void doc_octal(struct doc *d, const char *key, u64 v)
{
	char text[32];

	snprintf(text, sizeof(text), "0%" PRIo64, v);
	doc_text(d, key, text);
}

void doc_fid(struct doc *d, const char *key, const struct fid *f)
{
	char text[FID_TEXT_LEN];

	doc_text(d, key, fid_text(f, text));
}

void doc_time(struct doc *d, const char *key, u64 seconds)
{
	char text[TIME_TEXT_LEN];

	doc_text(d, key, report_time_text(seconds, text));
}

void doc_flags(struct doc *d, const char *key, u32 v, const struct doc_flag *table, u32 n)
{
	struct strbuf b = { 0 };

	for (u32 i = 0; i < n; i++) {
		if (!(v & table[i].bit))
			continue;
		strbuf_addf(&b, "%s%s", b.len ? "," : "", table[i].name);
		v &= ~table[i].bit;
	}
	if (v)
		strbuf_addf(&b, "%s0x%x", b.len ? "," : "", v);
	doc_text(d, key, strbuf_str(&b));
	strbuf_free(&b);
}
