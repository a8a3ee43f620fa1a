/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The terms: what one object, one name entry and one OI record add to the
 * ledger.  Pure: facts in, sums out; the same functions serve every view and the
 * randomised tests.
 *
 *   found (+)                                    stated (-)
 *   name entry   H_name(D, name, LUFID, type)    linkEA entry  H_name(parent, name, own FID, type)
 *   name entry   K(type)                         nlink x K(type), less the names on other MDTs
 *   directory's  H_dd(ino of D, FID of D)        ".."          H_dd(its inode, its LUFID)
 *   OI record    H_oi(generation, FID)           LMA           H_oi(own generation, FID)
 *   RPD name     H_rpd(type, FID in the name)    LMA flag      H_rpd(own type, own FID)
 *   shard name   H_sh(count, hash, index; FID)   shard's LMV   H_sh(count, hash, index; own FID)
 *   PENDING name: the object is always a suspect
 */
#ifndef MDTCHECK_LEDGER_POST_H
#define MDTCHECK_LEDGER_POST_H

#include "ledger/hash.h"
#include "ledger/ledger.h"
#include "mdtcheck/env.h"
#include "mdtcheck/facts.h"
#include "ondisk/fid.h"

/* What the names of a directory mean to the ledger. */
enum post_mode { POST_NAMESPACE, POST_INTERNAL, POST_RPD, POST_PENDING };

/* A thread that posts names or objects has a copy of its own. */
#define ASIDES_MAX 1024U /* that are kept */

struct poster {
	struct ledger *ledger;
	const struct env *env;
	struct hash_key key;
	u64 k_name; /* the counting constants come from it; odd */
	struct hash_dir found;	/* where the last name was */
	struct hash_dir stated; /* where the last linkEA entry says that one is */
	/*
	 * Over all that it met: what objects state of their place in the OI, less what the OI has.
	 * Zero in the sum of all posters: the FIDs are the same on both sides.
	 */
	u64 oi_balance;
	/* FIDs of objects with an LMA that need not be in the OI.  Not owned; NULL: nobody asks. */
	struct fid *aside;
	u32 naside; /* met, kept or not */
};

/* Draws key and constant; all_equal is for tests (every term is 1). */
int poster_init(struct poster *p, struct ledger *l, const struct env *env, bool all_equal);

/*
 * How a directory's names are first posted: by its number and FID, before it is
 * known where it hangs.  A guess that turns out wrong is posted again.
 */
enum post_mode post_mode_guess(const struct env *env, const struct object *dir);
enum post_mode post_mode_of(enum dir_class class, enum post_mode guess);

/* A live, not exempt object's own statements. */
/* Returns how many of its linkEA entries name a parent on another MDT. */
u32 post_object(struct poster *p, const struct object *o);
/* ".." of directory dir. */
void post_dotdot(const struct poster *p, const struct object *dir, const struct dirent_rec *d);
/* Any other name in dir; sign 1 adds, -1 takes back.  d->ino is in range. */
void post_entry(struct poster *p, const struct object *dir, enum post_mode mode,
		const struct dirent_rec *d, s64 sign);
/* An OI record whose inode number is in range. */
void post_oi(struct poster *p, const struct oi_record *r);

#endif
