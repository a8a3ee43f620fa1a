/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of faults, and how one is planted: the image is opened, the
 * fault's handler changes cached blocks, and only a handler that succeeded is
 * written back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/mkmdt/faults.h"
#include "tools/mkmdt/plant.h"

#define FAULT(name, args, what, fn, mode) { name, args, what },
static const struct fault table[] = {
#include "tools/mkmdt/faultlist.h"
};
#undef FAULT

#define FAULT(name, args, what, fn, mode) { fn, mode },
/* In the order of the table. */
static const struct handler {
	int (*plant)(struct plant *p, int mode);
	int mode;
} handlers[] = {
#include "tools/mkmdt/faultlist.h"
};
#undef FAULT

const struct fault *fault_table(unsigned int *n)
{
	*n = ARRAY_SIZE(table);
	return table;
}

/* ---- the words after the fault's name -------------------------------------------------------- */

/* How many words the usage text asks for, and how many it allows. */
static void count_args(const char *usage, int *min, int *max)
{
	*min = *max = 0;
	while (*usage) {
		*max += 1;
		if (*usage != '[')
			*min += 1;
		usage += strcspn(usage, " ");
		usage += strspn(usage, " ");
	}
}

int plant_object(struct plant *p, int i, struct edit_place *out)
{
	return edit_path(p->e, p->argv[i], out);
}

int plant_object_raw(struct plant *p, int i, struct edit_place *out, u8 **raw)
{
	int rc = plant_object(p, i, out);

	return rc ? rc : edit_inode(p->e, out->ino, raw);
}

int plant_entry(struct plant *p, int i, struct edit_place *out)
{
	int rc = edit_path(p->e, p->argv[i], out);

	if (!rc && !out->named)
		rc = edit_fail(p->e, -EINVAL, "%s: a path that ends in a name is needed",
			       p->argv[i]);
	return rc;
}

int plant_fid(struct plant *p, int i, struct mk_fid *out)
{
	if (edit_parse_fid(p->argv[i], out))
		return edit_fail(p->e, -EINVAL, "%s is no FID", p->argv[i]);
	return 0;
}

/* A FID as text need not exist: parents on other MDTs do not, here. */
int plant_fid_of(struct plant *p, int i, struct mk_fid *out)
{
	struct edit_place at;
	int rc;

	if (p->argv[i][0] == '[')
		return plant_fid(p, i, out);
	rc = plant_object(p, i, &at);
	return rc ? rc : edit_object_fid(p->e, at.ino, out);
}

int plant_number(struct plant *p, int i, int base, u32 max, u32 *out)
{
	unsigned long long v;
	char *end;

	errno = 0;
	v = strtoull(p->argv[i], &end, base);
	if (errno || end == p->argv[i] || *end || p->argv[i][0] == '-' || v > max)
		return edit_fail(p->e, -EINVAL, "%s is no number up to %u", p->argv[i], max);
	*out = (u32)v;
	return 0;
}

/* ---- planting -------------------------------------------------------------------------------- */

static int find_fault(const char *name, int argc, size_t *index)
{
	int min, max;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		if (!strcmp(table[i].name, name))
			break;
	if (i == ARRAY_SIZE(table)) {
		fprintf(stderr, "mkmdt: no fault is called %s (mkmdt faults lists them)\n", name);
		return -EINVAL;
	}
	count_args(table[i].args, &min, &max);
	if (argc < min || argc > max) {
		fprintf(stderr, "mkmdt: usage: fault %s %s\n", name, table[i].args);
		return -EINVAL;
	}
	*index = i;
	return 0;
}

int fault_plant(const char *image, const char *name, int argc, char *const *argv)
{
	struct edit *e = NULL;
	struct plant p;
	size_t i;
	int rc;

	rc = find_fault(name, argc, &i);
	if (rc)
		return rc;
	e = malloc(sizeof(*e));
	if (!e) {
		fprintf(stderr, "mkmdt: out of memory\n");
		return -ENOMEM;
	}
	rc = edit_open(e, image);
	if (rc)
		goto out;
	p = (struct plant){ .e = e, .argc = argc, .argv = argv };
	rc = handlers[i].plant(&p, handlers[i].mode);
	if (!rc)
		rc = edit_commit(e);
	edit_close(e);
out:
	if (rc)
		fprintf(stderr, "mkmdt: %s: %s: %s\n", image, name, e->why);
	free(e);
	return rc;
}
