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
#define HSM_LEN 24
#define SOM_LEN 24
#define XATTR_TRUSTED 4

size_t wr_scratch_size(void)
{
	return LMA_MAX + LINKEA_MAX + LOV_MAX + HSM_LEN + SOM_LEN;
}

static struct mk_attr *add_attr(struct mk_attr *attrs, u32 *n, const char *name, const u8 *value,
				ssize_t len)
{
	struct mk_attr *a = &attrs[(*n)++];

	*a = (struct mk_attr){ .name = name, .index = XATTR_TRUSTED, .value = value,
			       .len = (u32)len };
	return a;
}

/* A file's layout, and what belongs to it; p has room for all three. */
static void add_layout(const struct mk_model *m, const struct mk_object *o, u8 *p,
		       struct mk_attr *attrs, u32 *n)
{
	const struct mk_style *s = &m->styles[o->style];
	struct mk_attr *a;
	ssize_t len;

	if (o->type != MK_REG || (o->flags & (MK_CLIENT | MK_AGENT)) != MK_CLIENT)
		return;
	if (s->has_hsm)
		add_attr(attrs, n, "hsm", p + LOV_MAX,
			 enc_hsm(p + LOV_MAX, HSM_LEN, s->hsm, 1, 1));
	if (s->has_som)
		add_attr(attrs, n, "som", p + LOV_MAX + HSM_LEN,
			 enc_som(p + LOV_MAX + HSM_LEN, SOM_LEN, s->som_valid, s->som,
				 (s->som + 511) / 512));
	if (!s->stripes && !s->dom && !s->foreign && !s->released)
		return;
	len = mk_layout(&m->cfg, s, o, p, LOV_MAX);
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
