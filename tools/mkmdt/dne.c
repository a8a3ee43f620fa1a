/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an MDT holds because there is another one: agent inodes, directories
 * whose parent is remote, striped directories.
 */
#include <stdio.h>
#include <string.h>

#include "tools/mkmdt/model.h"

#define LMV_MASTER 0x0CD20CD0U
#define LMV_SHARD 0x0CD40CD0U
#define LMV_BYTES 56
#define FID_NAME 64

static int fid_name(char *out, const char *format, const struct mk_object *o, u32 index)
{
	return snprintf(out, FID_NAME, format, (unsigned long long)o->seq, o->oid, index);
}

/* The other MDT's next FID: MDT1's on MDT0, MDT0's elsewhere. */
static struct mk_fid remote_fid(struct mk_model *m)
{
	u64 super = MK_SEQ_NORMAL + (m->cfg.index ? 0 : MK_SUPER_SEQ);

	return (struct mk_fid){ super + 2, ++m->next_remote_oid, 0 };
}

void mk_make_agent(struct mk_model *m, u32 object, const struct mk_fid *fid)
{
	struct mk_object *o = &m->objects[object];

	o->seq = fid->seq;
	o->oid = fid->oid;
	o->flags |= MK_AGENT | MK_NO_LINKEA | MK_NO_OI;
	o->lma_incompat |= MK_LMA_AGENT;
	o->mode &= (u16)~07777;
}

int mk_make_remote(struct mk_model *m, u32 dir, const struct mk_fid *parent, const char *name)
{
	struct mk_link link = { *parent, name, strlen(name) };
	char own[FID_NAME];
	u8 linkea[320], fid[16];
	ssize_t len;
	int rc;

	if (!link.namelen || link.namelen > 255)
		return mk_fail(m, -EINVAL, "a name has 1 to 255 bytes");
	len = enc_linkea(linkea, sizeof(linkea), &link, 1, 0);
	m->objects[dir].lma_incompat |= MK_LMA_REMOTE_PARENT;
	m->objects[dir].flags |= MK_NO_LINKEA;
	rc = mk_new_raw_ea(m, dir, "trusted.link", linkea, (u32)len);
	enc_fid_be(fid, parent);
	if (!rc)
		rc = mk_new_blob(m, fid, sizeof(fid), &m->objects[dir].blob);
	if (rc)
		return rc;
	fid_name(own, "0x%llx:0x%x:0x%x", &m->objects[dir], 0);
	return mk_new_name(m, m->rpd, own, strlen(own), dir, true);
}

static int add_lmv(struct mk_model *m, u32 dir, const struct mk_style *s, u32 magic, u32 index)
{
	u8 lmv[LMV_BYTES];

	enc_lmv(lmv, sizeof(lmv), magic, s->shards, index, s->shard_hash | s->shard_flags, 0, 0, 0);
	m->objects[dir].lma_incompat |= MK_LMA_STRIPED;
	return mk_new_raw_ea(m, dir, "trusted.lmv", lmv, sizeof(lmv));
}

static int add_shard(struct mk_model *m, u32 master, const struct mk_style *s, u32 i, bool remote)
{
	struct mk_fid fid;
	char name[FID_NAME];
	u32 shard;
	int rc = mk_new_object(m, MK_DIR, s->mode, MK_CLIENT, &shard);

	if (rc)
		return rc;
	if (remote) {
		fid = remote_fid(m);
		mk_make_agent(m, shard, &fid);
	} else {
		mk_next_fid(m, shard);
		rc = add_lmv(m, shard, s, LMV_SHARD, i);
	}
	fid_name(name, "[0x%llx:0x%x:0x0]:%u", &m->objects[shard], i);
	return rc ? rc : mk_new_name(m, master, name, strlen(name), shard, true);
}

int mk_make_shard(struct mk_model *m, u32 dir, u32 index)
{
	struct mk_style s = m->styles[m->objects[dir].style];

	return add_lmv(m, dir, &s, LMV_SHARD, index);
}

int mk_make_striped(struct mk_model *m, u32 dir, u32 remote)
{
	struct mk_style s = m->styles[m->objects[dir].style];
	u32 i;
	int rc = add_lmv(m, dir, &s, LMV_MASTER, m->cfg.index);

	for (i = 0; i < s.shards && !rc; i++)
		rc = add_shard(m, dir, &s, i, i >= s.shards - remote);
	m->objects[dir].flags |= MK_STRIPED;
	return rc;
}

u32 mk_place_of(const struct mk_model *m, u32 dir, const char *name, size_t len)
{
	const struct mk_object *o = &m->objects[dir];
	const struct mk_style *s = &m->styles[o->style];
	u32 e = o->first, i;

	/* Shards themselves are found under their own names. */
	if (!(o->flags & MK_STRIPED) || mk_find_name(m, dir, name, len))
		return dir;
	for (i = mk_shard_of(s->shard_hash, s->shards, name, len); i; i--)
		e = m->entries[e].next_in_dir;
	return m->entries[e].target;
}
