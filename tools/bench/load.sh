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

# Until $WORK/stop is there, or a run did not come to a report.
check_again_and_again() {
	local status=0
	while [ ! -e "$WORK/stop" ] && [ $status -lt 16 ]; do
		status=0
		"$MDTCHECK" --fstype ext4 "$TMP/mirror" > "$WORK/json" 2> "$WORK/stderr.check" || status=$?
		echo $status >> "$WORK/statuses"
	done
	[ $status -lt 16 ] || { cat "$WORK/stderr.check" >&2; return 1; }
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
checks=$(wc -l < "$WORK/statuses") clean=$(grep -cx 0 "$WORK/statuses" || :)
fact checks "$checks" "$checks runs of mdtcheck came to their end meanwhile"
fact clean_checks "$clean" "$clean of them found nothing"
for how in cached synced; do
	printf '%s, medians of %s rounds: %.0f operations/s alone, %.0f beside mdtcheck\n' $how "$ROUNDS" \
		"$(median $how alone_$how 4)" "$(median $how beside_$how 4)"
done
echo "ratios round by round (95 % interval):"
for how in cached synced; do
	say_ratio "operations beside mdtcheck of those alone" $how beside_$how alone_$how 4 ">= 0.98"
done
end_section operations_per_second
