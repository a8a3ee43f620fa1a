/* SPDX-License-Identifier: GPL-2.0-only */
/* Faults in a file's layout. */
#include <stdlib.h>
#include <string.h>

#include "tools/mkmdt/plant.h"

#define LOV_EA "trusted.lov"
#define LOV_MAX 65536
#define MAGIC_V1 0x0BD10BD0U
#define MAGIC_V3 0x0BD30BD0U
#define MAGIC_COMP 0x0BD60BD0U
#define MAGIC_SEL 0x0BD80BD0U
#define COMP_HEADER 32
#define COMP_ENTRY 48
#define COMP_INIT 0x10
#define COMP_EXTENSION 0x40
#define PATTERN_MDT 0x100
#define PATTERN_RELEASED 0x80000000U
#define OBJECT 24
#define IDIF_SEQ 0x100000000ULL
#define NOBODYS_SEQ 0x7000000000000000ULL

/* Where the first component with objects lies in a layout. */
struct found {
	size_t blob;	/* its offset in the EA */
	size_t objects; /* offset of its first object slot in the EA */
	size_t need;	/* bytes that the layout needs, from its start */
};

/* A plain layout, or a component's blob, at off: does it own objects? */
static bool blob_objects(const u8 *ea, size_t len, size_t off, struct found *f)
{
	size_t header;
	u32 magic, count, pattern;

	if (off > len || len - off < 32)
		return false;
	magic = get_le32(ea + off);
	pattern = get_le32(ea + off + 4);
	count = get_le16(ea + off + 28);
	if ((magic != MAGIC_V1 && magic != MAGIC_V3) || !count || count >= 0xffe0 ||
	    (pattern & (PATTERN_RELEASED | PATTERN_MDT)))
		return false;
	header = magic == MAGIC_V3 ? 48 : 32;
	if (len - off < header + (size_t)count * OBJECT)
		return false;
	f->blob = off;
	f->objects = off + header;
	f->need = off + header + (size_t)count * OBJECT;
	return true;
}

static int locate(struct plant *p, const u8 *ea, size_t len, struct found *f)
{
	u32 magic = len >= 32 ? get_le32(ea) : 0, i, n;

	if (magic == MAGIC_COMP || magic == MAGIC_SEL) {
		n = get_le16(ea + 14);
		for (i = 0; i < n && COMP_HEADER + COMP_ENTRY * ((size_t)i + 1) <= len; i++) {
			const u8 *entry = ea + COMP_HEADER + COMP_ENTRY * (size_t)i;
			u32 flags = get_le32(entry + 4);

			if (!(flags & COMP_INIT) || (flags & COMP_EXTENSION) ||
			    !blob_objects(ea, len, get_le32(entry + 24), f))
				continue;
			/* The whole composite must be there, not this component alone. */
			f->need = get_le32(ea + 4);
			return 0;
		}
	} else if (blob_objects(ea, len, 0, f)) {
		return 0;
	}
	return edit_fail(p->e, -ENODATA, "the layout has no component with objects");
}

static int load(struct plant *p, int arg, u8 *ea, size_t *len, u32 *ino)
{
	struct edit_place at;
	ssize_t got;
	u8 *raw;
	int rc;

	rc = plant_object_raw(p, arg, &at, &raw);
	if (rc)
		return rc;
	if ((raw_mode(raw) & 0xf000) != 0x8000)
		return edit_fail(p->e, -EINVAL, "%s is no regular file", p->argv[arg]);
	got = edit_ea_get(p->e, at.ino, LOV_EA, ea, LOV_MAX);
	if (got < 0)
		return (int)got;
	*len = (size_t)got;
	*ino = at.ino;
	return 0;
}

static int change(struct plant *p, int mode, u8 *ea, size_t *len)
{
	struct found f;
	u8 *blob;
	int rc = locate(p, ea, *len, &f);

	if (rc)
		return rc;
	blob = ea + f.blob;
	switch (mode) {
	case LOV_CUT:
		*len = f.need - 8;
		break;
	case LOV_BAD_MAGIC:
		put_le32(ea, (get_le32(ea) & 0xffff0000) | 0x0bad);
		break;
	case LOV_PATTERN:
		put_le32(blob + 4, 0x800);
		break;
	case LOV_NEW_MAGIC:
		put_le32(ea, 0x0BDF0BD0);
		break;
	case LOV_STRIPE_SIZE:
		put_le32(blob + 24, get_le32(blob + 24) + 4096);
		break;
	case LOV_STRIPE_COUNT:
		put_le16(blob + 28, 0);
		break;
	case LOV_RELEASE:
		put_le32(blob + 4, get_le32(blob + 4) | PATTERN_RELEASED);
		break;
	case LOV_NO_POOL_END:
		if (get_le32(blob) != MAGIC_V3)
			return edit_fail(p->e, -ENODATA, "the layout has no pool");
		memset(blob + 32, 'p', 16);
		break;
	case LOV_OWNER:
		put_le64(blob + 8, get_le64(blob + 8) ^ 0x8000);
		break;
	}
	return 0;
}

/* Takes the layout of argument 0, has it changed, and puts it back. */
static int replant(struct plant *p, int mode,
		   int (*how)(struct plant *p, int mode, u8 *ea, size_t len))
{
	u8 *ea = malloc(LOV_MAX);
	size_t len;
	u32 ino;
	int rc;

	if (!ea)
		return edit_fail(p->e, -ENOMEM, "out of memory");
	rc = load(p, 0, ea, &len, &ino);
	if (!rc)
		rc = how(p, mode, ea, len);
	if (!rc)
		rc = edit_ea_set(p->e, ino, LOV_EA, ea, len);
	free(ea);
	return rc;
}

/* ---- one OST object ------------------------------------------------------------------------ */

static int change_slot(struct plant *p, int mode, u8 *ea, size_t len)
{
	struct found f;
	u8 *slot;
	u32 ost;
	int rc = locate(p, ea, len, &f);

	if (rc)
		return rc;
	slot = ea + f.objects;
	ost = get_le32(slot + 20);
	switch (mode) {
	case SLOT_OST:
		put_le32(slot + 20, ost + 0x1000);
		break;
	case SLOT_FUTURE:
		/* The object id is in the first word, or behind a sequence. */
		if (get_le64(slot + 8))
			put_le32(slot + 8, get_le32(slot + 8) + 0x1000000);
		else
			put_le64(slot, get_le64(slot) + 0x1000000);
		break;
	case SLOT_OTHER_OST:
		put_le64(slot + 8, 1);
		put_le64(slot, IDIF_SEQ | (u64)(ost + 1) << 16);
		break;
	case SLOT_MDT:
		put_le64(slot + 8, 0x1234);
		put_le64(slot, get_le64(ea + f.blob + 16));
		break;
	case SLOT_NOBODY:
		put_le64(slot + 8, 0x1234);
		put_le64(slot, NOBODYS_SEQ);
		break;
	}
	return 0;
}

int plant_lov_slot(struct plant *p, int mode)
{
	return replant(p, mode, change_slot);
}

/* ---- the table of a composite -------------------------------------------------------------- */

/* Entry n of the table, and the blob it leads to. */
static u8 *entry_of(u8 *ea, u32 n)
{
	return ea + COMP_HEADER + COMP_ENTRY * (size_t)n;
}

static u8 *blob_of(u8 *ea, u32 n)
{
	return ea + get_le32(entry_of(ea, n) + 24);
}

static void all_flags(u8 *ea, u32 entries, u32 set)
{
	u32 i;

	for (i = 0; i < entries; i++)
		put_le32(entry_of(ea, i) + 4, get_le32(entry_of(ea, i) + 4) | set);
}

static int change_comp(struct plant *p, int mode, u8 *ea, size_t len)
{
	u32 magic = get_le32(ea), n = get_le16(ea + 14);
	u8 *first = entry_of(ea, 0), *last = entry_of(ea, n - 1);

	if (len < COMP_HEADER || (magic != MAGIC_COMP && magic != MAGIC_SEL) || !n)
		return edit_fail(p->e, -ENODATA, "the layout is no composite");
	switch (mode) {
	case COMP_GAP:
		put_le64(last + 8, get_le64(last + 8) + 65536);
		break;
	case COMP_ID:
		put_le32(last, get_le32(first));
		if (n == 1)
			put_le32(first, 0);
		break;
	case COMP_START:
		put_le64(last + 8, get_le64(last + 8) + 1);
		break;
	case COMP_MIRRORS:
		put_le16(ea + 16, (u16)(get_le16(ea + 16) + 1));
		break;
	case COMP_SIZE:
		/* 192 KiB divides no power of two. */
		put_le32(blob_of(ea, 0) + 24, 3 * 65536);
		break;
	case COMP_EXT_INIT:
		put_le32(last + 4, get_le32(last + 4) | COMP_EXTENSION | COMP_INIT);
		break;
	case COMP_POOL:
		if (get_le32(blob_of(ea, 0)) != MAGIC_V3)
			return edit_fail(p->e, -ENODATA, "the component has no pool");
		memset(blob_of(ea, 0) + 32, 0x01, 3);
		break;
	case COMP_STALE:
		all_flags(ea, n, 1);
		break;
	case COMP_STATE:
		put_le16(ea + 12, get_le16(ea + 16) ? 0 : 2);
		break;
	case COMP_PARITY:
		put_le32(last + 4, get_le32(last + 4) | 0x80);
		last[44] = 250;
		last[45] = 15;
		break;
	case COMP_RELEASED:
		put_le32(blob_of(ea, 0) + 4, get_le32(blob_of(ea, 0) + 4) | PATTERN_RELEASED);
		break;
	case COMP_FOREIGN:
		put_le32(blob_of(ea, n - 1) + 8, 9);
		break;
	}
	return 0;
}

int plant_lov_comp(struct plant *p, int mode)
{
	return replant(p, mode, change_comp);
}

int plant_lov(struct plant *p, int mode)
{
	u8 *ea = malloc(LOV_MAX);
	size_t len;
	u32 ino;
	int rc;

	if (!ea)
		return edit_fail(p->e, -ENOMEM, "out of memory");
	rc = load(p, 0, ea, &len, &ino);
	if (!rc)
		rc = change(p, mode, ea, &len);
	if (!rc)
		rc = edit_ea_set(p->e, ino, LOV_EA, ea, len);
	free(ea);
	return rc;
}

int plant_lov_shared(struct plant *p, int mode)
{
	u8 *ea = malloc(2 * LOV_MAX), *from = ea + LOV_MAX;
	struct found f, other;
	size_t len, from_len;
	u32 ino, from_ino;
	int rc;

	if (!ea)
		return edit_fail(p->e, -ENOMEM, "out of memory");
	rc = load(p, 0, ea, &len, &ino);
	if (!rc)
		rc = locate(p, ea, len, &f);
	if (!rc)
		rc = load(p, 1, from, &from_len, &from_ino);
	if (!rc)
		rc = locate(p, from, from_len, &other);
	if (!rc && ino == from_ino)
		rc = edit_fail(p->e, -EINVAL, "both paths are the same file");
	if (!rc) {
		memcpy(ea + f.objects, from + other.objects, OBJECT);
		rc = edit_ea_set(p->e, ino, LOV_EA, ea, len);
	}
	free(ea);
	return rc;
}
