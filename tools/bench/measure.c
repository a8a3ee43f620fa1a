/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs a command and writes what it took to a file, as one line:
 *
 *	measure FILE COMMAND [ARGUMENT]...
 *
 *	wall seconds, processor seconds, peak resident bytes, bytes read from devices
 *
 * Its exit status is the command's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds(const struct timeval *t)
{
	return (double)t->tv_sec + (double)t->tv_usec / 1e6;
}

int main(int argc, char **argv)
{
	struct rusage u;
	double begin;
	int status;
	pid_t pid;
	FILE *f;

	if (argc < 3) {
		fprintf(stderr, "usage: measure FILE COMMAND [ARGUMENT]...\n");
		return 125;
	}
	begin = now();
	pid = fork();
	if (!pid) {
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &u) != pid)
		return 125;
	begin = now() - begin;
	f = fopen(argv[1], "w");
	if (!f)
		return 125;
	fprintf(f, "%.6f %.6f %llu %llu\n", begin, seconds(&u.ru_utime) + seconds(&u.ru_stime),
		(unsigned long long)u.ru_maxrss << 10, (unsigned long long)u.ru_inblock << 9);
	if (fclose(f))
		return 125;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}
