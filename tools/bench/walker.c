/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fastest walk of a mounted MDT that reads the attributes a checker needs, and judges
 * nothing: directories by getdents, several at a time, the entries of each in the order of
 * their inodes; of every entry LMA, linkEA, and layout or LMV.
 *
 *	walker DIRECTORY [THREADS]
 *
 * Prints the numbers of directories, entries, attributes, and bytes of attributes.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#define THREADS_MAX 64
#define DENTS_SIZE (256 << 10)
#define VALUE_SIZE 65536

struct counts {
	u64 dirs, entries, eas, bytes;
};

struct walk {
	pthread_mutex_t lock;
	pthread_cond_t more;
	char **stack; /* paths of directories to be read */
	size_t n, cap;
	u32 busy; /* threads that may still push some */
	int rc;	  /* the first error */
	struct counts counts;
};

/* One entry of the directory in hand. */
struct item {
	u64 ino;
	size_t name; /* offset in names */
	bool dir;
};

/* What a thread uses again for each directory. */
struct hand {
	struct walk *w;
	struct counts counts;
	struct item *items;
	size_t nitems, items_cap;
	char *names;
	size_t names_len, names_cap;
	char dents[DENTS_SIZE];
	char value[VALUE_SIZE];
};

static int grow(void *array, size_t *cap, size_t need, size_t size)
{
	void **p = array, *more;
	size_t n = *cap ? *cap : 64;

	if (need <= *cap)
		return 0;
	while (n < need)
		n *= 2;
	more = realloc(*p, n * size);
	if (!more)
		return -ENOMEM;
	*p = more;
	*cap = n;
	return 0;
}

/* ---- directories still to be read ---- */

static int push(struct walk *w, const char *dir, const char *name)
{
	char *path;
	int rc;

	if (asprintf(&path, "%s%s%s", dir, name ? "/" : "", name ? name : "") < 0)
		return -ENOMEM;
	pthread_mutex_lock(&w->lock);
	rc = grow(&w->stack, &w->cap, w->n + 1, sizeof(*w->stack));
	if (rc)
		free(path);
	else
		w->stack[w->n++] = path;
	pthread_cond_signal(&w->more);
	pthread_mutex_unlock(&w->lock);
	return rc;
}

/* NULL when all have been read, or one could not be. */
static char *pop(struct walk *w)
{
	char *path = NULL;

	pthread_mutex_lock(&w->lock);
	w->busy--;
	while (!w->n && w->busy && !w->rc)
		pthread_cond_wait(&w->more, &w->lock);
	if (w->n && !w->rc) {
		path = w->stack[--w->n];
		w->busy++;
	} else {
		pthread_cond_broadcast(&w->more);
	}
	pthread_mutex_unlock(&w->lock);
	return path;
}

static void give_up(struct walk *w, const char *path, int rc)
{
	fprintf(stderr, "walker: %s: %s\n", path, strerror(-rc));
	pthread_mutex_lock(&w->lock);
	w->rc = rc;
	pthread_mutex_unlock(&w->lock);
}

/* ---- one directory ---- */

static int add_item(struct hand *h, const struct dirent64 *d)
{
	size_t len = strlen(d->d_name) + 1;
	int rc = grow(&h->items, &h->items_cap, h->nitems + 1, sizeof(*h->items));

	if (!rc)
		rc = grow(&h->names, &h->names_cap, h->names_len + len, 1);
	if (rc)
		return rc;
	memcpy(h->names + h->names_len, d->d_name, len);
	h->items[h->nitems++] = (struct item){ d->d_ino, h->names_len, d->d_type == DT_DIR };
	h->names_len += len;
	return 0;
}

static int read_entries(struct hand *h, int fd)
{
	ssize_t n = 0, off;
	int rc = 0;

	h->nitems = 0;
	h->names_len = 0;
	while (!rc && (n = getdents64(fd, h->dents, sizeof(h->dents))) > 0)
		for (off = 0; off < n && !rc;) {
			const struct dirent64 *d = (const void *)(h->dents + off);

			off += d->d_reclen;
			if (strcmp(d->d_name, ".") && strcmp(d->d_name, ".."))
				rc = add_item(h, d);
		}
	return n < 0 ? -errno : rc;
}

static int by_inode(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	return x->ino < y->ino ? -1 : x->ino > y->ino;
}

static int read_eas(struct hand *h, const char *path, bool dir)
{
	const char *const names[] = { "trusted.lma", "trusted.link",
				      dir ? "trusted.lmv" : "trusted.lov" };
	size_t i;

	h->counts.entries++;
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		ssize_t n = lgetxattr(path, names[i], h->value, sizeof(h->value));

		if (n < 0 && errno != ENODATA)
			return -errno;
		h->counts.eas += n >= 0;
		h->counts.bytes += n >= 0 ? (u64)n : 0;
	}
	return 0;
}

static int walk_dir(struct hand *h, const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), rc;
	size_t i;

	if (fd < 0)
		return -errno;
	h->counts.dirs++;
	rc = read_entries(h, fd);
	if (!rc && fchdir(fd))
		rc = -errno;
	close(fd);
	if (!rc)
		qsort(h->items, h->nitems, sizeof(*h->items), by_inode);
	for (i = 0; i < h->nitems && !rc; i++) {
		const char *name = h->names + h->items[i].name;

		rc = read_eas(h, name, h->items[i].dir);
		if (!rc && h->items[i].dir)
			rc = push(h->w, path, name);
	}
	return rc;
}

static void add_counts(struct walk *w, const struct counts *c)
{
	pthread_mutex_lock(&w->lock);
	w->counts.dirs += c->dirs;
	w->counts.entries += c->entries;
	w->counts.eas += c->eas;
	w->counts.bytes += c->bytes;
	pthread_mutex_unlock(&w->lock);
}

static void *run(void *arg)
{
	struct walk *w = arg;
	struct hand *h = calloc(1, sizeof(*h));
	char *path;
	/* Each thread has a working directory of its own: names are looked up in it. */
	int rc = !h ? -ENOMEM : unshare(CLONE_FS) ? -errno : 0;

	if (rc)
		give_up(w, "thread", rc);
	while ((path = pop(w))) {
		h->w = w;
		rc = walk_dir(h, path);
		if (rc)
			give_up(w, path, rc);
		free(path);
	}
	if (h) {
		add_counts(w, &h->counts);
		free(h->items);
		free(h->names);
	}
	free(h);
	return NULL;
}

static int walk_all(struct walk *w, char *root, u32 threads)
{
	pthread_t id[THREADS_MAX];
	struct hand *h = calloc(1, sizeof(*h));
	int rc = h ? read_eas(h, root, true) : -ENOMEM;
	u32 i;

	if (h)
		w->counts = h->counts;
	free(h);
	if (!rc)
		rc = push(w, root, NULL);
	w->busy = threads;
	for (i = 0; i < threads && !rc; i++)
		rc = -pthread_create(&id[i], NULL, run, w);
	if (rc) {
		fprintf(stderr, "walker: %s: %s\n", root, strerror(-rc));
		return rc;
	}
	for (i = 0; i < threads; i++)
		pthread_join(id[i], NULL);
	return w->rc;
}

int main(int argc, char **argv)
{
	struct walk w = { .lock = PTHREAD_MUTEX_INITIALIZER, .more = PTHREAD_COND_INITIALIZER };
	int threads = argc == 3 ? atoi(argv[2]) : 2;
	char *root = argc > 1 && argc < 4 ? realpath(argv[1], NULL) : NULL;
	int rc;

	if (!root || threads < 1 || threads > THREADS_MAX) {
		fprintf(stderr, "usage: walker DIRECTORY [THREADS]\n");
		free(root);
		return 1;
	}
	rc = walk_all(&w, root, (u32)threads);
	if (!rc)
		printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", w.counts.dirs,
		       w.counts.entries, w.counts.eas, w.counts.bytes);
	while (w.n)
		free(w.stack[--w.n]);
	free(w.stack);
	free(root);
	return rc ? 1 : 0;
}
