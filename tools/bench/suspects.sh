# SPDX-License-Identifier: GPL-2.0-only
# An image in which every object is a suspect, as after an upgrade without linkEAs, beside the same
# tree with them.

CLEAN=$(bulk_image "bulk-$OBJECTS" "$OBJECTS")
SUSPECTS=$(bulk_image "suspects-$OBJECTS" "$OBJECTS" linkea=off)

clean() { checked "$CLEAN"; }
suspects() {
	checked_bad "$SUSPECTS" &&
		jq -e --argjson n "$OBJECTS" '.summary.findings.error == $n' "$WORK/json" > "$WORK/found"
}

for how in $HOWS; do
	rounds $how clean suspects
	say_medians $how "$OBJECTS" clean suspects
done
suspects
say_memory
jq -r '.run.phases[] | "  \(.name) \(.seconds * 1000 | round / 1000) s"' "$WORK/json"
echo "ratios round by round (95 % interval):"
for how in warm cold; do
	say_ratio "all suspects of none, wall" $how suspects clean $WALL "<= 6"
	say_ratio "all suspects of none, processor" $how suspects clean $CPU
done
end_section $MEASURED
