/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is to be checked: a mirror, the mount point of a running MDT, its service
 * name, a block device or an image file; and the proof that it may be read.
 */
#ifndef MDTCHECK_TARGET_H
#define MDTCHECK_TARGET_H

#include <sys/types.h>

enum target_kind {
	TARGET_IMAGE,	/* a regular file */
	TARGET_DEVICE,	/* a block device, not mounted */
	TARGET_MIRROR,	/* a read-only mount point of a mounted MDT */
	TARGET_MDT,	/* a running MDT: its lustre mount point or service name */
};

struct target_options {
	const char *name;	   /* what the user wrote */
	const char *fstype;	   /* "ldiskfs"; "ext4" accepts a stand-in without a lustre twin */
	const char *mountinfo;	   /* saved mountinfo file instead of /proc/self/mountinfo; NULL */
	bool allow_rw_mirror;	   /* --allow-rw-mirror */
	bool allow_no_twin;	   /* --allow-no-twin: no lustre mount of the same device */
	bool allow_mounted_device; /* --allow-mounted-device: device mounted, but not by lustre */
	bool allow_not_lustre;	   /* --allow-not-lustre: no mountdata that says MDT */
};

#define TARGET_CAUTIONS_MAX 5

struct target {
	enum target_kind kind;
	bool live;		/* something else may be writing to it */
	int fd;			/* O_RDONLY, buffered; owned */
	dev_t rdev;		/* of the block device, 0 for an image */
	u64 size;		/* bytes */
	char *path;		/* device or image that is read */
	char *mirror;		/* mount point of the mirror, NULL */
	char *mdt_mount;	/* mount point of type lustre, NULL */
	char *svname;		/* lustre-MDT0000, NULL until known */
	char *fstype;		/* of the mirror; NULL for an image */
	char *vfs_options;	/* per-mount options of the mirror; NULL */
	char *super_options;	/* superblock options of the mirror; NULL */
	bool recovering;	/* the MDT waits for its clients, or they redo what was lost */
	bool mapped;		/* the device is a logical volume or a multipath map */
	const char *caution[TARGET_CAUTIONS_MAX]; /* sentences, see target_cautions() */
	u32 ncautions;
};

/*
 * Resolves, proves and opens.  0; -errno with one line for the user in err
 * (errlen bytes, no newline).  *out is untouched on failure.
 */
int target_open(const struct target_options *opt, struct target *out, char *err, size_t errlen);
void target_close(struct target *t);
/* The descriptor alone; what is known of the target stays. */
void target_close_device(struct target *t);

/* Is path (an output file to be) on the file system of the target? */
bool target_contains(const struct target *t, const char *path);

/* What the kernel does when it meets an error in the file system. */
enum on_error { ON_ERROR_CONTINUE = 1, ON_ERROR_READ_ONLY = 2, ON_ERROR_PANIC = 3 };

/* Geometry from the superblock and descriptors, by libext2fs over target.fd. */
struct geometry {
	u32 block_size;
	u32 inode_size;
	u32 desc_size;
	u32 inodes_per_group;
	u32 blocks_per_group;
	u32 groups;
	u32 inodes_count;
	u32 first_ino;
	u32 first_data_block;
	u64 blocks_count;
	u32 usr_quota_ino, grp_quota_ino, prj_quota_ino;
	u32 journal_ino;
	u32 feature_compat, feature_incompat, feature_ro_compat;
	u32 csum_seed;
	u32 hash_seed[4];
	u16 state;	    /* s_state */
	u16 magic_ok;	    /* 1 */
	u16 on_error;	    /* s_errors: enum on_error */
	u32 free_inodes;    /* s_free_inodes_count at open */
	u8 uuid[16];
	char label[17];
	u64 *desc_block;    /* device block of descriptor block i; owned */
	u32 desc_blocks;
	bool needs_recovery;
	bool dirdata;
};

int geometry_read(int fd, u64 size, struct geometry *out, char *err, size_t errlen);
void geometry_free(struct geometry *g);

/* Notes what whoever checks such a target should know before a failover, or an error, tells them. */
void target_cautions(struct target *t, const struct geometry *g);
/* Does an error that the kernel meets in the file system reset the node? */
bool target_panics(const struct target *t, const struct geometry *g);

#endif
