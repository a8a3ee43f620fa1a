/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * IAM containers as files: all records in order, and one OI record by descent.
 * Only what the root points to is read: the rest of the file keeps old blocks.
 *
 *	root -> node -> ... -> leaf		path[0], path[1] ... and leaf
 *
 * The walk keeps the node of each level in memory and steps from leaf to leaf.
 * A writer may split a node meanwhile; the walk then meets keys out of order or
 * a block that is no leaf.  On a live target it descends anew to the key it
 * handed out last and goes on from there; only what stays wrong is a problem.
 */
#include <string.h>

#include "view/iamfile.h"

#define STABLE_TRIES 4
#define PATIENCE 256 /* new descents in one file: each may wait, and a wreck is all damage */

/* ---- blocks ---------------------------------------------------------------------------------- */

/*
 * Live targets: a block that is being changed shows records twice or not at all.  Two readings
 * that agree were most likely of a block at rest.
 */
static int block_read(struct iam_read *r, u64 logical, u8 *out, const char **why)
{
	const struct view_ops *ops = r->view->ops;
	u32 tries = STABLE_TRIES;
	int rc = ops->file_block(r->view, r->buf, logical, out, &r->physical, why);

	while (!rc && !r->view->info.is_static && tries--) {
		rc = ops->file_block(r->view, r->buf, logical, r->second, &r->physical, why);
		if (!rc && !memcmp(out, r->second, r->view->info.block_size))
			break;
		memcpy(out, r->second, r->view->info.block_size);
	}
	return rc;
}

void iam_memory(struct iam_read *r)
{
	u32 bs = r->view->info.block_size;
	u32 i;

	for (i = 0; i < IAM_MAX_HEIGHT; i++)
		r->path[i].data = r->buf->blocks + (size_t)i * bs;
	r->leaf_data = r->buf->blocks + (size_t)IAM_MAX_HEIGHT * bs;
	r->second = r->leaf_data + bs;
	r->ahead = r->second + bs;
	r->ahead_room = r->buf->blocks_bytes / bs - (IAM_MAX_HEIGHT + 2);
	r->ahead_count = 0;
	r->buf->dirs.count = 0;
}

static bool shape_is_oi(const struct iam_shape *s)
{
	return s->keysize == OI_KEY_SIZE && s->recsize == OI_REC_SIZE;
}

static int root_load(struct iam_read *r, const char **why)
{
	struct iam_level *l = &r->path[0];
	int rc = block_read(r, 0, l->data, why);

	if (!rc)
		rc = iam_root_decode(l->data, r->view->info.block_size, &r->shape, &l->node, why);
	if (!rc && r->want_oi && !shape_is_oi(&r->shape)) {
		*why = "index has not the shape of an OI file";
		rc = -EBADMSG;
	}
	l->slot = 0;
	l->logical = 0;
	r->depth = 0;
	return rc;
}

static int node_load(struct iam_read *r, u32 depth, u64 logical, const char **why)
{
	struct iam_level *l = &r->path[depth];
	int rc = block_read(r, logical, l->data, why);

	l->slot = 0;
	l->logical = logical;
	return rc ? rc : iam_node_decode(l->data, &r->shape, &l->node, why);
}

int iam_leaf_load(struct iam_read *r, u64 logical, const char **why)
{
	int rc = block_read(r, logical, r->leaf_data, why);

	return rc ? rc : iam_leaf_decode(r->leaf_data, &r->shape, &r->leaf, why);
}

/* ---- leaves read together -------------------------------------------------------------------- */

/*
 * How many blocks from logical on are worth one read.  The leaves of the next slots count as
 * long as each lies among these blocks: at least every second block is then wanted, and none
 * is read for nothing twice, whatever the node says.
 */
static u32 ahead_length(const struct iam_read *r, u64 logical)
{
	const struct iam_level *l = &r->path[r->depth];
	u32 length = 1, high = 1, hits = 1;
	u32 slot;

	for (slot = l->slot + 1; slot < l->node.count; slot++) {
		u64 child = iam_node_child(&l->node, slot);

		if (child <= logical || child - logical >= r->ahead_room)
			break;
		high = (u32)max_u64(high, child - logical + 1);
		if (++hits >= high / 2)
			length = high;
	}
	return length;
}

/* The leaf at logical out of those read together; NULL when it is not among them. */
static const u8 *ahead_leaf(struct iam_read *r, u64 logical)
{
	u64 at = logical - r->ahead_logical;

	if (logical < r->ahead_logical || at >= r->ahead_count)
		return NULL;
	r->physical = r->ahead_physical + at;
	return r->ahead + at * r->view->info.block_size;
}

/* A leaf of the walk.  On a live target each is read for itself, twice. */
static int leaf_load(struct iam_read *r, u64 logical, const char **why)
{
	bool together = r->view->info.is_static && r->view->ops->file_run;
	const u8 *data = ahead_leaf(r, logical);
	u32 length = together && !data ? ahead_length(r, logical) : 1;

	if (length > 1) {
		r->ahead_logical = logical;
		r->ahead_count = r->view->ops->file_run(r->view, r->buf, logical, length, r->ahead,
							&r->ahead_physical);
		data = ahead_leaf(r, logical);
	}
	if (!data)
		return iam_leaf_load(r, logical, why);
	return iam_leaf_decode(data, &r->shape, &r->leaf, why);
}

/* ---- keys ------------------------------------------------------------------------------------ */

/* Slot of the child that covers key; the key of slot 1 stands for minus infinity. */
static u32 slot_find(const struct iam_read *r, const struct iam_node *n, const u8 *key)
{
	u32 low = 1, high = n->count;

	while (high - low > 1) {
		u32 mid = low + (high - low) / 2;

		if (iam_key_cmp(r, iam_node_key(n, mid), key) <= 0)
			low = mid;
		else
			high = mid;
	}
	return low;
}

/*
 * The separators around the child at path[depth].slot: NULL is infinity.  A child in slot 1
 * begins where its parent begins.
 */
static const u8 *low_key(const struct iam_read *r, u32 depth)
{
	const struct iam_level *l;

	for (;; depth--) {
		l = &r->path[depth];
		if (l->slot > 1)
			return iam_node_key(&l->node, l->slot);
		if (!depth)
			return NULL;
	}
}

static const u8 *high_key(const struct iam_read *r, u32 depth)
{
	const struct iam_level *l;

	for (;; depth--) {
		l = &r->path[depth];
		if (l->slot + 1 < l->node.count)
			return iam_node_key(&l->node, l->slot + 1);
		if (!depth)
			return NULL;
	}
}

static const char *node_order(const struct iam_read *r, const struct iam_node *n, const u8 *low,
			      const u8 *high)
{
	u32 i;

	for (i = 2; i < n->count; i++) {
		const u8 *key = iam_node_key(n, i);

		if (low && iam_key_cmp(r, key, low) <= 0)
			return "index node has keys out of order";
		if (high && iam_key_cmp(r, key, high) >= 0)
			return "index node has a key beyond its parent's next one";
		low = key;
	}
	return NULL;
}

/* Equal neighbours are in order: what two records of one key mean is for others to say. */
static const char *leaf_order(const struct iam_read *r, const u8 *low, const u8 *high)
{
	const u8 *before = r->have_order && !r->again ? r->order : NULL;
	u32 i;

	if (r->leaf.count && low && iam_key_cmp(r, iam_leaf_record(&r->leaf, 0), low) < 0)
		return "index leaf begins before its separator";
	for (i = 0; i < r->leaf.count; i++) {
		const u8 *key = iam_leaf_record(&r->leaf, i);

		if (before && iam_key_cmp(r, key, before) < 0)
			return "index keys are out of order";
		before = key;
	}
	/* In order: the last one speaks for all. */
	if (r->leaf.count && high && iam_key_cmp(r, before, high) >= 0)
		return "index leaf has a key beyond the next separator";
	return NULL;
}

/* ---- problems -------------------------------------------------------------------------------- */

/* Keys of OI files begin with the sequence, big-endian; of other files nothing is known. */
static u64 key_sequence(const struct iam_read *r, const u8 *key, u64 otherwise)
{
	struct cursor c;

	if (!key || r->shape.keysize != OI_KEY_SIZE)
		return otherwise;
	c = cursor_make(key, r->shape.keysize);
	return cursor_be64(&c);
}

static void complain(struct iam_read *r, enum view_problem_kind kind, u64 logical, u64 from, u64 to,
		     const char *why)
{
	struct view_problem p = {
		.kind = kind,
		.ino = r->ino,
		.block = r->physical,
		.logical = logical,
		.lost_from = from,
		.lost_to = to,
		.why = why,
	};

	r->problem(r->arg, &p);
}

/* The whole child at the current slot is lost. */
static void complain_lost(struct iam_read *r, enum view_problem_kind kind, u64 logical,
			  const char *why)
{
	complain(r, kind, logical, key_sequence(r, low_key(r, r->depth), 0),
		 key_sequence(r, high_key(r, r->depth), ~0ULL), why);
}

/* ---- going down ------------------------------------------------------------------------------ */

static bool at_leaves(const struct iam_read *r)
{
	return r->depth == r->shape.levels;
}

int iam_descend(struct iam_read *r, const u8 *key, const char **why, const char **order)
{
	int rc = root_load(r, why);
	const char *wrong;

	if (rc)
		return rc;
	wrong = node_order(r, &r->path[0].node, NULL, NULL);
	for (;;) {
		struct iam_level *l = &r->path[r->depth];
		u32 next = r->depth + 1;

		if (wrong)
			*order = wrong;
		l->slot = key ? slot_find(r, &l->node, key) : 1;
		if (at_leaves(r))
			return 0;
		rc = node_load(r, next, iam_node_child(&l->node, l->slot), why);
		if (rc)
			return rc;
		wrong = node_order(r, &r->path[next].node, low_key(r, r->depth),
				   high_key(r, r->depth));
		r->depth = next;
	}
}

/* ---- the walk -------------------------------------------------------------------------------- */

/*
 * Marks a block as part of the walk.  A second pointer to it is a loop or a knot; without this
 * five levels could be made to take for ever.
 */
static const char *block_mark(struct iam_read *r, u64 logical, enum view_problem_kind *kind)
{
	u64 bit = 1ULL << (logical % 64);

	*kind = PROBLEM_IAM;
	if (logical >= r->seen_blocks)
		return "index block is beyond the end of the file";
	if (r->seen[logical / 64] & bit) {
		if (r->again)
			return NULL;
		if (at_leaves(r) || !r->reentries)
			return "index block is pointed to twice";
		r->reentries--;
		return NULL;
	}
	if (r->claim && r->physical && !view_claim_block(r->view, r->physical)) {
		*kind = PROBLEM_BLOCK_SHARED;
		return "block was already read as part of a directory or index";
	}
	r->seen[logical / 64] |= bit;
	return NULL;
}

/* Back to the leaf of the last key, by a new descent in the file as it is now. */
static int go_back(struct iam_read *r, const char **why)
{
	const char *order;
	int rc = r->view->ops->file_open(r->view, r->buf, r->ino, why);

	if (!rc)
		rc = iam_descend(r, r->have_last ? r->last : NULL, why, &order);
	if (rc)
		return rc;
	/* The next step enters this very child. */
	r->path[r->depth].slot--;
	r->again = true;
	r->reentries += r->shape.levels;
	return 0;
}

/*
 * Live targets: goes back for another try where there is one left.  False when there is none
 * and the path is as it was.
 */
static bool set_back(struct iam_read *r)
{
	const char *why = NULL;

	while (!r->view->info.is_static && r->patience && device_try_again(r->view, r->restarts)) {
		r->restarts++;
		r->patience--;
		if (!go_back(r, &why))
			return true;
	}
	if (!why)
		return false;
	/* The path is gone, and with it everything behind the last key. */
	complain(r, PROBLEM_IAM, 0, r->have_last ? key_sequence(r, r->last, 0) : 0, ~0ULL, why);
	r->over = true;
	return true;
}

/* Remembers how far the walk has come. */
static void leaf_advance(struct iam_read *r, bool ordered)
{
	const u8 *key;

	if (!ordered)
		r->have_order = false;
	if (!r->leaf.count)
		return;
	key = iam_leaf_record(&r->leaf, r->leaf.count - 1U);
	if (ordered) {
		memcpy(r->order, key, r->shape.keysize);
		r->have_order = true;
	}
	if (r->have_last && iam_key_cmp(r, key, r->last) < 0)
		return;
	memcpy(r->last, key, r->shape.keysize);
	r->have_last = true;
}

static int leaf_take(struct iam_read *r, bool ordered)
{
	int rc = r->take(r->arg, &r->shape, &r->leaf, r->again && r->have_last ? r->last : NULL);

	leaf_advance(r, ordered);
	if (!r->again && ordered)
		r->restarts = 0;
	r->again = false;
	return rc;
}

static int child_load(struct iam_read *r, u64 logical, const char **why, const char **order)
{
	const u8 *low = low_key(r, r->depth), *high = high_key(r, r->depth);
	int rc;

	if (at_leaves(r)) {
		rc = leaf_load(r, logical, why);
		if (!rc)
			*order = leaf_order(r, low, high);
	} else {
		rc = node_load(r, r->depth + 1, logical, why);
		if (!rc)
			*order = node_order(r, &r->path[r->depth + 1].node, low, high);
	}
	return rc;
}

static int child_enter(struct iam_read *r, u64 logical)
{
	enum view_problem_kind kind = PROBLEM_IAM;
	const char *why = NULL, *order = NULL;

	r->physical = 0;
	if (!child_load(r, logical, &why, &order))
		why = order ? NULL : block_mark(r, logical, &kind);
	if ((why || order) && set_back(r))
		return 0;
	if (order)
		why = block_mark(r, logical, &kind);
	if (why) {
		r->again = false;
		complain_lost(r, kind, logical, why);
		return 0;
	}
	/*
	 * All its records are there, so nothing is lost: an empty range.  But the server, which
	 * descends, will not find some of them.
	 */
	if (order)
		complain(r, PROBLEM_IAM, logical, 1, 0, order);
	if (at_leaves(r))
		return leaf_take(r, !order);
	r->depth++;
	return 0;
}

/*
 * Live targets: has the node at hand got other slots by now?  Those behind the last key would
 * be missed.
 */
static bool node_changed(struct iam_read *r)
{
	struct iam_level *l = &r->path[r->depth];
	const char *why;

	if (r->view->info.is_static)
		return false;
	return r->view->ops->file_block(r->view, r->buf, l->logical, r->second, &r->physical,
					&why) ||
	       memcmp(l->data, r->second, r->view->info.block_size);
}

static bool child_wanted(const struct iam_read *r)
{
	return !r->wanted || r->wanted(r->arg, low_key(r, r->depth), high_key(r, r->depth));
}

static int walk(struct iam_read *r)
{
	int rc = 0;

	while (!rc && !r->over) {
		struct iam_level *l = &r->path[r->depth];

		if (view_cancelled(r->view))
			return -ECANCELED;
		if (l->slot + 1U < l->node.count) {
			l->slot++;
			if (child_wanted(r))
				rc = child_enter(r, iam_node_child(&l->node, l->slot));
		} else if (node_changed(r) && set_back(r)) {
			continue;
		} else if (r->depth) {
			r->depth--;
		} else {
			break;
		}
	}
	return rc;
}

/* Opens the file and has its root in path[0]; NULL, or why not. */
static const char *walk_open(struct iam_read *r)
{
	const char *why = NULL;
	u32 try = 0;

	do {
		why = NULL;
		if (!r->view->ops->file_open(r->view, r->buf, r->ino, &why))
			root_load(r, &why);
	} while (why && device_try_again(r->view, try++));
	if (!why && r->buf->map.blocks > r->view->info.blocks_count)
		why = "index is larger than the file system";
	return why;
}

static int walk_marked(struct iam_read *r)
{
	enum view_problem_kind kind;
	const char *why = node_order(r, &r->path[0].node, NULL, NULL);

	if (why)
		complain(r, PROBLEM_IAM, 0, 1, 0, why);
	why = block_mark(r, 0, &kind);
	if (why) {
		complain(r, kind, 0, 0, ~0ULL, why);
		return 0;
	}
	return walk(r);
}

int iam_walk(struct iam_read *r)
{
	u64 bytes;
	const char *why;
	int rc;

	iam_memory(r);
	r->patience = PATIENCE;
	why = walk_open(r);
	if (why) {
		complain(r, PROBLEM_IAM, 0, 0, ~0ULL, why);
		return 0;
	}
	/* A busy file grows while it is read. */
	r->seen_blocks = r->buf->map.blocks * 2 + 1024;
	bytes = (r->seen_blocks / 64 + 1) * sizeof(*r->seen);
	r->seen = membudget_map(r->view->mem, bytes, bytes);
	if (!r->seen)
		return -ENOMEM;
	rc = walk_marked(r);
	membudget_unmap(r->view->mem, r->seen, bytes, bytes);
	return rc;
}

/* ---- for others ------------------------------------------------------------------------------ */

struct iam_caller {
	int (*record)(void *arg, const struct iam_shape *shape, const u8 *rec);
	void (*problem)(void *arg, const struct view_problem *p);
	void *arg;
};

static int iam_leaf(void *arg, const struct iam_shape *shape, const struct iam_leaf *leaf,
		    const u8 *after)
{
	const struct iam_caller *c = arg;
	int rc = 0;

	for (u32 i = 0; i < leaf->count && !rc; i++) {
		const u8 *rec = iam_leaf_record(leaf, i);

		if (!after || memcmp(rec, after, shape->keysize) > 0)
			rc = c->record(c->arg, shape, rec);
	}
	return rc;
}

static void iam_problem(void *arg, const struct view_problem *p)
{
	const struct iam_caller *c = arg;

	c->problem(c->arg, p);
}

/* Not claimed: the small indices are read wherever one of their records is wanted. */
int view_read_iam(struct view *v, struct view_buf *buf, const struct object *file,
		  int (*record)(void *arg, const struct iam_shape *shape, const u8 *rec),
		  void (*problem)(void *arg, const struct view_problem *p), void *arg)
{
	struct iam_caller c = { .record = record, .problem = problem, .arg = arg };
	struct iam_read r = {
		.view = v, .buf = buf, .ino = file->ino,
		.take = iam_leaf, .problem = iam_problem, .arg = &c,
	};

	return iam_walk(&r);
}
