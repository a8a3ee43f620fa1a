/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine behind target_resolve(): stat for paths, /sys for who holds a
 * block device, for loop devices and for the devices of Lustre services.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "target/ro_open.h"
#include "target/sysblock.h"

static int look(void *arg, const char *path, struct node *out)
{
	struct stat st;

	if (stat(path, &st) < 0 || !realpath(path, out->real))
		return -errno;
	out->mode = st.st_mode;
	out->rdev = S_ISBLK(st.st_mode) ? st.st_rdev : 0;
	return 0;
}

/* The first path that matches; glob, since directories may be opened by it alone. */
static int first_match(const char *pattern, char *path, size_t size)
{
	glob_t g = { 0 };
	int rc = -ENOENT;

	if (glob(pattern, 0, NULL, &g) == 0 && strlen(g.gl_pathv[0]) < size) {
		strcpy(path, g.gl_pathv[0]);
		rc = 0;
	}
	globfree(&g);
	return rc;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The world's argument: where /sys and /proc are, for tests; NULL means here. */
static const char *root(const void *arg)
{
	return arg ? arg : "";
}

/* A device mapper device has a name that people know and a uuid that tells its maker. */
static int dm_holder(const char *sys, struct holder *out)
{
	char path[PATH_MAX + 16], name[96], uuid[160];

	snprintf(path, sizeof(path), "%s/dm/name", sys);
	if (ro_read_line(path, name, sizeof(name)))
		return -ENOENT;
	snprintf(path, sizeof(path), "%s/dm/uuid", sys);
	if (ro_read_line(path, uuid, sizeof(uuid)))
		uuid[0] = '\0';
	out->kind = strncmp(uuid, "mpath-", 6) == 0 ? HOLDER_MPATH : HOLDER_DM;
	snprintf(out->name, sizeof(out->name), "/dev/mapper/%s", name);
	return 0;
}

bool sysblock_is_mapped(const char *where, dev_t dev)
{
	char path[PATH_MAX];
	struct holder h;

	snprintf(path, sizeof(path), "%s/sys/dev/block/%u:%u", root(where), major(dev), minor(dev));
	return dm_holder(path, &h) == 0;
}

static int sys_holder(void *arg, dev_t dev, struct holder *out)
{
	char pattern[PATH_MAX], path[PATH_MAX];
	struct holder h = { .kind = HOLDER_OTHER };

	snprintf(pattern, sizeof(pattern), "%s/sys/dev/block/%u:%u/holders/*", root(arg),
		 major(dev), minor(dev));
	if (first_match(pattern, path, sizeof(path)) == 0) {
		if (dm_holder(path, &h))
			snprintf(h.name, sizeof(h.name), "/dev/%.100s", last_part(path));
		*out = h;
		return 0;
	}
	snprintf(pattern, sizeof(pattern), "%s/sys/dev/block/%u:%u/*/partition", root(arg),
		 major(dev), minor(dev));
	if (first_match(pattern, path, sizeof(path)))
		return -ENOENT;
	path[strlen(path) - strlen("/partition")] = '\0';
	h.kind = HOLDER_PARTITION;
	snprintf(h.name, sizeof(h.name), "/dev/%.100s", last_part(path));
	*out = h;
	return 0;
}

/*
 * The first line of a server's file about one service.  Newer servers have it in /sys, below
 * newer, older ones in /proc.
 */
static int service_line(const char *where, const char *newer, const char *kind, const char *svname,
			const char *file, char *line, size_t size)
{
	const char *const place[] = { newer, "proc/fs" };
	char path[PATH_MAX];
	int rc = -ENOENT;

	for (u32 i = 0; rc && i < ARRAY_SIZE(place); i++) {
		snprintf(path, sizeof(path), "%s/%s/lustre/%s/%s/%s", where, place[i], kind, svname,
			 file);
		rc = ro_read_line(path, line, size);
	}
	return rc;
}

static int service_device(void *arg, const char *svname, char *device, size_t size)
{
	return service_line(root(arg), "sys/fs", "osd-ldiskfs", svname, "mntdev", device, size);
}

bool sysblock_recovers(const char *where, const char *svname)
{
	char line[64];

	if (service_line(root(where), "sys/kernel/debug", "mdt", svname, "recovery_status", line,
			 sizeof(line)))
		return false;
	return !strcmp(line, "status: RECOVERING") || !strncmp(line, "status: WAITING", 15);
}

static bool loop_shows(const char *backing_file, const char *image)
{
	char path[PATH_MAX + 16], line[PATH_MAX];
	char *end;

	if (ro_read_line(backing_file, line, sizeof(line)) || strcmp(line, image) != 0)
		return false;
	snprintf(path, sizeof(path), "%s", backing_file);
	end = strrchr(path, '/');
	strcpy(end + 1, "offset");
	return ro_read_line(path, line, sizeof(line)) == 0 && strcmp(line, "0") == 0;
}

static int loop_device(void *arg, const char *image, char *device, size_t size)
{
	char pattern[PATH_MAX];
	size_t i, before = strlen(root(arg)) + strlen("/sys/block/");
	glob_t g = { 0 };
	int rc = -ENOENT;

	snprintf(pattern, sizeof(pattern), "%s/sys/block/loop*/loop/backing_file", root(arg));
	if (glob(pattern, 0, NULL, &g))
		g.gl_pathc = 0;
	for (i = 0; rc && i < g.gl_pathc; i++) {
		const char *name = g.gl_pathv[i] + before;

		if (!loop_shows(g.gl_pathv[i], image))
			continue;
		snprintf(device, size, "/dev/%.*s", (int)strcspn(name, "/"), name);
		rc = 0;
	}
	globfree(&g);
	return rc;
}

const struct world sysblock_world = {
	.look = look,
	.holder = sys_holder,
	.service = service_device,
	.loop = loop_device,
};
