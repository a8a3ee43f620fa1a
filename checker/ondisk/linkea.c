/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trusted.link.  Decoding walks every entry once, so that the iterator below
 * cannot fail.  Whether a parent FID makes sense is for the linkEA rules: an EA
 * with one odd parent still tells its other names.
 */
#include "ondisk/fid.h"
#include "ondisk/linkea.h"

/*
 * A name entry is at most 255 bytes, but an encrypted name is stored here with
 * its critical bytes escaped, and each of those takes two.
 */
#define LINKEA_NAME_MAX 510

struct header {
	u32 magic;
	u32 reccount;
	u64 len;
	u32 overflow_time;
};

/* Takes one entry off the cursor; false when the bytes there are not one. */
static bool entry_read(struct cursor *c, struct linkea_entry *e)
{
	struct cursor fixed = cursor_part(c, LINKEA_ENTRY_MIN);
	size_t reclen = cursor_be16(&fixed);

	if (reclen <= LINKEA_ENTRY_MIN || reclen - LINKEA_ENTRY_MIN > LINKEA_NAME_MAX)
		return false;
	e->parent = fid_read_be(&fixed);
	e->namelen = (u16)(reclen - LINKEA_ENTRY_MIN);
	e->name = (const char *)cursor_bytes(c, e->namelen);
	return !c->bad;
}

static void header_swap(struct header *h)
{
	h->magic = __builtin_bswap32(h->magic);
	h->reccount = __builtin_bswap32(h->reccount);
	h->len = __builtin_bswap64(h->len);
	h->overflow_time = __builtin_bswap32(h->overflow_time);
}

static const char *header_read(struct cursor *c, struct header *h)
{
	struct cursor fixed = cursor_part(c, LINKEA_HEADER);

	h->magic = cursor_le32(&fixed);
	h->reccount = cursor_le32(&fixed);
	h->len = cursor_le64(&fixed);
	h->overflow_time = cursor_le32(&fixed);
	if (c->bad)
		return "linkEA is shorter than its header";
	if (h->magic == __builtin_bswap32(LINKEA_MAGIC))
		header_swap(h);
	if (h->magic != LINKEA_MAGIC)
		return "linkEA has a wrong magic";
	if (h->len < LINKEA_HEADER)
		return "linkEA claims to be shorter than its header";
	if (h->len > c->len || h->len > UINT32_MAX)
		return "linkEA claims to be longer than it is";
	return NULL;
}

/*
 * Takes n entries off the cursor and keeps the first.  A count that lies costs no time: every
 * entry takes at least 19 bytes.
 */
static const char *entries_read(struct cursor *c, u32 n, struct linkea_entry *first)
{
	struct linkea_entry later;
	u32 i;

	for (i = 0; i < n; i++) {
		if (!cursor_left(c))
			return "linkEA counts more entries than it holds";
		if (!entry_read(c, i ? &later : first))
			return "linkEA entry has an impossible length";
	}
	return NULL;
}

int linkea_decode(const u8 *data, size_t len, struct linkea *out, const char **why)
{
	struct cursor c = cursor_make(data, len);
	struct linkea_entry first = { .name = NULL };
	struct header h;

	*why = header_read(&c, &h);
	if (*why)
		return -EBADMSG;
	c.len = (size_t)h.len;
	*why = entries_read(&c, h.reccount, &first);
	if (*why)
		return -EBADMSG;
	*out = (struct linkea){
		.reccount = h.reccount,
		.overflow_time = h.overflow_time,
		.len = (u32)h.len,
		.entries_len = (u32)(c.off - LINKEA_HEADER),
		.entries = data + LINKEA_HEADER,
		.first = first,
	};
	return 0;
}

void linkea_read(struct linkea_walk *it, struct linkea_entry *e)
{
	const struct linkea *l = it->l;
	struct cursor c = cursor_make(l->entries, l->entries_len);

	cursor_seek(&c, it->off ? it->off : LINKEA_ENTRY_MIN + (size_t)l->first.namelen);
	entry_read(&c, e);
	it->off = (u32)c.off;
}

/* Bytes that the escaped form of a name does not hold as they are. */
static bool name_byte_escaped(char c)
{
	return c == '\0' || c == '\n' || c == '\r' || c == '/' || c == 0x7f || c == '=';
}

/* Is escaped the form that raw takes in a linkEA: '=' and the byte plus 64 for each such byte? */
static bool name_is_escaped(const char *escaped, size_t len, const char *raw, size_t rawlen)
{
	size_t at = 0;
	size_t i;

	for (i = 0; i < rawlen; i++) {
		char c = raw[i];

		if (name_byte_escaped(c)) {
			if (at == len || escaped[at++] != '=')
				return false;
			c = (char)(c + 64);
		}
		if (at == len || escaped[at++] != c)
			return false;
	}
	return at == len;
}

bool linkea_entry_is(const struct linkea_entry *e, const struct fid *parent, const char *name,
		     size_t namelen, bool encrypted)
{
	if (!fid_equal(&e->parent, parent))
		return false;
	if (e->namelen == namelen && !memcmp(e->name, name, namelen))
		return true;
	return encrypted && name_is_escaped(e->name, e->namelen, name, namelen);
}

bool linkea_is_full(const struct linkea *l, size_t namelen)
{
	return l->overflow_time || l->len + LINKEA_ENTRY_MIN + namelen > LINKEA_MAX;
}
