/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads the state files of the server into env: who this MDT is, what it gives out,
 * how its OI scrub and its LFSCK stand.
 */
#ifndef MDTCHECK_LEDGER_SERVER_STATE_H
#define MDTCHECK_LEDGER_SERVER_STATE_H

#include "mdtcheck/env.h"

struct state_reader {
	struct env *env; /* state[].ino is known */
	struct view *view;
	struct view_buf *buf;
};

/*
 * All of them.  Why one could not be read or decoded stands in env->state; what it would
 * have said stays as it was.  0 or -ENOMEM.
 */
int server_state_read(struct state_reader *s);

#endif
