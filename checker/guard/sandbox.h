/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sandbox: after it, the process can read what is open, compute, and write
 * to the descriptors that were named; nothing else.  Entered once, before the
 * first byte of the target is parsed and before any thread is started.
 *
 * What must be done before, because it opens files: sysconf() for processors and
 * memory, opening outputs, reading the mount table.  localtime() cannot be used
 * after; gmtime_r() can.  Threads end by returning: pthread_exit() and
 * pthread_cancel() load a library.
 */
#ifndef MDTCHECK_GUARD_SANDBOX_H
#define MDTCHECK_GUARD_SANDBOX_H

#define SANDBOX_WRITE_FDS 8
#define SANDBOX_LOCKS 4

struct sandbox_options {
	int write_fds[SANDBOX_WRITE_FDS]; /* may be written to: reports, progress, errors */
	u32 nwrite_fds;
	/* The posix view: the tree below walk_fd may be read by name. */
	bool walk;
	int walk_fd;
	/* Second opinions: inodes of the mount that handles_fd is on, by their numbers. */
	bool handles;
	int handles_fd;
	/* The writer of evidence: new files in the directory store_fd, and attributes on them. */
	bool store;
	int store_fd;
};

struct sandbox_lock {
	const char *name;   /* no_new_privs, capabilities, landlock, seccomp */
	bool enforced;
	const char *reason; /* why it is unavailable; NULL where it is enforced */
};

struct sandbox_report {
	struct sandbox_lock lock[SANDBOX_LOCKS];
	u32 nlocks;
};

/*
 * Does this process have what a walk needs, and handles; and did the kernel mean it?  Before the
 * sandbox.
 */
bool sandbox_can_walk(void);

/* "enforced" or "unavailable". */
const char *sandbox_status(const struct sandbox_lock *lock);

/*
 * 0, also where the kernel lacks a lock: the report says which.  -EINVAL for too
 * many descriptors; nothing has been done then.
 */
int sandbox_enter(const struct sandbox_options *opt, struct sandbox_report *out);

#endif
