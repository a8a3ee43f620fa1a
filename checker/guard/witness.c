/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events are attributed by the task in whose context they happen, which is why
 * only such events are watched as belong to whoever causes them: a bio when it is
 * queued (requests are issued by anyone), and none of jbd2's shrinker (memory
 * pressure frees clean buffers in the name of whoever allocates).
 */
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/child.h"
#include "base/io.h"
#include "guard/trace_text.h"
#include "guard/tracefs.h"
#include "guard/witness.h"

/* The kernel's number of the first pid namespace; the filter knows the pids of no other. */
#define INIT_PID_NS "pid:[4026531836]"

struct event {
	const char *dir; /* below events/ */
	int set;	 /* of which one must exist: SET_* */
	bool in_handle;	 /* where there is a journal, nothing that is without a handle */
};

enum { SET_BLOCK = 1, SET_JOURNAL = 2, SET_EXT4 = 4, SET_LDISKFS = 8 };

static const struct event events[] = {
	{ "block/block_bio_queue", SET_BLOCK, false },
	{ "jbd2/jbd2_handle_start", SET_JOURNAL, false },
	{ "jbd2/jbd2_handle_extend", 0, false },
	{ "jbd2/jbd2_handle_restart", 0, false },
	{ "jbd2/jbd2_start_commit", 0, false },
	{ "jbd2/jbd2_write_superblock", 0, false },
	{ "jbd2/jbd2_checkpoint", 0, false },
	/* The first was split into the other two in 6.2. */
	{ "ext4/ext4_journal_start", SET_EXT4, true },
	{ "ext4/ext4_journal_start_sb", SET_EXT4, true },
	{ "ext4/ext4_journal_start_inode", SET_EXT4, true },
	{ "ext4/ext4_journal_start_reserved", 0, true },
	{ "ext4/ext4_mark_inode_dirty", 0, true },
	{ "ldiskfs/ldiskfs_journal_start", SET_LDISKFS, true },
	{ "ldiskfs/ldiskfs_journal_start_sb", SET_LDISKFS, true },
	{ "ldiskfs/ldiskfs_journal_start_inode", SET_LDISKFS, true },
	{ "ldiskfs/ldiskfs_journal_start_reserved", 0, true },
	{ "ldiskfs/ldiskfs_mark_inode_dirty", 0, true },
};

_Static_assert(ARRAY_SIZE(events) <= WITNESS_WATCHED, "the result has room for all events");

/* What the watcher's process knows. */
struct watcher {
	const struct target *target;
	struct tracefs fs;
	char device[64]; /* the kernel's name of it: dm-3; empty: unknown */
	pid_t checker;
	bool all; /* events within handles, too */
	struct witness_result r;
};

static int __printf(2, 3) give_up(struct witness_result *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->reason, sizeof(r->reason), fmt, ap);
	va_end(ap);
	return -ENOTSUP;
}

/* ---- the file system's own counters ---------------------------------------------------------- */

static void find_device(struct watcher *w)
{
	char link[64], to[256];
	const char *base;
	ssize_t n;

	snprintf(link, sizeof(link), "/sys/dev/block/%u:%u", major(w->target->rdev),
		 minor(w->target->rdev));
	n = readlink(link, to, sizeof(to) - 1);
	if (n <= 0)
		return;
	to[n] = '\0';
	base = strrchr(to, '/');
	base = base ? base + 1 : to;
	if (strlen(base) < sizeof(w->device))
		memcpy(w->device, base, strlen(base) + 1);
}

static int read_sysfs(const struct watcher *w, const char *file, u64 *out)
{
	static const char *const type[] = { "ldiskfs", "ext4" };
	char path[192], text[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(type); i++) {
		snprintf(path, sizeof(path), "/sys/fs/%s/%s/%s", type[i], w->device, file);
		if (!tracefs_read(path, text, sizeof(text)))
			return trace_text_number(text, out);
	}
	return -ENOENT;
}

static int read_counter(const struct watcher *w, enum witness_counter which, u64 *out)
{
	static const char *const file[WITNESS_COUNTERS] = {
		[COUNT_SESSION_WRITE] = "session_write_kbytes",
		[COUNT_LIFETIME_WRITE] = "lifetime_write_kbytes",
		[COUNT_ERRORS] = "errors_count",
	};
	char path[128], text[256];
	int rc;

	if (!w->device[0])
		return -ENOENT;
	if (file[which])
		return read_sysfs(w, file[which], out);
	/* 8 is the inode of an internal journal; an external one has a device of its own. */
	snprintf(path, sizeof(path), "/proc/fs/jbd2/%s-8/info", w->device);
	rc = tracefs_read(path, text, sizeof(text));
	return rc ? rc : trace_text_transactions(text, out);
}

static void read_counters(struct watcher *w, bool after)
{
	int i;

	for (i = 0; i < WITNESS_COUNTERS; i++) {
		struct witness_count *c = &w->r.counter[i];

		if (!after)
			c->known = !read_counter(w, (enum witness_counter)i, &c->before);
		else if (c->known)
			c->known = !read_counter(w, (enum witness_counter)i, &c->after);
	}
}

/* ---- watching -------------------------------------------------------------------------------- */

static bool in_first_pid_namespace(void)
{
	char to[64];
	ssize_t n = readlink("/proc/self/ns/pid", to, sizeof(to) - 1);

	if (n < 0)
		return false;
	to[n] = '\0';
	return !strcmp(to, INIT_PID_NS);
}

/* Only the device's; of its requests only those that change something. */
static int enable_event(const struct watcher *w, const struct event *e)
{
	const char *writes = e->set == SET_BLOCK ? " && (rwbs ~ \"*W*\" || rwbs ~ \"*D*\")" : "";
	char file[96], filter[96];
	u64 dev = (u64)major(w->target->rdev) << 20 | minor(w->target->rdev);
	int rc;

	snprintf(filter, sizeof(filter), "dev == %" PRIu64 "%s", dev, writes);
	snprintf(file, sizeof(file), "events/%s/filter", e->dir);
	rc = tracefs_write(&w->fs, file, filter);
	if (rc)
		return rc;
	snprintf(file, sizeof(file), "events/%s/enable", e->dir);
	return tracefs_write(&w->fs, file, "1");
}

static void note_watched(struct witness_result *r, const struct event *e)
{
	const char *name = strchr(e->dir, '/') + 1;

	snprintf(r->watched[r->nwatched++], sizeof(r->watched[0]), "%s", name);
}

static int enable_events(struct watcher *w)
{
	const char *type = w->target->fstype;
	int have = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(events); i++) {
		int rc;

		if (events[i].in_handle && !w->all)
			continue;
		rc = enable_event(w, &events[i]);
		if (!rc) {
			have |= events[i].set;
			note_watched(&w->r, &events[i]);
		} else if (rc != -ENOENT) {
			return give_up(&w->r, "events/%s: %s", events[i].dir, strerror(-rc));
		}
	}
	if (!(have & SET_BLOCK))
		return give_up(&w->r, "the kernel has no event for block requests");
	/* What is not mounted has no journal in use: its device is all there is to watch. */
	if (!w->target->live)
		return 0;
	if (!(have & SET_JOURNAL))
		return give_up(&w->r, "the kernel has no events of jbd2");
	if (w->all && !(have & (type && !strcmp(type, "ext4") ? SET_EXT4 : SET_LDISKFS)))
		return give_up(&w->r, "the kernel has no events of %s", type ? type : "ldiskfs");
	return 0;
}

static int watch(struct watcher *w)
{
	char pid[16];
	int rc;

	if (!in_first_pid_namespace())
		return give_up(&w->r, "the kernel's filter does not know our process numbers "
				      "(a pid namespace)");
	rc = tracefs_create(&w->fs, w->checker);
	if (rc == -ENOENT)
		return give_up(&w->r, "tracefs is not mounted");
	if (rc)
		return give_up(&w->r, "no trace instance: %s", strerror(-rc));
	snprintf(pid, sizeof(pid), "%d", (int)w->checker);
	rc = tracefs_write(&w->fs, "buffer_size_kb", "64");
	/* Threads are followed from their first instruction on. */
	if (!rc)
		rc = tracefs_write(&w->fs, "options/event-fork", "1");
	if (!rc)
		rc = tracefs_write(&w->fs, "set_event_pid", pid);
	if (rc)
		return give_up(&w->r, "the trace instance: %s", strerror(-rc));
	rc = enable_events(w);
	if (!rc && tracefs_write(&w->fs, "tracing_on", "1"))
		rc = give_up(&w->r, "tracing cannot be turned on");
	return rc;
}

/* ---- what was seen --------------------------------------------------------------------------- */

static void take_line(const char *line, void *arg)
{
	trace_text_line(line, arg);
}

/* Processors may be missing in between: those beyond the number of them decide. */
static int collect_lost(struct watcher *w)
{
	long ncpu = sysconf(_SC_NPROCESSORS_CONF);
	char path[160], text[512];
	int cpu, rc, seen = 0;

	for (cpu = 0; cpu < 8192; cpu++) {
		snprintf(path, sizeof(path), "%s/per_cpu/cpu%d/stats", w->fs.dir, cpu);
		rc = tracefs_read(path, text, sizeof(text));
		if (rc == -ENOENT && cpu >= ncpu)
			break;
		if (rc == -ENOENT)
			continue;
		if (!rc)
			rc = trace_text_stats(text, &w->r.events);
		if (rc)
			return rc;
		seen++;
	}
	return seen ? 0 : -ENOENT;
}

static void collect(struct watcher *w)
{
	int rc = tracefs_write(&w->fs, "tracing_on", "0");

	if (!rc)
		rc = tracefs_lines(&w->fs, "trace", take_line, &w->r.events);
	if (!rc)
		rc = collect_lost(w);
	if (rc)
		give_up(&w->r, "the trace cannot be read: %s", strerror(-rc));
}

/* ---- the process ----------------------------------------------------------------------------- */

/* What is meant for the checker must not end its witness first: the pipe does. */
static void ignore_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(signals); i++)
		signal(signals[i], SIG_IGN);
}

static void wait_for_end(int fd)
{
	char c;

	while (read(fd, &c, 1) < 0 && errno == EINTR)
		;
}

static void watcher_main(struct watcher *w, const struct child *c)
{
	int fd;

	ignore_signals();
	/* Whoever reads the checker's output must not wait for its witness. */
	for (fd = 0; fd <= 2; fd++)
		close(fd);
	close(w->target->fd);
	find_device(w);
	read_counters(w, false);
	/* Without a journal in the device there may be no handles to go by. */
	w->all |= !w->r.counter[COUNT_TRANSACTIONS].known;
	if (watch(w))
		tracefs_remove(&w->fs);
	write_all(c->to, "", 1);
	wait_for_end(c->from);
	if (w->fs.dir[0])
		collect(w);
	tracefs_remove(&w->fs);
	read_counters(w, true);
	witness_judge(&w->r);
	write_all(c->to, &w->r, sizeof(w->r));
	_exit(0);
}

/* ---- the checker's side ---------------------------------------------------------------------- */

void witness_start(const struct target *t, enum witness_watch what, struct witness_process *w)
{
	struct watcher watcher = { .target = t, .checker = getpid(), .all = what == WATCH_ALL };
	struct witness_result *r = &w->unavailable;
	pid_t pid;
	char ready;

	memset(w, 0, sizeof(*w));
	w->pipes = (struct child){ -1, -1 };
	if (what == WATCH_NOTHING) {
		give_up(r, "turned off");
		return;
	}
	/* Nobody journals an image; that its bytes stay is what the other locks are for. */
	if (!t->rdev) {
		give_up(r, "the target is a file");
		return;
	}
	pid = child_fork(&w->pipes);
	if (!pid)
		watcher_main(&watcher, &w->pipes);
	if (pid < 0) {
		give_up(r, "%s", strerror((int)-pid));
	} else if (read_all(w->pipes.from, &ready, 1)) {
		give_up(r, "its process ended early");
		child_close(&w->pipes);
	}
}

void witness_stop(struct witness_process *w, struct witness_result *out)
{
	*out = w->unavailable;
	if (w->pipes.to < 0)
		return;
	/* Its signal: nothing was ever written. */
	close(w->pipes.to);
	w->pipes.to = -1;
	if (read_all(w->pipes.from, out, sizeof(*out))) {
		*out = w->unavailable;
		give_up(out, "its process ended early");
	}
	child_close(&w->pipes);
}
