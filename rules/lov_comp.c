/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lov 6xx: what takes more than one component, or more than one file: how the
 * components of a composite fit together, and whose the OST objects are.
 */
#include <string.h>
#include <sys/stat.h>

#include "rules/rules.h"

/* ---- lov-object-shared --------------------------------------------------------------------- */

static bool same_object(const struct share_fact *a, const struct share_fact *b)
{
	return a->ost_idx == b->ost_idx && fid_equal(&a->object, &b->object);
}

/* How the claims on one object stand, seen from the file at hand. */
struct rivalry {
	bool other; /* another file claims it */
	bool twice; /* this file claims it twice */
	bool ours;  /* of all claimants this file has the highest number */
};

static struct rivalry rivals_of(const struct facts *f, u32 own)
{
	struct rivalry r = { .ours = true };
	u32 i;

	for (i = 0; i < f->nshares; i++) {
		const struct share_fact *s = &f->shares[i];

		if (i == own || s->pending || !same_object(s, &f->shares[own]))
			continue;
		if (s->ino != f->obj->ino) {
			r.other = true;
			r.ours = r.ours && s->ino < f->obj->ino;
		} else if (i < own) {
			/* Told of when its first claim was looked at. */
			return (struct rivalry){ .other = false };
		} else {
			r.twice = true;
		}
	}
	return r;
}

static const char *const OTHER_KEYS[] = {
	"other_file", "other_file_2", "other_file_3", "other_file_4", "other_file_5",
};

static void add_rivals(struct finding *fi, const struct facts *f, u32 own)
{
	u32 shown = 0;
	u32 i;

	finding_fid(fi, "ost_object", &f->shares[own].object);
	finding_u64(fi, "ost_index", f->shares[own].ost_idx);
	for (i = 0; i < f->nshares && shown < ARRAY_SIZE(OTHER_KEYS); i++) {
		const struct share_fact *s = &f->shares[i];

		if (s->pending || s->ino == f->obj->ino || !same_object(s, &f->shares[own]))
			continue;
		if (!shown) {
			fi->other_ino = s->ino;
			fi->other_fid = s->claimant;
		}
		finding_fid(fi, OTHER_KEYS[shown++], &s->claimant);
	}
}

/*
 * One finding a file, about its first shared object, with the number of all:
 * a layout that was copied shares them all, and for one cause.
 */
enum outcome check_lov_object_shared(const struct facts *f, struct sink *sink)
{
	struct finding *fi = NULL;
	u32 objects = 0;
	u32 i;

	if (!f->have_cross || f->class == CLASS_FREE || !S_ISREG(f->obj->inode.mode) ||
	    !object_has_lov(f->obj))
		return OUT_NA;
	for (i = 0; i < f->nshares; i++) {
		struct rivalry r;

		if (f->shares[i].ino != f->obj->ino || f->shares[i].pending)
			continue;
		r = rivals_of(f, i);
		if (!r.twice && !(r.other && r.ours))
			continue;
		if (objects++)
			continue;
		fi = rule_finding(sink, r.other ? "another file has the same OST object" :
						  "the layout has the same OST object twice");
		if (!fi)
			return OUT_VIOLATED;
		add_rivals(fi, f, i);
	}
	if (fi) {
		finding_u64(fi, "objects", objects);
		rule_add_witnesses(fi, f);
		/* A layout that names another owner was copied from there; else who knows. */
		if (!fi->verdict || strcmp(fi->verdict, VERDICT_LAYOUT))
			fi->verdict = VERDICT_UNDECIDED;
	}
	return objects ? OUT_VIOLATED : OUT_HOLDS;
}

/* ---- lov-component ------------------------------------------------------------------------- */

#define COMP_ID_MAX 0x7fffffffU
#define EXTENT_UNIT LOV_MIN_STRIPE_SIZE

static u32 mirror_of(const struct lov_comp *c)
{
	return c->id >> 16;
}

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
	struct lov_comp o;
	u32 i;

	if (!c->id || c->id > COMP_ID_MAX)
		return "component has an impossible id";
	for (i = 0; i < c->index; i++) {
		lov_component(l, i, &o);
		if (o.id == c->id)
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
		if (!prev || prev->end || mirror_of(prev) != mirror_of(c))
			(*mirrors)++;
		return NULL;
	}
	if (!prev || mirror_of(prev) != mirror_of(c))
		return "first component of a mirror does not start at 0";
	if (c->start != prev->end)
		return "component does not start where the one before it ends";
	return NULL;
}

/* What is wrong with the table of components, or NULL; *at is the component. */
static const char *table_problem(const struct lov *l, struct lov_comp *at)
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
		if (!why)
			why = id_problem(l, at);
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

enum outcome check_lov_component(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	struct lov_comp c;
	struct finding *fi;
	const char *why;

	/* Templates of directories are held to nothing. */
	if (!S_ISREG(o->inode.mode) || !object_has_lov(o) || !o->lov.composite)
		return OUT_NA;
	if (f->have_cross && (f->class == CLASS_FREE || f->class == CLASS_EXEMPT))
		return OUT_NA;
	why = table_problem(&o->lov, &c);
	if (!why)
		return OUT_HOLDS;
	fi = rule_finding(sink, why);
	if (!fi)
		return OUT_VIOLATED;
	finding_u64(fi, "component", c.index);
	finding_hex(fi, "component_id", c.id);
	finding_hex(fi, "start", c.start);
	finding_hex(fi, "end", c.end);
	finding_u64(fi, "components", o->lov.entry_count);
	finding_u64(fi, "mirrors", o->lov.mirror_count);
	return OUT_VIOLATED;
}
