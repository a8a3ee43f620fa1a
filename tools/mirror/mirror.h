/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes read-only mounts of a file system that is mounted already.  They share
 * its superblock, so the one thing that must never happen is a remount of the
 * superblock; the only remount flags there are here carry MS_BIND.
 */
#ifndef MDTCHECK_TOOLS_MIRROR_H
#define MDTCHECK_TOOLS_MIRROR_H

enum mirror_method {
	MIRROR_ANY,	/* the first of these that the kernel has */
	MIRROR_FSMOUNT, /* Linux 5.2: read-only from birth, attached to nothing until it is ready */
	MIRROR_BIND,	/* hidden mount, read-only by remount and bind, then bound */
};

/*
 * A mirror of device at the directory mountpoint.  0; -errno with a line in err, and nothing is
 * left behind.  *used says which method it was.
 */
int mirror_attach(const char *device, const char *fstype, const char *mountpoint,
		  enum mirror_method method, enum mirror_method *used, char *err, size_t errlen);

/*
 * From now on this process and its children have a mount table of their own: what they mount
 * nobody else sees, and it goes away with the last of them.
 */
int mirror_own_namespace(char *err, size_t errlen);

#endif
