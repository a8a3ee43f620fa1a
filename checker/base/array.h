/* SPDX-License-Identifier: GPL-2.0-only */
/* Arrays that grow by doubling. */
#ifndef MDTCHECK_BASE_ARRAY_H
#define MDTCHECK_BASE_ARRAY_H

#include "base/membudget.h"

/*
 * Makes room for need items of size bytes.  array is the address of the pointer to them, of
 * whatever type; *cap counts items.  mem pays for them, where it is not NULL.  0 or -ENOMEM,
 * and both are then as they were.
 */
int array_room(void *array, u32 *cap, u32 need, size_t size, struct membudget *mem);

#endif
