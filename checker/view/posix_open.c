/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only place of the posix view that opens anything: directories, and a few
 * regular files of a superblock that is read-only.  All flags stand here, and the
 * sandbox allows no others: nothing can be created, written or followed.
 */
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/fanotify.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "view/posix.h"
#include "view/posix_open.h"

#ifndef FAN_FS_ERROR
#define FAN_FS_ERROR 0x00008000
#endif
#ifndef FAN_REPORT_FID
#define FAN_REPORT_FID 0x00000200
#endif
#ifndef FAN_MARK_FILESYSTEM
#define FAN_MARK_FILESYSTEM 0x00000100
#endif

#define QUIETLY (O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

int posix_open_dir(int at, const char *path)
{
	int fd = openat(at, path, QUIETLY | O_DIRECTORY);

	return fd < 0 ? -errno : fd;
}

/* Looked at before: opening a device or a fifo already does something. */
int posix_open_file(int at, const char *path)
{
	struct stat st;
	int fd;

	if (fstatat(at, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -ENXIO;
	fd = openat(at, path, QUIETLY);
	return fd < 0 ? -errno : fd;
}

int posix_generation(int fd, u32 *out)
{
	/* The kernel's type says long, and it stores an int. */
	long generation = 0;
	u32 low;

	if (ioctl(fd, FS_IOC_GETVERSION, &generation) < 0)
		return -errno;
	memcpy(&low, &generation, sizeof(low));
	*out = low;
	return 0;
}

static int posix_listen(int root_fd)
{
	int fd = fanotify_init(FAN_CLASS_NOTIF | FAN_REPORT_FID | FAN_NONBLOCK | FAN_CLOEXEC,
			       O_RDONLY);

	if (fd < 0)
		return -errno;
	if (fanotify_mark(fd, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, FAN_FS_ERROR, root_fd, ".") < 0) {
		int rc = -errno;

		close(fd);
		return rc;
	}
	return fd;
}

bool posix_heard(int listen_fd)
{
	u8 event[4096];

	return read(listen_fd, event, sizeof(event)) > 0;
}

int posix_root_open(const char *mount, struct posix_root *out, char *err, size_t errlen)
{
	int fd = posix_open_dir(AT_FDCWD, mount);

	if (fd < 0) {
		snprintf(err, errlen, "%s cannot be opened as a directory: %s", mount,
			 strerror(-fd));
		return fd;
	}
	*out = (struct posix_root){ fd, posix_listen(fd) };
	return 0;
}

void posix_root_close(struct posix_root *root)
{
	if (root->listen >= 0)
		close(root->listen);
	close(root->fd);
}
