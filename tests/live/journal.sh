#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A copy of a mounted file system, its journal not replayed: the same findings as after e2fsck
# has replayed it, and none of them from what the journal has made old.
TOPIC="an unreplayed journal"
source "$(dirname "$0")/../standin.sh"

need jq e2fsck debugfs setfattr
cat > "$TMP/r" <<'R'
mdt dirdata=off
dir /d
files /d 40
file /d/a
file /d/b
R
"$MKMDT" build "$TMP/r" "$TMP/mdt.img" || { fail "no image"; exit 1; }
stand_up commit=300

# Names go, an attribute goes, directories come: fsync commits it to the journal and brings
# nothing home.
rm "$TMP/mdt/ROOT/d/f0003"
setfattr -x trusted.lma "$TMP/mdt/ROOT/d/a"
ln "$TMP/mdt/ROOT/d/b" "$TMP/mdt/ROOT/d/b2"
for i in 1 2 3; do mkdir "$TMP/mdt/ROOT/d/new$i"; done
python3 -c 'import os,sys; os.fsync(os.open(sys.argv[1], os.O_RDONLY))' "$TMP/mdt/ROOT/d" 2>/dev/null ||
	sync "$TMP/mdt/ROOT/d"
# The loop device's own cache holds the log; what is copied is what the device shows.
dd if="$LOOP" of="$TMP/raw.img" bs=1M conv=sparse status=none
cp --sparse=always "$TMP/raw.img" "$TMP/replayed.img"
e2fsck -fy -E journal_only "$TMP/replayed.img" > "$TMP/e2fsck" 2>&1

sum=$(sha256sum < "$TMP/raw.img")
"$MDTCHECK" "$TMP/raw.img" > "$TMP/raw.json"
"$MDTCHECK" "$TMP/replayed.img" > "$TMP/replayed.json"
"$MDTCHECK" --no-journal-overlay "$TMP/raw.img" > "$TMP/ignored.json"
status=$?
ids() { jq -r '.findings[] | .id + " " + .rule' "$1" | sort; }
check "the copy has a journal to replay" jq -e '.target.needs_recovery' "$TMP/raw.json"
check "it is laid over the device" \
	jq -e '.target.journal.state == "overlaid" and .target.journal.blocks > 0' "$TMP/raw.json"
check "the run is complete" jq -e '.coverage.complete' "$TMP/raw.json"
check "e2fsck replayed the other copy" jq -e '.target.needs_recovery | not' "$TMP/replayed.json"
check "there are findings" jq -e '.findings | length > 3' "$TMP/raw.json"
check "the same findings as after the replay" cmp <(ids "$TMP/raw.json") <(ids "$TMP/replayed.json")
check "the same counts" cmp <(jq -S '.coverage | del(.rules)' "$TMP/raw.json") \
	<(jq -S '.coverage | del(.rules)' "$TMP/replayed.json")
# What is found is what lies there: who knows what the journal would have put right.
unproven() {
	jq -e --arg state "$2" '.summary.verdict == "incomplete" and .target.journal.state == $state and
		(.findings | length > 0 and all(.[]; .state == "unstable")) and
		.summary.unstable == (.findings | length) and
		([.summary.findings | .error, .warning, .caused.error] | add) == 0' "$1"
}
check "without the overlay the run is incomplete, and nothing is an error" \
	unproven "$TMP/ignored.json" ignored
check "... and the status says so" test $status = 8
# The log's own superblock, which is the first block of its inode.
at=$(debugfs -R "bmap <8> 0" "$TMP/raw.img" 2>/dev/null)
cp --sparse=always "$TMP/raw.img" "$TMP/damaged.img"
printf '\377' | dd of="$TMP/damaged.img" bs=1 seek=$((at * 4096 + 12)) conv=notrunc status=none
"$MDTCHECK" "$TMP/damaged.img" > "$TMP/damaged.json"
check "a damaged journal: exit status 8" test $? = 8
check "... the run is incomplete, and nothing is an error" unproven "$TMP/damaged.json" damaged
check "the copy is as it was" test "$sum" = "$(sha256sum < "$TMP/raw.img")"
exit 0
