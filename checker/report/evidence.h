/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Carries the extended attributes of one object to a directory outside the target:
 * onto a stub file, for getfattr, and into a file for `setfattr --restore`.
 *
 * The writer is a process of its own, started before the sandbox is entered.  It
 * has no descriptor of the target, is sent bytes through a pipe, and writes nothing
 * but new files in that one directory.
 */
#ifndef MDTCHECK_REPORT_EVIDENCE_H
#define MDTCHECK_REPORT_EVIDENCE_H

#include "mdtcheck/fid.h"
#include "mdtcheck/target.h"

#define EVIDENCE_EAS_MAX 1024U
#define EVIDENCE_NAME_MAX 300U
#define EVIDENCE_VALUE_MAX 65536U

struct evidence_writer {
	char *dir;    /* owned */
	int to, from; /* pipes; -1: not started */
};

/* An attribute to be carried. */
struct evidence_ea {
	const char *name; /* with its prefix */
	u32 namelen;
	bool settable; /* false: into the dump of what no program can set */
	const u8 *value; /* NULL: left out */
	u32 len;
};

struct evidence_result {
	char *stub, *dump; /* paths of the files; owned */
	u32 held;	   /* attributes on the stub, read back and equal */
	int *state;	   /* of each attribute: 0 on the stub, -errno: why not; owned */
	int rc;		   /* -errno: the files are not complete */
};

/* Before the sandbox.  0, or -errno with a line in err. */
int evidence_start(const char *dir, const struct target *t, struct evidence_writer *w, char *err,
		   size_t errlen);

/* Once.  0, also where the writer reports a failure in out->rc; -errno. */
int evidence_send(struct evidence_writer *w, u32 ino, const struct fid *fid,
		  const struct evidence_ea *ea, u32 n, struct evidence_result *out);
void evidence_result_free(struct evidence_result *r);
void evidence_end(struct evidence_writer *w);

#endif
