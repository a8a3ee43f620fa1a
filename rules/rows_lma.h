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
{
	.code = 106,
	.name = "agent-attributes",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LMAS,
	.title = "agent inode with attributes of a real object",
	.explanation =
		"An agent inode only stands for an object of another MDT, so that a directory "
		"here can have a name for it. It has no layout, no linkEA and no OI mapping of "
		"its own. This one has: either the flag AGENT in its LMA is wrong and a real "
		"object is taken for a stand-in, or it is a leftover of a migration.",
	.lfsck = "none",
	.remedy =
		"Find out whether the FID is one of this MDT (lfs fid2path and lfs getstripe -m on "
		"a client). If it is, stop the MDT, mount it as ldiskfs and clear the flag 0x2 in "
		"trusted.lma; if not, remove the attributes. Then run: lctl lfsck_start -M "
		"FSNAME-MDTxxxx -t scrub,namespace.",
	.evidence = "lov_size linkea_size oi_fid",
	.check = check_agent_attributes,
},
{
	.code = 107,
	.name = "remote-parent-mismatch",
	.severity = SEV_WARNING,
	.class = RULE_CROSS,
	.unit = UNIT_LMAS,
	.title = "unclear whether an object has a parent on another MDT",
	.explanation =
		"An object with a name in a directory of another MDT is marked in three places: "
		"its linkEA names that parent, its LMA has the flag REMOTE_PARENT, and "
		"REMOTE_PARENT_DIR has a name for it. The three are changed together, but here "
		"they contradict each other. An unlink from the other MDT may then leave the "
		"object behind, or LFSCK may take it for an orphan.",
	.lfsck = "LFSCK namespace: missing or redundant agent entry",
	.remedy = "lctl lfsck_start -M FSNAME-MDTxxxx -t namespace -A, with all MDTs running.",
	.evidence = "incompat names_in_rpd remote_parent_fid name",
	.check = check_remote_parent_mismatch,
},
{
	.code = 108,
	.name = "fid-sequence",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LMAS,
	.title = "FID of a sequence that is not this MDT's to give",
	.explanation =
		"The sequence of the object's FID belongs to another server, or to nobody, in the "
		"FID location database (fld): other MDTs look for the object elsewhere. As an "
		"error: the sequence is in the range that this MDT has not given out yet "
		"(seq_srv). A client that will be given it creates an object with the same FID.",
	.lfsck = "none",
	.remedy =
		"If fld or seq_srv was restored from an older backup than the rest of the MDT, "
		"restore them together. Where seq_srv lags (an error), do not start the MDT "
		"before it is corrected: set its first word beyond next_sequence and beyond every "
		"sequence in use, with the MDT mounted as ldiskfs.",
	.evidence = "sequence range_start range_end range_index next_sequence",
	.check = check_fid_sequence,
},
{
	.code = 109,
	.name = "fid-oid-width",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LMAS,
	.title = "object id beyond the width of a sequence",
	.explanation =
		"A client uses the object ids 1 to 0x20000 of a metadata sequence and then asks "
		"for a new one. No client counts as far as this FID: the LMA is damaged, or the "
		"FID was made by other software.",
	.lfsck = "none",
	.remedy =
		"Compare the FID with the OI mapping and the name entry. Where only the LMA is "
		"wrong, stop the MDT, mount it as ldiskfs and rewrite trusted.lma; then run: lctl "
		"lfsck_start -M FSNAME-MDTxxxx -t scrub,namespace. Otherwise copy the file and "
		"remove the old one.",
	.evidence = "oid highest",
	.check = check_fid_oid_width,
},
{
	.code = 110,
	.name = "lma-orphan-flag",
	.severity = SEV_ERROR,
	.class = RULE_RECORD,
	.unit = UNIT_LMAS,
	.title = "object marked as unlinked that has a name",
	.explanation =
		"The flag ORPHAN in the LMA says that the last name of the object is gone and "
		"that it is kept only while somebody has it open. But a directory has a name for "
		"it. The server takes the object for dead: opening it by this name fails.",
	.lfsck = "LFSCK namespace: skipped as dead",
	.remedy =
		"If the object is wanted, stop the MDT, mount it as ldiskfs and clear the flag "
		"0x10 in trusted.lma. If not, remove the name from a client.",
	.evidence = "parent_ino parent_fid name incompat",
	.check = check_lma_orphan_flag,
},
