/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Damages an image where a checker looks: inodes, what they map, EA blocks, and the file system's
 * own blocks.  The same seed does the same to the same image.
 *
 *	damage IMAGE SEED
 *
 * Prints a line for each change.
 */
#include <ext2fs/ext2fs.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/mkmdt/model.h"

#define CHANGES_MAX 4
#define BLOCKS_MAX 65536U
#define TRIES 64 /* until something is found that can be damaged in the way that was chosen */

/* A piece of the image: a block, or an inode. */
struct piece {
	const char *what;
	u64 at, len;
	u32 ino; /* whose it is, 0 nobody's */
};

static u64 state;

/* Far steps: seeds are neighbours, and must not draw the same one after the other. */
static u64 draw(void)
{
	u64 drawn = mk_mix(state);

	state += 0x9e3779b97f4a7c15ULL;
	return drawn;
}

static u64 below(u64 n)
{
	return draw() % n;
}

/* ---- where ---- */

/* One in use, near a number that was drawn; the lowest where there is none above it. */
static u32 any_inode(ext2_filsys fs)
{
	u32 from = 1 + (u32)below(fs->super->s_inodes_count);

	/* Most are at the beginning: half of the time start there. */
	if (below(2))
		from = 1 + (u32)below(min_u64(fs->super->s_inodes_count, 256));
	for (u32 ino = from; ino <= fs->super->s_inodes_count; ino++)
		if (ext2fs_test_inode_bitmap2(fs->inode_map, ino))
			return ino;
	return EXT2_ROOT_INO;
}

static bool inode_piece(ext2_filsys fs, u32 ino, struct piece *p)
{
	u32 group = (ino - 1) / fs->super->s_inodes_per_group;
	u32 index = (ino - 1) % fs->super->s_inodes_per_group;
	u64 size = EXT2_INODE_SIZE(fs->super);

	*p = (struct piece){ "inode", ext2fs_inode_table_loc(fs, group) * fs->blocksize + index * size,
			     size, ino };
	return true;
}

struct mapped {
	u64 block[BLOCKS_MAX];
	u32 n;
};

static int note_block(ext2_filsys fs, blk64_t *block, e2_blkcnt_t logical, blk64_t ref, int off,
		      void *arg)
{
	struct mapped *m = arg;

	/* The library takes the text of some symbolic links for a map. */
	if (m->n < BLOCKS_MAX && *block < ext2fs_blocks_count(fs->super))
		m->block[m->n++] = *block;
	return 0;
}

/* A block of a directory, an index or a state file, or of its map. */
static bool mapped_piece(ext2_filsys fs, u32 ino, struct piece *p)
{
	static struct mapped m;

	m.n = 0;
	if (ext2fs_block_iterate3(fs, ino, BLOCK_FLAG_READ_ONLY, NULL, note_block, &m) || !m.n)
		return false;
	*p = (struct piece){ "block", m.block[below(m.n)] * fs->blocksize, fs->blocksize, ino };
	return true;
}

static bool ea_piece(ext2_filsys fs, u32 ino, struct piece *p)
{
	struct ext2_inode inode;
	u64 block;

	if (ext2fs_read_inode(fs, ino, &inode))
		return false;
	block = ext2fs_file_acl_block(fs, &inode);
	*p = (struct piece){ "EA block", block * fs->blocksize, fs->blocksize, ino };
	return block;
}

static bool own_piece(ext2_filsys fs, u32 ino, struct piece *p)
{
	u32 group = (u32)below(fs->group_desc_count);

	*p = (struct piece){ .len = fs->blocksize };
	switch (below(4)) {
	case 0:
		*p = (struct piece){ "superblock", SUPERBLOCK_OFFSET, SUPERBLOCK_SIZE, 0 };
		return true;
	case 1:
		p->what = "group descriptors";
		p->at = ext2fs_descriptor_block_loc2(fs, fs->super->s_first_data_block, 0);
		break;
	case 2:
		p->what = "inode bitmap";
		p->at = ext2fs_inode_bitmap_loc(fs, group);
		break;
	default:
		p->what = "block bitmap";
		p->at = ext2fs_block_bitmap_loc(fs, group);
	}
	p->at *= fs->blocksize;
	return p->at;
}

static bool any_piece(ext2_filsys fs, struct piece *p)
{
	u64 kind = below(100);
	u32 ino = any_inode(fs);

	if (kind < 35)
		return inode_piece(fs, ino, p);
	if (kind < 80)
		return mapped_piece(fs, ino, p);
	if (kind < 92)
		return ea_piece(fs, ino, p);
	return own_piece(fs, ino, p);
}

/* ---- how ---- */

/* Numbers at which things change. */
static u64 odd_number(void)
{
	static const u64 n[] = { 0, 1, 2, 4, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000,
				 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, INT64_MAX,
				 UINT64_MAX };
	u64 shift;

	if (below(3))
		return n[below(ARRAY_SIZE(n))];
	/* In a statement of its own: the same order with every compiler. */
	shift = below(64);
	return draw() >> shift;
}

static void put_number(u8 *at, u64 v, u32 width, bool big)
{
	for (u32 i = 0; i < width; i++)
		at[i] = (u8)(v >> 8 * (big ? width - 1 - i : i));
}

/* One change to the bytes of a piece; what it was. */
static const char *change(u8 *bytes, u64 len)
{
	u32 width = 1U << below(4);
	/* What heads a block is worth more than its share. */
	u64 at = below(below(3) ? len : min_u64(len, 64)), other = below(len), span = 1 + below(64);

	at -= at % width;
	span = min_u64(span, len - max_u64(at, other));
	switch (below(6)) {
	case 0:
		bytes[at] ^= (u8)(1U << below(8));
		return "bit";
	case 1:
		put_number(bytes + at, odd_number(), width, false);
		return "number";
	case 2:
		put_number(bytes + at, odd_number(), width, true);
		return "big-endian number";
	case 3:
		bytes[at] += (u8)(below(2) ? 1 : 0xff);
		return "by one";
	case 4:
		memset(bytes + at, below(2) ? 0 : 0xff, span);
		return "stretch";
	default:
		memmove(bytes + at, bytes + other, span);
		return "copy";
	}
}

static int damage_piece(int fd, const struct piece *p)
{
	u8 *bytes = malloc(p->len);
	const char *how;
	int rc = 0;

	if (!bytes)
		return -ENOMEM;
	if (pread(fd, bytes, p->len, (off_t)p->at) != (ssize_t)p->len) {
		rc = -EIO;
	} else {
		how = change(bytes, p->len);
		printf("%s of %s at %llu, inode %u\n", how, p->what, (unsigned long long)p->at, p->ino);
		if (pwrite(fd, bytes, p->len, (off_t)p->at) != (ssize_t)p->len)
			rc = -EIO;
	}
	free(bytes);
	return rc;
}

/* All pieces are found before the first is damaged. */
static int damage(const char *path, ext2_filsys fs)
{
	struct piece piece[CHANGES_MAX];
	u32 n = 0, most = 1 + (u32)below(CHANGES_MAX);
	int fd = open(path, O_RDWR | O_CLOEXEC), rc = fd < 0 ? -errno : 0;

	for (u32 try = 0; n < most && try < TRIES; try++)
		n += any_piece(fs, &piece[n]);
	for (u32 i = 0; i < n && !rc; i++)
		rc = damage_piece(fd, &piece[i]);
	if (fd >= 0)
		close(fd);
	return rc;
}

int main(int argc, char **argv)
{
	ext2_filsys fs;
	errcode_t failed;
	int rc;

	if (argc != 3) {
		fprintf(stderr, "usage: damage IMAGE SEED\n");
		return 1;
	}
	state = strtoull(argv[2], NULL, 10);
	/* Forced: the library does not know what Lustre adds to the features. */
	failed = ext2fs_open(argv[1], EXT2_FLAG_64BITS | EXT2_FLAG_FORCE, 0, 0,
			     unix_io_manager, &fs);
	if (!failed)
		failed = ext2fs_read_inode_bitmap(fs);
	if (failed) {
		fprintf(stderr, "damage: %s: error %ld\n", argv[1], (long)failed);
		return 1;
	}
	rc = damage(argv[1], fs);
	ext2fs_close_free(&fs);
	if (rc)
		fprintf(stderr, "damage: %s: %s\n", argv[1], strerror(-rc));
	return rc ? 1 : 0;
}
