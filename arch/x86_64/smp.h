/*
 * arch/x86_64/smp.h - starting the other processors.
 *
 * Guarantees  smp_add() numbers CPUs densely from 1 in the order of calls,
 *             whatever their APIC ids.  smp_init() sends INIT to one;
 *             smp_start_all() (10 ms later, the caller's business) sends the
 *             SIPIs, waits until each is online or silent, and refuses the
 *             silent ones for good: one that wakes up later halts in the
 *             trampoline and touches nothing.
 *             An AP enters the function given to smp_start_all() with its
 *             per-CPU area, descriptors, page tables and local APIC in place,
 *             interrupts off, on its stack; it calls smp_online() when it can
 *             be sent IPIs and scheduled on.
 * Context     Boot CPU, at boot, interrupts off.
 * Cost        One wait however many CPUs: a hundred start as fast as one.
 * See         boot/trampoline.asm; Intel SDM vol. 3A, 8.4
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/compiler.h"

/* What to do with one that is added, for tests (noap=, lateap=). */
enum smp_wish { SMP_START, SMP_NEVER, SMP_LATE };

/*
 * area: percpu_end - percpu_start bytes, page aligned, zeroed up to
 * percpu_cleared_end; what follows are stacks.  The CPU's number,
 * or -1 when NR_CPUS are numbered already.
 */
int smp_add(uint32_t apic_id, void *area, void *stack_top, enum smp_wish wish)
	must_check;

void smp_init(uint32_t apic_id);

/* page: a frame below 1 MB, for the trampoline; it is never given back. */
void smp_start_all(uint64_t page, void (*entry)(void));
void smp_online(void);

/* The n-th processor that did not answer; -1 after the last. */
int64_t smp_missing(unsigned n);
