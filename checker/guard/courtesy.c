/* SPDX-License-Identifier: GPL-2.0-only */
/* nice(2), sched_setscheduler(2) and ioprio_set(2). */
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guard/courtesy.h"

/* <linux/ioprio.h> is younger than the headers this must build with. */
#define IOPRIO_PROCESS 1
#define IOPRIO_SHIFT 13
#define IOPRIO_IDLE 3L
#define NICEST 19

void courtesy_look(struct courtesy *out)
{
	long io = syscall(SYS_ioprio_get, IOPRIO_PROCESS, 0);

	out->nice = getpriority(PRIO_PROCESS, 0);
	out->cpu_idle = sched_getscheduler(0) == SCHED_IDLE;
	out->io_idle = io >= 0 && io >> IOPRIO_SHIFT == IOPRIO_IDLE;
}

void courtesy_enter(struct courtesy *out)
{
	const struct sched_param none = { .sched_priority = 0 };

	setpriority(PRIO_PROCESS, 0, NICEST);
	sched_setscheduler(0, SCHED_IDLE, &none);
	syscall(SYS_ioprio_set, IOPRIO_PROCESS, 0, IOPRIO_IDLE << IOPRIO_SHIFT);
	courtesy_look(out);
}
