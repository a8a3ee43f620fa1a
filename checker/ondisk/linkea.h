/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trusted.link: the names an object believes to have.
 *
 *   u32 magic 0x11EAF1DF | u32 reccount | u64 len | u32 overflow_time | u32 pad
 *   { BE16 reclen | 16-byte BE parent FID | name } x reccount
 *
 * Header words are in the writer's byte order: a swapped magic means all of
 * them are swapped.
 */
#ifndef MDTCHECK_ONDISK_LINKEA_H
#define MDTCHECK_ONDISK_LINKEA_H

#include "base/cursor.h"
#include "mdtcheck/fid.h"

#define LINKEA_MAGIC 0x11EAF1DFU
#define LINKEA_HEADER 24
#define LINKEA_ENTRY_MIN 18 /* reclen of an empty name */
#define LINKEA_MAX 4096

struct linkea_entry {
	struct fid parent;
	const char *name; /* not NUL-terminated, not owned */
	u16 namelen;
};

struct linkea {
	u32 reccount;
	u32 overflow_time; /* seconds; non-zero: entries were dropped */
	u32 len;	   /* bytes the header claims, <= the EA's size */
	u32 entries_len;
	const u8 *entries; /* into the EA's bytes, not owned */
	struct linkea_entry first; /* since most objects have no other */
};

/*
 * Validates the whole EA: magic, lengths, every entry.  0; -EBADMSG when it is
 * malformed, and *why is then a sentence for an administrator.  An EA whose
 * count and overflow time are both zero decodes to reccount 0.
 */
int linkea_decode(const u8 *data, size_t len, struct linkea *out, const char **why);

struct linkea_walk {
	const struct linkea *l;
	u32 index; /* of the next entry */
	u32 off;   /* where it begins among the entries; 0 for both of the first two */
};

/*
 * Walks the entries of a decoded EA:
 *	struct linkea_walk it = linkea_begin(&l);
 *	while (linkea_next(&it, &e)) ...
 */
static inline struct linkea_walk linkea_begin(const struct linkea *l)
{
	return (struct linkea_walk){ .l = l };
}

/* Any but the first. */
void linkea_read(struct linkea_walk *it, struct linkea_entry *e);

static inline bool linkea_next(struct linkea_walk *it, struct linkea_entry *e)
{
	if (it->index == it->l->reccount)
		return false;
	if (it->index++)
		linkea_read(it, e);
	else
		*e = it->l->first;
	return true;
}

/*
 * Is e the entry of a name in the directory with FID parent?  Encrypted: the name
 * entry holds the raw bytes, the linkEA entry their escaped form.
 */
bool linkea_entry_is(const struct linkea_entry *e, const struct fid *parent, const char *name,
		     size_t namelen, bool encrypted);

/* The two forms of "no room for one more": see FORMATS 3 and 13.23. */
bool linkea_is_full(const struct linkea *l, size_t namelen);

#endif
