#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# On a target that serves, a run is polite by itself, and a signal ends it while it waits.
TOPIC="politeness on a live target"
source "$(dirname "$0")/../standin.sh"

need jq
printf '%s\n' "mdt dirdata=off" "bulk 20000" "dir /d" "file /d/a" "fault oi-missing /d/a" > "$TMP/r"
"$MKMDT" build "$TMP/r" "$TMP/mdt.img" || { fail "no image"; exit 1; }
stand_up
mirror_up >/dev/null 2>&1 || give_up "no mirror"

run() { "$MDTCHECK" --fstype ext4 --settle-delay 1200 "$@" "$TMP/mirror" >"$TMP/report.json"; }

# Its threads, while it runs: nice is field 19 of their stat.
"$MDTCHECK" --fstype ext4 --rate 4000 --threads 2 --settle-delay 1200 "$TMP/mirror" \
	>"$TMP/report.json" &
RUN=$!
sleep 1.5
check "every thread is nice" bash -c 'cat /proc/'$RUN'/task/*/stat | sed "s/.*) //" |
	awk "\$17 != 19 { bad = 1 } END { exit bad || NR < 3 }"'
wait $RUN
check "a live target: nice 19 and the idle class" jq -e \
	'.run.courtesy | .nice == 19 and .cpu_class == "idle" and .io_class == "idle"' "$TMP/report.json"
if [ -r /proc/pressure/io ]; then
	check "a live target: pressure is looked at" jq -e '.run.courtesy.pressure_percent == 20' \
		"$TMP/report.json"
	# A machine on which somebody always waits for a processor.
	for _ in $(seq $(($(nproc) * 3))); do
		timeout 20 sh -c 'while :; do :; done' & BUSY="${BUSY:-} $!"
	done
	sleep 0.5
	run --rate 8000 --pressure 5
	# shellcheck disable=SC2086 # a list of processes
	kill $BUSY 2>/dev/null
	check "a busy machine: the run steps back" jq -e '.run.courtesy.backed_off_seconds > 0.02' \
		"$TMP/report.json"
	run --pressure 0
	check "--pressure 0: never" jq -e \
		'.run.courtesy | .pressure_percent == 0 and .backed_off_seconds == 0' "$TMP/report.json"
else
	skip "a busy machine: the run steps back" "the kernel does not tell pressure"
fi
run --no-nice
check "--no-nice: priorities stay" jq -e '.run.courtesy | .cpu_class == "unchanged" and .io_class == "unchanged"' "$TMP/report.json"
check "--no-nice: the finding is there" jq -e '[.findings[].rule] | index("oi-missing") != null' \
	"$TMP/report.json"

"$MDTCHECK" --fstype ext4 --settle-delay 60000 "$TMP/mirror" >"$TMP/report.json" &
RUN=$!
sleep 3
begin=$(date +%s%N)
kill -INT $RUN
wait $RUN
status=$?
took=$((($(date +%s%N) - begin) / 1000000))
check "SIGINT while it settles: the run ends within a second ($took ms)" test $took -lt 1000
check "SIGINT while it settles: the status says so ($status)" test $((status & 40)) = 40
check "SIGINT while it settles: the report is whole" \
	test -z "$(jq -r -f "$TOP/tests/schema.jq" "$TMP/report.json" 2>&1)"
check "SIGINT while it settles: nothing is confirmed" jq -e \
	'[.findings[] | select(.state == "confirmed")] == []' "$TMP/report.json"
exit 0
