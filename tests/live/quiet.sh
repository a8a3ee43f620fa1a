#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Not a byte of the target changes, in any mode: images keep their checksum and their times, the
# device below a loop device gets no write, discard or flush.
TOPIC="a target that is left alone"
source "$(dirname "$0")/../standin.sh"

[ -x "$MDTCHECK" ] && [ -x "$MKMDT" ] || give_up "not built"
cat > "$TMP/r" <<'R'
mdt dirdata=off
dir /d
files /d 200
file /d/a stripes=2
file /d/b
fault oi-missing /d/a
fault nlink-file /d/b 3
R
"$MKMDT" build "$TMP/r" "$TMP/mdt.img" || { fail "no image"; exit 1; }
# Several passes, also with what is added below.
little=$("$MDTCHECK" --memory 1K "$TMP/mdt.img" 2>&1 >/dev/null | sed -n 's/.*needs \([0-9]*\)K at least.*/\1/p')
little=$((little + 256))

# STATUS [inspect] OPTION...: that is the exit status where the target cannot change; @ is the
# target, DIR a directory for output.  Where it serves, or has a journal, it may be incomplete too.
check_modes() {
	cat <<M
4 @
4 --format text @
4 --summary -o DIR/report @
4 --threads 1 @
4 --threads 8 --memory ${little}K @
4 --rules oi-missing @
4 --skip-rules oi-missing --max-findings 1 @
4 --no-journal-overlay @
4 --rate 1000000 --rate-bytes 1G @
4 --pressure 0 --no-nice @
4 --progress=bar @
4 --progress=json @
4 -C 9 @
4 --witness=off @
12 --witness=require @
4 --debug-all-suspects --debug-batch 16 @
4 --debug-constant-hash @
M
}
inspect_modes() {
	cat <<M
4 inspect @ /d/a
4 inspect --format=json @ /d/b
0 inspect @ 2
64 inspect @ /d/nothing
4 inspect --copy-to DIR @ /d/a
M
}
posix_modes() {
	cat <<M
4 --view=posix @
4 --view=posix --format text --threads 1 @
4 inspect --view=posix --copy-to DIR @ /d/a
M
}

# run STATUS OPTION...: on $TARGET; it ends with that status and says something.
run() {
	local want=$1 rc=0 a args=()
	shift
	mkdir -p "$TMP/out"
	rm -rf "${TMP:?}"/out/*
	for a; do
		a=${a/#@/$TARGET}
		args+=("${a/#DIR/$TMP/out}")
	done
	[ "${args[0]}" = inspect ] && args=(inspect --fstype ext4 "${args[@]:1}") ||
		args=(--fstype ext4 "${args[@]}")
	"$MDTCHECK" "${args[@]}" > "$TMP/out/stdout" 2> "$TMP/out/stderr" 9> "$TMP/out/progress" || rc=$?
	[ $((rc & ~LENIENT)) = $((want & ~LENIENT)) ] && [ -n "$(cat "$TMP"/out/*)" ] && return
	echo "exit $rc"
	cat "$TMP/out/stderr"
	return 1
}
image_state() { sha256sum < "$TARGET"; stat -c '%x %y %z' "$TARGET"; }
# Writes, sectors of them, discards and flushes.
writes() { awk '{ print $5, $7, $12, $16 }' "/sys/block/${LOOP#/dev/}/stat"; }

# A mounted file system writes by itself now and then: a run in which nothing was written shows
# that mdtcheck writes nothing; if it did, no run would be without.
undisturbed() {
	local before try
	for ((try = 0; try < TRIES; try++)); do
		[ $try = 0 ] || sleep 5
		before=$($STATE)
		run "$@" || return
		[ "$before" != "$($STATE)" ] || return 0
	done
	echo "before: $before"
	echo "after: $($STATE)"
	return 1
}
# all NAME MODES...
all() {
	local name=$1 modes mode
	shift
	for modes; do
		while read -r mode; do
			# shellcheck disable=SC2086 # words
			check "$name: ${mode#* }" undisturbed $mode
		done < <($modes)
	done
}

TARGET=$TMP/mdt.img STATE=image_state TRIES=1 LENIENT=0
touch -a -d '2001-02-03' "$TARGET"
all "an image" check_modes inspect_modes

[ "$(id -u)" = 0 ] || give_up "root is needed for devices"
LOOP=$(losetup --show -f "$TMP/mdt.img" 2>/dev/null) || { LOOP=; give_up "no loop device"; }
# A witness can be quiet here, and need not be.
TARGET=$LOOP STATE=writes LENIENT=8
all "a device" check_modes inspect_modes
losetup -d "$LOOP"
LOOP=

stand_up ro
TARGET=$TMP/mdt LENIENT=0
all "a mount for reading" posix_modes
# The writer of evidence, a process of its own, may end a moment after the run.
let_go() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		umount "$TMP/mdt" 2>/dev/null && return
		sleep 0.2
	done
	umount "$TMP/mdt"
}
check "nothing keeps it mounted" let_go
check "the image is the one that was built" sh -c '"$1" build "$2/r" "$2/again.img" &&
	cmp "$2/again.img" "$2/mdt.img"' - "$MKMDT" "$TMP"
losetup -d "$LOOP"

stand_up commit=300
mirror_up > "$TMP/err" || { fail "no mirror"; exit 1; }
# What is committed here comes home only later: the copy has a journal to replay.
rm "$TMP/mdt/ROOT/d/f0003"
sync "$TMP/mdt/ROOT/d"
dd if="$LOOP" of="$TMP/raw.img" bs=1M conv=sparse status=none
TARGET=$TMP/raw.img STATE=image_state LENIENT=12 # nothing is confirmed without the journal
all "an unreplayed journal" check_modes inspect_modes

sync -f "$TMP/mdt"
STATE=writes TRIES=4 TARGET=$TMP/mirror
check_modes_live() { { check_modes; echo "4 --second-opinion @"; } | sed 's/ / --settle-delay 200 /'; }
inspect_modes_live() { inspect_modes | sed 's/ inspect / inspect --settle-rounds 2 /'; }
posix_modes_live() { posix_modes | grep -v inspect | sed 's/ / --settle-delay 200 /'; }
all "a live mirror" check_modes_live inspect_modes_live
LENIENT=12 # OI rules are not covered there
all "a live mirror" posix_modes_live
exit 0
