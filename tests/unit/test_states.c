/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random small metadata states with random faults: the ledger, the record rules
 * and the named checks together flag exactly the states that a naive oracle, which
 * compares everything with everything and hashes nothing, finds inconsistent.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ledger/nameset.h"
#include "ledger/post.h"
#include "mdtcheck/rule.h"
#include "suites.h"

#define STATES 100000
#define OBJECTS 9
#define LINKS 8
#define ENTRIES 40
#define RECORDS 16
#define FIRST_INO 100
#define OI_FILES 4
#define LOCAL_SEQ 0x200000400ULL
#define OTHER_SEQ 0x240000400ULL

struct link {
	struct fid parent;
	char name;
};

struct thing {
	u32 gen, nlink, dotdot;
	struct fid fid, dotdot_lufid;
	bool dir;
	struct link link[LINKS];
	u32 nlinks;
};

struct entry {
	u32 dir; /* object number */
	char name;
	u32 to; /* object number */
	struct fid lufid;
	u8 type;
};

struct record {
	u32 file, to, gen;
	struct fid fid;
};

/* Object 0 is ROOT; its own name stands in the backend root and is not modelled. */
struct state {
	struct thing obj[OBJECTS];
	struct entry ent[ENTRIES];
	struct record oi[RECORDS];
	u32 nobj, nent, noi;
	bool dirdata;
};

struct rng {
	u64 x;
};

static u32 roll(struct rng *r, u32 n)
{
	r->x ^= r->x << 13;
	r->x ^= r->x >> 7;
	r->x ^= r->x << 17;
	return (u32)(r->x >> 11) % n;
}

/* ---- making a consistent state ---- */

static void add_name(struct state *s, u32 dir, u32 to)
{
	struct thing *o = &s->obj[to];
	char name = (char)('A' + s->nent);

	s->ent[s->nent++] =
		(struct entry){ dir, name, to, o->fid, dirent_mode_to_type(o->dir ? S_IFDIR : S_IFREG) };
	o->link[o->nlinks++] = (struct link){ s->obj[dir].fid, name };
	if (o->dir) {
		o->dotdot = FIRST_INO + dir;
		o->dotdot_lufid = s->obj[dir].fid;
		s->obj[dir].nlink++;
	} else {
		o->nlink++;
	}
}

static u32 some_dir(const struct state *s, struct rng *r, u32 below)
{
	u32 d;

	do {
		d = roll(r, below);
	} while (!s->obj[d].dir);
	return d;
}

static void make_state(struct state *s, struct rng *r)
{
	memset(s, 0, sizeof(*s));
	s->dirdata = roll(r, 4);
	s->nobj = 3 + roll(r, OBJECTS - 3);
	for (u32 i = 0; i < s->nobj; i++) {
		struct thing *o = &s->obj[i];

		o->fid = (struct fid){ i ? LOCAL_SEQ + roll(r, 6) : FID_SEQ_ROOT, i ? i : 1, 0 };
		o->gen = 1000 + roll(r, 1000);
		o->dir = !i || !roll(r, 3);
		o->nlink = o->dir ? 2 : 0;
		s->oi[s->noi++] = (struct record){ o->fid.seq & (OI_FILES - 1), i, o->gen, o->fid };
	}
	for (u32 i = 1; i < s->nobj; i++) {
		u32 names = s->obj[i].dir ? 1 : 1 + roll(r, 3);

		while (names--)
			add_name(s, some_dir(s, r, i), i);
		/* A name on another MDT. */
		if (!s->obj[i].dir && !roll(r, 6)) {
			struct thing *o = &s->obj[i];

			o->link[o->nlinks++] = (struct link){ { OTHER_SEQ, 7, 0 }, 'z' };
			o->nlink++;
		}
	}
}

/* ---- faults ---- */

#define SWAP(a, b)                                                                                 \
	do {                                                                                       \
		__typeof__(a) swap_ = a;                                                           \
		a = b;                                                                             \
		b = swap_;                                                                         \
	} while (0)

static void fault_names(struct state *s, struct rng *r, u32 which)
{
	struct entry *a = &s->ent[roll(r, s->nent)], *b = &s->ent[roll(r, s->nent)];

	switch (which) {
	case 0:
		SWAP(a->to, b->to);
		break;
	case 1:
		SWAP(a->lufid, b->lufid);
		break;
	case 2:
		SWAP(a->name, b->name);
		break;
	case 3:
		a->type = a->type == 1 ? 2 : 1;
		break;
	case 4:
		a->dir = some_dir(s, r, s->nobj);
		break;
	case 5:
		a->name = (char)('a' + roll(r, 20));
		break;
	case 6:
		if (s->nent > 1)
			*a = s->ent[--s->nent];
		break;
	case 7:
		if (s->nent < ENTRIES)
			s->ent[s->nent++] = *a;
		break;
	default:
		a->to = roll(r, s->nobj);
	}
}

static void fault_object(struct state *s, struct rng *r, u32 which)
{
	struct thing *o = &s->obj[1 + roll(r, s->nobj - 1)], *p = &s->obj[1 + roll(r, s->nobj - 1)];

	switch (which) {
	case 0:
		o->nlink += roll(r, 2) ? 1 : UINT32_MAX;
		break;
	case 1:
		o->fid.oid += 100 * (1 + roll(r, 3));
		break;
	case 2:
		SWAP(o->fid, p->fid);
		break;
	case 3:
		if (o->nlinks < LINKS)
			o->link[o->nlinks] = o->link[0], o->nlinks++;
		break;
	case 4:
		if (o->nlinks && p->nlinks)
			SWAP(o->link[0], p->link[p->nlinks - 1]);
		break;
	case 5:
		o->nlinks -= o->nlinks > 1;
		break;
	case 6:
		o->dotdot = FIRST_INO + roll(r, s->nobj);
		break;
	case 7:
		o->dotdot_lufid = s->obj[roll(r, s->nobj)].fid;
		break;
	default:
		if (o->nlinks < LINKS)
			o->link[o->nlinks++] = (struct link){ { OTHER_SEQ, 9, 0 }, 'y' };
	}
}

static void fault_oi(struct state *s, struct rng *r, u32 which)
{
	struct record *a = &s->oi[roll(r, s->noi)], *b = &s->oi[roll(r, s->noi)];

	switch (which) {
	case 0:
		if (s->noi < RECORDS)
			s->oi[s->noi++] = *a;
		break;
	case 1:
		*a = s->oi[--s->noi];
		break;
	case 2:
		a->gen++;
		break;
	case 3:
		SWAP(a->to, b->to);
		break;
	case 4:
		SWAP(a->fid, b->fid);
		break;
	default:
		a->file = roll(r, OI_FILES);
	}
}

static void damage(struct state *s, struct rng *r)
{
	switch (roll(r, 3)) {
	case 0:
		fault_names(s, r, roll(r, 9));
		break;
	case 1:
		fault_object(s, r, roll(r, 9));
		break;
	default:
		if (s->noi > 1)
			fault_oi(s, r, roll(r, 6));
	}
}

/* ---- the oracle: everything against everything ---- */

static bool foreign(const struct link *l)
{
	return l->parent.seq == OTHER_SEQ;
}

static bool same_fid(const struct state *s, const struct fid *a, const struct fid *b)
{
	return !s->dirdata || fid_equal(a, b);
}

/* Entries to object i that read like entry e; and its linkEA entries that do. */
static u32 entries_like(const struct state *s, const struct entry *e)
{
	u32 n = 0;

	for (u32 i = 0; i < s->nent; i++) {
		const struct entry *x = &s->ent[i];

		n += x->to == e->to && x->name == e->name && x->type == e->type &&
		     fid_equal(&s->obj[x->dir].fid, &s->obj[e->dir].fid) &&
		     same_fid(s, &x->lufid, &e->lufid);
	}
	return n;
}

static u32 links_like(const struct state *s, const struct entry *e)
{
	const struct thing *o = &s->obj[e->to];
	u32 n = 0;

	for (u32 i = 0; i < o->nlinks && o->nlink; i++)
		n += !foreign(&o->link[i]) && o->link[i].name == e->name &&
		     fid_equal(&o->link[i].parent, &s->obj[e->dir].fid) &&
		     e->type == (o->dir ? 2 : 1) && same_fid(s, &o->fid, &e->lufid);
	return n;
}

static bool names_agree(const struct state *s, u32 i)
{
	const struct thing *o = &s->obj[i];
	u32 names = 0, local = 0, elsewhere = 0, dirs = 0;

	for (u32 k = 0; k < s->nent; k++) {
		const struct entry *e = &s->ent[k];

		if (e->to != i)
			continue;
		names++;
		if (entries_like(s, e) != links_like(s, e))
			return false;
		if (e->type != 2)
			continue;
		dirs++;
		if (!o->nlink || !o->dir || o->dotdot != FIRST_INO + e->dir ||
		    !same_fid(s, &o->dotdot_lufid, &s->obj[e->dir].fid))
			return false;
	}
	if (!o->nlink)
		return !names;
	for (u32 k = 0; k < o->nlinks; k++) {
		local += !foreign(&o->link[k]);
		elsewhere += foreign(&o->link[k]);
		for (u32 m = 0; m < k; m++)
			if (o->link[m].name == o->link[k].name &&
			    fid_equal(&o->link[m].parent, &o->link[k].parent))
				return false;
	}
	if (!i)
		return !names;
	if (o->dir)
		return names == 1 && dirs == 1 && o->nlinks == 1 && local == 1;
	return names == local && names + elsewhere == o->nlink;
}

static bool dir_agrees(const struct state *s, u32 i)
{
	u32 subdirs = 0;

	for (u32 k = 0; k < s->nent; k++) {
		if (s->ent[k].dir != i)
			continue;
		subdirs += s->ent[k].type == 2;
		for (u32 m = 0; m < k; m++)
			if (s->ent[m].dir == i && s->ent[m].name == s->ent[k].name)
				return false;
	}
	return s->obj[i].nlink == 1 || s->obj[i].nlink == 2 + subdirs;
}

static bool oi_agrees(const struct state *s, u32 i)
{
	const struct thing *o = &s->obj[i];
	u32 n = 0;

	for (u32 k = 0; k < s->noi; k++) {
		const struct record *r = &s->oi[k];

		if (r->to != i)
			continue;
		n++;
		if (!o->nlink || !fid_equal(&r->fid, &o->fid) || r->gen != o->gen ||
		    r->file != (r->fid.seq & (OI_FILES - 1)))
			return false;
	}
	return n == (o->nlink ? 1 : 0);
}

static bool oi_unique(const struct state *s)
{
	for (u32 k = 0; k < s->noi; k++)
		for (u32 m = 0; m < k; m++)
			if (s->oi[k].file == s->oi[m].file && fid_equal(&s->oi[k].fid, &s->oi[m].fid))
				return false;
	return true;
}

static bool oracle(const struct state *s)
{
	for (u32 i = 0; i < s->nobj; i++) {
		if (!names_agree(s, i) || !oi_agrees(s, i))
			return false;
		/* The names in a directory without links are nobody's. */
		if (s->obj[i].dir && s->obj[i].nlink && !dir_agrees(s, i))
			return false;
	}
	return oi_unique(s);
}

/* ---- the ledger ---- */

struct bench {
	struct view_info info;
	struct env env;
	struct fld_range fld[2];
	struct membudget mem;
	struct ledger ledger;
	struct poster poster;
	struct nameset names;
};

static void put_be(u8 *p, u64 v, u32 bytes)
{
	while (bytes--) {
		p[bytes] = (u8)v;
		v >>= 8;
	}
}

static void put_le(u8 *p, u64 v, u32 bytes)
{
	for (; bytes--; v >>= 8)
		*p++ = (u8)v;
}

/* The object as a view would deliver it, its EAs encoded and decoded. */
static void object_of(const struct state *s, u32 i, struct object *o, u8 *lma, u8 *link)
{
	const struct thing *t = &s->obj[i];
	u32 len = LINKEA_HEADER;

	memset(o, 0, sizeof(*o));
	o->ino = FIRST_INO + i;
	o->allocated = true;
	o->inode.mode = t->dir ? S_IFDIR | 0755 : S_IFREG | 0644;
	o->inode.nlink = (u16)t->nlink;
	o->inode.generation = t->gen;
	memset(lma, 0, LMA_SIZE_MIN);
	put_le(lma + 8, t->fid.seq, 8);
	put_le(lma + 16, t->fid.oid, 4);
	put_le(lma + 20, t->fid.ver, 4);
	o->ea[EA_LMA] = (struct ea){ .state = EA_PRESENT, .len = LMA_SIZE_MIN, .data = lma };
	ck_assert_int_eq(lma_decode(lma, LMA_SIZE_MIN, &o->lma), 0);
	o->fid = o->lma.fid;
	if (!t->nlinks)
		return;
	memset(link, 0, LINKEA_HEADER);
	for (u32 k = 0; k < t->nlinks; k++, len += LINKEA_ENTRY_MIN + 1) {
		put_be(link + len, LINKEA_ENTRY_MIN + 1, 2);
		put_be(link + len + 2, t->link[k].parent.seq, 8);
		put_be(link + len + 10, t->link[k].parent.oid, 4);
		put_be(link + len + 14, t->link[k].parent.ver, 4);
		link[len + 18] = (u8)t->link[k].name;
	}
	put_le(link, LINKEA_MAGIC, 4);
	put_le(link + 4, t->nlinks, 4);
	put_le(link + 8, len, 8);
	o->ea[EA_LINK] = (struct ea){ .state = EA_PRESENT, .len = len, .data = link };
	ck_assert_int_eq(linkea_decode(link, len, &o->link, &o->link_why), 0);
}

static bool breaks_record_rules(const struct bench *b, const struct object *o)
{
	const struct facts f = { .env = &b->env, .obj = o };
	u32 n;
	const struct rule *rule = rule_table(&n);
	bool broken = false;

	for (u32 i = 0; i < n; i++)
		if (rule[i].class == RULE_RECORD)
			broken |= rule[i].check(&f, NULL) == OUT_VIOLATED;
	return broken;
}

/* Posts what stands in one directory; true when a named check fails. */
static bool post_dir(struct bench *b, const struct state *s, u32 i, const struct object *o)
{
	struct dirent_rec d = { .ino = s->obj[i].dotdot, .name = "..", .namelen = 2, .type = 2 };
	enum post_mode mode = post_mode_guess(&b->env, o);
	u32 subdirs = 0;
	bool twice = false;

	if (i) {
		d.has_lufid = s->dirdata;
		d.lufid = s->obj[i].dotdot_lufid;
		post_dotdot(&b->poster, o, &d);
	}
	nameset_begin(&b->names, 0, 0);
	for (u32 k = 0; k < s->nent; k++) {
		const struct entry *e = &s->ent[k];

		if (e->dir != i)
			continue;
		d = (struct dirent_rec){ .ino = FIRST_INO + e->to, .name = &e->name, .namelen = 1,
					 .type = e->type, .has_lufid = s->dirdata,
					 .lufid = e->lufid };
		subdirs += e->type == 2;
		twice |= nameset_add(&b->names, &e->name, 1);
		post_entry(&b->poster, o, mode, &d, 1);
	}
	return twice || (o->inode.nlink != 1 && o->inode.nlink != 2 + subdirs);
}

static bool post_index(struct bench *b, const struct state *s)
{
	bool broken = !oi_unique(s); /* what strictly ascending keys mean in a sorted file */

	for (u32 k = 0; k < s->noi; k++) {
		const struct record *r = &s->oi[k];
		const struct oi_record rec = { r->fid, FIRST_INO + r->to, r->gen };

		broken |= r->file != (r->fid.seq & (OI_FILES - 1));
		post_oi(&b->poster, &rec);
	}
	return broken;
}

static bool flagged(struct bench *b, const struct state *s)
{
	bool broken;
	u64 suspects;

	b->info.dirdata = s->dirdata;
	broken = post_index(b, s);
	for (u32 i = 0; i < s->nobj; i++) {
		u8 lma[LMA_SIZE_MIN], link[LINKEA_HEADER + LINKS * (LINKEA_ENTRY_MIN + 1)];
		struct object o;

		object_of(s, i, &o, lma, link);
		if (!object_is_live(&o))
			continue;
		broken |= breaks_record_rules(b, &o);
		post_object(&b->poster, &o);
		/* ROOT's name in the backend root. */
		if (!i)
			ledger_add(&b->ledger, o.ino, b->poster.k_name);
		if (s->obj[i].dir)
			broken |= post_dir(b, s, i, &o);
	}
	ledger_close(&b->ledger);
	suspects = ledger_suspects(&b->ledger);
	for (u32 i = 0; i < OBJECTS; i++)
		b->ledger.slot[FIRST_INO + i - b->ledger.first] = 0;
	b->ledger.suspect[FIRST_INO / 64] = b->ledger.suspect[FIRST_INO / 64 + 1] = 0;
	return broken || suspects;
}

static void bench_open(struct bench *b)
{
	memset(b, 0, sizeof(*b));
	b->info = (struct view_info){ .inodes_count = 200, .first_ino = 11, .is_static = true };
	b->fld[0] = (struct fld_range){ LOCAL_SEQ, OTHER_SEQ, 0, 0 };
	b->fld[1] = (struct fld_range){ OTHER_SEQ, OTHER_SEQ + 0x40000000, 1, 0 };
	b->env = (struct env){ .info = &b->info, .root_ino = FIRST_INO, .has_index = true,
			       .fld = b->fld, .nfld = 2, .oi_count = OI_FILES };
	ck_assert_int_eq(ledger_init(&b->ledger, &b->mem, 0, 201, 200), 0);
	ck_assert_int_eq(poster_init(&b->poster, &b->ledger, &b->env, false), 0);
	ck_assert_int_eq(nameset_init(&b->names, &b->mem, &b->poster.key), 0);
}

START_TEST(exactly_what_the_oracle_says)
{
	struct rng r = { 0x9e3779b97f4a7c15ULL };
	u32 clean = 0, damaged = 0;
	struct bench b;

	bench_open(&b);
	for (u32 n = 0; n < STATES; n++) {
		struct state s;
		u64 seed = r.x;
		bool consistent;

		make_state(&s, &r);
		ck_assert_msg(oracle(&s), "state %u (seed %#llx) was not made consistent", n,
			      (unsigned long long)seed);
		for (u32 faults = n % 50 ? 1 + roll(&r, 3) : 0; faults; faults--)
			damage(&s, &r);
		consistent = oracle(&s);
		ck_assert_msg(flagged(&b, &s) == !consistent, "state %u (seed %#llx): oracle says %s",
			      n, (unsigned long long)seed, consistent ? "consistent" : "not");
		clean += consistent;
		damaged += !consistent;
	}
	/* Both kinds must have been met, or nothing was shown. */
	ck_assert_uint_gt(clean, STATES / 100);
	ck_assert_uint_gt(damaged, STATES / 2);
	nameset_free(&b.names);
	ledger_free(&b.ledger);
}
END_TEST

Suite *suite_states(void)
{
	Suite *s = suite_create("states");
	TCase *tc = tcase_create("random");

	tcase_set_timeout(tc, 300);
	tcase_add_test(tc, exactly_what_the_oracle_says);
	suite_add_tcase(s, tc);
	return s;
}
