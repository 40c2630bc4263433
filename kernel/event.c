/*
 * kernel/event.c - a ring of event records for every CPU.
 *
 * The record is written with the seq last, after a zero, so that a machine that
 * is stopped anywhere shows either a whole record or seq == 0.
 *
 * An NMI (or an interrupt) in the middle of event() is an event() of its own on
 * the same ring: the slot is drawn by one locked add, so the two have different
 * slots, and neither undoes the other.  An unlocked per-CPU add and a read of
 * it are two instructions, and an NMI between them would take the same slot;
 * masking interrupts does not keep NMIs out.  For the same reason the thread
 * need not be kept on its CPU: if it is moved away in here, it finishes a
 * record in the ring of the CPU where it began.
 *
 * Invariant   Slot n % EVENT_RING_SLOTS is written by whoever drew n.  Two can
 *             write one slot at once only if a ring full of events happens
 *             inside one event(); the outer record is then damaged.
 * Ordering    seq = 0 | fields | seq, with release fences in between, for a
 *             host program that stops the machine and then sees memory as this
 *             CPU stored it, in order.  No reader in the kernel takes part.
 */
#include "kernel/event.h"

#include "kernel/debug.h"
#include "arch/atomic.h"
#include "arch/cpu.h"
#include "arch/percpu.h"

struct event_ring {
	struct atomic64 next;		/* how many slots were drawn */
	struct event_record record[EVENT_RING_SLOTS] aligned_to(CACHE_LINE);
};

static PERCPU(struct event_ring, event_rings);
static struct atomic64 last_seq aligned_to(CACHE_LINE);

void event(uint16_t kind, uint64_t a, uint64_t b)
{
	unsigned cpu = cpu_id();
	struct event_ring *ring = per_cpu_ptr(&event_rings, cpu);
	/* relaxed: drawing a slot and a number orders nothing else */
	uint64_t n = fetch_add_relaxed(&ring->next, 1);
	uint64_t seq = fetch_add_relaxed(&last_seq, 1) + 1; /* relaxed: above */
	struct event_record *r = &ring->record[n % EVENT_RING_SLOTS];

	r->seq = 0;
	/* after seq = 0, before the fields; pairs with the machine's stop */
	fence_release();
	r->kind = kind;
	r->cpu = (uint16_t)cpu;
	r->thread = debug_thread_id();
	r->a = a;
	r->b = b;
	/* after the fields, before seq; pairs with the machine's stop */
	fence_release();
	r->seq = seq;
}

const void *event_ring_of(unsigned cpu)
{
	return per_cpu_ptr(&event_rings, cpu);
}

size_t event_ring_records_offset(void)
{
	return offsetof(struct event_ring, record);
}

uint64_t event_count(unsigned cpu)
{
	/* relaxed: the caller knows that cpu is quiet */
	return load_relaxed(&per_cpu_ptr(&event_rings, cpu)->next);
}

const struct event_record *event_at(unsigned cpu, uint64_t index)
{
	const struct event_ring *ring = per_cpu_ptr(&event_rings, cpu);

	return &ring->record[index % EVENT_RING_SLOTS];
}
