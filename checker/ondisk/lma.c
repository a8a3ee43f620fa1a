/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trusted.lma.  Only the first 24 bytes are read: what follows in the 64-byte
 * form is an obsolete size cache on an MDT, and OST attributes on an OST.
 */
#include "ondisk/fid.h"
#include "ondisk/lma.h"

int lma_decode(const u8 *data, size_t len, struct lma *out)
{
	struct cursor c = cursor_make(data, len);
	struct lma lma;

	lma.compat = cursor_le32(&c);
	lma.incompat = cursor_le32(&c);
	lma.fid = fid_read_le(&c);
	if (c.bad)
		return -EBADMSG;
	*out = lma;
	return 0;
}
