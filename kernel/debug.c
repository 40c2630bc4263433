/*
 * kernel/debug.c - the one struct through which host programs find the rest.
 *
 * Invariant   The constants are there from the first instruction; the addresses
 *             from debug_init() on.
 */
#include "kernel/debug.h"

#include "kernel/event.h"
#include "kernel/log.h"
#include "arch/cpu.h"
#include "arch/x86_64/layout.h"

struct quiesce_debug quiesce_debug = {
	.magic = QUIESCE_DEBUG_MAGIC,
	.version = QUIESCE_DEBUG_VERSION,
	.size = sizeof(struct quiesce_debug),
	.image_base = KERNEL_BASE,
	.direct_map = DIRECT_MAP,
	.nr_cpus = NR_CPUS,
	.event_ring_slots = EVENT_RING_SLOTS,
	.event_record_size = sizeof(struct event_record),
	.log_slots = LOG_LINES,
	.log_slot_size = LOG_SLOT,
};

void debug_init(void)
{
	struct quiesce_debug *d = &quiesce_debug;

	d->event_ring = (uint64_t)event_ring_of(0);
	d->event_ring_records = (uint32_t)event_ring_records_offset();
	d->percpu_offsets = (uint64_t)percpu_offset;
	d->cpus_possible = (uint64_t)&cpus_possible;
	d->log = (uint64_t)kernel_log.memory;
	d->threads = (uint64_t)debug_threads();
}
