/* SPDX-License-Identifier: GPL-2.0-only */
/* The one way to a file descriptor: read-only. */
#ifndef MDTCHECK_TARGET_RO_OPEN_H
#define MDTCHECK_TARGET_RO_OPEN_H

#include <sys/stat.h>

/*
 * Opens a regular file or a block device to be read, buffered.  The descriptor,
 * *st filled; -EISDIR for a directory, -ENXIO for any other kind, -errno.
 */
int ro_open(const char *path, struct stat *st);

/* The first line of a small file (as in /sys), without its end; 0 or -errno. */
int ro_read_line(const char *path, char *line, size_t size);

#endif
