/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small file system made byte by byte in memory, a view of it, and callbacks
 * that count what they are told:
 *
 *   block 1 superblock | 2 descriptors | 3, 4 bitmaps | 5..20 inodes | 21.. whatever a test puts
 */
#ifndef MDTCHECK_TESTS_VIEW_LAB_H
#define MDTCHECK_TESTS_VIEW_LAB_H

#include <check.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mdtcheck/target.h"
#include "view/private.h"

#define BS 1024U
#define NBLOCKS 256U
#define ISIZE 256U
#define IPG 64U
#define ITABLE 5U
#define DATA 21U

#define DIR_INO 12U
#define FILE_INO 13U

struct lab {
	int fd;
	u8 *disk; /* the same bytes, mapped */
	struct membudget mem;
	struct view *view;
	struct view_buf *buf;

	/* What the callbacks saw. */
	u32 objects, entries, records;
	u32 problems[PROBLEM_BITMAP + 1];
	struct view_problem last;
	struct object object; /* the one that was delivered last */
	char names[512];      /* of all name entries, each followed by a blank */
	u32 allocated, delivered;
	u64 oid_sum;
	int stop_after; /* entries; 0: never */
};

static inline void put16(u8 *p, u16 v)
{
	v = htole16(v);
	memcpy(p, &v, 2);
}

static inline void put32(u8 *p, u32 v)
{
	v = htole32(v);
	memcpy(p, &v, 4);
}

static inline u8 *block_of(struct lab *l, u32 block)
{
	return l->disk + (size_t)block * BS;
}

static inline u8 *inode_of(struct lab *l, u32 ino)
{
	return block_of(l, ITABLE) + (size_t)(ino - 1) * ISIZE;
}

static inline void set_used(struct lab *l, u32 ino)
{
	block_of(l, 4)[(ino - 1) / 8] |= (u8)(1 << ((ino - 1) % 8));
}

static inline u8 *make_inode(struct lab *l, u32 ino, u16 mode, u32 size)
{
	u8 *raw = inode_of(l, ino);

	put16(raw, mode);
	put32(raw + 4, size);
	put16(raw + 26, 2);
	put32(raw + 100, 0x1000 + ino);
	put16(raw + 128, 32);
	set_used(l, ino);
	return raw;
}

/* One descriptor at p; its value lies at offset, or in inode value_ino. */
static inline void put_xattr(u8 *p, const char *suffix, u16 offset, u32 value_ino, u32 len)
{
	p[0] = (u8)strlen(suffix);
	p[1] = 4;
	put16(p + 2, offset);
	put32(p + 4, value_ino);
	put32(p + 8, len);
	memcpy(p + 16, suffix, strlen(suffix));
}

static inline void make_super(struct lab *l)
{
	u8 *sb = block_of(l, 1), *gd = block_of(l, 2);

	put32(sb, IPG);
	put32(sb + 4, NBLOCKS);
	put32(sb + 20, 1);
	put32(sb + 32, 8192);
	put32(sb + 36, 8192);
	put32(sb + 40, IPG);
	put16(sb + 56, 0xEF53);
	put32(sb + 76, 1);
	put32(sb + 84, 11);
	put16(sb + 88, ISIZE);
	put32(sb + 96, 0x1002);
	put32(gd, 3);
	put32(gd + 4, 4);
	put32(gd + 8, ITABLE);
	put16(gd + 14, IPG);
}

static inline void lab_make(struct lab *l)
{
	*l = (struct lab){ .fd = memfd_create("lab", 0) };
	ck_assert_int_ge(l->fd, 0);
	ck_assert_int_eq(ftruncate(l->fd, (off_t)NBLOCKS * BS), 0);
	l->disk = mmap(NULL, (size_t)NBLOCKS * BS, PROT_READ | PROT_WRITE, MAP_SHARED, l->fd, 0);
	ck_assert_ptr_ne(l->disk, MAP_FAILED);
	make_super(l);
}

static inline void lab_open(struct lab *l, bool is_static)
{
	struct geometry g = { 0 };
	char err[128];

	ck_assert_int_eq(geometry_read(l->fd, (u64)NBLOCKS * BS, &g, err, sizeof(err)), 0);
	membudget_init(&l->mem, 0);
	ck_assert_int_eq(view_open_device(l->fd, &g, is_static, &l->mem, &l->view, err,
					  sizeof(err)), 0);
	geometry_free(&g);
	l->buf = view_buf_new(l->view);
	ck_assert_ptr_nonnull(l->buf);
}

static inline void lab_done(struct lab *l)
{
	view_buf_free(l->buf);
	view_close(l->view);
	ck_assert_uint_eq(l->mem.used, 0);
	munmap(l->disk, (size_t)NBLOCKS * BS);
	close(l->fd);
}

/* ---- callbacks ------------------------------------------------------------------------------- */

static inline void on_problem(void *arg, const struct view_problem *p)
{
	struct lab *l = arg;

	l->problems[p->kind]++;
	l->last = *p;
}

static inline u32 problem_sum(const struct lab *l)
{
	u32 i, sum = 0;

	for (i = 0; i < ARRAY_SIZE(l->problems); i++)
		sum += l->problems[i];
	return sum;
}

static inline int on_object(void *arg, struct view_buf *buf, const struct object *obj)
{
	struct lab *l = arg;

	l->objects++;
	l->object = *obj;
	return 0;
}

static inline void on_group(void *arg, u32 group, u32 allocated, u32 delivered)
{
	struct lab *l = arg;

	l->allocated += allocated;
	l->delivered += delivered;
}

static const struct scan_ops scan_ops = { on_object, on_group, on_problem, NULL };

static inline int on_entry(void *arg, const struct object *dir, const struct dirent_rec *d)
{
	struct lab *l = arg;
	size_t at = strlen(l->names);

	l->entries++;
	if (at + d->namelen + 2 < sizeof(l->names)) {
		memcpy(l->names + at, d->name, d->namelen);
		l->names[at + d->namelen] = ' ';
	}
	return l->stop_after && (int)l->entries >= l->stop_after ? 7 : 0;
}

static const struct dir_ops dir_ops = { on_entry, on_problem, false };

static inline int on_records(void *arg, u32 oi, const struct oi_record *r, u32 n)
{
	struct lab *l = arg;

	for (u32 i = 0; i < n; i++)
		l->oid_sum += r[i].fid.oid;
	l->records += n;
	return 0;
}

static const struct oi_ops oi_ops = { .records = on_records, .problem = on_problem };

static inline int scan(struct lab *l)
{
	void *args[1] = { l };

	return view_scan(l->view, &scan_ops, args, 1, NULL);
}

#endif
