/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mount system calls, old and new.
 *
 * A new mount of a device whose superblock is read-write cannot be asked for as
 * read-only: the kernel compares the two and says EBUSY.  fsmount() makes the
 * mount read-only by an attribute of its own.  The old way has a moment in which
 * the hidden mount is writable; its directory is root's alone.
 */
#include "tools/mirror/mirror.h"

#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MIRROR_FLAGS (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME)
/* Of one mount, never of the superblock: MS_BIND is what says so. */
#define MIRROR_REMOUNT (MS_REMOUNT | MS_BIND | MIRROR_FLAGS)

/* The C library of Enterprise Linux 8 has none of these; the numbers are the same everywhere. */
#ifndef SYS_move_mount
#define SYS_move_mount 429
#define SYS_fsopen 430
#define SYS_fsconfig 431
#define SYS_fsmount 432
#endif
#define FSOPEN_CLOEXEC_ 0x1U
#define FSMOUNT_CLOEXEC_ 0x1U
#define FSCONFIG_SET_STRING_ 1U
#define FSCONFIG_CMD_CREATE_ 6U
#define MOVE_MOUNT_F_EMPTY_PATH_ 0x4U
/* Read-only, nosuid, nodev, noexec, noatime. */
#define MIRROR_ATTRIBUTES (0x1U | 0x2U | 0x4U | 0x8U | 0x10U)

__printf(4, 5) static int complain(char *err, size_t errlen, int rc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err, errlen, fmt, ap);
	va_end(ap);
	return rc;
}

/* ---- the new way ----------------------------------------------------------------------------- */

/* A detached mount, or -errno; -ENOSYS where the kernel has no such calls. */
static int fsmount_detached(const char *device, const char *fstype)
{
	int context = (int)syscall(SYS_fsopen, fstype, FSOPEN_CLOEXEC_);
	int fd = -1;

	if (context >= 0 &&
	    !syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING_, "source", device, 0) &&
	    !syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE_, NULL, NULL, 0))
		fd = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC_, MIRROR_ATTRIBUTES);
	if (fd < 0)
		fd = -errno;
	if (context >= 0)
		close(context);
	return fd;
}

static int fsmount_attach(const char *device, const char *fstype, const char *mountpoint)
{
	int fd = fsmount_detached(device, fstype);
	int rc = 0;

	if (fd < 0)
		return fd;
	if (syscall(SYS_move_mount, fd, "", AT_FDCWD, mountpoint, MOVE_MOUNT_F_EMPTY_PATH_))
		rc = -errno;
	close(fd);
	return rc;
}

/* ---- the old way ----------------------------------------------------------------------------- */

/* A mount of the device at an empty directory of ours, read-only when this returns. */
static int mount_hidden(const char *device, const char *fstype, const char *dir, char *err,
			size_t errlen)
{
	int rc;

	if (mount(device, dir, fstype, MIRROR_FLAGS & ~MS_RDONLY, NULL)) {
		rc = -errno;
		return complain(err, errlen, rc, "the hidden mount of %s failed: %s", device,
				strerror(-rc));
	}
	if (mount(NULL, dir, NULL, MIRROR_REMOUNT, NULL)) {
		rc = -errno;
		umount2(dir, MNT_DETACH);
		return complain(err, errlen, rc, "the hidden mount stays writable: %s",
				strerror(-rc));
	}
	return 0;
}

/* A bind mount inherits "read-only" from the hidden one; asking again costs nothing. */
static int bind_visible(const char *hidden, const char *mountpoint, char *err, size_t errlen)
{
	int rc;

	if (mount(hidden, mountpoint, NULL, MS_BIND, NULL)) {
		rc = -errno;
		return complain(err, errlen, rc, "binding it to %s failed: %s", mountpoint,
				strerror(-rc));
	}
	if (mount(NULL, mountpoint, NULL, MIRROR_REMOUNT, NULL)) {
		rc = -errno;
		umount2(mountpoint, MNT_DETACH);
		return complain(err, errlen, rc, "%s stays writable: %s", mountpoint,
				strerror(-rc));
	}
	return 0;
}

static int hidden_dir(char *dir, size_t size, char *err, size_t errlen)
{
	const char *tmp = getenv("TMPDIR");
	int n = snprintf(dir, size, "%s/live-mirror.XXXXXX", tmp && *tmp ? tmp : "/tmp");

	if (n < 0 || (size_t)n >= size || !mkdtemp(dir))
		return complain(err, errlen, -EIO, "no temporary directory");
	return 0;
}

static int bind_attach(const char *device, const char *fstype, const char *mountpoint, char *err,
		       size_t errlen)
{
	char hidden[4096];
	int rc = hidden_dir(hidden, sizeof(hidden), err, errlen);

	if (rc)
		return rc;
	rc = mount_hidden(device, fstype, hidden, err, errlen);
	if (!rc) {
		rc = bind_visible(hidden, mountpoint, err, errlen);
		if (umount2(hidden, 0) && !rc) {
			rc = -errno;
			umount2(mountpoint, 0);
			umount2(hidden, MNT_DETACH);
			complain(err, errlen, rc, "the hidden mount stays: %s", strerror(-rc));
		}
	}
	rmdir(hidden);
	return rc;
}

/* ---- either ---------------------------------------------------------------------------------- */

/* Is it the kernel that does not know the new calls (or a filter that denies them)? */
static bool try_old_way(enum mirror_method method, int rc)
{
	return method == MIRROR_ANY && (rc == -ENOSYS || rc == -EPERM || rc == -EOPNOTSUPP);
}

int mirror_attach(const char *device, const char *fstype, const char *mountpoint,
		  enum mirror_method method, enum mirror_method *used, char *err, size_t errlen)
{
	int rc = -ENOSYS;

	if (method != MIRROR_BIND) {
		rc = fsmount_attach(device, fstype, mountpoint);
		if (!rc)
			*used = MIRROR_FSMOUNT;
		if (rc && !try_old_way(method, rc))
			return complain(err, errlen, rc, "the hidden mount of %s failed: %s",
					device, strerror(-rc));
	}
	if (rc) {
		rc = bind_attach(device, fstype, mountpoint, err, errlen);
		if (!rc)
			*used = MIRROR_BIND;
	}
	return rc;
}

int mirror_own_namespace(char *err, size_t errlen)
{
	int rc = 0;

	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) {
		rc = -errno;
		/* In a chroot: what is mounted there would be seen outside. */
		complain(err, errlen, rc, "no mount namespace of our own: %s",
			 rc == -EINVAL ? "the root directory is no mount point" : strerror(-rc));
	}
	return rc;
}
