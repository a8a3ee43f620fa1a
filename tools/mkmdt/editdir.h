/* SPDX-License-Identifier: GPL-2.0-only */
/* Name entries of an existing image: found, added, removed, changed in place. */
#ifndef MKMDT_EDITDIR_H
#define MKMDT_EDITDIR_H

#include "tools/mkmdt/edit.h"

/* One name entry where it lies. Stale after any insert or remove in its block. */
struct edit_entry {
	u32 dir;    /* inode of the directory */
	u64 block;  /* physical */
	u32 lblock; /* logical */
	u32 off;    /* in the block */
	u32 prev;   /* offset of the record before it; == off for the first */
	u32 ino;
	u16 rec_len;
	u8 namelen;
	u8 type;      /* low nibble alone */
	u16 used;     /* bytes that header, name and data take, padded */
	u16 fid_off;  /* of its FID in the block; 0: it has none */
};

/* What a path on the command line stands for. */
struct edit_place {
	u32 ino;
	bool named; /* found by name: entry and name are valid */
	struct edit_entry entry;
	char name[256];
};

int edit_dir_find(struct edit *e, u32 dir, const char *name, size_t len, struct edit_entry *out);
/* with_fid only where the image's entries may carry one; type: 1 REG 2 DIR ... */
int edit_dir_insert(struct edit *e, u32 dir, const char *name, u32 ino, u8 type,
		    const struct mk_fid *fid);
int edit_dir_remove(struct edit *e, const struct edit_entry *entry);
/* -ENOTEMPTY when a name other than "." and ".." is there. */
int edit_dir_empty(struct edit *e, u32 dir);

/* The entry's own bytes; change them and call edit_entry_dirty(). */
int edit_entry_bytes(struct edit *e, const struct edit_entry *entry, u8 **bytes);
int edit_entry_dirty(struct edit *e, const struct edit_entry *entry);
/* Its FID; -ENODATA when it has none. */
int edit_entry_fid(struct edit *e, const struct edit_entry *entry, struct mk_fid *fid);

/* "/a/b" below ROOT, "//a/b" from the backend root, "#123", "[0x..:0x..:0x..]" by the OI. */
int edit_path(struct edit *e, const char *path, struct edit_place *out);
/* Reads [SEQ:OID:VER], brackets optional. -EINVAL */
int edit_parse_fid(const char *text, struct mk_fid *out);

#endif
