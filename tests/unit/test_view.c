/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The device view and the geometry: on a file system made in memory, and on real
 * MDT images where they are at hand (SHARED_IMAGES names the directory).
 */
#include <fcntl.h>
#include <stdlib.h>

#include "suites.h"
#include "vector.h"
#include "view_lab.h"

/* ---- geometry -------------------------------------------------------------------------------- */

static void geometry_refused(struct lab *l, u64 size, const char *word)
{
	struct geometry g = { .magic_ok = 99 };
	char err[128] = "";

	ck_assert_int_lt(geometry_read(l->fd, size, &g, err, sizeof(err)), 0);
	ck_assert_msg(strstr(err, word) != NULL, "%s", err);
	ck_assert_uint_eq(g.magic_ok, 99);
}

START_TEST(geometry_is_read)
{
	struct geometry g;
	struct lab l;
	char err[128];

	lab_make(&l);
	memcpy(block_of(&l, 1) + 120, "lab", 3);
	ck_assert_int_eq(geometry_read(l.fd, (u64)NBLOCKS * BS, &g, err, sizeof(err)), 0);
	ck_assert_uint_eq(g.block_size, BS);
	ck_assert_uint_eq(g.inode_size, ISIZE);
	ck_assert_uint_eq(g.inodes_count, IPG);
	ck_assert_uint_eq(g.blocks_count, NBLOCKS);
	ck_assert_uint_eq(g.desc_blocks, 1);
	ck_assert_uint_eq(g.desc_block[0], 2);
	ck_assert(g.dirdata);
	ck_assert(!g.needs_recovery);
	ck_assert_str_eq(g.label, "lab");
	geometry_free(&g);
	lab_done(&l);
}
END_TEST

START_TEST(geometry_refuses)
{
	static const struct {
		u32 off, value;
		const char *word;
	} bad[] = {
		{ 56, 0, "magic" },	     { 24, 60, "block size" },
		{ 88, 100, "inode size" },   { 88, 192, "inode size" },
		{ 32, 0, "per group" },	     { 40, 0, "per group" },
		{ 40, 0x10000, "per group" }, { 0, 63, "do not fit" },
		{ 20, 9, "first data" },     { 96, 0x1002 | 8, "journal" },
		{ 96, 0x80000000, "features" }, { 4, 0, "no blocks" },
		{ 4, 257, "the device only 256" },
	};
	struct lab l;
	size_t i;

	lab_make(&l);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		u8 save[4], *at = block_of(&l, 1) + bad[i].off;

		memcpy(save, at, 4);
		put32(at, bad[i].value);
		geometry_refused(&l, (u64)NBLOCKS * BS, bad[i].word);
		memcpy(at, save, 4);
	}
	geometry_refused(&l, 100ULL * BS, "256 blocks, the device only 100");
	geometry_refused(&l, 1500, "too small");
	lab_done(&l);
}
END_TEST

/* Whatever the superblock says: an error or a view that can be scanned. */
START_TEST(geometry_hostile)
{
	u64 state = 88172645463325252ULL;
	u8 save[BS];
	struct lab l;
	int i;

	lab_make(&l);
	make_inode(&l, DIR_INO, S_IFDIR | 0755, BS);
	memcpy(save, block_of(&l, 1), BS);
	for (i = 0; i < 3000; i++) {
		struct geometry g;
		char err[128] = "";
		u64 r = hostile_random(&state);

		block_of(&l, 1)[r % 400] = (u8)(r >> 32);
		block_of(&l, 1)[(r >> 16) % 120] ^= (u8)(1 << ((r >> 40) % 8));
		if (!geometry_read(l.fd, (u64)NBLOCKS * BS, &g, err, sizeof(err))) {
			geometry_free(&g);
			lab_open(&l, true);
			ck_assert_int_eq(scan(&l), 0);
			view_buf_free(l.buf);
			view_close(l.view);
		} else {
			ck_assert_int_gt(strlen(err), 0);
		}
		memcpy(block_of(&l, 1), save, BS);
	}
	l.buf = NULL;
	l.view = NULL;
	lab_done(&l);
}
END_TEST

/* ---- scan ------------------------------------------------------------------------------------ */

START_TEST(scan_delivers)
{
	struct lab l;

	lab_make(&l);
	make_inode(&l, DIR_INO, S_IFDIR | 0755, BS);
	make_inode(&l, 60, S_IFREG | 0644, 0);
	lab_open(&l, true);
	ck_assert_uint_eq(view_info(l.view)->free_inodes, IPG);
	ck_assert_int_eq(scan(&l), 0);
	ck_assert_uint_eq(l.objects, 2);
	ck_assert_uint_eq(l.allocated, 2);
	ck_assert_uint_eq(l.delivered, 2);
	ck_assert_uint_eq(problem_sum(&l), 0);
	ck_assert_uint_eq(l.object.ino, 60);
	ck_assert_uint_eq(l.object.fid.seq, 60);
	ck_assert_uint_eq(l.object.fid.oid, 0x1000 + 60);
	ck_assert_int_eq(l.object.fid_source, FID_FROM_INODE);
	lab_done(&l);
}
END_TEST

/* No bit is left of the bitmap, and the descriptor knows better. */
START_TEST(scan_without_bits)
{
	struct lab l;

	lab_make(&l);
	make_inode(&l, DIR_INO, S_IFDIR | 0755, BS);
	make_inode(&l, 60, S_IFREG | 0644, 0);
	make_inode(&l, 61, S_IFREG | 0644, 0);
	put32(inode_of(&l, 61) + 20, 1700000000); /* deleted */
	memset(block_of(&l, 4), 0, BS);
	put16(block_of(&l, 2) + 14, IPG - 2);
	lab_open(&l, true);
	ck_assert_int_eq(scan(&l), 0);
	ck_assert_uint_eq(l.problems[PROBLEM_BITMAP], 2);
	ck_assert_uint_eq(problem_sum(&l), 2);
	ck_assert_uint_eq(l.objects, 2);
	ck_assert_uint_eq(l.delivered, 0);
	ck_assert_uint_eq(l.object.ino, 60);
	ck_assert(!l.object.allocated);
	ck_assert(object_is_live(&l.object));
	lab_done(&l);
}
END_TEST

START_TEST(scan_problems)
{
	struct lab l;

	lab_make(&l);
	make_inode(&l, DIR_INO, S_IFDIR | 0755, BS);
	/* In use by all signs but the bitmap's. */
	make_inode(&l, FILE_INO, S_IFREG | 0644, 0);
	block_of(&l, 4)[(FILE_INO - 1) / 8] &= (u8)~(1 << ((FILE_INO - 1) % 8));
	put16(make_inode(&l, 14, S_IFREG | 0644, 0) + 128, 999);
	put32(make_inode(&l, 15, S_IFREG | 0644, 0) + 104, 9999);
	lab_open(&l, true);
	ck_assert_int_eq(scan(&l), 0);
	ck_assert_uint_eq(l.problems[PROBLEM_BITMAP], 1);
	ck_assert_uint_eq(l.problems[PROBLEM_INODE], 1);
	ck_assert_uint_eq(l.problems[PROBLEM_EA], 1);
	ck_assert_uint_eq(l.allocated, 3);
	ck_assert_uint_eq(l.delivered, 2);
	ck_assert_uint_eq(l.objects, 3);
	ck_assert_uint_eq(l.object.ino, 15);
	ck_assert_int_eq(l.object.ea[EA_LMA].state, EA_UNREADABLE);
	lab_done(&l);
}
END_TEST

START_TEST(scan_without_table)
{
	struct lab l;

	lab_make(&l);
	put32(block_of(&l, 2) + 8, 250);
	lab_open(&l, true);
	ck_assert_int_eq(scan(&l), 0);
	ck_assert_uint_eq(l.problems[PROBLEM_INODE_TABLE], 1);
	ck_assert_uint_eq(l.objects, 0);
	ck_assert_uint_gt(l.allocated, l.delivered);
	lab_done(&l);
}
END_TEST

static int stop_object(void *arg, struct view_buf *buf, const struct object *obj)
{
	return 42;
}

START_TEST(scan_stops)
{
	static const struct scan_ops ops = { stop_object, on_group, on_problem, NULL };
	const volatile int cancel = 1;
	void *args[3];
	struct lab l;

	lab_make(&l);
	make_inode(&l, DIR_INO, S_IFDIR | 0755, BS);
	lab_open(&l, true);
	args[0] = args[1] = args[2] = &l;
	ck_assert_int_eq(view_scan(l.view, &ops, args, 3, NULL), 42);
	ck_assert_int_eq(view_scan(l.view, &scan_ops, args, 3, &cancel), -ECANCELED);
	ck_assert_uint_eq(l.objects, 0);
	lab_done(&l);
}
END_TEST

START_TEST(budget_is_kept)
{
	struct geometry g;
	struct membudget mem;
	struct view *v = NULL;
	struct lab l;
	char err[128] = "";

	lab_make(&l);
	ck_assert_int_eq(geometry_read(l.fd, (u64)NBLOCKS * BS, &g, err, sizeof(err)), 0);
	membudget_init(&mem, 8);
	ck_assert_int_eq(view_open_device(l.fd, &g, true, &mem, &v, err, sizeof(err)), -ENOMEM);
	ck_assert_ptr_null(v);
	ck_assert_uint_eq(mem.used, 0);
	geometry_free(&g);
	lab_done(&l);
}
END_TEST

/* ---- objects --------------------------------------------------------------------------------- */

static u8 *put_ea_block(struct lab *l, u8 *raw, u32 block)
{
	u8 *b = block_of(l, block);

	put32(raw + 104, block);
	put32(b, 0xEA020000);
	put32(b + 4, 1);
	put32(b + 8, 1);
	return b;
}

START_TEST(object_from_three_places)
{
	struct object o;
	struct lab l;
	u8 *raw, *b;

	lab_make(&l);
	raw = make_inode(&l, FILE_INO, S_IFREG | 0644, 0);
	put32(raw + 160, 0xEA020000);
	put_xattr(raw + 164, "lma", 64, 0, 24);
	put32(raw + 164 + 64 + 8, 0x401);
	put32(raw + 164 + 64 + 12, 2);
	put32(raw + 164 + 64 + 16, 5);
	b = put_ea_block(&l, raw, 30);
	put_xattr(b + 32, "som", 512, 0, 24);
	put_xattr(b + 52, "lmv", 0, 14, 1500);
	/* The value: two blocks in an inode of its own. */
	raw = make_inode(&l, 14, S_IFREG, 1500);
	put32(raw + 32, EXT4_FL_EA_INODE);
	put32(raw + 40, 31);
	put32(raw + 44, 33);
	memset(block_of(&l, 31), 'a', BS);
	memset(block_of(&l, 33), 'b', BS);
	lab_open(&l, true);
	ck_assert_int_eq(view_read_object(l.view, l.buf, FILE_INO, &o), 0);
	ck_assert_ptr_null(o.ea_broken);
	ck_assert_int_eq(o.fid_source, FID_FROM_LMA);
	ck_assert_uint_eq(o.fid.seq, 0x200000401);
	ck_assert_uint_eq(o.fid.oid, 5);
	ck_assert_int_eq(o.ea[EA_SOM].place, EA_IN_BLOCK);
	ck_assert_int_eq(o.ea[EA_LMV].place, EA_IN_INODE);
	ck_assert_int_eq(o.ea[EA_LMV].state, EA_PRESENT);
	ck_assert_uint_eq(o.ea[EA_LMV].len, 1500);
	ck_assert_int_eq(o.ea[EA_LMV].data[1023], 'a');
	ck_assert_int_eq(o.ea[EA_LMV].data[1499], 'b');
	ck_assert_int_eq(o.ea[EA_HSM].state, EA_ABSENT);
	/* Without its flag the inode is somebody's file. */
	put32(raw + 32, 0);
	ck_assert_int_eq(view_read_object(l.view, l.buf, FILE_INO, &o), 0);
	ck_assert_ptr_nonnull(o.ea_broken);
	ck_assert_int_eq(o.ea[EA_LMV].state, EA_UNREADABLE);
	ck_assert_int_eq(o.ea[EA_HSM].state, EA_ABSENT);
	lab_done(&l);
}
END_TEST

START_TEST(object_numbers)
{
	struct object o = { .ino = 77 };
	struct lab l;

	lab_make(&l);
	put16(make_inode(&l, FILE_INO, S_IFREG | 0644, 0) + 128, 999);
	lab_open(&l, true);
	ck_assert_int_eq(view_read_object(l.view, l.buf, 0, &o), -ERANGE);
	ck_assert_int_eq(view_read_object(l.view, l.buf, IPG + 1, &o), -ERANGE);
	ck_assert_int_eq(view_read_object(l.view, l.buf, FILE_INO, &o), -EBADMSG);
	ck_assert_uint_eq(o.ino, 77);
	ck_assert_int_eq(view_read_object(l.view, l.buf, IPG, &o), 0);
	ck_assert(!o.allocated);
	lab_done(&l);
}
END_TEST

/* ---- real images ----------------------------------------------------------------------------- */

/* What FORMATS counts on each. */
static const struct image {
	const char *name;
	u32 lma, link, lov, lufid, oi_files, oi;
} images[] = {
	{ "lustre-2.1-upgraded-2.5-mdt0", 706, 558, 76, 565, 1, 598 },
	{ "lustre-2.7-mdt0", 258, 31, 7, 43, 64, 86 },
	{ "lustre-2.9-mdt0", 274, 41, 10, 54, 64, 102 },
	{ "lustre-2.10-mdt0", 331, 24, 8, 42, 64, 123 },
	{ "lustre-2.10-mdt1", 301, 60, 10, 82, 64, 128 },
	{ "lustre-2.17-mdt0", 11047, 10717, 284, 10905, 64, 10813 },
};

struct census {
	struct view *view;
	struct image got;
	u32 problems, allocated, delivered;
	u32 oi[64];
	u32 misses; /* OI records that a look-up does not find */
	struct view_buf *buf;
};

static void count_problem(void *arg, const struct view_problem *p)
{
	struct census *c = arg;

	c->problems++;
}

static int count_entry(void *arg, const struct object *dir, const struct dirent_rec *d)
{
	struct census *c = arg;
	char name[16] = "";
	u32 n = 0;

	c->got.lufid += d->has_lufid;
	if (dir->ino != 2 || d->namelen < 5 || d->namelen > 8 || memcmp(d->name, "oi.16", 5))
		return 0;
	memcpy(name, d->name, d->namelen);
	if (d->namelen > 6)
		n = (u32)atoi(name + 6);
	ck_assert_uint_lt(n, ARRAY_SIZE(c->oi));
	c->oi[n] = d->ino;
	c->got.oi_files++;
	return 0;
}

static int count_object(void *arg, struct view_buf *buf, const struct object *obj)
{
	static const struct dir_ops ops = { count_entry, count_problem, false };
	struct census *c = arg;

	c->got.lma += object_has_lma(obj);
	c->got.link += object_has_link(obj);
	c->got.lov += object_has_lov(obj);
	return S_ISDIR(obj->inode.mode) ? view_read_dir(c->view, buf, obj, &ops, c) : 0;
}

static void count_group(void *arg, u32 group, u32 allocated, u32 delivered)
{
	struct census *c = arg;

	c->allocated += allocated;
	c->delivered += delivered;
}

static int count_records(void *arg, u32 oi, const struct oi_record *r, u32 n)
{
	struct census *c = arg;

	c->got.oi += n;
	return 0;
}

static int find_records(void *arg, u32 oi, const struct oi_record *r, u32 n)
{
	struct census *c = arg;
	struct view_buf *buf = view_buf_new(c->view);
	struct oi_record found = { .ino = 0 };

	for (u32 i = 0; i < n; i++)
		if (view_oi_lookup(c->view, buf, &r[i].fid, &found) || found.ino != r[i].ino)
			c->misses++;
	view_buf_free(buf);
	return 0;
}

static void census_oi(struct census *c, int (*records)(void *arg, u32 oi,
						       const struct oi_record *r, u32 n))
{
	struct oi_ops ops = { .records = records, .problem = count_problem };
	u32 i;

	view_pass_begin(c->view);
	for (i = 0; i < view_oi_count(c->view); i++)
		ck_assert_int_eq(view_read_oi(c->view, c->buf, i, &ops, c), 0);
}

/* Two threads count apart; the sum is what matters. */
static void census_scan(struct census *c)
{
	static const struct scan_ops ops = { count_object, count_group, count_problem, NULL };
	struct census other = { .view = c->view };
	void *args[2] = { c, &other };
	u32 i;

	view_pass_begin(c->view);
	ck_assert_int_eq(view_scan(c->view, &ops, args, 2, NULL), 0);
	c->got.lma += other.got.lma;
	c->got.link += other.got.link;
	c->got.lov += other.got.lov;
	c->got.lufid += other.got.lufid;
	c->got.oi_files += other.got.oi_files;
	c->problems += other.problems;
	c->allocated += other.allocated;
	c->delivered += other.delivered;
	for (i = 0; i < ARRAY_SIZE(c->oi); i++)
		c->oi[i] |= other.oi[i];
}

static void census_check(const struct census *c, const struct image *want)
{
	ck_assert_uint_eq(c->got.lma, want->lma);
	ck_assert_uint_eq(c->got.link, want->link);
	ck_assert_uint_eq(c->got.lov, want->lov);
	ck_assert_uint_eq(c->got.lufid, want->lufid);
	ck_assert_uint_eq(c->got.oi_files, want->oi_files);
	ck_assert_uint_eq(c->got.oi, want->oi);
	ck_assert_uint_eq(c->problems, 0);
	ck_assert_uint_eq(c->misses, 0);
	ck_assert_uint_eq(c->allocated, c->delivered);
	ck_assert_uint_eq(c->allocated,
			  view_info(c->view)->inodes_count - view_info(c->view)->free_inodes);
}

/* The image as a file without a name, or -1 where it is not at hand. */
static int image_open(const char *name)
{
	const char *dir = getenv("SHARED_IMAGES");
	char path[512], command[1200];
	int fd;

	snprintf(path, sizeof(path), "%s/%s.img.xz", dir ? dir : ".", name);
	if (!dir || access(path, R_OK))
		return -1;
	snprintf(command, sizeof(command), "xz -dkc '%s' | dd of=/proc/%d/fd/%%d bs=1M conv=sparse,"
		 "notrunc status=none", path, (int)getpid());
	fd = memfd_create(name, 0);
	snprintf(path, sizeof(path), command, fd);
	ck_assert_int_eq(system(path), 0);
	return fd;
}

START_TEST(image_is_counted)
{
	const struct image *want = &images[_i];
	struct census c = { .oi = { 0 } };
	struct geometry g;
	struct membudget mem;
	struct stat st;
	char err[128];
	int fd = image_open(want->name);

	if (fd < 0)
		return;
	membudget_init(&mem, 0);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_msg(!geometry_read(fd, (u64)st.st_size, &g, err, sizeof(err)), "%s", err);
	ck_assert_int_eq(view_open_device(fd, &g, true, &mem, &c.view, err, sizeof(err)), 0);
	geometry_free(&g);
	c.buf = view_buf_new(c.view);
	census_scan(&c);
	view_set_oi(c.view, c.oi, c.got.oi_files);
	census_oi(&c, count_records);
	census_oi(&c, find_records);
	census_check(&c, want);
	view_buf_free(c.buf);
	view_close(c.view);
	ck_assert_uint_eq(mem.used, 0);
	close(fd);
}
END_TEST

Suite *suite_view(void)
{
	TCase *tc;
	Suite *s = suite_begin("view", &tc);

	tcase_add_test(tc, geometry_is_read);
	tcase_add_test(tc, geometry_refuses);
	tcase_add_test(tc, geometry_hostile);
	tcase_add_test(tc, scan_delivers);
	tcase_add_test(tc, scan_without_bits);
	tcase_add_test(tc, scan_problems);
	tcase_add_test(tc, scan_without_table);
	tcase_add_test(tc, scan_stops);
	tcase_add_test(tc, budget_is_kept);
	tcase_add_test(tc, object_from_three_places);
	tcase_add_test(tc, object_numbers);
	tcase_add_loop_test(tc, image_is_counted, 0, ARRAY_SIZE(images));
	return s;
}
