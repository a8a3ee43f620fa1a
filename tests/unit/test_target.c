/* SPDX-License-Identifier: GPL-2.0-only */
/* The proof of a target, every refusal of it, with saved mount tables and a machine made up. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "target/resolve.h"
#include "target/ro_open.h"
#include "tests/unit/suites.h"

#define NO_TWIN 1
#define RW_MIRROR 2
#define MOUNTED 4

struct made_node {
	const char *path, *real;
	mode_t mode;
	unsigned int maj, min;
};

static const struct made_node nodes[] = {
	{ "/dev/mapper/mdt0", "/dev/dm-3", S_IFBLK, 253, 3 },
	{ "/dev/dm-3", "/dev/dm-3", S_IFBLK, 253, 3 },
	{ "/dev/block/253:3", "/dev/block-node", S_IFBLK, 253, 3 },
	{ "/dev/mapper/ost0", "/dev/dm-4", S_IFBLK, 253, 4 },
	{ "/dev/mapper/mgs", "/dev/dm-9", S_IFBLK, 253, 9 },
	{ "/dev/mapper/mdt9", "/dev/dm-5", S_IFBLK, 253, 5 },
	{ "/dev/mapper/copy", "/dev/dm-6", S_IFBLK, 253, 6 },
	{ "/dev/mapper/mdt1", "/dev/dm-7", S_IFBLK, 253, 7 },
	{ "/dev/dm-7", "/dev/dm-7", S_IFBLK, 253, 7 },
	{ "/dev/mapper/idle", "/dev/dm-8", S_IFBLK, 253, 8 },
	{ "/dev/sda", "/dev/sda", S_IFBLK, 8, 0 },
	{ "/dev/sdb", "/dev/sdb", S_IFBLK, 8, 16 },
	{ "/dev/sdc", "/dev/sdc", S_IFBLK, 8, 32 },
	{ "/dev/sdd1", "/dev/sdd1", S_IFBLK, 8, 49 },
	{ "/dev/sde1", "/dev/sde1", S_IFBLK, 8, 65 },
	{ "/dev/sdg", "/dev/sdg", S_IFBLK, 8, 97 },
	{ "/dev/loop0", "/dev/loop0", S_IFBLK, 7, 0 },
	{ "/dev/null", "/dev/null", S_IFCHR, 1, 3 },
	{ "/run/pipe", "/run/pipe", S_IFIFO, 0, 0 },
	{ "/run/socket", "/run/socket", S_IFSOCK, 0, 0 },
	{ "/mnt/live-mirror", "/mnt/live-mirror", S_IFDIR, 0, 0 },
	{ "mirror-link", "/mnt/live-mirror", S_IFDIR, 0, 0 },
	{ "/srv", "/srv", S_IFDIR, 0, 0 },
	{ "/srv/mdt.img", "/srv/mdt.img", S_IFREG, 0, 0 },
	{ "/srv/looped.img", "/srv/looped.img", S_IFREG, 0, 0 },
	{ "./lustre-MDT0000", "/srv/lustre-MDT0000", S_IFREG, 0, 0 },
};

static int made_look(void *arg, const char *path, struct node *out)
{
	size_t i;

	if (strcmp(path, "/root/secret.img") == 0)
		return -EACCES;
	for (i = 0; i < ARRAY_SIZE(nodes); i++) {
		const struct made_node *n = &nodes[i];

		if (strcmp(n->path, path) != 0)
			continue;
		out->mode = n->mode;
		out->rdev = S_ISBLK(n->mode) ? makedev(n->maj, n->min) : 0;
		snprintf(out->real, sizeof(out->real), "%s", n->real);
		return 0;
	}
	return -ENOENT;
}

static int made_holder(void *arg, dev_t dev, struct holder *out)
{
	if (dev == makedev(8, 0))
		*out = (struct holder){ HOLDER_PARTITION, "/dev/sda1" };
	else if (dev == makedev(8, 16))
		*out = (struct holder){ HOLDER_MPATH, "/dev/mapper/mpatha" };
	else if (dev == makedev(8, 32))
		*out = (struct holder){ HOLDER_OTHER, "/dev/md0" };
	else
		return -ENOENT;
	return 0;
}

static int made_service(void *arg, const char *svname, char *device, size_t size)
{
	if (strcmp(svname, "hidden-MDT0002") != 0)
		return -ENOENT;
	snprintf(device, size, "%s", "/dev/mapper/idle");
	return 0;
}

/* arg: the loop device's number is mounted in the table of the test. */
static int made_loop(void *arg, const char *image, char *device, size_t size)
{
	if (strcmp(image, "/srv/looped.img") != 0)
		return -ENOENT;
	snprintf(device, size, "%s", arg ? "/dev/sde1" : "/dev/loop0");
	return 0;
}

static void fixture(const char *name, char *path)
{
	char exe[PATH_MAX];
	ssize_t n;

	snprintf(path, PATH_MAX, "tests/fixtures/mountinfo/%s", name);
	if (access(path, R_OK) == 0)
		return;
	n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	ck_assert_int_gt(n, 0);
	exe[n] = '\0';
	*strrchr(exe, '/') = '\0';
	snprintf(path, PATH_MAX, "%.2000s/../tests/fixtures/mountinfo/%.100s", exe, name);
}

static int try(const char *table_name, const struct target_options *opt, void *arg,
	       struct resolution *res, char *err, size_t errlen)
{
	struct world world = { made_look, made_holder, made_service, made_loop, arg };
	struct mount_table table;
	char path[PATH_MAX];
	int rc;

	fixture(table_name, path);
	ck_assert_int_eq(mount_table_read(path, &table), 0);
	rc = target_resolve(opt, &table, &world, res, err, errlen);
	if (!rc) {
		/* The rows live no longer than the table: what is asked of them is asked here. */
		if (res->mirror)
			snprintf(err, errlen, "%s", res->mirror->target);
		else if (res->mdt)
			snprintf(err, errlen, "%s", res->mdt->target);
		else
			err[0] = '\0';
	}
	mount_table_free(&table);
	return rc;
}

static struct target_options options(const char *name, const char *fstype, unsigned int allow)
{
	return (struct target_options){
		.name = name,
		.fstype = fstype ? fstype : "ldiskfs",
		.allow_no_twin = allow & NO_TWIN,
		.allow_rw_mirror = allow & RW_MIRROR,
		.allow_mounted_device = allow & MOUNTED,
	};
}

/* ---- what is accepted ------------------------------------------------------------------------ */

static const struct acceptance {
	const char *name, *fstype;
	unsigned int allow;
	enum target_kind kind;
	bool live;
	const char *path, *svname, *mount;
	unsigned int maj, min;
} accepted[] = {
	{ "/mnt/live-mirror", NULL, 0, TARGET_MIRROR, true, "/dev/mapper/mdt0", "lustre-MDT0000",
	  "/mnt/live-mirror", 253, 3 },
	{ "mirror-link", NULL, 0, TARGET_MIRROR, true, "/dev/mapper/mdt0", "lustre-MDT0000",
	  "/mnt/live-mirror", 253, 3 },
	{ "/mnt/mirror 1", NULL, 0, TARGET_MIRROR, true, "/dev/mapper/mdt1", "scratch-MDT0001",
	  "/mnt/mirror 1", 253, 7 },
	{ "/mnt/mdt0", NULL, 0, TARGET_MDT, true, "/dev/mapper/mdt0", "lustre-MDT0000",
	  "/mnt/mdt0", 253, 3 },
	{ "/mnt/mdt 1", NULL, 0, TARGET_MDT, true, "/dev/dm-7", "scratch-MDT0001", "/mnt/mdt 1",
	  253, 7 },
	{ "lustre-MDT0000", NULL, 0, TARGET_MDT, true, "/dev/mapper/mdt0", "lustre-MDT0000",
	  "/mnt/mdt0", 253, 3 },
	{ "scratch-MDT0001", NULL, 0, TARGET_MDT, true, "/dev/dm-7", "scratch-MDT0001",
	  "/mnt/mdt 1", 253, 7 },
	{ "hidden-MDT0002", NULL, 0, TARGET_MDT, true, "/dev/mapper/idle", "hidden-MDT0002", "",
	  253, 8 },
	{ "/dev/mapper/mdt0", NULL, 0, TARGET_MDT, true, "/dev/mapper/mdt0", "lustre-MDT0000",
	  "/mnt/mdt0", 253, 3 },
	{ "/dev/dm-3", NULL, 0, TARGET_MDT, true, "/dev/dm-3", "lustre-MDT0000", "/mnt/mdt0", 253,
	  3 },
	{ "/dev/block/253:3", NULL, 0, TARGET_MDT, true, "/dev/block/253:3", "lustre-MDT0000",
	  "/mnt/mdt0", 253, 3 },
	{ "/dev/mapper/idle", NULL, 0, TARGET_DEVICE, false, "/dev/mapper/idle", "", "", 253, 8 },
	{ "/dev/mapper/copy", NULL, 0, TARGET_DEVICE, false, "/dev/mapper/copy", "", "", 253, 6 },
	{ "/dev/sda", NULL, MOUNTED, TARGET_DEVICE, false, "/dev/sda", "", "", 8, 0 },
	{ "/dev/sdb", NULL, MOUNTED, TARGET_DEVICE, false, "/dev/sdb", "", "", 8, 16 },
	{ "/dev/sdd1", NULL, MOUNTED, TARGET_DEVICE, true, "/dev/sdd1", "", "", 8, 49 },
	{ "/dev/sde1", "ext4", 0, TARGET_DEVICE, true, "/dev/sde1", "", "", 8, 65 },
	{ "/srv/mdt.img", NULL, 0, TARGET_IMAGE, false, "/srv/mdt.img", "", "", 0, 0 },
	{ "/srv/looped.img", NULL, 0, TARGET_IMAGE, false, "/srv/looped.img", "", "", 0, 0 },
	{ "./lustre-MDT0000", NULL, 0, TARGET_IMAGE, false, "./lustre-MDT0000", "", "", 0, 0 },
	{ "/mnt/stand-in", "ext4", 0, TARGET_MIRROR, true, "/dev/sde1", "", "/mnt/stand-in", 8,
	  65 },
	{ "/mnt/stand-in-rw", "ext4", RW_MIRROR, TARGET_MIRROR, true, "/dev/sde1", "",
	  "/mnt/stand-in-rw", 8, 65 },
	{ "/mnt/rw-mirror", NULL, RW_MIRROR, TARGET_MIRROR, true, "/dev/mapper/mdt0",
	  "lustre-MDT0000", "/mnt/rw-mirror", 253, 3 },
	{ "/mnt/old-mirror", NULL, NO_TWIN, TARGET_MIRROR, true, "/dev/mapper/mdt9", "",
	  "/mnt/old-mirror", 253, 5 },
	{ "/mnt/copy", NULL, NO_TWIN, TARGET_MIRROR, false, "/dev/mapper/copy", "", "/mnt/copy",
	  253, 6 },
	{ "/mnt/leg-mirror", NULL, MOUNTED, TARGET_MIRROR, true, "/dev/mapper/mdt0",
	  "lustre-MDT0000", "/mnt/leg-mirror", 253, 3 },
};

START_TEST(accepts)
{
	const struct acceptance *a = &accepted[_i];
	struct target_options opt = options(a->name, a->fstype, a->allow);
	struct resolution res;
	char err[512];
	int rc = try("server", &opt, NULL, &res, err, sizeof(err));

	ck_assert_msg(rc == 0, "%s: %s", a->name, err);
	ck_assert_msg(res.kind == a->kind && res.live == a->live, "%s: kind %d live %d", a->name,
		      res.kind, res.live);
	ck_assert_str_eq(res.path, a->path);
	ck_assert_str_eq(res.svname, a->svname);
	ck_assert_str_eq(err, a->mount);
	ck_assert_msg(res.rdev == (a->maj ? makedev(a->maj, a->min) : 0), "%s: number", a->name);
}
END_TEST

/* ---- what is refused ------------------------------------------------------------------------- */

static const struct refusal {
	const char *name, *fstype;
	unsigned int allow;
	int rc;
	const char *message;
} refused[] = {
	{ "/mnt/rw-mirror", NULL, 0, -EPERM,
	  "/mnt/rw-mirror is mounted read-write: a mirror is read-only, by `mount -o "
	  "remount,bind,ro` (--allow-rw-mirror accepts it as it is)" },
	{ "/mnt/stand-in-rw", "ext4", 0, -EPERM,
	  "/mnt/stand-in-rw is mounted read-write: a mirror is read-only, by `mount -o "
	  "remount,bind,ro` (--allow-rw-mirror accepts it as it is)" },
	{ "/mnt/sub-mirror", NULL, 0, -EINVAL,
	  "/mnt/sub-mirror shows only /ROOT of its file system: a mirror shows all of it" },
	{ "/", NULL, 0, -EINVAL, "/ is mounted as xfs, not as ldiskfs" },
	{ "/mnt/ext3", NULL, 0, -EINVAL,
	  "/mnt/ext3 is mounted as ext3, not as ldiskfs (--fstype ext3 accepts it as a "
	  "stand-in)" },
	{ "/mnt/live-mirror", "ext4", 0, -EINVAL,
	  "/mnt/live-mirror is mounted as ldiskfs, not as ext4" },
	{ "/mnt/nfs", NULL, 0, -ENOTBLK,
	  "/mnt/nfs is mounted from server:/export, which is no block device" },
	{ "/mnt/old-mirror", NULL, 0, -ENODEV,
	  "no MDT is mounted from /dev/mapper/mdt9, the device of /mnt/old-mirror: its MDT was "
	  "stopped, or is on another device (--allow-no-twin accepts it all the same)" },
	{ "/mnt/copy", NULL, 0, -ENODEV,
	  "no MDT is mounted from /dev/mapper/copy, the device of /mnt/copy: its MDT was "
	  "stopped, or is on another device (--allow-no-twin accepts it all the same)" },
	{ "/mnt/leg-mirror", NULL, 0, -ENODEV,
	  "/mnt/leg-mirror is mounted from device 8:96, but its source /dev/mapper/mdt0 is "
	  "device 253:3: a path or a disk under it (--allow-mounted-device reads "
	  "/dev/mapper/mdt0 all the same)" },
	{ "/mnt/ost-mirror", NULL, 0, -EINVAL,
	  "/mnt/ost-mirror belongs to the OST lustre-OST0000: mdtcheck checks MDTs only" },
	{ "/mnt/ost-mirror", NULL, NO_TWIN | RW_MIRROR | MOUNTED, -EINVAL,
	  "/mnt/ost-mirror belongs to the OST lustre-OST0000: mdtcheck checks MDTs only" },
	{ "/mnt/ost0", NULL, 0, -EINVAL,
	  "/mnt/ost0 belongs to the OST lustre-OST0000: mdtcheck checks MDTs only" },
	{ "/dev/mapper/ost0", NULL, 0, -EINVAL,
	  "/dev/mapper/ost0 belongs to the OST lustre-OST0000: mdtcheck checks MDTs only" },
	{ "lustre-OST0000", NULL, 0, -EINVAL,
	  "lustre-OST0000 is an OST: mdtcheck checks MDTs only" },
	{ "MGS", NULL, 0, -EINVAL, "MGS is an MGS: mdtcheck checks MDTs only" },
	{ "/mnt/mgs", NULL, 0, -EINVAL,
	  "/mnt/mgs belongs to an MGS: mdtcheck checks MDTs only" },
	{ "/dev/mapper/mgs", NULL, 0, -EINVAL,
	  "/dev/mapper/mgs belongs to an MGS: mdtcheck checks MDTs only" },
	{ "/mnt/client", NULL, 0, -EINVAL,
	  "/mnt/client is a Lustre client mount: mdtcheck reads the MDT itself, on its server" },
	{ "lustre-MDT0007", NULL, 0, -ENOENT, "no MDT of the name lustre-MDT0007 is mounted here" },
	{ "/dev/sda", NULL, 0, -EBUSY,
	  "/dev/sda is a whole disk with partitions (/dev/sda1): give the partition "
	  "(--allow-mounted-device reads the disk all the same)" },
	{ "/dev/sdb", NULL, 0, -EBUSY,
	  "/dev/sdb is one path of the multipath device /dev/mapper/mpatha: give that "
	  "(--allow-mounted-device reads the path all the same)" },
	{ "/dev/sdc", NULL, 0, -EBUSY,
	  "/dev/sdc is in use by /dev/md0: give that (--allow-mounted-device reads it all the "
	  "same)" },
	{ "/dev/sdd1", NULL, 0, -EBUSY,
	  "/dev/sdd1 is mounted read-write at /mnt/backup as ldiskfs, but by no MDT "
	  "(--allow-mounted-device reads it all the same)" },
	{ "/dev/sde1", NULL, 0, -EBUSY,
	  "/dev/sde1 is mounted read-write at /mnt/stand-in as ext4, but by no MDT "
	  "(--allow-mounted-device reads it all the same)" },
	{ "/srv", NULL, 0, -EINVAL,
	  "/srv is a directory, but not a mount point of a mirror or an MDT" },
	{ "/dev/null", NULL, 0, -EINVAL,
	  "/dev/null is a character device: give a mirror, an MDT, a block device or an image "
	  "file" },
	{ "/run/pipe", NULL, 0, -EINVAL,
	  "/run/pipe is a fifo: give a mirror, an MDT, a block device or an image file" },
	{ "/run/socket", NULL, 0, -EINVAL,
	  "/run/socket is a socket: give a mirror, an MDT, a block device or an image file" },
	{ "/no/such", NULL, 0, -ENOENT, "/no/such: No such file or directory" },
	{ "/root/secret.img", NULL, 0, -EACCES, "/root/secret.img: Permission denied" },
	{ "", NULL, 0, -EINVAL, "the name of the target is empty" },
};

START_TEST(refuses)
{
	const struct refusal *r = &refused[_i];
	struct target_options opt = options(r->name, r->fstype, r->allow);
	struct resolution res = { .rdev = 77 };
	char err[512];
	int rc = try("server", &opt, NULL, &res, err, sizeof(err));

	ck_assert_str_eq(rc ? err : "accepted", r->message);
	ck_assert_int_eq(rc, r->rc);
	ck_assert_uint_eq(res.rdev, 77);
}
END_TEST

START_TEST(superblock_read_only)
{
	struct target_options opt = options("/mnt/live-mirror", NULL, NO_TWIN | RW_MIRROR);
	struct resolution res;
	char err[512];

	ck_assert_int_eq(try("superblock-ro", &opt, NULL, &res, err, sizeof(err)), -EROFS);
	ck_assert_str_eq(err, "the superblock of /mnt/live-mirror is read-only, so lustre-MDT0000 "
			      "cannot write: an error or a remount without bind did that (give "
			      "lustre-MDT0000 itself to check it)");
	opt.name = "lustre-MDT0000";
	ck_assert_int_eq(try("superblock-ro", &opt, NULL, &res, err, sizeof(err)), 0);
	ck_assert(res.live);
}
END_TEST

/* The mount that is seen counts, not one that lies under it. */
START_TEST(stacked_mounts)
{
	struct target_options opt = options("/mnt/live-mirror", NULL, 0);
	struct resolution res;
	char err[512];

	ck_assert_int_eq(try("stacked", &opt, NULL, &res, err, sizeof(err)), -EINVAL);
	ck_assert_str_eq(err, "/mnt/live-mirror is mounted as xfs, not as ldiskfs");
}
END_TEST

/* An image that is mounted through a loop device is read, or refused, as that device. */
START_TEST(image_behind_loop)
{
	struct target_options opt = options("/srv/looped.img", NULL, 0);
	struct resolution res;
	char err[512];

	ck_assert_int_eq(try("server", &opt, err, &res, err, sizeof(err)), -EBUSY);
	ck_assert_str_eq(err, "/dev/sde1 is mounted read-write at /mnt/stand-in as ext4, but by no "
			      "MDT (--allow-mounted-device reads it all the same)");
	opt.fstype = "ext4";
	ck_assert_int_eq(try("server", &opt, err, &res, err, sizeof(err)), 0);
	ck_assert_int_eq(res.kind, TARGET_DEVICE);
	ck_assert(res.live);
	ck_assert_str_eq(res.path, "/dev/sde1");
}
END_TEST

/* With a saved table the device nodes may be those of another machine. */
START_TEST(saved_table_elsewhere)
{
	struct target_options opt = options("/dev/sdh1", "ext3", 0);
	struct resolution res;
	char err[512];

	ck_assert_int_eq(try("server", &opt, NULL, &res, err, sizeof(err)), -ENOENT);
	opt.mountinfo = "server";
	ck_assert_int_eq(try("server", &opt, NULL, &res, err, sizeof(err)), 0);
	ck_assert_int_eq(res.kind, TARGET_DEVICE);
	ck_assert_uint_eq(res.rdev, 0);
	opt.name = "hidden-MDT0002";
	ck_assert_int_eq(try("server", &opt, NULL, &res, err, sizeof(err)), -ENOENT);
}
END_TEST

START_TEST(not_a_table)
{
	static const char *const names[] = { "not-mountinfo", "torn" };
	struct mount_table table = { .n = 7 };
	char path[PATH_MAX];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		fixture(names[i], path);
		ck_assert_int_eq(mount_table_read(path, &table), -EBADMSG);
		ck_assert_uint_eq(table.n, 7);
	}
	ck_assert_int_eq(mount_table_read("/dev/null", &table), -EBADMSG);
	ck_assert_int_eq(mount_table_read("/no/such/table", &table), -ENOENT);
}
END_TEST

START_TEST(options_are_kept_apart)
{
	const struct mount_row *r;
	struct mount_table table;
	char path[PATH_MAX], value[64], tiny[4];

	fixture("server", path);
	ck_assert_int_eq(mount_table_read(path, &table), 0);
	r = mount_table_find(&table, "/mnt/live-mirror");
	ck_assert_ptr_nonnull(r);
	ck_assert(mount_option_set(r->vfs_options, "ro"));
	ck_assert(!mount_option_set(r->super_options, "ro"));
	ck_assert(mount_option_set(r->super_options, "rw"));
	ck_assert_uint_eq(r->dev, makedev(253, 3));
	r = mount_table_find(&table, "/mnt/mdt0");
	ck_assert(mount_option_value(r->super_options, "svname", value, sizeof(value)));
	ck_assert_str_eq(value, "lustre-MDT0000");
	ck_assert(!mount_option_value(r->super_options, "svname", tiny, sizeof(tiny)));
	mount_table_free(&table);
}
END_TEST

/* ---- opening --------------------------------------------------------------------------------- */

static void cautioned(struct target *t, u16 on_error, u32 n, const char *word)
{
	const struct geometry g = { .on_error = on_error };
	bool found = !word;

	target_cautions(t, &g);
	ck_assert_uint_eq(t->ncautions, n);
	for (u32 i = 0; i < n; i++)
		found |= strstr(t->caution[i], word) != NULL;
	ck_assert(found);
}

START_TEST(cautions)
{
	char panic[] = "rw,errors=panic", calm[] = "rw,errors=remount-ro", plain[] = "rw";
	char mirror[] = "/mirror";
	struct target t = { .live = true, .super_options = plain };

	cautioned(&t, ON_ERROR_READ_ONLY, 0, NULL);
	cautioned(&t, ON_ERROR_PANIC, 1, "panic");
	t.super_options = calm;
	cautioned(&t, ON_ERROR_PANIC, 0, NULL);
	t.super_options = panic;
	cautioned(&t, ON_ERROR_READ_ONLY, 1, "panic");
	t.mirror = mirror;
	cautioned(&t, ON_ERROR_READ_ONLY, 2, "failover");
	t.mapped = true;
	cautioned(&t, ON_ERROR_READ_ONLY, 4, "deactivated");
	cautioned(&t, ON_ERROR_READ_ONLY, 4, "snapshot");
	t.recovering = true;
	cautioned(&t, ON_ERROR_READ_ONLY, 5, "recovery");
	/* Nothing happens to what nobody has mounted; but the device is held. */
	t = (struct target){ .mapped = true, .super_options = panic };
	cautioned(&t, ON_ERROR_PANIC, 1, "deactivated");
}
END_TEST

START_TEST(opens_only_what_can_be_read)
{
	char dir[] = "/tmp/mdtcheck-unit.XXXXXX", path[64];
	struct stat st = { .st_ino = 7 };

	ck_assert_int_eq(ro_open("/", &st), -EISDIR);
	ck_assert_int_eq(ro_open("/dev/null", &st), -ENXIO);
	ck_assert_int_eq(ro_open("/no/such", &st), -ENOENT);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/fifo", dir);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(ro_open(path, &st), -ENXIO);
	ck_assert_uint_eq(st.st_ino, 7);
	unlink(path);
	rmdir(dir);
}
END_TEST

START_TEST(opens_an_image)
{
	char path[] = "/tmp/mdtcheck-unit.XXXXXX", err[256] = "";
	struct target_options opt = options(path, NULL, 0);
	struct target t = { .fd = -1 };
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(target_open(&opt, &t, err, sizeof(err)), -EINVAL);
	ck_assert_int_eq(t.fd, -1);
	ck_assert_ptr_nonnull(strstr(err, "is too short for a file system"));
	ck_assert_int_eq(ftruncate(fd, 8192), 0);
	ck_assert_int_eq(target_open(&opt, &t, err, sizeof(err)), 0);
	ck_assert_int_eq(t.kind, TARGET_IMAGE);
	ck_assert_uint_eq(t.size, 8192);
	ck_assert_str_eq(t.path, path);
	ck_assert_int_eq(write(t.fd, "x", 1), -1);
	ck_assert(target_contains(&t, path));
	ck_assert(!target_contains(&t, "/tmp/mdtcheck-unit-report"));
	target_close(&t);
	ck_assert_int_eq(t.fd, -1);
	close(fd);
	unlink(path);
}
END_TEST

Suite *suite_target(void)
{
	Suite *s = suite_create("target");
	TCase *tc = tcase_create("target");

	tcase_add_loop_test(tc, accepts, 0, (int)ARRAY_SIZE(accepted));
	tcase_add_loop_test(tc, refuses, 0, (int)ARRAY_SIZE(refused));
	tcase_add_test(tc, superblock_read_only);
	tcase_add_test(tc, stacked_mounts);
	tcase_add_test(tc, image_behind_loop);
	tcase_add_test(tc, saved_table_elsewhere);
	tcase_add_test(tc, not_a_table);
	tcase_add_test(tc, options_are_kept_apart);
	tcase_add_test(tc, cautions);
	tcase_add_test(tc, opens_only_what_can_be_read);
	tcase_add_test(tc, opens_an_image);
	suite_add_tcase(s, tc);
	return s;
}
