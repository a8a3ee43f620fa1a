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
		"overlap, leave a gap, have impossible ids or extents, or do not form the number "
		"of mirrors the layout states. Clients refuse the layout, or miss data.",
	.lfsck = "LFSCK layout: bad component",
	.remedy =
		"Restore the file from a backup. Where a good mirror is left, lfs mirror read can "
		"save its data.",
	.evidence = "component component_id start end components mirrors",
	.check = check_lov_component,
},
