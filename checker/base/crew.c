/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/crew.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct hand {
	void (*work)(void *member);
	void *member;
	pthread_t thread;
	bool started;
};

static void *hand_main(void *arg)
{
	struct hand *h = arg;

	h->work(h->member);
	return NULL;
}

void *crew_members(size_t size, u32 n)
{
	void *m = NULL;

	if (posix_memalign(&m, 128, n * size))
		return NULL;
	return memset(m, 0, n * size);
}

void crew_run(void (*work)(void *member), void *members, size_t size, u32 n)
{
	struct hand *hand = calloc(n, sizeof(*hand));

	for (u32 i = 1; hand && i < n; i++) {
		hand[i].work = work;
		hand[i].member = (char *)members + i * size;
		hand[i].started = !pthread_create(&hand[i].thread, NULL, hand_main, &hand[i]);
	}
	for (u32 i = 0; i < n; i++)
		if (!hand || !hand[i].started)
			work((char *)members + i * size);
	for (u32 i = 1; hand && i < n; i++)
		if (hand[i].started)
			pthread_join(hand[i].thread, NULL);
	free(hand);
}
