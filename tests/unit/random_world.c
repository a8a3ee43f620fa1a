/* SPDX-License-Identifier: GPL-2.0-only */
/* Random metadata states in order. */
#include "random_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ondisk/dirent.h"
#include "ondisk/fid.h"

u32 rw_random(struct rw_state *s, u32 n)
{
	s->random ^= s->random << 13;
	s->random ^= s->random >> 7;
	s->random ^= s->random << 17;
	return (u32)(s->random >> 20) % n;
}

struct rw_obj *rw_find(struct rw_state *s, u32 ino)
{
	for (u32 i = 0; i < s->nobj; i++)
		if (s->obj[i].ino == ino)
			return &s->obj[i];
	return NULL;
}

u8 rw_rpd_text(const struct fid *fid, char out[RW_NAME_LEN])
{
	return (u8)snprintf(out, RW_NAME_LEN, "0x%llx:0x%x:0x%x", (unsigned long long)fid->seq,
			    fid->oid, fid->ver);
}

static struct rw_obj *new_object(struct rw_state *s, u32 ino, u16 mode, struct fid fid)
{
	struct rw_obj *o = &s->obj[s->nobj++];

	*o = (struct rw_obj){
		.ino = ino,
		.live = true,
		.has_lma = true,
		.mode = mode,
		.nlink = S_ISDIR(mode) ? 2 : 0,
		/* Few values, so that exchanges often change nothing. */
		.generation = 1 + rw_random(s, 3),
		.fid = fid,
		.dot = ino,
	};
	return o;
}

static void add_name(struct rw_state *s, struct rw_obj *dir, const struct rw_obj *o,
		     const char *text, size_t len)
{
	struct rw_name *n = &dir->name[dir->nnames++];

	*n = (struct rw_name){ .ino = o->ino, .len = (u8)len };
	n->type = dirent_mode_to_type(o->mode);
	memcpy(n->name, text, len);
	if (s->dirdata && dir->ino != RW_TOP) {
		n->has_lufid = true;
		n->lufid = o->fid;
	}
	if (S_ISDIR(o->mode))
		dir->nlink++;
}

static void add_link(struct rw_obj *o, const struct fid *parent, const char *text, size_t len)
{
	struct rw_link *l = &o->link[o->nlinks++];

	*l = (struct rw_link){ .parent = *parent, .len = (u8)len };
	memcpy(l->name, text, len);
}

static void add_rec(struct rw_state *s, const struct rw_obj *o)
{
	s->rec[s->nrec++] = (struct rw_rec){
		.file = (u32)o->fid.seq & (s->oi_count - 1),
		.rec = { .fid = o->fid, .ino = o->ino, .generation = o->generation },
	};
}

static void make_landmark(struct rw_state *s, u32 ino, const char *name, struct fid fid)
{
	struct rw_obj *o = new_object(s, ino, S_IFDIR | 0755, fid);

	o->dotdot = RW_TOP;
	add_name(s, &s->obj[0], o, name, strlen(name));
	if (ino != RW_RPD)
		add_rec(s, o);
}

static void make_landmarks(struct rw_state *s)
{
	struct rw_obj *top;

	top = new_object(s, RW_TOP, S_IFDIR | 0755, (struct fid){ FID_SEQ_LOCAL_FILE, 2, 0 });
	top->dotdot = RW_TOP;
	make_landmark(s, RW_ROOT, "ROOT", (struct fid){ FID_SEQ_ROOT, 1, 0 });
	make_landmark(s, RW_PENDING, "PENDING", (struct fid){ FID_SEQ_LOCAL_NAME, 1, 0 });
	make_landmark(s, RW_RPD, "REMOTE_PARENT_DIR", (struct fid){ FID_SEQ_LOCAL_NAME, 2, 0 });
}

/* ROOT or a directory made before object number limit. */
static struct rw_obj *any_parent(struct rw_state *s, u32 limit)
{
	struct rw_obj *o;

	do {
		o = &s->obj[1 + rw_random(s, limit - 1)];
	} while (!S_ISDIR(o->mode) || o->ino == RW_PENDING || o->ino == RW_RPD);
	return o;
}

/* A name for o in a directory; in the name space o knows of it. */
static void give_name(struct rw_state *s, struct rw_obj *dir, struct rw_obj *o)
{
	/* Few different names, so that the same one stands in many directories. */
	bool internal = dir->internal || dir->ino == RW_TOP;
	char text[RW_NAME_LEN];
	int len = snprintf(text, sizeof(text), "n%u%s", dir->nnames,
			   rw_random(s, 4) ? "" : "-longer");

	add_name(s, dir, o, text, (size_t)len);
	if (!internal)
		add_link(o, &dir->fid, text, (size_t)len);
	if (S_ISDIR(o->mode)) {
		o->internal = internal;
		o->dotdot = dir->ino;
		if (s->dirdata && !internal)
			o->dotdot_lufid = dir->fid;
	} else {
		o->nlink++;
	}
}

/* A name on another MDT. */
static void give_foreign_name(struct rw_state *s, struct rw_obj *o)
{
	struct fid parent = { RW_SEQ_FOREIGN + rw_random(s, 2), 1 + rw_random(s, 3), 0 };

	add_link(o, &parent, "far", 3);
	if (!S_ISDIR(o->mode))
		o->nlink++;
}

static void make_remote(struct rw_state *s, struct rw_obj *o)
{
	char text[RW_NAME_LEN];
	struct rw_obj *rpd = rw_find(s, RW_RPD);

	give_foreign_name(s, o);
	o->incompat |= LMAI_REMOTE_PARENT;
	o->dotdot = RW_RPD;
	add_name(s, rpd, o, text, rw_rpd_text(&o->fid, text));
}

static void make_file_names(struct rw_state *s, struct rw_obj *o, u32 self)
{
	u32 n = 1 + rw_random(s, 3);

	if (!rw_random(s, 6)) {
		make_remote(s, o);
		n = rw_random(s, 2);
	}
	while (n--)
		give_name(s, any_parent(s, self), o);
}

static void make_object(struct rw_state *s, u32 number)
{
	static const u16 kinds[] = { S_IFDIR, S_IFDIR, S_IFREG, S_IFREG, S_IFLNK, S_IFIFO };
	u16 mode = kinds[rw_random(s, ARRAY_SIZE(kinds))] | 0644;
	struct fid fid = { RW_SEQ + rw_random(s, 4), 1 + number, 0 };
	u32 self = s->nobj;
	u32 where = rw_random(s, 7);
	struct rw_obj *o;

	/* A FID that makes the ledger guess wrong where the directory hangs. */
	if (S_ISDIR(mode) && !rw_random(s, 8))
		fid = (struct fid){ FID_SEQ_LOCAL_NAME, 100 + number, 0 };
	o = new_object(s, RW_FIRST + number, mode, fid);
	if (!S_ISDIR(mode))
		make_file_names(s, o, self);
	else if (where > 1)
		give_name(s, any_parent(s, self), o);
	else if (where)
		make_remote(s, o);
	else
		give_name(s, &s->obj[0], o);
	add_rec(s, o);
}

static int rec_cmp(const void *a, const void *b)
{
	const struct rw_rec *x = a, *y = b;

	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	return fid_cmp(&x->rec.fid, &y->rec.fid);
}

void rw_make(struct rw_state *s, u64 seed)
{
	u32 n;

	memset(s, 0, sizeof(*s));
	s->seed = seed;
	s->random = (seed + 1) * 0x9e3779b97f4a7c15ULL;
	s->dirdata = rw_random(s, 2);
	s->oi_count = 1U << rw_random(s, 3);
	make_landmarks(s);
	n = 3 + rw_random(s, 6);
	for (u32 i = 0; i < n; i++)
		make_object(s, i);
	qsort(s->rec, s->nrec, sizeof(s->rec[0]), rec_cmp);
}

/* ---- for the eye --------------------------------------------------------------------------- */

static void dump_object(const struct rw_obj *o)
{
	char text[FID_TEXT_LEN], text2[FID_TEXT_LEN];

	fprintf(stderr, "#%u%s mode %o nlink %u gen %u lma %s%s compat %x incompat %x\n", o->ino,
		o->live ? "" : " FREE", o->mode, o->nlink, o->generation, fid_text(&o->fid, text),
		o->has_lma ? "" : " (none)", o->compat, o->incompat);
	for (u32 i = 0; i < o->nlinks; i++)
		fprintf(stderr, "    linkEA %s %.*s\n", fid_text(&o->link[i].parent, text),
			o->link[i].len, o->link[i].name);
	if (!S_ISDIR(o->mode))
		return;
	fprintf(stderr, "    . %u .. %u %s\n", o->dot, o->dotdot, fid_text(&o->dotdot_lufid, text));
	for (u32 i = 0; i < o->nnames; i++)
		fprintf(stderr, "    name %.*s -> %u type %u %s\n", o->name[i].len, o->name[i].name,
			o->name[i].ino, o->name[i].type,
			o->name[i].has_lufid ? fid_text(&o->name[i].lufid, text2) : "-");
}

void rw_dump(const struct rw_state *s)
{
	char text[FID_TEXT_LEN];

	fprintf(stderr, "seed %llu%s, %u OI files, faults", (unsigned long long)s->seed,
		s->dirdata ? ", dirdata" : "", s->oi_count);
	for (u32 i = 0; i < s->nfaults; i++)
		fprintf(stderr, " %d", s->fault[i]);
	fprintf(stderr, "\n");
	for (u32 i = 0; i < s->nobj; i++)
		dump_object(&s->obj[i]);
	for (u32 i = 0; i < s->nrec; i++)
		fprintf(stderr, "OI %u: %s -> %u/%u\n", s->rec[i].file,
			fid_text(&s->rec[i].rec.fid, text), s->rec[i].rec.ino,
			s->rec[i].rec.generation);
}
