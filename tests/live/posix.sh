#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The posix view: on a read-only mount of every fixture it finds what the device view finds, by
# all rules that it covers and about every inode that has a name.  It refuses what it must not
# read, and writes nothing.  Fixtures are made without FIDs in their name entries, since the
# ext4 of this kernel mounts no others.
source "$(dirname "$0")/../lib.sh"
FIXTURES=$TOP/tests/fixtures
MNT=$TMP/mnt

leave() {
	mountpoint -q "$MNT" && umount "$MNT"
	mountpoint -q "$TMP/rw" && umount "$TMP/rw"
	rm -rf --one-file-system "$TMP"
}
trap leave EXIT

give_up() { skip "the posix view" "$1"; exit 0; }
[ "$(id -u)" = 0 ] || give_up "root is needed"
for tool in jq mount find getfattr; do
	command -v $tool >/dev/null || give_up "$tool is not installed"
done
mkdir "$MNT" "$TMP/rw"

posix() { "$MDTCHECK" --witness=off --fstype ext4 --view=posix "$@"; }
mount_ro() { mount -t ext4 -o loop,ro,errors=continue "$1" "$MNT" 2>"$TMP/err"; }

# RECIPE: the same without FIDs in name entries and without what is expected of it.
plain_recipe() {
	sed -E '/^[[:space:]]*expect/d; s/^([[:space:]]*mdt\b.*)dirdata=on/\1/; s/^([[:space:]]*mdt)\b/\1 dirdata=off/' "$1"
	grep -qE '^[[:space:]]*mdt\b' "$1" || echo "mdt dirdata=off"
}
with_mdt_first() { plain_recipe "$1" | awk '/^[ \t]*mdt/ { print; next } { rest = rest $0 "\n" } END { printf "%s", rest }'; }

# REPORT: findings of the covered rules about inodes that have names, one a line.  What has or
# had no LMA is known by its generation, which is not shown: it counts by its inode.  An OI file
# whose inode is free is lost to the device view, and no more than cannot be opened to this one.
findings() {
	jq -r --slurpfile off "$TMP/off" --slurpfile named "$TMP/named" '.findings[]
		| select(.rule as $r | $off[0] | index($r) | not)
		| select(.object.ino as $i | $i == null or $i == 0 or ($named[0] | index($i)))
		| select(.what != "the kernel cannot open the file")
		| .rule + " " + if .rule | IN("lma-missing", "lma-malformed", "server-state-unreadable")
			then (.object.ino | tostring) else .id end' "$1" | sort
}

# One fixture: "equal", "blind" (the kernel met errors: no finding that the device view does not
# have, and exit 8), "unplantable", "unmountable", or what is wrong.
compare() {
	local rc=0 img=$TMP/i.img
	with_mdt_first "$1" > "$TMP/recipe"
	"$MKMDT" build "$TMP/recipe" "$img" > "$TMP/err" 2>&1 || { echo unplantable; return; }
	"$MDTCHECK" --witness=off "$img" > "$TMP/device.json" 2>/dev/null
	sum=$(sha256sum < "$img")
	mount_ro "$img" || { echo unmountable; return; }
	posix "$MNT" > "$TMP/posix.json" 2>"$TMP/err" || rc=$?
	find "$MNT" -printf '%i\n' 2>/dev/null | jq -s . > "$TMP/named"
	umount "$MNT"
	[ "$sum" = "$(sha256sum < "$img")" ] || { echo "the image was changed"; return; }
	jq '[.coverage.rules | to_entries[]
		| select(.value.checked > 0 and .value.not_covered >= .value.checked).key]' \
		"$TMP/posix.json" > "$TMP/off" || { echo "no report: $(head -1 "$TMP/err")"; return; }
	findings "$TMP/device.json" > "$TMP/device"
	findings "$TMP/posix.json" > "$TMP/posix"
	if cmp -s "$TMP/device" "$TMP/posix"; then
		echo equal
	elif [ $((rc & 8)) = 8 ] && [ -z "$(comm -13 "$TMP/device" "$TMP/posix")" ]; then
		echo blind
	else
		echo "differ: $(diff "$TMP/device" "$TMP/posix" | grep '^[<>]' | tr '\n' ' ')"
	fi
}

# The work of one recipe in a directory of its own: NAME, a tab, the outcome.
if [ "${1-}" = --one ]; then
	outcome=$(compare "$2")
	[ "$outcome" != equal ] || [ ! -s "$TMP/posix" ] || outcome="equal, with findings"
	printf '%s\t%s\n' "${2#"$FIXTURES/"}" "$outcome" >> "$3"
	exit 0
fi

find "$FIXTURES" -name '*.recipe' | sort | sample 6 | tr '\n' '\0' |
	xargs -0 -n 1 -P "${JOBS:-2}" sh -c 'bash "$0" --one "$2" "$1"' "$0" "$TMP/outcomes"
if ! grep -q 'equal' "$TMP/outcomes" && grep -q 'unmountable' "$TMP/outcomes"; then
	give_up "ext4 cannot be mounted here"
fi
count() { grep -c "$(printf '\t')$1" "$TMP/outcomes"; }
while IFS=$(printf '\t') read -r name outcome; do
	case $outcome in
	equal* | blind | unplantable) ;;
	*) fail "$name: $outcome" ;;
	esac
done < "$TMP/outcomes"
equal=$(count equal) found=$(count 'equal, with') blind=$(count blind) unplantable=$(count unplantable)
echo "# $equal fixtures alike ($found with findings), $blind where the kernel met errors, $unplantable only with FIDs in name entries"
all=$(wc -l < "$TMP/outcomes")
check "most fixtures were compared" test $((equal * 10)) -ge $((all * 8))
check "many of them with findings of the posix view" test $((found * 10)) -ge $((all * 3))
check "the kernel's errors blind but a few" test $blind -le 8

# ---- what it refuses ----

cat > "$TMP/r" <<'R'
mdt dirdata=off
dir /d
files /d 300
file /d/a stripes=2
file /d/b
link /d/b /d/c
fault oi-missing /d/a
fault nlink-file /d/b 5
R
"$MKMDT" build "$TMP/r" "$TMP/a.img" || { fail "no image"; exit 1; }

# WORDS COMMAND...: exit 8 and these words.
refuses() {
	local words=$1 rc=0
	shift
	"$@" > "$TMP/out" 2> "$TMP/err" || rc=$?
	[ $rc = 8 ] && grep -qF -- "$words" "$TMP/err" || { echo "exit $rc"; cat "$TMP/err"; return 1; }
}
check "an image is no mount point" refuses "wants a mount point" posix "$TMP/a.img"
mount_ro "$TMP/a.img" || give_up "ext4 cannot be mounted here"
DEV=$(findmnt -no SOURCE "$MNT")
check "a directory below the mount is refused" refuses "not a mount point" posix "$MNT/ROOT"
sed "s| - ext4 $DEV.*| - ext4 $DEV rw|" /proc/self/mountinfo > "$TMP/table"
echo "999 1 0:99 / /srv/mdt rw - lustre $DEV rw,svname=lustre-MDT0000,mgs" >> "$TMP/table"
check "an MDT that serves is refused" refuses "is serving" posix --mountinfo "$TMP/table" "$MNT"
busy() {
	posix --settle-delay 0 --settle-rounds 1 --allow-busy-walk --mountinfo "$TMP/table" "$MNT" > "$TMP/j"
	jq -e '.target.view == "posix" and .coverage.name_entries > 300' "$TMP/j"
}
check "unless the danger is accepted" busy
if command -v setpriv > /dev/null; then
	unprivileged() {
		cp "$MDTCHECK" "$TMP/mdtcheck" && chmod 755 "$TMP" "$TMP/mdtcheck" &&
			refuses "is for root" setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin \
				"$TMP/mdtcheck" --witness=off --fstype ext4 --view=posix "$MNT"
	}
	check "without CAP_SYS_ADMIN it refuses" unprivileged
else
	skip "without CAP_SYS_ADMIN it refuses" "setpriv is not installed"
fi

# ---- what it opens ----

if command -v strace > /dev/null; then
	strace -f -o "$TMP/trace" -e trace=openat,open,creat,ioctl,fsync,unlinkat \
		"$MDTCHECK" --witness=off --fstype ext4 --view=posix "$MNT" > /dev/null
	# Opens after the sandbox was entered: the last prctl or seccomp is not traced, so by path.
	opened() { grep -oE 'openat\([0-9]+, "[^"]*", [A-Z_|]*' "$TMP/trace"; }
	only_reads() {
		local bad
		bad=$(opened | grep -vE 'O_RDONLY\|.*O_NOFOLLOW')
		[ -z "$bad" ] || { echo "$bad"; return 1; }
	}
	known_files() {
		local bad
		bad=$(opened | grep -v O_DIRECTORY |
			grep -vE '"(oi\.16(\.[0-9]+)?|OI_scrub|fld|seq_srv|seq_ctl|lov_objid|lov_objseq|last_rcvd|lfsck_namespace|lfsck_layout|CONFIGS/mountdata)"')
		[ -n "$(opened)" ] && [ -z "$bad" ] || { echo "$bad"; return 1; }
	}
	check "it opens for reading only and follows nothing" only_reads
	check "of regular files it opens OI and state files only" known_files
else
	skip "what it opens" "strace is not installed"
fi

# Before 5.16 the kernel does not tell of errors: what they could hide is not covered.
if command -v strace > /dev/null && strace -o /dev/null -e inject=fanotify_mark:error=EINVAL true 2> /dev/null; then
	deaf() {
		local rc=0
		strace -f -qq -o /dev/null -e inject=fanotify_mark:error=EINVAL \
			"$MDTCHECK" --witness=off --fstype ext4 --view=posix "$MNT" > "$TMP/j" || rc=$?
		[ $rc = 4 ] && jq -e '([.findings[].rule] == ["oi-missing"])
			and (.coverage.rules["nlink-file"] | .checked > 0 and .checked == .not_covered
			and (.reasons | tostring | test("does not tell")))' "$TMP/j"
	}
	check "a kernel that does not tell of errors: what they could hide is not covered" deaf
else
	skip "a kernel that does not tell of errors" "strace is not installed or cannot inject"
fi

# ---- other mounts ----

mount -t tmpfs none "$MNT/ROOT/d" 2>/dev/null && {
	over() {
		local rc=0
		posix "$MNT" > "$TMP/j" || rc=$?
		[ $((rc & 8)) = 8 ] && jq -e '.coverage.complete | not' "$TMP/j"
	}
	check "a mount over a directory is not entered, and makes the run incomplete" over
	umount "$MNT/ROOT/d"
}

# ---- a superblock that is read-write ----

umount "$MNT"
mount -t ext4 -o loop,errors=continue,noatime "$TMP/a.img" "$TMP/rw" || exit 1
mount --bind "$TMP/rw" "$MNT" && mount -o remount,bind,ro "$MNT"
rw() {
	posix --settle-delay 300 "$MNT" > "$TMP/j" 2>"$TMP/err"
	jq -e '.target.live and ([.findings[].rule] == ["nlink-file"])
		and (.coverage.rules["oi-missing"] | .checked > 0 and .checked == .not_covered)' "$TMP/j"
}
check "OI rules are not covered on a read-write superblock, others are" rw
exit 0
