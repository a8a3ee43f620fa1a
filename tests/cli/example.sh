#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The worked example of docs/HACKING.md: a new rule touches one file of rules/ and its fixtures, and then
# is listed, explained, judged and documented like any other.
source "$(dirname "$0")/../lib.sh"

command -v jq > /dev/null || { skip "the example rule" "jq is not installed"; exit 0; }
case $(basename "$BUILD") in
build) ;;
*) skip "the example rule" "a plain build is needed to begin with"; exit 0 ;;
esac
TREE=$TMP/tree
mkdir "$TREE"
for part in Makefile checker rules include man docs tests tools; do
	cp -a "$TOP/$part" "$TREE/" || { fail "a scratch tree"; exit 1; }
done
# What need not be compiled again.
cp -a "$BUILD" "$TREE/build"
cp -a "$TREE" "$TMP/before"
check "the example is applied" "$TOP/tests/example-rule/apply" "$TREE"
touched() {
	diff -rq "$TMP/before" "$TREE" | grep -v -e ' [^ ]*/rules/nlink.c ' \
		-e 'tests/fixtures: demo-setuid-directory$'
}
check "only one file of rules/ and fixtures are touched" test -z "$(touched)"
build() { env -u BUILD make -s -C "$TREE" WERROR=1 all; }
check "it builds without a warning" build
MDTCHECK=$TREE/build/mdtcheck
listed() { "$MDTCHECK" --list-rules=json | jq -e '.[] | select(.code == "MC599")'; }
check "it is listed" listed
explained() { "$MDTCHECK" --explain MC599 | grep -q 'Remedy: *Look at the mode'; }
check "it is explained" explained
check "it is on the manual page" grep -q 'MC599 demo' "$TREE/build/mdtcheck-rules.7"
fixtures() {
	BUILD=$TREE/build bash "$TREE/tests/fixtures/run.sh" \
		"$TREE/tests/fixtures/demo-setuid-directory/$1.recipe" | grep '^ok'
}
check "its faulty fixture has its one finding" fixtures bad
check "its look-alike is silent" fixtures near
