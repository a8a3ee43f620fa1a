/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small JSON tree that is built, written and forgotten.
 *
 * jansson has signed 64-bit integers and takes no string that is not UTF-8:
 * counters are numbers, what stands on disk is a string, and names are escaped.
 * No put_...() returns an error: a piece remembers that one failed and is then
 * not written.
 */
#ifndef MDTCHECK_REPORT_JSON_PIECE_H
#define MDTCHECK_REPORT_JSON_PIECE_H

#include <jansson.h>
#include <stdio.h>

#include "mdtcheck/fid.h"

struct piece {
	json_t *obj;
	bool failed; /* out of memory somewhere: the piece must not be written */
};

struct piece piece_new(void);
/* Writes the piece and frees it: 0, -ENOMEM or -EIO.  lines: a key a line, else all on one. */
int piece_write(FILE *out, struct piece *p, bool lines);

/* These take v, which may be NULL after a failed allocation. */
void piece_put(struct piece *p, const char *key, json_t *v);
void piece_append(struct piece *p, json_t *array, json_t *v);
void put_piece(struct piece *p, const char *key, struct piece *child);
void append_piece(struct piece *p, json_t *array, struct piece *child);

void put_bool(struct piece *p, const char *key, bool v);
/* A counter: a number; what no JSON reader could keep exactly is cut. */
void put_count(struct piece *p, const char *key, u64 v);
/* A string of ours, known to be UTF-8; NULL becomes null. */
void put_text(struct piece *p, const char *key, const char *s);
/* As strings: */
void put_hex(struct piece *p, const char *key, u64 v);
void put_u64(struct piece *p, const char *key, u64 v);
void put_fid(struct piece *p, const char *key, const struct fid *f);
/* Seconds since the epoch as ISO 8601; "@N" for what no calendar holds. */
void put_time(struct piece *p, const char *key, u64 seconds);

/* Bytes of any kind, escaped; KEY_hex stands beside it where that changed them. */
void put_name(struct piece *p, const char *key, const char *bytes, size_t len);
/* The same of a string; null for NULL and for "". */
void put_name_or_null(struct piece *p, const char *key, const char *s);
json_t *name_string(const char *bytes, size_t len, bool *unchanged);
json_t *hex_string(const char *bytes, size_t len);

#endif
