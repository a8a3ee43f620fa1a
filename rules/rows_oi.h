/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows 2xx of the table of rules; included by registry.c only. */
{
	.code = 201,
	.name = "oi-missing",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_LMAS,
	.title = "FID without an OI mapping to its object",
	.explanation =
		"Clients ask for objects by FID, and the object index (oi.16.*) says which inode "
		"that is. This object's FID is not in the index, or the index leads to another "
		"inode: an open by FID fails, or reaches the wrong object until the server "
		"notices.",
	.lfsck = "OI scrub: updated",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t scrub. It runs while the MDT serves "
		"clients.",
	.evidence = "oi_file oi_fid oi_ino oi_generation",
	.check = check_oi_missing,
},
{
	.code = 202,
	.name = "oi-dangling",
	.severity = SEV_WARNING,
	.class = RULE_CROSS,
	.unit = UNIT_OI_MAPPINGS,
	.title = "OI mapping that leads to a free inode",
	.explanation =
		"A mapping of the object index leads to an inode that is not in use. By itself it "
		"is harmless: the server checks the object it finds and drops the mapping. It can "
		"also be the trace of an object that was lost.",
	.lfsck = "OI scrub: stale mapping, removed when it is met",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t scrub. Scrub walks existing inodes, so a "
		"mapping to a free inode may stay until its FID is looked up; that does no harm.",
	.evidence = "oi_file oi_fid oi_ino oi_generation",
	.check = check_oi_dangling,
},
{
	.code = 203,
	.name = "oi-generation",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_OI_MAPPINGS,
	.title = "OI mapping with another generation than its inode",
	.explanation =
		"The mapping leads to the right inode number, but to an earlier or later use of "
		"it. The server takes the mapping for stale and cannot open the object by its "
		"FID. After a file-level restore this holds for nearly every object until OI "
		"scrub has run.",
	.lfsck = "OI scrub: inconsistent mapping",
	.remedy = "lctl lfsck_start -M FSNAME-MDTxxxx -t scrub.",
	.evidence = "oi_file oi_fid oi_ino oi_generation generation",
	.check = check_oi_generation,
},
{
	.code = 204,
	.name = "oi-fid-mismatch",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_OI_MAPPINGS,
	.title = "OI mapping and LMA disagree about the FID",
	.explanation =
		"The object index says that this inode is one FID, its LMA says it is another. "
		"One of the two is damaged. The witnesses (name entries, layout) usually tell "
		"which; the object cannot be opened by either FID until they agree.",
	.lfsck = "OI scrub: inconsistent mapping",
	.remedy =
		"If the OI mapping is wrong: lctl lfsck_start -M FSNAME-MDTxxxx -t scrub. If the "
		"LMA is wrong, do not run scrub, which would believe it: stop the MDT, mount it "
		"as ldiskfs and write the right FID back to trusted.lma first.",
	.evidence = "oi_file oi_fid oi_ino oi_generation",
	.check = check_oi_fid_mismatch,
},
{
	.code = 205,
	.name = "oi-duplicate",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_OI_MAPPINGS,
	.title = "two OI mappings lead to one inode",
	.explanation =
		"Beside the mapping of the object's own FID a second mapping leads to its inode. "
		"Whoever holds the other FID reaches the wrong object, or none; the object that "
		"FID belongs to may be without a mapping.",
	.lfsck = "OI scrub: inconsistent mapping",
	.remedy = "lctl lfsck_start -M FSNAME-MDTxxxx -t scrub.",
	.evidence = "oi_file oi_fid oi_ino oi_generation",
	.check = check_oi_duplicate,
},
{
	.code = 206,
	.name = "oi-misrouted",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_OI_MAPPINGS,
	.title = "OI mapping in the wrong OI file",
	.explanation =
		"The sequence of a FID decides in which of the OI files its mapping stands. This "
		"one stands in another, where the server never looks for it.",
	.lfsck = "none",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t scrub adds the mapping where it belongs. "
		"The stray one stays and does no harm; to be rid of it remove the oi.16.* files "
		"with the MDT stopped and let scrub rebuild them all.",
	.evidence = "oi_file oi_fid oi_ino oi_generation expected_oi_file",
	.check = check_oi_misrouted,
},
{
	.code = 207,
	.name = "oi-malformed",
	.severity = SEV_ERROR,
	.class = RULE_INDEX,
	.unit = UNIT_OI_MAPPINGS,
	.title = "damaged block in an OI file",
	.explanation =
		"A block of an OI file cannot be read, is not what it should be, or its keys are "
		"out of order. The FIDs behind it (lost_from to lost_to, sequences) cannot be "
		"looked up, and whether their mappings are right could not be told.",
	.lfsck = "OI scrub: the OI file is recreated",
	.remedy =
		"Stop the MDT, mount it as ldiskfs, move the damaged oi.16.N away and start the "
		"MDT: it recreates the file and OI scrub fills it.",
	.evidence = "oi_file block logical_block lost_from lost_to",
	.check = check_oi_malformed,
},
{
	.code = 208,
	.name = "oi-file-lost",
	.severity = SEV_ERROR,
	.class = RULE_INDEX,
	.unit = UNIT_OI_MAPPINGS,
	.title = "OI file that is gone",
	.explanation =
		"One of the oi.16.* files is missing, or its name leads to no file. None of the FIDs "
		"whose sequences belong to it has a mapping, so that these objects cannot be opened "
		"by FID. When the MDT starts, the server makes the file anew and starts OI scrub; "
		"until scrub has reached an object, clients may be told that it does not exist.",
	.lfsck = "OI scrub: the OI file is recreated",
	.remedy =
		"Unmount and mount the MDT: the server makes the file and OI scrub fills it. Watch "
		"it with lctl get_param osd-*.FSNAME-MDTxxxx.oi_scrub; if it does not run: lctl "
		"lfsck_start -M FSNAME-MDTxxxx -t scrub.",
	.evidence = "oi_file oi_files",
	.check = check_oi_file_lost,
},
{
	.code = 209,
	.name = "oi-restored",
	.severity = SEV_ERROR,
	.class = RULE_INDEX,
	.unit = UNIT_OI_MAPPINGS,
	.title = "file system restored file by file",
	.explanation =
		"At least nine in ten OI mappings are stale: they lead to inodes that are free, or "
		"another object's, or have another generation. That is what a restore from a "
		"file-level backup looks like, because every object gets a new inode while the "
		"oi.16.* files come back as they were. No object is damaged by that, but none can "
		"be opened by FID until the OI has been rebuilt. The state of OI scrub says nothing "
		"about it: after a restore it can read as if nothing were to do.",
	.lfsck = "OI scrub: inconsistent mappings",
	.remedy =
		"Mount the MDT and run lctl lfsck_start -M FSNAME-MDTxxxx -t scrub. Or, with the MDT "
		"stopped and mounted as ldiskfs, remove the oi.16.* files first, as the manual tells "
		"for file-level restores: the server makes them anew and fills them.",
	.evidence = "stale_mappings mappings",
	.check = check_oi_restored,
},
