/* SPDX-License-Identifier: GPL-2.0-only */
/* The process that asks the kernel, and the pipes to it. */
#include "second.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/io.h"
#include "view/posix.h"
#include "view/posix_open.h"

#define VALUE_MAX 65536U /* the longest value the kernel allows */
#define HANDLE_INO_GENERATION 1 /* the kernel's FILEID_INO32_GEN */

/* What goes through the pipes.  One program, one machine. */
struct question {
	u32 ino, generation, eas;
};

struct reply {
	s64 rc, alarm;
	u64 ino, nlink;
	u32 mode;
	u32 len[EA_NR];
	s64 ea_rc[EA_NR];
};

/* ---- the process ----------------------------------------------------------------------------- */

struct asker {
	struct posix_root root;
	struct child pipes;
	u8 *values; /* VALUE_MAX for each attribute */
};

static int open_inode(const struct asker *a, const struct question *q)
{
	const u32 part[] = { q->ino, q->generation };
	union {
		struct file_handle head;
		u8 bytes[sizeof(struct file_handle) + sizeof(part)];
	} h = { .head = { .handle_bytes = sizeof(part), .handle_type = HANDLE_INO_GENERATION } };
	int fd;

	memcpy(h.bytes + sizeof(h.head), part, sizeof(part));
	fd = open_by_handle_at(a->root.fd, &h.head, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static void read_attributes(const struct asker *a, int fd, u32 eas, struct reply *r)
{
	char path[32];

	/* A place has no attributes; what /proc says it leads to has. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	for (u32 i = 0; i < EA_NR; i++) {
		ssize_t n;

		r->ea_rc[i] = 1;
		if (!(eas & 1U << i))
			continue;
		n = getxattr(path, ea_name(i), a->values + (size_t)i * VALUE_MAX, VALUE_MAX);
		r->ea_rc[i] = n < 0 ? -errno : 0;
		r->len[i] = n < 0 ? 0 : (u32)n;
	}
}

static void ask_kernel(const struct asker *a, const struct question *q, struct reply *r)
{
	struct stat st;
	int fd;

	*r = (struct reply){ 0 };
	fd = open_inode(a, q);
	if (fd < 0) {
		r->rc = fd;
		return;
	}
	if (fstat(fd, &st) < 0)
		r->rc = -errno;
	else
		read_attributes(a, fd, q->eas, r);
	close(fd);
	if (r->rc)
		return;
	r->ino = st.st_ino;
	r->mode = st.st_mode;
	r->nlink = st.st_nlink;
}

static bool heard(const struct asker *a)
{
	return a->root.listen >= 0 && posix_heard(a->root.listen);
}

static int answer_one(const struct asker *a)
{
	struct question q;
	struct reply r;
	int rc = read_all(a->pipes.from, &q, sizeof(q));
	bool before;

	if (rc)
		return rc;
	/* An error that was there before is no reason to make another one. */
	before = heard(a);
	if (before)
		r = (struct reply){ .rc = -EIO };
	else
		ask_kernel(a, &q, &r);
	r.alarm = before || heard(a);
	rc = write_all(a->pipes.to, &r, sizeof(r));
	for (u32 i = 0; i < EA_NR && !rc; i++)
		rc = write_all(a->pipes.to, a->values + (size_t)i * VALUE_MAX, r.len[i]);
	return rc;
}

static void __attribute__((noreturn)) asker_main(struct asker *a)
{
	struct sandbox_options box = {
		.write_fds = { a->pipes.to },
		.nwrite_fds = 1,
		.handles = true,
		.handles_fd = a->root.fd,
	};
	struct sandbox_report report;
	int rc;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Whoever reads the checker's output must not wait for this process. */
	for (int fd = 0; fd <= 2; fd++)
		close(fd);
	a->values = malloc((size_t)EA_NR * VALUE_MAX);
	rc = a->values ? sandbox_enter(&box, &report) : -ENOMEM;
	if (!rc)
		rc = write_all(a->pipes.to, &report, sizeof(report));
	while (!rc)
		rc = answer_one(a);
	/* The mirror is let go of before the pipe, which the checker waits for. */
	posix_root_close(&a->root);
	_exit(0);
}

/* ---- the checker's side ---------------------------------------------------------------------- */

void second_give_up(struct second *s, const char *fmt, ...)
{
	va_list ap;

	second_end(s);
	va_start(ap, fmt);
	vsnprintf(s->unavailable, sizeof(s->unavailable), fmt, ap);
	va_end(ap);
}

/* Waits for it: the mirror may be unmounted as soon as a run is over. */
void second_end(struct second *s)
{
	u8 byte;

	if (second_runs(s)) {
		close(s->pipes.to);
		s->pipes.to = -1;
		while (!read_all(s->pipes.from, &byte, 1))
			;
	}
	child_close(&s->pipes);
	free(s->values);
	s->values = NULL;
}

/* The strings of the report are static: they lie at the same place in both processes. */
static int begin(struct second *s)
{
	s->values = malloc((size_t)EA_NR * VALUE_MAX);
	if (!s->values)
		return -ENOMEM;
	return read_all(s->pipes.from, &s->sandbox, sizeof(s->sandbox));
}

static void fork_asker(struct second *s, const struct target *t, const struct posix_root *root,
		       const struct witness_process *w)
{
	struct asker a = { .root = *root };
	pid_t pid = child_fork(&s->pipes);
	int rc;

	if (!pid) {
		struct child witness = w->pipes;

		/* The witness ends when the checker lets go of it, and so must we. */
		child_close(&witness);
		close(t->fd);
		a.pipes = s->pipes;
		asker_main(&a);
	}
	rc = pid < 0 ? (int)pid : begin(s);
	if (rc)
		second_give_up(s, "its process could not be started: %s", strerror(-rc));
}

void second_start(struct second *s, const struct target *t, const struct witness_process *w)
{
	struct posix_root root;
	char why[sizeof(s->unavailable)];
	struct stat st;

	*s = (struct second){ .pipes = { -1, -1 } };
	if (posix_root_open(t->mirror, &root, why, sizeof(why))) {
		second_give_up(s, "%s", why);
		return;
	}
	if (fstat(root.fd, &st) < 0 || st.st_dev != t->rdev)
		second_give_up(s, "the mirror is not a mount of the device that is read");
	else
		fork_asker(s, t, &root, w);
	posix_root_close(&root);
}

static int take_reply(struct second *s, struct reply *r)
{
	int rc = read_all(s->pipes.from, r, sizeof(*r));

	for (u32 i = 0; i < EA_NR && !rc; i++) {
		if (r->len[i] > VALUE_MAX)
			return -EBADMSG;
		rc = read_all(s->pipes.from, s->values + (size_t)i * VALUE_MAX, r->len[i]);
	}
	return rc;
}

int second_ask(struct second *s, u32 ino, u32 generation, u32 eas, struct second_answer *out)
{
	const struct question q = { ino, generation, eas };
	struct reply r;
	int rc = write_all(s->pipes.to, &q, sizeof(q));

	if (!rc)
		rc = take_reply(s, &r);
	if (rc)
		return rc;
	*out = (struct second_answer){
		.rc = (int)r.rc,
		.alarm = r.alarm,
		.ino = r.ino,
		.mode = r.mode,
		.nlink = r.nlink,
	};
	for (u32 i = 0; i < EA_NR; i++) {
		out->ea[i].rc = (int)r.ea_rc[i];
		out->ea[i].len = r.len[i];
		out->ea[i].data = s->values + (size_t)i * VALUE_MAX;
	}
	return 0;
}
