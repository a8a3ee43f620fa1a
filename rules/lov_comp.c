/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lov 6xx: how the components of a composite fit together (lov-component), and the
 * same for the default layout of a directory (lov-template).
 *
 * What is told here is what the metadata server itself refuses when it is handed
 * such a layout, and what LFSCK calls invalid.
 */
#include "rules/lov.h"

#define COMP_ID_MAX 0x7fffffffU
#define EXTENT_UNIT LOV_MIN_STRIPE_SIZE

static bool extent_value_ok(u64 v)
{
	return v == LOV_EOF || (!(v >> 63) && v % EXTENT_UNIT == 0);
}

static const char *extent_problem(const struct lov_comp *c)
{
	if (c->start == LOV_EOF || !extent_value_ok(c->start) || !extent_value_ok(c->end))
		return "component starts or ends at an impossible offset";
	if (c->start > c->end)
		return "component ends before it starts";
	return NULL;
}

static const char *id_problem(const struct lov *l, const struct lov_comp *c)
{
	const struct lov_comp *o;
	struct lov_comp tmp;
	u32 i;

	if (!c->id || c->id > COMP_ID_MAX)
		return "component has an impossible id";
	for (i = 0; i < c->index; i++) {
		o = lov_comp_at(l, i, &tmp);
		if (o->id == c->id)
			return "two components have the same id";
	}
	return NULL;
}

/* Where component c may start, after prev (NULL: it is the first). */
static const char *order_problem(const struct lov_comp *prev, const struct lov_comp *c,
				 u32 *mirrors)
{
	if (!c->start) {
		/* A zero-length first component opens no mirror of its own. */
		if (!prev || prev->end || lov_mirror_id(prev) != lov_mirror_id(c))
			(*mirrors)++;
		return NULL;
	}
	if (!prev || lov_mirror_id(prev) != lov_mirror_id(c))
		return "first component of a mirror does not start at 0";
	if (c->start != prev->end)
		return "component does not start where the one before it ends";
	return NULL;
}

static bool is_empty(const struct lov_comp *c)
{
	return c->start == c->end;
}

/* Self-extending files: a component of length 0 is one whose space went to its extension. */
static const char *length_problem(const struct lov *l, const struct lov_comp *prev,
				  const struct lov_comp *c)
{
	bool ext = c->flags & LCME_EXTENSION;

	if (is_empty(c) && (!prev || c->index + 1U == l->entry_count))
		return "first or last component has no length";
	if (is_empty(c) && c->flags & LCME_INIT)
		return "component in use has no length";
	if (prev && is_empty(prev) && !ext)
		return "component of no length is not followed by its extension";
	if (!ext)
		return NULL;
	if (c->flags & LCME_INIT)
		return "extension component is in use";
	if (is_empty(c))
		return "extension component has no length";
	if (!prev || lov_mirror_id(prev) != lov_mirror_id(c) || lov_is_dom(prev))
		return "extension component does not follow one that it could extend";
	return NULL;
}

static const char *dom_problem(const struct lov_comp *c)
{
	if (c->start)
		return "component on the MDT does not start at 0";
	if (c->stripe_size != c->end)
		return "stripe size of a component on the MDT is not its length";
	/* Clients have written 1 here. */
	if (c->stripe_count > 1)
		return "component on the MDT has stripes";
	if (c->pool[0])
		return "component on the MDT has an OST pool";
	return NULL;
}

static const char *hsm_problem(const struct lov_comp *c)
{
	if (c->start || c->end != LOV_EOF)
		return "foreign component does not cover the whole file";
	if (c->foreign_len != LOV_FOREIGN_HSM_LEN)
		return "foreign component is not of the size that HSM gives it";
	return NULL;
}

/* What is wrong with the blob, seen with its extent. */
static const char *blob_problem(const struct lov_comp *c)
{
	if (lov_is_foreign(c))
		return hsm_problem(c);
	if (lov_is_released(c))
		return NULL;
	if (lov_is_dom(c))
		return dom_problem(c);
	if (c->magic == LOV_MAGIC_SPECIFIC)
		return "component has a layout that only a directory template can have";
	if (!lov_is_striped(c) || c->end == LOV_EOF || is_empty(c) || !c->stripe_size)
		return NULL;
	return c->end % c->stripe_size ? "component ends within a stripe" : NULL;
}

/* Templates have no ids, are never in use, and their blobs are only wishes. */
static const char *file_problem(const struct lov *l, const struct lov_comp *prev,
				const struct lov_comp *c)
{
	const char *why = id_problem(l, c);

	if (!why)
		why = length_problem(l, prev, c);
	return why ? why : blob_problem(c);
}

const char *lov_table_problem(const struct lov *l, bool is_dir, struct lov_comp *at)
{
	struct lov_comp prev;
	const char *why;
	u32 mirrors = 0;
	u32 i;

	*at = (struct lov_comp){ .index = 0 };
	if (!l->entry_count)
		return "composite layout has no component";
	for (i = 0; i < l->entry_count; i++) {
		prev = *at;
		lov_component(l, i, at);
		why = extent_problem(at);
		if (!why && !is_dir)
			why = file_problem(l, i ? &prev : NULL, at);
		if (!why)
			why = order_problem(i ? &prev : NULL, at, &mirrors);
		if (why)
			return why;
	}
	/* The count is only kept for mirrored files: elsewhere it is 1. */
	if (mirrors != l->mirror_count)
		return "number of mirrors differs from what the components form";
	return NULL;
}

static enum outcome bad_table(const struct facts *f, struct sink *sink, const char *why,
			      const struct lov_comp *c)
{
	struct finding *fi = rule_finding(sink, why);

	if (!fi)
		return OUT_VIOLATED;
	finding_u64(fi, "component", c->index);
	finding_hex(fi, "component_id", c->id);
	finding_hex(fi, "component_flags", c->flags);
	finding_hex(fi, "start", c->start);
	finding_hex(fi, "end", c->end);
	finding_hex(fi, "pattern", c->pattern);
	finding_u64(fi, "stripe_size", c->stripe_size);
	finding_u64(fi, "components", f->obj->lov.entry_count);
	finding_u64(fi, "mirrors", f->obj->lov.mirror_count);
	return OUT_VIOLATED;
}

static enum outcome check_lov_component(const struct facts *f, struct sink *sink)
{
	struct lov_comp c;
	const char *why;

	if (!lov_of_file(f) || !f->obj->lov.composite)
		return OUT_NA;
	why = lov_table_problem(&f->obj->lov, false, &c);
	return why ? bad_table(f, sink, why, &c) : OUT_HOLDS;
}

/* ---- lov-template -------------------------------------------------------------------------- */

static const char *plain_template_problem(const struct lov_comp *c)
{
	/* 0 leaves it to the file system's default, as does pattern 0. */
	if (lov_low(c) && !lov_pattern_known(c))
		return "template has a pattern that no known Lustre makes files with";
	if (c->stripe_size % LOV_MIN_STRIPE_SIZE)
		return "stripe size of the template is no multiple of 64 KiB";
	return NULL;
}

static const char *template_problem(const struct lov *l, struct lov_comp *at)
{
	const char *why = NULL;
	u32 i;

	*at = l->first;
	if (!l->composite)
		return lov_is_dom(at) ? "plain template has its data on the MDT" :
					plain_template_problem(at);
	why = lov_table_problem(l, true, at);
	for (i = 0; !why && i < l->entry_count; i++) {
		lov_component(l, i, at);
		/* An extension's stripe size is what it grows by, in KiB. */
		if (!lov_is_foreign(at) && !(at->flags & LCME_EXTENSION))
			why = plain_template_problem(at);
	}
	return why;
}

static enum outcome check_lov_template(const struct facts *f, struct sink *sink)
{
	struct lov_comp c;
	const char *why;

	if (!lov_of_dir(f))
		return OUT_NA;
	why = template_problem(&f->obj->lov, &c);
	return why ? bad_table(f, sink, why, &c) : OUT_HOLDS;
}

/* ---- the rows ----------------------------------------------------------------------------- */

RULE(lov_component) = {
	.code = 607,
	.name = "lov-component",
	.severity = SEV_ERROR,
	.class = RULE_RECORD,
	.unit = UNIT_LAYOUTS,
	.needs = TRAIT_FILE | TRAIT_COMPOSITE,
	.title = "components that do not fit together",
	.explanation =
		"The components of a composite layout (PFL, mirrored or self-extending file) "
		"overlap, leave a gap, end within a stripe, have impossible ids or extents, or do "
		"not form the number of mirrors the layout states; or a component on the MDT, of "
		"an archive or of an extension has a shape that none can have. Clients refuse the "
		"layout, or miss data.",
	.wrong = VERDICT_LAYOUT,
	.lfsck = "LFSCK layout: bad component",
	.remedy =
		"Restore the file from a backup. Where a good mirror is left, lfs mirror read can "
		"save its data.",
	.evidence =
		"component component_id component_flags start end pattern stripe_size components "
		"mirrors",
	.check = check_lov_component,
};

RULE(lov_template) = {
	.code = 613,
	.name = "lov-template",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LAYOUTS,
	.needs = TRAIT_DIR | TRAIT_LOV,
	.title = "default layout that no file can be made of",
	.explanation =
		"A directory can carry the layout that new files in it get. The one of this "
		"directory has a stripe size or components that no file can have: creating files "
		"there fails, or the files get the default of the file system.",
	.wrong = VERDICT_LAYOUT,
	.lfsck = "none",
	.remedy = "lfs setstripe -d DIR removes it; then set the wanted one with lfs setstripe.",
	.evidence =
		"component component_id component_flags start end pattern stripe_size components "
		"mirrors",
	.check = check_lov_template,
};
