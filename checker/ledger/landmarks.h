/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds the landmarks of an MDT by reading its backend root: ROOT, PENDING,
 * REMOTE_PARENT_DIR, the OI files, and the state files that say who this server
 * is.  Runs first; everything later asks env.
 */
#ifndef MDTCHECK_LEDGER_LANDMARKS_H
#define MDTCHECK_LEDGER_LANDMARKS_H

#include "mdtcheck/env.h"

/*
 * Fills env (env_free() frees it) and tells the view its OI files.  -EINVAL with a
 * line in err when this is no MDT: an OST, a plain file system, an MGS alone.
 */
int env_load(struct env *env, struct view *view, struct view_buf *buf, bool allow_not_lustre,
	     char *err, size_t errlen);
/*
 * Reads the state files of the server again, which a running one changes.  What cannot be
 * read stays as it was.  0 or -ENOMEM.
 */
int env_refresh(struct env *env, struct view *view, struct view_buf *buf);
void env_free(struct env *env);

#endif
