/* SPDX-License-Identifier: GPL-2.0-only */
/* Faults in one object's own records: LMA, raw attributes, inode, link count. */
#include <stdlib.h>
#include <string.h>

#include "tools/mkmdt/plant.h"

#define INODE_MAP 40
#define INODE_MAP_SIZE 60
#define FLAG_EXTENTS 0x80000U

#define LMA_MAX 128
#define LMAI_UNKNOWN 0x100
#define LMAI_ORPHAN 0x10
#define LMAI_AGENT 0x02
#define LMAI_REMOTE_PARENT 0x04

static int change_lma(struct plant *p, int mode, u8 *lma, size_t *len)
{
	struct mk_fid fid;
	int rc = 0;

	switch (mode) {
	case LMA_CUT:
		*len = 16;
		break;
	case LMA_LAST_ID:
		put_le32(lma + 16, 0);
		break;
	case LMA_VERSION:
		put_le32(lma + 20, 1);
		break;
	case LMA_INCOMPAT:
		put_le32(lma + 4, get_le32(lma + 4) | LMAI_UNKNOWN);
		break;
	case LMA_ORPHAN:
		put_le32(lma + 4, get_le32(lma + 4) | LMAI_ORPHAN);
		break;
	case LMA_AGENT:
		put_le32(lma + 4, get_le32(lma + 4) | LMAI_AGENT);
		break;
	case LMA_REMOTE:
		put_le32(lma + 4, get_le32(lma + 4) ^ LMAI_REMOTE_PARENT);
		break;
	case LMA_FID:
		rc = plant_fid(p, 1, &fid);
		break;
	case LMA_OTHER:
		rc = plant_fid_of(p, 1, &fid);
		break;
	}
	if (!rc && (mode == LMA_FID || mode == LMA_OTHER))
		enc_fid_le(lma + 8, &fid);
	return rc;
}

int plant_lma(struct plant *p, int mode)
{
	u8 lma[LMA_MAX], old[LMA_MAX];
	struct edit_place at;
	ssize_t got;
	size_t len;
	int rc;

	rc = plant_object(p, 0, &at);
	if (rc)
		return rc;
	got = edit_ea_get(p->e, at.ino, "trusted.lma", lma, sizeof(lma));
	if (got < 0)
		return (int)got;
	if (got < 24)
		return edit_fail(p->e, -EINVAL, "inode %u: its LMA is malformed already", at.ino);
	len = (size_t)got;
	memcpy(old, lma, len);
	rc = change_lma(p, mode, lma, &len);
	if (!rc && len == (size_t)got && !memcmp(old, lma, len))
		rc = edit_fail(p->e, -EALREADY, "inode %u: its LMA says so already", at.ino);
	return rc ? rc : edit_ea_set(p->e, at.ino, "trusted.lma", lma, len);
}

/* ---- raw attributes -------------------------------------------------------------------------- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int plant_hex(struct plant *p, int i, u8 **bytes, size_t *len)
{
	const char *hex = p->argv[i];
	size_t k, n = strlen(hex) / 2;
	u8 *value;
	int rc = 0;

	if (strlen(hex) % 2 || n > 65535)
		return edit_fail(p->e, -EINVAL, "the value is no hex text of whole bytes");
	value = malloc(n + 1);
	if (!value)
		return edit_fail(p->e, -ENOMEM, "out of memory");
	for (k = 0; !rc && k < n; k++) {
		int hi = hex_digit(hex[2 * k]), lo = hex_digit(hex[2 * k + 1]);

		if (hi < 0 || lo < 0)
			rc = edit_fail(p->e, -EINVAL, "the value is no hex text of whole bytes");
		value[k] = (u8)(hi << 4 | lo);
	}
	if (rc) {
		free(value);
		return rc;
	}
	*bytes = value;
	*len = n;
	return 0;
}

static int set_from_hex(struct plant *p, u32 ino)
{
	size_t len;
	u8 *value;
	int rc = plant_hex(p, 2, &value, &len);

	if (rc)
		return rc;
	rc = edit_ea_set(p->e, ino, p->argv[1], value, len);
	free(value);
	return rc;
}

int plant_ea(struct plant *p, int mode)
{
	struct edit_place at;
	int rc = plant_object(p, 0, &at);

	if (rc)
		return rc;
	switch (mode) {
	case EA_SET:
		return set_from_hex(p, at.ino);
	case EA_REMOVE:
		return edit_ea_remove(p->e, at.ino, p->argv[1]);
	case EA_NO_LMA:
		return edit_ea_remove(p->e, at.ino, "trusted.lma");
	case EA_NO_LINK:
		return edit_ea_remove(p->e, at.ino, "trusted.link");
	default:
		return edit_ea_remove(p->e, at.ino, "trusted.lov");
	}
}

/* ---- the inode ------------------------------------------------------------------------------- */

static int bad_ea_block(struct plant *p, u32 ino, const u8 *raw)
{
	u64 nr = raw_file_acl(raw);
	u8 *block;
	int rc;

	if (!nr)
		return edit_fail(p->e, -ENODATA, "inode %u has no EA block", ino);
	rc = edit_block(p->e, nr, &block);
	if (rc)
		return rc;
	block[3] ^= 0xff;
	edit_ea_block_dirty(p->e, nr, block);
	return 0;
}

static int set_mode(struct plant *p, u32 ino, u8 *raw)
{
	u32 mode;
	int rc = plant_number(p, 1, 8, 0177777, &mode);

	if (rc)
		return rc;
	if (!(mode & 0170000))
		mode |= raw_mode(raw) & 0170000;
	put_le16(raw, (u16)mode);
	return edit_inode_dirty(p->e, ino);
}

/* One new block at the beginning of the file, as a write to the MDT leaves it. */
static int add_data(struct plant *p, u32 ino, u8 *raw)
{
	u8 *map = raw + INODE_MAP;
	u64 block;
	int rc;

	if (edit_blocks(p->e, raw))
		return edit_fail(p->e, -EEXIST, "%s has data already", p->argv[0]);
	rc = edit_block_alloc(p->e, ino, &block);
	if (rc)
		return rc;
	memset(map, 0, INODE_MAP_SIZE);
	if (raw_flags(raw) & FLAG_EXTENTS) {
		put_le16(map, 0xf30a);
		put_le16(map + 2, 1);
		put_le16(map + 4, 4);
		put_le16(map + 16, 1);
		put_le16(map + 18, (u16)(block >> 32));
		put_le32(map + 20, (u32)block);
	} else {
		put_le32(map, (u32)block);
	}
	put_le32(raw + 4, 100);
	put_le32(raw + 28, get_le32(raw + 28) + p->e->bs / 512);
	return edit_inode_dirty(p->e, ino);
}

static int copy_over(struct plant *p, u32 ino, u8 *raw)
{
	struct edit_place other;
	u8 *from;
	int rc = plant_object_raw(p, 1, &other, &from);

	if (rc)
		return rc;
	memmove(raw, from, p->e->inode_size);
	return edit_inode_dirty(p->e, ino);
}

int plant_inode(struct plant *p, int mode)
{
	struct edit_place at;
	u8 *raw;
	int rc;

	rc = plant_object_raw(p, 0, &at, &raw);
	if (rc)
		return rc;
	if (mode == INODE_BITMAP)
		return edit_inode_release(p->e, at.ino, false);
	if (mode == INODE_GARBAGE) {
		memset(raw, 0xa5, p->e->inode_size);
		return edit_inode_dirty(p->e, at.ino);
	}
	if (mode == INODE_COPIED)
		return copy_over(p, at.ino, raw);
	if (mode == INODE_EA_BLOCK)
		return bad_ea_block(p, at.ino, raw);
	if (mode == INODE_DATA)
		return add_data(p, at.ino, raw);
	return set_mode(p, at.ino, raw);
}

/* ---- the contents of a file of the server ---------------------------------------------------- */

static int put_bytes(struct plant *p, u64 off, const u8 *bytes, size_t len, const u8 *raw)
{
	size_t i;
	u8 *data;
	u64 nr;
	int rc;

	if (off + len > raw_size(raw))
		return edit_fail(p->e, -EINVAL, "%s has only %llu bytes", p->argv[0],
				 (unsigned long long)raw_size(raw));
	for (i = 0; i < len; i++, off++) {
		rc = edit_map(p->e, raw, (u32)(off / p->e->bs), &nr);
		if (!rc && !nr)
			rc = edit_fail(p->e, -EINVAL, "%s has a hole there", p->argv[0]);
		if (!rc)
			rc = edit_block(p->e, nr, &data);
		if (rc)
			return rc;
		data[off % p->e->bs] = bytes[i];
		edit_dirty(p->e, nr);
	}
	return 0;
}

int plant_file_bytes(struct plant *p, int mode)
{
	struct edit_place at;
	u8 *raw, *bytes;
	size_t len;
	u32 off;
	int rc;

	rc = plant_object_raw(p, 0, &at, &raw);
	if (!rc && (raw_mode(raw) & 0xf000) != 0x8000)
		rc = edit_fail(p->e, -EINVAL, "%s is no file", p->argv[0]);
	if (!rc)
		rc = plant_number(p, 1, 0, UINT32_MAX, &off);
	if (!rc)
		rc = plant_hex(p, 2, &bytes, &len);
	if (rc)
		return rc;
	rc = put_bytes(p, off, bytes, len, raw);
	free(bytes);
	return rc;
}

int plant_nlink(struct plant *p, int want_dir)
{
	struct edit_place at;
	u32 n;
	u8 *raw;
	int rc;

	rc = plant_object_raw(p, 0, &at, &raw);
	if (!rc)
		rc = plant_number(p, 1, 0, UINT16_MAX, &n);
	if (rc)
		return rc;
	if (((raw_mode(raw) & 0xf000) == 0x4000) != want_dir)
		return edit_fail(p->e, want_dir ? -ENOTDIR : -EISDIR, "%s is %s directory",
				 p->argv[0], want_dir ? "no" : "a");
	put_le16(raw + 26, (u16)n);
	return edit_inode_dirty(p->e, at.ino);
}

int plant_adjust_nlink(struct plant *p, u32 dir, int by)
{
	u8 *raw;
	int rc = edit_inode(p->e, dir, &raw);

	if (rc || raw_nlink(raw) == 1)
		return rc;
	put_le16(raw + 26, (u16)(raw_nlink(raw) + by));
	return edit_inode_dirty(p->e, dir);
}
