/* SPDX-License-Identifier: GPL-2.0-only */
/* What a run opens and starts before it enters the sandbox. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "access.h"
#include "report/output.h"
#include "session.h"
#include "target/watch.h"

static int open_walk(struct session *s, struct sandbox_options *box, char *err, size_t errlen)
{
	int rc = posix_root_open(s->target.mirror, &s->root, err, errlen);

	if (rc)
		return rc;
	s->have_root = true;
	box->walk = true;
	box->walk_fd = s->root.fd;
	return 0;
}

/* The sandbox of the writer of evidence, in its process. */
static int confine_writer(int dir, int root)
{
	const struct sandbox_options box = {
		.walk = root >= 0, .walk_fd = root, .store = true, .store_fd = dir,
	};
	struct sandbox_report r;
	int rc = sandbox_enter(&box, &r);

	for (u32 i = 0; !rc && i < r.nlocks; i++)
		rc = r.lock[i].enforced ? 0 : -ENOSYS;
	return rc;
}

static int start_evidence(struct session *s, char *err, size_t errlen)
{
	const struct evidence_options opt = {
		.dir = s->opt.copy_to,
		.target = &s->target,
		.root = s->have_root ? s->root.fd : -1,
		.confine = confine_writer,
	};

	if (!s->have_root || !s->target.live)
		return evidence_start(&opt, &s->evidence, err, errlen);
	snprintf(err, errlen, "--copy-to copies from a mount only where its superblock is "
		 "read-only, so that nothing moves (without --view=posix the device is read)");
	return -EBUSY;
}

static bool is_open_for_writing(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && (flags & O_ACCMODE) != O_RDONLY;
}

/* First of all, before the number could become that of another file. */
static int choose_progress(struct session *s, char *err, size_t errlen)
{
	const struct options *o = &s->opt;
	bool by_itself = o->progress == PROGRESS_AUTO && o->progress_fd < 0 && isatty(2);

	s->show = (struct progress_options){
		.bar = o->progress == PROGRESS_ON || o->progress_fd == 0 || by_itself,
		.json = o->progress == PROGRESS_LINES,
		.fd = o->progress_fd > 0 ? (int)o->progress_fd : -1,
		.device = o->target.name,
	};
	if (s->show.fd < 0 || is_open_for_writing(s->show.fd))
		return 0;
	snprintf(err, errlen, "-C %d: no file is open for writing under that number", s->show.fd);
	return -EBADF;
}

/* While the witness looks, and before this run becomes too polite to be quick. */
static void start_second(struct session *s, struct sandbox_options *box)
{
	struct second *second = &s->second;
	const char *why = access_second(&s->target);

	if (!why)
		second_start(second, &s->target, &s->witness);
	else
		second_give_up(second, "%s", why);
	if (second_runs(second))
		box->write_fds[box->nwrite_fds++] = second->pipes.to;
	s->run.second = second;
}

/* Those who read through the mount must hear of the errors that this may cause. */
static int watch_for_errors(struct session *s, char *err, size_t errlen)
{
	int rc;

	if (second_runs(&s->second)) {
		rc = watch_errors(s->watch, s->target.fstype, false);
		if (rc)
			second_give_up(&s->second, "the errors of the file system cannot be "
				       "watched: %s", strerror(-rc));
	}
	if (!s->opt.posix || !s->watch)
		return 0;
	rc = watch_errors(s->watch, s->target.fstype, true);
	if (!rc || !s->target.mdt_mount)
		return 0;
	snprintf(err, errlen, "the errors of a file system that serves cannot be watched: %s",
		 strerror(-rc));
	return rc;
}

static enum witness_watch what_to_watch(const struct options *o)
{
	if (o->action != ACTION_CHECK || o->witness == WITNESS_OFF)
		return WATCH_NOTHING;
	return o->witness == WITNESS_REQUIRE ? WATCH_ALL : WATCH_HANDLES;
}

int session_open(struct session *s, const volatile int *cancel, char *err, size_t errlen)
{
	struct sandbox_options box = { .write_fds = { 1, 2 }, .nwrite_fds = 2 };
	int rc = choose_progress(s, err, errlen);

	if (!rc)
		rc = target_open(&s->opt.target, &s->target, err, errlen);
	if (rc)
		return rc;
	s->have_target = true;
	if (s->opt.posix)
		rc = access_walk(&s->target, &s->opt, err, errlen);
	if (rc)
		return rc;
	/*
	 * Never beside the writer of evidence: two processes would hold each other's pipes.  Before
	 * anything below the mount is open: it may outlive this process, and must not keep it busy.
	 */
	witness_start(&s->target, what_to_watch(&s->opt), &s->witness);
	if (s->opt.posix)
		rc = open_walk(s, &box, err, errlen);
	if (rc)
		return rc;
	if (s->opt.second_opinion)
		start_second(s, &box);
	rc = output_open(s->opt.output, &s->target, &s->out, err, errlen);
	if (rc)
		return rc;
	if (s->opt.copy_to) {
		rc = start_evidence(s, err, errlen);
		if (rc)
			return rc;
		box.write_fds[box.nwrite_fds++] = s->evidence.pipes.to;
	}
	if (fileno(s->out) > 2)
		box.write_fds[box.nwrite_fds++] = fileno(s->out);
	if (s->show.fd > 2)
		box.write_fds[box.nwrite_fds++] = s->show.fd;
	polite_begin(&s->polite, &s->opt, s->target.live, cancel);
	report_prepare();
	rc = watch_open(&s->target, s->opt.target.mountinfo, &s->watch);
	if (rc) {
		snprintf(err, errlen, "the mount table cannot be watched: %s", strerror(-rc));
		return rc;
	}
	rc = watch_for_errors(s, err, errlen);
	if (rc)
		return rc;
	rc = sandbox_enter(&box, &s->sandbox);
	if (rc)
		snprintf(err, errlen, "cannot enter the sandbox: %s", strerror(-rc));
	return rc;
}

void session_close(struct session *s)
{
	inspect_free(&s->inspect);
	evidence_end(&s->evidence);
	watch_close(s->watch);
	polite_end(&s->polite);
	run_free(&s->run);
	if (s->have_geo)
		geometry_free(&s->geo);
	if (s->have_root)
		posix_root_close(&s->root);
	if (s->have_target)
		target_close(&s->target);
}
