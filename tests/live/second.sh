#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The second opinion: on a live stand-in the kernel is asked about the objects of findings, by
# their numbers, as places only; it agrees, it differs where its memory is not what lies on the
# device, and it is not asked about what it might take for damage.
TOPIC="the second opinion"
source "$(dirname "$0")/../standin.sh"

need jq debugfs
cat > "$TMP/r" <<'R'
mdt dirdata=off
dir /d
files /d 40
file /d/a stripes=2
file /d/b
file /d/c
dir /d/sub
symlink /d/l target
file /d/dom dom=64K data=5000
file /d/wide stripes=500
fifo /d/p
file /d/held
file /d/other
file /d/ea wide=on
fault oi-missing /d/a
fault linkea-missing /d/c
fault nlink-file /d/b 3
fault nlink-file /d/l 4
fault nlink-file /d/p 2
fault lov-stripe-size /d/f0003
ea /d/wide trusted.hsm 00
fault oi-missing /d/sub
fault oi-missing /d/dom
R
"$MKMDT" build "$TMP/r" "$TMP/mdt.img" || { fail "no image"; exit 1; }

# ---- where nobody can be asked ----

complaints() { grep -cv '^mdtcheck: caution: ' "$TMP/err"; }
# WORDS COMMAND...: the run goes on, says why once, and the report says it too.
unavailable() {
	local words=$1
	shift
	"$@" > "$TMP/j" 2> "$TMP/err"
	[ $? = 4 ] && [ "$(complaints)" = 1 ] && grep -qF -- "$words" "$TMP/err" &&
		jq -e --arg w "$words" '(.summary.second_opinion | (.unavailable | contains($w))
			and .agrees == 0 and .differs == 0 and .not_asked > 0)
			and all(.findings[]; .second_opinion.opinion == "not asked")' "$TMP/j" ||
		{ cat "$TMP/err"; jq .summary "$TMP/j"; return 1; }
}
second() { "$MDTCHECK" --fstype ext4 --settle-delay 300 --second-opinion "$@"; }
check "an image: there is none, and the run goes on" unavailable "an image file" second "$TMP/mdt.img"
fulfils() {
	jq -rf "$TOP/tests/schema.jq" "$1" > "$TMP/faults" 2>&1 &&
		jq -r --slurpfile schema "$TOP/docs/schema/mdtcheck-1.json" -f "$TOP/tests/validate.jq" \
			"$1" >> "$TMP/faults" 2>&1
	[ ! -s "$TMP/faults" ] || { cat "$TMP/faults"; return 1; }
}
check "  the report fulfils its schema" fulfils "$TMP/j"
check "  and no process was started for it" jq -e '.no_writes | has("second_opinion") | not' "$TMP/j"
stand_up
check "a device that is no mirror: there is none" unavailable "not a mirror" second "$LOOP"
check "the mirror is set up" mirror_up
# Told by a saved table only: nobody panics here.
sed -E "s/( - ext4 ${LOOP//\//\\/} rw).*/\1,errors=panic/" /proc/self/mountinfo > "$TMP/table"
check "where an error would reset the node there is none" unavailable "errors=panic" \
	second --mountinfo "$TMP/table" "$TMP/mirror"
if command -v setpriv > /dev/null; then
	cp "$MDTCHECK" "$TMP/mdtcheck" && chmod 755 "$TMP" "$TMP/mdtcheck"
	check "without CAP_SYS_ADMIN there is none" unavailable "for root" \
		setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin "$TMP/mdtcheck" --witness=off \
		--fstype ext4 --settle-delay 300 --second-opinion "$TMP/mirror"
else
	skip "without CAP_SYS_ADMIN there is none" "setpriv is not installed"
fi

# ---- what it says ----

"$MDTCHECK" --fstype ext4 --settle-delay 300 "$TMP/mirror" > "$TMP/without.json"
plain=$?
check "without the option nothing is said of it" jq -e '(.summary | has("second_opinion") | not)
	and all(.findings[]; has("second_opinion") | not)' "$TMP/without.json"
second "$TMP/mirror" > "$TMP/j" 2> "$TMP/err"
check "with it the exit status is the same" test $? = $plain
check "  and nothing is complained of" test "$(complaints)" = 0
check "  and the report fulfils its schema" fulfils "$TMP/j"
same_findings() { cmp <(jq -r '.findings[].id' "$TMP/without.json") <(jq -r '.findings[].id' "$TMP/j"); }
check "  and the findings are the same" same_findings
# PATH EXPRESSION: of the opinion on the finding about that object.
says() {
	jq -e --arg p "$1" "[.findings[] | select(.object.paths[0] == \$p).second_opinion]
		| length > 0 and all($2)" "$TMP/j" || { jq -c --arg p "$1" '.findings[]
		| select(.object.paths[0] == $p)' "$TMP/j"; return 1; }
}
for path in /d/a /d/b /d/c /d/l /d/p /d/f0003; do
	check "the kernel agrees about $path" says $path '.opinion == "agrees" and .reason == null
		and .differs == []'
done
check "what it was asked for is what the rule looks at" says /d/f0003 '.compared ==
	["trusted.lma", "trusted.lov", "inode", "mode", "nlink"]'
check "a directory is not asked about" says /d/sub '.opinion == "not asked" and
	(.reason | startswith("a directory"))'
check "nor a file with data" says /d/dom '.opinion == "not asked" and (.reason | contains("blocks of data"))'
check "nor a layout in an inode of its own" says /d/wide '.opinion == "not asked" and
	(.reason | contains("an inode of its own"))'
check "the summary counts them" jq -e '.summary.second_opinion == { unavailable: null,
	agrees: 6, differs: 0, not_asked: 3 }' "$TMP/j"
check "the locks of the process that asks are told" jq -e '[.no_writes.second_opinion.locks[].name]
	== ["no_new_privs", "capabilities", "landlock", "seccomp"]' "$TMP/j"
case $(jq -r .no_writes.witness.state "$TMP/j") in
quiet) ok "the witness is quiet" ;;
unavailable) skip "the witness is quiet" "$(jq -r .no_writes.witness.reason "$TMP/j")" ;;
*) fail "the witness is quiet" ;;
esac
text() {
	second --format text "$TMP/mirror" > "$TMP/text"
	grep -q '^Kernel  .*agrees on 6 findings, differs on 0, was not asked about 3' "$TMP/text" &&
		grep -q 'Kernel: sees the same' "$TMP/text" &&
		grep -q 'Kernel: not asked: a directory' "$TMP/text"
}
check "the text tells it" text

free_again() {
	local n
	for n in 1 2 3 4 5; do
		second "$TMP/mirror" > "$TMP/j"
		umount "$TMP/mirror" && mirror_up || return 1
	done
}
check "the mirror is free as soon as a run is over" free_again

# ---- how it asks ----

if command -v strace > /dev/null && strace -o /dev/null true 2> /dev/null; then
	strace -f -o "$TMP/trace" "$MDTCHECK" --witness=off --fstype ext4 --settle-delay 300 \
		--second-opinion "$TMP/mirror" > "$TMP/traced.json"
	# The calls of the one that asks, after it entered its sandbox.
	awk '/ open_by_handle_at\(/ { print $1; exit }' "$TMP/trace" > "$TMP/pid"
	awk -v pid="$(cat "$TMP/pid")" '$1 == pid { line[++n] = $0; if (/SECCOMP_SET_MODE_FILTER, 0/) from = n }
		END { for (i = from + 1; i <= n; i++) print line[i] }' "$TMP/trace" > "$TMP/calls"
	handles() { grep 'open_by_handle_at(' "$TMP/calls"; }
	as_places() {
		[ "$(handles | wc -l)" = 6 ] &&
			! handles | grep -vE '\}, (O_RDONLY\|)?O_NOFOLLOW\|O_CLOEXEC\|O_PATH\) += [0-9]'
	}
	check "inodes are opened as places only" as_places
	nothing_else() {
		! grep -vE ' (read|write|open_by_handle_at|fstat|newfstatat|getxattr|close|exit_group)\(|resumed>|\+\+\+' \
			"$TMP/calls"
	}
	if jq -e 'any(.no_writes.second_opinion.locks[]; .name == "seccomp" and .status == "enforced")' \
		"$TMP/traced.json" > /dev/null; then
		check "nothing else is opened, and no directory read" nothing_else
	else
		skip "nothing else is opened, and no directory read" "there is no seccomp to begin with"
	fi
	# Between the open and the close there is nothing but questions.
	at_once() {
		awk '/resumed>/ { next }
			/ open_by_handle_at\(/ { open = 1; next }
			open && / close\(/ { open = 0; closed++; next }
			open && !/ (fstat|newfstatat|getxattr)\(/ { print; bad = 1 }
			END { exit bad || open || closed != 6 }' "$TMP/calls"
	}
	check "each is closed at once" at_once
	others() { ! grep -v "^$(cat "$TMP/pid") " "$TMP/trace" | grep -E 'open_by_handle_at|getxattr'; }
	check "the checker itself asks nobody" others
else
	skip "how it asks" "strace is not installed, or may not trace"
fi

# ---- beside somebody who writes ----

mutate() {
	while :; do
		chmod 640 "$TMP/mdt/ROOT/d/a" "$TMP/mdt/ROOT/d/b" "$TMP/mdt/ROOT/d/c"
		chmod 600 "$TMP/mdt/ROOT/d/a" "$TMP/mdt/ROOT/d/b" "$TMP/mdt/ROOT/d/c"
	done
}
mutate &
MUTATOR=$!
never_differs() {
	local n
	for n in 1 2 3; do
		second "$TMP/mirror" > "$TMP/j"
		jq -e '.summary.second_opinion | .differs == 0 and .agrees >= 3' "$TMP/j" || return 1
	done
}
check "busy objects are no difference" never_differs
kill $MUTATOR
wait $MUTATOR 2> /dev/null
MUTATOR=

# ---- where the kernel has something else in memory ----

ask() { debugfs -R "$1" "$TMP/mdt.img" 2> /dev/null; }
# INODE as debugfs takes it: where it lies, BLOCK and offset in hexadecimal.
imap() { ask "imap $1" | sed -nE 's/.*located at block ([0-9]+), offset 0x([0-9a-f]+).*/\1 \2/p'; }
# PATH OFFSET BYTES: into its inode, on the device.
poke() {
	local block off
	read -r block off < <(imap "/ROOT$1")
	printf "$3" | dd of="$LOOP" bs=1 seek=$((block * 4096 + 0x$off + $2)) conv=notrunc status=none
}
exec 7< "$TMP/mdt/ROOT/d/held" 8< "$TMP/mdt/ROOT/d/other"
if poke /d/held 26 '\3' 2> "$TMP/err" && poke /d/other 100 '\1\2\3\4' 2> "$TMP/err"; then
	second "$TMP/mirror" > "$TMP/j"
	check "another link count in memory differs" says /d/held '.opinion == "differs" and
		.differs == ["nlink"]'
	check "another generation in memory: it knows no such inode" says /d/other '
		.opinion == "differs" and .differs == ["inode"]'
	check "  and what was found stays confirmed" jq -e '[.findings[]
		| select(.second_opinion.opinion == "differs").state] | . != [] and all(. == "confirmed")' "$TMP/j"
	check "  the text names what differs" grep -q 'Kernel: sees something else in nlink' \
		<(second --format text "$TMP/mirror")
else
	skip "where the kernel has something else in memory" "a mounted device cannot be written to here"
fi
exec 7<&- 8<&-

# ---- an error ----

# An EA block in the middle of an inode table: nothing that is looked for here, but the kernel,
# which has not met this inode yet, takes offence.
acl=$(ask "stat /ROOT/d/ea" | sed -nE 's/.*File ACL: ([0-9]+).*/\1/p')
last=$(ask stats | sed -nE 's/^Inodes per group: +([0-9]+)/\1/p')
read -r table _ < <(imap "<$last>")
bytes() { printf '\\x%02x\\x%02x\\x%02x\\x%02x' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24)); }
stops() {
	local rc=0
	second "$TMP/mirror" > "$TMP/j" || rc=$?
	[ $rc = 12 ] && jq -e '.coverage.incomplete_reasons | any(contains("met an error"))' "$TMP/j" &&
		says /d/ea '.opinion == "not asked" and (.reason | contains("met an error"))' &&
		says /d/f0003 '.opinion == "not asked" and (.reason | contains("met an error"))' &&
		says /d/a '.opinion == "agrees"'
}
if [ "${acl:-0}" != 0 ] && dd if="$LOOP" of="$LOOP" bs=4096 count=1 skip="$acl" seek="$table" \
	conv=notrunc status=none 2> "$TMP/err" && poke /d/ea 104 "$(bytes "$table")" && poke /d/ea 26 '\5'; then
	check "the first error that the kernel meets ends the asking" stops
else
	skip "the first error that the kernel meets ends the asking" "$(head -1 "$TMP/err")"
fi

# ---- after an error ----

TRIGGER=/sys/fs/ext4/${LOOP#/dev/}/trigger_fs_error
if [ -w "$TRIGGER" ]; then
	after_error() {
		"$MDTCHECK" --fstype ext4 --settle-delay 3000 --second-opinion "$TMP/mirror" > "$TMP/j" &
		local pid=$!
		sleep 1
		echo test > "$TRIGGER"
		wait $pid
		jq -e '.summary.second_opinion | .agrees == 0 and .differs == 0 and .not_asked > 0' "$TMP/j" &&
			jq -e '[.findings[].second_opinion.reason] | any(contains("met an error"))' "$TMP/j"
	}
	check "after an error of the file system nobody is asked" after_error
else
	skip "after an error of the file system nobody is asked" "the kernel cannot be made to meet one"
fi
exit 0
