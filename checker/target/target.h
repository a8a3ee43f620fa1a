/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of a target that tests look at one by one. */
#ifndef MDTCHECK_TARGET_TARGET_H
#define MDTCHECK_TARGET_TARGET_H

#include "mdtcheck/target.h"
#include "target/resolve.h"

/* Opens what was resolved and holds it to the resolution; as target_open(). */
int target_open_resolved(const struct target_options *opt, const struct resolution *res,
			 struct target *out, char *err, size_t errlen);

#endif
