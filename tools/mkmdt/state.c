/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state files of a server: written last, because the counters in them must
 * lie beyond everything that was handed out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/mkmdt/oi.h"

#define SEQ_IGIF 12ULL
#define SEQ_IGIF_END 0x100000000ULL
#define SEQ_LEAD 2000 /* how far the stored start runs ahead of clients */
#define FLD_KEY 8
#define FLD_REC 24
#define LAST_RCVD_SIZE 8192
#define OI_SCRUB_SIZE 400
#define LFSCK_NS_SIZE 544
#define LFSCK_LAYOUT_SIZE 264
#define LFSCK_BOOKMARK_SIZE 64
#define MOUNTDATA_SIZE 12288
#define BUILD_TIME 1700000000U

void mk_uuid(const struct mk_model *m, u64 salt, u8 *uuid)
{
	put_le64(uuid, mk_mix(m->cfg.seed ^ salt << 32));
	put_le64(uuid + 8, mk_mix(mk_mix(m->cfg.seed) + salt));
	uuid[6] = (u8)((uuid[6] & 0x0f) | 0x40);
	uuid[8] = (u8)((uuid[8] & 0x3f) | 0x80);
}

static u64 super_seq(u32 n)
{
	return MK_SEQ_NORMAL + n * MK_SUPER_SEQ;
}

/* Gives a file of the backend root its content, n bytes of zero when data is NULL. */
static int set_content(struct mk_model *m, u32 dir, const char *name, const void *data, u32 len,
		       u8 **where)
{
	u32 e = mk_find_name(m, dir, name, strlen(name)), blob;
	int rc = mk_new_blob(m, data, len, &blob);

	if (rc)
		return rc;
	m->objects[m->entries[e].target].blob = blob;
	if (where)
		*where = m->blobs[blob].data;
	return 0;
}

static u8 *put_range(u8 *p, u64 start, u64 end, u32 index, u32 flags)
{
	put_be64(p, start);
	put_be64(p + FLD_KEY, start);
	put_be64(p + 16, end);
	put_be32(p + 24, index);
	put_be32(p + 28, flags);
	return p + FLD_KEY + FLD_REC;
}

/* MDT0 knows every range, the others their own. */
static u8 *fld_ranges(const struct mk_model *m, u8 *p)
{
	u32 i;

	if (m->cfg.index)
		return put_range(p, super_seq(m->cfg.index), super_seq(m->cfg.index + 1),
				 m->cfg.index, 0);
	p = put_range(p, SEQ_IGIF, SEQ_IGIF_END, 0, 0);
	p = put_range(p, MK_SEQ_DOT_LUSTRE, MK_SEQ_DOT_LUSTRE + 1, 0, 0);
	p = put_range(p, MK_SEQ_ROOT, MK_SEQ_ROOT + 1, 0, 0);
	for (i = 0; i < MK_MDTS; i++)
		p = put_range(p, super_seq(i), super_seq(i + 1), i, 0);
	for (i = 0; i < m->cfg.osts; i++)
		p = put_range(p, super_seq(MK_MDTS + i), super_seq(MK_MDTS + i + 1), i, 1);
	return p;
}

static int set_fld(struct mk_model *m)
{
	u8 records[(3 + MK_MDTS + MK_OSTS_MAX) * (FLD_KEY + FLD_REC)], *blocks;
	struct iam_shape s = { m->cfg.bs, FLD_KEY, FLD_REC, 0 };
	u64 n = (u64)(fld_ranges(m, records) - records) / (FLD_KEY + FLD_REC);
	u32 nblocks;
	int rc = iam_build(&s, records, n, &blocks, &nblocks);

	if (rc)
		return mk_fail(m, rc, "fld does not fit");
	rc = set_content(m, m->backend, "fld", blocks, nblocks * m->cfg.bs, NULL);
	free(blocks);
	return rc;
}

static int set_sequences(struct mk_model *m)
{
	u64 start = m->next_seq + SEQ_LEAD, end = super_seq(m->cfg.index + 1);
	u8 *p;
	int rc = set_content(m, m->backend, "seq_srv", NULL, 24, &p);

	if (rc)
		return rc;
	if (start >= end || m->next_seq < super_seq(m->cfg.index))
		end = start; /* the recipe's own sequences: nothing is left to grant */
	put_le64(p, start);
	put_le64(p + 8, end);
	put_le32(p + 16, m->cfg.index);
	rc = set_content(m, m->backend, "seq_ctl", NULL, 24, &p);
	if (rc || m->cfg.index)
		return rc;
	put_le64(p, super_seq(MK_MDTS + m->cfg.osts));
	put_le64(p + 8, UINT64_MAX);
	return 0;
}

/* Objects go round the OSTs, so OST i has had every osts-th of them. */
static int set_ost_counters(struct mk_model *m)
{
	u32 n = m->cfg.osts, i;
	u8 *ids, *seqs;
	int rc = set_content(m, m->backend, "lov_objid", NULL, 8 * n, &ids);

	if (!rc)
		rc = set_content(m, m->backend, "lov_objseq", NULL, 8 * n, &seqs);
	for (i = 0; i < n && !rc; i++) {
		u64 last = ((u64)m->next_ost + n - 1 - i) / n + 1;

		put_le64(ids + (size_t)8 * i, last < m->cfg.made ? m->cfg.made : last);
		put_le64(seqs + (size_t)8 * i,
			 m->cfg.ostfids ? mk_ost_seq(i) : 0x100000000ULL | (u64)i << 16);
	}
	return rc;
}

static int set_last_rcvd(struct mk_model *m)
{
	u8 *p;
	int rc = set_content(m, m->backend, "last_rcvd", NULL, LAST_RCVD_SIZE, &p);

	if (rc)
		return rc;
	snprintf((char *)p, 40, "%s-MDT%04x_UUID", m->cfg.fsname, m->cfg.index);
	put_le64(p + 0x28, 0x100000001ULL + m->nobjects); /* last transaction */
	put_le64(p + 0x38, 1);				  /* mounts */
	put_le32(p + 0x40, 0x8);
	put_le32(p + 0x44, 0x1);
	put_le32(p + 0x48, 0x21c);
	put_le32(p + 0x4c, 512);
	put_le32(p + 0x50, LAST_RCVD_SIZE);
	put_le16(p + 0x54, 128);
	put_le16(p + 0x56, 32);
	put_le32(p + 0x8c, m->cfg.index);
	put_le32(p + 0x90, 1);
	put_le32(p + 0x94, 1);
	return 0;
}

static int set_oi_scrub(struct mk_model *m)
{
	u8 *p;
	int rc = set_content(m, m->backend, "OI_scrub", NULL, OI_SCRUB_SIZE, &p), i;

	if (rc)
		return rc;
	mk_uuid(m, 0, p);
	put_le32(p + 24, 0x4C5FD252);
	put_le16(p + 28, m->cfg.scrub);
	for (i = 0; i < 3; i++)
		put_le64(p + 32 + (size_t)8 * i, BUILD_TIME);
	put_le64(p + 56, 12);
	put_le16(p + 136, (u16)m->cfg.oi_files);
	return 0;
}

static int set_mountdata(struct mk_model *m)
{
	u32 configs = m->entries[mk_find_name(m, m->backend, "CONFIGS", 7)].target;
	u8 *p;
	int rc = set_content(m, configs, "mountdata", NULL, MOUNTDATA_SIZE, &p);

	if (rc)
		return rc;
	put_le32(p, 0x1dd00001);
	put_le32(p + 0x10, 1);
	put_le32(p + 0x14, m->cfg.index ? 0x1 : 0x5); /* an MDT; the first also runs the MGS */
	put_le32(p + 0x18, m->cfg.index);
	put_le32(p + 0x1c, 1);
	strcpy((char *)p + 0x20, m->cfg.fsname);
	snprintf((char *)p + 0x60, 64, "%s-MDT%04x", m->cfg.fsname, m->cfg.index);
	strcpy((char *)p + 0x1000, "user_xattr,errors=remount-ro");
	return 0;
}

/* Magic, status, flags, completed runs: so begin the files of all kinds of LFSCK. */
static void put_lfsck(const struct mk_model *m, u8 *p, u32 magic)
{
	put_le32(p, magic);
	put_le32(p + 4, m->cfg.lfsck);
	put_le32(p + 12, m->cfg.lfsck == 3);
}

static int set_lfsck(struct mk_model *m)
{
	u32 e = mk_find_name(m, m->backend, "lfsck_namespace", 15);
	u8 ns[LFSCK_NS_SIZE] = { 0 }, *p;
	int rc;

	if (!m->cfg.has_lfsck)
		return 0;
	put_lfsck(m, ns, 0xA06249FF);
	rc = mk_new_raw_ea(m, m->entries[e].target, "trusted.lfsck_ns", ns, sizeof(ns));
	if (!rc)
		rc = set_content(m, m->backend, "lfsck_bookmark", NULL, LFSCK_BOOKMARK_SIZE, &p);
	if (rc)
		return rc;
	put_le32(p, 0x20130C1D);
	put_le16(p + 4, 2);
	rc = set_content(m, m->backend, "lfsck_layout", NULL, LFSCK_LAYOUT_SIZE, &p);
	if (!rc)
		put_lfsck(m, p, 0xB1732FED);
	return rc;
}

int mk_server_state(struct mk_model *m)
{
	int rc = set_fld(m);

	if (!rc)
		rc = set_sequences(m);
	if (!rc)
		rc = set_ost_counters(m);
	if (!rc)
		rc = set_last_rcvd(m);
	if (!rc)
		rc = set_oi_scrub(m);
	if (!rc)
		rc = set_mountdata(m);
	if (!rc)
		rc = set_lfsck(m);
	return rc ? rc : set_content(m, m->backend, "CATALOGS", NULL, 64, NULL);
}
