/* SPDX-License-Identifier: GPL-2.0-only */
/* Processes of their own. */
#include "base/child.h"

#include <fcntl.h>
#include <unistd.h>

static void close_pipe(int end[2])
{
	close(end[0]);
	close(end[1]);
}

pid_t child_fork(struct child *c)
{
	int down[2], up[2], rc;
	pid_t pid;

	if (pipe2(down, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(up, O_CLOEXEC) < 0) {
		rc = -errno;
		close_pipe(down);
		return rc;
	}
	pid = fork();
	if (pid < 0) {
		rc = -errno;
		close_pipe(down);
		close_pipe(up);
		return rc;
	}
	*c = pid ? (struct child){ down[1], up[0] } : (struct child){ up[1], down[0] };
	close(pid ? down[0] : down[1]);
	close(pid ? up[1] : up[0]);
	return pid;
}

void child_close(struct child *c)
{
	if (c->to >= 0)
		close(c->to);
	if (c->from >= 0)
		close(c->from);
	*c = (struct child){ -1, -1 };
}

int write_all(int fd, const void *bytes, size_t len)
{
	const u8 *p = bytes;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}
