/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nlink 5xx: link counts against names.
 */
#include <sys/stat.h>

#include "rules/rules.h"

/* What is known about the number of names of a file. */
struct tally {
	u32 local;   /* name entries here; those in RPD and PENDING do not count */
	u32 foreign; /* linkEA entries whose parent is on another MDT */
	u32 unsure;  /* ... of which it cannot be said */
	const char *more; /* why there may be more names than all these; NULL */
	bool more_here;	  /* ... on this MDT, too */
};

/* Could objects of this MDT have names on another? */
static bool other_mdts(const struct env *env)
{
	u32 i;

	/* Only MDT0 knows all sequences. */
	if (!env->has_index || env->index || !env->nfld)
		return true;
	for (i = 0; i < env->nfld; i++)
		if (!env->fld[i].flags && env->fld[i].index != env->index)
			return true;
	return false;
}

static struct tally count_names(const struct facts *f)
{
	const struct object *o = f->obj;
	struct tally t = { .local = 0 };
	u32 i;

	for (i = 0; i < f->nnames; i++)
		t.local += rule_name_counts(&f->names[i]);
	for (i = 0; i < f->nlinks; i++) {
		if (f->links[i].where == PARENT_FOREIGN)
			t.foreign++;
		else if (f->links[i].where == PARENT_UNKNOWN && f->links[i].match < 0)
			t.unsure++;
	}
	if (f->names_blind) {
		t.more = "a directory could not be read whole: names may stand there";
		t.more_here = true;
	} else if (rule_ea_doubtful(o, EA_LINK) || (object_has(o, EA_LINK) && o->link_rc)) {
		t.more = "the linkEA cannot be read: names on other MDTs are not known";
	} else if (object_has_link(o) && o->link.overflow_time) {
		t.more = "the linkEA has overflowed: names on other MDTs are not known";
	}
	return t;
}

/* Names that are not repeated: the same name twice in one directory is another rule's case. */
#define REPEAT_MAX 1024

static u32 repeated_names(const struct facts *f)
{
	u32 repeated = 0;
	u32 i, k;

	if (f->nnames > REPEAT_MAX)
		return 0;
	for (i = 1; i < f->nnames; i++)
		for (k = 0; k < i; k++)
			if (rule_same_name(&f->names[i], &f->names[k])) {
				repeated++;
				break;
			}
	return repeated;
}

static enum outcome wrong_nlink(const struct facts *f, struct sink *sink, const struct tally *t)
{
	bool low = f->obj->inode.nlink < t->local + t->foreign;
	struct finding *fi = rule_finding(
		sink, low ? "the link count is lower than the number of names" :
			    "the link count is higher than the number of names");

	if (!fi)
		return OUT_VIOLATED;
	finding_u64(fi, "nlink", f->obj->inode.nlink);
	finding_u64(fi, "names", t->local);
	finding_u64(fi, "names_on_other_mdts", t->foreign);
	if (object_has_link(f->obj))
		finding_u64(fi, "entries", f->obj->link.reccount);
	return OUT_VIOLATED;
}

static enum outcome check_nlink_file(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	struct tally t;
	u32 known;

	if (!f->have_cross || f->class != CLASS_NAMESPACE || S_ISDIR(o->inode.mode) ||
	    !object_is_live(o))
		return OUT_NA;
	t = count_names(f);
	known = t.local + t.foreign;
	if (o->inode.nlink == known)
		return OUT_HOLDS;
	/* One that has none at all is a nameless file, whatever its count. */
	if (!known && !t.unsure)
		return OUT_NA;
	if (o->inode.nlink > known && t.more && (t.more_here || other_mdts(f->env)))
		return rule_unknown(sink, t.more);
	if (o->inode.nlink > known && o->inode.nlink <= known + t.unsure)
		return rule_unknown(sink, "no FLD tells which names are on other MDTs");
	if (o->inode.nlink < known && o->inode.nlink + repeated_names(f) == known)
		return OUT_HOLDS;
	return wrong_nlink(f, sink, &t);
}

/* nlink of a directory with more subdirectories than can be counted. */
#define NLINK_UNCOUNTED 1

static enum outcome check_nlink_directory(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	struct finding *fi;

	if (!f->have_cross || !S_ISDIR(o->inode.mode) || !object_is_live(o))
		return OUT_NA;
	if (f->class != CLASS_NAMESPACE && f->class != CLASS_INTERNAL)
		return OUT_NA;
	/* What is open and unlinked, and what an rmdir left below it, keeps any count. */
	if (f->own_class == DIR_ORPHAN || rule_count_class(f, DIR_PENDING))
		return OUT_NA;
	if (!f->dir_read)
		return rule_unknown(sink, "the directory could not be read whole");
	if (o->inode.nlink == NLINK_UNCOUNTED || o->inode.nlink == 2 + (u64)f->subdirs)
		return OUT_HOLDS;
	fi = rule_finding(sink, o->inode.nlink < 2 + (u64)f->subdirs ?
					"the link count is too low for the subdirectories" :
					"the link count is too high for the subdirectories");
	if (!fi)
		return OUT_VIOLATED;
	finding_u64(fi, "nlink", o->inode.nlink);
	finding_u64(fi, "subdirs", f->subdirs);
	finding_u64(fi, "expected", 2 + (u64)f->subdirs);
	return OUT_VIOLATED;
}

/* ---- the rows ----------------------------------------------------------------------------- */

RULE(nlink_file) = {
	.code = 501,
	.name = "nlink-file",
	.severity = SEV_WARNING,
	.class = RULE_CROSS,
	.unit = UNIT_FILES,
	.elsewhere = ELSEWHERE_FILES,
	.blind = "names on other MDTs are counted as the linkEA states them",
	.title = "link count of a file differs from its names",
	.explanation =
		"The link count is not the number of names the file has on this MDT, together "
		"with those its linkEA states on others. Too low, and removing one name can "
		"delete the file while others still lead to it; too high, and it is never "
		"deleted. On a file system with several MDTs, e2fsck is known to lower the count "
		"to the local names.",
	.wrong = VERDICT_NLINK,
	.lfsck = "LFSCK namespace: nlinks repaired (only where it is too low)",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace. It raises a count that is too "
		"low and leaves one that is too high alone.",
	.evidence = "nlink names names_on_other_mdts entries",
	.check = check_nlink_file,
};

RULE(nlink_directory) = {
	.code = 502,
	.name = "nlink-directory",
	.severity = SEV_WARNING,
	.class = RULE_CROSS,
	.unit = UNIT_DIRECTORIES,
	.needs = TRAIT_DIR,
	.title = "link count of a directory differs from its subdirectories",
	.explanation =
		"A directory's link count is 2 and one for each subdirectory (1 where there are "
		"more than can be counted). This one is different. Programs such as find that use "
		"the count to skip directories may miss some.",
	.wrong = VERDICT_NLINK,
	.lfsck = "LFSCK namespace: nlinks repaired",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace, or e2fsck -f with the MDT "
		"stopped.",
	.evidence = "nlink subdirs expected",
	.check = check_nlink_directory,
};
