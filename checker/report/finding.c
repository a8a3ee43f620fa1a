/* SPDX-License-Identifier: GPL-2.0-only */
/* Findings while they are made: evidence, witnesses, join keys. */
#include "mdtcheck/finding.h"

#include <string.h>

u64 finding_name_key(u32 dir_ino, const char *name, u32 len)
{
	u64 h = 0xcbf29ce484222325ULL ^ dir_ino;
	u32 i;

	for (i = 0; i < len; i++)
		h = (h ^ (u8)name[i]) * 0x100000001b3ULL;
	/* FNV leaves short names alike in the upper bits; spread them. */
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdULL;
	h ^= h >> 33;
	return h ? h : 1;
}

u64 finding_fid_key(const struct fid *fid)
{
	u64 h = fid->seq * 0x9e3779b97f4a7c15ULL;

	if (fid_is_zero(fid))
		return 0;
	h = (h ^ h >> 29) + ((u64)fid->oid << 32 | fid->ver);
	h = (h ^ h >> 32) * 0xff51afd7ed558ccdULL;
	h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53ULL;
	h ^= h >> 33;
	return h ? h : 1;
}

static struct evidence *next_evidence(struct finding *f, const char *key, enum evidence_type type)
{
	struct evidence *e;

	if (f->nev >= FINDING_EVIDENCE_MAX)
		return NULL;
	e = &f->ev[f->nev++];
	*e = (struct evidence){ .key = key, .type = type };
	return e;
}

static void add_num(struct finding *f, const char *key, enum evidence_type type, u64 v)
{
	struct evidence *e = next_evidence(f, key, type);

	if (e)
		e->num = v;
}

void finding_u64(struct finding *f, const char *key, u64 v)
{
	add_num(f, key, EV_U64, v);
}

void finding_hex(struct finding *f, const char *key, u64 v)
{
	add_num(f, key, EV_HEX, v);
}

void finding_time(struct finding *f, const char *key, u64 v)
{
	add_num(f, key, EV_TIME, v);
}

void finding_fid(struct finding *f, const char *key, const struct fid *v)
{
	struct evidence *e = next_evidence(f, key, EV_FID);

	if (e)
		e->fid = *v;
}

static void add_bytes(struct finding *f, const char *key, enum evidence_type type,
		      const char *bytes, u32 len)
{
	struct evidence *e = next_evidence(f, key, type);

	if (!e)
		return;
	if (len)
		memcpy(f->text + f->text_len, bytes, len);
	e->str.bytes = f->text + f->text_len;
	e->str.len = len;
	f->text_len += len;
}

/* A name that does not fit is left out: half of a name would be a false one. */
void finding_name(struct finding *f, const char *key, const char *name, u32 len)
{
	if (len <= FINDING_TEXT_MAX - f->text_len)
		add_bytes(f, key, EV_NAME, name, len);
}

void finding_text(struct finding *f, const char *key, const char *text)
{
	u64 len = min_u64(strlen(text), FINDING_TEXT_MAX - f->text_len);

	add_bytes(f, key, EV_TEXT, text, (u32)len);
}

void finding_witnesses(struct finding *f, const char *place, const struct fid *value, u32 count)
{
	if (f->nwit < FINDING_WITNESS_MAX)
		f->wit[f->nwit++] =
			(struct witness){ .place = place, .value = *value, .count = count };
}

void finding_witness(struct finding *f, const char *place, const struct fid *value)
{
	finding_witnesses(f, place, value, 1);
}
