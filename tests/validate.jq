# SPDX-License-Identifier: GPL-2.0-only
# Validates a document against a JSON schema, as far as ours go: type, const, enum, pattern,
# required, properties, patternProperties, additionalProperties, items, limits, anyOf, $ref to
# definitions.
# A keyword it does not know is a fault, so that nothing is passed unseen.  One line a fault.
#
#	jq -r --slurpfile schema docs/schema/NAME.json -f tests/validate.jq DOCUMENT

def known: ["$schema", "$id", "$ref", "title", "description", "definitions", "type", "const",
	"enum", "pattern", "required", "properties", "patternProperties", "additionalProperties",
	"items", "minimum", "maximum", "minItems", "maxItems", "anyOf"];

def type_is($t): if $t == "integer" then type == "number" and floor == . else type == $t end;

def validate($root; $s; $at):
	if $s | type == "boolean" then (if $s then empty else "\($at): not allowed" end)
	elif $s | has("$ref") then validate($root;
		$root.definitions[$s["$ref"] | ltrimstr("#/definitions/")]; $at)
	else . as $v
		| ($s | keys[] | select(. as $k | known | index($k) == null)
			| "schema at \($at): unknown keyword \(.)"),
		(if $s | has("type") then [$s.type] | flatten
			| if any(.[]; . as $t | $v | type_is($t)) then empty
			  else "\($at): \($v | type), not \(join(" or "))" end
		 else empty end),
		(if $s | has("const") then if $v == $s.const then empty
			else "\($at): \($v | tojson)" end else empty end),
		(if $s | has("enum") then if $s.enum | index([$v]) then empty
			else "\($at): \($v | tojson)" end else empty end),
		(if $s | has("anyOf") then
			if any($s.anyOf[]; . as $sub | [$v | validate($root; $sub; $at)] == []) then empty
			else "\($at): fits none of the forms it may have" end
		 else empty end),
		(if ($s | has("pattern")) and ($v | type == "string")
			then if $v | test($s.pattern) then empty else "\($at): \($v | tojson)" end
		 else empty end),
		(if ($s | has("minimum")) and ($v | type == "number") and $v < $s.minimum
			then "\($at): \($v) is too small" else empty end),
		(if ($s | has("maximum")) and ($v | type == "number") and $v > $s.maximum
			then "\($at): \($v) is too large" else empty end),
		(if ($s | has("maxItems")) and ($v | type == "array") and ($v | length) > $s.maxItems
			then "\($at): too many items" else empty end),
		(if ($s | has("minItems")) and ($v | type == "array") and ($v | length) < $s.minItems
			then "\($at): too few items" else empty end),
		(if $v | type == "object" then
			(($s.required // [])[] | select(. as $k | $v | has($k) | not)
				| "\($at): no \(.)"),
			($v | to_entries[] | . as $e
				| (if ($s.properties // {}) | has($e.key) then [$s.properties[$e.key]]
				   else [($s.patternProperties // {}) | to_entries[]
					| select(.key as $re | $e.key | test($re)) | .value] end)
				| if length > 0 then .[]
				  elif $s | has("additionalProperties") then $s.additionalProperties
				  else true end
				| . as $sub | $e.value | validate($root; $sub; "\($at).\($e.key)"))
		 elif ($v | type == "array") and ($s | has("items")) then
			($v | to_entries[] | . as $e | $e.value
				| validate($root; $s.items; "\($at)[\($e.key)]"))
		 else empty end)
	end;

validate($schema[0]; $schema[0]; "document")
