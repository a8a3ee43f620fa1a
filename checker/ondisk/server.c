/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * State files of a Lustre server.
 *
 *   CONFIGS/mountdata  u32 magic @0 | flags @0x14 | svindex @0x18 | mount type @0x1c
 *                      fsname[64] @0x20 | svname[64] @0x60
 *   last_rcvd          uuid[40] @0 | u32 compat, rocompat, incompat @0x40 | index @0x8c
 *   OI_scrub           u64 flags @16 | u32 magic @24 | u16 status @28
 *                      s64 last completion @32 | u16 oi_count @136 | u16 internal @138
 *   seq_srv, seq_ctl   u64 start | u64 end | u32 index | u32 flags
 */
#include <string.h>

#include "ondisk/server.h"

#define MOUNTDATA_FLAGS 0x14
#define MOUNTDATA_FSNAME 0x20
#define LAST_RCVD_UUID 40
#define LAST_RCVD_FEATURES 0x40
#define LAST_RCVD_INDEX 0x8c
#define OI_SCRUB_FLAGS 16
#define OI_SCRUB_TIME 32
#define OI_SCRUB_COUNT 136
#define OI_SCRUB_MAGIC_V1 0x4C5FD252U
#define OI_SCRUB_MAGIC_V2 0x4C5FE253U

/* A fixed-width string field; out holds room > 0 bytes and is always terminated. */
static void read_string(struct cursor *c, size_t width, char *out, size_t room)
{
	const u8 *p = cursor_bytes(c, width);
	size_t n = p ? strnlen((const char *)p, width) : 0;

	if (n >= room)
		n = room - 1;
	if (n)
		memcpy(out, p, n);
	memset(out + n, 0, room - n);
}

int mountdata_decode(const u8 *data, size_t len, struct mountdata *out)
{
	struct cursor c = cursor_make(data, len);
	struct mountdata m;

	if (cursor_le32(&c) != MOUNTDATA_MAGIC)
		return -EBADMSG;
	cursor_seek(&c, MOUNTDATA_FLAGS);
	m.flags = cursor_le32(&c);
	m.svindex = cursor_le32(&c);
	m.mount_type = cursor_le32(&c);
	cursor_seek(&c, MOUNTDATA_FSNAME);
	read_string(&c, sizeof(m.fsname), m.fsname, sizeof(m.fsname));
	read_string(&c, sizeof(m.svname), m.svname, sizeof(m.svname));
	if (c.bad)
		return -EBADMSG;
	*out = m;
	return 0;
}

int last_rcvd_decode(const u8 *data, size_t len, struct last_rcvd *out)
{
	struct cursor c = cursor_make(data, len);
	struct last_rcvd l;

	read_string(&c, LAST_RCVD_UUID, l.uuid, sizeof(l.uuid));
	cursor_seek(&c, LAST_RCVD_FEATURES);
	l.feature_compat = cursor_le32(&c);
	l.feature_rocompat = cursor_le32(&c);
	l.feature_incompat = cursor_le32(&c);
	cursor_seek(&c, LAST_RCVD_INDEX);
	l.index = cursor_le32(&c);
	if (c.bad)
		return -EBADMSG;
	*out = l;
	return 0;
}

int oi_scrub_decode(const u8 *data, size_t len, struct oi_scrub *out)
{
	struct cursor c = cursor_make(data, len);
	struct oi_scrub s;
	u32 magic;

	cursor_seek(&c, OI_SCRUB_FLAGS);
	s.flags = cursor_le64(&c);
	magic = cursor_le32(&c);
	s.status = cursor_le16(&c);
	cursor_seek(&c, OI_SCRUB_TIME);
	s.time_last_complete = (s64)cursor_le64(&c);
	cursor_seek(&c, OI_SCRUB_COUNT);
	s.oi_count = cursor_le16(&c);
	s.internal_flags = cursor_le16(&c);
	if (c.bad || (magic != OI_SCRUB_MAGIC_V1 && magic != OI_SCRUB_MAGIC_V2))
		return -EBADMSG;
	*out = s;
	return 0;
}

int seq_range_decode(const u8 *data, size_t len, struct seq_range *out)
{
	struct cursor c = cursor_make(data, len);
	struct seq_range r;

	r.start = cursor_le64(&c);
	r.end = cursor_le64(&c);
	r.index = cursor_le32(&c);
	r.flags = cursor_le32(&c);
	if (c.bad)
		return -EBADMSG;
	*out = r;
	return 0;
}
