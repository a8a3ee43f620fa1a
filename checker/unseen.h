/* SPDX-License-Identifier: GPL-2.0-only */
/* Rules that the posix view cannot judge, each with the reason. */
#ifndef MDTCHECK_UNSEEN_H
#define MDTCHECK_UNSEEN_H

#include "mdtcheck/view.h"

/*
 * Turns off what this view cannot judge; why[] gets the reasons, NULL where a rule is left as it
 * was.  Both are indexed like rule_table().
 */
void unseen_apply(const struct view_info *info, bool *rule_off, const char **why);

#endif
