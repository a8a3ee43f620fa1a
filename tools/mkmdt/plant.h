/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between the table of faults and the functions that plant them.  One handler
 * serves a fault and its variants; mode tells them apart.
 */
#ifndef MKMDT_PLANT_H
#define MKMDT_PLANT_H

#include "tools/mkmdt/editdir.h"
#include "tools/mkmdt/editoi.h"

struct plant {
	struct edit *e;
	int argc; /* the words after the fault's name; their number was checked */
	char *const *argv;
};

/*
 * Word i as an object, the same with its raw inode, as an object found by name, as a FID, as a
 * FID or an object's FID.
 */
int plant_object(struct plant *p, int i, struct edit_place *out);
int plant_object_raw(struct plant *p, int i, struct edit_place *out, u8 **raw);
int plant_entry(struct plant *p, int i, struct edit_place *out);
int plant_fid(struct plant *p, int i, struct mk_fid *out);
int plant_fid_of(struct plant *p, int i, struct mk_fid *out);
int plant_number(struct plant *p, int i, int base, u32 max, u32 *out);

/* A directory's link count, as when a subdirectory came or went; 1 ("many") stays. */
int plant_adjust_nlink(struct plant *p, u32 dir, int by);
/* The object's linkEA entry (from, name) gets another parent; -ENOENT. */
int plant_link_move(struct plant *p, u32 ino, const struct mk_fid *from, const char *name,
		    const struct mk_fid *to);

/* Frees a live inode with its blocks; its names stay. */
int plant_free_inode(struct plant *p, u32 ino, u8 *raw);

/* Handlers, by file. */
int plant_lma(struct plant *p, int mode);
int plant_nlink(struct plant *p, int mode);
int plant_inode(struct plant *p, int mode);
int plant_ea(struct plant *p, int mode);
enum { LMA_CUT, LMA_LAST_ID, LMA_VERSION, LMA_INCOMPAT, LMA_ORPHAN, LMA_FID, LMA_OTHER,
       LMA_AGENT, LMA_REMOTE };
enum { INODE_BITMAP, INODE_GARBAGE, INODE_COPIED, INODE_EA_BLOCK, INODE_MODE, INODE_DATA };
enum { EA_SET, EA_REMOVE, EA_NO_LMA, EA_NO_LINK, EA_NO_LOV };

int plant_link_bytes(struct plant *p, int mode);
int plant_link_entry(struct plant *p, int mode);
int plant_link_overflow(struct plant *p, int mode);
enum { LINK_MAGIC, LINK_RECLEN, LINK_COUNT };
enum { LINK_ADD, LINK_RENAME, LINK_PARENT, LINK_DROP, LINK_TWICE, LINK_ADD_DIR };

int plant_file_bytes(struct plant *p, int mode);
/* Word i as bytes in hex text, malloc()ed. */
int plant_hex(struct plant *p, int i, u8 **bytes, size_t *len);

int plant_lov(struct plant *p, int mode);
int plant_lov_shared(struct plant *p, int mode);
enum {
	LOV_CUT, LOV_BAD_MAGIC, LOV_PATTERN, LOV_NEW_MAGIC, LOV_STRIPE_SIZE, LOV_STRIPE_COUNT,
	LOV_OWNER, LOV_RELEASE, LOV_NO_POOL_END
};
int plant_lov_slot(struct plant *p, int mode);
int plant_lov_comp(struct plant *p, int mode);
enum { SLOT_OST, SLOT_FUTURE, SLOT_OTHER_OST, SLOT_MDT, SLOT_NOBODY };
enum {
	COMP_GAP, COMP_ID, COMP_START, COMP_MIRRORS, COMP_SIZE, COMP_EXT_INIT, COMP_POOL,
	COMP_STALE, COMP_STATE, COMP_PARITY, COMP_RELEASED, COMP_FOREIGN
};

int plant_lmv(struct plant *p, int mode);
int plant_lmv_flag(struct plant *p, int mode);
int plant_dmv(struct plant *p, int mode);
int plant_name_move(struct plant *p, int mode);
int plant_shard_index(struct plant *p, int mode);
int plant_shard_lost(struct plant *p, int mode);
enum {
	LMV_CUT, LMV_BAD_MAGIC, LMV_COUNT_ZERO, LMV_NO_HASH, LMV_NEW_HASH, LMV_NEW_MAGIC, LMV_PAD,
	LMV_INDEX_HIGH, LMV_INDEX_NEXT, LMV_COUNT_MORE, LMV_OTHER_HASH, LMV_CHANGING, LMV_GIVEN_UP,
	LMV_REMOVE
};
enum { DMV_CUT, DMV_COUNT };

int plant_oi(struct plant *p, int mode);
int plant_oi_dangling(struct plant *p, int mode);
int plant_oi_block(struct plant *p, int mode);
int plant_oi_stale(struct plant *p, int mode);
enum { OI_MISSING, OI_GENERATION, OI_REKEY, OI_TWICE, OI_TWO_FIDS, OI_MOVE, OI_BOTH, OI_ORDER };
enum { OI_LEAF, OI_ROOT };

int plant_dirent(struct plant *p, int mode);
int plant_dirent_missing(struct plant *p, int mode);
int plant_dirent_freed(struct plant *p, int mode);
int plant_dirent_duplicate(struct plant *p, int mode);
int plant_dirent_swap(struct plant *p, int mode);
int plant_dirent_renamed(struct plant *p, int mode);
int plant_dirent_added(struct plant *p, int mode);
int plant_dotdot(struct plant *p, int mode);
int plant_dotdot_fid(struct plant *p, int mode);
int plant_dir_twice(struct plant *p, int mode);
int plant_dir_loop(struct plant *p, int mode);
enum {
	DIRENT_FREE_INO, DIRENT_RANGE, DIRENT_FID, DIRENT_TYPE, DIRENT_INO, DIRENT_RECLEN,
	DIRENT_SLASH
};

#endif
