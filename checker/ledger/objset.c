/* SPDX-License-Identifier: GPL-2.0-only */
/* Claimed OST objects in compressed bitmaps. */
#include "ledger/objset.h"

#include <pthread.h>
#include <roaring/roaring.h>
#include <stdlib.h>

#define OBJSET_SHARDS 64
/* A map with its bitmap, before it holds much. */
#define OBJMAP_BYTES 512U
/* Claims after which a bitmap is measured again. */
#define OBJMAP_MEASURE 4096U

/* One OST's ids of one sequence (for IDIF: the sequence word with the high id bits). */
struct objmap {
	u32 ost_idx;
	u32 ver;
	u64 seq;
	roaring_bitmap_t *claimed;
	roaring_bitmap_t *shared; /* NULL until needed */
	u32 unmeasured; /* claims since it was measured */
	u64 charged;	/* to the memory budget, for both bitmaps */
	struct objmap *next;
};

struct shard {
	pthread_mutex_t lock;
	struct objmap *maps;
	u64 shared;
};

struct objset {
	struct membudget *mem; /* NULL: nobody counts */
	struct shard shard[OBJSET_SHARDS];
};

struct objset *objset_new(struct membudget *mem)
{
	struct objset *s = calloc(1, sizeof(*s));

	if (s)
		s->mem = mem;
	for (u32 i = 0; s && i < OBJSET_SHARDS; i++)
		pthread_mutex_init(&s->shard[i].lock, NULL);
	return s;
}

void objset_free(struct objset *s)
{
	struct objmap *m, *next;

	if (!s)
		return;
	for (u32 i = 0; i < OBJSET_SHARDS; i++) {
		for (m = s->shard[i].maps; m; m = next) {
			next = m->next;
			if (s->mem)
				membudget_give(s->mem, m->charged);
			roaring_bitmap_free(m->claimed);
			if (m->shared)
				roaring_bitmap_free(m->shared);
			free(m);
		}
		pthread_mutex_destroy(&s->shard[i].lock);
	}
	free(s);
}

static struct shard *shard_of(struct objset *s, u32 ost_idx, u64 seq)
{
	return &s->shard[(ost_idx * 0x9e3779b1u ^ (u32)(seq * 0x9e3779b97f4a7c15ULL >> 32)) %
			 OBJSET_SHARDS];
}

static struct objmap *map_find(struct shard *sh, u32 ost_idx, const struct fid *f)
{
	struct objmap *m = sh->maps;

	while (m && !(m->ost_idx == ost_idx && m->seq == f->seq && m->ver == f->ver))
		m = m->next;
	return m;
}

static struct objmap *map_make(struct objset *s, struct shard *sh, u32 ost_idx,
			       const struct fid *f)
{
	struct objmap *m;

	if (s->mem && membudget_take(s->mem, OBJMAP_BYTES))
		return NULL;
	m = calloc(1, sizeof(*m));
	if (m)
		m->claimed = roaring_bitmap_create();
	if (!m || !m->claimed) {
		if (s->mem)
			membudget_give(s->mem, OBJMAP_BYTES);
		free(m);
		return NULL;
	}
	m->charged = OBJMAP_BYTES;
	m->ost_idx = ost_idx;
	m->seq = f->seq;
	m->ver = f->ver;
	m->next = sh->maps;
	sh->maps = m;
	return m;
}

/* What the bitmaps take now; arrays in them have room to grow. */
static u64 map_bytes(const struct objmap *m)
{
	u64 bytes = roaring_bitmap_size_in_bytes(m->claimed);

	if (m->shared)
		bytes += roaring_bitmap_size_in_bytes(m->shared);
	return bytes + bytes / 4 + OBJMAP_BYTES;
}

/*
 * The library allocates by itself, so its bitmaps are measured now and then and the
 * difference is asked for.  With the shard locked, before n more claims.
 */
static int map_measure(struct objset *s, struct objmap *m, u32 n)
{
	u64 bytes;

	if (!s->mem || m->unmeasured + n < OBJMAP_MEASURE) {
		m->unmeasured += n;
		return 0;
	}
	bytes = map_bytes(m);
	/* Where there is none left, the next claims ask again. */
	if (bytes > m->charged && membudget_take(s->mem, bytes - m->charged))
		return -ENOMEM;
	m->unmeasured = 0;
	m->charged = max_u64(m->charged, bytes);
	return 0;
}

/* With the shard locked. */
static int map_claim(struct shard *sh, struct objmap *m, u32 oid)
{
	if (roaring_bitmap_add_checked(m->claimed, oid))
		return 0;
	if (!m->shared)
		m->shared = roaring_bitmap_create();
	if (!m->shared)
		return -ENOMEM;
	if (roaring_bitmap_add_checked(m->shared, oid))
		sh->shared++;
	return 0;
}

/* What is collected for one OST goes to the set. */
static void pen_write(struct objset_pen *pen, struct objset_line *line)
{
	const struct fid *seq = &line->seq;
	struct shard *sh = shard_of(pen->set, line->ost_idx, seq->seq);
	struct objmap *m;
	int rc;

	pthread_mutex_lock(&sh->lock);
	m = map_find(sh, line->ost_idx, seq);
	if (!m)
		m = map_make(pen->set, sh, line->ost_idx, seq);
	rc = m ? map_measure(pen->set, m, line->n) : -ENOMEM;
	for (u32 i = 0; i < line->n; i++)
		if (rc || map_claim(sh, m, line->oid[i]))
			pen->lost++;
	pthread_mutex_unlock(&sh->lock);
	line->n = 0;
}

void objset_claim(struct objset_pen *pen, u32 ost_idx, const struct fid *object)
{
	struct objset_line *line = &pen->line[ost_idx % OBJSET_LINES];

	if (line->n && (line->n == OBJSET_TOGETHER || line->ost_idx != ost_idx ||
			line->seq.seq != object->seq || line->seq.ver != object->ver))
		pen_write(pen, line);
	if (!line->n) {
		line->ost_idx = ost_idx;
		line->seq = *object;
	}
	line->oid[line->n++] = object->oid;
}

u64 objset_pen_down(struct objset_pen *pen)
{
	for (u32 i = 0; i < OBJSET_LINES; i++)
		if (pen->line[i].n)
			pen_write(pen, &pen->line[i]);
	return pen->lost;
}

bool objset_is_shared(struct objset *s, u32 ost_idx, const struct fid *object)
{
	struct shard *sh = shard_of(s, ost_idx, object->seq);
	struct objmap *m;
	bool yes;

	pthread_mutex_lock(&sh->lock);
	m = map_find(sh, ost_idx, object);
	yes = m && m->shared && roaring_bitmap_contains(m->shared, object->oid);
	pthread_mutex_unlock(&sh->lock);
	return yes;
}

u64 objset_shared(const struct objset *s)
{
	u64 n = 0;

	for (u32 i = 0; i < OBJSET_SHARDS; i++)
		n += s->shard[i].shared;
	return n;
}
