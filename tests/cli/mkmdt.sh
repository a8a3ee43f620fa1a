#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# mkmdt build: the same bytes every time, file systems that e2fsck finds nothing in, errors that
# name the line, and no image where there was an error.
. "$(dirname "$0")/../lib.sh"

E2FSCK=$(PATH=$PATH:/sbin:/usr/sbin command -v e2fsck) || E2FSCK=
IMG=$TMP/built.img

# build NAME: makes $IMG of the recipe on stdin.
build() { cat >"$TMP/recipe" && "$MKMDT" build "$TMP/recipe" "$IMG"; }

# A recipe with one of everything; the options of mdt are the arguments.
everything() {
	cat <<-END
		mdt $*
		dir /a mode=0700
		dir /a/b
		file /a/f
		file /a/one stripes=1 stripe_size=4M
		file /a/none stripes=0
		file /a/pool stripes=2 pool=flash
		file /a/g pfl=1M,64M,eof init=2
		file /a/w wide=on stripes=4
		file /a/given fid=[0x200000999:0x77:0x0]
		link /a/f /a/b/f2
		link /a/f "/a/b/with blank \\xe9"
		symlink /a/s target
		symlink /a/long $(printf 'x%.0s' {1..90})
		fifo /a/p
		socket /a/so
		chr /a/c 1:3
		blk /a/bl 259:300
		file /a/gone
		orphan /a/gone
		dir /a/gonedir
		orphan /a/gonedir
		file /a/ov links=overflow
		link /a/ov /a/ov2
		dir /h htree=on
		files /h 3
		dir /lin htree=off
		files /lin 300
		dir /many
		files /many 2000 prefix=name-
		ea /a/f user.x 00ff10
		expect clean
	END
}

# clean NAME: the recipe on stdin builds, and e2fsck has nothing to say.
clean() {
	local name=$1 out rc
	if ! out=$(build 2>&1); then
		fail "e2fsck clean: $name"
		echo "# $out"
	elif [ -z "$E2FSCK" ]; then
		skip "e2fsck clean: $name" "no e2fsck"
	else
		out=$("$E2FSCK" -fn "$IMG" 2>&1)
		rc=$?
		if [ $rc = 0 ] && ! grep -q 'Fix?\|WARNING\|no$' <<<"$out"; then
			ok "e2fsck clean: $name"
		else
			fail "e2fsck clean: $name (exit $rc)"
			printf '%s\n' "$out" | sed 's/^/# /' | head -20
		fi
	fi
}

same_twice() {
	build && mv "$IMG" "$TMP/first.img" && "$MKMDT" build - "$IMG" <"$TMP/recipe" &&
		cmp "$TMP/first.img" "$IMG"
}

seeds_differ() {
	echo "mdt seed=1" | build && mv "$IMG" "$TMP/first.img" && echo "mdt seed=2" | build &&
		! cmp -s "$TMP/first.img" "$IMG"
}

# u32_at OFFSET: a little-endian word of $IMG.
u32_at() { od -An -tu4 -j "$1" -N 4 "$IMG" | tr -d ' '; }

dirdata_is() { echo "mdt dirdata=$1" | build && [ $(($(u32_at 1120) & 4096)) = "$2" ]; }

# In every copy of the superblock: the backup of the second group counts too.
dirdata_backup() {
	echo "mdt size=256M inodes=20000" | build || return 1
	local group=$(($(u32_at 1056) * 4096))
	[ $(($(u32_at $((group + 96))) & 4096)) = 4096 ]
}

# refuse NAME WHAT: the recipe on stdin fails with exit 1, one line that contains WHAT, no image.
refuse() {
	local name=$1 what=$2 out rc
	rm -f "$IMG"
	out=$(build 2>&1)
	rc=$?
	if [ $rc = 1 ] && [ "$(wc -l <<<"$out")" = 1 ] && [[ $out == "mkmdt: "*"$what"* ]] &&
		! compgen -G "$IMG*" >/dev/null; then
		ok "refused: $name"
	else
		fail "refused: $name (exit $rc: $out)"
	fi
}

everything | check "the same recipe gives the same bytes" same_twice
echo "bulk 5000" | check "so does bulk" same_twice
everything csum=on oi=1 | check "with checksums too" same_twice
check "another seed gives others" seeds_differ
check "dirdata=on sets the feature" dirdata_is on 4096
check "dirdata=off does not" dirdata_is off 0
check "dirdata is in the backup superblocks" dirdata_backup

for o in "" extents=on extents=off csum=on "csum=on extents=on" bits64=on "bits64=on csum=on" \
	isize=512 bs=2048 oi=1 "oi=256 extents=on" size=128M inodes=50000 isize=2048 osts=1 seed=9; do
	everything dirdata=off $o | clean "everything ${o:-by default}"
done
everything dirdata=off ea_inode=off isize=256 bs=1024 | clean "everything in little room"
printf '%s\n' "mdt dirdata=off" "dir /d" "file /d/big stripes=1000" | clean "a layout in an EA inode"
{
	printf '%s\n' "mdt dirdata=off ea_inode=off" "dir /d" "file /d/f"
	for i in $(seq 300); do echo "link /d/f /d/another-name-of-the-same-file-$i"; done
} | clean "more names than a linkEA holds"
cat <<'END' | clean "agents, remote and striped directories"
mdt dirdata=off
agent /stub fid=[0x240000401:0x5:0x0]
agent /stubfile fid=[0x240000401:0x6:0x0] type=file
remote [0x240000401:0x9:0x0] faraway fid=[0x200000777:0x1:0x0]
file //REMOTE_PARENT_DIR/0x200000777:0x1:0x0/child
striped /s 4
file /s/a
dir /s/README
file /s/README/x
striped /t 3 remote=2 hash=all_chars
END
printf '%s\n' "mdt dirdata=off" "oi-fill 1" "dir /d" "files /d 3000" | clean "an OI of several levels"
printf '%s\n' "mdt dirdata=off bs=1024 isize=512" "dir /d" \
	"files /d 40000 prefix=a-rather-long-name-that-goes-on-and-on-" | clean "an htree of two levels"
printf '%s\n' "mdt dirdata=off" "bulk 20000" | clean "bulk 20000"
printf '%s\n' "mdt dirdata=off" "bulk 5000 linkea=off" | clean "bulk 5000 without linkEAs"
bare() { # a suspect each, by its one rule
	"$MDTCHECK" "$IMG" | jq -e '.summary.by_rule == { "linkea-missing": { primary: 5000, caused: 0 } }'
}
check "bulk linkea=off: every object lacks its linkEA, and nothing else is wrong" bare
printf '%s\n' "mdt dirdata=off csum=on" "bulk 20000 big=0 dirs=20" | clean "bulk 20000 with checksums"

echo "frobnicate /x" | refuse "unknown statement" "recipe:1: frobnicate: no such statement"
printf '\n# c\nfile /no/such\n' | refuse "missing parent" "recipe:3: the parent of /no/such does not exist"
printf 'dir /a\ndir /a\n' | refuse "a name twice" "recipe:2: a exists already"
printf 'file /a color=red\n' | refuse "unknown option" "file does not know color="
printf 'file /a stripes=9999\n' | refuse "bad value" "stripes=9999: bad value"
printf 'file /a stripes\n' | refuse "no value" "key=value expected"
printf 'dir\n' | refuse "too few words" "usage: dir PATH"
printf 'dir /a\nlink /a /b\n' | refuse "a link to a directory" "cannot have another name"
printf 'dir "/a\n' | refuse "open quote" "a quote is not closed"
printf 'dir "/a\\q"\n' | refuse "bad escape" "bad escape"
printf 'dir /a\nmdt size=64M\n' | refuse "mdt too late" "recipe:2: mdt must come first"
printf 'mdt bs=512\n' | refuse "bad block size" "bs=512: bad value"
printf 'dir relative\n' | refuse "relative path" "relative is no path"
printf 'ea / trusted.x 0g\n' | refuse "bad hex" "not hex"
printf 'file /a fid=[1:2]\n' | refuse "bad FID" "bad value"
printf 'file /a fid=0x200000999:1:0\nfile /b fid=0x200000999:1:0\n' |
	refuse "a FID twice" "two objects have the FID [0x200000999:0x1:0x0]"
printf 'striped /s 2 remote=2\nfile /s/x\n' | refuse "a name of another MDT" "belongs to another MDT"
printf 'mdt size=8M\ndir /a\nfiles /a 100000\n' | refuse "too small" "size= is too small"
printf 'mdt size=32M inodes=20000\ndir /a\nfiles /a 3000 wide=on\n' | refuse "too few blocks" "too small"

"$MKMDT" build "$TMP/no-such-recipe" "$IMG" 2>"$TMP/err"
[ $? = 1 ] && grep -q "no-such-recipe: No such file" "$TMP/err" && ok "refused: no recipe" ||
	fail "refused: no recipe"
"$MKMDT" build >/dev/null 2>&1
[ $? = 2 ] && ok "usage exits 2" || fail "usage exits 2"
check "faults are listed" sh -c "'$MKMDT' faults | grep -q ."

# RECIPES.md has a row for every fault and for every statement, and for no other.
told() {
	diff <("$MKMDT" faults | awk '{ print $1 }' | sort) \
		<(sed -n '/^## Faults/,$p' "$TOP/tools/mkmdt/RECIPES.md" |
			sed -n 's/^| `\([^` ]*\)`.*/\1/p' | sort)
}
check "RECIPES.md tells all faults" told
statements() {
	diff <(sed -n '/statements\[\] = {/,/^};/s/^	{ "\([a-z-]*\)".*/\1/p;
			/^} statements/,/^};/s/^	{ "\([a-z-]*\)".*/\1/p' "$TOP/tools/mkmdt/recipe.c" |
			sort -u) \
		<(sed -n '/^| statement/,/^$/p' "$TOP/tools/mkmdt/RECIPES.md" |
			awk -F'|' 'NR > 2 { print $2 }' | grep -oE '`[a-z-]+' | tr -d '`' | sort -u)
}
check "RECIPES.md tells all statements" statements
