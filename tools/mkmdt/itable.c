/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inodes, encoded field by field into pieces of the inode tables that are
 * written one after the other.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/mkmdt/writer.h"

#define PIECE_BYTES (256 * 1024)
#define GOOD_OLD 128
#define EXTRA_ISIZE 32
#define NLINK_MAX 65000
#define FIRST_OWN_INO 12

int wr_table_init(struct mk_writer *w)
{
	w->table_room = PIECE_BYTES / w->bs;
	w->table = malloc(PIECE_BYTES);
	w->high_ino = FIRST_OWN_INO - 1;
	return w->table ? 0 : mk_fail(w->m, -ENOMEM, "out of memory");
}

int wr_table_flush(struct mk_writer *w)
{
	errcode_t err = 0;

	if (w->table_dirty)
		err = io_channel_write_blk64(w->fs->io, w->table_at, (int)w->table_n, w->table);
	w->table_dirty = false;
	return err ? wr_error(w, err, "cannot write an inode table") : 0;
}

/* Only the piece with the reserved inodes, or one written before, has anything in it. */
static int load_piece(struct mk_writer *w, u64 at, u32 n, u32 first_ino)
{
	errcode_t err = 0;
	int rc = wr_table_flush(w);

	if (rc)
		return rc;
	w->table_at = at;
	w->table_n = n;
	if (first_ino > w->high_ino)
		memset(w->table, 0, (size_t)n * w->bs);
	else
		err = io_channel_read_blk64(w->fs->io, at, (int)n, w->table);
	return err ? wr_error(w, err, "cannot read an inode table") : 0;
}

/* The bytes of an inode, to be changed in place. */
static int table_slot(struct mk_writer *w, u32 ino, u8 **raw)
{
	u32 ipg = w->fs->super->s_inodes_per_group, isize = w->m->cfg.isize;
	u32 group = (ino - 1) / ipg, index = (ino - 1) % ipg, per_block = w->bs / isize;
	u32 piece = index / per_block / w->table_room, skip = piece * w->table_room;
	u64 at = ext2fs_inode_table_loc(w->fs, group) + skip;
	u32 n = (u32)min_u64(w->table_room, w->fs->inode_blocks_per_group - skip);
	int rc = 0;

	if (at != w->table_at)
		rc = load_piece(w, at, n, group * ipg + skip * per_block + 1);
	if (rc)
		return rc;
	w->table_dirty = true;
	if (ino > w->high_ino)
		w->high_ino = ino;
	*raw = w->table + (size_t)(index - skip * per_block) * isize;
	return 0;
}

static void put_times(u8 *raw)
{
	put_le32(raw + 8, MK_TIME);
	put_le32(raw + 12, MK_TIME);
	put_le32(raw + 16, MK_TIME);
	put_le32(raw + 144, MK_TIME);
}

static u16 object_nlink(const struct mk_object *o)
{
	if (o->type == MK_DIR)
		return o->subdirs + 2 > NLINK_MAX ? 1 : (u16)(o->subdirs + 2);
	return o->lma_incompat & MK_LMA_ORPHAN ? 1 : (u16)o->nnames;
}

static void put_device(u8 *iblock, u32 maj, u32 min)
{
	if (maj < 256 && min < 256)
		put_le32(iblock, maj << 8 | min);
	else
		put_le32(iblock + 4, (min & 0xff) | maj << 8 | (min & ~0xffU) << 12);
}

static void put_map(u8 *raw, const struct mk_map *map)
{
	memcpy(raw + 40, map->iblock, sizeof(map->iblock));
	put_le32(raw + 4, (u32)map->size);
	put_le32(raw + 108, (u32)(map->size >> 32));
	put_le32(raw + 32, map->flags);
}

/* i_block, size and flags; the number of blocks they take. */
static u32 put_content(const struct mk_writer *w, const struct mk_object *o, u8 *raw)
{
	const struct mk_blob *b = &w->m->blobs[o->blob];
	struct mk_map one;

	if (o->mapped) {
		put_map(raw, &w->maps[o->blocks]);
		return w->maps[o->blocks].blocks;
	}
	if (o->blocks) {
		wr_map_single(o->blocks, wr_extents(w, o), o->type == MK_DIR ? w->bs : b->len,
			      &one);
		put_map(raw, &one);
		return 1;
	}
	if (o->type == MK_LNK) {
		memcpy(raw + 40, b->data, b->len);
		put_le32(raw + 4, b->len);
	} else if (o->type == MK_CHR || o->type == MK_BLK) {
		put_device(raw + 40, get_le32(b->data), get_le32(b->data + 4));
	} else if (o->type == MK_REG && wr_extents(w, o)) {
		/* An empty file with extents still has the header of its tree. */
		put_le16(raw + 40, 0xf30a);
		put_le16(raw + 44, 4);
		put_le32(raw + 32, EXT4_EXTENTS_FL);
	}
	return 0;
}

static void finish_inode(const struct mk_writer *w, u32 ino, u32 blocks, u64 ea_block, u8 *raw)
{
	u32 crc;

	put_le32(raw + 28, blocks * (w->bs / 512));
	put_le32(raw + 104, (u32)ea_block);
	put_le16(raw + 118, (u16)(ea_block >> 32));
	if (!w->m->cfg.csum)
		return;
	put_le16(raw + 124, 0);
	put_le16(raw + 130, 0);
	crc = ext2fs_crc32c_le(wr_inode_seed(w, ino), raw, w->m->cfg.isize);
	put_le16(raw + 124, (u16)crc);
	put_le16(raw + 130, (u16)(crc >> 16));
}

static void put_fields(const struct mk_writer *w, u32 object, u8 *raw)
{
	const struct mk_object *o = &w->m->objects[object];

	memset(raw, 0, w->m->cfg.isize);
	put_le16(raw, o->mode);
	put_times(raw);
	put_le16(raw + 26, object_nlink(o));
	put_le32(raw + 100, mk_generation(w->m, o->ino));
	put_le16(raw + 128, EXTRA_ISIZE);
	/* The version is the transaction that changed the object last. */
	if (o->flags & MK_CLIENT) {
		put_le32(raw + 36, object + 1);
		put_le32(raw + 152, 1);
	}
}

int wr_inode(struct mk_writer *w, u32 object)
{
	const struct mk_object *o = &w->m->objects[object];
	struct mk_attr_place place = { .room = w->m->cfg.isize - GOOD_OLD - EXTRA_ISIZE };
	u32 blocks;
	u8 *raw;
	int rc = table_slot(w, o->ino, &raw);

	if (rc)
		return rc;
	place.body = raw + GOOD_OLD + EXTRA_ISIZE;
	if (o->flags & MK_KEEP) {
		blocks = get_le32(raw + 28) / (w->bs / 512);
	} else {
		put_fields(w, object, raw);
		blocks = put_content(w, o, raw);
	}
	rc = wr_object_attrs(w, object, &place);
	if (!rc)
		finish_inode(w, o->ino, blocks + place.blocks, place.block, raw);
	return rc;
}

/* ext4 keeps the value's hash in atime and the number of references in version and ctime. */
int wr_ea_inode(struct mk_writer *w, const struct mk_ea_inode *e)
{
	u8 *raw;
	int rc = table_slot(w, e->ino, &raw);

	if (rc)
		return rc;
	memset(raw, 0, w->m->cfg.isize);
	put_le16(raw, S_IFREG | 0600);
	put_times(raw);
	put_le32(raw + 8, e->hash);
	put_le32(raw + 12, 0);
	put_le32(raw + 36, 1);
	put_le16(raw + 26, 1);
	put_le32(raw + 100, mk_generation(w->m, e->ino));
	put_le16(raw + 128, EXTRA_ISIZE);
	put_map(raw, &e->map);
	put_le32(raw + 32, e->map.flags | EXT4_EA_INODE_FL);
	finish_inode(w, e->ino, e->map.blocks, 0, raw);
	return 0;
}
