#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A plain user, and kernels that lack a lock: the same findings, and the report says what is missing.
# (The sandbox alone: tests/unit/test_sandbox.c.  No tracefs, no fsmount, no reports of errors by
# fanotify: tests/live.)
source "$(dirname "$0")/../lib.sh"

command -v jq > /dev/null || { skip "kernels" "jq is not installed"; exit 0; }
printf '%s\n' "mdt" "dir /d" "file /d/a" "fault oi-missing /d/a" > "$TMP/r"
"$MKMDT" build "$TMP/r" "$TMP/mdt.img" || { fail "no image"; exit 1; }
"$MDTCHECK" "$TMP/mdt.img" > "$TMP/want.json"

# same NAME FILTER COMMAND...: the command's report is that of a plain run, but for what is said
# about the locks, of which the filter holds.
same() {
	local name=$1 filter=$2
	shift 2
	"$@" > "$TMP/got.json" 2> "$TMP/err"
	check "$name: exit status 4" test $? = 4
	check "$name: the same findings" cmp <(essence "$TMP/want.json") <(essence "$TMP/got.json")
	check "$name: what the report says of locks" jq -e ".no_writes.locks as \$locks
		| (\$locks | map({(.name): .}) | add) as \$lock | $filter" "$TMP/got.json"
}

NAMES='["compile lock", "link lock", "read-only descriptors", "no_new_privs", "capabilities", "landlock", "seccomp"]'
same "here" "[\$locks[].name] == $NAMES and all(\$locks[]; (.status == \"enforced\") or .reason != null)" \
	"$MDTCHECK" "$TMP/mdt.img"

chmod 755 "$TMP" && chmod 644 "$TMP/mdt.img" && cp "$MDTCHECK" "$TMP/mdtcheck"
if [ "$(id -u)" = 0 ] && ! command -v setpriv > /dev/null; then
	skip "a plain user" "setpriv is not installed"
else
	drop=()
	[ "$(id -u)" != 0 ] || drop=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	same "a plain user" '$lock.no_new_privs.status == "enforced" and $lock.capabilities.status == "enforced"
		and .no_writes.witness.state == "unavailable"' "${drop[@]}" "$TMP/mdtcheck" "$TMP/mdt.img"
fi

# CALL ERROR COMMAND...: strace answers that call in the kernel's place.
without() { strace -f -qq -o /dev/null -e "inject=$1:error=$2" "${@:3}"; }
if command -v strace > /dev/null && without landlock_create_ruleset ENOSYS true 2> /dev/null; then
	lacks() {
		same "$1, $2" "\$lock[\"$3\"] == {name: \"$3\", status: \"unavailable\", reason: \"$4\"}" \
			without "$1" "$2" "$MDTCHECK" "$TMP/mdt.img"
	}
	lacks landlock_create_ruleset ENOSYS landlock "the kernel does not have it"
	lacks landlock_create_ruleset EOPNOTSUPP landlock "the kernel has it turned off"
	lacks capset EPERM capabilities "not permitted"
	# libseccomp then goes the old way.
	same "seccomp, ENOSYS" '$lock.seccomp.status != null' without seccomp ENOSYS "$MDTCHECK" "$TMP/mdt.img"
else
	skip "kernels that lack a lock" "strace is not installed or cannot inject"
fi
exit 0
