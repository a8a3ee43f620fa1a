/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lov-mirror 608: do the state of a mirrored file, its stale components and its parity
 * agree?  Resync takes its time, so mirrors may be stale in every state but one.
 */
#include "rules/lov.h"

#define PARITY_MAX 15U
#define STRIPES_MAX 256U

static const char *state_problem(const struct lov *l)
{
	u32 state = l->flags & LCM_FL_FLR_MASK;

	if (l->mirror_count == 1 && state)
		return "file has one mirror and the state of a mirrored one";
	if (l->mirror_count > 1 && !state)
		return "file has several mirrors and the state of one that is not mirrored";
	return NULL;
}

static const char *parity_problem(const struct lov_comp *c)
{
	if (!(c->flags & LCME_PARITY))
		return NULL;
	if (!c->dstripe || !c->cstripe)
		return "parity component protects no stripes, or has none";
	if (c->cstripe > PARITY_MAX || c->dstripe + c->cstripe > STRIPES_MAX)
		return "parity component has more stripes than there can be";
	return NULL;
}

/* What is known of the mirror that is being looked at. */
struct mirror {
	bool stale;  /* some component is */
	bool parity; /* all components are */
};

/* A component that belongs to the same mirror as the one before. */
static const char *mirror_goes_on(struct mirror *m, const struct lov_comp *c)
{
	if (m->parity != !!(c->flags & LCME_PARITY))
		return "mirror has components of data and of parity";
	m->stale |= c->flags & LCME_STALE;
	return NULL;
}

/* What is wrong with the components, mirror by mirror; *at is where. */
static const char *mirrors_problem(const struct lov *l, struct lov_comp *at)
{
	struct mirror m = { .stale = true };
	bool in_sync = false;
	const char *why;
	u32 before, i;

	for (i = 0; i < l->entry_count; i++) {
		before = lov_mirror_id(at);
		lov_component(l, i, at);
		why = parity_problem(at);
		if (!why && i && lov_mirror_id(at) == before) {
			why = mirror_goes_on(&m, at);
		} else if (!why) {
			/* A mirror of parity alone is nothing to read from. */
			in_sync |= !m.stale && !m.parity;
			m.stale = at->flags & LCME_STALE;
			m.parity = at->flags & LCME_PARITY;
		}
		if (why)
			return why;
	}
	in_sync |= !m.stale && !m.parity;
	return in_sync ? NULL : "no mirror of the file is in sync";
}

static enum outcome check_lov_mirror(const struct facts *f, struct sink *sink)
{
	const struct lov *l = &f->obj->lov;
	struct lov_comp c = { .index = 0 };
	struct finding *fi;
	const char *why;

	if (!lov_of_file(f) || !l->composite || !l->entry_count)
		return OUT_NA;
	why = state_problem(l);
	if (!why)
		why = mirrors_problem(l, &c);
	if (!why)
		return OUT_HOLDS;
	fi = rule_finding(sink, why);
	if (!fi)
		return OUT_VIOLATED;
	finding_hex(fi, "layout_flags", l->flags);
	finding_u64(fi, "mirrors", l->mirror_count);
	finding_u64(fi, "component", c.index);
	finding_hex(fi, "component_id", c.id);
	finding_hex(fi, "component_flags", c.flags);
	finding_u64(fi, "data_stripes", c.dstripe);
	finding_u64(fi, "parity_stripes", c.cstripe);
	return OUT_VIOLATED;
}

/* ---- the rows ----------------------------------------------------------------------------- */

RULE(lov_mirror) = {
	.code = 608,
	.name = "lov-mirror",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LAYOUTS,
	.needs = TRAIT_FILE | TRAIT_COMPOSITE,
	.title = "state of a mirrored file that contradicts its mirrors",
	.explanation =
		"The layout of a mirrored file says whether it is in sync, and which mirrors are "
		"stale. Here the state is that of a file without mirrors, or the reverse, or no "
		"mirror is in sync any more, or the parity of an erasure-coded file has an "
		"impossible shape. Clients may read old data, and a resync does nothing.",
	.wrong = VERDICT_LAYOUT,
	.lfsck = "none",
	.remedy =
		"See what there is: lfs getstripe -v FILE. Where all mirrors are stale, compare "
		"them with lfs mirror read -N ID, and once it is known which is good: lfs "
		"setstripe --comp-set -I COMPID --comp-flags=^stale FILE; then lfs mirror resync "
		"FILE.",
	.evidence =
		"layout_flags mirrors component component_id component_flags data_stripes "
		"parity_stripes",
	.check = check_lov_mirror,
};
