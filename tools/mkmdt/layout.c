/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The layout of a file: from the options of a recipe to components, and to bytes.
 *
 * One plan serves three questions: which OST objects a file draws, how long its
 * layout will be, and what stands in it.
 */
#include <string.h>

#include "tools/mkmdt/writer.h"

#define PATTERN_RAID0 1U
#define PATTERN_PARITY 4U
#define PATTERN_MDT 0x100U
#define PATTERN_OVERSTRIPING 0x200U
#define PATTERN_HOLE 0x40000000U
#define PATTERN_RELEASED 0x80000000U
#define COMP_STALE 0x1U
#define COMP_INIT 0x10U
#define COMP_EXTENSION 0x40U
#define COMP_PARITY 0x80U
#define STATE_RDONLY 1
#define MAGIC_SEL 0x0BD80BD0U
#define FOREIGN_POSIX 1U
#define FOREIGN_HSM_LEN 56U
#define FOREIGN_LEN 40U
#define FOREIGN_SYMLINK 0xda05U

struct plan {
	struct mk_comp comps[MK_PLAN_MAX];
	u32 n;
	u32 objects; /* of all components */
	u16 mirrors;
	bool full;   /* more components than there is room for */
};

static bool is_composite(const struct mk_style *s)
{
	return s->ncomps || s->dom || s->mirrors > 1 || s->extend || s->parity || s->archive;
}

/* A component of the mirror at hand, with n objects; NULL when the plan is full. */
static struct mk_comp *add(struct plan *p, u32 flags, u64 start, u64 end, u32 n)
{
	struct mk_comp *c = &p->comps[p->n];

	if (p->n == MK_PLAN_MAX) {
		p->full = true;
		return NULL;
	}
	*c = (struct mk_comp){ .id = (u32)p->mirrors << 16 | (p->n + 1), .flags = flags,
			       .start = start, .end = end };
	c->nobjects = n;
	p->objects += n;
	p->n++;
	return c;
}

/* A striped component; its objects are drawn if it is in use. */
static struct mk_comp *add_striped(struct plan *p, const struct mk_style *s, u32 osts, u32 flags,
				   u64 start, u64 end)
{
	bool init = flags & COMP_INIT && !s->released;
	struct mk_comp *c = add(p, flags, start, end, init ? s->stripes : 0);

	if (!c)
		return NULL;
	c->pattern = PATTERN_RAID0 | (s->stripes > osts ? PATTERN_OVERSTRIPING : 0) |
		     (s->released ? PATTERN_RELEASED : 0) | (s->hole && init ? PATTERN_HOLE : 0);
	c->stripe_size = s->stripe_size;
	c->stripe_count = (u16)s->stripes;
	c->layout_gen = flags & COMP_INIT ? 0 : 0xffff;
	c->pool = s->pool[0] ? s->pool : NULL;
	return c;
}

/* What a component may become has an extension behind it; its size is given in KiB. */
static void add_extendable(struct plan *p, const struct mk_style *s, u32 osts, u32 flags,
			   u64 start, u64 end)
{
	u64 middle = !(flags & COMP_INIT)		? start
		     : end - start > s->extend ? start + s->extend
						       : end;
	struct mk_comp *c;

	add_striped(p, s, osts, flags, start, middle);
	if (middle == end)
		return;
	c = add_striped(p, s, osts, (flags & ~COMP_INIT) | COMP_EXTENSION, middle, end);
	if (c)
		c->stripe_size = (u32)(s->extend / 1024);
}

static void add_dom(struct plan *p, const struct mk_style *s, u32 flags)
{
	struct mk_comp *c = add(p, flags | COMP_INIT, 0, s->dom, 0);

	if (!c)
		return;
	c->pattern = PATTERN_MDT | (s->released ? PATTERN_RELEASED : 0);
	c->stripe_size = (u32)s->dom;
	c->bare = true;
}

/* One mirror with data; only the first has a part on the MDT. */
static void plan_mirror(struct plan *p, const struct mk_style *s, u32 osts, u32 flags)
{
	u64 start = p->mirrors == 1 ? s->dom : 0, end;
	u32 n = s->ncomps ? s->ncomps : 1, i;

	if (start)
		add_dom(p, s, flags);
	for (i = 0; i < n; i++) {
		u32 f = flags | (i < s->ninit ? COMP_INIT : 0);

		end = s->ncomps ? s->ends[i] : UINT64_MAX;
		if (s->extend)
			add_extendable(p, s, osts, f, start, end);
		else
			add_striped(p, s, osts, f, start, end);
		start = end;
	}
}

static void plan_parity(struct plan *p, const struct mk_style *s)
{
	struct mk_comp *c;

	p->mirrors++;
	c = add(p, COMP_INIT | COMP_PARITY, 0, UINT64_MAX, s->parity);
	if (!c)
		return;
	c->pattern = PATTERN_RAID0 | PATTERN_PARITY;
	c->stripe_size = s->stripe_size;
	c->stripe_count = (u16)s->parity;
	c->dstripe = (u8)s->stripes;
	c->cstripe = (u8)s->parity;
}

static void plan_archive(struct plan *p, const struct mk_style *s)
{
	struct mk_comp *c;

	p->mirrors++;
	c = add(p, COMP_INIT, 0, UINT64_MAX, 0);
	if (!c)
		return;
	c->foreign_len = FOREIGN_HSM_LEN;
	c->foreign_type = FOREIGN_POSIX;
	c->foreign_flags = s->archive;
}

static void plan_composite(struct plan *p, const struct mk_style *s, u32 osts)
{
	u32 mirrors = s->mirrors ? s->mirrors : 1, i;

	for (i = 0; i < mirrors; i++) {
		p->mirrors++;
		plan_mirror(p, s, osts, i + s->stale >= mirrors ? COMP_STALE : 0);
	}
	if (s->parity)
		plan_parity(p, s);
	if (s->archive)
		plan_archive(p, s);
	/* Files that are not mirrored keep 0 in the upper half of the ids. */
	for (i = 0; p->mirrors == 1 && i < p->n; i++)
		p->comps[i].id &= 0xffff;
}

static void plan_layout(struct plan *p, const struct mk_style *s, u32 osts)
{
	/* The components are many bytes, and filled in as they are added. */
	p->n = 0;
	p->objects = 0;
	p->mirrors = 0;
	p->full = false;
	if (is_composite(s))
		plan_composite(p, s, osts);
	else
		add_striped(p, s, osts, COMP_INIT, 0, UINT64_MAX);
}

/* ---- what others ask ---------------------------------------------------------------------- */

u32 mk_layout_objects(const struct mk_style *s)
{
	struct plan p;

	if (s->foreign)
		return 0;
	plan_layout(&p, s, MK_OSTS_MAX);
	return p.objects;
}

bool mk_layout_fits(const struct mk_style *s)
{
	struct plan p;

	plan_layout(&p, s, MK_OSTS_MAX);
	return !p.full && p.objects <= MK_STRIPES_MAX;
}

u32 mk_layout_bytes(const struct mk_style *s)
{
	struct plan p;

	plan_layout(&p, s, MK_OSTS_MAX);
	if (!is_composite(s))
		return (s->pool[0] ? 48 : 32) + p.objects * 24;
	return 32 + p.n * (48 + FOREIGN_HSM_LEN + 24) + p.objects * 24;
}

/* ---- bytes -------------------------------------------------------------------------------- */

/* The n objects of a component, from the from-th of all that were ever made. */
static void ost_objects(const struct mk_config *c, struct mk_ost_object *o, u32 from, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		o[i].ost_idx = (from + i) % c->osts;
		o[i].oid = (from + i) / c->osts + 2;
		o[i].seq = c->ostfids ? mk_ost_seq(o[i].ost_idx) : 0;
	}
}

/*
 * Components that are not instantiated keep one slot, of no OST, and any
 * stripe offset, as Lustre writes them.
 */
static void place_objects(const struct mk_config *c, const struct mk_style *s,
			  const struct mk_object *o, struct plan *p, struct mk_ost_object *objects)
{
	static const struct mk_ost_object nowhere = { 0, 0, UINT32_MAX };
	u32 i, used = 0;

	for (i = 0; i < p->n; i++) {
		struct mk_comp *comp = &p->comps[i];

		if (comp->nobjects) {
			comp->objects = objects + used;
			ost_objects(c, objects + used, o->ost_first + used, comp->nobjects);
			used += comp->nobjects;
		} else if (!comp->bare && !comp->foreign_len && !s->released) {
			comp->objects = &nowhere;
			comp->nobjects = 1;
		}
	}
	if (s->hole && s->hole <= used)
		memset(&objects[s->hole - 1], 0, sizeof(objects[0]));
}

static ssize_t foreign_layout(u8 *p, size_t room)
{
	if (room < 16 + FOREIGN_LEN)
		return -ENOSPC;
	return enc_lov_foreign(p, room, FOREIGN_LEN, FOREIGN_SYMLINK, 0);
}

ssize_t mk_layout(const struct mk_config *c, const struct mk_style *s, const struct mk_object *o,
		  u8 *p, size_t room)
{
	struct mk_ost_object objects[MK_STRIPES_MAX];
	struct mk_fid own = mk_fid_of(o);
	struct plan plan;
	u16 state;
	ssize_t len;

	if (s->foreign)
		return foreign_layout(p, room);
	plan_layout(&plan, s, c->osts);
	place_objects(c, s, o, &plan, objects);
	if (!is_composite(s))
		return enc_lov_plain(p, room, &own, &plan.comps[0]);
	state = s->has_state ? s->state : plan.mirrors > 1 ? STATE_RDONLY : 0;
	len = enc_lov_comp(p, room, &own, plan.comps, plan.n, plan.n, state, plan.mirrors);
	if (len > 0 && s->extend)
		put_le32(p, MAGIC_SEL);
	return len;
}
