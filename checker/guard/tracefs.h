/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An instance of the kernel's tracing, made, used and removed.  What is written
 * goes to files of that instance, by construction: every name is taken below
 * its directory.  Only the watcher's process calls this, never the checker's.
 */
#ifndef MDTCHECK_GUARD_TRACEFS_H
#define MDTCHECK_GUARD_TRACEFS_H

#include <sys/types.h>

struct tracefs {
	char dir[96]; /* of the instance; empty: there is none */
};

/* A new instance, its name after pid; -ENOENT: tracefs is not mounted; -errno. */
int tracefs_create(struct tracefs *t, pid_t pid);
/* Removes it and what it collected. */
void tracefs_remove(struct tracefs *t);

/* A text into a file of the instance; 0 or -errno. */
int tracefs_write(const struct tracefs *t, const char *file, const char *text);
/* The whole of a file of the instance, line by line; 0 or -errno. */
int tracefs_lines(const struct tracefs *t, const char *file,
		  void (*line)(const char *line, void *arg), void *arg);

/* The beginning of any file, for the counters in /sys and /proc; 0 or -errno. */
int tracefs_read(const char *path, char *text, size_t size);

#endif
