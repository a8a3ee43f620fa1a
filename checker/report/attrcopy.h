/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Carries an attribute from one file that the kernel shows to another, by libattr: what arrives
 * is what the kernel gives out, and not what this program read.
 */
#ifndef MDTCHECK_REPORT_ATTRCOPY_H
#define MDTCHECK_REPORT_ATTRCOPY_H

/*
 * No path is followed at its end: of a link, such as /proc/self/fd/3, the attributes of the
 * link itself are meant.  0; -ENODATA where from does not have the attribute; -errno as the
 * kernel refused to give or to take it.
 */
int attrcopy(const char *from, const char *to, const char *name);

#endif
