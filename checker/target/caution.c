/* SPDX-License-Identifier: GPL-2.0-only */
/* What goes wrong around a check, rather than in it: said before it begins. */
#include <string.h>

#include "target/mountinfo.h"
#include "mdtcheck/target.h"

static void caution(struct target *t, const char *what)
{
	if (t->ncautions < TARGET_CAUTIONS_MAX)
		t->caution[t->ncautions++] = what;
}

/* The kernel shows the option only where it differs from what the superblock says. */
bool target_panics(const struct target *t, const struct geometry *g)
{
	char value[16];

	if (t->super_options && mount_option_value(t->super_options, "errors", value, sizeof(value)))
		return !strcmp(value, "panic");
	return g->on_error == ON_ERROR_PANIC;
}

void target_cautions(struct target *t, const struct geometry *g)
{
	t->ncautions = 0;
	if (t->live && target_panics(t, g))
		caution(t, "errors=panic is set: an error that the kernel meets in this file system "
			   "resets the node, also one that it meets through a mirror");
	if (t->live && t->mirror)
		caution(t, "a mirror keeps the file system mounted when its MDT is stopped: take it "
			   "down before maintenance or failover, or two servers mount one device");
	if (t->recovering)
		caution(t, "the MDT is in recovery: what its clients and other MDTs redo is found half "
			   "done; check it when recovery is over");
	if (t->mapped)
		caution(t, "the device is held open: its volume group or multipath map cannot be "
			   "deactivated until the run ends");
	if (t->live && t->mapped)
		caution(t, "a snapshot of the logical volume is better evidence than a device that "
			   "is being written to");
}
