#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The benches measure what they say: the walker and the reader read what they should, the load
# leaves nothing behind, and a small run of every section writes whole figures.
source "$(dirname "$0")/../lib.sh"
IMG=$TMP/bulk.img
leave() {
	mountpoint -q "$TMP/mnt" && umount "$TMP/mnt"
	rm -rf --one-file-system "$TMP"
}
trap leave EXIT
mkdir "$TMP/mnt"
printf 'mdt dirdata=off\nbulk 3000\n' | "$MKMDT" build - "$IMG" || { fail "no image"; exit 1; }

# ---- reader, measure ----

printf '0 4096\n8192 3000000\n' | "$BUILD/bench-reader" "$IMG" > "$TMP/out"
check "the reader reads what the list says" test "$(cat "$TMP/out")" = 3004096
check "the reader refuses what is not there" eval '! echo 1000000000000 1 | "$BUILD/bench-reader" "$IMG"'
check "the reader refuses what is no list" eval '! echo x | "$BUILD/bench-reader" "$IMG"'
"$BUILD/bench-measure" "$TMP/took" sh -c 'sleep 0.3; exit 7'
check "a measured command keeps its exit status" test $? = 7
check "a measured command: wall, processor, memory" awk \
	'!($1 >= 0.3 && $1 < 30 && $2 < $1 && $3 > 100000 && NF == 4) { exit 1 }' "$TMP/took"

# ---- walker, load ----

if [ "$(id -u)" = 0 ] && command -v getfattr > /dev/null &&
	mount -t ext4 -o loop,ro "$IMG" "$TMP/mnt" 2> /dev/null; then
	read -r dirs entries eas bytes < <("$BUILD/bench-walker" "$TMP/mnt" 2)
	check "the walker sees every directory" test "$dirs" = "$(find "$TMP/mnt" -type d | wc -l)"
	check "the walker sees every name" test "$entries" = "$(find "$TMP/mnt" | wc -l)"
	getfattr -R -h -d -m '^trusted\.(lma|link|lov|lmv)$' -e hex "$TMP/mnt" 2> /dev/null |
		awk -F= '/^trusted/ { n++; b += (length($2) - 2) / 2 } END { print n, b }' > "$TMP/out"
	check "the walker reads every attribute" test "$eas $bytes" = "$(cat "$TMP/out")"
	umount "$TMP/mnt"
else
	skip "the walker" "root, getfattr and a loop device are needed"
fi
if [ "$(id -u)" = 0 ]; then
	"$BUILD/bench-load" "$TMP/mnt" 2 16 "$TMP/count" 2> "$TMP/err" &
	load=$!
	sleep 0.3
	kill $load
	wait $load
	check "the load ends when it is told to" test $? = 0
	check "the load does something" awk '!($2 > 100) { exit 1 }' "$TMP/count"
	check "the load leaves nothing behind" test -z "$(ls -A "$TMP/mnt")"
else
	skip "the load" "root is needed"
fi

# ---- the sections ----

check "an unknown section is refused" eval '! "$TOP/tools/bench/run" nonsense'
LOAD_SECONDS=0.3 "$TOP/tools/bench/run" -w -n 2000 -r 2 -o "$TMP/out.json" \
	scan suspects scale posix load > "$TMP/out" 2>&1
check "a small run ends well" test $? = 0
grep '^SKIP\|# SKIP' "$TMP/out" | while read -r line; do skip "a section" "$line"; done
sections=$(jq -r 'map(.section) | join(" ")' "$TMP/out.json")
check "its sections without root are there ($sections)" jq -e \
	'map(.section) | index("scan") and index("suspects") and index("scale")' "$TMP/out.json"
check "each has two rounds, each ratio is a number between its bounds" jq -e 'all(.[];
	(.runs | length > 0) and (.runs | map(.round) | unique == [0, 1])
	and (.ratios | length > 0) and all(.ratios[]; .low <= .median and .median <= .high and .low > 0))' \
	"$TMP/out.json"
check "a read of the same bytes reads no more than mdtcheck did" jq -e \
	'.[] | select(.section == "scan").facts
	| .reads == null or (.distinct_bytes_read > 2000 * 1024 and .distinct_bytes_read <= .bytes_read)' \
	"$TMP/out.json"
exit 0
