/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What Lustre's attributes of an object mean: one function each, listed at the
 * end.  A function says nothing where the attribute is not there.
 */
#include <sys/stat.h>

#include "ondisk/fid.h"
#include "report/inspect.h"

/* Beyond that the raw bytes are there for whoever wants more. */
#define OBJECTS_MAX 4096U

/*
 * Opens the section of attribute id: true when it can be decoded and rc says that it was;
 * the caller then adds its parts and closes it.
 */
static bool section(struct doc *d, const struct object *o, enum ea_id id, const char *key, int rc,
		    const char *why)
{
	if (o->ea[id].state == EA_ABSENT)
		return false;
	if (o->ea[id].state == EA_PRESENT && !rc) {
		doc_object(d, key);
		return true;
	}
	doc_object(d, key);
	doc_text(d, "error", o->ea[id].state == EA_PRESENT ? (why ? why : "malformed") :
							      "its bytes could not be read");
	doc_end(d);
	return false;
}

static void show_lma(struct doc *d, const struct object *o)
{
	static const struct doc_flag compat[] = {
		{ LMAC_HSM, "HSM" },
		{ LMAC_SOM, "SOM" },
		{ LMAC_NOT_IN_OI, "NOT_IN_OI" },
		{ LMAC_FID_ON_OST, "FID_ON_OST" },
		{ LMAC_STRIPE_INFO, "STRIPE_INFO" },
		{ LMAC_COMP_INFO, "COMP_INFO" },
		{ LMAC_IDX_BACKUP, "IDX_BACKUP" },
	};
	static const struct doc_flag incompat[] = {
		{ LMAI_RELEASED, "RELEASED" },
		{ LMAI_AGENT, "AGENT" },
		{ LMAI_REMOTE_PARENT, "REMOTE_PARENT" },
		{ LMAI_STRIPED, "STRIPED" },
		{ LMAI_ORPHAN, "ORPHAN" },
		{ LMAI_ENCRYPT, "ENCRYPT" },
	};

	if (!section(d, o, EA_LMA, "lma", o->lma_rc, "shorter than flags and FID"))
		return;
	doc_fid(d, "fid", &o->lma.fid);
	doc_hex(d, "compat", o->lma.compat);
	doc_flags(d, "compat_flags", o->lma.compat, compat, ARRAY_SIZE(compat));
	doc_hex(d, "incompat", o->lma.incompat);
	doc_flags(d, "incompat_flags", o->lma.incompat, incompat, ARRAY_SIZE(incompat));
	doc_end(d);
}

static void show_link(struct doc *d, const struct object *o)
{
	struct linkea_entry e;
	struct linkea_walk it;

	if (!section(d, o, EA_LINK, "link", o->link_rc, o->link_why))
		return;
	doc_u64(d, "entries", o->link.reccount);
	doc_u64(d, "length", o->link.len);
	if (o->link.overflow_time)
		doc_time(d, "overflowed", o->link.overflow_time);
	doc_list(d, "list");
	it = linkea_begin(&o->link);
	while (linkea_next(&it, &e)) {
		doc_item(d);
		doc_fid(d, "parent", &e.parent);
		doc_name(d, "name", e.name, e.namelen);
		doc_end(d);
	}
	doc_end(d);
	doc_end(d);
}

/* ---- layouts --------------------------------------------------------------------------------- */

static void show_pattern(struct doc *d, u32 pattern)
{
	static const struct doc_flag names[] = {
		{ LOV_PATTERN_RAID0, "raid0" },
		{ LOV_PATTERN_RAID1, "raid1" },
		{ LOV_PATTERN_PARITY, "parity" },
		{ LOV_PATTERN_MDT, "mdt" },
		{ LOV_PATTERN_OVERSTRIPING, "overstriping" },
		{ LOV_PATTERN_FOREIGN, "foreign" },
		{ LOV_PATTERN_COMPRESS, "compress" },
		{ LOV_PATTERN_F_HOLE, "hole" },
		{ LOV_PATTERN_F_RELEASED, "released" },
	};

	doc_hex(d, "pattern", pattern);
	doc_flags(d, "pattern_flags", pattern, names, ARRAY_SIZE(names));
}

static void show_comp_flags(struct doc *d, u32 flags)
{
	static const struct doc_flag names[] = {
		{ LCME_STALE, "stale" },
		{ LCME_PREF_RD, "prefrd" },
		{ LCME_PREF_WR, "prefwr" },
		{ LCME_OFFLINE, "offline" },
		{ LCME_INIT, "init" },
		{ LCME_NOSYNC, "nosync" },
		{ LCME_EXTENSION, "extension" },
		{ LCME_PARITY, "parity" },
		{ LCME_COMPRESS, "compress" },
		{ LCME_PARTIAL, "partial" },
		{ LCME_NOCOMPR, "nocompr" },
	};

	doc_flags(d, "flags", flags, names, ARRAY_SIZE(names));
}

static void show_objects(struct doc *d, const struct lov_comp *c)
{
	struct lov_object slot;

	doc_list(d, "objects");
	for (u32 i = 0; i < c->nobjects && i < OBJECTS_MAX; i++) {
		lov_object_at(c, i, &slot);
		doc_item(d);
		doc_u64(d, "stripe", i);
		if (slot.dummy) {
			doc_bool(d, "dummy", true);
		} else if (slot.ost_idx == UINT32_MAX) {
			doc_bool(d, "unallocated", true);
		} else {
			doc_u64(d, "ost_index", slot.ost_idx);
			doc_fid(d, "object", &slot.fid);
			doc_u64(d, "object_id", slot.fid.oid);
			doc_u64(d, "ost_generation", slot.ost_gen);
		}
		doc_end(d);
	}
	doc_end(d);
}

static void show_extent(struct doc *d, const struct lov_comp *c)
{
	doc_hex(d, "id", c->id);
	show_comp_flags(d, c->flags);
	doc_u64(d, "start", c->start);
	if (c->end == LOV_EOF)
		doc_text(d, "end", "EOF");
	else
		doc_u64(d, "end", c->end);
}

static void show_component(struct doc *d, const struct lov *l, u32 index)
{
	struct lov_comp c;

	lov_component(l, index, &c);
	doc_item(d);
	doc_u64(d, "component", index);
	if (l->composite)
		show_extent(d, &c);
	doc_hex(d, "magic", c.magic);
	show_pattern(d, c.pattern);
	doc_u64(d, "stripe_size", c.stripe_size);
	doc_u64(d, "stripe_count", c.stripe_count);
	doc_u64(d, "generation", c.layout_gen);
	doc_u64(d, "owner_id", c.oi_id);
	doc_hex(d, "owner_seq", c.oi_seq);
	if (c.pool[0])
		doc_name(d, "pool", c.pool, __builtin_strlen(c.pool));
	if (c.dstripe || c.cstripe) {
		doc_u64(d, "data_stripes", c.dstripe);
		doc_u64(d, "parity_stripes", c.cstripe);
	}
	if (lov_comp_has_objects(&c))
		show_objects(d, &c);
	doc_end(d);
}

static void show_lov(struct doc *d, const struct object *o)
{
	const struct lov *l = &o->lov;

	if (!section(d, o, EA_LOV, "lov", o->lov_rc, o->lov_why))
		return;
	doc_hex(d, "magic", l->magic);
	doc_bool(d, "default_layout", S_ISDIR(o->inode.mode));
	doc_bool(d, "composite", l->composite);
	doc_bool(d, "foreign", l->foreign);
	doc_u64(d, "generation", l->layout_gen);
	doc_hex(d, "flags", l->flags);
	doc_u64(d, "mirrors", l->mirror_count);
	doc_u64(d, "length", l->size);
	doc_list(d, "components");
	for (u32 i = 0; i < l->entry_count; i++)
		show_component(d, l, i);
	doc_end(d);
	doc_end(d);
}

static const char *hash_name(u32 hash_type)
{
	static const char *const name[] = { "none", "all_chars", "fnv_1a_64", "crush", "crush2" };
	u32 type = hash_type & LMV_HASH_MASK;

	return type < ARRAY_SIZE(name) ? name[type] : "unknown";
}

static void show_lmv(struct doc *d, const struct object *o)
{
	static const char *const kind[] = {
		[LMV_MASTER] = "master",
		[LMV_SHARD] = "shard",
		[LMV_FOREIGN] = "foreign",
	};
	static const struct doc_flag flag[] = {
		{ LMV_F_OVERSTRIPED, "OVERSTRIPED" }, { LMV_F_FIXED, "FIXED" },
		{ LMV_F_MERGE, "MERGE" },	      { LMV_F_SPLIT, "SPLIT" },
		{ LMV_F_LOST_LMV, "LOST_LMV" },	      { LMV_F_BAD_TYPE, "BAD_TYPE" },
		{ LMV_F_MIGRATION, "MIGRATION" },
	};
	const struct lmv *l = &o->lmv;

	if (!section(d, o, EA_LMV, "lmv", o->lmv_rc, o->lmv_why))
		return;
	doc_text(d, "kind", kind[l->kind]);
	if (l->kind != LMV_FOREIGN) {
		doc_u64(d, "stripe_count", l->stripe_count);
		doc_u64(d, l->kind == LMV_MASTER ? "mdt_index" : "index", l->index);
		doc_hex(d, "hash_type", l->hash_type);
		doc_text(d, "hash", hash_name(l->hash_type));
		doc_flags(d, "flags", l->hash_type & ~LMV_HASH_MASK, flag, ARRAY_SIZE(flag));
		doc_u64(d, "version", l->version);
		doc_u64(d, "migrate_offset", l->migrate_offset);
		doc_hex(d, "migrate_hash", l->migrate_hash);
	}
	doc_end(d);
}

static void show_dmv(struct doc *d, const struct object *o)
{
	char count[16];

	if (!section(d, o, EA_DMV, "dmv", o->dmv_rc, o->dmv_why))
		return;
	doc_text(d, "kind", o->dmv.foreign ? "foreign" : "default");
	if (!o->dmv.foreign) {
		snprintf(count, sizeof(count), "%d", o->dmv.stripe_count);
		doc_text(d, "stripe_count", count);
		doc_hex(d, "mdt_index", o->dmv.mdt_index);
		doc_hex(d, "hash_type", o->dmv.hash_type);
		doc_text(d, "hash", hash_name(o->dmv.hash_type));
		doc_u64(d, "max_inherit", o->dmv.max_inherit);
		doc_u64(d, "max_inherit_rr", o->dmv.max_inherit_rr);
	}
	doc_end(d);
}

/* ---- what clients keep on files --------------------------------------------------------------- */

static void show_hsm(struct doc *d, const struct object *o)
{
	static const struct doc_flag flag[] = {
		{ HS_EXISTS, "exists" },	 { HS_DIRTY, "dirty" },
		{ HS_RELEASED, "released" },	 { HS_ARCHIVED, "archived" },
		{ HS_NORELEASE, "norelease" },	 { HS_NOARCHIVE, "noarchive" },
		{ HS_LOST, "lost" },		 { HS_PCCRW, "pccrw" },
		{ HS_PCCRO, "pccro" },
	};
	const struct hsm *h = &o->hsm;

	if (!section(d, o, EA_HSM, "hsm", o->hsm_rc, "it is too short"))
		return;
	doc_hex(d, "compat", h->compat);
	doc_flags(d, "flags", h->flags, flag, ARRAY_SIZE(flag));
	doc_u64(d, "archive_id", h->archive_id);
	doc_u64(d, "archive_version", h->archive_version);
	doc_end(d);
}

static void show_som(struct doc *d, const struct object *o)
{
	static const struct doc_flag flag[] = {
		{ SOM_STRICT, "strict" }, { SOM_STALE, "stale" }, { SOM_LAZY, "lazy" },
	};

	if (!section(d, o, EA_SOM, "som", o->som_rc, "its length is not that of a size on MDT"))
		return;
	doc_flags(d, "valid", o->som.valid, flag, ARRAY_SIZE(flag));
	doc_u64(d, "size", o->som.size);
	doc_u64(d, "blocks", o->som.blocks);
	doc_end(d);
}

/* ---- all of them ----------------------------------------------------------------------------- */

void inspect_decoded(struct doc *d, const struct object *o)
{
	static void (*const show[])(struct doc *d, const struct object *o) = {
		show_lma,
		show_link,
		show_lov,
		show_lmv,
		show_dmv,
		show_hsm,
		show_som,
	};

	doc_object(d, "decoded");
	for (u32 i = 0; i < ARRAY_SIZE(show); i++)
		show[i](d, o);
	doc_end(d);
}
