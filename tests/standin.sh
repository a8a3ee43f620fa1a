#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Sourced by the live suites: a stand-in for a running MDT, an image of mkmdt on a loop device,
# mounted as ext4 at $TMP/mdt, and its mirror at $TMP/mirror.  All is taken away at the end,
# first the process whose number is in MUTATOR.
#
# TOPIC, set before, is what give_up skips.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
LOOP=
MUTATOR=

mirror_up() { "$TOP/tools/live-mirror" --fstype ext4 setup "$LOOP" "$TMP/mirror"; }
mirror_down() { "$TOP/tools/live-mirror" --fstype ext4 teardown "$TMP/mirror" >/dev/null 2>&1; }

stand_down() {
	[ -z "$MUTATOR" ] || { kill "$MUTATOR" 2>/dev/null; wait "$MUTATOR" 2>/dev/null; }
	mountpoint -q "$TMP/mirror" && mirror_down
	mountpoint -q "$TMP/mdt" && umount "$TMP/mdt"
	[ -z "$LOOP" ] || losetup -d "$LOOP"
	rm -rf --one-file-system "$TMP"
}
trap stand_down EXIT

give_up() { skip "$TOPIC" "$1"; exit 0; }

# need TOOL...: root and these programs, or there is nothing to test.
need() {
	[ "$(id -u)" = 0 ] || give_up "root is needed"
	local tool
	for tool in "$@"; do
		command -v "$tool" >/dev/null || give_up "$tool is not installed"
	done
}

# stand_up [OPTIONS]: mounts $TMP/mdt.img.
stand_up() {
	LOOP=$(losetup --show -f "$TMP/mdt.img" 2>/dev/null) || { LOOP=; give_up "no loop device"; }
	mkdir -p "$TMP/mdt" "$TMP/mirror"
	mount_mdt "$@" || give_up "ext4 cannot be mounted here"
}
mount_mdt() {
	mount -t ext4 -o "errors=continue,noinit_itable${1:+,$1}" "$LOOP" "$TMP/mdt" 2>/dev/null
}
