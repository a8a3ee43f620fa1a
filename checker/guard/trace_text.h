/* SPDX-License-Identifier: GPL-2.0-only */
/* The texts of a tracefs instance, understood without touching a file. */
#ifndef MDTCHECK_GUARD_TRACE_TEXT_H
#define MDTCHECK_GUARD_TRACE_TEXT_H

#include "mdtcheck/witness.h"

/*
 * One line of the file "trace", without its end.  An event that an interrupt
 * caused while one of our threads happened to run is not counted: it is the end
 * of somebody's request.  A line that is not understood counts as lost.
 */
void trace_text_line(const char *line, struct witness_events *ev);

/* Adds what a file per_cpu/cpuN/stats says was lost; -EINVAL when it says nothing of it. */
int trace_text_stats(const char *text, struct witness_events *ev);

/* The transactions in /proc/fs/jbd2/NAME/info; -EINVAL. */
int trace_text_transactions(const char *text, u64 *out);

/* A number alone in a file of sysfs; -EINVAL. */
int trace_text_number(const char *text, u64 *out);

/* Judges the events: any is "active"; none is "quiet" where nothing was lost and no reason set. */
void witness_judge(struct witness_result *r);

#endif
