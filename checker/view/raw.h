/* SPDX-License-Identifier: GPL-2.0-only */
/* A few fields of a raw inode, asked of every one before it is decoded, or instead. */
#ifndef MDTCHECK_VIEW_RAW_H
#define MDTCHECK_VIEW_RAW_H

#include <sys/stat.h>

#include "ondisk/inode.h"

#define RAW_MODE 0
#define RAW_DTIME 20
#define RAW_NLINK 26
#define RAW_FILE_ACL 104
#define RAW_FILE_ACL_HIGH 118

static inline struct cursor raw_at(const u8 *raw, size_t off)
{
	struct cursor c = cursor_make(raw, EXT4_INODE_CORE);

	cursor_seek(&c, off);
	return c;
}

/* Something seems to use it, whatever the bitmap says. */
static inline bool raw_in_use(const u8 *raw)
{
	struct cursor mode = raw_at(raw, RAW_MODE), nlink = raw_at(raw, RAW_NLINK);
	struct cursor dtime = raw_at(raw, RAW_DTIME);

	return cursor_le16(&mode) && cursor_le16(&nlink) && !cursor_le32(&dtime);
}

static inline bool raw_is_dir(const u8 *raw)
{
	struct cursor mode = raw_at(raw, RAW_MODE);

	return S_ISDIR(cursor_le16(&mode));
}

/* The EA block, 0 none. */
static inline u64 raw_file_acl(const u8 *raw)
{
	struct cursor low = raw_at(raw, RAW_FILE_ACL), high = raw_at(raw, RAW_FILE_ACL_HIGH);
	u64 block = cursor_le32(&low);

	return block | (u64)cursor_le16(&high) << 32;
}

#endif
