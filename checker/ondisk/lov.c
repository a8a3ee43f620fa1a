/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trusted.lov.
 *
 *   plain    u32 magic | u32 pattern | u64 id | u64 seq | u32 stripe_size | u16 count | u16 gen
 *            V3 and SPECIFIC: pool[16]; then 24-byte object slots
 *   foreign  u32 magic | u32 length | u32 type | u32 flags | payload
 *   composite, 32 bytes, then 48 for each component, then a plain or foreign blob for each
 *
 * lov_decode() proves the bounds of everything once; what it accepted,
 * lov_component() and lov_object_at() read without a way to fail.
 */
#include <string.h>

#include "ondisk/fid.h"
#include "ondisk/lov.h"

#define MAGIC_BYTES 4U
#define MAGIC_LOW 0x0BD0U
#define V1_HEADER 32U
#define COMP_HEADER 32U
#define COMP_ENTRY 48U
#define COMP_ENTRY_TIME 36U
#define TIMESTAMP_MASK 0xffffffffffffULL

/* One entry of a composite's table. */
struct entry {
	u32 id, flags;
	u64 start, end;
	u32 offset, size;
	u64 time; /* and, in the high 16 bits, the link id */
	u8 dstripe, cstripe;
	u8 compr_type, compr; /* level and chunk bits, four bits each */
};

static const char *magic_reject(u32 magic, int *rc)
{
	if ((magic & 0xffff) != MAGIC_LOW) {
		*rc = -EBADMSG;
		return "layout has a wrong magic";
	}
	*rc = -EOPNOTSUPP;
	switch (magic) {
	case LOV_MAGIC_JOIN_V1:
		return "layout is of a joined file, which no Lustre after 1.8 reads";
	case LOV_MAGIC_MIGRATE:
		return "layout has a magic that only clients use";
	default:
		return "layout is of a newer or unsupported kind";
	}
}

/* What a blob says of itself goes into the component that it is the blob of. */
static void plain_read(struct cursor *c, struct lov_comp *b)
{
	struct cursor fixed = cursor_part(c, V1_HEADER - MAGIC_BYTES);
	const u8 *pool;

	b->pattern = cursor_le32(&fixed);
	b->oi_id = cursor_le64(&fixed);
	b->oi_seq = cursor_le64(&fixed);
	b->stripe_size = cursor_le32(&fixed);
	b->stripe_count = cursor_le16(&fixed);
	b->layout_gen = cursor_le16(&fixed);
	if (b->magic == LOV_MAGIC_V1)
		return;
	pool = cursor_bytes(c, LOV_POOL_LEN);
	if (pool)
		memcpy(b->pool, pool, LOV_POOL_LEN);
}

static void foreign_read(struct cursor *c, struct lov_comp *b)
{
	b->foreign_len = cursor_le32(c);
	b->foreign_type = cursor_le32(c);
	b->foreign_flags = cursor_le32(c);
	cursor_skip(c, b->foreign_len);
	b->pattern = LOV_PATTERN_FOREIGN;
}

/*
 * The header of a blob that fills len bytes, into a component that knows nothing of it yet.  *need
 * is the length of the header; a foreign blob's payload counts as header.  NULL, or what is wrong
 * (*rc).
 */
static const char *blob_read(const u8 *data, size_t len, struct lov_comp *b, u32 *need, int *rc)
{
	struct cursor c = cursor_make(data, len);

	b->magic = cursor_le32(&c);
	*rc = -EBADMSG;
	if (c.bad)
		return "layout is shorter than its magic";
	switch (b->magic) {
	case LOV_MAGIC_V1:
	case LOV_MAGIC_V3:
	case LOV_MAGIC_SPECIFIC:
		plain_read(&c, b);
		break;
	case LOV_MAGIC_FOREIGN:
		foreign_read(&c, b);
		break;
	default:
		return magic_reject(b->magic, rc);
	}
	*need = (u32)c.off;
	return c.bad ? "layout is shorter than its header" : NULL;
}

/*
 * Object slots that the blob speaks of.  Released layouts keep the count but
 * not the objects, DoM has none, and of a pattern not known here nobody can say
 * where its objects are.
 */
static u32 blob_slots(const struct lov_comp *b)
{
	if (b->pattern & LOV_PATTERN_F_RELEASED || b->stripe_count >= LOV_COUNT_SPECIAL)
		return 0;
	return lov_pattern_stripes(b->pattern) ? b->stripe_count : 0;
}

/*
 * Finds the slots behind a header of need bytes if all of them are inside the blob.  Returns how
 * many there should be.
 */
static u32 blob_find_objects(const u8 *data, u32 need, struct lov_comp *b)
{
	u32 slots = blob_slots(b);

	if (slots && need + slots * LOV_OBJECT_SIZE <= b->size) {
		b->objects = data + b->offset + need;
		b->nobjects = slots;
	}
	return slots;
}

/* A whole EA that is one blob. */
static int plain_decode(struct lov *l, bool is_dir, const char **why)
{
	struct lov_comp *b = &l->first;
	u32 need, slots;
	int rc;

	b->flags = LCME_INIT;
	b->end = LOV_EOF;
	b->size = l->len;
	*why = blob_read(l->data, l->len, b, &need, &rc);
	if (*why)
		return rc;
	l->layout_gen = b->layout_gen;
	l->foreign = b->magic == LOV_MAGIC_FOREIGN;
	l->entry_count = !l->foreign;
	l->mirror_count = 1;
	l->size = need;
	slots = blob_find_objects(l->data, need, b);
	if (is_dir && l->foreign)
		*why = "directory has a foreign layout as its default";
	else if (!is_dir && b->magic == LOV_MAGIC_SPECIFIC)
		*why = "file has a layout that only a directory template can have";
	else if (!is_dir && slots > b->nobjects)
		*why = "layout is shorter than its stripe count needs";
	else if (!is_dir)
		l->size += slots * LOV_OBJECT_SIZE;
	return *why ? -EBADMSG : 0;
}

static struct entry entry_at(const u8 *data, u32 len, u32 index)
{
	struct cursor table = cursor_make(data, len);
	struct cursor c;
	struct entry e;

	cursor_seek(&table, COMP_HEADER + (size_t)index * COMP_ENTRY);
	c = cursor_part(&table, COMP_ENTRY);
	e.id = cursor_le32(&c);
	e.flags = cursor_le32(&c);
	e.start = cursor_le64(&c);
	e.end = cursor_le64(&c);
	e.offset = cursor_le32(&c);
	e.size = cursor_le32(&c);
	cursor_seek(&c, COMP_ENTRY_TIME);
	e.time = cursor_le64(&c);
	e.dstripe = cursor_u8(&c);
	e.cstripe = cursor_u8(&c);
	e.compr_type = cursor_u8(&c);
	e.compr = cursor_u8(&c);
	return e;
}

/*
 * Does component number index share bytes with an earlier one?  Blobs are laid
 * down in entry order, so looking back past the highest end so far is the rare
 * case, and the number of components is bounded by the size of an EA.
 */
static bool entry_overlaps(const struct lov *l, u32 index, const struct entry *e, u32 *high)
{
	u32 i;

	for (i = 0; e->offset < *high && i < index; i++) {
		struct entry o = entry_at(l->data, l->len, i);

		if (e->offset < o.offset + o.size && o.offset < e->offset + e->size)
			return true;
	}
	if (e->offset + e->size > *high)
		*high = e->offset + e->size;
	return false;
}

/* One component of a composite: its place, then its blob. */
static const char *entry_check(const struct lov *l, const struct entry *e, bool is_dir, int *rc)
{
	struct lov_comp b = { .size = e->size };
	const char *why;
	u32 need;

	*rc = -EBADMSG;
	if (e->offset < COMP_HEADER + l->entry_count * COMP_ENTRY)
		return "layout component overlaps the component table";
	if (e->offset > l->size || e->size > l->size - e->offset)
		return "layout component leaves the layout";
	why = blob_read(l->data + e->offset, e->size, &b, &need, rc);
	if (why || is_dir || !(e->flags & LCME_INIT) || e->flags & LCME_EXTENSION)
		return why;
	if (blob_find_objects(l->data, need, &b) > b.nobjects)
		return "layout component is shorter than its stripe count needs";
	return NULL;
}

/* Component number index of a composite whose bounds are known to be good. */
static void comp_read(const struct lov *l, u32 index, struct lov_comp *out)
{
	struct entry e = entry_at(l->data, l->len, index);
	u32 need;
	int rc;

	*out = (struct lov_comp){
		.index = index,
		.id = e.id,
		.flags = e.flags,
		.start = e.start,
		.end = e.end,
		.offset = e.offset,
		.size = e.size,
		.dstripe = e.dstripe,
		.cstripe = e.cstripe,
		.timestamp = e.time & TIMESTAMP_MASK,
		.link_id = (u16)(e.time >> 48),
		.compr_type = e.compr_type,
		.compr_level = e.compr & 0xf,
		.compr_chunk_bits = e.compr >> 4,
	};
	if (!blob_read(l->data + e.offset, e.size, out, &need, &rc))
		blob_find_objects(l->data, need, out);
}

static const char *comp_header(struct lov *l)
{
	struct cursor c = cursor_make(l->data, l->len);

	cursor_skip(&c, 4); /* magic */
	l->composite = true;
	l->size = cursor_le32(&c);
	l->layout_gen = cursor_le32(&c);
	l->flags = cursor_le16(&c);
	l->entry_count = cursor_le16(&c);
	l->mirror_count = cursor_le16(&c) + 1U;
	l->ec_count = cursor_u8(&c);
	cursor_seek(&c, COMP_HEADER);
	if (c.bad)
		return "composite layout is shorter than its header";
	if (l->size > l->len)
		return "composite layout claims to be longer than it is";
	if (l->size < COMP_HEADER + l->entry_count * COMP_ENTRY)
		return "composite layout is shorter than its component table";
	return NULL;
}

static int comp_decode(struct lov *l, bool is_dir, const char **why)
{
	u32 high = 0;
	u32 i;
	int rc;

	*why = comp_header(l);
	if (*why)
		return -EBADMSG;
	for (i = 0; i < l->entry_count; i++) {
		struct entry e = entry_at(l->data, l->len, i);

		*why = entry_check(l, &e, is_dir, &rc);
		if (*why)
			return rc;
		if (entry_overlaps(l, i, &e, &high)) {
			*why = "layout components overlap each other";
			return -EBADMSG;
		}
	}
	if (l->entry_count)
		comp_read(l, 0, &l->first);
	return 0;
}

int lov_decode(const u8 *data, size_t len, bool is_dir, struct lov *out, const char **why)
{
	struct cursor c = cursor_make(data, len);
	struct lov l = { .magic = cursor_le32(&c), .data = data, .len = (u32)len };
	int rc;

	if (len > UINT32_MAX) {
		*why = "layout is longer than any can be";
		return -EBADMSG;
	}
	if (l.magic == LOV_MAGIC_COMP_V1 || l.magic == LOV_MAGIC_SEL)
		rc = comp_decode(&l, is_dir, why);
	else
		rc = plain_decode(&l, is_dir, why);
	if (!rc)
		*out = l;
	return rc;
}

void lov_component(const struct lov *l, u32 index, struct lov_comp *out)
{
	if (index)
		comp_read(l, index, out);
	else
		*out = l->first;
}

bool lov_walk_on(struct lov_walk *w)
{
	if (w->index + 1U >= w->l->entry_count)
		return false;
	w->comp = lov_comp_at(w->l, ++w->index, &w->tmp);
	w->slot = 0;
	w->nslots = lov_comp_has_objects(w->comp) ? w->comp->nobjects : 0;
	return true;
}
