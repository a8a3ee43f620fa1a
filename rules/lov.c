/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lov 6xx: the layout of a file, one component at a time.
 */
#include "rules/lov.h"

/* Indices from here on have special meanings in Lustre and are no OST. */
#define OST_IDX_INSANE 0xffdfU

/* The file systems of 1.8 to today: regular files have layouts, directories templates. */
static bool may_have_layout(const struct object *o)
{
	return S_ISREG(o->inode.mode) || S_ISDIR(o->inode.mode);
}

void lov_add_component(struct finding *fi, const struct object *o, const struct lov_comp *c)
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
	if (o->lov.composite || o->lov.foreign || !S_ISREG(o->inode.mode))
		return NULL;
	return lov_is_dom(&o->lov.first) ? "plain layout has its data on the MDT" : NULL;
}

static enum outcome check_lov_malformed(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	const char *why = NULL;
	struct finding *fi;

	if (!object_has(o, EA_LOV) || !may_have_layout(o) || !lov_applies(f))
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

/* Foreign components are copies that HSM keeps: what else there may be one day, nobody knows. */
static const char *foreign_doubt(const struct lov_comp *c)
{
	if (c->foreign_type < LOV_FOREIGN_POSIX || c->foreign_type > LOV_FOREIGN_S3)
		return "foreign component is of a type that no known Lustre uses";
	if (!c->foreign_flags || c->foreign_flags & ~HS_KNOWN)
		return "foreign component has flags that no known Lustre uses";
	return NULL;
}

/* Why a component cannot be understood, or NULL. */
static const char *component_doubt(const struct lov_comp *c)
{
	if (lov_is_foreign(c))
		return foreign_doubt(c);
	return lov_pattern_known(c) ? NULL : "layout has a pattern that no known Lustre opens";
}

/* The first component with something that is not known; NULL when there is none. */
static const char *odd_component(const struct facts *f, struct lov_comp *tmp,
				 const struct lov_comp **at)
{
	const char *why = NULL;
	u32 i;

	for (i = 0; !why && lov_of_file(f) && i < f->obj->lov.entry_count; i++) {
		*at = lov_comp_at(&f->obj->lov, i, tmp);
		why = component_doubt(*at);
	}
	return why;
}

static enum outcome check_lov_unsupported(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	const struct lov_comp *c = NULL;
	struct lov_comp tmp;
	struct finding *fi;
	const char *why;

	if (!object_has(o, EA_LOV) || !may_have_layout(o) || !lov_applies(f))
		return OUT_NA;
	why = o->lov_rc == -EOPNOTSUPP ? o->lov_why : odd_component(f, &tmp, &c);
	if (!why)
		return OUT_HOLDS;
	fi = rule_finding(sink, why);
	if (!fi)
		return OUT_VIOLATED;
	finding_u64(fi, "layout_size", o->ea[EA_LOV].len);
	if (c)
		lov_add_component(fi, o, c);
	return OUT_VIOLATED;
}

/* ---- lov-stripe-size, lov-stripe-count ----------------------------------------------------- */

static bool stripe_size_fits(const struct lov_comp *c)
{
	return !lov_is_striped(c) || (c->stripe_size && !(c->stripe_size % LOV_MIN_STRIPE_SIZE));
}

static enum outcome check_lov_stripe_size(const struct facts *f, struct sink *sink)
{
	const struct lov_comp *c;
	struct lov_comp tmp;
	struct finding *fi;
	u32 i;

	if (!lov_of_file(f))
		return OUT_NA;
	for (i = 0; i < f->obj->lov.entry_count; i++) {
		c = lov_comp_at(&f->obj->lov, i, &tmp);
		if (stripe_size_fits(c))
			continue;
		fi = rule_finding(sink, c->stripe_size ? "stripe size is no multiple of 64 KiB" :
							 "stripe size is zero");
		if (fi) {
			lov_add_component(fi, f->obj, c);
			finding_u64(fi, "stripe_size", c->stripe_size);
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
	if (obj->ost_idx == LOV_SLOT_UNALLOCATED)
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
	if (!lov_is_striped(c))
		return NULL;
	if (!c->stripe_count)
		return "stripe count is zero";
	/* Components that are not initialised may say "all OSTs". */
	if (!(c->flags & LCME_INIT) && c->stripe_count >= LOV_COUNT_SPECIAL)
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
	lov_add_component(fi, f->obj, c);
	finding_u64(fi, "stripe_count", c->stripe_count);
	if (obj) {
		finding_u64(fi, "slot", slot);
		finding_u64(fi, "ost_index", obj->ost_idx);
		finding_fid(fi, "ost_object", &obj->fid);
	}
	return OUT_VIOLATED;
}

static enum outcome check_lov_stripe_count(const struct facts *f, struct sink *sink)
{
	const struct lov_comp *c;
	struct lov_object obj;
	struct lov_comp tmp;
	const char *what;
	u32 slot = 0;
	u32 i;

	if (!lov_of_file(f))
		return OUT_NA;
	for (i = 0; i < f->obj->lov.entry_count; i++) {
		c = lov_comp_at(&f->obj->lov, i, &tmp);
		what = count_problem(c);
		if (what)
			return bad_stripes(f, sink, what, c, NULL, 0);
		what = slots_problem(c, &obj, &slot);
		if (what)
			return bad_stripes(f, sink, what, c, &obj, slot);
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
	lov_add_component(fi, f->obj, c);
	finding_hex(fi, "owner_seq", c->oi_seq);
	finding_hex(fi, "owner_id", c->oi_id);
	if (f->have_cross)
		rule_add_witnesses(fi, f);
	return OUT_VIOLATED;
}

static enum outcome check_lov_owner(const struct facts *f, struct sink *sink)
{
	enum outcome out = OUT_NA;
	const struct lov_comp *c;
	struct lov_comp tmp;
	u32 i;

	if (!lov_of_file(f) || f->obj->fid_source != FID_FROM_LMA || !rule_lma_usable(f->obj))
		return OUT_NA;
	/* A volatile file in PENDING may hold the layout it has just swapped. */
	if (f->have_cross && f->class != CLASS_NAMESPACE)
		return OUT_NA;
	for (i = 0; i < f->obj->lov.entry_count; i++) {
		c = lov_comp_at(&f->obj->lov, i, &tmp);
		if (!owner_judged(c))
			continue;
		if (!owner_fits(f->obj, c))
			return wrong_owner(f, sink, c);
		out = OUT_HOLDS;
	}
	return out;
}

/* ---- all of them at once -------------------------------------------------------------------- */

/* What was met on the way: without it some rule does not apply. */
struct screened {
	u32 owners, objects;
};

static bool component_holds(const struct facts *f, const struct lov_comp *c, struct screened *met)
{
	struct lov_object obj;
	u32 i;

	if (component_doubt(c) || !stripe_size_fits(c) || count_problem(c))
		return false;
	if (owner_judged(c)) {
		met->owners++;
		if (!owner_fits(f->obj, c))
			return false;
	}
	if (!lov_comp_has_objects(c))
		return true;
	for (i = 0; i < c->nobjects; i++) {
		lov_object_at(c, i, &obj);
		if (obj.dummy || slot_problem(c, &obj) || !lov_ost_holds(f->env, &obj))
			return false;
	}
	met->objects += c->nobjects;
	return true;
}

bool lov_screen(const struct facts *f)
{
	const struct lov *l = &f->obj->lov;
	struct screened met = { 0 };
	struct lov_comp tmp;
	u32 i;

	if (!lov_of_file(f) || plain_problem(f->obj) || f->obj->fid_source != FID_FROM_LMA ||
	    !rule_lma_usable(f->obj) || !lov_dom_holds(f->obj))
		return false;
	for (i = 0; i < l->entry_count; i++)
		if (!component_holds(f, lov_comp_at(l, i, &tmp), &met))
			return false;
	return met.owners && met.objects;
}

/* ---- the rows ----------------------------------------------------------------------------- */

RULE(lov_malformed) = {
	.code = 601,
	.name = "lov-malformed",
	.severity = SEV_ERROR,
	.class = RULE_RECORD,
	.unit = UNIT_LAYOUTS,
	.needs = TRAIT_LOV,
	.title = "layout that cannot be parsed",
	.explanation =
		"The extended attribute trusted.lov says on which OST objects the data of a file "
		"are (for a directory: where those of new files go). Its magic, its sizes or its "
		"offsets make no sense: the data cannot be reached.",
	.wrong = VERDICT_LAYOUT,
	.lfsck = "LFSCK layout: others (not repaired)",
	.remedy =
		"Move the file's name aside and run: lctl lfsck_start -M FSNAME-MDTxxxx -t layout "
		"-o -c on. With -o LFSCK rebuilds layouts from what the OST objects know. Or "
		"restore the file from a backup. On a directory: lfs setstripe -d.",
	.evidence = "layout_size magic",
	.check = check_lov_malformed,
	.screen = lov_screen,
};

RULE(lov_unsupported) = {
	.code = 602,
	.name = "lov-unsupported",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LAYOUTS,
	.needs = TRAIT_LOV,
	.title = "layout of an unknown kind",
	.explanation =
		"The layout has a magic or a pattern that is not known. Either a newer Lustre "
		"wrote it, or it is damaged. Clients that do not know it refuse to read and write "
		"the file; nothing else about the layout is judged.",
	.wrong = VERDICT_UNDECIDED,
	.lfsck = "LFSCK layout: skipped",
	.remedy =
		"Use clients and servers of the version that wrote it; if there was none, treat "
		"the layout as damaged and restore the file.",
	.evidence = "layout_size component component_id pattern",
	.check = check_lov_unsupported,
	.screen = lov_screen,
};

RULE(lov_stripe_size) = {
	.code = 603,
	.name = "lov-stripe-size",
	.severity = SEV_ERROR,
	.class = RULE_RECORD,
	.unit = UNIT_LAYOUTS,
	.needs = TRAIT_FILE | TRAIT_LOV,
	.title = "impossible stripe size",
	.explanation =
		"The stripe size of a file is zero or no multiple of 64 KiB. Clients refuse such "
		"a layout, or would look for the data in the wrong places.",
	.wrong = VERDICT_LAYOUT,
	.lfsck = "none",
	.remedy =
		"Restore the file from a backup. The stripe size of files made alike (same "
		"directory, same time) tells what it was.",
	.evidence = "component component_id pattern stripe_size",
	.check = check_lov_stripe_size,
	.screen = lov_screen,
};

RULE(lov_stripe_count) = {
	.code = 604,
	.name = "lov-stripe-count",
	.severity = SEV_ERROR,
	.class = RULE_RECORD,
	.unit = UNIT_LAYOUTS,
	.needs = TRAIT_FILE | TRAIT_LOV,
	.title = "impossible stripe count or OST object",
	.explanation =
		"A layout in use has no stripes, more than any can have, or a slot whose OST "
		"index or object cannot exist. The data of that stripe cannot be reached.",
	.wrong = VERDICT_LAYOUT,
	.lfsck = "LFSCK layout: hole or dangling reference",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t layout -o. With -o LFSCK puts OST objects "
		"that no layout refers to back into their file.",
	.evidence = "component component_id pattern stripe_count slot ost_index ost_object",
	.check = check_lov_stripe_count,
	.screen = lov_screen,
};

RULE(lov_owner) = {
	.code = 605,
	.name = "lov-owner",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LAYOUTS,
	.needs = TRAIT_FILE | TRAIT_LOV,
	.title = "layout that names another owner",
	.explanation =
		"A layout carries the FID of its file, and this one carries another. Data can be "
		"reached, but the layout may have been copied from another file, or the object "
		"may have got another FID than it had.",
	.wrong = VERDICT_LAYOUT,
	.lfsck = "LFSCK layout: others, repaired",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t layout. It believes the LMA: where the "
		"witnesses say that the LMA is the odd one out, repair trusted.lma first.",
	.evidence = "component component_id pattern owner_seq owner_id",
	.check = check_lov_owner,
	.screen = lov_screen,
};
