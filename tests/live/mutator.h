/* SPDX-License-Identifier: GPL-2.0-only */
/* The mutator's objects, and how they are stored (mutator_store.c). */
#ifndef MDTCHECK_TESTS_MUTATOR_H
#define MDTCHECK_TESTS_MUTATOR_H

#include <stdio.h>

#define BLOCK 4096U
#define OI_FILES 64U
#define OI_REC 24U
#define LEAF_MAX ((BLOCK - 4) / OI_REC)
/* Beyond what mkmdt gives out; the 64 from here have one for each OI file, and so the next 64. */
#define FIRST_SEQ 0x200000800ULL
#define SEQ_WIDTH 0x20000U
#define FIRST_STRIPE (1ULL << 28) /* OST objects beyond those of mkmdt */
#define OBJECTS 600		 /* a thread keeps at most */
#define NAMES 4			 /* an object has at most */
#define OF_CHURN -1
#define OF_D -2
#define VICTIMS 5		 /* lasting faults planted under load */

struct ident {
	unsigned long long seq;
	unsigned int oid, ver;
};

struct entry {
	int dir; /* index of the directory object; OF_CHURN, OF_D */
	char name[24];
};

struct object {
	int used, is_dir, pending, children;
	struct ident fid;
	unsigned int ino, gen;
	int nnames;
	struct entry names[NAMES];
	unsigned long long stripe; /* OST object */
};

struct world {
	const char *mount;
	int dev;
	long pause_us, long_ms;
	unsigned long long length_ms; /* the lasting faults are spread over half of it */
	int stop;		      /* atomic */
	struct ident churn, d;
	long long leaf[OI_FILES]; /* where the last leaf of each OI file is on the device */
	FILE *log;
};

struct thread {
	struct world *w;
	unsigned int number, of, seed, serial;
	unsigned int made[OI_FILES]; /* objects with a FID of that OI file, ever */
	unsigned long long next_stripe, ops;
	unsigned long long longest_ms; /* that an operation took */
	struct object obj[OBJECTS];
	int failed, swung;
};

unsigned long long now_ms(void);
unsigned int pick(struct thread *t, unsigned int n);
void window(struct thread *t);
int broken(struct thread *t, const char *what);
int set_lma(const char *path, const struct ident *f, unsigned int incompat);
int get_fid(const char *path, struct ident *f);
const struct ident *dir_fid(struct thread *t, int dir);
int set_link(struct thread *t, const char *path, const struct object *o);
int set_lov(const char *path, const struct object *o, unsigned int stripe_size);
int oi_insert(struct thread *t, const struct object *o);
int oi_delete(struct thread *t, const struct ident *fid);
int oi_has_room(struct thread *t, unsigned int file);
int find_leaf(struct world *w, unsigned int file);

#endif
