/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The second opinion: does the kernel see what the device has?
 *
 * It is asked about the objects of confirmed findings, after all else is done.  The device
 * is read before and after: who agrees with either agrees.  Where nothing moved on the
 * device and the kernel says something else, three times, it differs.  That is evidence
 * about caches (what the server has in memory is not what lies on the device), and it
 * neither confirms a finding nor takes it back.
 *
 * Not asked is whatever the kernel might take for damage: that would make it an error of
 * the file system.  After the first error nobody is asked any more.
 */
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "phase_second.h"
#include "phases.h"
#include "still.h"
#include "target/watch.h"

#define ASKED_MAX 1000 /* a small set: each touches the server's own cache of inodes */
#define TRIES 3
#define TRY_GAP_MS 10

static const char met_error[] = "the kernel met an error in the file system, so it is asked for no "
				"more second opinions";

struct asking {
	struct run *r;
	struct second *second;
	struct view_buf *before, *after;
	u32 asked;
	const char *over; /* why nobody is asked any more; static; NULL */
};

static struct second_opinion not_asked(const char *why, int error)
{
	return (struct second_opinion){ .opinion = OPINION_NOT_ASKED, .why = why, .error = error };
}

/* ---- one answer ---- */

static bool ea_differs(const struct ea *ea, int rc, u32 len, const u8 *data)
{
	if (ea->state == EA_ABSENT || rc)
		return (ea->state == EA_ABSENT) != (rc == -ENODATA);
	return ea->len != len || memcmp(ea->data, data, len);
}

u32 second_differs(const struct object *o, const struct second_answer *a, u32 compared)
{
	u32 differs = 0;

	if (a->rc || a->ino != o->ino)
		return 1U << OPINION_INODE;
	for (u32 i = 0; i < EA_NR; i++)
		if (ea_differs(&o->ea[i], a->ea[i].rc, a->ea[i].len, a->ea[i].data))
			differs |= 1U << i;
	if (a->mode != o->inode.mode)
		differs |= 1U << OPINION_MODE;
	if (a->nlink != o->inode.nlink)
		differs |= 1U << OPINION_NLINK;
	return differs & compared;
}

/* The errno of an answer that is none, 0. */
static int refusal(const struct second_answer *a, u32 eas)
{
	/* That it knows no such inode is an answer. */
	if (a->rc)
		return a->rc == -ESTALE ? 0 : -a->rc;
	for (u32 i = 0; i < EA_NR; i++)
		if ((eas & 1U << i) && a->ea[i].rc && a->ea[i].rc != -ENODATA)
			return -a->ea[i].rc;
	return 0;
}

/* ---- one finding ---- */

/* Is the value of one of these attributes in an inode that the kernel would have to read? */
static bool needs_inode(const struct object *o, u32 eas)
{
	for (u32 i = 0; i < EA_NR; i++)
		if ((eas & 1U << i) && o->ea[i].place == EA_IN_INODE)
			return true;
	return false;
}

/* The object as the device has it now; NULL, or why it is no longer that of the finding. */
static const char *read_subject(const struct asking *a, const struct stored_finding *f,
				struct view_buf *buf, struct object *o)
{
	struct still still = { .key = &a->r->poster.key };

	if (view_read_object(a->r->view, buf, f->ino, o))
		return "its inode cannot be read";
	object_print(o, still.key, &still.after);
	return still_object(&still, f->rule, S_ISDIR(f->mode)) == f->object ?
		       NULL :
		       "it has changed since it was looked at last";
}

/* Where the answer is an alarm there are no more questions. */
static int ask(struct asking *a, const struct object *o, u32 eas, struct second_answer *answer)
{
	int rc = second_ask(a->second, o->ino, o->inode.generation, eas, answer);

	a->asked++;
	if (rc) {
		second_give_up(a->second, "its process ended early");
		a->over = "the process that asks the kernel ended early";
	} else if (answer->alarm || watch_met_error(a->r->watch)) {
		a->over = met_error;
		coverage_incomplete(&a->r->cov, met_error);
	}
	return a->over ? -EIO : 0;
}

static struct second_opinion try_one(struct asking *a, const struct stored_finding *f)
{
	const u32 eas = still_eas(f->rule); /* what the finding is about */
	struct second_opinion op = { .opinion = OPINION_AGREES };
	struct second_answer answer;
	struct object o, later;
	const char *why = read_subject(a, f, a->before, &o);

	if (!why)
		why = view_risk(a->r->view, a->before, &o);
	if (!why && needs_inode(&o, eas))
		why = "the value of an attribute is in an inode of its own";
	if (why)
		return not_asked(why, 0);
	if (ask(a, &o, eas, &answer))
		return not_asked(a->over, 0);
	if (refusal(&answer, eas))
		return not_asked("the kernel does not tell", refusal(&answer, eas));
	op.compared = eas | 1U << OPINION_INODE | 1U << OPINION_MODE | 1U << OPINION_NLINK;
	op.differs = second_differs(&o, &answer, op.compared);
	if (!op.differs)
		return op;
	why = read_subject(a, f, a->after, &later);
	if (why)
		return not_asked(why, 0);
	op.differs &= second_differs(&later, &answer, op.compared);
	op.opinion = op.differs ? OPINION_DIFFERS : OPINION_AGREES;
	return op;
}

static struct second_opinion opinion_on(struct asking *a, const struct stored_finding *f)
{
	const struct timespec gap = { .tv_nsec = TRY_GAP_MS * 1000000 };
	struct second_opinion op = try_one(a, f);

	for (u32 i = 1; i < TRIES && op.opinion == OPINION_DIFFERS; i++) {
		nanosleep(&gap, NULL);
		op = try_one(a, f);
	}
	return op;
}

static const char *why_not(const struct asking *a, const struct stored_finding *f)
{
	if (a->over)
		return a->over;
	if (f->state == FINDING_UNSTABLE)
		return "the finding is not confirmed";
	if (!f->ino || !f->object)
		return "the finding is about no single object";
	if (a->asked >= ASKED_MAX)
		return "enough objects have been asked for";
	return NULL;
}

int phase_second(struct run *r, char *err, size_t errlen)
{
	struct finding_list *l = &r->findings;
	struct asking a = { .r = r, .second = r->second };
	int rc = 0;

	meter_begin(&r->meter, METER_SECOND, 1, l->count + 1);
	a.before = view_buf_new(r->view);
	a.after = view_buf_new(r->view);
	if (!a.before || !a.after) {
		snprintf(err, errlen, "no memory for a second opinion");
		rc = -ENOMEM;
		goto out;
	}
	if (a.second->unavailable[0])
		a.over = "there is nobody to be asked";
	else if (watch_met_error(r->watch))
		a.over = met_error;
	for (u32 i = 0; i < l->count; i++) {
		struct stored_finding *f = l->items[i];
		const char *why;

		if (!rc && stop_wanted(r->cancel)) {
			a.over = "the run was ended";
			rc = -ECANCELED;
		}
		why = why_not(&a, f);
		f->second = why ? not_asked(why, 0) : opinion_on(&a, f);
		meter_add(&r->meter, 1, 0);
	}
out:
	view_buf_free(a.before);
	view_buf_free(a.after);
	return rc;
}
