/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mdtcheck: is a Lustre MDT consistent?  A map of the program, in the order of a run:
 *
 *	options.c	 the command line; options_help.c what --help prints
 *	session.c	 what a run opens and starts before the sandbox, and closes in the end
 *	target/		 what is it and may it be read; opens it, read-only
 *	guard/		 the witness, a process of its own that watches this one; the sandbox,
 *			 entered before a byte of the target is parsed
 *	view/		 inodes, directories and indexes as they lie on the device, or (posix*)
 *			 as the kernel shows them below a mount
 *	ledger/		 landmarks.c who is who; post.c and ledger.c the sums; dirtable.c
 *			 the tree; objset.c OST objects; gather.c exact facts for suspects
 *	phase_scan.c	 everything once: sums, counters, suspects; recordrules.c which rules it
 *			 asks of an object, phase_oi.c the OI files by all threads
 *	phase_exact.c	 suspects again, from all sides; facts.c puts together what was found
 *			 about one (shares.c, twins.c and testimony.c what others say), judge.c
 *			 asks rules/, jury.c several of them at a time
 *	phase_settle.c	 a target that serves: what was found, looked at until it is confirmed,
 *			 gone or unstable; still.c says which facts must stand still
 *	phase_target.c	 the state files of the server, judged once
 *	phase_group.c	 what follows from what
 *	phase_second.c	 a live mirror, where it is wanted: does the kernel see what was found?
 *			 second.c is the process that asks it, access.c says whether it may
 *	phases.c	 the order of it all
 *	plan.c		 how it fits into the memory; phase_again.c where it takes several passes
 *	polite.c	 in nobody's way: priorities, rates, pressure; base/pace.c keeps them
 *	unseen.c	 which rules the posix view cannot judge, and why
 *	inspect.c	 instead of these: one object from all sides; locate.c finds it
 *	locks.c		 what kept the run from writing, for the report
 *	report/		 findings, coverage, JSON, summary
 *
 *	ondisk/		 decoders for every structure (pure)
 *	rules/		 one table row a rule, one check a row (pure)
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "ledger/landmarks.h"
#include "locks.h"
#include "options.h"
#include "report/output.h"
#include "report/rules_text.h"
#include "session.h"
#include "target/watch.h"
#include "unseen.h"
#include "view/device.h"

/* The one thing a signal handler can reach. */
static volatile int cancelled;

static void on_signal(int sig)
{
	cancelled = STOP_SIGNAL;
}

static void catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };
	sigset_t usr1;

	/* The progress thread waits for it. */
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr1, NULL);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	/*
	 * A reader that is gone, of the report or of a process of our own, is told by the
	 * failed write.  Those processes inherit this.
	 */
	signal(SIGPIPE, SIG_IGN);
}

static void join_command(char *to, size_t size, int argc, char **argv)
{
	size_t used = 0;

	for (int i = 0; i < argc && used < size; i++)
		used += (size_t)snprintf(to + used, size - used, "%s%s", i ? " " : "", argv[i]);
}

static int say(const char *line)
{
	fprintf(stderr, "mdtcheck: %s\n", line);
	return EXIT_BIT_INCOMPLETE;
}

static int run_init(struct session *s, char *err, size_t errlen)
{
	struct run *r = &s->run;
	u32 nrules;
	int rc;

	rule_table(&nrules);
	r->opt = &s->opt;
	r->threads = s->opt.threads;
	r->cancel = &cancelled;
	/* The plan sets the limit, when it is known what is needed at least. */
	membudget_init(&r->mem, 0);
	r->cov.rules = calloc(nrules, sizeof(*r->cov.rules));
	if (!r->cov.rules || finding_list_init(&r->findings, s->opt.max_findings, &r->mem)) {
		snprintf(err, errlen, "out of memory");
		return -ENOMEM;
	}
	if (!s->opt.posix)
		return view_open_device(s->target.fd, &s->geo, !s->target.live, &r->mem, &r->view,
					err, errlen);
	r->limit = calloc(nrules, sizeof(*r->limit));
	if (!r->limit)
		return -ENOMEM;
	rc = view_open_posix(&s->root, &s->geo, !s->target.live, &r->mem, &r->view, err, errlen);
	if (!rc)
		unseen_apply(view_info(r->view), s->opt.rule_off, r->limit);
	return rc;
}

/* Landmarks are few: what holds reading back begins after them. */
static void set_pace(struct session *s)
{
	struct pace *pace = &s->polite.pace;

	view_set_pace(s->run.view, pace_matters(pace) ? pace : NULL, &cancelled);
}

static int load_env(struct session *s, char *err, size_t errlen)
{
	struct run *r = &s->run;
	struct view_buf *buf = view_buf_new(r->view);
	int rc = buf ? 0 : -ENOMEM;

	if (rc)
		snprintf(err, errlen, "out of memory");
	else
		rc = env_load(&r->env, r->view, buf, s->opt.target.allow_not_lustre, err, errlen);
	view_buf_free(buf);
	return rc;
}

/* A running MDT's journal is its own affair: the buffer cache has what it holds. */
static int read_journal(struct session *s, char *err, size_t errlen)
{
	int rc = 0;

	if (s->target.live)
		return 0;
	s->have_journal = true;
	if (!s->geo.needs_recovery)
		return 0;
	if (s->opt.no_overlay || s->opt.posix)
		s->journal.state = JOURNAL_IGNORED;
	else
		rc = view_overlay_journal(s->run.view, &s->journal);
	if (rc)
		snprintf(err, errlen, "not enough memory to read the journal");
	else if (s->journal.state == JOURNAL_IGNORED)
		coverage_incomplete(&s->run.cov, "the journal has not been replayed and is left "
						 "alone: the image may show states that a mount "
						 "would repair");
	else if (s->journal.state == JOURNAL_DAMAGED)
		coverage_incomplete(&s->run.cov, s->journal.why);
	s->run.findings.unproven = s->journal.state == JOURNAL_IGNORED ||
				   s->journal.state == JOURNAL_DAMAGED;
	return rc;
}

static int inspect(struct session *s, char *err, size_t errlen)
{
	int rc = inspect_run(&s->inspect, &s->run, err, errlen);

	if (rc || !s->opt.copy_to)
		return rc;
	rc = inspect_copy(&s->inspect, &s->run, &s->evidence);
	if (!rc)
		rc = s->inspect.copy.rc;
	if (rc)
		snprintf(err, errlen, "cannot copy the attributes to %s: %s", s->opt.copy_to,
			 evidence_why(rc));
	return rc;
}

/* What the user should know before it begins. */
static void warn(struct session *s)
{
	struct target *t = &s->target;

	target_cautions(t, &s->geo);
	for (u32 i = 0; i < t->ncautions; i++)
		fprintf(stderr, "mdtcheck: caution: %s\n", t->caution[i]);
	if (second_runs(&s->second) && target_panics(t, &s->geo))
		second_give_up(&s->second, "errors=panic is set: what the kernel takes for damage "
			       "would reset the node");
	if (s->run.second && !second_runs(&s->second))
		fprintf(stderr, "mdtcheck: no second opinion: %s\n", s->second.unavailable);
}

static int check(struct session *s, char *err, size_t errlen)
{
	int rc = s->watch ? watch_start(s->watch, &cancelled, STOP_TARGET_LOST) : 0;
	struct progress *progress;

	s->run.watch = s->watch;
	if (!rc)
		rc = geometry_read(s->target.fd, s->target.size, &s->geo, err, errlen);
	if (rc)
		return rc;
	s->have_geo = true;
	warn(s);
	rc = run_init(s, err, errlen);
	/* It can begin with a mount only, and that is watched. */
	if (s->target.recovering)
		coverage_incomplete(&s->run.cov, "the MDT was in recovery when the run began");
	if (!rc)
		rc = read_journal(s, err, errlen);
	if (!rc)
		rc = load_env(s, err, errlen);
	if (rc)
		return rc;
	s->run.env.started = (u64)time(NULL);
	set_pace(s);
	progress = progress_start(&s->show, &s->run.meter);
	rc = s->opt.action == ACTION_INSPECT ? inspect(s, err, errlen) :
					       phases_run(&s->run, err, errlen);
	progress_stop(progress);
	return rc;
}

static int write_report(struct session *s, struct report *rep)
{
	int rc;

	if (s->opt.action == ACTION_INSPECT)
		rc = inspect_write(s->out, rep, &s->inspect.in, s->opt.format == FORMAT_JSON);
	else if (s->opt.format == FORMAT_TEXT)
		rc = report_summary(s->out, rep);
	else
		rc = report_json(s->out, rep);
	if (!rc && s->opt.summary && s->opt.action == ACTION_CHECK)
		rc = report_summary(stderr, rep);
	if (output_close(s->out) || rc)
		return say("cannot write the report") | rep->exit_status;
	return rep->exit_status;
}

/* Before the report: what is written then is no part of the check. */
static void hear_witness(struct session *s)
{
	witness_stop(&s->witness, &s->seen);
	if (s->opt.witness == WITNESS_REQUIRE && s->seen.state != WITNESS_QUIET)
		coverage_incomplete(&s->run.cov,
				    s->seen.state == WITNESS_ACTIVE
					    ? "the witness saw journal or write activity of the run"
					    : "no witness can say that the run wrote nothing");
}

static int report(struct session *s, time_t started, double elapsed, bool failed)
{
	struct lock_status locks[LOCKS_MAX], askers_locks[LOCKS_MAX];
	const struct report_second second = {
		.unavailable = s->second.unavailable[0] ? s->second.unavailable : NULL,
		.locks = askers_locks,
		.nlocks = locks_of_sandbox(&s->second.sandbox, askers_locks),
	};
	struct rusage ru;
	struct report rep = {
		.version = MDTCHECK_VERSION,
		.command = s->command,
		.started = started,
		.finished = time(NULL),
		.elapsed = elapsed,
		.threads = s->run.threads,
		.memory = s->opt.memory,
		.passes = s->run.passes,
		.courtesy = polite_report(&s->polite),
		.phases = s->run.phase,
		.nphases = s->run.nphases,
		.target = &s->target,
		.geometry = &s->geo,
		.env = &s->run.env,
		.view = s->opt.posix ? "posix" : "device",
		.journal = s->have_journal ? &s->journal : NULL,
		.coverage = &s->run.cov,
		.locks = locks,
		.nlocks = locks_of_run(&s->sandbox, locks),
		.witness = &s->seen,
		.second = s->run.second ? &second : NULL,
		.findings = &s->run.findings,
		.transient = s->run.transient,
		.unstable = s->run.unstable,
		.cancelled = cancelled == STOP_SIGNAL,
	};

	hear_witness(s);
	getrusage(RUSAGE_SELF, &ru);
	rep.peak_rss = (u64)ru.ru_maxrss * 1024;
	report_judge(&rep, failed);
	return write_report(s, &rep);
}

static bool nothing_to_report(const struct session *s, int rc)
{
	if (s->opt.action == ACTION_INSPECT)
		return !s->inspect.ready;
	return rc != -ECANCELED && !s->run.nphases;
}

static int say_failure(const struct session *s, int rc, const char *err)
{
	say(err[0] ? err : strerror(-rc));
	if (rc == -ECANCELED)
		return EXIT_BIT_CANCELLED;
	return s->inspect.missing ? EXIT_BIT_NO_OBJECT : EXIT_BIT_INCOMPLETE;
}

static int run_check(struct session *s)
{
	char err[512] = "";
	u64 begin = clock_ns();
	time_t started = time(NULL);
	int rc, status;

	if (!s->opt.threads) {
		long n = sysconf(_SC_NPROCESSORS_ONLN);

		s->opt.threads = n < 1 ? 1 : n > MAX_THREADS ? MAX_THREADS : (u32)n;
	}
	catch_signals();
	rc = session_open(s, &cancelled, err, sizeof(err));
	if (!rc)
		rc = check(s, err, sizeof(err));
	second_end(&s->second);
	/* Nothing may be in the way of a failover. */
	if (watch_reason(s->watch))
		target_close_device(&s->target);
	/* A target that is not checked at all gets its one line and no report. */
	if (rc && nothing_to_report(s, rc))
		status = say_failure(s, rc, err);
	else
		status = report(s, started, clock_seconds_since(begin), rc && rc != -ECANCELED);
	if (rc && rc != -ECANCELED && !nothing_to_report(s, rc))
		say(err[0] ? err : strerror(-rc));
	session_close(s);
	return status;
}

static int list_rules(enum rules_format format)
{
	switch (format) {
	case RULES_TEXT:
		rules_list(stdout);
		break;
	case RULES_JSON:
		if (rules_list_json(stdout))
			return say("cannot write the list of rules");
		break;
	case RULES_MAN:
		rules_list_man(stdout);
		break;
	}
	return output_close(stdout) ? say("cannot write the list of rules") : 0;
}

int main(int argc, char **argv)
{
	static struct session s = { .second.pipes = { -1, -1 } };
	char err[512];
	int status = 0;

	if (options_parse(argc, argv, &s.opt, err, sizeof(err))) {
		fprintf(stderr, "mdtcheck: %s\n", err);
		return EXIT_BIT_USAGE;
	}
	join_command(s.command, sizeof(s.command), argc, argv);
	switch (s.opt.action) {
	case ACTION_HELP:
		options_help(stdout);
		break;
	case ACTION_VERSION:
		options_version(stdout);
		break;
	case ACTION_LIST_RULES:
		status = list_rules(s.opt.rules_format);
		break;
	case ACTION_EXPLAIN:
		rules_explain(stdout, s.opt.explain);
		break;
	case ACTION_CHECK:
	case ACTION_INSPECT:
		status = run_check(&s);
		break;
	}
	options_free(&s.opt);
	return status;
}
