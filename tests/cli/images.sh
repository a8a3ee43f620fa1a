#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Images of real MDTs: healthy ones are silent, with known counts; and each planted fault is
# one primary finding of the rule it is made for.
source "$(dirname "$0")/../lib.sh"

command -v jq >/dev/null || { skip "real images" "jq is not installed"; exit 0; }

# IMAGE OI-MAPPINGS LINKEA-ENTRIES NAME-ENTRIES
healthy() {
	cat <<'LIST'
lustre-2.1-upgraded-2.5-mdt0 598 558 706
lustre-2.7-mdt0 86 31 257
lustre-2.9-mdt0 102 41 273
lustre-2.10-mdt0 123 24 330
lustre-2.10-mdt1 128 60 300
lustre-2.17-mdt0 10813 10722 11051
LIST
}

silent() {
	local want=$2,$3,$4 got rc=0
	"$MDTCHECK" -o "$TMP/$1.json" "$TMP/$1.img" || rc=$?
	[ "$rc" = 0 ] || { echo "exit status $rc"; jq -c .summary "$TMP/$1.json"; return 1; }
	jq -e '.summary.verdict == "consistent" and .coverage.complete and
		.summary.findings.error + .summary.findings.warning == 0 and
		.coverage.inodes_scanned == .coverage.inodes_expected' "$TMP/$1.json" ||
		{ jq -c '.summary, .coverage' "$TMP/$1.json"; return 1; }
	got=$(jq -r '.coverage | "\(.oi_mappings),\(.linkea_entries),\(.name_entries)"' "$TMP/$1.json")
	[ "$got" = "$want" ] || { echo "mappings,links,names $got, not $want"; return 1; }
}

# RULE FAULT ARGUMENTS: the one primary finding that this fault must give.
faults() {
	cat <<'LIST'
lma-missing lma-missing FILE
lma-missing lma-missing TREE
lma-malformed lma-malformed FILE
lma-fid-insane lma-fid-insane FILE
lma-fid-insane lma-fid-insane/version FILE
lma-unsupported lma-unsupported FILE
fid-duplicate fid-duplicate FILE OTHER
fid-duplicate fid-duplicate TREE DIR
oi-fid-mismatch lma-changed FILE NEWFID
oi-fid-mismatch lma-changed TREE NEWFID
oi-missing oi-missing FILE
oi-dangling oi-dangling NEWFID
oi-generation oi-generation FILE
oi-fid-mismatch oi-fid-mismatch FILE NEWFID
oi-duplicate oi-duplicate FILE
oi-duplicate oi-duplicate/two-fids FILE NEWFID
oi-misrouted oi-misrouted FILE
oi-misrouted oi-misrouted/both FILE
oi-file-lost dirent-dangling/freed //oi.16.3
oi-restored oi-restored
oi-malformed oi-malformed FILE
oi-malformed oi-malformed/order FILE
oi-malformed oi-malformed/root 2
linkea-malformed linkea-malformed FILE
linkea-malformed linkea-malformed/reclen FILE
linkea-malformed linkea-malformed/count FILE
linkea-missing linkea-missing FILE
linkea-no-dirent linkea-no-dirent FILE DIR elsewhere
linkea-no-dirent linkea-no-dirent/renamed FILE elsewhere
linkea-no-dirent linkea-parent FILE NEWFID
linkea-no-dirent dirent-missing FILE
directory-unreachable dirent-missing DIR
linkea-duplicate linkea-duplicate FILE
linkea-directory-many linkea-directory-many DIR OTHERDIR elsewhere
dirent-dangling dirent-dangling FILE
dirent-dangling dirent-dangling/freed FILE
dirent-dangling dirent-dangling/range FILE
dirent-fid-mismatch dirent-fid-mismatch FILE
dirent-fid-mismatch dirent-wrong-inode FILE OTHER
dirent-type dirent-type FILE
dirent-type dirent-type TREE
dirent-malformed dirent-malformed FILE
dirent-name-invalid dirent-name-invalid FILE
dirent-name-duplicate dirent-duplicate FILE
dotdot-mismatch dotdot DIR OTHERDIR
directory-linked-twice dir-linked-twice DIR OTHERDIR elsewhere
dotdot-fid dotdot-fid DIR NEWFID
agent-attributes agent-flag FILE
lma-orphan-flag orphan-flag FILE
remote-parent-mismatch remote-parent-flag FILE
linkea-overflow-time linkea-overflow-time FILE 4000000000
pending-and-named dirent-added FILE //PENDING OWNNAME
nlink-file nlink-file FILE 5
nlink-directory nlink-directory DIR 9
lov-malformed lov-malformed FILE
lov-malformed lov-malformed/magic FILE
lov-unsupported lov-unsupported FILE
lov-unsupported lov-unsupported/magic FILE
lov-stripe-size lov-stripe-size FILE
lov-stripe-count lov-stripe-count FILE
lov-owner lov-owner FILE
lov-object-shared lov-object-shared FILE OTHER
lmv-malformed lmv-malformed MASTER
lmv-malformed lmv-malformed/magic SHARD
lmv-malformed lmv-malformed/count MASTER
lmv-malformed lmv-malformed/hash SHARD
lmv-unsupported lmv-unsupported MASTER
lmv-unsupported lmv-unsupported/magic SHARD
lmv-unsupported lmv-unsupported/pad SHARD
lmv-index lmv-index SHARD
lmv-master-index lmv-index/next MASTER
lmv-shard-name lmv-index/next SHARD
lmv-shard-name lmv-shard-index SHARD 7
lmv-shard-name lmv-shard-index AGENT 0
lmv-shard-mismatch lmv-count SHARD
lmv-shard-mismatch lmv-hash SHARD
lmv-shard-mismatch lmv-missing SHARD
lmv-shard-missing lmv-shard-lost AGENT
lmv-shard-missing lmv-count MASTER
lmv-master-missing lmv-missing MASTER
lmv-name-in-master name-moved FILE MASTER
lmv-name-misplaced name-moved FILE SHARD README
lmv-flag-missing lmv-flag-missing SHARD
dmv-malformed dmv-malformed DIR
dmv-malformed dmv-malformed/count MASTER
mountdata-mismatch file-bytes //CONFIGS/mountdata 24 07
mountdata-mismatch file-bytes //last_rcvd 140 07
server-state-unreadable file-bytes //OI_scrub 24 00
server-state-unreadable file-bytes //CONFIGS/mountdata 0 00
seq-range file-bytes //seq_srv 20 01
seq-range file-bytes //seq_srv 16 07
lov-ost-unknown lov-ost-unknown FILE
lov-ost-unknown lov-ost-unknown PFL
lov-object-future lov-object-future FILE
lov-object-future lov-object-future PFL
lov-object-sequence lov-object-sequence FILE
lov-object-sequence lov-object-sequence/mdt FILE
lov-component lov-component PFL
lov-component lov-component/id PFL
lov-component lov-component/start PFL
lov-component lov-component/mirrors PFL
lov-component lov-component/size PFL
lov-component lov-component/extension PFL
lov-malformed lov-malformed PFL
lov-mirror lov-mirror PFL
lov-mirror lov-mirror/state PFL
lov-mirror lov-mirror/parity PFL
lov-dom lov-dom FILE
lov-dom lov-dom PFL
lov-hsm-released lov-hsm-released FILE
lov-hsm-released lov-hsm-released/some PFL
lov-hsm-released ea-set FILE trusted.hsm 000000000d00000001000000000000000100000000000000
lov-template ea-set DIR trusted.lov d00bd10b010000000000000000000000000000000000000000100000ffffffff
lov-malformed ea-set DIR trusted.lov d00bd10b0100000000000000
hsm-malformed ea-set FILE trusted.hsm 0000000009000000
hsm-flags ea-set FILE trusted.hsm 000000000200000001000000000000000100000000000000
som-malformed ea-set FILE trusted.som 400000000000000064000000000000000100000000000000
LIST
}

# one_finding RULE FAULT ARGS...: planted in a fresh copy of $image.
one_finding() {
	local rule=$1 copy=$TMP/copy.img got
	shift
	cp --sparse=always "$image" "$copy"
	"$MKMDT" patch "$copy" "$@" || return 1
	"$MDTCHECK" -o "$TMP/copy.json" "$copy"
	got=$(jq -r '[.findings[] | select(.caused_by == null and .severity != "info") | .rule] |
		join(" ")' "$TMP/copy.json")
	[ "$got" = "$rule" ] || { echo "primary findings: $got"; return 1; }
	jq -e 'all(.findings[] | select(.caused_by == null and .severity != "info"); .verdict)' \
		"$TMP/copy.json" >"$TMP/said" || { echo "no side is said to be wrong"; return 1; }
}

# The subjects: NAME FILE OTHER TREE DIR OTHERDIR NEWFID OWNNAME MASTER SHARD AGENT PFL. FILE and
# OTHER stand in one directory and have objects, PFL has components; NEWFID is in a range of that MDT, and nobody's; OWNNAME is
# the FID of FILE; SHARD is shard 0 of MASTER, whose hash is fnv_1a_64, and AGENT stands for shard 1.
RPD0=//REMOTE_PARENT_DIR
RPD=//REMOTE_PARENT_DIR/0x240000402:0x1:0x0
RST=//REMOTE_PARENT_DIR/0x240000402:0x3c:0x0
FNV=/dne/st_fnv_1a_64
subjects() {
	cat <<LIST
lustre-2.17-mdt0 /nested/d1/o-0 /nested/d1/o-1 /nested/d1 /nested/d1/s1 /nested/d1/s3 [0x200000bd0:0x77:0x0] 0x200000402:0xab:0x0 $FNV $FNV/[0x200000400:0x4:0x0]:0 $FNV/[0x240000401:0x4:0x0]:1 $RPD0/0x200000402:0x474:0x0/p
lustre-2.10-mdt1 $RPD/init.d/lsvcgss $RPD/init.d/rhnsd $RPD/rc4.d $RPD/init.d $RPD/rc4.d [0x240000bd0:0x77:0x0] 0x240000402:0x3:0x0 $RST $RST/[0x240000400:0x3:0x0]:0 $RST/[0x200000401:0x3:0x0]:1 $RPD/pfl_dir/pfl_file
LIST
}

# plant_all NAME: every line of the table into copies of $image.
plant_all() {
	local rule words word args
	while read -r rule words; do
		args=()
		for word in $words; do
			case $word in
			FILE | OTHER | TREE | DIR | OTHERDIR | NEWFID | OWNNAME | MASTER | SHARD | AGENT | PFL)
				args+=("${!word}")
				;;
			*) args+=("$word") ;;
			esac
		done
		check "$1: $words" one_finding "$rule" "${args[@]}"
	done < <(faults)
}

# An OI mapping overwritten, as Lustre's own test of scrub does it: the object is what is reported.
mapping_overwritten() {
	local copy=$TMP/copy.img got
	cp --sparse=always "$image" "$copy"
	"$MKMDT" patch "$copy" oi-missing /nested/d1/o-0 &&
		"$MKMDT" patch "$copy" oi-dangling '[0x200000402:0xab:0x0]' 16843009 || return 1
	"$MDTCHECK" -o "$TMP/copy.json" "$copy"
	got=$(jq -r '.findings[] | "\(.rule) \(.verdict // "-") \(.evidence.oi_ino)"' "$TMP/copy.json" | sort)
	[ "$got" = "oi-dangling - 16843009
oi-missing the OI mapping 16843009" ] || { echo "$got"; return 1; }
}

# says VERDICT RULE FAULT ARGS...: the side that the one finding says is wrong.
says() {
	local verdict=$1
	shift
	one_finding "$@" && jq -e --arg verdict "$verdict" '[.findings[] | select(.caused_by == null) |
		.verdict] == [$verdict]' "$TMP/copy.json"
}

# A name that nobody's linkEA knows: needs two steps.
second_name() {
	local copy=$TMP/copy.img got
	cp --sparse=always "$image" "$copy"
	"$MKMDT" patch "$copy" linkea-no-dirent /nested/d1/o-0 /nested/d1/s1 elsewhere &&
		"$MKMDT" patch "$copy" dirent-no-linkea /nested/d1/o-0 || return 1
	"$MDTCHECK" -o "$TMP/copy.json" "$copy"
	got=$(jq -r '[.findings[].rule] | unique | join(" ")' "$TMP/copy.json")
	[ "$got" = "dirent-no-linkea linkea-no-dirent" ] || { echo "$got"; return 1; }
}

while read -r name counts; do
	image=$(real_image "$name") || { skip "$name" "image not there"; continue; }
	# shellcheck disable=SC2086 # three numbers
	check "$name is silent" silent "$name" $counts
done < <(healthy)

# shellcheck disable=SC2034 # the subjects are read by name
while read -r name FILE OTHER TREE DIR OTHERDIR NEWFID OWNNAME MASTER SHARD AGENT PFL; do
	image=$(real_image "$name") || { skip "$name: faults" "image not there"; continue; }
	plant_all "$name"
done < <(subjects)

# Names and flags in an MDT with a remote directory.
remote_names() {
	one_finding rpd-name dirent-renamed "$RPD" 0x240000402:0x77:0x0 &&
		one_finding remote-parent-mismatch remote-parent-flag "$RPD"
}

# PENDING of 2.7 holds an orphan under the old form of a name.
old_pending_name() {
	one_finding pending-name dirent-renamed "//PENDING/0000000200000bd0:00000001:00000000: 0" \
		"0000000200000bd0:00000002:00000000: 0"
}

if image=$(real_image lustre-2.10-mdt1); then
	check "2.10: names and flags of a remote directory" remote_names
fi
if image=$(real_image lustre-2.7-mdt0); then
	check "2.7: a name in PENDING" old_pending_name
fi

# place HASH SHARD NAME: a name that the hash puts elsewhere, in a shard of a real directory.
# The master of the last two is on another MDT: that makes it a warning.
misplaced() {
	cat <<LIST
fnv_1a_64 [0x200000400:0x4:0x0] README error
crush2 [0x200000400:0x5:0x0] output.6334.log error
all_chars [0x200000401:0x4:0x0] README warning
crush [0x200000401:0x5:0x0] output.6334.log warning
LIST
}

place() {
	one_finding lmv-name-misplaced name-moved /nested/d1/o-0 "$1" "$2" &&
		jq -e --arg severity "$3" '.findings[0].severity == $severity' "$TMP/copy.json"
}

# settled SHARD NAME: the same name where it belongs is no finding.
settled() { one_finding "" name-moved /nested/d1/o-0 "$1" "$2"; }

if image=$(real_image lustre-2.17-mdt0); then
	while read -r hash shard file severity; do
		check "2.17: a name misplaced by $hash" place "$shard" "$file" "$severity"
	done < <(misplaced)
	check "2.17: a backup file beside its original by crush2" settled '[0x200000400:0x5:0x0]' f5.bak
	check "2.17: a temporary file beside its target by crush2" settled '[0x200000400:0x5:0x0]' .f5.aB3xYz
	check "2.17: an archived file without its layout" \
		one_finding lov-missing lov-missing /hsm/h1
	check "2.17: a pool without an end" \
		one_finding lov-pool lov-pool $RPD0/0x200000402:0x476:0x0/r
	check "2.17: a sequence of nobody" \
		one_finding lov-object-sequence lov-object-sequence/nobody /nested/d1/o-0
	check "2.17: a name without its linkEA entry" second_name
	check "2.17: an OI mapping overwritten" mapping_overwritten
	check "2.17: a shard's LMV with the index of another is what is wrong" \
		says "the LMV" lmv-shard-name lmv-index/next "$FNV/[0x200000400:0x4:0x0]:0"
	check "2.17: a shard's name with the index of another is what is wrong" \
		says "the name entry" lmv-shard-name lmv-shard-index "$FNV/[0x200000400:0x4:0x0]:0" 1
	check "2.17: an inode that turned into another is what is wrong" \
		says "the mode of the inode" dirent-type inode-mode /nested/d1/o-0 0120777
fi
exit 0
