/* SPDX-License-Identifier: GPL-2.0-only */

/* ---- demo-setuid-directory ----------------------------------------------------------------- */

/* Nothing that Lustre or its clients do sets this bit on a directory, and nothing obeys it. */
static enum outcome check_demo_setuid_directory(const struct facts *f, struct sink *sink)
{
	const struct object *o = f->obj;
	struct finding *fi;

	if (!S_ISDIR(o->inode.mode) || env_is_exempt_ino(f->env, o->ino))
		return OUT_NA;
	if (!(o->inode.mode & S_ISUID))
		return OUT_HOLDS;
	fi = rule_finding(sink, "the set-user-ID bit is set");
	if (fi)
		finding_hex(fi, "mode", o->inode.mode);
	return OUT_VIOLATED;
}

RULE(demo_setuid_directory) = {
	.code = 599,
	.name = "demo-setuid-directory",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_DIRECTORIES,
	.title = "directory with the set-user-ID bit",
	.explanation =
		"The set-user-ID bit of a directory means nothing to Lustre and nothing sets it "
		"by itself. Where it stands, the mode of the inode was probably overwritten.",
	.wrong = VERDICT_MODE,
	.lfsck = "none",
	.remedy = "Look at the mode from a client, and put it right there: chmod u-s.",
	.evidence = "mode",
	.check = check_demo_setuid_directory,
};
