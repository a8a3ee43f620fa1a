/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The compile lock.  With MDTCHECK_BANNED defined, a call that could open or
 * change anything is an error of the compiler; only the opener of the target
 * and the writer of reports are compiled without it.
 *
 * The headers come first, so that their own declarations and uses are done
 * with.  Calls alone are caught: an address taken, or a name declared by hand,
 * is left to the import lint, which looks at the objects.
 */
#ifndef MDTCHECK_BASE_BANNED_H
#define MDTCHECK_BASE_BANNED_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* clang allows `error` on the first declaration only, gcc has `unavailable` since 12. */
#ifdef __clang__
#define MDTCHECK_BAN_BY unavailable
#else
#define MDTCHECK_BAN_BY error
#endif
#define MDTCHECK_BAN(f)                                                                            \
	extern __typeof__(f) f                                                                     \
		__attribute__((MDTCHECK_BAN_BY("mdtcheck only reads: " #f "() is banned")))

/* opening: target/ro_open.c does it */
MDTCHECK_BAN(open);
MDTCHECK_BAN(openat);
MDTCHECK_BAN(open_by_handle_at);
MDTCHECK_BAN(creat);
MDTCHECK_BAN(fopen);
MDTCHECK_BAN(freopen);
MDTCHECK_BAN(tmpfile);
MDTCHECK_BAN(mkstemp);
MDTCHECK_BAN(mkdtemp);

/* contents */
MDTCHECK_BAN(write);
MDTCHECK_BAN(pwrite);
MDTCHECK_BAN(writev);
MDTCHECK_BAN(pwritev);
MDTCHECK_BAN(ftruncate);
MDTCHECK_BAN(truncate);
MDTCHECK_BAN(fallocate);
MDTCHECK_BAN(posix_fallocate);

/* names and attributes */
MDTCHECK_BAN(unlink);
MDTCHECK_BAN(unlinkat);
MDTCHECK_BAN(remove);
MDTCHECK_BAN(rename);
MDTCHECK_BAN(renameat);
MDTCHECK_BAN(link);
MDTCHECK_BAN(linkat);
MDTCHECK_BAN(symlink);
MDTCHECK_BAN(symlinkat);
MDTCHECK_BAN(mkdir);
MDTCHECK_BAN(mkdirat);
MDTCHECK_BAN(rmdir);
MDTCHECK_BAN(mkfifo);
MDTCHECK_BAN(mknod);
MDTCHECK_BAN(chmod);
MDTCHECK_BAN(fchmod);
MDTCHECK_BAN(fchmodat);
MDTCHECK_BAN(chown);
MDTCHECK_BAN(fchown);
MDTCHECK_BAN(lchown);
MDTCHECK_BAN(fchownat);
MDTCHECK_BAN(utimensat);
MDTCHECK_BAN(futimens);

/*
 * Not writes by their names, but each makes a server write: they flush its
 * dirty pages, commit its journal, or drop its cache.
 */
MDTCHECK_BAN(fsync);
MDTCHECK_BAN(fdatasync);
MDTCHECK_BAN(sync);
MDTCHECK_BAN(syncfs);
MDTCHECK_BAN(sync_file_range);
MDTCHECK_BAN(posix_fadvise);
MDTCHECK_BAN(ioctl);

/* other programs */
MDTCHECK_BAN(system);
MDTCHECK_BAN(popen);
MDTCHECK_BAN(execv);
MDTCHECK_BAN(execve);
MDTCHECK_BAN(execvp);

#undef MDTCHECK_BAN
#undef MDTCHECK_BAN_BY

#endif
