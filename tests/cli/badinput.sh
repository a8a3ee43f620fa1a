#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What is no MDT, or a damaged one: one clear line, the documented exit status, never a crash;
# and what is checked is never changed.
source "$(dirname "$0")/../lib.sh"

cat > "$TMP/small.recipe" <<'E2'
mdt
dir /d
files /d 60
dir /d/e
file /d/e/f stripes=3
link /d/e/f /d/g
symlink /s target
E2
"$MKMDT" build "$TMP/small.recipe" "$TMP/small.img" || { fail "no image"; exit 1; }

# refused STATUS ARGS...: that status, nothing on stdout, one line on stderr.
refused() {
	local want=$1 rc=0
	shift
	"$MDTCHECK" "$@" > "$TMP/out" 2> "$TMP/err" || rc=$?
	[ "$rc" = "$want" ] || { echo "exit status $rc, not $want"; cat "$TMP/err"; return 1; }
	[ ! -s "$TMP/out" ] || { echo "printed a report"; return 1; }
	[ "$(wc -l < "$TMP/err")" = 1 ] || { echo "not one line:"; cat "$TMP/err"; return 1; }
	grep -q '^mdtcheck: ..' "$TMP/err"
}

for size in 0 1 1024 1100 4096 100000 8000000; do
	head -c "$size" "$TMP/small.img" > "$TMP/cut.img"
	check "an image cut to $size bytes" refused 8 "$TMP/cut.img"
done
head -c 1000000 /dev/urandom > "$TMP/random"
check "random bytes" refused 8 "$TMP/random"
yes "this is a text" | head -n 5000 > "$TMP/text"
check "a text file" refused 8 "$TMP/text"
check "a directory" refused 8 "$TMP"
check "nothing there" refused 8 "$TMP/missing"
check "a character device" refused 8 /dev/null
mkfifo "$TMP/fifo"
check "a fifo" refused 8 "$TMP/fifo"
truncate -s 16M "$TMP/plain"
mke2fs -q -F -t ext4 "$TMP/plain" 2>/dev/null
check "an ext4 file system without Lustre" refused 8 "$TMP/plain"
cp "$TMP/plain" "$TMP/ost"
printf 'mkdir O\nmkdir O/0\nwrite /dev/null health_check\n' | debugfs -w "$TMP/ost" >/dev/null 2>&1
check "an OST by its directories" refused 8 "$TMP/ost"
check "... is called one" grep -q OST "$TMP/err"
truncate -s 16M "$TMP/xfs"
printf 'XFSB' | dd of="$TMP/xfs" conv=notrunc status=none
check "an XFS superblock" refused 8 "$TMP/xfs"
check "an unknown option" refused 16 --no-such-option "$TMP/small.img"
check "no target" refused 16
check "two targets" refused 16 "$TMP/small.img" "$TMP/plain"

unchanged() {
	local before rc=0
	before=$(sha256sum < "$TMP/small.img")
	"$MDTCHECK" "$TMP/small.img" > "$TMP/a.json" || rc=$?
	"$MDTCHECK" --threads 1 -o "$TMP/b.json" --summary "$TMP/small.img" 2> "$TMP/err" || rc=$?
	[ "$rc" = 0 ] && [ "$before" = "$(sha256sum < "$TMP/small.img")" ]
}
check "a healthy image is consistent and left as it was" unchanged
check "the report is never written over the target" refused 8 -o "$TMP/small.img" "$TMP/small.img"
check "... which is still whole" "$MDTCHECK" "$TMP/small.img"

# Bytes flipped in the metadata, by a generator that gives the same in every run.
flipped() {
	local seed=$1 copy=$TMP/flip.img rc=0 i at r=$1
	cp --sparse=always "$TMP/small.img" "$copy"
	for ((i = 0; i < 24; i++)); do
		r=$(((r * 1103515245 + 12345) & 0x7fffffff))
		# Superblock and descriptors, bitmaps and the inode table, directories and OI files.
		at=$((r % (seed % 3 == 0 ? 9000 : 1500000) + 1024))
		printf "\\x$(printf %x $((r >> 8 & 255)))" |
			dd of="$copy" bs=1 seek="$at" conv=notrunc status=none
	done
	timeout 20 "$MDTCHECK" "$copy" > "$TMP/out" 2> "$TMP/err" || rc=$?
	case $rc in
	0 | 4 | 8 | 12) return 0 ;;
	esac
	echo "seed $seed: exit status $rc"
	return 1
}
all_flipped() {
	local seed
	for seed in $(seq 60); do
		flipped "$seed" || return 1
	done
}
check "60 images with flipped bytes: no crash, no hang" all_flipped

# The ledger only says where to look: with one that says nothing, and every object a suspect,
# the findings are the same.
same_without_ledger() {
	local recipe n=0
	for recipe in "$TOP"/tests/fixtures/*/bad*.recipe; do
		"$MKMDT" build "$recipe" "$TMP/f.img" || return 1
		"$MDTCHECK" "$TMP/f.img" > "$TMP/a.json"
		"$MDTCHECK" --debug-constant-hash --debug-all-suspects "$TMP/f.img" > "$TMP/b.json"
		cmp <(jq -S '.findings, .summary' "$TMP/a.json") \
			<(jq -S '.findings, .summary' "$TMP/b.json") ||
			{ echo "$recipe"; return 1; }
		n=$((n + 1))
	done
	[ "$n" -gt 30 ]
}
check "the same findings with a constant hash and every object a suspect" same_without_ledger
exit 0
