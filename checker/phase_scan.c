/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The scan: one sequential pass over inode tables and, from within it, over the
 * blocks of every directory; then one over the OI files.
 *
 * Checks: record rules on every object; link counts and double names of every
 * directory while its blocks are at hand; routing and order of the OI.
 * Collects: the ledger's sums, the table of directories, the OST objects that
 * layouts claim, all counters of the coverage.
 * Leaves: suspects.  Nothing here is a finding.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/crew.h"
#include "ledger/nameset.h"
#include "ledger/shards.h"
#include "phases.h"
#include "recordrules.h"

/* The directory whose blocks are being read. */
struct dir_state {
	enum post_mode mode;
	u32 subdirs;
	u32 dotdot;
	u64 reach;
	bool dot_wrong;
	bool twice;
	bool blind;
	bool placed;	/* a shard whose names lie where the hash says */
	bool encrypted; /* its names */
};

struct scanner {
	struct run *r;
	struct dirlog log;
	struct nameset names;
	struct objset_pen pen;
	struct coverage cov;
	u64 unit[UNIT_NR];
	struct record_rules record;
	struct poster poster;
	struct facts facts; /* env, and the object at hand: to clear them costs more than a rule */
	struct dir_state dir;
	struct shard_tally shards; /* of that directory */
	u64 strays;
	u64 elsewhere[ELSEWHERE_NR]; /* what only another MDT can show more of */
	u32 unmetered; /* records of the OI */
	u32 oi_last_file; /* that the record before was read from, UINT32_MAX none */
	struct fid oi_last; /* of that record */
	pthread_mutex_t *lock; /* of the run's problem list */
	struct oi_share *oi;
	u32 *huge;	       /* directories whose names did not fit the table */
	u32 nhuge;
} CREW_MEMBER;

/* ---- directories ---- */

static int scan_entry(void *arg, const struct object *dir, const struct dirent_rec *d)
{
	struct scanner *s = arg;
	struct run *r = s->r;

	if (dirent_is_dot(d)) {
		s->dir.dot_wrong |= d->ino != dir->ino;
		return 0;
	}
	if (dirent_is_dotdot(d)) {
		s->dir.dotdot = d->ino;
		post_dotdot(&s->poster, dir, d);
		return 0;
	}
	ledger_prefetch(&r->ledger, d->ino);
	s->unit[UNIT_NAME_ENTRIES]++;
	shard_tally_add(&s->shards, d);
	s->dir.subdirs += d->type == 2;
	s->dir.twice |= nameset_add(&s->names, d->name, d->namelen);
	s->dir.reach |= dir_reach(r->env.info, d->ino);
	if (d->ino > r->env.info->inodes_count) {
		s->strays++;
		s->dir.reach = UINT64_MAX;
		return 0;
	}
	/* A name with a slash or a NUL cannot be reached by any client. */
	if (memchr(d->name, '/', d->namelen) || memchr(d->name, '\0', d->namelen) || d->data_bad)
		ledger_force(&r->ledger, d->ino);
	if (s->dir.placed) {
		u32 due;

		s->unit[UNIT_SHARD_NAMES]++;
		if (!lmv_name_fits(&dir->lmv, d->name, d->namelen, s->dir.encrypted, &due))
			ledger_force(&r->ledger, d->ino);
	}
	post_entry(&s->poster, dir, s->dir.mode, d, 1);
	if (d->type == 2 || !d->type)
		return dirlog_add_link(&s->log, d->ino, dir->ino);
	return 0;
}

static void scan_problem(void *arg, const struct view_problem *p)
{
	struct scanner *s = arg;

	pthread_mutex_lock(s->lock);
	run_add_problem(s->r, p);
	pthread_mutex_unlock(s->lock);
	if (p->ino)
		ledger_force(&s->r->ledger, p->ino);
	switch (p->kind) {
	case PROBLEM_DIR_MAP:
	case PROBLEM_DIR_BLOCK:
	case PROBLEM_BLOCK_SHARED:
		s->dir.blind = true;
		break;
	default:
		break;
	}
}

static int note_huge(struct scanner *s, u32 ino)
{
	u32 *grown = realloc(s->huge, (s->nhuge + 1) * sizeof(u32));

	if (!grown)
		return -ENOMEM;
	s->huge = grown;
	s->huge[s->nhuge++] = ino;
	return 0;
}

/* Is something about the directory and its shards, or the shard and its master, not right? */
static bool shards_odd(const struct scanner *s, const struct object *o)
{
	return shard_tally_odd(&s->shards, &o->lmv) ||
	       (o->lmv.kind == LMV_SHARD && shard_linkea_odd(o));
}

static int scan_dir(struct scanner *s, struct view_buf *buf, const struct object *o)
{
	static const struct dir_ops ops = { .entry = scan_entry, .problem = scan_problem };
	struct run *r = s->r;
	struct dir_row row = { .fid = o->fid, .ino = o->ino };
	int rc;

	s->dir = (struct dir_state){ .mode = post_mode_guess(&r->env, o) };
	s->dir.placed = o->lmv.kind == LMV_SHARD && o->lmv.stripe_count > 1 &&
			!lmv_hash_doubt(&o->lmv);
	s->dir.encrypted = object_has_lma(o) && (o->lma.incompat & LMAI_ENCRYPT);
	shard_tally_begin(&s->shards, &o->lmv);
	nameset_begin(&s->names, 0, 0);
	s->unit[UNIT_DIRECTORIES]++;
	rc = view_read_dir(r->view, buf, o, &ops, s);
	if (rc)
		return rc;
	if (s->names.full) {
		rc = note_huge(s, o->ino);
		if (rc)
			return rc;
	}
	if (s->dir.twice || s->dir.dot_wrong || s->dir.blind || !s->dir.dotdot ||
	    (o->inode.nlink != 1 && o->inode.nlink != s->dir.subdirs + 2) || shards_odd(s, o))
		ledger_force(&r->ledger, o->ino);
	row.dotdot = s->dir.dotdot;
	row.reach = s->dir.reach;
	row.guess = (u8)s->dir.mode;
	if (object_is_agent(o))
		row.flags |= DIRF_AGENT;
	if (s->dir.blind)
		row.flags |= DIRF_BLIND;
	if (s->dir.encrypted)
		row.flags |= DIRF_ENCRYPT;
	return dirlog_add_dir(&s->log, &row);
}

/* ---- objects ---- */

static void claim_objects(struct scanner *s, const struct object *o)
{
	struct lov_object slot;
	struct lov_walk walk;

	lov_walk_begin(&walk, &o->lov);
	while (lov_walk_next(&walk, &slot)) {
		objset_claim(&s->pen, slot.ost_idx, &slot.fid);
		s->cov.ost_objects++;
	}
}

static void count_units(struct scanner *s, const struct object *o)
{
	s->unit[UNIT_OBJECTS]++;
	s->unit[UNIT_LMAS] += object_has(o, EA_LMA);
	s->unit[UNIT_FILES] += !S_ISDIR(o->inode.mode);
	s->unit[UNIT_LAYOUTS] += object_has(o, EA_LOV);
	s->unit[UNIT_LMVS] += object_has(o, EA_LMV);
	if (object_has(o, EA_LINK)) {
		s->unit[UNIT_LINKEAS]++;
		if (!o->link_rc)
			s->unit[UNIT_LINKEA_ENTRIES] += o->link.reccount;
	}
}

/*
 * What only another MDT can show.  Counted here and not where suspects are judged,
 * because what is consistent as far as one MDT can tell is no suspect.
 */
static void count_elsewhere(struct scanner *s, const struct object *o, u32 foreign)
{
	s->elsewhere[ELSEWHERE_LINKS] += foreign;
	s->elsewhere[ELSEWHERE_FILES] += foreign && !S_ISDIR(o->inode.mode);
	s->elsewhere[ELSEWHERE_AGENTS] += object_is_agent(o);
}

static int scan_object(void *arg, struct view_buf *buf, const struct object *o)
{
	struct scanner *s = arg;
	struct run *r = s->r;

	if (!(++s->cov.inodes_scanned % METER_STEP))
		meter_add(&r->meter, METER_STEP, METER_STEP);
	if (env_is_exempt_ino(&r->env, o->ino) || (o->inode.flags & EXT4_FL_EA_INODE) ||
	    !object_is_live(o))
		return 0;
	count_units(s, o);
	s->facts.obj = o;
	/* .lustre/fid has a name and no linkEA: it would be a suspect, but later. */
	if (record_rules_broken(&s->record, &s->facts) || o->ea_broken || r->opt->debug_all_suspects ||
	    o->fid.seq == FID_SEQ_DOT_LUSTRE || (r->env.oi_count && !object_has_lma(o)))
		ledger_force(&r->ledger, o->ino);
	count_elsewhere(s, o, post_object(&s->poster, o));
	if (S_ISREG(o->inode.mode) && object_has_lov(o))
		claim_objects(s, o);
	return S_ISDIR(o->inode.mode) ? scan_dir(s, buf, o) : 0;
}

static void scan_group(void *arg, u32 group, u32 allocated, u32 delivered)
{
	struct scanner *s = arg;

	s->cov.inodes_expected += allocated;
	if (delivered != allocated)
		coverage_incomplete(&s->cov, "some allocated inodes could not be read");
}

/* ---- the OI ---- */

static void scan_oi_record(struct scanner *s, u32 oi, const struct oi_record *rec)
{
	struct run *r = s->r;
	bool stray = !rec->ino || rec->ino > r->env.info->inodes_count;
	bool odd;

	/*
	 * Order within a file and routing among the files together mean that FIDs are unique.
	 * So should be the inodes they lead to.
	 */
	odd = (rec->fid.seq & (r->env.oi_count - 1)) != oi ||
	      (s->oi_last_file == oi && fid_cmp(&s->oi_last, &rec->fid) >= 0);
	odd |= r->env.info->is_static && !stray && ledger_note_mapped(&r->ledger, rec->ino);
	if (unlikely(odd)) {
		__atomic_store_n(&r->oi_suspect, true, __ATOMIC_RELAXED);
		ledger_force(&r->ledger, stray ? 0 : rec->ino);
	}
	s->oi_last = rec->fid;
	s->oi_last_file = oi;
	if (stray)
		s->strays++;
	else
		post_oi(&s->poster, rec);
}

static int scan_oi_records(void *arg, u32 oi, const struct oi_record *rec, u32 n)
{
	struct scanner *s = arg;
	struct run *r = s->r;

	for (u32 i = 0; i < n; i++)
		ledger_prefetch(&r->ledger, rec[i].ino);
	for (u32 i = 0; i < n; i++)
		scan_oi_record(s, oi, &rec[i]);
	s->unit[UNIT_OI_MAPPINGS] += n;
	meter_add_oi(&r->meter, &s->unmetered, n);
	return 0;
}

static void scan_oi_problem(void *arg, const struct view_problem *p)
{
	struct scanner *s = arg;

	__atomic_store_n(&s->r->oi_blind, true, __ATOMIC_RELAXED);
	scan_problem(arg, p);
}

/* ---- when no inode is left ---- */

static int scan_rest(void *arg, struct view_buf *buf)
{
	struct scanner *s = arg;

	dirlog_sort(&s->log);
	return scan_oi_files(s->oi, buf, s);
}

/* ---- after the pass ---- */

/* Names of directories too large for one table: read again, part by part. */
struct huge_state {
	struct nameset *names;
	bool twice;
};

static int huge_entry(void *arg, const struct object *dir, const struct dirent_rec *d)
{
	struct huge_state *h = arg;

	if (!dirent_is_dot(d) && !dirent_is_dotdot(d))
		h->twice |= nameset_add(h->names, d->name, d->namelen);
	return 0;
}

static int check_huge(struct run *r, struct scanner *s, struct view_buf *buf, u32 ino)
{
	const struct dir_ops ops = { .entry = huge_entry };
	struct huge_state h = { .names = &s->names };
	struct object o;
	u32 bits = 1;
	int rc = view_read_object(r->view, buf, ino, &o);

	for (u32 part = 0; !rc && part < 1U << bits; part++) {
		view_pass_begin(r->view);
		nameset_begin(&s->names, part, bits);
		rc = view_read_dir(r->view, buf, &o, &ops, &h);
		if (s->names.full) {
			bits++;
			part = UINT32_MAX; /* begins again with smaller parts */
		}
	}
	if (h.twice)
		ledger_force(&r->ledger, ino);
	return rc;
}

/* What only the whole tree shows: directories that hang nowhere, or twice. */
static void suspect_tree(struct run *r)
{
	for (u32 i = 0; i < r->dirs.n; i++) {
		const struct dir_row *row = &r->dirs.rows[i];

		if ((row->class == DIR_DETACHED && row->ino != r->env.lost_found_ino) ||
		    row->links != 1)
			ledger_force(&r->ledger, row->ino);
	}
}

static void merge_elsewhere(struct run *r, const struct scanner *s)
{
	u32 n;
	const struct rule *rule = rule_table(&n);

	for (u32 i = 0; i < n; i++)
		if (rule[i].elsewhere && s->elsewhere[rule[i].elsewhere] && !r->opt->rule_off[i])
			rule_coverage_unknown(&r->cov.rules[i], rule[i].blind,
					      s->elsewhere[rule[i].elsewhere]);
}

static void merge_unclaimed(struct run *r, struct scanner *s)
{
	static const char why[] = "not enough memory to compare the OST objects of all layouts";
	const struct rule *shared = rule_in_use(r, "lov-object-shared");
	u64 lost = objset_pen_down(&s->pen);

	if (!lost)
		return;
	coverage_incomplete(&r->cov, why);
	/* Of as many layouts at most. */
	lost = min_u64(lost, s->unit[UNIT_LAYOUTS]);
	if (lost && shared)
		rule_coverage_unknown(&r->cov.rules[finding_rule_number(shared)], why, lost);
}

static void merge_poster(struct run *r, const struct poster *p)
{
	r->oi_balance += p->oi_balance;
	for (u32 i = 0; i < p->naside && i < ASIDES_MAX && r->naside + i < ASIDES_MAX; i++)
		r->aside[r->naside + i] = p->aside[i];
	r->naside += p->naside;
}

static void merge(struct run *r, struct scanner *s)
{
	u32 n;
	const struct rule *rule = rule_table(&n);

	r->cov.inodes_expected += s->cov.inodes_expected;
	r->cov.inodes_scanned += s->cov.inodes_scanned;
	r->cov.ost_objects += s->cov.ost_objects;
	r->cov.directories += s->unit[UNIT_DIRECTORIES];
	r->cov.name_entries += s->unit[UNIT_NAME_ENTRIES];
	r->cov.linkea_entries += s->unit[UNIT_LINKEA_ENTRIES];
	r->cov.oi_mappings += s->unit[UNIT_OI_MAPPINGS];
	r->cov.layouts += s->unit[UNIT_LAYOUTS];
	r->strays += s->strays;
	merge_poster(r, &s->poster);
	merge_elsewhere(r, s);
	merge_unclaimed(r, s);
	record_rules_count(&s->record, &r->cov);
	for (u32 i = 0; i < s->cov.nincomplete; i++)
		coverage_incomplete(&r->cov, s->cov.incomplete[i]);
	for (u32 i = 0; i < n; i++) {
		rule_coverage_merge(&r->cov.rules[i], &s->cov.rules[i]);
		if (rule[i].class != RULE_RECORD && !r->opt->rule_off[i])
			r->cov.rules[i].checked += s->unit[rule[i].unit];
	}
}

/* What the view cannot judge counts as met and not covered: at least once, for its reason. */
static void count_unseen(struct run *r, const struct scanner *scanners)
{
	u32 n;
	const struct rule *rule = rule_table(&n);

	for (u32 i = 0; r->limit && i < n; i++) {
		u64 units = 0;

		if (!r->limit[i])
			continue;
		for (u32 k = 0; k < r->threads; k++)
			units += scanners[k].unit[rule[i].unit];
		units = max_u64(units, 1);
		r->cov.rules[i].checked += units;
		rule_coverage_unknown(&r->cov.rules[i], r->limit[i], units);
	}
}

static int finish(struct run *r, struct scanner *scanners)
{
	struct dirlog logs[MAX_THREADS];
	struct view_buf *buf = view_buf_new(r->view);
	int rc = buf ? 0 : -ENOMEM;

	for (u32 i = 0; i < r->threads; i++) {
		merge(r, &scanners[i]);
		for (u32 k = 0; k < scanners[i].nhuge && !rc; k++)
			rc = check_huge(r, &scanners[i], buf, scanners[i].huge[k]);
		logs[i] = scanners[i].log;
		scanners[i].log = (struct dirlog){ .mem = &r->mem };
	}
	count_unseen(r, scanners);
	if (!rc)
		rc = dirtable_build(&r->dirs, &r->mem, &r->env, logs, r->threads);
	for (u32 i = 0; i < r->threads; i++)
		dirlog_free(&logs[i]);
	if (!rc)
		rc = scan_repost(r, buf);
	if (!rc)
		suspect_tree(r);
	view_buf_free(buf);
	return rc;
}

static int scanner_init(struct scanner *s, struct run *r, pthread_mutex_t *lock,
			struct oi_share *oi)
{
	u32 nrules;

	rule_table(&nrules);
	s->r = r;
	s->facts.env = &r->env;
	s->poster = r->poster;
	s->lock = lock;
	s->oi = oi;
	s->log.mem = &r->mem;
	s->pen.set = r->objects;
	s->oi_last_file = UINT32_MAX;
	s->cov.rules = calloc(nrules, sizeof(*s->cov.rules));
	if (!s->cov.rules)
		return -ENOMEM;
	s->poster.aside = calloc(ASIDES_MAX, sizeof(*s->poster.aside));
	if (!s->poster.aside)
		return -ENOMEM;
	record_rules_init(&s->record, r->opt->rule_off);
	return nameset_init(&s->names, &r->mem, &r->poster.key);
}

static void scanner_free(struct scanner *s)
{
	dirlog_free(&s->log);
	nameset_free(&s->names);
	free(s->cov.rules);
	free(s->poster.aside);
	free(s->huge);
}

static void scan_failure(const struct run *r, int rc, char *err, size_t errlen)
{
	if (rc == -ENOMEM && r->mem.limit)
		snprintf(err, errlen,
			 "the scan failed: --memory is too little (the target has grown, or what it "
			 "says of its directories is wrong)");
	else
		snprintf(err, errlen, "the scan failed: %s", strerror(-rc));
}

int phase_scan(struct run *r, char *err, size_t errlen)
{
	static const struct scan_ops ops = { scan_object, scan_group, scan_problem, scan_rest };
	static const struct oi_ops oi_ops = { .records = scan_oi_records, .problem = scan_oi_problem };
	struct oi_share oi = { .r = r, .ops = &oi_ops };
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct scanner *scanners = crew_members(sizeof(*scanners), r->threads);
	void *args[MAX_THREADS];
	int rc;

	r->aside = calloc(ASIDES_MAX, sizeof(*r->aside));
	rc = scanners && r->aside ? 0 : -ENOMEM;
	for (u32 i = 0; i < r->threads && !rc; i++) {
		args[i] = &scanners[i];
		rc = scanner_init(&scanners[i], r, &lock, &oi);
	}
	if (rc)
		goto out;
	r->passes = 1;
	meter_begin(&r->meter, METER_SCAN, 1, scan_steps(r));
	view_pass_begin(r->view);
	rc = view_scan(r->view, &ops, args, r->threads, r->cancel);
	if (!rc)
		rc = finish(r, scanners);
out:
	for (u32 i = 0; scanners && i < r->threads; i++)
		scanner_free(&scanners[i]);
	free(scanners);
	if (!rc)
		ledger_close(&r->ledger);
	if (!rc)
		rc = scan_other_windows(r);
	/* The exact phase has a use for whole sums, and a greater one for memory. */
	if (!rc && (r->passes > 1 || membudget_left(&r->mem) < r->look_bytes))
		ledger_drop_slots(&r->ledger);
	if (rc && rc != -ECANCELED)
		scan_failure(r, rc, err, errlen);
	return rc;
}
