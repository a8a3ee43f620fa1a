/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only place that opens anything of the target.  Every descriptor is
 * O_RDONLY and buffered: O_DIRECT would make the kernel write dirty pages back
 * first, and would not see what the server has not committed.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "target/ro_open.h"

static int kind_check(mode_t mode)
{
	if (S_ISREG(mode) || S_ISBLK(mode))
		return 0;
	return S_ISDIR(mode) ? -EISDIR : -ENXIO;
}

/* O_NOATIME spares an image's own atime where we own it; others get EPERM. */
static int open_quietly(const char *path)
{
	int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	int fd = open(path, flags | O_NOATIME);

	if (fd < 0 && errno == EPERM)
		fd = open(path, flags);
	return fd < 0 ? -errno : fd;
}

/* Takes O_NONBLOCK back, and nothing else with it. */
static int block_again(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0)
		return -errno;
	return 0;
}

int ro_open(const char *path, struct stat *st)
{
	struct stat s;
	int fd, rc;

	/*
	 * Looked at before: opening a tape or a watchdog already does something.
	 * O_NONBLOCK and the second look are for what may take its place meanwhile.
	 */
	if (stat(path, &s) < 0)
		return -errno;
	rc = kind_check(s.st_mode);
	if (rc)
		return rc;
	fd = open_quietly(path);
	if (fd < 0)
		return fd;
	rc = fstat(fd, &s) < 0 ? -errno : kind_check(s.st_mode);
	if (!rc)
		rc = block_again(fd);
	if (rc) {
		close(fd);
		return rc;
	}
	*st = s;
	return fd;
}

int ro_read_line(const char *path, char *line, size_t size)
{
	struct stat st;
	ssize_t n;
	int fd = ro_open(path, &st);

	if (fd < 0)
		return fd;
	n = read(fd, line, size - 1);
	if (n < 0) {
		n = -errno;
		close(fd);
		return (int)n;
	}
	close(fd);
	line[n] = '\0';
	line[strcspn(line, "\n")] = '\0';
	return 0;
}
