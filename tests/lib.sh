# SPDX-License-Identifier: GPL-2.0-only
# Sourced by every shell suite.  A suite prints TAP lines (ok / not ok / ok # SKIP why);
# tests/run.sh adds them up.
set -u
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BUILD=${BUILD:-$TOP/build}
MDTCHECK=$BUILD/mdtcheck
MKMDT=$BUILD/mkmdt
SHARED_IMAGES=${SHARED_IMAGES:-$TOP/../shared/images}
TMP=$(mktemp -d "${TMPDIR:-/tmp}/mdtcheck-test.XXXXXX")
# One file system: a mount that a failed test left must not be walked into.
trap 'rm -rf --one-file-system "$TMP"' EXIT

ok()   { echo "ok - $*"; }
fail() { echo "not ok - $*"; }
skip() { echo "ok - $1 # SKIP $2"; }

# check NAME COMMAND...: passes when the command succeeds; its output is shown when it does not.
check() {
	local name=$1 out
	shift
	if out=$("$@" 2>&1); then
		ok "$name"
	else
		fail "$name"
		printf '%s\n' "$out" | sed 's/^/# /' | head -40
	fi
}

# essence REPORT: all that it says of the target; the time and what the run cost may differ.
essence() { jq -S '{coverage, summary, findings, target}' "$1"; }

# sample N: every Nth line of its input, all of them with TESTS_FULL (make check-full).
sample() { awk -v n="$([ -n "${TESTS_FULL:-}" ] && echo 1 || echo "$1")" 'NR % n == 0'; }

# bad_recipes N: a sample of the fixtures with damage, one a line.
bad_recipes() { printf '%s\n' "$TOP"/tests/fixtures/*/bad*.recipe | sample "$1"; }

# real_image NAME: prints the path of an unpacked scratch copy, or fails where it is absent.
real_image() {
	local xz=$SHARED_IMAGES/$1.img.xz
	[ -r "$xz" ] || return 1
	[ -e "$TMP/$1.img" ] || xz -dkc "$xz" | dd of="$TMP/$1.img" bs=1M conv=sparse status=none
	echo "$TMP/$1.img"
}
