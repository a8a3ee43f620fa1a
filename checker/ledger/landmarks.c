/* SPDX-License-Identifier: GPL-2.0-only */
/* The landmarks of an MDT: who is who in its backend root. */
#include "ledger/landmarks.h"
#include "ledger/server_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define OI_FILES_MAX 1024
#define INO_BACKEND_ROOT 2

/* Inode numbers by name, collected from the backend root and from CONFIGS. */
struct names {
	u32 root, pending, rpd, configs, lost_found;
	u32 state[STATE_NR];
	u32 last_id_group; /* O */
	u32 oi_plain;	   /* oi.16 without a number */
	u32 oi[OI_FILES_MAX];
	u32 oi_highest; /* number + 1 */
	bool ost_marks; /* what only an OST has */
};

struct loader {
	struct env *env;
	struct view *view;
	struct view_buf *buf;
	struct names names;
};

static bool name_is(const struct dirent_rec *d, const char *name)
{
	return d->namelen == strlen(name) && !memcmp(d->name, name, d->namelen);
}

static void note_oi(struct names *n, const struct dirent_rec *d)
{
	char number[8];
	char *end;
	unsigned long i;

	if (name_is(d, "oi.16")) {
		n->oi_plain = d->ino;
		return;
	}
	if (d->namelen < 7 || d->namelen > 10 || memcmp(d->name, "oi.16.", 6))
		return;
	memcpy(number, d->name + 6, d->namelen - 6u);
	number[d->namelen - 6] = '\0';
	i = strtoul(number, &end, 10);
	if (*end || number[0] < '0' || number[0] > '9' || i >= OI_FILES_MAX)
		return;
	n->oi[i] = d->ino;
	if (i + 1 > n->oi_highest)
		n->oi_highest = (u32)i + 1;
}

static int note_entry(void *arg, const struct object *dir, const struct dirent_rec *d)
{
	struct names *n = &((struct loader *)arg)->names;
	const struct {
		const char *name;
		u32 *ino;
	} known[] = {
		{ "ROOT", &n->root },
		{ "PENDING", &n->pending },
		{ "REMOTE_PARENT_DIR", &n->rpd },
		{ "REM_OBJ_DIR", &n->rpd },
		{ "CONFIGS", &n->configs },
		{ "lost+found", &n->lost_found },
		{ "O", &n->last_id_group },
	};

	if (d->ino > ((struct loader *)arg)->env->info->inodes_count)
		return 0;
	for (u32 i = 0; i < ARRAY_SIZE(known); i++)
		if (name_is(d, known[i].name))
			*known[i].ino = d->ino;
	for (u32 i = 0; i < STATE_NR; i++)
		if (name_is(d, env_state_path(i) + 2))
			n->state[i] = d->ino;
	if (name_is(d, "health_check") || name_is(d, "LAST_GROUP"))
		n->ost_marks = true;
	note_oi(n, d);
	return 0;
}

static int note_config(void *arg, const struct object *dir, const struct dirent_rec *d)
{
	struct loader *l = arg;

	if (name_is(d, "mountdata") && d->ino <= l->env->info->inodes_count)
		l->names.state[STATE_MOUNTDATA] = d->ino;
	return 0;
}

/* Ends the walk at .lustre: it is among the first names of any ROOT. */
static int note_dot_lustre(void *arg, const struct object *dir, const struct dirent_rec *d)
{
	struct loader *l = arg;

	if (!name_is(d, ".lustre") || d->ino > l->env->info->inodes_count)
		return 0;
	l->env->dot_lustre_ino = d->ino;
	return 1;
}

static void note_problem(void *arg, const struct view_problem *p)
{
	struct loader *l = arg;

	if (p->ino == INO_BACKEND_ROOT)
		l->env->backend_blind = true;
}

static int read_names(struct loader *l, u32 ino,
		      int (*entry)(void *, const struct object *, const struct dirent_rec *))
{
	const struct dir_ops ops = { .entry = entry, .problem = note_problem };
	struct object o;
	int rc = view_read_object(l->view, l->buf, ino, &o);

	if (rc)
		return rc;
	if (!object_is_live(&o) || !S_ISDIR(o.inode.mode))
		return -ENOTDIR;
	return view_read_dir(l->view, l->buf, &o, &ops, l);
}

/* A name that leads to no file is as good as none; what cannot be read is found so later. */
static bool oi_is_gone(struct loader *l, u32 ino)
{
	struct object o;

	if (!ino)
		return true;
	return !view_read_object(l->view, l->buf, ino, &o) &&
	       (!object_is_live(&o) || !S_ISREG(o.inode.mode));
}

/*
 * Which OI files are in use: the count OI_scrub states where it is a power of two,
 * else consecutive numbers from 0, else the plain oi.16 of Lustre 2.1.
 */
static int load_oi(struct loader *l)
{
	struct env *env = l->env;
	struct names *n = &l->names;
	u32 count = env->has_scrub ? env->scrub.oi_count : 0;

	if (!count || count > OI_FILES_MAX || (count & (count - 1)))
		for (count = 0; count < n->oi_highest && n->oi[count];)
			count++;
	if (!n->oi_highest && n->oi_plain) {
		n->oi[0] = n->oi_plain;
		env->oi_plain = true;
		count = 1;
	}
	if (!n->oi_highest && !n->oi_plain)
		count = 0;
	/* A hole below the highest number: routing needs the full power of two. */
	if (count && n->oi_highest > count)
		count = n->oi_highest;
	while (count & (count - 1))
		count += count & -count;
	env->oi_ino = calloc(count + 1, sizeof(u32));
	if (!env->oi_ino)
		return -ENOMEM;
	env->oi_count = count;
	memcpy(env->oi_ino, n->oi, count * sizeof(u32));
	for (u32 i = 0; i < count; i++) {
		if (!oi_is_gone(l, env->oi_ino[i]))
			continue;
		env->oi_ino[i] = 0;
		env->oi_lost++;
	}
	view_set_oi(l->view, env->oi_ino, count);
	return 0;
}

static int load_state(struct loader *l)
{
	struct state_reader s = { .env = l->env, .view = l->view, .buf = l->buf };
	int rc;

	for (u32 i = 0; i < STATE_NR; i++)
		l->env->state[i].ino = l->names.state[i];
	rc = server_state_read(&s);
	l->env->first_scrub = l->env->scrub;
	memcpy(l->env->first_lfsck, l->env->lfsck, sizeof(l->env->lfsck));
	return rc ? rc : load_oi(l);
}

/* Says why this is no MDT, or returns 0. */
static int refuse_other_targets(const struct names *n, const struct env *env, char *err,
				size_t errlen)
{
	const struct mountdata *md = &env->mountdata;
	bool has_md = env->has_mountdata;
	const char *why = NULL;

	if (has_md && (md->flags & MOUNTDATA_F_OST) && !(md->flags & MOUNTDATA_F_MDT))
		why = "this is an OST, not an MDT";
	else if (has_md && (md->flags & MOUNTDATA_F_MGS) && !(md->flags & MOUNTDATA_F_MDT))
		why = "this is an MGS without an MDT";
	else if (!n->pending && !n->root && !n->rpd && (n->ost_marks || n->last_id_group))
		why = "this is an OST, not an MDT";
	else if (!n->root && !(n->pending && n->rpd))
		why = "no Lustre MDT: the file system has neither ROOT nor PENDING and "
		      "REMOTE_PARENT_DIR";
	else if (!has_md && !n->oi_plain && !n->oi_highest && !n->pending)
		why = "no Lustre MDT: there are no OI files, no PENDING and no CONFIGS/mountdata";
	if (!why)
		return 0;
	if (has_md)
		snprintf(err, errlen, "%s (it says %s)", why, md->svname);
	else
		snprintf(err, errlen, "%s", why);
	return -EINVAL;
}

int env_load(struct env *env, struct view *view, struct view_buf *buf, bool allow_not_lustre,
	     char *err, size_t errlen)
{
	struct env n = { .info = view_info(view) };
	struct loader l = { .env = &n, .view = view, .buf = buf };
	int rc;

	view_pass_begin(view);
	rc = read_names(&l, INO_BACKEND_ROOT, note_entry);
	if (rc) {
		snprintf(err, errlen, "cannot read the backend root (inode 2): %s", strerror(-rc));
		return rc;
	}
	if (l.names.configs)
		read_names(&l, l.names.configs, note_config);
	if (l.names.root)
		read_names(&l, l.names.root, note_dot_lustre);
	n.root_ino = l.names.root;
	n.pending_ino = l.names.pending;
	n.rpd_ino = l.names.rpd;
	n.lost_found_ino = l.names.lost_found;
	rc = load_state(&l);
	if (rc)
		snprintf(err, errlen, "cannot read the server's state files: %s", strerror(-rc));
	else if (!allow_not_lustre)
		rc = refuse_other_targets(&l.names, &n, err, errlen);
	if (rc)
		env_free(&n);
	else
		*env = n;
	return rc;
}

int env_refresh(struct env *env, struct view *view, struct view_buf *buf)
{
	struct state_reader s = { .env = env, .view = view, .buf = buf };

	view_pass_begin(view);
	return server_state_read(&s);
}

void env_free(struct env *env)
{
	free(env->fld);
	free(env->lov_objid);
	free(env->lov_objseq);
	free(env->oi_ino);
	memset(env, 0, sizeof(*env));
}
