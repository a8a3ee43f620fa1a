/* SPDX-License-Identifier: GPL-2.0-only */
/* Arrays that grow by doubling. */
#include "base/array.h"

#include <stdlib.h>
#include <string.h>

#define ARRAY_FIRST 64U

int array_room(void *array, u32 *cap, u32 need, size_t size, struct membudget *mem)
{
	u64 want = *cap ? *cap : ARRAY_FIRST, more;
	void *p;

	if (need <= *cap)
		return 0;
	while (want < need || want == *cap)
		want *= 2;
	/* So that counting one more than there are never wraps. */
	if (want > UINT32_MAX)
		return -ENOMEM;
	more = (want - *cap) * size;
	if (mem && membudget_take(mem, more))
		return -ENOMEM;
	/* Through void *: a pointer of another type may not be read as one. */
	memcpy(&p, array, sizeof(p));
	p = realloc(p, want * size);
	if (!p) {
		if (mem)
			membudget_give(mem, more);
		return -ENOMEM;
	}
	memcpy(array, &p, sizeof(p));
	*cap = (u32)want;
	return 0;
}
