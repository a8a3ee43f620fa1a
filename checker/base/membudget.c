/* SPDX-License-Identifier: GPL-2.0-only */
/* The memory budget: a counter that many threads take from and give back to. */
#include "base/membudget.h"

#include <sys/mman.h>

void membudget_init(struct membudget *m, u64 limit)
{
	*m = (struct membudget){ .limit = limit };
}

static void raise_peak(struct membudget *m, u64 used)
{
	u64 peak = __atomic_load_n(&m->peak, __ATOMIC_RELAXED);

	while (used > peak &&
	       !__atomic_compare_exchange_n(&m->peak, &peak, used, true, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED))
		;
}

int membudget_take(struct membudget *m, u64 bytes)
{
	u64 limit = m->limit ? m->limit : UINT64_MAX;
	u64 used = __atomic_load_n(&m->used, __ATOMIC_RELAXED);

	do {
		if (used > limit || bytes > limit - used)
			return -ENOMEM;
	} while (!__atomic_compare_exchange_n(&m->used, &used, used + bytes, true, __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	raise_peak(m, used + bytes);
	return 0;
}

void membudget_give(struct membudget *m, u64 bytes)
{
	__atomic_sub_fetch(&m->used, bytes, __ATOMIC_RELAXED);
}

u64 membudget_left(const struct membudget *m)
{
	u64 used = __atomic_load_n(&m->used, __ATOMIC_RELAXED);

	if (!m->limit)
		return UINT64_MAX - used;
	return used < m->limit ? m->limit - used : 0;
}

void *membudget_map(struct membudget *m, u64 bytes, u64 charge)
{
	void *p;

	if (bytes > SIZE_MAX || membudget_take(m, charge))
		return NULL;
	/* Not reserved: most pages of a table over all inode numbers are never touched. */
	p = mmap(NULL, bytes ? (size_t)bytes : 1, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED) {
		membudget_give(m, charge);
		return NULL;
	}
	return p;
}

void membudget_unmap(struct membudget *m, void *p, u64 bytes, u64 charge)
{
	if (!p)
		return;
	munmap(p, bytes ? (size_t)bytes : 1);
	membudget_give(m, charge);
}
