/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The scan of the posix view: a walk from the root, by threads that take
 * directories from one stack.  A thread reads all names of its directory, visits
 * the objects in the order of their inode numbers, as they lie on the disk, and
 * puts subdirectories on the stack.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "view/posix_dir.h"
#include "view/posix_tree.h"

struct walk {
	struct view *view;
	const struct scan_ops *ops;
	const volatile int *cancel;
	u64 *seen; /* one bit an inode: delivered, or about to be.  Atomic */
	u64 seen_bytes;
	u32 *stack; /* directories to be read; under the lock, as all that follows */
	u32 n, cap;
	u32 busy; /* threads with a directory in hand */
	int rc;
	pthread_mutex_t lock;
	pthread_cond_t more;
};

struct walk_thread {
	struct walk *w;
	struct view_buf *buf;
	void *arg;
	u32 *child; /* inodes of the directory at hand */
	u32 n, cap;
	u32 dir;
	u32 met, delivered;
	pthread_t tid;
	bool started;
};

static bool see(struct walk *w, u32 ino)
{
	u64 bit = 1ULL << (ino % 64);

	return !(__atomic_fetch_or(&w->seen[ino / 64], bit, __ATOMIC_RELAXED) & bit);
}

static bool push(u32 **array, u32 *n, u32 *cap, u32 value)
{
	if (array_room(array, cap, *n + 1, sizeof(u32), NULL))
		return false;
	(*array)[(*n)++] = value;
	return true;
}

static void fail(struct walk *w, int rc)
{
	pthread_mutex_lock(&w->lock);
	if (!w->rc)
		w->rc = rc;
	pthread_cond_broadcast(&w->more);
	pthread_mutex_unlock(&w->lock);
}

/* The next directory; 0 when the walk is over. */
static u32 take_dir(struct walk *w)
{
	u32 ino = 0;

	pthread_mutex_lock(&w->lock);
	w->busy--;
	while (!w->n && w->busy && !w->rc)
		pthread_cond_wait(&w->more, &w->lock);
	if (w->n && !w->rc) {
		ino = w->stack[--w->n];
		w->busy++;
	} else {
		pthread_cond_broadcast(&w->more);
	}
	pthread_mutex_unlock(&w->lock);
	return ino;
}

static int put_dir(struct walk *w, u32 ino)
{
	int rc = 0;

	pthread_mutex_lock(&w->lock);
	if (!push(&w->stack, &w->n, &w->cap, ino))
		rc = -ENOMEM;
	pthread_cond_signal(&w->more);
	pthread_mutex_unlock(&w->lock);
	return rc;
}

static void complain(struct walk_thread *t, u32 ino, const char *why)
{
	struct view_problem p = { .kind = PROBLEM_INODE, .ino = ino, .why = why };

	t->w->ops->problem(t->arg, &p);
}

static const char *why_lost(int rc)
{
	switch (rc) {
	case -EXDEV:
		return "something is mounted over the name";
	case -ESTALE:
		return "the name leads to another inode";
	case -ENAMETOOLONG:
		return "the directory lies too deep to be opened";
	default:
		return "the kernel cannot read the inode";
	}
}

/* Reads the object as what it is now; a directory goes on the stack when it is met first. */
static int visit(struct walk_thread *t, u32 ino, bool as_directory)
{
	struct walk *w = t->w;
	struct object o;
	int rc = view_read_object(w->view, t->buf, ino, &o);

	/* Gone since its name was read: only on a target that changes. */
	if ((rc == -ENOENT || rc == -ESTALE) && !w->view->info.is_static)
		return 0;
	if (!rc && !as_directory && S_ISDIR(o.inode.mode))
		return put_dir(w, ino);
	t->met++;
	if (rc) {
		complain(t, ino, why_lost(rc));
		return 0;
	}
	t->delivered++;
	if (o.ea_broken) {
		struct view_problem p = { .kind = PROBLEM_EA, .ino = ino, .why = o.ea_broken };

		w->ops->problem(t->arg, &p);
	}
	if (w->view->pace) {
		pace_inodes(w->view->pace, 1);
		pace_bytes(w->view->pace, w->view->info.inode_size);
	}
	return w->ops->object(t->arg, t->buf, &o);
}

static int note_child(void *arg, const struct dirent_rec *d)
{
	struct walk_thread *t = arg;
	struct view *v = t->w->view;
	int rc;

	if (dirent_is_dot(d) || dirent_is_dotdot(d) || d->ino > v->info.inodes_count ||
	    !see(t->w, d->ino))
		return 0;
	rc = posix_tree_note(v, t->buf, d->ino, t->dir, d->name, d->namelen);
	return rc || push(&t->child, &t->n, &t->cap, d->ino) ? rc : -ENOMEM;
}

static int ino_cmp(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return (x > y) - (x < y);
}

/* The directory itself, then what its names lead to. */
static int walk_dir(struct walk_thread *t, u32 ino)
{
	struct walk *w = t->w;
	int rc = visit(t, ino, true);

	if (rc)
		return rc;
	t->n = 0;
	t->dir = ino;
	/* That it cannot be read was told when the object was delivered. */
	rc = posix_each_entry(w->view, t->buf, ino, note_child, t);
	if (rc == -ENOMEM)
		return rc;
	if (t->n)
		qsort(t->child, t->n, sizeof(u32), ino_cmp);
	rc = 0;
	for (u32 i = 0; i < t->n && !rc; i++)
		rc = stop_wanted(w->cancel) ? -ECANCELED : visit(t, t->child[i], false);
	return rc;
}

static void *thread_main(void *arg)
{
	struct walk_thread *t = arg;
	int rc = 0;
	u32 ino;

	while (!rc && (ino = take_dir(t->w)) != 0)
		rc = stop_wanted(t->w->cancel) ? -ECANCELED : walk_dir(t, ino);
	/* The walk has no groups: this is what one thread did. */
	t->w->ops->group(t->arg, 0, t->met, t->delivered);
	if (!rc && t->w->ops->rest)
		rc = t->w->ops->rest(t->arg, t->buf);
	if (rc)
		fail(t->w, rc);
	return NULL;
}

static int threads_run(struct walk *w, struct walk_thread *t, unsigned int n)
{
	unsigned int i;

	/* A thread counts as busy until it asks for its first directory. */
	w->busy = n;
	for (i = 1; i < n; i++) {
		t[i].started = !pthread_create(&t[i].tid, NULL, thread_main, &t[i]);
		if (t[i].started)
			continue;
		pthread_mutex_lock(&w->lock);
		w->busy--;
		pthread_mutex_unlock(&w->lock);
	}
	thread_main(&t[0]);
	for (i = 1; i < n; i++)
		if (t[i].started)
			pthread_join(t[i].tid, NULL);
	return w->rc;
}

static int walk_init(struct walk *w, struct walk_thread *t, void *const *args, unsigned int n)
{
	w->seen_bytes = ((u64)w->view->info.inodes_count / 64 + 1) * sizeof(*w->seen);
	w->seen = membudget_map(w->view->mem, w->seen_bytes, w->seen_bytes);
	if (!w->seen)
		return -ENOMEM;
	for (unsigned int i = 0; i < n; i++) {
		t[i].w = w;
		t[i].arg = args[i];
		t[i].buf = view_buf_new(w->view);
		if (!t[i].buf)
			return -ENOMEM;
	}
	see(w, POSIX_ROOT_INO);
	return put_dir(w, POSIX_ROOT_INO);
}

int posix_scan(struct view *v, const struct scan_ops *ops, void *const *args,
	       unsigned int nthreads, const volatile int *cancel)
{
	static const volatile int never;
	struct walk w = {
		.view = v, .ops = ops, .cancel = cancel ? cancel : &never,
		.lock = PTHREAD_MUTEX_INITIALIZER, .more = PTHREAD_COND_INITIALIZER,
	};
	unsigned int n = nthreads ? nthreads : 1;
	struct walk_thread *t = calloc(n, sizeof(*t));
	int rc = t ? walk_init(&w, t, args, n) : -ENOMEM;

	if (!rc)
		rc = threads_run(&w, t, n);
	for (unsigned int i = 0; t && i < n; i++) {
		view_buf_free(t[i].buf);
		free(t[i].child);
	}
	membudget_unmap(v->mem, w.seen, w.seen_bytes, w.seen_bytes);
	free(w.stack);
	free(t);
	return rc;
}
