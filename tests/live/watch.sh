#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What happens to a running MDT while mdtcheck reads it is noticed at once: the run ends, lets go
# of the device and says why it is incomplete.
TOPIC="a target that is lost"
source "$(dirname "$0")/../standin.sh"

need jq
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
check "a mount elsewhere does not matter" sh -c '
	"$1" --fstype ext4 --settle-delay 1500 "$2/mirror" > "$2/ok.json" &
	sleep 0.5
	mount -t tmpfs none "$2/other" && umount "$2/other"
	wait $!
	jq -e ".coverage.complete and [.findings[].rule] == [\"oi-missing\"]" "$2/ok.json"' \
	- "$MDTCHECK" "$TMP"
exit 0
