/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One object from its raw inode: core, extended attributes from all three
 * places they can be in, and what Lustre's three most important ones say.
 *
 * Runs once an inode: nothing is allocated, and nothing but the inode is read
 * unless an attribute lies outside it.
 */
#include <string.h>
#include <sys/stat.h>

#include "view/private.h"
#include "view/raw.h"

#define XATTR_INDEX_TRUSTED 4

/* A name of up to four bytes as one number: several are compared for every object. */
#define EA_NAME(a, b, c, d) ((u32)(a) | (u32)(b) << 8 | (u32)(c) << 16 | (u32)(d) << 24)

/* Which of Lustre's attributes this is, EA_NR for any other. */
static enum ea_id ea_identify(const struct xattr_raw *x)
{
	if (x->name_index != XATTR_INDEX_TRUSTED || x->namelen > 4)
		return EA_NR;
	/* Those that nearly every object has, ahead of the search for the rest. */
	if (likely(x->name_start == EA_NAME('l', 'm', 'a', 0)))
		return EA_LMA;
	if (likely(x->name_start == EA_NAME('l', 'i', 'n', 'k')))
		return EA_LINK;
	if (likely(x->name_start == EA_NAME('l', 'o', 'v', 0)))
		return EA_LOV;
	switch (x->name_start) {
	case EA_NAME('l', 'm', 'v', 0):
		return EA_LMV;
	case EA_NAME('d', 'm', 'v', 0):
		return EA_DMV;
	case EA_NAME('h', 's', 'm', 0):
		return EA_HSM;
	case EA_NAME('s', 'o', 'm', 0):
		return EA_SOM;
	default:
		return EA_NR;
	}
}

/* ---- values in inodes of their own ----------------------------------------------------------- */

static const char *value_blocks_read(struct view *v, struct blockmap *m, u8 *out, u32 len)
{
	u32 bs = v->info.block_size;
	u32 done = 0;
	struct map_run run;

	while (done < len) {
		u64 n;

		if (blockmap_lookup(m, done / bs, &run))
			return run.why;
		if (!run.physical)
			return "EA inode has a hole";
		n = min_u64(run.count * bs, len - done);
		if (device_pread(v, run.physical * bs, out + done, n))
			return "value in an EA inode cannot be read";
		done += n;
	}
	return NULL;
}

/* The value of x into out, VIEW_EA_VALUE_MAX bytes; NULL, or why it cannot be had. */
static const char *value_inode_read(struct view *v, struct view_buf *buf, const struct xattr_raw *x,
				    u8 *out)
{
	struct inode_core core;
	const char *why;
	bool allocated;

	if (x->value_len > VIEW_EA_VALUE_MAX)
		return "attribute value is longer than any can be";
	if (x->value_ino > v->info.inodes_count)
		return "EA inode number is out of range";
	if (device_inode(v, x->value_ino, buf->scratch, &allocated))
		return "EA inode cannot be read";
	if (!allocated)
		return "EA inode is free";
	if (inode_decode(buf->scratch, v->info.inode_size, &core, &why))
		return why;
	if (!(core.flags & EXT4_FL_EA_INODE))
		return "EA inode lacks its flag";
	if (core.size < x->value_len)
		return "EA inode is shorter than the value";
	if (blockmap_begin(&buf->ea_map, &core, &why))
		return why;
	return value_blocks_read(v, &buf->ea_map, out, x->value_len);
}

/* ---- the list -------------------------------------------------------------------------------- */

static void ea_take(struct view *v, struct view_buf *buf, const struct xattr_raw *x,
		    enum ea_place place, struct object *obj)
{
	enum ea_id id = ea_identify(x);
	const char *why;
	struct ea *ea;
	u8 *value;

	if (id == EA_NR)
		return;
	ea = &obj->ea[id];
	if (ea->state != EA_ABSENT) {
		/* The server would find the one that was met first. */
		obj->ea_broken = "an attribute is stored twice";
		return;
	}
	*ea = (struct ea){ .state = EA_PRESENT, .place = place, .len = x->value_len };
	ea->data = x->value;
	if (!x->value_ino)
		return;
	ea->place = EA_IN_INODE;
	value = buf->values + (size_t)id * VIEW_EA_VALUE_MAX;
	why = value_inode_read(v, buf, x, value);
	if (why) {
		obj->ea_broken = why;
		ea->state = EA_UNREADABLE;
		ea->len = 0;
		return;
	}
	ea->data = value;
}

void object_ea_lost(struct object *obj, const char *why)
{
	u32 id;

	obj->ea_broken = why;
	for (id = 0; id < EA_NR; id++)
		if (obj->ea[id].state == EA_ABSENT)
			obj->ea[id].state = EA_UNREADABLE;
}

/* NULL, or why the list breaks. */
static const char *ea_walk(struct view *v, struct view_buf *buf, struct xattr_walk *w,
			   enum ea_place place, struct object *obj)
{
	struct xattr_raw x;
	int rc;

	while ((rc = xattr_walk_next(w, &x)) > 0)
		ea_take(v, buf, &x, place, obj);
	return rc < 0 ? w->why : NULL;
}

/* Makes buf->ea_block this one. */
static int ea_block_read(struct view *v, struct view_buf *buf, u64 block)
{
	const u8 *ahead = buf->ahead ? ahead_find(buf->ahead, block, 1) : NULL;
	int rc = 0;

	/* Neighbours often share one; on a live target it may have changed since. */
	if (buf->ea_block_nr == block && v->info.is_static)
		return 0;
	buf->ea_block_nr = 0;
	if (ahead)
		memcpy(buf->ea_block, ahead, v->info.block_size);
	else
		rc = device_blocks(v, block, 1, buf->ea_block);
	if (!rc)
		buf->ea_block_nr = block;
	return rc;
}

static const char *ea_block_walk(struct view *v, struct view_buf *buf, struct object *obj)
{
	u64 block = obj->inode.file_acl;
	struct xattr_walk w;
	const char *why;

	if (!device_has_blocks(v, block, 1))
		return "EA block is outside the file system";
	if (ea_block_read(v, buf, block))
		return "EA block cannot be read";
	if (xattr_walk_block(&w, buf->ea_block, v->info.block_size, &why))
		return why;
	return ea_walk(v, buf, &w, EA_IN_BLOCK, obj);
}

static void ea_collect(struct view *v, struct view_buf *buf, struct object *obj)
{
	const char *broken = NULL, *why;
	struct xattr_walk w;

	if (xattr_walk_body(&w, obj->raw, obj->raw_len, obj->inode.extra_isize))
		broken = ea_walk(v, buf, &w, EA_IN_BODY, obj);
	if (obj->inode.file_acl) {
		why = ea_block_walk(v, buf, obj);
		broken = broken ? broken : why;
	}
	if (broken)
		object_ea_lost(obj, broken);
}

/* ---- all of them, as they lie there ---------------------------------------------------------- */

struct ea_visit {
	struct view *view;
	struct view_buf *buf;
	int (*take)(void *arg, const struct ea_raw *ea);
	void *arg;
};

static int ea_visit_walk(const struct ea_visit *visit, struct xattr_walk *w, enum ea_place place)
{
	struct xattr_raw x;
	int rc = 0;

	while (!rc && xattr_walk_next(w, &x) > 0) {
		struct ea_raw ea = {
			.name_index = x.name_index,
			.place = (u8)(x.value_ino ? EA_IN_INODE : place),
			.namelen = x.namelen,
			.name = x.name,
			.value_ino = x.value_ino,
			.len = x.value_len,
			.value = x.value,
		};

		if (x.value_ino) {
			u8 *value = visit->buf->values + (size_t)EA_NR * VIEW_EA_VALUE_MAX;

			ea.why = value_inode_read(visit->view, visit->buf, &x, value);
			ea.value = ea.why ? NULL : value;
		}
		rc = visit->take(visit->arg, &ea);
	}
	return rc;
}

int device_each_ea(struct view *v, struct view_buf *buf, const struct object *obj,
		   int (*take)(void *arg, const struct ea_raw *ea), void *arg)
{
	const struct ea_visit visit = { v, buf, take, arg };
	struct xattr_walk w;
	const char *why;
	int rc = 0;

	if (xattr_walk_body(&w, obj->raw, obj->raw_len, obj->inode.extra_isize))
		rc = ea_visit_walk(&visit, &w, EA_IN_BODY);
	/* What a freed inode still points to belongs to others by now. */
	if (!obj->allocated && !raw_in_use(obj->raw))
		return rc;
	/* The bytes that the object was decoded from; a second reading might differ. */
	if (!rc && obj->inode.file_acl && buf->ea_block_nr == obj->inode.file_acl &&
	    !xattr_walk_block(&w, buf->ea_block, v->info.block_size, &why))
		rc = ea_visit_walk(&visit, &w, EA_IN_BLOCK);
	return rc;
}

/* ---- what it all means ----------------------------------------------------------------------- */

static void lmv_take(struct object *obj)
{
	const struct ea *lmv = &obj->ea[EA_LMV];
	const struct ea *dmv = &obj->ea[EA_DMV];

	if (lmv->state == EA_PRESENT)
		obj->lmv_rc = lmv_decode(lmv->data, lmv->len, &obj->lmv, &obj->lmv_why);
	if (obj->lmv_rc || lmv->state == EA_UNREADABLE)
		obj->lmv.kind = LMV_UNUSABLE;
	if (dmv->state == EA_PRESENT)
		obj->dmv_rc = dmv_decode(dmv->data, dmv->len, &obj->dmv, &obj->dmv_why);
}

static void ea_decode(struct object *obj)
{
	const struct ea *lma = &obj->ea[EA_LMA];
	const struct ea *link = &obj->ea[EA_LINK];
	const struct ea *lov = &obj->ea[EA_LOV];
	const struct ea *hsm = &obj->ea[EA_HSM];
	const struct ea *som = &obj->ea[EA_SOM];

	if (lma->state == EA_PRESENT)
		obj->lma_rc = lma_decode(lma->data, lma->len, &obj->lma);
	if (link->state == EA_PRESENT)
		obj->link_rc = linkea_decode(link->data, link->len, &obj->link, &obj->link_why);
	if (lov->state == EA_PRESENT)
		obj->lov_rc = lov_decode(lov->data, lov->len, S_ISDIR(obj->inode.mode), &obj->lov,
					 &obj->lov_why);
	if (hsm->state == EA_PRESENT)
		obj->hsm_rc = hsm_decode(hsm->data, hsm->len, &obj->hsm);
	if (som->state == EA_PRESENT)
		obj->som_rc = som_decode(som->data, som->len, &obj->som);
	lmv_take(obj);
}

static void identify(struct object *obj)
{
	if (object_has_lma(obj)) {
		obj->fid = obj->lma.fid;
		obj->fid_source = FID_FROM_LMA;
	} else {
		obj->fid = fid_igif(obj->ino, obj->inode.generation);
		obj->fid_source = FID_FROM_INODE;
	}
}

void object_understand(struct object *obj)
{
	ea_decode(obj);
	identify(obj);
}

/* One is filled for every inode: what nothing will be decoded into is not cleared either. */
static void object_begin(struct object *obj, u32 ino, bool allocated)
{
	u32 id;

	obj->ino = ino;
	obj->allocated = allocated;
	for (id = 0; id < EA_NR; id++)
		obj->ea[id].state = EA_ABSENT;
	obj->ea_broken = NULL;
	obj->lma_rc = obj->link_rc = obj->lov_rc = obj->lmv_rc = 0;
	obj->dmv_rc = obj->hsm_rc = obj->som_rc = 0;
	obj->lmv.kind = LMV_ABSENT;
}

int object_fill(struct view *v, struct view_buf *buf, u32 ino, bool allocated, const u8 *raw,
		struct object *obj, const char **why)
{
	int rc;

	object_begin(obj, ino, allocated);
	obj->raw = raw;
	obj->raw_len = v->info.inode_size;
	rc = inode_decode(raw, v->info.inode_size, &obj->inode, why);
	if (rc)
		return rc;
	/* What a freed inode still points to belongs to others by now. */
	if (allocated || raw_in_use(raw)) {
		ea_collect(v, buf, obj);
		ea_decode(obj);
	}
	identify(obj);
	return 0;
}

int device_read_object(struct view *v, struct view_buf *buf, u32 ino, struct object *obj)
{
	struct inode_core core;
	const char *why;
	const u8 *raw;
	bool allocated;
	int rc;

	rc = window_inode(v, &buf->window, ino, buf->raw, &raw, &allocated);
	if (rc)
		return rc;
	/* Only this can fail.  A free inode may be what it likes. */
	rc = inode_decode(raw, v->info.inode_size, &core, &why);
	if (rc && allocated)
		return rc;
	*obj = (struct object){ .ino = ino, .raw = raw, .raw_len = v->info.inode_size };
	return rc ? 0 : object_fill(v, buf, ino, allocated, raw, obj, &why);
}
