/* SPDX-License-Identifier: GPL-2.0-only */
/* What the posix view may open, and how. */
#ifndef MDTCHECK_VIEW_POSIX_OPEN_H
#define MDTCHECK_VIEW_POSIX_OPEN_H

/* path is relative to at; its last component is no symlink.  The descriptor, or -errno. */
int posix_open_dir(int at, const char *path);
/* A regular file, that is one of the server's small state files or an OI file. */
int posix_open_file(int at, const char *path);
/* The generation of an open directory; 0 or -errno. */
int posix_generation(int fd, u32 *out);

/* Was there an error since?  The event is taken. */
bool posix_heard(int listen_fd);

#endif
