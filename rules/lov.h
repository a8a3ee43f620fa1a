/* SPDX-License-Identifier: GPL-2.0-only */
/* What the checks of layouts share: when they apply, and what kind a component is of. */
#ifndef MDTCHECK_RULES_LOV_H
#define MDTCHECK_RULES_LOV_H

#include <sys/stat.h>

#include "rules/rules.h"

/* Is the object in use and anything that rules of layouts have to do with? */
static inline bool lov_applies(const struct facts *f)
{
	return !f->have_cross || (f->class != CLASS_FREE && f->class != CLASS_EXEMPT);
}

/* The layout of a file, decoded, with components to look at. */
static inline bool lov_of_file(const struct facts *f)
{
	return S_ISREG(f->obj->inode.mode) && object_has_lov(f->obj) && !f->obj->lov.foreign &&
	       lov_applies(f);
}

/* The default layout of a directory. */
static inline bool lov_of_dir(const struct facts *f)
{
	return S_ISDIR(f->obj->inode.mode) && object_has_lov(f->obj) && lov_applies(f);
}

static inline u32 lov_low(const struct lov_comp *c)
{
	return c->pattern & LOV_PATTERN_LOW;
}

static inline bool lov_is_dom(const struct lov_comp *c)
{
	return lov_low(c) == LOV_PATTERN_MDT;
}

static inline bool lov_is_foreign(const struct lov_comp *c)
{
	return c->magic == LOV_MAGIC_FOREIGN;
}

static inline bool lov_is_released(const struct lov_comp *c)
{
	return !lov_is_foreign(c) && c->pattern & LOV_PATTERN_F_RELEASED;
}

/* Of blobs that are not foreign. */
static inline bool lov_pattern_known(const struct lov_comp *c)
{
	return lov_pattern_stripes(c->pattern) || lov_is_dom(c);
}

/* Has it a geometry of stripes: not DoM, not released, not foreign, and understood? */
static inline bool lov_is_striped(const struct lov_comp *c)
{
	return lov_pattern_known(c) && !lov_is_dom(c) && !lov_is_foreign(c) &&
	       !lov_is_released(c) && !(c->flags & LCME_EXTENSION);
}

static inline u32 lov_mirror_id(const struct lov_comp *c)
{
	return c->id >> 16;
}

/*
 * Screen of the rules that judge components and objects of a file's layout one by one.  The parts
 * of it that are other files': does what the rules there say of an object, or of a layout, hold?
 */
bool lov_screen(const struct facts *f);
bool lov_ost_holds(const struct env *env, const struct lov_object *o);
bool lov_dom_holds(const struct object *o);

/* Evidence: which component, and its pattern. */
void lov_add_component(struct finding *fi, const struct object *o, const struct lov_comp *c);

/*
 * What is wrong with the table of components, or NULL; *at is the component.  A directory's
 * template is held to less: its ids are drawn when a file is made of it.
 */
const char *lov_table_problem(const struct lov *l, bool is_dir, struct lov_comp *at);

#endif
