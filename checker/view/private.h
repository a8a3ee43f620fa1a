/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the view share: the view and its ops table, a thread's
 * buffers, block maps and the few reads everything else is made of.
 */
#ifndef MDTCHECK_VIEW_PRIVATE_H
#define MDTCHECK_VIEW_PRIVATE_H

#include "base/membudget.h"
#include "base/pace.h"
#include "mdtcheck/target.h"
#include "mdtcheck/view.h"
#include "view/blockmap.h"
#include "view/device.h"
#include "view/overlay.h"

#define VIEW_EA_VALUE_MAX 65536U /* the longest value the kernel allows */
#define VIEW_BATCH (128U << 10)	 /* one read of directory blocks */
#define VIEW_FILE_BLOCKS 8	 /* an index path and its leaf */

/* What a kind of view must be able to do. */
struct view_ops {
	int (*scan)(struct view *v, const struct scan_ops *ops, void *const *args,
		    unsigned int nthreads, const volatile int *cancel);
	int (*read_object)(struct view *v, struct view_buf *buf, u32 ino, struct object *obj);
	int (*each_ea)(struct view *v, struct view_buf *buf, const struct object *obj,
		       int (*take)(void *arg, const struct ea_raw *ea), void *arg);
	int (*read_dir)(struct view *v, struct view_buf *buf, const struct object *dir,
			const struct dir_ops *ops, void *arg);
	/* Makes buf->map the map of file ino, from its inode as it is now. */
	int (*file_open)(struct view *v, struct view_buf *buf, u32 ino, const char **why);
	/*
	 * One block of the file opened last.  -ENODATA for a hole, which is zeroed; *physical is
	 * where it came from, 0 unknown.
	 */
	int (*file_block)(struct view *v, struct view_buf *buf, u64 logical, u8 *out,
			  u64 *physical, const char **why);
	/*
	 * Up to count blocks from logical on, as many as lie together; how many, 0 when there
	 * are none to be had: file_block says why.  NULL: there is only one at a time.
	 */
	u32 (*file_run)(struct view *v, struct view_buf *buf, u64 logical, u32 count, u8 *out,
			u64 *physical);
	void (*close)(struct view *v);
};

struct posix_tree;

/* A directory that a thread has open. */
struct posix_dir {
	u32 ino; /* 0: none */
	int fd;	 /* -1: none */
};

/* What a thread of the posix view has in its hands. */
struct posix_hand {
	struct posix_dir parent; /* holds the name of the object read last */
	struct posix_dir dir;	 /* being read */
	int file;		 /* opened last, -1 none */
	u32 room, room_end;	 /* of the tree's arena: for new names */
};

struct view {
	const struct view_ops *ops;
	struct view_info info;
	struct membudget *mem;
	u64 bytes_read; /* atomic */
	struct pace *pace; /* not owned; NULL */
	const volatile int *cancel; /* NULL */

	/* One bit a block: read as part of a directory or index in this pass.  Atomic. */
	u64 *owners; /* NULL in the posix view, which sees no blocks */
	u64 owners_bytes;

	u32 *oi; /* inodes of the OI files */
	u32 oi_count;

	struct posix_tree *tree; /* the posix view's; NULL */

	/* The device view. */
	int fd; /* not owned */
	struct geometry geo;
	u32 desc_per_block;
	u32 inodes_per_block;
	struct overlay overlay; /* blocks that an unreplayed journal has newer */
	bool uninit_groups; /* descriptors may say INODE_UNINIT and itable_unused */
};

#define AHEAD_BYTES (1U << 20)
#define AHEAD_RUNS 256

/* Consecutive blocks that were read in one go. */
struct ahead_run {
	u64 block;
	u32 count;
	u32 at; /* of the first one in data, in blocks */
};

/* EA blocks, and blocks of directories, of the inodes that come next in a scan. */
struct dir_ahead {
	u8 *data; /* AHEAD_BYTES; not owned */
	u32 block_size;
	u32 room, used; /* blocks */
	u32 nruns;
	struct ahead_run run[AHEAD_RUNS]; /* by block */
};

/* Inodes around the last one that was asked for, of a static target. */
struct inode_window {
	u32 group; /* UINT32_MAX: none */
	bool uninit; /* no inode of the group was ever used */
	u64 table; /* its first block */
	u8 *bitmap; /* of the group, a block */
	u8 *inodes; /* those with the indices [first, first + count) in the group */
	u32 first, count;
};

/* Blocks of directories of a static target that lie in view_buf.blocks. */
struct dir_window {
	u64 block;
	u32 count; /* 0: none */
};

struct view_buf {
	u8 *area; /* all that follows lies in here */
	u64 area_bytes, area_charge;

	u8 *raw;      /* the inode of view_read_object */
	u8 *scratch;  /* inode of an EA inode or of a file being opened */
	u8 *ea_block; /* the EA block of the object */
	u64 ea_block_nr; /* which one it is, 0 none; trusted on a static target only */
	u8 *values; /* values from EA inodes, VIEW_EA_VALUE_MAX each; the last is view_each_ea's */
	struct inode_window window;
	struct blockmap ea_map;

	struct blockmap map; /* of the directory, index or file being read */
	u8 *blocks; /* VIEW_BATCH or VIEW_FILE_BLOCKS blocks, whichever is more */
	u32 blocks_bytes;
	struct dir_window dirs; /* whoever else takes blocks makes it none */
	const struct dir_ahead *ahead; /* of the scan this buffer serves, or NULL */
	struct posix_hand hand;
};

static inline bool view_cancelled(const struct view *v)
{
	return v->cancel && stop_wanted(v->cancel);
}

/* ---- window.c ---- */

u64 window_bytes(const struct view *v);
void window_init(struct inode_window *w, u8 *memory, const struct view *v);
/*
 * As device_inode(), with fewer reads where inodes are asked for in their order.  Only what
 * nobody changes is kept from one call to the next, until which *at is good; raw is for what is
 * not kept.
 */
int window_inode(struct view *v, struct inode_window *w, u32 ino, u8 *raw, const u8 **at,
		 bool *allocated);

/* ---- device.c ---- */

int device_pread(struct view *v, u64 off, void *out, size_t len);
/* Count blocks; -EBADMSG when they are not all inside the file system. */
int device_blocks(struct view *v, u64 block, u32 count, void *out);
bool device_has_blocks(const struct view *v, u64 block, u64 count);
/* Sums up the free inodes again, once what the descriptors say has changed. */
void device_count_free(struct view *v);
/* Group's descriptor, read afresh; -EBADMSG when it points outside. */
int device_group(struct view *v, u32 group, struct group_desc *out);
/* Raw inode and its bitmap bit, read afresh.  An inode never initialised is all zero. */
int device_inode(struct view *v, u32 ino, u8 *raw, bool *allocated);
/* Live targets: waits before try number try (0, 1, 2) of a second look; false: no more. */
bool device_try_again(const struct view *v, u32 try);

/* True when this block was not yet read in this pass: it is now. */
bool view_claim_block(struct view *v, u64 block);

/* ---- the ops of the device view ---- */

int device_scan(struct view *v, const struct scan_ops *ops, void *const *args,
		unsigned int nthreads, const volatile int *cancel);
int device_read_object(struct view *v, struct view_buf *buf, u32 ino, struct object *obj);
int device_each_ea(struct view *v, struct view_buf *buf, const struct object *obj,
		   int (*take)(void *arg, const struct ea_raw *ea), void *arg);
int device_read_dir(struct view *v, struct view_buf *buf, const struct object *dir,
		    const struct dir_ops *ops, void *arg);
int device_file_open(struct view *v, struct view_buf *buf, u32 ino, const char **why);
int device_file_block(struct view *v, struct view_buf *buf, u64 logical, u8 *out, u64 *physical,
		      const char **why);
u32 device_file_run(struct view *v, struct view_buf *buf, u64 logical, u32 count, u8 *out,
		    u64 *physical);

/* What all views know from the superblock. */
void view_info_fill(struct view *v, const struct geometry *g, bool is_static);

/* ---- object.c ---- */

/* Whatever attribute was not seen may be there all the same. */
void object_ea_lost(struct object *obj, const char *why);
/* Decodes the attributes and finds out who the object is. */
void object_understand(struct object *obj);

/*
 * Everything about one inode from its raw bytes, which must outlive obj.  0, or -EBADMSG when
 * not even the core can be decoded (*why).
 */
int object_fill(struct view *v, struct view_buf *buf, u32 ino, bool allocated, const u8 *raw,
		struct object *obj, const char **why);

/* ---- posix_tree.c ---- */

void posix_hand_close(struct posix_hand *h);

/* ---- the ops of the posix view ---- */

int posix_scan(struct view *v, const struct scan_ops *ops, void *const *args,
	       unsigned int nthreads, const volatile int *cancel);
int posix_read_object(struct view *v, struct view_buf *buf, u32 ino, struct object *obj);
int posix_read_dir(struct view *v, struct view_buf *buf, const struct object *dir,
		   const struct dir_ops *ops, void *arg);

/* ---- ahead.c ---- */

/* Memory: AHEAD_BYTES. */
void ahead_init(struct dir_ahead *a, u32 block_size, u8 *memory);
void ahead_begin(struct dir_ahead *a);
/*
 * Notes the EA block of this inode, and its blocks if it is a directory; false when there is no
 * room for them.
 */
bool ahead_want(struct dir_ahead *a, struct view *v, struct view_buf *buf, const u8 *raw);
void ahead_read(struct dir_ahead *a, struct view *v);
/* Count blocks, which the caller may change; NULL when they are not all here. */
u8 *ahead_find(const struct dir_ahead *a, u64 block, u32 count);

#endif
