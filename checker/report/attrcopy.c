/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libattr copies what a callback lets pass, and is silent about a file that shows it no
 * attributes; so the callback notes whether it was asked.  Of a failure it tells in words,
 * while errno still has the reason.
 */
#include "report/attrcopy.h"

#include <string.h>
#include <sys/types.h>

#include <attr/error_context.h>
#include <attr/libattr.h>

struct copy {
	struct error_context context; /* first: libattr hands back its address */
	const char *name;	      /* the attribute that is wanted */
	bool met;
	int rc; /* of the first failure */
};

static struct copy *copy_of(struct error_context *context)
{
	return (void *)context;
}

static int is_wanted(const char *name, struct error_context *context)
{
	struct copy *c = copy_of(context);

	if (strcmp(name, c->name))
		return 0;
	c->met = true;
	return 1;
}

static void keep_reason(struct error_context *context, const char *format, ...)
{
	struct copy *c = copy_of(context);

	if (!c->rc)
		c->rc = errno ? -errno : -EIO;
}

int attrcopy(const char *from, const char *to, const char *name)
{
	struct copy c = { .context.error = keep_reason, .name = name };

	if (attr_copy_file(from, to, is_wanted, &c.context) && !c.rc)
		c.rc = -EIO;
	if (c.rc)
		return c.rc;
	return c.met ? 0 : -ENODATA;
}
