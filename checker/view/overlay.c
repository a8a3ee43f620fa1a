/* SPDX-License-Identifier: GPL-2.0-only */
/* A sorted table of blocks that are read from somewhere else. */
#include "base/array.h"
#include "view/overlay.h"

#include <stdlib.h>

int overlay_add(struct overlay *o, const struct overlay_block *b)
{
	if (array_room(&o->item, &o->cap, o->n + 1, sizeof(*o->item), o->mem))
		return -ENOMEM;
	o->item[o->n++] = *b;
	return 0;
}

static int by_block(const void *a, const void *b)
{
	const struct overlay_block *x = a, *y = b;

	if (x->block != y->block)
		return x->block < y->block ? -1 : 1;
	return (x->age > y->age) - (x->age < y->age);
}

void overlay_seal(struct overlay *o)
{
	u32 kept = 0;

	if (o->n)
		qsort(o->item, o->n, sizeof(*o->item), by_block);
	for (u32 i = 0; i < o->n; i++) {
		if (kept && o->item[kept - 1].block == o->item[i].block)
			kept--;
		o->item[kept++] = o->item[i];
	}
	o->n = kept;
}

void overlay_free(struct overlay *o)
{
	if (o->mem)
		membudget_give(o->mem, (u64)o->cap * sizeof(*o->item));
	free(o->item);
	*o = (struct overlay){ .mem = o->mem };
}

u32 overlay_find(const struct overlay *o, u64 block)
{
	u32 low = 0, high = o->n;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (o->item[mid].block < block)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}
