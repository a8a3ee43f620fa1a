/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where each inode that was met has its name.  The kernel finds objects by name
 * only, the phases ask by inode number.
 */
#ifndef MDTCHECK_VIEW_POSIX_TREE_H
#define MDTCHECK_VIEW_POSIX_TREE_H

#include <pthread.h>
#include <sys/types.h>

#include "view/private.h"

#define POSIX_ROOT_INO 2
#define POSIX_NAME_MAX 255

struct posix_tree {
	int root_fd; /* not owned */
	int listen;  /* not owned; -1 none */
	bool errors; /* the kernel met some: what it passed over is missing.  Atomic */
	dev_t dev;
	u32 *where;	   /* by inode number: its name in the arena, 0 none; atomic */
	u64 where_bytes;
	u32 *arena;	   /* names; counted in words */
	u64 arena_words;   /* its end */
	u64 arena_used;	   /* atomic: handed out to threads, piece by piece */
	u64 arena_charged; /* bytes, atomic */
};

/* A name as it is kept. */
struct posix_name {
	u32 parent; /* directory */
	char name[POSIX_NAME_MAX + 1];
};

int posix_tree_init(struct view *v, int root_fd, u64 inodes_used);
void posix_tree_free(struct view *v);

/*
 * The name leads to inode ino.  0; -ENOMEM.  On a target that changes a newer name replaces
 * the one that is known, else the first one stays.
 */
int posix_tree_note(struct view *v, struct view_buf *buf, u32 ino, u32 parent, const char *name,
		    u32 len);
/* 0, or -ENOENT where no name of it was met. */
int posix_tree_find(const struct view *v, u32 ino, struct posix_name *out);

/*
 * Makes slot the open directory ino.  0; -ENOENT, -ESTALE where it is not there any more,
 * -EXDEV where something is mounted over it, -errno.
 */
int posix_tree_open(struct view *v, struct posix_dir *slot, u32 ino);

#endif
