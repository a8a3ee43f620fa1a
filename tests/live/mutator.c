/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A stand-in for a busy MDT: changes a mounted ext4 image of mkmdt (dirdata=off) as
 * Lustre changes ldiskfs, at full speed and one update after the other:
 *
 *	create	name, LMA, OI record, linkEA, layout	unlink	name, linkEA, OI record
 *	link	name, linkEA				rename	name, linkEA
 *
 * Names and attributes go through the mount; OI records through the buffer cache of
 * the block device, where the OSD writes them too.  Each thread has its own objects
 * and its own OI files, so it needs no lock.
 *
 *	mutator MOUNT DEVICE SECONDS THREADS PAUSE_US LOG
 *
 * PAUSE_US > 0 now and then stops that long between two updates.  LOG gets a line
 * "MS RULE FID" for each lasting fault that is planted meanwhile (in /victim).
 */
#include <endian.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#define BLOCK 4096U
#define OI_FILES 64U
#define OI_REC 24U
#define LEAF_MAX ((BLOCK - 4) / OI_REC)
#define FIRST_SEQ 0x200000440ULL /* and the 63 after it: one for each OI file */
#define OBJECTS 600		 /* a thread keeps at most */
#define NAMES 4			 /* an object has at most */
#define VICTIMS 5		 /* lasting faults planted under load */

struct ident {
	unsigned long long seq;
	unsigned int oid, ver;
};

struct entry {
	int dir; /* index of the directory object, -1: the thread's part of /churn */
	char name[24];
};

struct object {
	int used, is_dir, pending, children;
	struct ident fid;
	unsigned int ino, gen;
	int nnames;
	struct entry names[NAMES];
	unsigned long long stripe; /* OST object */
};

struct world {
	const char *mount;
	int dev;
	long pause_us;
	unsigned long long end_ms;
	struct ident churn;
	long long leaf[OI_FILES]; /* where the last leaf of each OI file is on the device */
	FILE *log;
};

struct thread {
	struct world *w;
	unsigned int number, of, seed, serial;
	unsigned int next_oid[OI_FILES];
	unsigned long long next_stripe, ops;
	struct object obj[OBJECTS];
	int failed;
};

static unsigned long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (unsigned long long)t.tv_sec * 1000 + (unsigned long long)t.tv_nsec / 1000000;
}

static unsigned int pick(struct thread *t, unsigned int n)
{
	return (unsigned int)rand_r(&t->seed) % n;
}

/* Between two updates of one operation. */
static void window(struct thread *t)
{
	struct timespec ts = { .tv_nsec = t->w->pause_us * 1000 };

	if (t->w->pause_us && !pick(t, 16))
		nanosleep(&ts, NULL);
}

static int broken(struct thread *t, const char *what)
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

static int set_lma(const char *path, const struct ident *f, unsigned int incompat)
{
	unsigned char ea[24] = { 0 };

	put32(ea + 4, incompat);
	put64(ea + 8, f->seq);
	put32(ea + 16, f->oid);
	put32(ea + 20, f->ver);
	return lsetxattr(path, "trusted.lma", ea, sizeof(ea), 0);
}

static int get_fid(const char *path, struct ident *f)
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

static const struct ident *dir_fid(struct thread *t, int dir)
{
	return dir < 0 ? &t->w->churn : &t->obj[dir].fid;
}

static int set_link(struct thread *t, const char *path, const struct object *o)
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

static int set_lov(const char *path, const struct object *o, unsigned int stripe_size)
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

static int oi_insert(struct thread *t, const struct object *o)
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

static int oi_delete(struct thread *t, const struct ident *fid)
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

static int oi_has_room(struct thread *t, unsigned int file)
{
	unsigned char leaf[BLOCK];

	return !get_block(t->w, t->w->leaf[file], leaf) && leaf_count(leaf) < LEAF_MAX;
}

/* The last leaf of an OI file, by its last pointers. */
static int find_leaf(struct world *w, unsigned int file)
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

/* ---- names ---- */

static void path_of(struct thread *t, const struct entry *e, char *out, size_t size)
{
	char dir[400];

	if (e->dir < 0) {
		snprintf(out, size, "%s/ROOT/churn/%s", t->w->mount, e->name);
		return;
	}
	path_of(t, &t->obj[e->dir].names[0], dir, sizeof(dir));
	snprintf(out, size, "%s/%s", dir, e->name);
}

static void object_path(struct thread *t, const struct object *o, int name, char *out, size_t size)
{
	if (o->pending)
		snprintf(out, size, "%s/PENDING/%016llx:%08x:%08x:0", t->w->mount, o->fid.seq,
			 o->fid.oid, o->fid.ver);
	else
		path_of(t, &o->names[name], out, size);
}

/* A directory of the thread: now and then the common one. */
static int some_dir(struct thread *t)
{
	for (int i = 0; i < 8; i++) {
		int d = (int)pick(t, OBJECTS);

		if (t->obj[d].used && t->obj[d].is_dir)
			return d;
	}
	return -1;
}

static void new_entry(struct thread *t, struct entry *e, int dir)
{
	e->dir = dir;
	snprintf(e->name, sizeof(e->name), "t%uf%u", t->number, t->serial++);
}

static void count_child(struct thread *t, int dir, int by)
{
	if (dir >= 0)
		t->obj[dir].children += by;
}

static int has_subdirs(struct thread *t, const struct object *o)
{
	int self = (int)(o - t->obj);

	for (int i = 0; i < OBJECTS; i++)
		if (t->obj[i].used && t->obj[i].is_dir && t->obj[i].names[0].dir == self)
			return 1;
	return 0;
}

/* Directories hang two deep at most. */
static int dir_for(struct thread *t, const struct object *o)
{
	int dir = some_dir(t);

	if (!o->is_dir || dir < 0)
		return dir;
	return &t->obj[dir] == o || t->obj[dir].names[0].dir >= 0 || has_subdirs(t, o) ? -1 : dir;
}

/* ---- operations ---- */

static int make(struct thread *t, int is_dir)
{
	/* Thread 0 of two has the odd files, with the victims' among them. */
	unsigned int file = pick(t, OI_FILES / t->of) * t->of + (t->number + 1) % t->of;
	struct object *o = NULL;
	char path[512];
	struct stat st;
	int fd, gen = 0;

	for (int i = 0; i < OBJECTS && !o; i++)
		if (!t->obj[i].used)
			o = &t->obj[i];
	if (!o || !oi_has_room(t, file))
		return 0;
	memset(o, 0, sizeof(*o));
	o->is_dir = is_dir;
	o->fid = (struct ident){ FIRST_SEQ + file, ++t->next_oid[file], 0 };
	o->nnames = 1;
	new_entry(t, &o->names[0], dir_for(t, o));
	path_of(t, &o->names[0], path, sizeof(path));
	if (is_dir ? mkdir(path, 0755) : mknod(path, S_IFREG | 0644, 0))
		return broken(t, path);
	o->used = 1;
	count_child(t, o->names[0].dir, 1);
	window(t);
	if (set_lma(path, &o->fid, 0))
		return broken(t, "LMA");
	fd = open(path, O_RDONLY);
	if (fd < 0 || fstat(fd, &st) || ioctl(fd, FS_IOC_GETVERSION, &gen))
		return broken(t, "generation");
	close(fd);
	o->ino = (unsigned int)st.st_ino;
	o->gen = (unsigned int)gen;
	window(t);
	if (oi_insert(t, o))
		return broken(t, "OI insert");
	window(t);
	if (set_link(t, path, o))
		return broken(t, "linkEA");
	window(t);
	o->stripe = t->next_stripe++;
	return is_dir || !set_lov(path, o, 1U << 20) ? 0 : broken(t, "layout");
}

static void forget_name(struct thread *t, struct object *o, int name)
{
	count_child(t, o->names[name].dir, -1);
	o->names[name] = o->names[--o->nnames];
}

static int drop(struct thread *t, struct object *o)
{
	char path[512];
	int fd;

	if (o->is_dir && o->children)
		return 0;
	object_path(t, o, 0, path, sizeof(path));
	/* Held open: the inode goes last. */
	fd = open(path, O_RDONLY);
	if (fd < 0 || (o->is_dir ? rmdir(path) : unlink(path)))
		return broken(t, path);
	window(t);
	if (o->pending || o->nnames == 1) {
		if (oi_delete(t, &o->fid))
			return broken(t, "OI delete");
		if (!o->pending)
			count_child(t, o->names[0].dir, -1);
		o->used = 0;
	} else {
		forget_name(t, o, 0);
		path_of(t, &o->names[0], path, sizeof(path));
		if (set_link(t, path, o))
			return broken(t, "linkEA");
	}
	window(t);
	close(fd);
	return 0;
}

static int link_more(struct thread *t, struct object *o)
{
	char path[512], to[512];

	if (o->is_dir || o->pending || o->nnames == NAMES)
		return 0;
	path_of(t, &o->names[0], path, sizeof(path));
	new_entry(t, &o->names[o->nnames], some_dir(t));
	path_of(t, &o->names[o->nnames], to, sizeof(to));
	if (link(path, to))
		return broken(t, "link");
	count_child(t, o->names[o->nnames++].dir, 1);
	window(t);
	return set_link(t, to, o) ? broken(t, "linkEA") : 0;
}

static int move(struct thread *t, struct object *o)
{
	char path[512], to[512];
	struct entry e;

	if (o->pending)
		return 0;
	new_entry(t, &e, dir_for(t, o));
	path_of(t, &o->names[0], path, sizeof(path));
	path_of(t, &e, to, sizeof(to));
	if (rename(path, to))
		return broken(t, "rename");
	count_child(t, o->names[0].dir, -1);
	count_child(t, e.dir, 1);
	o->names[0] = e;
	window(t);
	return set_link(t, to, o) ? broken(t, "linkEA") : 0;
}

/* Between the same two names, again and again: what was missed looks the same each time. */
static int swing(struct thread *t, struct object *o)
{
	struct entry home = o->names[0], away;
	int n = (int)pick(t, 40) * 2;
	char path[512], to[512];

	if (o->is_dir || o->pending)
		return 0;
	new_entry(t, &away, some_dir(t));
	for (int i = 0; i < n; i++) {
		path_of(t, i % 2 ? &away : &home, path, sizeof(path));
		path_of(t, i % 2 ? &home : &away, to, sizeof(to));
		if (rename(path, to))
			return broken(t, "rename");
		o->names[0] = i % 2 ? home : away;
		window(t);
		if (set_link(t, to, o))
			return broken(t, "linkEA");
	}
	return 0;
}

static int restripe(struct thread *t, struct object *o)
{
	struct object *other = &t->obj[pick(t, OBJECTS)];
	unsigned long long stripe = o->stripe;
	char path[512], other_path[512];

	if (o->is_dir)
		return 0;
	object_path(t, o, 0, path, sizeof(path));
	if (pick(t, 2) || other == o || !other->used || other->is_dir) {
		o->stripe = t->next_stripe++;
		return set_lov(path, o, 1U << 20) ? broken(t, "layout") : 0;
	}
	/* Swap: both claim an object of the other for a moment. */
	o->stripe = other->stripe;
	other->stripe = stripe;
	object_path(t, other, 0, other_path, sizeof(other_path));
	if (set_lov(path, o, 1U << 20))
		return broken(t, "layout");
	window(t);
	return set_lov(other_path, other, 1U << 20) ? broken(t, "layout") : 0;
}

static int open_unlink(struct thread *t, struct object *o)
{
	char path[512], to[512];

	if (o->is_dir || o->pending || o->nnames != 1)
		return 0;
	path_of(t, &o->names[0], path, sizeof(path));
	o->pending = 1;
	object_path(t, o, 0, to, sizeof(to));
	if (set_lma(path, &o->fid, 0x10) || rename(path, to))
		return broken(t, "to PENDING");
	count_child(t, o->names[0].dir, -1);
	/* Its linkEA keeps the last name. */
	return 0;
}

static int one_operation(struct thread *t)
{
	struct object *o = &t->obj[pick(t, OBJECTS)];
	unsigned int what = pick(t, 100);

	t->ops++;
	if (!o->used)
		return make(t, what < 12);
	if (what < 35)
		return drop(t, o);
	if (what < 50)
		return link_more(t, o);
	if (what < 75)
		return move(t, o);
	if (what < 80)
		return swing(t, o);
	if (what < 94)
		return restripe(t, o);
	return open_unlink(t, o);
}

/* ---- lasting faults under load ---- */

static int plant(struct thread *t, unsigned int which)
{
	static const char *const rule[VICTIMS] = {
		"linkea-missing", "lov-stripe-size", "oi-missing", "lma-malformed", "lov-owner",
	};
	struct object o = { .stripe = 0x80000 + which };
	char path[512];
	int rc = -1;

	snprintf(path, sizeof(path), "%s/ROOT/victim/v%04u", t->w->mount, which);
	if (get_fid(path, &o.fid))
		return broken(t, path);
	switch (which) {
	case 0:
		rc = lremovexattr(path, "trusted.link");
		break;
	case 1:
		rc = set_lov(path, &o, 12345);
		break;
	case 2:
		rc = oi_delete(t, &o.fid);
		break;
	case 3:
		rc = lsetxattr(path, "trusted.lma", "0123456789abcdef", 16, 0);
		break;
	case 4:
		o.fid.oid++;
		rc = set_lov(path, &o, 1U << 20);
		o.fid.oid--;
		break;
	}
	if (rc)
		return broken(t, rule[which]);
	/* Without an LMA of its own it is known by its inode: by the path, in any case. */
	fprintf(t->w->log, "%llu %s /victim/v%04u\n", now_ms(), rule[which], which);
	fflush(t->w->log);
	return 0;
}

static void *thread_main(void *arg)
{
	struct thread *t = arg;
	unsigned long long begin = now_ms(), length = t->w->end_ms - begin, now;
	unsigned int planted = 0;

	while (!t->failed && (now = now_ms()) < t->w->end_ms) {
		/* In the first half, so that runs that begin later can find them. */
		if (!t->number && planted < VICTIMS &&
		    now - begin > length * (planted + 1) / (2 * VICTIMS + 2))
			plant(t, planted++);
		one_operation(t);
	}
	return NULL;
}

static int open_world(struct world *w, char **argv)
{
	char path[256];

	w->mount = argv[1];
	w->pause_us = atol(argv[5]);
	w->end_ms = now_ms() + strtoull(argv[3], NULL, 10) * 1000;
	w->dev = open(argv[2], O_RDWR);
	w->log = fopen(argv[6], "w");
	snprintf(path, sizeof(path), "%s/ROOT/churn", w->mount);
	if (w->dev < 0 || !w->log || get_fid(path, &w->churn))
		return -1;
	for (unsigned int i = 0; i < OI_FILES; i++)
		if (find_leaf(w, i))
			return -1;
	return 0;
}

int main(int argc, char **argv)
{
	struct world w = { 0 };
	struct thread *t;
	pthread_t id[16];
	unsigned int n = argc == 7 ? (unsigned int)atoi(argv[4]) : 0;
	unsigned long long ops = 0;
	int failed = 0;

	if (n != 1 && n != 2) {
		fprintf(stderr, "usage: mutator MOUNT DEVICE SECONDS 1|2 PAUSE_US LOG\n");
		return 2;
	}
	t = calloc(n, sizeof(*t));
	if (!t || open_world(&w, argv)) {
		perror("mutator");
		return 1;
	}
	for (unsigned int i = 0; i < n; i++) {
		t[i].w = &w;
		t[i].number = i;
		t[i].of = n;
		t[i].seed = i + 1;
		t[i].next_stripe = (i + 1ULL) << 20;
		if (pthread_create(&id[i], NULL, thread_main, &t[i]))
			return 1;
	}
	for (unsigned int i = 0; i < n; i++) {
		pthread_join(id[i], NULL);
		ops += t[i].ops;
		failed |= t[i].failed;
	}
	printf("%llu\n", ops);
	return failed;
}
