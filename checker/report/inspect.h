/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One object laid open: what `mdtcheck inspect` knows, and its two forms.
 *
 *	checker/inspect.c	 fills struct inspection
 *	report/inspect_doc.c	 says it, part by part
 *	report/inspect_ea.c	 what its attributes mean, a function each
 *	report/inspect_text.c, inspect_json.c	the forms
 */
#ifndef MDTCHECK_REPORT_INSPECT_H
#define MDTCHECK_REPORT_INSPECT_H

#include "report/doc.h"
#include "report/evidence.h"
#include "report/report.h"

/* An attribute as it was read, with its full name. */
struct inspect_ea {
	char *name; /* "trusted.lma"; owned */
	u32 namelen;
	u8 place;      /* enum ea_place */
	bool settable; /* setxattr() takes this name and these bytes */
	u32 ino;       /* EA inode, 0 none */
	u32 len;
	u8 *value;	 /* owned; NULL: not had */
	const char *why; /* ... because; static */
};

/* One directory on the way to the root, from the object up. */
struct inspect_step {
	u32 ino;
	struct fid fid;
	enum dir_class class;
	char *name; /* of the one below, in this directory; owned; NULL: none was found */
	u32 namelen;
};

struct inspection {
	const char *asked; /* what the user wrote */
	const char *how;   /* how the object was found; static */
	const struct facts *facts; /* obj among them */

	struct inspect_ea *ea; /* owned */
	u32 nea;
	bool ea_cut; /* there are more than are kept */

	struct inspect_step *chain; /* owned */
	u32 nchain;
	const char *chain_end; /* where the chain ends, or why; static */

	char **paths; /* of the first npaths names of the facts; owned; an element may be NULL */
	u32 npaths;

	const struct rule_verdict *verdicts; /* indexed like rule_table() */
	const struct finding_list *findings;
	u32 looks; /* how often all sides were read */

	const struct evidence_result *copy; /* NULL: not asked for */
};

/* The run (for target, coverage, locks, verdict) and the object.  0, -ENOMEM, -EIO. */
int inspect_write(FILE *out, const struct report *r, const struct inspection *in, bool json);

/* What the object's attributes decode to: an object "decoded". */
void inspect_decoded(struct doc *d, const struct object *o);

const char *inspect_class_name(enum dir_class c);

#endif
