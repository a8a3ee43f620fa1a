/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process of its own and two pipes to it, for what the checker itself may not do.
 *
 * Each side learns from its pipe that the other one ended, in whatever way: reads come
 * to an end, writes fail (main() has SIGPIPE ignored, here and there).
 */
#ifndef MDTCHECK_BASE_CHILD_H
#define MDTCHECK_BASE_CHILD_H

#include <sys/types.h>

/* One side's ends of the pipes. */
struct child {
	int to, from; /* written to, read from */
};

/*
 * As fork(): the pid in the parent, 0 in the child, -errno; *c has the ends of whoever
 * reads it.  Before the sandbox and before any thread is started.
 */
pid_t child_fork(struct child *c);
/* Either side's ends. */
void child_close(struct child *c);

/* All bytes, to a pipe or a file; 0 or -errno. */
int write_all(int fd, const void *bytes, size_t len);

#endif
