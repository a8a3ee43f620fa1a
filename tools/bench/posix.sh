# SPDX-License-Identifier: GPL-2.0-only
# The posix view on a read-only mount, beside the fastest walk that reads the same attributes and
# judges nothing (walker.c), and beside `getfattr -R`.

is_root || { echo "SKIP posix: root is needed"; exit 0; }
command -v getfattr > /dev/null || { echo "SKIP posix: getfattr is not installed"; exit 0; }
IMAGE=$(bulk_image "bulk-$OBJECTS" "$OBJECTS")
MNT=$WORK/mnt
trap 'mountpoint -q "$MNT" && umount "$MNT"' EXIT
mkdir "$MNT"
mount -t ext4 -o loop,ro "$IMAGE" "$MNT" 2> "$WORK/stderr" || { echo "SKIP posix: $(cat "$WORK/stderr")"; exit 0; }

view() { checked --view=posix --fstype ext4 --witness=off "$MNT"; }
walk() { measured "$BUILD/bench-walker" "$MNT" "$(nproc)" > "$WORK/walked"; }
getfattr_r() { measured getfattr -R -h -d -m - "$MNT" > /dev/null; }

for how in $HOWS; do
	rounds $how view walk getfattr_r
	say_medians $how "$OBJECTS" view walk getfattr_r
done
say_memory
echo "ratios round by round (95 % interval):"
for how in warm cold; do
	say_ratio "posix view of the walk, wall" $how view walk $WALL
	say_ratio "posix view of the walk, processor" $how view walk $CPU
	say_ratio "posix view of getfattr -R, wall" $how view getfattr_r $WALL
done
end_section $MEASURED
