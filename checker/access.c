/* SPDX-License-Identifier: GPL-2.0-only */
/* The conditions of those who ask the kernel. */
#include "access.h"

#include <stdio.h>

#include "guard/sandbox.h"
#include "target/mountinfo.h"
#include "target/ro_open.h"

/* In a user namespace root's powers end at its files: trusted attributes would look absent. */
static bool can_see(void)
{
	unsigned int inside, outside, count;
	char line[128];

	return sandbox_can_walk() && !ro_read_line("/proc/self/uid_map", line, sizeof(line)) &&
	       sscanf(line, "%u %u %u", &inside, &outside, &count) == 3 && !inside && !outside &&
	       count == UINT32_MAX;
}

/* Reading directories of an MDT that serves can end in an error of its file system. */
int access_walk(const struct target *t, const struct options *opt, char *err, size_t errlen)
{
	if (!t->mirror)
		snprintf(err, errlen, "--view=posix wants a mount point of an MDT's file system: "
			 "a copy that is mounted read-only, or a mirror");
	else if (t->mdt_mount && !opt->allow_busy_walk)
		snprintf(err, errlen, "%s is serving: its directories change without the locks of "
			 "this mount, and reading them could abort its journal "
			 "(--allow-busy-walk does it all the same)",
			 t->svname ? t->svname : t->mdt_mount);
	else if (!can_see())
		snprintf(err, errlen, "--view=posix is for root: the kernel hides trusted "
			 "attributes from all others");
	else
		return 0;
	return -EPERM;
}

const char *access_second(const struct target *t)
{
	if (t->kind == TARGET_IMAGE)
		return "the target is an image file, which no kernel knows";
	if (!t->mirror)
		return "the target is not a mirror: the kernel is asked through the mount point "
		       "of one";
	if (!t->live)
		return "nothing changes the target; --view=posix shows what the kernel sees of it";
	if (!mount_option_set(t->vfs_options, "ro"))
		return "the mirror is mounted read-write";
	if (!can_see())
		return "it is for root: the kernel hides trusted attributes from all others";
	return NULL;
}
