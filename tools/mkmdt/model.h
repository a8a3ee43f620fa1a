/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What shall be on the image, before a byte of it exists: objects, the names
 * they have, and the options they were asked for with.  The recipe reader and
 * the bulk generator fill it; the writer (writer.h) turns it into blocks.
 * Objects, names and options are numbered, not pointed to, because the arrays
 * move while they grow.
 */
#ifndef MKMDT_MODEL_H
#define MKMDT_MODEL_H

#include "tools/mkmdt/encode.h"

#define MK_OSTS_MAX 64
#define MK_OI_MAX 1024
#define MK_COMPS_MAX 16
#define MK_PLAN_MAX 96 /* components of a layout, extensions and mirrors included */
#define MK_POOL_MAX 16
#define MK_STRIPES_MAX 2000
#define MK_RAW_EAS_MAX 16 /* of one object */
#define MK_NONE 0U /* no entry, no blob: number 0 of those tables is never used */

#define MK_SEQ_LLOG 1ULL
#define MK_SEQ_LLOG_NAME 10ULL
#define MK_SEQ_LOCAL_FILE 0x200000001ULL
#define MK_SEQ_DOT_LUSTRE 0x200000002ULL
#define MK_SEQ_LOCAL_NAME 0x200000003ULL
#define MK_SEQ_ROOT 0x200000007ULL
#define MK_SEQ_NORMAL 0x200000400ULL
#define MK_MDTS 2		  /* super-sequences 0 and 1 are MDTs', the OSTs' follow */
#define MK_SUPER_SEQ 0x40000000ULL /* sequences granted to one server at a time */
#define MK_SEQ_WIDTH 0x20000U	   /* object ids used of one sequence */

#define MK_LMA_NOT_IN_OI 0x4
#define MK_LMA_FID_ON_OST 0x8
#define MK_LMA_AGENT 0x2
#define MK_LMA_REMOTE_PARENT 0x4
#define MK_LMA_STRIPED 0x8
#define MK_LMA_ORPHAN 0x10

#define MK_HASH_ALL_CHARS 1
#define MK_HASH_FNV_1A_64 2
#define MK_HASH_CRUSH 3
#define MK_HASH_CRUSH2 4

/* Type nibbles of name entries. */
enum mk_type {
	MK_REG = 1,
	MK_DIR = 2,
	MK_CHR = 3,
	MK_BLK = 4,
	MK_FIFO = 5,
	MK_SOCK = 6,
	MK_LNK = 7,
};

enum mk_flag {
	MK_CLIENT = 1 << 0,    /* of the client's name space: its name entries carry its FID */
	MK_NO_LINKEA = 1 << 1, /* yet has no linkEA */
	MK_NO_OI = 1 << 2,     /* has no OI mapping */
	MK_IGIF = 1 << 3,      /* its FID is its inode number and generation */
	MK_KEEP = 1 << 4,      /* mke2fs made it: only the EAs are added */
	MK_RAW_EA = 1 << 5,    /* has entries in model.eas */
	MK_EARLY = 1 << 6,     /* from before the first mount: extent-mapped by default */
	MK_OI_FILE = 1 << 7,   /* content comes from the OI builder */
	MK_AGENT = 1 << 8,     /* stands for an object of another MDT */
	MK_STRIPED = 1 << 9,   /* names in it go to its shards */
};

enum mk_tristate { MK_AUTO, MK_ON, MK_OFF };

struct mk_config {
	char fsname[9];
	u32 index;   /* which MDT */
	u64 size;    /* bytes; 0: as large as needed */
	u32 inodes;  /* 0: one for every 2560 bytes, and as many as needed */
	u32 isize;
	u32 bs;
	u32 oi_files;
	u32 oi_fill; /* records a leaf of the OI gets at most; 0: default */
	u32 osts;
	u64 seq;     /* first sequence of new FIDs */
	u64 seed;
	u16 scrub;   /* status in OI_scrub */
	bool has_lfsck; /* the files of LFSCK are there */
	u16 lfsck;	/* status in them */
	bool dirdata, ea_inode, csum, bits64;
	bool ostfids; /* OST objects have FIDs of the OSTs' own sequences */
	u32 made;     /* lov_objid is this at least */
	enum mk_tristate extents; /* MK_AUTO: only what mkfs made, as on a 2.17 MDT */
};

/* How files of one statement are made. */
struct mk_style {
	u16 mode; /* permission bits */
	u32 stripes;
	u32 stripe_size;
	char pool[MK_POOL_MAX];
	u32 ncomps; /* 0: a plain layout */
	u32 ninit;  /* instantiated ones */
	u64 ends[MK_COMPS_MAX];
	u64 dom;       /* length of the component on the MDT; 0 none */
	u64 extend;    /* how much a self-extending component grows by; 0: it does not */
	u32 mirrors;   /* with data; 0 is 1 */
	u32 stale;     /* how many of them, from the last */
	u32 parity;    /* stripes of a parity mirror; 0 none */
	u32 archive;   /* HSM flags of a component in an archive; 0 none */
	bool has_state;
	u16 state;     /* lcm_flags */
	bool released; /* the layout says so */
	bool foreign;  /* the whole file is */
	u32 hole;      /* number of the slot that is lost, from 1; 0 none */
	bool has_hsm, has_som;
	u32 hsm;       /* flags of trusted.hsm */
	u16 som_valid;
	u64 som;       /* size in trusted.som */
	u32 data;      /* bytes of content on the MDT */
	bool wide;     /* the layout goes to an EA block */
	bool overflow; /* linkEA keeps its first entry and an overflow stamp */
	enum mk_tristate htree;
	u32 shards, shard_hash, shard_flags; /* striped directories: trusted.lmv */
};

struct mk_entry {
	u32 dir;    /* object it is in */
	u32 target; /* object it names */
	u32 name;   /* offset in model.names */
	u32 next_in_dir;
	u32 next_of_target;
	u8 namelen;
	bool gone; /* unlinked: in no directory any more */
};

struct mk_object {
	u64 seq;
	u32 oid;
	u32 ino; /* 0 until inodes are numbered */
	u32 first, last;	 /* directories: entries, in order of creation */
	u32 first_name, last_name; /* entries that name it */
	u32 subdirs;
	u32 nnames;
	u32 ost_first; /* files: number of its first OST object, counted over all OSTs */
	u32 style;
	u32 blob; /* content, symlink target; devices: the number; remote directories: parent FID */
	u32 blocks; /* writer: first block, or number of its block map; see writer.h */
	u16 mode;
	u16 flags;
	u8 type;
	u8 lma_compat, lma_incompat;
	bool mapped; /* blocks is the number of a block map */
};

struct mk_blob {
	u8 *data;
	u32 len;
};

/* An extended attribute given byte by byte. */
struct mk_raw_ea {
	u32 object;
	char *name; /* without its prefix */
	u8 index;   /* ext4's number of the prefix */
	u8 *value;
	u32 len;
};

struct mk_fault {
	u32 line;
	int argc;
	char **argv; /* argv[0]: the fault */
};

struct mk_model {
	struct mk_config cfg;
	struct mk_object *objects;
	u32 nobjects, objects_cap;
	struct mk_entry *entries;
	u32 nentries, entries_cap;
	char *names;
	u32 names_len, names_cap;
	struct mk_style *styles;
	u32 nstyles, styles_cap;
	struct mk_blob *blobs;
	u32 nblobs, blobs_cap;
	struct mk_raw_ea *eas;
	u32 neas, eas_cap;
	struct mk_fault *faults;
	u32 nfaults, faults_cap;
	u32 *index; /* hash table: entry numbers by (dir, name) */
	u32 index_size, index_used;
	u32 backend, root, pending, rpd, lost_found; /* objects everybody needs */
	bool ready; /* the objects of an empty MDT exist: no more changes to cfg */
	u64 next_seq;
	u32 next_oid;
	u32 next_local_oid;
	u32 next_remote_oid; /* of FIDs that the other MDT would have drawn */
	u32 next_ost;	  /* OST objects handed out so far */
	char error[256];  /* why the last call failed */
};

int mk_fail(struct mk_model *m, int rc, const char *fmt, ...) __printf(3, 4);
/* Makes room for element number n of an array. */
int mk_grow(void *array, u32 *cap, u32 n, size_t size);

int mk_model_init(struct mk_model *m);
void mk_model_done(struct mk_model *m);

/* Each returns the new number in *out. */
int mk_new_object(struct mk_model *m, u8 type, u16 perm, u16 flags, u32 *out);
int mk_new_blob(struct mk_model *m, const void *data, u32 len, u32 *out);
int mk_new_style(struct mk_model *m, const struct mk_style *s, u32 *out);
/* indexed: can be found by name later, and may not exist yet. */
int mk_new_name(struct mk_model *m, u32 dir, const char *name, size_t len, u32 target,
		bool indexed);
/* Takes a name away again, as an unlink does. */
void mk_drop_name(struct mk_model *m, u32 entry);
int mk_new_raw_ea(struct mk_model *m, u32 object, const char *name, const u8 *value, u32 len);

void mk_next_fid(struct mk_model *m, u32 object);
/* Draws the OST objects the layout of its style needs. */
void mk_draw_ost_objects(struct mk_model *m, u32 object);

/* Entry number, or MK_NONE. */
u32 mk_find_name(const struct mk_model *m, u32 dir, const char *name, size_t len);
/* The entry (and the object) a path leads to. */
int mk_find_path(struct mk_model *m, const char *path, u32 *entry, u32 *object);
/* The directory a path's last component is in, and that component. */
int mk_find_parent(struct mk_model *m, const char *path, u32 *dir, const char **name);

/* namespace.c: the objects of an empty MDT. */
int mk_namespace(struct mk_model *m);
/* Moves the object into PENDING; its linkEA entry stays. */
int mk_make_orphan(struct mk_model *m, u32 entry);

/* dne.c: what a second MDT brings along. */
/* Makes an object a stand-in for the one with that FID elsewhere. */
void mk_make_agent(struct mk_model *m, u32 object, const struct mk_fid *fid);
/* Links a directory into REMOTE_PARENT_DIR; its parent and name are another MDT's. */
int mk_make_remote(struct mk_model *m, u32 dir, const struct mk_fid *parent, const char *name);
/* Makes a new directory striped; the last remote shards are another MDT's. */
int mk_make_striped(struct mk_model *m, u32 dir, u32 remote);
/* Makes a remote directory shard number index of a master on the other MDT. */
int mk_make_shard(struct mk_model *m, u32 dir, u32 index);
/* stripe.c: the number of the shard a name belongs into. */
u32 mk_shard_of(u32 hash, u32 shards, const char *name, size_t len);
/* Where a name goes: the shard of a striped directory, else the directory itself. */
u32 mk_place_of(const struct mk_model *m, u32 dir, const char *name, size_t len);

/* state.c: what the state files say once everything is there. */
int mk_server_state(struct mk_model *m);
/* The file system's UUID, made from the seed. */
void mk_uuid(const struct mk_model *m, u64 salt, u8 *uuid);

/* layout.c: how many OST objects such a file draws; can the writer make it? */
u32 mk_layout_objects(const struct mk_style *s);
bool mk_layout_fits(const struct mk_style *s);

/* The first sequence after the start of an OST's range in fld. */
static inline u64 mk_ost_seq(u32 ost)
{
	return MK_SEQ_NORMAL + (MK_MDTS + ost) * MK_SUPER_SEQ + 1;
}

/* bulk.c: n objects below /bulk; linkea false: none of them has one. */
int mk_bulk(struct mk_model *m, u32 n, u32 big, u32 dirs_percent, bool linkea);
int mk_files(struct mk_model *m, u32 dir, const char *prefix, u32 n, u32 style, bool indexed);

/* recipe.c: reads a recipe into the model. name is for messages. */
int mk_read_recipe(struct mk_model *m, const char *path);

static inline struct mk_fid mk_fid_of(const struct mk_object *o)
{
	return (struct mk_fid){ o->seq, o->oid, 0 };
}

u32 mk_generation(const struct mk_model *m, u32 ino);
u64 mk_mix(u64 x);

#endif
