/*
 * tests/kernel/test_event.c - event records, as a host program reads them.
 */
#include "kernel/event.h"

#include "kernel/string.h"
#include "kernel/test.h"
#include "arch/cpu.h"
#include "sync/preempt.h"

#define KIND	(EVENT_USER + 0x77)

static struct event_record last;

/* Writes n records on one CPU; its count before the first. */
static uint64_t write_records(unsigned n, unsigned *cpu)
{
	uint64_t before;

	preempt_disable();
	*cpu = cpu_id();
	before = event_count(*cpu);
	for (unsigned i = 0; i < n; i++)
		event(KIND, i, ~(uint64_t)i);
	last = *event_at(*cpu, event_count(*cpu) - 1);
	preempt_enable();
	return before;
}

TEST("kernel/event", test_event_writes_every_field)
{
	unsigned cpu;
	uint64_t before = write_records(1, &cpu);

	check(t, event_count(cpu) > before);
	check(t, last.kind == KIND && last.cpu == cpu);
	check(t, last.a == 0 && last.b == ~0ULL && last.seq != 0);
}

TEST("kernel/event", test_event_numbers_rise_and_the_oldest_is_overwritten)
{
	unsigned cpu, mine = 0;
	uint64_t before, seq = 0;

	before = write_records(3 * EVENT_RING_SLOTS, &cpu);
	check(t, event_count(cpu) >= before + 3 * EVENT_RING_SLOTS);
	for (uint64_t n = event_count(cpu) - EVENT_RING_SLOTS;
	     n < event_count(cpu); n++) {
		const struct event_record *r = event_at(cpu, n);

		check(t, r->seq > seq);
		seq = r->seq;
		mine += r->kind == KIND;
	}
	/* an interrupt may have added some of its own */
	check(t, mine > EVENT_RING_SLOTS / 2);
}

TEST("kernel/event", test_event_ring_is_laid_out_as_promised)
{
	unsigned cpu;
	uint64_t before = write_records(1, &cpu);
	const char *ring = event_ring_of(cpu);
	uint64_t count;

	memcpy(&count, ring, sizeof(count));
	check(t, count >= before + 1);
	check(t, (const void *)event_at(cpu, before) ==
		 ring + event_ring_records_offset() +
		 before % EVENT_RING_SLOTS * sizeof(struct event_record));
}
