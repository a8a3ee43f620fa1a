#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# tools/stap/confirm with a SystemTap that is played: what it makes of verdicts, of none, and of a
# check that fails.  The real one runs in tests/vm.
source "$(dirname "$0")/../lib.sh"
command -v jq >/dev/null || { skip "confirm" "jq is not installed"; exit 0; }
export MDTCHECK
printf 'mdt\ndir /d\nfiles /d 5\n' >"$TMP/good.r"
printf 'mdt\ndir /d\nfiles /d 5\nfault oi-missing /d/f0001\n' >"$TMP/bad.r"
"$MKMDT" build "$TMP/good.r" "$TMP/good image" && "$MKMDT" build "$TMP/bad.r" "$TMP/bad" ||
	{ fail "no image"; exit 1; }

# Runs the command it is given, then says what the environment tells it to.
mkdir "$TMP/bin"
cat >"$TMP/bin/stap" <<'STAP'
#!/bin/bash
while [ $# -gt 0 ]; do
	case $1 in
	-o) out=$2; shift ;;
	-c) command=$2; shift ;;
	esac
	shift
done
[ -n "$NO_RUN" ] || $command
printf '%s\n' "event writer __ext4_journal_start_sb pid 1" "$SAY_JSON" >"$out"
printf '%s\n' "$SAY_WARN" >&2
STAP
cp "$TMP/bin/stap" "$TMP/bin/staprun"
chmod +x "$TMP/bin/stap" "$TMP/bin/staprun"
json() { echo "{\"script\":\"journal-quiet\",\"module\":\"ldiskfs\",\"other_tasks_calls\":3,\"verdict\":\"$1\"}"; }
say() { echo "WARNING: VERDICT journal-quiet: $1"; }

# NAME STATUS VERDICT JSON WARNING IMAGE: confirm ends so, its report has the verdict and its schema.
confirm() {
	local out rc
	out=$(SAY_JSON=$4 SAY_WARN=$5 NO_RUN='' PATH="$TMP/bin:$PATH" "$TOP/tools/stap/confirm" \
		-- --threads 1 "$6" 2>"$TMP/err")
	rc=$?
	printf '%s\n' "$out" >"$TMP/report"
	check "$1: exit status $2" test "$rc" = "$2"
	check "$1: $3 is in the report" jq -e --arg v "$3" '.no_writes.systemtap.verdict == $v and
		(.no_writes.locks | length > 0)' "$TMP/report"
	check "$1: the report fulfils its schema" test -z "$(jq -rf "$TOP/tests/schema.jq" "$TMP/report")"
}
confirm "quiet" 0 quiet "$(json quiet)" "$(say quiet)" "$TMP/good image"
confirm "quiet, with findings" 4 quiet "$(json quiet)" "$(say quiet)" "$TMP/bad"
confirm "active" 8 active "$(json active)" "$(say active)" "$TMP/good image"
check "active: the events are shown" grep -q '^event writer' "$TMP/err"
confirm "active, with findings" 12 active "$(json active)" "$(say active)" "$TMP/bad"
confirm "no verdict" 8 inconclusive "" "killed" "$TMP/good image"
confirm "half a verdict" 8 inconclusive "$(json quiet)" "" "$TMP/good image"
confirm "a cut line" 8 inconclusive '{"script":"journal-quiet","verdict":"qui' "$(say quiet)" \
	"$TMP/good image"
confirm "two verdicts" 8 inconclusive "$(json quiet)" "$(say active)" "$TMP/good image"
confirm "skipped probes" 8 inconclusive "$(json quiet)" \
	"$(say quiet; echo 'WARNING: Number of errors: 0, skipped probes: 3')" "$TMP/good image"

# NAME WORDS ARGUMENTS...: refused with a line that has the words and the exit status of $want.
refused() {
	local name=$1 words=$2 rc
	shift 2
	NO_RUN=${NO_RUN:-} SAY_JSON='' SAY_WARN='' PATH="$TMP/bin:$PATH" "$TOP/tools/stap/confirm" "$@" \
		>"$TMP/out" 2>"$TMP/err"
	rc=$?
	check "$name: exit status $want" test "$rc" = "$want"
	check "$name: says so" grep -q -- "$words" "$TMP/err"
	check "$name: writes no report" test ! -s "$TMP/out"
}
want=16
refused "no target" "no target" --module ext4
refused "an output of mdtcheck's own" "is for confirm to say" -- -o x "$TMP/bad"
want=8
NO_RUN=1 refused "a SystemTap that fails" "did not run the check" -- "$TMP/bad"
refused "a target that is none" "wrote no report" -- "$TMP/nothing"
printf '#!/bin/sh\nexit 2\n' >"$TMP/bin/awk"
chmod +x "$TMP/bin/awk"
refused "an awk that fails" "could not be put into the report" -- "$TMP/bad"
rm "$TMP/bin/awk"
SAY_JSON=$(json quiet) SAY_WARN=$(say quiet) NO_RUN='' PATH="$TMP/bin:$PATH" \
	"$TOP/tools/stap/confirm" --ko some.ko --output "$TMP/file" -- "$TMP/bad" 2>/dev/null
check "a compiled module, a file: exit status 4" test "$?" = 4
check "  the report is in the file" jq -e '.no_writes.systemtap.verdict == "quiet"' "$TMP/file"
exit 0
