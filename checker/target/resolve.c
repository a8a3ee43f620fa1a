/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The proof.  Every way in (mirror, MDT mount point, service name, device, image)
 * ends at one block device or image file, or in one line that says why not.
 *
 * A mount of type lustre has an anonymous device number, so it is matched to the
 * device by its source; a mirror has the number of the device itself, so source
 * and number must agree.  In the table a mirror is ro per mount (vfs_options)
 * while its superblock, which the server writes through, stays rw.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "target/resolve.h"

enum service { SERVICE_NONE, SERVICE_MDT, SERVICE_OST, SERVICE_MGS };

/* Everything the steps hand on to each other. */
struct job {
	const struct target_options *opt;
	const struct mount_table *table;
	const struct world *world;
	struct resolution res;
	char *err;
	size_t errlen;
};

/* A device by all its names. */
struct device {
	const char *path;
	struct node node; /* real is "" and rdev 0 where there is no such node here */
};

__printf(3, 4) static int refuse(struct job *j, int rc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(j->err, j->errlen, fmt, ap);
	va_end(ap);
	return rc;
}

static int set_path(struct job *j, const char *path)
{
	if (snprintf(j->res.path, sizeof(j->res.path), "%s", path) >= (int)sizeof(j->res.path))
		return refuse(j, -ENAMETOOLONG, "%s: the name is too long", path);
	return 0;
}

/* ---- services -------------------------------------------------------------------------------- */

/* FSNAME-MDT0000; a target that never registered has ':' or '=' in place of the dash. */
static enum service service_of_name(const char *svname)
{
	const char *p = svname + strlen(svname);
	int digits = 0;

	if (strcmp(svname, "MGS") == 0)
		return SERVICE_MGS;
	while (p > svname && isxdigit((unsigned char)p[-1]) && digits < 4) {
		p--;
		digits++;
	}
	if (digits != 4 || p - svname < 5 || !strchr("-:=", p[-4]))
		return SERVICE_NONE;
	if (strncmp(p - 3, "MDT", 3) == 0)
		return SERVICE_MDT;
	return strncmp(p - 3, "OST", 3) == 0 ? SERVICE_OST : SERVICE_NONE;
}

static bool is_lustre(const struct mount_row *r)
{
	return strcmp(r->fstype, "lustre") == 0 || strcmp(r->fstype, "lustre_tgt") == 0;
}

/* What a mount serves; svname has 64 bytes and is "" where it serves nothing (a client). */
static enum service service_of_mount(const struct mount_row *r, char *svname)
{
	svname[0] = '\0';
	if (!is_lustre(r) || !mount_option_value(r->super_options, "svname", svname, 64))
		return SERVICE_NONE;
	return service_of_name(svname);
}

/* One clear line for a server that is no MDT. */
static int refuse_service(struct job *j, enum service s, const char *what, const char *svname)
{
	if (s == SERVICE_OST)
		return refuse(j, -EINVAL, "%s belongs to the OST %s: mdtcheck checks MDTs only",
			      what, svname);
	if (s == SERVICE_MGS)
		return refuse(j, -EINVAL, "%s belongs to an MGS: mdtcheck checks MDTs only", what);
	return refuse(j, -EINVAL,
		      "%s is a Lustre client mount: mdtcheck reads the MDT itself, on its server",
		      what);
}

/* ---- devices --------------------------------------------------------------------------------- */

static void device_look(const struct job *j, const char *path, struct device *d)
{
	d->path = path;
	if (j->world->look(j->world->arg, path, &d->node) || !S_ISBLK(d->node.mode)) {
		d->node.real[0] = '\0';
		d->node.rdev = 0;
	}
}

/*
 * Does the source of a mount name this device?  By name, by the name behind its
 * symlinks, or by number: /dev/mapper/mdt0, /dev/dm-0 and /dev/vg/mdt0 are one.
 */
static bool source_is(const struct job *j, const char *source, const struct device *d)
{
	struct device s;

	if (strcmp(source, d->path) == 0)
		return true;
	if (source[0] != '/')
		return false;
	device_look(j, source, &s);
	if (s.node.real[0] && strcmp(s.node.real, d->node.real) == 0)
		return true;
	return s.node.rdev && s.node.rdev == d->node.rdev;
}

/* The lustre mount of a device; an MDT is preferred to an MGS that shares it. */
static const struct mount_row *find_server(const struct job *j, const struct device *d,
					   enum service *service, char *svname)
{
	const struct mount_row *found = NULL;
	size_t i;

	*service = SERVICE_NONE;
	svname[0] = '\0';
	for (i = 0; i < j->table->n && *service != SERVICE_MDT; i++) {
		const struct mount_row *r = &j->table->rows[i];
		char name[64];
		enum service s = service_of_mount(r, name);

		if (s == SERVICE_NONE || !source_is(j, r->source, d))
			continue;
		found = r;
		*service = s;
		memcpy(svname, name, sizeof(name));
	}
	return found;
}

static bool row_is_on(const struct job *j, const struct mount_row *r, const struct device *d)
{
	if (is_lustre(r))
		return false;
	return (d->node.rdev && r->dev == d->node.rdev) || source_is(j, r->source, d);
}

/* A mount other than lustre's whose superblock is rw; NULL where nothing can write. */
static const struct mount_row *find_writable(const struct job *j, const struct device *d)
{
	size_t i;

	for (i = 0; i < j->table->n; i++) {
		const struct mount_row *r = &j->table->rows[i];

		if (row_is_on(j, r, d) && !mount_option_set(r->super_options, "ro"))
			return r;
	}
	return NULL;
}

static int refuse_holder(struct job *j, const char *device, const struct holder *h)
{
	switch (h->kind) {
	case HOLDER_PARTITION:
		return refuse(j, -EBUSY,
			      "%s is a whole disk with partitions (%s): give the partition "
			      "(--allow-mounted-device reads the disk all the same)",
			      device, h->name);
	case HOLDER_MPATH:
		return refuse(j, -EBUSY,
			      "%s is one path of the multipath device %s: give that "
			      "(--allow-mounted-device reads the path all the same)",
			      device, h->name);
	default:
		return refuse(j, -EBUSY,
			      "%s is in use by %s: give that "
			      "(--allow-mounted-device reads it all the same)",
			      device, h->name);
	}
}

static int take_mdt(struct job *j, const struct mount_row *r, const struct device *d,
		    const char *svname)
{
	j->res.kind = TARGET_MDT;
	j->res.live = true;
	j->res.mdt = r;
	j->res.rdev = d->node.rdev;
	memcpy(j->res.svname, svname, sizeof(j->res.svname));
	return set_path(j, d->path);
}

/* A device that no MDT is mounted from. */
static int take_idle_device(struct job *j, const struct device *d)
{
	const struct mount_row *r = find_writable(j, d);
	bool stand_in = r && strcmp(r->fstype, j->opt->fstype) == 0 &&
			strcmp(r->fstype, "ldiskfs") != 0;
	struct holder h;

	if (r && !stand_in && !j->opt->allow_mounted_device)
		return refuse(j, -EBUSY,
			      "%s is mounted read-write at %s as %s, but by no MDT "
			      "(--allow-mounted-device reads it all the same)",
			      d->path, r->target, r->fstype);
	/*
	 * A cache of its own over the same sectors: what the holder writes is not
	 * seen through it, however long one waits.
	 */
	if (d->node.rdev && !j->opt->allow_mounted_device &&
	    j->world->holder(j->world->arg, d->node.rdev, &h) == 0)
		return refuse_holder(j, d->path, &h);
	j->res.kind = TARGET_DEVICE;
	j->res.live = r != NULL;
	j->res.rdev = d->node.rdev;
	return set_path(j, d->path);
}

static int resolve_device(struct job *j, const char *path)
{
	const struct mount_row *server;
	enum service service;
	struct device d;
	char svname[64];

	device_look(j, path, &d);
	server = find_server(j, &d, &service, svname);
	if (service == SERVICE_MDT)
		return take_mdt(j, server, &d, svname);
	if (server)
		return refuse_service(j, service, path, svname);
	return take_idle_device(j, &d);
}

/*
 * An image behind a mounted loop device is written through the cache of that
 * device, not of the file: the device is what must be read.
 */
static int resolve_image(struct job *j, const struct node *node)
{
	enum service service;
	char loop[64], svname[64];
	struct device d;

	if (j->world->loop(j->world->arg, node->real, loop, sizeof(loop)) == 0) {
		device_look(j, loop, &d);
		if (find_server(j, &d, &service, svname) || find_writable(j, &d))
			return resolve_device(j, loop);
	}
	j->res.kind = TARGET_IMAGE;
	return set_path(j, j->opt->name);
}

/* ---- mount points ---------------------------------------------------------------------------- */

static int resolve_server_mount(struct job *j, const struct mount_row *r)
{
	char svname[64];
	enum service s = service_of_mount(r, svname);
	struct device d;

	if (s != SERVICE_MDT)
		return refuse_service(j, s, r->target, svname);
	device_look(j, r->source, &d);
	return take_mdt(j, r, &d, svname);
}

static int mirror_check_type(struct job *j, const struct mount_row *r)
{
	bool hint = strncmp(r->fstype, "ext", 3) == 0;

	if (strcmp(r->fstype, j->opt->fstype) == 0)
		return 0;
	return refuse(j, -EINVAL, "%s is mounted as %s, not as %s%s%s%s", r->target, r->fstype,
		      j->opt->fstype, hint ? " (--fstype " : "", hint ? r->fstype : "",
		      hint ? " accepts it as a stand-in)" : "");
}

static int mirror_check_mount(struct job *j, const struct mount_row *r)
{
	if (strcmp(r->root, "/") != 0)
		return refuse(j, -EINVAL,
			      "%s shows only %s of its file system: a mirror shows all of it",
			      r->target, r->root);
	if (!mount_option_set(r->vfs_options, "ro") && !j->opt->allow_rw_mirror)
		return refuse(j, -EPERM,
			      "%s is mounted read-write: a mirror is read-only, by `mount -o "
			      "remount,bind,ro` (--allow-rw-mirror accepts it as it is)",
			      r->target);
	return 0;
}

/* Multipath legs and parent disks have a number of their own. */
static int mirror_check_device(struct job *j, const struct mount_row *r, const struct device *d)
{
	if (r->source[0] != '/')
		return refuse(j, -ENOTBLK, "%s is mounted from %s, which is no block device",
			      r->target, r->source);
	if (!d->node.rdev || d->node.rdev == r->dev || j->opt->allow_mounted_device)
		return 0;
	return refuse(j, -ENODEV,
		      "%s is mounted from device %u:%u, but its source %s is device %u:%u: a path "
		      "or a disk under it (--allow-mounted-device reads %s all the same)",
		      r->target, major(r->dev), minor(r->dev), d->path, major(d->node.rdev),
		      minor(d->node.rdev), d->path);
}

/* A mirror of ldiskfs is one of an MDT that runs: type lustre, same device. */
static int mirror_check_twin(struct job *j, const struct mount_row *r, const struct device *d)
{
	enum service service;
	char svname[64];
	const struct mount_row *twin = find_server(j, d, &service, svname);

	if (twin && service != SERVICE_MDT)
		return refuse_service(j, service, r->target, svname);
	if (!twin) {
		if (strcmp(r->fstype, "ldiskfs") != 0 || j->opt->allow_no_twin)
			return 0;
		return refuse(j, -ENODEV,
			      "no MDT is mounted from %s, the device of %s: its MDT was stopped, "
			      "or is on another device (--allow-no-twin accepts it all the same)",
			      d->path, r->target);
	}
	if (mount_option_set(r->super_options, "ro"))
		return refuse(j, -EROFS,
			      "the superblock of %s is read-only, so %s cannot write: an error or "
			      "a remount without bind did that (give %s itself to check it)",
			      r->target, svname, svname);
	j->res.mdt = twin;
	memcpy(j->res.svname, svname, sizeof(svname));
	return 0;
}

static int resolve_mirror(struct job *j, const struct mount_row *r)
{
	struct device d;
	int rc = mirror_check_type(j, r);

	if (!rc)
		rc = mirror_check_mount(j, r);
	if (rc)
		return rc;
	device_look(j, r->source, &d);
	rc = mirror_check_device(j, r, &d);
	if (!rc)
		rc = mirror_check_twin(j, r, &d);
	if (rc)
		return rc;
	j->res.kind = TARGET_MIRROR;
	/* Read-only by the superblock and no MDT beside it: a copy that nobody changes. */
	j->res.live = j->res.mdt || !mount_option_set(r->super_options, "ro");
	j->res.mirror = r;
	j->res.rdev = d.node.rdev;
	return set_path(j, r->source);
}

/* ---- names ----------------------------------------------------------------------------------- */

static int resolve_service(struct job *j)
{
	const char *name = j->opt->name;
	char svname[64], path[PATH_MAX];
	struct device d;
	size_t i;

	for (i = 0; i < j->table->n; i++) {
		const struct mount_row *r = &j->table->rows[i];

		if (service_of_mount(r, svname) == SERVICE_MDT && strcmp(svname, name) == 0)
			return resolve_server_mount(j, r);
	}
	/* A mount in another mount namespace is not in our table, yet the server knows it. */
	if (j->opt->mountinfo || j->world->service(j->world->arg, name, path, sizeof(path)))
		return refuse(j, -ENOENT, "no MDT of the name %s is mounted here", name);
	device_look(j, path, &d);
	memset(svname, 0, sizeof(svname));
	memcpy(svname, name, strlen(name));
	return take_mdt(j, NULL, &d, svname);
}

static int refuse_kind(struct job *j, mode_t mode)
{
	const char *kind = S_ISCHR(mode) ? "character device" : S_ISFIFO(mode) ? "fifo" : "socket";

	return refuse(j, -EINVAL,
		      "%s is a %s: give a mirror, an MDT, a block device or an image file",
		      j->opt->name, kind);
}

/* No such path here: it may be of the machine that a saved table is from. */
static int resolve_unseen(struct job *j, int rc)
{
	const struct mount_row *r;
	struct device d = { .path = j->opt->name };
	size_t i;

	for (i = 0; j->opt->mountinfo && i < j->table->n; i++) {
		r = &j->table->rows[i];
		if (source_is(j, r->source, &d))
			return resolve_device(j, j->opt->name);
	}
	return refuse(j, rc, "%s: %s", j->opt->name, strerror(-rc));
}

static int resolve_path(struct job *j)
{
	const struct mount_row *r;
	struct node node;
	int rc = j->world->look(j->world->arg, j->opt->name, &node);

	r = mount_table_find(j->table, rc ? j->opt->name : node.real);
	if (r && (rc || S_ISDIR(node.mode)))
		return is_lustre(r) ? resolve_server_mount(j, r) : resolve_mirror(j, r);
	if (rc)
		return resolve_unseen(j, rc);
	if (S_ISDIR(node.mode))
		return refuse(j, -EINVAL,
			      "%s is a directory, but not a mount point of a mirror or an MDT",
			      j->opt->name);
	if (S_ISBLK(node.mode))
		return resolve_device(j, j->opt->name);
	if (S_ISREG(node.mode))
		return resolve_image(j, &node);
	return refuse_kind(j, node.mode);
}

static int resolve(struct job *j)
{
	const char *name = j->opt->name;
	enum service s = strchr(name, '/') ? SERVICE_NONE : service_of_name(name);

	if (!name[0])
		return refuse(j, -EINVAL, "the name of the target is empty");
	if (s == SERVICE_NONE || strlen(name) >= sizeof(j->res.svname))
		return resolve_path(j);
	if (s == SERVICE_MDT)
		return resolve_service(j);
	return refuse(j, -EINVAL, "%s is an %s: mdtcheck checks MDTs only", name,
		      s == SERVICE_OST ? "OST" : "MGS");
}

int target_resolve(const struct target_options *opt, const struct mount_table *table,
		   const struct world *world, struct resolution *out, char *err, size_t errlen)
{
	struct job j = {
		.opt = opt, .table = table, .world = world, .err = err, .errlen = errlen,
	};
	int rc = resolve(&j);

	if (!rc)
		*out = j.res;
	return rc;
}
