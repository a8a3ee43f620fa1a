/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Helpers that checks of several families use: outcomes, applicability, names.
 */
#include <string.h>

#include "rules/rules.h"

struct finding *rule_finding(struct sink *sink, const char *what)
{
	return sink ? sink_finding(sink, what) : NULL;
}

enum outcome rule_unknown(struct sink *sink, const char *why)
{
	if (sink)
		sink_unknown(sink, why);
	return OUT_UNKNOWN;
}

enum outcome rule_elsewhere(struct sink *sink, const char *why)
{
	if (sink)
		sink_elsewhere(sink, why);
	return OUT_UNKNOWN;
}

enum outcome rule_worse(enum outcome a, enum outcome b)
{
	/* The order of the enumeration is the order of gravity. */
	return a > b ? a : b;
}

bool rule_ea_doubtful(const struct object *o, enum ea_id id)
{
	return o->ea[id].state == EA_UNREADABLE ||
	       (o->ea[id].state == EA_ABSENT && o->ea_broken);
}

const struct fid *rule_oi_fid(const struct facts *f)
{
	for (u32 i = 0; i < f->noi; i++)
		if (f->oi[i].rec.ino == f->obj->ino)
			return &f->oi[i].rec.fid;
	return NULL;
}

const char *rule_oi_doubt(const struct env *env)
{
	if (env->has_scrub && env->scrub.status == SS_SCANNING)
		return "OI scrub is running: it is writing the mappings this rule judges";
	if (env->has_scrub && env->scrub.flags & (SF_RECREATED | SF_INCONSISTENT))
		return "OI scrub knows that the OI is incomplete or wrong, and has not repaired it";
	return NULL;
}

const char *rule_link_doubt(const struct env *env)
{
	return env_lfsck_runs(env, LFSCK_NAMESPACE) ?
		       "LFSCK is running: it is writing the linkEAs this rule judges" : NULL;
}

bool rule_name_counts(const struct name_fact *n)
{
	return n->dir_class != DIR_RPD && n->dir_class != DIR_PENDING;
}

bool rule_same_name(const struct name_fact *a, const struct name_fact *b)
{
	return a->dir_ino == b->dir_ino && a->namelen == b->namelen &&
	       !memcmp(a->name, b->name, a->namelen);
}

u32 rule_count_class(const struct facts *f, enum dir_class class)
{
	u32 count = 0;
	u32 i;

	for (i = 0; i < f->nnames; i++)
		count += f->names[i].dir_class == class;
	return count;
}

void rule_add_name(struct finding *fi, const struct name_fact *n)
{
	fi->parent_ino = n->dir_ino;
	fi->parent_fid = n->dir_fid;
	fi->name_key = finding_name_key(n->dir_ino, n->name, n->namelen);
	finding_u64(fi, "parent_ino", n->dir_ino);
	finding_fid(fi, "parent_fid", &n->dir_fid);
	finding_name(fi, "name", n->name, n->namelen);
}
