#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The SystemTap scripts really run: Debian's own kernel in QEMU (no KVM needed), a live mirror made
# there step by step, mdtcheck and its controls under the compiled modules.  `make check-vm` calls
# it; it takes minutes, most of them the first compilation.
source "$(dirname "$0")/../lib.sh"

PACKAGES="systemtap linux-image-amd64 linux-headers-amd64 qemu-system-x86 busybox-static cpio kmod jq"
SCRIPTS="journal-quiet journal-calls module-calls inode-writers"
GUEST_TIMEOUT=${GUEST_TIMEOUT:-2400}
WORK=$BUILD/vm
FSTYPE=ext4

give_up() { skip "SystemTap in a guest" "$1"; exit 0; }

installed() { dpkg-query -W -f '${Status}\n' "$1" 2>/dev/null | grep -q '^install ok installed$'; }

missing() {
	local p
	for p in $PACKAGES; do
		installed "$p" || echo "$p"
	done
}

install_packages() {
	local p
	mapfile -t p < <(missing)
	[ ${#p[@]} -gt 0 ] || return 0
	[ "$(id -u)" = 0 ] || give_up "not installed: ${p[*]}; root could install them"
	if ! apt-get -qq update >"$TMP/apt" 2>&1 ||
		! DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends \
			"${p[@]}" >>"$TMP/apt" 2>&1; then
		give_up "cannot be installed: ${p[*]} ($(tail -1 "$TMP/apt"))"
	fi
}

# The newest kernel that has both its image and its headers here.
guest_kernel() {
	local v
	for v in $(find /boot -maxdepth 1 -name 'vmlinuz-*-amd64' -printf '%f\n' | sort -rV); do
		v=${v#vmlinuz-}
		[ -d "/usr/src/linux-headers-$v" ] && { echo "$v"; return 0; }
	done
	return 1
}

# stap 4.8 calls task_work_cancel() as it was before a stable kernel renamed it; where the headers
# have the new name, a copy of the runtime does as well.
runtime() {
	local common
	common=$(find /usr/src -path '*linux-headers-6*/include/linux/task_work.h' | head -1)
	if [ -n "$common" ] && grep -q task_work_cancel_func "$common" &&
		grep -q 'typeof(&task_work_cancel)' /usr/share/systemtap/runtime/stp_task_work.c; then
		# Made once: the compiler's cache goes by the times of its files.
		if [ ! -d "$WORK/runtime" ]; then
			rm -rf "$WORK/runtime.new"
			cp -a /usr/share/systemtap/runtime "$WORK/runtime.new"
			sed -i 's/\btask_work_cancel\b/task_work_cancel_func/g' \
				"$WORK/runtime.new/stp_task_work.c"
			mv "$WORK/runtime.new" "$WORK/runtime"
		fi
		echo "$WORK/runtime"
	else
		echo /usr/share/systemtap/runtime
	fi
}

# NAME SCRIPT OPTION...: compiles a script to a module.  It takes its name when it is compiled:
# staprun wants file and module to agree, and a dash would not do.
# A module that is newer than its script, for the same kernel and type, is kept.
compile() {
	local name=$1 script=$2 start=$SECONDS ko=$WORK/probes/$1.ko
	shift 2
	if [ "$ko" -nt "$TOP/tools/stap/$script.stp" ] &&
		[ "$(cat "$ko.for" 2>/dev/null)" = "$KERNEL $FSTYPE" ]; then
		return 0
	fi
	rm -f "$ko.for"
	(cd "$WORK/probes" &&
		stap -r "$KERNEL" -R "$RUNTIME" -p4 -m "$name" "$@" -DMAXSKIPPED=0 \
			"$TOP/tools/stap/$script.stp" "$FSTYPE") >"$WORK/$name.log" 2>&1 ||
		{ tail -20 "$WORK/$name.log"; return 1; }
	echo "$KERNEL $FSTYPE" >"$ko.for"
	echo "# $name: compiled in $((SECONDS - start)) s" >"$WORK/$name.time"
}

# The emulated processor is so slow that the overload protection would end every script: it is off
# here and on in production.  In journal_lost it strikes at once: the control of a script that
# ends before its time.
compile_all() {
	local script name
	for script in $SCRIPTS; do
		name=${script//-/_}
		check "$script.stp compiles for $KERNEL" compile "$name" "$script" -DSTP_NO_OVERLOAD
		cat "$WORK/$name.time" 2>/dev/null
	done
	check "journal-quiet.stp compiles with a protection that strikes at once" \
		compile journal_lost journal-quiet -DSTP_OVERLOAD_INTERVAL=1000LL \
		-DSTP_OVERLOAD_THRESHOLD=1LL
}

# PROGRAM: it and its libraries, under the same paths.
put_program() {
	local lib
	install -D "$1" "$ROOT/$2"
	ldd "$1" 2>/dev/null | grep -oE '/[^ ]+' | while read -r lib; do
		install -D "$(realpath "$lib")" "$ROOT/$lib"
	done
}

put_modules() {
	local m file
	mkdir -p "$ROOT/modules"
	for m in ext4 loop; do
		modprobe --show-depends -S "$KERNEL" "$m" | awk '$1 == "insmod" { print $2 }'
	done | awk '!seen[$0]++' | while read -r file; do
		case $file in
		*.xz) xz -dc "$file" >"$ROOT/modules/$(basename "$file" .xz)" ;;
		*) cp "$file" "$ROOT/modules/" ;;
		esac
		basename "$file" .xz
	done >"$ROOT/modules/order"
	[ -s "$ROOT/modules/order" ]
}

build_root() {
	local s
	rm -rf "$ROOT"
	mkdir -p "$ROOT"/{bin,proc,sys,dev,tmp,probes,usr/bin}
	echo "$FSTYPE" >"$ROOT/fstype"
	cp "$(dirname "$0")/guest-init" "$ROOT/init"
	cp /bin/busybox "$ROOT/bin/"
	put_program "$MDTCHECK" bin/mdtcheck
	put_program "$(command -v staprun)" usr/bin/staprun
	put_program "$BUILD/live-mirror" bin/live-mirror
	put_program "$(command -v bash)" bin/bash
	# What confirm runs; busybox has its own of these in /bin.
	for s in awk cat grep head mktemp rm sed stat tail; do
		put_program "$(command -v "$s")" "usr/bin/$s"
	done
	cp "$TOP/tools/stap/confirm" "$ROOT/bin/"
	for s in /usr/lib/systemtap/stapio /usr/libexec/systemtap/stapio; do
		[ ! -x "$s" ] || put_program "$s" "$s"
	done
	put_modules || return 1
	for s in $SCRIPTS journal_lost; do
		cp "$WORK/probes/${s//-/_}.ko" "$ROOT/probes/" || return 1
	done
	printf 'mdt dirdata=off size=24M\ndir /d\nfiles /d 300\n' >"$WORK/recipe"
	"$MKMDT" build "$WORK/recipe" "$ROOT/mdt.img" || return 1
	(cd "$ROOT" && find . | cpio -o -H newc --quiet | gzip -1) >"$WORK/initrd.gz"
}

boot() {
	local start=$SECONDS
	# One processor: two emulated ones do not always agree on code that is being patched, which
	# is what attaching and detaching of probes does while others run it.
	timeout "$GUEST_TIMEOUT" qemu-system-x86_64 -accel tcg -cpu max -smp "${GUEST_CPUS:-1}" -m 1024 \
		-display none -serial stdio -monitor none -no-reboot -kernel "/boot/vmlinuz-$KERNEL" \
		-initrd "$WORK/initrd.gz" -append "console=ttyS0 quiet oops=panic panic=-1 rdinit=/init" \
		</dev/null 2>"$WORK/qemu.log" | tr -d '\r' >"$WORK/serial"
	echo "# the guest ran $((SECONDS - start)) s"
	grep -q '^@@ end errors' "$WORK/serial" || { tail -15 "$WORK/serial" | sed 's/^/# /'; return 1; }
}

# NAME: what the guest printed under this name.
part() { sed -n "/^@@ begin $1\$/,/^@@ end $1 /p" "$WORK/serial"; }

# NAME: the verdict line of warn(), or of the output.
verdict() { part "$1" | sed -n 's/.*VERDICT journal-quiet: \([a-z]*\).*/\1/p' | head -1; }

json() { part "$1" | grep '^{"script"' | tail -1; }

# NAME FILTER: the JSON line fulfils it.
fulfils() {
	local line
	line=$(json "$1")
	# jq takes no input for no failure.
	[ -n "$line" ] && jq -e "$2" <<<"$line" >/dev/null && return 0
	part "$1" | tail -30
	return 1
}

has_verdict() {
	[ "$(verdict "$1")" = "$2" ] && return 0
	part "$1" | tail -30
	return 1
}

show() { echo "# $1: $(json "$1")"; }

# NAME: the calls of the set-up, one a line.
calls() { part "$1" | grep -oE '^sys_[a-z_]+'; }

judge_mirror() {
	local m
	for m in /mirror /made; do
		check "$m is ro per mount, its superblock rw" \
			grep -qE " $m ro[, ].* - [a-z0-9]+ /dev/loop0 rw" <(part mounts)
		check "  live-mirror verifies it" grep -q "^live-mirror: $m mirrors .*superblock rw" \
			<(part mounts)
		check "  a write through it is refused" grep -q "$m/x: Read-only file system" <(part mounts)
	done
	check "the MDT takes writes after both" grep -q '^/mdt/alive' <(part mounts)
	check "made by hand: mount and remount are seen" test \
		"$(calls mirror-by-hand | grep -c '^sys_mount$')" -ge 3
	check "live-mirror: never writable, no mount and no remount" test \
		"$(calls mirror-by-tool | tr '\n' ' ')" = "sys_fsmount sys_move_mount "
	# Bit 0 is "read-only".
	check "  read-only at birth" grep -qE '^sys_fsmount\(.*attr_flags: [0-9a-f]*[13579bdf]\)' \
		<(part mirror-by-tool)
	check "no error of the file system, no oops" test "$(part errors | wc -l)" = 2
}

judge_quiet() {
	check "mdtcheck beside a writer: quiet" has_verdict quiet-mdtcheck quiet
	check "  while the writer's calls were seen" fulfils quiet-mdtcheck '.other_tasks_calls > 0'
	check "  and mdtcheck did read the MDT" sh -c "sed '1d;\$d' | jq -es '
		length == 1 and .[0].coverage.inodes_scanned > 300'" < <(part report)
	check "a writer: active" has_verdict quiet-writer active
	check "  with handles, write access, dirty metadata and inodes" fulfils quiet-writer \
		'.target_calls | .handles > 0 and .write_access > 0 and .dirty_metadata > 0 and
		.dirty_inode > 0 and .jbd2 > 0'
	check "a plain walk that only reads: quiet" has_verdict quiet-walk quiet
	check "a plain walk that holds an unlinked file: active" has_verdict quiet-pin active
	check "  with handles" fulfils quiet-pin '.target_calls.handles > 0'
	for name in quiet-mdtcheck quiet-writer quiet-walk quiet-pin; do show $name; done
}

# NAME FILTER: the report that confirm wrote fulfils it.
report_fulfils() {
	local doc
	doc=$(part "$1-report" | sed '1d;$d')
	[ -n "$doc" ] && jq -e "$2" <<<"$doc" >/dev/null && return 0
	part "$1" | tail -20
	jq -c .no_writes <<<"$doc"
	return 1
}

# NAME MASK: the bits of confirm's exit status under MASK.
confirm_status() {
	local rc
	rc=$(part "$1" | sed -n "s/^@@ end $1 //p")
	[ -n "$rc" ] && echo $((rc & $2))
}

# Two observers of one run: SystemTap, and the witness that mdtcheck has of its own.
judge_confirm() {
	check "confirm beside a writer: ends with mdtcheck's status" test "$(confirm_status confirm-quiet 255)" = 0
	check "  SystemTap's verdict is in the report: quiet, others were seen" report_fulfils confirm-quiet \
		'.no_writes.systemtap | .verdict == "quiet" and .other_tasks_calls > 0'
	check "  the witness of the same run agrees, and the journal went on meanwhile" \
		report_fulfils confirm-quiet '.no_writes.witness | .state == "quiet" and .events == 0
		and .lost == 0 and (.counters.journal_transactions | .after > .before)'
	check "confirm, a checker that writes: says so" test "$(confirm_status confirm-active 8)" = 8
	check "  active in the report" report_fulfils confirm-active \
		'.no_writes.systemtap | .verdict == "active" and .target_calls.handles > 0'
	check "confirm, a script that ended too soon: says so" test "$(confirm_status confirm-lost 8)" = 8
	check "  and never quiet" sh -c '! grep -qE "verdict(: |\":\")(quiet|active)"' \
		< <(part confirm-lost; part confirm-lost-report)
	check "  but inconclusive" grep -qE "SystemTap's verdict: inconclusive|did not run the check" \
		<(part confirm-lost)
}

judge_rest() {
	check "wide: a cold walk asks, and changes nothing" fulfils wide-walk '.query > 0 and .change == 0'
	check "wide: a writer changes" fulfils wide-writer '.change > 10'
	check "wide: no function is in no class" fulfils wide-writer '.other == 0'
	check "module-calls: either set-up of a mirror is that and no more" fulfils setup \
		'.setup > 0 and .danger + .other == 0'
	check "module-calls: a walk reads, a remount without bind is danger" fulfils danger \
		'.read > 100 and .danger > 0'
	check "  and that it is: it stopped the MDT" grep -qE ' /mdt .* - [a-z0-9]+ /dev/loop0 ro' \
		<(part stopped)
	check "wide: mdtcheck does not enter the journal at all" fulfils wide-mdtcheck \
		'.query + .reclaim + .change + .other == 0 and .other_tasks_calls > 0'
	check "inode-writers: the writer is named" grep -qE '^dirtied +[0-9]+ (busy|sh|touch|busybox)' \
		<(part writers)
	for name in wide-walk wide-writer wide-mdtcheck setup danger writers; do show $name; done
}

install_packages
KERNEL=$(guest_kernel) || give_up "no kernel with its headers in /boot and /usr/src"
[ -x "$MDTCHECK" ] && [ -x "$MKMDT" ] && [ -x "$BUILD/live-mirror" ] ||
	give_up "mdtcheck, mkmdt and live-mirror are not built"
mkdir -p "$WORK/probes"
RUNTIME=${STAP_RUNTIME:-$(runtime)}
ROOT=$WORK/root
echo "# guest: Linux $KERNEL, $(stap --version 2>&1 | head -1)"
compile_all
check "the guest's file system is built" build_root
check "the guest runs to its end" boot
judge_mirror
judge_quiet
judge_confirm
judge_rest
exit 0
