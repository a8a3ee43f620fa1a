/* SPDX-License-Identifier: GPL-2.0-only */
/* The list of unit suites: one line a suite, a file each (test_NAME.c). */
#ifndef MDTCHECK_TESTS_SUITES_H
#define MDTCHECK_TESTS_SUITES_H

#include <check.h>

#define SUITES(X)                                                                                  \
	X(cursor)                                                                                  \
	X(fid)                                                                                     \
	X(lma)                                                                                     \
	X(linkea)                                                                                  \
	X(lov)                                                                                     \
	X(lmv)                                                                                     \
	X(eas)                                                                                     \
	X(dirent)                                                                                  \
	X(iam)                                                                                     \
	X(inode)                                                                                   \
	X(rules)                                                                                   \
	X(rules_tree)                                                                              \
	X(rules_lmv)                                                                               \
	X(rules_server)                                                                            \
	X(rules_lov)                                                                               \
	X(cause)                                                                                   \
	X(ledger)                                                                                  \
	X(dirtable)                                                                                \
	X(random)                                                                                  \
	X(view)                                                                                    \
	X(viewfile)                                                                                \
	X(journal)                                                                                 \
	X(server)                                                                                  \
	X(target)                                                                                  \
	X(sysblock)                                                                                \
	X(sandbox)                                                                                 \
	X(handles)                                                                                 \
	X(second)                                                                                  \
	X(witness)                                                                                 \
	X(base)                                                                                    \
	X(pace)                                                                                    \
	X(options)                                                                                 \
	X(finding)                                                                                 \
	X(report)                                                                                  \
	X(evidence)

#define SUITE(name) Suite *suite_##name(void);
SUITES(SUITE)
#undef SUITE

#endif
