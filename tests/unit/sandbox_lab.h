/* SPDX-License-Identifier: GPL-2.0-only */
/* A child that enters a sandbox and tries one thing, and things to try. */
#ifndef MDTCHECK_TESTS_SANDBOX_LAB_H
#define MDTCHECK_TESTS_SANDBOX_LAB_H

#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guard/sandbox.h"

#define NO_SECCOMP 77

/* Open before the sandbox is entered: out may be written to, in only read. */
struct fds {
	int in, out;
};

typedef int attempt(const struct fds *f);

static inline int run_in(attempt *what, struct sandbox_options opt)
{
	struct sandbox_report report;
	struct fds f = { open("/proc/self/exe", O_RDONLY), open("/dev/null", O_RDWR) };
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		opt.nwrite_fds = 1;
		opt.write_fds[0] = f.out;
		if (sandbox_enter(&opt, &report))
			_exit(99);
		if (!report.lock[report.nlocks - 1].enforced)
			_exit(NO_SECCOMP);
		_exit(what(&f));
	}
	ck_assert_int_gt(pid, 0);
	close(f.in);
	close(f.out);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

static inline bool unavailable(int status)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == NO_SECCOMP;
}

/* What became of attempt number i: the process was ended for it ... */
static inline void assert_killed(int status, int i)
{
	if (unavailable(status))
		return;
	ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS, "attempt %d: status %#x",
		      i, status);
}

/* ... or it succeeded. */
static inline void assert_allowed(int status, int i)
{
	if (unavailable(status))
		return;
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "attempt %d: status %#x", i,
		      status);
}

static inline int try_open(const struct fds *f)
{
	return open("/dev/null", O_RDONLY);
}

static inline int try_create(const struct fds *f)
{
	return open("/tmp/mdtcheck-must-not-be", O_WRONLY | O_CREAT, 0600);
}

static inline int try_unlink(const struct fds *f)
{
	return unlink("/no/such");
}

static inline int try_fsync(const struct fds *f)
{
	return fsync(f->in);
}

static inline int try_sync(const struct fds *f)
{
	sync();
	return 0;
}

static inline int try_ioctl(const struct fds *f)
{
	int n;

	return ioctl(f->in, FIONREAD, &n);
}

static inline int try_write(const struct fds *f)
{
	return (int)write(f->in, "x", 1);
}

static inline int try_pwrite(const struct fds *f)
{
	return (int)pwrite(f->out, "x", 1, 0);
}

static inline int try_fadvise(const struct fds *f)
{
	return posix_fadvise(f->in, 0, 0, POSIX_FADV_DONTNEED);
}

static inline int try_map_file(const struct fds *f)
{
	return mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, f->in, 0) == MAP_FAILED;
}

static inline int try_fork(const struct fds *f)
{
	return fork() < 0;
}

static inline int try_stat(const struct fds *f)
{
	struct stat st;

	return stat("/", &st);
}

static inline int try_read(const struct fds *f)
{
	struct stat st;
	char buf[64];

	return fstat(f->in, &st) || pread(f->in, buf, sizeof(buf), 64) != sizeof(buf) ||
	       lseek(f->in, 0, SEEK_END) != st.st_size;
}

/* The report: stdio over a descriptor that was opened before. */
static inline int try_report(const struct fds *f)
{
	FILE *out = fdopen(f->out, "w");

	if (!out || fprintf(out, "%d\n", 1) < 0)
		return 1;
	return fclose(out);
}

#endif
