/* SPDX-License-Identifier: GPL-2.0-only */
/* Claimed OST objects in compressed bitmaps. */
#include "ledger/objset.h"

#include <pthread.h>
#include <roaring/roaring.h>
#include <stdlib.h>

#define OBJSET_SHARDS 64

/* One OST's ids of one sequence (for IDIF: the sequence word with the high id bits). */
struct objmap {
	u32 ost_idx;
	u32 ver;
	u64 seq;
	roaring_bitmap_t *claimed;
	roaring_bitmap_t *shared; /* NULL until needed */
	struct objmap *next;
};

struct shard {
	pthread_mutex_t lock;
	struct objmap *maps;
	u64 claims, shared;
};

struct objset {
	struct shard shard[OBJSET_SHARDS];
};

struct objset *objset_new(void)
{
	struct objset *s = calloc(1, sizeof(*s));

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

static struct objmap *map_make(struct shard *sh, u32 ost_idx, const struct fid *f)
{
	struct objmap *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->claimed = roaring_bitmap_create();
	if (!m->claimed) {
		free(m);
		return NULL;
	}
	m->ost_idx = ost_idx;
	m->seq = f->seq;
	m->ver = f->ver;
	m->next = sh->maps;
	sh->maps = m;
	return m;
}

/* With the shard locked. */
static int map_claim(struct shard *sh, struct objmap *m, u32 oid)
{
	sh->claims++;
	if (roaring_bitmap_add_checked(m->claimed, oid))
		return 0;
	if (!m->shared)
		m->shared = roaring_bitmap_create();
	if (!m->shared)
		return -ENOMEM;
	if (roaring_bitmap_add_checked(m->shared, oid))
		sh->shared++;
	return 1;
}

int objset_claim(struct objset *s, u32 ost_idx, const struct fid *object)
{
	struct shard *sh = shard_of(s, ost_idx, object->seq);
	struct objmap *m;
	int rc;

	pthread_mutex_lock(&sh->lock);
	m = map_find(sh, ost_idx, object);
	if (!m)
		m = map_make(sh, ost_idx, object);
	rc = m ? map_claim(sh, m, object->oid) : -ENOMEM;
	pthread_mutex_unlock(&sh->lock);
	return rc;
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

u64 objset_claims(const struct objset *s)
{
	u64 n = 0;

	for (u32 i = 0; i < OBJSET_SHARDS; i++)
		n += s->shard[i].claims;
	return n;
}
