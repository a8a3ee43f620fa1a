#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs test suites and adds up their TAP lines.
#
#	tests/run.sh [SUITE]...
#
# A SUITE is unit, cli, fixtures, live, lint, or the path of a program; all of
# them without arguments.  Each runs under a time limit (TEST_TIMEOUT seconds,
# 900), and TEST_JOBS of them at a time (one for each processor, at most 4).  The
# last line is "N passed, N failed, N skipped".
set -u
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export BUILD=${BUILD:-$TOP/build}
limit=${TEST_TIMEOUT:-900}
jobs=${TEST_JOBS:-$(nproc 2>/dev/null || echo 1)}
[ "$jobs" -le 4 ] || jobs=4
dir=$(mktemp -d "${TMPDIR:-/tmp}/mdtcheck-run.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT

# suite_files NAME: the programs behind a short name, one a line.
suite_files() {
	case $1 in
	unit) echo "$BUILD/unit-tests" ;;
	fixtures) echo "$TOP/tests/fixtures/run.sh" ;;
	cli | live) find "$TOP/tests/$1" -maxdepth 1 -name '*.sh' | sort ;;
	# What is not executable there is sourced by the others.
	lint) find "$TOP/tools/lint" -maxdepth 1 -type f -perm -u+x | sort ;;
	*) echo "$1" ;;
	esac
}

# count REGEX: lines of the output that match.
count() { grep -acE "$1" "$out"; }

# complain NAME WHY: one failure that the suite itself did not print.
complain() {
	echo "FAIL $1: $2"
	echo "last lines of its output:"
	tail -n 15 "$out" | sed 's/^/    /'
}

# show_lines NAME: failures with what belongs to them, and what was skipped.
show_lines() {
	awk -v name="$1" '
		/^not ok/ { show = 1; print "FAIL " name ": " $0; next }
		/^ok.*# *SKIP/ { show = 0; print "SKIP " name ": " $0; next }
		/^ok/ { show = 0; next }
		show && /^(#|[ \t])/ { print "    " $0 }' "$out"
}

# run_suite FILE OUT: runs it, prints what it has to say; the last line are its three counts.
run_suite() {
	local file=$1 name=${1#"$TOP/"} out=$2 rc start=$SECONDS planned
	local -i ok=0 bad=0 skip=0 extra=0

	if [ ! -e "$file" ]; then
		: > "$out"
		rc=127
	elif [ "${file##*.}" = sh ]; then
		timeout --kill-after=10 "$limit" bash "$file" > "$out" 2>&1 < /dev/null
		rc=$?
	else
		timeout --kill-after=10 "$limit" "$file" > "$out" 2>&1 < /dev/null
		rc=$?
	fi
	bad=$(count '^not ok\b')
	skip=$(count '^ok\b.*# *SKIP')
	ok=$(($(count '^ok\b') - skip))
	show_lines "$name"
	planned=$(sed -n 's/^1\.\.\([0-9][0-9]*\).*/\1/p' "$out" | tail -n 1)

	if [ ! -e "$file" ]; then
		extra=1
		echo "FAIL $name: it has not been built"
	elif [ $rc -eq 124 ] || [ $rc -eq 137 ]; then
		extra=1
		complain "$name" "stopped after $limit seconds, or killed"
	elif [ $rc -gt 128 ]; then
		extra=1
		complain "$name" "killed by signal $((rc - 128))"
	elif [ $((ok + bad + skip)) -eq 0 ]; then
		extra=1
		complain "$name" "no test line (exit $rc)"
	elif [ $rc -ne 0 ] && [ $bad -eq 0 ]; then
		extra=1
		complain "$name" "exit $rc, but no test failed"
	elif [ -n "$planned" ] && [ "$planned" -ne $((ok + bad + skip)) ]; then
		extra=1
		complain "$name" "$planned tests planned, $((ok + bad + skip)) run"
	fi
	bad=$((bad + extra))
	printf '%-36s %4d passed %3d failed %3d skipped  %4d s\n' "$name" $ok $bad $skip \
		$((SECONDS - start))
	echo "$ok $bad $skip"
}

if [ "${1-}" = --one ]; then
	run_suite "$2" "$3.out" > "$3" 2>&1
	# Whole, so that suites that end together do not mix their lines.
	head -n -1 "$3"
	exit 0
fi
[ $# -gt 0 ] || set -- unit cli fixtures live lint
n=0
for suite in "$@"; do
	while IFS= read -r file; do
		printf '%s\0%s\0' "$file" "$dir/$n"
		n=$((n + 1))
	done < <(suite_files "$suite")
done > "$dir/list"
n=$(($(tr -dc '\0' < "$dir/list" | wc -c) / 2))
xargs -0 -n 2 -P "$jobs" "$BASH" "$0" --one < "$dir/list"
passed=0 failed=0 skipped=0
for ((i = 0; i < n; i++)); do
	# A suite whose counts were lost has failed.
	read -r ok bad skip < <(tail -n 1 "$dir/$i" 2> /dev/null | grep -xE '[0-9]+ [0-9]+ [0-9]+' || echo 0 1 0)
	passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
