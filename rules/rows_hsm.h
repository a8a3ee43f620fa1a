/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows 8xx of the table of rules; included by registry.c only. */
{
	.code = 801,
	.name = "hsm-malformed",
	.severity = SEV_ERROR,
	.class = RULE_RECORD,
	.unit = UNIT_FILES,
	.title = "HSM attribute that cannot be read",
	.explanation =
		"trusted.hsm says whether a file has a copy in an archive and whether its data are "
		"only there. It is shorter than it can be; the server would read what happens to "
		"be behind it.",
	.lfsck = "none",
	.remedy =
		"Find out whether the archive has the file. Unmount the MDT, mount it as ldiskfs "
		"and remove the attribute (setfattr -x trusted.hsm PATH); then archive the file "
		"anew, or import it where its data were released.",
	.evidence = "hsm_size",
	.check = check_hsm_malformed,
},
{
	.code = 802,
	.name = "hsm-flags",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_FILES,
	.title = "HSM state that cannot be",
	.explanation =
		"The flags in trusted.hsm contradict each other, as data that are only in the "
		"archive when no copy was finished there, or are not known. Restoring the file "
		"may fail, or bring back old data.",
	.lfsck = "none",
	.remedy =
		"lfs hsm_state FILE shows the flags. Compare with the archive, then correct them: "
		"lfs hsm_set or lfs hsm_clear (--exists, --archived, --lost, --dirty).",
	.evidence = "hsm_flags archive_id archive_version",
	.check = check_hsm_flags,
},
{
	.code = 803,
	.name = "som-malformed",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_FILES,
	.title = "size attribute that cannot be read",
	.explanation =
		"trusted.som keeps the size of a file as a hint for tools that ask the MDT only. "
		"It is too short, or says in an unknown way how good the hint is. Clients ask the "
		"OSTs and are not misled, unless it claims to be exact.",
	.lfsck = "none",
	.remedy =
		"Write to the file and close it, or run llsom_sync: the server then writes the "
		"attribute anew. Or remove it: setfattr -x trusted.som PATH on the MDT mounted as "
		"ldiskfs.",
	.evidence = "som_length som_valid som_size",
	.check = check_som_malformed,
},
