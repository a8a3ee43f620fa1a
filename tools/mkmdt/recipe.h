/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Words and options of a recipe line; shared by the statement reader
 * (recipe.c) and the parsers of single values (value.c).
 */
#ifndef MKMDT_RECIPE_H
#define MKMDT_RECIPE_H

#include "tools/mkmdt/model.h"

/* One line: words[0] is the statement. */
struct stmt {
	struct mk_model *m;
	char **words;
	u32 n;
	u32 line;
	u32 next; /* first option word */
};

/* What the options of a creating statement ask for. */
struct wish {
	struct mk_style style;
	struct mk_fid fid;
	bool has_fid;
	const char *prefix;
	u32 big, dirs;
	bool no_linkea; /* of bulk */
	u32 remote; /* shards of the other MDT */
	u32 shard;  /* which shard of style.shards a remote directory is */
	u8 type;    /* of an agent */
};

enum {
	FOR_DIR = 1,
	FOR_FILE = 2,
	FOR_NODE = 4,
	FOR_FILES = 8,
	FOR_BULK = 16,
	FOR_AGENT = 32,
	FOR_STRIPED = 64,
	FOR_REMOTE = 128,
};

/* option.c: key=value words. */
int bad_value(struct stmt *s, const char *key, const char *value);
/* The next key=value word, split in place. 0 at the end of the line, 1, -EINVAL. */
int next_option(struct stmt *s, char **key, char **value);
int read_wishes(struct stmt *s, int what, u16 mode, struct wish *w);
/* The mdt statement's. */
int read_config(struct stmt *s, struct mk_config *c);

/*
 * value.c.  Splits a line in place. -EINVAL with *why set. *words: malloc'ed,
 * the words are in line.
 */
int recipe_split(char *line, char ***words, u32 *n, const char **why);

bool parse_u64(const char *text, u64 max, u64 *out);  /* decimal, 0x hex */
bool parse_size(const char *text, u64 *out);	      /* with K, M, G; "eof" is all ones */
bool parse_mode(const char *text, u16 *out);	      /* octal permission bits */
bool parse_fid(const char *text, struct mk_fid *out); /* [0x..:0x..:0x..], brackets optional */
bool parse_on_off(const char *text, bool *out);
bool parse_device(const char *text, u32 *maj, u32 *min);
/* Bytes in hex, in place of the text. */
bool parse_hex(char *text, u32 *len);
bool parse_ends(const char *text, struct mk_style *s);

#endif
