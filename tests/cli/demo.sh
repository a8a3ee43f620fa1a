#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The demonstration works on any machine, shows every planted fault, and leaves nothing behind.
source "$(dirname "$0")/../lib.sh"

[ -x "$MDTCHECK" ] && [ -x "$MKMDT" ] || { skip "the demonstration" "not built"; exit 0; }

mkdir "$TMP/tmp" "$TMP/bin"

# demo [ARGUMENT]: a run with its files in a directory of their own; the output is in $TMP/out.
demo() { TMPDIR=$TMP/tmp "$TOP/tools/demo" "$@" >"$TMP/out" 2>&1 </dev/null; }

shows() { grep -qF -- "$1" "$TMP/out" || { cat "$TMP/out"; return 1; }; }
left() { find "$TMP/tmp" -mindepth 1; grep "$TMP/tmp" /proc/self/mountinfo; losetup -a 2>/dev/null | grep "$TMP/tmp"; }
nothing_left() { local l; l=$(left); printf '%s' "$l"; [ -z "$l" ]; }

# NAME: every planted fault is a finding of the output.
findings() {
	local rule
	for rule in "MC101 lma-missing" "MC201 oi-missing" "MC303 linkea-no-dirent" \
		"MC501 nlink-file" "MC606 lov-object-shared"; do
		check "$1: shows $rule" shows ". $rule ("
	done
	check "$1: five causes, the rest under them" shows "4 errors, 1 warning; 61 more follow"
	check "$1: shows JSON" shows '"schema": "mdtcheck-1"'
	check "$1: ends well" shows "== Exit status 4"
	check "$1: leaves nothing behind" nothing_left
}

check "image: runs" demo --image-only
check "image: says so" shows "checking the image file instead"
findings image

# A machine without loop devices.
printf '#!/bin/sh\nexit 1\n' >"$TMP/bin/losetup"
chmod +x "$TMP/bin/losetup"
check "no loop device: runs" env PATH="$TMP/bin:$PATH" TMPDIR="$TMP/tmp" \
	sh -c '"$1" >"$2" 2>&1' sh "$TOP/tools/demo" "$TMP/out"
check "no loop device: says so" shows "checking the image file instead"
check "no loop device: ends well" shows "== Exit status 4"
check "no loop device: leaves nothing behind" nothing_left

demo --nonsense
check "an unknown option is a usage error" test $? = 2

if [ "$(id -u)" != 0 ]; then
	skip "mirror" "root is needed"
	exit 0
fi
check "mirror: runs" demo
if shows "no mirror)" >/dev/null; then
	skip "mirror" "$(grep -m 1 'no mirror)' "$TMP/out")"
	exit 0
fi
check "mirror: was proved" shows "ro per mount, superblock rw"
findings mirror
