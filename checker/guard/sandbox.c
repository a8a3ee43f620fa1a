/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Four locks, one upon the other: no new privileges, no capabilities, no file
 * system (landlock), and a list of system calls (seccomp) on which nothing can
 * open, create, sync or control anything.  A call that is not on the list ends
 * the process: a checker that tries to write has a bug, and no report of it
 * deserves trust.
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <malloc.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "guard/sandbox.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(MDTCHECK_TRAINING)
#define SANITIZER_BUILD 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
	__has_feature(memory_sanitizer)
#define SANITIZER_BUILD 1
#endif
#endif
#ifndef SANITIZER_BUILD
#define SANITIZER_BUILD 0
#endif

/* Older kernel headers have no landlock; the numbers are the same on every architecture. */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#endif
#ifndef SYS_landlock_restrict_self
#define SYS_landlock_restrict_self 446
#endif
#ifndef SYS_landlock_add_rule
#define SYS_landlock_add_rule 445
#endif
#define LANDLOCK_VERSION_QUERY 1U
#define LANDLOCK_BELOW_PATH 1U
#define LANDLOCK_WRITE_FILE (1ULL << 1)
#define LANDLOCK_READ_FILE (1ULL << 2)
#define LANDLOCK_READ_DIR (1ULL << 3)
#define LANDLOCK_MAKE_REG (1ULL << 8)

/*
 * What a walk, or handles, need of root's powers: the kernel hides trusted attributes from all but
 * CAP_SYS_ADMIN; other people's directories, and inodes by their numbers, from all but
 * CAP_DAC_READ_SEARCH.
 */
#define WALK_CAPABILITIES (1ULL << CAP_SYS_ADMIN | 1ULL << CAP_DAC_READ_SEARCH)

/* What setting trusted and security attributes takes, in a directory that may be another's. */
#define STORE_CAPABILITIES                                                                         \
	(1ULL << CAP_SYS_ADMIN | 1ULL << CAP_DAC_OVERRIDE | 1ULL << CAP_FOWNER |                   \
	 1ULL << CAP_SETFCAP | 1ULL << CAP_MAC_ADMIN)

/* More than any run has threads: glibc looks the processors up in /sys to choose a limit. */
#define ARENAS_MAX 64

const char *sandbox_status(const struct sandbox_lock *lock)
{
	return lock->enforced ? "enforced" : "unavailable";
}

static const char *why(int error)
{
	switch (error) {
	case ENOSYS:
		return "the kernel does not have it";
	case EOPNOTSUPP:
		return "the kernel has it turned off";
	case EPERM:
	case EACCES:
		return "not permitted";
	case ENOMEM:
		return "out of memory";
	default:
		return "the kernel refused it";
	}
}

static void note(struct sandbox_report *r, const char *name, int rc)
{
	r->lock[r->nlocks++] = (struct sandbox_lock){
		.name = name, .enforced = rc == 0, .reason = rc ? why(-rc) : NULL,
	};
}

static void note_sanitizer(struct sandbox_report *r, const char *name)
{
	r->lock[r->nlocks++] = (struct sandbox_lock){ .name = name, .reason = "sanitizer build" };
}

static int lock_privileges(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : -EINVAL;
}

static int lock_capabilities(u64 keep)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { { 0 } };
	size_t i;

	if (keep && syscall(SYS_capget, &head, data) < 0)
		return -errno;
	for (i = 0; i < ARRAY_SIZE(data); i++) {
		u32 kept = data[i].permitted & (u32)(i ? keep >> 32 : keep);

		data[i] = (struct __user_cap_data_struct){ .effective = kept, .permitted = kept };
	}
	if (syscall(SYS_capset, &head, data) < 0)
		return -errno;
	memset(data, 0xff, sizeof(data));
	if (syscall(SYS_capget, &head, data) < 0)
		return -errno;
	for (i = 0; i < ARRAY_SIZE(data); i++)
		if ((data[i].effective | data[i].permitted | data[i].inheritable) &
		    ~(u32)(i ? keep >> 32 : keep))
			return -EPERM;
	return 0;
}

bool sandbox_can_walk(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	if (syscall(SYS_capget, &head, data) < 0)
		return false;
	return (data[0].effective & WALK_CAPABILITIES) == WALK_CAPABILITIES;
}

/*
 * Every right on files that the kernel knows, granted nowhere.  The kernel
 * refuses bits that it does not know, so they follow the version it reports.
 */
static u64 landlock_rights(long version)
{
	u64 rights = (1ULL << 13) - 1;

	if (version >= 2)
		rights |= 1ULL << 13; /* refer */
	if (version >= 3)
		rights |= 1ULL << 14; /* truncate */
	if (version >= 5)
		rights |= 1ULL << 15; /* ioctl on devices */
	return rights;
}

/* These rights below fd, which must be a directory. */
static int allow_below(int ruleset, int fd, u64 rights)
{
	struct {
		u64 allowed;
		int parent;
	} __attribute__((packed)) rule = { rights, fd };

	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_BELOW_PATH, &rule, 0) < 0)
		return -errno;
	return 0;
}

static int lock_files(const struct sandbox_options *opt)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION_QUERY);
	u64 rights;
	int fd, rc = 0;

	if (version < 0)
		return -errno;
	rights = landlock_rights(version);
	/* The first field of the kernel's attributes is all that is needed of them. */
	fd = (int)syscall(SYS_landlock_create_ruleset, &rights, sizeof(rights), 0);
	if (fd < 0)
		return -errno;
	if (opt->walk)
		rc = allow_below(fd, opt->walk_fd, LANDLOCK_READ_FILE | LANDLOCK_READ_DIR);
	if (!rc && opt->store)
		rc = allow_below(fd, opt->store_fd,
				 LANDLOCK_READ_FILE | LANDLOCK_WRITE_FILE | LANDLOCK_MAKE_REG);
	if (!rc && syscall(SYS_landlock_restrict_self, fd, 0) < 0)
		rc = -errno;
	close(fd);
	return rc;
}

/* ---- seccomp --------------------------------------------------------------------------------- */

/* Allowed whatever their arguments. */
static const int plain_calls[] = {
	/* what is open */
	SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(readv), SCMP_SYS(preadv), SCMP_SYS(lseek),
	SCMP_SYS(_llseek), SCMP_SYS(fstat), SCMP_SYS(fstat64), SCMP_SYS(close), SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	/* memory */
	SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(mprotect), SCMP_SYS(madvise), SCMP_SYS(brk),
	/* threads */
	SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(membarrier),
	SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_setaffinity),
	SCMP_SYS(sched_getparam), SCMP_SYS(sched_getscheduler), SCMP_SYS(getcpu),
	SCMP_SYS(gettid), SCMP_SYS(getpid), SCMP_SYS(exit), SCMP_SYS(exit_group),
	SCMP_SYS(restart_syscall),
	/* signals */
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigtimedwait),
#ifdef __SNR_rt_sigtimedwait_time64
	SCMP_SYS(rt_sigtimedwait_time64),
#endif
	SCMP_SYS(sigreturn), SCMP_SYS(sigaltstack),
	/* time and figures */
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(clock_nanosleep),
	SCMP_SYS(nanosleep), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getrusage),
	SCMP_SYS(sysinfo), SCMP_SYS(getrandom),
};

/* Argument n, of which the kernel looks at 32 bits, has this value. */
static struct scmp_arg_cmp arg_is(unsigned int n, u32 value)
{
	return (struct scmp_arg_cmp){ n, SCMP_CMP_MASKED_EQ, UINT32_MAX, value };
}

/* Argument n has all these bits. */
static struct scmp_arg_cmp arg_has(unsigned int n, u64 bits)
{
	return (struct scmp_arg_cmp){ n, SCMP_CMP_MASKED_EQ, bits, bits };
}

static struct scmp_arg_cmp arg_is_null(unsigned int n)
{
	return (struct scmp_arg_cmp){ n, SCMP_CMP_EQ, 0, 0 };
}

/* A call that the architecture does not have needs no rule. */
static int add_rule(scmp_filter_ctx ctx, u32 action, int call, unsigned int n,
		    const struct scmp_arg_cmp *cmp)
{
	int rc = seccomp_rule_add_array(ctx, action, call, n, cmp);

	return rc == -EDOM ? 0 : rc;
}

static int allow_if(scmp_filter_ctx ctx, int call, struct scmp_arg_cmp cmp)
{
	return add_rule(ctx, SCMP_ACT_ALLOW, call, 1, &cmp);
}

static int add_plain_calls(scmp_filter_ctx ctx)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < ARRAY_SIZE(plain_calls) && !rc; i++)
		rc = add_rule(ctx, SCMP_ACT_ALLOW, plain_calls[i], 0, NULL);
	return rc;
}

static int add_write_fds(scmp_filter_ctx ctx, const struct sandbox_options *opt)
{
	u32 i;
	int rc = 0;

	for (i = 0; i < opt->nwrite_fds && !rc; i++) {
		u32 fd = (u32)opt->write_fds[i];

		rc = allow_if(ctx, SCMP_SYS(write), arg_is(0, fd));
		if (!rc)
			rc = allow_if(ctx, SCMP_SYS(writev), arg_is(0, fd));
	}
	return rc;
}

/*
 * Threads, but no processes.  The flags of clone3 are behind a pointer, which a
 * filter cannot follow: told that there is no such call, glibc falls back to clone.
 */
static int add_threads(scmp_filter_ctx ctx)
{
#ifdef __s390x__
	const unsigned int flags_arg = 1;
#else
	const unsigned int flags_arg = 0;
#endif
	int rc = allow_if(ctx, SCMP_SYS(clone), arg_has(flags_arg, CLONE_VM | CLONE_THREAD));

	if (!rc)
		rc = add_rule(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0, NULL);
	/* abort() */
	if (!rc)
		rc = allow_if(ctx, SCMP_SYS(tgkill), arg_is(0, (u32)getpid()));
	return rc;
}

/* Calls that are harmless with one kind of argument only. */
static int add_guarded_calls(scmp_filter_ctx ctx)
{
	struct scmp_arg_cmp is_tcgets = arg_is(1, TCGETS);
	int rc;

	rc = allow_if(ctx, SCMP_SYS(mmap), arg_has(3, MAP_ANONYMOUS));
	if (!rc)
		rc = allow_if(ctx, SCMP_SYS(mmap2), arg_has(3, MAP_ANONYMOUS));
	/* How newer glibc does fstat(): a descriptor and an empty path. */
	if (!rc)
		rc = allow_if(ctx, SCMP_SYS(newfstatat), arg_has(3, AT_EMPTY_PATH));
	/* fdopen() asks how a descriptor was opened. */
	if (!rc)
		rc = allow_if(ctx, SCMP_SYS(fcntl), arg_is(1, F_GETFL));
	/* Asking for a limit, not setting one. */
	if (!rc)
		rc = allow_if(ctx, SCMP_SYS(prlimit64), arg_is_null(2));
	if (!rc)
		rc = allow_if(ctx, SCMP_SYS(prctl), arg_is(0, PR_SET_NAME));
	/* stdio asks whether an output is a terminal; "no" costs only line buffering. */
	if (!rc)
		rc = add_rule(ctx, SCMP_ACT_ERRNO(ENOTTY), SCMP_SYS(ioctl), 1, &is_tcgets);
	return rc;
}

/*
 * Names and attributes of a tree: opens that only read, follow nothing and create nothing.
 * The one ioctl asks a directory for its generation.
 */
static int add_walk(scmp_filter_ctx ctx)
{
	static const int calls[] = {
		SCMP_SYS(getdents64), SCMP_SYS(lgetxattr), SCMP_SYS(llistxattr), SCMP_SYS(fstatfs),
		SCMP_SYS(fstatfs64),
	};
	const u64 never = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | O_DIRECT |
			  (O_TMPFILE & ~O_DIRECTORY);
	const struct scmp_arg_cmp reads = { 2, SCMP_CMP_MASKED_EQ, never | O_NOFOLLOW, O_NOFOLLOW };
	int rc = allow_if(ctx, SCMP_SYS(openat), reads);

	if (!rc)
		rc = allow_if(ctx, SCMP_SYS(newfstatat), arg_has(3, AT_SYMLINK_NOFOLLOW));
	if (!rc)
		rc = allow_if(ctx, SCMP_SYS(fstatat64), arg_has(3, AT_SYMLINK_NOFOLLOW));
	if (!rc)
		rc = allow_if(ctx, SCMP_SYS(ioctl), arg_is(1, (u32)FS_IOC_GETVERSION));
	for (size_t i = 0; i < ARRAY_SIZE(calls) && !rc; i++)
		rc = add_rule(ctx, SCMP_ACT_ALLOW, calls[i], 0, NULL);
	return rc;
}

/*
 * Where files may be opened and made is landlock's affair; it does not know of attributes, so
 * they are set by path only where libattr, which has no other way, copies from a walk's tree.
 */
static int add_store(scmp_filter_ctx ctx, const struct sandbox_options *opt)
{
	static const int calls[] = { SCMP_SYS(write), SCMP_SYS(fgetxattr), SCMP_SYS(fsetxattr) };
	int rc = allow_if(ctx, SCMP_SYS(openat), arg_has(2, O_CREAT | O_EXCL | O_NOFOLLOW));

	for (size_t i = 0; i < ARRAY_SIZE(calls) && !rc; i++)
		rc = add_rule(ctx, SCMP_ACT_ALLOW, calls[i], 0, NULL);
	if (!rc && opt->walk)
		rc = add_rule(ctx, SCMP_ACT_ALLOW, SCMP_SYS(lsetxattr), 0, NULL);
	return rc;
}

/*
 * Inodes of one mount, opened as places only: nothing can be read from such a descriptor,
 * and the file system is not told of the open.  getxattr follows /proc/self/fd to them.
 */
static int add_handles(scmp_filter_ctx ctx, int mount_fd)
{
	const struct scmp_arg_cmp as_place[] = {
		arg_is(0, (u32)mount_fd),
		arg_is(2, O_PATH | O_NOFOLLOW | O_CLOEXEC),
	};
	int rc = add_rule(ctx, SCMP_ACT_ALLOW, SCMP_SYS(open_by_handle_at), ARRAY_SIZE(as_place),
			  as_place);

	return rc ? rc : add_rule(ctx, SCMP_ACT_ALLOW, SCMP_SYS(getxattr), 0, NULL);
}

static int build_filter(scmp_filter_ctx ctx, const struct sandbox_options *opt)
{
	int rc = add_plain_calls(ctx);

	if (!rc)
		rc = add_write_fds(ctx, opt);
	if (!rc)
		rc = add_threads(ctx);
	if (!rc)
		rc = add_guarded_calls(ctx);
	if (!rc && opt->walk)
		rc = add_walk(ctx);
	if (!rc && opt->store)
		rc = add_store(ctx, opt);
	if (!rc && opt->handles)
		rc = add_handles(ctx, opt->handles_fd);
	return rc;
}

static int lock_calls(const struct sandbox_options *opt)
{
	/* Ending one thread alone would leave the others waiting for it for ever. */
	u32 action = seccomp_api_get() >= 3 ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_KILL;
	scmp_filter_ctx ctx = seccomp_init(action);
	int rc;

	if (!ctx)
		return -ENOMEM;
	rc = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, action);
	if (!rc)
		rc = build_filter(ctx, opt);
	if (!rc)
		rc = seccomp_load(ctx);
	seccomp_release(ctx);
	return rc;
}

/* What the C library would later open a file for. */
static void settle_libc(void)
{
	tzset();
	mallopt(M_ARENA_MAX, ARENAS_MAX);
	/* Before it shrinks the heap of a thread glibc looks up how memory is overcommitted. */
	mallopt(M_TRIM_THRESHOLD, -1);
}

static u64 kept_capabilities(const struct sandbox_options *opt)
{
	return (opt->walk || opt->handles ? WALK_CAPABILITIES : 0) |
	       (opt->store ? STORE_CAPABILITIES : 0);
}

int sandbox_enter(const struct sandbox_options *opt, struct sandbox_report *out)
{
	struct sandbox_report r = { .nlocks = 0 };

	if (opt->nwrite_fds > SANDBOX_WRITE_FDS)
		return -EINVAL;
	settle_libc();
	note(&r, "no_new_privs", lock_privileges());
	note(&r, "capabilities", lock_capabilities(kept_capabilities(opt)));
	if ((opt->walk || opt->handles) && r.lock[r.nlocks - 1].enforced)
		r.lock[r.nlocks - 1].reason =
			"all dropped but CAP_SYS_ADMIN and CAP_DAC_READ_SEARCH, which show "
			"trusted attributes and closed directories";
	/*
	 * A sanitizer reads /proc and uses calls of its own, above all at the end, when a program
	 * in training (`make pgo`) writes down where it went.
	 */
	if (SANITIZER_BUILD) {
		note_sanitizer(&r, "landlock");
		note_sanitizer(&r, "seccomp");
	} else {
		note(&r, "landlock", lock_files(opt));
		note(&r, "seccomp", lock_calls(opt));
	}
	*out = r;
	return 0;
}
