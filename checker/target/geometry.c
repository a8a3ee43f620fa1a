/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Geometry: superblock and descriptor locations, by libext2fs over a descriptor
 * that is already open.  Its own io manager would open the device by name and
 * fsync it, which makes a running server write; ours can do nothing but pread.
 *
 * The superblock is looked at here first: libext2fs refuses a bad one too, but
 * with a word that says little to the reader.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ext2fs/ext2fs.h>

#include "base/cursor.h"
#include "base/io.h"
#include "mdtcheck/target.h"

#define SUPER_OFFSET 1024
#define SUPER_SIZE 1024
#define SUPER_MAGIC 0xEF53
#define LOG_BLOCK_MAX 6 /* 64 KiB */
#define GROUPS_MAX (1U << 27)

#define INCOMPAT_RECOVER 0x4U
#define INCOMPAT_JOURNAL_DEV 0x8U
#define INCOMPAT_64BIT 0x80U
#define INCOMPAT_DIRDATA 0x1000U
/*
 * filetype, recover, meta_bg, extents, 64bit, mmp, flex_bg, ea_inode, dirdata,
 * csum_seed, large_dir, inline_data, encrypt, casefold
 */
#define INCOMPAT_KNOWN 0x3f7d6U
#define RO_COMPAT_BIGALLOC 0x200U

/* What is needed of the superblock to judge it. */
struct super {
	u64 blocks;
	u32 inodes, first_data_block, log_block, blocks_per_group, clusters_per_group;
	u32 inodes_per_group, rev, compat, incompat, ro_compat;
	u16 magic, inode_size, desc_size;
};

/* One line for the user; returns rc, so that a check can end in it. */
__printf(4, 5) static int complain(char *err, size_t errlen, int rc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err, errlen, fmt, ap);
	va_end(ap);
	return rc;
}

/* ---- the read-only io manager ---------------------------------------------------------------- */

/* libext2fs wants managers that may change, so each channel has one of its own. */
struct ro_channel {
	struct struct_io_channel channel;
	struct struct_io_manager manager;
};

static void ro_manager(struct struct_io_manager *m);

static errcode_t ro_open(const char *name, int flags, io_channel *out)
{
	struct ro_channel *ro;

	if (flags & IO_FLAG_RW)
		return EROFS;
	ro = calloc(1, sizeof(*ro));
	if (!ro)
		return EXT2_ET_NO_MEMORY;
	ro_manager(&ro->manager);
	ro->channel.magic = EXT2_ET_MAGIC_IO_CHANNEL;
	ro->channel.manager = &ro->manager;
	ro->channel.refcount = 1;
	ro->channel.block_size = SUPER_SIZE;
	/* The name is the number of a descriptor that is not ours to close. */
	ro->channel.reserved[0] = strtol(name, NULL, 10);
	ro->channel.private_data = ro;
	*out = &ro->channel;
	return 0;
}

static errcode_t ro_close(io_channel ch)
{
	if (--ch->refcount > 0)
		return 0;
	free(ch->private_data);
	return 0;
}

static errcode_t ro_set_blksize(io_channel ch, int size)
{
	ch->block_size = size;
	return 0;
}

/* A negative count is a number of bytes. */
static errcode_t ro_read64(io_channel ch, unsigned long long block, int count, void *out)
{
	size_t len = count < 0 ? -(size_t)count : (size_t)count * (size_t)ch->block_size;
	int rc = pread_all((int)ch->reserved[0], block * (u64)ch->block_size, out, len);

	return rc ? EXT2_ET_SHORT_READ : 0;
}

static errcode_t ro_read(io_channel ch, unsigned long block, int count, void *out)
{
	return ro_read64(ch, block, count, out);
}

static errcode_t ro_refuse64(io_channel ch, unsigned long long block, int count, const void *data)
{
	return EROFS;
}

static errcode_t ro_refuse(io_channel ch, unsigned long block, int count, const void *data)
{
	return EROFS;
}

static errcode_t ro_flush(io_channel ch)
{
	return 0;
}

static void ro_manager(struct struct_io_manager *m)
{
	*m = (struct struct_io_manager){
		.magic = EXT2_ET_MAGIC_IO_MANAGER,
		.name = "mdtcheck read-only",
		.open = ro_open,
		.close = ro_close,
		.set_blksize = ro_set_blksize,
		.read_blk = ro_read,
		.write_blk = ro_refuse,
		.flush = ro_flush,
		.read_blk64 = ro_read64,
		.write_blk64 = ro_refuse64,
	};
}

/* ---- judging the superblock ------------------------------------------------------------------ */

static void super_decode(const u8 *raw, struct super *s)
{
	struct cursor c = cursor_make(raw, SUPER_SIZE);

	s->inodes = cursor_le32(&c);
	s->blocks = cursor_le32(&c);
	cursor_seek(&c, 20);
	s->first_data_block = cursor_le32(&c);
	s->log_block = cursor_le32(&c);
	cursor_skip(&c, 4);
	s->blocks_per_group = cursor_le32(&c);
	s->clusters_per_group = cursor_le32(&c);
	s->inodes_per_group = cursor_le32(&c);
	cursor_seek(&c, 56);
	s->magic = cursor_le16(&c);
	cursor_seek(&c, 76);
	s->rev = cursor_le32(&c);
	cursor_seek(&c, 88);
	s->inode_size = cursor_le16(&c);
	cursor_skip(&c, 2);
	s->compat = cursor_le32(&c);
	s->incompat = cursor_le32(&c);
	s->ro_compat = cursor_le32(&c);
	cursor_seek(&c, 254);
	s->desc_size = cursor_le16(&c);
	cursor_seek(&c, 336);
	if (s->incompat & INCOMPAT_64BIT)
		s->blocks |= (u64)cursor_le32(&c) << 32;
	if (!s->rev)
		s->inode_size = 128;
	if (!(s->incompat & INCOMPAT_64BIT))
		s->desc_size = 32;
}

static int super_check_kind(const struct super *s, char *err, size_t errlen)
{
	u32 unknown = s->incompat & ~INCOMPAT_KNOWN & ~INCOMPAT_JOURNAL_DEV;

	if (s->magic != SUPER_MAGIC)
		return complain(err, errlen, -EBADMSG,
				"no ldiskfs (ext4) file system: superblock magic is 0x%04x",
				s->magic);
	if (s->incompat & INCOMPAT_JOURNAL_DEV)
		return complain(err, errlen, -EBADMSG, "this is an external journal, not an MDT");
	if (s->rev > 1)
		return complain(err, errlen, -EBADMSG, "file system revision %" PRIu32
				" is not known", s->rev);
	if (unknown)
		return complain(err, errlen, -EOPNOTSUPP,
				"the file system has incompatible features (0x%" PRIx32
				") that are not known", unknown);
	return 0;
}

static int super_check_sizes(const struct super *s, char *err, size_t errlen)
{
	u32 bs;

	if (s->log_block > LOG_BLOCK_MAX)
		return complain(err, errlen, -EBADMSG,
				"superblock damaged: block size 1024 << %" PRIu32, s->log_block);
	bs = 1024U << s->log_block;
	if (s->inode_size < 128 || s->inode_size > bs || (s->inode_size & (s->inode_size - 1)))
		return complain(err, errlen, -EBADMSG, "superblock damaged: inode size %u",
				s->inode_size);
	if (s->desc_size < 32 || s->desc_size > 1024 || (s->desc_size & (s->desc_size - 1)) ||
	    ((s->incompat & INCOMPAT_64BIT) && s->desc_size < 64))
		return complain(err, errlen, -EBADMSG,
				"superblock damaged: group descriptor size %u", s->desc_size);
	if (s->first_data_block != (bs == 1024 ? 1 : 0) &&
	    !(s->ro_compat & RO_COMPAT_BIGALLOC && !s->first_data_block))
		return complain(err, errlen, -EBADMSG,
				"superblock damaged: first data block %" PRIu32,
				s->first_data_block);
	return 0;
}

/* The bitmap of a group is one block: 8 * bs inodes and clusters at most. */
static int super_check_groups(const struct super *s, char *err, size_t errlen)
{
	u32 bs = 1024U << s->log_block;
	u32 units = s->ro_compat & RO_COMPAT_BIGALLOC ? s->clusters_per_group : s->blocks_per_group;
	u64 groups;

	if (units < 8 || units % 8 || units > 8 * bs || s->blocks_per_group < units)
		return complain(err, errlen, -EBADMSG,
				"superblock damaged: %" PRIu32 " blocks per group",
				s->blocks_per_group);
	if (!s->inodes_per_group || s->inodes_per_group % 8 || s->inodes_per_group > 8 * bs)
		return complain(err, errlen, -EBADMSG,
				"superblock damaged: %" PRIu32 " inodes per group",
				s->inodes_per_group);
	if (s->blocks <= s->first_data_block)
		return complain(err, errlen, -EBADMSG, "superblock damaged: no blocks");
	groups = (s->blocks - s->first_data_block + s->blocks_per_group - 1) / s->blocks_per_group;
	if (groups > GROUPS_MAX || groups * s->inodes_per_group != s->inodes)
		return complain(err, errlen, -EBADMSG,
				"superblock damaged: %" PRIu32 " inodes do not fit %" PRIu64
				" groups of %" PRIu32, s->inodes, groups, s->inodes_per_group);
	if ((u64)s->inodes_per_group * s->inode_size > (u64)s->blocks_per_group * bs)
		return complain(err, errlen, -EBADMSG,
				"superblock damaged: an inode table is larger than a group");
	return 0;
}

static int super_check(int fd, u64 size, char *err, size_t errlen)
{
	u8 raw[SUPER_SIZE];
	struct super s;
	int rc;

	if (size < SUPER_OFFSET + SUPER_SIZE)
		return complain(err, errlen, -EBADMSG, "too small for a file system: %" PRIu64
				" bytes", size);
	rc = pread_all(fd, SUPER_OFFSET, raw, sizeof(raw));
	if (rc)
		return complain(err, errlen, rc, "the superblock cannot be read: %s",
				strerror(-rc));
	super_decode(raw, &s);
	rc = super_check_kind(&s, err, errlen);
	if (!rc)
		rc = super_check_sizes(&s, err, errlen);
	if (!rc)
		rc = super_check_groups(&s, err, errlen);
	if (!rc && s.blocks > size >> (10 + s.log_block))
		rc = complain(err, errlen, -EBADMSG, "the file system has %" PRIu64
			      " blocks, the device only %" PRIu64, s.blocks,
			      size >> (10 + s.log_block));
	return rc;
}

/* ---- taking it over -------------------------------------------------------------------------- */

static int take_desc_blocks(ext2_filsys fs, struct geometry *g, char *err, size_t errlen)
{
	u32 i;

	g->desc_blocks = (u32)fs->desc_blocks;
	g->desc_block = calloc(g->desc_blocks, sizeof(*g->desc_block));
	if (!g->desc_block)
		return complain(err, errlen, -ENOMEM, "out of memory");
	for (i = 0; i < g->desc_blocks; i++) {
		u64 b = ext2fs_descriptor_block_loc2(fs, g->first_data_block, i);

		if (b <= g->first_data_block || b >= g->blocks_count) {
			free(g->desc_block);
			return complain(err, errlen, -EBADMSG,
					"superblock damaged: descriptor block %" PRIu32
					" would be outside the file system", i);
		}
		g->desc_block[i] = b;
	}
	return 0;
}

static void take_super(ext2_filsys fs, struct geometry *g)
{
	struct ext2_super_block *sb = fs->super;

	g->block_size = fs->blocksize;
	g->inode_size = EXT2_INODE_SIZE(sb);
	g->desc_size = EXT2_DESC_SIZE(sb);
	g->inodes_per_group = sb->s_inodes_per_group;
	g->blocks_per_group = sb->s_blocks_per_group;
	g->groups = fs->group_desc_count;
	g->inodes_count = sb->s_inodes_count;
	g->first_ino = EXT2_FIRST_INODE(sb);
	g->first_data_block = sb->s_first_data_block;
	g->blocks_count = ext2fs_blocks_count(fs->super);
	g->usr_quota_ino = sb->s_usr_quota_inum;
	g->grp_quota_ino = sb->s_grp_quota_inum;
	g->prj_quota_ino = sb->s_prj_quota_inum;
	g->journal_ino = sb->s_journal_inum;
	g->feature_compat = sb->s_feature_compat;
	g->feature_incompat = sb->s_feature_incompat;
	g->feature_ro_compat = sb->s_feature_ro_compat;
	g->csum_seed = fs->csum_seed;
	memcpy(g->hash_seed, sb->s_hash_seed, sizeof(g->hash_seed));
	g->state = sb->s_state;
	g->magic_ok = 1;
	g->on_error = sb->s_errors;
	g->free_inodes = sb->s_free_inodes_count;
	memcpy(g->uuid, sb->s_uuid, sizeof(g->uuid));
	memcpy(g->label, sb->s_volume_name, sizeof(sb->s_volume_name));
	g->needs_recovery = g->feature_incompat & INCOMPAT_RECOVER;
	g->dirdata = g->feature_incompat & INCOMPAT_DIRDATA;
}

int geometry_read(int fd, u64 size, struct geometry *out, char *err, size_t errlen)
{
	struct struct_io_manager manager;
	struct geometry g = { 0 };
	ext2_filsys fs;
	errcode_t ec;
	char name[16];
	int rc;

	rc = super_check(fd, size, err, errlen);
	if (rc)
		return rc;
	ro_manager(&manager);
	snprintf(name, sizeof(name), "%d", fd);
	ec = ext2fs_open2(name, NULL,
			  EXT2_FLAG_64BITS | EXT2_FLAG_FORCE | EXT2_FLAG_IGNORE_CSUM_ERRORS |
				  EXT2_FLAG_SOFTSUPP_FEATURES | EXT2_FLAG_SKIP_MMP |
				  EXT2_FLAG_SUPER_ONLY,
			  0, 0, &manager, &fs);
	if (ec)
		return complain(err, errlen, -EBADMSG,
				"superblock damaged: libext2fs refuses it (error %ld)", (long)ec);
	take_super(fs, &g);
	rc = take_desc_blocks(fs, &g, err, errlen);
	/* ext2fs_close() would look for something to flush; there is nothing. */
	ext2fs_free(fs);
	if (!rc)
		*out = g;
	return rc;
}

void geometry_free(struct geometry *g)
{
	free(g->desc_block);
	g->desc_block = NULL;
	g->desc_blocks = 0;
}
