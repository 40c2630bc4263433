/*
 * tests/kernel/test_debug.c - what a host program is promised, read its way.
 *
 * See  tests/host/test_debug.py, which does the same from outside.
 */
#include "kernel/debug.h"

#include "kernel/event.h"
#include "kernel/log.h"
#include "kernel/string.h"
#include "kernel/test.h"
#include "arch/cpu.h"
#include "sync/preempt.h"

static uint64_t word_at(uint64_t address)
{
	uint64_t v;

	memcpy(&v, (const void *)address, sizeof(v));
	return v;
}

TEST("kernel/debug", test_debug_says_what_it_is)
{
	check(t, quiesce_debug.magic == QUIESCE_DEBUG_MAGIC);
	check(t, quiesce_debug.version == QUIESCE_DEBUG_VERSION);
	check(t, quiesce_debug.size == sizeof(quiesce_debug));
	check(t, quiesce_debug.nr_cpus == NR_CPUS);
	check(t, word_at(quiesce_debug.cpus_possible) & 1);
}

TEST("kernel/debug", test_debug_leads_to_an_event)
{
	const struct quiesce_debug *d = &quiesce_debug;
	struct event_record r;
	uint64_t ring, n;
	unsigned cpu;

	preempt_disable();
	cpu = cpu_id();
	event(EVENT_USER, 0xabc, 0xdef);
	ring = d->event_ring + word_at(d->percpu_offsets + 8 * cpu);
	n = word_at(ring) - 1;
	memcpy(&r, (const void *)(ring + d->event_ring_records +
				  n % d->event_ring_slots *
				  d->event_record_size), sizeof(r));
	preempt_enable();
	check(t, r.kind == EVENT_USER && r.cpu == cpu && r.seq);
	check(t, r.a == 0xabc && r.b == 0xdef);
	check(t, r.thread == debug_thread_id());
}

TEST("kernel/debug", test_debug_leads_to_the_log)
{
	const struct quiesce_debug *d = &quiesce_debug;
	struct log_record r;
	uint64_t line, slot;

	pr_debug("found by its address");
	line = word_at(d->log) - 1;
	slot = d->log + d->log_slot_size * (1 + line % d->log_slots);
	check(t, word_at(slot) == 2 * (line / d->log_slots) + 2);
	memcpy(&r, (const void *)(slot + 8), sizeof(r));
	check(t, !strcmp(r.text, "found by its address"));
}
