#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# `mdtcheck inspect`: every way to name an object, raw attributes as the kernel and getfattr show
# them, the same verdicts as a check, the evidence copy, what is said where there is nothing, and
# all of that through a mount as well.
source "$(dirname "$0")/../lib.sh"

command -v jq > /dev/null || { skip inspect "jq is not installed"; exit 0; }
cat > "$TMP/r" <<'R'
mdt dirdata=off
dir /d
files /d 40
file /d/a stripes=2
dir /d/sub
file /d/sub/c
link /d/sub/c /d/hard
file "/d/od\x01d\\name"
symlink /s target
file /d/lost
file /d/big
fault oi-missing /d/lost
R
"$MKMDT" build "$TMP/r" "$TMP/img" || { fail "no image"; exit 1; }
SCHEMA=$TOP/docs/schema/mdtcheck-inspect-1.json

# look ARGS...: JSON into $TMP/j; passes when it is valid by the schema.  The status is in $rc.
look() {
	rc=0
	"$MDTCHECK" inspect --format=json "$@" > "$TMP/j" 2> "$TMP/err" || rc=$?
	[ -s "$TMP/j" ] || { echo "exit status $rc, no JSON:"; cat "$TMP/err"; return 1; }
	jq -r --slurpfile schema "$SCHEMA" -f "$TOP/tests/validate.jq" "$TMP/j" > "$TMP/faults" 2>&1 ||
		{ cat "$TMP/faults"; return 1; }
	[ ! -s "$TMP/faults" ] || { head -5 "$TMP/faults"; return 1; }
}
# field FILTER: of the last look.
field() { jq -r "$1" "$TMP/j"; }

# ---- naming the object ----

look "$TMP/img" /d/sub/c
ino=$(field .object.ino) fid=$(field .object.fid) dirfid=$(field '.names[-1].directory_fid')
dirino=$(field '.names[-1].directory_ino')
finds() {
	look "$TMP/img" "$1" || return 1
	[ "$rc" = 0 ] && [ "$(field .object.ino)" = "$ino" ] ||
		{ echo "exit status $rc, inode $(field .object.ino), not $ino"; return 1; }
}
[ "$ino" -gt 10 ] || fail "a path leads to an inode"
while read -r name; do
	check "found as $name" finds "$name"
done <<NAMES
/d/sub/c
d/sub/c
/d//sub/c
/d/hard
/d/sub/../hard
//ROOT/d/sub/c
$fid
$(tr -d '[]' <<< "$fid")
$ino
$(printf '0x%x' "$ino")
$dirfid/c
#$dirino/c
NAMES
odd() { look "$TMP/img" "$1" && field '.names[].path_hex' | grep -q '6f640164'; }
check "a name with odd bytes, as it is" odd "$(printf '/d/od\001d\\name')"
check "a name with odd bytes, as a report spells it" odd '/d/od\x01d\\name'
check "the backend root" look "$TMP/img" //
check "an internal file" look "$TMP/img" //CONFIGS/mountdata
free_inode() {
	look "$TMP/img" 9000 && [ "$rc" = 0 ] && [ "$(field .object.class)" = free ] &&
		[ "$(field .object.allocated)" = false ]
}
check "a free inode" free_inode

# refused STATUS WORD ARGS...: the status, one line with the word, nothing on standard output.
refused() {
	local want=$1 word=$2 status=0
	shift 2
	"$MDTCHECK" "$@" > "$TMP/out" 2> "$TMP/err" || status=$?
	[ "$status" = "$want" ] && [ ! -s "$TMP/out" ] && [ "$(wc -l < "$TMP/err")" = 1 ] &&
		grep -q "$word" "$TMP/err" || { echo "exit status $status"; cat "$TMP/err"; return 1; }
}
check "no such name" refused 64 "no such name" inspect "$TMP/img" /d/none
check "through a file" refused 64 "no directory" inspect "$TMP/img" /d/a/b
check "no such FID" refused 64 "no object" inspect "$TMP/img" '[0x200000401:0x7777:0x0]'
check "another MDT's FID" refused 64 "another MDT" inspect "$TMP/img" '[0x240000401:0x7:0x0]'
check "inode 0" refused 64 "no such inode" inspect "$TMP/img" 0
check "an inode beyond the last" refused 64 "no such inode" inspect "$TMP/img" 4000000000
check "no such target" refused 8 "No such file" inspect "$TMP/none" /d
check "no object" refused 16 OBJECT inspect "$TMP/img"
check "two objects" refused 16 "as well" inspect "$TMP/img" /d /s
check "--copy-to without inspect" refused 16 inspect --copy-to "$TMP" "$TMP/img"

# ---- a FID that the OI does not know ----

look "$TMP/img" /d/lost
lost=$(field .object.fid)
by_lma() {
	look "$TMP/img" "$lost" && [ "$rc" = 4 ] && [ "$(field .oi.own_mapping)" = absent ] &&
		field .found_by | grep -q LMA &&
		field '.rules[] | select(.outcome == "violated").rule' | grep -qx oi-missing
}
check "a FID without an OI mapping is found by its LMA" by_lma
unchanged() {
	local before
	before=$(sha256sum < "$TMP/img")
	"$MDTCHECK" inspect "$TMP/img" /d > "$TMP/out" && [ -s "$TMP/out" ] &&
		[ "$before" = "$(sha256sum < "$TMP/img")" ]
}
check "text goes to standard output, the image stays as it was" unchanged
chain() {
	look "$TMP/img" /d/sub &&
		[ "$(field '[.parents.steps[].holds] | join("/")')" = sub/d/ROOT ] &&
		[ "$(field '.parents.steps[-1].ino')" = 2 ]
}
check "the chain of parents leads to the root" chain

# ---- the same verdicts as a check ----

"$MDTCHECK" --list-rules=json > "$TMP/rules.json"

# Evidence that the table of rules does not announce; of names, hexadecimal forms and repetitions.
unannounced() {
	jq -r --slurpfile rules "$TMP/rules.json" '.findings[] | .rule as $r
		| ($rules[0][] | select(.name == $r).evidence) as $keys | .evidence | keys[]
		| sub("_hex$"; "") | select(. as $k | ($keys | index($k)) == null
			and ($keys | index($k | sub("_[0-9]+$"; ""))) == null)
		| "\($r): evidence \(.) is not in its row"' "$1" | sort -u
}

# agree IMAGE: every finding about an object is found again by inspecting it; and no other.  Rules
# that judge the MDT as a whole are no part of an inspection.
agree() {
	local img=$1 i n=0
	"$MDTCHECK" "$img" > "$TMP/all.json" 2> "$TMP/err"
	unannounced "$TMP/all.json" | grep . && return 1
	jq --slurpfile rules "$TMP/rules.json" '[$rules[0][] | select(.class == "target").name] as $t
		| .findings |= map(select(.rule as $r | $t | index([$r]) == null))' \
		"$TMP/all.json" > "$TMP/report.json"
	for i in $(jq '.findings[].object.ino | select(. > 0)' "$TMP/report.json" | sort -un); do
		look "$img" "$i" || { echo "inode $i"; return 1; }
		cmp -s <(jq -r --argjson i "$i" '.findings[] | select(.object.ino == $i)
			| "\(.rule) \(.what) \(.evidence | tojson)"' "$TMP/report.json" | sort) \
			<(field '.findings[] | "\(.rule) \(.what) \(.evidence | tojson)"' | sort) ||
			{ echo "inode $i: not the findings of the check"; return 1; }
		cmp -s <(field '.findings[].rule' | sort -u) \
			<(field '.rules[] | select(.outcome == "violated").rule' | sort -u) ||
			{ echo "inode $i: outcomes and findings differ"; return 1; }
		n=$((n + 1))
	done
	# A rule that judges indexes has no object to inspect.
	[ $n -gt 0 ] || jq -e '.findings | length == 0 or .[0].object.ino == 0' "$TMP/report.json" \
		> /dev/null || return 1
	[ "$(jq '.findings | length' "$TMP/all.json")" -gt 0 ]
}
while read -r recipe; do
	name=${recipe#"$TOP/tests/fixtures/"}
	"$MKMDT" build "$recipe" "$TMP/bad" > /dev/null 2>&1 || { fail "$name: mkmdt"; continue; }
	check "inspect agrees with check: $name" agree "$TMP/bad"
done < <(bad_recipes 8)

# ---- raw attributes beside the kernel's ----

# Attributes that Lustre does not know, small and large, in the inode and in its EA block.
head -c 900 /dev/urandom > "$TMP/value"
debugfs -w -f /dev/stdin "$TMP/img" > "$TMP/debugfs" 2>&1 <<D
ea_set <$ino> user.note "a note"
ea_set -f $TMP/value <$ino> user.large
ea_set <$ino> security.thing x
ea_set <$ino> trusted.unknown abc
D
raw_lines() { "$MDTCHECK" inspect "$TMP/img" "$ino" | sed -n '/^attributes/,/^[^ ]/s/^  //p' | sort; }
sees_all() {
	local n
	for n in user.note user.large security.thing trusted.unknown trusted.lma trusted.link; do
		raw_lines | grep -q "^$n=0x" || { echo "no $n"; raw_lines; return 1; }
	done
	[ "$(raw_lines | sed -n 's/^user.large=0x//p')" = "$(od -An -v -tx1 "$TMP/value" | tr -d ' \n')" ]
}
check "attributes that nobody knows, byte by byte" sees_all
# attributes FILE [OPTIONS]: of a file, as getfattr shows them.
attributes() {
	local file=$1
	shift
	getfattr -h -d -m - -e hex --absolute-names "$@" "$file" 2> /dev/null | grep '=' | sort
}
# Where ext4 cannot be mounted nothing stands below $MNT.
MNT=$TMP/mnt mounted=
mkdir "$MNT" "$TMP/small"
leave() {
	local at
	for at in "$TMP/small" "$MNT" "$TMP/rw"; do
		mountpoint -q "$at" && umount "$at"
	done
	rm -rf --one-file-system "$TMP"
}
trap leave EXIT
mount_copy() { mount -o loop,ro,noload -t ext4 "$TMP/img" "$MNT" 2> /dev/null; }
if [ "$(id -u)" = 0 ] && command -v getfattr > /dev/null && mount_copy; then
	mounted=1
	check "the lines that getfattr prints" cmp <(raw_lines) <(attributes "$MNT/ROOT/d/sub/c")
	umount "$MNT"
else
	skip "the lines that getfattr prints" "no root, no getfattr or no loop mount"
fi

# ---- the evidence copy ----

copies() {
	rm -rf "$TMP/ev" && mkdir "$TMP/ev" && look --copy-to "$TMP/ev" "$TMP/img" "$ino" || return 1
	[ "$rc" = 0 ] || { echo "exit status $rc"; cat "$TMP/err"; return 1; }
	[ "$(field .copy.error)" = null ] &&
		[ "$(field '.copy.on_stub + (.copy.in_dump_only | length)')" = \
			"$(field '.attributes | length')" ] || { field .copy; return 1; }
	cmp <(grep '=' "$(field .copy.dump)" | sort) <(raw_lines)
}
check "the dump holds what was shown" copies
on_stub() {
	attributes "$(field .copy.stub)" > "$TMP/stub"
	[ "$(grep -c . "$TMP/stub")" = "$(field .copy.on_stub)" ] &&
		! comm -23 "$TMP/stub" <(raw_lines) | grep .
}
restores() {
	local stub
	stub=$(basename "$(field .copy.stub)")
	rm "$TMP/ev/$stub" && : > "$TMP/ev/$stub" &&
		(cd "$TMP/ev" && setfattr --restore="${stub%.stub}.getfattr") && on_stub
}
if ! command -v getfattr > /dev/null; then
	skip "the stub shows it to getfattr" "getfattr is not installed"
elif [ "$(field .copy.on_stub)" = 0 ]; then
	skip "the stub shows it to getfattr" "no attribute can be set here"
else
	check "the stub shows it to getfattr" on_stub
	if [ "$(field '.copy.in_dump_only | length')" = 0 ]; then
		check "setfattr --restore takes the dump" restores
	else
		skip "setfattr --restore takes the dump" "not all attributes can be set here"
	fi
fi
if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null; then
	cp "$MDTCHECK" "$TMP/mdtcheck"
	chmod 0755 "$TMP" "$TMP/mdtcheck"
	chmod 0644 "$TMP/img"
	printf '#!/bin/sh\nexec setpriv --reuid 65534 --regid 65534 --clear-groups %s "$@"\n' \
		"$TMP/mdtcheck" > "$TMP/as-nobody"
	chmod 0755 "$TMP/as-nobody"
	plain_user() {
		local MDTCHECK=$TMP/as-nobody
		mkdir -p "$TMP/ev2" && chmod 0777 "$TMP/ev2" && rm -f "$TMP"/ev2/* &&
			look --copy-to "$TMP/ev2" "$TMP/img" "$ino" && [ "$rc" = 0 ] &&
			field '.copy.in_dump_only[] | "\(.name) \(.why)"' |
			grep -q '^trusted.lma Operation not permitted' &&
			grep -q '^trusted.lma=0x' "$TMP"/ev2/*.getfattr
	}
	check "what a plain user cannot set goes into the dump, and that is said" plain_user
else
	skip "what a plain user cannot set" "root and setpriv are needed"
fi
again() { look --copy-to "$TMP/ev" "$TMP/img" "$ino"; [ "$rc" = 8 ] && grep -q 'File exists' "$TMP/err"; }
check "files that are there are not overwritten" again
check "a directory that is not there" refused 8 "cannot copy evidence" inspect --copy-to \
	"$TMP/no-dir" "$TMP/img" "$ino"

# ---- through a mount ----

through() { look --fstype ext4 --view=posix "$@"; }
# Rules with an outcome, but those that only the device shows.
outcomes() { field '.rules[] | select(.outcome != "not judged") | "\(.rule) \(.outcome)"' | sort; }

same_object() {
	through "$MNT" "$1" && [ "$rc" = 0 ] && [ "$(field .object.ino)" = "$ino" ] ||
		{ echo "exit status $rc, inode $(field .object.ino), not $ino"; return 1; }
}
# Of every object with a name: what is said of it is what the device shows, or nothing.
same_facts() {
	local i n=0
	local known='del(.object[] | nulls) | .object, .decoded, .linkea, .oi, .parents, .findings,
		([.attributes[] | {name, value}] | sort), ([.names[] | del(.fid)] | sort)'
	for i in $(find "$MNT" -printf '%i\n' | sort -un | sample 17); do
		through "$MNT" "$i" || { echo "inode $i"; return 1; }
		outcomes > "$TMP/rules.posix"
		jq -S "$known" "$TMP/j" > "$TMP/posix"
		jq '[.object | to_entries[] | select(.value == null).key]' "$TMP/j" > "$TMP/null"
		look "$TMP/img" "$i"
		jq -S --slurpfile null "$TMP/null" "del(.object[\$null[0][]]) | $known" "$TMP/j" \
			> "$TMP/device"
		cmp "$TMP/posix" "$TMP/device" || { diff "$TMP/posix" "$TMP/device"; return 1; }
		outcomes | comm -13 - "$TMP/rules.posix" | grep . && { echo "inode $i"; return 1; }
		n=$((n + 1))
	done
	[ $n -ge 5 ] || { echo "$n objects only"; return 1; }
}
hidden() {
	through "$MNT" "$ino" && [ "$(field .target.view)" = posix ] &&
		[ "$(field '[.object | .generation, .flags, .ea_block] | unique | tojson')" = '[null]' ] &&
		[ "$(field '[.attributes[].place] | unique | tojson')" = '[null]' ] &&
		field '.rules[] | select(.rule == "oi-generation" and .outcome == "not judged").why' |
		grep -q 'not shown through a mount'
}

# The dump, the stub and the object agree, and the dump is that of the bytes on the device.
# OBJECT PATH: of the same, in the words of inspect and on the mount.
carried() {
	local stub
	rm -rf "$TMP/ev1" "$TMP/ev2" && mkdir "$TMP/ev1" "$TMP/ev2"
	look --copy-to "$TMP/ev1" "$TMP/img" "$1" || return 1
	through --copy-to "$TMP/ev2" "$MNT" "$1" && [ $((rc & 8)) = 0 ] ||
		{ echo "exit status $rc"; cat "$TMP/err"; return 1; }
	stub=$(field .copy.stub)
	[ "$(field '.copy | "\(.copied_by) \(.error)"')" = "libattr null" ] &&
		[ "$(field .copy.on_stub)" -gt 0 ] &&
		[ "$(field .copy.writer_confined)" = "$(field '.locks | all(.status == "enforced")')" ] ||
		{ field .copy; return 1; }
	attributes "$MNT/$2" | grep -v '^system\.' > "$TMP/source"
	cmp "$TMP/source" <(attributes "$stub") &&
		cmp "$TMP/source" <(grep '=' "${stub%.stub}.getfattr" | sort) &&
		cmp <(sort "$TMP"/ev1/*.getfattr) <(sort "$TMP"/ev2/*.getfattr)
}
acl() {
	through --copy-to "$TMP/ev2" "$MNT" /d/acl &&
		[ "$(field '.copy.in_dump_only[] | .name + ": " + .why')" = \
			"system.posix_acl_access: only trusted, user and security attributes go onto the stub" ] &&
		cmp <(attributes "$MNT/ROOT/d/acl" -m '^system\.') \
			"$(field '.copy.stub | sub("stub$"; "other")')"
}
# A file system of 1 KiB blocks takes the small ones of a list with a large one.
too_large() {
	rm -rf "$TMP/small/lost+found" && through --copy-to "$TMP/small" "$MNT" /d/big &&
		[ "$rc" = 0 ] &&
		[ "$(field '.copy.in_dump_only[] | .name + ": " + .why')" = \
			"user.big: No space left on device" ] &&
		cmp <(attributes "$MNT/ROOT/d/big") <(grep '=' "$(field .copy.dump)" | sort) &&
		cmp <(attributes "$MNT/ROOT/d/big" | grep -v '^user.big=') \
			<(attributes "$(field .copy.stub)")
}
# WORDS ARGS...
refused_there() {
	local words=$1
	shift
	refused 8 "$words" inspect --fstype ext4 --view=posix "$@"
}
nothing_in() { [ -z "$(find "$1" -mindepth 1)" ] || { find "$1"; return 1; }; }

prepare() {
	mkdir -p "$TMP/rw" && mount -t ext4 -o loop "$TMP/img" "$TMP/rw" 2> /dev/null || return 1
	: > "$TMP/rw/ROOT/d/acl"
	head -c 2000 /dev/urandom | od -An -v -tx1 | tr -d ' \n' | sed 's/^/0x/' > "$TMP/big"
	setfattr -n user.big -v "$(cat "$TMP/big")" "$TMP/rw/ROOT/d/big" &&
		setfattr -n user.small -v small "$TMP/rw/ROOT/d/big" &&
		setfattr -n user.acl -v has-one "$TMP/rw/ROOT/d/acl" &&
		setfattr -n system.posix_acl_access -v \
			0x0200000001000600ffffffff020004000100000004000400ffffffff10000400ffffffff20000000ffffffff \
			"$TMP/rw/ROOT/d/acl"
	umount "$TMP/rw"
}

if [ ! "$mounted" ]; then
	skip "inspect through a mount" "no root, no getfattr or no loop mount"
else
	check "attributes for the copy" prepare
	mount_copy || fail "the copy is mounted"
	sum=$(sha256sum < "$TMP/img")
	while read -r name; do
		check "through a mount: found as $name" same_object "$name"
	done <<NAMES
/d/sub/c
//ROOT/d/hard
$fid
$ino
$dirfid/c
#$dirino/c
NAMES
	check "through a mount: the same facts and outcomes" same_facts
	check "through a mount: what is not shown is null" hidden
	check "through a mount: an inode without a name" refused_there "no name leads to" "$MNT" 9000
	check "through a mount: no such FID" refused_there "not every inode could be seen" "$MNT" \
		'[0x200000401:0x7777:0x0]'
	check "through a mount: no such name" refused 64 "no such name" inspect --fstype ext4 \
		--view=posix "$MNT" /d/none
	while read -r object path; do
		check "libattr carries what the device has: $object" carried "$object" "$path"
	done <<OBJECTS
/d/sub/c ROOT/d/sub/c
/d/big ROOT/d/big
/d ROOT/d
/s ROOT/s
/d/od\\x01d\\\\name ROOT/d/$(printf 'od\001d\\name')
// .
//CONFIGS/mountdata CONFIGS/mountdata
OBJECTS
	check "an ACL stays off the stub, and that is said" acl
	if truncate -s 4M "$TMP/small.img" && mke2fs -q -t ext4 -b 1024 -I 256 -O ^ea_inode,^has_journal \
		"$TMP/small.img" > /dev/null 2>&1 && mount -o loop "$TMP/small.img" "$TMP/small"; then
		check "an attribute too large for the stub is in the dump only, and that is said" too_large
	else
		skip "an attribute too large for the stub" "no second file system"
	fi
	check "DIR on the mounted copy is refused" refused_there "on the file system" --copy-to \
		"$MNT/ROOT/d" "$MNT" "$ino"
	device=$(findmnt -no SOURCE "$MNT")
	sed "s| - ext4 $device.*| - ext4 $device rw|" /proc/self/mountinfo > "$TMP/table"
	echo "999 1 0:99 / /srv/mdt rw - lustre $device rw,svname=lustre-MDT0000" >> "$TMP/table"
	mkdir "$TMP/none"
	check "an MDT that serves is refused" refused_there "is serving" --mountinfo "$TMP/table" \
		--copy-to "$TMP/none" "$MNT" "$ino"
	check "the image was not changed" [ "$sum" = "$(sha256sum < "$TMP/img")" ]
	umount "$MNT"
	if mount -t ext4 -o loop,noatime "$TMP/img" "$TMP/rw" &&
		mount --bind "$TMP/rw" "$MNT" && mount -o remount,bind,ro "$MNT"; then
		check "a superblock that is read-write is no source" refused_there "superblock is read-only" \
			--copy-to "$TMP/none" "$MNT" "$ino"
		umount "$MNT"
		umount "$TMP/rw"
	fi
	check "where it was refused nothing was made" nothing_in "$TMP/none"
fi

# ---- striped directories ----

printf '%s\n' mdt 'striped /s 2 fid=[0x200000401:0x100:0x0] hash=crush2 lmv_flags=0x02000000' \
	'file /s/a' 'ea /s trusted.dmv 00' > "$TMP/striped.r"
"$MKMDT" build "$TMP/striped.r" "$TMP/striped"
striped() {
	look "$TMP/striped" "$1" || return 1
	[ "$(field '.decoded.lmv | "\(.kind) \(.stripe_count) \(.hash) \(.flags)"')" = "$2 2 crush2 FIXED" ]
}
check "the LMV of a master" striped '[0x200000401:0x100:0x0]' master
check "the LMV of a shard" striped '[0x200000401:0x1:0x0]' shard

# ---- HSM and size on MDT ----

printf '%s\n' mdt 'file /h' \
	'ea /h trusted.hsm 000000000d00000001000000000000000200000001000000' \
	'ea /h trusted.som 040000000000000000001000000000000800000000000000' \
	'dir /dmv' \
	'ea /dmv trusted.dmv d00cd30cfdffffffffffffff0300000000000000020300000000000000000000000000000000000000000000000000000000' \
	'file /bad' 'ea /bad trusted.hsm 0000' 'ea /bad trusted.som 0400' 'file /plain' > "$TMP/hr"
"$MKMDT" build "$TMP/hr" "$TMP/himg" || fail "no image with HSM"
# decoded PATH SECTION WANTED
decoded() {
	look "$TMP/himg" "$1" || return 1
	[ "$(field "$2")" = "$3" ] || { field "$2"; return 1; }
}
check "a default LMV" decoded /dmv \
	'.decoded.dmv | "\(.stripe_count) \(.mdt_index) \(.hash) \(.max_inherit) \(.max_inherit_rr)"' \
	"-3 0xffffffff crush 2 3"
check "an HSM attribute" decoded /h \
	'.decoded.hsm | "\(.compat) \(.flags) \(.archive_id) \(.archive_version)"' \
	"0x0 exists,released,archived 1 4294967298"
check "a size on MDT" decoded /h '.decoded.som | "\(.valid) \(.size) \(.blocks)"' "lazy 1048576 8"
check "an HSM attribute that is too short" decoded /bad .decoded.hsm.error "it is too short"
check "a size on MDT that is too short" decoded /bad '.decoded.som.error | length > 9' true
check "neither of them" decoded /plain '.decoded | has("hsm") or has("som")' false

# ---- real images ----

for name in lustre-2.7-mdt0 lustre-2.10-mdt0 lustre-2.10-mdt1 lustre-2.17-mdt0; do
	if ! img=$(real_image $name); then
		skip "$name: every object of a sample holds" "$SHARED_IMAGES is not there"
		continue
	fi
	"$MDTCHECK" --debug-all-suspects "$img" > "$TMP/report.json"
	# Inodes over the whole range; what is free is inspected as well.
	sample() {
		local i
		for i in 2 $(seq 11 7 340); do
			look "$img" "$i" || { echo "inode $i"; return 1; }
			[ "$rc" = 0 ] || { echo "inode $i: exit status $rc"; return 1; }
		done
	}
	check "$name: every object of a sample holds" sample
done
exit 0
