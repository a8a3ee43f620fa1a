/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows 5xx of the table of rules; included by registry.c only. */
{
	.code = 501,
	.name = "nlink-file",
	.severity = SEV_WARNING,
	.class = RULE_CROSS,
	.unit = UNIT_FILES,
	.title = "link count of a file differs from its names",
	.explanation =
		"The link count is not the number of names the file has on this MDT, together "
		"with those its linkEA states on others. Too low, and removing one name can "
		"delete the file while others still lead to it; too high, and it is never "
		"deleted. On a file system with several MDTs, e2fsck is known to lower the count "
		"to the local names.",
	.lfsck = "LFSCK namespace: nlinks repaired (only where it is too low)",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace. It raises a count that is too "
		"low and leaves one that is too high alone.",
	.evidence = "nlink names names_on_other_mdts entries",
	.check = check_nlink_file,
},
{
	.code = 502,
	.name = "nlink-directory",
	.severity = SEV_WARNING,
	.class = RULE_CROSS,
	.unit = UNIT_DIRECTORIES,
	.title = "link count of a directory differs from its subdirectories",
	.explanation =
		"A directory's link count is 2 and one for each subdirectory (1 where there are "
		"more than can be counted). This one is different. Programs such as find that use "
		"the count to skip directories may miss some.",
	.lfsck = "LFSCK namespace: nlinks repaired",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace, or e2fsck -f with the MDT "
		"stopped.",
	.evidence = "nlink subdirs expected",
	.check = check_nlink_directory,
},
