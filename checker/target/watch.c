/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mount table as it changes.  The kernel wakes who polls it when a mount comes or
 * goes; a superblock that turns read-only by itself, after an error, wakes nobody, so
 * the table is read every second besides.  Runs inside the sandbox: the table is parsed
 * here, by hand, since libmount wants to open files.
 */
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "target/ro_open.h"
#include "target/watch.h"

#define LIVE_TABLE "/proc/self/mountinfo"
#define LOOK_MS 1000
#define LOOK_ERRORS_MS 50
#define LINE_BYTES 16384
#define SURE_LOOKS 3 /* a table that changes while it is read may lack a line */

enum sign {
	SIGN_MDT = 1,	   /* a mount of type lustre with our service */
	SIGN_MOUNT = 2,	   /* any mount of the device */
	SIGN_RW_MOUNT = 4, /* one that may be written through */
	SIGN_RW_SUPER = 8, /* the superblock may be written to */
};

struct watch {
	int fd;
	int wake[2]; /* closing [1] ends the thread */
	dev_t rdev;
	char svname[80];
	u32 before; /* signs at the start */
	int errors_fd; /* errors_count of the file system, -1 none */
	bool errors_end; /* the run */
	u64 errors;    /* at the start */
	const char *reason;
	volatile int *flag;
	int value;
	pthread_t thread;
	bool running;
	bool stop; /* atomic: for when another process holds the pipe too */
	char line[LINE_BYTES];
};

static bool word_in_list(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = list; p; p = strchr(p, ',')) {
		p += *p == ',';
		if (!strncmp(p, word, len) && (p[len] == ',' || !p[len]))
			return true;
	}
	return false;
}

/* ID PARENT MAJ:MIN ROOT TARGET OPTIONS [TAG]... - TYPE SOURCE SUPER-OPTIONS */
static u32 signs_of_line(const struct watch *w, char *line)
{
	char *tail = strstr(line, " - ");
	char *save = NULL, *word[6], *type, *super;
	unsigned int maj, min;
	u32 signs = 0;

	if (!tail)
		return 0;
	*tail = '\0';
	for (u32 i = 0; i < ARRAY_SIZE(word); i++) {
		word[i] = strtok_r(i ? NULL : line, " ", &save);
		if (!word[i])
			return 0;
	}
	type = strtok_r(tail + 3, " ", &save);
	super = type && strtok_r(NULL, " ", &save) ? strtok_r(NULL, " \n", &save) : NULL;
	if (!super || sscanf(word[2], "%u:%u", &maj, &min) != 2)
		return 0;
	if (!strcmp(type, "lustre") || !strcmp(type, "lustre_tgt"))
		return w->svname[0] && word_in_list(super, w->svname) ? SIGN_MDT : 0;
	if (makedev(maj, min) != w->rdev)
		return 0;
	signs = SIGN_MOUNT;
	if (word_in_list(super, "rw"))
		signs |= SIGN_RW_SUPER;
	if (word_in_list(word[5], "rw"))
		signs |= SIGN_RW_MOUNT;
	return signs;
}

/* Takes whole lines out of the buffer; the bytes that are left. */
static size_t take_lines(struct watch *w, size_t have, u32 *signs)
{
	char *at = w->line, *end;

	w->line[have] = '\0';
	while ((end = strchr(at, '\n')) != NULL) {
		*end = '\0';
		*signs |= signs_of_line(w, at);
		at = end + 1;
	}
	have -= (size_t)(at - w->line);
	memmove(w->line, at, have);
	/* No line of a table is so long. */
	return have == sizeof(w->line) - 1 ? 0 : have;
}

static int read_signs(struct watch *w, u32 *out)
{
	size_t have = 0;
	u32 signs = 0;

	if (lseek(w->fd, 0, SEEK_SET) < 0)
		return -errno;
	for (;;) {
		ssize_t n = read(w->fd, w->line + have, sizeof(w->line) - 1 - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		have = take_lines(w, have + (size_t)n, &signs);
	}
	*out = signs;
	return 0;
}

static const char *what_was_lost(u32 before, u32 now)
{
	u32 lost = before & ~now;

	if (lost & SIGN_MDT)
		return "the MDT was stopped, or failed over, during the run";
	if (lost & SIGN_MOUNT)
		return "the target was unmounted during the run";
	if (lost & SIGN_RW_SUPER)
		return "the file system became read-only during the run";
	if (lost & SIGN_RW_MOUNT)
		return "the server's mount went away during the run";
	return NULL;
}

static const char *look(struct watch *w)
{
	const struct timespec pause = { .tv_nsec = 10000000 };
	const char *lost = NULL;
	u32 now;

	for (u32 i = 0; i < SURE_LOOKS; i++) {
		if (i)
			nanosleep(&pause, NULL);
		/* A table that cannot be read says nothing. */
		lost = read_signs(w, &now) ? NULL : what_was_lost(w->before, now);
		if (!lost)
			break;
	}
	return lost;
}

static int read_errors(const struct watch *w, u64 *out)
{
	char text[32];
	ssize_t n = pread(w->errors_fd, text, sizeof(text) - 1, 0);

	if (n <= 0)
		return n ? -errno : -EIO;
	text[n] = '\0';
	*out = strtoull(text, NULL, 10);
	return 0;
}

bool watch_met_error(const struct watch *w)
{
	u64 now = w->errors;

	return w->errors_fd >= 0 && !read_errors(w, &now) && now != w->errors;
}

static const char *look_at_errors(const struct watch *w)
{
	if (!w->errors_end || !watch_met_error(w))
		return NULL;
	return "the kernel met an error in the file system while it was read through the mount";
}

int watch_errors(struct watch *w, const char *fstype, bool ends_run)
{
	char link[64], device[256], path[320];
	struct stat st;
	ssize_t n;

	snprintf(link, sizeof(link), "/sys/dev/block/%u:%u", major(w->rdev), minor(w->rdev));
	n = readlink(link, device, sizeof(device) - 1);
	if (n < 0)
		return -errno;
	device[n] = '\0';
	snprintf(path, sizeof(path), "/sys/fs/%.16s/%.200s/errors_count", fstype,
		 strrchr(device, '/') ? strrchr(device, '/') + 1 : device);
	w->errors_fd = ro_open(path, &st);
	w->errors_end = ends_run;
	return w->errors_fd < 0 ? w->errors_fd : read_errors(w, &w->errors);
}

static void *watch_main(void *arg)
{
	struct watch *w = arg;
	struct pollfd p[2] = { { .fd = w->fd, .events = POLLPRI }, { .fd = w->wake[0] } };
	const char *lost = NULL;

	while (!lost) {
		if (poll(p, ARRAY_SIZE(p), w->errors_end ? LOOK_ERRORS_MS : LOOK_MS) < 0 &&
		    errno != EINTR)
			return NULL;
		if (p[1].revents || __atomic_load_n(&w->stop, __ATOMIC_RELAXED))
			return NULL;
		lost = look_at_errors(w);
		if (!lost)
			lost = look(w);
	}
	__atomic_store_n(&w->reason, lost, __ATOMIC_RELEASE);
	__atomic_store_n(w->flag, w->value, __ATOMIC_RELEASE);
	return NULL;
}

int watch_open(const struct target *t, const char *path, struct watch **out)
{
	struct watch *w;
	struct stat st;
	int rc;

	*out = NULL;
	if (!t->live || !t->rdev)
		return 0;
	w = calloc(1, sizeof(*w));
	if (!w)
		return -ENOMEM;
	w->rdev = t->rdev;
	w->wake[0] = w->wake[1] = -1;
	w->errors_fd = -1;
	if (t->svname)
		snprintf(w->svname, sizeof(w->svname), "svname=%s", t->svname);
	w->fd = ro_open(path ? path : LIVE_TABLE, &st);
	rc = w->fd < 0 ? w->fd : pipe(w->wake) < 0 ? -errno : read_signs(w, &w->before);
	if (rc) {
		watch_close(w);
		return rc;
	}
	/* It was there a moment ago. */
	if (t->mdt_mount && w->svname[0])
		w->before |= SIGN_MDT;
	*out = w;
	return 0;
}

int watch_start(struct watch *w, volatile int *flag, int value)
{
	w->flag = flag;
	w->value = value;
	if (pthread_create(&w->thread, NULL, watch_main, w))
		return -EAGAIN;
	w->running = true;
	return 0;
}

const char *watch_reason(const struct watch *w)
{
	return w ? __atomic_load_n(&w->reason, __ATOMIC_ACQUIRE) : NULL;
}

void watch_close(struct watch *w)
{
	if (!w)
		return;
	__atomic_store_n(&w->stop, true, __ATOMIC_RELAXED);
	if (w->wake[1] >= 0)
		close(w->wake[1]);
	if (w->running)
		pthread_join(w->thread, NULL);
	if (w->wake[0] >= 0)
		close(w->wake[0]);
	if (w->fd >= 0)
		close(w->fd);
	if (w->errors_fd >= 0)
		close(w->errors_fd);
	free(w);
}
