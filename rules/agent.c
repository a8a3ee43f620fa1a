/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an MDT holds because there are others: agent inodes, which stand for objects
 * of another MDT, and REMOTE_PARENT_DIR, where objects hang whose parent is elsewhere.
 */
#include "ondisk/fid.h"
#include "rules/rules.h"

/* ---- agent-attributes ---------------------------------------------------------------------- */

/*
 * An OI mapping of the agent's FID that leads to the agent, NULL.  One of another FID is a
 * matter of that FID: oi-fid-mismatch.
 */
static const struct oi_fact *mapping_here(const struct facts *f)
{
	u32 i;

	for (i = 0; f->have_cross && i < f->noi; i++)
		if (f->oi[i].rec.ino == f->obj->ino && fid_equal(&f->oi[i].rec.fid, &f->obj->fid))
			return &f->oi[i];
	return NULL;
}

/* What an agent inode must not have, or NULL. */
static const char *not_an_agents(const struct object *o, const struct oi_fact *oi)
{
	if (object_has(o, EA_LOV))
		return "the agent inode has a layout";
	if (object_has(o, EA_LINK))
		return "the agent inode has a linkEA";
	if (oi)
		return "the OI has a mapping that leads to the agent inode";
	return NULL;
}

static enum outcome check_agent_attributes(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	const struct oi_fact *oi;
	struct finding *fi;
	const char *what;

	if (!rule_lma_usable(o) || !object_is_agent(o))
		return OUT_NA;
	if (f->have_cross && f->class != CLASS_AGENT)
		return OUT_NA;
	oi = mapping_here(f);
	what = not_an_agents(o, oi);
	if (!what)
		return OUT_HOLDS;
	fi = rule_finding(sink, what);
	if (!fi)
		return OUT_VIOLATED;
	if (object_has(o, EA_LOV))
		finding_u64(fi, "lov_size", o->ea[EA_LOV].len);
	if (object_has(o, EA_LINK))
		finding_u64(fi, "linkea_size", o->ea[EA_LINK].len);
	if (oi) {
		fi->oi = oi->oi + 1;
		finding_fid(fi, "oi_fid", &oi->rec.fid);
	}
	return OUT_VIOLATED;
}

/* ---- remote-parent-mismatch ---------------------------------------------------------------- */

/* Does the linkEA name a parent on another MDT?  As the server decides it: by the FLD. */
enum remote_state { REMOTE_NO, REMOTE_YES, REMOTE_UNKNOWN };

static enum remote_state remote_parent(const struct facts *f, const struct link_fact **which)
{
	enum remote_state state = REMOTE_NO;
	u32 i;

	if (rule_ea_doubtful(f->obj, EA_LINK) || (object_has(f->obj, EA_LINK) && f->obj->link_rc))
		return REMOTE_UNKNOWN;
	for (i = 0; i < f->nlinks; i++) {
		const struct link_fact *l = &f->links[i];
		bool by_fld = env_seq_owner(f->env, l->e.parent.seq) == SEQ_OTHER_MDT;

		/* A directory that is here, in a range this MDT's own FLD does not have (yet). */
		if (l->where == PARENT_UNKNOWN ||
		    (l->where == PARENT_LOCAL && by_fld &&
		     !env_seq_range(f->env, l->e.parent.seq))) {
			state = REMOTE_UNKNOWN;
		} else if (l->where == PARENT_FOREIGN || by_fld) {
			*which = l;
			return REMOTE_YES;
		}
	}
	/* Which entries were dropped nobody knows; the flag goes when the last remote one does. */
	if (object_has_link(f->obj) && f->obj->link.overflow_time)
		return REMOTE_UNKNOWN;
	return state;
}

static const char *remote_form(bool flag, bool rpd)
{
	if (flag && !rpd)
		return "the LMA has the flag REMOTE_PARENT, but REMOTE_PARENT_DIR has no name for "
		       "the object";
	if (!flag && rpd)
		return "REMOTE_PARENT_DIR has a name for the object, but its LMA lacks the flag "
		       "REMOTE_PARENT";
	if (flag)
		return "the object is held as one with a remote parent, but its linkEA names none";
	return "the linkEA names a parent on another MDT, but the object has neither the flag "
	       "REMOTE_PARENT nor a name in REMOTE_PARENT_DIR";
}

/* Of the three that are changed together, the odd one out. */
static const char *remote_verdict(const struct facts *f, bool flag, bool rpd,
				  enum remote_state remote)
{
	bool linked = remote == REMOTE_YES;

	/* Of an object without any name, two of the three may be lost. */
	if (remote == REMOTE_UNKNOWN || (!flag && !f->nnames))
		return VERDICT_UNDECIDED;
	return flag == rpd ? VERDICT_LINKEA : linked == rpd ? VERDICT_LMA : VERDICT_NAME;
}

static enum outcome remote_mismatch(const struct facts *f, struct sink *sink, bool flag, bool rpd,
				    enum remote_state remote, const struct link_fact *which)
{
	struct finding *fi = rule_finding(sink, remote_form(flag, rpd));

	if (!fi)
		return OUT_VIOLATED;
	/* e2fsck finds it connected to nothing. */
	if (!f->nnames)
		fi->severity = SEV_ERROR;
	finding_hex(fi, "incompat", f->obj->lma.incompat);
	finding_u64(fi, "names_in_rpd", rule_count_class(f, DIR_RPD));
	if (which) {
		fi->parent_fid = which->e.parent;
		finding_fid(fi, "remote_parent_fid", &which->e.parent);
		finding_name(fi, "name", which->e.name, which->e.namelen);
	}
	/* Where its name should be. */
	if (!rpd)
		fi->parent_ino = f->env->rpd_ino;
	fi->verdict = remote_verdict(f, flag, rpd, remote);
	return OUT_VIOLATED;
}

static enum outcome check_remote_parent_mismatch(const struct facts *f, struct sink *sink)
{
	const struct link_fact *which = NULL;
	enum remote_state remote;
	bool flag, rpd;

	/* What is open and unlinked may still hang in REMOTE_PARENT_DIR, and be in PENDING. */
	if (!f->have_cross || f->class != CLASS_NAMESPACE || !rule_lma_usable(f->obj) ||
	    f->obj->ino == f->env->root_ino || !f->env->rpd_ino)
		return OUT_NA;
	flag = f->obj->lma.incompat & LMAI_REMOTE_PARENT;
	rpd = rule_count_class(f, DIR_RPD);
	remote = remote_parent(f, &which);
	if (flag && !rpd && f->names_blind)
		return rule_unknown(sink,
				    "a directory could not be read whole: the name may stand there");
	if (flag != rpd)
		return remote_mismatch(f, sink, flag, rpd, remote, which);
	if (remote == REMOTE_UNKNOWN)
		return flag ? rule_unknown(sink, "it cannot be told whether the linkEA names a "
						 "parent on another MDT") :
			      OUT_HOLDS;
	if (flag == (remote == REMOTE_YES))
		return OUT_HOLDS;
	return remote_mismatch(f, sink, flag, rpd, remote, which);
}

/* ---- rpd-name ------------------------------------------------------------------------------ */

static enum outcome check_rpd_name(const struct facts *f, struct sink *sink)
{
	enum outcome out = OUT_NA;
	struct finding *fi;
	struct fid fid;
	u32 i;

	if (!f->have_cross || f->class == CLASS_FREE || f->class == CLASS_EXEMPT ||
	    !rule_lma_usable(f->obj))
		return OUT_NA;
	for (i = 0; i < f->nnames; i++) {
		const struct name_fact *n = &f->names[i];
		bool is_fid;

		/* FIDs behind these names are leftovers of others: only the spelling counts. */
		if (n->dir_class != DIR_RPD)
			continue;
		out = rule_worse(out, OUT_HOLDS);
		is_fid = !fid_parse_plain(n->name, n->namelen, &fid);
		if (is_fid && fid_equal(&fid, &f->obj->fid))
			continue;
		out = OUT_VIOLATED;
		fi = rule_finding(sink, is_fid ? "the name in REMOTE_PARENT_DIR spells another FID" :
						 "the name in REMOTE_PARENT_DIR spells no FID");
		if (!fi)
			return out;
		rule_add_name(fi, n);
		if (is_fid) {
			fi->other_fid = fid;
			finding_fid(fi, "name_fid", &fid);
		}
	}
	return out;
}

/* ---- the rows ----------------------------------------------------------------------------- */

RULE(agent_attributes) = {
	.code = 106,
	.name = "agent-attributes",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LMAS,
	.needs = TRAIT_AGENT,
	.title = "agent inode with attributes of a real object",
	.explanation =
		"An agent inode only stands for an object of another MDT, so that a directory "
		"here can have a name for it. It has no layout, no linkEA and no OI mapping of "
		"its own. This one has: either the flag AGENT in its LMA is wrong and a real "
		"object is taken for a stand-in, or it is a leftover of a migration.",
	.wrong = VERDICT_UNDECIDED,
	.lfsck = "none",
	.remedy =
		"Find out whether the FID is one of this MDT (lfs fid2path and lfs getstripe -m on "
		"a client). If it is, stop the MDT, mount it as ldiskfs and clear the flag 0x2 in "
		"trusted.lma; if not, remove the attributes. Then run: lctl lfsck_start -M "
		"FSNAME-MDTxxxx -t scrub,namespace.",
	.evidence = "lov_size linkea_size oi_fid",
	.check = check_agent_attributes,
};

RULE(remote_parent_mismatch) = {
	.code = 107,
	.name = "remote-parent-mismatch",
	.severity = SEV_WARNING,
	.class = RULE_CROSS,
	.unit = UNIT_LMAS,
	.needs = TRAIT_LMA,
	.title = "unclear whether an object has a parent on another MDT",
	.explanation =
		"An object with a name in a directory of another MDT is marked in three places: "
		"its linkEA names that parent, its LMA has the flag REMOTE_PARENT, and "
		"REMOTE_PARENT_DIR has a name for it. The three are changed together, but here "
		"they contradict each other. An unlink from the other MDT may then leave the "
		"object behind, or LFSCK may take it for an orphan. As an error: it has no name at "
		"all on this MDT, and e2fsck would move it to lost+found.",
	.wrong = VERDICT_UNDECIDED,
	.lfsck = "LFSCK namespace: missing or redundant agent entry",
	.remedy = "lctl lfsck_start -M FSNAME-MDTxxxx -t namespace -A, with all MDTs running.",
	.evidence = "incompat names_in_rpd remote_parent_fid name",
	.check = check_remote_parent_mismatch,
};

RULE(rpd_name) = {
	.code = 412,
	.name = "rpd-name",
	.severity = SEV_WARNING,
	.class = RULE_CROSS,
	.unit = UNIT_LMAS,
	.needs = TRAIT_LMA,
	.title = "name in REMOTE_PARENT_DIR that is not the object's FID",
	.explanation =
		"In REMOTE_PARENT_DIR an object is named by its own FID. This name is another, so "
		"the server does not find the object's entry when its last remote name goes, and "
		"the entry stays.",
	.wrong = VERDICT_NAME,
	.lfsck = "LFSCK namespace: missing agent entry",
	.remedy =
		"Stop the MDT, mount it as ldiskfs and rename the entry in REMOTE_PARENT_DIR to "
		"the FID of trusted.lma (0xSEQ:0xOID:0xVER); then run: lctl lfsck_start -M "
		"FSNAME-MDTxxxx -t namespace.",
	.evidence = "parent_ino parent_fid name name_fid",
	.check = check_rpd_name,
};
