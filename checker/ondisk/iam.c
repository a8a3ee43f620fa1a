/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * IAM "lfix" containers, one block at a time.
 *
 * The server refuses a node whose limit is not exactly what the block size
 * gives, and so does this: a limit that is off means the block is not the node
 * that the parent thinks it is.
 */
#include "ondisk/iam.h"

#define ROOT_GAP 16
#define LEAF_HEADER 4
#define PTR_SIZE 4

static u32 slot_size(const struct iam_shape *s)
{
	return (u32)s->keysize + s->ptrsize;
}

static u32 node_limit(const struct iam_shape *s)
{
	return s->block_size / slot_size(s);
}

/* The root's slots start later, and it must hold fewer than a node it grows into. */
static u32 root_limit(const struct iam_shape *s)
{
	u32 limit = (s->block_size - ROOT_GAP) / slot_size(s);

	return limit == node_limit(s) ? limit - 1 : limit;
}

static const char *shape_check(const struct iam_shape *s)
{
	if (!s->keysize || s->keysize > IAM_KEY_MAX)
		return "index key size is out of range";
	if (s->ptrsize != PTR_SIZE)
		return "index pointer size is not 4";
	if (LEAF_HEADER + (u32)s->keysize + s->recsize > s->block_size)
		return "index record does not fit a block";
	if (s->levels >= IAM_MAX_HEIGHT)
		return "index tree is too high";
	if (s->block_size < ROOT_GAP + 3 * slot_size(s))
		return "index block is too small";
	return NULL;
}

/* Slot 0 of a node at off holds the counts instead of a key. */
static const char *node_read(const u8 *block, const struct iam_shape *s, u32 off, u32 limit,
			     struct iam_node *n)
{
	struct cursor c = cursor_make(block, s->block_size);

	cursor_seek(&c, off);
	n->limit = cursor_le16(&c);
	n->count = cursor_le16(&c);
	n->slots = block + off;
	n->slot_size = slot_size(s);
	n->keysize = s->keysize;
	if (c.bad || n->limit != limit)
		return "index node has a wrong limit";
	if (n->count > n->limit)
		return "index node counts more slots than it has";
	if (n->count < 2)
		return "index node has no child";
	return NULL;
}

static const char *root_magic_check(u64 magic)
{
	if (magic == IAM_ROOT_MAGIC)
		return NULL;
	if ((u32)magic == IAM_LVAR_ROOT_MAGIC)
		return "index is of the lvar kind, which is not read";
	return "index root has a wrong magic";
}

int iam_root_decode(const u8 *block, u32 size, struct iam_shape *shape, struct iam_node *node,
		    const char **why)
{
	struct cursor c = cursor_make(block, size);
	struct iam_shape s = { .block_size = size };
	struct iam_node n;
	u64 magic = cursor_le64(&c);

	s.keysize = cursor_le16(&c);
	s.recsize = cursor_le16(&c);
	s.ptrsize = cursor_le16(&c);
	s.levels = cursor_u8(&c);
	*why = c.bad ? "index root is cut short" : root_magic_check(magic);
	if (!*why)
		*why = shape_check(&s);
	if (!*why)
		*why = node_read(block, &s, ROOT_GAP, root_limit(&s), &n);
	if (*why)
		return -EBADMSG;
	*shape = s;
	*node = n;
	return 0;
}

int iam_node_decode(const u8 *block, const struct iam_shape *shape, struct iam_node *out,
		    const char **why)
{
	struct iam_node n;

	*why = node_read(block, shape, 0, node_limit(shape), &n);
	if (*why)
		return -EBADMSG;
	*out = n;
	return 0;
}

int iam_leaf_decode(const u8 *block, const struct iam_shape *shape, struct iam_leaf *out,
		    const char **why)
{
	struct cursor c = cursor_make(block, shape->block_size);
	u16 magic = cursor_le16(&c);
	struct iam_leaf l;

	l.count = cursor_le16(&c);
	l.records = block + LEAF_HEADER;
	l.record_size = (u32)shape->keysize + shape->recsize;
	*why = NULL;
	if (magic == IAM_IDLE_MAGIC)
		*why = "index points to an idle block";
	else if (magic != IAM_LEAF_MAGIC)
		*why = "index leaf has a wrong magic";
	else if (l.count > cursor_left(&c) / l.record_size)
		*why = "index leaf counts more records than fit";
	if (*why)
		return -EBADMSG;
	*out = l;
	return 0;
}

const u8 *iam_node_key(const struct iam_node *n, u32 i)
{
	return n->slots + (size_t)i * n->slot_size;
}

u32 iam_node_child(const struct iam_node *n, u32 i)
{
	struct cursor c = cursor_make(iam_node_key(n, i) + n->keysize, PTR_SIZE);

	return cursor_le32(&c);
}

void fld_record_decode(const u8 *rec, struct fld_range *out)
{
	struct cursor c = cursor_make(rec, 32);

	/* The key repeats the start; the record is what the server obeys. */
	cursor_skip(&c, 8);
	out->start = cursor_be64(&c);
	out->end = cursor_be64(&c);
	out->index = cursor_be32(&c);
	out->flags = cursor_be32(&c);
}
