/*
 * tests/hosted/test_event_threads.c - events of many CPUs, and of two writers
 * on one CPU (which is what an NMI inside event() amounts to).
 */
#include "kernel/event.h"
#include "kernel/string.h"
#include "kernel/test.h"
#include "arch/cpu.h"
#include "tests/worlds/threads/world.h"

#define WRITERS	6
#define EVENTS	(EVENT_RING_SLOTS / 2)	/* two writers fill a ring */

static unsigned cpus;		/* so many, for WRITERS threads */
static uint64_t before[WRITERS];

static void write_all(void *unused)
{
	unsigned writer = cpu_id();

	(void)unused;
	world_cpu = writer % cpus;
	for (unsigned i = 0; i < EVENTS; i++)
		event((uint16_t)(EVENT_USER + writer), i, writer);
}

/* Every record is there, whole, once, and with a number of its own. */
static void check_all(struct test *t)
{
	static bool taken[2 * WRITERS * EVENTS * 4];
	unsigned found[WRITERS] = { 0 };
	uint64_t least = ~0ULL;

	memset(taken, 0, sizeof(taken));
	for (unsigned cpu = 0; cpu < cpus; cpu++) {
		for (uint64_t n = before[cpu]; n < event_count(cpu); n++)
			if (event_at(cpu, n)->seq < least)
				least = event_at(cpu, n)->seq;
	}
	for (unsigned cpu = 0; cpu < cpus; cpu++) {
		for (uint64_t n = before[cpu]; n < event_count(cpu); n++) {
			const struct event_record *r = event_at(cpu, n);
			uint64_t seq = r->seq - least;

			if (!check(t, r->b < WRITERS && r->cpu == cpu &&
				      r->kind == EVENT_USER + r->b &&
				      seq < sizeof(taken) && !taken[seq]))
				return;
			taken[seq] = true;
			found[r->b]++;
		}
	}
	for (unsigned w = 0; w < WRITERS; w++)
		check(t, found[w] == EVENTS);
}

static void run(struct test *t, unsigned on_cpus)
{
	cpus = on_cpus;
	for (unsigned cpu = 0; cpu < cpus; cpu++)
		before[cpu] = event_count(cpu);
	world_run(WRITERS, write_all, NULL);
	world_cpu = 0;
	check_all(t);
}

TEST("hosted/event", test_event_loses_none_of_many_cpus)
{
	for (unsigned i = 0; i < 20; i++)
		run(t, WRITERS);
}

TEST("hosted/event", test_event_loses_none_of_two_writers_on_a_cpu)
{
	for (unsigned i = 0; i < 200; i++)
		run(t, WRITERS / 2);
}
