# SPDX-License-Identifier: GPL-2.0-only
# The device view with all rules beside `e2fsck -fn`, and beside a plain read of the same bytes.

IMAGE=$(bulk_image "bulk-$OBJECTS" "$OBJECTS")

one() { checked --threads 1 "$IMAGE"; }
two() { checked --threads 2 "$IMAGE"; }

# Two runs of one thread beside each other: what the machine's processors give two who share
# nothing.  Threads of one run cannot do better.
pair() {
	measured sh -c '"$0" --threads 1 "$1" > "$2" & "$0" --threads 1 "$1" > "$3" && wait $!' \
		"$BUILD/mdtcheck" "$IMAGE" "$WORK/json" "$WORK/json2"
}

# Exit status 0 and no problem printed, or the comparison means nothing.
fsck() { measured e2fsck -fn "$IMAGE" > "$WORK/e2fsck" && ! grep -q '? no' "$WORK/e2fsck"; }

same() { measured "$BUILD/bench-reader" "$IMAGE" < "$WORK/ranges" > "$WORK/read"; }

# The system calls of a run, a file a thread so that no line is split; then what was read of the
# image, in order and without what was read twice.
trace() {
	strace -ff -qq -y -o "$WORK/calls" "$BUILD/mdtcheck" --threads 1 "$IMAGE" > "$WORK/json"
	cat "$WORK"/calls.* > "$WORK/all"
	awk -v image="<$IMAGE>" '/^pread64/ && index($0, image) && match($0, /, [0-9]+, [0-9]+\) += [0-9]+$/) {
		split(substr($0, RSTART + 2), part, /[^0-9]+/)
		print part[2], part[3] }' "$WORK/all" > "$WORK/reads"
	sort -n "$WORK/reads" | awk '
		$1 <= end && NR > 1 { if ($1 + $2 > end) end = $1 + $2; next }
		NR > 1 { printf "%.0f %.0f\n", start, end - start }
		{ start = $1; end = $1 + $2 }
		END { if (NR) printf "%.0f %.0f\n", start, end - start }' > "$WORK/ranges"
	[ -s "$WORK/ranges" ] || die "strace shows no read of $IMAGE"
}

SAME=
if command -v strace > /dev/null; then
	trace
	SAME=same
	bytes=$(awk '{ n += $2 } END { printf "%.0f", n }' "$WORK/reads")
	distinct=$(awk '{ n += $2 } END { printf "%.0f", n }' "$WORK/ranges")
	fact system_calls "$(wc -l < "$WORK/all")" "$(wc -l < "$WORK/all") system calls"
	fact reads "$(wc -l < "$WORK/reads")" "$(wc -l < "$WORK/reads") reads"
	fact bytes_read "$bytes" "$((bytes >> 20)) MiB read"
	fact distinct_bytes_read "$distinct" "$((distinct >> 20)) MiB of them once, in $(wc -l < "$WORK/ranges") ranges"
else
	echo "SKIP a read of the same bytes: strace is not installed"
fi
checked "$IMAGE"
say_memory
INODES=$(jq .coverage.inodes_scanned "$WORK/json")
fact inodes_scanned "$INODES" "$INODES inodes in use"

for how in $HOWS; do
	rounds $how one two pair fsck $SAME
	say_medians $how "$INODES" one two fsck $SAME
done
rate=$(awk -v n="$INODES" -v s="$(median warm one $CPU)" 'BEGIN { printf "%.2f", n / s / 1e6 }')
fact warm_million_inodes_per_processor_second "$rate" \
	"$rate M inodes a second of processor, warm, one thread: goal $(verdict "$rate" '>= 2')"
echo "ratios round by round (95 % interval):"
for how in warm cold; do
	say_ratio "two threads of e2fsck, wall" $how two fsck $WALL "<= 0.20"
	say_ratio "one thread of e2fsck, processor" $how one fsck $CPU
	[ -z "$SAME" ] || say_ratio "two threads of a read of the same bytes, wall" $how two same $WALL \
		"$([ $how = warm ] || echo '<= 1.15')"
	say_ratio "one thread of two, wall" $how one two $WALL ">= 1.7"
	say_ratio "one run of two beside each other, wall, times two" $how one pair $WALL "" 2
done
end_section $MEASURED
