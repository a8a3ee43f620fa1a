/* SPDX-License-Identifier: GPL-2.0-only */
/* Opens the device view: buffered pread of a block device or an image. */
#ifndef MDTCHECK_VIEW_DEVICE_H
#define MDTCHECK_VIEW_DEVICE_H

#include "base/membudget.h"
#include "mdtcheck/target.h"
#include "mdtcheck/view.h"

/*
 * fd stays the caller's and must outlive the view.  is_static: nobody else can
 * change what it shows.  0, or -errno with a line in err.
 */
int view_open_device(int fd, const struct geometry *g, bool is_static, struct membudget *mem,
		     struct view **out, char *err, size_t errlen);

#endif
