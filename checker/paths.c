/* SPDX-License-Identifier: GPL-2.0-only */
/* Paths from the table of directories and the directories' own blocks. */
#include "paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ondisk/fid.h"

#define PATHS_DEPTH_MAX 256
#define PATHS_CACHE 1024
#define PATHS_LOOP_MAX 4096

/* The name of one directory in its parent. */
struct cached {
	u32 ino;
	u32 len;
	char *name; /* owned; NULL: none was found */
};

struct paths {
	struct view *view;
	struct view_buf *buf;
	const struct env *env;
	const struct dirtable *dirs;
	struct cached cache[PATHS_CACHE];
};

struct paths *paths_new(struct view *view, const struct env *env, const struct dirtable *dirs)
{
	struct paths *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->view = view;
	p->env = env;
	p->dirs = dirs;
	p->buf = view_buf_new(view);
	if (!p->buf) {
		free(p);
		return NULL;
	}
	return p;
}

void paths_free(struct paths *p)
{
	if (!p)
		return;
	for (u32 i = 0; i < PATHS_CACHE; i++)
		free(p->cache[i].name);
	view_buf_free(p->buf);
	free(p);
}

void paths_rest(struct paths *p)
{
	view_buf_rest(p->buf);
}

/* Finds the entry of one inode number in a directory. */
struct seeker {
	u32 ino;
	struct cached *found;
};

static int seek_entry(void *arg, const struct object *dir, const struct dirent_rec *d)
{
	struct seeker *s = arg;

	if (d->ino != s->ino || dirent_is_dot(d) || dirent_is_dotdot(d))
		return 0;
	s->found->name = malloc(d->namelen);
	if (s->found->name) {
		memcpy(s->found->name, d->name, d->namelen);
		s->found->len = d->namelen;
	}
	return 1;
}

static const struct cached *name_of_dir(struct paths *p, const struct dir_row *row)
{
	static const struct dir_ops ops = { .entry = seek_entry, .again = true };
	struct cached *c = &p->cache[row->ino % PATHS_CACHE];
	struct seeker s = { row->ino, c };
	struct object o;

	if (c->ino == row->ino)
		return c;
	free(c->name);
	*c = (struct cached){ .ino = row->ino };
	if (row->parent && !view_read_object(p->view, p->buf, row->parent, &o))
		view_read_dir(p->view, p->buf, &o, &ops, &s);
	return c;
}

static void add_dir(struct paths *p, u32 ino, u32 depth, struct strbuf *out)
{
	const struct dir_row *row = dirtable_find(p->dirs, ino);
	const struct cached *c;
	char text[FID_TEXT_LEN];

	if (ino == p->env->root_ino)
		return;
	if (ino == 2) {
		strbuf_add(out, "/", 1);
		return;
	}
	c = row && row->parent && depth < PATHS_DEPTH_MAX && !(row->flags & DIRF_LOOP) ?
		    name_of_dir(p, row) :
		    NULL;
	if (!c || !c->name) {
		if (row)
			strbuf_addf(out, "%s", fid_text(&row->fid, text));
		else
			strbuf_addf(out, "#%u", ino);
		return;
	}
	/* The cache slot may be reused further up: take a copy of the name first. */
	char *name = malloc(c->len);
	u32 len = c->len;

	if (!name)
		return;
	memcpy(name, c->name, len);
	add_dir(p, row->parent, depth + 1, out);
	strbuf_add(out, "/", 1);
	strbuf_add(out, name, len);
	free(name);
}

void paths_of_name(struct paths *p, u32 dir_ino, const char *name, u32 len, struct strbuf *out)
{
	add_dir(p, dir_ino, 0, out);
	strbuf_add(out, "/", 1);
	strbuf_add(out, name, len);
}

bool paths_dir_name(struct paths *p, u32 dir_ino, struct strbuf *out)
{
	const struct dir_row *row = dirtable_find(p->dirs, dir_ino);
	const struct cached *c = row ? name_of_dir(p, row) : NULL;

	if (!c || !c->name)
		return false;
	strbuf_add(out, c->name, c->len);
	return true;
}

/* ---- loops ---- */

static int seek_dotdot(void *arg, const struct object *dir, const struct dirent_rec *d)
{
	u32 *up = arg;

	if (!dirent_is_dotdot(d))
		return 0;
	*up = d->ino;
	return 1;
}

bool paths_loop(struct paths *p, u32 dir_ino)
{
	static const struct dir_ops ops = { .entry = seek_dotdot, .again = true };
	u32 at = dir_ino;
	struct object o;

	for (u32 i = 0; i < PATHS_LOOP_MAX; i++) {
		u32 up = 0;

		if (view_read_object(p->view, p->buf, at, &o) || !object_is_live(&o))
			return false;
		view_read_dir(p->view, p->buf, &o, &ops, &up);
		if (!up || up == at)
			return false;
		if (up == dir_ino)
			return true;
		at = up;
	}
	return false;
}
