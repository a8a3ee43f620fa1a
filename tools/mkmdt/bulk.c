/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Many objects at once: a realistic tree for benchmarks.  Directory after
 * directory with its files, in the order clients would have made them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/mkmdt/model.h"

#define FANOUT 16      /* directories in a directory */
#define BIG_EACH 1000000 /* objects with one large directory among them */
#define PFL_OF_1000 50
#define WIDE_OF_1000 10
#define LINK_OF_1000 20
#define WIDE_STRIPES 40

struct bulk {
	struct mk_model *m;
	u64 rng;
	u32 files;	 /* still to be made */
	u32 serial;	 /* number in the next file's name */
	u32 plain, pfl, wide; /* styles */
	u32 *dirs;	 /* object numbers */
	u32 ndirs;
};

static u32 roll_1000(struct bulk *b)
{
	return (u32)(mk_mix(b->rng++) % 1000);
}

static int add_file(struct mk_model *m, u32 dir, const char *name, size_t len, u32 style,
		    bool indexed, u32 *out)
{
	int rc = mk_new_object(m, MK_REG, 0644, MK_CLIENT, out);

	if (!rc)
		rc = mk_new_name(m, dir, name, len, *out, indexed);
	if (rc)
		return rc;
	if (m->styles[style].mode)
		m->objects[*out].mode = (u16)((m->objects[*out].mode & ~07777) |
					      m->styles[style].mode);
	m->objects[*out].style = style;
	mk_next_fid(m, *out);
	mk_draw_ost_objects(m, *out);
	return 0;
}

int mk_files(struct mk_model *m, u32 dir, const char *prefix, u32 n, u32 style, bool indexed)
{
	char name[256];
	u32 i, unused;
	int len, rc = 0;

	for (i = 0; i < n && !rc; i++) {
		len = snprintf(name, sizeof(name), "%s%04u", prefix, i);
		rc = add_file(m, dir, name, (size_t)len, style, indexed, &unused);
	}
	return rc;
}

static int add_dir(struct mk_model *m, u32 parent, const char *name, size_t len, bool indexed,
		   u32 *out)
{
	int rc = mk_new_object(m, MK_DIR, 0755, MK_CLIENT, out);

	if (!rc)
		rc = mk_new_name(m, parent, name, len, *out, indexed);
	if (!rc)
		mk_next_fid(m, *out);
	return rc;
}

static int make_styles(struct bulk *b)
{
	struct mk_style s = b->m->styles[0];
	int rc;

	s.mode = 0644;
	rc = mk_new_style(b->m, &s, &b->plain);
	s.stripes = WIDE_STRIPES;
	s.wide = true;
	if (!rc)
		rc = mk_new_style(b->m, &s, &b->wide);
	s.stripes = 1;
	s.wide = false;
	s.ncomps = 3;
	s.ninit = 1;
	s.ends[0] = 64ULL << 20;
	s.ends[1] = 4ULL << 30;
	s.ends[2] = UINT64_MAX;
	return rc ? rc : mk_new_style(b->m, &s, &b->pfl);
}

static u32 pick_style(struct bulk *b)
{
	u32 r = roll_1000(b);

	if (r < PFL_OF_1000)
		return b->pfl;
	return r < PFL_OF_1000 + WIDE_OF_1000 ? b->wide : b->plain;
}

/* A second name of what was made last, in a directory made some time ago. */
static int add_link(struct bulk *b, u32 d, u32 file)
{
	char name[40];
	int len = snprintf(name, sizeof(name), "link-to-%u", b->serial);

	return mk_new_name(b->m, b->dirs[d / 2], name, (size_t)len, file, false);
}

static int fill_dir(struct bulk *b, u32 d, u32 n)
{
	static const char *const kinds[] = { "output-%u.dat", "ckpt_%08u.h5", "log.%u", "run%u" };
	char name[40];
	u32 file;
	int len, rc = 0;

	for (; n && !rc; n--) {
		snprintf(name, sizeof(name), kinds[b->serial % ARRAY_SIZE(kinds)], b->serial);
		len = (int)strlen(name);
		b->serial++;
		rc = add_file(b->m, b->dirs[d], name, (size_t)len, pick_style(b), false, &file);
		if (!rc && roll_1000(b) < LINK_OF_1000)
			rc = add_link(b, d, file);
	}
	return rc;
}

static int make_dir(struct bulk *b, u32 d)
{
	u32 parent = b->dirs[(d - 1) / FANOUT];
	char name[24];
	int len = snprintf(name, sizeof(name), "d%06u", d);

	return add_dir(b->m, parent, name, (size_t)len, false, &b->dirs[d]);
}

/* One to two times the average, the rest goes to the last directory. */
static u32 share(struct bulk *b, u32 d)
{
	u32 left = b->ndirs - d, average = b->files / left, n;

	if (left == 1)
		return b->files;
	n = average / 2 + (u32)(mk_mix(b->rng++) % (average + 1));
	return n < b->files ? n : b->files;
}

static int make_tree(struct bulk *b)
{
	u32 d, n;
	int rc = 0;

	for (d = 0; d < b->ndirs && !rc; d++) {
		if (d)
			rc = make_dir(b, d);
		n = share(b, d);
		b->files -= n;
		if (!rc)
			rc = fill_dir(b, d, n);
	}
	return rc;
}

/* "big", "big2", ...: as many as the tree has millions, so that a larger one is no other mix. */
static int make_bigs(struct bulk *b, u32 count, u32 names)
{
	char name[16];
	u32 i, dir;
	int len, rc = 0;

	for (i = 1; i <= count && !rc; i++) {
		len = i == 1 ? snprintf(name, sizeof(name), "big")
			     : snprintf(name, sizeof(name), "big%u", i);
		rc = add_dir(b->m, b->dirs[0], name, (size_t)len, true, &dir);
		if (!rc)
			rc = mk_files(b->m, dir, "file-", names, b->plain, false);
	}
	return rc;
}

int mk_bulk(struct mk_model *m, u32 n, u32 big, u32 dirs_percent, bool linkea)
{
	struct bulk b = { .m = m, .rng = m->cfg.seed << 40 };
	u32 cap = 0, bigs, big_objects, i, first = m->nobjects;
	int rc = make_styles(&b);

	b.ndirs = (u32)((u64)n * dirs_percent / 100);
	b.ndirs = b.ndirs ? b.ndirs : 1;
	bigs = n < BIG_EACH ? 1 : n / BIG_EACH;
	/* In a small tree the one large directory must not be all there is. */
	big = (u32)min_u64(big, n / 10 / bigs);
	bigs = big ? bigs : 0;
	big_objects = bigs * (big + 1);
	b.files = n > b.ndirs + big_objects ? n - b.ndirs - big_objects : 0;
	if (!rc)
		rc = mk_grow(&b.dirs, &cap, b.ndirs, sizeof(*b.dirs));
	if (!rc)
		rc = add_dir(m, m->root, "bulk", 4, true, &b.dirs[0]);
	if (!rc)
		rc = make_bigs(&b, bigs, big);
	if (!rc)
		rc = make_tree(&b);
	for (i = first; !linkea && i < m->nobjects; i++)
		m->objects[i].flags |= MK_NO_LINKEA;
	free(b.dirs);
	return rc;
}
