/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The statements of a recipe (RECIPES.md): one table row each, read line by
 * line into the model.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/mkmdt/recipe.h"

#define LINKS_MAX 65000

static int do_mdt(struct stmt *s)
{
	int rc;

	if (s->m->ready)
		return mk_fail(s->m, -EINVAL, "mdt must come first, and once");
	rc = read_config(s, &s->m->cfg);
	return rc ? rc : mk_namespace(s->m);
}

/* ---- objects ------------------------------------------------------------------------------- */

/* Makes the object a path names, with everything but its content. */
static int create(struct stmt *s, u8 type, const struct wish *w, u32 *out)
{
	struct mk_model *m = s->m;
	const char *name;
	struct mk_object *o;
	u32 dir, style;
	int rc = mk_find_parent(m, s->words[1], &dir, &name);

	if (!rc && !(m->objects[dir].flags & MK_CLIENT))
		rc = mk_fail(m, -EINVAL, "%s: only clients' objects can be made",
			     s->words[1]);
	if (!rc)
		rc = mk_new_style(m, &w->style, &style);
	if (!rc)
		rc = mk_new_object(m, type, w->style.mode, MK_CLIENT, out);
	if (!rc)
		rc = mk_new_name(m, dir, name, strlen(name), *out, true);
	if (rc)
		return rc;
	o = &m->objects[*out];
	o->style = style;
	if (w->has_fid) {
		o->seq = w->fid.seq;
		o->oid = w->fid.oid;
	} else {
		mk_next_fid(m, *out);
	}
	if (type == MK_REG)
		mk_draw_ost_objects(m, *out);
	return w->style.data ? mk_new_blob(m, NULL, w->style.data, &m->objects[*out].blob) : 0;
}

static int do_dir(struct stmt *s)
{
	struct wish w;
	u32 unused;
	int rc = read_wishes(s, FOR_DIR, 0755, &w);

	return rc ? rc : create(s, MK_DIR, &w, &unused);
}

static int do_file(struct stmt *s)
{
	struct wish w;
	u32 unused;
	int rc = read_wishes(s, FOR_FILE, 0644, &w);

	return rc ? rc : create(s, MK_REG, &w, &unused);
}

static int do_agent(struct stmt *s)
{
	struct wish w;
	u32 object;
	int rc = read_wishes(s, FOR_AGENT, 0, &w);

	if (!rc && !w.has_fid)
		rc = mk_fail(s->m, -EINVAL, "agent needs fid=");
	w.style.stripes = 0;
	if (!rc)
		rc = create(s, w.type, &w, &object);
	if (!rc)
		mk_make_agent(s->m, object, &w.fid);
	return rc;
}

static int do_remote(struct stmt *s)
{
	struct mk_model *m = s->m;
	struct mk_fid parent;
	struct wish w;
	u32 dir, style;
	int rc = read_wishes(s, FOR_REMOTE, 0755, &w);

	if (!rc && (!parse_fid(s->words[1], &parent) || !w.has_fid))
		rc = mk_fail(m, -EINVAL, "remote needs its parent's FID, a name and fid=");
	if (!rc)
		rc = mk_new_style(m, &w.style, &style);
	if (!rc)
		rc = mk_new_object(m, MK_DIR, w.style.mode, MK_CLIENT, &dir);
	if (rc)
		return rc;
	m->objects[dir].style = style;
	m->objects[dir].seq = w.fid.seq;
	m->objects[dir].oid = w.fid.oid;
	rc = mk_make_remote(m, dir, &parent, s->words[2]);
	return rc || !w.style.shards ? rc : mk_make_shard(m, dir, w.shard);
}

static int do_striped(struct stmt *s)
{
	u32 object, n = 0;
	struct wish w;
	u64 shards;
	int rc = read_wishes(s, FOR_STRIPED, 0755, &w);

	if (!rc && (!parse_u64(s->words[2], MK_STRIPES_MAX, &shards) || !shards))
		rc = mk_fail(s->m, -EINVAL, "%s: a number of shards expected", s->words[2]);
	if (rc)
		return rc;
	n = (u32)shards;
	if (w.remote > n)
		return mk_fail(s->m, -EINVAL, "remote= is more than there are shards");
	w.style.shards = n;
	rc = create(s, MK_DIR, &w, &object);
	return rc ? rc : mk_make_striped(s->m, object, w.remote);
}

static int do_link(struct stmt *s)
{
	struct mk_model *m = s->m;
	u32 entry, object, dir;
	const char *name;
	int rc = mk_find_path(m, s->words[1], &entry, &object);

	if (!rc && (m->objects[object].type == MK_DIR || !(m->objects[object].flags & MK_CLIENT)))
		rc = mk_fail(m, -EPERM, "%s cannot have another name", s->words[1]);
	if (!rc && m->objects[object].nnames >= LINKS_MAX)
		rc = mk_fail(m, -EMLINK, "%s has too many names", s->words[1]);
	if (!rc)
		rc = mk_find_parent(m, s->words[2], &dir, &name);
	return rc ? rc : mk_new_name(m, dir, name, strlen(name), object, true);
}

static int do_symlink(struct stmt *s)
{
	size_t len = strlen(s->words[2]);
	struct wish w;
	u32 object;
	int rc = read_wishes(s, FOR_NODE, 0777, &w);

	if (!rc && (!len || len >= s->m->cfg.bs))
		rc = mk_fail(s->m, -EINVAL, "a symlink's target has 1 to %u bytes",
			     s->m->cfg.bs - 1);
	if (!rc)
		rc = create(s, MK_LNK, &w, &object);
	return rc ? rc
		  : mk_new_blob(s->m, s->words[2], (u32)len, &s->m->objects[object].blob);
}

static int do_special(struct stmt *s)
{
	u8 type = s->words[0][0] == 'f' ? MK_FIFO : MK_SOCK;
	struct wish w;
	u32 unused;
	int rc = read_wishes(s, FOR_NODE, 0644, &w);

	return rc ? rc : create(s, type, &w, &unused);
}

static int do_device(struct stmt *s)
{
	u8 type = s->words[0][0] == 'c' ? MK_CHR : MK_BLK, number[8];
	u32 object, maj, min;
	struct wish w;
	int rc = read_wishes(s, FOR_NODE, 0600, &w);

	if (!rc && !parse_device(s->words[2], &maj, &min))
		rc = mk_fail(s->m, -EINVAL, "%s: MAJOR:MINOR expected", s->words[2]);
	if (!rc)
		rc = create(s, type, &w, &object);
	if (rc)
		return rc;
	put_le32(number, maj);
	put_le32(number + 4, min);
	return mk_new_blob(s->m, number, sizeof(number), &s->m->objects[object].blob);
}

static int do_orphan(struct stmt *s)
{
	u32 entry, object;
	int rc = mk_find_path(s->m, s->words[1], &entry, &object);

	if (!rc && !entry)
		rc = mk_fail(s->m, -EINVAL, "%s cannot be an orphan", s->words[1]);
	return rc ? rc : mk_make_orphan(s->m, entry);
}

static int count_word(struct stmt *s, const char *word, u64 max, u32 *out)
{
	u64 n;

	if (!parse_u64(word, max, &n) || !n)
		return mk_fail(s->m, -EINVAL, "%s: a number from 1 to %llu expected", word,
			       (unsigned long long)max);
	*out = (u32)n;
	return 0;
}

static int do_files(struct stmt *s)
{
	u32 entry, dir, style, n = 0;
	struct wish w;
	int rc = mk_find_path(s->m, s->words[1], &entry, &dir);

	if (!rc && (s->m->objects[dir].type != MK_DIR ||
		    (s->m->objects[dir].flags & (MK_CLIENT | MK_STRIPED | MK_AGENT)) != MK_CLIENT))
		rc = mk_fail(s->m, -ENOTDIR, "%s is no plain directory of clients", s->words[1]);
	if (!rc)
		rc = count_word(s, s->words[2], 100000000, &n);
	if (!rc)
		rc = read_wishes(s, FOR_FILES, 0644, &w);
	if (!rc)
		rc = mk_new_style(s->m, &w.style, &style);
	return rc ? rc : mk_files(s->m, dir, w.prefix, n, style, true);
}

static int do_bulk(struct stmt *s)
{
	struct wish w;
	u32 n = 0;
	int rc = count_word(s, s->words[1], 1000000000, &n);

	if (!rc)
		rc = read_wishes(s, FOR_BULK, 0644, &w);
	return rc ? rc : mk_bulk(s->m, n, w.big, w.dirs, !w.no_linkea);
}

static int do_oi_fill(struct stmt *s)
{
	return count_word(s, s->words[1], 100000, &s->m->cfg.oi_fill);
}

static int do_ea(struct stmt *s)
{
	u32 entry, object, len = 0;
	int rc = mk_find_path(s->m, s->words[1], &entry, &object);

	if (!rc && (!parse_hex(s->words[3], &len) || len > 65536))
		rc = mk_fail(s->m, -EINVAL, "the value is not hex, or too long");
	return rc ? rc
		  : mk_new_raw_ea(s->m, object, s->words[2], (const u8 *)s->words[3], len);
}

static int do_fault(struct stmt *s)
{
	struct mk_model *m = s->m;
	int rc = mk_grow(&m->faults, &m->faults_cap, m->nfaults, sizeof(*m->faults));
	struct mk_fault f = { .line = s->line };
	u32 i;

	f.argv = rc ? NULL : calloc(s->n, sizeof(*f.argv));
	if (!f.argv)
		return mk_fail(m, -ENOMEM, "out of memory");
	m->faults[m->nfaults] = f;
	for (i = 1; i < s->n; i++) {
		f.argv[i - 1] = strdup(s->words[i]);
		if (!f.argv[i - 1])
			rc = -ENOMEM;
	}
	m->faults[m->nfaults++].argc = (int)s->n - 1;
	return rc ? mk_fail(m, rc, "out of memory") : 0;
}

static int do_nothing(struct stmt *s)
{
	return 0;
}

/* ---- lines --------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	u32 min; /* words that are no options, the statement among them */
	bool options;
	int (*run)(struct stmt *s);
	const char *args;
} statements[] = {
	{ "mdt", 1, true, do_mdt, "[key=value ...]" },
	{ "dir", 2, true, do_dir, "PATH" },
	{ "file", 2, true, do_file, "PATH" },
	{ "link", 3, false, do_link, "OLD NEW" },
	{ "symlink", 3, true, do_symlink, "PATH TARGET" },
	{ "fifo", 2, true, do_special, "PATH" },
	{ "socket", 2, true, do_special, "PATH" },
	{ "chr", 3, true, do_device, "PATH MAJOR:MINOR" },
	{ "blk", 3, true, do_device, "PATH MAJOR:MINOR" },
	{ "orphan", 2, false, do_orphan, "PATH" },
	{ "agent", 2, true, do_agent, "PATH fid=FID" },
	{ "remote", 3, true, do_remote, "PARENT-FID NAME fid=FID" },
	{ "striped", 3, true, do_striped, "PATH SHARDS" },
	{ "files", 3, true, do_files, "DIR N" },
	{ "bulk", 2, true, do_bulk, "N" },
	{ "oi-fill", 2, false, do_oi_fill, "N" },
	{ "ea", 4, false, do_ea, "PATH NAME HEX" },
	{ "fault", 2, true, do_fault, "NAME ARGS" },
	{ "expect", 1, true, do_nothing, "..." },
};

static int run_statement(struct stmt *s)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < ARRAY_SIZE(statements); i++) {
		if (strcmp(statements[i].name, s->words[0]))
			continue;
		if (s->n < statements[i].min ||
		    (s->n > statements[i].min && !statements[i].options))
			return mk_fail(s->m, -EINVAL, "usage: %s %s", s->words[0],
				       statements[i].args);
		s->next = statements[i].min;
		if (!s->m->ready && statements[i].run != do_mdt)
			rc = mk_namespace(s->m);
		return rc ? rc : statements[i].run(s);
	}
	return mk_fail(s->m, -EINVAL, "%s: no such statement", s->words[0]);
}

static int run_line(struct mk_model *m, char *line, u32 nr)
{
	struct stmt s = { .m = m, .line = nr };
	const char *why;
	int rc = recipe_split(line, &s.words, &s.n, &why);

	if (rc)
		mk_fail(m, rc, "%s", why);
	else if (s.n)
		rc = run_statement(&s);
	free(s.words);
	return rc;
}

int mk_read_recipe(struct mk_model *m, const char *path)
{
	bool std = !strcmp(path, "-");
	FILE *f = std ? stdin : fopen(path, "re");
	char *line = NULL, why[sizeof(m->error)];
	size_t room = 0;
	u32 nr = 0;
	int rc = 0;

	if (!f)
		return mk_fail(m, -errno, "%s: %s", path, strerror(errno));
	while (!rc && getline(&line, &room, f) >= 0)
		rc = run_line(m, line, ++nr);
	if (rc) {
		memcpy(why, m->error, sizeof(why));
		mk_fail(m, rc, "%s:%u: %.200s", std ? "-" : path, nr, why);
	} else if (ferror(f)) {
		rc = mk_fail(m, -EIO, "%s: cannot be read", path);
	}
	free(line);
	if (!std)
		fclose(f);
	return rc;
}
