#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Faults together, and faults in awkward places, made by mkmdt and planted into copies of a real
# image: each cause is one primary finding, whatever else is wrong beside it.
source "$(dirname "$0")/../lib.sh"

command -v jq >/dev/null || { skip "combinations" "jq is not installed"; exit 0; }

# Leaves of ten records: an OI of several levels. Layouts in an EA block and in an EA inode.
cat > "$TMP/made.recipe" <<'E2'
mdt
oi-fill 10
dir /d
file /d/a
file /d/b stripes=2
file /d/wide stripes=100 wide=on
file /d/huge stripes=400 wide=on
dir /d/sub
file /d/sub/c
file /d/sub/e
dir /tree htree=on
files /tree 20000 stripes=1
dir /tree/below
file /tree/below/x
E2
# A layout of no known magic, as long as one of 400 stripes that lies in an EA inode.
long=$(printf 'ab%.0s' {1..9632})

# LIST OF PRIMARY RULES, SORTED | FAULT ARGUMENTS; FAULT ARGUMENTS ...
# Words in capitals stand for the image's subjects.
combos() {
	cat <<'LIST'
linkea-malformed oi-missing | oi-missing FILE; linkea-malformed FILE
linkea-missing nlink-file | linkea-missing FILE; nlink-file OTHER 7
nlink-file oi-generation | oi-generation FILE; nlink-file FILE 9
dirent-type lov-malformed | dirent-type FILE; lov-malformed FILE
lma-missing oi-missing | lma-missing FILE; oi-missing OTHER
oi-fid-mismatch linkea-malformed | lma-changed TREE NEWFID; linkea-malformed FILE
oi-fid-mismatch oi-missing | lma-changed TREE NEWFID; oi-missing FILE
dotdot-mismatch nlink-file | dotdot SUB OTHERDIR; nlink-file FILE 5
linkea-no-dirent lma-missing | lma-missing TREE; dirent-missing FILE
dirent-dangling oi-missing | dirent-dangling FILE; oi-missing TREE
directory-unreachable oi-missing | dirent-missing SUB; oi-missing FILE
inode-unreadable oi-missing | oi-missing FILE; inode-garbage SUB
inode-marked-free inode-unreadable | inode-bitmap FILE; inode-garbage OTHER
inode-marked-free oi-missing | oi-missing FILE; inode-bitmap #2
fid-duplicate linkea-malformed | linkea-malformed OTHER; inode-copied SUB FILE
fid-duplicate oi-missing | oi-missing FILE; inode-copied SUB OTHERDIR
LIST
}

# Places: a directory with an htree, one of 20,000 entries, a deep OI, EA block and EA inode.
places() {
	cat <<'LIST'
linkea-no-dirent | dirent-missing /tree/f19999
dirent-dangling | dirent-dangling /tree/f0000
dirent-fid-mismatch | dirent-fid-mismatch /tree/f10000
oi-missing | oi-missing /tree/f15000
oi-fid-mismatch | lma-changed /tree [0x200000401:0x1f000:0x0]
oi-fid-mismatch linkea-malformed | lma-changed /tree [0x200000401:0x1f000:0x0]; linkea-malformed /tree/f0042
directory-unreachable | dirent-missing /tree
oi-file-lost | dirent-dangling/freed //oi.16.1
oi-restored | oi-restored
oi-malformed | oi-malformed /tree/f12345
lov-malformed | lov-malformed /d/wide
lov-owner | lov-owner /d/wide
oi-missing | oi-missing /d/huge
fid-duplicate | fid-duplicate /d/huge /d/wide
LIST
}

# found IMAGE: the rules of the primary errors and warnings, sorted.
found() {
	"$MDTCHECK" -o "$TMP/copy.json" "$1"
	jq -r '[.findings[] | select(.caused_by == null and .severity != "info") | .rule] |
		sort | join(" ")' "$TMP/copy.json"
}

# planted WANTED FAULTS: into a fresh copy of $image.
planted() {
	local copy=$TMP/copy.img got words fault want
	cp --sparse=always "$image" "$copy"
	while read -rd ';' fault; do
		read -ra words <<< "$fault"
		for i in "${!words[@]}"; do
			case ${words[i]} in
			FILE | OTHER | TREE | SUB | OTHERDIR | NEWFID) words[i]=${!words[i]} ;;
			esac
		done
		"$MKMDT" patch "$copy" "${words[@]}" || return 1
	done <<< "$2;"
	want=$(tr ' ' '\n' <<< "$1" | sort | paste -sd' ')
	got=$(found "$copy")
	[ "$got" = "$want" ] || { echo "primary findings: $got"; return 1; }
	same_counts "$copy"
}

# same_counts IMAGE: what follows from what does not depend on how much of it is listed.
same_counts() {
	"$MDTCHECK" --max-findings 1 -o "$TMP/one.json" "$1"
	[ "$(jq -c '[.findings[0].caused, .summary.findings]' "$TMP/one.json")" = \
		"$(jq -c --arg id "$(jq -r '.findings[0].id' "$TMP/one.json")" \
			'[(.findings[] | select(.id == $id) | .caused), .summary.findings]' "$TMP/copy.json")" ]
}

# run NAME LIST: every line of the list.
run() {
	local want faults
	while IFS='|' read -r want faults; do
		check "$1:$faults" planted "${want% }" "${faults# }"
	done < <("$2")
}

# A fault in an EA block: what it held is not known, and nothing more is made of that.
ea_block() {
	cp --sparse=always "$image" "$TMP/copy.img"
	"$MKMDT" patch "$TMP/copy.img" ea-block-bad /d/wide || return 1
	"$MDTCHECK" -o "$TMP/copy.json" "$TMP/copy.img"
	[ $? = 12 ] && jq -e '(.coverage.complete | not) and [.findings[].rule] == ["ea-unreadable"]' \
		"$TMP/copy.json" > /dev/null
}

# A layout that is damaged where it lies in an EA inode: mkmdt must make it so.
ea_inode() {
	local got
	printf 'mdt\nfile /a\nea /a trusted.lov %s\n' "$long" > "$TMP/odd.recipe"
	"$MKMDT" build "$TMP/odd.recipe" "$TMP/odd.img" || return 1
	got=$(found "$TMP/odd.img")
	[ "$got" = lov-malformed ] || { echo "primary findings: $got"; return 1; }
}

image=$TMP/made.img
"$MKMDT" build "$TMP/made.recipe" "$image" || { fail "no image"; exit 1; }
check "what mkmdt made is consistent" "$MDTCHECK" -o "$TMP/made.json" "$image"
# shellcheck disable=SC2034 # the subjects are read by name
FILE=/d/a OTHER=/d/b TREE=/d SUB=/d/sub OTHERDIR=/tree NEWFID='[0x200000401:0x1f001:0x0]'
run made combos
run made places
check "made: a broken EA block is found, and makes the run incomplete" ea_block
check "made: a layout in an EA inode" ea_inode

# shellcheck disable=SC2034
if image=$(real_image lustre-2.17-mdt0); then
	FILE=/nested/d1/o-0 OTHER=/nested/d1/o-1 TREE=/nested/d1 SUB=/nested/d1/s1
	OTHERDIR=/nested/d1/s3 NEWFID='[0x200000bd0:0x77:0x0]'
	run 2.17 combos
else
	skip "2.17: combinations" "image not there"
fi
exit 0
