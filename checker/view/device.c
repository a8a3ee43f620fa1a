/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The device view: buffered pread of a descriptor that somebody else opened, and
 * nothing else.  No file-system code runs, so nothing that is read can disturb a
 * server, and what the server has changed but not yet written is seen.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "view/private.h"
#include "view/raw.h"

#define RO_COMPAT_GDT_CSUM 0x10U
#define RO_COMPAT_METADATA_CSUM 0x400U
#define DESC_BYTES 64U /* what is decoded of a descriptor */
#define LIVE_TRIES 3

/* Puts what the journal has newer over [off, off + len). */
static int read_overlaid(struct view *v, u64 off, u8 *out, size_t len)
{
	static const u8 magic[4] = { 0xc0, 0x3b, 0x39, 0x98 };
	u64 bs = v->info.block_size, end = off + len;

	for (u32 i = overlay_find(&v->overlay, off / bs);
	     i < v->overlay.n && v->overlay.item[i].block * bs < end; i++) {
		const struct overlay_block *b = &v->overlay.item[i];
		u64 from = max_u64(off, b->block * bs), to = min_u64(end, (b->block + 1) * bs);
		u64 skip = from - b->block * bs;
		int rc = pread_all(v->fd, b->from * bs + skip, out + (from - off), to - from);

		if (rc)
			return rc;
		for (u64 k = skip; b->escaped && k < sizeof(magic) && k < skip + to - from; k++)
			out[from - off + k - skip] = magic[k];
	}
	return 0;
}

int device_pread(struct view *v, u64 off, void *out, size_t len)
{
	int rc;

	if (v->pace)
		pace_bytes(v->pace, len);
	rc = pread_all(v->fd, off, out, len);
	if (!rc && v->overlay.n)
		rc = read_overlaid(v, off, out, len);
	__atomic_fetch_add(&v->bytes_read, len, __ATOMIC_RELAXED);
	return rc;
}

/* The superblock's block is nobody's either. */
bool device_has_blocks(const struct view *v, u64 block, u64 count)
{
	return block > v->geo.first_data_block && block < v->geo.blocks_count &&
	       count <= v->geo.blocks_count - block;
}

int device_blocks(struct view *v, u64 block, u32 count, void *out)
{
	u32 bs = v->info.block_size;

	if (!device_has_blocks(v, block, count))
		return -EBADMSG;
	return device_pread(v, block * bs, out, (size_t)count * bs);
}

int device_group(struct view *v, u32 group, struct group_desc *out)
{
	u32 size = v->geo.desc_size;
	u32 table = (u32)(((u64)v->info.inodes_per_group + v->inodes_per_block - 1) /
			  v->inodes_per_block);
	u8 raw[DESC_BYTES];
	struct group_desc gd;
	u64 off;
	int rc;

	off = v->geo.desc_block[group / v->desc_per_block] * v->info.block_size +
	      (u64)(group % v->desc_per_block) * size;
	if (size > DESC_BYTES)
		size = DESC_BYTES;
	rc = device_pread(v, off, raw, size);
	if (rc)
		return rc;
	group_desc_decode(raw, size, &gd);
	if (!device_has_blocks(v, gd.inode_bitmap, 1) ||
	    !device_has_blocks(v, gd.inode_table, table))
		return -EBADMSG;
	/* Without group checksums these fields are leftovers. */
	if (!v->uninit_groups) {
		gd.flags = 0;
		gd.itable_unused = 0;
	}
	*out = gd;
	return 0;
}

int device_inode(struct view *v, u32 ino, u8 *raw, bool *allocated)
{
	u32 group = (ino - 1) / v->info.inodes_per_group;
	u32 index = (ino - 1) % v->info.inodes_per_group;
	struct group_desc gd;
	u8 bits;
	int rc;

	rc = device_group(v, group, &gd);
	if (rc)
		return rc;
	if (gd.flags & EXT4_BG_INODE_UNINIT) {
		memset(raw, 0, v->info.inode_size);
		*allocated = false;
		return 0;
	}
	rc = device_pread(v, gd.inode_bitmap * v->info.block_size + index / 8, &bits, 1);
	if (rc)
		return rc;
	rc = device_pread(v, gd.inode_table * v->info.block_size +
				     (u64)index * v->info.inode_size,
			  raw, v->info.inode_size);
	if (rc)
		return rc;
	*allocated = bits >> (index % 8) & 1;
	return 0;
}

bool device_try_again(const struct view *v, u32 try)
{
	static const long wait_ns[LIVE_TRIES] = { 0, 1000000, 10000000 };
	struct timespec ts;

	/* Nobody changes a static target; a second look is for the disk's sake. */
	if (v->info.is_static)
		return try < 1;
	if (try >= LIVE_TRIES)
		return false;
	ts = (struct timespec){ .tv_nsec = wait_ns[try] };
	if (ts.tv_nsec)
		nanosleep(&ts, NULL);
	return true;
}

int device_file_open(struct view *v, struct view_buf *buf, u32 ino, const char **why)
{
	struct inode_core core;
	bool allocated;
	int rc;

	if (!ino || ino > v->info.inodes_count) {
		*why = "inode number is out of range";
		return -ERANGE;
	}
	rc = device_inode(v, ino, buf->scratch, &allocated);
	if (rc) {
		*why = "inode cannot be read";
		return rc;
	}
	if (!allocated && !raw_in_use(buf->scratch)) {
		*why = "inode is free";
		return -ENOENT;
	}
	rc = inode_decode(buf->scratch, v->info.inode_size, &core, why);
	if (rc)
		return rc;
	return blockmap_begin(&buf->map, &core, why);
}

int device_file_block(struct view *v, struct view_buf *buf, u64 logical, u8 *out, u64 *physical,
		      const char **why)
{
	struct map_run run;
	int rc;

	*physical = 0;
	if (logical >= buf->map.blocks) {
		*why = "block is beyond the end of the file";
		return -EBADMSG;
	}
	rc = blockmap_lookup(&buf->map, logical, &run);
	if (rc) {
		*why = run.why;
		*physical = run.bad_block;
		return rc;
	}
	if (!run.physical) {
		memset(out, 0, v->info.block_size);
		*why = "block is a hole";
		return -ENODATA;
	}
	*physical = run.physical;
	rc = device_blocks(v, run.physical, 1, out);
	if (rc)
		*why = "block cannot be read";
	return rc;
}

u32 device_file_run(struct view *v, struct view_buf *buf, u64 logical, u32 count, u8 *out,
		    u64 *physical)
{
	struct map_run run;

	if (logical >= buf->map.blocks || blockmap_lookup(&buf->map, logical, &run) ||
	    !run.physical)
		return 0;
	count = (u32)min_u64(count, run.count);
	if (device_blocks(v, run.physical, count, out))
		return 0;
	*physical = run.physical;
	return count;
}

/* ---- opening --------------------------------------------------------------------------------- */

static void device_close(struct view *v)
{
	free(v->geo.desc_block);
	overlay_free(&v->overlay);
}

static const struct view_ops device_ops = {
	.scan = device_scan,
	.read_object = device_read_object,
	.each_ea = device_each_ea,
	.read_dir = device_read_dir,
	.file_open = device_file_open,
	.file_block = device_file_block,
	.file_run = device_file_run,
	.close = device_close,
};

void view_info_fill(struct view *v, const struct geometry *g, bool is_static)
{
	v->info = (struct view_info){
		.kind = VIEW_DEVICE,
		.block_size = g->block_size,
		.inode_size = g->inode_size,
		.inodes_per_group = g->inodes_per_group,
		.groups = g->groups,
		.inodes_count = g->inodes_count,
		.first_ino = g->first_ino,
		.quota_ino = { g->usr_quota_ino, g->grp_quota_ino, g->prj_quota_ino },
		.journal_ino = g->journal_ino,
		.blocks_count = g->blocks_count,
		.dirdata = g->dirdata,
		.needs_recovery = g->needs_recovery,
		.is_static = is_static,
	};
	memcpy(v->info.uuid, g->uuid, sizeof(v->info.uuid));
}

/* A descriptor that cannot be had counts as full: the scan will complain about it. */
void device_count_free(struct view *v)
{
	struct group_desc gd;
	u64 sum = 0, dirs = 0;
	u32 g;

	for (g = 0; g < v->info.groups; g++)
		if (!device_group(v, g, &gd)) {
			sum += min_u64(gd.free_inodes, v->info.inodes_per_group);
			dirs += min_u64(gd.used_dirs, v->info.inodes_per_group);
		}
	v->info.free_inodes = (u32)sum;
	v->info.used_dirs = (u32)dirs;
}

static int device_init(struct view *v, const struct geometry *g)
{
	v->geo = *g;
	v->geo.desc_block = calloc(g->desc_blocks, sizeof(*g->desc_block));
	if (!v->geo.desc_block)
		return -ENOMEM;
	memcpy(v->geo.desc_block, g->desc_block, g->desc_blocks * sizeof(*g->desc_block));
	v->desc_per_block = g->block_size / g->desc_size;
	v->inodes_per_block = g->block_size / g->inode_size;
	v->uninit_groups = g->feature_ro_compat & (RO_COMPAT_GDT_CSUM | RO_COMPAT_METADATA_CSUM);
	v->owners_bytes = (g->blocks_count / 64 + 1) * sizeof(*v->owners);
	v->owners = membudget_map(v->mem, v->owners_bytes, v->owners_bytes);
	return v->owners ? 0 : -ENOMEM;
}

int view_open_device(int fd, const struct geometry *g, bool is_static, struct membudget *mem,
		     struct view **out, char *err, size_t errlen)
{
	struct view *v = calloc(1, sizeof(*v));
	int rc = -ENOMEM;

	if (v) {
		v->ops = &device_ops;
		v->fd = fd;
		v->mem = mem;
		v->overlay.mem = mem;
		view_info_fill(v, g, is_static);
		rc = device_init(v, g);
	}
	if (rc) {
		snprintf(err, errlen, "not enough memory to open the device view");
		view_close(v);
		return rc;
	}
	device_count_free(v);
	*out = v;
	return 0;
}
