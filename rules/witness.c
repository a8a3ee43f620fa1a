/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which side is wrong.
 *
 * Who an object is, and who its parent is, is written in several places that are
 * changed by different transactions.  All that can be had are listed; where more
 * than half of them agree, the one that does not is named.  Where there is no such
 * majority nobody knows, and the finding says so.
 */
#include <string.h>
#include <sys/stat.h>

#include "rules/rules.h"

/* More OI mappings, names or linkEA entries than this say nothing new. */
#define WITNESS_PER_PLACE 2

/* Children are damaged together with their directory's blocks: any number is worth this. */
#define CHILDREN_WEIGHT 2U

/* ---- statements about who an object is ----------------------------------------------------- */

static void witness_oi_of(struct finding *fi, const struct facts *f, bool own)
{
	u32 taken = 0;
	u32 i;

	for (i = 0; i < f->noi && taken < WITNESS_PER_PLACE; i++) {
		const struct oi_record *r = &f->oi[i].rec;

		if (r->ino != f->obj->ino || fid_equal(&r->fid, &f->obj->fid) != own)
			continue;
		finding_witness(fi, "oi", &r->fid);
		taken++;
	}
}

static void witness_oi(struct finding *fi, const struct facts *f)
{
	u32 before = fi->nwit;

	witness_oi_of(fi, f, true);
	/* The same mapping twice is one statement. */
	if (fi->nwit > before + 1)
		fi->nwit = before + 1;
	witness_oi_of(fi, f, false);
}

/* FIDs in name entries are kept up only in the name space and in PENDING. */
static bool lufid_counts(const struct name_fact *n)
{
	return n->has_lufid && !n->data_bad &&
	       (dir_class_is_namespace(n->dir_class) || n->dir_class == DIR_PENDING);
}

static void witness_names(struct finding *fi, const struct facts *f)
{
	u32 taken = 0;
	u32 i;

	for (i = 0; i < f->nnames && taken < WITNESS_PER_PLACE; i++) {
		if (!lufid_counts(&f->names[i]))
			continue;
		finding_witness(fi, "dirent", &f->names[i].lufid);
		taken++;
	}
}

static void witness_lov(struct finding *fi, const struct object *o)
{
	struct lov_comp c;
	struct fid owner;

	if (!object_has_lov(o) || o->lov.foreign || !o->lov.entry_count ||
	    !S_ISREG(o->inode.mode))
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

static void witness_children(struct finding *fi, const char *place, const struct parent_vote *vote,
			     u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		finding_witnesses(fi, place, &vote[i].fid, vote[i].count);
}

/* ---- the majority -------------------------------------------------------------------------- */

static u32 weight(const struct witness *w)
{
	return w->count < CHILDREN_WEIGHT ? w->count : CHILDREN_WEIGHT;
}

/* The value that more than half of the witnesses state. */
static bool majority(const struct finding *fi, struct fid *value)
{
	u32 i, k, votes, all = 0;

	for (i = 0; i < fi->nwit; i++)
		all += weight(&fi->wit[i]);
	for (i = 0; i < fi->nwit; i++) {
		for (k = 0, votes = 0; k < fi->nwit; k++)
			if (fid_equal(&fi->wit[i].value, &fi->wit[k].value))
				votes += weight(&fi->wit[k]);
		if (2 * votes <= all)
			continue;
		*value = fi->wit[i].value;
		return true;
	}
	return false;
}

static const char *place_words(const char *place)
{
	static const struct {
		const char *place, *words;
	} table[] = {
		{ "lma", VERDICT_LMA },
		{ "oi", VERDICT_OI },
		{ "dirent", VERDICT_NAME },
		{ "lov", VERDICT_LAYOUT },
		{ "linkea", VERDICT_LINKEA },
		{ "dotdot", VERDICT_DOTDOT },
		{ "children", "the linkEAs of its children" },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		if (!strcmp(table[i].place, place))
			return table[i].words;
	return VERDICT_UNDECIDED;
}

static const struct witness *odd_one(const struct finding *fi, const char *place)
{
	u32 i;

	for (i = 0; i < fi->nwit; i++)
		if (!fi->wit[i].agrees && (!place || !strcmp(fi->wit[i].place, place)))
			return &fi->wit[i];
	return NULL;
}

/* The places that contradict the majority, as one phrase; NULL: there are none. */
static const char *odd_places(const struct finding *fi)
{
	const struct witness *lma = odd_one(fi, "lma");
	const char *odd = NULL;
	u32 i;

	for (i = 0; i < fi->nwit; i++) {
		const struct witness *w = &fi->wit[i];

		if (w->agrees)
			continue;
		/* OI scrub and the server copy the LMA into the OI. */
		if (lma && !strcmp(w->place, "oi") && fid_equal(&w->value, &lma->value))
			continue;
		if (odd && strcmp(odd, w->place))
			return "several places";
		odd = w->place;
	}
	return odd ? place_words(odd) : NULL;
}

static void set_agreement(struct finding *fi, const struct fid *right)
{
	u32 i;

	for (i = 0; i < fi->nwit; i++)
		fi->wit[i].agrees = fid_equal(&fi->wit[i].value, right);
}

static void vote(struct finding *fi)
{
	const char *odd;
	struct fid right;

	if (!fi->nwit)
		return;
	if (!majority(fi, &right)) {
		fi->verdict = VERDICT_UNDECIDED;
		return;
	}
	set_agreement(fi, &right);
	odd = odd_places(fi);
	if (odd)
		fi->verdict = odd;
}

void rule_add_witnesses(struct finding *fi, const struct facts *f)
{
	if (object_has_lma(f->obj))
		finding_witness(fi, "lma", &f->obj->lma.fid);
	witness_oi(fi, f);
	witness_names(fi, f);
	witness_lov(fi, f->obj);
	witness_children(fi, "children", f->child_link, f->nchild_link);
	witness_children(fi, "dotdot", f->child_dotdot, f->nchild_dotdot);
	vote(fi);
}

bool rule_lma_stands_alone(const struct finding *fi)
{
	const struct witness *lma = NULL;
	u32 i;

	for (i = 0; i < fi->nwit; i++)
		if (!strcmp(fi->wit[i].place, "lma"))
			lma = &fi->wit[i];
	for (i = 0; lma && i < fi->nwit; i++)
		if (&fi->wit[i] != lma && fid_equal(&fi->wit[i].value, &lma->value))
			return false;
	return lma;
}

void rule_decide(struct finding *fi, const struct fid *fid, const char *verdict)
{
	set_agreement(fi, fid);
	fi->verdict = verdict;
}

/* ---- statements about who the parent is ---------------------------------------------------- */

static void parent_names(struct finding *fi, const struct facts *f)
{
	u32 taken = 0;
	u32 i;

	for (i = 0; i < f->nnames && taken < WITNESS_PER_PLACE; i++) {
		if (!rule_name_counts(&f->names[i]))
			continue;
		finding_witness(fi, "dirent", &f->names[i].dir_fid);
		taken++;
	}
}

static void parent_links(struct finding *fi, const struct facts *f)
{
	u32 i;

	for (i = 0; i < f->nlinks && i < WITNESS_PER_PLACE; i++)
		finding_witness(fi, "linkea", &f->links[i].e.parent);
}

void rule_add_parents(struct finding *fi, const struct facts *f)
{
	parent_names(fi, f);
	parent_links(fi, f);
	if (!S_ISDIR(f->obj->inode.mode))
		return;
	if (!fid_is_zero(&f->dotdot_fid))
		finding_witness(fi, "dotdot", &f->dotdot_fid);
	else if (f->dotdot_has_lufid)
		finding_witness(fi, "dotdot", &f->dotdot_lufid);
	vote(fi);
}

/*
 * A file may have many parents, so that places which name several do not
 * contradict each other; its link count says how many there are.  That is known
 * only where all of them are on this MDT.
 */
bool rule_nlink_is_names(const struct facts *f, u32 more)
{
	u32 names = 0;
	u32 i;

	if (f->names_blind || f->obj->lma.incompat & LMAI_REMOTE_PARENT)
		return false;
	for (i = 0; i < f->nnames; i++)
		names += rule_name_counts(&f->names[i]);
	for (i = 0; i < f->nlinks; i++)
		if (f->links[i].where == PARENT_FOREIGN || f->links[i].where == PARENT_UNKNOWN)
			return false;
	return f->obj->inode.nlink == names + more;
}
