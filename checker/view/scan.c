/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The scan of all inodes.  Threads take block groups from a counter; of a group
 * the bitmap is read first and then the parts of the inode table that hold
 * allocated inodes, so an inode that is allocated in between is not seen, and
 * one that is freed in between is seen as what it was or with nlink 0.
 */
#include <stdlib.h>
#include <string.h>

#include "base/crew.h"
#include "view/private.h"
#include "view/raw.h"

#define CHUNK_BYTES (1U << 20) /* one read of the inode table */
#define CHUNK_GAP (64U << 10)  /* free inodes that are skipped rather than read */

struct scan {
	struct view *view;
	const struct scan_ops *ops;
	const volatile int *cancel;
	u32 next_group; /* atomic */
	int rc;		/* atomic: the first failure, ends every thread */
};

struct scan_thread {
	struct scan *scan;
	void *arg; /* of the callbacks */
	struct view_buf *buf;
	u8 *chunk;  /* CHUNK_BYTES of inode table */
	u8 *bitmap; /* a block; bits of inodes that could not be read are cleared */
	struct dir_ahead ahead;

	/* The group at hand. */
	u32 group;
	struct group_desc desc;
	bool bits_lost; /* the bitmap has fewer set bits than the descriptor counts */
	u32 delivered;
} CREW_MEMBER;

static bool bit_test(const u8 *map, u32 i)
{
	return map[i / 8] >> (i % 8) & 1;
}

/* The first set bit at or after i, n when there is none. */
static u32 bit_next(const u8 *map, u32 i, u32 n)
{
	while (i < n && !bit_test(map, i))
		i += i % 8 || map[i / 8] ? 1 : 8;
	return (u32)min_u64(i, n);
}

static u32 bit_count(const u8 *map, u32 n)
{
	u32 i, sum = 0;

	for (i = 0; i < n / 8; i++)
		sum += (u32)__builtin_popcount(map[i]);
	return sum;
}

static u32 inodes_used(const struct scan_thread *t)
{
	u32 ipg = t->scan->view->info.inodes_per_group;

	return ipg - (u32)min_u64(t->desc.itable_unused, ipg);
}

/* The next inode at or after i that is to be read, inodes_per_group when there is none. */
static u32 next_wanted(const struct scan_thread *t, u32 i)
{
	u32 ipg = t->scan->view->info.inodes_per_group;

	return t->bits_lost && i < inodes_used(t) ? i : bit_next(t->bitmap, i, ipg);
}

static int scan_failed(const struct scan *s)
{
	int rc = __atomic_load_n(&s->rc, __ATOMIC_RELAXED);

	if (!rc && s->cancel && stop_wanted(s->cancel))
		rc = -ECANCELED;
	return rc;
}

static u32 first_ino(const struct scan_thread *t)
{
	return t->group * t->scan->view->info.inodes_per_group + 1;
}

/* Of the inode table, that of an inode of the group. */
static u64 block_of(const struct scan_thread *t, u32 index)
{
	return t->desc.inode_table + index / t->scan->view->inodes_per_block;
}

static void complain(struct scan_thread *t, enum view_problem_kind kind, u32 ino, u64 block,
		     const char *why)
{
	struct view_problem p = { .kind = kind, .ino = ino, .block = block, .why = why };

	t->scan->ops->problem(t->arg, &p);
}

/* ---- inodes ---------------------------------------------------------------------------------- */

/*
 * Something is using an inode that the bitmap calls free.  The bitmap is the older of the two
 * readings: only if both still say so now is it worth a word.  It is an object like others, or all
 * that belongs to it would seem to be damaged.
 */
static int stray_inode(struct scan_thread *t, u32 index)
{
	struct view *v = t->scan->view;
	u32 ino = first_ino(t) + index;
	struct object obj;
	const char *why;
	bool allocated;

	if (device_inode(v, ino, t->buf->raw, &allocated) || allocated || !raw_in_use(t->buf->raw))
		return 0;
	complain(t, PROBLEM_BITMAP, ino, block_of(t, index),
		 "inode is in use, but free in the inode bitmap");
	if (object_fill(v, t->buf, ino, false, t->buf->raw, &obj, &why))
		return 0;
	return t->scan->ops->object(t->arg, t->buf, &obj);
}

static int deliver(struct scan_thread *t, u32 index, const u8 *raw)
{
	u32 ino = first_ino(t) + index;
	struct object obj;
	const char *why;

	if (object_fill(t->scan->view, t->buf, ino, true, raw, &obj, &why)) {
		complain(t, PROBLEM_INODE, ino, block_of(t, index), why);
		return 0;
	}
	if (obj.ea_broken)
		complain(t, PROBLEM_EA, ino, obj.inode.file_acl, obj.ea_broken);
	t->delivered++;
	if (t->scan->view->pace)
		pace_inodes(t->scan->view->pace, 1);
	if (t->scan->cancel && stop_wanted(t->scan->cancel))
		return -ECANCELED;
	return t->scan->ops->object(t->arg, t->buf, &obj);
}

/*
 * Reads the blocks of the directories among inodes [i, end), the first at raw; returns how far
 * the memory for them went.
 */
static u32 directories_ahead(struct scan_thread *t, u32 i, u32 end, const u8 *raw)
{
	struct view *v = t->scan->view;

	ahead_begin(&t->ahead);
	for (; i < end; i++, raw += v->info.inode_size)
		if (bit_test(t->bitmap, i) && !ahead_want(&t->ahead, v, t->buf, raw))
			break;
	ahead_read(&t->ahead, v);
	return i;
}

/* Blocks [from, from + count) of the table are in t->chunk. */
static int chunk_deliver(struct scan_thread *t, u32 from, u32 count)
{
	const struct view *v = t->scan->view;
	u32 per = v->inodes_per_block, ipg = v->info.inodes_per_group;
	u32 end = (u32)min_u64((u64)(from + count) * per, ipg);
	u32 used = inodes_used(t);
	const u8 *raw = t->chunk;
	u32 i, ahead = from * per;
	int rc = 0;

	for (i = from * per; i < end; i++, raw += v->info.inode_size) {
		if (i == ahead)
			ahead = directories_ahead(t, i, end, raw);
		if (bit_test(t->bitmap, i))
			rc = deliver(t, i, raw);
		else if (i < used && raw_in_use(raw))
			rc = stray_inode(t, i);
		if (rc)
			return rc;
	}
	return 0;
}

/* One bad sector must not cost a megabyte: its blocks are tried one by one. */
static void chunk_read(struct scan_thread *t, u32 from, u32 count)
{
	struct view *v = t->scan->view;
	u32 bs = v->info.block_size, per = v->inodes_per_block;
	u32 i, k;

	if (!device_blocks(v, t->desc.inode_table + from, count, t->chunk))
		return;
	for (i = 0; i < count; i++) {
		u64 block = t->desc.inode_table + from + i;

		if (!device_blocks(v, block, 1, t->chunk + (size_t)i * bs))
			continue;
		memset(t->chunk + (size_t)i * bs, 0, bs);
		for (k = (from + i) * per; k < (from + i + 1) * per && k < bs * 8; k++)
			t->bitmap[k / 8] &= (u8)~(1U << (k % 8));
		complain(t, PROBLEM_INODE_TABLE, first_ino(t) + (from + i) * per, block,
			 "block of the inode table cannot be read");
	}
}

/*
 * The blocks to read in one go: from the block of inode first on, over gaps that are not worth
 * a second read.
 */
static u32 chunk_end(const struct scan_thread *t, u32 first)
{
	const struct view *v = t->scan->view;
	u32 per = v->inodes_per_block, ipg = v->info.inodes_per_group;
	u32 most = CHUNK_BYTES / v->info.block_size, gap = CHUNK_GAP / v->info.block_size;
	u32 from = first / per, end = from + 1;
	u32 next;

	for (;;) {
		next = next_wanted(t, end * per);
		if (next >= ipg || next / per > end + gap || next / per >= from + most)
			return end;
		end = next / per + 1;
	}
}

static int group_inodes(struct scan_thread *t)
{
	const struct view *v = t->scan->view;
	u32 ipg = v->info.inodes_per_group;
	u32 i = next_wanted(t, 0);
	int rc = 0;

	while (!rc && i < ipg) {
		u32 from = i / v->inodes_per_block;
		u32 end = chunk_end(t, i);

		chunk_read(t, from, end - from);
		rc = chunk_deliver(t, from, end - from);
		if (!rc)
			rc = scan_failed(t->scan);
		i = next_wanted(t, (u32)min_u64((u64)end * v->inodes_per_block, ipg));
	}
	return rc;
}

/* ---- groups ---------------------------------------------------------------------------------- */

static void group_lost(struct scan_thread *t, u32 allocated, u64 block, const char *why)
{
	complain(t, PROBLEM_INODE_TABLE, first_ino(t), block, why);
	t->scan->ops->group(t->arg, t->group, allocated, 0);
}

static int group_scan(struct scan_thread *t)
{
	struct view *v = t->scan->view;
	u32 ipg = v->info.inodes_per_group;
	u32 allocated;
	int rc;

	t->delivered = 0;
	rc = device_group(v, t->group, &t->desc);
	if (rc) {
		group_lost(t, ipg, v->geo.desc_block[t->group / v->desc_per_block],
			   rc == -EBADMSG ? "group descriptor points outside the file system" :
					    "group descriptor cannot be read");
		return 0;
	}
	if (t->desc.flags & EXT4_BG_INODE_UNINIT) {
		t->scan->ops->group(t->arg, t->group, 0, 0);
		return 0;
	}
	if (device_blocks(v, t->desc.inode_bitmap, 1, t->bitmap)) {
		group_lost(t, ipg - (u32)min_u64(t->desc.free_inodes, ipg), t->desc.inode_bitmap,
			   "inode bitmap cannot be read");
		return 0;
	}
	allocated = bit_count(t->bitmap, ipg);
	t->bits_lost = allocated < ipg - min_u64(t->desc.free_inodes, ipg);
	rc = group_inodes(t);
	if (!rc)
		t->scan->ops->group(t->arg, t->group, allocated, t->delivered);
	return rc;
}

static void thread_main(void *arg)
{
	struct scan_thread *t = arg;
	struct scan *s = t->scan;
	int rc, none = 0;

	while (!(rc = scan_failed(s))) {
		t->group = __atomic_fetch_add(&s->next_group, 1, __ATOMIC_RELAXED);
		if (t->group >= s->view->info.groups)
			break;
		rc = group_scan(t);
		if (rc)
			break;
	}
	if (!rc && s->ops->rest)
		rc = s->ops->rest(t->arg, t->buf);
	if (rc)
		__atomic_compare_exchange_n(&s->rc, &none, rc, false, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED);
}

/* ---- threads --------------------------------------------------------------------------------- */

static u64 thread_bytes(const struct view *v)
{
	return CHUNK_BYTES + AHEAD_BYTES + v->info.block_size;
}

u64 view_scan_charge(const struct view *v)
{
	return thread_bytes(v) + view_buf_charge(v);
}

static int thread_init(struct scan_thread *t, struct scan *s, void *arg)
{
	struct view *v = s->view;

	t->scan = s;
	t->arg = arg;
	t->buf = view_buf_new(v);
	t->chunk = membudget_map(v->mem, thread_bytes(v), thread_bytes(v));
	if (!t->buf || !t->chunk)
		return -ENOMEM;
	ahead_init(&t->ahead, v->info.block_size, t->chunk + CHUNK_BYTES);
	t->buf->ahead = &t->ahead;
	t->bitmap = t->chunk + CHUNK_BYTES + AHEAD_BYTES;
	return 0;
}

static void thread_done(struct scan_thread *t, struct view *v)
{
	view_buf_free(t->buf);
	if (t->chunk)
		membudget_unmap(v->mem, t->chunk, thread_bytes(v), thread_bytes(v));
}

int device_scan(struct view *v, const struct scan_ops *ops, void *const *args,
		unsigned int nthreads, const volatile int *cancel)
{
	struct scan s = { .view = v, .ops = ops, .cancel = cancel };
	unsigned int n = nthreads ? nthreads : 1;
	struct scan_thread *threads = crew_members(sizeof(*threads), n);
	unsigned int i;
	int rc = 0;

	if (!threads)
		return -ENOMEM;
	for (i = 0; i < n && !rc; i++)
		rc = thread_init(&threads[i], &s, args[i]);
	if (!rc) {
		crew_run(thread_main, threads, sizeof(*threads), n);
		rc = s.rc;
	}
	for (i = 0; i < n; i++)
		thread_done(&threads[i], v);
	free(threads);
	return rc;
}
