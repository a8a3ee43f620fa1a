/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Carries the extended attributes of one object to a directory outside the target:
 * onto a stub file, for getfattr, and into a file for `setfattr --restore`.
 *
 * The writer is a process of its own, started before the sandbox is entered, with a
 * sandbox of its own.  It has no descriptor of the target's device, is sent names and
 * bytes through a pipe, and writes nothing but new files in that one directory.
 *
 * Where the target is a mounted copy, it has the root of that mount besides, and libattr
 * copies from there onto the stub; what arrived is compared with the bytes from the pipe.
 */
#ifndef MDTCHECK_REPORT_EVIDENCE_H
#define MDTCHECK_REPORT_EVIDENCE_H

#include "base/child.h"
#include "mdtcheck/fid.h"
#include "mdtcheck/target.h"

#define EVIDENCE_EAS_MAX 1024U
#define EVIDENCE_NAME_MAX 300U
#define EVIDENCE_VALUE_MAX 65536U

struct evidence_options {
	const char *dir;
	const struct target *target;
	int root; /* of the mounted copy; -1: onto the stub go the bytes from the pipe */
	/* Locks the writer up with these two descriptors: 0, or -errno where a lock is missing. */
	int (*confine)(int dir, int root);
};

struct evidence_writer {
	char *dir; /* owned; NULL: not started */
	struct child pipes;
};

/* An attribute to be carried. */
struct evidence_ea {
	const char *name; /* with its prefix */
	u32 namelen;
	bool settable; /* false: into the dump of what no program can set */
	const u8 *value; /* NULL: left out */
	u32 len;
};

/* What they are attributes of. */
struct evidence_object {
	u32 ino;
	struct fid fid;
	const char *path; /* from the root of the mounted copy; "" without one */
	const struct evidence_ea *ea;
	u32 nea;
};

struct evidence_result {
	char *stub, *dump; /* paths of the files; owned */
	u32 held;	   /* attributes on the stub, read back and equal */
	int *state;	   /* of each attribute: 0 on the stub, -errno: why not; owned */
	int rc;		   /* -errno: the files are not complete, or not to be trusted */
	bool confined;	   /* all locks of the writer held */
};

/* Before the sandbox.  0, or -errno with a line in err. */
int evidence_start(const struct evidence_options *opt, struct evidence_writer *w, char *err,
		   size_t errlen);

/* Once.  0, also where the writer reports a failure in out->rc; -errno. */
int evidence_send(struct evidence_writer *w, const struct evidence_object *o,
		  struct evidence_result *out);
/* A state or rc in words. */
const char *evidence_why(int rc);
void evidence_result_free(struct evidence_result *r);
void evidence_end(struct evidence_writer *w);

#endif
