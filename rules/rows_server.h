/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows 9xx of the table of rules; included by registry.c only. */
{
	.code = 901,
	.name = "oi-scrub-state",
	.severity = SEV_INFO,
	.class = RULE_TARGET,
	.unit = UNIT_STATE_FILES,
	.title = "OI scrub runs, or was not completed",
	.explanation =
		"OI_scrub says that OI scrub is running, that its last run did not come to its end, "
		"or that it knows of work left to do. That is no inconsistency, but it tells where "
		"others come from, and as long as scrub has mappings to repair, verdicts on OI "
		"mappings could not be told. A scrub that never ran is not told: most MDTs never "
		"needed one.",
	.lfsck = "OI scrub: its status and flags",
	.remedy =
		"lctl get_param osd-*.FSNAME-MDTxxxx.oi_scrub shows it on the mounted MDT. To run it "
		"to its end: lctl lfsck_start -M FSNAME-MDTxxxx -t scrub.",
	.evidence = "status flags last_complete",
	.check = check_oi_scrub_state,
},
{
	.code = 902,
	.name = "lfsck-state",
	.severity = SEV_INFO,
	.class = RULE_TARGET,
	.unit = UNIT_STATE_FILES,
	.title = "LFSCK runs, or was not completed",
	.explanation =
		"LFSCK for the namespace or for layouts is running, was interrupted, or has left "
		"inconsistencies that it found. That is no inconsistency by itself. While it runs, "
		"what is found may be what it is about to repair: verdicts on linkEAs could not be "
		"told then. On an MDT that is not mounted a run that was cut short has stopped in "
		"between, and what is found stands.",
	.lfsck = "LFSCK namespace: status and flags of lfsck_namespace and lfsck_layout",
	.remedy =
		"lctl get_param mdd.FSNAME-MDTxxxx.lfsck_namespace mdd.FSNAME-MDTxxxx.lfsck_layout "
		"shows them on the mounted MDT. Check again when LFSCK is done; to run it to its end: "
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace (or -t layout).",
	.evidence = "lfsck status flags completed_runs",
	.check = check_lfsck_state,
},
{
	.code = 903,
	.name = "fld-overlap",
	.severity = SEV_WARNING,
	.class = RULE_TARGET,
	.unit = UNIT_SEQUENCE_RANGES,
	.title = "FLD ranges that overlap or are none",
	.explanation =
		"The FLD (fld) tells which server a FID belongs to, by ranges of sequences. Two of its "
		"ranges for different servers overlap, or a range ends before it begins. Clients "
		"that ask for a FID of such a sequence can be sent to a server that does not have "
		"the object. Range type 0 is an MDT, 1 an OST.",
	.lfsck = "none",
	.remedy =
		"Nothing repairs the FLD in place. Compare lctl get_param fld.*.fldb of all MDTs: that "
		"of MDT0000 counts. Ask your support before any change; do not remove fld from MDT0000, "
		"which alone knows all ranges.",
	.evidence = "range_start range_end range_index range_type ranges other_start other_end "
		    "other_index other_type",
	.check = check_fld_overlap,
},
{
	.code = 904,
	.name = "seq-range",
	.severity = SEV_WARNING,
	.class = RULE_TARGET,
	.unit = UNIT_SEQUENCE_RANGES,
	.title = "sequences to be given out that are another's",
	.explanation =
		"From seq_srv an MDT gives sequences of FIDs to its clients, from seq_ctl MDT0000 gives "
		"whole ranges of them to servers. The range in such a file is malformed, is marked "
		"as that of another MDT, or holds sequences that the FLD says belong to somebody "
		"already. Objects made with them can get FIDs that exist elsewhere.",
	.lfsck = "none",
	.remedy =
		"Keep the MDT from making new objects (unmount it, or its clients) and ask your "
		"support. seq_srv and seq_ctl come from an older backup when this follows a restore: "
		"their start must be above every sequence in use, which fid-sequence shows.",
	.evidence = "start end index flags range_start range_end range_index range_type",
	.check = check_seq_range,
},
{
	.code = 905,
	.name = "mountdata-mismatch",
	.severity = SEV_WARNING,
	.class = RULE_TARGET,
	.unit = UNIT_STATE_FILES,
	.title = "state files disagree about which MDT this is",
	.explanation =
		"CONFIGS/mountdata states the number of this MDT twice, as a number and in its name, "
		"and so does last_rcvd. They do not agree. The server refuses to start, or starts as "
		"another MDT than it is, which its FIDs contradict. mdtcheck goes by what most of "
		"them say.",
	.lfsck = "none",
	.remedy =
		"With the MDT stopped, compare tunefs.lustre --dryrun DEVICE with the label of the device "
		"(e2label) and with the sequences of its objects. A wrong mountdata is fetched anew "
		"from the MGS after tunefs.lustre --index=N --writeconf; ask your support before "
		"replacing last_rcvd, which also holds what recovery needs.",
	.evidence = "mountdata_index mountdata_name_index last_rcvd_index last_rcvd_name_index "
		    "seq_srv_index",
	.check = check_mountdata_mismatch,
},
{
	.code = 906,
	.name = "server-state-unreadable",
	.severity = SEV_WARNING,
	.class = RULE_TARGET,
	.unit = UNIT_STATE_FILES,
	.title = "state file of the server that cannot be read",
	.explanation =
		"A file with state of the server (mountdata, last_rcvd, OI_scrub, fld, seq_srv, seq_ctl, "
		"lov_objid, lov_objseq or one of LFSCK's) is there, but its content cannot be read or is not what "
		"it must be. The server may refuse to start, or begin as if it were new. Rules that "
		"need what stands in it could not tell, or know less.",
	.lfsck = "none",
	.remedy =
		"Check the device, then e2fsck -f with the MDT stopped. OI_scrub, lfsck_namespace and "
		"lfsck_layout can be removed (MDT stopped, mounted as ldiskfs): the server makes them "
		"anew. The others come from a backup; do not remove fld, seq_srv or seq_ctl.",
	.evidence = "reason",
	.check = check_server_state_unreadable,
},
