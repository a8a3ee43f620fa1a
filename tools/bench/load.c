/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A foreground load of metadata on a mounted stand-in: half of the operations look at an inode,
 * a quarter create or remove a file, a quarter rename one.
 *
 *	load DIRECTORY THREADS SYNC COUNT
 *
 * Each thread has a directory of its own, and syncs it after every SYNC operations (0: never).
 * A file gets an LMA, as an MDT gives it, of a local object that is in no OI.  Until a SIGTERM; all
 * is removed then.  A hundred times a second the file COUNT is overwritten with the time in
 * seconds and the operations of all threads so far.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#define THREADS_MAX 64
#define SLOTS 1000 /* names a thread uses */
#define COUNT_EVERY_NS 10000000
#define LMA_LEN 24
#define LMA_NOT_IN_OI 4
#define SEQ_LOCAL_NAME 0x200000003ULL

struct worker {
	pthread_t id;
	const char *where;
	u32 number, sync;
	u32 made; /* files so far: each has another FID */
	u64 rng;
	u64 ops; /* atomic for those who look */
	int dir;
	int rc;
	bool there[SLOTS];
};

static int stop; /* atomic */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static u32 pick(struct worker *w, u32 n)
{
	w->rng ^= w->rng << 13;
	w->rng ^= w->rng >> 7;
	w->rng ^= w->rng << 17;
	return (u32)(w->rng % n);
}

static void put_le(u8 *p, u64 v, size_t n)
{
	for (; n; n--, v >>= 8)
		*p++ = (u8)v;
}

static int give_lma(struct worker *w, int fd)
{
	u8 lma[LMA_LEN] = { 0 };

	put_le(lma, LMA_NOT_IN_OI, 4);
	put_le(lma + 8, SEQ_LOCAL_NAME, 8);
	put_le(lma + 16, (w->number + 1) << 24 | w->made++, 4);
	return fsetxattr(fd, "trusted.lma", lma, sizeof(lma), 0) ? -errno : 0;
}

static int create(struct worker *w, u32 slot, const char *name)
{
	int fd = openat(w->dir, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
	int rc = fd < 0 ? -errno : give_lma(w, fd);

	if (fd >= 0)
		close(fd);
	w->there[slot] = fd >= 0;
	return rc;
}

static int drop(struct worker *w, u32 slot, const char *name)
{
	if (unlinkat(w->dir, name, 0))
		return -errno;
	w->there[slot] = false;
	return 0;
}

static int move(struct worker *w, u32 slot, const char *name)
{
	u32 to = pick(w, SLOTS);
	char new[16];

	snprintf(new, sizeof(new), "f%u", to);
	if (renameat(w->dir, name, w->dir, new))
		return -errno;
	w->there[slot] = false;
	w->there[to] = true;
	return 0;
}

static int look(struct worker *w, const char *name)
{
	struct stat st;

	return fstatat(w->dir, name, &st, AT_SYMLINK_NOFOLLOW) && errno != ENOENT ? -errno : 0;
}

static int one(struct worker *w)
{
	u32 slot = pick(w, SLOTS), kind = pick(w, 4);
	char name[16];
	int rc;

	snprintf(name, sizeof(name), "f%u", slot);
	if (kind < 2)
		rc = look(w, name);
	else if (!w->there[slot])
		rc = create(w, slot, name);
	else
		rc = kind == 2 ? drop(w, slot, name) : move(w, slot, name);
	__atomic_store_n(&w->ops, w->ops + 1, __ATOMIC_RELAXED);
	if (!rc && w->sync && w->ops % w->sync == 0 && fsync(w->dir))
		rc = -errno;
	return rc;
}

static void tidy(struct worker *w, const char *path)
{
	char name[16];
	u32 i;

	for (i = 0; i < SLOTS; i++) {
		snprintf(name, sizeof(name), "f%u", i);
		if (w->there[i])
			unlinkat(w->dir, name, 0);
	}
	close(w->dir);
	rmdir(path);
}

static void *run(void *arg)
{
	struct worker *w = arg;
	char *path;

	if (asprintf(&path, "%s/load-%u", w->where, w->number) < 0) {
		w->rc = -ENOMEM;
		return NULL;
	}
	w->rng = 0x9e3779b97f4a7c15ULL * (w->number + 1);
	w->dir = mkdir(path, 0700) ? -1 : open(path, O_RDONLY | O_DIRECTORY);
	w->rc = w->dir < 0 ? -errno : 0;
	while (!w->rc && !__atomic_load_n(&stop, __ATOMIC_RELAXED))
		w->rc = one(w);
	if (w->dir >= 0)
		tidy(w, path);
	free(path);
	return NULL;
}

/* Of one length, so that the newer line covers the older. */
static int tell(int fd, const struct worker *w, int threads)
{
	char line[64];
	u64 ops = 0;
	int i, n;

	for (i = 0; i < threads; i++)
		ops += __atomic_load_n(&w[i].ops, __ATOMIC_RELAXED);
	n = snprintf(line, sizeof(line), "%020.6f %020llu\n", now(), (unsigned long long)ops);
	return pwrite(fd, line, (size_t)n, 0) == n ? 0 : -EIO;
}

static int count_until_told(int fd, const struct worker *w, int threads, const sigset_t *end)
{
	const struct timespec tick = { .tv_nsec = COUNT_EVERY_NS };
	int rc = 0;

	while (!rc && sigtimedwait(end, NULL, &tick) < 0)
		rc = tell(fd, w, threads);
	return rc;
}

int main(int argc, char **argv)
{
	static struct worker w[THREADS_MAX];
	int i, fd, threads = argc == 5 ? atoi(argv[2]) : 0, rc;
	sigset_t end;

	if (threads < 1 || threads > THREADS_MAX) {
		fprintf(stderr, "usage: load DIRECTORY THREADS SYNC COUNT\n");
		return 1;
	}
	fd = open(argv[4], O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0) {
		fprintf(stderr, "load: %s: %s\n", argv[4], strerror(errno));
		return 1;
	}
	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	sigprocmask(SIG_BLOCK, &end, NULL);
	for (i = 0; i < threads; i++) {
		w[i].where = argv[1];
		w[i].number = (u32)i;
		w[i].sync = (u32)atoi(argv[3]);
		if (pthread_create(&w[i].id, NULL, run, &w[i]))
			return 1;
	}
	rc = count_until_told(fd, w, threads, &end);
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	for (i = 0; i < threads; i++) {
		pthread_join(w[i].id, NULL);
		rc = rc ? rc : w[i].rc;
	}
	if (rc)
		fprintf(stderr, "load: %s: %s\n", argv[1], strerror(-rc));
	close(fd);
	return rc ? 1 : 0;
}
