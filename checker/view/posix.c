/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The posix view: what the kernel shows of a mount, by name.  An object is a name
 * in an open directory: fstatat() for the inode, lgetxattr() for its attributes.
 * Nothing is followed, no other mount is entered, and of regular files only the
 * OI files and the server's small state files are opened.
 *
 * What it cannot see: inodes without a name, FIDs in name entries, generations of
 * files, and how anything lies on the disk.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "view/posix.h"
#include "view/posix_open.h"
#include "view/posix_tree.h"

#define EXT4_MAGIC 0xEF53
#define LINK_PATH (sizeof("/proc/self/fd/") + 12 + POSIX_NAME_MAX + 1)
#define VALUE_FIRST 1024U /* the kernel clears as much as is asked for: most values are short */

static const u8 no_blocks[EXT4_N_BLOCKS_BYTES];

/* ---- attributes ------------------------------------------------------------------------------ */

static enum ea_id ea_identify(const char *name)
{
	u32 id;

	for (id = 0; id < EA_NR; id++)
		if (!strcmp(name, ea_name(id)))
			break;
	return id;
}

static void ea_take(struct view_buf *buf, const char *path, const char *name, enum ea_id id,
		    struct object *obj)
{
	u8 *value = buf->values + (size_t)id * VIEW_EA_VALUE_MAX;
	ssize_t n = lgetxattr(path, name, value, VALUE_FIRST);

	if (n < 0 && errno == ERANGE)
		n = lgetxattr(path, name, value, VIEW_EA_VALUE_MAX);
	if (n >= 0) {
		obj->ea[id] = (struct ea){ EA_PRESENT, EA_IN_BODY, (u32)n, value };
	} else if (errno != ENODATA) {
		obj->ea[id].state = EA_UNREADABLE;
		obj->ea_broken = "the kernel cannot read an attribute";
	}
}

static void ea_collect(struct view_buf *buf, const char *path, struct object *obj)
{
	char *list = (char *)buf->values + (size_t)EA_NR * VIEW_EA_VALUE_MAX;
	ssize_t n = llistxattr(path, list, VIEW_EA_VALUE_MAX);
	const char *at;

	if (n < 0) {
		object_ea_lost(obj, "the kernel cannot list the attributes");
		return;
	}
	for (at = list; at < list + n; at += strlen(at) + 1) {
		enum ea_id id = ea_identify(at);

		if (id != EA_NR)
			ea_take(buf, path, at, id, obj);
	}
}

/* ---- objects --------------------------------------------------------------------------------- */

static void core_fill(struct inode_core *core, const struct stat *st)
{
	*core = (struct inode_core){
		.mode = (u16)st->st_mode,
		.nlink = (u16)st->st_nlink,
		.uid = st->st_uid,
		.gid = st->st_gid,
		.ctime = (u32)st->st_ctim.tv_sec,
		.mtime = (u32)st->st_mtim.tv_sec,
		.size = (u64)st->st_size,
		.blocks = (u64)st->st_blocks,
		/* Only those of directories are compared with each other. */
		.block_area = S_ISDIR(st->st_mode) ? no_blocks : NULL,
	};
}

/* Where the calls for attributes, which take no directory, find a name of hand.parent. */
static void name_path(char path[LINK_PATH], const struct view_buf *buf, const char *name)
{
	snprintf(path, LINK_PATH, "/proc/self/fd/%d/%s", buf->hand.parent.fd, name);
}

static int dir_generation(const struct view_buf *buf, const char *name, u32 *out)
{
	int fd = posix_open_dir(buf->hand.parent.fd, name);
	int rc;

	if (fd < 0)
		return fd;
	rc = posix_generation(fd, out);
	close(fd);
	return rc;
}

/* The object of a name in the directory that buf->hand.parent has open. */
static int object_of_name(struct view *v, struct view_buf *buf, const char *name, u32 ino,
			  struct object *obj)
{
	struct object o = { .ino = ino, .allocated = true };
	char path[LINK_PATH];
	struct stat st;
	int rc = 0;

	if (fstatat(buf->hand.parent.fd, name, &st, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) < 0)
		return -errno;
	if (st.st_dev != v->tree->dev)
		return -EXDEV;
	if (st.st_ino != ino)
		return -ESTALE;
	core_fill(&o.inode, &st);
	if (S_ISDIR(st.st_mode))
		rc = dir_generation(buf, name, &o.inode.generation);
	if (rc)
		return rc;
	name_path(path, buf, name);
	ea_collect(buf, path, &o);
	object_understand(&o);
	*obj = o;
	return 0;
}

int posix_read_object(struct view *v, struct view_buf *buf, u32 ino, struct object *obj)
{
	struct posix_name n = { .parent = POSIX_ROOT_INO, .name = "." };
	int rc = 0;

	/* Free, or without a name: nobody asks the difference of this view. */
	if (ino != POSIX_ROOT_INO && posix_tree_find(v, ino, &n)) {
		*obj = (struct object){ .ino = ino };
		return 0;
	}
	rc = posix_tree_open(v, &buf->hand.parent, n.parent);
	return rc ? rc : object_of_name(v, buf, n.name, ino, obj);
}

static bool name_split(const char *name, struct ea_raw *ea)
{
	static const struct {
		const char *prefix;
		u8 index;
	} known[] = {
		{ "trusted.", 4 },
		{ "user.", 1 },
		{ "security.", 6 },
		{ "system.posix_acl_access", 2 },
		{ "system.posix_acl_default", 3 },
	};

	for (u32 i = 0; i < ARRAY_SIZE(known); i++) {
		size_t len = strlen(known[i].prefix);

		if (strncmp(name, known[i].prefix, len))
			continue;
		ea->name_index = known[i].index;
		ea->name = name + len;
		ea->namelen = (u8)strlen(ea->name);
		return true;
	}
	return false;
}

/* In the order of the kernel; where the value lies is not shown. */
static int posix_each_ea(struct view *v, struct view_buf *buf, const struct object *obj,
			 int (*take)(void *arg, const struct ea_raw *ea), void *arg)
{
	u8 *value = buf->values + (size_t)EA_NR * VIEW_EA_VALUE_MAX;
	struct posix_name n = { .parent = POSIX_ROOT_INO, .name = "." };
	char *list = (char *)buf->ea_block, path[LINK_PATH];
	ssize_t len;
	int rc = 0;

	if (obj->ino != POSIX_ROOT_INO)
		rc = posix_tree_find(v, obj->ino, &n);
	if (!rc)
		rc = posix_tree_open(v, &buf->hand.parent, n.parent);
	if (rc)
		return rc;
	name_path(path, buf, n.name);
	len = llistxattr(path, list, v->info.block_size);
	for (const char *at = list; !rc && len > 0 && at < list + len; at += strlen(at) + 1) {
		ssize_t got = lgetxattr(path, at, value, VIEW_EA_VALUE_MAX);
		struct ea_raw ea = { .place = EA_IN_BODY, .value = got < 0 ? NULL : value };

		ea.len = got < 0 ? 0 : (u32)got;
		ea.why = got < 0 ? "the kernel cannot read it" : NULL;
		if (name_split(at, &ea))
			rc = take(arg, &ea);
	}
	return len < 0 ? -EIO : rc;
}

/* ---- small files ----------------------------------------------------------------------------- */

/* What may be opened: files of the backend root that the server keeps its state in. */
static bool is_state_file(const char *path)
{
	static const char *const names[] = {
		"CONFIGS/mountdata", "last_rcvd",  "OI_scrub",	"fld",		   "seq_srv",
		"seq_ctl",	     "lov_objid",  "lov_objseq", "lfsck_namespace", "lfsck_layout",
	};
	u32 i;

	if (!strncmp(path, "oi.16", 5))
		return true;
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(path, names[i]))
			return true;
	return false;
}

/* The path of such a file from the root: one name, or one below CONFIGS. */
static int state_path(const struct view *v, u32 ino, char *path, size_t size)
{
	struct posix_name n, dir = { .parent = POSIX_ROOT_INO };
	int rc = posix_tree_find(v, ino, &n);

	if (!rc && n.parent != POSIX_ROOT_INO)
		rc = posix_tree_find(v, n.parent, &dir);
	if (rc)
		return rc;
	snprintf(path, size, "%s%s%s", dir.name, dir.name[0] ? "/" : "", n.name);
	return dir.parent == POSIX_ROOT_INO && is_state_file(path) ? 0 : -EPERM;
}

static int posix_file_open(struct view *v, struct view_buf *buf, u32 ino, const char **why)
{
	char path[2 * POSIX_NAME_MAX + 2];
	struct stat st;
	int rc, fd;

	*why = "a file of a superblock that is read-write is not read through a mount";
	if (!v->info.is_static)
		return -EOPNOTSUPP;
	*why = "the kernel cannot open the file";
	rc = state_path(v, ino, path, sizeof(path));
	if (rc)
		return rc;
	fd = posix_open_file(v->tree->root_fd, path);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0 || st.st_ino != ino || st.st_dev != v->tree->dev) {
		close(fd);
		return -ESTALE;
	}
	if (buf->hand.file >= 0)
		close(buf->hand.file);
	buf->hand.file = fd;
	buf->map.size = (u64)st.st_size;
	buf->map.blocks = (buf->map.size + v->info.block_size - 1) / v->info.block_size;
	return 0;
}

static int posix_file_block(struct view *v, struct view_buf *buf, u64 logical, u8 *out,
			    u64 *physical, const char **why)
{
	u32 bs = v->info.block_size;
	ssize_t n;

	*physical = 0;
	*why = "block is beyond the end of the file";
	if (logical >= buf->map.blocks)
		return -EBADMSG;
	do
		n = pread(buf->hand.file, out, bs, (off_t)(logical * bs));
	while (n < 0 && errno == EINTR);
	*why = "block cannot be read";
	if (n <= 0)
		return n ? -errno : -EIO;
	memset(out + n, 0, bs - (size_t)n);
	__atomic_fetch_add(&v->bytes_read, (u64)n, __ATOMIC_RELAXED);
	return 0;
}

/* ---- opening --------------------------------------------------------------------------------- */

static void posix_close(struct view *v)
{
	if (!v->tree)
		return;
	posix_tree_free(v);
	free(v->tree);
}

static const struct view_ops posix_ops = {
	.scan = posix_scan,
	.read_object = posix_read_object,
	.each_ea = posix_each_ea,
	.read_dir = posix_read_dir,
	.file_open = posix_file_open,
	.file_block = posix_file_block,
	.close = posix_close,
};

static int posix_init(struct view *v, const struct posix_root *root, const struct geometry *g,
		      bool is_static)
{
	struct statfs fs;

	if (fstatfs(root->fd, &fs) < 0)
		return -errno;
	if (fs.f_type != EXT4_MAGIC || fs.f_files != g->inodes_count)
		return -EXDEV;
	view_info_fill(v, g, is_static);
	v->info.kind = VIEW_POSIX;
	v->info.hides_fids = g->dirdata;
	v->info.dirdata = false;
	v->info.hides_generation = true;
	v->info.free_inodes = (u32)fs.f_ffree;
	v->info.hides_errors = root->listen < 0;
	v->tree = calloc(1, sizeof(*v->tree));
	if (!v->tree)
		return -ENOMEM;
	v->tree->listen = root->listen;
	return posix_tree_init(v, root->fd, fs.f_files - fs.f_ffree);
}

int view_open_posix(const struct posix_root *root, const struct geometry *g, bool is_static,
		    struct membudget *mem, struct view **out, char *err, size_t errlen)
{
	struct view *v = calloc(1, sizeof(*v));
	int rc = -ENOMEM;

	if (v) {
		v->ops = &posix_ops;
		v->fd = -1;
		v->mem = mem;
		rc = posix_init(v, root, g, is_static);
	}
	if (!rc) {
		*out = v;
		return 0;
	}
	snprintf(err, errlen, "the posix view cannot be opened: %s",
		 rc == -EXDEV ? "the mount point is not the root of this file system" :
				strerror(-rc));
	view_close(v);
	return rc;
}
