/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exact facts about one object, from freshly read bytes of all sides: what the
 * rules judge.  During the scan only env and obj are there (have_cross false) and
 * only record rules run.
 */
#ifndef MDTCHECK_FACTS_H
#define MDTCHECK_FACTS_H

#include "mdtcheck/env.h"
#include "mdtcheck/object.h"
#include "ondisk/dirent.h"

/* Where a directory hangs; decides what its names mean. */
enum dir_class {
	DIR_UNKNOWN,   /* not classified (not in the table) */
	DIR_NAMESPACE, /* below ROOT */
	DIR_REMOTE,    /* below an object in REMOTE_PARENT_DIR */
	DIR_RPD,       /* REMOTE_PARENT_DIR itself */
	DIR_PENDING,   /* PENDING itself */
	DIR_ORPHAN,    /* below PENDING */
	DIR_INTERNAL,  /* the backend root and what else hangs below it */
	/* reaches no root: its chain of parents ends, loops, or comes to the backend's lost+found */
	DIR_DETACHED,
};

/* Are the names in such a directory names that clients see? */
static inline bool dir_class_is_namespace(enum dir_class c)
{
	return c == DIR_NAMESPACE || c == DIR_REMOTE;
}

/* Can it be believed where a shard wants its names to be? */
enum shard_trust {
	SHARD_UNASKED,	/* the directory is no shard, or wants the name */
	SHARD_TRUSTED,	/* its master is on this MDT and agrees with it */
	SHARD_ALONE,	/* its master is on another MDT */
	SHARD_DOUBTFUL, /* no: see shard_doubt */
};

/* A name entry that leads to the object. */
struct name_fact {
	u32 dir_ino;
	struct fid dir_fid;
	enum dir_class dir_class;
	u8 type; /* nibble */
	bool has_lufid;
	bool data_bad;
	struct fid lufid;
	/* Where lufid is not the object's FID: the live inode that has it by OI and LMA, else 0. */
	u32 lufid_ino;
	const char *name;
	u16 namelen;
	bool dir_encrypted;
	struct lmv dir_lmv; /* of the directory */
	u32 dir_shard_twice; /* as shard_twice of the directory */
	enum shard_trust shard_trust;
	const char *shard_doubt; /* SHARD_DOUBTFUL: why */
};

/* Whose directory a linkEA entry's parent is. */
enum parent_where {
	PARENT_LOCAL,	/* a directory of this MDT: dir_ino */
	PARENT_FOREIGN, /* its sequence belongs to another MDT */
	PARENT_MISSING, /* its sequence is ours, no such directory here */
	PARENT_UNKNOWN, /* no fld to tell */
};

/* One linkEA entry of the object. */
struct link_fact {
	struct linkea_entry e;
	enum parent_where where;
	u32 dir_ino;		  /* PARENT_LOCAL */
	enum dir_class dir_class; /* PARENT_LOCAL */
	bool dir_blind;		  /* part of that directory could not be read */
	s64 match;		  /* index into names, -1: no such name entry */
};

/* An OI record that leads to the object or carries its FID. */
struct oi_fact {
	u32 oi; /* OI file number */
	struct oi_record rec;
};

/* A claim on one of the object's OST objects by a layout (its own too). */
struct share_fact {
	u32 ino; /* the claimant */
	struct fid claimant;
	struct fid object;
	u32 ost_idx;
	bool pending; /* the claimant is in PENDING */
};

/* A FID that children of a directory state for it, and how many of those asked do. */
struct parent_vote {
	struct fid fid;
	u32 count;
};

/* Children disagree about their parent only where there is more than one damage. */
#define PARENT_VOTES_MAX 3

/* What an object is, all names considered. */
enum object_class {
	CLASS_INTERNAL,	 /* the server's own */
	CLASS_NAMESPACE, /* a client sees it (or should) */
	CLASS_AGENT,	 /* stands for an object of another MDT */
	CLASS_ORPHAN,	 /* open and unlinked, or volatile: in PENDING */
	CLASS_EXEMPT,	 /* reserved, quota, EA and journal inodes */
	CLASS_FREE,	 /* not in use: a name or an OI mapping leads to nothing */
};

struct facts {
	const struct env *env;
	const struct object *obj;

	bool have_cross; /* everything below is valid */
	/* Why there is nothing of obj but its number (no other rule is asked then); NULL: it was read. */
	const char *unread;
	enum object_class class;

	const struct name_fact *names; /* "." and ".." never among them */
	u32 nnames;
	bool names_blind; /* some directory could not be read whole */
	/* It is in use, and had names in lost+found alone: they are not among names.  The first. */
	const char *lost_name; /* NULL: no */
	u16 lost_namelen;

	const struct link_fact *links; /* one an entry of obj->link */
	u32 nlinks;

	const struct oi_fact *oi;
	u32 noi;
	int oi_own; /* records of obj->fid: 0 there, -ENOENT surely none, else could not tell */

	u32 twin_ino;	    /* another live inode with the same LMA FID, 0 none */
	bool twin_is_agent; /* ... and it is an agent */

	/* Directories: */
	bool dir_read;		/* its blocks were read whole */
	u32 subdirs;		/* name entries of type directory */
	u32 dotdot_ino;		/* 0: no ".." */
	bool dotdot_has_lufid;
	struct fid dotdot_lufid;
	struct fid dotdot_fid;	/* of the directory ".." leads to; zero: there is none */
	const char *dir_problem; /* why a block could not be used; NULL */
	u64 dir_problem_block;
	const char *duplicate_name; /* a name that stands twice in it; NULL */
	u32 duplicate_name_len;
	u32 shard_names;	  /* names in it of shards, with the FID in the entry */
	u32 shard_indices;	  /* masters: how many stripes those name */
	u32 shard_twice;	  /* masters: an index that two of them state, plus 1; 0 none */
	enum dir_class own_class; /* DIR_DETACHED ... of the directory itself */
	bool in_loop;		  /* its chain of parents comes back to it */

	/*
	 * What some of its children call their parent.  They are asked only where two
	 * other places contradict each other about who this directory is.
	 */
	struct parent_vote child_link[PARENT_VOTES_MAX];   /* in their linkEAs */
	struct parent_vote child_dotdot[PARENT_VOTES_MAX]; /* in their ".." */
	u32 nchild_link, nchild_dotdot;

	const struct share_fact *shares; /* claims on objects that have several */
	u32 nshares;
};

#endif
