/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading a directory through a mount. */
#ifndef MDTCHECK_VIEW_POSIX_DIR_H
#define MDTCHECK_VIEW_POSIX_DIR_H

#include "view/private.h"

/*
 * All entries of directory ino, "." and ".." too; entry's non-zero value stops it and is
 * returned, else 0 or the -errno of the kernel.  Uses buf->blocks and buf->hand.dir.
 */
int posix_each_entry(struct view *v, struct view_buf *buf, u32 ino,
		     int (*entry)(void *arg, const struct dirent_rec *d), void *arg);

#endif
