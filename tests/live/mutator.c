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
 *	mutator MOUNT DEVICE SECONDS THREADS PAUSE_US LONG_MS LOG
 *
 * It runs until SIGTERM.  PAUSE_US > 0 now and then stops that long between two
 * updates, and LONG_MS once in a great while: half an operation is all there is to see
 * for so long.  LOG gets a line "MS RULE PATH" for each lasting fault that is planted (in
 * /victim), in the first half of SECONDS.
 */
#include <fcntl.h>
#include <linux/fs.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "mutator.h"

/* ---- names ---- */

static void path_of(struct thread *t, const struct entry *e, char *out, size_t size)
{
	char dir[400];

	if (e->dir < 0) {
		snprintf(out, size, "%s/ROOT/%s/%s", t->w->mount, e->dir == OF_D ? "d" : "churn",
			 e->name);
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

/* What a sequence has room for, then those of the next one that go to the same OI file. */
static struct ident next_fid(struct thread *t, unsigned int file)
{
	unsigned int n = t->made[file]++;

	return (struct ident){ FIRST_SEQ + file + (unsigned long long)(n / SEQ_WIDTH) * OI_FILES,
			       n % SEQ_WIDTH + 1, 0 };
}

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
	o->fid = next_fid(t, file);
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

/* /d/f0003, whose layout is broken, is in use all the time; /d/f0004 is written to. */
static int use_broken(struct thread *t)
{
	struct object o = { .nnames = 1 };
	char path[512], to[512];
	struct entry from = { OF_D, "f0003" };

	snprintf(path, sizeof(path), "%s/ROOT/d/f0004", t->w->mount);
	if (utimensat(AT_FDCWD, path, NULL, 0) || chmod(path, 0600 + pick(t, 8)))
		return broken(t, path);
	o.names[0] = (struct entry){ OF_D, "g0003" };
	if (t->swung) {
		from = o.names[0];
		o.names[0] = (struct entry){ OF_D, "f0003" };
	}
	path_of(t, &from, path, sizeof(path));
	path_of(t, &o.names[0], to, sizeof(to));
	if (rename(path, to))
		return broken(t, path);
	t->swung = !t->swung;
	window(t);
	return set_link(t, to, &o) ? broken(t, "linkEA") : 0;
}

static int plant(struct thread *t, unsigned int which)
{
	static const char *const rule[VICTIMS] = {
		"linkea-missing", "lov-stripe-size", "oi-missing", "lma-malformed", "lov-owner",
	};
	struct object o = { .stripe = FIRST_STRIPE / 2 + which };
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
	unsigned long long begin = now_ms(), start;
	unsigned int planted = 0;

	while (!t->failed && !__atomic_load_n(&t->w->stop, __ATOMIC_RELAXED)) {
		/* In the first half, so that runs that begin later can find them. */
		if (!t->number && planted < VICTIMS &&
		    now_ms() - begin > t->w->length_ms * (planted + 1) / (2 * VICTIMS + 2))
			plant(t, planted++);
		if (!t->number && t->ops % 16 == 0)
			use_broken(t);
		start = now_ms();
		one_operation(t);
		if (now_ms() - start > t->longest_ms)
			t->longest_ms = now_ms() - start;
	}
	if (t->failed)
		kill(getpid(), SIGTERM);
	return NULL;
}

static int open_world(struct world *w, char **argv)
{
	char path[256];

	w->mount = argv[1];
	w->length_ms = strtoull(argv[3], NULL, 10) * 1000;
	w->pause_us = atol(argv[5]);
	w->long_ms = atol(argv[6]);
	w->dev = open(argv[2], O_RDWR);
	w->log = fopen(argv[7], "w");
	snprintf(path, sizeof(path), "%s/ROOT/churn", w->mount);
	if (w->dev < 0 || !w->log || get_fid(path, &w->churn))
		return -1;
	snprintf(path, sizeof(path), "%s/ROOT/d", w->mount);
	if (get_fid(path, &w->d))
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
	unsigned int n = argc == 8 ? (unsigned int)atoi(argv[4]) : 0;
	unsigned long long ops = 0, longest = 0;
	int failed = 0, sig;
	sigset_t term;

	if (n != 1 && n != 2) {
		fprintf(stderr, "usage: mutator MOUNT DEVICE SECONDS 1|2 PAUSE_US LONG_MS LOG\n");
		return 2;
	}
	/* It ends with the suite, even if that is killed. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &term, NULL);
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
		t[i].next_stripe = (i + 1) * FIRST_STRIPE;
		if (pthread_create(&id[i], NULL, thread_main, &t[i]))
			return 1;
	}
	sigwait(&term, &sig);
	__atomic_store_n(&w.stop, 1, __ATOMIC_RELAXED);
	for (unsigned int i = 0; i < n; i++) {
		pthread_join(id[i], NULL);
		ops += t[i].ops;
		failed |= t[i].failed;
		if (t[i].longest_ms > longest)
			longest = t[i].longest_ms;
	}
	printf("%llu %llu\n", ops, longest);
	return failed;
}
