/*
 * arch/x86_64/ioapic.h - routing device interrupts.
 *
 * Guarantees  Every input is masked until it is routed; the legacy PICs are
 *             masked for good.
 * Context     Boot CPU, at boot, interrupts off.
 * See         82093AA I/O APIC datasheet; ACPI 6.4, 5.2.12.3 and 5.2.12.5
 */
#pragma once

#include <stdint.h>

/* MADT override flags: polarity in bits 0-1, trigger in bits 2-3 */
#define IOAPIC_ACTIVE_LOW	3
#define IOAPIC_LEVEL		(3 << 2)

void pic_disable(void);
void ioapic_add(void *registers, uint32_t gsi_base);

/* The MADT says: this ISA interrupt arrives at gsi, with these flags. */
void ioapic_override(unsigned isa_irq, uint32_t gsi, uint16_t flags);

void ioapic_route_isa(unsigned isa_irq, uint8_t vector);
