/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The evidence writer and the pipe to it.  What comes through the pipe was read from
 * a damaged MDT by a process that parsed it: the writer checks every length and
 * makes the names of its files itself.
 */
#include "report/evidence.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/child.h"
#include "base/io.h"
#include "base/strbuf.h"
#include "report/attrcopy.h"

#define PATH_BYTES_MAX (1U << 20)
/* A name in a directory that is open, for calls that take no directory. */
#define LINK_PATH (sizeof("/proc/self/fd/") + 12 + NAME_MAX + 1)

/* What precedes the path and the attributes, and each of these, in the pipe.  One program. */
struct head {
	struct fid fid;
	u32 ino, count, pathlen;
};

struct item {
	u32 namelen, len, settable, has_value;
};

/* What comes back, before the state of each attribute. */
struct answer {
	int rc;
	int confined; /* 0 or -errno */
};

static void file_name(const struct head *h, const char *suffix, char *out, size_t size)
{
	snprintf(out, size, "ino%u-0x%llx:0x%x:0x%x.%s", h->ino, (unsigned long long)h->fid.seq,
		 h->fid.oid, h->fid.ver, suffix);
}

/* ---- the writer ------------------------------------------------------------------------------ */

struct writer {
	int dir, in, out;
	int root; /* of the mounted copy; -1 */
	struct head head;
	char source[LINK_PATH]; /* the object below root; "" where there is none */
	int stub;		/* the stub file ... */
	char stub_path[LINK_PATH]; /* ... for calls that take a path */
	struct strbuf dump;  /* what setfattr --restore takes */
	struct strbuf other; /* the rest */
	u8 *value;	   /* EVIDENCE_VALUE_MAX, and again for reading back */
};

/* As getfattr spells a name. */
static void add_escaped(struct strbuf *b, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (strchr("\\=\n\r", s[i]))
			strbuf_addf(b, "\\%03o", (u8)s[i]);
		else
			strbuf_add(b, s + i, 1);
	}
}

static void add_line(struct strbuf *b, const char *name, const u8 *value, u32 len)
{
	add_escaped(b, name, strlen(name));
	strbuf_addf(b, "=0x");
	for (u32 i = 0; i < len; i++)
		strbuf_addf(b, "%02x", value[i]);
	strbuf_add(b, "\n", 1);
}

/* Puts it there and reads it back. */
static int put_on_stub(struct writer *w, const char *name, u32 len)
{
	u8 *back = w->value + EVIDENCE_VALUE_MAX;
	ssize_t n;
	int rc = 0;

	/* What the file system gives to each new file, a label for one, is replaced. */
	if (w->source[0])
		rc = attrcopy(w->source, w->stub_path, name);
	else if (fsetxattr(w->stub, name, w->value, len, 0))
		rc = -errno;
	if (rc)
		return rc;
	n = fgetxattr(w->stub, name, back, EVIDENCE_VALUE_MAX);
	if (n < 0)
		return -errno;
	return (u32)n == len && !memcmp(back, w->value, len) ? 0 : -EILSEQ;
}

/* Receives one attribute; *state is what became of it on the stub. */
static int take_item(struct writer *w, int *state)
{
	char name[EVIDENCE_NAME_MAX + 1];
	struct item item;
	int rc = read_all(w->in, &item, sizeof(item));

	if (rc)
		return rc;
	if (!item.namelen || item.namelen > EVIDENCE_NAME_MAX || item.len > EVIDENCE_VALUE_MAX)
		return -EBADMSG;
	rc = read_all(w->in, name, item.namelen);
	if (!rc && item.has_value)
		rc = read_all(w->in, w->value, item.len);
	if (rc)
		return rc;
	name[item.namelen] = '\0';
	*state = -EOPNOTSUPP;
	if (!item.has_value || strlen(name) != item.namelen)
		return 0;
	add_line(item.settable ? &w->dump : &w->other, name, w->value, item.len);
	if (item.settable)
		*state = put_on_stub(w, name, item.len);
	return 0;
}

static int create(const struct writer *w, const char *suffix)
{
	char name[128];
	int fd;

	file_name(&w->head, suffix, name, sizeof(name));
	fd = openat(w->dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? -errno : fd;
}

/* Writes a file and compares it with what was meant. */
static int write_dump(const struct writer *w, const char *suffix, const struct strbuf *b)
{
	char *back = malloc(b->len + 1);
	int fd, rc = back && !b->failed ? 0 : -ENOMEM;

	if (rc || !b->len)
		goto out;
	fd = create(w, suffix);
	if (fd < 0) {
		rc = fd;
		goto out;
	}
	rc = write_all(fd, b->s, b->len);
	if (!rc && lseek(fd, 0, SEEK_SET))
		rc = -EIO;
	if (!rc)
		rc = read_all(fd, back, b->len);
	if (!rc && memcmp(back, b->s, b->len))
		rc = -EILSEQ;
	close(fd);
out:
	free(back);
	return rc;
}

/* ---- the mounted copy ---- */

/* Opens the directory that the end of path stands in, name by name; *name is that end. */
static int open_parent(int root, char *path, const char **name)
{
	int at = root;
	char *slash;

	for (; at >= 0 && (slash = strchr(path, '/')); path = slash + 1) {
		int up = at;

		*slash = '\0';
		at = openat(up, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (at < 0)
			at = -errno;
		if (up != root)
			close(up);
	}
	*name = path;
	return at;
}

static int find_source(struct writer *w, char *path)
{
	struct stat st, mount;
	const char *name;
	int parent = open_parent(w->root, path, &name);

	if (parent < 0)
		return parent;
	if (fstat(w->root, &mount) || fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW))
		return -errno;
	if (st.st_dev != mount.st_dev || st.st_ino != w->head.ino)
		return -ESTALE;
	if (snprintf(w->source, sizeof(w->source), "/proc/self/fd/%d/%s", parent, name) >=
	    (int)sizeof(w->source))
		return -ENAMETOOLONG;
	return 0;
}

static int take_path(struct writer *w)
{
	u32 len = w->head.pathlen;
	char *path = len <= PATH_BYTES_MAX ? malloc(len + 1) : NULL;
	int rc = path ? read_all(w->in, path, len) : -ENAMETOOLONG;

	if (!rc) {
		path[len] = '\0';
		rc = strlen(path) == len ? 0 : -EBADMSG;
	}
	if (!rc && w->root >= 0)
		rc = find_source(w, path);
	free(path);
	return rc;
}

/* Of attributes that were not sent nobody would notice that they are missing. */
static int compare_number(const struct writer *w)
{
	char *list = (char *)w->value;
	ssize_t n = llistxattr(w->source, list, EVIDENCE_VALUE_MAX);
	u32 names = 0;

	if (n < 0)
		return -errno;
	for (ssize_t i = 0; i < n; i++)
		names += !list[i];
	return names == w->head.count ? 0 : -ESTALE;
}

/* ---- all of it ---- */

static int open_stub(struct writer *w)
{
	char name[128];

	file_name(&w->head, "stub", name, sizeof(name));
	snprintf(w->stub_path, sizeof(w->stub_path), "/proc/self/fd/%d/%s", w->dir, name);
	strbuf_addf(&w->dump, "# file: %s\n", name);
	w->stub = create(w, "stub");
	return w->stub < 0 ? w->stub : 0;
}

static int write_evidence(struct writer *w, int *state)
{
	int rc = read_all(w->in, &w->head, sizeof(w->head));

	if (rc)
		return rc;
	if (w->head.count > EVIDENCE_EAS_MAX)
		return -EBADMSG;
	rc = take_path(w);
	if (!rc)
		rc = open_stub(w);
	for (u32 i = 0; !rc && i < w->head.count; i++)
		rc = take_item(w, &state[i]);
	strbuf_add(&w->dump, "\n", 1);
	if (!rc)
		rc = write_dump(w, "getfattr", &w->dump);
	if (!rc)
		rc = write_dump(w, "other", &w->other);
	if (!rc && w->source[0])
		rc = compare_number(w);
	return rc;
}

/* The life of the writer: never returns to the checker. */
static void __attribute__((noreturn))
writer_main(const struct evidence_options *opt, int dir, int in, int out)
{
	struct writer w = { .dir = dir, .in = in, .out = out, .root = opt->root };
	int *state = calloc(EVIDENCE_EAS_MAX, sizeof(*state));
	struct answer a = { .rc = -ENOMEM };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	a.confined = opt->confine(dir, opt->root);
	w.value = malloc(2 * EVIDENCE_VALUE_MAX);
	if (state && w.value)
		a.rc = write_evidence(&w, state);
	if (state && !write_all(out, &a, sizeof(a)))
		write_all(out, state, EVIDENCE_EAS_MAX * sizeof(*state));
	_exit(a.rc ? 1 : 0);
}

/* ---- the checker's side ---------------------------------------------------------------------- */

static int refuse(const char *dir, int rc, const char *why, char *err, size_t errlen)
{
	snprintf(err, errlen, "cannot copy evidence to %s: %s", dir, why ? why : strerror(-rc));
	return rc;
}

static int open_dir(const char *dir, const struct target *t, char *err, size_t errlen)
{
	struct stat st;
	int fd;

	if (target_contains(t, dir))
		return refuse(dir, -EINVAL, "it is on the file system that is to be checked", err,
			      errlen);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return refuse(dir, -errno, NULL, err, errlen);
	if (!fstat(fd, &st) && !(t->rdev && st.st_dev == t->rdev))
		return fd;
	close(fd);
	return refuse(dir, -EINVAL, "it is on the file system that is to be checked", err, errlen);
}

int evidence_start(const struct evidence_options *opt, struct evidence_writer *w, char *err,
		   size_t errlen)
{
	const char *dir = opt->dir;
	int fd = open_dir(dir, opt->target, err, errlen), rc = 0;
	struct child c;
	pid_t pid;

	if (fd < 0)
		return fd;
	w->dir = strdup(dir);
	pid = w->dir ? child_fork(&c) : -ENOMEM;
	if (!pid) {
		close(opt->target->fd);
		writer_main(opt, fd, c.from, c.to);
	}
	if (pid < 0) {
		rc = refuse(dir, (int)pid, NULL, err, errlen);
		free(w->dir);
		w->dir = NULL;
	} else {
		w->pipes = c;
	}
	close(fd);
	return rc;
}

static int send_item(const struct evidence_writer *w, const struct evidence_ea *ea)
{
	const struct item item = {
		.namelen = (u32)min_u64(ea->namelen, EVIDENCE_NAME_MAX),
		.len = ea->len,
		.settable = ea->settable,
		.has_value = ea->value && ea->len <= EVIDENCE_VALUE_MAX,
	};
	int rc = write_all(w->pipes.to, &item, sizeof(item));

	if (!rc)
		rc = write_all(w->pipes.to, ea->name, item.namelen);
	if (!rc && item.has_value)
		rc = write_all(w->pipes.to, ea->value, ea->len);
	return rc;
}

static char *path_of(const struct evidence_writer *w, const struct head *h, const char *suffix)
{
	struct strbuf b = { 0 };
	char name[128];

	file_name(h, suffix, name, sizeof(name));
	strbuf_addf(&b, "%s/%s", w->dir, name);
	return b.s;
}

/* Attributes that could not be told from those of another object are no evidence. */
static bool is_doubt(int state)
{
	return state == -ENODATA || state == -EILSEQ || state == -ESTALE;
}

const char *evidence_why(int rc)
{
	switch (rc) {
	case -ENODATA:
		return "the mount does not show an attribute that was read";
	case -EILSEQ:
		return "what is on the stub is not what was read";
	case -ESTALE:
		return "the mount shows something else than was read";
	default:
		return strerror(-rc);
	}
}

static int exchange(struct evidence_writer *w, const struct evidence_object *o,
		    const struct head *head, struct evidence_result *r)
{
	struct answer a = { 0 };
	int rc = write_all(w->pipes.to, head, sizeof(*head));

	/* A writer that gave up has said why: that is read whether or not it took all. */
	if (!rc)
		rc = write_all(w->pipes.to, o->path, head->pathlen);
	for (u32 i = 0; !rc && i < head->count; i++)
		rc = send_item(w, &o->ea[i]);
	rc = read_all(w->pipes.from, &a, sizeof(a));
	if (!rc)
		rc = read_all(w->pipes.from, r->state, EVIDENCE_EAS_MAX * sizeof(*r->state));
	r->rc = a.rc;
	r->confined = !a.confined;
	return rc;
}

int evidence_send(struct evidence_writer *w, const struct evidence_object *o,
		  struct evidence_result *out)
{
	const struct head head = {
		o->fid, o->ino, (u32)min_u64(o->nea, EVIDENCE_EAS_MAX), (u32)strlen(o->path),
	};
	struct evidence_result r = { .rc = 0 };
	int rc;

	r.state = calloc(EVIDENCE_EAS_MAX, sizeof(*r.state));
	r.stub = path_of(w, &head, "stub");
	r.dump = path_of(w, &head, "getfattr");
	rc = r.state && r.stub && r.dump ? exchange(w, o, &head, &r) : -ENOMEM;
	if (rc) {
		evidence_result_free(&r);
		return rc;
	}
	for (u32 i = 0; i < head.count && !r.rc; i++)
		r.held += !r.state[i];
	for (u32 i = 0; i < head.count && !r.rc; i++)
		r.rc = is_doubt(r.state[i]) ? r.state[i] : 0;
	*out = r;
	return 0;
}

void evidence_result_free(struct evidence_result *r)
{
	free(r->stub);
	free(r->dump);
	free(r->state);
	*r = (struct evidence_result){ 0 };
}

void evidence_end(struct evidence_writer *w)
{
	if (w->dir)
		child_close(&w->pipes);
	free(w->dir);
	*w = (struct evidence_writer){ 0 };
}
