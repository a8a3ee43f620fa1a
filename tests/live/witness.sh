#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The witness: mdtcheck on a live mirror is quiet while another process writes to the same file
# system; a program that writes under the same witness is not; nothing is left of it afterwards.
TOPIC="the witness"
source "$(dirname "$0")/../standin.sh"
CONTROL=$BUILD/witness-control
INSTANCES=/sys/kernel/tracing/instances

if [ "${1:-}" != inside ]; then
	need jq
	[ -x "$CONTROL" ] || { fail "the witness: $CONTROL is not built"; exit 1; }
	# In a chroot there is none to be had.
	unshare --mount true 2>/dev/null || give_up "no mount namespace of our own"
	# A mount table of our own: tracefs can be mounted where it is not, and nothing stays.
	rm -rf "$TMP" # the one inside has its own
	exec unshare --mount bash "$0" inside
fi

printf 'mdt dirdata=off\ndir /d\nfiles /d 400\n' >"$TMP/r"
"$MKMDT" build "$TMP/r" "$TMP/mdt.img" || { fail "no image"; exit 1; }
# ---- without a witness everything works as before ----

state() { jq -r '.no_writes.witness.state' "$1"; }
reason() { jq -r '.no_writes.witness.reason' "$1"; }
"$MDTCHECK" "$TMP/mdt.img" >"$TMP/image.json"
check "an image: unavailable" test "$(state "$TMP/image.json")" = unavailable
check "  and says why" test "$(reason "$TMP/image.json")" = "the target is a file"
"$MDTCHECK" --witness=require "$TMP/mdt.img" >"$TMP/required.json"
check "require, an image: exit status 8" test "$?" = 8
check "  the verdict is incomplete" jq -e '.summary.verdict == "incomplete"' "$TMP/required.json"
stand_up
mirror_up >/dev/null || { fail "no mirror"; exit 1; }
mdtcheck() { "$MDTCHECK" --fstype ext4 --settle-rounds 2 "$@" "$TMP/mirror"; }
mdtcheck --witness=off >"$TMP/off.json"
check "off: unavailable" test "$(reason "$TMP/off.json")" = "turned off"

mountpoint -q /sys/kernel/tracing && umount /sys/kernel/tracing 2>/dev/null
if ! [ -e "$INSTANCES" ] && ! [ -e /sys/kernel/debug/tracing/instances ]; then
	mdtcheck >"$TMP/none.json"
	check "no tracefs: unavailable" test "$(reason "$TMP/none.json")" = "tracefs is not mounted"
fi
mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null || [ -e "$INSTANCES" ] ||
	give_up "tracefs cannot be mounted"

# ---- the witness sees ----

control() { "$CONTROL" "$LOOP" "$TMP/mdt/control" "$@" >"$TMP/control" 2>&1; }
is_state() {
	grep -q "^$1 " "$TMP/control" && return 0
	cat "$TMP/control"
	return 1
}
control none
if grep -qE '^unavailable.*(pid namespace|has no event|not permitted)' "$TMP/control"; then
	give_up "$(cat "$TMP/control")"
fi
check "who does nothing is quiet" is_state quiet
for what in write thread child; do
	control $what
	check "a write ($what): active" is_state active
	check "  by its journal handles" grep -q '^jbd2_handle_start' "$TMP/control"
	check "  by its dirtied inodes" grep -q '^ext4_mark_inode_dirty' "$TMP/control"
done
for what in write thread child; do
	control $what handles
	check "a write ($what), by handles alone: active" is_state active
	check "  no other event was watched" test "$(grep -c '^ext4' "$TMP/control")" = 0
done
control none handles
check "who does nothing is quiet, by handles alone" is_state quiet
control flood
check "a flood: events are lost, and that is counted" \
	awk 'NR == 1 { exit !($1 == "active" && $3 > 0) }' "$TMP/control"

# ---- and tells mdtcheck from others ----

mutate() {
	local n=0
	while :; do
		echo $n >"$TMP/mdt/mutator"
		chmod 640 "$TMP/mdt/mutator"
		n=$((n + 1))
	done
}
quiet_beside() {
	mdtcheck --witness=require >"$TMP/live.json"
	jq -e '.no_writes.witness | .state == "quiet" and .events == 0 and .lost == 0' "$TMP/live.json" ||
		{ jq .no_writes.witness "$TMP/live.json"; return 1; }
}
transactions() { awk 'NR == 1 { print $1 }' "/proc/fs/jbd2/${LOOP#/dev/}-8/info"; }
mutate &
MUTATOR=$!
before=$(transactions)
for n in 1 2 3; do
	check "mdtcheck beside a writer is quiet ($n)" quiet_beside
done
sync -f "$TMP/mdt"
kill "$MUTATOR"
wait "$MUTATOR" 2>/dev/null
MUTATOR=
check "  though the journal was at work" test "$(transactions)" -gt "$before"
check "the file system's counters are in the report" jq -e '
	.no_writes.witness.counters | .session_write_kbytes.after >= .session_write_kbytes.before and
	.errors_count.after == 0 and .journal_transactions != null' "$TMP/live.json"
check "the report fulfils its schema" test -z "$(jq -rf "$TOP/tests/schema.jq" "$TMP/live.json")"
watched() { jq -e --arg e "$1" '.no_writes.witness.watched | index($e)' "$2"; }
check "require: dirtied inodes were watched" watched ext4_mark_inode_dirty "$TMP/live.json"
mdtcheck >"$TMP/auto.json"
check "by default: journal handles and writes" watched jbd2_handle_start "$TMP/auto.json"
check "  and write requests" watched block_bio_queue "$TMP/auto.json"
check "  and nothing that costs a busy server more" \
	jq -e '[.no_writes.witness.watched[] | select(startswith("ext4"))] == []' "$TMP/auto.json"
check "the text names the witness" grep -q '^Witness.*quiet' <(mdtcheck --format text)

# ---- nothing is left ----

# Instances whose run has ended: others may be at work on this machine.
orphaned() {
	local i
	for i in "$INSTANCES"/mdtcheck-*; do
		[ ! -e "$i" ] || [ -e "/proc/${i##*-}" ] || echo "$i"
	done
}
none_left() {
	local n
	for n in 1 2 3 4 5 6 7 8 9 10; do
		[ -z "$(orphaned)" ] && return 0
		sleep 0.3
	done
	orphaned
	return 1
}
check "no trace instance is left" none_left
for signal in KILL INT; do
	"$MDTCHECK" --fstype ext4 --debug-all-suspects --settle-rounds 1000 "$TMP/mirror" \
		>/dev/null 2>&1 &
	pid=$!
	for _ in {1..200}; do
		[ -e "$INSTANCES/mdtcheck-$pid" ] && break
		sleep 0.005
	done
	there=$([ -e "$INSTANCES/mdtcheck-$pid" ] && echo yes)
	kill -$signal $pid 2>/dev/null
	wait $pid 2>/dev/null
	check "SIG$signal: an instance was there" test "$there" = yes
	check "  and is not there after it" none_left
done
exit 0
