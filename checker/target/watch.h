/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Watches the mount table while a live target is read: when its MDT stops, fails over
 * or turns read-only, what lies on the device is no longer what the server has, and
 * holding the device open may be in the way.
 */
#ifndef MDTCHECK_TARGET_WATCH_H
#define MDTCHECK_TARGET_WATCH_H

#include "mdtcheck/target.h"

struct watch;

/*
 * Before the sandbox.  *out NULL where there is nothing to watch: a static target, or a
 * saved table.  path NULL: the table of this process.  0 or -errno.
 */
int watch_open(const struct target *t, const char *path, struct watch **out);

/*
 * For those who read through the mount: counts the errors that the kernel meets in the file
 * system; ends_run: the first one ends the run.  Before the sandbox; 0, or -errno where the
 * kernel has no count of them.
 */
int watch_errors(struct watch *w, const char *fstype, bool ends_run);
/* After it: did the kernel meet one?  By the count of this moment; any thread. */
bool watch_met_error(const struct watch *w);

/* Starts a thread that stores value in *flag when the target is lost. */
int watch_start(struct watch *w, volatile int *flag, int value);

/* What happened: a static sentence; NULL: nothing. */
const char *watch_reason(const struct watch *w);

/* Ends the thread and frees w. */
void watch_close(struct watch *w);

#endif
