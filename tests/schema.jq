# SPDX-License-Identifier: GPL-2.0-only
# What docs/schema/mdtcheck-1.json says, and what no schema can say (ids that
# lead somewhere, counts that add up): one line for every fault of a report.

def is($types): . as $v | ($types | split("|")) | index($v | type) != null;

# Members of an object: {key: "type|type"}; a missing one counts as wrong.
def members($where; $want):
	if type != "object" then "\($where): not an object"
	else . as $o | $want | to_entries[] | . as $e
		| if ($o | has($e.key) | not) then "\($where): no \($e.key)"
		  elif ($o[$e.key] | is($e.value)) then empty
		  else "\($where).\($e.key): \($o[$e.key] | type), not \($e.value)" end
	end;

# No member but these.
def only($where; $known):
	if type == "object" then keys[] | select(. as $k | $known | index($k) == null)
		| "\($where): unknown member \(.)"
	else empty end;

def one_of($where; $values):
	. as $v | if ($values | index([$v])) == null then "\($where): \($v | tojson)" else empty end;

def counters($where): to_entries[] | select(.value | type == "number" and . >= 0 and floor == . | not)
	| "\($where).\(.key): not a counter";

def matches($where; $re):
	if type == "string" and test($re) then empty else "\($where): \(tojson)" end;

def fid_re: "^\\[0x[0-9a-f]+:0x[0-9a-f]+:0x[0-9a-f]+\\]$";

def finding($i):
	"findings[\($i)]" as $w
	| members($w; {id: "string", rule: "string", code: "string", severity: "string",
		state: "string", what: "string", object: "object", evidence: "object",
		witnesses: "array", verdict: "string|null", remedy: "string|null",
		caused_by: "string|null", caused: "number"}),
	  only($w; ["id", "rule", "code", "severity", "state", "what", "object", "evidence",
		"witnesses", "verdict", "remedy", "caused_by", "caused", "second_opinion"]),
	(.second_opinion // empty | members($w + ".second_opinion"; {opinion: "string",
		reason: "string|null", compared: "array", differs: "array"}),
		(.opinion | one_of($w + ".second_opinion"; ["agrees", "differs", "not asked"])),
		(if (.opinion == "differs") == (.differs != [])
			and (.opinion == "not asked") == (.reason != null)
			and .differs - .compared == []
		 then empty else "\($w).second_opinion: does not go with what differs" end)),
	  (.id | matches($w + ".id"; "^[0-9a-f]{16}$")),
	  (.code | matches($w + ".code"; "^MC[0-9]{3}$")),
	  (.severity | one_of($w + ".severity"; ["error", "warning", "info"])),
	  (.state | one_of($w + ".state"; ["confirmed", "unstable"])),
	  (.object | members($w + ".object"; {fid: "string|null", ino: "number",
		generation: "number", type: "string|null", paths: "array"})),
	  (.object.fid | values | matches($w + ".object.fid"; fid_re)),
	  (.object.paths[] | select(type != "string") | "\($w).object.paths: not a string"),
	  (.evidence | to_entries[] | select(.value | type != "string")
		| "\($w).evidence.\(.key): not a string"),
	  (.witnesses[] | members($w + ".witnesses[]"; {place: "string", value: "string",
		count: "number", agrees: "boolean"}), (.value | matches($w + ".witnesses[].value"; fid_re)));

def parts:
	members("document"; {schema: "string", tool: "object", run: "object", target: "object",
		coverage: "object", no_writes: "object", summary: "object", findings: "array"}),
	only("document"; ["schema", "tool", "run", "target", "coverage", "no_writes", "summary",
		"findings"]),
	(.schema | one_of("schema"; ["mdtcheck-1"])),
	(.tool | members("tool"; {name: "string", version: "string"})),
	(.run | members("run"; {command: "string|null", started: "string", finished: "string",
		elapsed_seconds: "number", threads: "number", peak_rss_bytes: "number",
		memory_limit_bytes: "number", passes: "number", courtesy: "object",
		phases: "array", cancelled: "boolean", exit_status: "number"})),
	(.run.courtesy | members("run.courtesy"; {nice: "number", cpu_class: "string", io_class: "string",
		rate: "number", rate_bytes: "number", pressure_percent: "number",
		waited_seconds: "number", backed_off_seconds: "number"}),
		(.cpu_class | one_of("run.courtesy.cpu_class"; ["idle", "unchanged"])),
		(.io_class | one_of("run.courtesy.io_class"; ["idle", "unchanged"]))),
	(.run.phases[] | members("run.phases[]"; {name: "string", seconds: "number"})),
	(.target | members("target"; {view: "string|null"})),
	(.no_writes.locks[] | members("no_writes.locks[]"; {name: "string", status: "string",
		reason: "string|null"}),
		(.status | one_of("no_writes.locks[].status"; ["enforced", "unavailable"]))),
	(.no_writes.witness // empty | members("no_writes.witness"; {state: "string",
		reason: "string|null", watched: "array", events: "number", lost: "number", by_event: "object",
		first: "array", counters: "object"}),
		(.state | one_of("no_writes.witness.state"; ["quiet", "active", "unavailable"])),
		(if (.state == "active") == (.events > 0) then empty
		 else "no_writes.witness: state does not go with its events" end),
		(.counters | members("no_writes.witness.counters"; {
			session_write_kbytes: "object|null", lifetime_write_kbytes: "object|null",
			errors_count: "object|null", journal_transactions: "object|null"})));

def coverage_part:
	members("coverage"; {inodes_expected: "number", inodes_scanned: "number",
		descriptors_used: "number", directories: "number", name_entries: "number",
		linkea_entries: "number", oi_mappings: "number", layouts: "number",
		ost_objects: "number", complete: "boolean", incomplete_reasons: "array",
		rules: "object"}),
	(with_entries(select(.value | type == "number")) | counters("coverage")),
	(if .complete == (.incomplete_reasons | length > 0)
	 then "coverage: complete does not go with its reasons" else empty end),
	(.rules | to_entries[] | .key as $r | .value | (
		members("coverage.rules.\($r)"; {checked: "number", violated: "number",
			not_covered: "number", reasons: "object"}),
		(if .violated + .not_covered > .checked
		 then "coverage.rules.\($r): more judged than checked" else empty end),
		(if ([.reasons[]] | add // 0) != .not_covered
		 then "coverage.rules.\($r): reasons do not add up" else empty end)));

def summary_part:
	members("summary"; {verdict: "string", findings: "object", by_rule: "object",
		transient: "number", unstable: "number", listed: "number", not_listed: "number",
		not_grouped: "number"}),
	(.verdict | one_of("summary.verdict"; ["consistent", "inconsistent", "incomplete"])),
	(.findings | members("summary.findings"; {error: "number", warning: "number",
		info: "number", caused: "object"})),
	(.findings.caused | members("summary.findings.caused"; {error: "number", warning: "number",
		info: "number"})),
	(.by_rule[] | members("summary.by_rule"; {primary: "number", caused: "number"})),
	(if ([.findings.error, .findings.warning, .findings.info] | add)
		!= ([.by_rule[].primary] | add // 0)
	 then "summary: by_rule does not add up" else empty end);

# What the parts say about each other.
def together:
	. as $doc | [.findings[].id] as $ids
	| (if ($ids | length) != ($ids | unique | length)
	   then "findings: an id comes twice" else empty end),
	  (if .summary.not_listed > 0 then empty else .findings[].caused_by | values | select(. as $c | $ids | index($c) == null)
		| "findings: caused_by \(.) leads nowhere" end),
	  (if (.findings | length) != .summary.listed then "summary.listed is wrong" else empty end),
	  (if .summary.not_listed == 0
		and ([.findings[] | select(.caused_by == null and .state == "confirmed")] | length)
			!= ([.summary.by_rule[].primary] | add // 0)
	   then "findings: not as many primaries as the summary says" else empty end),
	  (.summary.second_opinion // empty | members("summary.second_opinion"; {
		unavailable: "string|null", agrees: "number", differs: "number",
		not_asked: "number"}),
		(if [.agrees, .differs, .not_asked] == ["agrees", "differs", "not asked" | . as $o
			| [$doc.findings[] | select(.second_opinion.opinion == $o)] | length]
		 then empty else "summary.second_opinion: does not add up" end)),
	  (.findings[].rule | select(. as $r | $doc.coverage.rules | has($r) | not)
		| "findings: unknown rule \(.)");

[parts, (.coverage | coverage_part), (.summary | summary_part),
 (.findings | to_entries[] | .key as $i | .value | finding($i)), together]
| unique[]
