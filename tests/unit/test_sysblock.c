/* SPDX-License-Identifier: GPL-2.0-only */
/* What the machine says of devices and services, in a /sys and /proc made up in a directory. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "target/sysblock.h"
#include "tests/unit/suites.h"

/* Writes one file, and makes the directories that lead to it. */
static void put(const char *root, const char *path, const char *text)
{
	char full[PATH_MAX], *p;
	FILE *f;

	snprintf(full, sizeof(full), "%s/%s", root, path);
	for (p = full + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		ck_assert(mkdir(full, 0700) == 0 || errno == EEXIST);
		*p = '/';
	}
	f = fopen(full, "w");
	ck_assert_ptr_nonnull(f);
	fprintf(f, "%s\n", text);
	fclose(f);
}

static void held_by(char *root, unsigned int min, enum holder_kind kind, const char *name)
{
	struct holder h;

	ck_assert_int_eq(sysblock_world.holder(root, makedev(8, min), &h), 0);
	ck_assert_int_eq(h.kind, kind);
	ck_assert_str_eq(h.name, name);
}

START_TEST(reads_sys)
{
	char root[] = "/tmp/mdtcheck-unit.XXXXXX", device[64], command[80];
	struct holder h;

	ck_assert_ptr_nonnull(mkdtemp(root));
	put(root, "sys/dev/block/8:0/sda1/partition", "1");
	put(root, "sys/dev/block/8:0/queue/rotational", "1");
	put(root, "sys/dev/block/8:16/holders/dm-0/dm/name", "mpatha");
	put(root, "sys/dev/block/8:16/holders/dm-0/dm/uuid", "mpath-3600508b4");
	put(root, "sys/dev/block/8:32/holders/dm-1/dm/name", "vg-mdt0");
	put(root, "sys/dev/block/8:32/holders/dm-1/dm/uuid", "LVM-0123");
	put(root, "sys/dev/block/8:48/holders/md0/md/level", "raid1");
	put(root, "sys/dev/block/8:64/queue/rotational", "1");
	put(root, "sys/dev/block/253:0/dm/name", "vg-mdt0");
	put(root, "sys/dev/block/253:0/dm/uuid", "LVM-0123");
	put(root, "sys/block/loop3/loop/backing_file", "/srv/mdt.img");
	put(root, "sys/block/loop3/loop/offset", "0");
	put(root, "sys/block/loop4/loop/backing_file", "/srv/disk.img");
	put(root, "sys/block/loop4/loop/offset", "1048576");
	put(root, "sys/fs/lustre/osd-ldiskfs/lustre-MDT0000/mntdev", "/dev/mapper/mdt0");
	put(root, "proc/fs/lustre/osd-ldiskfs/old-MDT0000/mntdev", "/dev/sdf");
	held_by(root, 0, HOLDER_PARTITION, "/dev/sda1");
	held_by(root, 16, HOLDER_MPATH, "/dev/mapper/mpatha");
	held_by(root, 32, HOLDER_DM, "/dev/mapper/vg-mdt0");
	held_by(root, 48, HOLDER_OTHER, "/dev/md0");
	ck_assert_int_eq(sysblock_world.holder(root, makedev(8, 64), &h), -ENOENT);
	ck_assert(sysblock_is_mapped(root, makedev(253, 0)));
	ck_assert(!sysblock_is_mapped(root, makedev(8, 32)));
	ck_assert_int_eq(sysblock_world.loop(root, "/srv/mdt.img", device, sizeof(device)), 0);
	ck_assert_str_eq(device, "/dev/loop3");
	/* From an offset on the device shows something else than the file. */
	ck_assert_int_eq(sysblock_world.loop(root, "/srv/disk.img", device, sizeof(device)),
			 -ENOENT);
	ck_assert_int_eq(
		sysblock_world.service(root, "lustre-MDT0000", device, sizeof(device)), 0);
	ck_assert_str_eq(device, "/dev/mapper/mdt0");
	ck_assert_int_eq(sysblock_world.service(root, "old-MDT0000", device, sizeof(device)), 0);
	ck_assert_str_eq(device, "/dev/sdf");
	ck_assert_int_eq(sysblock_world.service(root, "no-MDT0000", device, sizeof(device)),
			 -ENOENT);
	snprintf(command, sizeof(command), "rm -r %s", root);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(knows_recovery)
{
	char root[] = "/tmp/mdtcheck-unit.XXXXXX", command[80];

	ck_assert_ptr_nonnull(mkdtemp(root));
	put(root, "sys/kernel/debug/lustre/mdt/a-MDT0000/recovery_status", "status: RECOVERING");
	put(root, "sys/kernel/debug/lustre/mdt/b-MDT0001/recovery_status",
	    "status: COMPLETE\nrecovery_start: 1");
	put(root, "proc/fs/lustre/mdt/c-MDT0000/recovery_status", "status: WAITING_FOR_CLIENTS");
	ck_assert(sysblock_recovers(root, "a-MDT0000"));
	ck_assert(!sysblock_recovers(root, "b-MDT0001"));
	ck_assert(sysblock_recovers(root, "c-MDT0000"));
	ck_assert(!sysblock_recovers(root, "none-MDT0000"));
	snprintf(command, sizeof(command), "rm -r %s", root);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

Suite *suite_sysblock(void)
{
	Suite *s = suite_create("sysblock");
	TCase *tc = tcase_create("sysblock");

	tcase_add_test(tc, reads_sys);
	tcase_add_test(tc, knows_recovery);
	suite_add_tcase(s, tc);
	return s;
}
