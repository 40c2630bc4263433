/*
 * kernel/event.h - the one event record, and its only writer.
 *
 * Guarantees  event() appends one record to this CPU's ring, overwriting the
 *             oldest.  seq is unique and increasing over the whole machine.
 *             Host programs find the rings through struct quiesce_debug
 *             (kernel/debug.h).
 * Context     Any, NMI included.
 * Cost        One locked add and 32 bytes of stores.
 * See         docs/style.md, kernel/event.c
 */
#pragma once

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
	EVENT_USER = 0x100,	/* tests' own kinds start here */
};

void event(uint16_t kind, uint64_t a, uint64_t b);
