# SPDX-License-Identifier: GPL-2.0-only
# What a foreground load (load.c) on a serving stand-in loses while mdtcheck runs in a loop with its
# default settings.  LOAD_SECONDS=10 for each measurement, LOAD_THREADS= as many as processors.

export TMPDIR=$WORK
TOPIC="foreground load"
source "$TOP/tests/standin.sh"
need jq
command cp --sparse=always "$(bulk_image "bulk-$OBJECTS" "$OBJECTS")" "$TMP/mdt.img"
stand_up
mirror_up > "$WORK/stderr" 2>&1 || give_up "no mirror"
LOAD_SECONDS=${LOAD_SECONDS:-10}
LOAD_THREADS=${LOAD_THREADS:-$(nproc)}

load() { "$BUILD/bench-load" "$TMP/mdt" "$LOAD_SECONDS" "$LOAD_THREADS" "$1" > "$SAMPLE"; }

# Until $WORK/stop is there.
check_again_and_again() {
	while [ ! -e "$WORK/stop" ]; do
		"$MDTCHECK" --fstype ext4 "$TMP/mirror" > "$WORK/json" 2> "$WORK/stderr.check"
		echo $? >> "$WORK/statuses"
	done
}

beside() { # SYNC
	local rc=0
	rm -f "$WORK/stop"
	check_again_and_again &
	MUTATOR=$!
	sleep 0.2
	load "$1" || rc=$?
	touch "$WORK/stop"
	wait $MUTATOR || rc=$?
	MUTATOR=
	return $rc
}

# One after the other in the caches, or each 32nd operation out to the disk.
alone_cached() { load 0; }
beside_cached() { beside 0; }
alone_synced() { load 32; }
beside_synced() { beside 32; }

: > "$WORK/statuses"
for how in cached synced; do
	rounds $how alone_$how beside_$how
done
bad=$(grep -cvx '[04]' "$WORK/statuses" || :)
fact checks "$(wc -l < "$WORK/statuses")" "$(wc -l < "$WORK/statuses") runs of mdtcheck came to their end meanwhile"
[ "$bad" = 0 ] || die "$bad runs of mdtcheck ended with $(sort -u "$WORK/statuses" | paste -sd' ')"
for how in cached synced; do
	echo "$how, medians of $ROUNDS rounds: $(median $how alone_$how 4) operations/s alone, $(median $how beside_$how 4) beside mdtcheck"
done
echo "ratios round by round (95 % interval):"
for how in cached synced; do
	say_ratio "operations beside mdtcheck of those alone" $how beside_$how alone_$how 4 ">= 0.98"
done
end_section operations_per_second
