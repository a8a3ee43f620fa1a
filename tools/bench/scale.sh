# SPDX-License-Identifier: GPL-2.0-only
# The rate at 8 times the objects (warm) and at 20 times (cold) beside that at once.  The large
# images are there one at a time: 1.4 KB of disk an object, in a sparse file of twice that.

SMALL=$(bulk_image "bulk-$OBJECTS" "$OBJECTS")

small() { checked "$SMALL"; }
large() { checked "$LARGE"; }

against() { # HOW TIMES
	local room need=$((OBJECTS * $2 * 1500))
	[[ $HOWS == *$1* ]] || return 0
	[ "$1" = warm ] || is_root || { echo "SKIP cold rounds: root is needed"; return; }
	room=$(df --output=avail -B1 "$DIR" | tail -n 1)
	[ "$room" -gt $need ] || { echo "SKIP $1: $((need >> 30)) GiB are needed in $DIR"; return; }
	LARGE=$(bulk_image "scale-$((OBJECTS * $2))" $((OBJECTS * $2)))
	rounds "$1" small large
	say_medians "$1" "$OBJECTS" small
	say_medians "$1" $((OBJECTS * $2)) large
	say_ratio "rate at $2 times the objects" "$1" small large $WALL ">= 0.9" "$2"
	large
	say_memory
	rm -f "$LARGE"
}

trap 'rm -f "${LARGE:-}"' EXIT
against warm 8
against cold 20
end_section $MEASURED
