/* SPDX-License-Identifier: GPL-2.0-only */
/* What this machine says of paths and block devices, for target_resolve(). */
#ifndef MDTCHECK_TARGET_SYSBLOCK_H
#define MDTCHECK_TARGET_SYSBLOCK_H

#include "target/resolve.h"

/* Answers from stat and /sys; nothing of the target is opened. */
extern const struct world sysblock_world;

/* Is the device one of the device mapper's?  root: where /sys is, for tests; NULL here. */
bool sysblock_is_mapped(const char *root, dev_t dev);
/* Is that MDT in recovery, or waiting for its clients to begin it?  root as above. */
bool sysblock_recovers(const char *root, const char *svname);

#endif
