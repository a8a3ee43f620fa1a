/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model's tables: objects, names, options, raw EAs, and the index that
 * finds a name in a directory.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/mkmdt/model.h"

#define INDEX_MIN 1024

int mk_fail(struct mk_model *m, int rc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(m->error, sizeof(m->error), fmt, ap);
	va_end(ap);
	return rc;
}

int mk_grow(void *array, u32 *cap, u32 n, size_t size)
{
	void **slot = array;
	u64 want = *cap ? *cap : 64;
	void *p;

	if (n < *cap)
		return 0;
	while (want <= n)
		want *= 2;
	if (want > UINT32_MAX)
		want = UINT32_MAX;
	if (want <= n)
		return -EFBIG;
	p = realloc(*slot, want * size);
	if (!p)
		return -ENOMEM;
	*slot = p;
	*cap = (u32)want;
	return 0;
}

/* A fixed, well-mixing permutation of 64-bit numbers. */
u64 mk_mix(u64 x)
{
	x += 0x9e3779b97f4a7c15ULL;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

/* What mke2fs makes has generation 0, everything else a "random" one. */
u32 mk_generation(const struct mk_model *m, u32 ino)
{
	u32 gen;

	if (ino <= 11)
		return 0;
	gen = (u32)mk_mix(m->cfg.seed << 32 ^ ino);
	return gen ? gen : 1;
}

static void default_config(struct mk_config *c)
{
	memset(c, 0, sizeof(*c));
	strcpy(c->fsname, "lustre");
	c->isize = 1024;
	c->bs = 4096;
	c->oi_files = 64;
	c->osts = 4;
	c->seed = 1;
	c->scrub = 2;
	c->dirdata = true;
	c->ea_inode = true;
}

int mk_model_init(struct mk_model *m)
{
	static const struct mk_style plain = { .stripes = 1, .stripe_size = 1 << 20 };
	u32 unused;
	int rc;

	memset(m, 0, sizeof(*m));
	default_config(&m->cfg);
	m->nentries = 1;
	m->nblobs = 1;
	rc = mk_grow(&m->entries, &m->entries_cap, 1, sizeof(*m->entries));
	if (!rc)
		rc = mk_grow(&m->blobs, &m->blobs_cap, 1, sizeof(*m->blobs));
	if (!rc)
		rc = mk_new_style(m, &plain, &unused);
	if (rc)
		return rc;
	memset(m->entries, 0, sizeof(*m->entries));
	memset(m->blobs, 0, sizeof(*m->blobs));
	m->index = calloc(INDEX_MIN, sizeof(*m->index));
	m->index_size = INDEX_MIN;
	return m->index ? 0 : -ENOMEM;
}

static void free_fault(struct mk_fault *f)
{
	int i;

	for (i = 0; i < f->argc; i++)
		free(f->argv[i]);
	free(f->argv);
}

void mk_model_done(struct mk_model *m)
{
	u32 i;

	for (i = 1; i < m->nblobs; i++)
		free(m->blobs[i].data);
	for (i = 0; i < m->neas; i++) {
		free(m->eas[i].name);
		free(m->eas[i].value);
	}
	for (i = 0; i < m->nfaults; i++)
		free_fault(&m->faults[i]);
	free(m->objects);
	free(m->entries);
	free(m->names);
	free(m->styles);
	free(m->blobs);
	free(m->eas);
	free(m->faults);
	free(m->index);
	memset(m, 0, sizeof(*m));
}

static u16 type_mode(u8 type)
{
	static const u16 modes[] = {
		[MK_REG] = S_IFREG,  [MK_DIR] = S_IFDIR,  [MK_CHR] = S_IFCHR, [MK_BLK] = S_IFBLK,
		[MK_FIFO] = S_IFIFO, [MK_SOCK] = S_IFSOCK, [MK_LNK] = S_IFLNK,
	};

	return modes[type];
}

int mk_new_object(struct mk_model *m, u8 type, u16 perm, u16 flags, u32 *out)
{
	int rc = mk_grow(&m->objects, &m->objects_cap, m->nobjects, sizeof(*m->objects));
	struct mk_object *o;

	if (rc)
		return mk_fail(m, rc, "too many objects");
	o = &m->objects[m->nobjects];
	memset(o, 0, sizeof(*o));
	o->type = type;
	o->mode = type_mode(type) | perm;
	o->flags = flags;
	*out = m->nobjects++;
	return 0;
}

int mk_new_blob(struct mk_model *m, const void *data, u32 len, u32 *out)
{
	int rc = mk_grow(&m->blobs, &m->blobs_cap, m->nblobs, sizeof(*m->blobs));
	u8 *copy;

	if (rc)
		return mk_fail(m, rc, "too many contents");
	copy = malloc(len + 1);
	if (!copy)
		return mk_fail(m, -ENOMEM, "out of memory");
	if (data)
		memcpy(copy, data, len);
	else
		memset(copy, 0, len);
	copy[len] = 0;
	m->blobs[m->nblobs] = (struct mk_blob){ copy, len };
	*out = m->nblobs++;
	return 0;
}

int mk_new_style(struct mk_model *m, const struct mk_style *s, u32 *out)
{
	int rc = mk_grow(&m->styles, &m->styles_cap, m->nstyles, sizeof(*m->styles));

	if (rc)
		return mk_fail(m, rc, "too many styles");
	m->styles[m->nstyles] = *s;
	*out = m->nstyles++;
	return 0;
}

static u32 name_slot(u32 dir, const char *name, size_t len, u32 size)
{
	u64 h = mk_mix(dir);
	size_t i;

	for (i = 0; i < len; i++)
		h = (h ^ (u8)name[i]) * 0x100000001b3ULL;
	return (u32)mk_mix(h) & (size - 1);
}

static bool entry_is(const struct mk_model *m, u32 e, u32 dir, const char *name, size_t len)
{
	const struct mk_entry *en = &m->entries[e];

	return !en->gone && en->dir == dir && en->namelen == len &&
	       !memcmp(m->names + en->name, name, len);
}

u32 mk_find_name(const struct mk_model *m, u32 dir, const char *name, size_t len)
{
	u32 slot = name_slot(dir, name, len, m->index_size);

	while (m->index[slot]) {
		if (entry_is(m, m->index[slot], dir, name, len))
			return m->index[slot];
		slot = (slot + 1) & (m->index_size - 1);
	}
	return MK_NONE;
}

static void index_put(const struct mk_model *m, u32 *table, u32 size, u32 e)
{
	const struct mk_entry *en = &m->entries[e];
	u32 slot = name_slot(en->dir, m->names + en->name, en->namelen, size);

	while (table[slot])
		slot = (slot + 1) & (size - 1);
	table[slot] = e;
}

static int index_add(struct mk_model *m, u32 e)
{
	u32 size = m->index_size * 2, i, *table;

	if (m->index_used >= m->index_size / 2) {
		table = calloc(size, sizeof(*table));
		if (!table)
			return -ENOMEM;
		for (i = 0; i < m->index_size; i++)
			if (m->index[i])
				index_put(m, table, size, m->index[i]);
		free(m->index);
		m->index = table;
		m->index_size = size;
	}
	index_put(m, m->index, m->index_size, e);
	m->index_used++;
	return 0;
}

static void chain_entry(struct mk_model *m, u32 e)
{
	struct mk_entry *en = &m->entries[e];
	struct mk_object *d = &m->objects[en->dir], *t = &m->objects[en->target];

	if (d->last)
		m->entries[d->last].next_in_dir = e;
	else
		d->first = e;
	d->last = e;
	if (t->last_name)
		m->entries[t->last_name].next_of_target = e;
	else
		t->first_name = e;
	t->last_name = e;
	t->nnames++;
	d->subdirs += t->type == MK_DIR;
}

int mk_new_name(struct mk_model *m, u32 dir, const char *name, size_t len, u32 target,
		bool indexed)
{
	u32 e = m->nentries;
	int rc;

	if (!len || len > 255)
		return mk_fail(m, -EINVAL, "a name has 1 to 255 bytes");
	if (indexed && mk_find_name(m, dir, name, len))
		return mk_fail(m, -EEXIST, "%.*s exists already", (int)len, name);
	rc = mk_grow(&m->entries, &m->entries_cap, e, sizeof(*m->entries));
	if (!rc)
		rc = mk_grow(&m->names, &m->names_cap, m->names_len + (u32)len, 1);
	if (rc)
		return mk_fail(m, rc, "too many names");
	memcpy(m->names + m->names_len, name, len);
	m->entries[e] = (struct mk_entry){ .dir = dir, .target = target, .name = m->names_len,
					   .namelen = (u8)len };
	m->names_len += (u32)len;
	m->nentries++;
	chain_entry(m, e);
	return indexed ? index_add(m, e) : 0;
}

/*
 * The entry leaves its directory's chain, not its object's: the linkEA of what
 * was unlinked while open still tells the last name.
 */
void mk_drop_name(struct mk_model *m, u32 entry)
{
	struct mk_object *d = &m->objects[m->entries[entry].dir];
	u32 e = d->first, prev = MK_NONE;

	while (e != entry) {
		prev = e;
		e = m->entries[e].next_in_dir;
	}
	if (prev)
		m->entries[prev].next_in_dir = m->entries[entry].next_in_dir;
	else
		d->first = m->entries[entry].next_in_dir;
	if (d->last == entry)
		d->last = prev;
	m->entries[entry].next_in_dir = MK_NONE;
	m->entries[entry].gone = true;
	d->subdirs -= m->objects[m->entries[entry].target].type == MK_DIR;
}

static const struct {
	const char *prefix;
	u8 index;
} ea_prefixes[] = {
	{ "user.", 1 }, { "trusted.", 4 }, { "security.", 6 }, { "encryption.", 9 },
};

int mk_new_raw_ea(struct mk_model *m, u32 object, const char *name, const u8 *value, u32 len)
{
	struct mk_raw_ea ea = { .object = object, .len = len };
	size_t i, plen = 0, have = 0;
	int rc;

	for (i = 0; i < m->neas; i++)
		have += m->eas[i].object == object;
	if (have >= MK_RAW_EAS_MAX)
		return mk_fail(m, -E2BIG, "too many ea lines for one object");
	for (i = 0; i < ARRAY_SIZE(ea_prefixes) && !ea.index; i++) {
		plen = strlen(ea_prefixes[i].prefix);
		if (!strncmp(name, ea_prefixes[i].prefix, plen))
			ea.index = ea_prefixes[i].index;
	}
	if (!ea.index || !name[plen] || strlen(name + plen) > 255)
		return mk_fail(m, -EINVAL, "%s is no name of an extended attribute", name);
	rc = mk_grow(&m->eas, &m->eas_cap, m->neas, sizeof(*m->eas));
	ea.name = rc ? NULL : strdup(name + plen);
	ea.value = malloc(len + 1);
	if (!ea.name || !ea.value) {
		free(ea.name);
		free(ea.value);
		return mk_fail(m, rc ? rc : -ENOMEM, "out of memory");
	}
	memcpy(ea.value, value, len);
	m->objects[object].flags |= MK_RAW_EA;
	m->eas[m->neas++] = ea;
	return 0;
}

void mk_next_fid(struct mk_model *m, u32 object)
{
	struct mk_object *o = &m->objects[object];

	if (m->next_oid >= MK_SEQ_WIDTH) {
		m->next_seq++;
		m->next_oid = 0;
	}
	o->seq = m->next_seq;
	o->oid = ++m->next_oid;
}

void mk_draw_ost_objects(struct mk_model *m, u32 object)
{
	m->objects[object].ost_first = m->next_ost;
	m->next_ost += mk_layout_objects(&m->styles[m->objects[object].style]);
}

int mk_find_path(struct mk_model *m, const char *path, u32 *entry, u32 *object)
{
	const char *p = path, *end;
	u32 dir = m->root, e = MK_NONE;

	if (path[0] != '/')
		return mk_fail(m, -EINVAL, "%s is no path: it must start with /", path);
	if (!strncmp(path, "//", 2))
		dir = m->backend;
	for (;;) {
		p += strspn(p, "/");
		if (!*p)
			break;
		end = strchrnul(p, '/');
		dir = mk_place_of(m, dir, p, (size_t)(end - p));
		e = mk_find_name(m, dir, p, (size_t)(end - p));
		if (!e)
			return mk_fail(m, -ENOENT, "%s does not exist", path);
		dir = m->entries[e].target;
		p = end;
	}
	*entry = e;
	*object = dir;
	return 0;
}

int mk_find_parent(struct mk_model *m, const char *path, u32 *dir, const char **name)
{
	const char *last = strrchr(path, '/');
	u32 entry, object;
	char *head;
	int rc;

	if (!last || path[0] != '/' || !last[1] || !strcmp(last, "/.") || !strcmp(last, "/.."))
		return mk_fail(m, -EINVAL, "%s is no path: it must be /NAME or longer", path);
	/* "//x" is x in the backend root: what is left of the last slash keeps its two. */
	head = strndup(path, (size_t)(last - path) + 1);
	if (!head)
		return mk_fail(m, -ENOMEM, "out of memory");
	rc = mk_find_path(m, head, &entry, &object);
	if (rc == -ENOENT)
		mk_fail(m, rc, "the parent of %s does not exist", path);
	free(head);
	if (rc)
		return rc;
	if (m->objects[object].type != MK_DIR)
		return mk_fail(m, -ENOTDIR, "the parent of %s is no directory", path);
	*name = last + 1;
	*dir = mk_place_of(m, object, *name, strlen(*name));
	if (m->objects[*dir].flags & MK_AGENT)
		return mk_fail(m, -EXDEV, "%s belongs to another MDT", path);
	return 0;
}
