/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The objects of an empty MDT as Lustre 2.17 makes them: the backend root with
 * its state files and OI containers, the O tree, ROOT with .lustre, PENDING
 * and REMOTE_PARENT_DIR.
 */
#include <stdio.h>
#include <string.h>

#include "tools/mkmdt/model.h"

#define INO_BACKEND 2
#define INO_LOST_FOUND 11
#define OID_BY_NAME UINT32_MAX /* the next free one of LOCAL_NAME */

/* One local object; 0 in seq: FID from its inode (IGIF). */
struct local {
	const char *name;
	u64 seq;
	u32 oid;
	u8 type;
	u16 perm;
	u16 flags;
	u8 compat;
};

static int add_local(struct mk_model *m, u32 dir, const struct local *l, u32 *out)
{
	int rc = mk_new_object(m, l->type, l->perm, l->flags, out);
	struct mk_object *o;

	if (rc)
		return rc;
	o = &m->objects[*out];
	o->seq = l->seq;
	o->oid = l->oid;
	o->lma_compat = l->compat;
	if (!l->seq)
		o->flags |= MK_IGIF;
	if (l->compat & MK_LMA_NOT_IN_OI)
		o->flags |= MK_NO_OI;
	if (l->oid == OID_BY_NAME)
		o->oid = ++m->next_local_oid;
	return mk_new_name(m, dir, l->name, strlen(l->name), *out, true);
}

static int add_oi_files(struct mk_model *m)
{
	char name[24] = "oi.16";
	struct local l = { name, 0, 0, MK_REG, 0644, MK_EARLY | MK_OI_FILE, MK_LMA_NOT_IN_OI };
	u32 i, unused;
	int rc = 0;

	for (i = 0; i < m->cfg.oi_files && !rc; i++) {
		if (m->cfg.oi_files > 1)
			snprintf(name, sizeof(name), "oi.16.%u", i);
		rc = add_local(m, m->backend, &l, &unused);
	}
	return rc;
}

static int add_last_id(struct mk_model *m, u32 dir, u64 seq)
{
	struct local l = { "LAST_ID", seq, 0, MK_REG, 0644, MK_NO_OI, 0 };
	u8 last[8];
	u32 obj;
	int rc;

	if (seq == MK_SEQ_LLOG)
		l.compat = MK_LMA_FID_ON_OST;
	rc = add_local(m, dir, &l, &obj);
	if (rc)
		return rc;
	put_le64(last, 1);
	return mk_new_blob(m, last, sizeof(last), &m->objects[obj].blob);
}

/* O/<seq> with its hash directories and LAST_ID. */
static int add_o_seq(struct mk_model *m, u32 o, u64 seq, const char *name, u32 ndirs)
{
	struct local l = { name, 0, 0, MK_DIR, 0755, MK_EARLY,
			   MK_LMA_NOT_IN_OI | MK_LMA_FID_ON_OST };
	char sub[16];
	u32 dir, i, unused;
	int rc = add_local(m, o, &l, &dir);

	l.name = sub;
	l.perm = 0700;
	for (i = 0; i < ndirs && !rc; i++) {
		snprintf(sub, sizeof(sub), "d%u", i);
		rc = add_local(m, dir, &l, &unused);
	}
	return rc ? rc : add_last_id(m, dir, seq);
}

static int add_o(struct mk_model *m)
{
	static const struct local l = { "O", 0, 0, MK_DIR, 0755, MK_EARLY,
					MK_LMA_NOT_IN_OI | MK_LMA_FID_ON_OST };
	u32 o;
	int rc = add_local(m, m->backend, &l, &o);

	if (!rc)
		rc = add_o_seq(m, o, MK_SEQ_LOCAL_NAME, "200000003", 4);
	if (!rc)
		rc = add_o_seq(m, o, MK_SEQ_LLOG, "1", 32);
	return rc ? rc : add_o_seq(m, o, MK_SEQ_LLOG_NAME, "10", 4);
}

/* .lustre and what is in it; "fid" is a door, not a directory: it has no linkEA. */
static int add_dot_lustre(struct mk_model *m)
{
	static const struct local locals[] = {
		{ ".lustre", MK_SEQ_DOT_LUSTRE, 1, MK_DIR, 0755, MK_CLIENT, 0 },
		{ "fid", MK_SEQ_DOT_LUSTRE, 2, MK_DIR, 0100, MK_CLIENT | MK_NO_LINKEA, 0 },
		{ "lost+found", MK_SEQ_DOT_LUSTRE, 3, MK_DIR, 0500, MK_CLIENT, 0 },
	};
	u32 dot, unused;
	int rc = add_local(m, m->root, &locals[0], &dot);

	if (!rc)
		rc = add_local(m, dot, &locals[1], &unused);
	return rc ? rc : add_local(m, dot, &locals[2], &unused);
}

static int add_backend(struct mk_model *m)
{
	static const struct local lf = { "lost+found", MK_SEQ_LOCAL_FILE, 0x13, MK_DIR, 0700,
					 MK_KEEP, 0 };
	int rc = mk_new_object(m, MK_DIR, 0755, MK_NO_OI | MK_EARLY, &m->backend);
	struct mk_object *o;

	if (rc)
		return rc;
	o = &m->objects[m->backend];
	o->ino = INO_BACKEND;
	o->seq = MK_SEQ_LOCAL_FILE;
	o->oid = 13;
	o->lma_compat = MK_LMA_NOT_IN_OI;
	rc = add_local(m, m->backend, &lf, &m->lost_found);
	if (!rc)
		m->objects[m->lost_found].ino = INO_LOST_FOUND;
	return rc;
}

static const struct local early[] = {
	{ "CONFIGS", MK_SEQ_LOCAL_FILE, 0x1017, MK_DIR, 0755, MK_EARLY, 0 },
	{ "OI_scrub", 0, 0, MK_REG, 0644, MK_EARLY, MK_LMA_NOT_IN_OI },
	{ "REMOTE_PARENT_DIR", MK_SEQ_LOCAL_FILE, 0x101b, MK_DIR, 0755, MK_EARLY,
	  MK_LMA_NOT_IN_OI },
};

static const struct local late[] = {
	{ "NIDTBL_VERSIONS", MK_SEQ_LOCAL_NAME, OID_BY_NAME, MK_DIR, 0755, 0, 0 },
	{ "fld", MK_SEQ_LOCAL_FILE, 3, MK_REG, 0666, 0, 0 },
	{ "seq_ctl", MK_SEQ_LOCAL_FILE, 4, MK_REG, 0666, 0, 0 },
	{ "seq_srv", MK_SEQ_LOCAL_FILE, 5, MK_REG, 0666, 0, 0 },
	{ "last_rcvd", MK_SEQ_LOCAL_FILE, 11, MK_REG, 0644, 0, 0 },
	{ "lov_objid", MK_SEQ_LOCAL_FILE, 8, MK_REG, 0644, 0, 0 },
	{ "lov_objseq", MK_SEQ_LOCAL_FILE, 0x1019, MK_REG, 0644, 0, 0 },
	{ "CATALOGS", MK_SEQ_LOCAL_FILE, 0x1016, MK_REG, 0644, 0, 0 },
	{ "changelog_catalog", MK_SEQ_LLOG_NAME, 1, MK_REG, 0644, 0, 0 },
	{ "changelog_users", MK_SEQ_LLOG_NAME, 2, MK_REG, 0644, 0, 0 },
	{ "hsm_actions", MK_SEQ_LLOG_NAME, 3, MK_REG, 0644, 0, 0 },
};

/* A server makes them when it starts; without them it is one that never had LFSCK. */
static const struct local lfsck[] = {
	{ "lfsck_bookmark", MK_SEQ_LOCAL_NAME, OID_BY_NAME, MK_REG, 0644, 0, 0 },
	{ "lfsck_namespace", MK_SEQ_LOCAL_NAME, OID_BY_NAME, MK_REG, 0644, 0, 0 },
	{ "lfsck_layout", MK_SEQ_LOCAL_NAME, OID_BY_NAME, MK_REG, 0644, 0, 0 },
};

static int add_table(struct mk_model *m, const struct local *l, size_t n)
{
	u32 unused;
	int rc = 0;

	for (; n && !rc; n--, l++)
		rc = add_local(m, m->backend, l, &unused);
	return rc;
}

static int add_mountdata(struct mk_model *m)
{
	static const struct local l = { "mountdata", 0, 0, MK_REG, 0644, MK_EARLY, 0 };
	u32 e = mk_find_name(m, m->backend, "CONFIGS", 7), unused;

	return add_local(m, m->entries[e].target, &l, &unused);
}

int mk_namespace(struct mk_model *m)
{
	static const struct local root = { "ROOT", MK_SEQ_ROOT, 1, MK_DIR, 0755,
					   MK_CLIENT | MK_NO_LINKEA, 0 };
	static const struct local pending = { "PENDING", MK_SEQ_LOCAL_NAME, OID_BY_NAME, MK_DIR,
					      0755, 0, 0 };
	int rc;

	m->ready = true;
	m->next_seq = m->cfg.seq ? m->cfg.seq
				 : MK_SEQ_NORMAL + 1 + m->cfg.index * MK_SUPER_SEQ;
	rc = add_backend(m);
	if (!rc)
		rc = add_table(m, early, ARRAY_SIZE(early));
	if (!rc)
		rc = add_mountdata(m);
	if (!rc)
		rc = add_oi_files(m);
	if (!rc)
		rc = add_o(m);
	if (!rc)
		rc = add_table(m, late, ARRAY_SIZE(late));
	if (!rc && m->cfg.has_lfsck)
		rc = add_table(m, lfsck, ARRAY_SIZE(lfsck));
	if (!rc)
		rc = add_local(m, m->backend, &root, &m->root);
	if (!rc)
		rc = add_local(m, m->backend, &pending, &m->pending);
	if (!rc)
		m->rpd = m->entries[mk_find_name(m, m->backend, "REMOTE_PARENT_DIR", 17)].target;
	return rc ? rc : add_dot_lustre(m);
}

int mk_make_orphan(struct mk_model *m, u32 entry)
{
	u32 target = m->entries[entry].target;
	struct mk_object *o = &m->objects[target];
	char name[64];
	int len;

	if (!(o->flags & MK_CLIENT) || o->nnames != 1)
		return mk_fail(m, -EINVAL, "only a client's object with one name can be an orphan");
	len = snprintf(name, sizeof(name), "0x%llx:0x%x:0x0", (unsigned long long)o->seq, o->oid);
	mk_drop_name(m, entry);
	o->lma_incompat |= MK_LMA_ORPHAN;
	return mk_new_name(m, m->pending, name, (size_t)len, target, true);
}
