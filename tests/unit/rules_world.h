/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One healthy object with all facts about it, for tests of the rules: a test
 * changes one thing and asks which rules are violated.
 */
#ifndef MDTCHECK_TESTS_RULES_WORLD_H
#define MDTCHECK_TESTS_RULES_WORLD_H

#include <endian.h>
#include <sys/stat.h>

#include "rules/rules.h"
#include "vector.h"

#define W_MAX 4
#define W_EA 1024

#define INO_ROOT 100
#define INO_PENDING 101
#define INO_RPD 102
#define INO_DOT_LUSTRE 103
#define INO_DIR 200
#define INO_FILE 300
#define INO_OTHER 400

static const struct fid FID_DIR = { 0x200000401ULL, 1, 0 };
static const struct fid FID_FILE = { 0x200000401ULL, 2, 0 };
static const struct fid FID_OTHER = { 0x200000401ULL, 3, 0 };

struct world {
	struct view_info info;
	struct env env;
	u32 oi_ino[64];
	struct fld_range fld[2];
	struct object o;
	struct facts f;
	struct name_fact names[W_MAX];
	struct link_fact links[W_MAX];
	struct oi_fact oi[W_MAX];
	struct share_fact shares[W_MAX];
	u8 link[W_EA], lov[W_EA], lma[24], hsm[24], som[24];
	u64 objid[4], objseq[4]; /* of the OSTs; all have object 100 in the oldest sequence */
};

static inline void put32(u8 *p, u32 v)
{
	v = htole32(v);
	memcpy(p, &v, 4);
}

static inline void put64(u8 *p, u64 v)
{
	v = htole64(v);
	memcpy(p, &v, 8);
}

static inline void put_fid_be(u8 *p, const struct fid *f)
{
	u64 seq = htobe64(f->seq);
	u32 oid = htobe32(f->oid), ver = htobe32(f->ver);

	memcpy(p, &seq, 8);
	memcpy(p + 8, &oid, 4);
	memcpy(p + 12, &ver, 4);
}

static inline void set_ea(struct object *o, enum ea_id id, const u8 *data, u32 len)
{
	o->ea[id] = (struct ea){ .state = EA_PRESENT, .len = len, .data = data };
}

/* Decodes the layout of len bytes in w->lov. */
static inline void w_decode_lov(struct world *w, u32 len)
{
	set_ea(&w->o, EA_LOV, w->lov, len);
	w->o.lov_rc = lov_decode(w->lov, len, S_ISDIR(w->o.inode.mode), &w->o.lov,
				 &w->o.lov_why);
}

/* Changes a word of a layout that stands. */
static inline void w_lov32(struct world *w, u32 at, u32 v)
{
	put32(w->lov + at, v);
	w_decode_lov(w, w->o.ea[EA_LOV].len);
}

static inline void w_lov64(struct world *w, u32 at, u64 v)
{
	put64(w->lov + at, v);
	w_decode_lov(w, w->o.ea[EA_LOV].len);
}

static inline void w_hsm(struct world *w, u32 flags)
{
	put32(w->hsm + 4, flags);
	set_ea(&w->o, EA_HSM, w->hsm, sizeof(w->hsm));
	w->o.hsm_rc = hsm_decode(w->hsm, sizeof(w->hsm), &w->o.hsm);
}

static inline void w_som(struct world *w, u8 valid, u64 size)
{
	w->som[0] = valid;
	put64(w->som + 8, size);
	set_ea(&w->o, EA_SOM, w->som, sizeof(w->som));
	w->o.som_rc = som_decode(w->som, sizeof(w->som), &w->o.som);
}

/* A V1 layout with one stripe, at offset at; 56 bytes. */
static inline void w_put_v1(struct world *w, u32 at)
{
	u8 *p = w->lov + at;

	memset(p, 0, 56);
	put32(p, LOV_MAGIC_V1);
	put32(p + 4, LOV_PATTERN_RAID0);
	put64(p + 8, w->o.fid.oid);
	put64(p + 16, w->o.fid.seq);
	put32(p + 24, 0x100000);
	p[28] = 1;
	put64(p + 32, 77); /* object 77 */
	put32(p + 52, 3);  /* of OST 3 */
}

static inline void w_plain_lov(struct world *w)
{
	w_put_v1(w, 0);
	w_decode_lov(w, 56);
}

/* A composite of two components, [0, 1M) initialised and [1M, EOF) not. */
static inline void w_composite_lov(struct world *w)
{
	u8 *p = w->lov;
	u32 i;

	memset(p, 0, 240);
	put32(p, LOV_MAGIC_COMP_V1);
	put32(p + 4, 240);
	p[14] = 2;
	for (i = 0; i < 2; i++) {
		u8 *e = p + 32 + 48 * i;

		put32(e, i + 1);
		put32(e + 4, i ? 0 : LCME_INIT);
		put64(e + 8, i ? 0x100000 : 0);
		put64(e + 16, i ? LOV_EOF : 0x100000);
		put32(e + 24, 128 + 56 * i);
		put32(e + 28, 56);
		w_put_v1(w, 128 + 56 * i);
	}
	w_decode_lov(w, 240);
}

/* Writes the linkEA from w->links[0..nlinks). */
static inline void w_decode_link(struct world *w, u32 overflow)
{
	u32 len = LINKEA_HEADER;
	u32 i;

	memset(w->link, 0, sizeof(w->link));
	for (i = 0; i < w->f.nlinks; i++) {
		const struct linkea_entry *e = &w->links[i].e;
		u8 *p = w->link + len;

		p[1] = (u8)(LINKEA_ENTRY_MIN + e->namelen);
		put_fid_be(p + 2, &e->parent);
		memcpy(p + 18, e->name, e->namelen);
		len += LINKEA_ENTRY_MIN + e->namelen;
	}
	put32(w->link, LINKEA_MAGIC);
	put32(w->link + 4, w->f.nlinks);
	put64(w->link + 8, len);
	put32(w->link + 16, overflow);
	set_ea(&w->o, EA_LINK, w->link, len);
	w->o.link_rc = linkea_decode(w->link, len, &w->o.link, &w->o.link_why);
}

static inline struct name_fact *w_name(struct world *w, const char *name)
{
	struct name_fact *n = &w->names[w->f.nnames++];

	*n = (struct name_fact){
		.dir_ino = INO_DIR,
		.dir_fid = FID_DIR,
		.dir_class = DIR_NAMESPACE,
		.type = dirent_mode_to_type(w->o.inode.mode),
		.has_lufid = true,
		.lufid = w->o.fid,
		.name = name,
		.namelen = (u16)strlen(name),
	};
	return n;
}

static inline struct link_fact *w_link(struct world *w, const char *name, s64 match)
{
	struct link_fact *l = &w->links[w->f.nlinks++];

	*l = (struct link_fact){
		.e = { .parent = FID_DIR, .name = name, .namelen = (u16)strlen(name) },
		.where = PARENT_LOCAL,
		.dir_ino = INO_DIR,
		.dir_class = DIR_NAMESPACE,
		.match = match,
	};
	return l;
}

static inline struct oi_fact *w_oi(struct world *w, const struct fid *fid, u32 ino)
{
	struct oi_fact *r = &w->oi[w->f.noi++];

	*r = (struct oi_fact){
		.oi = fid->seq & (w->env.oi_count - 1),
		.rec = { .fid = *fid, .ino = ino, .generation = 9 },
	};
	return r;
}

static inline void w_set_lma(struct world *w, const struct fid *fid, u32 incompat)
{
	set_ea(&w->o, EA_LMA, w->lma, sizeof(w->lma));
	w->o.lma_rc = 0;
	w->o.lma = (struct lma){ .incompat = incompat, .fid = *fid };
	w->o.fid = *fid;
	w->o.fid_source = FID_FROM_LMA;
}

static inline void w_no_lma(struct world *w)
{
	w->o.ea[EA_LMA] = (struct ea){ .state = EA_ABSENT };
	w->o.fid = fid_igif(w->o.ino, w->o.inode.generation);
	w->o.fid_source = FID_FROM_INODE;
}

static inline void w_env(struct world *w)
{
	u32 i;

	w->info = (struct view_info){
		.block_size = 4096, .inodes_count = 10000, .first_ino = 11, .dirdata = true,
	};
	for (i = 0; i < 64; i++)
		w->oi_ino[i] = 20 + i;
	w->fld[0] = (struct fld_range){ .start = 0x200000400ULL, .end = 0x240000400ULL };
	w->fld[1] = (struct fld_range){
		.start = 0x280000400ULL, .end = 0x2c0000400ULL, .index = 3, .flags = FLD_RANGE_OST,
	};
	for (i = 0; i < 4; i++) {
		w->objid[i] = 100;
		w->objseq[i] = FID_SEQ_IDIF | (u64)i << 16;
	}
	w->env = (struct env){
		.info = &w->info,
		.root_ino = INO_ROOT,
		.pending_ino = INO_PENDING,
		.rpd_ino = INO_RPD,
		.dot_lustre_ino = INO_DOT_LUSTRE,
		.has_index = true,
		.fld = w->fld,
		.nfld = 2,
		.lov_objid = w->objid,
		.nlov_objid = 4,
		.lov_objseq = w->objseq,
		.nlov_objseq = 4,
		.has_scrub = true,
		.scrub = { .status = SS_COMPLETED },
		.oi_count = 64,
		.oi_ino = w->oi_ino,
	};
}

/* An object of the name space with one name and everything in order. */
static inline void w_object(struct world *w, u16 mode, u16 nlink)
{
	memset(w, 0, sizeof(*w));
	w_env(w);
	w->o = (struct object){
		.ino = INO_FILE,
		.allocated = true,
		.inode = { .mode = mode, .nlink = nlink, .generation = 9 },
	};
	w_set_lma(w, &FID_FILE, 0);
	w->f = (struct facts){
		.env = &w->env,
		.obj = &w->o,
		.have_cross = true,
		.class = CLASS_NAMESPACE,
		.names = w->names,
		.links = w->links,
		.oi = w->oi,
		.shares = w->shares,
	};
	w_name(w, "name");
	w_link(w, "name", 0);
	w_decode_link(w, 0);
	w_oi(w, &FID_FILE, INO_FILE);
}

static inline void w_file(struct world *w)
{
	w_object(w, S_IFREG | 0644, 1);
	w_plain_lov(w);
}

static inline void w_dir(struct world *w)
{
	w_object(w, S_IFDIR | 0755, 3);
	w->f.dir_read = true;
	w->f.subdirs = 1;
	w->f.dotdot_ino = INO_DIR;
	w->f.own_class = DIR_NAMESPACE;
}

/* An inode that is not in use; whatever leads to it is for the test to add. */
static inline void w_free(struct world *w)
{
	w_file(w);
	w->o = (struct object){ .ino = INO_FILE };
	w->f.class = CLASS_FREE;
	w->f.nnames = w->f.nlinks = w->f.noi = 0;
}

#endif
