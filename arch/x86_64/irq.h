/*
 * arch/x86_64/irq.h - interrupts: vectors 32 and up.
 *
 * Guarantees  A handler runs with interrupts masked and in_irq() true; the
 *             end-of-interrupt is sent for it.  Interrupts that nobody
 *             registered are counted and otherwise ignored.
 *             After the outermost handler a reschedule that is due is done.
 *             A CPU that idles is told of before the first handler's first
 *             line, and again behind the last.
 * Context     irq_register(), irq_route_isa(): boot CPU, at boot.  Counts may
 *             be read at any time.
 * Cost        About 60 instructions besides the handler, and one device write.
 * See         arch/x86_64/ipi.h, ioapic.h; docs/01-boot.md
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/compiler.h"

#define IRQ_ISA(n)	(0x20 + (n))	/* n in 0..15 */
#define IRQ_RESCHEDULE	0xf0
#define IRQ_CALL	0xf1
#define IRQ_TLB		0xf2
#define IRQ_TIMER	0xf3
#define IRQ_SPURIOUS	0xff
#define NR_VECTORS	256

struct trap_frame;

void irq_register(uint8_t vector, const char *name, void (*handler)(void));

/* Through the I/O APIC to the boot CPU, as the MADT's overrides say. */
void irq_route_isa(unsigned isa_irq, uint8_t vector);

uint64_t irq_count(unsigned vector, unsigned cpu);
const char *irq_name(unsigned vector);		/* NULL: nobody registered */

void irq_dispatch(struct trap_frame *frame);

/*
 * A seam, bodies in sched/idle.c: before the first handler, true if the CPU
 * was idle; and then, after the last one, that it is idle again.
 */
bool idle_interrupted(void) must_check;
void idle_resumed(void);
void idle_resumed_nmi(void);
