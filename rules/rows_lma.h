/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows 1xx of the table of rules; included by registry.c only. */
{
	.code = 101,
	.name = "lma-missing",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_OBJECTS,
	.title = "object of the name space without an LMA",
	.explanation =
		"Every object that clients see carries its FID in the extended attribute "
		"trusted.lma. Without it the server takes the object for one made by Lustre 1.8 "
		"and knows it by inode number and generation: opening it by its real FID fails, "
		"and for a directory the linkEA entries of all children no longer lead to it.",
	.lfsck = "OI scrub: upgrade (gives the object an IGIF)",
	.remedy =
		"Where lost_fid is shown, stop the MDT, mount it as ldiskfs and write trusted.lma "
		"back with that FID, then run: lctl lfsck_start -M FSNAME-MDTxxxx -t scrub. "
		"Running OI scrub first gives the object a new FID made of its inode number, and "
		"handles to the old FID stay broken.",
	.evidence = "lost_fid parent_ino parent_fid name",
	.check = check_lma_missing,
},
{
	.code = 102,
	.name = "lma-malformed",
	.severity = SEV_ERROR,
	.class = RULE_RECORD,
	.unit = UNIT_LMAS,
	.needs = 1 << EA_LMA,
	.title = "LMA too short",
	.explanation =
		"The extended attribute trusted.lma exists but is shorter than the 24 bytes of "
		"flags and FID. The server cannot tell which object this is and refuses it.",
	.lfsck = "OI scrub: failed",
	.remedy =
		"Stop the MDT, mount it as ldiskfs and rewrite trusted.lma with the FID that the "
		"witnesses agree on, then run: lctl lfsck_start -M FSNAME-MDTxxxx -t "
		"scrub,namespace.",
	.evidence = "lma_size needed",
	.check = check_lma_malformed,
},
{
	.code = 103,
	.name = "lma-fid-insane",
	.severity = SEV_ERROR,
	.class = RULE_RECORD,
	.unit = UNIT_LMAS,
	.needs = 1 << EA_LMA,
	.title = "impossible FID in an LMA",
	.explanation =
		"The FID in trusted.lma is zero, lies outside every sequence Lustre uses, or has "
		"object id 0, which is reserved. No client can have been given such a FID: the "
		"attribute was overwritten.",
	.lfsck = "none",
	.remedy =
		"Stop the MDT, mount it as ldiskfs and rewrite trusted.lma with the FID that the "
		"witnesses agree on, then run: lctl lfsck_start -M FSNAME-MDTxxxx -t "
		"scrub,namespace.",
	.evidence = "lma_fid",
	.check = check_lma_fid_insane,
},
{
	.code = 104,
	.name = "lma-unsupported",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LMAS,
	.needs = 1 << EA_LMA,
	.title = "LMA with unknown incompatible flags",
	.explanation =
		"The LMA has an incompatible flag that is not known. A server that does not know "
		"the flag refuses the object (EOPNOTSUPP). Either a newer Lustre wrote it, or the "
		"attribute is damaged; nothing else about this object is concluded from its LMA.",
	.lfsck = "none",
	.remedy =
		"If the file system was ever mounted by a newer Lustre, run that version again. "
		"Otherwise stop the MDT, mount it as ldiskfs and clear the flag in trusted.lma.",
	.evidence = "incompat unknown_flags",
	.check = check_lma_unsupported,
},
{
	.code = 105,
	.name = "fid-duplicate",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_LMAS,
	.title = "two inodes with the same FID",
	.explanation =
		"A FID names one object of the whole file system, but two inodes of this MDT "
		"carry it. Which of the two a client reaches depends on whether it comes by name "
		"or by FID. Seen after inodes were copied with their extended attributes. With an "
		"agent inode as the other side (a warning) it is a leftover of a migration.",
	.lfsck = "OI scrub: duplicate FID; LFSCK namespace: multiple-referenced",
	.remedy =
		"Compare the two objects; stop the MDT, mount it as ldiskfs and remove "
		"trusted.lma from the copy (it then gets a FID of its own from OI scrub) or "
		"delete the copy, then run: lctl lfsck_start -M FSNAME-MDTxxxx -t scrub,namespace.",
	.evidence = "other_ino oi_ino",
	.check = check_fid_duplicate,
},
