/* SPDX-License-Identifier: GPL-2.0-only */
/* All OI files, by threads that have no inodes left to scan: each takes the next file. */
#include "phases.h"

int scan_oi_files(struct oi_share *share, struct view_buf *buf, void *arg)
{
	struct run *r = share->r;
	int rc = 0;

	while (!rc) {
		u32 oi = __atomic_fetch_add(&share->next, 1, __ATOMIC_RELAXED);

		if (oi >= r->env.oi_count)
			return 0;
		if (stop_wanted(r->cancel))
			return -ECANCELED;
		if (r->env.oi_ino[oi])
			rc = view_read_oi(r->view, buf, oi, share->ops, arg);
	}
	return rc;
}
