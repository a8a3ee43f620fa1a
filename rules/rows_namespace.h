/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows 4xx of the table of rules; included by registry.c only. */
{
	.code = 401,
	.name = "dirent-dangling",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_NAME_ENTRIES,
	.title = "name entry that leads to no object",
	.explanation =
		"A directory has a name whose inode is free, does not exist, or is being deleted. "
		"Clients see the name in listings, and every access to it fails.",
	.lfsck = "LFSCK namespace: dangling name entry",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace. Without -C it keeps the name "
		"and only counts it; with -C on it creates an empty object in its place. To drop "
		"the name, remove it from a client (rm, rmdir) or with e2fsck.",
	.evidence = "dirent_fid dirent_fid_ino dirent_type parent_ino parent_fid name",
	.check = check_dirent_dangling,
},
{
	.code = 402,
	.name = "dirent-fid-mismatch",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_NAME_ENTRIES,
	.title = "name entry and LMA disagree about the FID",
	.explanation =
		"The name entry holds a copy of its object's FID, and it differs from the FID in "
		"the object's LMA. Listings hand out the one, lookups the other: a client may get "
		"errors or the wrong object. Either the entry leads to the wrong inode, or its "
		"copy or the LMA is damaged; the witnesses tell.",
	.lfsck = "LFSCK namespace: dirent repaired",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace. It believes the LMA: where that "
		"is the odd one out, repair trusted.lma first (MDT stopped, mounted as ldiskfs).",
	.evidence = "dirent_fid dirent_fid_ino parent_ino parent_fid name",
	.check = check_dirent_fid_mismatch,
},
{
	.code = 403,
	.name = "dirent-type",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_NAME_ENTRIES,
	.title = "name entry with another file type than its inode",
	.explanation =
		"The type in the name entry (file, directory, link ...) is not the type of the "
		"inode it leads to. Programs that trust the type from a listing treat the object "
		"wrongly.",
	.lfsck = "LFSCK namespace: bad file type",
	.remedy = "lctl lfsck_start -M FSNAME-MDTxxxx -t namespace.",
	.evidence = "parent_ino parent_fid name dirent_type inode_type",
	.check = check_dirent_type,
},
{
	.code = 404,
	.name = "dirent-malformed",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_DIRECTORIES,
	.title = "damaged directory block or name entry",
	.explanation =
		"A block of the directory cannot be read, belongs to something else, or has an "
		"impossible entry; or the data after a name do not fit. Names behind it are lost "
		"to clients, and whether they exist could not be told. The server may take the "
		"file system read-only when it meets such a block.",
	.lfsck = "none (e2fsck)",
	.remedy =
		"Stop the MDT and run e2fsck -f on its device, then start it and run: lctl "
		"lfsck_start -M FSNAME-MDTxxxx -t namespace.",
	.evidence = "block parent_ino parent_fid name",
	.check = check_dirent_malformed,
},
{
	.code = 405,
	.name = "dirent-name-duplicate",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_DIRECTORIES,
	.title = "directory with the same name twice",
	.explanation =
		"A name stands twice in the directory. A lookup finds one of the two, and it need "
		"not be the one that a removal takes away.",
	.lfsck = "none (e2fsck)",
	.remedy = "Stop the MDT and run e2fsck -f on its device: it renames one of the two.",
	.evidence = "name",
	.check = check_dirent_name_duplicate,
},
{
	.code = 406,
	.name = "dirent-name-invalid",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_NAME_ENTRIES,
	.title = "name that contains a slash or a NUL",
	.explanation =
		"No client can have created such a name, and none can open or remove it. The "
		"entry was overwritten. (In encrypted directories these bytes are legal and not "
		"reported.)",
	.lfsck = "none (e2fsck)",
	.remedy =
		"Stop the MDT and run e2fsck -f on its device: it replaces the bytes. Then run: "
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace.",
	.evidence = "parent_ino parent_fid name",
	.check = check_dirent_name_invalid,
},
{
	.code = 407,
	.name = "dotdot-mismatch",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_DIRECTORIES,
	.title = "\"..\" does not lead to the parent",
	.explanation =
		"The directory's \"..\" leads to another directory than the one that holds its "
		"name. Clients walking up end in the wrong place, and a rename can build a loop.",
	.lfsck = "LFSCK namespace: dotdot repaired",
	.remedy = "lctl lfsck_start -M FSNAME-MDTxxxx -t namespace.",
	.evidence = "parent_ino parent_fid name dotdot_ino dotdot_fid",
	.check = check_dotdot_mismatch,
},
{
	.code = 408,
	.name = "directory-linked-twice",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_DIRECTORIES,
	.title = "directory with several names",
	.explanation =
		"Directories cannot be hard-linked, but this one has more than one name. Removing "
		"or renaming one of them damages the other, and the tree is no tree any more.",
	.lfsck = "LFSCK namespace: multiple-referenced",
	.remedy = "lctl lfsck_start -M FSNAME-MDTxxxx -t namespace.",
	.evidence = "parent_ino parent_fid name own_parent_fid own_name names",
	.check = check_directory_linked_twice,
},
{
	.code = 409,
	.name = "directory-unreachable",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_DIRECTORIES,
	.title = "directory without a name",
	.explanation =
		"The directory is in use but no directory of this MDT has a name for it. It and "
		"all that hangs below it are out of reach by path.",
	.lfsck = "LFSCK namespace: orphan, moved to .lustre/lost+found",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace. It gives the name back where "
		"the linkEA tells it, else moves the directory to .lustre/lost+found.",
	.evidence = "dotdot_ino dotdot_fid parent_fid name subdirs",
	.check = check_directory_unreachable,
},
{
	.code = 410,
	.name = "directory-loop",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_DIRECTORIES,
	.title = "directories in a loop",
	.explanation =
		"Going up from this directory leads back to it instead of to the root. All "
		"directories of the loop, and what hangs below them, are out of reach; walks "
		"through them may never end.",
	.lfsck = "LFSCK namespace: orphan, moved to .lustre/lost+found",
	.remedy = "lctl lfsck_start -M FSNAME-MDTxxxx -t namespace -o.",
	.evidence = "dotdot_ino parent_ino parent_fid name",
	.check = check_directory_loop,
},
{
	.code = 411,
	.name = "nameless-file",
	.severity = SEV_WARNING,
	.class = RULE_CROSS,
	.unit = UNIT_FILES,
	.title = "file without a name",
	.explanation =
		"The object is in use and has a FID that clients can hold, but no directory has a "
		"name for it, and it is not waiting in PENDING to be deleted. Its space is not "
		"given back, and its data cannot be reached by path.",
	.lfsck = "LFSCK namespace: orphan, moved to .lustre/lost+found",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace. It gives the name back where "
		"the linkEA tells it, else moves the file to .lustre/lost+found.",
	.evidence = "parent_fid name nlink",
	.check = check_nameless_file,
},
{
	.code = 412,
	.name = "rpd-name",
	.severity = SEV_WARNING,
	.class = RULE_CROSS,
	.unit = UNIT_LMAS,
	.title = "name in REMOTE_PARENT_DIR that is not the object's FID",
	.explanation =
		"In REMOTE_PARENT_DIR an object is named by its own FID. This name is another, so "
		"the server does not find the object's entry when its last remote name goes, and "
		"the entry stays.",
	.lfsck = "LFSCK namespace: missing agent entry",
	.remedy =
		"Stop the MDT, mount it as ldiskfs and rename the entry in REMOTE_PARENT_DIR to "
		"the FID of trusted.lma (0xSEQ:0xOID:0xVER); then run: lctl lfsck_start -M "
		"FSNAME-MDTxxxx -t namespace.",
	.evidence = "parent_ino parent_fid name name_fid",
	.check = check_rpd_name,
},
{
	.code = 413,
	.name = "pending-name",
	.severity = SEV_WARNING,
	.class = RULE_CROSS,
	.unit = UNIT_LMAS,
	.title = "name in PENDING that is not the object's FID",
	.explanation =
		"An object that is open and unlinked waits in PENDING under a name made of its "
		"FID. This name is made of another. When the MDT starts it destroys what the "
		"names spell, and this object stays for ever.",
	.lfsck = "none",
	.remedy =
		"Stop the MDT, mount it as ldiskfs and rename the entry in PENDING to the FID of "
		"trusted.lma (0xSEQ:0xOID:0xVER, before Lustre 2.11 the old form); the next start "
		"of the MDT destroys the object.",
	.evidence = "parent_ino parent_fid name name_fid",
	.check = check_pending_name,
},
{
	.code = 414,
	.name = "pending-and-named",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_FILES,
	.title = "file in PENDING that still has a name",
	.explanation =
		"The file waits in PENDING to be destroyed at its last close, or when the MDT "
		"starts, but a directory still has a name for it. When it is destroyed, that name "
		"leads nowhere and the data are lost.",
	.lfsck = "none",
	.remedy =
		"Copy the file away from a client first. To keep it, stop the MDT, mount it as "
		"ldiskfs and remove its entry from PENDING, before the MDT starts again; then "
		"run: lctl lfsck_start -M FSNAME-MDTxxxx -t namespace.",
	.evidence = "parent_ino parent_fid name nlink names",
	.check = check_pending_and_named,
},
{
	.code = 415,
	.name = "dotdot-fid",
	.severity = SEV_WARNING,
	.class = RULE_CROSS,
	.unit = UNIT_DIRECTORIES,
	.title = "\"..\" with another FID than the parent's",
	.explanation =
		"The directory's \"..\" leads to the right inode but holds another FID than that "
		"directory has. Clients that walk up by FID (NFS exports, lfs fid2path) get a "
		"stale handle or another directory.",
	.lfsck = "LFSCK namespace: dotdot repaired",
	.remedy = "lctl lfsck_start -M FSNAME-MDTxxxx -t namespace.",
	.evidence = "parent_ino parent_fid name dotdot_fid",
	.check = check_dotdot_fid,
},
