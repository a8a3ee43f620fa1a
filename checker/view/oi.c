/* SPDX-License-Identifier: GPL-2.0-only */
/* The OI files: all records of one, and the record of one FID by descent. */
#include <string.h>

#include "view/iamfile.h"

#define OI_TOGETHER 64 /* records handed out in one call */

struct oi_caller {
	const struct oi_ops *ops;
	void *arg;
	u32 oi;
};

static int oi_leaf(void *arg, const struct iam_shape *shape, const struct iam_leaf *leaf,
		   const u8 *after)
{
	const struct oi_caller *c = arg;
	struct oi_record o[OI_TOGETHER];
	u32 n = 0;
	int rc = 0;

	for (u32 i = 0; i < leaf->count && !rc; i++) {
		const u8 *rec = iam_leaf_record(leaf, i);

		if (after && oi_key_cmp(rec, after) <= 0)
			continue;
		oi_record_decode(rec, &o[n]);
		n += !oi_record_is_sentinel(&o[n]);
		if (n == OI_TOGETHER) {
			rc = c->ops->records(c->arg, c->oi, o, n);
			n = 0;
		}
	}
	return rc || !n ? rc : c->ops->records(c->arg, c->oi, o, n);
}

static void oi_problem(void *arg, const struct view_problem *p)
{
	const struct oi_caller *c = arg;

	c->ops->problem(c->arg, p);
}

static struct fid key_to_fid(const u8 *key)
{
	struct oi_record rec;
	u8 bytes[OI_KEY_SIZE + OI_REC_SIZE] = { 0 };

	memcpy(bytes, key, OI_KEY_SIZE);
	oi_record_decode(bytes, &rec);
	return rec.fid;
}

static bool oi_wanted(void *arg, const u8 *low, const u8 *high)
{
	const struct oi_caller *c = arg;
	struct fid from = { 0 }, before;

	if (low)
		from = key_to_fid(low);
	if (high)
		before = key_to_fid(high);
	return c->ops->wanted(c->arg, &from, high ? &before : NULL);
}

int view_read_oi(struct view *v, struct view_buf *buf, u32 oi, const struct oi_ops *ops, void *arg)
{
	struct oi_caller c = { .ops = ops, .arg = arg, .oi = oi };
	struct iam_read r = {
		.view = v, .buf = buf, .claim = true, .want_oi = true,
		.take = oi_leaf, .problem = oi_problem, .arg = &c,
		.wanted = ops->wanted ? oi_wanted : NULL,
	};

	if (oi >= v->oi_count)
		return -ERANGE;
	r.ino = v->oi[oi];
	return iam_walk(&r);
}

/* ---- one record ------------------------------------------------------------------------------ */

static void fid_to_key(const struct fid *fid, u8 key[OI_KEY_SIZE])
{
	u64 seq = htobe64(fid->seq);
	u32 oid = htobe32(fid->oid), ver = htobe32(fid->ver);

	memcpy(key, &seq, 8);
	memcpy(key + 8, &oid, 4);
	memcpy(key + 12, &ver, 4);
}

/* Every record is looked at: in a leaf out of order, half of it would prove nothing. */
static int leaf_search(const struct iam_read *r, const u8 *key, struct oi_record *out)
{
	const u8 *before = NULL;
	bool ordered = true;
	u32 i;

	for (i = 0; i < r->leaf.count; i++) {
		const u8 *rec = iam_leaf_record(&r->leaf, i);
		int cmp = iam_key_cmp(r, rec, key);

		if (!cmp) {
			oi_record_decode(rec, out);
			return 0;
		}
		ordered = ordered && (!before || iam_key_cmp(r, rec, before) >= 0);
		before = rec;
	}
	return ordered ? -ENOENT : -EBADMSG;
}

static int lookup_once(struct iam_read *r, const u8 *key, struct oi_record *out)
{
	const char *why, *order = NULL;
	const struct iam_level *l;
	int rc = r->view->ops->file_open(r->view, r->buf, r->ino, &why);

	if (!rc)
		rc = iam_descend(r, key, &why, &order);
	if (!rc) {
		l = &r->path[r->depth];
		rc = iam_leaf_load(r, iam_node_child(&l->node, l->slot), &why);
	}
	/* Whatever it was, it does not mean that there is no such record. */
	if (rc)
		return rc == -EIO ? rc : -EBADMSG;
	rc = leaf_search(r, key, out);
	return rc == -ENOENT && order ? -EBADMSG : rc;
}

int view_oi_lookup(struct view *v, struct view_buf *buf, const struct fid *fid,
		   struct oi_record *out)
{
	struct iam_read r = { .view = v, .buf = buf, .want_oi = true };
	u8 key[OI_KEY_SIZE];
	u32 try = 0;
	int rc, before = 0;

	if (!v->oi_count || (v->oi_count & (v->oi_count - 1)))
		return -EBADMSG;
	r.ino = v->oi[fid->seq & (v->oi_count - 1)];
	iam_memory(&r);
	fid_to_key(fid, key);
	/* A record that moves to a new leaf can be missed once, hardly twice in a row. */
	for (rc = lookup_once(&r, key, out); rc; rc = lookup_once(&r, key, out)) {
		bool sure = rc == -ENOENT && (v->info.is_static || before == -ENOENT);

		if (sure || !device_try_again(v, try++))
			break;
		before = rc;
	}
	return rc == -ENOENT && !v->info.is_static && before != -ENOENT ? -EBADMSG : rc;
}
