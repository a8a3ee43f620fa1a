/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LMVs of real MDTs, and where Lustre's own functions (compiled apart) put names.
 */
#ifndef MDTCHECK_TESTS_LMV_VECTORS_H
#define MDTCHECK_TESTS_LMV_VECTORS_H

/* 2.10, MDT1: a master of two stripes, fnv_1a_64. */
static const u8 lmv_master[56] = {
	0xd0, 0x0c, 0xd2, 0x0c, 0x02, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x02,
};

/* 2.7, MDT0: shard 1 of a master on MDT1. */
static const u8 lmv_shard[56] = {
	0xd0, 0x0c, 0xd4, 0x0c, 0x02, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x02,
};

/* 2.17: crush2, version 1. */
static const u8 lmv_crush2[56] = {
	0xd0, 0x0c, 0xd2, 0x0c, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x04, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,
};

/* 2.17: one stripe is left after a merge; fixed; version 3. */
static const u8 lmv_merged[56] = {
	0xd0, 0x0c, 0xd2, 0x0c, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x02, 0x00, 0x00, 0x02, 0x03, 0x00, 0x00, 0x00,
};

/* 2.17: what ROOT gets at the first mount, and a default that was emptied. */
static const u8 dmv_root[48] = {
	0xd0, 0x0c, 0xd3, 0x0c, 0x01, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03,
};
static const u8 dmv_empty[48] = { 0xd0, 0x0c, 0xd3, 0x0c };

struct placed {
	const char *name;
	u64 fnv;
	u8 stripe[5][4]; /* of 2, 3, 4, 5, 16: all_chars, fnv_1a_64, crush, crush2 */
};

static const u32 placed_counts[5] = { 2, 3, 4, 5, 16 };
static const struct placed placed[] = {
	{ "a",
	  0xaf63dc4c8601ec8cULL,
	  { { 1, 0, 0, 0 }, { 1, 1, 2, 2 }, { 1, 0, 2, 2 }, { 2, 1, 2, 2 }, { 1, 12, 14, 14 } } },
	{ "file1",
	  0x69f7c28018123c96ULL,
	  { { 1, 0, 1, 1 }, { 0, 2, 2, 2 }, { 1, 2, 2, 2 }, { 0, 1, 2, 2 }, { 1, 6, 2, 2 } } },
	{ "rsync",
	  0x28e109f7f45476aULL,
	  { { 1, 0, 1, 1 }, { 1, 2, 1, 1 }, { 3, 2, 1, 1 }, { 4, 2, 1, 1 }, { 15, 10, 12, 12 } } },
	{ ".rsync.aB3xYz",
	  0x84500a644c1a3c43ULL,
	  { { 0, 1, 1, 1 }, { 2, 2, 1, 1 }, { 0, 3, 1, 1 }, { 1, 1, 1, 1 }, { 12, 3, 12, 12 } } },
	{ "foo.AbC12dEf",
	  0x6f9d1ddcd0576981ULL,
	  { { 0, 1, 1, 1 }, { 1, 2, 1, 1 }, { 2, 1, 1, 1 }, { 0, 1, 1, 1 }, { 10, 1, 15, 15 } } },
	{ "backup~",
	  0xde28e5f5118ab973ULL,
	  { { 0, 1, 0, 0 }, { 0, 0, 0, 0 }, { 0, 3, 3, 3 }, { 1, 1, 3, 3 }, { 4, 3, 5, 5 } } },
	{ "doc.bak",
	  0x90a83b7ab4ab3899ULL,
	  { { 0, 1, 1, 1 }, { 1, 0, 2, 2 }, { 2, 1, 2, 2 }, { 3, 3, 4, 4 }, { 2, 9, 15, 15 } } },
	{ "file.mdtest.12.12345",
	  0x6907f5faa9eb71deULL,
	  { { 1, 0, 0, 0 }, { 2, 2, 0, 2 }, { 1, 2, 3, 2 }, { 0, 1, 3, 2 }, { 13, 14, 10, 10 } } },
	{ "output.6334.log",
	  0xb9088f56c9e1167aULL,
	  { { 1, 0, 0, 1 }, { 0, 2, 0, 1 }, { 3, 2, 3, 3 }, { 1, 2, 3, 4 }, { 15, 10, 3, 13 } } },
	{ "README",
	  0x5273d06e413b107ULL,
	  { { 0, 1, 0, 0 }, { 1, 2, 2, 2 }, { 2, 3, 2, 2 }, { 0, 2, 2, 2 }, { 14, 7, 15, 15 } } },
	{ ".hidden.123456",
	  0xfb3f546907b2220eULL,
	  { { 1, 0, 1, 0 }, { 1, 1, 1, 0 }, { 1, 2, 3, 0 }, { 1, 1, 3, 0 }, { 13, 14, 3, 6 } } },
	{ "x.12345678",
	  0x9113886a7112242bULL,
	  { { 0, 1, 1, 1 }, { 1, 1, 2, 1 }, { 2, 3, 3, 3 }, { 1, 1, 4, 3 }, { 10, 11, 13, 12 } } },
	{ "name.abcdefgh",
	  0x8a66d0878cf16230ULL,
	  { { 1, 0, 0, 0 }, { 1, 0, 2, 2 }, { 3, 0, 3, 3 }, { 2, 0, 3, 3 }, { 3, 0, 3, 3 } } },
};

#endif
