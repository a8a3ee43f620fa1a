#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# mdtcheck on a stand-in that is changed at full speed (mutator.c) while it looks: nothing that is
# true only for a moment may be confirmed, and every lasting fault must be.
#
#	CHURN_SECONDS=20 CHURN_OBJECTS=20000 CHURN_DELAY=1000 CHURN_PAUSE=300 tests/live/churn.sh
#
# `make soak` runs it for long.  What is true is what is found at rest, when the load is over: no
# fault is ever repaired.
TOPIC="churn"
source "$(dirname "$0")/../standin.sh"
SECONDS_OF_LOAD=${CHURN_SECONDS:-20}
OBJECTS=${CHURN_OBJECTS:-20000}
DELAY=${CHURN_DELAY:-1000}
PAUSE=${CHURN_PAUSE:-300}

need jq
# shellcheck disable=SC2086 # CC may be two words
${CC:-cc} -std=gnu11 -O2 -pthread -include "$TOP/checker/base/prelude.h" \
	-o "$TMP/mutator" "$TOP"/tests/live/mutator*.c || { fail "the mutator compiles"; exit 1; }

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
fault dirent-dangling/range /d/f0008
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

look() { "$MDTCHECK" --fstype ext4 --settle-delay "$1" "$TMP/mirror"; }
"$TMP/mutator" "$TMP/mdt" "$LOOP" "$SECONDS_OF_LOAD" 2 "$PAUSE" "$TMP/log" > "$TMP/ops" &
MUTATOR=$!
runs=0 died=0
while kill -0 "$MUTATOR" 2>/dev/null; do
	date +%s%3N > "$TMP/run/$runs.start"
	look "$DELAY" > "$TMP/run/$runs.json" 2> "$TMP/run/$runs.err"
	[ $? -lt 16 ] || died=$((died + 1))
	runs=$((runs + 1))
done
wait "$MUTATOR"
mutated=$?
MUTATOR=
check "the load ran to its end" test "$mutated" = 0
check "every run ended with a report" test $died = 0

# ---- what is true ----

sleep 1
look 200 > "$TMP/rest.json"
ids() { jq -r '.findings[] | select(.state == "confirmed") | .id' "$1" | sort -u; }
ids "$TMP/before.json" > "$TMP/before"
ids "$TMP/rest.json" > "$TMP/true"
check "every fault of before is still there" test -z "$(comm -23 "$TMP/before" "$TMP/true")"
# New and primary at rest: exactly what was planted.
jq -r --rawfile before "$TMP/before" '.findings[]
	| select(.caused_by == null and (.id | IN($before | split("\n")[]) | not))
	| .rule + " " + (.object.paths[0] // .object.fid)' "$TMP/rest.json" | sort > "$TMP/new"
cut -d' ' -f2- "$TMP/log" | sort > "$TMP/planted"
check "what is new at rest was planted" diff "$TMP/planted" "$TMP/new"

# ---- what the runs said ----

false=0 missed=0 wanted=0
: > "$TMP/wrong"
for ((i = 0; i < runs; i++)); do
	report=$TMP/run/$i.json
	ids "$report" > "$TMP/run/$i.ids"
	comm -23 "$TMP/run/$i.ids" "$TMP/true" | while read -r id; do
		jq -c --arg id "$id" '.findings[] | select(.id == $id)' "$report"
	done > "$TMP/run/$i.false"
	false=$((false + $(wc -l < "$TMP/run/$i.false")))
	sed "s/^/run $i: /" "$TMP/run/$i.false" >> "$TMP/wrong"
	# Those of before, and those planted before it began.
	awk -v at="$(cat "$TMP/run/$i.start")" '$1 < at { print $2, $3 }' "$TMP/log" | sort \
		> "$TMP/due"
	jq -r '.findings[] | select(.state == "confirmed") | .rule as $r
		| (.object.paths // [])[] | $r + " " + .' "$report" | sort -u > "$TMP/said"
	comm -23 "$TMP/before" "$TMP/run/$i.ids" | sed "s/^/run $i misses /" > "$TMP/lost"
	comm -23 "$TMP/due" "$TMP/said" | sed "s/^/run $i misses /" >> "$TMP/lost"
	wanted=$((wanted + $(wc -l < "$TMP/before") + $(wc -l < "$TMP/due")))
	missed=$((missed + $(wc -l < "$TMP/lost")))
	cat "$TMP/lost" >> "$TMP/wrong"
done
check "no false finding was confirmed" test $false = 0
check "no lasting fault was missed" test $missed = 0
[ $false = 0 ] && [ $missed = 0 ] || { head -c 20000 "$TMP/wrong" | sed 's/^/# /'; }
[ -z "${CHURN_KEEP:-}" ] || cp -r "$TMP/run" "$TMP/rest.json" "$TMP/before.json" "$TMP/log" "$CHURN_KEEP"
figures() {
	jq -s -r --arg ops "$(cat "$TMP/ops")" --arg false $false --arg missed $missed \
		--arg wanted $wanted --arg s "$SECONDS_OF_LOAD" --arg objects "$OBJECTS" '
		(map(.coverage.inodes_scanned) | add) as $inodes
		| (map([.coverage.rules[].checked] | add) | add) as $checks
		| "\($s) s, \($objects) objects, \($ops) changes; \(length) runs: "
		+ "\($inodes) inodes, \($checks) rule checks, \(map(.counts.transient // .summary.transient // 0) | add) transient, "
		+ "\(map(.counts.unstable // .summary.unstable // 0) | add) unstable, "
		+ "\($false) false, recall \(($wanted | tonumber) - ($missed | tonumber))/\($wanted)"' \
		"$TMP"/run/*.json
}
echo "# $(figures)"
exit 0
