/* SPDX-License-Identifier: GPL-2.0-only */
/* An unreplayed journal laid over the device: logs written here, block by block. */
#include <ext2fs/ext2fs.h>

#include "ondisk/jbd2.h"
#include "suites.h"
#include "vector.h"
#include "view_lab.h"

#define JOURNAL_INO 8U
#define LOG 100U /* where the journal lies */
#define LOG_BLOCKS 24U
#define HOME 60U /* blocks that transactions change, and the next few */

/* A journal being written. */
struct log {
	struct lab *l;
	u32 compat, incompat;
	u32 at, sequence;
	u64 time;
	u32 crc; /* v1 */
};

static void put_be32(u8 *p, u32 v)
{
	v = htobe32(v);
	memcpy(p, &v, 4);
}

static bool has_csum(const struct log *g)
{
	return g->incompat & (JBD2_INCOMPAT_CSUM_V2 | JBD2_INCOMPAT_CSUM_V3);
}

static u32 seed(void)
{
	static const u8 uuid[16];

	return ext2fs_crc32c_le(UINT32_MAX, uuid, sizeof(uuid));
}

static void put_csum(const struct log *g, u8 *block, u32 off)
{
	if (has_csum(g))
		put_be32(block + off, ext2fs_crc32c_le(seed(), block, BS));
}

static u8 *log_block(struct log *g)
{
	u8 *b = block_of(g->l, LOG + g->at);

	if (++g->at == LOG_BLOCKS)
		g->at = 1;
	memset(b, 0, BS);
	return b;
}

static u8 *log_header(struct log *g, u32 type)
{
	u8 *b = log_block(g);

	put_be32(b, JBD2_MAGIC);
	put_be32(b + 4, type);
	put_be32(b + 8, g->sequence);
	return b;
}

static void log_super(struct log *g, u32 start)
{
	u8 *b = block_of(g->l, LOG);

	memset(b, 0, BS);
	put_be32(b, JBD2_MAGIC);
	put_be32(b + 4, JBD2_SUPER_V2);
	put_be32(b + 12, BS);
	put_be32(b + 16, LOG_BLOCKS);
	put_be32(b + 20, 1);
	put_be32(b + 24, g->sequence);
	put_be32(b + 28, start);
	put_be32(b + 36, g->compat);
	put_be32(b + 40, g->incompat);
	if (has_csum(g))
		put_be32(b + JBD2_SUPER_CSUM_OFFSET, ext2fs_crc32c_le(UINT32_MAX, b, BS));
}

static struct log log_begin(struct lab *l, u32 compat, u32 incompat, u32 start)
{
	struct log g = { l, compat, incompat, start, 7, 1000, UINT32_MAX };
	u8 *raw;

	lab_make(l);
	put32(block_of(l, 1) + 224, JOURNAL_INO);
	raw = make_inode(l, JOURNAL_INO, S_IFREG | 0600, LOG_BLOCKS * BS);
	put32(raw + 32, 0x80000);
	put16(raw + 40, 0xf30a);
	put16(raw + 42, 1);
	put16(raw + 44, 4);
	put16(raw + 56, LOG_BLOCKS);
	put32(raw + 60, LOG);
	log_super(&g, start);
	return g;
}

static u32 data_csum(const struct log *g, const u8 *data)
{
	u8 sequence[4];

	put_be32(sequence, g->sequence);
	return ext2fs_crc32c_le(ext2fs_crc32c_le(seed(), sequence, 4), data, BS);
}

static u32 put_tag(const struct log *g, u8 *p, u32 block, u32 flags, u32 csum)
{
	u32 at = 8;

	put_be32(p, block);
	if (g->incompat & JBD2_INCOMPAT_CSUM_V3) {
		put_be32(p + 4, flags);
		put_be32(p + 12, csum);
		return 16;
	}
	put_be32(p + 4, flags);
	if (g->incompat & JBD2_INCOMPAT_CSUM_V2) {
		p[4] = (u8)(csum >> 8);
		p[5] = (u8)csum;
		at += 2;
	}
	return g->incompat & JBD2_INCOMPAT_64BIT ? at + 4 : at;
}

/* Logs n copies, block HOME + i filled with value + i. */
static void log_copies(struct log *g, u32 n, u8 value, bool escaped)
{
	u8 *d = log_header(g, JBD2_DESCRIPTOR);
	u32 off = JBD2_HEADER_BYTES;

	for (u32 i = 0; i < n; i++) {
		u32 flags = (i + 1 == n ? JBD2_TAG_LAST : 0) | (i ? JBD2_TAG_SAME_UUID : 0) |
			    (escaped ? JBD2_TAG_ESCAPED : 0);
		u8 *data = log_block(g);

		memset(data, value + (int)i, BS);
		if (escaped)
			memset(data, 0, 4);
		off += put_tag(g, d + off, HOME + i, flags, data_csum(g, data));
		/* The first tag is followed by the journal's UUID. */
		off += i ? 0 : 16;
	}
	put_csum(g, d, BS - 4);
	g->crc = ext2fs_crc32_be(g->crc, d, BS);
	for (u32 i = 0; i < n; i++) {
		u32 at = (u32)(d - block_of(g->l, LOG)) / BS + 1 + i;

		at = at < LOG_BLOCKS ? at : at - LOG_BLOCKS + 1;
		g->crc = ext2fs_crc32_be(g->crc, block_of(g->l, LOG + at), BS);
	}
}

static void log_revoke(struct log *g, u32 block)
{
	bool wide = g->incompat & JBD2_INCOMPAT_64BIT;
	u8 *b = log_header(g, JBD2_REVOKE);

	put_be32(b + 12, wide ? 24 : 20);
	put_be32(b + (wide ? 20 : 16), block);
	put_csum(g, b, BS - 4);
}

static void log_commit(struct log *g)
{
	u8 *b = log_header(g, JBD2_COMMIT);

	put_be32(b + 52, (u32)g->time++);
	if (g->compat & JBD2_COMPAT_CHECKSUM) {
		b[12] = 1;
		b[13] = 4;
		put_be32(b + 16, g->crc);
	}
	put_csum(g, b, JBD2_COMMIT_CSUM_OFFSET);
	g->crc = UINT32_MAX;
	g->sequence++;
}

static struct journal_report overlay(struct lab *l)
{
	struct journal_report r = { 0 };

	lab_open(l, true);
	ck_assert_int_eq(view_overlay_journal(l->view, &r), 0);
	return r;
}

static u8 byte_of(struct lab *l, u32 block, u32 off)
{
	u8 b = 0;

	ck_assert_int_eq(device_pread(l->view, (u64)block * BS + off, &b, 1), 0);
	return b;
}

static const u32 kinds[] = {
	0,
	JBD2_INCOMPAT_64BIT,
	JBD2_INCOMPAT_CSUM_V2,
	JBD2_INCOMPAT_CSUM_V2 | JBD2_INCOMPAT_64BIT,
	JBD2_INCOMPAT_CSUM_V3,
	JBD2_INCOMPAT_CSUM_V3 | JBD2_INCOMPAT_64BIT | JBD2_INCOMPAT_REVOKE,
};

/* Two transactions in every format, the log wrapping around its end. */
START_TEST(test_formats)
{
	struct journal_report r;
	struct lab l;
	struct log g = log_begin(&l, 0, kinds[_i], LOG_BLOCKS - 4);

	log_copies(&g, 3, 0x10, false);
	log_commit(&g);
	log_copies(&g, 1, 0x20, false);
	log_commit(&g);
	log_copies(&g, 1, 0x30, false); /* never committed */
	r = overlay(&l);
	ck_assert_int_eq(r.state, JOURNAL_OVERLAID);
	ck_assert_uint_eq(r.transactions, 2);
	ck_assert_uint_eq(r.blocks, 3);
	ck_assert_uint_eq(byte_of(&l, HOME, 5), 0x20);
	ck_assert_uint_eq(byte_of(&l, HOME + 1, 5), 0x11);
	ck_assert_uint_eq(byte_of(&l, HOME + 2, BS - 1), 0x12);
	ck_assert_uint_eq(byte_of(&l, HOME + 3, 0), 0);
	lab_done(&l);
}
END_TEST

/* A read that spans blocks with and without newer copies. */
START_TEST(test_spanning)
{
	u8 out[3 * BS];
	struct lab l;
	struct log g = log_begin(&l, 0, 0, 1);

	log_copies(&g, 1, 0x40, true);
	log_commit(&g);
	memset(block_of(&l, HOME - 1), 0xaa, BS);
	ck_assert_int_eq(overlay(&l).state, JOURNAL_OVERLAID);
	ck_assert_int_eq(device_pread(l.view, (HOME - 1) * BS + 7, out, sizeof(out) - 14), 0);
	ck_assert_uint_eq(out[BS - 8], 0xaa);
	ck_assert_mem_eq(out + BS - 7, "\xc0\x3b\x39\x98\x40", 5);
	ck_assert_uint_eq(out[2 * BS - 8], 0x40);
	ck_assert_uint_eq(out[2 * BS - 7], 0);
	ck_assert_uint_eq(byte_of(&l, HOME, 2), 0x39);
	lab_done(&l);
}
END_TEST

/* A revocation voids older copies and those of its own transaction, not younger ones. */
START_TEST(test_revoked)
{
	u32 incompat = kinds[_i] | JBD2_INCOMPAT_REVOKE;
	struct journal_report r;
	struct lab l;
	struct log g = log_begin(&l, 0, incompat, 1);

	log_copies(&g, 2, 0x50, false);
	log_commit(&g);
	log_revoke(&g, HOME);
	log_revoke(&g, HOME + 1);
	log_commit(&g);
	log_copies(&g, 1, 0x60, false);
	log_commit(&g);
	r = overlay(&l);
	ck_assert_uint_eq(r.revoked, 2);
	ck_assert_uint_eq(r.blocks, 1);
	ck_assert_uint_eq(byte_of(&l, HOME, 9), 0x60);
	ck_assert_uint_eq(byte_of(&l, HOME + 1, 9), 0);
	lab_done(&l);
}
END_TEST

START_TEST(test_clean)
{
	struct lab l;

	log_begin(&l, 0, 0, 0);
	ck_assert_int_eq(overlay(&l).state, JOURNAL_CLEAN);
	lab_done(&l);
}
END_TEST

/* One byte of the log changed: at = block of the log, off within it. */
static struct journal_report with_damage(struct lab *l, u32 compat, u32 incompat, u32 at, u32 off)
{
	struct log g = log_begin(l, compat, incompat, 1);

	log_copies(&g, 1, 0x70, false); /* blocks 1, 2 */
	log_commit(&g);			/* block 3 */
	log_copies(&g, 1, 0x71, false);
	log_commit(&g);
	block_of(l, LOG + at)[off] ^= 0x55;
	return overlay(l);
}

START_TEST(test_damaged)
{
	static const struct {
		u32 compat, incompat, at, off;
	} t[] = {
		{ 0, JBD2_INCOMPAT_CSUM_V3, 0, 70 },		   /* superblock */
		{ 0, JBD2_INCOMPAT_CSUM_V3, 1, BS - 50 },	   /* descriptor */
		{ 0, JBD2_INCOMPAT_CSUM_V3, 2, 9 },		   /* data */
		{ 0, JBD2_INCOMPAT_CSUM_V2, 2, 9 },
		{ 0, JBD2_INCOMPAT_CSUM_V3, 3, 100 },		   /* commit */
		{ JBD2_COMPAT_CHECKSUM, 0, 2, 9 },
		{ 0, 0, 0, 0 },					   /* no superblock at all */
		{ 0, 0, 0, 15 },				   /* block size */
		{ 0, JBD2_INCOMPAT_FAST_COMMIT, 23, 0 },
	};
	struct journal_report r;
	struct lab l;

	r = with_damage(&l, t[_i].compat, t[_i].incompat, t[_i].at, t[_i].off);
	ck_assert_int_eq(r.state, JOURNAL_DAMAGED);
	ck_assert_ptr_nonnull(r.why);
	/* What cannot be trusted whole is not shown in part. */
	ck_assert_uint_eq(byte_of(&l, HOME, 5), 0);
	lab_done(&l);
}
END_TEST

/* The same damage in leftovers of an older round is just the end of the log. */
START_TEST(test_leftovers)
{
	struct journal_report r;
	struct lab l;
	struct log g = log_begin(&l, 0, JBD2_INCOMPAT_CSUM_V3, 1);

	log_copies(&g, 1, 0x70, false);
	log_commit(&g);
	g.time = 10;
	log_copies(&g, 1, 0x71, false);
	log_commit(&g);
	block_of(&l, LOG + 4)[BS - 50] ^= 1;
	r = overlay(&l);
	ck_assert_int_eq(r.state, JOURNAL_OVERLAID);
	ck_assert_uint_eq(r.transactions, 1);
	ck_assert_uint_eq(byte_of(&l, HOME, 5), 0x70);
	lab_done(&l);
}
END_TEST

START_TEST(test_resized)
{
	struct lab l;
	struct log g = log_begin(&l, 0, 0, 1);
	u8 *d = log_header(&g, JBD2_DESCRIPTOR);

	put_tag(&g, d + JBD2_HEADER_BYTES, 1, JBD2_TAG_LAST, 0);
	memcpy(log_block(&g), block_of(&l, 1), BS);
	put32(block_of(&l, LOG + 2) + 4, NBLOCKS * 2);
	log_commit(&g);
	ck_assert_int_eq(overlay(&l).state, JOURNAL_DAMAGED);
	lab_done(&l);
}
END_TEST

/* Any bytes in the log: an end, an answer, nothing read out of bounds. */
START_TEST(test_hostile)
{
	u64 state = 88172645463325252ULL;

	for (u32 i = 0; i < 2000; i++) {
		struct lab l;
		struct log g = log_begin(&l, 0, kinds[i % 2], 1);

		for (u32 k = 0; k < 4; k++) {
			log_copies(&g, 3, 1, false);
			log_revoke(&g, HOME);
			log_commit(&g);
		}
		for (u32 k = 0; k < 4; k++)
			block_of(&l, LOG + (u32)(hostile_random(&state) % LOG_BLOCKS))
				[hostile_random(&state) % 64] = (u8)hostile_random(&state);
		overlay(&l);
		byte_of(&l, HOME, 0);
		lab_done(&l);
	}
}
END_TEST

Suite *suite_journal(void)
{
	Suite *s = suite_create("journal");
	TCase *t = tcase_create("overlay");

	tcase_add_loop_test(t, test_formats, 0, (int)ARRAY_SIZE(kinds));
	tcase_add_loop_test(t, test_revoked, 0, (int)ARRAY_SIZE(kinds));
	tcase_add_test(t, test_spanning);
	tcase_add_test(t, test_clean);
	tcase_add_loop_test(t, test_damaged, 0, 9);
	tcase_add_test(t, test_leftovers);
	tcase_add_test(t, test_resized);
	tcase_add_test(t, test_hostile);
	suite_add_tcase(s, t);
	return s;
}
