/* SPDX-License-Identifier: GPL-2.0-only */
/* The mount table, read by libmount from the kernel or from a saved mountinfo file. */
#ifndef MDTCHECK_TARGET_MOUNTINFO_H
#define MDTCHECK_TARGET_MOUNTINFO_H

#include <sys/types.h>

/* Every string is set, "" where the table says nothing. */
struct mount_row {
	dev_t dev;	     /* of the superblock; an anonymous one for type lustre */
	char *source;	     /* as it was given to mount */
	char *target;	     /* mount point */
	char *root;	     /* the directory of the file system that is seen there */
	char *fstype;
	char *vfs_options;   /* of this mount alone: "ro" here is what a mirror has */
	char *super_options; /* of the superblock, shared by all its mounts */
};

struct mount_table {
	struct mount_row *rows; /* in the order of mounting: the last one at a target is on top */
	size_t n;
};

/* path NULL: of this process.  0, -ENOMEM, -EBADMSG (no mountinfo) or -errno of reading it. */
int mount_table_read(const char *path, struct mount_table *out);
void mount_table_free(struct mount_table *t);

/* The mount that is seen at target; NULL where there is none. */
const struct mount_row *mount_table_find(const struct mount_table *t, const char *target);

bool mount_option_set(const char *options, const char *name);

/* Copies the value of name=value; false where it is absent or longer than size - 1. */
bool mount_option_value(const char *options, const char *name, char *value, size_t size);

#endif
