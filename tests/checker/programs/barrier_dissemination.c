/*
 * tests/checker/programs/barrier_dissemination.c - CPUs meet twice; each writes
 * before and reads what the others wrote after.
 */
#include "sync/barrier_dissemination.h"

#include "tests/checker/checker.h"

#define MEMBERS	2

static struct barrier_dissemination barrier;
static unsigned came[2][MEMBERS];

static void meet(void *arg)
{
	unsigned me = (uintptr_t)arg;

	for (unsigned episode = 0; episode < 2; episode++) {
		came[episode][me] = 1;
		barrier_dissemination_wait(&barrier, me);
		for (unsigned m = 0; m < MEMBERS; m++)
			assert(came[episode][m]);
	}
}

void check_setup(void)
{
	barrier_dissemination_init(&barrier, MEMBERS);
	for (uintptr_t m = 0; m < MEMBERS; m++)
		check_thread("member", meet, (void *)m);
}
