/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Helpers that checks of several families use: outcomes, applicability, and the
 * witnesses of an object's identity.
 */
#include <string.h>

#include "rules/rules.h"

struct finding *rule_finding(struct sink *sink, const char *what)
{
	return sink ? sink_finding(sink, what) : NULL;
}

enum outcome rule_unknown(struct sink *sink, const char *why)
{
	if (sink)
		sink_unknown(sink, why);
	return OUT_UNKNOWN;
}

enum outcome rule_worse(enum outcome a, enum outcome b)
{
	/* The order of the enumeration is the order of gravity. */
	return a > b ? a : b;
}

bool rule_lma_usable(const struct object *o)
{
	return object_has_lma(o) && !(o->lma.incompat & ~LMAI_SUPPORTED);
}

bool rule_ea_doubtful(const struct object *o, enum ea_id id)
{
	return o->ea[id].state == EA_UNREADABLE ||
	       (o->ea[id].state == EA_ABSENT && o->ea_broken);
}

const char *rule_oi_doubt(const struct env *env)
{
	if (env->has_scrub && env->scrub.status == SS_SCANNING)
		return "OI scrub is running: it is writing the mappings this rule judges";
	return NULL;
}

bool rule_name_counts(const struct name_fact *n)
{
	return n->dir_class != DIR_RPD && n->dir_class != DIR_PENDING;
}

bool rule_same_name(const struct name_fact *a, const struct name_fact *b)
{
	return a->dir_ino == b->dir_ino && a->namelen == b->namelen &&
	       !memcmp(a->name, b->name, a->namelen);
}

u32 rule_count_class(const struct facts *f, enum dir_class class)
{
	u32 count = 0;
	u32 i;

	for (i = 0; i < f->nnames; i++)
		count += f->names[i].dir_class == class;
	return count;
}

void rule_add_name(struct finding *fi, const struct name_fact *n)
{
	fi->parent_ino = n->dir_ino;
	fi->parent_fid = n->dir_fid;
	fi->name_key = finding_name_key(n->dir_ino, n->name, n->namelen);
	finding_u64(fi, "parent_ino", n->dir_ino);
	finding_fid(fi, "parent_fid", &n->dir_fid);
	finding_name(fi, "name", n->name, n->namelen);
}

/* ---- witnesses ----------------------------------------------------------------------------- */

/* More OI mappings or names than this say nothing new. */
#define WITNESS_PER_PLACE 2

static void witness_oi(struct finding *fi, const struct facts *f)
{
	u32 taken = 0;
	u32 i;

	for (i = 0; i < f->noi && taken < WITNESS_PER_PLACE; i++) {
		if (f->oi[i].rec.ino != f->obj->ino)
			continue;
		finding_witness(fi, "oi", &f->oi[i].rec.fid);
		taken++;
	}
}

/* FIDs in name entries are kept up only in the name space and in PENDING. */
static void witness_names(struct finding *fi, const struct facts *f)
{
	u32 taken = 0;
	u32 i;

	for (i = 0; i < f->nnames && taken < WITNESS_PER_PLACE; i++) {
		const struct name_fact *n = &f->names[i];

		if (!n->has_lufid || n->data_bad ||
		    !(dir_class_is_namespace(n->dir_class) || n->dir_class == DIR_PENDING))
			continue;
		finding_witness(fi, "dirent", &n->lufid);
		taken++;
	}
}

static void witness_lov(struct finding *fi, const struct object *o)
{
	struct lov_comp c;
	struct fid owner;

	if (!object_has_lov(o) || o->lov.foreign || !o->lov.entry_count ||
	    (o->inode.mode & 0170000) != 0100000)
		return;
	lov_component(&o->lov, 0, &c);
	if (c.magic != LOV_MAGIC_V1 && c.magic != LOV_MAGIC_V3)
		return;
	/* Sequence 0 is the form of Lustre 1.8, which names the inode and not a FID. */
	if (!c.oi_seq || c.oi_id > UINT32_MAX)
		return;
	owner = (struct fid){ .seq = c.oi_seq, .oid = (u32)c.oi_id };
	finding_witness(fi, "lov", &owner);
}

/* The value most witnesses state, or NULL where no value has more than half of them. */
static const struct fid *witness_majority(const struct finding *fi)
{
	u32 i, k, votes;

	for (i = 0; i < fi->nwit; i++) {
		for (k = 0, votes = 0; k < fi->nwit; k++)
			votes += fid_equal(&fi->wit[i].value, &fi->wit[k].value);
		if (2 * votes > fi->nwit)
			return &fi->wit[i].value;
	}
	return NULL;
}

static const char *place_words(const char *place)
{
	if (!strcmp(place, "lma"))
		return "the LMA";
	if (!strcmp(place, "oi"))
		return "the OI mapping";
	if (!strcmp(place, "dirent"))
		return "the name entry";
	return "the layout";
}

/* The one place that contradicts the majority; two different places: nobody knows. */
static const char *witness_verdict(const struct finding *fi)
{
	const char *odd = NULL;
	u32 i;

	for (i = 0; i < fi->nwit; i++) {
		if (fi->wit[i].agrees)
			continue;
		if (odd && strcmp(odd, fi->wit[i].place))
			return "undecided";
		odd = fi->wit[i].place;
	}
	return odd ? place_words(odd) : NULL;
}

void rule_add_witnesses(struct finding *fi, const struct facts *f)
{
	const struct fid *most;
	struct fid value;
	u32 i;

	if (object_has_lma(f->obj))
		finding_witness(fi, "lma", &f->obj->lma.fid);
	witness_oi(fi, f);
	witness_names(fi, f);
	witness_lov(fi, f->obj);
	most = witness_majority(fi);
	if (!most) {
		fi->verdict = "undecided";
		return;
	}
	value = *most;
	for (i = 0; i < fi->nwit; i++)
		fi->wit[i].agrees = fid_equal(&fi->wit[i].value, &value);
	fi->verdict = witness_verdict(fi);
}
