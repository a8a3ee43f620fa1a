/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Directory blocks: ext4_dir_entry_2 with Lustre's data after the name
 * ("dirdata").  Interior htree blocks look like empty blocks to this walk, so
 * linear and indexed directories are read alike.
 */
#ifndef MDTCHECK_ONDISK_DIRENT_H
#define MDTCHECK_ONDISK_DIRENT_H

#include "base/cursor.h"
#include "mdtcheck/fid.h"

#define DIRENT_HEADER 8
#define DIRENT_DATA_LUFID 0x10
#define DIRENT_DATA_INO64 0x20
#define DIRENT_DATA_CFHASH 0x40

struct dirent_rec {
	u32 ino;	  /* never 0 in what the walk returns */
	u16 namelen;	  /* 1..255 */
	u8 type;	  /* low nibble: 0 unknown, 1 REG 2 DIR 3 CHR 4 BLK 5 FIFO 6 SOCK 7 LNK */
	u8 data_flags;	  /* high nibble */
	bool has_lufid;	  /* lufid is valid */
	bool data_bad;	  /* unknown data bits, or data that do not fit rec_len */
	struct fid lufid; /* the first one where several are stored */
	const char *name; /* not NUL-terminated, not owned */
	u32 offset;	  /* in the block */
	u32 rec_len;	  /* up to 65536 */
};

struct dirent_walk {
	const u8 *block;
	u32 size;
	u32 off;
	const char *why; /* set when the walk met an invalid record */
};

void dirent_walk_begin(struct dirent_walk *w, const u8 *block, u32 size);

/*
 * 1 and *out filled; 0 at the end of the block; -EBADMSG when the record at
 * w->off breaks the block (w->why says how) - nothing after it can be trusted.
 * Unused records (ino 0), index blocks and checksum tails are passed over.
 */
int dirent_walk_next(struct dirent_walk *w, struct dirent_rec *out);

/* NULL when that walk would reach the end of the block, or why it would not. */
const char *dirent_block_check(const u8 *block, u32 size);

/* S_IFMT bits of a type nibble, 0 for unknown; and back. */
u16 dirent_type_to_mode(u8 type);
u8 dirent_mode_to_type(u16 mode);

static inline bool dirent_is_dot(const struct dirent_rec *d)
{
	return d->namelen == 1 && d->name[0] == '.';
}

static inline bool dirent_is_dotdot(const struct dirent_rec *d)
{
	return d->namelen == 2 && d->name[0] == '.' && d->name[1] == '.';
}

#endif
