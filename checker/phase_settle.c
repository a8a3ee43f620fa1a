/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Settling: on a live target one look proves nothing, since its two sides are read at
 * two times.  What was found is looked at again after growing gaps, and once more,
 * by a full pass, when it is old enough.
 *
 *	confirmed	found in looks that far apart, and in all looks between them,
 *			while the facts it rests on stayed the same (still.c); in two
 *			series, if they are about names and the object's ctime moved on
 *	transient	gone
 *	unstable	found to the end, but its facts kept changing
 *
 * The looks between read only what the suspects are known to touch, so they can only
 * clear a suspect; the first and the last one of a series read all directories and
 * the whole OI.  What changed, or appeared, in the last look starts another series;
 * when there may be no more, short looks clear what they can of it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "exact.h"

#define SERIES_LOOKS 5
#define MISSES 2 /* looks in a row without a finding that make it gone */

/* One finding on its way. */
struct item {
	struct stored_finding *f; /* as the last look that found it saw it; owned */
	u64 since;		  /* ms: since then all its looks agree */
	u32 stirred;		  /* then */
	bool again;		  /* it was old enough once, but had been stirred meanwhile */
	u32 agree;		  /* looks that agree */
	u32 missed;		  /* looks in a row that did not find it */
	bool done;		  /* confirmed: later looks may find it again, and need not */
};

struct settle {
	struct run *r;
	struct shares *shares;
	struct look_notes notes; /* of the last look */
	struct item *item;	 /* by fingerprint, inode, facts */
	u32 n;
	u32 open;		 /* items that are not done */
	u32 looks;		 /* left */
};

/* ---- items ---- */

static int item_group_cmp(const struct item *a, const struct item *b)
{
	if (a->f->fingerprint != b->f->fingerprint)
		return a->f->fingerprint < b->f->fingerprint ? -1 : 1;
	return (a->f->ino > b->f->ino) - (a->f->ino < b->f->ino);
}

static int item_cmp(const void *pa, const void *pb)
{
	const struct item *a = pa, *b = pb;
	int c = item_group_cmp(a, b);

	return c ? c : (a->f->facts > b->f->facts) - (a->f->facts < b->f->facts);
}

/* Takes the findings off a list. */
static int items_of(struct finding_list *l, u64 since, struct item **out)
{
	struct item *item = calloc(l->count + 1, sizeof(*item));

	if (!item)
		return -ENOMEM;
	for (u32 i = 0; i < l->count; i++)
		item[i] = (struct item){ .f = l->items[i], .since = since,
					 .stirred = l->items[i]->stirred,
					 .agree = !l->items[i]->moved };
	if (l->count)
		qsort(item, l->count, sizeof(*item), item_cmp);
	*out = item;
	return 0;
}

/* Only a full pass has a say about it. */
static bool needs_whole(const struct settle *s, const struct stored_finding *f)
{
	const u32 *whole = s->notes.whole;

	if (!f->ino)
		return true;
	for (u32 i = 0; i < s->notes.nwhole; i++)
		if (whole[i] == f->ino)
			return true;
	return false;
}

/* ---- one look after another ---- */

struct merge {
	struct settle *s;
	bool scoped;
	struct item *out;
	u32 n;
	u64 gone;
	/* Of the group at hand: */
	u32 unpaired; /* new ones without an equal old one */
	u32 absorbed; /* of them those that are a confirmed one in another guise */
};

/* The last look did not find it. */
static void merge_missed(struct merge *m, struct item *old)
{
	bool carried = old->done || (m->scoped && needs_whole(m->s, old->f));
	bool replaced = !old->done && m->unpaired;

	if (replaced)
		m->unpaired--;
	if (!carried) {
		old->missed++;
		old->agree = 0;
	}
	if (!carried && (old->missed >= MISSES || replaced)) {
		m->gone += !replaced;
		stored_finding_free(old->f);
		return;
	}
	m->out[m->n++] = *old;
}

static void merge_new(struct merge *m, struct item *new)
{
	if (!m->absorbed) {
		m->out[m->n++] = *new;
		return;
	}
	m->absorbed--;
	stored_finding_free(new->f);
}

static void merge_again(struct merge *m, struct item *old, struct item *new)
{
	if (old->done) {
		stored_finding_free(new->f);
		m->out[m->n++] = *old;
		return;
	}
	/* What stands still but was not found in between begins anew. */
	if (new->agree && old->agree) {
		new->since = old->since;
		new->stirred = old->stirred;
		new->again = old->again;
		new->agree = old->agree + 1;
	}
	stored_finding_free(old->f);
	m->out[m->n++] = *new;
}

/* Counts those of either side that have no equal on the other. */
static void merge_count(struct merge *m, const struct item *old, u32 nold, const struct item *new,
			u32 nnew)
{
	u32 done = 0;

	m->unpaired = 0;
	for (u32 i = 0, k = 0; i < nold || k < nnew;) {
		int c = i == nold ? 1 : k == nnew ? -1 : item_cmp(&old[i], &new[k]);

		done += c < 0 && old[i].done;
		m->unpaired += c > 0;
		i += c <= 0;
		k += c >= 0;
	}
	m->absorbed = done < m->unpaired ? done : m->unpaired;
	m->unpaired -= m->absorbed;
}

/* Old and new items of one fingerprint and inode: equal facts are the same finding. */
static void merge_group(struct merge *m, struct item *old, u32 nold, struct item *new, u32 nnew)
{
	u32 i = 0, k = 0;

	merge_count(m, old, nold, new, nnew);
	while (i < nold || k < nnew) {
		int c = i == nold ? 1 : k == nnew ? -1 : item_cmp(&old[i], &new[k]);

		if (c < 0)
			merge_missed(m, &old[i++]);
		else if (c > 0)
			merge_new(m, &new[k++]);
		else
			merge_again(m, &old[i++], &new[k++]);
	}
}

static u32 group_len(const struct item *item, u32 n)
{
	u32 len = n ? 1 : 0;

	while (len < n && !item_group_cmp(&item[0], &item[len]))
		len++;
	return len;
}

static int merge_looks(struct settle *s, bool scoped, struct item *new, u32 nnew)
{
	struct merge m = { .s = s, .scoped = scoped };
	u32 i = 0, k = 0;

	m.out = calloc(s->n + nnew + 1, sizeof(*m.out));
	if (!m.out)
		return -ENOMEM;
	while (i < s->n || k < nnew) {
		int c = i == s->n ? 1 : k == nnew ? -1 : item_group_cmp(&s->item[i], &new[k]);
		u32 a = c <= 0 ? group_len(&s->item[i], s->n - i) : 0;
		u32 b = c >= 0 ? group_len(&new[k], nnew - k) : 0;

		merge_group(&m, &s->item[i], a, &new[k], b);
		i += a;
		k += b;
	}
	free(s->item);
	s->item = m.out;
	s->n = m.n;
	qsort(s->item, s->n, sizeof(*s->item), item_cmp);
	s->open = 0;
	for (i = 0; i < s->n; i++)
		s->open += !s->item[i].done;
	s->r->transient += m.gone;
	return 0;
}

static void choose_suspects(struct settle *s, bool scoped)
{
	struct ledger *l = &s->r->ledger;

	ledger_forget(l);
	for (u32 i = 0; i < s->n; i++) {
		const struct stored_finding *f = s->item[i].f;

		if (s->item[i].done || (scoped && needs_whole(s, f)))
			continue;
		if (f->ino)
			ledger_force(l, f->ino);
		if (f->other_ino)
			ledger_force(l, f->other_ino);
	}
	shares_force(s->r, s->shares);
}

/* What a look with scope cannot see is noted again, so that it is not forgotten. */
static void keep_whole(struct look_notes *to, struct look_notes *from)
{
	free(to->whole);
	to->whole = from->whole;
	to->nwhole = from->nwhole;
	to->whole_cap = from->whole_cap;
	to->names_blind = from->names_blind;
	from->whole = NULL;
}

static int look_again(struct settle *s, bool full)
{
	struct gather_scope scope = {
		.dirs = s->notes.dirs, .ndirs = s->notes.ndirs, .fids = s->notes.fids,
		.nfids = s->notes.nfids, .names_blind = s->notes.names_blind,
	};
	bool scoped = !full && !s->notes.too_many;
	struct look_notes notes = { 0 };
	struct finding_list list;
	struct look l = { .r = s->r, .shares = s->shares, .list = &list, .notes = &notes };
	struct item *new = NULL;
	int rc = finding_list_init(&list, 0, NULL);

	if (rc)
		return rc;
	choose_suspects(s, scoped);
	l.scope = scoped ? &scope : NULL;
	rc = shares_refresh(s->r, s->shares);
	if (!rc)
		rc = exact_look(&l);
	if (!rc)
		rc = items_of(&list, clock_ms(), &new);
	if (!rc) {
		rc = merge_looks(s, scoped, new, list.count);
		list.count = 0; /* they are the items' now */
	}
	free(new);
	finding_list_free(&list);
	if (scoped && !rc)
		keep_whole(&notes, &s->notes);
	look_notes_free(&s->notes);
	s->notes = notes;
	return rc;
}

/* ---- verdicts ---- */

/*
 * Somebody renames it to and fro, perhaps, and it was met half renamed twice: this must happen
 * once more to be believed.  Not for ever: an object may be in use and its fault lasting.
 */
static bool ask_again(struct item *it, u64 looked)
{
	if (it->again || it->stirred == it->f->stirred)
		return false;
	it->again = true;
	it->stirred = it->f->stirred;
	it->since = looked;
	it->agree = 1;
	return true;
}

/* What has been found, unchanged, for long enough. */
static void confirm(struct settle *s, u64 looked)
{
	for (u32 i = 0; i < s->n; i++) {
		struct item *it = &s->item[i];

		if (it->done || it->missed || it->agree < 2 ||
		    it->since + s->r->opt->settle_delay > looked || ask_again(it, looked))
			continue;
		it->done = true;
		s->open--;
	}
}

/* The items become the run's findings. */
static void conclude(struct settle *s)
{
	for (u32 i = 0; i < s->n; i++) {
		struct item *it = &s->item[i];

		if (it->done) {
			finding_list_adopt(&s->r->findings, it->f, FINDING_CONFIRMED);
		} else if (it->missed) {
			s->r->transient++;
			stored_finding_free(it->f);
		} else {
			s->r->unstable++;
			finding_list_adopt(&s->r->findings, it->f, FINDING_UNSTABLE);
		}
	}
	if (s->r->unstable && !stop_wanted(s->r->cancel))
		coverage_incomplete(&s->r->cov, "what some findings rest on kept changing");
}

/* Looks with growing gaps: at the end those are left that each of them found. */
static int short_looks(struct settle *s, u32 most)
{
	static const u32 gap_permille[] = { 1, 10, 100, 1000 };
	u64 at = clock_ms();
	int rc = 0;

	for (u32 i = 0; i < ARRAY_SIZE(gap_permille) && i < most && s->open && !rc; i++) {
		/* Of a delay of 12 s: 1 ms, 10 ms, 100 ms, 1 s. */
		at += (u64)gap_permille[i] * s->r->opt->settle_delay / 12000;
		clock_sleep_until(at * NS_PER_MS, s->r->cancel);
		rc = look_again(s, false);
		at = clock_ms();
	}
	return rc;
}

/* Short looks, then the last one of the series, when the youngest is old enough. */
static int series(struct settle *s)
{
	u64 at = clock_ms(), looked;
	u32 most = min_u64(s->looks, SERIES_LOOKS);
	int rc = short_looks(s, most - 1);

	s->looks -= most;
	if (rc || !s->open)
		return rc;
	for (u32 i = 0; i < s->n; i++)
		if (!s->item[i].done)
			at = max_u64(at, s->item[i].since + s->r->opt->settle_delay);
	clock_sleep_until(at * NS_PER_MS, s->r->cancel);
	looked = clock_ms();
	rc = look_again(s, true);
	if (!rc)
		confirm(s, looked);
	return rc;
}

int phase_settle(struct run *r, struct shares *shares, struct finding_list *found,
		 struct look_notes *notes)
{
	struct settle s = { .r = r, .shares = shares, .looks = r->opt->settle_rounds };
	int rc = items_of(found, clock_ms(), &s.item);

	if (rc)
		return rc;
	s.n = s.open = found->count;
	found->count = 0;
	s.notes = *notes;
	*notes = (struct look_notes){ 0 };
	if (found->dropped)
		coverage_incomplete(&r->cov, "more was found than could be looked at again");
	while (!rc && s.open && s.looks)
		rc = series(&s);
	/* What the very last full pass met for the first time is mostly gone at once. */
	if (!rc)
		rc = short_looks(&s, SERIES_LOOKS);
	/* Cancelled: what was found once is not known to be true. */
	conclude(&s);
	free(s.item);
	look_notes_free(&s.notes);
	return rc;
}
