#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# mdtcheck on a stand-in that is changed at full speed (mutator.c) while it looks: nothing that is
# true only for a moment may be confirmed, and every lasting fault must be.
#
#	CHURN_SECONDS=20 CHURN_OBJECTS=20000 CHURN_DELAY=1000 CHURN_PAUSE=300 CHURN_CHECKS=0 \
#		CHURN_VIEW=device tests/live/churn.sh
#
# `make soak` runs it for long.  The load ends when CHURN_SECONDS are over and CHURN_CHECKS objects
# have been examined: what counts is coverage.inodes_scanned, each object once in a run.
# CHURN_KEEP=DIR gets the reports, in DIR/device or DIR/posix.
#
# Windows of a race are widened from both sides: the mutator stops between the updates of an
# operation (CHURN_PAUSE microseconds, now and then a quarter of the delay), and in some runs
# mdtcheck itself is stopped at any moment.
#
# What is true is what is found at rest, when the load is over: no fault is ever repaired.
#
# CHURN_VIEW=posix: the same for the rules that view covers.  It must be told that the danger is
# accepted, as on an MDT that serves.  The load of the stand-in changes directories through the
# mount, under locks that the walk takes too, which Lustre's threads do not: so this tells nothing
# about that danger, only about what the view says of a tree that changes.
TOPIC="churn"
source "$(dirname "$0")/../standin.sh"
SECONDS_OF_LOAD=${CHURN_SECONDS:-20}
OBJECTS=${CHURN_OBJECTS:-20000}
DELAY=${CHURN_DELAY:-1000}
PAUSE=${CHURN_PAUSE:-300}
CHECKS=${CHURN_CHECKS:-0}
VIEW=${CHURN_VIEW:-device}

need jq
# shellcheck disable=SC2086 # CC may be two words
${CC:-cc} -std=gnu11 -O2 -pthread -include "$TOP/checker/base/prelude.h" \
	-o "$TMP/mutator" "$TOP"/tests/live/mutator*.c || { fail "the mutator compiles"; exit 1; }

# A number out of range is an error to the kernel, at which the posix view stops.
NUMBER="fault dirent-dangling/range /d/f0008"
[ "$VIEW" = device ] || NUMBER=
cat > "$TMP/r" <<R
mdt dirdata=off made=4000000000 inodes=$((OBJECTS + 20000)) size=$((OBJECTS / 400 + 128))M
oi-fill 120
bulk $OBJECTS
dir /d
files /d 40
file /d/a stripes=2
file /d/b
link /d/b /d/b2
dir /d/sub
dir /d/sub/x
dir /churn
dir /victim
files /victim 6 prefix=v
fault oi-missing /d/a
fault nlink-file /d/b 3
fault lov-stripe-size /d/f0003
fault dotdot /d/sub/x /d
fault linkea-no-dirent/renamed /d/f0004 gone
fault dirent-missing /d/f0005
fault oi-generation /d/f0006
fault oi-misrouted /d/f0007
$NUMBER
fault oi-duplicate /d/f0009
fault lov-object-shared /d/f0010 /d/f0011
fault linkea-missing /d/f0012
fault lma-fid-insane /d/f0013
R
"$MKMDT" build "$TMP/r" "$TMP/mdt.img" || { fail "no image"; exit 1; }
"$MDTCHECK" "$TMP/mdt.img" > "$TMP/before.json"
stand_up
mkdir "$TMP/run"
mirror_up >/dev/null 2>&1 || { fail "no mirror"; exit 1; }

# ---- the load, and mdtcheck in a loop meanwhile ----

# look DELAY OPTION...
LOOK=("$MDTCHECK" --fstype ext4 --pressure 0 --no-nice "$TMP/mirror" --settle-delay)
look() { "${LOOK[@]}" "$@"; }

# Stops mdtcheck, which is process PID, at any moment, for a moment.
halt_now_and_then() {
	while kill -0 "$1" 2>/dev/null; do
		sleep "0.$((RANDOM % 40 + 10))"
		kill -STOP "$1" && sleep "0.$((RANDOM % 20 + 10))"
		grep -E '^(Name|State):' "/proc/$1/status" | tr -d '\n' | grep 'mdtcheck.*T (stopped)'
		kill -CONT "$1"
	done 2>/dev/null >> "$TMP/halts"
}
halted() {
	local pid halter rc
	# No function: this must be the number of mdtcheck, not of a shell around it.
	"${LOOK[@]}" "$@" &
	pid=$!
	halt_now_and_then $pid &
	halter=$!
	wait $pid
	rc=$?
	kill $halter 2>/dev/null
	wait $halter 2>/dev/null
	return $rc
}

# run N: not all in the same way.
run() {
	case $VIEW$(($1 % 8)) in
	device0 | device4 | posix[0246]) halted "$DELAY" "${HOW[@]}" ;;
	device2 | device6) look "$DELAY" --debug-window $((OBJECTS / 3)) ;;
	device3) look "$DELAY" "${THOROUGH[@]}" ;;
	*) look "$DELAY" "${HOW[@]}" ;;
	esac
}

HOW=()
# Ten times the work: not for many.
THOROUGH=(--debug-all-suspects)
[ "$OBJECTS" -le 200000 ] || THOROUGH=()
if [ "$VIEW" = posix ]; then
	# What the mount table says where an MDT serves.
	cp /proc/self/mountinfo "$TMP/table"
	echo "999 1 0:99 / /srv/mdt rw - lustre $LOOP rw,svname=lustre-MDT0000,mgs" >> "$TMP/table"
	HOW=(--view=posix --mountinfo "$TMP/table")
	look 0 "${HOW[@]}" > "$TMP/refused" 2>&1
	check "the posix view refuses an MDT that serves" grep -q "is serving" "$TMP/refused"
	HOW+=(--allow-busy-walk)
fi
"$TMP/mutator" "$TMP/mdt" "$LOOP" "$SECONDS_OF_LOAD" 2 "$PAUSE" $((DELAY / 4)) \
	"$TMP/log" > "$TMP/ops" &
MUTATOR=$!
runs=0 died=0 examined=0 began=$SECONDS
while [ $((SECONDS - began)) -lt "$SECONDS_OF_LOAD" ] || [ $examined -lt "$CHECKS" ]; do
	kill -0 "$MUTATOR" 2>/dev/null || break
	date +%s%3N > "$TMP/run/$runs.start"
	run $runs > "$TMP/run/$runs.json" 2> "$TMP/run/$runs.err" || [ $? -lt 16 ] || died=$((died + 1))
	examined=$((examined + $(jq '.coverage.inodes_scanned // 0' "$TMP/run/$runs.json" || echo 0)))
	runs=$((runs + 1))
	[ "$CHECKS" = 0 ] ||
		echo "# run $((runs - 1)) ended after $((SECONDS - began)) s, $examined objects so far"
done
took=$((SECONDS - began))
kill "$MUTATOR" 2>/dev/null
wait "$MUTATOR"
mutated=$?
MUTATOR=
check "the load ran to its end" test "$mutated" = 0
read -r ops longest < "$TMP/ops"
check "every run ended with a report" test $died = 0

# ---- what is true ----

# What has or had no LMA is known by its generation, which is not shown through a mount: here by
# its inode.
KEY='def key: .rule + " " + if .rule | IN("lma-missing", "lma-malformed")
	then "\(.object.ino)" else .id end;'
confirmed() { jq -r "$KEY"' .findings[] | select(.state == "confirmed") | key' "$1" | sort -u; }

sleep 1
look 200 > "$TMP/rest.json"
confirmed "$TMP/rest.json" > "$TMP/true"
cp "$TMP/true" "$TMP/seen"
echo '[]' > "$TMP/off"
if [ "$VIEW" = posix ]; then
	# All that it can see: objects that have names, by the rules it covers.
	look 200 "${HOW[@]}" > "$TMP/seen.json"
	confirmed "$TMP/seen.json" > "$TMP/seen"
	jq '[.coverage.rules | to_entries[]
		| select(.value.checked > 0 and .value.not_covered >= .value.checked).key]' \
		"$TMP/seen.json" > "$TMP/off"
	find "$TMP/mdt" -printf '%i\n' | jq -s . > "$TMP/named"
	jq --slurpfile off "$TMP/off" --slurpfile named "$TMP/named" '.findings |= map(select(
		(.rule | IN($off[0][]) | not) and (.object.ino | IN(null, 0, $named[0][]))))' \
		"$TMP/rest.json" > "$TMP/visible.json"
	check "at rest both views say the same" diff <(confirmed "$TMP/visible.json") "$TMP/seen"
fi
confirmed "$TMP/before.json" > "$TMP/before"
check "every fault of before is still there" test -z "$(comm -23 "$TMP/before" "$TMP/true")"
# New and primary at rest: exactly what was planted.
jq -r --rawfile before "$TMP/before" "$KEY"' .findings[]
	| select(.caused_by == null and (key | IN($before | split("\n")[]) | not))
	| .rule + " " + (.object.paths[0] // .object.fid)' "$TMP/rest.json" | sort > "$TMP/new"
cut -d' ' -f2- "$TMP/log" | sort > "$TMP/planted"
check "what is new at rest was planted" diff "$TMP/planted" "$TMP/new"

# ---- what the runs said ----

# A walk by name cannot find what is moved meanwhile, nor settle names while directories come and
# go: what the posix view misses for that, it must own to, by an incomplete run.
false=0 missed=0 wanted=0 owned=0
: > "$TMP/wrong"
comm -12 "$TMP/before" "$TMP/seen" > "$TMP/before.due"
for ((i = 0; i < runs; i++)); do
	report=$TMP/run/$i.json
	confirmed "$report" > "$TMP/run/$i.keys"
	comm -23 "$TMP/run/$i.keys" "$TMP/true" | while read -r key; do
		jq -c --arg key "$key" "$KEY"' .findings[] | select(key == $key)' "$report"
	done > "$TMP/run/$i.false"
	false=$((false + $(wc -l < "$TMP/run/$i.false")))
	sed "s/^/run $i: /" "$TMP/run/$i.false" >> "$TMP/wrong"
	# Those of before, and those planted before it began.
	awk -v at="$(cat "$TMP/run/$i.start")" '$1 < at { print $2, $3 }' "$TMP/log" |
		grep -vwFf <(jq -r '.[]' "$TMP/off") | sort > "$TMP/due"
	jq -r '.findings[] | select(.state == "confirmed") | .rule as $r
		| (.object.paths // [])[] | $r + " " + .' "$report" | sort -u > "$TMP/said"
	comm -23 "$TMP/before.due" "$TMP/run/$i.keys" | sed "s/^/run $i misses /" > "$TMP/lost"
	comm -23 "$TMP/due" "$TMP/said" | sed "s/^/run $i misses /" >> "$TMP/lost"
	wanted=$((wanted + $(wc -l < "$TMP/before.due") + $(wc -l < "$TMP/due")))
	if [ "$VIEW" = posix ] && jq -e '.coverage.complete | not' "$report" >/dev/null; then
		owned=$((owned + $(wc -l < "$TMP/lost")))
	else
		missed=$((missed + $(wc -l < "$TMP/lost")))
	fi
	cat "$TMP/lost" >> "$TMP/wrong"
done
none() { [ "$1" = 0 ] || { head -c 20000 "$TMP/wrong"; return 1; }; }
# What the load leaves half done for so long is a lasting fault for whoever waits no longer.
if [ $false -gt 0 ] && [ "${longest:-0}" -ge "$DELAY" ]; then
	skip "no false finding was confirmed" "a change by the load took $longest ms here: facts get $DELAY"
else
	check "no false finding was confirmed" none $false
fi
check "no lasting fault was missed" none $missed
passing=$(jq -s 'map(.summary.transient) | add' "$TMP"/run/*.json)
check "the load made suspects that passed" test "$passing" -gt 0
halts=$(wc -l < "$TMP/halts")
check "mdtcheck was stopped and went on" test "$halts" -gt 0
[ "$CHECKS" = 0 ] || check "$CHECKS objects were examined" test $examined -ge "$CHECKS"
if [ -n "${CHURN_KEEP:-}" ]; then
	mkdir -p "$CHURN_KEEP/$VIEW"
	cp -r "$TMP/run" "$TMP/rest.json" "$TMP/before.json" "$TMP/log" "$CHURN_KEEP/$VIEW"
fi
figures() {
	jq -s -r --arg ops "$ops" --arg longest "$longest" --arg false $false --arg wanted $wanted \
		--arg found $((wanted - missed - owned)) --arg owned $owned --arg s $took \
		--arg objects "$OBJECTS" --arg halts "$halts" --arg view "$VIEW" '
		def sum(f): map(f) | add;
		"\($view) view, \($s) s, \($objects) objects, \($ops) changes of at most \($longest) ms; \(length) runs of "
		+ "\(map(.run.elapsed_seconds | floor) | "\(min) to \(max)") s, stopped \($halts) times: "
		+ "\(sum(.coverage.inodes_scanned)) object checks, "
		+ "\(sum([.coverage.rules[] | .checked - .not_covered] | add)) rule checks, "
		+ "\(sum(.summary.transient)) suspects transient, \(sum(.summary.unstable)) unstable, "
		+ "\($false) false, recall \($found)/\($wanted)"
		+ if $owned == "0" then ""
			else ", \($owned) not found in runs that say they are incomplete" end' \
		"$TMP"/run/*.json
}
echo "# $(figures)"
exit 0
