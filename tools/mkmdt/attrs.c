/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The extended attributes of one object: LMA, layout, linkEA, and whatever a
 * recipe gave byte by byte.
 */
#include <string.h>

#include "tools/mkmdt/writer.h"

#define LMA_MAX 24
#define LINKEA_MAX 4096
#define LINKEA_HEADER 24
#define LINKEA_ENTRY 18
#define LINKS_MAX (LINKEA_MAX / (LINKEA_ENTRY + 1))
#define LOV_MAX 65536
#define PATTERN_RAID0 1U
#define PATTERN_OVERSTRIPING 0x200U
#define COMP_INIT 0x10U
#define XATTR_TRUSTED 4

size_t wr_scratch_size(void)
{
	return LMA_MAX + LINKEA_MAX + LOV_MAX;
}

u32 mk_layout_bytes(const struct mk_style *s)
{
	u32 header = s->pool[0] ? 48 : 32;

	if (!s->ncomps)
		return header + s->stripes * 24;
	return 32 + s->ncomps * (48 + header + 24) + s->ninit * s->stripes * 24;
}

/* The n objects of a component, from the from-th of all that were ever made. */
static void ost_objects(const struct mk_config *c, struct mk_ost_object *o, u32 from, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		o[i].oid = (from + i) / c->osts + 2;
		o[i].seq = 0;
		o[i].ost_idx = (from + i) % c->osts;
	}
}

static void fill_comp(const struct mk_config *c, const struct mk_style *s, struct mk_comp *comp,
		      u32 stripes)
{
	memset(comp, 0, sizeof(*comp));
	comp->pattern = PATTERN_RAID0 | (stripes > c->osts ? PATTERN_OVERSTRIPING : 0);
	comp->stripe_size = s->stripe_size;
	comp->stripe_count = (u16)stripes;
	comp->pool = s->pool[0] ? s->pool : NULL;
}

static ssize_t plain_layout(const struct mk_config *c, const struct mk_style *s,
			    const struct mk_object *o, u8 *p)
{
	struct mk_ost_object objects[MK_STRIPES_MAX];
	struct mk_fid own = mk_fid_of(o);
	struct mk_comp comp;

	fill_comp(c, s, &comp, s->stripes);
	ost_objects(c, objects, o->ost_first, s->stripes);
	comp.objects = objects;
	comp.nobjects = s->stripes;
	return enc_lov_plain(p, LOV_MAX, &own, &comp);
}

/*
 * Components that are not instantiated keep one slot, of no OST, and any
 * stripe offset, as Lustre writes them.
 */
static ssize_t composite_layout(const struct mk_config *c, const struct mk_style *s,
				const struct mk_object *o, u8 *p)
{
	static const struct mk_ost_object nowhere = { 0, 0, UINT32_MAX };
	struct mk_ost_object objects[MK_STRIPES_MAX];
	struct mk_comp comps[MK_COMPS_MAX];
	struct mk_fid own = mk_fid_of(o);
	u32 i;

	for (i = 0; i < s->ncomps; i++) {
		struct mk_ost_object *mine = objects + (size_t)i * s->stripes;
		bool init = i < s->ninit;

		fill_comp(c, s, &comps[i], s->stripes);
		comps[i].id = i + 1;
		comps[i].flags = init ? COMP_INIT : 0;
		comps[i].start = i ? s->ends[i - 1] : 0;
		comps[i].end = s->ends[i];
		comps[i].layout_gen = init ? 0 : 0xffff;
		comps[i].objects = init ? mine : &nowhere;
		comps[i].nobjects = init ? s->stripes : 1;
		if (init)
			ost_objects(c, mine, o->ost_first + i * s->stripes, s->stripes);
	}
	return enc_lov_comp(p, LOV_MAX, &own, comps, s->ncomps, s->ncomps, 0, 1);
}

static struct mk_attr *add_attr(struct mk_attr *attrs, u32 *n, const char *name, const u8 *value,
				ssize_t len)
{
	struct mk_attr *a = &attrs[(*n)++];

	*a = (struct mk_attr){ .name = name, .index = XATTR_TRUSTED, .value = value,
			       .len = (u32)len };
	return a;
}

static void add_layout(const struct mk_model *m, const struct mk_object *o, u8 *p,
		       struct mk_attr *attrs, u32 *n)
{
	const struct mk_style *s = &m->styles[o->style];
	struct mk_attr *a;
	ssize_t len;

	if (o->type != MK_REG || (o->flags & (MK_CLIENT | MK_AGENT)) != MK_CLIENT ||
	    (!s->stripes && !s->ncomps))
		return;
	len = s->ncomps ? composite_layout(&m->cfg, s, o, p) : plain_layout(&m->cfg, s, o, p);
	a = add_attr(attrs, n, "lov", p, len);
	a->block = s->wide;
}

/* The names an object's linkEA has room for, and whether that is all of them. */
static u32 collect_links(const struct mk_model *m, const struct mk_object *o, struct mk_link *links,
			 bool *all)
{
	size_t len = LINKEA_HEADER;
	u32 e, n = 0;

	*all = true;
	for (e = o->first_name; e; e = m->entries[e].next_of_target) {
		const struct mk_entry *en = &m->entries[e];

		if (en->dir == m->pending)
			continue;
		len += LINKEA_ENTRY + en->namelen;
		if (len > LINKEA_MAX || n == LINKS_MAX) {
			*all = false;
			break;
		}
		links[n].parent = mk_fid_of(&m->objects[en->dir]);
		links[n].name = m->names + en->name;
		links[n++].namelen = en->namelen;
	}
	return n;
}

static void override_raw(const struct mk_model *m, u32 object, struct mk_attr *attrs, u32 *n)
{
	u32 i, k;

	for (i = 0; i < m->neas; i++) {
		const struct mk_raw_ea *ea = &m->eas[i];

		if (ea->object != object)
			continue;
		for (k = 0; k < *n; k++)
			if (attrs[k].index == ea->index && !strcmp(attrs[k].name, ea->name))
				break;
		if (k == MK_ATTRS_MAX)
			continue;
		if (k == *n)
			(*n)++;
		attrs[k].name = ea->name;
		attrs[k].index = ea->index;
		attrs[k].value = ea->value;
		attrs[k].len = ea->len;
		attrs[k].block = false;
	}
}

/*
 * The linkEA gives way where space is short: entries are dropped, from the
 * last, and the overflow stamp says so.
 */
static int place_with_links(struct mk_writer *w, u32 object, struct mk_attr *attrs, u32 n,
			    struct mk_attr_place *place, u8 *buf)
{
	const struct mk_object *o = &w->m->objects[object];
	struct mk_link links[LINKS_MAX];
	bool all;
	u32 nlinks = collect_links(w->m, o, links, &all), total;
	ssize_t len;
	int rc;

	if (w->m->styles[o->style].overflow && nlinks) {
		nlinks = 1;
		all = false;
	}
	for (;;) {
		total = n;
		len = enc_linkea(buf, LINKEA_MAX, links, nlinks, all ? 0 : MK_TIME);
		add_attr(attrs, &total, "link", buf, len);
		if (o->flags & MK_RAW_EA)
			override_raw(w->m, object, attrs, &total);
		rc = wr_attrs(w, o->ino, attrs, total, place);
		if (rc != -E2BIG || !nlinks)
			return rc;
		nlinks--;
		all = false;
	}
}

int wr_object_attrs(struct mk_writer *w, u32 object, struct mk_attr_place *place)
{
	struct mk_object *o = &w->m->objects[object];
	u8 *lma = w->scratch, *link = lma + LMA_MAX, *lov = link + LINKEA_MAX;
	struct mk_attr attrs[MK_ATTRS_MAX + 1];
	struct mk_fid fid = mk_fid_of(o);
	u32 n = 0;
	int rc;

	add_attr(attrs, &n, "lma", lma,
		 enc_lma(lma, LMA_MAX, o->lma_compat, o->lma_incompat, &fid));
	add_layout(w->m, o, lov, attrs, &n);
	if ((o->flags & (MK_CLIENT | MK_NO_LINKEA)) == MK_CLIENT) {
		rc = place_with_links(w, object, attrs, n, place, link);
	} else {
		if (o->flags & MK_RAW_EA)
			override_raw(w->m, object, attrs, &n);
		rc = wr_attrs(w, o->ino, attrs, n, place);
	}
	if (rc == -E2BIG)
		mk_fail(w->m, rc, "the extended attributes of [0x%llx:0x%x:0x0] do not fit",
			(unsigned long long)o->seq, o->oid);
	return rc;
}
