/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lov 6xx: the layout of a file, one component at a time.
 */
#include <sys/stat.h>

#include "rules/rules.h"

#define PATTERN_LOW 0xffffU
#define SLOT_UNALLOCATED 0xffffffffU
/* Indices from here on have special meanings in Lustre and are no OST. */
#define OST_IDX_INSANE 0xffdfU
#define COUNT_SPECIAL 0xffe0U

/* The file systems of 1.8 to today: regular files have layouts, directories templates. */
static bool may_have_layout(const struct object *o)
{
	return S_ISREG(o->inode.mode) || S_ISDIR(o->inode.mode);
}

/* The layout of a file, decoded, with components to look at. */
static bool file_layout(const struct facts *f)
{
	return S_ISREG(f->obj->inode.mode) && object_has_lov(f->obj) && !f->obj->lov.foreign &&
	       (!f->have_cross || (f->class != CLASS_FREE && f->class != CLASS_EXEMPT));
}

static u32 low(const struct lov_comp *c)
{
	return c->pattern & PATTERN_LOW;
}

static bool pattern_known(const struct lov_comp *c)
{
	switch (low(c)) {
	case LOV_PATTERN_RAID0:
	case LOV_PATTERN_RAID0 | LOV_PATTERN_OVERSTRIPING:
	case LOV_PATTERN_RAID0 | LOV_PATTERN_PARITY:
	case LOV_PATTERN_RAID0 | LOV_PATTERN_COMPRESS:
	case LOV_PATTERN_MDT:
	case LOV_PATTERN_FOREIGN:
		return true;
	default:
		return false;
	}
}

/* Has it a geometry of stripes: not DoM, not released, not foreign, and understood? */
static bool is_striped(const struct lov_comp *c)
{
	return pattern_known(c) && low(c) != LOV_PATTERN_MDT && low(c) != LOV_PATTERN_FOREIGN &&
	       !(c->pattern & LOV_PATTERN_F_RELEASED) && !(c->flags & LCME_EXTENSION);
}

static void add_component(struct finding *fi, const struct object *o, const struct lov_comp *c)
{
	if (o->lov.composite) {
		finding_u64(fi, "component", c->index);
		finding_hex(fi, "component_id", c->id);
	}
	finding_hex(fi, "pattern", c->pattern);
}

/* ---- lov-malformed, lov-unsupported -------------------------------------------------------- */

/* DoM needs a composite around it to say where the data on the MDT end. */
static const char *plain_problem(const struct object *o)
{
	struct lov_comp c;

	if (o->lov.composite || o->lov.foreign || !S_ISREG(o->inode.mode))
		return NULL;
	lov_component(&o->lov, 0, &c);
	return low(&c) == LOV_PATTERN_MDT ? "plain layout has its data on the MDT" : NULL;
}

enum outcome check_lov_malformed(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	const char *why = NULL;
	struct finding *fi;

	if (!object_has(o, EA_LOV) || !may_have_layout(o))
		return OUT_NA;
	if (f->have_cross && (f->class == CLASS_FREE || f->class == CLASS_EXEMPT))
		return OUT_NA;
	if (o->lov_rc == -EBADMSG)
		why = o->lov_why;
	else if (!o->lov_rc)
		why = plain_problem(o);
	if (!why)
		return OUT_HOLDS;
	fi = rule_finding(sink, why);
	if (!fi)
		return OUT_VIOLATED;
	finding_u64(fi, "layout_size", o->ea[EA_LOV].len);
	if (!o->lov_rc)
		finding_hex(fi, "magic", o->lov.magic);
	return OUT_VIOLATED;
}

/* The first component with a pattern no known Lustre opens; false when there is none. */
static bool odd_pattern(const struct facts *f, struct lov_comp *c)
{
	u32 i;

	for (i = 0; file_layout(f) && i < f->obj->lov.entry_count; i++) {
		lov_component(&f->obj->lov, i, c);
		if (!pattern_known(c))
			return true;
	}
	return false;
}

enum outcome check_lov_unsupported(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	struct lov_comp c = { .index = 0 };
	struct finding *fi;

	if (!object_has(o, EA_LOV) || !may_have_layout(o))
		return OUT_NA;
	if (f->have_cross && (f->class == CLASS_FREE || f->class == CLASS_EXEMPT))
		return OUT_NA;
	if (o->lov_rc != -EOPNOTSUPP && !odd_pattern(f, &c))
		return OUT_HOLDS;
	fi = rule_finding(sink, o->lov_rc == -EOPNOTSUPP ?
					o->lov_why :
					"layout has a pattern that no known Lustre opens");
	if (!fi)
		return OUT_VIOLATED;
	finding_u64(fi, "layout_size", o->ea[EA_LOV].len);
	if (!o->lov_rc)
		add_component(fi, o, &c);
	return OUT_VIOLATED;
}

/* ---- lov-stripe-size, lov-stripe-count ----------------------------------------------------- */

enum outcome check_lov_stripe_size(const struct facts *f, struct sink *sink)
{
	struct finding *fi;
	struct lov_comp c;
	u32 i;

	if (!file_layout(f))
		return OUT_NA;
	for (i = 0; i < f->obj->lov.entry_count; i++) {
		lov_component(&f->obj->lov, i, &c);
		if (!is_striped(&c) || (c.stripe_size && !(c.stripe_size % LOV_MIN_STRIPE_SIZE)))
			continue;
		fi = rule_finding(sink, c.stripe_size ? "stripe size is no multiple of 64 KiB" :
							"stripe size is zero");
		if (fi) {
			add_component(fi, f->obj, &c);
			finding_u64(fi, "stripe_size", c.stripe_size);
		}
		return OUT_VIOLATED;
	}
	return OUT_HOLDS;
}

/* What is wrong with one object slot of an initialised component, or NULL. */
static const char *slot_problem(const struct lov_comp *c, const struct lov_object *obj)
{
	if (obj->dummy && c->pattern & LOV_PATTERN_F_HOLE)
		return NULL;
	if (obj->dummy)
		return "object slot is empty, and the layout has no hole";
	if (obj->ost_idx == SLOT_UNALLOCATED)
		return "object slot of an initialised component is not allocated";
	if (obj->ost_idx >= OST_IDX_INSANE)
		return "object slot has an impossible OST index";
	if (obj->old_id && obj->oi_first && !(obj->oi_first >> 48))
		return NULL;
	if (obj->old_id)
		return "object slot has an impossible object id";
	if (!obj->fid.oid)
		return "object slot has object id 0";
	if (obj->fid.ver || !fid_is_sane(&obj->fid))
		return "object slot has a FID that no OST object can have";
	return NULL;
}

/* The first bad slot; NULL when all are good. */
static const char *slots_problem(const struct lov_comp *c, struct lov_object *obj, u32 *slot)
{
	const char *why;
	u32 i;

	if (!lov_comp_has_objects(c))
		return NULL;
	for (i = 0; i < c->nobjects; i++) {
		lov_object_at(c, i, obj);
		why = slot_problem(c, obj);
		if (why) {
			*slot = i;
			return why;
		}
	}
	return NULL;
}

/* What is wrong with the count itself, or NULL. */
static const char *count_problem(const struct lov_comp *c)
{
	if (!is_striped(c))
		return NULL;
	if (!c->stripe_count)
		return "stripe count is zero";
	/* Components that are not initialised may say "all OSTs". */
	if (!(c->flags & LCME_INIT) && c->stripe_count >= COUNT_SPECIAL)
		return NULL;
	if (c->stripe_count > LOV_MAX_STRIPE_COUNT)
		return "stripe count is higher than any layout can have";
	return NULL;
}

static enum outcome bad_stripes(const struct facts *f, struct sink *sink, const char *what,
				const struct lov_comp *c, const struct lov_object *obj, u32 slot)
{
	struct finding *fi = rule_finding(sink, what);

	if (!fi)
		return OUT_VIOLATED;
	add_component(fi, f->obj, c);
	finding_u64(fi, "stripe_count", c->stripe_count);
	if (obj) {
		finding_u64(fi, "slot", slot);
		finding_u64(fi, "ost_index", obj->ost_idx);
		finding_fid(fi, "ost_object", &obj->fid);
	}
	return OUT_VIOLATED;
}

enum outcome check_lov_stripe_count(const struct facts *f, struct sink *sink)
{
	struct lov_object obj;
	struct lov_comp c;
	const char *what;
	u32 slot = 0;
	u32 i;

	if (!file_layout(f))
		return OUT_NA;
	for (i = 0; i < f->obj->lov.entry_count; i++) {
		lov_component(&f->obj->lov, i, &c);
		what = count_problem(&c);
		if (what)
			return bad_stripes(f, sink, what, &c, NULL, 0);
		what = slots_problem(&c, &obj, &slot);
		if (what)
			return bad_stripes(f, sink, what, &c, &obj, slot);
	}
	return OUT_HOLDS;
}

/* ---- lov-owner ----------------------------------------------------------------------------- */

static bool owner_fits(const struct object *o, const struct lov_comp *c)
{
	const struct fid *fid = &o->fid;

	if (c->oi_id == fid->oid && c->oi_seq == fid->seq)
		return true;
	/* Lustre 1.8 stored the inode number and 0; IGIFs keep that number as sequence. */
	return fid_is_igif(fid) && !c->oi_seq && (c->oi_id == fid->seq || c->oi_id == o->ino);
}

/* Released components, and those not initialised, are filled in when they are used. */
static bool owner_judged(const struct lov_comp *c)
{
	return (c->magic == LOV_MAGIC_V1 || c->magic == LOV_MAGIC_V3) &&
	       !(c->pattern & LOV_PATTERN_F_RELEASED) && c->flags & LCME_INIT;
}

static enum outcome wrong_owner(const struct facts *f, struct sink *sink, const struct lov_comp *c)
{
	struct finding *fi = rule_finding(sink, "the layout states another owner than the object");
	struct fid owner = { .seq = c->oi_seq, .oid = (u32)c->oi_id };

	if (!fi)
		return OUT_VIOLATED;
	fi->other_fid = owner;
	add_component(fi, f->obj, c);
	finding_hex(fi, "owner_seq", c->oi_seq);
	finding_hex(fi, "owner_id", c->oi_id);
	if (f->have_cross)
		rule_add_witnesses(fi, f);
	return OUT_VIOLATED;
}

enum outcome check_lov_owner(const struct facts *f, struct sink *sink)
{
	enum outcome out = OUT_NA;
	struct lov_comp c;
	u32 i;

	if (!file_layout(f) || f->obj->fid_source != FID_FROM_LMA || !rule_lma_usable(f->obj))
		return OUT_NA;
	/* A volatile file in PENDING may hold the layout it has just swapped. */
	if (f->have_cross && f->class != CLASS_NAMESPACE)
		return OUT_NA;
	for (i = 0; i < f->obj->lov.entry_count; i++) {
		lov_component(&f->obj->lov, i, &c);
		if (!owner_judged(&c))
			continue;
		if (!owner_fits(f->obj, &c))
			return wrong_owner(f, sink, &c);
		out = OUT_HOLDS;
	}
	return out;
}
