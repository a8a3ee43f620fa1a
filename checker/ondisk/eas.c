/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The small attributes of a file, 24 bytes each, little-endian.
 *
 *   trusted.hsm  u32 compat | u32 flags | u64 archive id | u64 archive version
 *   trusted.som  u16 valid | 3 * u16 pad | u64 size | u64 blocks
 */
#include "ondisk/eas.h"

#define SOM_SIZE 24
#define SOM_PAD 6

int hsm_decode(const u8 *data, size_t len, struct hsm *out)
{
	struct cursor c = cursor_make(data, len);
	struct hsm h;

	h.compat = cursor_le32(&c);
	h.flags = cursor_le32(&c);
	h.archive_id = cursor_le64(&c);
	h.archive_version = cursor_le64(&c);
	if (c.bad)
		return -EBADMSG;
	*out = h;
	return 0;
}

int som_decode(const u8 *data, size_t len, struct som *out)
{
	struct cursor c = cursor_make(data, len);
	struct som s;

	s.valid = cursor_le16(&c);
	cursor_skip(&c, SOM_PAD);
	s.size = cursor_le64(&c);
	s.blocks = cursor_le64(&c);
	if (c.bad)
		return -EBADMSG;
	if (len != SOM_SIZE)
		return -EOPNOTSUPP;
	*out = s;
	return 0;
}
