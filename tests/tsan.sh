#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The joined program under ThreadSanitizer (`make tsan`): images with and without faults, every
# object a suspect, and, as root, a live mirror under load.  Any report of a race fails.
source "$(dirname "$0")/lib.sh"
export TSAN_OPTIONS="halt_on_error=0 exitcode=66 ${TSAN_OPTIONS:-}"

cat > "$TMP/clean.r" <<'R'
mdt
oi-fill 20
bulk 3000
R
cat > "$TMP/faults.r" <<'R'
mdt
oi-fill 20
bulk 1000
dir /d
files /d 40
dir /d/sub
fault dotdot /d/sub /bulk
fault oi-missing /d/f0001
fault oi-misrouted /d/f0002
fault dirent-dangling/range /d/f0003
fault dirent-malformed /d/f0039
fault lov-object-shared /d/f0004 /d/f0005
R

# races NAME TARGET OPTION...: passes when the sanitizer has nothing to say.
races() {
	local name=$1
	shift
	"$MDTCHECK" --threads 4 "$@" > "$TMP/out" 2> "$TMP/err"
	check "$name" sh -c '! grep -A40 "ThreadSanitizer" "$1"' - "$TMP/err"
}
nm "$MDTCHECK" | grep -q __tsan_init || { skip "races" "not built with SAN=tsan"; exit 0; }
for r in clean faults; do
	"$MKMDT" build "$TMP/$r.r" "$TMP/$r.img" || { fail "no image"; exit 1; }
	races "$r" "$TMP/$r.img"
	races "$r, every object a suspect" --debug-all-suspects "$TMP/$r.img"
done
if [ "$(id -u)" = 0 ]; then
	# Nothing but the sanitizer's verdict is wanted here: it is slow, and so are the looks.
	CHURN_SECONDS=10 CHURN_OBJECTS=3000 CHURN_DELAY=300 CHURN_KEEP=$TMP \
		bash "$TOP/tests/live/churn.sh" > "$TMP/churn" 2>&1
	grep -q SKIP "$TMP/churn" && { grep SKIP "$TMP/churn"; exit 0; }
	check "a live mirror under load" \
		sh -c '[ -e "$1"/run/0.err ] && ! cat "$1"/run/*.err | grep -A40 "ThreadSanitizer"' - "$TMP/device"
else
	skip "a live mirror under load" "root is needed"
fi
exit 0
