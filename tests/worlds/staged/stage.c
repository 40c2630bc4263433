/*
 * tests/worlds/staged/stage.c - bodies of the seams where all is played.
 */
#include "stage.h"

#include "arch/cpu.h"
#include "kernel/assert.h"
#include "sync/park.h"
#include "sync/preempt.h"
#include "sync/self.h"

#define SECOND	1000000000ULL

struct thread {
	struct sync_self sync;
};

struct stage stage;
unsigned stage_depth;

static struct thread player, extra;

void stage_begin(void)
{
	assert(stage_depth == 0);
	stage = (struct stage){ .now = SECOND };
	(void)stage_as(0);
}

unsigned stage_as(unsigned cpu)
{
	unsigned was = world_cpu;

	world_cpu = cpu;
	return was;
}

void stage_rests(void)
{
	void (*fn)(void) = stage.at_rest;

	stage.at_rest = NULL;
	if (fn)
		fn();
}

uint64_t clock_ns(void)
{
	return stage.now;
}

void park(uint64_t deadline_ns)
{
	assert(stage_depth == 0);
	stage.parks++;
	if (!stage.token && stage.others)
		stage.others();
	if (!stage.token) {
		assert(deadline_ns < PARK_KILLABLE);	/* for ever */
		if (stage.now < deadline_ns)
			stage.now = deadline_ns;
	}
	stage.token = false;
}

void unpark(struct thread *t)
{
	assert(t == &player);
	stage.token = true;
}

struct thread *thread_self(void)
{
	return &player;
}

bool thread_is_killed(void)
{
	return false;
}

bool thread_is_running(const struct thread *t)
{
	(void)t;
	return false;
}

struct thread *thread_spawn(void (*fn)(void *), void *arg,
			    const struct cpumask *mask)
{
	if (stage.no_memory)
		return NULL;
	assert(!stage.spawned.fn);
	stage.spawned.fn = fn;
	stage.spawned.arg = arg;
	cpumask_fill(&stage.spawned.mask);
	if (mask)
		stage.spawned.mask = *mask;
	stage.threads++;
	return &extra;
}

void thread_get(struct thread *t)
{
	(void)t;
	stage.threads++;
}

void thread_put(struct thread *t)
{
	(void)t;
	stage.threads--;
}
