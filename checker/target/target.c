/* SPDX-License-Identifier: GPL-2.0-only */
/* Opening a target: the mount table, the proof (resolve.c), one read-only descriptor. */
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "target/ro_open.h"
#include "target/sysblock.h"
#include "target/target.h"

#define LUSTRE_SUPER_MAGIC 0x0BD00BD0
#define MIN_SIZE 2048 /* boot block and superblock */

/* One line for the user; returns rc, so that a check can end in it. */
__printf(4, 5) static int complain(char *err, size_t errlen, int rc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err, errlen, fmt, ap);
	va_end(ap);
	return rc;
}

void target_close_device(struct target *t)
{
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
}

void target_close(struct target *t)
{
	target_close_device(t);
	free(t->path);
	free(t->mirror);
	free(t->mdt_mount);
	free(t->svname);
	free(t->fstype);
	free(t->vfs_options);
	free(t->super_options);
	*t = (struct target){ .fd = -1 };
}

static bool copy_string(char **out, const char *s)
{
	if (!s)
		return true;
	*out = strdup(s);
	return *out != NULL;
}

static int copy_strings(const struct resolution *res, struct target *t)
{
	const struct mount_row *m = res->mirror;

	if (copy_string(&t->path, res->path) && copy_string(&t->mirror, m ? m->target : NULL) &&
	    copy_string(&t->mdt_mount, res->mdt ? res->mdt->target : NULL) &&
	    copy_string(&t->svname, res->svname[0] ? res->svname : NULL) &&
	    copy_string(&t->fstype, m ? m->fstype : NULL) &&
	    copy_string(&t->vfs_options, m ? m->vfs_options : NULL) &&
	    copy_string(&t->super_options, m ? m->super_options : NULL))
		return 0;
	return -ENOMEM;
}

/* By seeking: the ioctl for it is one more call that would have to be allowed. */
static int take_size(struct target *t, char *err, size_t errlen)
{
	off_t size = lseek(t->fd, 0, SEEK_END);

	if (size < 0)
		return complain(err, errlen, -errno, "%s: its size cannot be read: %s", t->path,
				strerror(errno));
	if (size < MIN_SIZE)
		return complain(err, errlen, -EINVAL, "%s is too short for a file system", t->path);
	if (lseek(t->fd, 0, SEEK_SET) < 0)
		return complain(err, errlen, -errno, "%s: %s", t->path, strerror(errno));
	t->size = (u64)size;
	return 0;
}

/* Between the proof and the open a name may have come to mean something else. */
static int check_opened(const struct resolution *res, const struct stat *st, struct target *t,
			char *err, size_t errlen)
{
	bool block = S_ISBLK(st->st_mode);

	if (block != (res->kind != TARGET_IMAGE))
		return complain(err, errlen, -ENOTBLK, "%s is %s block device", t->path,
				block ? "now a" : "no");
	if (block && res->rdev && st->st_rdev != res->rdev)
		return complain(err, errlen, -ESTALE,
				"%s is device %u:%u and not %u:%u any more", t->path,
				major(st->st_rdev), minor(st->st_rdev), major(res->rdev),
				minor(res->rdev));
	t->rdev = block ? st->st_rdev : 0;
	t->mapped = block && sysblock_is_mapped(NULL, t->rdev);
	t->recovering = t->live && t->svname && sysblock_recovers(NULL, t->svname);
	return take_size(t, err, errlen);
}

/* A saved table may be from any machine, so only a live one is held to its directory. */
static int check_mirror(const struct target_options *opt, const struct resolution *res,
			char *err, size_t errlen)
{
	struct stat st;

	if (!res->mirror || opt->mountinfo)
		return 0;
	if (stat(res->mirror->target, &st) < 0)
		return complain(err, errlen, -errno, "%s: %s", res->mirror->target,
				strerror(errno));
	if (st.st_dev != res->mirror->dev)
		return complain(err, errlen, -ESTALE, "%s is not the mount it was a moment ago",
				res->mirror->target);
	return 0;
}

static int open_failed(const char *path, int rc, char *err, size_t errlen)
{
	if (rc == -EISDIR || rc == -ENXIO)
		return complain(err, errlen, rc, "%s is neither a block device nor a regular file",
				path);
	return complain(err, errlen, rc, "%s cannot be opened for reading: %s", path,
			strerror(-rc));
}

int target_open_resolved(const struct target_options *opt, const struct resolution *res,
			 struct target *out, char *err, size_t errlen)
{
	struct target t = { .kind = res->kind, .live = res->live, .fd = -1 };
	struct stat st;
	int rc = copy_strings(res, &t);

	if (rc) {
		complain(err, errlen, rc, "out of memory");
		goto out;
	}
	rc = check_mirror(opt, res, err, errlen);
	if (rc)
		goto out;
	t.fd = ro_open(t.path, &st);
	rc = t.fd < 0 ? open_failed(t.path, t.fd, err, errlen)
		      : check_opened(res, &st, &t, err, errlen);
out:
	if (rc)
		target_close(&t);
	else
		*out = t;
	return rc;
}

static int read_table(const char *saved, struct mount_table *table, char *err, size_t errlen)
{
	int rc = mount_table_read(saved, table);
	const char *name = saved ? saved : "/proc/self/mountinfo";

	if (rc == -EBADMSG)
		return complain(err, errlen, rc, "%s is not a mountinfo file", name);
	if (rc)
		return complain(err, errlen, rc, "%s cannot be read: %s", name, strerror(-rc));
	return 0;
}

int target_open(const struct target_options *opt, struct target *out, char *err, size_t errlen)
{
	struct mount_table table = { 0 };
	struct resolution res;
	int rc = read_table(opt->mountinfo, &table, err, errlen);

	if (rc)
		return rc;
	rc = target_resolve(opt, &table, &sysblock_world, &res, err, errlen);
	if (!rc)
		rc = target_open_resolved(opt, &res, out, err, errlen);
	mount_table_free(&table);
	return rc;
}

/* The file itself, or the directory it would be made in. */
static int stat_place(const char *path, struct stat *st, struct statfs *fs)
{
	char copy[PATH_MAX];

	if (stat(path, st) == 0 && statfs(path, fs) == 0)
		return 0;
	if (errno != ENOENT)
		return -errno;
	if (snprintf(copy, sizeof(copy), "%s", path) >= (int)sizeof(copy))
		return -ENAMETOOLONG;
	path = dirname(copy);
	return stat(path, st) < 0 || statfs(path, fs) < 0 ? -errno : 0;
}

bool target_contains(const struct target *t, const char *path)
{
	struct stat own, st;
	struct statfs fs;

	/* Where nothing can be learnt nothing can be created either. */
	if (stat_place(path, &st, &fs))
		return false;
	/* A file in a Lustre client mount may well be an object of this very MDT. */
	if (fs.f_type == LUSTRE_SUPER_MAGIC)
		return true;
	if (t->rdev && (st.st_dev == t->rdev || (S_ISBLK(st.st_mode) && st.st_rdev == t->rdev)))
		return true;
	return fstat(t->fd, &own) == 0 && own.st_dev == st.st_dev && own.st_ino == st.st_ino;
}
