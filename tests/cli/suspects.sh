#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# More suspects than are looked up one by one, in batches, by several threads: the findings are those
# of a run that suspects few.
source "$(dirname "$0")/../lib.sh"

command -v jq > /dev/null || { skip "many suspects" "jq is not installed"; exit 0; }

found() { "$MDTCHECK" --max-findings 0 "$@" "$TMP/img" | jq -S 'del(.run, .no_writes)'; }
alike() { # OPTION...
	found --debug-all-suspects "$@" > "$TMP/all"
	[ -s "$TMP/few" ] && cmp "$TMP/few" "$TMP/all"
}

# The scan proves the OI of the first two: only parts of it are read for the suspects.
recipe() {
	printf 'mdt\noi-fill 20\nbulk 4000\ndir /d\nfiles /d 10\n'
	case $1 in
	sound) printf 'fault lov-object-shared /d/f0001 /d/f0002\nfault linkea-missing /d/f0003\n' ;;
	missing) printf 'fault oi-missing /d/f0001\nfault oi-missing /d/f0009\n' ;;
	twins) printf 'fault fid-duplicate /d/f0001 /d/f0002\n' ;;
	wrong) printf 'fault oi-fid-mismatch /d/f0001 [0x200000400:0x7fff:0x0]\nfault oi-misrouted /d/f0002\n' ;;
	esac
}
for what in sound missing twins wrong; do
	recipe $what > "$TMP/recipe"
	"$MKMDT" build "$TMP/recipe" "$TMP/img" > "$TMP/out" 2>&1 || { fail "an image: $what"; cat "$TMP/out"; continue; }
	found > "$TMP/few"
	check "$what: there is something to find" jq -e '.findings | length > 0' "$TMP/few"
	check "$what: all are suspects" alike
	check "$what: one thread" alike --threads 1
	check "$what: batches that are read by stretches of the OI" alike --debug-batch 1500 --threads 4
	check "$what: batches that are looked up" alike --debug-batch 300
done

# Many findings of rules that explain each other, and many that stand alone.
cat > "$TMP/recipe" <<'RECIPE'
mdt
bulk 3000 linkea=off
dir /d
files /d 300
dir /e
files /e 40
fault lma-missing /d
fault oi-fid-mismatch /e [0x200000400:0x7fff:0x0]
RECIPE
"$MKMDT" build "$TMP/recipe" "$TMP/img" > "$TMP/out" 2>&1 || { fail "an image of findings"; cat "$TMP/out"; }
# limited N: the counts are right, and what is listed says what it says in the full list.
limited() {
	"$MDTCHECK" --max-findings "$1" "$TMP/img" > "$TMP/some"
	cmp <(jq -S '.summary | .findings, .by_rule' "$TMP/few") \
		<(jq -S '.summary | .findings, .by_rule' "$TMP/some") || return 1
	jq -e -n --slurpfile some "$TMP/some" --slurpfile all "$TMP/few" --argjson n "$1" '
		($all[0].findings | map({key: .id, value: .}) | from_entries) as $by_id |
		$some[0].findings | length == $n and all(. == $by_id[.id])' > "$TMP/out"
}
found > "$TMP/few"
check "hundreds follow from a few" jq -e '.summary.findings.caused.error > 500' "$TMP/few"
for n in 1 7 100 3100; do
	check "$n of them listed: the same counts and causes" limited $n
done
