/* SPDX-License-Identifier: GPL-2.0-only */
#include "mdtcheck/rule.h"
#include "report/joins.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES 4096U /* with the head */

struct join_block {
	struct join_block *next;
	u32 used; /* bytes of data */
	u8 data[BLOCK_BYTES - sizeof(void *) - sizeof(u32)];
};

/* What is said by one byte, of every finding. */
enum { BYTE_SEVERITY = 3, BYTE_IS_DIR = 4, BYTE_IS_KNOWN = 8 };

struct field {
	u16 bit; /* 0: kept of all */
	u8 offset, size;
};

#define FIELD(bit, name)                                                                           \
	{                                                                                          \
		bit, offsetof(struct finding_join, name), sizeof(((struct finding_join *)0)->name) \
	}

static const struct field fields[] = {
	FIELD(0, ino),
	FIELD(JOIN_NAME, name_key),
	FIELD(JOIN_FID, fid),
	FIELD(JOIN_PARENT_FID, parent_fid),
	FIELD(JOIN_OTHER_FID, other_fid),
	FIELD(JOIN_FINGERPRINT, fingerprint),
	FIELD(JOIN_PARENT, parent_ino),
	FIELD(JOIN_OTHER, other_ino),
	FIELD(JOIN_OI, oi),
};

void joins_init(struct joins *j, struct membudget *mem)
{
	u32 n;

	rule_table(&n);
	*j = (struct joins){ .mem = mem };
	for (u32 i = 0; i < n && i < JOIN_RULES_MAX; i++)
		j->fields[i] = cause_fields((u8)i);
}

void joins_part(struct joins *part, const struct joins *whole)
{
	*part = (struct joins){ .mem = whole->mem };
	memcpy(part->fields, whole->fields, sizeof(part->fields));
}

static u32 record_bytes(u16 kept)
{
	u32 n = 1;

	for (u32 i = 0; i < ARRAY_SIZE(fields); i++)
		if (!fields[i].bit || kept & fields[i].bit)
			n += fields[i].size;
	return n;
}

static int new_block(struct joins *j, struct join_pile *p)
{
	struct join_block *b;

	if (j->mem && membudget_take(j->mem, sizeof(*b)))
		return -ENOMEM;
	b = malloc(sizeof(*b));
	if (!b) {
		if (j->mem)
			membudget_give(j->mem, sizeof(*b));
		return -ENOMEM;
	}
	b->next = NULL;
	b->used = 0;
	if (p->last)
		p->last->next = b;
	else
		p->first = b;
	p->last = b;
	return 0;
}

int joins_keep(struct joins *j, const struct finding_join *join)
{
	u16 kept = j->fields[join->rule];
	struct join_pile *p = &j->pile[join->rule];
	u8 *to;
	int rc = 0;

	if (!kept)
		return 0;
	if (!p->last || sizeof(p->last->data) - p->last->used < record_bytes(kept))
		rc = new_block(j, p);
	if (rc)
		return rc;
	to = p->last->data + p->last->used;
	*to++ = (u8)(join->severity | (join->is_dir ? BYTE_IS_DIR : 0) |
		     (join->is_known ? BYTE_IS_KNOWN : 0));
	for (u32 i = 0; i < ARRAY_SIZE(fields); i++) {
		if (fields[i].bit && !(kept & fields[i].bit))
			continue;
		memcpy(to, (const u8 *)join + fields[i].offset, fields[i].size);
		to += fields[i].size;
	}
	p->last->used = (u32)(to - p->last->data);
	p->n++;
	return 0;
}

void joins_append(struct joins *whole, struct joins *part)
{
	for (u32 i = 0; i < JOIN_RULES_MAX; i++) {
		struct join_pile *to = &whole->pile[i], *from = &part->pile[i];

		if (!from->first)
			continue;
		if (to->last)
			to->last->next = from->first;
		else
			to->first = from->first;
		to->last = from->last;
		to->n += from->n;
		*from = (struct join_pile){ .n = 0 };
	}
}

void joins_free(struct joins *j)
{
	for (u32 i = 0; i < JOIN_RULES_MAX; i++) {
		struct join_block *b = j->pile[i].first;

		while (b) {
			struct join_block *next = b->next;

			free(b);
			if (j->mem)
				membudget_give(j->mem, sizeof(*b));
			b = next;
		}
		j->pile[i] = (struct join_pile){ .n = 0 };
	}
}

struct join_walk joins_begin(const struct joins *j, u8 rule)
{
	return (struct join_walk){ j->pile[rule].first, j->fields[rule], rule, 0 };
}

bool joins_next(struct join_walk *w, struct finding_join *out)
{
	const u8 *from;

	while (w->block && w->at == w->block->used) {
		w->block = w->block->next;
		w->at = 0;
	}
	if (!w->block)
		return false;
	from = w->block->data + w->at;
	*out = (struct finding_join){
		.rule = w->rule,
		.severity = *from & BYTE_SEVERITY,
		.is_dir = !!(*from & BYTE_IS_DIR),
		.is_known = !!(*from & BYTE_IS_KNOWN),
	};
	from++;
	for (u32 i = 0; i < ARRAY_SIZE(fields); i++) {
		if (fields[i].bit && !(w->fields & fields[i].bit))
			continue;
		memcpy((u8 *)out + fields[i].offset, from, fields[i].size);
		from += fields[i].size;
	}
	w->at = (u32)(from - w->block->data);
	return true;
}
