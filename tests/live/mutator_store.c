/* SPDX-License-Identifier: GPL-2.0-only */
/* Attributes through the mount, OI records through the cache of the device. */
#include <endian.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "mutator.h"

unsigned long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (unsigned long long)t.tv_sec * 1000 + (unsigned long long)t.tv_nsec / 1000000;
}

unsigned int pick(struct thread *t, unsigned int n)
{
	return (unsigned int)rand_r(&t->seed) % n;
}

/* Between two updates of one operation. */
void window(struct thread *t)
{
	long us = t->w->pause_us;
	struct timespec ts;

	if (!us || pick(t, 16))
		return;
	if (!pick(t, 1024))
		us = t->w->long_ms * 1000;
	ts = (struct timespec){ us / 1000000, us % 1000000 * 1000 };
	nanosleep(&ts, NULL);
}

int broken(struct thread *t, const char *what)
{
	if (!t->failed)
		fprintf(stderr, "mutator: %s: %s\n", what, strerror(errno));
	t->failed = 1;
	return -1;
}

/* ---- attributes ---- */

static void put32(unsigned char *p, unsigned int v)
{
	v = htole32(v);
	memcpy(p, &v, 4);
}

static void put64(unsigned char *p, unsigned long long v)
{
	v = htole64(v);
	memcpy(p, &v, 8);
}

static void put_fid_be(unsigned char *p, const struct ident *f)
{
	unsigned long long seq = htobe64(f->seq);
	unsigned int oid = htobe32(f->oid), ver = htobe32(f->ver);

	memcpy(p, &seq, 8);
	memcpy(p + 8, &oid, 4);
	memcpy(p + 12, &ver, 4);
}

int set_lma(const char *path, const struct ident *f, unsigned int incompat)
{
	unsigned char ea[24] = { 0 };

	put32(ea + 4, incompat);
	put64(ea + 8, f->seq);
	put32(ea + 16, f->oid);
	put32(ea + 20, f->ver);
	return lsetxattr(path, "trusted.lma", ea, sizeof(ea), 0);
}

int get_fid(const char *path, struct ident *f)
{
	unsigned char ea[64];
	unsigned long long seq;
	unsigned int oid;

	if (lgetxattr(path, "trusted.lma", ea, sizeof(ea)) < 24)
		return -1;
	memcpy(&seq, ea + 8, 8);
	memcpy(&oid, ea + 16, 4);
	*f = (struct ident){ le64toh(seq), le32toh(oid), 0 };
	return 0;
}

const struct ident *dir_fid(struct thread *t, int dir)
{
	if (dir == OF_D)
		return &t->w->d;
	return dir < 0 ? &t->w->churn : &t->obj[dir].fid;
}

int set_link(struct thread *t, const char *path, const struct object *o)
{
	unsigned char ea[24 + NAMES * 64] = { 0 };
	size_t len = 24;

	for (int i = 0; i < o->nnames; i++) {
		size_t n = strlen(o->names[i].name);

		ea[len + 1] = (unsigned char)(18 + n);
		put_fid_be(ea + len + 2, dir_fid(t, o->names[i].dir));
		memcpy(ea + len + 18, o->names[i].name, n);
		len += 18 + n;
	}
	put32(ea, 0x11EAF1DF);
	put32(ea + 4, (unsigned int)o->nnames);
	put64(ea + 8, len);
	return lsetxattr(path, "trusted.link", ea, len, 0);
}

int set_lov(const char *path, const struct object *o, unsigned int stripe_size)
{
	unsigned char ea[56] = { 0 };

	put32(ea, 0x0BD10BD0);
	put32(ea + 4, 1);
	put64(ea + 8, o->fid.oid);
	put64(ea + 16, o->fid.seq);
	put32(ea + 24, stripe_size);
	put32(ea + 28, 1);
	put64(ea + 32, o->stripe);
	return lsetxattr(path, "trusted.lov", ea, sizeof(ea), 0);
}

/* ---- OI ---- */

static int get_block(struct world *w, long long at, unsigned char *block)
{
	return pread(w->dev, block, BLOCK, at) == BLOCK ? 0 : -1;
}

static unsigned int leaf_count(const unsigned char *leaf)
{
	return leaf[2] | (unsigned int)leaf[3] << 8;
}

static int put_count(struct world *w, long long at, unsigned int count)
{
	unsigned char raw[2] = { (unsigned char)count, (unsigned char)(count >> 8) };

	return pwrite(w->dev, raw, 2, at + 2) == 2 ? 0 : -1;
}

static unsigned int leaf_find(const unsigned char *leaf, const unsigned char *key)
{
	unsigned int i = 0;

	while (i < leaf_count(leaf) && memcmp(leaf + 4 + (size_t)i * OI_REC, key, 16) < 0)
		i++;
	return i;
}

int oi_insert(struct thread *t, const struct object *o)
{
	long long at = t->w->leaf[o->fid.seq % OI_FILES];
	unsigned char leaf[BLOCK], rec[OI_REC];
	unsigned int i, n, ino = htobe32(o->ino), gen = htobe32(o->gen);

	put_fid_be(rec, &o->fid);
	memcpy(rec + 16, &ino, 4);
	memcpy(rec + 20, &gen, 4);
	if (get_block(t->w, at, leaf))
		return -1;
	n = leaf_count(leaf);
	i = leaf_find(leaf, rec);
	memmove(leaf + 4 + (size_t)(i + 1) * OI_REC, leaf + 4 + (size_t)i * OI_REC,
		(size_t)(n - i) * OI_REC);
	memcpy(leaf + 4 + (size_t)i * OI_REC, rec, OI_REC);
	/* Records first, then the count. */
	if (pwrite(t->w->dev, leaf + 4, (size_t)(n + 1) * OI_REC, at + 4) < 0)
		return -1;
	window(t);
	return put_count(t->w, at, n + 1);
}

int oi_delete(struct thread *t, const struct ident *fid)
{
	long long at = t->w->leaf[fid->seq % OI_FILES];
	unsigned char leaf[BLOCK], key[16];
	unsigned int i, n;

	put_fid_be(key, fid);
	if (get_block(t->w, at, leaf))
		return -1;
	n = leaf_count(leaf);
	i = leaf_find(leaf, key);
	if (i == n || memcmp(leaf + 4 + (size_t)i * OI_REC, key, 16)) {
		errno = ENOENT;
		return -1;
	}
	memmove(leaf + 4 + (size_t)i * OI_REC, leaf + 4 + (size_t)(i + 1) * OI_REC,
		(size_t)(n - i - 1) * OI_REC);
	if (pwrite(t->w->dev, leaf + 4, (size_t)(n - 1) * OI_REC, at + 4) < 0)
		return -1;
	window(t);
	return put_count(t->w, at, n - 1);
}

int oi_has_room(struct thread *t, unsigned int file)
{
	unsigned char leaf[BLOCK];

	return !get_block(t->w, t->w->leaf[file], leaf) && leaf_count(leaf) < LEAF_MAX;
}

/* The last leaf of an OI file, by its last pointers. */
int find_leaf(struct world *w, unsigned int file)
{
	unsigned char block[BLOCK];
	char path[256];
	unsigned int levels = 0, logical = 0, gap = 16;
	int fd, rc = -1;

	snprintf(path, sizeof(path), "%s/oi.16.%u", w->mount, file);
	fd = open(path, O_RDONLY);
	for (unsigned int depth = 0; fd >= 0; depth++, gap = 0) {
		int physical = (int)logical;
		unsigned int count;

		if (ioctl(fd, FIBMAP, &physical) || !physical)
			break;
		w->leaf[file] = (long long)physical * BLOCK;
		if (depth == levels + 1) {
			rc = 0;
			break;
		}
		if (get_block(w, w->leaf[file], block))
			break;
		if (!depth)
			levels = block[14];
		count = block[gap + 2] | (unsigned int)block[gap + 3] << 8;
		memcpy(&logical, block + gap + (size_t)(count - 1) * 20 + 16, 4);
		logical = le32toh(logical);
	}
	if (fd >= 0)
		close(fd);
	return rc;
}
