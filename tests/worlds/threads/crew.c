/*
 * tests/worlds/threads/crew.c - the crew is the world's CPUs.
 */
#include "tests/crew.h"

#include <sched.h>

#include "arch/cpu.h"
#include "world.h"

#define CREW	4

/* there only if ThreadSanitizer is linked */
void __tsan_init(void) __attribute__((weak));

static void member_run(void *arg)
{
	void (**fn)(unsigned member) = arg;

	(*fn)(cpu_id());
}

unsigned crew_size(void)
{
	return CREW;
}

void crew_yield(void)
{
	sched_yield();
}

bool crew_is_watched(void)
{
	return __tsan_init;
}

void crew_run(unsigned n, void (*fn)(unsigned member))
{
	world_run(n, member_run, &fn);
}
