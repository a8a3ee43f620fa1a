/* SPDX-License-Identifier: GPL-2.0-only */
/* One finding as a piece of the JSON document. */
#include "report/json_finding.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

/* A key that occurs again becomes KEY_2, KEY_3 ... */
static const char *free_key(const struct piece *p, const char *key, char *buf, size_t size)
{
	u32 n;

	if (!json_object_get(p->obj, key))
		return key;
	for (n = 2;; n++) {
		snprintf(buf, size, "%.40s_%u", key, n);
		if (!json_object_get(p->obj, buf))
			return buf;
	}
}

static void put_evidence(struct piece *p, const struct evidence *e)
{
	char buf[56];
	const char *key = free_key(p, e->key, buf, sizeof(buf));

	switch (e->type) {
	case EV_U64:
		put_u64(p, key, e->num);
		return;
	case EV_HEX:
		put_hex(p, key, e->num);
		return;
	case EV_TIME:
		put_time(p, key, e->num);
		return;
	case EV_FID:
		put_fid(p, key, &e->fid);
		return;
	case EV_NAME:
	case EV_TEXT:
		put_name(p, key, e->str.bytes, e->str.len);
		return;
	}
}

static const char *type_name(u16 mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return "file";
	case S_IFDIR:
		return "directory";
	case S_IFLNK:
		return "symlink";
	case S_IFCHR:
		return "character device";
	case S_IFBLK:
		return "block device";
	case S_IFIFO:
		return "fifo";
	case S_IFSOCK:
		return "socket";
	default:
		return NULL;
	}
}

/* paths, and beside it paths_hex (null where a path is as it was) when one had to be escaped. */
static void put_paths(struct piece *p, const struct stored_finding *f)
{
	json_t *paths = json_array(), *hex = json_array();
	bool all = true, unchanged;
	u32 i;

	for (i = 0; i < f->npaths; i++) {
		const char *s = f->paths[i];

		piece_append(p, paths, name_string(s, strlen(s), &unchanged));
		piece_append(p, hex, unchanged ? json_null() : hex_string(s, strlen(s)));
		all &= unchanged;
	}
	piece_put(p, "paths", paths);
	if (all)
		json_decref(hex);
	else
		piece_put(p, "paths_hex", hex);
}

static struct piece object_piece(const struct stored_finding *f)
{
	struct piece p = piece_new();

	if (fid_is_zero(&f->fid))
		put_text(&p, "fid", NULL);
	else
		put_fid(&p, "fid", &f->fid);
	put_count(&p, "ino", f->ino);
	put_count(&p, "generation", f->generation);
	put_text(&p, "type", type_name(f->mode));
	put_paths(&p, f);
	return p;
}

static void put_witnesses(struct piece *p, const struct stored_finding *f)
{
	json_t *array = json_array();
	u32 i;

	for (i = 0; i < f->nwit; i++) {
		struct piece w = piece_new();

		put_text(&w, "place", f->wit[i].place);
		put_fid(&w, "value", &f->wit[i].value);
		put_count(&w, "count", f->wit[i].count);
		put_bool(&w, "agrees", f->wit[i].agrees);
		append_piece(p, array, &w);
	}
	piece_put(p, "witnesses", array);
}

static void put_id(struct piece *p, const char *key, u64 fingerprint)
{
	char text[24];

	snprintf(text, sizeof(text), "%016" PRIx64, fingerprint);
	put_text(p, key, text);
}

static void put_code(struct piece *p, const struct rule *rule)
{
	char text[16];

	snprintf(text, sizeof(text), "MC%03u", rule->code);
	put_text(p, "code", text);
}

static json_t *part_names(struct piece *p, u32 parts)
{
	json_t *array = json_array();

	for (u32 i = 0; i < OPINION_PARTS; i++)
		if (parts & 1U << i)
			piece_append(p, array, json_string(opinion_part_name(i)));
	return array;
}

static void put_second_opinion(struct piece *p, const struct second_opinion *o)
{
	struct piece q;
	char why[OPINION_WHY_LEN];

	if (o->opinion == OPINION_NONE)
		return;
	q = piece_new();
	put_text(&q, "opinion", opinion_name(o->opinion));
	put_text(&q, "reason", opinion_why(o, why));
	piece_put(&q, "compared", part_names(&q, o->compared));
	piece_put(&q, "differs", part_names(&q, o->differs));
	put_piece(p, "second_opinion", &q);
}

struct piece finding_piece(const struct stored_finding *f)
{
	struct piece p = piece_new(), object = object_piece(f), evidence = piece_new();
	u32 i;

	put_id(&p, "id", f->fingerprint);
	put_text(&p, "rule", f->rule->name);
	put_code(&p, f->rule);
	put_text(&p, "severity", severity_name(f->severity));
	put_text(&p, "state", finding_state_name(f->state));
	put_text(&p, "what", f->what ? f->what : f->rule->title);
	put_piece(&p, "object", &object);
	for (i = 0; i < f->nev; i++)
		put_evidence(&evidence, &f->ev[i]);
	put_piece(&p, "evidence", &evidence);
	put_witnesses(&p, f);
	put_second_opinion(&p, &f->second);
	put_text(&p, "verdict", f->verdict);
	put_text(&p, "remedy", f->rule->remedy);
	if (f->cause)
		put_id(&p, "caused_by", f->cause->fingerprint);
	else if (f->cause_id)
		put_id(&p, "caused_by", f->cause_id);
	else
		put_text(&p, "caused_by", NULL);
	put_count(&p, "caused", f->caused);
	return p;
}
