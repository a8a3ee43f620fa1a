/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sandbox of the process that asks for second opinions: inodes by their numbers, as places
 * only, and their attributes; nothing else.
 */
#include <sys/syscall.h>
#include <sys/xattr.h>

#include "tests/unit/sandbox_lab.h"
#include "tests/unit/suites.h"
#include "tests/unit/vector.h"

#define MOUNT_FD 40

/* As the process that asks for second opinions is: its mount is /. */
static int run_handles(attempt *what)
{
	int fd = open("/", O_RDONLY | O_DIRECTORY);
	int status;

	dup2(fd, MOUNT_FD);
	status = run_in(what, (struct sandbox_options){ .handles = true,
							   .handles_fd = MOUNT_FD });
	close(MOUNT_FD);
	close(fd);
	return status;
}

/* Some kernels tell that there is no such inode, some that there are no handles here. */
static int by_handle(int mount, int flags)
{
	union {
		struct file_handle head;
		u8 bytes[sizeof(struct file_handle) + 8];
	} h = { .head = { .handle_bytes = 8, .handle_type = 1 } };
	int fd = open_by_handle_at(mount, &h.head, flags);

	return fd >= 0;
}

static int handle_as_place(const struct fds *f)
{
	return by_handle(MOUNT_FD, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

static int handle_to_read(const struct fds *f)
{
	return by_handle(MOUNT_FD, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

static int handle_to_write(const struct fds *f)
{
	return by_handle(MOUNT_FD, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
}

static int handle_followed(const struct fds *f)
{
	return by_handle(MOUNT_FD, O_PATH | O_CLOEXEC);
}

static int handle_elsewhere(const struct fds *f)
{
	return by_handle(f->in, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

static int attribute_read(const struct fds *f)
{
	char value[16];

	return getxattr("/proc/self/fd/40", "trusted.lma", value, sizeof(value)) >= 0;
}

static int attribute_set(const struct fds *f)
{
	return setxattr("/proc/self/fd/40", "user.no", "", 0, 0);
}

static int opens_directory(const struct fds *f)
{
	return openat(MOUNT_FD, ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
}

static int lists_directory(const struct fds *f)
{
	char entries[512];

	return (int)syscall(SYS_getdents64, MOUNT_FD, entries, sizeof(entries));
}

static attempt *const handles_forbidden[] = {
	handle_to_read,	 handle_to_write, handle_followed, handle_elsewhere, attribute_set,
	opens_directory, lists_directory, try_open,	   try_create,	     try_unlink,
	try_fsync,	 try_sync,	  try_ioctl,	   try_write,	     try_pwrite,
	try_fadvise,	 try_map_file,	  try_fork,	   try_stat,
};

START_TEST(forbids_beside_handles)
{
	assert_killed(run_handles(handles_forbidden[_i]), _i);
}
END_TEST

static attempt *const handles_allowed[] = { try_read, try_report, handle_as_place, attribute_read };

START_TEST(allows_handles)
{
	assert_allowed(run_handles(handles_allowed[_i]), _i);
}
END_TEST

Suite *suite_handles(void)
{
	TCase *tc;
	Suite *s = suite_begin("handles", &tc);

	tcase_add_loop_test(tc, allows_handles, 0, (int)ARRAY_SIZE(handles_allowed));
	tcase_add_loop_test(tc, forbids_beside_handles, 0, (int)ARRAY_SIZE(handles_forbidden));
	return s;
}
