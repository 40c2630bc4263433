/*
 * arch/x86_64/smp_slot.h - what the trampoline reads of a starting processor.
 *
 * Guarantees  The layout that boot/trampoline.asm and ap.asm spell out in
 *             offsets.
 * Context     Boot CPU, and the AP whose slot it is.
 * See         arch/x86_64/smp.c for the state word's transitions
 */
#pragma once

#include <stddef.h>

#include "arch/atomic.h"
#include "kernel/config.h"

enum ap_state { AP_OFFERED = 1, AP_CLAIMED, AP_ONLINE, AP_REFUSED };

struct ap_slot {
	uint32_t apic_id;
	struct atomic32 state;
	uint64_t stack_top;
	uint64_t gs_base;
	uint32_t cpu;
	uint32_t unused;
};

_Static_assert(offsetof(struct ap_slot, state) == 4
	       && offsetof(struct ap_slot, stack_top) == 8
	       && offsetof(struct ap_slot, gs_base) == 16
	       && sizeof(struct ap_slot) == 32, "as in trampoline.asm");

extern struct ap_slot ap_slots[NR_CPUS];
extern uint32_t ap_slot_count;

/* the page tables that ap.asm loads */
extern uint64_t ap_root;

void smp_ap_entry(struct ap_slot *slot);
