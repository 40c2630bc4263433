/*
 * kernel/event.h - the one event record, and its only writer.
 *
 * Guarantees  event() appends one record to this CPU's ring, overwriting the
 *             oldest.  seq is unique, starts at 1 and increases over the whole
 *             machine, in the order in which the numbers were drawn.
 *             Host programs find the rings through struct quiesce_debug
 *             (kernel/debug.h).
 * Context     Any, NMI included.
 * Cost        Two locked adds, one of them on a line that all CPUs share, and
 *             32 bytes of stores.
 * Limits      The last EVENT_RING_SLOTS records of a CPU are kept.  A host that
 *             stops the machine in the middle of event() finds seq == 0 there.
 * See         docs/style.md, kernel/event.c
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct event_record {
	uint64_t seq;
	uint16_t kind;
	uint16_t cpu;
	uint32_t thread;
	uint64_t a;
	uint64_t b;
};

_Static_assert(sizeof(struct event_record) == 32, "the format is fixed");

enum event_kind {
	EVENT_NONE,
	EVENT_SWITCH,		/* a: thread id from, b: thread id to */
	EVENT_WAKE,		/* a: thread id woken, b: CPU it was put on */
	EVENT_TEST_BEGIN,	/* a: index of the test, b: seed */
	EVENT_TEST_END,		/* a: index of the test, b: failed checks */
	EVENT_RCU_BEGIN,	/* a: grace period */
	EVENT_RCU_REPORT,	/* a: grace period, b: CPU that reported */
	EVENT_RCU_END,		/* a: seq after it */
	EVENT_RCU_CALLED,	/* a: callbacks called, b: left on this CPU */
	EVENT_USER = 0x100,	/* tests' own kinds start here */
};

void event(uint16_t kind, uint64_t a, uint64_t b);

/* What debuggers and tests read; on the machine only while cpu is quiet. */
#define EVENT_RING_SLOTS	512	/* a power of two */

const void *event_ring_of(unsigned cpu);
size_t event_ring_records_offset(void);
uint64_t event_count(unsigned cpu);	/* records ever written by cpu */
const struct event_record *event_at(unsigned cpu, uint64_t index);
