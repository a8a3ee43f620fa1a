/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * live-mirror: a read-only mirror of a running MDT, made, verified and taken away.
 *
 * The mirror shares the superblock of the MDT, so one wrong remount stops the
 * server.  No mount(8) is called: what it makes of an option depends on its
 * version.  mirror.c has the few system calls that are needed.
 */
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "target/mountinfo.h"
#include "tools/mirror/mirror.h"

#define EXIT_USAGE 2

struct tool {
	const char *fstype;
	enum mirror_method method;
	bool force;
	struct mount_table table;
};

static void usage(FILE *out)
{
	fputs("Usage: live-mirror [options] setup DEVICE MOUNTPOINT\n"
	      "       live-mirror [options] verify MOUNTPOINT\n"
	      "       live-mirror [options] teardown MOUNTPOINT\n"
	      "       live-mirror [options] exec DEVICE MOUNTPOINT COMMAND [ARGUMENT]...\n"
	      "\n"
	      "setup     mirrors the MDT that is mounted from DEVICE at the directory MOUNTPOINT\n"
	      "verify    proves that it is a mirror: read-only itself, its superblock still\n"
	      "          read-write\n"
	      "teardown  takes it away\n"
	      "exec      runs COMMAND with a mirror that only COMMAND sees and that ends with it\n"
	      "\n"
	      "Options:\n"
	      "  --fstype TYPE    of the file system (ldiskfs); ext4 for a stand-in\n"
	      "  --method M       fsmount: never writable, needs Linux 5.2; bind: for older\n"
	      "                   kernels; auto (the default): the first that works\n"
	      "  --force          also when no MDT (or for a stand-in: nothing) is mounted from\n"
	      "                   DEVICE\n"
	      "  --help           shows this\n"
	      "\n"
	      "Exit status: 0 done or proved, 1 not, 2 usage\n",
	      out);
}

__printf(1, 2) static int wrong(const char *fmt, ...)
{
	va_list ap;

	fputs("live-mirror: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return EXIT_FAILURE;
}

/* ---- the mount table ------------------------------------------------------------------------- */

static int reread(struct tool *t)
{
	struct mount_table fresh;
	int rc = mount_table_read(NULL, &fresh);

	if (rc)
		return wrong("the mount table cannot be read: %s", strerror(-rc));
	mount_table_free(&t->table);
	t->table = fresh;
	return 0;
}

static bool same_device(const char *a, const char *b)
{
	struct stat x, y;

	if (!strcmp(a, b))
		return true;
	return !stat(a, &x) && !stat(b, &y) && S_ISBLK(x.st_mode) && S_ISBLK(y.st_mode) &&
	       x.st_rdev == y.st_rdev;
}

/* lustre-MDT0000: the four hexadecimal digits end it. */
static bool is_mdt_name(const char *name)
{
	size_t len = strlen(name);

	return len > 8 && !strncmp(name + len - 8, "-MDT", 4) &&
	       strspn(name + len - 4, "0123456789abcdef") == 4;
}

/* The service name of the MDT that is mounted from a device; false: there is none. */
static bool service_of(const struct tool *t, const char *device, char *name, size_t size)
{
	for (size_t i = 0; i < t->table.n; i++) {
		const struct mount_row *r = &t->table.rows[i];

		if ((!strcmp(r->fstype, "lustre") || !strcmp(r->fstype, "lustre_tgt")) &&
		    mount_option_value(r->super_options, "svname", name, size) &&
		    is_mdt_name(name) && same_device(r->source, device))
			return true;
	}
	return false;
}

/*
 * Is the device mounted read-write?  Where it is not, a mount is a first one: it would replay
 * the journal, and that writes.
 */
static bool mounted_rw(const struct tool *t, const char *device)
{
	for (size_t i = 0; i < t->table.n; i++) {
		const struct mount_row *r = &t->table.rows[i];

		if (!strcmp(r->fstype, t->fstype) && same_device(r->source, device) &&
		    mount_option_set(r->super_options, "rw"))
			return true;
	}
	return false;
}

static const struct mount_row *mount_at(struct tool *t, const char *path, char *real)
{
	const struct mount_row *r;

	if (!realpath(path, real)) {
		wrong("%s: %s", path, strerror(errno));
		return NULL;
	}
	if (reread(t))
		return NULL;
	r = mount_table_find(&t->table, real);
	if (!r)
		wrong("%s is no mount point", real);
	return r;
}

/* ---- verify ---------------------------------------------------------------------------------- */

static const char *superblock_problem(const struct mount_row *r)
{
	if (mount_option_set(r->super_options, "rw") &&
	    !mount_option_set(r->super_options, "emergency_ro"))
		return NULL;
	return "is read-only: its MDT cannot write. An error or a remount without bind did that; "
	       "only a restart of the MDT undoes it";
}

static int verify(struct tool *t, const char *path)
{
	char real[PATH_MAX], service[128];
	const struct mount_row *r = mount_at(t, path, real);
	bool served;

	if (!r)
		return EXIT_FAILURE;
	if (strcmp(r->fstype, t->fstype))
		return wrong("%s is mounted as %s, not as %s", real, r->fstype, t->fstype);
	if (strcmp(r->root, "/"))
		return wrong("%s shows only %s of its file system", real, r->root);
	if (!mount_option_set(r->vfs_options, "ro"))
		return wrong("%s is writable", real);
	if (superblock_problem(r))
		return wrong("the SUPERBLOCK of %s %s", real, superblock_problem(r));
	served = service_of(t, r->source, service, sizeof(service));
	if (!strcmp(t->fstype, "ldiskfs") && !served && !t->force)
		return wrong("no MDT is mounted from %s: the mirror is all that keeps it mounted, "
			     "take it away", r->source);
	printf("live-mirror: %s mirrors %s%s%s: ro per mount, superblock rw\n", real,
	       served ? service : "", served ? ", " : "", r->source);
	return 0;
}

/* ---- setup ----------------------------------------------------------------------------------- */

static int check_setup(struct tool *t, const char *device, const char *mirror)
{
	bool ldiskfs = !strcmp(t->fstype, "ldiskfs");
	char service[128];
	struct stat st;

	if (geteuid())
		return wrong("only root can mount");
	if (stat(device, &st) || !S_ISBLK(st.st_mode))
		return wrong("%s is no block device", device);
	if (stat(mirror, &st) || !S_ISDIR(st.st_mode))
		return wrong("%s is no directory", mirror);
	if (mount_table_find(&t->table, mirror))
		return wrong("%s is a mount point already", mirror);
	if (ldiskfs ? service_of(t, device, service, sizeof(service)) : mounted_rw(t, device))
		return 0;
	if (!t->force && ldiskfs)
		return wrong("no MDT is mounted from %s (--force mirrors it all the same)", device);
	if (!t->force)
		return wrong("%s is not mounted read-write as %s (--force mirrors it all the same)",
			     device, t->fstype);
	wrong("warning: if %s is mounted nowhere, this mount replays its journal", device);
	return 0;
}

/* A verified mirror, or none. */
static int make(struct tool *t, const char *device, const char *path, enum mirror_method *used)
{
	char real[PATH_MAX], err[512];
	int status;

	if (!realpath(path, real))
		return wrong("%s: %s", path, strerror(errno));
	status = reread(t) ? EXIT_FAILURE : check_setup(t, device, real);
	if (status)
		return status;
	if (mirror_attach(device, t->fstype, real, t->method, used, err, sizeof(err)))
		return wrong("%s", err);
	status = verify(t, real);
	if (status && umount2(real, 0))
		wrong("%s is still mounted: umount it", real);
	return status;
}

static int setup(struct tool *t, const char *device, const char *path)
{
	enum mirror_method used = MIRROR_ANY;
	int status = make(t, device, path, &used);

	if (status)
		return status;
	printf("live-mirror: made by %s; take it away with 'live-mirror teardown' before the MDT "
	       "is stopped or fails over\n",
	       used == MIRROR_FSMOUNT ? "fsmount, never writable" :
					"bind, read-only before it was seen");
	return 0;
}

static void ignore_signals(bool ignore)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGTERM };

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		signal(signals[i], ignore ? SIG_IGN : SIG_DFL);
}

/* Nothing to take away afterwards: the mount ends with the namespace. */
static int exec_with(struct tool *t, char **word)
{
	enum mirror_method used = MIRROR_ANY;
	char err[512];
	int status;

	if (geteuid())
		return wrong("only root can mount");
	if (mirror_own_namespace(err, sizeof(err)))
		return wrong("%s", err);
	status = make(t, word[0], word[1], &used);
	if (status)
		return status;
	fflush(stdout);
	ignore_signals(false);
	execvp(word[2], word + 2);
	return wrong("%s: %s", word[2], strerror(errno));
}

/* ---- teardown -------------------------------------------------------------------------------- */

static int teardown(struct tool *t, const char *path)
{
	char real[PATH_MAX], service[128], source[PATH_MAX];
	const struct mount_row *r = mount_at(t, path, real);
	bool served;

	if (!r)
		return EXIT_FAILURE;
	/* The mount point of an MDT given by mistake: its umount would stop the MDT. */
	if (strcmp(r->fstype, t->fstype) || !mount_option_set(r->vfs_options, "ro"))
		return wrong("%s is no mirror (%s, %s): left as it is", real, r->fstype,
			     r->vfs_options);
	snprintf(source, sizeof(source), "%s", r->source);
	if (umount2(real, UMOUNT_NOFOLLOW))
		return wrong("%s stays mounted (%s): a leftover mirror keeps the MDT mounted after "
			     "its umount", real, strerror(errno));
	if (reread(t))
		return EXIT_FAILURE;
	served = service_of(t, source, service, sizeof(service));
	printf("live-mirror: %s does not mirror %s%s%s any more\n", real, served ? service : "",
	       served ? ", " : "", source);
	r = mount_table_find(&t->table, real);
	if (r && !strcmp(r->fstype, t->fstype))
		wrong("another one lies under it: tear it down too");
	printf("live-mirror: note: a leftover mirror keeps the MDT mounted after its umount; none "
	       "may be left when it is stopped or fails over\n");
	return 0;
}

/* ---- the command line ------------------------------------------------------------------------ */

static int misuse(const char *what)
{
	wrong("%s", what);
	fputs("Try 'live-mirror --help'\n", stderr);
	return EXIT_USAGE;
}

static int set_method(struct tool *t, const char *name)
{
	static const char *const names[] = { "auto", "fsmount", "bind" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i])) {
			t->method = (enum mirror_method)i;
			return 0;
		}
	return misuse("--method is auto, fsmount or bind");
}

static int command(struct tool *t, int n, char **word)
{
	if (!n)
		return misuse("what is to be done?");
	if (!strcmp(word[0], "setup"))
		return n == 3 ? setup(t, word[1], word[2]) : misuse("setup takes DEVICE MOUNTPOINT");
	if (!strcmp(word[0], "verify"))
		return n == 2 ? verify(t, word[1]) : misuse("verify takes MOUNTPOINT");
	if (!strcmp(word[0], "teardown"))
		return n == 2 ? teardown(t, word[1]) : misuse("teardown takes MOUNTPOINT");
	if (!strcmp(word[0], "exec"))
		return n > 3 ? exec_with(t, word + 1) :
			       misuse("exec takes DEVICE MOUNTPOINT COMMAND");
	return misuse("there is no such command");
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "fstype", required_argument, NULL, 't' }, { "method", required_argument, NULL, 'm' },
		{ "force", no_argument, NULL, 'f' },	    { "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct tool t = { .fstype = "ldiskfs" };
	int c, status = 0;

	while (!status && (c = getopt_long(argc, argv, "+h", options, NULL)) != -1) {
		switch (c) {
		case 't':
			t.fstype = optarg;
			break;
		case 'm':
			status = set_method(&t, optarg);
			break;
		case 'f':
			t.force = true;
			break;
		case 'h':
			usage(stdout);
			return 0;
		default:
			return EXIT_USAGE;
		}
	}
	/* A mount half made is undone by the code after it: no signal may come between. */
	ignore_signals(true);
	if (!status)
		status = command(&t, argc - optind, argv + optind);
	mount_table_free(&t.table);
	return status;
}
