/* SPDX-License-Identifier: GPL-2.0-only */
/* Which facts a finding rests on, and whether they stood still. */
#include <string.h>
#include <sys/stat.h>

#include "still.h"

enum side {
	SIDE_LMA = 1 << EA_LMA,
	SIDE_LINK = 1 << EA_LINK,
	SIDE_LOV = 1 << EA_LOV,
	SIDE_LMV = 1 << EA_LMV,
	SIDE_DMV = 1 << EA_DMV,
	SIDE_HSM = 1 << EA_HSM,
	SIDE_SOM = 1 << EA_SOM,
	SIDE_NAMES = 1 << EA_NR,
	SIDE_OI = 1 << (EA_NR + 1),
	SIDE_NLINK = 1 << (EA_NR + 2),	   /* of files */
	SIDE_DIR_NLINK = 1 << (EA_NR + 3), /* subdirectories come and go */
	SIDE_ALL = (1 << (EA_NR + 4)) - 1,
};

/* By the family of the rule, which is its hundred. */
static u32 sides_of(const struct rule *rule)
{
	static const u32 sides[] = {
		[1] = SIDE_LMA | SIDE_OI,
		[2] = SIDE_LMA | SIDE_OI,
		[3] = SIDE_LMA | SIDE_LINK | SIDE_NAMES | SIDE_NLINK,
		[4] = SIDE_LMA | SIDE_LINK | SIDE_NAMES | SIDE_NLINK,
		[5] = SIDE_LMA | SIDE_LINK | SIDE_NAMES | SIDE_NLINK | SIDE_DIR_NLINK,
		[6] = SIDE_LMA | SIDE_LOV,
		[7] = SIDE_LMA | SIDE_LINK | SIDE_NAMES | SIDE_LMV | SIDE_DMV,
		[8] = SIDE_LMA | SIDE_LOV | SIDE_HSM | SIDE_SOM,
	};
	u32 family = rule->code / 100;

	return family && family < ARRAY_SIZE(sides) ? sides[family] : SIDE_ALL;
}

bool still_moved(const struct still *s, const struct rule *rule, bool is_dir)
{
	const struct object_print *a = s->before, *b = &s->after;
	u32 sides = sides_of(rule);
	bool moved;

	if (!a)
		return false;
	moved = a->core != b->core;
	for (u32 i = 0; i < EA_NR; i++)
		moved |= (sides & 1U << i) && a->ea[i] != b->ea[i];
	if (sides & (is_dir ? SIDE_DIR_NLINK : SIDE_NLINK))
		moved |= a->nlink != b->nlink;
	return moved;
}

bool still_by_names(const struct rule *rule)
{
	return sides_of(rule) & SIDE_NAMES;
}

static void add_names(struct siphash *s, const struct facts *f)
{
	for (u32 i = 0; i < f->nnames; i++) {
		const struct name_fact *n = &f->names[i];

		sip_word(s, (u64)n->dir_ino << 32 | (u64)n->type << 16 | n->namelen);
		sip_fid(s, &n->dir_fid);
		if (n->has_lufid)
			sip_fid(s, &n->lufid);
		sip_bytes(s, n->name, n->namelen);
	}
	sip_word(s, f->dotdot_ino);
	sip_fid(s, &f->dotdot_lufid);
}

static void add_oi(struct siphash *s, const struct facts *f)
{
	for (u32 i = 0; i < f->noi; i++) {
		sip_word(s, (u64)f->oi[i].rec.ino << 32 | f->oi[i].rec.generation);
		sip_word(s, f->oi[i].oi);
		sip_fid(s, &f->oi[i].rec.fid);
	}
}

static void add_evidence(struct siphash *s, const struct finding *fi)
{
	for (u32 i = 0; i < fi->nev; i++) {
		const struct evidence *e = &fi->ev[i];

		switch (e->type) {
		case EV_U64:
		case EV_HEX:
			sip_word(s, e->num);
			break;
		case EV_FID:
			sip_fid(s, &e->fid);
			break;
		case EV_NAME:
		case EV_TEXT:
			sip_word(s, e->str.len);
			sip_bytes(s, e->str.bytes, e->str.len);
			break;
		case EV_TIME:
			break;
		}
	}
	sip_word(s, (u64)fi->other_ino << 32 | fi->parent_ino);
	sip_fid(s, &fi->other_fid);
}

u32 still_eas(const struct rule *rule)
{
	return sides_of(rule) & ((1U << EA_NR) - 1);
}

static void add_object(struct siphash *s, const struct object_print *p, u32 sides, bool is_dir)
{
	sip_word(s, p->core);
	for (u32 i = 0; i < EA_NR; i++)
		if (sides & 1U << i)
			sip_word(s, p->ea[i]);
	if (sides & (is_dir ? SIDE_DIR_NLINK : SIDE_NLINK))
		sip_word(s, p->nlink);
}

u64 still_object(const struct still *still, const struct rule *rule, bool is_dir)
{
	struct siphash s;
	u64 sum;

	sip_begin(&s, still->key);
	add_object(&s, &still->after, sides_of(rule), is_dir);
	sum = sip_end(&s, still->key);
	return sum ? sum : 1;
}

u64 still_facts(const struct still *still, const struct facts *f, const struct finding *finding)
{
	u32 sides = sides_of(finding->rule);
	struct siphash s;

	sip_begin(&s, still->key);
	add_evidence(&s, finding);
	if (f) {
		add_object(&s, &still->after, sides, S_ISDIR(f->obj->inode.mode));
		if (sides & SIDE_NAMES)
			add_names(&s, f);
		if (sides & SIDE_OI)
			add_oi(&s, f);
	}
	return sip_end(&s, still->key);
}
