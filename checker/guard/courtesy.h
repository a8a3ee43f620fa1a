/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * After you: the idle class for processor and disk, and the lowest priority where the kernel
 * refuses that.  Nice alone would keep a fiftieth of a processor that others want all of.
 * Of the calling thread and those it starts later, so before any is started and, since
 * the sandbox allows neither call, before that.
 */
#ifndef MDTCHECK_GUARD_COURTESY_H
#define MDTCHECK_GUARD_COURTESY_H

struct courtesy {
	int nice;     /* as it is now */
	bool cpu_idle; /* processors serve others first */
	bool io_idle; /* the disk serves others first, where its scheduler knows classes */
};

/* What the kernel refuses is left as it is: out says how it went. */
void courtesy_enter(struct courtesy *out);
/* Asks only. */
void courtesy_look(struct courtesy *out);

#endif
