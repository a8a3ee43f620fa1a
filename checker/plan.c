/* SPDX-License-Identifier: GPL-2.0-only */
/* From a limit to windows and threads. */
#include "plan.h"

#include <inttypes.h>
#include <stdio.h>

/* Reading all more often than this is no check any more but a disturbance. */
#define PASSES_MAX 64U
/*
 * A directory while its row is made: logs that grow by a quarter and their joint copy, of a row
 * and a link each.
 */
#define DIR_SCAN_BYTES ((sizeof(struct dir_row) + sizeof(struct dir_link)) * 9 / 4)
#define DIR_KEPT_BYTES (sizeof(struct dir_row) + sizeof(u32))
#define LOG_SLACK (128U << 10)	   /* of a thread's log that is nearly empty, and its names */
#define EXACT_SLACK (3U << 20)	   /* facts of a batch of suspects, and what judges them */
#define LOOK_BUFS 4U		   /* buffers: three of a judge, one of who gathers facts */
#define OBJECTS_PER_FILE_BYTES 3U  /* OST objects, one for each file; more where there is room */
#define OI_BLOCKS_SHIFT 7	   /* marks of the OI's blocks: bytes for each inode number */

static u64 scan_bytes(const struct plan_needs *n, u32 threads)
{
	return threads * (n->scan_thread + LOG_SLACK) + n->dirs * DIR_SCAN_BYTES +
	       (n->max_ino >> OI_BLOCKS_SHIFT);
}

static u64 exact_bytes(const struct plan_needs *n, u32 threads)
{
	return threads * (LOOK_BUFS * n->look_thread + LOG_SLACK) + n->look_thread + EXACT_SLACK +
	       n->dirs * DIR_KEPT_BYTES + (n->max_ino >> OI_BLOCKS_SHIFT);
}

static u64 all_slots(const struct plan_needs *n)
{
	return (u64)n->max_ino + 1;
}

/* The smallest limit for so many threads. */
static u64 least_for(const struct plan_needs *n, u32 threads)
{
	u64 slots = (all_slots(n) + PASSES_MAX - 1) / PASSES_MAX;

	return n->used + ledger_bits_bytes(n->max_ino) +
	       max_u64(scan_bytes(n, threads) + slots * sizeof(u64) + 2ULL * n->files,
		       exact_bytes(n, threads));
}

int plan_make(const struct plan_needs *n, struct plan *plan)
{
	u64 slots = all_slots(n), room, passes;
	struct plan p = { .window = (u32)min_u64(slots, UINT32_MAX), .threads = n->threads,
			  .least = least_for(n, 1) };
	int rc = 0;

	if (n->limit && n->limit < p.least) {
		rc = -ENOMEM;
	} else if (n->limit) {
		while (p.threads > 1 && n->limit < least_for(n, p.threads))
			p.threads--;
		room = n->limit - n->used - ledger_bits_bytes(n->max_ino) -
		       scan_bytes(n, p.threads);
		/* Half of it at least is for the sums. */
		room -= min_u64((u64)n->files * OBJECTS_PER_FILE_BYTES, room / 2);
		passes = (slots * sizeof(u64) + room - 1) / room;
		p.window = (u32)min_u64((slots + passes - 1) / passes, UINT32_MAX);
	}
	p.look_bytes = exact_bytes(n, p.threads) - n->dirs * DIR_KEPT_BYTES;
	*plan = p;
	return rc;
}

int plan_run(struct run *r, struct plan *plan, char *err, size_t errlen)
{
	const struct view_info *info = r->env.info;
	u32 used = info->inodes_count - (u32)min_u64(info->free_inodes, info->inodes_count);
	/* A running MDT makes directories meanwhile. */
	u64 dirs = info->used_dirs + (info->is_static ? 0 : info->used_dirs / 64U + 1024U);
	const struct plan_needs n = {
		.limit = r->opt->memory,
		.used = __atomic_load_n(&r->mem.used, __ATOMIC_RELAXED),
		.scan_thread = view_scan_charge(r->view),
		.look_thread = view_buf_charge(r->view),
		.threads = r->threads,
		.max_ino = info->inodes_count,
		.dirs = (u32)min_u64(dirs, info->inodes_count),
		.files = used - (u32)min_u64(used, info->used_dirs),
	};
	int rc = plan_make(&n, plan);

	if (!rc)
		r->mem.limit = n.limit;
	if (!rc && r->opt->debug_window && r->opt->debug_window < plan->window)
		plan->window = r->opt->debug_window;
	if (rc)
		snprintf(err, errlen,
			 "--memory is too little: this target needs %" PRIu64 "K at least, of which "
			 "%" PRIu64 "K are for a table of its %u directories and %" PRIu64
			 "K for two bits for each of its %u inodes",
			 (plan->least + 1023) / 1024, (n.dirs * DIR_SCAN_BYTES + 1023) / 1024,
			 n.dirs, (ledger_bits_bytes(n.max_ino) + 1023) / 1024, n.max_ino);
	return rc;
}
