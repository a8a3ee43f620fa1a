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
# Root may read everything: a copy of the program where others reach it, and others' rights.
unreadable() {
	cp "$TMP/small.img" "$TMP/secret" && chmod 0 "$TMP/secret" || return 1
	if [ "$(id -u)" = 0 ]; then
		local real=$MDTCHECK MDTCHECK=$TMP/as-nobody
		cp "$real" "$TMP/mdtcheck"
		printf '#!/bin/sh\nexec setpriv --reuid 65534 --regid 65534 --clear-groups %s "$@"\n' \
			"$TMP/mdtcheck" > "$MDTCHECK"
		chmod 0755 "$TMP" "$TMP/mdtcheck" "$MDTCHECK"
	fi
	refused 8 "$TMP/secret" && grep -q 'Permission denied' "$TMP/err"
}
if [ "$(id -u)" != 0 ] || command -v setpriv > /dev/null; then
	check "a file that may not be read" unreadable
else
	skip "a file that may not be read" "setpriv is not installed"
fi

plain_ext4() {
	rm -f "$1"
	truncate -s 16M "$1"
	mke2fs -q -F -t ext4 "$1" 2>/dev/null
}
plain_ext4 "$TMP/plain"
check "an ext4 file system without Lustre" refused 8 "$TMP/plain"
cp "$TMP/plain" "$TMP/ost"
printf 'mkdir O\nmkdir O/0\nwrite /dev/null health_check\n' | debugfs -w "$TMP/ost" >/dev/null 2>&1
check "an OST by its directories" refused 8 "$TMP/ost"
check "... is called one" grep -q OST "$TMP/err"

# server FILE FLAGS NAME: a file system whose mountdata makes it another server's.
server() {
	plain_ext4 "$1"
	head -c 12288 /dev/zero > "$TMP/mountdata"
	poke "$TMP/mountdata" 0 '\x01\x00\xd0\x1d'
	poke "$TMP/mountdata" 20 "\\x$2"
	poke "$TMP/mountdata" 28 '\x01'
	poke "$TMP/mountdata" 32 lustre
	poke "$TMP/mountdata" 96 "$3"
	printf 'mkdir CONFIGS\ncd CONFIGS\nwrite %s mountdata\n' "$TMP/mountdata" |
		debugfs -w "$1" >/dev/null 2>&1
}
poke() { printf '%b' "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none; }
server "$TMP/ost" 02 lustre-OST0001
check "an OST by its mountdata" refused 8 "$TMP/ost"
check "... is called by its name" grep -q 'OST.*lustre-OST0001' "$TMP/err"
server "$TMP/mgs" 04 MGS
check "an MGS of its own" refused 8 "$TMP/mgs"
check "... is called one too" grep -q MGS "$TMP/err"

# What else a block device may hold: NAME OFFSET MAGIC.
while read -r name offset magic; do
	rm -f "$TMP/foreign"
	truncate -s 16M "$TMP/foreign"
	poke "$TMP/foreign" "$offset" "$magic"
	check "the magic of $name" refused 8 "$TMP/foreign"
done <<'MAGICS'
XFS 0 XFSB
Btrfs 65600 _BHRfS_M
ZFS 131072 \x0c\xb1\xba\x00\x00\x00\x00\x00
LVM 512 LABELONE
swap 4086 SWAPSPACE2
gzip 0 \x1f\x8b\x08
MAGICS
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
check "-o holds the report, standard output is empty" \
	jq -e '.schema and .summary.verdict == "consistent"' "$TMP/b.json"
silent_out() { "$MDTCHECK" -o "$TMP/c.json" "$TMP/small.img" > "$TMP/out" && [ ! -s "$TMP/out" ]; }
check "... really empty" silent_out

check "the report is never written over the target" refused 8 -o "$TMP/small.img" "$TMP/small.img"
ln "$TMP/small.img" "$TMP/hard.img"
ln -s small.img "$TMP/soft.img"
check "... nor by another name" refused 8 -o "$TMP/hard.img" "$TMP/small.img"
check "... nor through a link" refused 8 -o "$TMP/soft.img" "$TMP/small.img"
check "... which is still whole" "$MDTCHECK" "$TMP/small.img"

# Two runs, and runs with another number of threads, find the same under the same ids.
deterministic() {
	local n
	cp --sparse=always "$TMP/small.img" "$TMP/bad.img"
	"$MKMDT" patch "$TMP/bad.img" oi-missing /d/e/f &&
		"$MKMDT" patch "$TMP/bad.img" nlink-directory /d/e 9 &&
		"$MKMDT" patch "$TMP/bad.img" dirent-dangling /d/f0007 || return 1
	for n in 1 2 2 5; do
		"$MDTCHECK" --threads "$n" "$TMP/bad.img" > "$TMP/run.json"
		jq -S '.findings, .summary' "$TMP/run.json" > "$TMP/found.$n.new"
		[ -e "$TMP/found" ] || cp "$TMP/found.$n.new" "$TMP/found"
		cmp "$TMP/found" "$TMP/found.$n.new" || return 1
	done
	[ "$(jq -s '.[0] | [.[] | select(.caused_by == null)] | length' "$TMP/found")" = 3 ]
}
check "every run finds the same" deterministic

# Bytes changed where there is something, by a generator that gives the same in every run: one
# half of them were not zero, the others are anywhere in a block that was not empty.
mapfile -t BYTES < <(cmp -l "$TMP/small.img" /dev/zero 2>/dev/null | awk '{ print $1 - 1 }')
mapfile -t BLOCKS < <(printf '%s\n' "${BYTES[@]}" | awk '{ print int($1 / 4096) * 4096 }' | uniq)
flipped() {
	local seed=$1 copy=$TMP/flip.img rc=0 i at r=$1
	cp --sparse=always "$TMP/small.img" "$copy"
	for ((i = 0; i < 24; i++)); do
		r=$(((r * 1103515245 + 12345) & 0x7fffffff))
		at=${BYTES[r / 128 % ${#BYTES[@]}]}
		((i % 2)) || at=$((BLOCKS[r / 128 % ${#BLOCKS[@]}] + r % 4096))
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
	[ "${#BLOCKS[@]}" -gt 100 ] || { echo "${#BLOCKS[@]} blocks to change"; return 1; }
	for seed in $(seq 60); do
		flipped "$seed" || return 1
	done
}
check "60 images with changed bytes: no crash, no hang" all_flipped

# The ledger only says where to look: with one that says nothing, and every object a suspect,
# the findings are the same.
same_without_ledger() {
	local recipe n=0
	while read -r recipe; do
		"$MKMDT" build "$recipe" "$TMP/f.img" || return 1
		"$MDTCHECK" "$TMP/f.img" > "$TMP/a.json"
		"$MDTCHECK" --debug-constant-hash --debug-all-suspects "$TMP/f.img" > "$TMP/b.json"
		cmp <(jq -S '.findings, .summary' "$TMP/a.json") \
			<(jq -S '.findings, .summary' "$TMP/b.json") ||
			{ echo "$recipe"; return 1; }
		n=$((n + 1))
	done < <(bad_recipes 4)
	[ "$n" -gt 30 ]
}
# Nor do the batches that suspects are judged in, and what is listed changes no count.
same_in_batches() {
	local recipe n=0
	while read -r recipe; do
		"$MKMDT" build "$recipe" "$TMP/f.img" || return 1
		"$MDTCHECK" "$TMP/f.img" > "$TMP/a.json"
		"$MDTCHECK" --debug-batch 1 "$TMP/f.img" > "$TMP/b.json"
		cmp <(jq -S '.findings, .summary' "$TMP/a.json") \
			<(jq -S '.findings, .summary' "$TMP/b.json") ||
			{ echo "$recipe: batches of one"; return 1; }
		"$MDTCHECK" --max-findings 1 "$TMP/f.img" > "$TMP/b.json"
		cmp <(jq -S '.summary | .findings, .by_rule' "$TMP/a.json") \
			<(jq -S '.summary | .findings, .by_rule' "$TMP/b.json") ||
			{ echo "$recipe: one listed"; return 1; }
		n=$((n + 1))
	done < <(bad_recipes 4)
	[ "$n" -gt 30 ]
}
check "the same findings in batches of one, the same counts with one listed" same_in_batches

check "the same findings with a constant hash and every object a suspect" same_without_ledger
exit 0
