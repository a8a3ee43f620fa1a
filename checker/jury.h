/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Several judges for one batch of suspects.  Each has a slice of them, and findings and coverage
 * of its own; these are put together in the order of the slices, so that what is said, and what
 * of it is listed, does not depend on how many judges there were or which was done first.
 */
#ifndef MDTCHECK_JURY_H
#define MDTCHECK_JURY_H

#include "exact.h"

/*
 * Judges the suspects gathered into l->list and the run's coverage; the last batch of a full pass
 * ends with what has no inode.  A suspect with a finding is marked as found.  0, -ECANCELED, -errno.
 */
int jury_judge(struct look *l, bool last);
/* At the end of the look. */
void jury_dismiss(struct look *l);

#endif
