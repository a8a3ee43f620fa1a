#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What `make pgo` builds locks itself in and says what the ordinary build says.
source "$(dirname "$0")/../lib.sh"

if [ -z "${TESTS_FULL:-}" ]; then
	skip "make pgo" "make check-full builds everything twice more"
	exit 0
fi
command -v jq > /dev/null || { skip "make pgo" "jq is not installed"; exit 0; }
${CC:-cc} --version | grep -q 'Free Software Foundation' || { skip "make pgo" "the compiler is not gcc"; exit 0; }
TREE=$TMP/tree
mkdir "$TREE"
for part in Makefile checker rules include man docs tools; do
	cp -a "$TOP/$part" "$TREE/" || { fail "a scratch tree"; exit 1; }
done
trained() { env -u BUILD make -s -C "$TREE" WERROR=1 pgo; }
check "it builds without a warning" trained

# Without what differs from run to run.
said() { "$1" "$TMP/img" | jq 'del(.run)'; }
same() {
	said "$MDTCHECK" > "$TMP/plain"
	said "$TREE/build-pgo/mdtcheck" > "$TMP/trained"
	[ -s "$TMP/plain" ] && cmp "$TMP/plain" "$TMP/trained"
}
for recipe in $(find "$TOP/tests/fixtures" -name bad.recipe | sort); do
	"$MKMDT" build "$recipe" "$TMP/img" || { fail "an image of $recipe"; continue; }
	check "the same report on ${recipe#"$TOP/tests/fixtures/"}" same
done
locks() { "$1" "$TMP/img" | jq -c '[.no_writes.locks[] | select(.status == "enforced") | .name]'; }
check "as many locks" test "$(locks "$MDTCHECK")" = "$(locks "$TREE/build-pgo/mdtcheck")"
