/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * linkea 3xx: the names an object believes to have, against the names it has.
 */
#include <string.h>
#include <sys/stat.h>

#include "rules/rules.h"

/* The exact phase knows whose linkEA means nothing; the scan does not. */
static bool linkea_applies(const struct facts *f)
{
	if (f->obj->ino == f->env->root_ino)
		return false; /* 2.1 and 2.3 gave ROOT an entry that fits nothing */
	return !f->have_cross || f->class == CLASS_NAMESPACE || f->class == CLASS_ORPHAN ||
	       f->class == CLASS_AGENT;
}

/* ---- linkea-malformed ---------------------------------------------------------------------- */

/* The first entry whose parent no object can be; false when there is none. */
static bool insane_parent(const struct linkea *l, struct linkea_entry *e)
{
	struct linkea_walk it = linkea_begin(l);

	while (linkea_next(&it, e))
		if (!fid_is_sane(&e->parent))
			return true;
	return false;
}

static enum outcome check_linkea_malformed(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	struct linkea_entry e = { .name = NULL };
	struct finding *fi;

	if (!object_has(o, EA_LINK))
		return OUT_NA;
	if (o->link_rc >= 0 && !insane_parent(&o->link, &e))
		return OUT_HOLDS;
	if (!linkea_applies(f))
		return OUT_NA;
	fi = rule_finding(sink, o->link_rc < 0 ? o->link_why :
						 "linkEA entry names a parent no object can be");
	if (!fi)
		return OUT_VIOLATED;
	finding_u64(fi, "linkea_size", o->ea[EA_LINK].len);
	if (o->link_rc >= 0) {
		finding_fid(fi, "parent_fid", &e.parent);
		finding_name(fi, "name", e.name, e.namelen);
	}
	return OUT_VIOLATED;
}

/* ---- linkea-missing ------------------------------------------------------------------------ */

/* .lustre and what hangs directly in it had no linkEA before 2.7, and `fid` never has. */
static bool in_dot_lustre(const struct facts *f)
{
	u32 i;

	for (i = 0; i < f->nnames; i++)
		if (f->names[i].dir_fid.seq == FID_SEQ_DOT_LUSTRE ||
		    f->names[i].dir_ino == f->env->dot_lustre_ino)
			return true;
	return f->obj->fid.seq == FID_SEQ_DOT_LUSTRE || f->obj->ino == f->env->dot_lustre_ino;
}

/* A name by which clients reach it; NULL when it has none here. */
static const struct name_fact *client_name(const struct facts *f)
{
	u32 i;

	for (i = 0; i < f->nnames; i++)
		if (dir_class_is_namespace(f->names[i].dir_class) ||
		    f->names[i].dir_class == DIR_RPD)
			return &f->names[i];
	return NULL;
}

static enum outcome check_linkea_missing(const struct facts *f, struct sink *sink)
{
	const struct name_fact *n;
	struct finding *fi;

	if (!f->have_cross || f->class != CLASS_NAMESPACE || !f->env->oi_count ||
	    f->obj->fid_source != FID_FROM_LMA || f->obj->ino == f->env->root_ino)
		return OUT_NA;
	n = client_name(f);
	if (!n || in_dot_lustre(f))
		return OUT_NA;
	if (object_has_link(f->obj) || (object_has(f->obj, EA_LINK) && f->obj->link_rc))
		return OUT_HOLDS;
	if (rule_ea_doubtful(f->obj, EA_LINK))
		return rule_unknown(sink, "the extended attributes could not be read");
	if (fid_is_igif(&f->obj->fid))
		return rule_unknown(sink,
				    "the object was made by Lustre 1.8, which kept no linkEA");
	if (!fid_is_norm(&f->obj->fid))
		return OUT_NA;
	if (rule_link_doubt(f->env))
		return rule_unknown(sink, rule_link_doubt(f->env));
	fi = rule_finding(sink, object_has(f->obj, EA_LINK) ? "the linkEA is empty" :
							      "the object has no linkEA");
	if (!fi)
		return OUT_VIOLATED;
	rule_add_name(fi, n);
	return OUT_VIOLATED;
}

/* ---- linkea-no-dirent ---------------------------------------------------------------------- */

static bool name_is_matched(const struct facts *f, u32 name)
{
	u32 i;

	for (i = 0; i < f->nlinks; i++)
		if (f->links[i].match >= 0 &&
		    (f->links[i].match == name ||
		     rule_same_name(&f->names[f->links[i].match], &f->names[name])))
			return true;
	return false;
}

/* A name with the bytes of the entry that no entry accounts for: the same name, seen from
 * a directory that states another FID than the entry does. */
static const struct name_fact *name_elsewhere(const struct facts *f, const struct link_fact *l)
{
	u32 i;

	for (i = 0; i < f->nnames; i++) {
		const struct name_fact *n = &f->names[i];

		if (rule_name_counts(n) && n->namelen == l->e.namelen &&
		    !memcmp(n->name, l->e.name, n->namelen) && !name_is_matched(f, i))
			return n;
	}
	return NULL;
}

/* ---- which of the two is wrong ---- */

static u32 count_names(const struct facts *f)
{
	u32 count = 0;
	u32 i;

	for (i = 0; i < f->nnames; i++)
		count += rule_name_counts(&f->names[i]);
	return count;
}

static u32 unmatched_entries(const struct facts *f)
{
	u32 count = 0;
	u32 i;

	for (i = 0; i < f->nlinks; i++)
		count += f->links[i].match < 0;
	return count;
}

/* An entry without its name: is the name lost, or the entry wrong? */
static void no_dirent_verdict(const struct facts *f, struct finding *fi)
{
	finding_u64(fi, "nlink", f->obj->inode.nlink);
	finding_u64(fi, "names", count_names(f));
	rule_add_parents(fi, f);
	/* A directory of several names has other troubles; three places vote on one. */
	if (S_ISDIR(f->obj->inode.mode) && f->nnames)
		return;
	fi->verdict = VERDICT_UNDECIDED;
	if (!f->nnames && !(f->obj->lma.incompat & LMAI_REMOTE_PARENT))
		fi->verdict = VERDICT_NAME;
	else if (rule_nlink_is_names(f, 0))
		fi->verdict = VERDICT_LINKEA;
	else if (rule_nlink_is_names(f, unmatched_entries(f)))
		fi->verdict = VERDICT_NAME;
}

/* A name without its entry: is the entry lost, or the name one too many? */
static void no_linkea_verdict(const struct facts *f, struct finding *fi)
{
	u32 names = count_names(f);
	u32 matched = f->nlinks - unmatched_entries(f);

	finding_u64(fi, "nlink", f->obj->inode.nlink);
	finding_u64(fi, "names", names);
	rule_add_parents(fi, f);
	if (S_ISDIR(f->obj->inode.mode))
		return;
	if (rule_nlink_is_names(f, 0))
		fi->verdict = VERDICT_LINKEA;
	else if (matched && matched < names && f->obj->inode.nlink == matched)
		fi->verdict = VERDICT_NAME;
}

static void no_dirent(const struct facts *f, struct sink *sink, const struct link_fact *l)
{
	const struct name_fact *n;
	struct finding *fi = rule_finding(
		sink, l->where == PARENT_LOCAL ?
			      "the directory has no such name for this object" :
			      "no directory of this MDT has the FID of the entry's parent");

	if (!fi)
		return;
	fi->parent_ino = l->dir_ino;
	fi->parent_fid = l->e.parent;
	n = name_elsewhere(f, l);
	if (n) {
		if (!fi->parent_ino)
			fi->parent_ino = n->dir_ino;
		fi->other_ino = n->dir_ino;
		finding_fid(fi, "same_name_in", &n->dir_fid);
	}
	if (fi->parent_ino)
		fi->name_key = finding_name_key(fi->parent_ino, l->e.name, l->e.namelen);
	finding_fid(fi, "parent_fid", &l->e.parent);
	if (l->dir_ino)
		finding_u64(fi, "parent_ino", l->dir_ino);
	finding_name(fi, "name", l->e.name, l->e.namelen);
	finding_u64(fi, "entries", f->obj->link.reccount);
	no_dirent_verdict(f, fi);
}

static const char parent_elsewhere[] = "the parent directory is on another MDT";

static enum outcome judge_entry(const struct facts *f, struct sink *sink,
				const struct link_fact *l)
{
	if (l->match >= 0)
		return OUT_HOLDS;
	if (l->where == PARENT_FOREIGN)
		return rule_elsewhere(sink, parent_elsewhere);
	if (l->where == PARENT_UNKNOWN)
		return rule_unknown(sink, "no FLD tells which MDT the parent directory is on");
	if (l->where == PARENT_LOCAL && l->dir_blind)
		return rule_unknown(sink, "the parent directory could not be read whole");
	if (rule_link_doubt(f->env))
		return rule_unknown(sink, rule_link_doubt(f->env));
	no_dirent(f, sink, l);
	return OUT_VIOLATED;
}

static enum outcome check_linkea_no_dirent(const struct facts *f, struct sink *sink)
{
	enum outcome out = OUT_NA;
	u32 i;

	/* What is open and unlinked keeps the entry of its last name. */
	if (!f->have_cross || f->class != CLASS_NAMESPACE || f->obj->ino == f->env->root_ino ||
	    !object_has_link(f->obj))
		return OUT_NA;
	for (i = 0; i < f->nlinks; i++)
		if (fid_is_sane(&f->links[i].e.parent))
			out = rule_worse(out, judge_entry(f, sink, &f->links[i]));
	return out;
}

/* ---- dirent-no-linkea ---------------------------------------------------------------------- */

static enum outcome check_dirent_no_linkea(const struct facts *f, struct sink *sink)
{
	enum outcome out = OUT_NA;
	struct finding *fi;
	u32 i;

	if (!f->have_cross || f->class != CLASS_NAMESPACE || !object_has_link(f->obj) ||
	    f->obj->ino == f->env->root_ino || in_dot_lustre(f))
		return OUT_NA;
	for (i = 0; i < f->nnames; i++) {
		const struct name_fact *n = &f->names[i];

		if (!dir_class_is_namespace(n->dir_class) || n->data_bad)
			continue;
		out = rule_worse(out, OUT_HOLDS);
		/* No room for the entry, or entries were dropped for want of it. */
		if (name_is_matched(f, i) || linkea_is_full(&f->obj->link, n->namelen))
			continue;
		if (rule_link_doubt(f->env))
			return rule_unknown(sink, rule_link_doubt(f->env));
		out = OUT_VIOLATED;
		fi = rule_finding(sink, "the linkEA has no entry for a name of the object");
		if (!fi)
			return out;
		rule_add_name(fi, n);
		finding_u64(fi, "entries", f->obj->link.reccount);
		no_linkea_verdict(f, fi);
	}
	return out;
}

/* ---- the linkEA alone ---------------------------------------------------------------------- */

static u32 entry_hash(const struct linkea_entry *e)
{
	u32 h = e->parent.oid * 0x9e3779b1U ^ (u32)e->parent.seq;
	u32 i;

	for (i = 0; i < e->namelen; i++)
		h = (h ^ (u8)e->name[i]) * 0x01000193U;
	return h;
}

static bool entry_equal(const struct linkea_entry *a, const struct linkea_entry *b)
{
	return a->namelen == b->namelen && fid_equal(&a->parent, &b->parent) &&
	       !memcmp(a->name, b->name, a->namelen);
}

/* Does an equal entry stand before number index? */
static bool entry_before(const struct linkea *l, u32 index, const struct linkea_entry *e)
{
	struct linkea_walk it = linkea_begin(l);
	struct linkea_entry o;

	while (index-- && linkea_next(&it, &o))
		if (entry_equal(&o, e))
			return true;
	return false;
}

/* A linkEA of legal size holds at most this many entries. */
#define ENTRIES_MAX ((LINKEA_MAX - LINKEA_HEADER) / (LINKEA_ENTRY_MIN + 1))

/*
 * The first entry that is there twice.  Hashes are compared before entries are:
 * a linkEA can hold two hundred of them, and the scan asks for every object.
 */
static bool find_duplicate(const struct linkea *l, struct linkea_entry *e)
{
	struct linkea_walk it = linkea_begin(l);
	u32 hash[ENTRIES_MAX];
	u32 i, k;

	for (i = 0; linkea_next(&it, e) && i < ENTRIES_MAX; i++) {
		hash[i] = entry_hash(e);
		for (k = 0; k < i && hash[k] != hash[i]; k++)
			;
		if (k < i && entry_before(l, i, e))
			return true;
	}
	return false;
}

static enum outcome check_linkea_duplicate(const struct facts *f, struct sink *sink)
{
	struct linkea_entry e;
	struct finding *fi;

	if (!object_has_link(f->obj) || f->obj->link.reccount < 2)
		return OUT_NA;
	if (!find_duplicate(&f->obj->link, &e))
		return OUT_HOLDS;
	if (!linkea_applies(f))
		return OUT_NA;
	fi = rule_finding(sink, "an entry stands in the linkEA twice");
	if (!fi)
		return OUT_VIOLATED;
	fi->parent_fid = e.parent;
	finding_fid(fi, "parent_fid", &e.parent);
	finding_name(fi, "name", e.name, e.namelen);
	finding_u64(fi, "entries", f->obj->link.reccount);
	return OUT_VIOLATED;
}

/* Clocks of servers differ; a day is more than any of them is wrong. */
#define CLOCK_SKEW 86400U

static enum outcome check_linkea_overflow_time(const struct facts *f, struct sink *sink)
{
	const struct linkea *l = &f->obj->link;
	struct finding *fi;

	if (!object_has_link(f->obj) || !l->overflow_time || !f->env->started)
		return OUT_NA;
	if (l->overflow_time <= f->env->started + CLOCK_SKEW)
		return OUT_HOLDS;
	if (!linkea_applies(f))
		return OUT_NA;
	fi = rule_finding(sink, "the linkEA overflowed at a time that is yet to come");
	if (!fi)
		return OUT_VIOLATED;
	finding_time(fi, "overflow_time", l->overflow_time);
	finding_u64(fi, "entries", l->reccount);
	return OUT_VIOLATED;
}

static enum outcome check_linkea_directory_many(const struct facts *f, struct sink *sink)
{
	struct finding *fi;

	if (!S_ISDIR(f->obj->inode.mode) || !object_has_link(f->obj))
		return OUT_NA;
	if (f->obj->link.reccount < 2)
		return OUT_HOLDS;
	if (!linkea_applies(f) || (f->have_cross && f->class != CLASS_NAMESPACE))
		return OUT_NA;
	if (rule_link_doubt(f->env))
		return rule_unknown(sink, rule_link_doubt(f->env));
	fi = rule_finding(sink, "the linkEA of a directory has more than one entry");
	if (!fi)
		return OUT_VIOLATED;
	finding_u64(fi, "entries", f->obj->link.reccount);
	return OUT_VIOLATED;
}

/* ---- the rows ----------------------------------------------------------------------------- */

RULE(linkea_malformed) = {
	.code = 301,
	.name = "linkea-malformed",
	.severity = SEV_ERROR,
	.class = RULE_RECORD,
	.unit = UNIT_LINKEAS,
	.needs = TRAIT_LINK,
	.title = "linkEA that cannot be parsed",
	.explanation =
		"The extended attribute trusted.link lists the parents and names of an object; "
		"fid2path, changelogs, HSM and LFSCK rely on it. This one has a wrong magic, a "
		"wrong length, an impossible entry or an impossible parent.",
	.wrong = VERDICT_LINKEA,
	.lfsck = "LFSCK namespace: bad linkEA",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace. It rebuilds the linkEA from the "
		"names.",
	.evidence = "linkea_size parent_fid name",
	.check = check_linkea_malformed,
};

RULE(linkea_missing) = {
	.code = 302,
	.name = "linkea-missing",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_OBJECTS,
	.title = "object of the name space without a linkEA",
	.explanation =
		"Every object made by Lustre 2 has a linkEA with its parents and names. Without "
		"it fid2path cannot name the object, and if its name entry is ever lost nothing "
		"says where it belongs.",
	.wrong = VERDICT_LINKEA,
	.lfsck = "LFSCK namespace: linkEA missing, repaired",
	.remedy = "lctl lfsck_start -M FSNAME-MDTxxxx -t namespace.",
	.evidence = "parent_ino parent_fid name",
	.check = check_linkea_missing,
};

RULE(linkea_no_dirent) = {
	.code = 303,
	.name = "linkea-no-dirent",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_LINKEA_ENTRIES,
	.needs = TRAIT_LINK,
	.elsewhere = ELSEWHERE_LINKS,
	.blind = parent_elsewhere,
	.title = "linkEA entry without its name entry",
	.explanation =
		"The object believes to have a name in a directory, but the directory has no such "
		"name, the name leads to another inode, or no directory has the FID the entry "
		"states. Either the name entry was lost, and the object may be out of reach, or "
		"the linkEA entry is a leftover and fid2path reports a path that does not exist.",
	.wrong = VERDICT_UNDECIDED,
	.lfsck = "LFSCK namespace: unmatched pairs, stale linkEA entry",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace. It adds the name where the "
		"object would otherwise be lost, and drops the entry where the object has other "
		"names.",
	.evidence = "parent_fid parent_ino name entries same_name_in nlink names",
	.check = check_linkea_no_dirent,
};

RULE(dirent_no_linkea) = {
	.code = 304,
	.name = "dirent-no-linkea",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_NAME_ENTRIES,
	.needs = TRAIT_LINK,
	.title = "name entry without its linkEA entry",
	.explanation =
		"A directory has a name for the object that the object's linkEA does not list, "
		"although there is room for it. fid2path does not report the name, and tools that "
		"follow the linkEA miss it.",
	.wrong = VERDICT_UNDECIDED,
	.lfsck = "LFSCK namespace: unmatched pairs, linkEA entry added",
	.remedy = "lctl lfsck_start -M FSNAME-MDTxxxx -t namespace.",
	.evidence = "parent_ino parent_fid name entries nlink names",
	.check = check_dirent_no_linkea,
};

RULE(linkea_duplicate) = {
	.code = 305,
	.name = "linkea-duplicate",
	.severity = SEV_ERROR,
	.class = RULE_RECORD,
	.unit = UNIT_LINKEAS,
	.needs = TRAIT_LINKS,
	.title = "linkEA with the same entry twice",
	.explanation =
		"A parent and name stand in the linkEA twice. A directory cannot hold a name "
		"twice, so one entry is a leftover, and the number of entries no longer says how "
		"many names the object has.",
	.wrong = VERDICT_LINKEA,
	.lfsck = "LFSCK namespace: duplicate linkEA entry dropped",
	.remedy = "lctl lfsck_start -M FSNAME-MDTxxxx -t namespace.",
	.evidence = "parent_fid name entries",
	.check = check_linkea_duplicate,
};

RULE(linkea_directory_many) = {
	.code = 306,
	.name = "linkea-directory-many",
	.severity = SEV_ERROR,
	.class = RULE_RECORD,
	.unit = UNIT_DIRECTORIES,
	.needs = TRAIT_DIR | TRAIT_LINK,
	.title = "directory whose linkEA has several entries",
	.explanation =
		"A directory has exactly one name, and so exactly one linkEA entry. Several are "
		"left by an interrupted repair or by damage; the right one is the one whose "
		"parent is also \"..\" and holds the name.",
	.wrong = VERDICT_LINKEA,
	.lfsck = "LFSCK namespace: multiple-linked directory",
	.remedy = "lctl lfsck_start -M FSNAME-MDTxxxx -t namespace.",
	.evidence = "entries",
	.check = check_linkea_directory_many,
};

RULE(linkea_overflow_time) = {
	.code = 307,
	.name = "linkea-overflow-time",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LINKEAS,
	.needs = TRAIT_OVERFLOW,
	.title = "linkEA that overflowed in the future",
	.explanation =
		"A linkEA without room for all names is stamped with the time of the overflow. "
		"This stamp lies more than a day ahead. LFSCK clears a stamp, and completes the "
		"linkEA, only when the stamp is older than its own start: this one stays, and "
		"missing entries of the object are never noticed.",
	.wrong = VERDICT_LINKEA,
	.lfsck = "none",
	.remedy =
		"Check the clocks of the servers. If they are right, stop the MDT, mount it as "
		"ldiskfs and set the four bytes at offset 16 of trusted.link to a time that has "
		"passed, then run: lctl lfsck_start -M FSNAME-MDTxxxx -t namespace.",
	.evidence = "overflow_time entries",
	.check = check_linkea_overflow_time,
};
