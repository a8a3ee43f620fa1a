/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Named faults: each damages one thing in an image, the way the rule of that
 * name expects to find it.  They work on what mkmdt builds and on scratch
 * copies of real MDT images alike: objects are found by path through the
 * image's own directories, with or without data in the entries.
 */
#ifndef MKMDT_FAULTS_H
#define MKMDT_FAULTS_H

struct fault {
	const char *name; /* the rule it is made for, or RULE/variant */
	const char *args; /* what the words after it mean */
	const char *what; /* one sentence */
};

/* The table; *n entries. */
const struct fault *fault_table(unsigned int *n);

/* Plants fault NAME into the image file. 0 or -errno, with a line on stderr. */
int fault_plant(const char *image, const char *name, int argc, char *const *argv);

#endif
