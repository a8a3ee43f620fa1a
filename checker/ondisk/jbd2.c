/* SPDX-License-Identifier: GPL-2.0-only */
/* Decoders for the blocks of a jbd2 journal. */
#include "ondisk/jbd2.h"

#define INCOMPAT_KNOWN 0x3fU
#define COMMIT_TIME_OFFSET 48U
#define UUID_BYTES 16U
#define TAIL_BYTES 4U

static u32 tag_bytes(u32 incompat)
{
	u32 bytes = 8;

	if (incompat & JBD2_INCOMPAT_CSUM_V3)
		return 16;
	/* v2 widened the tag by two bytes that nothing uses. */
	if (incompat & JBD2_INCOMPAT_CSUM_V2)
		bytes += 2;
	return incompat & JBD2_INCOMPAT_64BIT ? bytes + 4 : bytes;
}

static const char *super_problem(const struct jbd2_super *s)
{
	if (s->block_size < JBD2_SUPER_BYTES || s->block_size & (s->block_size - 1))
		return "journal has an impossible block size";
	if (!s->first || s->first >= s->maxlen)
		return "journal has no room for a log";
	if (s->start && (s->start < s->first || s->start >= s->maxlen))
		return "journal begins outside itself";
	if (s->incompat & JBD2_INCOMPAT_CSUM_V2 && s->incompat & JBD2_INCOMPAT_CSUM_V3)
		return "journal claims two kinds of checksums";
	return NULL;
}

int jbd2_super_decode(const void *data, size_t len, struct jbd2_super *out, const char **why)
{
	struct cursor c = cursor_make(data, len);
	struct jbd2_super s = { 0 };
	u32 magic = cursor_be32(&c), type = cursor_be32(&c);
	const u8 *uuid;

	cursor_skip(&c, 4);
	s.block_size = cursor_be32(&c);
	s.maxlen = cursor_be32(&c);
	s.first = cursor_be32(&c);
	s.sequence = cursor_be32(&c);
	s.start = cursor_be32(&c);
	cursor_skip(&c, 4);
	if (type == JBD2_SUPER_V2) {
		s.compat = cursor_be32(&c);
		s.incompat = cursor_be32(&c);
		cursor_skip(&c, 4);
		uuid = cursor_bytes(&c, UUID_BYTES);
		if (uuid)
			memcpy(s.uuid, uuid, UUID_BYTES);
	}
	cursor_seek(&c, JBD2_SUPER_CSUM_OFFSET);
	s.csum = cursor_be32(&c);
	*why = "journal has no superblock";
	if (c.bad || magic != JBD2_MAGIC || (type != JBD2_SUPER_V1 && type != JBD2_SUPER_V2))
		return -EBADMSG;
	*why = super_problem(&s);
	if (*why)
		return -EBADMSG;
	*why = "journal has a feature that is not known";
	if (s.incompat & ~INCOMPAT_KNOWN)
		return -EOPNOTSUPP;
	s.tag_bytes = tag_bytes(s.incompat);
	s.has_csum = s.incompat & (JBD2_INCOMPAT_CSUM_V2 | JBD2_INCOMPAT_CSUM_V3);
	*out = s;
	return 0;
}

bool jbd2_header_decode(const void *data, size_t len, struct jbd2_header *out)
{
	struct cursor c = cursor_make(data, len);
	u32 magic = cursor_be32(&c);
	struct jbd2_header h = { .type = cursor_be32(&c), .sequence = cursor_be32(&c) };

	if (c.bad || magic != JBD2_MAGIC)
		return false;
	*out = h;
	return true;
}

static size_t payload(const struct jbd2_super *s)
{
	return s->block_size - (s->has_csum ? TAIL_BYTES : 0);
}

struct cursor jbd2_tags(const struct jbd2_super *s, const void *data)
{
	struct cursor c = cursor_make(data, payload(s));

	cursor_skip(&c, JBD2_HEADER_BYTES);
	return c;
}

bool jbd2_tag_next(const struct jbd2_super *s, struct cursor *it, struct jbd2_tag *out)
{
	struct jbd2_tag t = { 0 };
	struct cursor c;

	if (cursor_left(it) < s->tag_bytes)
		return false;
	c = cursor_make(it->data + it->off, s->tag_bytes);
	t.block = cursor_be32(&c);
	if (s->incompat & JBD2_INCOMPAT_CSUM_V3) {
		t.flags = cursor_be32(&c);
	} else {
		t.csum = cursor_be16(&c);
		t.flags = cursor_be16(&c);
	}
	if (s->incompat & JBD2_INCOMPAT_64BIT)
		t.block |= (u64)cursor_be32(&c) << 32;
	else if (s->incompat & JBD2_INCOMPAT_CSUM_V3)
		cursor_skip(&c, 4);
	if (s->incompat & JBD2_INCOMPAT_CSUM_V3)
		t.csum = cursor_be32(&c);
	cursor_skip(it, s->tag_bytes);
	if (!(t.flags & JBD2_TAG_SAME_UUID) && !(t.flags & JBD2_TAG_LAST))
		cursor_skip(it, UUID_BYTES);
	else if (t.flags & JBD2_TAG_LAST)
		it->off = it->len;
	*out = t;
	return true;
}

int jbd2_revokes(const struct jbd2_super *s, const void *data, struct cursor *it)
{
	struct cursor c = cursor_make(data, payload(s));
	u32 bytes;

	cursor_skip(&c, JBD2_HEADER_BYTES);
	bytes = cursor_be32(&c);
	if (c.bad || bytes < c.off || bytes > c.len)
		return -EBADMSG;
	c.len = bytes;
	*it = c;
	return 0;
}

bool jbd2_revoke_next(const struct jbd2_super *s, struct cursor *it, u64 *block)
{
	bool wide = s->incompat & JBD2_INCOMPAT_64BIT;

	if (cursor_left(it) < (wide ? 8U : 4U))
		return false;
	*block = wide ? cursor_be64(it) : cursor_be32(it);
	return true;
}

u64 jbd2_commit_time(const void *data)
{
	struct cursor c = cursor_make(data, COMMIT_TIME_OFFSET + 8);

	cursor_seek(&c, COMMIT_TIME_OFFSET);
	return cursor_be64(&c);
}
