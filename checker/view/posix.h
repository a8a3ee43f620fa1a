/* SPDX-License-Identifier: GPL-2.0-only */
/* Opens the posix view: names, attributes and a few small files as the kernel shows them. */
#ifndef MDTCHECK_VIEW_POSIX_H
#define MDTCHECK_VIEW_POSIX_H

#include "base/membudget.h"
#include "base/strbuf.h"
#include "mdtcheck/target.h"
#include "mdtcheck/view.h"

/* What is opened before the sandbox. */
struct posix_root {
	int fd;	    /* root of the mount */
	int listen; /* hears of errors that the kernel meets; -1: this kernel does not tell */
};

/* 0, or -errno with a line in err. */
int posix_root_open(const char *mount, struct posix_root *out, char *err, size_t errlen);
void posix_root_close(struct posix_root *root);

/*
 * root stays the caller's and must outlive the view.  is_static: the superblock is
 * read-only.  Where it is not, no regular file is read: the server writes them behind the
 * page cache.  0, or -errno with a line in err.
 */
int view_open_posix(const struct posix_root *root, const struct geometry *g, bool is_static,
		    struct membudget *mem, struct view **out, char *err, size_t errlen);

/* Adds the path of an inode from the root of the mount, "." of the root; 0 or -errno. */
int view_posix_path(const struct view *v, u32 ino, struct strbuf *out);

#endif
