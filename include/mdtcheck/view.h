/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A view: how the bytes of an MDT are reached.  The device view reads inode
 * tables, EA blocks, directory blocks and IAM blocks of the block device or
 * image by buffered pread; the posix view asks the kernel about the names below
 * a mount point.  The phases see only this interface.
 *
 * Threads: every call takes a view_buf, which belongs to one thread.  A view_buf
 * holds one object (and its EAs) and, apart from it, one directory, index or
 * file being read, so a callback may keep using the object whose directory is
 * being read.  Return values: 0 or -errno; a callback's non-zero value stops the
 * walk and is returned.
 */
#ifndef MDTCHECK_VIEW_H
#define MDTCHECK_VIEW_H

#include <sys/stat.h>

#include "mdtcheck/object.h"
#include "ondisk/dirent.h"
#include "ondisk/iam.h"

struct view;
struct view_buf;

/* Something that could not be read, or whose structure is broken. */
enum view_problem_kind {
	PROBLEM_INODE_TABLE,  /* I/O error in an inode table or bitmap: block */
	PROBLEM_INODE,	      /* the raw inode cannot be decoded */
	PROBLEM_EA,	      /* EA list, EA block or EA inode broken or unreadable */
	PROBLEM_DIR_MAP,      /* the block map of a directory is broken */
	PROBLEM_DIR_BLOCK,    /* a directory block is broken or unreadable */
	PROBLEM_BLOCK_SHARED, /* a block already read as part of another directory or index */
	PROBLEM_IAM,	      /* an index block is broken or unreadable, or keys out of order */
	PROBLEM_BITMAP,	      /* inode bitmap and inode table disagree */
};

struct view_problem {
	enum view_problem_kind kind;
	u32 ino;	 /* the inode it belongs to, 0 when none */
	u64 block;	 /* device block, 0 unknown */
	u64 logical;	 /* block within the file */
	u64 lost_from, lost_to; /* PROBLEM_IAM: FID sequences that may lie behind it, inclusive */
	const char *why; /* a sentence, static */
};

enum view_kind {
	VIEW_DEVICE, /* the bytes of the device or image */
	VIEW_POSIX,  /* what the kernel shows of a mount */
};

struct view_info {
	u8 kind; /* enum view_kind */
	u32 block_size;
	u32 inode_size;
	u32 inodes_per_group;
	u32 groups;
	u32 inodes_count; /* highest inode number */
	u32 first_ino;	  /* s_first_ino: lower numbers are reserved */
	u32 quota_ino[3]; /* user, group, project; 0 none */
	u32 journal_ino;
	u64 blocks_count;
	u8 uuid[16];
	bool dirdata; /* name entries are shown with the FIDs in them */
	bool hides_fids; /* they may have FIDs, which this view does not show */
	bool hides_generation; /* of files: the posix view knows directories' only */
	bool hides_errors; /* names that could not be read may be missing without a word */
	bool needs_recovery;
	bool is_static; /* nothing else can change it: image, snapshot, unmounted device */
	u32 free_inodes; /* sum over the descriptors, when the view was opened */
	u32 used_dirs;	 /* likewise; for estimates of memory only */
};

static inline bool view_shows_generation(const struct view_info *i, const struct object *o)
{
	return !i->hides_generation || S_ISDIR(o->inode.mode);
}

/* An IGIF without its generation is nobody's. */
static inline bool view_shows_fid(const struct view_info *i, const struct object *o)
{
	return o->fid_source == FID_FROM_LMA || view_shows_generation(i, o);
}

/* What one thread of a scan is told.  arg is the thread's own. */
struct scan_ops {
	/*
	 * Every inode whose bitmap bit is set, in order within a group; EA inodes and
	 * reserved ones included; and what is in use where the bitmap says it is free, if it
	 * is met (obj->allocated false).
	 */
	int (*object)(void *arg, struct view_buf *buf, const struct object *obj);
	/* A group is done: bits set in its inode bitmap, objects delivered. */
	void (*group)(void *arg, u32 group, u32 allocated, u32 delivered);
	void (*problem)(void *arg, const struct view_problem *p);
	/* No inode is left for this thread: what else it can do meanwhile.  NULL: nothing. */
	int (*rest)(void *arg, struct view_buf *buf);
};

struct dir_ops {
	/* Every name entry in use, "." and ".." too; data_bad entries included. */
	int (*entry)(void *arg, const struct object *dir, const struct dirent_rec *d);
	/* NULL: somebody else has heard of them. */
	void (*problem)(void *arg, const struct view_problem *p);
	/*
	 * Blocks may be taken already: the directory was read in this pass before, or the reader
	 * only looks for something and passes do not concern it.
	 */
	bool again;
};

struct oi_ops {
	/* All records but the sentinel, in the order of the tree, some at a time. */
	int (*records)(void *arg, u32 oi, const struct oi_record *r, u32 n);
	void (*problem)(void *arg, const struct view_problem *p);
	/*
	 * Is a record wanted whose FID is not below from, but (NULL: no bound) below before?  Where
	 * not, the leaf may be passed over.  NULL: all are.
	 */
	bool (*wanted)(void *arg, const struct fid *from, const struct fid *before);
};

const struct view_info *view_info(const struct view *v);

struct pace;
/*
 * What holds reading back (NULL: nothing), and what ends it: reads of directories and
 * indexes then return -ECANCELED, and what they have delivered says nothing.
 */
void view_set_pace(struct view *v, struct pace *pace, const volatile int *cancel);

/* What a buffer, and what each thread of a scan, takes from the memory budget. */
u64 view_buf_charge(const struct view *v);
u64 view_scan_charge(const struct view *v);

struct view_buf *view_buf_new(struct view *v);
void view_buf_free(struct view_buf *buf);
/* Lets go of what the last read left open in a mount; to be used again. */
void view_buf_rest(struct view_buf *buf);

/*
 * All allocated inodes, by nthreads threads; args[i] goes to the callbacks of
 * thread i.  *cancel non-zero ends it early with -ECANCELED.
 */
int view_scan(struct view *v, const struct scan_ops *ops, void *const *args, unsigned int nthreads,
	      const volatile int *cancel);

/*
 * One inode, freshly read.  0 also for a free inode (obj->allocated false, the
 * raw core decoded where that is possible); -ERANGE for 0 or beyond the last;
 * -EIO, -EBADMSG when it cannot be had.  obj points into buf.
 */
int view_read_object(struct view *v, struct view_buf *buf, u32 ino, struct object *obj);

/* One extended attribute as it lies on disk, known to this program or not. */
struct ea_raw {
	u8 name_index; /* stands for the prefix of the name */
	u8 place;      /* enum ea_place */
	u8 namelen;
	const char *name; /* without its prefix; not NUL-terminated */
	u32 value_ino;	  /* EA inode that holds the value, 0 none */
	u32 len;
	const u8 *value; /* NULL: it could not be had */
	const char *why; /* ... because; static */
};

/*
 * All attributes of the object that buf was last used to read, in the order in which they are
 * stored; ea lives until the callback returns.  Where obj->ea_broken is set, those before the
 * damage.
 */
int view_each_ea(struct view *v, struct view_buf *buf, const struct object *obj,
		 int (*take)(void *arg, const struct ea_raw *ea), void *arg);

/*
 * Device view: why the kernel should not be asked about the object that buf was last used to
 * read (it might take it for damaged, and the whole file system with it), a static sentence;
 * NULL: it may.
 */
const char *view_risk(struct view *v, struct view_buf *buf, const struct object *obj);

/*
 * All blocks of a directory in logical order, holes passed over.  Each pass of the tool
 * over many directories starts with view_pass_begin(), which forgets the owners of
 * blocks: within a pass a block is read for one directory or index only.
 */
void view_pass_begin(struct view *v);
int view_read_dir(struct view *v, struct view_buf *buf, const struct object *dir,
		  const struct dir_ops *ops, void *arg);

/* OI files found by landmarks: their inodes, in order of their number. */
void view_set_oi(struct view *v, const u32 *inos, u32 count);
u32 view_oi_count(const struct view *v);
/* All records of OI file number oi. */
int view_read_oi(struct view *v, struct view_buf *buf, u32 oi, const struct oi_ops *ops, void *arg);
/* All records of any lfix container: key and record bytes. */
int view_read_iam(struct view *v, struct view_buf *buf, const struct object *file,
		  int (*record)(void *arg, const struct iam_shape *shape, const u8 *rec),
		  void (*problem)(void *arg, const struct view_problem *p), void *arg);
/*
 * The OI record of one FID by descent in its own OI file (seq & (count - 1)).
 * 0; -ENOENT when it is surely absent; -EBADMSG, -EIO when that cannot be said.
 */
int view_oi_lookup(struct view *v, struct view_buf *buf, const struct fid *fid,
		   struct oi_record *out);

/* Bytes of a small internal file (mountdata, seq_srv ...): the number read, or -errno. */
s64 view_read_file(struct view *v, struct view_buf *buf, const struct object *file, u64 off,
		   void *out, size_t len);

/*
 * What an unreplayed journal would change, laid over the device for reading.
 *
 * A crash-consistent snapshot, or an image of a running MDT, has committed changes
 * that stand only in the journal.  A mount would write them home; here each such
 * block is read from the journal instead, and nothing is written.  Only for a
 * target that cannot change.
 */
enum journal_state {
	JOURNAL_CLEAN,	  /* nothing to replay */
	JOURNAL_OVERLAID, /* all committed transactions are seen */
	JOURNAL_IGNORED,  /* as the caller wished */
	JOURNAL_DAMAGED,  /* they cannot be, or not all: why */
};

struct journal_report {
	enum journal_state state;
	u32 transactions; /* committed and overlaid */
	u64 blocks;	  /* of the file system that are read from the journal */
	u64 revoked;	  /* logged blocks that a later transaction revoked */
	const char *why;  /* a static sentence; NULL */
};

/*
 * 0, and *out says how it went (a damaged journal is no failure of the call);
 * -ENOMEM.  Before any other thread reads.
 */
int view_overlay_journal(struct view *v, struct journal_report *out);

u64 view_bytes_read(const struct view *v);
void view_close(struct view *v);

#endif
