# SPDX-License-Identifier: GPL-2.0-only
# What a foreground load (load.c) on a serving stand-in loses while mdtcheck runs with its default
# settings: windows of LOAD_SECONDS=10 in one load that goes on, with mdtcheck and without in turns.
# LOAD_THREADS= as many as processors.

export TMPDIR=$WORK
TOPIC="foreground load"
source "$TOP/tests/standin.sh"
need jq
command cp --sparse=always "$(bulk_image "bulk-$OBJECTS" "$OBJECTS")" "$TMP/mdt.img"
stand_up
mirror_up > "$WORK/stderr" 2>&1 || give_up "no mirror"
LOAD_SECONDS=${LOAD_SECONDS:-10}
LOAD_THREADS=${LOAD_THREADS:-$(nproc)}

# Operations a second in the next LOAD_SECONDS, as a sample.
window() {
	local from ops to more
	read -r from ops < "$WORK/count"
	sleep "$LOAD_SECONDS"
	read -r to more < "$WORK/count"
	awk -v a="$from" -v b="$to" -v m="$ops" -v n="$more" \
		'BEGIN { if (n <= m) exit 1; printf "%.1f\n", (n - m) / (b - a) }' > "$SAMPLE"
}

# In the background; its number is CHILD.
begin_check() {
	"$MDTCHECK" --fstype ext4 "$TMP/mirror" > "$WORK/json" 2> "$WORK/stderr.check" &
	CHILD=$!
}

# What came of the run: a clean report, or one that was ended early.
ended_well() { # STATUS
	echo "$1" >> "$WORK/statuses"
	[ "$1" = 0 ] || [ "$1" = 32 ] || [ "$1" = 40 ] || { cat "$WORK/stderr.check" >&2; return 1; }
}

check_again_and_again() {
	local status
	while [ ! -e "$WORK/stop" ]; do
		status=0
		begin_check
		echo $CHILD > "$WORK/child"
		wait $CHILD || status=$?
		ended_well $status || return 1
	done
}

# The load goes on; what a window shows is all that differs from the window before it.
alone() { window; }
beside() {
	local rc=0
	rm -f "$WORK/stop"
	check_again_and_again &
	CHECKS=$!
	window || rc=$?
	touch "$WORK/stop"
	kill -TERM "$(cat "$WORK/child")" || :
	wait $CHECKS || rc=$?
	return $rc
}

# In the caches, or each 32nd operation out to the disk.
declare -A SYNC=([cached]=0 [synced]=32)
: > "$WORK/statuses"
for how in cached synced; do
	"$BUILD/bench-load" "$TMP/mdt" "$LOAD_THREADS" "${SYNC[$how]}" "$WORK/count" &
	MUTATOR=$!
	sleep 1
	rounds $how alone beside
	# To the end, once; where the load leaves no processor idle that could take hours.
	if [ $how = synced ]; then
		status=0
		begin_check
		wait $CHILD || status=$?
		ended_well $status || die "a run beside the load failed"
	fi
	kill -TERM $MUTATOR
	wait $MUTATOR || die "the load failed"
	MUTATOR=
done
checks=$(wc -l < "$WORK/statuses") clean=$(grep -cx 0 "$WORK/statuses" || :)
fact checks "$checks" "$checks runs of mdtcheck beside the load, most of them ended with their window"
fact clean_checks "$clean" "$clean of them came to their end and found nothing"
for how in cached synced; do
	printf '%s, medians of %s rounds: %.0f operations/s alone, %.0f beside mdtcheck\n' $how "$ROUNDS" \
		"$(median $how alone 4)" "$(median $how beside 4)"
done
echo "ratios round by round (95 % interval):"
for how in cached synced; do
	say_ratio "operations beside mdtcheck of those alone" $how beside alone 4 ">= 0.98"
done
end_section operations_per_second
