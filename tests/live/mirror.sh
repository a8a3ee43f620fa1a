#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# live-mirror on a stand-in: an ext4 image on a loop device, mounted read-write as a server
# would have it.  Needs root and loop devices.
source "$(dirname "$0")/../lib.sh"

TOOL=$TOP/tools/live-mirror
LOOP=

leave() {
	local m
	# The last mounted goes first.
	for m in $(awk -v t="$TMP/" 'index($5, t) == 1 { print $5 }' /proc/self/mountinfo | tac); do
		umount "$m"
	done
	[ -z "$LOOP" ] || losetup -d "$LOOP"
	rm -rf --one-file-system "$TMP"
}
trap leave EXIT

give_up() { skip "live mirror" "$1"; exit 0; }

[ "$(id -u)" = 0 ] || give_up "needs root"
for tool in mke2fs losetup mount findmnt; do
	command -v $tool >/dev/null || give_up "$tool is not installed"
done

truncate -s 16M "$TMP/image"
mke2fs -q -t ext4 "$TMP/image" || give_up "mke2fs failed"
LOOP=$(losetup -f --show "$TMP/image" 2>/dev/null) || give_up "no loop device"
mkdir "$TMP/server" "$TMP/mirror" "$TMP/with space" "$TMP/tmp"
mount -t ext4 "$LOOP" "$TMP/server" 2>/dev/null || give_up "ext4 cannot be mounted"
echo before >"$TMP/server/file"
# The hidden mounts of the tool go where a leftover is seen.
export TMPDIR=$TMP/tmp

mounts() { awk -v t="$TMP/" 'index($5, t) == 1 { print $5 }' /proc/self/mountinfo | sort; }
only_server() { [ "$(mounts)" = "$TMP/server" ] && [ -z "$(ls -A "$TMPDIR")" ]; }
vfs_options() { findmnt -no VFS-OPTIONS --mountpoint "$1" | tail -1; }
fs_options() { findmnt -no FS-OPTIONS --mountpoint "$1" | tail -1; }
tool() { "$TOOL" --fstype ext4 "$@"; }

# NAME WORDS COMMAND...: fails with a line that has the words, and leaves nothing behind.
refused() {
	local name=$1 words=$2 out
	shift 2
	if out=$("$@" 2>&1); then
		fail "$name: it did not fail"
	elif ! grep -qF -- "$words" <<<"$out"; then
		fail "$name: no '$words'"
		printf '%s\n' "$out" | sed 's/^/# /'
	else
		ok "$name"
	fi
}

# ---- a mirror's life ----

check "setup" tool setup "$LOOP" "$TMP/mirror"
check "the hidden mount is gone" test "$(mounts)" = "$TMP/mirror
$TMP/server"
check "the temporary directory is gone" test -z "$(ls -A "$TMPDIR")"
check "the mirror is ro per mount" grep -q '^ro,' <<<"$(vfs_options "$TMP/mirror"),"
check "with nosuid, nodev, noexec, noatime" \
	grep -q 'nosuid.*nodev.*noexec.*noatime' <<<"$(vfs_options "$TMP/mirror")"
check "its superblock stays rw" grep -q '^rw' <<<"$(fs_options "$TMP/mirror")"
check "the server's mount stays rw" grep -q '^rw' <<<"$(vfs_options "$TMP/server")"
check "verify" tool verify "$TMP/mirror"
check "the server still writes" sh -c 'echo after >"$1/file2" && sync "$1/file2"' - "$TMP/server"
check "the mirror shows it" grep -q after "$TMP/mirror/file2"
refused "the mirror refuses a write" "Read-only file system" touch "$TMP/mirror/x"
refused "a second setup there is refused" "is a mount point already" \
	tool setup "$LOOP" "$TMP/mirror"
if [ -x "$MDTCHECK" ]; then
	refused "mdtcheck refuses a stand-in that is none" "not as ldiskfs" \
		"$MDTCHECK" "$TMP/mirror"
	refused "mdtcheck refuses the writable mount" "is mounted read-write" \
		"$MDTCHECK" --fstype ext4 "$TMP/server"
	# A plain ext4 has no mountdata: that this, and nothing before it, is said proves that
	# the mirror was accepted.
	out=$("$MDTCHECK" --fstype ext4 "$TMP/mirror" 2>&1 >/dev/null)
	check "mdtcheck accepts the mirror" \
		test -z "$(grep -v '^mdtcheck: caution:' <<<"$out" |
			grep -E 'mounted|superblock of|no MDT is')"
fi
out=$(tool teardown "$TMP/mirror" 2>&1)
check "teardown" only_server
check "teardown tells of leftovers" grep -q 'keeps the MDT mounted after its umount' <<<"$out"

check "setup, with blanks in the name" tool setup "$LOOP" "$TMP/with space"
check "verify, with blanks in the name" tool verify "$TMP/with space"
check "teardown, with blanks in the name" tool teardown "$TMP/with space"
check "nothing is left" only_server

# ---- no remount without bind ----

for method in fsmount bind; do
	check "setup by $method" tool --method=$method setup "$LOOP" "$TMP/mirror"
	check "$method: ro per mount" grep -q '^ro,' <<<"$(vfs_options "$TMP/mirror"),"
	check "$method: superblock rw" grep -q '^rw' <<<"$(fs_options "$TMP/mirror")"
	check "$method: teardown" tool teardown "$TMP/mirror"
	check "$method: nothing is left" only_server
done

can_trace() { command -v strace >/dev/null && strace -f -o "$TMP/trace" "$@" true 2>/dev/null; }
CALLS='trace=mount,umount2,?fspick,?fsopen,?fsconfig,?fsmount,?mount_setattr'
if can_trace -e trace=mount; then
	for method in fsmount bind; do
		strace -f -e "$CALLS" -o "$TMP/trace.$method" \
			"$BUILD/live-mirror" --fstype ext4 --method=$method setup "$LOOP" "$TMP/mirror" >/dev/null
		strace -f -e "$CALLS" -o "$TMP/trace2" \
			"$BUILD/live-mirror" --fstype ext4 teardown "$TMP/mirror" >/dev/null
		cat "$TMP/trace2" >>"$TMP/trace.$method"
		check "$method: every remount has MS_BIND" \
			test -z "$(grep MS_REMOUNT "$TMP/trace.$method" | grep -v MS_BIND)"
		check "$method: no superblock is reconfigured" \
			test -z "$(grep -E 'fspick\(|FSCONFIG_CMD_RECONFIGURE' "$TMP/trace.$method")"
	done
	check "bind: there were remounts" grep -q 'MS_REMOUNT' "$TMP/trace.bind"
	check "fsmount: there were none, and no plain mount" \
		test -z "$(grep -E '[^s]mount\(' "$TMP/trace.fsmount")"
	check "fsmount: read-only from birth" grep -q 'fsmount(.*RDONLY' "$TMP/trace.fsmount"
	check "nothing is left after the trace" only_server
else
	skip "every remount has MS_BIND" "strace is not installed or not permitted"
fi
check "one remount flag in the sources, and it has MS_BIND" test "$(
	grep -rhE '\bMS_REMOUNT\b' "$TOP/checker" "$TOP/tools" --include='*.c' --include='*.h' |
		grep -v '^ *[/ ]\*' | tr -d '\t')" = \
	"#define MIRROR_REMOUNT (MS_REMOUNT | MS_BIND | MIRROR_FLAGS)"
# Comments may name the dangerous command; what runs may not, but where the test is what it does.
check "no script of ours remounts without bind" test -z "$(
	grep -rhE 'mount +(-[a-z]+ +)*-o +"?remount' "$TOP/tools" "$TOP/tests" \
		--include=live-mirror --include='*.sh' --exclude=mirror.sh --exclude=watch.sh | grep -vE '^[[:space:]]*#|remount,bind')"

# ---- failures leave nothing behind ----

refused "no MDT is mounted from it" "no MDT is mounted from $LOOP" \
	"$TOOL" setup "$LOOP" "$TMP/mirror"
refused "a type that the kernel lacks" "the hidden mount of $LOOP failed" \
	"$TOOL" --force --fstype nosuchfs setup "$LOOP" "$TMP/mirror"
check "nothing is left" only_server
refused "no block device" "is no block device" tool setup "$TMP/image" "$TMP/mirror"
refused "no directory" "No such file or directory" tool setup "$LOOP" "$TMP/nowhere"
refused "the server's mount point" "is a mount point already" tool setup "$LOOP" "$TMP/server"
refused "teardown of the server" "is no mirror" tool teardown "$TMP/server"
refused "teardown of a directory" "is no mount point" tool teardown "$TMP/mirror"
refused "verify of the server" "is writable" tool verify "$TMP/server"
refused "verify of a directory" "is no mount point" tool verify "$TMP/mirror"
refused "usage" "--help" "$TOOL" setup "$LOOP"

# Each step fails in turn: the tracer answers in the kernel's place.
if can_trace -e inject=mount:error=EIO:when=1; then
	for step in bind/mount/1 bind/mount/2 bind/mount/3 bind/mount/4 bind/umount2/1 \
		fsmount/fsopen/1 fsmount/fsconfig/1 fsmount/fsconfig/2 fsmount/fsmount/1 \
		fsmount/move_mount/1; do
		IFS=/ read -r method call when <<<"$step"
		refused "$step fails" "live-mirror: " \
			strace -f -qq -o "$TMP/trace" -e "inject=$call:error=EIO:when=$when" \
			"$BUILD/live-mirror" --fstype ext4 --method="$method" setup "$LOOP" "$TMP/mirror"
		check "$step leaves nothing behind" only_server
	done
	check "without fsopen the old way is taken" \
		strace -f -qq -o "$TMP/trace" -e inject=fsopen:error=ENOSYS \
		"$BUILD/live-mirror" --fstype ext4 setup "$LOOP" "$TMP/mirror"
	tool teardown "$TMP/mirror" >/dev/null
else
	skip "each step fails in turn" "strace is not installed or cannot inject"
fi

# ---- a mirror for one command ----

mountpoint -q / || skip "a mirror for one command" "the root directory is no mount point here"
for method in $(mountpoint -q / && echo fsmount bind); do
	# shellcheck disable=SC2016 # for the inner shell
	out=$(tool --method=$method exec "$LOOP" "$TMP/mirror" \
		sh -c 'cat "$1/file" && ! touch "$1/x" 2>/dev/null' - "$TMP/mirror" 2>&1)
	check "exec by $method: the command sees the mirror" grep -q '^before$' <<<"$out"
	check "exec by $method: nothing is left" only_server
done
mountpoint -q / && refused "exec of nothing there" "No such file" tool exec "$LOOP" "$TMP/mirror" "$TMP/nothing"
check "nothing is left of it" only_server

umount "$TMP/server"
refused "a stand-in that is not mounted" "is not mounted read-write as ext4" \
	tool setup "$LOOP" "$TMP/mirror"
mount -t ext4 -o ro "$LOOP" "$TMP/server"
refused "a superblock that is read-only" "SUPERBLOCK" tool --force verify "$TMP/server"
refused "setup on a read-only superblock" "the hidden mount of" tool --force setup "$LOOP" "$TMP/mirror"
check "nothing is left at the end" only_server
