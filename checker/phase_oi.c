/* SPDX-License-Identifier: GPL-2.0-only */
/* All OI files, by as many threads as the run has: each takes the next file. */
#include <pthread.h>

#include "phases.h"

struct oi_thread {
	pthread_t id;
	struct run *r;
	const struct oi_ops *ops;
	void *arg;
	u32 *next; /* file; of all threads */
	int rc;
};

static void *read_files(void *arg)
{
	struct oi_thread *t = arg;
	struct run *r = t->r;
	struct view_buf *buf = view_buf_new(r->view);

	t->rc = buf ? 0 : -ENOMEM;
	while (!t->rc && !stop_wanted(r->cancel)) {
		u32 oi = __atomic_fetch_add(t->next, 1, __ATOMIC_RELAXED);

		if (oi >= r->env.oi_count)
			break;
		if (r->env.oi_ino[oi])
			t->rc = view_read_oi(r->view, buf, oi, t->ops, t->arg);
	}
	view_buf_free(buf);
	return NULL;
}

int scan_oi_files(struct run *r, const struct oi_ops *ops, void *const *args)
{
	struct oi_thread thread[MAX_THREADS];
	u32 next = 0, started = 0;
	int rc = 0;

	for (; started < r->threads; started++) {
		struct oi_thread *t = &thread[started];

		*t = (struct oi_thread){ .r = r, .ops = ops, .arg = args[started], .next = &next };
		if (pthread_create(&t->id, NULL, read_files, t)) {
			rc = -EAGAIN;
			break;
		}
	}
	for (u32 i = 0; i < started; i++) {
		pthread_join(thread[i].id, NULL);
		if (thread[i].rc)
			rc = thread[i].rc;
	}
	return !rc && stop_wanted(r->cancel) ? -ECANCELED : rc;
}
