/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the model to the image: block allocation, block maps, EAs, inode
 * tables.  Everything is written in ascending order of blocks and of inode
 * numbers, through one buffer each, so that millions of objects cost little
 * more than the bytes they take.
 */
#ifndef MKMDT_WRITER_H
#define MKMDT_WRITER_H

#include <ext2fs/ext2_fs.h>
#include <ext2fs/ext2fs.h>

#include "tools/mkmdt/dirwrite.h"
#include "tools/mkmdt/model.h"

#define MK_TIME 1700000000U /* every time stamp on the image */
#define MK_INODE_MAX 4096

/* Where an object's content is, ready for its inode. */
struct mk_map {
	u8 iblock[60];
	u32 blocks; /* of the file system, with index blocks */
	u32 flags;  /* EXTENTS, INDEX */
	u64 size;
};

/* An EA value that lives in an inode of its own. */
struct mk_ea_inode {
	u32 ino;
	u32 hash;
	struct mk_map map;
};

struct mk_writer {
	struct mk_model *m;
	ext2_filsys fs;
	u32 bs;
	u64 win, win_end; /* free blocks in hand */
	u64 win_marked;	  /* up to here the bitmap knows */
	u8 *buf;	  /* blocks not written yet */
	u64 buf_at;
	u32 buf_n;
	u8 *table; /* a piece of an inode table */
	u64 table_at;
	u32 table_n, table_room; /* blocks */
	bool table_dirty;
	u32 high_ino; /* highest inode written: pieces beyond it are still empty */
	struct mk_map *maps;
	u32 nmaps, maps_cap;
	struct mk_ea_inode *ea_inodes;
	u32 nea_inodes, ea_inodes_cap;
	u32 next_ino;
	u32 *group_dirs;
	u8 *scratch; /* EA values of the object at hand */
};

/* skel.c: an empty file system of size bytes. */
int mk_skeleton(struct mk_model *m, const char *image, u64 size, u32 inodes);

/* blocks.c */
int wr_error(struct mk_writer *w, errcode_t err, const char *what);
int wr_blocks_init(struct mk_writer *w);
/* A run of at most want free blocks, now taken. */
int wr_alloc(struct mk_writer *w, u32 want, u64 *start, u32 *got);
int wr_put(struct mk_writer *w, u64 block, const u8 *data, u32 n);
/* Writes what is buffered and tells the bitmap. */
int wr_flush(struct mk_writer *w);

/* map.c: allocates and writes n blocks of content and what maps them. */
int wr_content(struct mk_writer *w, u32 ino, const u8 *data, u32 n, u64 size, bool extents,
	       struct mk_map *map);
/* The map of one block alone. */
void wr_map_single(u64 block, bool extents, u64 size, struct mk_map *map);
bool wr_extents(const struct mk_writer *w, const struct mk_object *o);
u32 wr_inode_seed(const struct mk_writer *w, u32 ino);

/* xattr.c */
struct mk_attr {
	const char *name;
	u8 index;
	bool block; /* belongs into the EA block */
	const u8 *value;
	u32 len;
};

struct mk_attr_place {
	u8 *body; /* the inode behind its fields */
	u32 room;
	u64 block; /* the EA block, or 0 */
	u32 blocks; /* all blocks the object is charged for: EA block, values in EA inodes */
};

/* -E2BIG: they do not fit, and nothing was written. */
int wr_attrs(struct mk_writer *w, u32 ino, struct mk_attr *attrs, u32 n,
	     struct mk_attr_place *place);

/* attrs.c: the EAs of an object. */
#define MK_ATTRS_MAX 24
int wr_object_attrs(struct mk_writer *w, u32 object, struct mk_attr_place *place);
size_t wr_scratch_size(void);
/* About how many bytes its layout takes. */
u32 mk_layout_bytes(const struct mk_style *s);
/* trusted.lov of the object. */
ssize_t mk_layout(const struct mk_config *c, const struct mk_style *s, const struct mk_object *o,
		  u8 *p, size_t room);

/* itable.c */
int wr_table_init(struct mk_writer *w);
int wr_inode(struct mk_writer *w, u32 object);
int wr_ea_inode(struct mk_writer *w, const struct mk_ea_inode *e);
int wr_table_flush(struct mk_writer *w);

/* build.c */
int mk_build(struct mk_model *m, const char *image);

#endif
