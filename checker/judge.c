/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the facts about one suspect to findings.
 *
 * The object is read again here, after both passes: only what it says before and
 * after can have been true in between.
 */
#include "judge.h"
#include "rules/rules.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PATHS_PER_FINDING 8

struct sink {
	struct judge *j;
	const struct facts *f;
	const struct rule *rule;
	u32 rule_index;
	bool open; /* cur is being filled by the rule */
	int rc;
	struct finding cur;
};

/* Without clearing cur, which is larger than all that most objects need. */
static struct sink *sink_begin(struct judge *j, const struct facts *f)
{
	struct sink *s = j->sink;

	s->f = f;
	s->rule = NULL;
	s->open = false;
	s->rc = 0;
	return s;
}

/* ---- findings ---- */

static int add_paths(struct judge *j, const struct facts *f, struct stored_finding *st)
{
	struct strbuf path = { 0 };
	int rc = 0;

	for (u32 i = 0; i < f->nnames && i < PATHS_PER_FINDING && !rc; i++) {
		const struct name_fact *n = &f->names[i];

		strbuf_reset(&path);
		paths_of_name(j->paths, n->dir_ino, n->name, n->namelen, &path);
		rc = stored_finding_add_path(st, strbuf_str(&path), path.len);
	}
	if (!f->nnames && f->obj->ino == j->r->env.root_ino)
		rc = stored_finding_add_path(st, "/", 1);
	strbuf_free(&path);
	return rc;
}

static int add_state_path(const struct env *env, struct stored_finding *st)
{
	for (u32 i = 0; i < STATE_NR; i++)
		if (st->ino && env->state[i].ino == st->ino)
			return stored_finding_add_path(st, env_state_path(i),
						       strlen(env_state_path(i)));
	return 0;
}

static void sink_commit(struct sink *s)
{
	struct stored_finding *st;

	if (!s->open)
		return;
	s->open = false;
	st = finding_list_add(s->j->list, &s->cur);
	if (st)
		st->facts = still_facts(&s->j->still, s->f, &s->cur);
	if (st && s->f && s->j->still.before) {
		bool is_dir = S_ISDIR(s->f->obj->inode.mode);

		st->moved = still_moved(&s->j->still, s->rule, is_dir);
		st->object = still_object(&s->j->still, s->rule, is_dir);
		st->stirred = still_by_names(s->rule) ? s->f->obj->inode.ctime : 0;
	}
	if (st && s->f)
		s->rc = add_paths(s->j, s->f, st);
	else if (st && s->rule->class == RULE_TARGET)
		s->rc = add_state_path(&s->j->r->env, st);
	else if (st)
		s->rc = stored_finding_add_oi_path(st, s->j->r->env.oi_plain);
}

struct finding *sink_finding(struct sink *s, const char *what)
{
	const struct object *o = s->f ? s->f->obj : NULL;

	sink_commit(s);
	memset(&s->cur, 0, offsetof(struct finding, text));
	s->cur.text_len = 0;
	s->cur.rule = s->rule;
	s->cur.severity = s->rule->severity;
	s->cur.state = FINDING_CONFIRMED;
	s->cur.what = what;
	s->cur.verdict = s->rule->wrong;
	if (o) {
		s->cur.ino = o->ino;
		s->cur.generation = o->inode.generation;
		s->cur.mode = o->inode.mode;
		if (view_shows_fid(s->f->env->info, o))
			s->cur.fid = o->fid;
	}
	s->open = true;
	return &s->cur;
}

void sink_elsewhere(struct sink *s, const char *why)
{
	if (s->j->verdicts && !s->j->verdicts[s->rule_index].why)
		s->j->verdicts[s->rule_index].why = why;
}

void sink_unknown(struct sink *s, const char *why)
{
	sink_elsewhere(s, why);
	if (s->j->count_unknown)
		rule_coverage_unknown(&s->j->cov->rules[s->rule_index], why, 1);
}

static bool judges_objects(const struct rule *rule)
{
	return rule->class == RULE_RECORD || rule->class == RULE_CROSS;
}

static enum outcome ask(struct sink *s, u32 index)
{
	enum outcome out;

	s->rule = rule_table(&(u32){ 0 }) + index;
	s->rule_index = index;
	out = s->rule->check(s->f, s);
	sink_commit(s);
	return out;
}

/* For who wants to know what each of the rules has to say. */
static void ask_all(struct sink *s)
{
	const struct judge *j = s->j;
	u32 n;
	const struct rule *rule = rule_table(&n);

	for (u32 i = 0; i < n && !s->rc; i++) {
		struct rule_verdict *v = &j->verdicts[i];

		*v = (struct rule_verdict){
			.off = j->r->opt->rule_off[i] || !judges_objects(&rule[i]),
			.why = j->r->limit ? j->r->limit[i] : NULL,
		};
		if (!v->off)
			v->outcome = ask(s, i);
	}
}

/* Nothing is known of the object but what leads to it: only one rule has something to say. */
static void ask_about_unread(struct sink *s)
{
	const struct rule *rule = rule_in_use(s->j->r, "inode-unreadable");

	if (rule)
		ask(s, finding_rule_number(rule));
}

int judge_facts(struct judge *j, const struct facts *f)
{
	struct sink *s = sink_begin(j, f);
	u32 traits;
	u64 left;

	if (j->verdicts) {
		ask_all(s);
		return s->rc;
	}
	if (f->unread) {
		ask_about_unread(s);
		return s->rc;
	}
	left = record_rules_to_ask(&j->record, f);
	for (; left && !s->rc; left &= left - 1)
		ask(s, j->record.rule[__builtin_ctzll(left)].index);
	traits = object_traits(f->obj);
	for (u32 i = 0; i < j->ncross && !s->rc; i++)
		if (!(j->cross[i].needs & ~traits))
			ask(s, j->cross[i].index);
	return s->rc;
}

void judge_index(struct judge *j, const struct view_problem *p, u32 oi)
{
	const struct rule *rule = rule_in_use(j->r, "oi-malformed");
	struct sink *s = sink_begin(j, NULL);

	if (!rule)
		return;
	s->rule = rule;
	rule_index_finding(sink_finding(s, p->why), p, oi);
	sink_commit(s);
}

/* ---- the target as a whole ---- */

static u64 count_unit(const struct env *env, enum rule_unit unit)
{
	u64 n = 0;

	if (unit == UNIT_SEQUENCE_RANGES)
		return (u64)env->nfld + env->nfld_bad + env->has_seq_srv + env->has_seq_ctl;
	for (u32 i = 0; i < STATE_NR; i++)
		n += env->state[i].ino != 0;
	return n;
}

int judge_target(struct judge *j)
{
	u32 n;
	const struct rule *rule = rule_table(&n);
	const struct facts f = { .env = &j->r->env };
	struct sink *s = sink_begin(j, NULL);

	for (u32 i = 0; i < n && !s->rc; i++) {
		if (rule[i].class != RULE_TARGET || j->r->opt->rule_off[i])
			continue;
		if (j->count_unknown)
			j->cov->rules[i].checked += count_unit(f.env, rule[i].unit);
		s->rule = &rule[i];
		s->rule_index = i;
		rule[i].check(&f, s);
		sink_commit(s);
	}
	return s->rc;
}

/* ---- suspects ---- */

/* unread: why there is nothing in o but its number; NULL. */
static int judge_object(struct judge *j, const struct gather_suspect *s, const struct object *o,
			const char *unread)
{
	struct facts f;
	int rc = facts_fill(j, s, o, &f);

	/* A read that was cut short says nothing. */
	if (!rc && stop_wanted(j->r->cancel))
		rc = -ECANCELED;
	f.unread = unread;
	return rc ? rc : judge_facts(j, &f);
}

/* What cannot be read twice cannot be said to have stood still or to have moved. */
static void judge_begin_unprinted(struct judge *j)
{
	j->still.before = NULL;
	memset(&j->still.after, 0, sizeof(j->still.after));
}

static int judge_unread(struct judge *j, const struct gather_suspect *s, const char *why)
{
	const struct object o = { .ino = s->ino, .allocated = true };

	judge_begin_unprinted(j);
	return judge_object(j, s, &o, why);
}

/* NULL: that does not mean that it is damaged. */
static const char *unread_why(int rc)
{
	switch (rc) {
	case -EBADMSG:
		return "what lies in the place of the inode is no inode";
	case -EIO:
		return "the inode cannot be read from the device";
	default:
		return NULL;
	}
}

int judge_suspect(struct judge *j, const struct gather_suspect *s)
{
	struct object o;
	int rc = view_read_object(j->r->view, j->buf, s->ino, &o);

	if (rc) {
		coverage_incomplete(j->cov, "a suspect could not be read again");
		return unread_why(rc) ? judge_unread(j, s, unread_why(rc)) : 0;
	}
	if (object_is_live(&o) && !o.allocated && j->r->env.info->is_static)
		coverage_incomplete(j->cov, problem_reason(PROBLEM_BITMAP));
	j->still.before = s->print;
	if (s->print)
		object_print(&o, j->still.key, &j->still.after);
	return judge_object(j, s, &o, NULL);
}

/* Each impossible inode number becomes a free object that the name or record leads to. */
int judge_strays(struct judge *j)
{
	const struct gather_suspect *all = &j->g->stray;
	struct gather_suspect one;
	struct object o;
	struct gather *g = j->g;
	int rc = 0;

	judge_begin_unprinted(j);
	for (u32 off = all->names; off != GATHER_NONE && !rc;) {
		u32 next = gather_name_at(g, off)->next;

		one = (struct gather_suspect){ .names = off, .oi = GATHER_NONE };
		((struct gather_name *)(void *)(g->arena + off))->next = GATHER_NONE;
		o = (struct object){ .ino = 0 };
		rc = judge_object(j, &one, &o, NULL);
		off = next;
	}
	for (u32 off = all->oi; off != GATHER_NONE && !rc;) {
		u32 next = gather_oi_at(g, off)->next;

		one = (struct gather_suspect){ .names = GATHER_NONE, .oi = off };
		((struct gather_oi *)(void *)(g->arena + off))->next = GATHER_NONE;
		o = (struct object){ .ino = gather_oi_at(g, off)->fact.rec.ino };
		rc = judge_object(j, &one, &o, NULL);
		off = next;
	}
	return rc;
}

static void choose_cross(struct judge *j)
{
	u32 n;
	const struct rule *rule = rule_table(&n);

	j->cross = calloc(n, sizeof(*j->cross));
	for (u32 i = 0; j->cross && i < n; i++)
		if (rule[i].class == RULE_CROSS && !j->r->opt->rule_off[i])
			j->cross[j->ncross++] = (struct cross_rule){ i, rule[i].needs };
}

int judge_open(struct judge *j, struct run *r)
{
	*j = (struct judge){ .r = r, .cov = &r->cov, .still.key = &r->poster.key };
	j->buf = view_buf_new(r->view);
	j->buf2 = view_buf_new(r->view);
	j->paths = paths_new(r->view, &r->env, &r->dirs);
	j->sink = calloc(1, sizeof(*j->sink));
	record_rules_init(&j->record, r->opt->rule_off);
	choose_cross(j);
	if (!j->buf || !j->buf2 || !j->paths || !j->sink || !j->cross) {
		judge_close(j);
		*j = (struct judge){ .r = NULL };
		return -ENOMEM;
	}
	j->sink->j = j;
	return 0;
}

void judge_rest(struct judge *j)
{
	view_buf_rest(j->buf);
	view_buf_rest(j->buf2);
	paths_rest(j->paths);
	j->shard_ino = 0;
}

void judge_close(struct judge *j)
{
	view_buf_free(j->buf);
	view_buf_free(j->buf2);
	paths_free(j->paths);
	free(j->sink);
	free(j->cross);
	free(j->names);
	free(j->links);
	free(j->oi);
	free(j->claims);
}
