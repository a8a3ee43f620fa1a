/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the report goes.  The only place of the checker that creates a file, and
 * it does so before the sandbox is entered.
 */
#ifndef MDTCHECK_REPORT_OUTPUT_H
#define MDTCHECK_REPORT_OUTPUT_H

#include <stdio.h>

#include "mdtcheck/target.h"

/*
 * path NULL or "-": standard output.  Otherwise creates or empties the file,
 * unless it is a device, a directory, the target itself, or lies on the file
 * system of the target.  0, or -errno with one line in err.
 */
int output_open(const char *path, const struct target *t, FILE **out, char *err, size_t errlen);

/* Writes out what is left and closes; 0 or -errno when anything was lost. */
int output_close(FILE *out);

#endif
