/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trusted.lmv, what makes a directory striped, and trusted.dmv, what new
 * directories below it will be.
 *
 * A striped directory is a master and its shards.  Both have an LMV of 56 bytes
 * without any FID: the master's names say which shards there are, and a name of a
 * user lies in the shard that the hash of the name tells.
 *
 * Decoding checks what no Lustre server accepts; whether index, names and shards
 * fit each other is for the lmv rules.
 */
#ifndef MDTCHECK_ONDISK_LMV_H
#define MDTCHECK_ONDISK_LMV_H

#include "base/cursor.h"

#define LMV_MAGIC_MASTER 0x0CD20CD0U
#define LMV_MAGIC_DEFAULT 0x0CD30CD0U
#define LMV_MAGIC_SHARD 0x0CD40CD0U
#define LMV_MAGIC_FOREIGN 0x0CD50CD0U

#define LMV_SIZE 56
#define LMV_MAX_STRIPES 2000U

/* The low half of a hash type. */
enum lmv_hash {
	LMV_HASH_ALL_CHARS = 1,
	LMV_HASH_FNV_1A_64 = 2,
	LMV_HASH_CRUSH = 3,
	LMV_HASH_CRUSH2 = 4,
};
#define LMV_HASH_MASK 0xffffU

/* The high half. */
#define LMV_F_OVERSTRIPED 0x01000000U
#define LMV_F_FIXED 0x02000000U
#define LMV_F_MERGE 0x04000000U
#define LMV_F_SPLIT 0x08000000U
#define LMV_F_LOST_LMV 0x10000000U /* LFSCK made this LMV anew */
#define LMV_F_BAD_TYPE 0x20000000U /* LFSCK gave the hash type up: names lie anywhere */
#define LMV_F_MIGRATION 0x80000000U
#define LMV_F_CHANGING (LMV_F_MERGE | LMV_F_SPLIT | LMV_F_MIGRATION)

enum lmv_kind {
	LMV_ABSENT,
	LMV_MASTER,
	LMV_SHARD,
	LMV_FOREIGN,
	LMV_UNUSABLE, /* there is one, or may be, and nothing can be concluded from it */
};

struct lmv {
	enum lmv_kind kind;
	u32 stripe_count; /* 1 to LMV_MAX_STRIPES */
	u32 index;	  /* master: of the MDT it is on; shard: of the stripe */
	u32 hash_type;	  /* with flags */
	u32 version;
	u32 migrate_offset, migrate_hash; /* while the layout changes: the other layout */
	bool pad_set; /* bytes that no known version uses are not zero */
};

/*
 * 0; -EBADMSG malformed; -EOPNOTSUPP a magic or hash type of another version of
 * Lustre.  *why says which.  Of a foreign LMV only the kind is kept.
 */
int lmv_decode(const u8 *data, size_t len, struct lmv *out, const char **why);

/* What new directories below one shall be. */
struct dmv {
	int stripe_count;  /* -1 to -5: over all MDTs, several times over */
	u32 mdt_index;	  /* of the first stripe; all ones: any */
	u32 hash_type;
	u8 max_inherit, max_inherit_rr;
	bool foreign; /* nothing else is known of it */
};

/* trusted.dmv, if it is one that a server accepts.  As above. */
int dmv_decode(const u8 *data, size_t len, struct dmv *out, const char **why);

/* A split, a merge or a migration is under way, or was interrupted. */
static inline bool lmv_is_changing(const struct lmv *l)
{
	return l->hash_type & LMV_F_CHANGING;
}

/* Do the names have to lie where the hash says?  NULL, or why that cannot be said. */
const char *lmv_hash_doubt(const struct lmv *l);

/*
 * Is a name where a shard with this LMV may have it, by a hash that can be
 * trusted?  *due is the stripe it belongs to.
 */
bool lmv_name_fits(const struct lmv *shard, const char *name, size_t len, bool encrypted,
		   u32 *due);

#endif
