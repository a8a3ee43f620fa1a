/* SPDX-License-Identifier: GPL-2.0-only */

/* ---- demo-setuid-directory ----------------------------------------------------------------- */

/* Nothing that Lustre or its clients do sets this bit on a directory, and nothing obeys it. */
enum outcome check_demo_setuid_directory(const struct facts *f, struct sink *sink)
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
