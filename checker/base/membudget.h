/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory the run may use.  Everything of a size that depends on the target
 * is asked for here, so a run over its budget ends in a clear error instead of
 * the server's memory.
 */
#ifndef MDTCHECK_BASE_MEMBUDGET_H
#define MDTCHECK_BASE_MEMBUDGET_H

struct membudget {
	u64 limit; /* bytes; 0: none */
	u64 used;  /* atomic */
	u64 peak;  /* atomic */
};

void membudget_init(struct membudget *m, u64 limit);

/* 0 or -ENOMEM when it would pass the limit. */
int membudget_take(struct membudget *m, u64 bytes);
void membudget_give(struct membudget *m, u64 bytes);
u64 membudget_left(const struct membudget *m);

/* Zeroed anonymous memory that costs nothing until it is touched; NULL on failure. */
void *membudget_map(struct membudget *m, u64 bytes, u64 charge);
void membudget_unmap(struct membudget *m, void *p, u64 bytes, u64 charge);

#endif
