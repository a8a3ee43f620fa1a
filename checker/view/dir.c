/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Directories, block by block.  A block is walked to its end before the first
 * name entry is handed out: a torn one is read again and then delivered once.
 */
#include <string.h>
#include <sys/stat.h>

#include "view/private.h"

struct dir_read {
	struct view *view;
	struct view_buf *buf;
	const struct object *dir;
	const struct dir_ops *ops;
	void *arg;
	u64 mapped;   /* blocks met so far: more than the device has cannot be true */
	u32 patience; /* second looks left: each may wait, and a wreck is all bad blocks */
};

#define PATIENCE 64
#define WINDOW_GAP 8 /* blocks of something else between directories that lie together */

static void complain(const struct dir_read *r, enum view_problem_kind kind, u64 block, u64 logical,
		     const char *why)
{
	struct view_problem p = {
		.kind = kind,
		.ino = r->dir->ino,
		.block = block,
		.logical = logical,
		.why = why,
	};

	if (r->ops->problem)
		r->ops->problem(r->arg, &p);
}

static bool try_again(struct dir_read *r, u32 try)
{
	if (!r->patience)
		return false;
	r->patience--;
	return device_try_again(r->view, try);
}

/* ---- one block ------------------------------------------------------------------------------- */

/* The first block of every directory begins with "." and "..". */
static const char *dots_check(const u8 *block, u32 size)
{
	struct dirent_walk w;
	struct dirent_rec d;

	dirent_walk_begin(&w, block, size);
	if (dirent_walk_next(&w, &d) > 0 && dirent_is_dot(&d) && !d.offset &&
	    dirent_walk_next(&w, &d) > 0 && dirent_is_dotdot(&d))
		return NULL;
	return "directory does not begin with \".\" and \"..\"";
}

static const char *content_check(const struct dir_read *r, u64 logical, const u8 *block)
{
	u32 size = r->view->info.block_size;
	const char *why = dirent_block_check(block, size);

	return why || logical ? why : dots_check(block, size);
}

/* Reads a block that was found wanting until it is whole; NULL, or why it never was. */
static const char *block_again(struct dir_read *r, u64 logical, u64 physical, u8 *block,
			       const char *why)
{
	u32 try;

	for (try = 0; why && try_again(r, try); try++) {
		if (device_blocks(r->view, physical, 1, block)) {
			why = "block cannot be read";
			/* Half of it may have been overwritten by then. */
			memset(block, 0, r->view->info.block_size);
		} else {
			why = content_check(r, logical, block);
		}
	}
	return why;
}

/* What a block holds, up to the record that breaks it where there is one. */
static int block_deliver(const struct dir_read *r, const u8 *block)
{
	struct dirent_walk w;
	struct dirent_rec d;
	int rc;

	dirent_walk_begin(&w, block, r->view->info.block_size);
	while (dirent_walk_next(&w, &d) > 0) {
		rc = r->ops->entry(r->arg, r->dir, &d);
		if (rc)
			return rc;
	}
	return 0;
}

static int block_take(struct dir_read *r, u64 logical, u64 physical, u8 *block,
		      const char *why)
{
	if (!why)
		why = content_check(r, logical, block);
	if (why) {
		why = block_again(r, logical, physical, block, why);
		if (why)
			complain(r, PROBLEM_DIR_BLOCK, physical, logical, why);
	}
	return block_deliver(r, block);
}

/* ---- runs of blocks -------------------------------------------------------------------------- */

/* Blocks of the run that nobody read before, from its start on. */
static u32 run_claim(const struct dir_read *r, const struct map_run *run, u32 most)
{
	u32 n = 0;

	while (n < most && n < run->count &&
	       (view_claim_block(r->view, run->physical + n) || r->ops->again))
		n++;
	return n;
}

/*
 * Directories made together lie together: on a target that nobody changes, more comes with the
 * blocks that were asked for where they follow those that were asked for before.  NULL: the target
 * may change, or these blocks cannot be read together.
 */
static u8 *window_blocks(const struct dir_read *r, u64 block, u32 count)
{
	u32 bs = r->view->info.block_size;
	struct dir_window *w = &r->buf->dirs;
	u64 end = w->block + w->count;
	u32 more;

	if (!r->view->info.is_static)
		return NULL;
	if (block >= w->block && block + count <= end)
		return r->buf->blocks + (block - w->block) * bs;
	more = w->count && block >= end && block - end <= WINDOW_GAP ? 2 * w->count : 1;
	more = (u32)min_u64(max_u64(count, more), r->buf->blocks_bytes / bs);
	*w = (struct dir_window){ .block = block, .count = more };
	if (device_has_blocks(r->view, block, more) &&
	    !device_blocks(r->view, block, more, r->buf->blocks))
		return r->buf->blocks;
	w->count = 0;
	return NULL;
}

static u8 *blocks_at_hand(const struct dir_read *r, u64 block, u32 count)
{
	u8 *blocks = r->buf->ahead ? ahead_find(r->buf->ahead, block, count) : NULL;

	return blocks ? blocks : window_blocks(r, block, count);
}

static int batch_read(struct dir_read *r, const struct map_run *run, u32 count)
{
	u32 bs = r->view->info.block_size;
	u8 *blocks = blocks_at_hand(r, run->physical, count);
	bool whole = blocks;
	u32 i;
	int rc;

	if (!blocks) {
		blocks = r->buf->blocks;
		whole = !device_blocks(r->view, run->physical, count, blocks);
	}
	for (i = 0; i < count; i++) {
		u8 *block = blocks + (size_t)i * bs;
		const char *why = NULL;

		if (!whole && device_blocks(r->view, run->physical + i, 1, block)) {
			memset(block, 0, bs);
			why = "block cannot be read";
		}
		rc = block_take(r, run->logical + i, run->physical + i, block, why);
		if (rc)
			return rc;
	}
	return 0;
}

static int run_read(struct dir_read *r, struct map_run run)
{
	u32 most = VIEW_BATCH / r->view->info.block_size;
	int rc = 0;

	while (run.count && !rc) {
		u32 n;

		if (view_cancelled(r->view))
			return -ECANCELED;
		n = run_claim(r, &run, most);
		if (n)
			rc = batch_read(r, &run, n);
		/* A batch that is not full ended at a block that is somebody else's. */
		if (n < most && n < run.count) {
			complain(r, PROBLEM_BLOCK_SHARED, run.physical + n, run.logical + n,
				 "block was already read as part of a directory or index");
			n++;
		}
		run.logical += n;
		run.physical += n;
		run.count -= n;
	}
	return rc;
}

/* ---- the map --------------------------------------------------------------------------------- */

static int lookup(struct dir_read *r, u64 logical, struct map_run *run)
{
	u32 try;
	int rc = blockmap_lookup(&r->buf->map, logical, run);

	for (try = 0; rc && try_again(r, try); try++) {
		blockmap_refresh(&r->buf->map);
		rc = blockmap_lookup(&r->buf->map, logical, run);
	}
	return rc;
}

static int next_run(struct dir_read *r, u64 *logical)
{
	struct map_run run;
	int rc = 0;

	if (lookup(r, *logical, &run)) {
		complain(r, PROBLEM_DIR_MAP, run.bad_block, *logical, run.why);
	} else if (run.physical) {
		rc = run_read(r, run);
	} else if (!*logical) {
		complain(r, PROBLEM_DIR_BLOCK, 0, 0, "first block of the directory is a hole");
	}
	*logical += run.count;
	/* Holes cost a step, blocks what they are: either way there is an end to it. */
	r->mapped += run.physical ? run.count : 1;
	return rc;
}

static int all_runs(struct dir_read *r)
{
	u64 blocks = r->buf->map.blocks;
	u64 logical = 0;
	int rc = 0;

	if (!blocks)
		complain(r, PROBLEM_DIR_BLOCK, 0, 0, "directory has no block");
	while (!rc && logical < blocks) {
		if (r->mapped > r->view->info.blocks_count) {
			complain(r, PROBLEM_DIR_MAP, 0, logical,
				 "directory is larger than the file system");
			break;
		}
		rc = next_run(r, &logical);
	}
	return rc;
}

int device_read_dir(struct view *v, struct view_buf *buf, const struct object *dir,
		    const struct dir_ops *ops, void *arg)
{
	struct dir_read r = {
		.view = v, .buf = buf, .dir = dir, .ops = ops, .arg = arg, .patience = PATIENCE
	};
	const char *why;

	if (!S_ISDIR(dir->inode.mode))
		return -ENOTDIR;
	if (blockmap_begin(&buf->map, &dir->inode, &why)) {
		complain(&r, PROBLEM_DIR_MAP, 0, 0, why);
		return 0;
	}
	return all_runs(&r);
}
