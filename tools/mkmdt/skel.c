/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The empty file system, made by mke2fs with the features mkfs.lustre asks
 * for, and with everything fixed that would otherwise differ from run to run.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/mkmdt/model.h"
#include "tools/mkmdt/writer.h"

struct mke2fs_words {
	char features[320];
	char block[16], isize[16], inodes[16], journal[24], uuid[40], label[24], ext[160];
};

static void uuid_text(const struct mk_model *m, u64 salt, char *out)
{
	u8 u[16];
	int i;

	mk_uuid(m, salt, u);
	for (i = 0; i < 16; i++)
		out += sprintf(out, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", u[i]);
}

static void feature_words(const struct mk_config *c, char *out, size_t room)
{
	snprintf(out, room,
		 "none,has_journal,ext_attr,%sdir_index,filetype%s,flex_bg%s,large_dir,"
		 "sparse_super,large_file,huge_file,%s,dir_nlink%s",
		 c->bits64 ? "" : "resize_inode,", c->extents == MK_OFF ? "" : ",extent",
		 c->ea_inode ? ",ea_inode" : "", c->csum ? "metadata_csum" : "uninit_bg",
		 c->bits64 ? ",64bit" : "");
}

static void make_words(const struct mk_model *m, u64 size, u32 inodes, struct mke2fs_words *w)
{
	const struct mk_config *c = &m->cfg;
	char seed[40];

	feature_words(c, w->features, sizeof(w->features));
	snprintf(w->block, sizeof(w->block), "%u", c->bs);
	snprintf(w->isize, sizeof(w->isize), "%u", c->isize);
	snprintf(w->inodes, sizeof(w->inodes), "%u", inodes);
	snprintf(w->journal, sizeof(w->journal), "size=%u", size >= (1ULL << 30) ? 16 : 4);
	uuid_text(m, 0, w->uuid);
	uuid_text(m, 1, seed);
	snprintf(w->label, sizeof(w->label), "%s-MDT%04x", c->fsname, c->index);
	/* Tables are left unwritten: the file is sparse, and unused groups stay unread. */
	snprintf(w->ext, sizeof(w->ext),
		 "hash_seed=%s,lazy_itable_init=1,lazy_journal_init=1,nodiscard,root_owner=0:0",
		 seed);
}

/* In the child. The profile of the host must not matter; complaints go to the pipe. */
static void exec_mke2fs(struct mke2fs_words *w, char *image, int complaints)
{
	char *argv[] = { "mke2fs", "-q", "-F", "-b", w->block, "-I", w->isize, "-N", w->inodes,
			 "-J", w->journal, "-U", w->uuid, "-L", w->label, "-m", "0",
			 "-T", "default", "-O", w->features, "-E", w->ext, image, NULL };
	char fake[64];
	int null = open("/dev/null", O_WRONLY);

	if (null >= 0)
		dup2(null, 1);
	dup2(complaints, 2);
	snprintf(fake, sizeof(fake), "%u", MK_TIME);
	setenv("E2FSPROGS_FAKE_TIME", fake, 1);
	setenv("MKE2FS_CONFIG", "/dev/null", 1);
	setenv("LC_ALL", "C", 1);
	setenv("PATH", "/sbin:/usr/sbin:/bin:/usr/bin:/usr/local/sbin:/usr/local/bin", 1);
	execvp(argv[0], argv);
	_exit(127);
}

/* What mke2fs said, as one line; reads to the end so that it never blocks on the pipe. */
static void read_complaints(int fd, char *text, size_t room)
{
	size_t len = 0, i;
	char rest[256];
	ssize_t n;

	while (len + 1 < room && (n = read(fd, text + len, room - 1 - len)) > 0)
		len += (size_t)n;
	while (read(fd, rest, sizeof(rest)) > 0)
		;
	while (len && text[len - 1] == '\n')
		len--;
	text[len] = 0;
	for (i = 0; i < len; i++)
		if (text[i] == '\n' || text[i] == '\t')
			text[i] = ' ';
}

static int mke2fs_status(struct mk_model *m, int status, const char *complaints)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return mk_fail(m, -ENOENT, "mke2fs is not installed");
	return status ? mk_fail(m, -EINVAL, "mke2fs failed: %s", complaints) : 0;
}

static int run_mke2fs(struct mk_model *m, struct mke2fs_words *w, char *image)
{
	char complaints[160];
	int status, fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return mk_fail(m, -errno, "cannot make a pipe: %s", strerror(errno));
	pid = fork();
	if (!pid)
		exec_mke2fs(w, image, fds[1]);
	close(fds[1]);
	if (pid > 0)
		read_complaints(fds[0], complaints, sizeof(complaints));
	close(fds[0]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return mk_fail(m, -errno, "cannot run mke2fs: %s", strerror(errno));
	return mke2fs_status(m, status, complaints);
}

int mk_skeleton(struct mk_model *m, const char *image, u64 size, u32 inodes)
{
	struct mke2fs_words w;
	char *path;
	int fd, rc = 0;

	fd = open(image, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return mk_fail(m, -errno, "cannot make %s: %s", image, strerror(errno));
	if (ftruncate(fd, (off_t)size))
		rc = mk_fail(m, -errno, "cannot size %s: %s", image, strerror(errno));
	close(fd);
	if (rc)
		return rc;
	make_words(m, size, inodes, &w);
	path = strdup(image);
	rc = path ? run_mke2fs(m, &w, path) : mk_fail(m, -ENOMEM, "out of memory");
	free(path);
	return rc;
}
