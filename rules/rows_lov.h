/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows 6xx of the table of rules; included by registry.c only. */
{
	.code = 601,
	.name = "lov-malformed",
	.severity = SEV_ERROR,
	.class = RULE_RECORD,
	.unit = UNIT_LAYOUTS,
	.needs = 1 << EA_LOV,
	.title = "layout that cannot be parsed",
	.explanation =
		"The extended attribute trusted.lov says on which OST objects the data of a file "
		"are (for a directory: where those of new files go). Its magic, its sizes or its "
		"offsets make no sense: the data cannot be reached.",
	.lfsck = "LFSCK layout: others (not repaired)",
	.remedy =
		"Move the file's name aside and run: lctl lfsck_start -M FSNAME-MDTxxxx -t layout "
		"-o -c on. With -o LFSCK rebuilds layouts from what the OST objects know. Or "
		"restore the file from a backup. On a directory: lfs setstripe -d.",
	.evidence = "layout_size magic",
	.check = check_lov_malformed,
},
{
	.code = 602,
	.name = "lov-unsupported",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LAYOUTS,
	.needs = 1 << EA_LOV,
	.title = "layout of an unknown kind",
	.explanation =
		"The layout has a magic or a pattern that is not known. Either a newer Lustre "
		"wrote it, or it is damaged. Clients that do not know it refuse to read and write "
		"the file; nothing else about the layout is judged.",
	.lfsck = "LFSCK layout: skipped",
	.remedy =
		"Use clients and servers of the version that wrote it; if there was none, treat "
		"the layout as damaged and restore the file.",
	.evidence = "layout_size component component_id pattern",
	.check = check_lov_unsupported,
},
{
	.code = 603,
	.name = "lov-stripe-size",
	.severity = SEV_ERROR,
	.class = RULE_RECORD,
	.unit = UNIT_LAYOUTS,
	.needs = 1 << EA_LOV,
	.title = "impossible stripe size",
	.explanation =
		"The stripe size of a file is zero or no multiple of 64 KiB. Clients refuse such "
		"a layout, or would look for the data in the wrong places.",
	.lfsck = "none",
	.remedy =
		"Restore the file from a backup. The stripe size of files made alike (same "
		"directory, same time) tells what it was.",
	.evidence = "component component_id pattern stripe_size",
	.check = check_lov_stripe_size,
},
{
	.code = 604,
	.name = "lov-stripe-count",
	.severity = SEV_ERROR,
	.class = RULE_RECORD,
	.unit = UNIT_LAYOUTS,
	.needs = 1 << EA_LOV,
	.title = "impossible stripe count or OST object",
	.explanation =
		"A layout in use has no stripes, more than any can have, or a slot whose OST "
		"index or object cannot exist. The data of that stripe cannot be reached.",
	.lfsck = "LFSCK layout: hole or dangling reference",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t layout -o. With -o LFSCK puts OST objects "
		"that no layout refers to back into their file.",
	.evidence = "component component_id pattern stripe_count slot ost_index ost_object",
	.check = check_lov_stripe_count,
},
{
	.code = 605,
	.name = "lov-owner",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LAYOUTS,
	.needs = 1 << EA_LOV,
	.title = "layout that names another owner",
	.explanation =
		"A layout carries the FID of its file, and this one carries another. Data can be "
		"reached, but the layout may have been copied from another file, or the object "
		"may have got another FID than it had.",
	.lfsck = "LFSCK layout: others, repaired",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t layout. It believes the LMA: where the "
		"witnesses say that the LMA is the odd one out, repair trusted.lma first.",
	.evidence = "component component_id pattern owner_seq owner_id",
	.check = check_lov_owner,
},
{
	.code = 606,
	.name = "lov-object-shared",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_LAYOUTS,
	.title = "OST object that belongs to two layouts",
	.explanation =
		"An OST object is referred to by two files, or twice by one. Writing one file "
		"changes the other, and deleting one destroys the other's data. Seen after files "
		"were restored twice with their extended attributes.",
	.lfsck = "LFSCK layout: multiple referenced",
	.remedy =
		"Copy the data of the files away at once. lctl lfsck_start -M FSNAME-MDTxxxx -t "
		"layout leaves the object to the file that it names as its parent and gives the "
		"other a new, empty one.",
	.evidence =
		"ost_object ost_index other_file other_file_2 other_file_3 other_file_4 "
		"other_file_5 objects",
	.check = check_lov_object_shared,
},
{
	.code = 607,
	.name = "lov-component",
	.severity = SEV_ERROR,
	.class = RULE_RECORD,
	.unit = UNIT_LAYOUTS,
	.needs = 1 << EA_LOV,
	.title = "components that do not fit together",
	.explanation =
		"The components of a composite layout (PFL, mirrored or self-extending file) "
		"overlap, leave a gap, end within a stripe, have impossible ids or extents, or do "
		"not form the number of mirrors the layout states; or a component on the MDT, of "
		"an archive or of an extension has a shape that none can have. Clients refuse the "
		"layout, or miss data.",
	.lfsck = "LFSCK layout: bad component",
	.remedy =
		"Restore the file from a backup. Where a good mirror is left, lfs mirror read can "
		"save its data.",
	.evidence =
		"component component_id component_flags start end pattern stripe_size components "
		"mirrors",
	.check = check_lov_component,
},
{
	.code = 608,
	.name = "lov-mirror",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LAYOUTS,
	.title = "state of a mirrored file that contradicts its mirrors",
	.explanation =
		"The layout of a mirrored file says whether it is in sync, and which mirrors are "
		"stale. Here the state is that of a file without mirrors, or the reverse, or no "
		"mirror is in sync any more, or the parity of an erasure-coded file has an "
		"impossible shape. Clients may read old data, and a resync does nothing.",
	.lfsck = "none",
	.remedy =
		"See what there is: lfs getstripe -v FILE. Where all mirrors are stale, compare "
		"them with lfs mirror read -N ID, and once it is known which is good: lfs "
		"setstripe --comp-set -I COMPID --comp-flags=^stale FILE; then lfs mirror resync "
		"FILE.",
	.evidence =
		"layout_flags mirrors component component_id component_flags data_stripes "
		"parity_stripes",
	.check = check_lov_mirror,
},
{
	.code = 609,
	.name = "lov-dom",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LAYOUTS,
	.title = "data on the MDT that the layout does not account for",
	.explanation =
		"A file can keep its first bytes on the MDT (DoM) when its layout has a component "
		"there. This file has data blocks on the MDT and no such component, or its "
		"mirrors disagree about the length. Nobody reads such data: they only take up "
		"space, as after a migration that was interrupted; or the layout was replaced by "
		"an older one, and the beginning of the file is missing.",
	.lfsck = "none",
	.remedy =
		"Compare the file with a backup. When it is whole, copy it (lfs migrate does not "
		"clear the blocks), and replace the original with the copy.",
	.evidence = "size blocks components",
	.check = check_lov_dom,
},
{
	.code = 610,
	.name = "lov-ost-unknown",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LAYOUTS,
	.title = "layout on an OST that never was",
	.explanation =
		"The layout names an OST with a higher index than any that this MDT was ever "
		"connected to (lov_objid has a place for each). The data of that stripe cannot be "
		"reached. Removed OSTs keep their place and are not meant.",
	.lfsck = "LFSCK layout: dangling reference",
	.remedy =
		"If the OST exists, mount it and see that the MDT connects to it: lctl get_param "
		"osp.*.prealloc_status. If not, the layout is damaged: restore the file.",
	.evidence =
		"component component_id pattern slot ost_index ost_object osts last_object "
		"last_sequence",
	.check = check_lov_ost_unknown,
},
{
	.code = 611,
	.name = "lov-object-future",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LAYOUTS,
	.title = "OST object that was not created yet",
	.explanation =
		"The layout names an OST object with a higher number than the last one this MDT "
		"created there (lov_objid). Either the layout is damaged, or lov_objid was put "
		"back to an older state: then the same objects will be given out again, and "
		"files will share them.",
	.lfsck = "LFSCK layout: dangling reference, or multiple referenced later",
	.remedy =
		"Compare with the OST: lctl get_param osp.FSNAME-OSTxxxx-*.prealloc_last_id and, on "
		"the OSS, obdfilter.*.last_id. One file: treat its layout as damaged and restore "
		"it. Many files: stop the MDT before it creates more, and correct lov_objid as "
		"the Lustre manual describes for LAST_ID.",
	.evidence =
		"component component_id pattern slot ost_index ost_object osts last_object "
		"last_sequence",
	.check = check_lov_object_future,
},
{
	.code = 612,
	.name = "lov-object-sequence",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LAYOUTS,
	.title = "OST object of another server",
	.explanation =
		"The FID of an OST object begins with a sequence, and each sequence was granted "
		"to one server (the file fld). This one belongs to an MDT, to another OST than "
		"the layout names, or to nobody. The data of that stripe cannot be reached.",
	.lfsck = "LFSCK layout: dangling reference",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t layout -o -c on. With -o LFSCK puts OST "
		"objects that no layout refers to back into their file. Many such findings for one "
		"OST: look at fld first (lctl get_param fld.*.fldb).",
	.evidence =
		"component component_id pattern slot ost_index ost_object osts last_object "
		"last_sequence",
	.check = check_lov_object_sequence,
},
{
	.code = 613,
	.name = "lov-template",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LAYOUTS,
	.title = "default layout that no file can be made of",
	.explanation =
		"A directory can carry the layout that new files in it get. The one of this "
		"directory has a stripe size or components that no file can have: creating files "
		"there fails, or the files get the default of the file system.",
	.lfsck = "none",
	.remedy = "lfs setstripe -d DIR removes it; then set the wanted one with lfs setstripe.",
	.evidence =
		"component component_id component_flags start end pattern stripe_size components "
		"mirrors",
	.check = check_lov_template,
},
{
	.code = 614,
	.name = "lov-pool",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LAYOUTS,
	.title = "impossible name of an OST pool",
	.explanation =
		"A layout can name the pool of OSTs that its objects were to be taken from. This "
		"name has no end or holds characters that no pool can have. Data can be reached, "
		"but new components cannot be placed, and other parts of the layout may be "
		"damaged too.",
	.lfsck = "none",
	.remedy =
		"A file: lfs migrate it to a layout with a good pool. A directory: lfs setstripe -d "
		"DIR, then set the wanted default.",
	.evidence = "component component_id pattern pool",
	.check = check_lov_pool,
},
{
	.code = 615,
	.name = "lov-missing",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_FILES,
	.title = "file that has lost its layout",
	.explanation =
		"The file has no layout, yet its inode keeps what only files with one have: a "
		"size noted by a client (trusted.som), a copy in an archive (trusted.hsm), or "
		"data. Without them the loss would not be seen: a file that was never written may "
		"have no layout.",
	.lfsck = "LFSCK layout: orphan objects on the OSTs, without their file",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t layout -o. With -o LFSCK rebuilds the layout "
		"from the OST objects that name the file as their parent. An archived file: "
		"lfs hsm_restore FILE, or import the copy anew.",
	.evidence = "size blocks som_valid som_size hsm_flags",
	.check = check_lov_missing,
},
{
	.code = 616,
	.name = "lov-misplaced",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_FILES,
	.title = "layout on an object that has no data",
	.explanation =
		"A symbolic link, device, pipe or socket has a layout. Lustre gives them none and "
		"does not read it: the attribute was copied from elsewhere, or the inode was a "
		"regular file and its type has changed.",
	.lfsck = "none",
	.remedy =
		"See whether name and type are what they should be. If so, unmount the MDT, mount "
		"it as ldiskfs and remove the attribute: setfattr -x trusted.lov PATH.",
	.evidence = "mode layout_size",
	.check = check_lov_misplaced,
},
{
	.code = 617,
	.name = "lov-hsm-released",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LAYOUTS,
	.title = "layout and HSM disagree on where the data are",
	.explanation =
		"The layout of a file says whether its data were released to an archive, and so "
		"does trusted.hsm; both change together. Here only one of them says so: a client "
		"looks for data on OSTs that are in the archive, or waits for a restore that "
		"nobody starts.",
	.lfsck = "none",
	.remedy =
		"lfs hsm_state FILE, lfs getstripe -v FILE. When the layout is released and there "
		"is a copy: lfs hsm_set --exists --archived FILE, then lfs hsm_restore FILE. When the "
		"data are on the OSTs: lfs hsm_cancel FILE and archive it anew.",
	.evidence = "components released hsm_flags",
	.check = check_lov_hsm_released,
},
