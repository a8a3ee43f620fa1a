/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a complete model to an image: size it, have mke2fs make the skeleton,
 * number the inodes, write contents, then inode tables, then the accounts.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/mkmdt/oi.h"
#include "tools/mkmdt/writer.h"

#define INODE_RATIO 2560 /* bytes of device for one inode, as mkfs.lustre asks for */
#define SIZE_MIN (32ULL << 20)
#define FIRST_OWN_INO 12
#define INCOMPAT_DIRDATA 0x1000U
#define SB_BYTES 1024
#define SB_INCOMPAT 0x60
#define SB_CSUM 0x3fc
#define FAST_LINK_MAX 60

/* ---- how large --------------------------------------------------------------------------- */

static u64 dir_bytes(const struct mk_model *m, const struct mk_object *o)
{
	u64 bytes = 64;
	u32 e;

	for (e = o->first; e; e = m->entries[e].next_in_dir)
		bytes += dirent_need(m->entries[e].namelen, m->cfg.dirdata);
	return bytes;
}

/* Upper bounds of the blocks an object takes outside the inode tables, and of EA inodes. */
static u64 object_blocks(const struct mk_model *m, const struct mk_object *o, u32 *ea_inodes)
{
	u32 bs = m->cfg.bs, ea = mk_layout_bytes(&m->styles[o->style]);
	u64 blocks = 0, bytes;

	if (o->type == MK_DIR) {
		bytes = dir_bytes(m, o);
		blocks += bytes <= bs / 4 ? 1 : bytes * 3 / 2 / bs + 4;
	}
	blocks += (m->blobs[o->blob].len + bs - 1) / bs;
	if (m->styles[o->style].wide || ea + 300 > m->cfg.isize || o->nnames > 4 ||
	    o->flags & MK_RAW_EA)
		blocks++;
	if (ea > bs / 2 || o->nnames > 16 || o->flags & MK_RAW_EA) {
		blocks += ea / bs + 20;
		*ea_inodes += 2;
	}
	return blocks;
}

static void image_size(const struct mk_model *m, u64 *size, u32 *inodes)
{
	u32 fill = m->cfg.oi_fill ? m->cfg.oi_fill : 100, ea_inodes = 0, i;
	u64 blocks = (u64)m->nobjects / fill * 21 / 20 + 4ULL * m->cfg.oi_files + 8192, need, bytes;
	/* Large inodes must not crowd out the blocks. */
	u64 ratio = max_u64(INODE_RATIO, 2ULL * m->cfg.isize);

	for (i = 0; i < m->nobjects; i++)
		blocks += object_blocks(m, &m->objects[i], &ea_inodes);
	need = max_u64((u64)m->nobjects + ea_inodes + 64, m->cfg.inodes);
	bytes = max_u64(need * m->cfg.isize + blocks * m->cfg.bs, need * ratio);
	*size = m->cfg.size ? m->cfg.size : max_u64(SIZE_MIN, bytes + bytes / 12);
	*size &= ~(u64)0xfffff;
	*inodes = m->cfg.inodes ? m->cfg.inodes : (u32)max_u64(need, *size / ratio);
}

/* ---- numbers ------------------------------------------------------------------------------ */

static int number_inodes(struct mk_writer *w)
{
	u32 i;

	w->next_ino = FIRST_OWN_INO;
	for (i = 0; i < w->m->nobjects; i++) {
		struct mk_object *o = &w->m->objects[i];

		if (!o->ino)
			o->ino = w->next_ino++;
		if (o->flags & MK_IGIF) {
			o->seq = o->ino;
			o->oid = mk_generation(w->m, o->ino);
		}
	}
	if (w->next_ino > w->fs->super->s_inodes_count)
		return mk_fail(w->m, -ENOSPC, "the image is too small: %u inodes for %u objects",
			       w->fs->super->s_inodes_count, w->m->nobjects);
	return 0;
}

/* ---- contents ------------------------------------------------------------------------------ */

static int store(struct mk_writer *w, struct mk_object *o, const u8 *data, u32 n, u64 size,
		 u32 flags)
{
	bool extents = wr_extents(w, o);
	u64 at;
	u32 got;
	int rc;

	if (n == 1 && !flags) {
		rc = wr_alloc(w, 1, &at, &got);
		o->blocks = (u32)at;
		return rc ? rc : wr_put(w, at, data, 1);
	}
	rc = mk_grow(&w->maps, &w->maps_cap, w->nmaps, sizeof(*w->maps));
	if (!rc)
		rc = wr_content(w, o->ino, data, n, size, extents, &w->maps[w->nmaps]);
	if (rc)
		return rc;
	w->maps[w->nmaps].flags |= flags;
	o->mapped = true;
	o->blocks = w->nmaps++;
	return 0;
}

struct dir_job {
	struct dir_format format;
	struct dir_item *items;
	u32 items_cap;
	struct dir_blocks blocks;
};

/* Name entries carry FIDs in the client's name space, and for what is kept in PENDING. */
static int fill_items(struct mk_writer *w, u32 dir, struct dir_job *j, u32 *n)
{
	struct mk_model *m = w->m;
	bool fids = m->cfg.dirdata && (m->objects[dir].flags & MK_CLIENT || dir == m->pending);
	u32 e, k = 0;
	int rc;

	for (e = m->objects[dir].first; e; e = m->entries[e].next_in_dir, k++) {
		const struct mk_entry *en = &m->entries[e];
		const struct mk_object *t = &m->objects[en->target];

		rc = mk_grow(&j->items, &j->items_cap, k, sizeof(*j->items));
		if (rc)
			return rc;
		j->items[k] = (struct dir_item){ .name = m->names + en->name,
						 .namelen = en->namelen, .type = t->type,
						 .with_fid = fids && t->flags & MK_CLIENT,
						 .ino = t->ino, .fid = mk_fid_of(t) };
	}
	*n = k;
	return 0;
}

static int write_dir(struct mk_writer *w, u32 dir, struct dir_job *j)
{
	struct mk_model *m = w->m;
	struct mk_object *o = &m->objects[dir];
	u32 n, parent = o->last_name ? m->entries[o->last_name].dir : dir;
	struct dir_params p = { .ino = o->ino, .parent = m->objects[parent].ino,
				.htree = m->styles[o->style].htree };
	int rc = fill_items(w, dir, j, &n);

	if (rc)
		return rc;
	/* ROOT's parent is the server's own affair. */
	p.dotdot_fid = m->cfg.dirdata && o->flags & MK_CLIENT && dir != m->root;
	/* A remote directory hangs in REMOTE_PARENT_DIR but ".." knows whose child it is. */
	p.parent_fid = o->blob ? dec_fid_be(m->blobs[o->blob].data)
			       : mk_fid_of(&m->objects[parent]);
	p.csum_seed = m->cfg.csum ? wr_inode_seed(w, o->ino) : 0;
	rc = dir_build(&j->format, &p, j->items, n, &j->blocks);
	if (rc)
		return mk_fail(m, rc, "a directory of %u names: %s", n, strerror(-rc));
	return store(w, o, j->blocks.data, j->blocks.n, (u64)j->blocks.n * w->bs,
		     j->blocks.indexed ? EXT2_INDEX_FL : 0);
}

static int write_dirs(struct mk_writer *w)
{
	struct dir_job j = { .format = { .bs = w->bs, .csum = w->m->cfg.csum,
					 .hash = w->fs->super->s_def_hash_version } };
	u32 i;
	int rc = 0;

	for (i = 0; i < 4; i++)
		j.format.hash_seed[i] = w->fs->super->s_hash_seed[i];
	for (i = 0; i < w->m->nobjects && !rc; i++)
		if (w->m->objects[i].type == MK_DIR && !(w->m->objects[i].flags & MK_KEEP))
			rc = write_dir(w, i, &j);
	free(j.items);
	dir_blocks_done(&j.blocks);
	return rc;
}

static int write_blob(struct mk_writer *w, struct mk_object *o)
{
	const struct mk_blob *b = &w->m->blobs[o->blob];
	u32 n = (b->len + w->bs - 1) / w->bs;
	u8 *padded;
	int rc;

	if (!o->blob || (o->type == MK_LNK ? b->len < FAST_LINK_MAX : o->type != MK_REG))
		return 0;
	padded = calloc(n ? n : 1, w->bs);
	if (!padded)
		return mk_fail(w->m, -ENOMEM, "out of memory");
	memcpy(padded, b->data, b->len);
	rc = n ? store(w, o, padded, n, b->len, 0) : 0;
	free(padded);
	return rc;
}

static int write_blobs(struct mk_writer *w)
{
	u32 i;
	int rc = 0;

	for (i = 0; i < w->m->nobjects && !rc; i++)
		rc = write_blob(w, &w->m->objects[i]);
	return rc;
}

static int write_oi(struct mk_writer *w)
{
	struct oi_plan p = { 0 };
	u32 i, file = 0, n;
	u8 *blocks;
	int rc = oi_plan(w->m, &p);

	for (i = 0; i < w->m->nobjects && !rc; i++) {
		struct mk_object *o = &w->m->objects[i];

		if (!(o->flags & MK_OI_FILE))
			continue;
		rc = oi_build(w->m, &p, file++, &blocks, &n);
		if (rc)
			break;
		rc = store(w, o, blocks, n, (u64)n * w->bs, 0);
		free(blocks);
	}
	oi_plan_done(&p);
	return rc;
}

/* ---- inodes and accounts -------------------------------------------------------------------- */

static int write_inodes(struct mk_writer *w)
{
	u32 i;
	int rc = 0;

	for (i = 0; i < w->m->nobjects && !rc; i++) {
		rc = wr_inode(w, i);
		if (w->m->objects[i].type == MK_DIR && w->m->objects[i].ino >= FIRST_OWN_INO)
			w->group_dirs[(w->m->objects[i].ino - 1) /
				      w->fs->super->s_inodes_per_group]++;
	}
	if (!rc && w->next_ino > w->fs->super->s_inodes_count + 1)
		rc = mk_fail(w->m, -ENOSPC, "the image is too small: no inode for a large EA");
	for (i = 0; i < w->nea_inodes && !rc; i++)
		rc = wr_ea_inode(w, &w->ea_inodes[i]);
	return rc ? rc : wr_table_flush(w);
}

/* Inodes are taken without a gap, so a group's unused ones are all at its end. */
static void account_group(struct mk_writer *w, dgrp_t g)
{
	ext2_filsys fs = w->fs;
	u32 ipg = fs->super->s_inodes_per_group, first = g * ipg + 1;
	u32 own = first > FIRST_OWN_INO ? first : FIRST_OWN_INO, ino;
	u32 end = (u32)min_u64(w->next_ino, (u64)first + ipg);

	if (own >= end)
		return;
	for (ino = own; ino < end; ino++)
		ext2fs_fast_mark_inode_bitmap2(fs->inode_map, ino);
	ext2fs_bg_flags_clear(fs, g, EXT2_BG_INODE_UNINIT);
	ext2fs_bg_free_inodes_count_set(fs, g, ext2fs_bg_free_inodes_count(fs, g) - (end - own));
	ext2fs_bg_used_dirs_count_set(fs, g, ext2fs_bg_used_dirs_count(fs, g) + w->group_dirs[g]);
	ext2fs_bg_itable_unused_set(fs, g, first + ipg - end);
	fs->super->s_free_inodes_count -= end - own;
	ext2fs_group_desc_csum_set(fs, g);
}

static int account(struct mk_writer *w)
{
	dgrp_t g;
	int rc = wr_flush(w);

	for (g = 0; g < w->fs->group_desc_count; g++)
		account_group(w, g);
	ext2fs_mark_ib_dirty(w->fs);
	ext2fs_mark_bb_dirty(w->fs);
	ext2fs_mark_super_dirty(w->fs);
	return rc;
}

/* mke2fs gave the root a block; it gets another one, of the right content. */
static int drop_root_block(struct mk_writer *w)
{
	blk64_t block = 0;
	errcode_t err = ext2fs_bmap2(w->fs, EXT2_ROOT_INO, NULL, NULL, 0, 0, NULL, &block);

	if (err || !block)
		return wr_error(w, err, "the root directory has no block");
	ext2fs_block_alloc_stats2(w->fs, block, -1);
	return 0;
}

static int open_writer(struct mk_writer *w, const char *image)
{
	errcode_t err = ext2fs_open(image, EXT2_FLAG_RW | EXT2_FLAG_64BITS, 0, 0,
				    unix_io_manager, &w->fs);

	if (!err)
		err = ext2fs_read_bitmaps(w->fs);
	if (err)
		return wr_error(w, err, "cannot open the new image");
	w->bs = w->fs->blocksize;
	w->fs->now = MK_TIME;
	/* The same hashes on machines with either kind of char. */
	w->fs->super->s_flags |= EXT2_FLAGS_SIGNED_HASH;
	w->fs->super->s_flags &= ~(u32)EXT2_FLAGS_UNSIGNED_HASH;
	w->scratch = malloc(wr_scratch_size());
	w->group_dirs = calloc(w->fs->group_desc_count, sizeof(*w->group_dirs));
	if (!w->scratch || !w->group_dirs)
		return mk_fail(w->m, -ENOMEM, "out of memory");
	return 0;
}

static int close_writer(struct mk_writer *w, int rc)
{
	errcode_t err = 0;

	if (w->fs && rc)
		ext2fs_free(w->fs);
	else if (w->fs)
		err = ext2fs_close(w->fs);
	free(w->scratch);
	free(w->group_dirs);
	free(w->buf);
	free(w->table);
	free(w->maps);
	free(w->ea_inodes);
	return err ? wr_error(w, err, "cannot finish the image") : rc;
}

static int write_all(struct mk_writer *w, const char *image)
{
	int rc = open_writer(w, image);

	if (!rc)
		rc = number_inodes(w);
	if (!rc)
		rc = drop_root_block(w);
	if (!rc)
		rc = wr_blocks_init(w);
	if (!rc)
		rc = wr_table_init(w);
	if (!rc)
		rc = write_dirs(w);
	if (!rc)
		rc = write_blobs(w);
	if (!rc)
		rc = write_oi(w);
	if (!rc)
		rc = write_inodes(w);
	if (!rc)
		rc = account(w);
	return close_writer(w, rc);
}

/* ---- dirdata --------------------------------------------------------------------------------- */

static int flag_super(int fd, u64 at, bool csum)
{
	u8 sb[SB_BYTES];

	if (pread(fd, sb, sizeof(sb), (off_t)at) != (ssize_t)sizeof(sb))
		return -EIO;
	put_le32(sb + SB_INCOMPAT, get_le32(sb + SB_INCOMPAT) | INCOMPAT_DIRDATA);
	if (csum)
		put_le32(sb + SB_CSUM, ext2fs_crc32c_le(~0U, sb, SB_CSUM));
	return pwrite(fd, sb, sizeof(sb), (off_t)at) == (ssize_t)sizeof(sb) ? 0 : -EIO;
}

static bool power_of(u32 n, u32 base)
{
	while (n % base == 0)
		n /= base;
	return n == 1;
}

static bool has_super(u32 group)
{
	return group <= 1 || power_of(group, 3) || power_of(group, 5) || power_of(group, 7);
}

/* libext2fs would refuse the feature, so the bit is set behind its back, in every copy. */
static int flag_dirdata(struct mk_model *m, const char *image)
{
	int fd = open(image, O_RDWR | O_CLOEXEC), rc;
	u8 sb[SB_BYTES];
	u32 g, groups, per_group, first;

	if (fd < 0)
		return mk_fail(m, -errno, "cannot open %s again", image);
	rc = pread(fd, sb, sizeof(sb), SB_BYTES) == (ssize_t)sizeof(sb) ? 0 : -EIO;
	first = get_le32(sb + 0x14);
	per_group = get_le32(sb + 0x20);
	groups = rc ? 0 : (get_le32(sb + 4) - first + per_group - 1) / per_group;
	if (!rc)
		rc = flag_super(fd, SB_BYTES, m->cfg.csum);
	for (g = 1; g < groups && !rc; g++)
		if (has_super(g))
			rc = flag_super(fd, ((u64)first + (u64)g * per_group) * m->cfg.bs,
					m->cfg.csum);
	if (close(fd) && !rc)
		rc = -errno;
	return rc ? mk_fail(m, rc, "cannot set dirdata in a superblock") : 0;
}

int mk_build(struct mk_model *m, const char *image)
{
	struct mk_writer w = { .m = m };
	u32 inodes;
	u64 size;
	int rc = m->ready ? 0 : mk_namespace(m);

	if (!rc)
		rc = mk_server_state(m);
	if (rc)
		return rc;
	image_size(m, &size, &inodes);
	if ((u64)inodes * m->cfg.isize > size / 10 * 9)
		return mk_fail(m, -ENOSPC, "size= is too small for %u inodes", inodes);
	rc = mk_skeleton(m, image, size, inodes);
	if (!rc)
		rc = write_all(&w, image);
	return !rc && m->cfg.dirdata ? flag_dirdata(m, image) : rc;
}
