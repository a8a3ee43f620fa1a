/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Directory blocks.
 *
 *   u32 ino | u16 rec_len | u8 name_len | u8 type and data bits | name
 *   with data bits: NUL, then for each bit, lowest first, u8 len and len - 1 bytes
 *
 * rec_len alone leads to the next record, so a record that has it wrong breaks
 * the rest of the block.  Data that do not fit break nothing but themselves.
 */
#include <sys/stat.h>

#include "ondisk/dirent.h"
#include "ondisk/fid.h"

#define LUFID_BYTES 16
#define TYPE_MASK 0x0f
#define DATA_KNOWN (DIRENT_DATA_LUFID | DIRENT_DATA_INO64 | DIRENT_DATA_CFHASH)
#define BLOCK_MAX 65536U

void dirent_walk_begin(struct dirent_walk *w, const u8 *block, u32 size)
{
	*w = (struct dirent_walk){ .block = block, .size = size };
}

/*
 * Sixteen bits cannot say 65536: such a record is stored as 0 or 65535, and the
 * low bits, which a multiple of 4 never needs, carry bits 16 and 17.
 */
static u32 rec_len_decode(u16 stored, u32 block_size)
{
	if (block_size < BLOCK_MAX)
		return stored;
	if (stored == 0 || stored == 65535)
		return block_size;
	return (stored & 65532U) | (stored & 3U) << 16;
}

/* The next data item: its bytes, or NULL when it leaves the record. */
static const u8 *data_item(struct cursor *c, u8 *len)
{
	u8 whole = cursor_u8(c);

	if (c->bad || !whole)
		return NULL;
	*len = whole - 1;
	return cursor_bytes(c, *len);
}

static bool data_decode_lufid(struct cursor *c, struct dirent_rec *d)
{
	u8 len;
	const u8 *p = data_item(c, &len);
	struct cursor fid;

	/* Several FIDs may follow one another; the first is the entry's. */
	if (!p || !len || len % LUFID_BYTES)
		return false;
	fid = cursor_make(p, len);
	d->lufid = fid_read_be(&fid);
	d->has_lufid = true;
	return true;
}

/* c covers the record up to its end and stands behind the name. */
static bool data_decode(struct cursor *c, struct dirent_rec *d)
{
	u8 len;

	cursor_skip(c, 1);
	if (d->data_flags & ~DATA_KNOWN)
		return false;
	if ((d->data_flags & DIRENT_DATA_LUFID) && !data_decode_lufid(c, d))
		return false;
	if ((d->data_flags & DIRENT_DATA_INO64) && !data_item(c, &len))
		return false;
	if ((d->data_flags & DIRENT_DATA_CFHASH) && !data_item(c, &len))
		return false;
	return true;
}

/* What every record has, used or not. */
struct head {
	u32 ino, rec_len;
	u8 namelen, type; /* type with the data bits */
};

/* Why the record breaks the block, of which room bytes are left from its start on. */
static const char *head_fault(const struct head *h, u32 room)
{
	if (room < DIRENT_HEADER)
		return "record header crosses the end of the block";
	if (h->rec_len < DIRENT_HEADER)
		return "record length is too short";
	if (h->rec_len % 4)
		return "record length is not a multiple of 4";
	if (h->rec_len > room)
		return "record crosses the end of the block";
	if (!h->namelen)
		return "name length 0";
	return "record length is too short for the name";
}

/*
 * The head of the record at off < size; NULL, or why the block breaks here.  Inline: it is asked
 * of every record, twice, and the head can stay in registers.
 */
static __always_inline const char *head_read(const u8 *block, u32 size, u32 off, struct head *h)
{
	u32 room = size - off;
	struct cursor rest = cursor_make(block + off, room);
	struct cursor c = cursor_part(&rest, DIRENT_HEADER);

	h->ino = cursor_le32(&c);
	h->rec_len = rec_len_decode(cursor_le16(&c), size);
	h->namelen = cursor_u8(&c);
	h->type = cursor_u8(&c);
	/* Of an unused record only the length counts. A multiple of 4 has room for the padding. */
	if (likely(h->rec_len >= DIRENT_HEADER && !(h->rec_len % 4) && h->rec_len <= room &&
		   (!h->ino || (h->namelen && h->rec_len >= DIRENT_HEADER + (u32)h->namelen))))
		return NULL;
	return head_fault(h, room);
}

/* The record in use at off, whose head was found good. */
static void record_fill(const u8 *block, u32 off, const struct head *h, struct dirent_rec *d)
{
	struct cursor c = cursor_make(block + off, h->rec_len);

	cursor_skip(&c, DIRENT_HEADER);
	*d = (struct dirent_rec){
		.offset = off,
		.ino = h->ino,
		.rec_len = h->rec_len,
		.namelen = h->namelen,
		.type = h->type & TYPE_MASK,
		.data_flags = h->type & (u8)~TYPE_MASK,
		.name = (const char *)cursor_bytes(&c, h->namelen),
	};
	if (d->data_flags)
		d->data_bad = !data_decode(&c, d);
}

const char *dirent_block_check(const u8 *block, u32 size)
{
	const char *why = NULL;
	struct head h;
	u32 off;

	for (off = 0; off < size && !why; off += h.rec_len)
		why = head_read(block, size, off, &h);
	return why;
}

int dirent_walk_next(struct dirent_walk *w, struct dirent_rec *out)
{
	struct head h;

	while (w->off < w->size) {
		const char *why = head_read(w->block, w->size, w->off, &h);
		u32 off = w->off;

		if (why) {
			w->why = why;
			return -EBADMSG;
		}
		w->off += h.rec_len;
		if (h.ino) {
			record_fill(w->block, off, &h, out);
			return 1;
		}
	}
	return 0;
}

u16 dirent_type_to_mode(u8 type)
{
	static const u16 mode[] = { 0,	     S_IFREG, S_IFDIR,	S_IFCHR,
				    S_IFBLK, S_IFIFO, S_IFSOCK, S_IFLNK };

	type &= TYPE_MASK;
	return type < ARRAY_SIZE(mode) ? mode[type] : 0;
}

u8 dirent_mode_to_type(u16 mode)
{
	/* By the four bits of S_IFMT. */
	static const u8 type[16] = {
		[S_IFREG >> 12] = 1, [S_IFDIR >> 12] = 2,  [S_IFCHR >> 12] = 3, [S_IFBLK >> 12] = 4,
		[S_IFIFO >> 12] = 5, [S_IFSOCK >> 12] = 6, [S_IFLNK >> 12] = 7,
	};

	return type[mode >> 12];
}
