/* SPDX-License-Identifier: GPL-2.0-only */
/* What kept a run, and the process that asks for second opinions, from writing. */
#ifndef MDTCHECK_LOCKS_H
#define MDTCHECK_LOCKS_H

#include "guard/sandbox.h"
#include "report/report.h"

#define LOCKS_MAX (SANDBOX_LOCKS + 3)

/* LOCKS_MAX of them have room; how many there are. */
u32 locks_of_sandbox(const struct sandbox_report *box, struct lock_status *lock);
/* By how the program was built, by how it opens files; the rest is the sandbox's. */
u32 locks_of_run(const struct sandbox_report *box, struct lock_status *lock);

#endif
