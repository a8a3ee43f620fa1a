# SPDX-License-Identifier: GPL-2.0-only
# Sourced by tools/bench/run: images, rounds of commands, and what comes of their figures.
#
# A command to be measured is a function that leaves a line of figures in $SAMPLE; `measured` does.
# RESULTS holds these lines behind HOW (warm, cold, ...), WHAT (the function) and ROUND.

# Fields of a line of RESULTS.
WALL=4 CPU=5 RSS=6

begin_section() { # NAME
	SECTION=$1 WORK=$SCRATCH/$1
	mkdir -p "$WORK"
	SAMPLE=$WORK/sample RESULTS=$WORK/results RATIOS=$WORK/ratios FACTS=$WORK/facts
	touch "$RESULTS" "$RATIOS" "$FACTS"
}

die() {
	echo "tools/bench/run: $*" >&2
	exit 1
}

is_root() { [ "$(id -u)" = 0 ]; }

# Prints the path of the image NAME with a tree of so many objects; e2fsck must know dirdata=off.
bulk_image() { # NAME OBJECTS [OPTIONS OF bulk]
	local img=$DIR/$1.img
	if [ ! -e "$img" ]; then
		printf 'mdt dirdata=off\nbulk %s %s\n' "$2" "${3:-}" | "$BUILD/mkmdt" build - "$img" >&2
		sync "$img"
	fi
	echo "$img"
}

# Runs a command for SAMPLE.
measured() { "$BUILD/bench-measure" "$SAMPLE" "$@"; }

# mdtcheck on a target; its report is $WORK/json.
checked() { measured "$BUILD/mdtcheck" "$@" > "$WORK/json"; }

# The same where findings are as they should be.
checked_bad() {
	local status=0
	checked "$@" || status=$?
	[ $status = 4 ]
}

# ---- rounds ----

timed() { # HOW WHAT ROUND
	"$2" 2> "$WORK/stderr" || die "$2 failed: $(tail -n 3 "$WORK/stderr")"
	echo "$1 $2 $3 $(cat "$SAMPLE")" >> "$RESULTS"
}

# Every WHAT once in each round.  Warm rounds begin when all have run once; before each command of a
# cold round the caches are dropped.  Other values of HOW mean nothing here.
rounds() { # HOW WHAT...
	local how=$1 what i
	shift
	if [ "$how" = cold ] && ! is_root; then
		echo "SKIP cold rounds: root is needed"
		return
	fi
	[ "$how" != warm ] || for what; do timed untimed "$what" 0; done
	for ((i = 0; i < ROUNDS; i++)); do
		for what in $(shuf -e "$@"); do
			[ "$how" != cold ] || { sync && echo 3 > /proc/sys/vm/drop_caches; }
			timed "$how" "$what" "$i"
		done
	done
}

has() { grep -q "^$1 " "$RESULTS"; }

# ---- figures ----

# Median, then the 95 % interval of the median by its order statistics (sign test).
middle() {
	sort -g | awk '{ v[NR] = $1 }
		END {
			half = NR * log(0.5)
			for (k = 0; k < NR / 2; k++) {
				choose = 0
				for (j = 1; j <= k; j++)
					choose += log(NR - j + 1) - log(j)
				tail += exp(choose + half)
				if (tail > 0.025)
					break
			}
			k = k ? k : 1
			m = NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2
			printf "%.4f %.4f %.4f\n", m, v[k], v[NR + 1 - k]
		}'
}

median() { # HOW WHAT FIELD
	awk -v h="$1" -v w="$2" -v f="$3" '$1 == h && $2 == w { print $f }' "$RESULTS" | middle |
		cut -d' ' -f1
}

# Median and interval of the ratios of each round: other work on the machine hits neighbours alike.
ratio() { # HOW WHAT OF FIELD
	awk -v h="$1" -v a="$2" -v b="$3" -v f="$4" '
		$1 == h && $2 == a { x[$3] = $f }
		$1 == h && $2 == b { y[$3] = $f }
		END { for (i in x) if (y[i] > 0) print x[i] / y[i] }' "$RESULTS" | middle
}

verdict() { awk "BEGIN { print ($1 $2) ? \"met\" : \"NOT met\" }"; } # NUMBER GOAL

# Says a ratio, times a number; with a goal ("<= 0.20"), whether the median meets it.
say_ratio() { # TEXT HOW WHAT OF FIELD [GOAL [TIMES]]
	local m low high verdict=''
	has "$2" || return 0
	read -r m low high < <(ratio "${@:2:4}" | awk -v t="${7:-1}" '{ print $1 * t, $2 * t, $3 * t }')
	[ -z "${6:-}" ] || verdict=$(verdict "$m" "$6")
	printf '  %-56s %7.3f  (%.3f to %.3f)%s\n' "$1, $2" "$m" "$low" "$high" \
		"${verdict:+  goal $6 $verdict}"
	printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$m" "$low" "$high" "${6:-}" "$verdict" >> "$RATIOS"
}

# The medians of some commands.
say_medians() { # HOW OBJECTS WHAT...
	local how=$1 n=$2 what wall cpu rss
	has "$how" || return 0
	echo "$how, medians of $ROUNDS rounds:"
	for what in "${@:3}"; do
		wall=$(median "$how" "$what" $WALL) cpu=$(median "$how" "$what" $CPU) rss=$(median "$how" "$what" $RSS)
		awk -v w="$what" -v s="$wall" -v c="$cpu" -v r="$rss" -v n="$n" 'BEGIN {
			printf "  %-9s %8.3f s wall  %8.3f s processor  %6.2f M objects/s  %6.2f for a processor  %5.0f MiB\n",
				w, s, c, n / s / 1e6, n / c / 1e6, r / 1048576 }'
	done
}

# A number worth keeping; the text is shown.
fact() { # NAME NUMBER TEXT
	printf '%s\t%s\n' "$1" "$2" >> "$FACTS"
	echo "$3"
}

# The peak of the last run against 16 bytes an inode number and 32 MiB.
say_memory() {
	local rss limit
	rss=$(jq .run.peak_rss_bytes "$WORK/json")
	limit=$(($(jq .target.inodes "$WORK/json") * 16 + (32 << 20)))
	fact memory_goal_bytes "$limit" "the goal for memory is $((limit >> 20)) MiB"
	fact peak_rss_bytes "$rss" "peak memory $((rss >> 20)) MiB: goal $(verdict "$rss" "<= $limit")"
}

# ---- the section as JSON; COLUMN... name the fields of a line of RESULTS from the fourth on ----

end_section() { # COLUMN...
	jq -n --arg section "$SECTION" --arg date "$(date -u +%FT%TZ)" --arg columns "$*" \
		--argjson objects "$OBJECTS" --argjson rounds "$ROUNDS" --argjson processors "$(nproc)" \
		--arg model "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
		--arg kernel "$(uname -r)" --arg load "$(cut -d' ' -f1-3 /proc/loadavg)" \
		--argjson memory "$(awk '/^MemTotal/ { print $2 * 1024 }' /proc/meminfo)" \
		--rawfile runs "$RESULTS" --rawfile ratios "$RATIOS" --rawfile facts "$FACTS" '
		def lines: split("\n") | map(select(. != ""));
		($columns | split(" ")) as $columns
		| { section: $section, date: $date, objects: $objects, rounds: $rounds,
		    machine: { processors: $processors, model: $model, memory_bytes: $memory, kernel: $kernel,
			       load_at_the_end: $load },
		    facts: ($facts | lines | map(split("\t") | { key: .[0], value: (.[1] | tonumber) }) | from_entries),
		    ratios: ($ratios | lines | map(split("\t")
			| { name: .[0], how: .[1], median: (.[2] | tonumber), low: (.[3] | tonumber), high: (.[4] | tonumber) }
			+ if .[5] == "" then {} else { goal: .[5], met: (.[6] == "met") } end)),
		    runs: ($runs | lines | map(split(" ") | select(.[0] != "untimed")
			| { how: .[0], what: .[1], round: (.[2] | tonumber) }
			+ ([$columns, .[3:]] | transpose | map({ key: .[0], value: (.[1] | tonumber) }) | from_entries))) }' \
		> "$SCRATCH/$SECTION.json"
}
MEASURED='wall_seconds cpu_seconds peak_rss_bytes device_bytes_read'
