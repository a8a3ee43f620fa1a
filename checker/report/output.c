/* SPDX-License-Identifier: GPL-2.0-only */
/* Opening and closing the report file. */
#include "report/output.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* NULL when st may be written to, else why not. */
static const char *refusal(const struct target *t, const struct stat *st)
{
	struct stat image;

	if (S_ISBLK(st->st_mode))
		return "it is a block device";
	if (S_ISDIR(st->st_mode))
		return "it is a directory";
	if (t && t->fd >= 0 && !fstat(t->fd, &image) && image.st_dev == st->st_dev &&
	    image.st_ino == st->st_ino)
		return "it is what is to be checked";
	/* The file system under test is mounted: a file there is a write to it. */
	if (t && t->rdev && st->st_dev == t->rdev)
		return "it is on the file system that is to be checked";
	return NULL;
}

static int refuse(const char *path, const char *why, char *err, size_t errlen)
{
	snprintf(err, errlen, "will not write the report to %s: %s", path, why);
	return -EINVAL;
}

static int fail(const char *path, char *err, size_t errlen)
{
	int rc = -errno;

	snprintf(err, errlen, "cannot write the report to %s: %s", path, strerror(-rc));
	return rc;
}

int output_open(const char *path, const struct target *t, FILE **out, char *err, size_t errlen)
{
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY;
	const char *why = NULL;
	struct stat st;
	FILE *f;
	int fd, rc;

	if (!path || !strcmp(path, "-")) {
		*out = stdout;
		return 0;
	}
	if (t && target_contains(t, path))
		return refuse(path, "it is on the file system that is to be checked", err, errlen);
	/* Asked before the open: udev takes the close of a device opened for writing for a write. */
	if (!stat(path, &st)) {
		why = refusal(t, &st);
		if (S_ISREG(st.st_mode))
			flags |= O_TRUNC;
	}
	if (why)
		return refuse(path, why, err, errlen);
	fd = open(path, flags, 0644);
	if (fd < 0)
		return fail(path, err, errlen);
	/* And after it: what the name leads to may have changed. */
	if (fstat(fd, &st)) {
		rc = fail(path, err, errlen);
		goto out;
	}
	why = refusal(t, &st);
	if (why) {
		rc = refuse(path, why, err, errlen);
		goto out;
	}
	f = fdopen(fd, "w");
	if (!f) {
		rc = fail(path, err, errlen);
		goto out;
	}
	*out = f;
	return 0;
out:
	close(fd);
	return rc;
}

int output_close(FILE *out)
{
	bool lost = fflush(out) || ferror(out);
	int rc = lost ? -(errno ? errno : EIO) : 0;

	if (out != stdout && fclose(out) && !rc)
		rc = -(errno ? errno : EIO);
	return rc;
}
