/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether the layout accounts for what else the inode holds: data on the MDT (lov-dom),
 * a size or a copy in an archive without any layout (lov-missing); and layouts on
 * objects that have no data at all (lov-misplaced).
 */
#include <string.h>

#include "ondisk/inode.h"
#include "rules/lov.h"

#define EXTENT_MAGIC 0xf30a

/* Does the inode map any block of its own?  EA blocks and EA inodes are not among them. */
static bool has_data(const struct inode_core *i)
{
	static const u8 nothing[EXT4_N_BLOCKS_BYTES];
	struct cursor c;

	if (!i->block_area || i->flags & EXT4_FL_INLINE_DATA)
		return false;
	if (!(i->flags & EXT4_FL_EXTENTS))
		return memcmp(i->block_area, nothing, sizeof(nothing));
	c = cursor_make(i->block_area, EXT4_N_BLOCKS_BYTES);
	return cursor_le16(&c) == EXTENT_MAGIC && cursor_le16(&c);
}

/* ---- lov-dom ------------------------------------------------------------------------------- */

/* What the components say of data on the MDT. */
struct dom {
	bool any;     /* there is such a component */
	bool unknown; /* there is one that is not understood */
	bool differ;  /* several, of different lengths */
	u64 end;
};

static struct dom dom_of(const struct lov *l)
{
	const struct lov_comp *c;
	struct dom d = { .any = false };
	struct lov_comp tmp;
	u32 i;

	for (i = 0; i < l->entry_count; i++) {
		c = lov_comp_at(l, i, &tmp);
		if (!lov_is_foreign(c) && !lov_pattern_known(c))
			d.unknown = true;
		if (lov_is_foreign(c) || !lov_is_dom(c))
			continue;
		d.differ |= d.any && d.end != c->end;
		d.any = true;
		d.end = c->end;
	}
	return d;
}

static const char *dom_problem(const struct object *o, const struct dom *d)
{
	if (d->differ)
		return "mirrors keep different lengths of the file on the MDT";
	if (!d->any && has_data(&o->inode))
		return "file has data on the MDT, and no component of its layout is there";
	return NULL;
}

bool lov_dom_holds(const struct object *o)
{
	struct dom d = dom_of(&o->lov);

	return !d.unknown && !dom_problem(o, &d);
}

static enum outcome check_lov_dom(const struct facts *f, struct sink *sink)
{
	struct finding *fi;
	const char *why;
	struct dom d;

	if (!lov_of_file(f))
		return OUT_NA;
	/* A volatile file in PENDING holds what it has swapped its layout for. */
	if (f->have_cross && f->class != CLASS_NAMESPACE)
		return OUT_NA;
	d = dom_of(&f->obj->lov);
	if (d.unknown)
		return OUT_NA;
	why = dom_problem(f->obj, &d);
	if (!why)
		return OUT_HOLDS;
	fi = rule_finding(sink, why);
	if (!fi)
		return OUT_VIOLATED;
	finding_u64(fi, "size", f->obj->inode.size);
	finding_u64(fi, "blocks", f->obj->inode.blocks);
	finding_u64(fi, "components", f->obj->lov.entry_count);
	return OUT_VIOLATED;
}

/* ---- lov-missing --------------------------------------------------------------------------- */

/*
 * The size in the inode is no sign: a file that never got a layout keeps the one it was
 * truncated to.  But SOM and HSM are only ever written for files that have one.
 */
static const char *lost_layout(const struct object *o)
{
	if (object_has_hsm(o) && o->hsm.flags & (HS_EXISTS | HS_ARCHIVED | HS_RELEASED))
		return "file has a copy in an archive and no layout";
	if (object_has_som(o) && o->som.size)
		return "file has a size and no layout";
	if (has_data(&o->inode))
		return "file has data on the MDT and no layout";
	return NULL;
}

static enum outcome check_lov_missing(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	struct finding *fi;
	const char *why;

	if (!S_ISREG(o->inode.mode) || object_has(o, EA_LOV) || object_is_agent(o))
		return OUT_NA;
	if (f->have_cross ? f->class != CLASS_NAMESPACE : !fid_is_namespace(&o->fid))
		return OUT_NA;
	/* A file of the server's own that lost its name has a FID of the same kind. */
	if (f->have_cross && !f->nnames && !object_has_link(o))
		return OUT_NA;
	why = lost_layout(o);
	if (!why)
		return OUT_HOLDS;
	if (rule_ea_doubtful(o, EA_LOV))
		return rule_unknown(sink, "some extended attributes cannot be read");
	fi = rule_finding(sink, why);
	if (!fi)
		return OUT_VIOLATED;
	finding_u64(fi, "size", o->inode.size);
	finding_u64(fi, "blocks", o->inode.blocks);
	if (object_has_som(o)) {
		finding_hex(fi, "som_valid", o->som.valid);
		finding_u64(fi, "som_size", o->som.size);
	}
	if (object_has_hsm(o))
		finding_hex(fi, "hsm_flags", o->hsm.flags);
	return OUT_VIOLATED;
}

/* ---- lov-misplaced ------------------------------------------------------------------------- */

static enum outcome check_lov_misplaced(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	struct finding *fi;

	if (S_ISREG(o->inode.mode) || S_ISDIR(o->inode.mode) || !lov_applies(f) ||
	    object_is_agent(o))
		return OUT_NA;
	if (!object_has(o, EA_LOV))
		return OUT_HOLDS;
	fi = rule_finding(sink, "object of a type that has no data has a layout");
	if (!fi)
		return OUT_VIOLATED;
	finding_hex(fi, "mode", o->inode.mode);
	finding_u64(fi, "layout_size", o->ea[EA_LOV].len);
	return OUT_VIOLATED;
}

/* ---- the rows ----------------------------------------------------------------------------- */

RULE(lov_dom) = {
	.code = 609,
	.name = "lov-dom",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LAYOUTS,
	.needs = TRAIT_FILE | TRAIT_LOV,
	.title = "data on the MDT that the layout does not account for",
	.explanation =
		"A file can keep its first bytes on the MDT (DoM) when its layout has a component "
		"there. This file has data blocks on the MDT and no such component, or its "
		"mirrors disagree about the length. Nobody reads such data: they only take up "
		"space, as after a migration that was interrupted; or the layout was replaced by "
		"an older one, and the beginning of the file is missing.",
	.wrong = VERDICT_UNDECIDED,
	.lfsck = "none",
	.remedy =
		"Compare the file with a backup. When it is whole, copy it (lfs migrate does not "
		"clear the blocks), and replace the original with the copy.",
	.evidence = "size blocks components",
	.check = check_lov_dom,
	.screen = lov_screen,
};

RULE(lov_missing) = {
	.code = 615,
	.name = "lov-missing",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_FILES,
	.needs = TRAIT_NO_LOV,
	.title = "file that has lost its layout",
	.explanation =
		"The file has no layout, yet its inode keeps what only files with one have: a "
		"size noted by a client (trusted.som), a copy in an archive (trusted.hsm), or "
		"data. Without them the loss would not be seen: a file that was never written may "
		"have no layout.",
	.wrong = VERDICT_LAYOUT,
	.lfsck = "LFSCK layout: orphan objects on the OSTs, without their file",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t layout -o. With -o LFSCK rebuilds the layout "
		"from the OST objects that name the file as their parent. An archived file: "
		"lfs hsm_restore FILE, or import the copy anew.",
	.evidence = "size blocks som_valid som_size hsm_flags",
	.check = check_lov_missing,
};

RULE(lov_misplaced) = {
	.code = 616,
	.name = "lov-misplaced",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_FILES,
	.needs = TRAIT_NO_DATA,
	.title = "layout on an object that has no data",
	.explanation =
		"A symbolic link, device, pipe or socket has a layout. Lustre gives them none and "
		"does not read it: the attribute was copied from elsewhere, or the inode was a "
		"regular file and its type has changed.",
	.wrong = VERDICT_LAYOUT,
	.lfsck = "none",
	.remedy =
		"See whether name and type are what they should be. If so, unmount the MDT, mount "
		"it as ldiskfs and remove the attribute: setfattr -x trusted.lov PATH.",
	.evidence = "mode layout_size",
	.check = check_lov_misplaced,
};
