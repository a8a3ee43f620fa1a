#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A stand-in for a running MDT: the same findings through the live mirror as from the image, and
# not one write to the device meanwhile.
TOPIC="a live mirror"
source "$(dirname "$0")/../standin.sh"

need jq
cat > "$TMP/r" <<'R'
mdt dirdata=off lfsck=scanning-phase1
dir /d
files /d 40
file /d/a stripes=2
file /d/b
file /d/c
fault oi-missing /d/a
fault linkea-missing /d/c
fault file-bytes //seq_ctl 0 0004004002000000
fault nlink-file /d/b 3
fault lov-stripe-size /d/f0003
R
"$MKMDT" build "$TMP/r" "$TMP/mdt.img" || { fail "no image"; exit 1; }
"$MDTCHECK" "$TMP/mdt.img" > "$TMP/image.json"
stand_up
check "the mirror is set up" mirror_up

sync -f "$TMP/mdt"
writes() { awk '{ print $5, $7 }' "/sys/block/${LOOP#/dev/}/stat"; }
# The freshly mounted file system writes by itself now and then: a run in which nothing was
# written shows that mdtcheck writes nothing; if it did, no run would be without.
for _ in 1 2 3 4; do
	before=$(writes)
	"$MDTCHECK" --fstype ext4 --settle-delay 500 "$TMP/mirror" > "$TMP/live.json"
	after=$(writes)
	[ "$before" != "$after" ] || break
	sleep 6
done
# Without what a running LFSCK changes.
ids() { jq -r '.findings[] | select(.rule != "lfsck-state" and .rule != "linkea-missing") | .id + " " + .rule' "$1" | sort; }
check "five primary findings from the image" test "$(jq '[.findings[] |
	select(.caused_by == null and .severity != "info")] | length' "$TMP/image.json")" = 5
check "the same findings through the mirror" cmp <(ids "$TMP/image.json") <(ids "$TMP/live.json")
check "the report names the mirror" jq -e '.target.kind == "mirror" and .target.live' "$TMP/live.json"
check "and what to mind while there is one" jq -e '.target.cautions
	| length == 1 and (.[0] | test("failover"))' "$TMP/live.json"
check "no write reached the device ($before, $after)" test "$before" = "$after"

# ---- one object through the mirror ----

live_inspect() {
	local rc=0
	"$MDTCHECK" inspect --format=json --fstype ext4 --settle-rounds 2 "$TMP/mirror" /d/a \
		> "$TMP/j" || rc=$?
	[ $rc = 4 ] && jq -e '.target.live and .looks == 2 and ([.rules[]
		| select(.outcome == "violated").rule] == ["oi-missing"])' "$TMP/j"
}
check "inspect finds the same through the mirror" live_inspect
# What is running now is told, and makes verdicts doubtful that hold on the image.
lfsck_runs() {
	jq -e '([.findings[] | select(.rule == "lfsck-state" and .what == "LFSCK is running")]
		| length) == 2 and .coverage.rules["linkea-missing"].not_covered == 1
		and ([.findings[].rule] | index("seq-range") != null and index("linkea-missing") == null)' \
		"$TMP/live.json" &&
		jq -e '[.findings[].rule] | index("linkea-missing") != null' "$TMP/image.json"
}
check "a running LFSCK is told" lfsck_runs
copy_refused() {
	local rc=0
	mkdir -p "$TMP/mdt/ev"
	"$MDTCHECK" inspect --copy-to "$TMP/mdt/ev" --fstype ext4 "$TMP/mirror" /d/a \
		> "$TMP/out" 2> "$TMP/err" || rc=$?
	[ $rc = 8 ] && grep -q 'on the file system that is to be checked' "$TMP/err" &&
		[ -z "$(ls "$TMP/mdt/ev")" ]
}
check "no evidence is copied onto the MDT itself" copy_refused

# ---- more findings than fit ----

mirror_down
umount "$TMP/mdt"
losetup -d "$LOOP"
LOOP=
{
	echo "mdt dirdata=off"
	for i in {1..3000}; do printf 'file /f%s\nfault nlink-file /f%s 3\n' "$i" "$i"; done
} > "$TMP/r"
"$MKMDT" build "$TMP/r" "$TMP/mdt.img" || { fail "no image"; exit 1; }
stand_up
check "the mirror is set up again" mirror_up
many() {
	local rc=0
	"$MDTCHECK" --fstype ext4 --settle-delay 200 --threads 1 "$@" "$TMP/mirror" > "$TMP/j" 2>"$TMP/err" || rc=$?
	echo $rc
}
all_confirmed() { [ "$(many)" = 4 ] && [ "$(jq .summary.findings.warning "$TMP/j")" = 3000 ]; }
check "with memory all are confirmed" all_confirmed
least=$("$MDTCHECK" --fstype ext4 --memory 1K --threads 1 "$TMP/mirror" 2>&1 >/dev/null |
	sed -n 's/.*needs \([0-9]*\)K at least.*/\1/p')
check "with little memory the run is incomplete" test "$(many --memory "${least}K")" = 12
check "... says so, and what is listed is confirmed" jq -e '.summary.findings.warning as $n
	| $n > 0 and $n < 3000 and (.coverage.incomplete_reasons | index("more was found than could be looked at again") != null)' "$TMP/j"
exit 0
