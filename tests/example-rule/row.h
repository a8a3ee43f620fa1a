/* SPDX-License-Identifier: GPL-2.0-only */
{
	.code = 599,
	.name = "demo-setuid-directory",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_DIRECTORIES,
	.title = "directory with the set-user-ID bit",
	.explanation =
		"The set-user-ID bit of a directory means nothing to Lustre and nothing sets it "
		"by itself. Where it stands, the mode of the inode was probably overwritten.",
	.lfsck = "none",
	.remedy = "Look at the mode from a client, and put it right there: chmod u-s.",
	.evidence = "mode",
	.check = check_demo_setuid_directory,
},
