/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Suspects are read one by one, mostly in the order of their numbers.  On a target that nobody
 * changes, neighbours come with the first of them, more of them each time they were wanted too,
 * and so does the bitmap of their group.
 */
#include <string.h>

#include "view/private.h"

#define WINDOW_BYTES (32U << 10)

u64 window_bytes(const struct view *v)
{
	return (u64)v->info.block_size + max_u64(WINDOW_BYTES, v->info.block_size);
}

void window_init(struct inode_window *w, u8 *memory, const struct view *v)
{
	w->group = UINT32_MAX;
	w->bitmap = memory;
	w->inodes = memory + v->info.block_size;
}

static int take_group(struct view *v, struct inode_window *w, u32 group)
{
	struct group_desc gd;
	int rc;

	w->group = UINT32_MAX;
	w->count = 0;
	rc = device_group(v, group, &gd);
	if (rc)
		return rc;
	w->uninit = gd.flags & EXT4_BG_INODE_UNINIT;
	rc = w->uninit ? 0 : device_blocks(v, gd.inode_bitmap, 1, w->bitmap);
	if (rc)
		return rc;
	w->table = gd.inode_table;
	w->group = group;
	return 0;
}

/* From the block of that inode on. */
static int take_inodes(struct view *v, struct inode_window *w, u32 index)
{
	u32 per = v->inodes_per_block, bs = v->info.block_size;
	u32 from = index / per;
	u32 all = (v->info.inodes_per_group + per - 1) / per;
	bool next = w->count && from == (w->first + w->count) / per;
	u32 blocks = next ? 2 * w->count / per : 1;
	int rc;

	blocks = (u32)min_u64(min_u64(blocks, max_u64(WINDOW_BYTES / bs, 1)), all - from);
	w->count = 0;
	rc = device_blocks(v, w->table + from, blocks, w->inodes);
	if (rc)
		return rc;
	w->first = from * per;
	w->count = blocks * per;
	return 0;
}

/* *at leads into the window, or to what there is of an inode that was never used. */
static int from_window(struct view *v, struct inode_window *w, u32 ino, u8 *raw, const u8 **at,
		       bool *allocated)
{
	u32 group = (ino - 1) / v->info.inodes_per_group;
	u32 index = (ino - 1) % v->info.inodes_per_group;
	int rc = w->group == group ? 0 : take_group(v, w, group);

	if (rc)
		return rc;
	if (w->uninit) {
		memset(raw, 0, v->info.inode_size);
		*at = raw;
		*allocated = false;
		return 0;
	}
	if (index - w->first >= w->count)
		rc = take_inodes(v, w, index);
	if (rc)
		return rc;
	*at = w->inodes + (size_t)(index - w->first) * v->info.inode_size;
	*allocated = w->bitmap[index / 8] >> (index % 8) & 1;
	return 0;
}

int window_inode(struct view *v, struct inode_window *w, u32 ino, u8 *raw, const u8 **at,
		 bool *allocated)
{
	/* A bad block nearby is no reason not to read this one. */
	if (v->info.is_static && !from_window(v, w, ino, raw, at, allocated))
		return 0;
	*at = raw;
	return device_inode(v, ino, raw, allocated);
}
