/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a run keeps out of the way of others: priorities, rates, and an eye on the
 * machine's pressure.  On a running MDT it is polite without being told.
 */
#ifndef MDTCHECK_POLITE_H
#define MDTCHECK_POLITE_H

#include "base/pace.h"
#include "options.h"
#include "report/report.h"

struct polite {
	struct pace pace;
	struct report_courtesy said; /* what is known before the run */
};

/*
 * Before the sandbox and before any thread, since it opens files and changes priorities;
 * after other processes have been started, which keep theirs.
 */
void polite_begin(struct polite *p, const struct options *opt, bool live,
		  const volatile int *cancel);
/* With what has been waited until now. */
struct report_courtesy polite_report(const struct polite *p);
void polite_end(struct polite *p);

#endif
