/* SPDX-License-Identifier: GPL-2.0-only */
/* Text for a terminal of 100 columns. */
#ifndef MDTCHECK_REPORT_WRAP_H
#define MDTCHECK_REPORT_WRAP_H

#include <stdio.h>

#define WRAP_COLUMNS 100

/*
 * One paragraph, broken between words.  The first line starts with first, the
 * others with as many blanks.  An empty text prints nothing.
 */
void wrap_print(FILE *out, const char *first, const char *text);

/* One line, cut in the middle ("/a/b ... /c") when it is too long for what is left beside first. */
void wrap_elide(FILE *out, const char *first, const char *text);

/* Characters of UTF-8 text; wide and combining ones are taken for one column. */
size_t wrap_width(const char *text, size_t len);

#endif
