/* SPDX-License-Identifier: GPL-2.0-only */
/* Faults in an object's linkEA. */
#include <string.h>

#include "tools/mkmdt/plant.h"

#define LINK_EA "trusted.link"
#define LINK_MAX 4096
#define LINK_HEADER 24
#define LINK_ENTRY 18
#define LINK_ENTRIES (LINK_MAX / (LINK_ENTRY + 1) + 2)

/* A linkEA taken apart; names point into raw. */
struct linkset {
	u8 raw[LINK_MAX];
	size_t len;
	struct mk_link links[LINK_ENTRIES]; /* with room to add one */
	u32 n;
	u32 overflow_time;
};

static int parse_links(struct plant *p, u32 ino, struct linkset *s)
{
	u32 i, count = get_le32(s->raw + 4);
	size_t off = LINK_HEADER, reclen;

	for (i = 0; i < count; i++) {
		if (i == LINK_ENTRIES - 1 || off + LINK_ENTRY > s->len)
			break;
		reclen = get_be16(s->raw + off);
		if (reclen <= LINK_ENTRY || reclen > s->len - off)
			break;
		s->links[i].parent = dec_fid_be(s->raw + off + 2);
		s->links[i].name = (const char *)s->raw + off + LINK_ENTRY;
		s->links[i].namelen = reclen - LINK_ENTRY;
		off += reclen;
	}
	if (i < count)
		return edit_fail(p->e, -EINVAL, "inode %u: its linkEA is broken", ino);
	s->n = count;
	s->overflow_time = get_le32(s->raw + 16);
	return 0;
}

/* Reads the linkEA; fewer than min entries are not enough for this fault. */
static int load_links(struct plant *p, u32 ino, u32 min, struct linkset *s)
{
	ssize_t len = edit_ea_get(p->e, ino, LINK_EA, s->raw, sizeof(s->raw));
	int rc;

	if (len < 0)
		return (int)len;
	s->len = (size_t)len;
	if (len < LINK_HEADER)
		return edit_fail(p->e, -EINVAL, "inode %u: its linkEA is broken", ino);
	rc = parse_links(p, ino, s);
	if (!rc && s->n < min)
		rc = edit_fail(p->e, -ENODATA, "inode %u: its linkEA has %u entries, %u are needed",
			       ino, s->n, min);
	return rc;
}

static int store_links(struct plant *p, u32 ino, const struct linkset *s)
{
	u8 out[LINK_MAX];
	ssize_t len = enc_linkea(out, sizeof(out), s->links, s->n, s->overflow_time);

	if (len < 0)
		return edit_fail(p->e, (int)len, "inode %u: its linkEA is full", ino);
	return edit_ea_set(p->e, ino, LINK_EA, out, (size_t)len);
}

static int find_link(const struct linkset *s, const struct mk_fid *parent, const char *name)
{
	u32 i;

	for (i = 0; i < s->n; i++) {
		const struct mk_link *l = &s->links[i];

		if (l->parent.seq == parent->seq && l->parent.oid == parent->oid &&
		    l->parent.ver == parent->ver && l->namelen == strlen(name) &&
		    !memcmp(l->name, name, l->namelen))
			return (int)i;
	}
	return -ENOENT;
}

int plant_link_move(struct plant *p, u32 ino, const struct mk_fid *from, const char *name,
		    const struct mk_fid *to)
{
	struct linkset s;
	int i, rc;

	rc = load_links(p, ino, 1, &s);
	if (rc)
		return rc;
	i = find_link(&s, from, name);
	if (i < 0)
		return edit_fail(p->e, -ENOENT, "inode %u: its linkEA does not have %s", ino, name);
	s.links[i].parent = *to;
	return store_links(p, ino, &s);
}

int plant_link_bytes(struct plant *p, int mode)
{
	struct edit_place at;
	struct linkset s;
	int rc;

	rc = plant_object(p, 0, &at);
	if (!rc)
		rc = load_links(p, at.ino, 1, &s);
	if (rc)
		return rc;
	if (mode == LINK_MAGIC)
		put_le32(s.raw, get_le32(s.raw) ^ 0x01000000);
	else if (mode == LINK_RECLEN)
		put_be16(s.raw + LINK_HEADER, (u16)(s.len + 1));
	else
		put_le32(s.raw + 4, s.n + 1);
	return edit_ea_set(p->e, at.ino, LINK_EA, s.raw, s.len);
}

/* ---- whole entries --------------------------------------------------------------------------- */

/* The entry of the name that the path ended in; without a name, the first. */
static int own_link(struct plant *p, const struct edit_place *at, const struct linkset *s)
{
	struct mk_fid parent;
	int i, rc;

	if (!at->named)
		return 0;
	rc = edit_object_fid(p->e, at->entry.dir, &parent);
	if (rc)
		return rc;
	i = find_link(s, &parent, at->name);
	return i >= 0 ? i : edit_fail(p->e, -ENOENT, "the linkEA has no entry for this name");
}

static int check_name(struct plant *p, const char *name)
{
	if (!*name || strlen(name) > 255)
		return edit_fail(p->e, -EINVAL, "a name has 1 to 255 bytes");
	return 0;
}

static int add_link(struct plant *p, struct linkset *s)
{
	struct mk_link *l = &s->links[s->n];
	int rc;

	rc = plant_fid_of(p, 1, &l->parent);
	if (!rc)
		rc = check_name(p, p->argv[2]);
	if (rc)
		return rc;
	if (find_link(s, &l->parent, p->argv[2]) >= 0)
		return edit_fail(p->e, -EEXIST, "the linkEA has this entry already");
	l->name = p->argv[2];
	l->namelen = strlen(l->name);
	s->n++;
	return 0;
}

static int change_link(struct plant *p, int mode, const struct edit_place *at, struct linkset *s)
{
	struct mk_link *l;
	int i = own_link(p, at, s), rc;

	if (i < 0)
		return i;
	l = &s->links[i];
	if (mode == LINK_PARENT)
		return plant_fid(p, 1, &l->parent);
	if (mode == LINK_RENAME) {
		rc = check_name(p, p->argv[1]);
		l->name = p->argv[1];
		l->namelen = strlen(l->name);
		return rc;
	}
	s->n--;
	memmove(l, l + 1, (s->n - (u32)i) * sizeof(*l));
	return 0;
}

int plant_link_entry(struct plant *p, int mode)
{
	struct edit_place at;
	struct linkset s;
	int rc;

	rc = mode == LINK_DROP ? plant_entry(p, 0, &at) : plant_object(p, 0, &at);
	if (!rc)
		rc = load_links(p, at.ino, mode == LINK_DROP ? 2 : 1, &s);
	if (rc)
		return rc;
	if (mode == LINK_ADD_DIR) {
		u8 *raw;

		rc = edit_inode(p->e, at.ino, &raw);
		if (!rc && (raw_mode(raw) & 0xf000) != 0x4000)
			rc = edit_fail(p->e, -ENOTDIR, "%s is no directory", p->argv[0]);
	}
	if (rc)
		return rc;
	if (mode == LINK_ADD || mode == LINK_ADD_DIR)
		rc = add_link(p, &s);
	else if (mode == LINK_TWICE)
		s.links[s.n++] = s.links[0];
	else
		rc = change_link(p, mode, &at, &s);
	return rc ? rc : store_links(p, at.ino, &s);
}

int plant_link_overflow(struct plant *p, int mode)
{
	struct edit_place at;
	struct linkset s;
	u32 when;
	int rc;

	rc = plant_object(p, 0, &at);
	if (!rc)
		rc = plant_number(p, 1, 0, UINT32_MAX, &when);
	if (!rc)
		rc = load_links(p, at.ino, 0, &s);
	if (rc)
		return rc;
	s.overflow_time = when;
	return store_links(p, at.ino, &s);
}
