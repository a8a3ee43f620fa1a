#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The fuzzer (`make fuzz` runs it for longer) damages what it says, sees what goes wrong, and a few
# images damaged by it make mdtcheck do nothing wrong.
source "$(dirname "$0")/../lib.sh"

[ -x "$BUILD/fuzz-damage" ] || { skip "the fuzzer" "not built"; exit 0; }
command -v jq > /dev/null || { skip "the fuzzer" "jq is not installed"; exit 0; }
printf 'mdt\ndir /d\nfiles /d 20\nfile /d/wide stripes=100 wide=on\n' | "$MKMDT" build - "$TMP/img" ||
	{ fail "no image"; exit 1; }

# ---- damage ----

cp "$TMP/img" "$TMP/a" && "$BUILD/fuzz-damage" "$TMP/a" 7 > "$TMP/a.txt"
cp "$TMP/img" "$TMP/b" && "$BUILD/fuzz-damage" "$TMP/b" 7 > "$TMP/b.txt"
check "a seed does something" eval '! cmp -s "$TMP/img" "$TMP/a"'
check "the same to the same image" cmp "$TMP/a" "$TMP/b"
check "and says what" cmp "$TMP/a.txt" "$TMP/b.txt"
told=0
for seed in $(seq 40); do
	cp "$TMP/img" "$TMP/b"
	"$BUILD/fuzz-damage" "$TMP/b" "$seed" > "$TMP/b.txt"
	"$MDTCHECK" -o "$TMP/json" "$TMP/b" 2> "$TMP/err" || told=$((told + 1))
done
check "much of it is damage ($told of 40 told)" test $told -ge 15

# ---- the fuzzer ----

fuzz() { TMPDIR=$TMP "$TOP/tools/fuzz/run" -t 600 "$@" > "$TMP/out" 2>&1; }
check "images damaged at random: all runs end well" fuzz -n 60
check "it says how many" grep -q '^60 damaged images from seed 1 on, 0 of them' "$TMP/out"

# stand_in NAME SCRIPT: a fuzzer with this for an mdtcheck fails.
stand_in() { # NAME SCRIPT WHAT IT SAYS
	mkdir -p "$TMP/bin"
	cp "$MKMDT" "$BUILD/fuzz-damage" "$TMP/bin"
	printf '#!/bin/sh\n%s\n' "$2" > "$TMP/bin/mdtcheck"
	chmod +x "$TMP/bin/mdtcheck"
	check "it sees $1" told_of "$3"
}
told_of() { ! BUILD=$TMP/bin fuzz -n 2 && grep -q "^not ok - seed 1, .*$1" "$TMP/out"; }
stand_in "a crash" 'kill -SEGV $$' "exit status 139"
stand_in "no report" 'exit 4' "without a report"
stand_in "silence" 'exit 8' "neither a report nor one line"
stand_in "a sanitizer" 'echo "x.c:1: runtime error: overflow" >&2; exit 8' "runtime error"
stand_in "a report that depends on the threads" \
	'echo "{\"summary\": {\"verdict\": \"$4\"}}" > "$2"' "do not say the same"
stand_in "a write" 'for a; do :; done; echo x >> "$a"; echo "mdtcheck: no" >&2; exit 8' "was changed"
exit 0
