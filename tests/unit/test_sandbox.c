/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sandbox bites: a child enters it and tries one thing.  What is allowed
 * ends with status 0, what is not with SIGSYS.
 */
#include <fcntl.h>
#include <pthread.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/sandbox_lab.h"
#include "tests/unit/suites.h"

static int run(attempt *what)
{
	return run_in(what, (struct sandbox_options){ 0 });
}

/* As the posix view is: the tree below /proc/self may be read. */
static int run_walk(attempt *what)
{
	int fd = open("/proc/self", O_RDONLY | O_DIRECTORY);
	int status = run_in(what, (struct sandbox_options){ .walk = true, .walk_fd = fd });

	close(fd);
	return status;
}

/* ---- what ends the process ------------------------------------------------------------------- */

static int try_limit(const struct fds *f)
{
	struct rlimit r = { 0, 0 };

	return setrlimit(RLIMIT_FSIZE, &r);
}

static attempt *const forbidden[] = {
	try_open, try_create, try_unlink, try_fsync, try_sync, try_ioctl, try_write, try_pwrite,
	try_fadvise, try_map_file, try_fork, try_stat, try_limit,
};

START_TEST(forbids)
{
	assert_killed(run(forbidden[_i]), _i);
}
END_TEST

/* ---- what goes on ---------------------------------------------------------------------------- */

static void *work(void *arg)
{
	char *p = malloc(1 << 20);

	if (!p)
		return arg;
	memset(p, 1, 1 << 20);
	free(p);
	return NULL;
}

/* More threads than a malloc that asks for the number of processors would have arenas. */
/* What a thread allocated is given back by another: the C library would shrink the heap. */
static void *allocate(void *arg)
{
	void **p = arg;

	for (u32 i = 0; i < 256; i++)
		p[i] = malloc(32 << 10);
	return NULL;
}

static int try_foreign_free(const struct fds *f)
{
	void *p[256];
	pthread_t t;

	if (pthread_create(&t, NULL, allocate, p) || pthread_join(t, NULL))
		return 1;
	for (u32 i = ARRAY_SIZE(p); i--;)
		free(p[i]);
	return 0;
}

/* How progress waits and is woken. */
static void *wait_for_usr1(void *arg)
{
	const struct timespec soon = { .tv_nsec = 1000000 };
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigtimedwait(&set, NULL, &soon);
	sig = sigwaitinfo(&set, NULL);
	return sig == SIGUSR1 ? NULL : arg;
}

static int try_usr1(const struct fds *f)
{
	sigset_t set;
	pthread_t t;
	void *ret;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (pthread_create(&t, NULL, wait_for_usr1, &set) || pthread_kill(t, SIGUSR1))
		return 1;
	/* The first may have ended the wait for a moment. */
	nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
	pthread_kill(t, SIGUSR1);
	return pthread_join(t, &ret) || ret;
}

static int try_threads(const struct fds *f)
{
	pthread_t t[24];
	size_t i;
	void *ret;
	int bad = 0;

	for (i = 0; i < ARRAY_SIZE(t); i++)
		if (pthread_create(&t[i], NULL, work, t))
			return 1;
	for (i = 0; i < ARRAY_SIZE(t); i++)
		bad |= pthread_join(t[i], &ret) || ret;
	return bad;
}

static int try_clock(const struct fds *f)
{
	struct timespec ts = { 0, 1000 };
	struct rusage ru;
	struct tm tm;
	time_t now = time(NULL);

	return nanosleep(&ts, NULL) || clock_gettime(CLOCK_MONOTONIC, &ts) ||
	       getrusage(RUSAGE_SELF, &ru) || !gmtime_r(&now, &tm);
}

static int try_terminal(const struct fds *f)
{
	return isatty(f->in);
}

static attempt *const allowed[] = {
	try_read, try_report, try_threads, try_foreign_free, try_usr1, try_clock, try_terminal,
};

START_TEST(allows)
{
	assert_allowed(run(allowed[_i]), _i);
}
END_TEST

static int try_abort(const struct fds *f)
{
	abort();
}

START_TEST(abort_is_abort)
{
	int status = run(try_abort);

	if (unavailable(status))
		return;
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}
END_TEST

/* ---- a walk ---------------------------------------------------------------------------------- */

#define WALK_AT "/proc/self"

static int walk_open(int flags)
{
	return openat(AT_FDCWD, WALK_AT, flags);
}

static int walk_writes(const struct fds *f)
{
	return walk_open(O_RDWR | O_NOFOLLOW);
}

static int walk_creates(const struct fds *f)
{
	return openat(AT_FDCWD, "/tmp/mdtcheck-must-not-be", O_RDONLY | O_CREAT | O_NOFOLLOW, 0600);
}

static int walk_tmpfile(const struct fds *f)
{
	return openat(AT_FDCWD, "/tmp", O_TMPFILE | O_NOFOLLOW, 0600);
}

static int walk_follows(const struct fds *f)
{
	return walk_open(O_RDONLY | O_DIRECTORY);
}

static int walk_truncates(const struct fds *f)
{
	return walk_open(O_RDONLY | O_TRUNC | O_NOFOLLOW);
}

static attempt *const walk_forbidden[] = {
	walk_writes,  walk_creates, walk_tmpfile, walk_follows, walk_truncates,
	try_unlink,   try_fsync,    try_sync,	  try_ioctl,	try_write,
	try_pwrite,   try_fadvise,  try_map_file, try_fork,	try_limit,
};

START_TEST(forbids_a_walk)
{
	assert_killed(run_walk(walk_forbidden[_i]), _i);
}
END_TEST

static int walk_stats(const struct fds *f)
{
	struct stat st;

	return fstatat(AT_FDCWD, "/proc", &st, AT_SYMLINK_NOFOLLOW);
}

/* Landlock refuses it where the kernel has landlock; the filter lets it pass. */
static int walk_opens_elsewhere(const struct fds *f)
{
	int fd = openat(AT_FDCWD, "/dev", O_RDONLY | O_DIRECTORY | O_NOFOLLOW);

	return fd < 0 && errno != EACCES;
}

static attempt *const walk_allowed[] = { try_read, try_report, try_threads, walk_stats,
					 walk_opens_elsewhere };

START_TEST(allows_a_walk)
{
	assert_allowed(run_walk(walk_allowed[_i]), _i);
}
END_TEST

/* ---- the writer of evidence ------------------------------------------------------------------ */

#define STORE_FLAGS (O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW)

static int store; /* the directory, open since before the sandbox */

static int run_store(attempt *what)
{
	char dir[] = "/tmp/mdtcheck-store.XXXXXX";
	int status, top;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	top = open(dir, O_RDONLY | O_DIRECTORY);
	mkdirat(top, "store", 0700);
	store = openat(top, "store", O_RDONLY | O_DIRECTORY);
	status = run_in(what, (struct sandbox_options){ .store = true, .store_fd = store });
	unlinkat(store, "new", 0);
	unlinkat(top, "beside", 0);
	unlinkat(top, "store", AT_REMOVEDIR);
	close(store);
	close(top);
	rmdir(dir);
	return status;
}

static int store_truncates(const struct fds *f)
{
	return openat(store, "new", O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
}

static int store_unlinks(const struct fds *f)
{
	return unlinkat(store, "new", 0);
}

static int store_sets_by_path(const struct fds *f)
{
	return lsetxattr("/tmp", "user.mdtcheck-must-not-be", "x", 1, 0);
}

static attempt *const store_forbidden[] = {
	try_open,  try_create, store_truncates, store_unlinks, store_sets_by_path, try_fsync,
	try_ioctl, try_fork,   try_stat,	try_limit,     try_fadvise,	   try_sync,
};

START_TEST(forbids_the_writer)
{
	assert_killed(run_store(store_forbidden[_i]), _i);
}
END_TEST

static int store_creates(const struct fds *f)
{
	int fd = openat(store, "new", STORE_FLAGS, 0600);

	if (fd < 0 || write(fd, "x", 1) != 1)
		return 1;
	return fsetxattr(fd, "user.a", "x", 1, 0) && errno != EOPNOTSUPP;
}

/* Landlock refuses it where the kernel has landlock; the filter lets it pass. */
static int store_creates_beside(const struct fds *f)
{
	int fd = openat(store, "../beside", STORE_FLAGS, 0600);

	return fd < 0 && errno != EACCES;
}

static attempt *const store_allowed[] = { try_read, store_creates, store_creates_beside };

START_TEST(allows_the_writer)
{
	assert_allowed(run_store(store_allowed[_i]), _i);
}
END_TEST

/* ---- the report ------------------------------------------------------------------------------ */

START_TEST(reports_every_lock)
{
	static const char *const names[] = { "no_new_privs", "capabilities", "landlock",
					     "seccomp" };
	struct sandbox_report r = { .nlocks = 0 };
	struct sandbox_options opt = { .nwrite_fds = SANDBOX_WRITE_FDS + 1 };
	u32 i, bad = 0;
	int status;
	pid_t pid;

	ck_assert_int_eq(sandbox_enter(&opt, &r), -EINVAL);
	ck_assert_uint_eq(r.nlocks, 0);
	pid = fork();
	if (pid == 0) {
		opt.nwrite_fds = 0;
		sandbox_enter(&opt, &r);
		for (i = 0; i < SANDBOX_LOCKS; i++)
			bad |= strcmp(r.lock[i].name, names[i]) != 0 ||
			       r.lock[i].enforced != !r.lock[i].reason ||
			       r.lock[i].enforced !=
				       (strcmp(sandbox_status(&r.lock[i]), "enforced") == 0);
		/* These two every kernel that Lustre runs on has. */
		bad |= !r.lock[0].enforced || !r.lock[1].enforced;
		_exit(bad || r.nlocks != SANDBOX_LOCKS);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %#x", status);
}
END_TEST

/* ---- kernels that lack a lock ---------------------------------------------------------------- */

/* A kernel in whose place a filter answers. */
struct kernel {
	int landlock, seccomp, capset; /* errors of these calls; 0: as they are */
	bool enforced[SANDBOX_LOCKS];
	const char *reason; /* of the first lock that is unavailable */
};

static void refuse(scmp_filter_ctx ctx, int error, int call, unsigned int n, struct scmp_arg_cmp cmp)
{
	if (error && seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO((u32)error), call, n, &cmp))
		_exit(98);
}

static void pretend(const struct kernel *k)
{
	const struct scmp_arg_cmp filter = { 0, SCMP_CMP_EQ, PR_SET_SECCOMP, 0 };
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);

	refuse(ctx, k->landlock, SCMP_SYS(landlock_create_ruleset), 0, filter);
	refuse(ctx, k->seccomp, SCMP_SYS(seccomp), 0, filter);
	refuse(ctx, k->seccomp ? EINVAL : 0, SCMP_SYS(prctl), 1, filter);
	refuse(ctx, k->capset, SCMP_SYS(capset), 0, filter);
	if (seccomp_load(ctx))
		_exit(97);
}

static const struct kernel kernels[] = {
	/* before 5.13; one that was built, or booted, without it; a container */
	{ .landlock = ENOSYS, .enforced = { true, true, false, true },
	  .reason = "the kernel does not have it" },
	{ .landlock = EOPNOTSUPP, .enforced = { true, true, false, true },
	  .reason = "the kernel has it turned off" },
	{ .landlock = EPERM, .enforced = { true, true, false, true }, .reason = "not permitted" },
	{ .seccomp = ENOSYS, .enforced = { true, true, true, false },
	  .reason = "the kernel refused it" },
	{ .capset = EPERM, .enforced = { true, false, true, true }, .reason = "not permitted" },
	{ .landlock = ENOSYS, .seccomp = ENOSYS, .capset = EPERM, .enforced = { true },
	  .reason = "not permitted" },
};

static int says_what_is_missing(const struct kernel *k)
{
	struct sandbox_options opt = { 0 };
	const char *reason = NULL;
	struct sandbox_report r;
	bool as_said = true;

	pretend(k);
	if (sandbox_enter(&opt, &r))
		return 1;
	for (u32 i = 0; i < r.nlocks; i++) {
		as_said &= r.lock[i].enforced == k->enforced[i];
		if (!reason)
			reason = r.lock[i].reason;
	}
	return !as_said || !reason || strcmp(reason, k->reason);
}

static bool has_landlock(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, 1U) > 0;
}

/* Where nothing pretends: a sanitizer's build has no filter either. */
static bool has_filter(void)
{
	return !unavailable(run(try_read));
}

static void exits_with(int wanted, pid_t pid)
{
	int status;

	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == wanted, "status %#x", status);
}

START_TEST(old_kernels)
{
	const struct kernel *k = &kernels[_i];
	pid_t pid;

	if (!has_filter() || (k->enforced[2] && !has_landlock()))
		return;
	pid = fork();
	if (pid == 0)
		_exit(says_what_is_missing(k));
	exits_with(0, pid);
}
END_TEST

/* A block device's node opened for writing: by landlock, where the filter is not there to end it. */
static int opens_for_writing(const char *node, bool walk)
{
	const struct kernel k = { .seccomp = ENOSYS };
	struct sandbox_options opt = { .walk = walk, .walk_fd = -1 };
	struct sandbox_report r;

	if (walk)
		opt.walk_fd = open("/tmp", O_RDONLY | O_DIRECTORY);
	pretend(&k);
	if (sandbox_enter(&opt, &r) || !r.lock[2].enforced || r.lock[3].enforced)
		return 96;
	return open(node, O_WRONLY) < 0 ? errno : 0;
}

START_TEST(device_is_not_opened_for_writing)
{
	char dir[] = "/tmp/mdtcheck-unit.XXXXXX", node[64];
	pid_t pid;

	if (!has_filter() || !has_landlock())
		return;
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(node, sizeof(node), "%s/node", dir);
	/* No matter which; a user who may not make one has a file. */
	if (mknod(node, S_IFBLK | 0600, makedev(7, 0)) < 0)
		ck_assert_int_eq(mknod(node, S_IFREG | 0600, 0), 0);
	pid = fork();
	if (pid == 0)
		_exit(opens_for_writing(node, _i));
	exits_with(EACCES, pid);
	unlink(node);
	rmdir(dir);
}
END_TEST

Suite *suite_sandbox(void)
{
	Suite *s = suite_create("sandbox");
	TCase *tc = tcase_create("sandbox");

	tcase_add_loop_test(tc, forbids, 0, (int)ARRAY_SIZE(forbidden));
	tcase_add_loop_test(tc, allows, 0, (int)ARRAY_SIZE(allowed));
	tcase_add_loop_test(tc, allows_a_walk, 0, (int)ARRAY_SIZE(walk_allowed));
	tcase_add_loop_test(tc, forbids_a_walk, 0, (int)ARRAY_SIZE(walk_forbidden));
	tcase_add_loop_test(tc, allows_the_writer, 0, (int)ARRAY_SIZE(store_allowed));
	tcase_add_loop_test(tc, forbids_the_writer, 0, (int)ARRAY_SIZE(store_forbidden));
	tcase_add_test(tc, abort_is_abort);
	tcase_add_test(tc, reports_every_lock);
	tcase_add_loop_test(tc, old_kernels, 0, (int)ARRAY_SIZE(kernels));
	tcase_add_loop_test(tc, device_is_not_opened_for_writing, 0, 2);
	suite_add_tcase(s, tc);
	return s;
}
