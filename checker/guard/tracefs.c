/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the watcher opens files: for reading anywhere, for writing below the
 * directory of its own trace instance.  Nothing is created but that directory.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guard/tracefs.h"

#define LINE_MAX_LEN 4096

/* A leftover of the same number is another's: removed is only what we made. */
static int make_instance(struct tracefs *t, const char *root, pid_t pid)
{
	int n, rc = -EEXIST;
	char dir[sizeof(t->dir)];

	for (n = 0; n < 10 && rc == -EEXIST; n++) {
		if (!n)
			snprintf(dir, sizeof(dir), "%s/instances/mdtcheck-%d", root, (int)pid);
		else
			snprintf(dir, sizeof(dir), "%s/instances/mdtcheck-%d.%d", root, (int)pid,
				 n);
		rc = mkdir(dir, 0700) < 0 ? -errno : 0;
	}
	if (!rc)
		memcpy(t->dir, dir, sizeof(dir));
	return rc;
}

int tracefs_create(struct tracefs *t, pid_t pid)
{
	int rc = make_instance(t, "/sys/kernel/tracing", pid);

	if (rc == -ENOENT)
		rc = make_instance(t, "/sys/kernel/debug/tracing", pid);
	return rc;
}

void tracefs_remove(struct tracefs *t)
{
	int n;

	/* Busy for a moment where somebody looks at it. */
	for (n = 0; t->dir[0] && n < 50; n++) {
		if (!rmdir(t->dir) || errno != EBUSY)
			break;
		usleep(20000);
	}
	t->dir[0] = '\0';
}

static int open_in(const struct tracefs *t, const char *file, int flags)
{
	char path[256];
	int fd;

	if (!t->dir[0] || strstr(file, ".."))
		return -EINVAL;
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", t->dir, file) >= sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW);
	return fd < 0 ? -errno : fd;
}

int tracefs_write(const struct tracefs *t, const char *file, const char *text)
{
	int fd = open_in(t, file, O_WRONLY);
	int rc = 0;

	if (fd < 0)
		return fd;
	if (write(fd, text, strlen(text)) < 0)
		rc = -errno;
	close(fd);
	return rc;
}

/* Cuts off the whole lines of buf; what is left moves to its beginning. */
static size_t cut_lines(char *buf, size_t len, void (*line)(const char *line, void *arg), void *arg)
{
	char *begin = buf, *end;

	while ((end = memchr(begin, '\n', len - (size_t)(begin - buf)))) {
		*end = '\0';
		line(begin, arg);
		begin = end + 1;
	}
	len -= (size_t)(begin - buf);
	memmove(buf, begin, len);
	return len;
}

int tracefs_lines(const struct tracefs *t, const char *file,
		  void (*line)(const char *line, void *arg), void *arg)
{
	char buf[LINE_MAX_LEN];
	int fd = open_in(t, file, O_RDONLY);
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return fd;
	while ((n = read(fd, buf + len, sizeof(buf) - 1 - len)) > 0) {
		len = cut_lines(buf, len + (size_t)n, line, arg);
		/* Longer than any event is: taken in pieces, which nobody understands. */
		if (len == sizeof(buf) - 1) {
			buf[len] = '\0';
			line(buf, arg);
			len = 0;
		}
	}
	n = n < 0 ? -errno : 0;
	if (!n && len) {
		buf[len] = '\0';
		line(buf, arg);
	}
	close(fd);
	return (int)n;
}

int tracefs_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, text, size - 1);
	if (n < 0)
		n = -errno;
	else
		text[n] = '\0';
	close(fd);
	return n < 0 ? (int)n : 0;
}
