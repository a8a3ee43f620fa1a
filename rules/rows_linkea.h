/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows 3xx of the table of rules; included by registry.c only. */
{
	.code = 301,
	.name = "linkea-malformed",
	.severity = SEV_ERROR,
	.class = RULE_RECORD,
	.unit = UNIT_LINKEAS,
	.needs = 1 << EA_LINK,
	.title = "linkEA that cannot be parsed",
	.explanation =
		"The extended attribute trusted.link lists the parents and names of an object; "
		"fid2path, changelogs, HSM and LFSCK rely on it. This one has a wrong magic, a "
		"wrong length, an impossible entry or an impossible parent.",
	.lfsck = "LFSCK namespace: bad linkEA",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace. It rebuilds the linkEA from the "
		"names.",
	.evidence = "linkea_size parent_fid name",
	.check = check_linkea_malformed,
},
{
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
	.lfsck = "LFSCK namespace: linkEA missing, repaired",
	.remedy = "lctl lfsck_start -M FSNAME-MDTxxxx -t namespace.",
	.evidence = "parent_ino parent_fid name",
	.check = check_linkea_missing,
},
{
	.code = 303,
	.name = "linkea-no-dirent",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_LINKEA_ENTRIES,
	.title = "linkEA entry without its name entry",
	.explanation =
		"The object believes to have a name in a directory, but the directory has no such "
		"name, the name leads to another inode, or no directory has the FID the entry "
		"states. Either the name entry was lost, and the object may be out of reach, or "
		"the linkEA entry is a leftover and fid2path reports a path that does not exist.",
	.lfsck = "LFSCK namespace: unmatched pairs, stale linkEA entry",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace. It adds the name where the "
		"object would otherwise be lost, and drops the entry where the object has other "
		"names.",
	.evidence = "parent_fid parent_ino name entries same_name_in nlink names",
	.check = check_linkea_no_dirent,
},
{
	.code = 304,
	.name = "dirent-no-linkea",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_NAME_ENTRIES,
	.title = "name entry without its linkEA entry",
	.explanation =
		"A directory has a name for the object that the object's linkEA does not list, "
		"although there is room for it. fid2path does not report the name, and tools that "
		"follow the linkEA miss it.",
	.lfsck = "LFSCK namespace: unmatched pairs, linkEA entry added",
	.remedy = "lctl lfsck_start -M FSNAME-MDTxxxx -t namespace.",
	.evidence = "parent_ino parent_fid name entries nlink names",
	.check = check_dirent_no_linkea,
},
{
	.code = 305,
	.name = "linkea-duplicate",
	.severity = SEV_ERROR,
	.class = RULE_RECORD,
	.unit = UNIT_LINKEAS,
	.needs = 1 << EA_LINK,
	.title = "linkEA with the same entry twice",
	.explanation =
		"A parent and name stand in the linkEA twice. A directory cannot hold a name "
		"twice, so one entry is a leftover, and the number of entries no longer says how "
		"many names the object has.",
	.lfsck = "LFSCK namespace: duplicate linkEA entry dropped",
	.remedy = "lctl lfsck_start -M FSNAME-MDTxxxx -t namespace.",
	.evidence = "parent_fid name entries",
	.check = check_linkea_duplicate,
},
{
	.code = 306,
	.name = "linkea-directory-many",
	.severity = SEV_ERROR,
	.class = RULE_RECORD,
	.unit = UNIT_DIRECTORIES,
	.needs = 1 << EA_LINK,
	.title = "directory whose linkEA has several entries",
	.explanation =
		"A directory has exactly one name, and so exactly one linkEA entry. Several are "
		"left by an interrupted repair or by damage; the right one is the one whose "
		"parent is also \"..\" and holds the name.",
	.lfsck = "LFSCK namespace: multiple-linked directory",
	.remedy = "lctl lfsck_start -M FSNAME-MDTxxxx -t namespace.",
	.evidence = "entries",
	.check = check_linkea_directory_many,
},
{
	.code = 307,
	.name = "linkea-overflow-time",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LINKEAS,
	.title = "linkEA that overflowed in the future",
	.explanation =
		"A linkEA without room for all names is stamped with the time of the overflow. "
		"This stamp lies more than a day ahead. LFSCK clears a stamp, and completes the "
		"linkEA, only when the stamp is older than its own start: this one stays, and "
		"missing entries of the object are never noticed.",
	.lfsck = "none",
	.remedy =
		"Check the clocks of the servers. If they are right, stop the MDT, mount it as "
		"ldiskfs and set the four bytes at offset 16 of trusted.link to a time that has "
		"passed, then run: lctl lfsck_start -M FSNAME-MDTxxxx -t namespace.",
	.evidence = "overflow_time entries",
	.check = check_linkea_overflow_time,
},
