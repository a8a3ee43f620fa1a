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

struct env {
	const struct view_info *info;

	u32 root_ino;	 /* ROOT: the name space; 0 on MDTs other than 0 */
	u32 pending_ino; /* PENDING */
	u32 rpd_ino;	 /* REMOTE_PARENT_DIR */
	u32 dot_lustre_ino;

	bool has_index; /* index is known */
	u32 index;	/* of this MDT */
	char svname[64]; /* "" unknown */

	struct fld_range *fld; /* sorted by start; owned */
	u32 nfld;

	bool has_scrub; /* scrub is valid */
	struct oi_scrub scrub;
	u32 fld_ino, seq_srv_ino, scrub_ino; /* files that change while the server runs; 0 none */
	bool has_seq_srv;
	struct seq_range seq_srv;
	u64 *lov_objid; /* last object id by OST index; owned */
	u32 nlov_objid;
	u64 *lov_objseq; /* the sequence which that id is of, by OST index; owned */
	u32 nlov_objseq; /* 0: a file system from before 2.4 */
	u32 lov_objid_ino, lov_objseq_ino; /* as fld_ino */

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

/* Reserved, journal and quota inodes: nothing of Lustre is expected there. */
bool env_is_exempt_ino(const struct env *env, u32 ino);

/* Is an OI mapping due for an object with this LMA? */
bool env_oi_due(const struct env *env, const struct object *o);

#endif
