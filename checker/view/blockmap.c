/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Block maps.  A node is checked as a whole before anything in it is used, as
 * the kernel does: entries in order, inside what the parent gave it, pointing
 * into the file system.  Depth falls with every step down, so a loop cannot be.
 */
#include <string.h>

#include "view/private.h"

#define DIRECT 12
#define EXTENT_END (1ULL << 32) /* logical blocks that an extent tree can name */

void blockmap_init(struct blockmap *m, struct view *v, u8 *memory)
{
	u32 i;

	*m = (struct blockmap){ .view = v, .pointers = v->info.block_size / 4 };
	for (i = 0; i < BLOCKMAP_LEVELS; i++)
		m->level[i].data = memory + (size_t)i * v->info.block_size;
}

void blockmap_refresh(struct blockmap *m)
{
	u32 i;

	for (i = 0; i < BLOCKMAP_LEVELS; i++)
		m->level[i].block = 0;
}

int blockmap_begin(struct blockmap *m, const struct inode_core *inode, const char **why)
{
	u32 bs = m->view->info.block_size;

	blockmap_refresh(m);
	if (inode->flags & EXT4_FL_INLINE_DATA) {
		*why = "inline data is not supported";
		return -EOPNOTSUPP;
	}
	m->extents = inode->flags & EXT4_FL_EXTENTS;
	m->size = inode->size;
	m->blocks = inode->size / bs + !!(inode->size % bs);
	memcpy(m->root, inode->block_area, sizeof(m->root));
	return 0;
}

static int fail(struct map_run *run, u64 count, u64 block, int rc, const char *why)
{
	run->count = count;
	run->physical = 0;
	run->bad_block = block;
	run->why = why;
	return rc;
}

/* Reads a node of the map unless it is the one that is there already. */
static int node_read(struct blockmap *m, struct map_node *n, u64 block, const char **why)
{
	int rc;

	if (n->block == block)
		return 0;
	n->block = 0;
	if (!device_has_blocks(m->view, block, 1)) {
		*why = "block map points outside the file system";
		return -EBADMSG;
	}
	rc = device_blocks(m->view, block, 1, n->data);
	if (rc) {
		*why = "block of the block map cannot be read";
		return rc;
	}
	n->block = block;
	return 0;
}

/* ---- extents --------------------------------------------------------------------------------- */

static const char *leaf_check(const struct view *v, const struct extent_node *n, u64 low, u64 high)
{
	struct extent_rec e;
	u32 i;

	for (i = 0; i < n->entries; i++) {
		extent_leaf_at(n, i, &e);
		if (!e.count)
			return "extent of length 0";
		if (e.logical < low)
			return "extents are out of order";
		low = (u64)e.logical + e.count;
		if (low > high)
			return "extent reaches beyond its node";
		if (!device_has_blocks(v, e.physical, e.count))
			return "extent points outside the file system";
	}
	return NULL;
}

static const char *index_check(const struct extent_node *n, u64 low, u64 high)
{
	struct extent_rec e;
	u32 i;

	for (i = 0; i < n->entries; i++) {
		extent_index_at(n, i, &e);
		if (e.logical < low)
			return "extent index is out of order";
		if (e.logical >= high)
			return "extent index reaches beyond its node";
		low = (u64)e.logical + 1;
	}
	return NULL;
}

static const char *node_check(const struct view *v, const struct extent_node *n, u64 low, u64 high)
{
	return n->depth ? index_check(n, low, high) : leaf_check(v, n, low, high);
}

/* Number of the last entry that begins at or before logical, -1 when none does. */
static int entry_find(const struct extent_node *n, u64 logical)
{
	int low = -1, high = n->entries;
	struct extent_rec e;

	while (high - low > 1) {
		int mid = low + (high - low) / 2;

		/* The first logical block is at the same place in both kinds of entry. */
		extent_index_at(n, (u32)mid, &e);
		if (e.logical <= logical)
			low = mid;
		else
			high = mid;
	}
	return low;
}

static void leaf_find(const struct extent_node *n, u64 logical, u64 high, struct map_run *run)
{
	int i = entry_find(n, logical);
	struct extent_rec e;
	u64 next = high;

	if (i + 1 < n->entries) {
		extent_index_at(n, (u32)(i + 1), &e);
		next = e.logical;
	}
	run->count = next - logical;
	run->physical = 0;
	if (i < 0)
		return;
	extent_leaf_at(n, (u32)i, &e);
	if (logical >= (u64)e.logical + e.count)
		return;
	run->count = (u64)e.logical + e.count - logical;
	/* What was never written is a hole to every reader. */
	if (!e.unwritten)
		run->physical = e.physical + (logical - e.logical);
}

/*
 * The child that covers logical, and its range; false when none does: up to *high there
 * is nothing.
 */
static bool index_find(const struct extent_node *n, u64 logical, u64 *child, u64 *low, u64 *high)
{
	int i = entry_find(n, logical);
	struct extent_rec e;

	if (i + 1 < n->entries) {
		extent_index_at(n, (u32)(i + 1), &e);
		*high = e.logical;
	}
	if (i < 0)
		return false;
	extent_index_at(n, (u32)i, &e);
	*low = e.logical;
	*child = e.physical;
	return true;
}

/* Makes n the node at block; what was checked for the same range is not checked again. */
static int extent_child(struct blockmap *m, struct map_node *n, const struct map_node *want,
			u16 depth, const char **why)
{
	int rc;

	if (n->block == want->block && n->low == want->low && n->high == want->high)
		return 0;
	rc = node_read(m, n, want->block, why);
	if (rc)
		return rc;
	rc = extent_node_decode(n->data, m->view->info.block_size, &n->node, why);
	if (!rc && n->node.depth != depth) {
		*why = "extent node is of the wrong depth";
		rc = -EBADMSG;
	}
	if (!rc) {
		*why = node_check(m->view, &n->node, want->low, want->high);
		rc = *why ? -EBADMSG : 0;
	}
	n->low = want->low;
	n->high = want->high;
	if (rc)
		n->block = 0;
	return rc;
}

static int extent_descend(struct blockmap *m, struct extent_node n, u64 logical,
			  struct map_run *run)
{
	struct map_node want = { .high = EXTENT_END };
	u32 at = 0;
	int rc;

	while (n.depth) {
		if (!index_find(&n, logical, &want.block, &want.low, &want.high)) {
			run->count = want.high - logical;
			return 0;
		}
		rc = extent_child(m, &m->level[at], &want, n.depth - 1, &run->why);
		if (rc)
			return fail(run, want.high - logical, want.block, rc, run->why);
		n = m->level[at++].node;
	}
	leaf_find(&n, logical, want.high, run);
	return 0;
}

static int extent_lookup(struct blockmap *m, u64 logical, struct map_run *run)
{
	struct extent_node root;
	int rc;

	if (logical >= EXTENT_END)
		return fail(run, m->blocks - logical, 0, -EBADMSG,
			    "size is beyond what an extent tree can hold");
	rc = extent_node_decode(m->root, sizeof(m->root), &root, &run->why);
	if (!rc)
		run->why = node_check(m->view, &root, 0, EXTENT_END);
	if (rc || run->why)
		return fail(run, m->blocks - logical, 0, -EBADMSG, run->why);
	return extent_descend(m, root, logical, run);
}

/* ---- indirect maps --------------------------------------------------------------------------- */

static u32 pointer_at(const u8 *table, u32 i)
{
	struct cursor c = cursor_make(table + (size_t)i * 4, 4);

	return cursor_le32(&c);
}

/* The run of holes or of adjacent blocks that begins at pointer i of a table of n. */
static int table_run(const struct view *v, const u8 *table, u32 i, u32 n, struct map_run *run)
{
	u32 first = pointer_at(table, i);
	u32 count = 1;

	if (first && !device_has_blocks(v, first, 1))
		return fail(run, 1, 0, -EBADMSG, "block map points outside the file system");
	while (i + count < n) {
		u32 next = pointer_at(table, i + count);

		if (first ? next != first + count || !device_has_blocks(v, next, 1) : next != 0)
			break;
		count++;
	}
	run->physical = first;
	run->count = count;
	return 0;
}

/* Logical is counted from the start of a tree of the given depth (1, 2, 3) at block top. */
static int indirect_descend(struct blockmap *m, u32 top, u32 depth, u64 logical,
			    struct map_run *run)
{
	u64 span = m->pointers;
	u64 block = top;
	u32 i;

	for (i = 1; i < depth; i++)
		span *= m->pointers;
	for (i = 0; i < depth; i++) {
		struct map_node *n = &m->level[i];
		int rc;

		/* A missing table is a hole as wide as what it would have mapped. */
		if (!block) {
			run->count = span - logical;
			return 0;
		}
		rc = node_read(m, n, block, &run->why);
		if (rc)
			return fail(run, span - logical, block, rc, run->why);
		span /= m->pointers;
		if (i + 1 == depth)
			return table_run(m->view, n->data, (u32)logical, m->pointers, run);
		block = pointer_at(n->data, (u32)(logical / span));
		logical %= span;
	}
	return 0;
}

static int indirect_lookup(struct blockmap *m, u64 logical, struct map_run *run)
{
	u64 span = m->pointers;
	u32 depth;

	if (logical < DIRECT)
		return table_run(m->view, m->root, (u32)logical, DIRECT, run);
	logical -= DIRECT;
	for (depth = 1; depth <= 3; depth++) {
		if (logical < span)
			return indirect_descend(m, pointer_at(m->root, DIRECT + depth - 1), depth,
						logical, run);
		logical -= span;
		span *= m->pointers;
	}
	return fail(run, m->blocks - run->logical, 0, -EBADMSG,
		    "size is beyond what an indirect map can hold");
}

int blockmap_lookup(struct blockmap *m, u64 logical, struct map_run *run)
{
	int rc;

	*run = (struct map_run){ .logical = logical };
	rc = m->extents ? extent_lookup(m, logical, run) : indirect_lookup(m, logical, run);
	run->count = min_u64(run->count, m->blocks - logical);
	return rc;
}
