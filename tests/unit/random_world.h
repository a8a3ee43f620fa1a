/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small random metadata states: a tree of a few objects in order, faults put into it,
 * and an exact judge that decides by comparing everything with everything whether
 * the state is consistent.
 */
#ifndef MDTCHECK_TESTS_RANDOM_WORLD_H
#define MDTCHECK_TESTS_RANDOM_WORLD_H

#include "mdtcheck/env.h"
#include "ondisk/lma.h"

#define RW_OBJS 12
#define RW_NAMES 32 /* in one directory */
#define RW_LINKS 8
#define RW_RECS 40
#define RW_NAME_LEN 40

#define RW_TOP 2 /* the backend root */
#define RW_ROOT 12
#define RW_PENDING 13
#define RW_RPD 14
#define RW_FIRST 20 /* the first inode that is no landmark */
#define RW_INODES 40

#define RW_SEQ 0x200000400ULL
#define RW_SEQ_FOREIGN 0x240000400ULL
#define RW_SEQ_END 0x280000400ULL

struct rw_name {
	u32 ino;
	u8 type, len;
	bool has_lufid;
	struct fid lufid;
	char name[RW_NAME_LEN];
};

struct rw_link {
	struct fid parent;
	u8 len;
	char name[RW_NAME_LEN];
};

struct rw_obj {
	u32 ino;
	bool live, has_lma;
	bool internal; /* made below the backend root, outside the name space */
	u16 mode, nlink;
	u32 generation, compat, incompat;
	struct fid fid; /* in the LMA */
	struct rw_link link[RW_LINKS];
	u32 nlinks;
	/* Directories: */
	struct rw_name name[RW_NAMES];
	u32 nnames;
	u32 dot, dotdot;
	struct fid dotdot_lufid; /* zero: none */
};

/* Records stand in the order in which a walk of their OI file meets them. */
struct rw_rec {
	u32 file;
	struct oi_record rec;
};

struct rw_state {
	u64 seed, random;
	bool dirdata;
	u32 oi_count;
	struct rw_obj obj[RW_OBJS];
	u32 nobj;
	struct rw_rec rec[RW_RECS];
	u32 nrec;
	u32 nfaults;
	int fault[8]; /* which ones, for the dump */
};

/* A number below n. */
u32 rw_random(struct rw_state *s, u32 n);
struct rw_obj *rw_find(struct rw_state *s, u32 ino);

/* A consistent state from a seed, then n faults (which may cancel out or change nothing). */
void rw_make(struct rw_state *s, u64 seed);
void rw_damage(struct rw_state *s, u32 n);
/* Writes the text by which REMOTE_PARENT_DIR names an object. */
u8 rw_rpd_text(const struct fid *fid, char out[RW_NAME_LEN]);

/* NULL when the state is consistent, or what is wrong. */
const char *rw_judge(const struct rw_state *s);
void rw_dump(const struct rw_state *s);

#endif
