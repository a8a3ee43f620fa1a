/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * IAM containers: bottom up, full leaves first, then index levels until one
 * root holds them.  Blocks are numbered root, top level, ..., leaves.
 */
#include <stdlib.h>
#include <string.h>

#include "tools/mkmdt/oi.h"

#define IAM_ROOT_MAGIC 0xbedabb1edULL
#define IAM_LEAF_MAGIC 0x1976
#define IAM_ROOT_GAP 16
#define IAM_LEAF_HEADER 4
#define IAM_PTR 4
#define IAM_LEVELS_MAX 5
#define OI_KEY 16
#define OI_REC 8

struct iam_tree {
	const struct iam_shape *s;
	const u8 *records;
	u64 n;
	u32 slot;	/* bytes of an index slot */
	u32 entry;	/* bytes of a leaf record */
	u32 per_leaf;
	u32 per_node;	/* children of a node below the root */
	u32 per_root;
	u32 levels;	/* [0] leaves ... [levels - 1] the root's children */
	u32 count[IAM_LEVELS_MAX + 1];
	u32 first[IAM_LEVELS_MAX + 1]; /* block number of the level's first block */
};

/* Slot 0 of a node holds limit and count, so one slot less points to children. */
static u32 node_limit(const struct iam_tree *t)
{
	return t->s->bs / t->slot;
}

/* Lustre takes one off where both limits would be equal, to tell the two apart. */
static u32 root_limit(const struct iam_tree *t)
{
	u32 limit = (t->s->bs - IAM_ROOT_GAP) / t->slot;

	return limit == node_limit(t) ? limit - 1 : limit;
}

static int plan_levels(struct iam_tree *t)
{
	u32 block = 1, i;

	t->count[0] = (u32)((t->n + 1 + t->per_leaf - 1) / t->per_leaf);
	t->levels = 1;
	while (t->count[t->levels - 1] > t->per_root) {
		if (t->levels >= IAM_LEVELS_MAX)
			return -EFBIG;
		t->count[t->levels] = (t->count[t->levels - 1] + t->per_node - 1) / t->per_node;
		t->levels++;
	}
	for (i = t->levels; i-- > 0; block += t->count[i])
		t->first[i] = block;
	return 0;
}

static int plan_tree(struct iam_tree *t, const struct iam_shape *s, const u8 *records, u64 n)
{
	u32 room;

	memset(t, 0, sizeof(*t));
	t->s = s;
	t->records = records;
	t->n = n;
	t->slot = s->keysize + IAM_PTR;
	t->entry = s->keysize + s->recsize;
	room = (s->bs - IAM_LEAF_HEADER) / t->entry;
	t->per_leaf = s->leaf_max ? (u32)min_u64(s->leaf_max, room) : room * 3 / 4;
	t->per_node = node_limit(t) - 1;
	t->per_root = root_limit(t) - 1;
	return plan_levels(t);
}

/* Record number i of the container; 0 is the sentinel. NULL: all zero. */
static const u8 *record_at(const struct iam_tree *t, u64 i)
{
	return i ? t->records + (i - 1) * t->entry : NULL;
}

static void fill_leaf(const struct iam_tree *t, u32 leaf, u8 *block)
{
	u64 from = (u64)leaf * t->per_leaf, to = min_u64(from + t->per_leaf, t->n + 1), i;
	u8 *p = block + IAM_LEAF_HEADER;

	put_le16(block, IAM_LEAF_MAGIC);
	put_le16(block + 2, (u16)(to - from));
	for (i = from; i < to; i++, p += t->entry)
		if (record_at(t, i))
			memcpy(p, record_at(t, i), t->entry);
}

/* The smallest key below child c of a level. */
static const u8 *child_key(const struct iam_tree *t, u32 level, u64 c)
{
	while (level--)
		c *= t->per_node;
	return record_at(t, c * t->per_leaf);
}

/* Fills slots 0..n of an index block with children from.. of the level below. */
static void fill_slots(const struct iam_tree *t, u8 *p, u32 limit, u32 level, u32 from, u32 n)
{
	const u8 *key;
	u32 i;

	put_le16(p, (u16)limit);
	put_le16(p + 2, (u16)(n + 1));
	for (i = 0; i < n; i++) {
		p += t->slot;
		key = child_key(t, level, from + i);
		if (key)
			memcpy(p, key, t->s->keysize);
		put_le32(p + t->s->keysize, t->first[level] + from + i);
	}
}

static void fill_root(const struct iam_tree *t, u8 *p)
{
	put_le64(p, IAM_ROOT_MAGIC);
	put_le16(p + 8, t->s->keysize);
	put_le16(p + 10, t->s->recsize);
	put_le16(p + 12, IAM_PTR);
	p[14] = (u8)(t->levels - 1);
	fill_slots(t, p + IAM_ROOT_GAP, root_limit(t), t->levels - 1, 0, t->count[t->levels - 1]);
}

static void fill_level(const struct iam_tree *t, u8 *blocks, u32 level)
{
	u32 i, from, n;

	for (i = 0; i < t->count[level]; i++) {
		from = i * t->per_node;
		n = (u32)min_u64(t->per_node, t->count[level - 1] - from);
		fill_slots(t, blocks + (size_t)(t->first[level] + i) * t->s->bs, node_limit(t),
			   level - 1, from, n);
	}
}

int iam_build(const struct iam_shape *s, const u8 *records, u64 n, u8 **out, u32 *nblocks)
{
	struct iam_tree t;
	int rc = plan_tree(&t, s, records, n);
	u32 total, i;
	u8 *blocks;

	if (rc)
		return rc;
	total = t.first[0] + t.count[0];
	blocks = calloc(total, s->bs);
	if (!blocks)
		return -ENOMEM;
	fill_root(&t, blocks);
	for (i = 1; i < t.levels; i++)
		fill_level(&t, blocks, i);
	for (i = 0; i < t.count[0]; i++)
		fill_leaf(&t, i, blocks + (size_t)(t.first[0] + i) * s->bs);
	*out = blocks;
	*nblocks = total;
	return 0;
}

static u32 oi_file_of(const struct mk_model *m, const struct mk_object *o)
{
	return (u32)o->seq & (m->cfg.oi_files - 1);
}

static int by_fid(const void *a, const void *b, void *arg)
{
	const struct mk_model *m = arg;
	const struct mk_object *x = &m->objects[*(const u32 *)a], *y = &m->objects[*(const u32 *)b];

	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	return (x->oid > y->oid) - (x->oid < y->oid);
}

/* Usually the objects come in the order of their FIDs: then there is nothing to sort. */
static int sort_file(struct mk_model *m, u32 *objects, u32 n)
{
	u32 i;

	for (i = 1; i < n && by_fid(&objects[i - 1], &objects[i], m) < 0; i++)
		;
	if (i >= n)
		return 0;
	qsort_r(objects, n, sizeof(*objects), by_fid, m);
	for (i = 1; i < n; i++)
		if (!by_fid(&objects[i - 1], &objects[i], m))
			return mk_fail(m, -EEXIST, "two objects have the FID [0x%llx:0x%x:0x0]",
				       (unsigned long long)m->objects[objects[i]].seq,
				       m->objects[objects[i]].oid);
	return 0;
}

/* Counting sort by file, stable, then by FID within each. */
static int fill_plan(struct mk_model *m, struct oi_plan *p)
{
	u32 i, f, at[MK_OI_MAX];
	int rc = 0;

	for (i = 0; i < m->nobjects; i++)
		if (!(m->objects[i].flags & MK_NO_OI))
			p->start[oi_file_of(m, &m->objects[i]) + 1]++;
	for (f = 0; f < m->cfg.oi_files; f++) {
		p->start[f + 1] += p->start[f];
		at[f] = p->start[f];
	}
	for (i = 0; i < m->nobjects; i++)
		if (!(m->objects[i].flags & MK_NO_OI))
			p->objects[at[oi_file_of(m, &m->objects[i])]++] = i;
	for (f = 0; f < m->cfg.oi_files && !rc; f++)
		rc = sort_file(m, p->objects + p->start[f], p->start[f + 1] - p->start[f]);
	return rc;
}

int oi_plan(struct mk_model *m, struct oi_plan *p)
{
	p->objects = malloc(((size_t)m->nobjects + 1) * sizeof(*p->objects));
	p->start = calloc((size_t)m->cfg.oi_files + 1, sizeof(*p->start));
	if (!p->objects || !p->start)
		return -ENOMEM;
	return fill_plan(m, p);
}

void oi_plan_done(struct oi_plan *p)
{
	free(p->objects);
	free(p->start);
}

int oi_build(struct mk_model *m, const struct oi_plan *p, u32 i, u8 **out, u32 *nblocks)
{
	struct iam_shape s = { m->cfg.bs, OI_KEY, OI_REC, m->cfg.oi_fill };
	u32 n = p->start[i + 1] - p->start[i], k;
	u8 *records = malloc((size_t)n * (OI_KEY + OI_REC) + 1), *r = records;
	int rc;

	if (!records)
		return -ENOMEM;
	for (k = 0; k < n; k++, r += OI_KEY + OI_REC) {
		const struct mk_object *o = &m->objects[p->objects[p->start[i] + k]];
		struct mk_fid fid = mk_fid_of(o);

		enc_fid_be(r, &fid);
		put_be32(r + OI_KEY, o->ino);
		put_be32(r + OI_KEY + 4, mk_generation(m, o->ino));
	}
	rc = iam_build(&s, records, n, out, nblocks);
	free(records);
	return rc;
}
