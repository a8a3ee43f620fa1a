#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# --memory: what does not fit is done in several passes and found all the same; the memory that
# is used stays within the budget; a budget that cannot do is refused with the least that can.
source "$(dirname "$0")/../lib.sh"

[ -x "$MDTCHECK" ] && [ -x "$MKMDT" ] || { skip "memory" "not built"; exit 0; }
command -v jq >/dev/null || { skip "memory" "jq is not installed"; exit 0; }

# Of a process beside its budget: program, libraries, stacks, and the findings that are listed.
CONSTANT_KB=32768

# same NAME IMAGE OPTION...: the options change nothing but the number of passes.
same() {
	local name=$1 image=$2
	shift 2
	"$MDTCHECK" "$image" >"$TMP/one.json" 2>"$TMP/err"
	local want=$?
	"$MDTCHECK" "$@" "$image" >"$TMP/many.json" 2>>"$TMP/err"
	local got=$?
	if [ $want = $got ] && cmp -s <(essence "$TMP/one.json") <(essence "$TMP/many.json") &&
		[ "$(jq .run.passes "$TMP/one.json")" = 1 ] &&
		[ "$(jq .run.passes "$TMP/many.json")" -gt 1 ]; then
		ok "$name ($(jq .run.passes "$TMP/many.json") passes)"
	else
		fail "$name"
		echo "# status $want and $got"
		sed 's/^/# /' "$TMP/err"
		diff <(essence "$TMP/one.json") <(essence "$TMP/many.json") | head -20 | sed 's/^/# /'
	fi
}

# least IMAGE: the least budget, in K, by mdtcheck's own word.
least() {
	"$MDTCHECK" --memory 1K "$1" 2>&1 >/dev/null | sed -n 's/.*needs \([0-9]*\)K at least.*/\1/p'
}

# ---- fixtures in windows ----

# Of each rule the first damage and the first near miss; MEMORY_ALL=1 takes all.
recipes() {
	local dir
	for dir in "$TOP"/tests/fixtures/*/; do
		if [ "${MEMORY_ALL:-}" ]; then
			find "$dir" -name '*.recipe'
		else
			find "$dir" -name 'bad*.recipe' | sort | head -n 1
			find "$dir" -name 'near*.recipe' | sort | head -n 1
		fi
	done
}

for recipe in $(recipes); do
	name=${recipe#"$TOP"/tests/fixtures/}
	"$MKMDT" build "$recipe" "$TMP/f.img" >/dev/null 2>"$TMP/err" || {
		fail "$name: cannot be built"
		sed 's/^/# /' "$TMP/err"
		continue
	}
	# A third of the inode numbers at a time, as the superblock counts them.
	window=$(($(od -An -tu4 -j1024 -N4 "$TMP/f.img") / 3 + 1))
	same "$name in windows" "$TMP/f.img" --debug-window $window --threads 2
	rm -f "$TMP/f.img"
done

# ---- a larger one, with a fault of most kinds ----

cat >"$TMP/big.recipe" <<'RECIPE'
mdt
bulk 200000
dir /d
file /d/a
file /d/b
file /d/c stripes=2
dir /d/sub
file /d/sub/e
fault oi-missing /d/a
fault nlink-file /d/b 5
fault dirent-missing /d/c
fault linkea-missing /d/sub/e
RECIPE
"$MKMDT" build "$TMP/big.recipe" "$TMP/big.img" || { fail "no large image"; exit 1; }
LEAST=$(least "$TMP/big.img")
check "a budget that cannot do names the least that can" test -n "$LEAST"
"$MDTCHECK" --memory $((LEAST - 1))K "$TMP/big.img" >"$TMP/out" 2>"$TMP/err"
check "one K less is refused" test $? = 8
check "before anything is read" test ! -s "$TMP/out"
check "in one line that names what is large" \
	grep -q "^mdtcheck: --memory is too little: .*K are for a table of its [0-9]* directories" "$TMP/err"
same "200000 objects with the least memory" "$TMP/big.img" --memory "${LEAST}K"
same "200000 objects with somewhat more" "$TMP/big.img" --memory $((LEAST * 5 / 4))K --threads 1

# ---- the budget is kept ----

kept() {
	local budget=$1 rss
	"$MDTCHECK" --threads 2 --memory "${budget}K" "$TMP/big.img" >"$TMP/kept.json"
	rss=$(jq '.run.peak_rss_bytes / 1024 | floor' "$TMP/kept.json")
	check "at most ${budget}K and a constant are resident ($rss K)" \
		test "$rss" -le $((budget + CONSTANT_KB))
}
kept "$LEAST"
kept $((LEAST * 2))

# Every suspect costs memory as well.
"$MDTCHECK" --debug-all-suspects --max-findings 10 --memory "${LEAST}K" "$TMP/big.img" >"$TMP/all.json"
check "all are suspects: the same verdict" \
	test "$(jq -c .summary.findings "$TMP/all.json")" = "$(jq -c .summary.findings "$TMP/kept.json")"
check "all are suspects: the budget is kept" \
	test "$(jq '.run.peak_rss_bytes / 1024 | floor' "$TMP/all.json")" -le $((LEAST + CONSTANT_KB))

# The kernel as the judge: a stack for each thread besides.
if command -v prlimit >/dev/null; then
	(
		ulimit -s 1024
		exec prlimit --data=$(((LEAST + CONSTANT_KB) * 1024)) "$MDTCHECK" --threads 2 \
			--memory "${LEAST}K" "$TMP/big.img"
	) >"$TMP/limited.json" 2>"$TMP/err"
	check "under RLIMIT_DATA ($?)" cmp <(essence "$TMP/kept.json") <(essence "$TMP/limited.json")
else
	skip "under RLIMIT_DATA" "no prlimit"
fi

# ---- OST objects beyond the budget ----

# What cannot be compared is said, and is no finding.
{ echo mdt; for i in $(seq 2000); do echo "file /f$i stripes=160"; done; } >"$TMP/wide.recipe"
if "$MKMDT" build "$TMP/wide.recipe" "$TMP/wide.img" 2>"$TMP/err"; then
	LEAST=$(least "$TMP/wide.img")
	"$MDTCHECK" --threads 1 --memory "${LEAST}K" "$TMP/wide.img" >"$TMP/wide.json" 2>"$TMP/err"
	rc=$?
	check "layouts of many objects: all or incomplete ($rc)" jq -e --argjson rc $rc '
		if .coverage.complete then $rc == 0 else $rc == 8
		and .coverage.rules["lov-object-shared"].not_covered > 0 end' "$TMP/wide.json"
else
	skip "layouts of many objects" "$(head -c 100 "$TMP/err" | tr '\n' ' ')"
fi
