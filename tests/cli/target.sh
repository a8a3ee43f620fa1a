#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What mdtcheck accepts as a target and what it says when it does not: one line, status 8.
source "$(dirname "$0")/../lib.sh"

[ -x "$MDTCHECK" ] || { skip "targets" "mdtcheck is not built"; exit 0; }

TABLES=$TOP/tests/fixtures/mountinfo

# NAME LINE COMMAND...: status 8 and nothing but this line, after the name of the program.
says() {
	local name=$1 line=$2 err rc
	shift 2
	err=$("$@" 2>&1 >"$TMP/out" </dev/null)
	rc=$?
	if [ "$rc" = 8 ] && [ "$err" = "mdtcheck: $line" ] && [ ! -s "$TMP/out" ]; then
		ok "$name"
	else
		fail "$name"
		printf '# status %s\n# %s\n# wanted: %s\n' "$rc" "$err" "mdtcheck: $line"
	fi
}

# Starts like `says`, with words instead of a whole line.
says_like() {
	local name=$1 words=$2 err rc
	shift 2
	err=$("$@" 2>&1 >"$TMP/out" </dev/null)
	rc=$?
	if [ "$rc" = 8 ] && [ "$(wc -l <<<"$err")" = 1 ] && grep -qF -- "$words" <<<"$err"; then
		ok "$name"
	else
		fail "$name"
		printf '# status %s\n# %s\n# wanted: ...%s...\n' "$rc" "$err" "$words"
	fi
}

# ---- paths ----

mkdir "$TMP/dir"
mkfifo "$TMP/fifo"
echo "not a file system" >"$TMP/text"
yes "not a file system" | head -c 1M >"$TMP/long-text"
: >"$TMP/empty"

says "a missing file" "$TMP/none: No such file or directory" "$MDTCHECK" "$TMP/none"
says "a directory" "$TMP/dir is a directory, but not a mount point of a mirror or an MDT" \
	"$MDTCHECK" "$TMP/dir"
says "a fifo, without waiting for it" \
	"$TMP/fifo is a fifo: give a mirror, an MDT, a block device or an image file" \
	timeout 10 "$MDTCHECK" "$TMP/fifo"
says "a character device" \
	"/dev/zero is a character device: give a mirror, an MDT, a block device or an image file" \
	"$MDTCHECK" /dev/zero
says "an empty file" "$TMP/empty is too short for a file system" "$MDTCHECK" "$TMP/empty"
says "a short text" "$TMP/text is too short for a file system" "$MDTCHECK" "$TMP/text"
says_like "a long text" "" "$MDTCHECK" "$TMP/long-text"
says "a service that is not here" "no MDT of the name nosuchfs-MDT0000 is mounted here" \
	"$MDTCHECK" nosuchfs-MDT0000
says "an OST by its name" "lustre-OST0001 is an OST: mdtcheck checks MDTs only" \
	"$MDTCHECK" lustre-OST0001
says_like "a mount point of another type" "/proc is mounted as proc, not as ldiskfs" \
	"$MDTCHECK" /proc

cp "$TMP/long-text" "$TMP/secret"
chmod 0 "$TMP/secret"
chmod 755 "$TMP"
if [ "$(id -u)" != 0 ]; then
	says_like "no permission" "Permission denied" "$MDTCHECK" "$TMP/secret"
elif setpriv --reuid 65534 --clear-groups -- test -x "$MDTCHECK" 2>/dev/null; then
	says_like "no permission" "Permission denied" \
		setpriv --reuid 65534 --clear-groups -- "$MDTCHECK" "$TMP/secret"
else
	skip "no permission" "another user cannot run $MDTCHECK"
fi

# ---- saved mount tables ----

saved() { "$MDTCHECK" --mountinfo "$TABLES/server" "$@"; }

says "a writable mirror" "/mnt/rw-mirror is mounted read-write: a mirror is read-only, by \`mount \
-o remount,bind,ro\` (--allow-rw-mirror accepts it as it is)" saved /mnt/rw-mirror
says_like "and its override" "/dev/mapper/mdt0" saved --allow-rw-mirror /mnt/rw-mirror
says "a wrong type" "/mnt/ext3 is mounted as ext3, not as ldiskfs (--fstype ext3 accepts it as a \
stand-in)" saved /mnt/ext3
says_like "and its override" "/dev/sdh1" saved --fstype ext3 /mnt/ext3
says_like "a missing twin" "no MDT is mounted from /dev/mapper/mdt9" saved /mnt/old-mirror
says_like "and its override" "/dev/mapper/mdt9 cannot be opened" \
	saved --allow-no-twin /mnt/old-mirror
says "an OST's mirror" "/mnt/ost-mirror belongs to the OST lustre-OST0000: mdtcheck checks MDTs \
only" saved /mnt/ost-mirror
says "an OST" "/mnt/ost0 belongs to the OST lustre-OST0000: mdtcheck checks MDTs only" \
	saved /mnt/ost0
says "an MGS" "/mnt/mgs belongs to an MGS: mdtcheck checks MDTs only" saved /mnt/mgs
says "a client" "/mnt/client is a Lustre client mount: mdtcheck reads the MDT itself, on its \
server" saved /mnt/client
for name in /mnt/live-mirror /mnt/mdt0 lustre-MDT0000 /dev/mapper/mdt0; do
	# The device is not on this machine: that it is named shows that the way led there.
	[ -e /dev/mapper/mdt0 ] && { skip "$name" "/dev/mapper/mdt0 is here"; continue; }
	says "$name leads to the device" \
		"/dev/mapper/mdt0 cannot be opened for reading: No such file or directory" \
		saved "$name"
done
says "no mountinfo" "$TABLES/not-mountinfo is not a mountinfo file" \
	"$MDTCHECK" --mountinfo "$TABLES/not-mountinfo" lustre-MDT0000
says "a torn mountinfo" "$TABLES/torn is not a mountinfo file" \
	"$MDTCHECK" --mountinfo "$TABLES/torn" lustre-MDT0000
says "a missing mountinfo" "$TMP/none cannot be read: No such file or directory" \
	"$MDTCHECK" --mountinfo "$TMP/none" lustre-MDT0000

# ---- an image is left as it was ----

times() { stat -c '%x %y %z' "$1"; }
if image=$(real_image lustre-2.17-mdt0); then
	sum=$(cksum <"$image")
	touch -a -d '2001-02-03' "$image"
	before=$(times "$image")
	"$MDTCHECK" "$image" >/dev/null 2>&1
	check "no time of the image changes" test "$before" = "$(times "$image")"
	check "no byte of the image changes" test "$sum" = "$(cksum <"$image")"
else
	skip "an image is left as it was" "no image of a real MDT"
fi
