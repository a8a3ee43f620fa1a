/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads the log of an unreplayed journal as a mount would: where it ends, what
 * was revoked, which blocks it holds.  The result is an overlay, see overlay.h.
 *
 * The end of a log looks like damage: what follows are leftovers of an older
 * round.  Their commit times are older too, and that is how the two are told apart.
 */
#include <stdlib.h>
#include <string.h>

#include <ext2fs/ext2fs.h>

#include "base/array.h"
#include "ondisk/jbd2.h"
#include "view/private.h"

#define SUPER_OFFSET 1024

enum pass { PASS_END, PASS_REVOKES, PASS_BLOCKS };

struct revoke {
	u64 block;
	u32 age; /* logged copies as old as this, or older, are void */
};

struct replay {
	struct view *v;
	struct view_buf *buf; /* its map is the journal's */
	struct jbd2_super super;
	struct journal_report report;
	struct overlay *overlay;
	u32 seed;
	u8 *block, *data; /* a block of the log each */

	u32 at;	     /* next block of the log */
	u32 steps;   /* blocks walked over; never more than there are */
	u32 age;     /* of the transaction being walked: 0 is the first */
	u32 end;     /* transactions that are committed */
	u64 last_time;
	bool doubt;  /* a checksum did not fit: the commit block will say what that means */
	u32 crc;     /* v1: over the descriptors and data of the transaction */

	struct revoke *revoke; /* sorted by block, then age */
	u32 nrevoke, revoke_cap;
};

/* The walk is over: with why, the journal is damaged. */
static int stop(struct replay *r, const char *why)
{
	if (why) {
		r->report.state = JOURNAL_DAMAGED;
		r->report.why = why;
	}
	return 1;
}

/* ---- checksums ------------------------------------------------------------------------------- */

/* Of a block of the log, its own checksum at off taken as zero. */
static bool block_csum_ok(const struct replay *r, const u8 *block, u32 off)
{
	static const u8 zero[4];
	struct cursor c = cursor_make(block, r->super.block_size);
	u32 crc = ext2fs_crc32c_le(r->seed, block, off);

	crc = ext2fs_crc32c_le(crc, zero, sizeof(zero));
	crc = ext2fs_crc32c_le(crc, block + off + 4, r->super.block_size - off - 4);
	cursor_seek(&c, off);
	return !r->super.has_csum || crc == cursor_be32(&c);
}

static bool tail_csum_ok(const struct replay *r, const u8 *block)
{
	return block_csum_ok(r, block, r->super.block_size - 4);
}

static bool data_csum_ok(const struct replay *r, const struct jbd2_tag *t, const u8 *data)
{
	u32 sequence = htobe32(r->super.sequence + r->age);
	u32 crc;

	if (!r->super.has_csum)
		return true;
	crc = ext2fs_crc32c_le(r->seed, (const u8 *)&sequence, sizeof(sequence));
	crc = ext2fs_crc32c_le(crc, data, r->super.block_size);
	return t->csum == (r->super.incompat & JBD2_INCOMPAT_CSUM_V3 ? crc : crc & 0xffff);
}

/* v1: the commit block has a CRC of the whole transaction, or nothing at all. */
static bool transaction_csum_ok(const struct replay *r)
{
	struct cursor c = cursor_make(r->block, r->super.block_size);
	u32 type, size, crc;

	cursor_skip(&c, JBD2_HEADER_BYTES);
	type = cursor_u8(&c);
	size = cursor_u8(&c);
	cursor_skip(&c, 2);
	crc = cursor_be32(&c);
	if (!(r->super.compat & JBD2_COMPAT_CHECKSUM) || (!type && !size && !crc))
		return true;
	return type == 1 && size == 4 && crc == r->crc;
}

/* ---- the log --------------------------------------------------------------------------------- */

/* The next block of the log; 0, or 1 when the journal cannot be read there. */
static int next_block(struct replay *r, u8 *out, u64 *physical)
{
	const char *why;

	if (r->steps++ >= r->super.maxlen)
		return stop(r, "journal: the log has no end");
	if (r->v->ops->file_block(r->v, r->buf, r->at, out, physical, &why))
		return stop(r, "journal: a block of the log cannot be read");
	if (++r->at >= r->super.maxlen)
		r->at = r->super.first;
	return 0;
}

static int revoke_cmp(const void *a, const void *b)
{
	const struct revoke *x = a, *y = b;

	if (x->block != y->block)
		return x->block < y->block ? -1 : 1;
	return (x->age > y->age) - (x->age < y->age);
}

/* Is a copy logged in this transaction void?  The youngest revocation decides. */
static bool is_revoked(const struct replay *r, u64 block)
{
	u32 low = 0, high = r->nrevoke;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (r->revoke[mid].block <= block)
			low = mid + 1;
		else
			high = mid;
	}
	return low && r->revoke[low - 1].block == block && r->revoke[low - 1].age >= r->age;
}

static int add_revoke(struct replay *r, u64 block)
{
	if (array_room(&r->revoke, &r->revoke_cap, r->nrevoke + 1, sizeof(*r->revoke), NULL))
		return -ENOMEM;
	r->revoke[r->nrevoke++] = (struct revoke){ block, r->age };
	return 0;
}

static int walk_revokes(struct replay *r)
{
	struct cursor it;
	u64 block;
	int rc = 0;

	if (jbd2_revokes(&r->super, r->block, &it))
		return stop(r, "journal: a revoke block has an impossible length");
	while (!rc && jbd2_revoke_next(&r->super, &it, &block))
		rc = add_revoke(r, block);
	return rc;
}

/* One logged copy of a block of the file system: the next block of the log. */
static int take_block(struct replay *r, const struct jbd2_tag *t)
{
	struct overlay_block b = {
		.block = t->block,
		.age = r->age,
		.escaped = !!(t->flags & JBD2_TAG_ESCAPED),
	};
	int rc = next_block(r, r->data, &b.from);

	if (rc)
		return rc;
	if (is_revoked(r, t->block)) {
		r->report.revoked++;
		return 0;
	}
	if (!data_csum_ok(r, t, r->data))
		return stop(r, "journal: the checksum of a logged block does not fit");
	if (t->block >= r->v->info.blocks_count)
		return stop(r, "journal: a logged block lies outside the file system");
	return overlay_add(r->overlay, &b);
}

static int walk_descriptor(struct replay *r, enum pass pass)
{
	struct cursor it = jbd2_tags(&r->super, r->block);
	bool sum = pass == PASS_END && r->super.compat & JBD2_COMPAT_CHECKSUM;
	struct jbd2_tag t;
	u64 physical;
	int rc = 0;

	if (sum)
		r->crc = ext2fs_crc32_be(r->crc, r->block, r->super.block_size);
	while (!rc && jbd2_tag_next(&r->super, &it, &t)) {
		rc = pass == PASS_BLOCKS ? take_block(r, &t) : next_block(r, r->data, &physical);
		if (!rc && sum)
			r->crc = ext2fs_crc32_be(r->crc, r->data, r->super.block_size);
	}
	return rc;
}

/* What a commit block ends: a transaction, or (leftovers) the log. */
static int walk_commit(struct replay *r, enum pass pass)
{
	u64 time = jbd2_commit_time(r->block);
	bool fits = !r->doubt && transaction_csum_ok(r) &&
		    block_csum_ok(r, r->block, JBD2_COMMIT_CSUM_OFFSET);

	if (pass == PASS_END && !fits)
		return stop(r, time < r->last_time ?
				       NULL :
				       "journal: the checksum of a transaction does not fit");
	r->last_time = time;
	r->crc = UINT32_MAX;
	r->age++;
	return 0;
}

/* One block of the log and what belongs to it; 0 to go on, 1 at the end. */
static int walk_one(struct replay *r, enum pass pass)
{
	struct jbd2_header h;
	u64 physical;
	int rc;

	if (pass != PASS_END && r->age >= r->end)
		return 1;
	rc = next_block(r, r->block, &physical);
	if (rc)
		return rc;
	if (!jbd2_header_decode(r->block, r->super.block_size, &h) ||
	    h.sequence != r->super.sequence + r->age)
		return stop(r, NULL);
	switch (h.type) {
	case JBD2_DESCRIPTOR:
		r->doubt |= !tail_csum_ok(r, r->block);
		return walk_descriptor(r, pass);
	case JBD2_REVOKE:
		r->doubt |= !tail_csum_ok(r, r->block);
		return pass == PASS_REVOKES ? walk_revokes(r) : 0;
	case JBD2_COMMIT:
		return walk_commit(r, pass);
	default:
		return stop(r, NULL);
	}
}

static int walk(struct replay *r, enum pass pass)
{
	int rc;

	r->at = r->super.start;
	r->steps = 0;
	r->age = 0;
	r->last_time = 0;
	r->doubt = false;
	r->crc = UINT32_MAX;
	do
		rc = walk_one(r, pass);
	while (!rc);
	return rc < 0 ? rc : 0;
}

static bool damaged(const struct replay *r)
{
	return r->report.state == JOURNAL_DAMAGED;
}

/* ---- opening --------------------------------------------------------------------------------- */

static int check_super(struct replay *r)
{
	static const u8 zero[4];
	u32 off = JBD2_SUPER_CSUM_OFFSET;
	u32 crc = ext2fs_crc32c_le(UINT32_MAX, r->block, off);

	crc = ext2fs_crc32c_le(crc, zero, sizeof(zero));
	crc = ext2fs_crc32c_le(crc, r->block + off + 4, JBD2_SUPER_BYTES - off - 4);
	if (r->super.has_csum && crc != r->super.csum)
		return stop(r, "journal: the checksum of its superblock does not fit");
	if (r->super.block_size != r->v->info.block_size || r->super.maxlen > r->buf->map.blocks)
		return stop(r, "journal: its size does not fit the file system");
	if (r->super.incompat & JBD2_INCOMPAT_FAST_COMMIT)
		return stop(r, "journal: fast commits are not replayed by this version");
	r->seed = ext2fs_crc32c_le(UINT32_MAX, r->super.uuid, sizeof(r->super.uuid));
	return 0;
}

static int open_log(struct replay *r)
{
	u32 ino = r->v->info.journal_ino;
	const char *why;
	u64 physical;

	if (!ino)
		return stop(r, "journal: it lies on another device");
	if (r->v->ops->file_open(r->v, r->buf, ino, &why) ||
	    r->v->ops->file_block(r->v, r->buf, 0, r->block, &physical, &why))
		return stop(r, "journal: it cannot be read");
	if (jbd2_super_decode(r->block, r->v->info.block_size, &r->super, &why))
		return stop(r, why);
	return check_super(r);
}

static int replay_log(struct replay *r)
{
	int rc = walk(r, PASS_END);

	r->end = r->age;
	if (!rc && !damaged(r))
		rc = walk(r, PASS_REVOKES);
	if (rc || damaged(r))
		return rc;
	if (r->nrevoke)
		qsort(r->revoke, r->nrevoke, sizeof(*r->revoke), revoke_cmp);
	return walk(r, PASS_BLOCKS);
}

/* Geometry was read without the overlay: it must be what the log says too. */
static int same_geometry(struct replay *r)
{
	u8 super[8];
	struct cursor c = cursor_make(super, sizeof(super));
	u32 inodes, blocks;

	if (device_pread(r->v, SUPER_OFFSET, super, sizeof(super)))
		return stop(r, "journal: the superblock cannot be read");
	inodes = cursor_le32(&c);
	blocks = cursor_le32(&c);
	if (inodes != r->v->info.inodes_count || blocks != (u32)r->v->info.blocks_count)
		return stop(r, "journal: the file system was being resized");
	return 0;
}

/* Hands the overlay to the view, if the log proves sound. */
static void put_on(struct replay *r)
{
	struct view *v = r->v;

	overlay_seal(r->overlay);
	v->overlay = *r->overlay;
	if (same_geometry(r)) {
		v->overlay = (struct overlay){ .mem = v->mem };
		return;
	}
	r->report.transactions = r->end;
	r->report.blocks = r->overlay->n;
	r->report.state = r->end ? JOURNAL_OVERLAID : JOURNAL_CLEAN;
	*r->overlay = (struct overlay){ .mem = v->mem };
	device_count_free(v);
}

int view_overlay_journal(struct view *v, struct journal_report *out)
{
	u32 bs = v->info.block_size;
	struct overlay overlay = { .mem = v->mem };
	struct replay r = {
		.v = v,
		.buf = view_buf_new(v),
		.overlay = &overlay,
		.block = malloc(bs),
		.data = malloc(bs),
	};
	int rc = r.buf && r.block && r.data ? 0 : -ENOMEM;

	if (!rc && !open_log(&r) && r.super.start)
		rc = replay_log(&r);
	if (!rc && !damaged(&r))
		put_on(&r);
	overlay_free(&overlay);
	free(r.revoke);
	free(r.block);
	free(r.data);
	view_buf_free(r.buf);
	if (!rc)
		*out = r.report;
	return rc;
}
