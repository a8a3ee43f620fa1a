#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What happens to a running MDT while mdtcheck reads it is noticed at once: the run ends, lets go
# of the device and says why it is incomplete.
TOPIC="a target that is lost"
source "$(dirname "$0")/../standin.sh"

need jq getfattr setfattr
printf '%s\n' "mdt dirdata=off" "dir /d" "file /d/a" "fault oi-missing /d/a" > "$TMP/r"
"$MKMDT" build "$TMP/r" "$TMP/mdt.img" || { fail "no image"; exit 1; }
stand_up
mkdir "$TMP/other"
up() {
	mountpoint -q "$TMP/mdt" || mount_mdt || return
	mountpoint -q "$TMP/mirror" || mirror_up >/dev/null 2>&1
}
up || give_up "no mirror"

# lost NAME REASON COMMAND...: the command, a second after a run began that would take a minute.
lost() {
	local name=$1 reason=$2 run start=$SECONDS status
	shift 2
	"$MDTCHECK" --fstype ext4 --settle-delay 60000 "${ARGS[@]}" > "$TMP/lost.json" &
	run=$!
	sleep 1
	"$@"
	wait $run
	status=$?
	check "$name: the run ends at once" test $((SECONDS - start)) -le 10
	check "$name: it is incomplete ($status)" test $status = 8
	check "$name: it says why" jq -e --arg why "$reason" \
		'(.coverage.incomplete_reasons | index($why)) != null and .run.cancelled == false' \
		"$TMP/lost.json"
	check "$name: nothing was confirmed" jq -e \
		'[.findings[] | select(.state == "confirmed")] == []' "$TMP/lost.json"
}
ARGS=("$TMP/mirror")
lost "umount of the server" "the server's mount went away during the run" umount "$TMP/mdt"
mirror_down
up
lost "a superblock that turns read-only" "the file system became read-only during the run" \
	mount -o remount,ro "$TMP/mdt" # on the stand-in: this is what must not happen to an MDT
mirror_down
umount "$TMP/mdt"
up

# The mount of type lustre is in a saved table only.
{
	cat /proc/self/mountinfo
	echo "901 1 0:90 / $TMP/other rw - lustre $LOOP ro,svname=lustre-MDT0000,mgs,osd=osd-ldiskfs"
} > "$TMP/mountinfo"
ARGS=(--mountinfo "$TMP/mountinfo" "$TMP/mirror")
lost "an MDT that stops" "the MDT was stopped, or failed over, during the run" \
	sh -c 'grep -v svname= "$1" > "$1.new"; cat "$1.new" > "$1"' - "$TMP/mountinfo"
# Recovery, as an MDT tells of it below debugfs, in a mount table of our own.
recovering() {
	# shellcheck disable=SC2016 # for the inner shell
	unshare --mount sh -c '
		mount -t tmpfs none /sys/kernel/debug &&
		mkdir -p /sys/kernel/debug/lustre/mdt/lustre-MDT0000 &&
		echo "status: $1" > /sys/kernel/debug/lustre/mdt/lustre-MDT0000/recovery_status || exit 99
		shift
		exec "$@"' - "$1" "$MDTCHECK" --fstype ext4 --witness=off --settle-delay 200 "${ARGS[@]}" \
		> "$TMP/recovery.json" 2> "$TMP/err"
}
if unshare --mount mount -t tmpfs none /sys/kernel/debug 2>/dev/null; then
	echo "901 1 0:90 / $TMP/other rw - lustre $LOOP ro,svname=lustre-MDT0000,mgs,osd=osd-ldiskfs" \
		>> "$TMP/mountinfo"
	recovering RECOVERING
	check "recovery: incomplete (12)" test $? = 12
	check "recovery: the report says why" jq -e '.coverage.incomplete_reasons
		== ["the MDT was in recovery when the run began"]' "$TMP/recovery.json"
	check "recovery: standard error warns" grep -q 'caution: the MDT is in recovery' "$TMP/err"
	recovering COMPLETE
	check "after recovery: complete (4)" test $? = 4
else
	skip "an MDT in recovery" "/sys/kernel/debug cannot be mounted over"
fi

# LFSCK that begins, or runs its course, between two looks.
umount "$TMP/mirror" "$TMP/mdt"
losetup -d "$LOOP"
sed -i 's/^mdt .*/& lfsck=completed/' "$TMP/r"
"$MKMDT" build "$TMP/r" "$TMP/mdt.img" || { fail "no image"; exit 1; }
stand_up
up
ARGS=("$TMP/mirror")
# set_state OFFSET BYTE: one byte of what LFSCK keeps of itself.
set_state() {
	local v
	v=$(getfattr -n trusted.lfsck_ns -e hex "$TMP/mdt/lfsck_namespace" 2>/dev/null | sed -n 's/^trusted.lfsck_ns=0x//p')
	setfattr -n trusted.lfsck_ns -v "0x${v:0:$((2 * $1))}$2${v:$((2 * $1 + 2))}" "$TMP/mdt/lfsck_namespace"
}
# lfsck NAME STATUS REASONS OFFSET BYTE: that byte changes while findings settle.
lfsck() {
	"$MDTCHECK" --fstype ext4 --settle-delay 3000 "${ARGS[@]}" > "$TMP/lfsck.json" &
	sleep 1
	[ -z "${4:-}" ] || set_state "$4" "$5"
	wait $!
	check "$1: exit status $2" test $? = "$2"
	check "$1: reasons" jq -e --argjson why "$3" '.coverage.incomplete_reasons == $why' "$TMP/lfsck.json"
	check "$1: what stood still is confirmed" jq -e \
		'[.findings[] | select(.severity == "error") | .rule] == ["oi-missing"]' "$TMP/lfsck.json"
}
WORKED='["LFSCK was at work during the run"]'
lfsck "LFSCK that ran before" 4 '[]'
lfsck "LFSCK that begins" 12 "$WORKED" 4 01
lfsck "LFSCK that ends" 12 "$WORKED" 4 03
lfsck "LFSCK that comes and goes" 12 "$WORKED" 40 77
check "a mount elsewhere does not matter" sh -c '
	"$1" --fstype ext4 --settle-delay 1500 "$2/mirror" > "$2/ok.json" &
	sleep 0.5
	mount -t tmpfs none "$2/other" && umount "$2/other"
	wait $!
	jq -e ".coverage.complete and [.findings[].rule] == [\"oi-missing\"]" "$2/ok.json"' \
	- "$MDTCHECK" "$TMP"
exit 0
