/* SPDX-License-Identifier: GPL-2.0-only */
/* The locks in the form of the report. */
#include "locks.h"

u32 locks_of_sandbox(const struct sandbox_report *box, struct lock_status *lock)
{
	u32 n = 0;

	for (u32 i = 0; i < box->nlocks; i++)
		lock[n++] = (struct lock_status){ box->lock[i].name, box->lock[i].enforced,
						  box->lock[i].reason };
	return n;
}

/* The Makefile turns both on, with which this file is compiled too. */
#ifdef MDTCHECK_BANNED
#define BUILD_LOCK true, NULL
#else
#define BUILD_LOCK false, "this program was not built by its Makefile"
#endif

u32 locks_of_run(const struct sandbox_report *box, struct lock_status *lock)
{
	u32 n = 0;

	lock[n++] = (struct lock_status){ "compile lock", BUILD_LOCK };
	lock[n++] = (struct lock_status){ "link lock", BUILD_LOCK };
	lock[n++] = (struct lock_status){ "read-only descriptors", true, NULL };
	return n + locks_of_sandbox(box, lock + n);
}
