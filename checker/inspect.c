/* SPDX-License-Identifier: GPL-2.0-only */
/* Gathers what is to be said about one object. */
#include "inspect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "locate.h"
#include "view/posix.h"

#define ROOM_FOR_FACTS (16U << 20)
#define SUSPECTS_MAX 4096U	 /* others that may be twins of the object */
#define EA_BYTES_MAX (4U << 20)	 /* of attribute values that are kept */
#define CHAIN_MAX 256U
#define PATHS_MAX 1024U
#define BACKEND_ROOT 2U

/* ---- attributes ------------------------------------------------------------------------------ */

struct ea_keeper {
	struct inspection *in;
	u32 bytes;
};

/* The prefix an index stands for; *settable: user space reaches it by this name. */
static const char *ea_prefix(u8 index, bool *settable)
{
	*settable = index == 1 || index == 4 || index == 6;
	switch (index) {
	case 1:
		return "user.";
	case 2:
		return "system.posix_acl_access";
	case 3:
		return "system.posix_acl_default";
	case 4:
		return "trusted.";
	case 5:
		return "lustre.";
	case 6:
		return "security.";
	case 7:
		return "system.";
	case 8:
		return "system.richacl";
	case 9:
		return "encryption.";
	case 10:
		return "gnu.";
	default:
		return NULL;
	}
}

static int name_ea(struct inspect_ea *e, const struct ea_raw *raw)
{
	const char *prefix = ea_prefix(raw->name_index, &e->settable);
	struct strbuf b = { 0 };

	if (prefix)
		strbuf_addf(&b, "%s", prefix);
	else
		strbuf_addf(&b, "index-%u.", raw->name_index);
	strbuf_add(&b, raw->name, raw->namelen);
	if (b.failed) {
		strbuf_free(&b);
		return -ENOMEM;
	}
	e->name = b.s;
	e->namelen = (u32)b.len;
	return 0;
}

static int keep_value(struct ea_keeper *k, struct inspect_ea *e, const struct ea_raw *raw)
{
	e->why = raw->why;
	if (!raw->value)
		return 0;
	if (raw->len > EA_BYTES_MAX - k->bytes) {
		e->why = "left out: the attributes are too large together";
		return 0;
	}
	e->value = malloc(raw->len ? raw->len : 1);
	if (!e->value)
		return -ENOMEM;
	if (raw->len)
		memcpy(e->value, raw->value, raw->len);
	k->bytes += raw->len;
	return 0;
}

static int keep_ea(void *arg, const struct ea_raw *raw)
{
	struct ea_keeper *k = arg;
	struct inspection *in = k->in;
	struct inspect_ea *e;
	int rc;

	if (in->nea == EVIDENCE_EAS_MAX) {
		in->ea_cut = true;
		return 1;
	}
	if (!in->ea)
		in->ea = calloc(EVIDENCE_EAS_MAX, sizeof(*in->ea));
	if (!in->ea)
		return -ENOMEM;
	e = &in->ea[in->nea];
	*e = (struct inspect_ea){ .place = raw->place, .ino = raw->value_ino, .len = raw->len };
	rc = name_ea(e, raw);
	if (rc)
		return rc;
	in->nea++;
	return keep_value(k, e, raw);
}

static void drop_eas(struct inspection *in)
{
	for (u32 i = 0; i < in->nea; i++) {
		free(in->ea[i].name);
		free(in->ea[i].value);
	}
	free(in->ea);
	in->ea = NULL;
	in->nea = 0;
	in->ea_cut = false;
}

static int collect_eas(struct inspect *x, struct run *r)
{
	struct ea_keeper k = { .in = &x->in };
	int rc;

	drop_eas(&x->in);
	rc = view_each_ea(r->view, x->judge.buf, &x->obj, keep_ea, &k);
	return rc < 0 ? rc : 0;
}

/* ---- paths and parents ----------------------------------------------------------------------- */

static void drop_paths(struct inspection *in)
{
	for (u32 i = 0; i < in->npaths; i++)
		free(in->paths[i]);
	free(in->paths);
	for (u32 i = 0; i < in->nchain; i++)
		free(in->chain[i].name);
	free(in->chain);
	in->paths = NULL;
	in->chain = NULL;
	in->npaths = in->nchain = 0;
}

static int collect_paths(struct inspect *x)
{
	struct inspection *in = &x->in;
	u32 n = (u32)min_u64(x->facts.nnames, PATHS_MAX);

	in->paths = calloc(n + 1, sizeof(*in->paths));
	if (!in->paths)
		return -ENOMEM;
	for (; in->npaths < n; in->npaths++) {
		const struct name_fact *f = &x->facts.names[in->npaths];
		struct strbuf b = { 0 };

		paths_of_name(x->judge.paths, f->dir_ino, f->name, f->namelen, &b);
		in->paths[in->npaths] = b.s;
	}
	return 0;
}

/* The directory to begin with, and the name of the object in it. */
static u32 first_parent(const struct facts *f, struct strbuf *name)
{
	const struct name_fact *best = f->nnames ? &f->names[0] : NULL;

	/* The way that clients take, where there is one. */
	for (u32 i = 0; i < f->nnames; i++) {
		if (!dir_class_is_namespace(f->names[i].dir_class))
			continue;
		best = &f->names[i];
		break;
	}
	if (!best)
		return S_ISDIR(f->obj->inode.mode) && f->obj->ino != BACKEND_ROOT ? f->dotdot_ino :
										    0;
	strbuf_add(name, best->name, best->namelen);
	return best->dir_ino;
}

/* Takes over the bytes of the name. */
static void add_step(struct inspection *in, const struct dir_row *row, struct strbuf *name)
{
	in->chain[in->nchain++] = (struct inspect_step){
		.ino = row->ino,
		.fid = row->fid,
		.class = row->class,
		.name = name->s,
		.namelen = (u32)name->len,
	};
	*name = (struct strbuf){ 0 };
}

/* One directory after the other; the sentence is why there is none further up. */
static const char *climb(struct inspect *x, struct run *r, u32 ino, struct strbuf *name)
{
	struct inspection *in = &x->in;
	const struct dir_row *row;

	for (;;) {
		row = dirtable_find(&r->dirs, ino);
		if (!row)
			return "what should be the parent is no directory that the scan met";
		add_step(in, row, name);
		if (ino == BACKEND_ROOT)
			return "the backend root";
		if (in->nchain == CHAIN_MAX)
			return "deeper than is followed";
		if (row->flags & DIRF_LOOP)
			return "the chain of parents comes back to itself";
		paths_dir_name(x->judge.paths, ino, name);
		ino = row->parent ? row->parent : row->dotdot;
		if (!ino)
			return "no directory names it, and it has no \"..\"";
	}
}

static int collect_chain(struct inspect *x, struct run *r)
{
	struct strbuf name = { 0 };
	u32 ino = first_parent(&x->facts, &name);

	x->in.chain = calloc(CHAIN_MAX, sizeof(*x->in.chain));
	if (!x->in.chain) {
		strbuf_free(&name);
		return -ENOMEM;
	}
	if (x->ino == BACKEND_ROOT)
		x->in.chain_end = "it is the backend root";
	else if (!ino)
		x->in.chain_end = "no name entry leads to it";
	else
		x->in.chain_end = climb(x, r, ino, &name);
	strbuf_free(&name);
	return 0;
}

/* ---- one look -------------------------------------------------------------------------------- */

static int ino_cmp(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return (x > y) - (x < y);
}

/* The object and, sorted in, suspects of the scan: one of them may have the same FID. */
static u32 list_suspects(const struct run *r, u32 ino, u32 most, u32 *out)
{
	u32 n = 0;

	out[n++] = ino;
	for (u32 s = ledger_next(&r->ledger, 1); s && n < most; s = ledger_next(&r->ledger, s + 1))
		if (s != ino)
			out[n++] = s;
	qsort(out, n, sizeof(*out), ino_cmp);
	return n;
}

/* Under gather's lock. */
static void keep_problem(void *arg, u32 oi, const struct view_problem *p)
{
	struct inspect *x = arg;

	if (oi && oi == x->oi && x->nproblems < INSPECT_PROBLEMS_MAX)
		x->problem[x->nproblems++] = *p;
}

/* The object and, up to most in all, other suspects. */
static int gather_among(struct inspect *x, const struct run *r, u32 most, u32 *inos)
{
	x->nproblems = 0;
	return gather_run(&x->gather, inos, list_suspects(r, x->ino, most, inos));
}

static int gather_object(struct inspect *x, struct run *r)
{
	u32 *inos = malloc((SUSPECTS_MAX + 1) * sizeof(u32));
	int rc = inos ? 0 : -ENOMEM;

	gather_close(&x->gather);
	x->gather = run_gather(r, ROOM_FOR_FACTS);
	x->gather.problem = keep_problem;
	x->gather.problem_arg = x;
	if (!rc)
		rc = gather_open(&x->gather);
	if (!rc)
		rc = gather_among(x, r, SUSPECTS_MAX, inos);
	/* The others have too many names. */
	if (rc == -ENOBUFS)
		rc = gather_among(x, r, 1, inos);
	free(inos);
	return rc ? rc : stop_wanted(r->cancel) ? -ECANCELED : 0;
}

/* The rules about an index as a whole, where the object is one. */
static void judge_indexes(struct inspect *x, struct run *r)
{
	u32 n;
	const struct rule *rule = rule_table(&n);

	if (!x->oi)
		return;
	for (u32 i = 0; i < x->nproblems; i++)
		judge_index(&x->judge, &x->problem[i], x->oi - 1);
	for (u32 i = 0; i < n; i++) {
		if (rule[i].class != RULE_INDEX || r->opt->rule_off[i])
			continue;
		x->verdicts[i] = (struct rule_verdict){
			.outcome = x->nproblems ? OUT_VIOLATED : OUT_HOLDS,
		};
	}
}

static u32 oi_number(const struct env *env, u32 ino)
{
	for (u32 i = 0; i < env->oi_count; i++)
		if (env->oi_ino[i] == ino)
			return i + 1;
	return 0;
}

static int judge_object(struct inspect *x, struct run *r)
{
	struct judge *j = &x->judge;
	int rc;

	judge_close(j);
	rc = judge_open(j, r);
	j->g = &x->gather;
	j->shares = &x->shares;
	j->list = &r->findings;
	j->verdicts = x->verdicts;
	if (!rc)
		rc = view_read_object(r->view, j->buf, x->ino, &x->obj);
	if (!rc)
		rc = facts_fill(j, gather_find(&x->gather, x->ino), &x->obj, &x->facts);
	if (!rc)
		rc = judge_facts(j, &x->facts);
	if (!rc)
		judge_indexes(x, r);
	return rc;
}

static int look(struct inspect *x, struct run *r)
{
	int rc = gather_object(x, r);

	x->ready = false;
	finding_list_free(&r->findings);
	if (!rc)
		rc = finding_list_init(&r->findings, r->opt->max_findings, NULL);
	if (!rc)
		rc = judge_object(x, r);
	if (!rc)
		rc = collect_eas(x, r);
	drop_paths(&x->in);
	if (!rc)
		rc = collect_paths(x);
	if (!rc)
		rc = collect_chain(x, r);
	finding_list_sort(&r->findings);
	x->in.looks++;
	x->ready = !rc;
	return rc;
}

static void sleep_ms(u64 ms, const volatile int *cancel)
{
	struct timespec step = { .tv_nsec = 50 * 1000000 };

	for (u64 t = 0; t < ms && !*cancel; t += 50)
		nanosleep(&step, NULL);
}

/* On a live target what was found must last. */
static int settle(struct inspect *x, struct run *r)
{
	static const u32 gap_ms[] = { 100, 1000, 3000, 8000 };
	int rc = 0;

	for (u32 i = 0; i < ARRAY_SIZE(gap_ms) && i + 1 < r->opt->settle_rounds && !rc; i++) {
		if (!r->findings.count || *r->cancel)
			break;
		sleep_ms(gap_ms[i], r->cancel);
		rc = look(x, r);
	}
	return rc;
}

/*
 * Free, or without a name?  The posix view cannot tell, and what would be said of the object
 * were said of one that was not seen.
 */
static int must_be_seen(const struct inspect *x, const struct run *r, char *err, size_t errlen)
{
	struct view_buf *buf;
	struct object o;
	int rc = -ENOMEM;

	if (r->env.info->kind == VIEW_DEVICE)
		return 0;
	buf = view_buf_new(r->view);
	if (buf)
		rc = view_read_object(r->view, buf, x->ino, &o);
	if (!rc && !object_is_live(&o)) {
		snprintf(err, errlen, "no name leads to inode %u, and what has no name cannot be "
			 "seen through a mount (without --view=posix the device is read)",
			 x->ino);
		rc = -EIO;
	}
	view_buf_free(buf);
	return rc;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static int locate(struct inspect *x, struct run *r, char *err, size_t errlen)
{
	struct locate l = {
		.view = r->view,
		.buf = view_buf_new(r->view),
		.env = &r->env,
		.threads = r->threads,
		.cancel = r->cancel,
		.err = err,
		.errlen = errlen,
	};
	int rc = -ENOMEM;

	if (l.buf)
		rc = locate_object(&l, r->opt->object, &x->ino, &x->in.how);
	view_buf_free(l.buf);
	return rc;
}

int inspect_run(struct inspect *x, struct run *r, char *err, size_t errlen)
{
	u32 nrules;
	int rc;

	rule_table(&nrules);
	x->in.asked = r->opt->object;
	x->in.facts = &x->facts;
	x->in.findings = &r->findings;
	x->verdicts = calloc(nrules, sizeof(*x->verdicts));
	x->in.verdicts = x->verdicts;
	if (!x->verdicts)
		return -ENOMEM;
	rc = locate(x, r, err, errlen);
	x->missing = rc == -ENOENT;
	x->oi = oi_number(&r->env, x->ino);
	if (!rc)
		rc = phases_prepare(r, err, errlen);
	if (!rc)
		rc = phase_scan(r, err, errlen);
	if (!rc)
		rc = must_be_seen(x, r, err, errlen);
	if (!rc)
		rc = shares_collect(r, &x->shares);
	if (!rc)
		rc = look(x, r);
	if (!rc && !r->env.info->is_static)
		rc = settle(x, r);
	if (rc == -ENOBUFS)
		snprintf(err, errlen, "the object has more names than fit in memory");
	phases_reconcile(r);
	return rc;
}

int inspect_copy(struct inspect *x, const struct run *r, struct evidence_writer *w)
{
	struct inspection *in = &x->in;
	struct evidence_ea *ea = calloc(in->nea + 1, sizeof(*ea));
	struct evidence_object o = { .ino = x->ino, .ea = ea, .nea = in->nea };
	struct strbuf path = { 0 };
	int rc = ea ? 0 : -ENOMEM;

	for (u32 i = 0; ea && i < in->nea; i++)
		ea[i] = (struct evidence_ea){
			.name = in->ea[i].name,
			.namelen = in->ea[i].namelen,
			.settable = in->ea[i].settable,
			.value = in->ea[i].value,
			.len = in->ea[i].len,
		};
	if (view_shows_fid(r->env.info, &x->obj))
		o.fid = x->obj.fid;
	if (!rc && r->env.info->kind == VIEW_POSIX)
		rc = view_posix_path(r->view, x->ino, &path);
	o.path = strbuf_str(&path);
	if (!rc)
		rc = evidence_send(w, &o, &x->copy);
	if (!rc)
		in->copy = &x->copy;
	strbuf_free(&path);
	free(ea);
	return rc;
}

void inspect_free(struct inspect *x)
{
	drop_eas(&x->in);
	drop_paths(&x->in);
	judge_close(&x->judge);
	gather_close(&x->gather);
	shares_free(&x->shares);
	free(x->verdicts);
	evidence_result_free(&x->copy);
	*x = (struct inspect){ 0 };
}
