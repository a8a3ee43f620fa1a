/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows 7xx of the table of rules; included by registry.c only. */
{
	.code = 701,
	.name = "lmv-malformed",
	.severity = SEV_ERROR,
	.class = RULE_RECORD,
	.unit = UNIT_LMVS,
	.title = "LMV that cannot be parsed",
	.explanation =
		"The extended attribute trusted.lmv makes a directory a striped one, or a shard of "
		"one. This one is too short, has no known magic, states a stripe count that cannot "
		"be, or has no hash type. The server refuses the directory, and everything in it "
		"is out of reach.",
	.lfsck = "LFSCK namespace: bad LMV, striped directory repaired",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace -A. It makes a master's LMV from "
		"those of the shards, and a shard's from that of the master.",
	.evidence = "lmv_size",
	.check = check_lmv_malformed,
},
{
	.code = 702,
	.name = "lmv-unsupported",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LMVS,
	.title = "LMV of a form that is not known here",
	.explanation =
		"The LMV has a magic or a hash type, or sets bytes, that no Lustre up to 2.17 "
		"uses. A newer server may have made it, or it is damaged. Nothing more is "
		"concluded about the directory.",
	.lfsck = "LFSCK namespace: bad LMV, where LFSCK does not know it either",
	.remedy =
		"Where the file system was used with a newer Lustre: nothing, or a newer mdtcheck. "
		"Otherwise treat it as lmv-malformed.",
	.evidence = "lmv_size stripe_count lmv_index hash_type",
	.check = check_lmv_unsupported,
},
{
	.code = 703,
	.name = "lmv-index",
	.severity = SEV_ERROR,
	.class = RULE_RECORD,
	.unit = UNIT_LMVS,
	.title = "shard with an impossible index",
	.explanation =
		"A shard of a striped directory states which stripe it is, counted from 0, and how "
		"many there are. This one is beyond the last. One of the two numbers is damaged.",
	.lfsck = "LFSCK namespace: striped shard repaired",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace -A. It compares the LMV with the "
		"shard's name and with the master.",
	.evidence = "stripe_count lmv_index hash_type",
	.check = check_lmv_index,
},
{
	.code = 704,
	.name = "lmv-master-index",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LMVS,
	.title = "striped directory that states another MDT than its own",
	.explanation =
		"The master of a striped directory states the index of the MDT it is on, and this "
		"one states another. The directory works; the LMV may be that of another one, "
		"copied by a restore.",
	.lfsck = "LFSCK namespace: striped directory repaired",
	.remedy = "lctl lfsck_start -M FSNAME-MDTxxxx -t namespace -A puts the index right.",
	.evidence = "stripe_count lmv_index hash_type mdt_index",
	.check = check_lmv_master_index,
},
{
	.code = 705,
	.name = "lmv-shard-name",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_LMVS,
	.title = "shard whose name contradicts it",
	.explanation =
		"A master has a name [FID]:INDEX for each of its shards; FID and INDEX must be "
		"those of the shard, INDEX below the stripe count, and no two alike. Where they "
		"are not, the server does not find the shard, or refuses the whole directory. "
		"Where the master is on another MDT, the name is taken from the shard's linkEA.",
	.lfsck = "LFSCK namespace: striped shard repaired, dirent repaired",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace -A. Where two shards claim one "
		"index and nothing tells which is right, it makes the directory read-only without "
		"its LMV, and the shards show up in it: sort the files by hand then.",
	.evidence = "parent_ino parent_fid name name_index stripe_count lmv_index",
	.check = check_lmv_shard_name,
},
{
	.code = 706,
	.name = "lmv-shard-mismatch",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_LMVS,
	.title = "shard that does not agree with its master",
	.explanation =
		"Master and shards of a striped directory state the same stripe count and hash "
		"type, and each shard has an LMV that marks it as one. Clients go by the master; "
		"LFSCK does not check the names in a shard that disagrees.",
	.lfsck = "LFSCK namespace: striped shard repaired",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace -A. It believes the master, as "
		"clients do.",
	.evidence =
		"parent_ino parent_fid name master_stripe_count master_hash_type stripe_count "
		"lmv_index hash_type",
	.check = check_lmv_shard_mismatch,
},
{
	.code = 707,
	.name = "lmv-shard-missing",
	.severity = SEV_WARNING,
	.class = RULE_CROSS,
	.unit = UNIT_LMVS,
	.title = "striped directory with fewer shards than stripes",
	.explanation =
		"The master does not name as many shards as it has stripes. Names that belong into "
		"a missing shard cannot be found or made. The shard may still be there, on this "
		"MDT or another, without its name; or its MDT was removed for good.",
	.lfsck = "LFSCK namespace: lost shard, re-created empty",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace -A -o. It gives a shard that has "
		"lost its name the name back, and makes an empty one where there is none.",
	.evidence = "stripe_count shards_named",
	.check = check_lmv_shard_missing,
},
{
	.code = 708,
	.name = "lmv-master-missing",
	.severity = SEV_WARNING,
	.class = RULE_CROSS,
	.unit = UNIT_DIRECTORIES,
	.title = "directory that holds shards without being striped",
	.explanation =
		"Directories in it are called like shards, [FID]:INDEX with their own FIDs, but it "
		"has no LMV. A striped directory has lost it: clients see the shards as "
		"directories, and not the files in their place. LFSCK leaves such a directory "
		"read-only where it could not put it right.",
	.lfsck = "LFSCK namespace: striped directory repaired (master LMV lost)",
	.remedy =
		"Make nothing in the directory. lctl lfsck_start -M FSNAME-MDTxxxx -t namespace -A "
		"makes the LMV anew from the shards', unless new files stand beside them.",
	.evidence = "shards_named",
	.check = check_lmv_master_missing,
},
{
	.code = 709,
	.name = "lmv-name-in-master",
	.severity = SEV_WARNING,
	.class = RULE_CROSS,
	.unit = UNIT_LMVS,
	.title = "name beside the shards of a striped directory",
	.explanation =
		"A master holds the names of its shards and no others. Clients look for a name in "
		"the shards only, so this one cannot be reached.",
	.lfsck = "LFSCK namespace: bad dirent in a striped directory, removed",
	.remedy =
		"LFSCK (lctl lfsck_start -M FSNAME-MDTxxxx -t namespace -A) removes the name; a "
		"file without another name then comes to .lustre/lost+found with -o.",
	.evidence = "parent_ino parent_fid name",
	.check = check_lmv_name_in_master,
},
{
	.code = 710,
	.name = "lmv-name-misplaced",
	.severity = SEV_ERROR,
	.class = RULE_CROSS,
	.unit = UNIT_SHARD_NAMES,
	.title = "name in the wrong shard",
	.explanation =
		"The hash of a name tells in which shard of a striped directory it lies, and this "
		"name is in another one. Listing the directory shows the name, but clients that "
		"look it up ask the other shard and do not find it. It is a warning where the "
		"master is on another MDT and cannot be asked.",
	.lfsck = "LFSCK namespace: bad name hash",
	.remedy =
		"lctl lfsck_start -M FSNAME-MDTxxxx -t namespace -A. It marks the hash type of the "
		"directory as bad, so that names are looked for in all shards; then copy the files "
		"into a new directory.",
	.evidence = "parent_ino parent_fid name lmv_index due_index stripe_count hash_type",
	.check = check_lmv_name_misplaced,
},
{
	.code = 711,
	.name = "lmv-flag-missing",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_LMVS,
	.title = "striped directory without the flag in its LMA",
	.explanation =
		"The server sets a flag in the LMA whenever it writes an LMV, and this directory "
		"has the LMV alone. Nothing depends on the flag today, but LMA or LMV may have "
		"been restored or written by hand. Previews of striped directories before Lustre "
		"2.7 had no flag.",
	.lfsck = "none",
	.remedy =
		"None is needed where the directory can be listed. lfs migrate of the directory "
		"writes both anew.",
	.evidence = "incompat",
	.check = check_lmv_flag_missing,
},
{
	.code = 712,
	.name = "dmv-malformed",
	.severity = SEV_WARNING,
	.class = RULE_RECORD,
	.unit = UNIT_DIRECTORIES,
	.title = "default LMV that cannot be used",
	.explanation =
		"The extended attribute trusted.dmv says on which MDTs, and how striped, new "
		"directories are made below this one. It cannot be parsed: making a directory "
		"there fails, or goes by the default of the file system.",
	.lfsck = "none",
	.remedy =
		"lfs setdirstripe -d DIRECTORY removes it; lfs setdirstripe -D with the wanted "
		"options sets a new one.",
	.evidence = "dmv_size",
	.check = check_dmv_malformed,
},
