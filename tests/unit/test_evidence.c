/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The evidence copy from a mount: what libattr carries onto the stub is compared with what was
 * sent, so that a path that leads elsewhere, or nowhere, is noticed.  The mount is a directory
 * here, and the attributes are user's.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "report/attrcopy.h"
#include "report/evidence.h"
#include "tests/unit/suites.h"

/*
 * A directory, which is made the current one, with mount/d/f, whose attributes are user.a=one
 * and user.b=two, and out/.  Each test is a process of its own.
 */
struct place {
	char dir[64];
	struct target target;
	int mount;
	u32 ino;
};

static void place_make(struct place *p)
{
	struct stat st;

	snprintf(p->dir, sizeof(p->dir), "/tmp/mdtcheck-evidence.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(p->dir));
	ck_assert_int_eq(chdir(p->dir) | mkdir("mount", 0700) | mkdir("mount/d", 0700) |
				 mkdir("out", 0700),
			 0);
	close(open("mount/d/f", O_CREAT | O_WRONLY, 0600));
	close(open("to", O_CREAT | O_WRONLY, 0600));
	ck_assert_int_eq(stat("mount/d/f", &st), 0);
	p->ino = (u32)st.st_ino;
	p->target = (struct target){ .fd = open("/dev/null", O_RDONLY) };
	p->mount = open("mount", O_RDONLY | O_DIRECTORY);
	ck_assert_int_eq(setxattr("mount/d/f", "user.a", "one", 3, 0), 0);
	ck_assert_int_eq(setxattr("mount/d/f", "user.b", "two", 3, 0), 0);
}

static void place_free(const struct place *p)
{
	char command[128];

	close(p->target.fd);
	close(p->mount);
	snprintf(command, sizeof(command), "rm -r %s", p->dir);
	ck_assert_int_eq(system(command), 0);
}

static bool attributes_work(void)
{
	char name[] = "/tmp/mdtcheck-evidence.XXXXXX";
	int fd = mkstemp(name);
	bool yes = fd >= 0 && !fsetxattr(fd, "user.a", "x", 1, 0);

	if (fd >= 0)
		close(fd);
	unlink(name);
	return yes;
}

static struct evidence_ea ea(const char *name, const char *value)
{
	return (struct evidence_ea){ name, (u32)strlen(name), true, (const u8 *)value,
				     (u32)strlen(value) };
}

static int no_locks(int dir, int root)
{
	return -ENOSYS;
}

static struct evidence_result copy(const struct place *p, struct evidence_object o)
{
	const struct evidence_options opt = { "out", &p->target, p->mount, no_locks };
	struct evidence_writer w = { 0 };
	struct evidence_result r = { 0 };
	char err[200];

	/* As main() does: a writer that has gone is told by the failed write. */
	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(evidence_start(&opt, &w, err, sizeof(err)), 0);
	ck_assert_int_eq(evidence_send(&w, &o, &r), 0);
	evidence_end(&w);
	ck_assert(!r.confined);
	return r;
}

START_TEST(carries)
{
	struct place p;
	struct evidence_ea both[2] = { ea("user.a", "one"), ea("user.b", "two") };
	struct evidence_result r;
	char value[8];

	place_make(&p);
	r = copy(&p, (struct evidence_object){ p.ino, { 0 }, "d/f", both, 2 });
	ck_assert_int_eq(r.rc, 0);
	ck_assert_uint_eq(r.held, 2);
	ck_assert_int_eq(getxattr(r.stub, "user.b", value, sizeof(value)), 3);
	ck_assert_mem_eq(value, "two", 3);
	evidence_result_free(&r);
	place_free(&p);
}
END_TEST

/* What is sent is not what the mount shows. */
static const struct {
	const char *name[3], *value[3];
	int rc;
	u32 held;
} doubts[] = {
	{ { "user.a", "user.b" }, { "one", "TWO" }, -EILSEQ, 1 },
	{ { "user.a", "user.b" }, { "one", "two, and more" }, -EILSEQ, 1 },
	{ { "user.a", "user.c" }, { "one", "three" }, -ENODATA, 1 },
	{ { "user.a" }, { "one" }, -ESTALE, 0 },
	{ { NULL }, { NULL }, -ESTALE, 0 },
};

START_TEST(compares)
{
	struct place p;
	struct evidence_ea list[3];
	struct evidence_result r;
	u32 n;

	place_make(&p);
	for (n = 0; doubts[_i].name[n]; n++)
		list[n] = ea(doubts[_i].name[n], doubts[_i].value[n]);
	r = copy(&p, (struct evidence_object){ p.ino, { 0 }, "d/f", list, n });
	ck_assert_int_eq(r.rc, doubts[_i].rc);
	ck_assert_uint_eq(r.held, doubts[_i].held);
	evidence_result_free(&r);
	place_free(&p);
}
END_TEST

static const struct {
	const char *path;
	u32 add; /* to the inode number */
	int rc;
} paths[] = {
	{ "d/f", 1, -ESTALE },
	{ "d", 0, -ESTALE },
	{ "d/none", 0, -ENOENT },
	{ "none/f", 0, -ENOENT },
	{ "d/f/x", 0, -ENOTDIR },
	{ "../mount/d/f", 0, 0 }, /* the same file: the number proves it */
	{ "", 0, -ENOENT },
};

START_TEST(leads_to_the_object)
{
	struct place p;
	struct evidence_ea both[2] = { ea("user.a", "one"), ea("user.b", "two") };
	struct evidence_result r;

	place_make(&p);
	r = copy(&p, (struct evidence_object){ p.ino + paths[_i].add, { 0 }, paths[_i].path, both,
					       2 });
	ck_assert_int_eq(r.rc, paths[_i].rc);
	ck_assert(paths[_i].rc == 0 || access(r.stub, F_OK));
	evidence_result_free(&r);
	place_free(&p);
}
END_TEST

/* libattr itself reports success where the path is a link to the file. */
START_TEST(trap_of_links)
{
	struct place p;
	char link[64];
	int fd;

	place_make(&p);
	fd = open("mount/d/f", O_RDONLY);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ck_assert_int_eq(attrcopy(link, "to", "user.a"), -ENODATA);
	ck_assert_int_eq(attrcopy("mount/d/f", "to", "user.a"), 0);
	ck_assert_int_eq(attrcopy("mount/d/f", "to", "user.none"), -ENODATA);
	ck_assert_int_eq(attrcopy("mount/d/g", "to", "user.a"), -ENOENT);
	ck_assert_int_eq(attrcopy("mount/d/f", link, "user.a"), -EPERM);
	ck_assert_int_eq(getxattr("to", "user.b", NULL, 0), -1);
	close(fd);
	place_free(&p);
}
END_TEST

Suite *suite_evidence(void)
{
	Suite *s = suite_create("evidence");
	TCase *tc = tcase_create("evidence");

	if (!attributes_work()) {
		puts("ok - the evidence copy # SKIP /tmp holds no attributes");
		return s;
	}
	tcase_add_test(tc, carries);
	tcase_add_loop_test(tc, compares, 0, (int)ARRAY_SIZE(doubts));
	tcase_add_loop_test(tc, leads_to_the_object, 0, (int)ARRAY_SIZE(paths));
	tcase_add_test(tc, trap_of_links);
	suite_add_tcase(s, tc);
	return s;
}
