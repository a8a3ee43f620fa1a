/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all views have in common: dispatch, a thread's buffers, the owners of
 * blocks, and reading small files block by block.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "view/private.h"

const struct view_info *view_info(const struct view *v)
{
	return &v->info;
}

void view_set_pace(struct view *v, struct pace *pace, const volatile int *cancel)
{
	v->pace = pace;
	v->cancel = cancel;
}

u64 view_bytes_read(const struct view *v)
{
	return __atomic_load_n(&v->bytes_read, __ATOMIC_RELAXED);
}

int view_scan(struct view *v, const struct scan_ops *ops, void *const *args, unsigned int nthreads,
	      const volatile int *cancel)
{
	return v->ops->scan(v, ops, args, nthreads, cancel);
}

int view_read_object(struct view *v, struct view_buf *buf, u32 ino, struct object *obj)
{
	if (!ino || ino > v->info.inodes_count)
		return -ERANGE;
	if (v->pace)
		pace_inodes(v->pace, 1);
	return v->ops->read_object(v, buf, ino, obj);
}

int view_each_ea(struct view *v, struct view_buf *buf, const struct object *obj,
		 int (*take)(void *arg, const struct ea_raw *ea), void *arg)
{
	return v->ops->each_ea(v, buf, obj, take, arg);
}

int view_read_dir(struct view *v, struct view_buf *buf, const struct object *dir,
		  const struct dir_ops *ops, void *arg)
{
	return v->ops->read_dir(v, buf, dir, ops, arg);
}

void view_close(struct view *v)
{
	if (!v)
		return;
	v->ops->close(v);
	if (v->owners)
		membudget_unmap(v->mem, v->owners, v->owners_bytes, v->owners_bytes);
	free(v->oi);
	free(v);
}

/* ---- buffers --------------------------------------------------------------------------------- */

static u8 *area_cut(u8 **at, u64 bytes)
{
	u8 *p = *at;

	*at += bytes;
	return p;
}

static u32 blocks_bytes(const struct view *v)
{
	return (u32)max_u64(VIEW_BATCH, (u64)VIEW_FILE_BLOCKS * v->info.block_size);
}

u64 view_buf_charge(const struct view *v)
{
	u64 bs = v->info.block_size;

	return 3 * bs + 2 * BLOCKMAP_LEVELS * bs + blocks_bytes(v) + window_bytes(v);
}

/* One mapping for all; the values of EA inodes, seldom met, cost nothing until then. */
struct view_buf *view_buf_new(struct view *v)
{
	struct view_buf *b = calloc(1, sizeof(*b));
	u32 bs = v->info.block_size;
	u64 maps = (u64)BLOCKMAP_LEVELS * bs;
	u64 values = (u64)(EA_NR + 1) * VIEW_EA_VALUE_MAX;
	u8 *at;

	if (!b)
		return NULL;
	b->blocks_bytes = blocks_bytes(v);
	b->area_charge = view_buf_charge(v);
	b->area_bytes = b->area_charge + values;
	b->area = membudget_map(v->mem, b->area_bytes, b->area_charge);
	if (!b->area) {
		free(b);
		return NULL;
	}
	at = b->area;
	b->raw = area_cut(&at, bs);
	b->scratch = area_cut(&at, bs);
	b->ea_block = area_cut(&at, bs);
	blockmap_init(&b->ea_map, v, area_cut(&at, maps));
	blockmap_init(&b->map, v, area_cut(&at, maps));
	b->blocks = area_cut(&at, b->blocks_bytes);
	window_init(&b->window, area_cut(&at, window_bytes(v)), v);
	b->values = area_cut(&at, values);
	b->hand = (struct posix_hand){ .parent.fd = -1, .dir.fd = -1, .file = -1 };
	return b;
}

void view_buf_free(struct view_buf *buf)
{
	if (!buf)
		return;
	view_buf_rest(buf);
	membudget_unmap(buf->map.view->mem, buf->area, buf->area_bytes, buf->area_charge);
	free(buf);
}

void view_buf_rest(struct view_buf *buf)
{
	posix_hand_close(&buf->hand);
}

/* ---- owners of blocks ------------------------------------------------------------------------ */

/* Dropping the pages makes them zero again and costs less than clearing them. */
void view_pass_begin(struct view *v)
{
	if (!v->owners)
		return;
	if (madvise(v->owners, v->owners_bytes, MADV_DONTNEED))
		memset(v->owners, 0, v->owners_bytes);
}

bool view_claim_block(struct view *v, u64 block)
{
	u64 bit = 1ULL << (block % 64);

	return !(__atomic_fetch_or(&v->owners[block / 64], bit, __ATOMIC_RELAXED) & bit);
}

/* ---- OI files and small files ---------------------------------------------------------------- */

void view_set_oi(struct view *v, const u32 *inos, u32 count)
{
	u32 *oi = count ? calloc(count, sizeof(*oi)) : NULL;

	free(v->oi);
	v->oi = oi;
	v->oi_count = oi ? count : 0;
	if (oi)
		memcpy(oi, inos, count * sizeof(*oi));
}

u32 view_oi_count(const struct view *v)
{
	return v->oi_count;
}

s64 view_read_file(struct view *v, struct view_buf *buf, const struct object *file, u64 off,
		   void *out, size_t len)
{
	u32 bs = v->info.block_size;
	const char *why;
	u64 physical;
	size_t done = 0;
	int rc;

	rc = v->ops->file_open(v, buf, file->ino, &why);
	if (rc)
		return rc;
	if (off >= buf->map.size)
		return 0;
	len = min_u64(len, buf->map.size - off);
	buf->dirs.count = 0;
	while (done < len) {
		u32 skip = (u32)((off + done) % bs);
		size_t n = min_u64(bs - skip, len - done);

		rc = v->ops->file_block(v, buf, (off + done) / bs, buf->blocks, &physical, &why);
		if (rc && rc != -ENODATA)
			return rc;
		memcpy((u8 *)out + done, buf->blocks + skip, n);
		done += n;
	}
	return (s64)done;
}
