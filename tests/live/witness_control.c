/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The positive control of the witness: a program that is watched as mdtcheck is, and that writes.
 *
 *	witness-control DEVICE FILE none|write|thread|child|flood
 *
 * Prints "STATE EVENTS LOST", then the names of the events.  The device is only named: it is
 * not opened.  It is told of as mounted as ext4.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guard/witness.h"

static void *write_file(void *name)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, "x", 1) != 1 || fsync(fd))
		perror(name);
	close(fd);
	return NULL;
}

static void in_thread(char *name)
{
	pthread_t t;

	if (!pthread_create(&t, NULL, write_file, name))
		pthread_join(t, NULL);
}

static void in_child(char *name)
{
	pid_t pid = fork();

	if (!pid) {
		write_file(name);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

/* More events than the buffer holds. */
static void flood(const char *name)
{
	int i, fd = open(name, O_WRONLY | O_CREAT, 0600);

	for (i = 0; fd >= 0 && i < 20000; i++)
		if (fchmod(fd, i & 1 ? 0600 : 0640))
			perror(name);
	close(fd);
}

static void act(const char *what, char *name)
{
	if (!strcmp(what, "write"))
		write_file(name);
	else if (!strcmp(what, "thread"))
		in_thread(name);
	else if (!strcmp(what, "child"))
		in_child(name);
	else if (!strcmp(what, "flood"))
		flood(name);
}

int main(int argc, char **argv)
{
	static const char *const state[] = { "unavailable", "quiet", "active" };
	struct witness_result r;
	struct witness_process w;
	struct target t = { .kind = TARGET_MIRROR, .live = true, .fd = -1, .fstype = (char *)"ext4" };
	struct stat st;
	u32 i;

	if (argc < 4 || stat(argv[1], &st)) {
		fprintf(stderr, "usage: witness-control DEVICE FILE WHAT [handles]\n");
		return 2;
	}
	t.rdev = st.st_rdev;
	witness_start(&t, argc > 4 ? WATCH_HANDLES : WATCH_ALL, &w);
	act(argv[3], argv[2]);
	witness_stop(&w, &r);
	printf("%s %" PRIu64 " %" PRIu64 " %s\n", state[r.state], r.events.count, r.events.lost,
	       r.reason);
	for (i = 0; i < r.events.nnames; i++)
		printf("%s %" PRIu64 "\n", r.events.by_name[i].name, r.events.by_name[i].count);
	return 0;
}
