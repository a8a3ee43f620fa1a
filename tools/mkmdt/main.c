/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mkmdt: makes MDT images from recipes, without root and without Lustre.
 *
 *   main.c       this: commands
 *   recipe.c     statements of a recipe; option.c, value.c the words in them
 *   model.c      what shall exist; namespace.c, state.c the parts every MDT has; bulk.c many,
 *                dne.c what a second MDT brings
 *   build.c      from the model to the image: skel.c mke2fs, blocks.c and map.c allocation,
 *                dirwrite.c directories, oi.c IAM containers, itable.c inodes,
 *                attrs.c and xattr.c extended attributes
 *   encode.c     byte encoders
 *   faults.c     damage, planted afterwards; edit*.c the tools for it
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/mkmdt/faults.h"
#include "tools/mkmdt/model.h"
#include "tools/mkmdt/writer.h"

#define EXIT_FAILED 1
#define EXIT_USAGE 2

static int usage(FILE *to)
{
	fprintf(to, "usage: mkmdt build RECIPE|- IMAGE\n"
		    "       mkmdt patch IMAGE FAULT [ARG...]\n"
		    "       mkmdt faults\n");
	return to == stdout ? 0 : EXIT_USAGE;
}

static int plant_faults(struct mk_model *m, const char *recipe, const char *image)
{
	u32 i;
	int rc = 0;

	for (i = 0; i < m->nfaults && !rc; i++) {
		const struct mk_fault *f = &m->faults[i];

		rc = fault_plant(image, f->argv[0], f->argc - 1, f->argv + 1);
		if (rc)
			mk_fail(m, rc, "%.150s:%u: fault %.60s could not be planted", recipe,
				f->line, f->argv[0]);
	}
	return rc;
}

/* The image appears under its name when it is complete. */
static int build_as(struct mk_model *m, const char *recipe, const char *image)
{
	char tmp[4096];
	int rc = mk_read_recipe(m, recipe);

	if (rc)
		return rc;
	if (snprintf(tmp, sizeof(tmp), "%s.tmp%d", image, (int)getpid()) >= (int)sizeof(tmp))
		return mk_fail(m, -ENAMETOOLONG, "the image's path is too long");
	rc = mk_build(m, tmp);
	if (!rc)
		rc = plant_faults(m, recipe, tmp);
	if (!rc && rename(tmp, image))
		rc = mk_fail(m, -errno, "cannot make %.200s: %s", image, strerror(errno));
	if (rc)
		unlink(tmp);
	return rc;
}

static int build(int argc, char **argv)
{
	struct mk_model m;
	int rc;

	if (argc != 2)
		return usage(stderr);
	rc = mk_model_init(&m);
	if (!rc)
		rc = build_as(&m, argv[0], argv[1]);
	if (rc)
		fprintf(stderr, "mkmdt: %s\n", m.error[0] ? m.error : strerror(-rc));
	mk_model_done(&m);
	return rc ? EXIT_FAILED : 0;
}

static int patch(int argc, char **argv)
{
	if (argc < 2)
		return usage(stderr);
	return fault_plant(argv[0], argv[1], argc - 2, argv + 2) ? EXIT_FAILED : 0;
}

static int faults(void)
{
	unsigned int n, i;
	const struct fault *f = fault_table(&n);

	for (i = 0; i < n; i++)
		printf("%-32s %-32s %s\n", f[i].name, f[i].args, f[i].what);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return usage(stderr);
	if (!strcmp(argv[1], "build"))
		return build(argc - 2, argv + 2);
	if (!strcmp(argv[1], "patch"))
		return patch(argc - 2, argv + 2);
	if (!strcmp(argv[1], "faults") && argc == 2)
		return faults();
	if (!strcmp(argv[1], "--help"))
		return usage(stdout);
	if (!strcmp(argv[1], "--version")) {
		printf("mkmdt %s\n", MDTCHECK_VERSION);
		return 0;
	}
	return usage(stderr);
}
