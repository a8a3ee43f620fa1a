/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bounded byte cursor: the only way a decoder looks at disk bytes.
 *
 * A read past the end returns zero and makes the cursor bad; it stays bad, so
 * a decoder may read a whole header and ask once.  Nothing is ever cast onto
 * the buffer: no alignment, no byte order and no length is assumed.
 */
#ifndef MDTCHECK_BASE_CURSOR_H
#define MDTCHECK_BASE_CURSOR_H

#include <string.h>

struct cursor {
	const u8 *data; /* not owned */
	size_t len;	/* bytes in data */
	size_t off;	/* next byte to read, never > len */
	bool bad;	/* a read or seek went outside: every value since is 0 */
};

static inline struct cursor cursor_make(const void *data, size_t len)
{
	return (struct cursor){ .data = data, .len = len };
}

static inline size_t cursor_left(const struct cursor *c)
{
	return c->bad ? 0 : c->len - c->off;
}

/* Are n more bytes there?  The cursor is bad when they are not. */
static inline bool cursor_has(struct cursor *c, size_t n)
{
	if (unlikely(c->bad || n > c->len - c->off))
		c->bad = true;
	return !c->bad;
}

/* The next n bytes, or NULL (and the cursor bad) when fewer are left. */
static inline const u8 *cursor_bytes(struct cursor *c, size_t n)
{
	const u8 *p = c->data + c->off;

	if (!cursor_has(c, n))
		return NULL;
	c->off += n;
	return p;
}

/*
 * The next n bytes as a cursor of its own.  Where n is a constant and the part is read in
 * order, its bounds are known when compiling: one comparison for the part, not one for each
 * field.  When fewer are left both are bad.
 */
static inline struct cursor cursor_part(struct cursor *c, size_t n)
{
	static const u8 nothing[1];
	const u8 *p = c->data + c->off;

	if (!cursor_has(c, n))
		return (struct cursor){ .data = nothing, .bad = true };
	c->off += n;
	return cursor_make(p, n);
}

static inline void cursor_skip(struct cursor *c, size_t n)
{
	cursor_bytes(c, n);
}

static inline void cursor_seek(struct cursor *c, size_t off)
{
	if (c->bad || off > c->len)
		c->bad = true;
	else
		c->off = off;
}

#define CURSOR_READ(name, type, convert)                                                           \
	static inline type cursor_##name(struct cursor *c)                                         \
	{                                                                                          \
		type v;                                                                            \
                                                                                                   \
		if (!cursor_has(c, sizeof(v)))                                                     \
			return 0;                                                                  \
		memcpy(&v, c->data + c->off, sizeof(v));                                           \
		c->off += sizeof(v);                                                               \
		return convert(v);                                                                 \
	}

#include <endian.h>
CURSOR_READ(u8, u8, )
CURSOR_READ(le16, u16, le16toh)
CURSOR_READ(le32, u32, le32toh)
CURSOR_READ(le64, u64, le64toh)
CURSOR_READ(be16, u16, be16toh)
CURSOR_READ(be32, u32, be32toh)
CURSOR_READ(be64, u64, be64toh)
#undef CURSOR_READ

#endif
