/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Blocks: taken from the bitmap window by window in ascending order, written
 * through one buffer.
 */
#include <stdlib.h>
#include <string.h>

#include "tools/mkmdt/writer.h"

#define BUF_BLOCKS 256

int wr_error(struct mk_writer *w, errcode_t err, const char *what)
{
	mk_fail(w->m, -EIO, "%s: %s", what, error_message(err));
	return err == EXT2_ET_BLOCK_ALLOC_FAIL ? -ENOSPC : -EIO;
}

int wr_blocks_init(struct mk_writer *w)
{
	w->buf = malloc((size_t)BUF_BLOCKS * w->bs);
	w->win = w->win_end = w->win_marked = w->fs->super->s_first_data_block;
	return w->buf ? 0 : mk_fail(w->m, -ENOMEM, "out of memory");
}

static void mark_window(struct mk_writer *w)
{
	if (w->win > w->win_marked)
		ext2fs_block_alloc_stats_range(w->fs, w->win_marked, w->win - w->win_marked, 1);
	w->win_marked = w->win;
}

static int next_window(struct mk_writer *w)
{
	blk64_t last = ext2fs_blocks_count(w->fs->super) - 1, start, end;

	mark_window(w);
	if (w->win_end > last ||
	    ext2fs_find_first_zero_block_bitmap2(w->fs->block_map, w->win_end, last, &start))
		return mk_fail(w->m, -ENOSPC, "the image is too small: no free block is left");
	if (ext2fs_find_first_set_block_bitmap2(w->fs->block_map, start, last, &end))
		end = last + 1;
	w->win = w->win_marked = start;
	w->win_end = end;
	return 0;
}

int wr_alloc(struct mk_writer *w, u32 want, u64 *start, u32 *got)
{
	int rc = w->win < w->win_end ? 0 : next_window(w);

	if (rc)
		return rc;
	*start = w->win;
	*got = (u32)min_u64(want, w->win_end - w->win);
	w->win += *got;
	return 0;
}

static int write_buf(struct mk_writer *w)
{
	errcode_t err = 0;

	if (w->buf_n)
		err = io_channel_write_blk64(w->fs->io, w->buf_at, (int)w->buf_n, w->buf);
	w->buf_n = 0;
	return err ? wr_error(w, err, "cannot write") : 0;
}

int wr_put(struct mk_writer *w, u64 block, const u8 *data, u32 n)
{
	u32 part;
	int rc;

	for (; n; n -= part, block += part, data += (size_t)part * w->bs) {
		if (w->buf_n == BUF_BLOCKS || block != w->buf_at + w->buf_n) {
			rc = write_buf(w);
			if (rc)
				return rc;
		}
		if (!w->buf_n)
			w->buf_at = block;
		part = (u32)min_u64(n, BUF_BLOCKS - w->buf_n);
		memcpy(w->buf + (size_t)w->buf_n * w->bs, data, (size_t)part * w->bs);
		w->buf_n += part;
	}
	return 0;
}

int wr_flush(struct mk_writer *w)
{
	mark_window(w);
	return write_buf(w);
}
