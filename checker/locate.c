/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finding the one object to be inspected.  A FID is looked up as the server does it,
 * in its OI file; only where that fails are all inodes asked for their LMA.
 */
#include "locate.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/strbuf.h"
#include "ondisk/fid.h"

#define BACKEND_ROOT 2U

static int __printf(3, 4) failed(const struct locate *l, int rc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(l->err, l->errlen, fmt, ap);
	va_end(ap);
	return rc;
}

/* ---- a FID ----------------------------------------------------------------------------------- */

/* Inodes whose LMA states the FID: the lowest, one that is no agent before one that is. */
struct fid_hunt {
	const struct fid *fid;
	u32 ino, agent; /* 0: none; atomic minimum */
	bool blind;	/* some inode could not be read */
};

static void keep_lowest(u32 *slot, u32 ino)
{
	u32 old = __atomic_load_n(slot, __ATOMIC_RELAXED);

	while ((!old || ino < old) &&
	       !__atomic_compare_exchange_n(slot, &old, ino, false, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED))
		;
}

static int hunt_object(void *arg, struct view_buf *buf, const struct object *o)
{
	struct fid_hunt *h = arg;

	if (object_is_live(o) && fid_equal(&o->fid, h->fid))
		keep_lowest(object_is_agent(o) ? &h->agent : &h->ino, o->ino);
	return 0;
}

static void hunt_group(void *arg, u32 group, u32 allocated, u32 delivered)
{
	struct fid_hunt *h = arg;

	if (allocated != delivered)
		__atomic_store_n(&h->blind, true, __ATOMIC_RELAXED);
}

static void hunt_problem(void *arg, const struct view_problem *p)
{
	struct fid_hunt *h = arg;

	__atomic_store_n(&h->blind, true, __ATOMIC_RELAXED);
}

static int hunt(const struct locate *l, struct fid_hunt *h)
{
	static const struct scan_ops ops = { hunt_object, hunt_group, hunt_problem, NULL };
	void **args = calloc(l->threads, sizeof(*args));
	int rc = args ? 0 : -ENOMEM;

	for (u32 i = 0; !rc && i < l->threads; i++)
		args[i] = h;
	if (!rc)
		rc = view_scan(l->view, &ops, args, l->threads, l->cancel);
	free(args);
	return rc;
}

static int hunt_fid(const struct locate *l, struct fid_hunt *h)
{
	int rc = hunt(l, h);

	return rc ? failed(l, rc, "cannot look for the FID in all inodes: %s", strerror(-rc)) : 0;
}

static int no_such_fid(const struct locate *l, const struct fid *fid)
{
	char text[FID_TEXT_LEN];

	fid_text(fid, text);
	if (env_seq_owner(l->env, fid->seq) == SEQ_OTHER_MDT)
		return failed(l, -ENOENT, "no object with the FID %s here: its sequence belongs to "
			      "another MDT", text);
	if (env_seq_owner(l->env, fid->seq) == SEQ_OST)
		return failed(l, -ENOENT, "no object with the FID %s here: its sequence belongs to "
			      "an OST", text);
	return failed(l, -ENOENT, "no object with the FID %s: neither an OI mapping nor an LMA "
		      "has it", text);
}

/*
 * The posix view knows which inodes there are only after a walk; and never of those that
 * have no name.
 */
static bool walks(const struct locate *l)
{
	return view_info(l->view)->kind == VIEW_POSIX;
}

/* Does this inode state the FID? */
static bool states_fid(const struct locate *l, u32 ino, const struct fid *fid)
{
	struct object o;

	return !view_read_object(l->view, l->buf, ino, &o) && object_is_live(&o) &&
	       fid_equal(&o.fid, fid);
}

static int locate_fid(const struct locate *l, const struct fid *fid, u32 *ino, const char **how)
{
	struct fid_hunt h = { .fid = fid, .blind = walks(l) };
	struct oi_record rec = { .ino = 0 };
	bool mapped = !view_oi_lookup(l->view, l->buf, fid, &rec) && rec.ino &&
		      rec.ino <= l->env->info->inodes_count;
	int rc = walks(l) ? hunt_fid(l, &h) : 0;

	if (rc)
		return rc;
	*how = "its OI mapping";
	*ino = rec.ino;
	if (mapped && states_fid(l, rec.ino, fid))
		return 0;
	*how = "its inode number, which the FID is made of";
	*ino = (u32)fid->seq;
	if (fid_is_igif(fid) && states_fid(l, *ino, fid))
		return 0;
	rc = walks(l) ? 0 : hunt_fid(l, &h);
	if (rc)
		return rc;
	*ino = h.ino ? h.ino : h.agent;
	*how = mapped ? "the FID in its LMA; the OI mapping of the FID leads elsewhere" :
			"the FID in its LMA; the FID has no OI mapping";
	if (*ino)
		return 0;
	*ino = rec.ino;
	*how = "the OI mapping of the FID; no object states this FID";
	if (mapped)
		return 0;
	return h.blind ? failed(l, -EIO, "no object with that FID was found, but not every inode "
				"could be seen") :
			 no_such_fid(l, fid);
}

/* ---- a path ---------------------------------------------------------------------------------- */

struct name_hunt {
	const char *name;
	size_t len;
	u32 ino;
	bool blind;
};

static int name_entry(void *arg, const struct object *dir, const struct dirent_rec *d)
{
	struct name_hunt *h = arg;

	if (d->namelen != h->len || memcmp(d->name, h->name, h->len))
		return 0;
	h->ino = d->ino;
	return 1;
}

static void name_problem(void *arg, const struct view_problem *p)
{
	((struct name_hunt *)arg)->blind = true;
}

/* One component, [name, name + len), of the path in directory *ino. */
static int walk_one(const struct locate *l, const char *name, size_t len, u32 *ino)
{
	static const struct dir_ops ops = { .entry = name_entry, .problem = name_problem };
	struct name_hunt h = { .name = name, .len = len };
	struct object dir;
	int rc = view_read_object(l->view, l->buf, *ino, &dir);

	if (rc)
		return failed(l, -EIO, "cannot read inode %u, which the path leads through", *ino);
	if (!object_is_live(&dir) || !S_ISDIR(dir.inode.mode))
		return failed(l, -ENOENT, "not found: inode %u, which the path leads through, is "
			      "no directory", *ino);
	view_pass_begin(l->view);
	rc = view_read_dir(l->view, l->buf, &dir, &ops, &h);
	if (rc < 0)
		return failed(l, rc, "cannot read directory inode %u: %s", *ino, strerror(-rc));
	if (h.ino) {
		*ino = h.ino;
		return 0;
	}
	if (h.blind)
		return failed(l, -EIO, "the name is not in the part of directory inode %u that "
			      "can be read", *ino);
	return failed(l, -ENOENT, "no such name: directory inode %u has no entry \"%.*s\"", *ino,
		      (int)min_u64(len, 255), name);
}

static int walk(const struct locate *l, const char *path, u32 *ino)
{
	size_t len;
	int rc = 0;

	for (; *path && !rc; path += len) {
		path += strspn(path, "/");
		len = strcspn(path, "/");
		if (len)
			rc = walk_one(l, path, len, ino);
	}
	return rc;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Takes back what strbuf_add_name() did to a path of a report. */
static char *unescaped(const char *s)
{
	char *copy = malloc(strlen(s) + 1), *to = copy;

	for (; copy && *s; s++) {
		if (s[0] == '\\' && s[1] == '\\') {
			s++;
		} else if (s[0] == '\\' && s[1] == 'x' && hex_digit(s[2]) >= 0 &&
			   hex_digit(s[3]) >= 0) {
			*to++ = (char)(hex_digit(s[2]) << 4 | hex_digit(s[3]));
			s += 3;
			continue;
		}
		*to++ = *s;
	}
	if (copy)
		*to = '\0';
	return copy;
}

/* As it is written; then, for a path copied from a report, without its escapes. */
static int walk_path(const struct locate *l, const char *path, u32 *ino)
{
	u32 start = *ino;
	char *plain;
	int rc = walk(l, path, ino);

	if (rc != -ENOENT || !strchr(path, '\\'))
		return rc;
	plain = unescaped(path);
	if (!plain)
		return failed(l, -ENOMEM, "out of memory");
	*ino = start;
	rc = walk(l, plain, ino);
	free(plain);
	return rc;
}

static int locate_path(const struct locate *l, const char *path, u32 *ino)
{
	*ino = l->env->root_ino;
	if (path[0] == '/' && path[1] == '/')
		*ino = BACKEND_ROOT;
	if (!*ino)
		return failed(l, -ENOENT, "this MDT has no ROOT: \"/...\" is on MDT0000; a path "
			      "from the backend root begins with \"//\"");
	return walk_path(l, path, ino);
}

/* ---- what is it? ----------------------------------------------------------------------------- */

/* A number that fills [s, s + len): decimal, or hexadecimal after 0x. */
static bool parse_number(const char *s, size_t len, u64 *out)
{
	unsigned int base = len > 2 && !memcmp(s, "0x", 2) ? 16 : 10;
	u64 v = 0;
	size_t i = base == 16 ? 2 : 0;

	if (i == len)
		return false;
	for (; i < len; i++) {
		int digit = hex_digit((char)(s[i] >= 'A' && s[i] <= 'F' ? s[i] | 0x20 : s[i]));

		if (digit < 0 || (u32)digit >= base || v > UINT64_MAX / 32)
			return false;
		v = v * base + (u32)digit;
	}
	*out = v;
	return true;
}

static int locate_number(const struct locate *l, u64 number, u32 *ino, const char **how)
{
	if (!number || number > l->env->info->inodes_count)
		return failed(l, -ENOENT, "no such inode: their numbers go from 1 to %u",
			      l->env->info->inodes_count);
	*ino = (u32)number;
	*how = "its inode number";
	return 0;
}

/* A directory that a path begins in. */
static int locate_start(const struct locate *l, u64 number, u32 *ino, const char **how)
{
	struct fid_hunt h = { .fid = &(const struct fid){ 0 } };
	int rc = walks(l) ? hunt_fid(l, &h) : 0;

	return rc ? rc : locate_number(l, number, ino, how);
}

int locate_object(const struct locate *l, const char *text, u32 *ino, const char **how)
{
	size_t len = strcspn(text, "/"), used;
	u32 found = 0;
	const char *by = NULL;
	struct fid fid;
	u64 number;
	int rc;

	if (len && !fid_parse(text, len, &fid, &used) && used == len)
		rc = locate_fid(l, &fid, &found, &by);
	else if (len && !text[len] && parse_number(text, len, &number))
		rc = locate_number(l, number, &found, &by);
	else if (len > 1 && text[0] == '#' && parse_number(text + 1, len - 1, &number))
		rc = locate_start(l, number, &found, &by);
	else
		rc = locate_path(l, text, &found), len = strlen(text);
	if (!rc && text[len])
		rc = walk_path(l, text + len, &found), by = NULL;
	if (rc)
		return rc;
	*ino = found;
	*how = by ? by : "the name entries of its path";
	return 0;
}
