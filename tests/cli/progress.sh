#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Progress in all its forms, the courtesies, and the end of a run by a signal.
source "$(dirname "$0")/../lib.sh"

[ -x "$MDTCHECK" ] && [ -x "$MKMDT" ] || { skip "progress" "not built"; exit 0; }
command -v jq >/dev/null || { skip "progress" "jq is not installed"; exit 0; }

printf '%s\n' mdt "bulk 30000" "dir /d" "file /d/a" "fault oi-missing /d/a" >"$TMP/r"
"$MKMDT" build "$TMP/r" "$TMP/i.img" || { fail "no image"; exit 1; }
IMAGE=$TMP/i.img
REPORT=$TMP/report.json
SLOW=(--threads 2 --rate 1000) # half a minute

# ---- forms ----

"$MDTCHECK" --rate 20000 --progress=json -o "$REPORT" "$IMAGE" 2>"$TMP/lines"
check "JSON lines: the verdict is the same" test $? = 4
check "JSON lines: each is an object with all members" jq -es 'length >= 2 and all(.[];
	(.phase | IN("scan", "exact", "settle", "group")) and .done <= .max and .max > 0
	and (.rate | type) == "number" and .seconds >= 0
	and (.eta_seconds | type | IN("number", "null")))' "$TMP/lines"
check "JSON lines: the scan moves on" jq -es '[.[] | select(.phase == "scan") | .done]
	| . == sort and (unique | length) > 1' "$TMP/lines"
check "JSON lines: the rate is near what was asked for" jq -es '[.[] | select(.phase == "scan")]
	| last.rate | . > 10000 and . < 25000' "$TMP/lines"

"$MDTCHECK" --rate 20000 --progress -o "$REPORT" "$IMAGE" 2>"$TMP/bar"
check "a bar: with phase, share, rate and what is left" \
	grep -aqE $'\rscan +\\|=* *\\| +[0-9.]+%  [0-9]+ inodes/s  ETA [0-9]+:[0-9]{2}' "$TMP/bar"
check "a bar: without an end of line, and cleared" test \
	"$(tr -d '\n' <"$TMP/bar" | tail -c 80 | tr -d ' ')" = $'\r\r' -a ! -s <(tr -cd '\n' <"$TMP/bar")

"$MDTCHECK" --rate 20000 -C 7 -o "$REPORT" "$IMAGE" 7>"$TMP/fd" 2>"$TMP/err"
check "-C FD: phase, done, max and target in each line" awk -v image="$IMAGE" '
	NF != 4 || $1 !~ /^[1-4]$/ || $2 > $3 || $4 != image { bad = 1 } END { exit bad || !NR }' "$TMP/fd"
check "-C FD: a scan ends where it should" grep -qE '^1 ([0-9]+) \1 ' "$TMP/fd"
check "-C FD: phases come in order" sort -s -c -n -k1,1 "$TMP/fd"
check "-C FD: nothing on standard error" test ! -s "$TMP/err"
"$MDTCHECK" --rate 20000 -C 0 -o "$REPORT" "$IMAGE" 2>"$TMP/bar"
check "-C 0: a bar" grep -aq 'scan .*|' "$TMP/bar"
"$MDTCHECK" -C 8 "$IMAGE" >"$TMP/out" 2>"$TMP/err" 8<"$IMAGE"
check "-C of a file that is open for reading is refused" test $? = 8 -a ! -s "$TMP/out"
"$MDTCHECK" -C 99 "$IMAGE" >"$TMP/out" 2>"$TMP/err"
check "-C of a number that is not open is refused" test $? = 8 -a ! -s "$TMP/out"
"$MDTCHECK" --rate 20000 -C 7 -o "$REPORT" "$IMAGE" 7> >(:) 2>"$TMP/err"
check "-C to a reader that is gone does not end the run" test $? = 4

"$MDTCHECK" "$IMAGE" >"$REPORT" 2>"$TMP/err"
check "off where standard error is no terminal" test ! -s "$TMP/err"
if command -v script >/dev/null; then
	script -qec "'$MDTCHECK' --rate 20000 -o '$REPORT' '$IMAGE'" /dev/null >"$TMP/tty" </dev/null
	check "a bar by itself on a terminal" grep -aq 'scan .*|' "$TMP/tty"
	script -qec "'$MDTCHECK' --rate 20000 --progress=off -o '$REPORT' '$IMAGE'" /dev/null \
		>"$TMP/tty" </dev/null
	check "--progress=off on a terminal" test ! -s "$TMP/tty"
else
	skip "a bar by itself on a terminal" "no script(1)"
fi

# ---- signals ----

ms() { echo $(($(date +%s%N) / 1000000)); }

# started OPTION...: a slow run in the background, in its scan.
started() {
	"$MDTCHECK" "${SLOW[@]}" "$@" -o "$REPORT" "$IMAGE" 2>"$TMP/err" &
	RUN=$!
	sleep 1
}

started
kill -USR1 $RUN
sleep 0.3
kill -USR1 $RUN
sleep 0.3
check "SIGUSR1: a line each" test "$(grep -cE \
	'^mdtcheck: scan: [0-9.]+% \([0-9]+ of [0-9]+\), [0-9]+ inodes, [0-9.]+ s, [0-9]+ inodes/s, ETA ' \
	"$TMP/err")" = 2

# ended NAME SIGNAL: RUN ends within a second, with a partial report.
ended() {
	local begin status took
	begin=$(ms)
	kill -"$2" $RUN
	wait $RUN
	status=$?
	took=$(($(ms) - begin))
	check "$1: the run ends within a second ($took ms)" test $took -lt 1000
	check "$1: the status says so ($status)" test $((status & 40)) = 40
	check "$1: the report is whole" test -z "$(jq -r -f "$TOP/tests/schema.jq" "$REPORT" 2>&1)"
	check "$1: cancelled and incomplete" jq -e --argjson s $status '.run.cancelled
		and .run.exit_status == $s and .summary.verdict == "incomplete"
		and (.coverage.incomplete_reasons | index("cancelled") != null)' "$REPORT"
}
ended "SIGINT in a scan" INT
started
ended "SIGTERM in a scan" TERM
started --debug-window 9000
ended "SIGINT in a scan of several passes" INT
started --rate-bytes 1K
ended "SIGINT while a rate is kept" INT
# The exact phase of a run in which each object is a suspect.
SLOW=(--threads 1 --debug-all-suspects --progress=json)
"$MDTCHECK" "${SLOW[@]}" --rate 30000 -o "$REPORT" "$IMAGE" 2>"$TMP/err" &
RUN=$!
for _ in $(seq 100); do
	grep -q '"exact"' "$TMP/err" && break
	sleep 0.1
done
check "the exact phase has begun" grep -q '"exact"' "$TMP/err"
ended "SIGINT in the exact phase" INT
check "SIGINT in the exact phase: no finding but the true one" jq -e \
	'[.findings[] | select(.rule != "oi-missing")] == []' "$REPORT"
check "inspect ends as well" bash -c '
	timeout -s INT 1 "$0" inspect --rate 1000 "$1" //ROOT >"$2" 2>&1; [ $(($? & 124)) != 0 ]' \
	"$MDTCHECK" "$IMAGE" "$TMP/out"

# ---- courtesies ----

begin=$(ms)
"$MDTCHECK" --threads 2 --rate 15000 -o "$REPORT" "$IMAGE"
took=$(($(ms) - begin))
check "--rate: 30000 inodes at 15000 a second take two ($took ms)" test $took -ge 1800
check "--rate: the report says so" jq -e '.run.courtesy | .rate == 15000 and .waited_seconds > 1' "$REPORT"
"$MDTCHECK" -o "$REPORT" "$IMAGE"
size=$(jq -n '40 * 1024 * 1024') # inode tables and directories of the image are more
begin=$(ms)
"$MDTCHECK" --threads 2 --rate-bytes 20M -o "$REPORT" "$IMAGE"
took=$(($(ms) - begin))
check "--rate-bytes: $size bytes at 20M a second take two seconds ($took ms)" test $took -ge 1800
check "an image is nobody's server: priorities stay" jq -e \
	'.run.courtesy | .io_class == "unchanged" and .pressure_percent == 0 and .backed_off_seconds == 0' \
	"$REPORT"
for bad in "--rate 0" "--rate x" "--rate-bytes 0" "--pressure 100" "--progress=x" "-C x" "-C -1"; do
	# shellcheck disable=SC2086 # an option and its value
	"$MDTCHECK" $bad "$IMAGE" >/dev/null 2>&1
	check "$bad is refused" test $? = 16
done
