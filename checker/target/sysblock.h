/* SPDX-License-Identifier: GPL-2.0-only */
/* What this machine says of paths and block devices, for target_resolve(). */
#ifndef MDTCHECK_TARGET_SYSBLOCK_H
#define MDTCHECK_TARGET_SYSBLOCK_H

#include "target/resolve.h"

/* Answers from stat and /sys; nothing of the target is opened. */
extern const struct world sysblock_world;

#endif
