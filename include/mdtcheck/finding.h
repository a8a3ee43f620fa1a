/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Findings: what a rule says about one object, with its evidence.
 */
#ifndef MDTCHECK_FINDING_H
#define MDTCHECK_FINDING_H

#include "mdtcheck/fid.h"

struct rule;

enum severity { SEV_INFO, SEV_WARNING, SEV_ERROR };

enum finding_state {
	FINDING_CONFIRMED,
	FINDING_TRANSIENT, /* gone at a later look: not reported, counted */
	/* kept changing, or its journal may undo it: named, never counted as an error */
	FINDING_UNSTABLE,
};

enum evidence_type { EV_U64, EV_HEX, EV_FID, EV_NAME, EV_TEXT, EV_TIME };

/* One named fact.  Names and texts are bytes of length len, owned by the finding. */
struct evidence {
	const char *key; /* static */
	enum evidence_type type;
	union {
		u64 num;
		struct fid fid;
		struct {
			const char *bytes;
			u32 len;
		} str;
	};
};

#define FINDING_EVIDENCE_MAX 16
#define FINDING_WITNESS_MAX 8
#define FINDING_TEXT_MAX 1024

/*
 * One place that states the identity of an object (a directory's children and
 * their ".." state it too), or who its parent is.
 */
struct witness {
	const char *place; /* static: "lma", "oi", "dirent", "lov", "children", "dotdot", "linkea" */
	struct fid value;
	u32 count;   /* places of this kind that say so; more than one: children */
	bool agrees; /* with the side that is right; false throughout where nobody knows */
};

struct finding {
	const struct rule *rule;
	enum finding_state state;
	enum severity severity;

	/* The subject. ino 0 where there is none (an index, a stray record). */
	u32 ino;
	u32 generation;
	u16 mode;
	struct fid fid;

	/* Joins for grouping; zero when they do not apply. */
	u32 parent_ino;	       /* directory that holds or should hold the name */
	struct fid parent_fid; /* as the linkEA entry or the directory states it */
	struct fid other_fid;  /* the contradicting FID: OI key, LUFID, ... */
	u32 other_ino;	       /* the contradicting inode */
	u64 name_key;	       /* names the pair (directory, name); see finding_name_key() */
	u32 oi;		       /* OI file number + 1, 0 none */

	const char *what; /* which form of the violation, a static sentence */

	struct evidence ev[FINDING_EVIDENCE_MAX];
	u32 nev;
	struct witness wit[FINDING_WITNESS_MAX];
	u32 nwit;
	const char *verdict; /* static: the side that is wrong, "undecided"; information: NULL */

	char text[FINDING_TEXT_MAX]; /* bytes of names and texts while it is being made */
	u32 text_len;
};

/* What grouping needs of a finding: a million of them must be told from their one cause. */
struct finding_join {
	u64 name_key;
	u64 fid, parent_fid, other_fid; /* finding_fid_key() */
	u64 fingerprint;
	u32 ino, parent_ino, other_ino;
	u32 arrival; /* which of them it was, as they were found */
	u32 listed;  /* where it stands in the list of findings, FINDING_UNLISTED */
	u16 oi;	     /* OI file number + 1, 0 none */
	u8 rule;     /* its place in the table of rules */
	u8 severity : 2;
	u8 is_dir : 1;
	u8 is_known : 1; /* the mode of the subject is known: is_dir says something */
};

#define FINDING_UNLISTED UINT32_MAX

/* What the relations of a rule look at, beside ino and the bits. */
enum join_field {
	JOIN_RELATED = 1, /* it has some */
	JOIN_NAME = 2,
	JOIN_FID = 4,
	JOIN_PARENT_FID = 8,
	JOIN_OTHER_FID = 16,
	JOIN_PARENT = 32,
	JOIN_OTHER = 64, /* other_ino */
	JOIN_OI = 128,
	JOIN_FINGERPRINT = 256, /* it is the cause of something, which names it */
};

/* Bits of enum join_field for the rule with this number; 0: it neither explains nor is explained. */
u16 cause_fields(u8 rule);

/* A FID in 64 bits; 0 for the zero FID only. */
u64 finding_fid_key(const struct fid *fid);

/* Joins two findings about the same name in the same directory; never 0. */
u64 finding_name_key(u32 dir_ino, const char *name, u32 len);

/* Evidence for a finding that is being made; silently full after the maximum. */
void finding_u64(struct finding *f, const char *key, u64 v);
void finding_hex(struct finding *f, const char *key, u64 v);
void finding_time(struct finding *f, const char *key, u64 v);
void finding_fid(struct finding *f, const char *key, const struct fid *v);
void finding_name(struct finding *f, const char *key, const char *name, u32 len);
void finding_text(struct finding *f, const char *key, const char *text);
void finding_witness(struct finding *f, const char *place, const struct fid *value);
void finding_witnesses(struct finding *f, const char *place, const struct fid *value, u32 count);

#endif
