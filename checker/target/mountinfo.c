/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mount table.  libmount parses it, live or saved alike; what is needed of
 * it is copied, so that nobody else has to know libmount.
 */
#include <stdlib.h>
#include <string.h>

#include <libmount/libmount.h>

#include "target/mountinfo.h"

#define LIVE_TABLE "/proc/self/mountinfo"

static void row_free(struct mount_row *r)
{
	free(r->source);
	free(r->target);
	free(r->root);
	free(r->fstype);
	free(r->vfs_options);
	free(r->super_options);
}

void mount_table_free(struct mount_table *t)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		row_free(&t->rows[i]);
	free(t->rows);
	t->rows = NULL;
	t->n = 0;
}

static char *copy(const char *s)
{
	return strdup(s ? s : "");
}

static int row_copy(struct libmnt_fs *fs, struct mount_row *r)
{
	r->dev = mnt_fs_get_devno(fs);
	r->source = copy(mnt_fs_get_source(fs));
	r->target = copy(mnt_fs_get_target(fs));
	r->root = copy(mnt_fs_get_root(fs));
	r->fstype = copy(mnt_fs_get_fstype(fs));
	r->vfs_options = copy(mnt_fs_get_vfs_options(fs));
	r->super_options = copy(mnt_fs_get_fs_options(fs));
	if (r->source && r->target && r->root && r->fstype && r->vfs_options && r->super_options)
		return 0;
	row_free(r);
	return -ENOMEM;
}

static int rows_copy(struct libmnt_table *tb, struct libmnt_iter *it, struct mount_table *t)
{
	struct libmnt_fs *fs;
	int rc;

	while ((rc = mnt_table_next_fs(tb, it, &fs)) == 0) {
		/* Only a mountinfo line has a mount id: libmount would take an fstab too. */
		if (mnt_fs_get_id(fs) <= 0)
			return -EBADMSG;
		rc = row_copy(fs, &t->rows[t->n]);
		if (rc)
			return rc;
		t->n++;
	}
	return rc < 0 ? rc : 0;
}

static int table_copy(struct libmnt_table *tb, struct mount_table *t)
{
	struct libmnt_iter *it;
	int count = mnt_table_get_nents(tb);
	int rc;

	/* A line that is no mount line was dropped; a file without any other is no mountinfo. */
	if (count <= 0)
		return -EBADMSG;
	t->rows = calloc((size_t)count, sizeof(*t->rows));
	it = mnt_new_iter(MNT_ITER_FORWARD);
	rc = t->rows && it ? rows_copy(tb, it, t) : -ENOMEM;
	mnt_free_iter(it);
	return rc;
}

/* A mount line that cannot be understood may be the one that matters: no guess. */
static int on_bad_line(struct libmnt_table *tb, const char *filename, int line)
{
	return -EBADMSG;
}

int mount_table_read(const char *path, struct mount_table *out)
{
	struct libmnt_table *tb = mnt_new_table();
	struct mount_table t = { 0 };
	int rc;

	if (!tb)
		return -ENOMEM;
	mnt_table_set_parser_errcb(tb, on_bad_line);
	rc = mnt_table_parse_file(tb, path ? path : LIVE_TABLE);
	if (!rc)
		rc = table_copy(tb, &t);
	/* Positive: the error callback's word, in releases that hand it on as it is. */
	else if (rc > 0)
		rc = -EBADMSG;
	mnt_unref_table(tb);
	if (rc)
		mount_table_free(&t);
	else
		*out = t;
	return rc;
}

const struct mount_row *mount_table_find(const struct mount_table *t, const char *target)
{
	size_t i = t->n;

	while (i-- > 0)
		if (strcmp(t->rows[i].target, target) == 0)
			return &t->rows[i];
	return NULL;
}

bool mount_option_set(const char *options, const char *name)
{
	char *value;
	size_t size;

	return mnt_optstr_get_option(options, name, &value, &size) == 0;
}

bool mount_option_value(const char *options, const char *name, char *value, size_t size)
{
	char *found;
	size_t len;

	if (mnt_optstr_get_option(options, name, &found, &len) != 0 || !found || len >= size)
		return false;
	memcpy(value, found, len);
	value[len] = '\0';
	return true;
}
