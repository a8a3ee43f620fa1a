/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From what the user wrote to the device to be read, or to the reason why not.
 * Pure over a mount table and a `world` that answers for paths and devices, so
 * that every refusal can be tested with saved tables.
 */
#ifndef MDTCHECK_TARGET_RESOLVE_H
#define MDTCHECK_TARGET_RESOLVE_H

#include <limits.h>
#include <sys/types.h>

#include "mdtcheck/target.h"
#include "target/mountinfo.h"

/* What a path leads to. */
struct node {
	mode_t mode;
	dev_t rdev;	     /* of a device node */
	char real[PATH_MAX]; /* without symlinks */
};

enum holder_kind { HOLDER_DM, HOLDER_MPATH, HOLDER_OTHER, HOLDER_PARTITION };

/* What sits on top of a block device. */
struct holder {
	enum holder_kind kind;
	char name[128]; /* /dev/mapper/mpatha, /dev/md0, /dev/sda1 */
};

/* What is asked of the machine.  Each returns 0, or -errno (-ENOENT: there is none). */
struct world {
	int (*look)(void *arg, const char *path, struct node *out);
	int (*holder)(void *arg, dev_t dev, struct holder *out);
	/* The device that the server names for a service. */
	int (*service)(void *arg, const char *svname, char *device, size_t size);
	/* The loop device whose backing file is the image, from its first byte. */
	int (*loop)(void *arg, const char *image, char *device, size_t size);
	void *arg;
};

struct resolution {
	enum target_kind kind;
	bool live;
	dev_t rdev;		/* the device has this number; 0: not known, or an image */
	char path[PATH_MAX];	/* to be opened */
	char svname[64];	/* "" not known */
	const struct mount_row *mirror; /* in the table; NULL */
	const struct mount_row *mdt;	/* in the table; NULL */
};

/* 0; -errno with one line in err.  *out is untouched on failure. */
int target_resolve(const struct target_options *opt, const struct mount_table *table,
		   const struct world *world, struct resolution *out, char *err, size_t errlen);

#endif
