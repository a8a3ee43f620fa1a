/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Directories of the posix view, by getdents.  Entries come in the order of the
 * kernel; the FIDs after their names stay hidden, and what it finds broken it
 * passes over.
 */
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "view/posix_dir.h"
#include "view/posix_open.h"
#include "view/posix_tree.h"

/* ldiskfs leaves its own bits in the upper half. */
#define TYPE_BITS 0x0f

static bool take_entry(const struct dirent64 *e, struct dirent_rec *d)
{
	size_t len = strlen(e->d_name);

	if (!e->d_ino || e->d_ino > UINT32_MAX || !len || len > POSIX_NAME_MAX)
		return false;
	*d = (struct dirent_rec){
		.ino = (u32)e->d_ino,
		.namelen = (u16)len,
		.type = dirent_mode_to_type((u16)DTTOIF(e->d_type & TYPE_BITS)),
		.name = e->d_name,
	};
	return true;
}

/* The entries of one answer of the kernel. */
static int deliver(const u8 *from, size_t len, int (*entry)(void *, const struct dirent_rec *),
		   void *arg)
{
	struct dirent_rec d;
	size_t at = 0;
	int rc = 0;

	while (!rc && at < len) {
		const struct dirent64 *e = (const void *)(from + at);

		if (take_entry(e, &d))
			rc = entry(arg, &d);
		at += e->d_reclen;
	}
	return rc;
}

int posix_each_entry(struct view *v, struct view_buf *buf, u32 ino,
		     int (*entry)(void *arg, const struct dirent_rec *d), void *arg)
{
	off64_t base = 0;
	ssize_t n = 0;
	int rc = posix_tree_open(v, &buf->hand.dir, ino);
	int fd = buf->hand.dir.fd;

	if (!rc && lseek(fd, 0, SEEK_SET) < 0)
		rc = -errno;
	if (rc)
		return rc;
	do {
		n = getdirentries64(fd, (char *)buf->blocks, buf->blocks_bytes, &base);
		if (n < 0)
			return -errno;
		__atomic_fetch_add(&v->bytes_read, (u64)n, __ATOMIC_RELAXED);
		if (v->pace)
			pace_bytes(v->pace, (u64)n);
		if (view_cancelled(v))
			return -ECANCELED;
		rc = deliver(buf->blocks, (size_t)n, entry, arg);
	} while (!rc && n);
	return rc;
}

/*
 * Did the kernel meet an error?  It does not say where, and then goes on: from now on no
 * directory is sure to be whole.
 */
static bool errors_met(struct posix_tree *t)
{
	if (t->listen >= 0 && posix_heard(t->listen))
		__atomic_store_n(&t->errors, true, __ATOMIC_RELAXED);
	return __atomic_load_n(&t->errors, __ATOMIC_RELAXED);
}

struct dir_read {
	struct view *view;
	struct view_buf *buf;
	const struct object *dir;
	const struct dir_ops *ops;
	void *arg;
	int rc; /* of the callback: to be told from what the kernel said */
};

static int pass_entry(void *arg, const struct dirent_rec *d)
{
	struct dir_read *r = arg;
	bool dots = dirent_is_dot(d) || dirent_is_dotdot(d);

	if (!dots && d->ino <= r->view->info.inodes_count)
		r->rc = posix_tree_note(r->view, r->buf, d->ino, r->dir->ino, d->name, d->namelen);
	if (!r->rc)
		r->rc = r->ops->entry(r->arg, r->dir, d);
	return r->rc;
}

int posix_read_dir(struct view *v, struct view_buf *buf, const struct object *dir,
		   const struct dir_ops *ops, void *arg)
{
	struct dir_read r = { .view = v, .buf = buf, .dir = dir, .ops = ops, .arg = arg };
	struct view_problem p = {
		.kind = PROBLEM_DIR_BLOCK,
		.ino = dir->ino,
		.why = "the kernel cannot read the directory to its end",
	};

	if (!S_ISDIR(dir->inode.mode))
		return -ENOTDIR;
	if (!posix_each_entry(v, buf, dir->ino, pass_entry, &r)) {
		if (!errors_met(v->tree))
			return r.rc;
		p.why = "the kernel met errors in the file system: names may be missing";
	}
	if (!r.rc && ops->problem)
		ops->problem(arg, &p);
	return r.rc;
}
