/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Blocks of directories and EA blocks read before they are asked for.  Most directories are one
 * block, and those made together lie together: sorted, a few long reads replace a read for each.
 *
 * Only what the inode itself maps is taken; larger directories have reads of their own.  What
 * cannot be read is left to whoever asks for it, who knows how to complain.
 */
#include <sys/stat.h>

#include "view/private.h"
#include "view/raw.h"

#define RUN_BLOCKS_MAX 8 /* a longer run is worth its own read */

void ahead_init(struct dir_ahead *a, u32 block_size, u8 *memory)
{
	*a = (struct dir_ahead){ .data = memory, .block_size = block_size };
	a->room = AHEAD_BYTES / block_size;
}

void ahead_begin(struct dir_ahead *a)
{
	a->nruns = 0;
	a->used = 0;
}

/* The blocks at the start of a directory, if to know them needs no other block. */
static bool first_run(struct blockmap *m, const struct inode_core *inode, struct map_run *run)
{
	struct extent_node root;
	const char *why;

	if (blockmap_begin(m, inode, &why) || !m->blocks)
		return false;
	if (m->extents && (extent_node_decode(m->root, sizeof(m->root), &root, &why) || root.depth))
		return false;
	return !blockmap_lookup(m, 0, run) && run->physical;
}

/* In its place by block: mostly near the end, since what is made together lies together. */
static bool note(struct dir_ahead *a, u64 block, u32 count)
{
	u32 at = a->nruns;

	if (a->nruns == ARRAY_SIZE(a->run) || count > a->room - a->used)
		return false;
	for (; at && a->run[at - 1].block > block; at--)
		a->run[at] = a->run[at - 1];
	a->run[at] = (struct ahead_run){ .block = block, .count = count };
	a->nruns++;
	a->used += count;
	return true;
}

static bool directory_want(struct dir_ahead *a, struct view *v, struct view_buf *buf,
			   const u8 *raw)
{
	struct inode_core inode;
	struct map_run run;
	const char *why;

	if (inode_decode(raw, v->info.inode_size, &inode, &why) ||
	    !first_run(&buf->map, &inode, &run) || run.count > RUN_BLOCKS_MAX)
		return true;
	return note(a, run.physical, (u32)run.count);
}

bool ahead_want(struct dir_ahead *a, struct view *v, struct view_buf *buf, const u8 *raw)
{
	u64 acl = raw_file_acl(raw);

	if (acl && device_has_blocks(v, acl, 1) && !note(a, acl, 1))
		return false;
	return !raw_is_dir(raw) || directory_want(a, v, buf, raw);
}

/* Made one where they touch; two claims on one block stay one block. */
static void runs_join(struct dir_ahead *a)
{
	u32 n = 0, at = 0, i;

	for (i = 0; i < a->nruns; i++) {
		const struct ahead_run *next = &a->run[i];
		struct ahead_run *last = n ? &a->run[n - 1] : NULL;
		u64 end = next->block + next->count;

		if (last && next->block <= last->block + last->count) {
			if (end > last->block + last->count)
				last->count = (u32)(end - last->block);
			continue;
		}
		a->run[n++] = *next;
	}
	a->nruns = n;
	for (i = 0; i < n; i++) {
		a->run[i].at = at;
		at += a->run[i].count;
	}
}

void ahead_read(struct dir_ahead *a, struct view *v)
{
	u32 i;

	runs_join(a);
	for (i = 0; i < a->nruns; i++) {
		struct ahead_run *r = &a->run[i];

		if (device_blocks(v, r->block, r->count, a->data + (size_t)r->at * a->block_size))
			r->count = 0;
	}
}

u8 *ahead_find(const struct dir_ahead *a, u64 block, u32 count)
{
	u32 low = 0, high = a->nruns;
	const struct ahead_run *r;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (a->run[mid].block <= block)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low)
		return NULL;
	r = &a->run[low - 1];
	if (block + count > r->block + r->count)
		return NULL;
	return a->data + (r->at + (block - r->block)) * a->block_size;
}
