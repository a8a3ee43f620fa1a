/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Would the kernel complain about an inode?  It checks one when it is first asked for it, and
 * what it does not like it notes as an error of the file system: an MDT may then be read-only,
 * or its node reset.  So it is asked only about inodes that leave it nothing to dislike; what
 * it would have to follow (maps of blocks, other inodes, checksums) is not tried.
 */
#include <string.h>
#include <sys/stat.h>

#include "view/private.h"

#define INCOMPAT_EA_INODE 0x400U
#define RO_COMPAT_METADATA_CSUM 0x400U

static const char *file_risk(const struct object *o)
{
	static const char *const has_data = "it has blocks of data, which the kernel would check";
	static const u8 nothing[EXT4_N_BLOCKS_BYTES];
	const struct inode_core *i = &o->inode;
	struct extent_node root;
	const char *why;

	if (i->size > INT64_MAX)
		return "its size is impossible";
	if (!(i->flags & EXT4_FL_EXTENTS))
		return memcmp(i->block_area, nothing, sizeof(nothing)) ? has_data : NULL;
	if (extent_node_decode(i->block_area, EXT4_N_BLOCKS_BYTES, &root, &why))
		return why;
	return root.entries || root.depth || !root.max ? has_data : NULL;
}

/* A target that stands in the inode.  Some kernels tell by the blocks, some by the size. */
static const char *symlink_risk(const struct view *v, const struct object *o)
{
	const struct inode_core *i = &o->inode;
	u64 blocks = i->file_acl ? v->info.block_size / 512 : 0;

	if (!i->size || i->size >= EXT4_N_BLOCKS_BYTES || i->blocks != blocks ||
	    strnlen((const char *)i->block_area, EXT4_N_BLOCKS_BYTES) != i->size)
		return "the target of the symbolic link is not in the inode, or damaged";
	return NULL;
}

static const char *type_risk(const struct view *v, const struct object *o)
{
	switch (o->inode.mode & S_IFMT) {
	case S_IFREG:
		return file_risk(o);
	case S_IFLNK:
		return symlink_risk(v, o);
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
		return NULL;
	case S_IFDIR:
		return "a directory: the server changes it without the kernel's locks";
	default:
		return "it has no type";
	}
}

struct ea_look {
	bool may_have_inode; /* values may lie in inodes of their own */
	const char *risk;
};

/* The kernel checks the whole list of attributes, whichever of them it is asked for. */
static int look_at_ea(void *arg, const struct ea_raw *ea)
{
	struct ea_look *look = arg;

	if (ea->value_ino && (!look->may_have_inode || !ea->len || ea->why))
		look->risk = "the value of an attribute is in an inode that cannot hold it";
	return !!look->risk;
}

static const char *ea_risk(struct view *v, struct view_buf *buf, const struct object *o)
{
	struct ea_look look = {
		.may_have_inode = v->geo.feature_incompat & INCOMPAT_EA_INODE,
	};

	if (o->ea_broken)
		return "its attributes are damaged";
	view_each_ea(v, buf, o, look_at_ea, &look);
	return look.risk;
}

const char *view_risk(struct view *v, struct view_buf *buf, const struct object *o)
{
	const char *why;

	if (!object_is_live(o))
		return "the inode is not in use";
	if (!o->allocated)
		return "the inode is marked as free";
	if (o->ino < v->info.first_ino)
		return "a reserved inode";
	if (o->inode.flags & EXT4_FL_EA_INODE)
		return "the inode holds the value of an attribute";
	if (o->inode.flags & (EXT4_FL_INLINE_DATA | EXT4_FL_CASEFOLD))
		return "its flags are none that an object of an MDT has";
	if (v->geo.feature_ro_compat & RO_COMPAT_METADATA_CSUM)
		return "the file system has checksums, which are not verified here";
	why = type_risk(v, o);
	return why ? why : ea_risk(v, buf, o);
}
