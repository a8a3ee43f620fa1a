/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The names of the posix view.  An array over all inode numbers leads into an
 * arena of names, each with the directory it stands in; threads take pieces of the
 * arena, so that none waits for another.
 */
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "view/posix.h"
#include "view/posix_open.h"
#include "view/posix_tree.h"

#define DEPTH_MAX 1024
#define PIECE_WORDS 4096U /* of the arena, taken at a time */
#define NAME_WORDS (2 + (POSIX_NAME_MAX + 3) / 4) /* parent, length, the longest name */

/* Names that appear during the run need room as well; what is not used costs nothing. */
int posix_tree_init(struct view *v, int root_fd, u64 inodes_used)
{
	struct posix_tree *t = v->tree;
	struct stat st;

	if (fstat(root_fd, &st) < 0)
		return -errno;
	if (st.st_ino != POSIX_ROOT_INO)
		return -EXDEV;
	t->root_fd = root_fd;
	t->dev = st.st_dev;
	t->where_bytes = ((u64)v->info.inodes_count + 1) * sizeof(*t->where);
	t->arena_words = min_u64((inodes_used * 2 + PIECE_WORDS * 64) * NAME_WORDS, UINT32_MAX);
	t->arena_used = PIECE_WORDS; /* the first piece stays empty: 0 is no name */
	t->where = membudget_map(v->mem, t->where_bytes, t->where_bytes);
	t->arena = membudget_map(v->mem, t->arena_words * sizeof(u32), 0);
	return t->where && t->arena ? 0 : -ENOMEM;
}

void posix_tree_free(struct view *v)
{
	struct posix_tree *t = v->tree;

	membudget_unmap(v->mem, t->where, t->where_bytes, t->where_bytes);
	membudget_unmap(v->mem, t->arena, t->arena_words * sizeof(u32), t->arena_charged);
}

void posix_hand_close(struct posix_hand *h)
{
	if (h->parent.fd >= 0)
		close(h->parent.fd);
	if (h->dir.fd >= 0)
		close(h->dir.fd);
	if (h->file >= 0)
		close(h->file);
	h->parent = h->dir = (struct posix_dir){ .fd = -1 };
	h->file = -1;
}

/* ---- names ----------------------------------------------------------------------------------- */

static bool name_is(const struct posix_tree *t, u32 at, u32 parent, const char *name, u32 len)
{
	return t->arena[at] == parent && t->arena[at + 1] == len &&
	       !memcmp(&t->arena[at + 2], name, len);
}

/* Room for a name; 0 when there is none. */
static u32 take_room(struct view *v, struct posix_hand *h, u32 words)
{
	struct posix_tree *t = v->tree;
	u64 piece;
	u32 at;

	if (h->room_end - h->room < words) {
		if (membudget_take(v->mem, PIECE_WORDS * sizeof(u32)))
			return 0;
		__atomic_fetch_add(&t->arena_charged, PIECE_WORDS * sizeof(u32), __ATOMIC_RELAXED);
		piece = __atomic_fetch_add(&t->arena_used, PIECE_WORDS, __ATOMIC_RELAXED);
		if (piece + PIECE_WORDS > t->arena_words)
			return 0;
		h->room = (u32)piece;
		h->room_end = h->room + PIECE_WORDS;
	}
	at = h->room;
	h->room += words;
	return at;
}

int posix_tree_note(struct view *v, struct view_buf *buf, u32 ino, u32 parent, const char *name,
		    u32 len)
{
	struct posix_tree *t = v->tree;
	u32 at = __atomic_load_n(&t->where[ino], __ATOMIC_ACQUIRE);

	if (at && (v->info.is_static || name_is(t, at, parent, name, len)))
		return 0;
	at = take_room(v, &buf->hand, 2 + (len + 3) / 4);
	if (!at)
		return -ENOMEM;
	t->arena[at] = parent;
	t->arena[at + 1] = len;
	memcpy(&t->arena[at + 2], name, len);
	__atomic_store_n(&t->where[ino], at, __ATOMIC_RELEASE);
	return 0;
}

int posix_tree_find(const struct view *v, u32 ino, struct posix_name *out)
{
	const struct posix_tree *t = v->tree;
	u32 at = __atomic_load_n(&t->where[ino], __ATOMIC_ACQUIRE);

	if (!at)
		return -ENOENT;
	out->parent = t->arena[at];
	memcpy(out->name, &t->arena[at + 2], t->arena[at + 1]);
	out->name[t->arena[at + 1]] = '\0';
	return 0;
}

/* ---- directories ----------------------------------------------------------------------------- */

/* The directories from ino up to one below the root; how many, or -errno. */
static int chain_up(const struct view *v, u32 ino, u32 *chain)
{
	struct posix_name n;
	int depth = 0;

	while (ino != POSIX_ROOT_INO) {
		if (depth == DEPTH_MAX)
			return -ENAMETOOLONG;
		chain[depth++] = ino;
		if (posix_tree_find(v, ino, &n))
			return -ENOENT;
		ino = n.parent;
	}
	return depth;
}

int view_posix_path(const struct view *v, u32 ino, struct strbuf *out)
{
	u32 chain[DEPTH_MAX];
	int depth = chain_up(v, ino, chain);
	struct posix_name n;

	if (depth < 0)
		return depth;
	if (!depth)
		strbuf_add(out, ".", 1);
	while (depth--) {
		if (posix_tree_find(v, chain[depth], &n))
			return -ENOENT;
		strbuf_addf(out, "%s%s", n.name, depth ? "/" : "");
	}
	return out->failed ? -ENOMEM : 0;
}

static bool is_directory(const struct view *v, int fd, u32 ino, int *rc)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		*rc = -errno;
	else if (st.st_dev != v->tree->dev)
		*rc = -EXDEV;
	else if (st.st_ino != ino || !S_ISDIR(st.st_mode))
		*rc = -ESTALE;
	else
		return true;
	return false;
}

/* Appends a component; false when the path would be too long for one call. */
static bool path_add(char *path, size_t *len, const char *name)
{
	size_t n = strlen(name);

	if (*len + n + 2 > PATH_MAX)
		return false;
	if (*len)
		path[(*len)++] = '/';
	memcpy(path + *len, name, n + 1);
	*len += n;
	return true;
}

/* Goes down along the names, as many as fit in one path at a time. */
static int open_chain(struct view *v, const u32 *chain, int depth)
{
	int at = v->tree->root_fd, fd = -1;
	char path[PATH_MAX];
	struct posix_name n;

	do {
		size_t len = 0;

		while (depth && !posix_tree_find(v, chain[depth - 1], &n) &&
		       path_add(path, &len, n.name))
			depth--;
		fd = posix_open_dir(at, len ? path : ".");
		if (at != v->tree->root_fd)
			close(at);
		at = fd;
	} while (fd >= 0 && depth);
	return fd;
}

/* A directory that was removed meanwhile may have lent its number to another. */
static bool still_open(const struct view *v, const struct posix_dir *slot, u32 ino)
{
	struct stat st;

	if (slot->fd < 0 || slot->ino != ino)
		return false;
	return v->info.is_static || (!fstat(slot->fd, &st) && st.st_nlink);
}

int posix_tree_open(struct view *v, struct posix_dir *slot, u32 ino)
{
	u32 chain[DEPTH_MAX];
	int depth, fd, rc = 0;

	if (still_open(v, slot, ino))
		return 0;
	depth = chain_up(v, ino, chain);
	if (depth < 0)
		return depth;
	fd = open_chain(v, chain, depth);
	if (fd < 0)
		return fd;
	if (!is_directory(v, fd, ino, &rc)) {
		close(fd);
		return rc;
	}
	if (slot->fd >= 0)
		close(slot->fd);
	*slot = (struct posix_dir){ ino, fd };
	return 0;
}
