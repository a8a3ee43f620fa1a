#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# mkmdt patch: every fault can be planted into scratch copies of real MDT images, changes
# them, leaves them readable, and says in one line why when it cannot.
# shellcheck disable=SC2034 # the subjects of an image are read by name
source "$(dirname "$0")/../lib.sh"

[ -x "$MKMDT" ] || { skip "mkmdt patch" "mkmdt is not built"; exit 0; }

NEWFID='[0x200000bd0:0x77:0x0]'

# FAULT ARGUMENTS; upper-case words stand for the image's subjects. "+ FAULT ..." comes first.
cases() {
	cat <<'CASES'
lma-missing FILE
lma-malformed FILE
lma-fid-insane FILE
lma-fid-insane/version FILE
lma-unsupported FILE
lma-changed FILE NEWFID
fid-duplicate FILE OTHER
orphan-flag FILE
agent-flag FILE
remote-parent-flag FILE
oi-missing FILE
oi-dangling NEWFID
oi-generation FILE
oi-fid-mismatch FILE NEWFID
oi-duplicate FILE
oi-duplicate/two-fids FILE NEWFID
oi-misrouted FILE
oi-misrouted/both FILE
oi-restored
oi-restored 4
oi-malformed FILE
oi-malformed 0
oi-malformed/order FILE
oi-malformed/root 0
linkea-malformed FILE
linkea-malformed/reclen FILE
linkea-malformed/count FILE
linkea-missing FILE
linkea-no-dirent FILE DIR elsewhere
linkea-no-dirent/renamed FILE elsewhere
linkea-parent FILE NEWFID
dirent-no-linkea FILE + linkea-no-dirent FILE DIR elsewhere
linkea-duplicate FILE
linkea-directory-many DIR OTHERDIR elsewhere
linkea-overflow-time FILE 4000000000
dirent-missing FILE
dirent-dangling FILE
dirent-dangling/freed FILE
dirent-dangling/range FILE
dirent-fid-mismatch FILE
dirent-fid-mismatch FILE NEWFID
dirent-type FILE
dirent-wrong-inode FILE OTHER
dirent-malformed FILE
dirent-name-invalid FILE
dirent-duplicate FILE
dirent-duplicate FILE OTHERNAME
dirent-swap FILE OTHER
dirent-renamed FILE elsewhere
dirent-added FILE DIR elsewhere
dotdot-fid DIR NEWFID
dotdot DIR OTHERDIR
dir-linked-twice DIR OTHERDIR elsewhere
dir-loop TOP SUB
nlink-file FILE 5
nlink-directory DIR 9
lov-malformed FILE
lov-malformed/magic FILE
lov-unsupported FILE
lov-unsupported/magic FILE
lov-stripe-size FILE
lov-stripe-count FILE
lov-owner FILE
lov-object-shared FILE OTHER
lov-ost-unknown FILE
lov-object-future FILE
lov-object-sequence FILE
lov-object-sequence/mdt FILE
lov-object-sequence/nobody FILE
lov-component PFL
lov-component/id PFL
lov-component/start PFL
lov-component/mirrors PFL
lov-component/size PFL
lov-component/extension PFL
lov-mirror PFL
lov-mirror/state PFL
lov-mirror/parity PFL
lov-unsupported/foreign ARCHIVED
lov-pool POOLED
lov-pool/component POOLPFL
lov-hsm-released FILE
lov-hsm-released/some PFL
lov-dom FILE
lov-missing FILE
lmv-malformed MASTER
lmv-malformed/magic SHARD
lmv-malformed/count MASTER
lmv-malformed/hash SHARD
lmv-unsupported MASTER
lmv-unsupported/magic SHARD
lmv-unsupported/pad SHARD
lmv-index SHARD
lmv-index/next MASTER
lmv-count SHARD
lmv-hash SHARD
lmv-changing MASTER
lmv-given-up MASTER
lmv-missing SHARD
lmv-flag-missing SHARD
lmv-shard-index SHARD 7
lmv-shard-index AGENT 0
lmv-shard-lost AGENT
dmv-malformed DIR
dmv-malformed/count DIR
name-moved FILE OTHERDIR
name-moved FILE DIR elsewhere
inode-bitmap FILE
inode-garbage OTHER
inode-copied OTHER FILE
ea-block-bad FILE + ea-set FILE trusted.wide LONGHEX
ea-set FILE trusted.extra 00ff
ea-set FILE trusted.wide LONGHEX
ea-remove FILE trusted.lov
inode-mode FILE 0600
file-bytes //CONFIGS/mountdata 24 07
CASES
}

LONGHEX=$(printf 'ab%.0s' {1..2500})

# The subjects: NAME FILE OTHER DIR OTHERDIR TOP SUB MASTER SHARD AGENT PFL POOLED ARCHIVED POOLPFL, "-" where an image has none. FILE and
# OTHER are regular files with objects and stand in one directory; SUB lies beneath TOP.
RPD=//REMOTE_PARENT_DIR/0x240000402:0x1:0x0
RST=//REMOTE_PARENT_DIR/0x240000402:0x3c:0x0
FNV=/dne/st_fnv_1a_64
images() {
	cat <<IMAGES
lustre-2.17-mdt0 /nested/d1/o-0 /nested/d1/o-1 /nested/d1/s1 /nested/d1/s3 /nested/d1 /nested/d1/s1 $FNV $FNV/[0x200000400:0x4:0x0]:0 $FNV/[0x240000401:0x4:0x0]:1 //REMOTE_PARENT_DIR/0x200000402:0x474:0x0/p //REMOTE_PARENT_DIR/0x200000402:0x476:0x0/r - -
lustre-2.10-mdt1 $RPD/init.d/lsvcgss $RPD/init.d/rhnsd $RPD/init.d $RPD/rc4.d - - $RST $RST/[0x240000400:0x3:0x0]:0 $RST/[0x200000401:0x3:0x0]:1 $RPD/pfl_dir/pfl_file - - -
lustre-2.9-mdt0 /init.d/README /init.d/functions /rc0.d /rc1.d /.lustre /.lustre/lost+found - - - - - - -
lustre-2.7-mdt0 /init.d/README /init.d/functions /rc0.d /rc1.d /.lustre /.lustre/lost+found - - - - - - -
lustre-2.1-upgraded-2.5-mdt0 /rc.local - /rc6.d /.lustre - - - - - - - - -
IMAGES
}

fresh() { cp --sparse=always "$1" "$TMP/copy.img"; }

# subject WORD: what an upper-case word stands for; others stand for themselves.
subject() {
	case $1 in
	FILE | OTHER | DIR | OTHERDIR | TOP | SUB | NEWFID | LONGHEX | OTHERNAME | MASTER | SHARD | AGENT | PFL | \
		POOLED | ARCHIVED | POOLPFL)
		echo "${!1}"
		;;
	*) echo "$1" ;;
	esac
}

# plant LINE...: one fault of the table into the copy; 2 when the image has no subject for it.
plant() {
	local fault=$1 word args=()
	shift
	for word in "$@"; do
		word=$(subject "$word")
		[ "$word" != - ] || return 2
		args+=("$word")
	done
	"$MKMDT" patch "$TMP/copy.img" "$fault" "${args[@]}"
}

# Is what the fault did not touch still found and changeable? The names of the backend root are.
readable() { "$MKMDT" patch "$TMP/copy.img" ea-set //CONFIGS/mountdata user.probe 01; }

# try IMAGE LINE: plants one line of the table and prints its TAP line.
try() {
	local image=$1 line=$2 name="${1##*/}: $2" before=$1 rc
	fresh "$image"
	if [[ $line == *' + '* ]]; then
		# shellcheck disable=SC2086
		plant ${line#* + } 2>"$TMP/err" || { fail "$name"; return; }
		cp --sparse=always "$TMP/copy.img" "$TMP/before.img"
		before=$TMP/before.img
		line=${line%% + *}
	fi
	# shellcheck disable=SC2086
	plant $line 2>"$TMP/err"
	rc=$?
	if [ $rc = 2 ]; then
		skip "$name" "no such objects in this image"
	elif [ $rc = 1 ] && grep -q 'only one OI file' "$TMP/err"; then
		skip "$name" "one OI file"
	elif [ $rc != 0 ]; then
		fail "$name"
		sed 's/^/# /' "$TMP/err"
	elif cmp -s "$before" "$TMP/copy.img"; then
		fail "$name: the image did not change"
	elif ! readable 2>"$TMP/err"; then
		fail "$name: the image is not readable"
		sed 's/^/# /' "$TMP/err"
	else
		ok "$name"
	fi
}

# refuse IMAGE WORDS...: exit 1, one line on stderr, nothing changed.
refuse() {
	local image=$1 rc
	shift
	"$MKMDT" patch "$TMP/copy.img" "$@" 2>"$TMP/err"
	rc=$?
	if [ $rc = 1 ] && [ "$(wc -l <"$TMP/err")" = 1 ] && cmp -s "$image" "$TMP/copy.img"; then
		ok "${image##*/}: refused: $*"
	else
		fail "${image##*/}: refused: $* (exit $rc)"
		sed 's/^/# /' "$TMP/err"
	fi
}

refusals() {
	fresh "$1"
	refuse "$1" no-such-fault "$FILE"
	refuse "$1" lma-missing
	refuse "$1" lma-missing "$FILE" "$FILE"
	refuse "$1" lma-missing /no/such/path
	refuse "$1" lma-missing relative
	refuse "$1" lma-missing "$NEWFID"
	refuse "$1" lma-missing '#0'
	refuse "$1" lma-missing "$FILE/below"
	refuse "$1" lma-changed "$FILE" 0x1-0x2
	refuse "$1" nlink-file "$DIR" 2
	refuse "$1" nlink-directory "$FILE" 2
	refuse "$1" nlink-file "$FILE" 70000
	refuse "$1" dirent-missing '#2'
	refuse "$1" dirent-no-linkea "$FILE"
	refuse "$1" ea-block-bad "$FILE"
	refuse "$1" ea-remove "$FILE" trusted.nothing
	refuse "$1" ea-set "$FILE" trusted.x abc
	refuse "$1" lov-owner "$DIR"
	refuse "$1" lmv-malformed "$DIR"
	refuse "$1" lmv-flag-missing "$DIR"
	refuse "$1" lmv-shard-index "$FILE" 1
	refuse "$1" lmv-shard-lost "$FILE"
	refuse "$1" name-moved "$DIR" /
	refuse "$1" dmv-malformed "$FILE"
	refuse "$1" dir-loop "$DIR" "$OTHERDIR"
}

# ---- every fault that mkmdt knows has a line above ----------------------------------------------
# A line of `mkmdt faults` begins with the fault's name.
for fault in $("$MKMDT" faults | awk '$1 ~ /^[a-z][a-z\/-]*$/ { print $1 }'); do
	check "the table has $fault" grep -q "^$fault " <(cases)
done

while read -r name FILE OTHER DIR OTHERDIR TOP SUB MASTER SHARD AGENT PFL POOLED ARCHIVED POOLPFL; do
	OTHERNAME=${OTHER##*/}
	if ! image=$(real_image "$name"); then
		skip "$name" "image not there"
		continue
	fi
	while read -r line; do
		try "$image" "$line"
	done < <(cases)
	refusals "$image"
	rm -f "$image"
done < <(images)

printf 'not a file system' >"$TMP/junk"
cp "$TMP/junk" "$TMP/copy.img"
refuse "$TMP/junk" lma-missing /
