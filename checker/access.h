/* SPDX-License-Identifier: GPL-2.0-only */
/* May the kernel be asked through the mount of a target, and has this process the right to? */
#ifndef MDTCHECK_ACCESS_H
#define MDTCHECK_ACCESS_H

#include "options.h"

/* --view=posix: 0, or -EPERM with one line in err.  Before the sandbox. */
int access_walk(const struct target *t, const struct options *opt, char *err, size_t errlen);

/* --second-opinion: NULL, or why there can be none; static.  Before the sandbox. */
const char *access_second(const struct target *t);

#endif
