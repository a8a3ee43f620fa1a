/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From what a user writes to an inode number: a FID, an inode number, or a path,
 * which is resolved from the blocks of directories and not by the kernel.
 */
#ifndef MDTCHECK_LOCATE_H
#define MDTCHECK_LOCATE_H

#include "mdtcheck/env.h"

struct locate {
	struct view *view;
	struct view_buf *buf;
	const struct env *env;
	u32 threads;
	const volatile int *cancel;
	char *err; /* one line where nothing was found */
	size_t errlen;
};

/*
 *	[0x200000401:0x1:0x0] or the same without brackets
 *	377 or 0x179		an inode number
 *	/dir/file, dir/file	from ROOT, as clients see it
 *	//oi.16.3		from the backend root, as mdtcheck writes it
 *	[FID]/name, #INO/name	from a directory without a known place
 *
 * A path may have the escapes of a report (\xHH, \\).  0 with the inode and, as a static
 * sentence, how it was found; -ENOENT when there is surely no such object; -errno when it
 * could not be looked for.  A line is then in err.
 */
int locate_object(const struct locate *l, const char *text, u32 *ino, const char **how);

#endif
