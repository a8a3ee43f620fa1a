/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The key=value words of a recipe: what each statement knows, and what it may
 * say.
 */
#include <stdlib.h>
#include <string.h>

#include "tools/mkmdt/recipe.h"

int bad_value(struct stmt *s, const char *key, const char *value)
{
	return mk_fail(s->m, -EINVAL, "%s=%s: bad value", key, value);
}

int next_option(struct stmt *s, char **key, char **value)
{
	char *eq;

	if (s->next >= s->n)
		return 0;
	*key = s->words[s->next++];
	eq = strchr(*key, '=');
	if (!eq)
		return mk_fail(s->m, -EINVAL, "%s: key=value expected", *key);
	*eq = 0;
	*value = eq + 1;
	return 1;
}

/* ---- options of created objects --------------------------------------------------------- */

static bool set_mode(struct wish *w, const char *v)
{
	return parse_mode(v, &w->style.mode);
}

static bool set_fid(struct wish *w, const char *v)
{
	w->has_fid = true;
	return parse_fid(v, &w->fid);
}

static bool set_stripes(struct wish *w, const char *v)
{
	u64 n;
	bool ok = parse_u64(v, MK_STRIPES_MAX, &n);

	w->style.stripes = ok ? (u32)n : 0;
	return ok;
}

static bool set_stripe_size(struct wish *w, const char *v)
{
	u64 n;
	bool ok = parse_size(v, &n) && n && n < 1ULL << 32 && n % 65536 == 0;

	w->style.stripe_size = ok ? (u32)n : 0;
	return ok;
}

static bool set_pool(struct wish *w, const char *v)
{
	if (!*v || strlen(v) >= MK_POOL_MAX)
		return false;
	strcpy(w->style.pool, v);
	return true;
}

static bool set_pfl(struct wish *w, const char *v)
{
	return parse_ends(v, &w->style);
}

static bool set_init(struct wish *w, const char *v)
{
	u64 n;
	bool ok = parse_u64(v, MK_COMPS_MAX, &n);

	w->style.ninit = ok ? (u32)n : 0;
	return ok;
}

static bool set_dom(struct wish *w, const char *v)
{
	return parse_size(v, &w->style.dom) && w->style.dom && w->style.dom < 1ULL << 32 &&
	       w->style.dom % 65536 == 0;
}

static bool set_extend(struct wish *w, const char *v)
{
	return parse_size(v, &w->style.extend) && w->style.extend && w->style.extend < 1ULL << 40 &&
	       w->style.extend % 65536 == 0;
}

/* A number up to max into a field of the style. */
static bool set_u32(const char *v, u64 max, u32 *out)
{
	u64 n;
	bool ok = parse_u64(v, max, &n);

	*out = ok ? (u32)n : 0;
	return ok;
}

static bool set_mirrors(struct wish *w, const char *v)
{
	return set_u32(v, 16, &w->style.mirrors) && w->style.mirrors;
}

static bool set_stale(struct wish *w, const char *v)
{
	return set_u32(v, 16, &w->style.stale);
}

static bool set_state(struct wish *w, const char *v)
{
	u32 n;
	bool ok = set_u32(v, 0xffff, &n);

	w->style.has_state = true;
	w->style.state = (u16)n;
	return ok;
}

static bool set_parity(struct wish *w, const char *v)
{
	return set_u32(v, 15, &w->style.parity);
}

static bool set_archive(struct wish *w, const char *v)
{
	return set_u32(v, 0x1ff, &w->style.archive);
}

static bool set_released(struct wish *w, const char *v)
{
	return parse_on_off(v, &w->style.released);
}

static bool set_foreign(struct wish *w, const char *v)
{
	return parse_on_off(v, &w->style.foreign);
}

static bool set_hole(struct wish *w, const char *v)
{
	return set_u32(v, MK_STRIPES_MAX, &w->style.hole);
}

static bool set_hsm(struct wish *w, const char *v)
{
	w->style.has_hsm = true;
	return set_u32(v, UINT32_MAX, &w->style.hsm);
}

/* SIZE: lazy; strict:SIZE, stale:SIZE. */
static bool set_som(struct wish *w, const char *v)
{
	w->style.has_som = true;
	w->style.som_valid = 4;
	if (!strncmp(v, "strict:", 7) || !strncmp(v, "stale:", 6)) {
		w->style.som_valid = v[3] == 'i' ? 1 : 2;
		v = strchr(v, ':') + 1;
	}
	return parse_size(v, &w->style.som);
}

static bool set_data(struct wish *w, const char *v)
{
	u64 n;
	bool ok = parse_size(v, &n) && n <= 1 << 20;

	w->style.data = ok ? (u32)n : 0;
	return ok;
}

static bool set_wide(struct wish *w, const char *v)
{
	return parse_on_off(v, &w->style.wide);
}

static bool set_links(struct wish *w, const char *v)
{
	w->style.overflow = true;
	return !strcmp(v, "overflow");
}

static bool set_htree(struct wish *w, const char *v)
{
	bool on, ok = parse_on_off(v, &on);

	w->style.htree = on ? MK_ON : MK_OFF;
	return ok;
}

static bool set_prefix(struct wish *w, const char *v)
{
	w->prefix = v;
	return *v && strlen(v) < 200 && !strchr(v, '/');
}

static bool set_big(struct wish *w, const char *v)
{
	u64 n;
	bool ok = parse_u64(v, 100000000, &n);

	w->big = ok ? (u32)n : 0;
	return ok;
}

static bool set_dirs(struct wish *w, const char *v)
{
	u64 n;
	bool ok = parse_u64(v, 90, &n) && n;

	w->dirs = ok ? (u32)n : 0;
	return ok;
}

static bool set_linkea(struct wish *w, const char *v)
{
	bool on, ok = parse_on_off(v, &on);

	w->no_linkea = ok && !on;
	return ok;
}

static bool set_remote(struct wish *w, const char *v)
{
	u64 n;
	bool ok = parse_u64(v, MK_STRIPES_MAX, &n);

	w->remote = ok ? (u32)n : 0;
	return ok;
}

static bool set_hash(struct wish *w, const char *v)
{
	static const char *const name[] = { "all_chars", "fnv_1a_64", "crush", "crush2" };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(name); i++)
		if (!strcmp(name[i], v))
			w->style.shard_hash = MK_HASH_ALL_CHARS + i;
	return !strcmp(name[w->style.shard_hash - MK_HASH_ALL_CHARS], v);
}

static bool set_lmv_flags(struct wish *w, const char *v)
{
	u64 n;
	bool ok = parse_u64(v, UINT32_MAX, &n) && !(n & 0xffff);

	w->style.shard_flags = ok ? (u32)n : 0;
	return ok;
}

/* INDEX/COUNT */
static bool set_shard(struct wish *w, const char *v)
{
	char index[16];
	size_t len = strcspn(v, "/");
	u64 i, n;

	if (!v[len] || len >= sizeof(index))
		return false;
	memcpy(index, v, len);
	index[len] = 0;
	if (!parse_u64(index, UINT32_MAX, &i) || !parse_u64(v + len + 1, MK_STRIPES_MAX, &n))
		return false;
	w->shard = (u32)i;
	w->style.shards = (u32)n;
	return n > 0;
}

static bool set_type(struct wish *w, const char *v)
{
	w->type = strcmp(v, "dir") ? MK_REG : MK_DIR;
	return w->type == MK_DIR || !strcmp(v, "file");
}

static const struct {
	const char *key;
	int what;
	bool (*set)(struct wish *w, const char *value);
} wishes[] = {
	{ "mode", FOR_DIR | FOR_FILE | FOR_NODE | FOR_FILES | FOR_STRIPED | FOR_REMOTE, set_mode },
	{ "fid", FOR_DIR | FOR_FILE | FOR_NODE | FOR_AGENT | FOR_STRIPED | FOR_REMOTE, set_fid },
	{ "stripes", FOR_FILE | FOR_FILES, set_stripes },
	{ "stripe_size", FOR_FILE | FOR_FILES, set_stripe_size },
	{ "pool", FOR_FILE | FOR_FILES, set_pool },
	{ "pfl", FOR_FILE | FOR_FILES, set_pfl },
	{ "init", FOR_FILE | FOR_FILES, set_init },
	{ "dom", FOR_FILE | FOR_FILES, set_dom },
	{ "extend", FOR_FILE | FOR_FILES, set_extend },
	{ "mirrors", FOR_FILE | FOR_FILES, set_mirrors },
	{ "stale", FOR_FILE | FOR_FILES, set_stale },
	{ "state", FOR_FILE | FOR_FILES, set_state },
	{ "parity", FOR_FILE | FOR_FILES, set_parity },
	{ "archive", FOR_FILE | FOR_FILES, set_archive },
	{ "released", FOR_FILE | FOR_FILES, set_released },
	{ "foreign", FOR_FILE | FOR_FILES, set_foreign },
	{ "hole", FOR_FILE | FOR_FILES, set_hole },
	{ "hsm", FOR_FILE | FOR_FILES, set_hsm },
	{ "som", FOR_FILE | FOR_FILES, set_som },
	{ "data", FOR_FILE, set_data },
	{ "wide", FOR_FILE | FOR_FILES, set_wide },
	{ "links", FOR_FILE | FOR_FILES, set_links },
	{ "htree", FOR_DIR | FOR_REMOTE, set_htree },
	{ "prefix", FOR_FILES, set_prefix },
	{ "big", FOR_BULK, set_big },
	{ "dirs", FOR_BULK, set_dirs },
	{ "linkea", FOR_BULK, set_linkea },
	{ "type", FOR_AGENT, set_type },
	{ "hash", FOR_STRIPED | FOR_REMOTE, set_hash },
	{ "lmv_flags", FOR_STRIPED | FOR_REMOTE, set_lmv_flags },
	{ "shard", FOR_REMOTE, set_shard },
	{ "remote", FOR_STRIPED, set_remote },
};

static int set_wish(struct stmt *s, struct wish *w, int what, const char *key, const char *value)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wishes); i++) {
		if (strcmp(wishes[i].key, key) || !(wishes[i].what & what))
			continue;
		return wishes[i].set(w, value) ? 0 : bad_value(s, key, value);
	}
	return mk_fail(s->m, -EINVAL, "%s does not know %s=", s->words[0], key);
}

int read_wishes(struct stmt *s, int what, u16 mode, struct wish *w)
{
	char *key, *value;
	int rc;

	memset(w, 0, sizeof(*w));
	w->style = s->m->styles[0];
	w->style.mode = mode;
	w->style.ninit = 1;
	w->prefix = "f";
	w->big = 100000;
	w->dirs = 8;
	w->type = MK_DIR;
	w->style.shard_hash = MK_HASH_FNV_1A_64;
	while ((rc = next_option(s, &key, &value)) > 0) {
		rc = set_wish(s, w, what, key, value);
		if (rc)
			return rc;
	}
	if (!rc && w->style.ncomps && !w->style.stripes)
		rc = mk_fail(s->m, -EINVAL, "pfl= needs stripes");
	if (!rc && w->style.ncomps && w->style.ninit > w->style.ncomps)
		rc = mk_fail(s->m, -EINVAL, "init= is more than pfl= has");
	if (!rc && w->style.dom && w->style.ncomps && w->style.dom >= w->style.ends[0])
		rc = mk_fail(s->m, -EINVAL, "dom= is more than the first end of pfl=");
	if (!rc && !mk_layout_fits(&w->style))
		rc = mk_fail(s->m, -EINVAL, "more than %d stripes, or %d components",
			     MK_STRIPES_MAX, MK_PLAN_MAX);
	return rc;
}

/* ---- mdt ---------------------------------------------------------------------------------- */

/* Keys with a number. 0, -EINVAL: bad value, -ENOENT: no such key. */
static int mdt_number(struct mk_config *c, const char *key, const char *value)
{
	const struct {
		const char *key;
		u64 min, max;
		bool power; /* of two */
		u32 *where;
	} numbers[] = {
		{ "index", 0, 1, false, &c->index },
		{ "isize", 256, 4096, true, &c->isize },
		{ "inodes", 1, UINT32_MAX, false, &c->inodes },
		{ "bs", 1024, 4096, true, &c->bs },
		{ "oi", 1, MK_OI_MAX, true, &c->oi_files },
		{ "osts", 1, MK_OSTS_MAX, false, &c->osts },
		{ "made", 1, UINT32_MAX, false, &c->made },
	};
	size_t i;
	u64 n;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (strcmp(numbers[i].key, key))
			continue;
		if (!parse_u64(value, numbers[i].max, &n) || n < numbers[i].min ||
		    (numbers[i].power && n & (n - 1)))
			return -EINVAL;
		*numbers[i].where = (u32)n;
		return 0;
	}
	return -ENOENT;
}

static int mdt_long_number(struct mk_config *c, const char *key, const char *value)
{
	u64 n;

	if (!strcmp(key, "size")) {
		if (!parse_size(value, &n) || n < 8 << 20 || n >= 1ULL << 44)
			return -EINVAL;
		c->size = n;
	} else if (!strcmp(key, "seq")) {
		if (!parse_u64(value, 1ULL << 40, &n) || n < MK_SEQ_NORMAL)
			return -EINVAL;
		c->seq = n;
	} else if (!strcmp(key, "seed")) {
		if (!parse_u64(value, UINT32_MAX, &n))
			return -EINVAL;
		c->seed = n;
	} else {
		return -ENOENT;
	}
	return 0;
}

static int mdt_switch(struct mk_config *c, const char *key, const char *value)
{
	const struct {
		const char *key;
		bool *where;
	} switches[] = { { "dirdata", &c->dirdata }, { "ea_inode", &c->ea_inode },
			 { "csum", &c->csum }, { "bits64", &c->bits64 },
			 { "ostfids", &c->ostfids } };
	size_t i;
	bool on;

	for (i = 0; i < ARRAY_SIZE(switches); i++)
		if (!strcmp(switches[i].key, key))
			return parse_on_off(value, switches[i].where) ? 0 : -EINVAL;
	if (strcmp(key, "extents"))
		return -ENOENT;
	if (!parse_on_off(value, &on) && strcmp(value, "mixed"))
		return -EINVAL;
	c->extents = on ? MK_ON : strcmp(value, "mixed") ? MK_OFF : MK_AUTO;
	return 0;
}

/* Which of the words it is; the first one is 0. */
static int mdt_status(const char *const *words, size_t n, const char *value, u16 *out)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!strcmp(words[i], value)) {
			*out = (u16)i;
			return 0;
		}
	return -EINVAL;
}

static int mdt_word(struct mk_config *c, const char *key, const char *value)
{
	static const char *const scrub[] = { "init", "scanning", "completed", "failed",
					     "stopped", "paused", "crashed" };
	static const char *const lfsck[] = {
		"init", "scanning-phase1", "scanning-phase2", "completed", "failed", "stopped",
		"paused", "crashed", "partial", "co-failed", "co-stopped", "co-paused",
	};
	size_t len = strlen(value);

	if (!strcmp(key, "fsname")) {
		if (!len || len >= sizeof(c->fsname))
			return -EINVAL;
		strcpy(c->fsname, value);
		return 0;
	}
	if (!strcmp(key, "scrub"))
		return mdt_status(scrub, ARRAY_SIZE(scrub), value, &c->scrub);
	if (strcmp(key, "lfsck"))
		return -ENOENT;
	c->has_lfsck = true;
	return mdt_status(lfsck, ARRAY_SIZE(lfsck), value, &c->lfsck);
}

int read_config(struct stmt *s, struct mk_config *c)
{
	char *key, *value;
	int rc;

	while ((rc = next_option(s, &key, &value)) > 0) {
		rc = mdt_number(c, key, value);
		if (rc == -ENOENT)
			rc = mdt_long_number(c, key, value);
		if (rc == -ENOENT)
			rc = mdt_switch(c, key, value);
		if (rc == -ENOENT)
			rc = mdt_word(c, key, value);
		if (rc == -ENOENT)
			return mk_fail(s->m, -EINVAL, "mdt does not know %s=", key);
		if (rc)
			return bad_value(s, key, value);
	}
	if (!rc && c->isize > c->bs)
		rc = mk_fail(s->m, -EINVAL, "isize= is larger than bs=");
	return rc;
}
