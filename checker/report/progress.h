/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Progress: a thread that looks at the meter now and then.  Where nobody wants to see
 * it the thread sleeps until a SIGUSR1, and costs nothing.
 *
 * SIGUSR1 must be blocked in all threads; it is taken here, by waiting for it.
 */
#ifndef MDTCHECK_REPORT_PROGRESS_H
#define MDTCHECK_REPORT_PROGRESS_H

#include "base/meter.h"

enum progress_form {
	PROGRESS_LINE, /* one line of text: SIGUSR1 */
	PROGRESS_BAR,  /* without an end of line, to be written over */
	PROGRESS_JSON, /* an object in a line */
	PROGRESS_FSCK, /* as e2fsck -C: phase, done, max, device */
};

struct progress_options {
	bool bar;	    /* on standard error */
	bool json;	    /* likewise */
	int fd;		    /* PROGRESS_FSCK lines; -1: none */
	const char *device; /* in those; any bytes */
};

/* What the meter showed. */
struct progress_sample {
	enum meter_phase phase;
	u32 pass;
	u64 done, max, inodes;
	double seconds; /* of the phase */
};

/* Cut where it does not fit; the length. */
size_t progress_format(enum progress_form form, const struct progress_sample *s,
		       const char *device, char *out, size_t size);

struct progress;

/* NULL: no thread could be had.  What it was given must outlive it. */
struct progress *progress_start(const struct progress_options *opt, const struct meter *meter);
/* Shows the last state and clears the bar. */
void progress_stop(struct progress *p);

#endif
