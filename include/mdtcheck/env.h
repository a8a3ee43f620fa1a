/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known about the MDT as a whole before any object is judged: its
 * landmarks, its place in the file system, the state of its indexes.
 */
#ifndef MDTCHECK_ENV_H
#define MDTCHECK_ENV_H

#include "mdtcheck/view.h"
#include "ondisk/server.h"

enum seq_owner {
	SEQ_UNKNOWN, /* no fld, or no range covers it */
	SEQ_OURS,
	SEQ_OTHER_MDT,
	SEQ_OST,
};

/* The files in which a server keeps what it must remember. */
enum state_id {
	STATE_MOUNTDATA,
	STATE_LAST_RCVD,
	STATE_OI_SCRUB,
	STATE_FLD,
	STATE_SEQ_SRV,
	STATE_SEQ_CTL,
	STATE_LOV_OBJID,
	STATE_LOV_OBJSEQ,
	STATE_LFSCK_NAMESPACE,
	STATE_LFSCK_LAYOUT,
	STATE_NR,
};

struct state_file {
	u32 ino; /* 0: there is no such name */
	u32 generation;
	u16 mode;
	struct fid fid;
	const char *broken;  /* why it cannot be read or decoded: static; NULL */
	const char *unknown; /* why nothing is known of it, without its being wrong; NULL */
};

/* One place that states the number of this MDT. */
struct index_vote {
	enum state_id where;
	const char *what; /* an evidence key */
	u32 index;
};
#define INDEX_VOTES_MAX 5

struct env {
	const struct view_info *info;

	struct state_file state[STATE_NR];

	u32 root_ino;	 /* ROOT: the name space; 0 on MDTs other than 0 */
	u32 pending_ino; /* PENDING */
	u32 rpd_ino;	 /* REMOTE_PARENT_DIR */
	u32 dot_lustre_ino;
	u32 lost_found_ino; /* the backend's own lost+found, where e2fsck puts what has no name */

	bool has_index; /* index is known */
	u32 index;	/* of this MDT: what most of the places that state it say */
	bool has_mountdata;
	struct mountdata mountdata;
	bool has_last_rcvd;
	struct last_rcvd last_rcvd;
	char svname[64]; /* "" unknown */

	struct fld_range *fld; /* sorted by start; owned */
	u32 nfld;
	const struct fld_range *fld_home; /* of fld the one that most sequences are in; NULL */
	struct fld_range fld_bad; /* the first range that is not one, and how many there are: */
	u32 nfld_bad;

	bool has_scrub; /* scrub is valid */
	struct oi_scrub scrub;
	bool has_lfsck[LFSCK_NR];
	struct lfsck_state lfsck[LFSCK_NR];
	/* What these two were when the run began. */
	struct oi_scrub first_scrub;
	struct lfsck_state first_lfsck[LFSCK_NR];
	bool has_seq_srv, has_seq_ctl;
	struct seq_range seq_srv, seq_ctl;
	u64 *lov_objid; /* last object id by OST index; owned */
	u32 nlov_objid;
	u64 *lov_objseq; /* the sequence which that id is of, by OST index; owned */
	u32 nlov_objseq; /* 0: a file system from before 2.4 */

	u32 oi_count; /* OI files in use; 0: a file system from before 2.0 */
	u32 *oi_ino;  /* owned */
	bool oi_plain; /* the one file is called oi.16, without a number */
	u32 oi_lost;  /* numbers below oi_count without a live file: oi_ino 0 */
	bool backend_blind; /* part of the backend root could not be read: names may be missed */

	u64 started; /* seconds, when the run began */
};

/* The range of the FLD that covers the sequence, NULL. */
const struct fld_range *env_seq_range(const struct env *env, u64 seq);
enum seq_owner env_seq_owner(const struct env *env, u64 seq);

/* Does the sequence range hold nothing: none was given, or all of it was given away? */
static inline bool seq_range_is_empty(const struct seq_range *r)
{
	return r->start == r->end;
}

/* Path of a state file below the backend root. */
const char *env_state_path(enum state_id id);
/* What the state files say which MDT this is; INDEX_VOTES_MAX at most. */
u32 env_index_votes(const struct env *env, struct index_vote *out);
/* The number that more than half of the votes are for. */
bool env_index_elect(const struct index_vote *vote, u32 n, u32 *index);
/* Does an LFSCK of this kind run now?  On a target that cannot change, none does. */
bool env_lfsck_runs(const struct env *env, enum lfsck_kind kind);
/* Do they run, or have they since the run began? */
bool env_lfsck_ran(const struct env *env);
bool env_scrub_ran(const struct env *env);

/* Reserved, journal and quota inodes: nothing of Lustre is expected there. */
bool env_is_exempt_ino(const struct env *env, u32 ino);

/* Is an OI mapping due for an object with this LMA? */
bool env_oi_due(const struct env *env, const struct object *o);

#endif
