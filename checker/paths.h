/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Paths of findings, from the device: never by a lookup in a mounted tree.
 * "/a/b" is below ROOT; "//CONFIGS/mountdata" is below the backend root.
 */
#ifndef MDTCHECK_PATHS_H
#define MDTCHECK_PATHS_H

#include "base/strbuf.h"
#include "ledger/dirtable.h"

struct paths;

struct paths *paths_new(struct view *view, const struct env *env, const struct dirtable *dirs);
void paths_free(struct paths *p);
/* Keeps nothing open until it is asked again. */
void paths_rest(struct paths *p);

/*
 * Appends the path of name in directory dir.  A directory whose own place is not
 * known is written as its FID in brackets.
 */
void paths_of_name(struct paths *p, u32 dir_ino, const char *name, u32 len, struct strbuf *out);

/* Appends the name of a directory in the one that holds it; false when none was found. */
bool paths_dir_name(struct paths *p, u32 dir_ino, struct strbuf *out);

/* Does the chain of ".." from this directory, as it is now, come back to it? */
bool paths_loop(struct paths *p, u32 dir_ino);

#endif
