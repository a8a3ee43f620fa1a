/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * State files of a Lustre server.
 *
 *   CONFIGS/mountdata  u32 magic @0 | flags @0x14 | svindex @0x18 | mount type @0x1c
 *                      fsname[64] @0x20 | svname[64] @0x60
 *   last_rcvd          uuid[40] @0 | u32 compat, rocompat, incompat @0x40 | index @0x8c
 *   OI_scrub           u64 flags @16 | u32 magic @24 | u16 status @28
 *                      s64 last completion @32 | s64 latest start @40 | u16 oi_count @136
 *                      u16 internal @138
 *   lfsck_namespace    its EA trusted.lfsck_ns (before 2.7 trusted.lfsck_namespace), and
 *   lfsck_layout       its content: u32 magic | u32 status | u32 flags | u32 completed runs
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

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool mdt_name_index(const char *name, u32 *index)
{
	const char *at = NULL;
	u32 v = 0;

	for (const char *p = name; *p; p++)
		if (strchr("-:=", *p) && !strncmp(p + 1, "MDT", 3))
			at = p;
	if (!at || at == name)
		return false;
	at += 4;
	for (u32 i = 0; i < 4; i++, at++) {
		int digit = hex_digit(*at);

		if (digit < 0)
			return false;
		v = v << 4 | (u32)digit;
	}
	if (*at && strcmp(at, "_UUID"))
		return false;
	*index = v;
	return true;
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
	s.time_latest_start = (s64)cursor_le64(&c);
	cursor_seek(&c, OI_SCRUB_COUNT);
	s.oi_count = cursor_le16(&c);
	s.internal_flags = cursor_le16(&c);
	if (c.bad || (magic != OI_SCRUB_MAGIC_V1 && magic != OI_SCRUB_MAGIC_V2))
		return -EBADMSG;
	*out = s;
	return 0;
}

static bool lfsck_magic_known(u32 magic, enum lfsck_kind kind)
{
	static const u32 known[LFSCK_NR][4] = {
		[LFSCK_NAMESPACE] = { 0xA0629D03U, 0xA0621A0BU, 0xA06249FFU, 0xA06249FFU },
		[LFSCK_LAYOUT] = { 0xB173AE14U, 0xB1734D76U, 0xB17371B9U, 0xB1732FEDU },
	};

	for (u32 i = 0; i < ARRAY_SIZE(known[kind]); i++)
		if (magic == known[kind][i])
			return true;
	return false;
}

int lfsck_state_decode(const u8 *data, size_t len, enum lfsck_kind kind, struct lfsck_state *out)
{
	struct cursor c = cursor_make(data, len);
	u32 magic = cursor_le32(&c);
	struct lfsck_state s = { 0 };

	s.status = cursor_le32(&c);
	s.flags = cursor_le32(&c);
	s.success_count = cursor_le32(&c);
	if (c.bad)
		return -EBADMSG;
	if (!lfsck_magic_known(magic, kind))
		return -EOPNOTSUPP;
	for (u32 i = 0; i < ARRAY_SIZE(s.times); i++)
		s.times[i] = cursor_le64(&c);
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
