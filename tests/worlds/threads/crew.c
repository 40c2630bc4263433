/*
 * tests/worlds/threads/crew.c - the crew is the world's CPUs.
 */
#include "tests/crew.h"

#include "arch/cpu.h"
#include "world.h"

#define CREW	4

static void member_run(void *arg)
{
	void (**fn)(unsigned member) = arg;

	(*fn)(cpu_id());
}

unsigned crew_size(void)
{
	return CREW;
}

void crew_run(unsigned n, void (*fn)(unsigned member))
{
	world_run(n, member_run, &fn);
}
