/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trusted.lov: the layout of a file (or the default layout of a directory).
 *
 * Plain (V1, V3), composite (COMP_V1, SEL) and foreign layouts are all seen as
 * a sequence of components: a plain layout is one component over [0, EOF).
 * Decoding checks what is needed to walk safely (magics, sizes, bounds, object
 * slots inside the EA); whether the values make sense is for the lov rules.
 */
#ifndef MDTCHECK_ONDISK_LOV_H
#define MDTCHECK_ONDISK_LOV_H

#include "base/cursor.h"
#include "mdtcheck/fid.h"

#define LOV_MAGIC_V1 0x0BD10BD0U
#define LOV_MAGIC_JOIN_V1 0x0BD20BD0U /* joined files, until 1.8: nothing reads them any more */
#define LOV_MAGIC_V3 0x0BD30BD0U
#define LOV_MAGIC_MIGRATE 0x0BD40BD0U /* a client's, never stored */
#define LOV_MAGIC_SPECIFIC 0x0BD50BD0U
#define LOV_MAGIC_COMP_V1 0x0BD60BD0U
#define LOV_MAGIC_FOREIGN 0x0BD70BD0U
#define LOV_MAGIC_SEL 0x0BD80BD0U

#define LOV_MIN_STRIPE_SIZE 65536U
#define LOV_MAX_STRIPE_COUNT 2000U
#define LOV_EOF 0xffffffffffffffffULL
#define LOV_OBJECT_SIZE 24
#define LOV_POOL_LEN 16
/* Counts from here on say "all of them" in a template: no slot belongs to them. */
#define LOV_COUNT_SPECIAL 0xffe0U
#define LOV_SLOT_UNALLOCATED 0xffffffffU
#define LOV_PATTERN_LOW 0xffffU

enum lov_pattern {
	LOV_PATTERN_RAID0 = 0x1,
	LOV_PATTERN_RAID1 = 0x2,
	LOV_PATTERN_PARITY = 0x4,
	LOV_PATTERN_MDT = 0x100,
	LOV_PATTERN_OVERSTRIPING = 0x200,
	LOV_PATTERN_FOREIGN = 0x400,
	LOV_PATTERN_COMPRESS = 0x800,
};
#define LOV_PATTERN_F_HOLE 0x40000000U
#define LOV_PATTERN_F_RELEASED 0x80000000U

/* Stripes over OSTs, by itself or with one of the things that stripes are combined with. */
static inline bool lov_pattern_stripes(u32 pattern)
{
	u32 with = (pattern & LOV_PATTERN_LOW) ^ LOV_PATTERN_RAID0;

	return !(with & ~(LOV_PATTERN_OVERSTRIPING | LOV_PATTERN_PARITY | LOV_PATTERN_COMPRESS)) &&
	       !(with & (with - 1));
}

enum lov_comp_flag {
	LCME_STALE = 0x1,
	LCME_PREF_RD = 0x2,
	LCME_PREF_WR = 0x4,
	LCME_OFFLINE = 0x8,
	LCME_INIT = 0x10,
	LCME_NOSYNC = 0x20,
	LCME_EXTENSION = 0x40,
	LCME_PARITY = 0x80,
	LCME_COMPRESS = 0x100,
	LCME_PARTIAL = 0x200,
	LCME_NOCOMPR = 0x400,
};

/* State of a mirrored file, in lcm_flags; PCC_RDONLY comes on top of the others. */
enum lov_flr_state {
	LCM_FL_NONE = 0,
	LCM_FL_RDONLY = 1,
	LCM_FL_WRITE_PENDING = 2,
	LCM_FL_SYNC_PENDING = 3,
	LCM_FL_PCC_RDONLY = 8,
};
#define LCM_FL_FLR_MASK 0x3U

/* What a foreign component of a composite may be: copies kept by HSM. */
enum lov_foreign_type {
	LOV_FOREIGN_POSIX = 1,
	LOV_FOREIGN_PCCRW = 2,
	LOV_FOREIGN_PCCRO = 3,
	LOV_FOREIGN_S3 = 4,
};
/* Archive id, archive version, UUID. */
#define LOV_FOREIGN_HSM_LEN 56U

/* One component; the extent and ids are 0..EOF and 0 for a plain layout. */
struct lov_comp {
	u32 index; /* position in the EA */
	u32 id;
	u32 flags; /* enum lov_comp_flag; a plain layout has LCME_INIT */
	u64 start, end;
	u32 offset, size; /* of the blob in the EA */
	u32 magic;	  /* of the blob: V1, V3, SPECIFIC or FOREIGN */
	u32 pattern;	  /* with flag bits; FOREIGN: LOV_PATTERN_FOREIGN */
	u64 oi_id, oi_seq; /* lmm_oi as (id, seq) */
	u32 stripe_size;
	u16 stripe_count; /* as stored: 0xffe0.. are "special" */
	u16 layout_gen;
	char pool[LOV_POOL_LEN + 1]; /* "" when there is none */
	u8 dstripe, cstripe;	     /* data and parity stripes, where LCME_PARITY is set */
	u64 timestamp;		     /* of the last resync, seconds; 48 bits */
	u16 link_id;		     /* of the mirror that a parity mirror protects */
	u8 compr_type, compr_level, compr_chunk_bits;
	u32 foreign_type, foreign_flags, foreign_len; /* FOREIGN: of the payload */
	const u8 *objects;	     /* object slots, not owned; NULL when meaningless */
	u32 nobjects;		     /* slots that are inside the blob */
};

/* The EA as a whole. */
struct lov {
	u32 magic;
	bool composite;
	bool foreign;	  /* whole file foreign: no components */
	u32 layout_gen;	  /* composite generation, or the plain layout's */
	u16 flags;	  /* lcm_flags; 0 for plain */
	u16 entry_count;  /* components; 1 for plain, 0 for foreign */
	u32 mirror_count; /* mirrors, the stored value + 1 (up to 65536); 1 for plain */
	u8 ec_count;	  /* Lustre does not keep it up */
	u32 size;	  /* bytes the layout claims, <= the EA's size */
	const u8 *data;	  /* the EA, not owned */
	u32 len;
	struct lov_comp first; /* component 0, since most layouts have no other */
};

/* One object slot. */
struct lov_object {
	bool dummy;   /* all 24 bytes zero: a HOLE */
	bool old_id;  /* stored as (objid, seq 0); fid is then the IDIF FID */
	u64 oi_first, oi_second; /* the 16 raw bytes, as two LE words */
	struct fid fid;
	u32 ost_gen;
	u32 ost_idx; /* 0xffffffff: not allocated */
};

/*
 * Decodes the header and proves that every component can be walked.
 * 0; -EBADMSG malformed; -EOPNOTSUPP a newer or unsupported layout (magic
 * 0x....0BD0 that is not known).  *why says which, for an administrator.
 * A directory's default layout has fewer obligations (is_dir).
 */
int lov_decode(const u8 *data, size_t len, bool is_dir, struct lov *out, const char **why);

/* Component number index of a decoded layout; always succeeds for index < entry_count. */
void lov_component(const struct lov *l, u32 index, struct lov_comp *out);

/* The same without a copy where there need be none; tmp is used for the others. */
static inline const struct lov_comp *lov_comp_at(const struct lov *l, u32 index,
						 struct lov_comp *tmp)
{
	if (!index)
		return &l->first;
	lov_component(l, index, tmp);
	return tmp;
}

/* Slot number index of a component; always succeeds for index < nobjects. */
static inline void lov_object_at(const struct lov_comp *c, u32 index, struct lov_object *out)
{
	struct cursor cur = cursor_make(c->objects + (size_t)index * LOV_OBJECT_SIZE,
					LOV_OBJECT_SIZE);
	u64 first = cursor_le64(&cur), second = cursor_le64(&cur);
	u32 gen = cursor_le32(&cur), idx = cursor_le32(&cur);

	*out = (struct lov_object){
		.dummy = !(first | second | gen | idx),
		/* No FID has oid and version 0, so a zero second word is the old (id, 0). */
		.old_id = !second && (first | gen | idx),
		.oi_first = first,
		.oi_second = second,
		.ost_gen = gen,
		.ost_idx = idx,
		.fid = { .seq = first, .oid = (u32)second, .ver = (u32)(second >> 32) },
	};
	if (out->old_id) {
		out->fid.seq = FID_SEQ_IDIF | (u64)(idx & 0xffff) << 16 | (first >> 32 & 0xffff);
		out->fid.oid = (u32)first;
	}
}

/*
 * Does this component own OST objects: initialised, not DoM, not released, not
 * foreign, not an extension, objects inside the blob?
 */
static inline bool lov_comp_has_objects(const struct lov_comp *c)
{
	/* objects is NULL for DoM, released and foreign blobs. */
	return c->objects && c->flags & LCME_INIT && !(c->flags & LCME_EXTENSION);
}

/* Every OST object that a layout owns: holes and slots without an object are passed over. */
struct lov_walk {
	const struct lov *l;
	const struct lov_comp *comp; /* that the object is of; valid until the next call */
	u32 index;		     /* of that component */
	u32 slot, nslots;	     /* the next one; how many the component has */
	struct lov_comp tmp;
};

static inline void lov_walk_begin(struct lov_walk *w, const struct lov *l)
{
	w->l = l;
	w->comp = &l->first;
	w->index = 0;
	w->slot = 0;
	w->nslots = l->entry_count && lov_comp_has_objects(w->comp) ? w->comp->nobjects : 0;
}

/* On to the next component; false when that was the last. */
bool lov_walk_on(struct lov_walk *w);

static inline bool lov_walk_next(struct lov_walk *w, struct lov_object *out)
{
	do {
		while (w->slot < w->nslots) {
			lov_object_at(w->comp, w->slot++, out);
			if (!out->dummy && out->ost_idx != LOV_SLOT_UNALLOCATED)
				return true;
		}
	} while (lov_walk_on(w));
	return false;
}

#endif
