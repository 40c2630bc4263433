/*
 * arch/x86_64/lapic.h - this CPU's local APIC.
 *
 * Guarantees  One face over xAPIC (a page of registers) and x2APIC (MSRs); the
 *             latter is used where CPUID shows it.
 * Context     lapic_init() once on the boot CPU, lapic_init_boot_cpu() there,
 *             and lapic_init_cpu() on each other CPU, interrupts off; the rest
 *             anywhere, but lapic_icr() not in an NMI that returns.
 * Cost        A device access each; slow under an emulator.
 * Limits      xAPIC reaches APIC ids below 255 only.
 * See         Intel SDM vol. 3A, chapter 11
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* registers, as offsets in the xAPIC page */
#define LAPIC_ID	0x20
#define LAPIC_TPR	0x80
#define LAPIC_EOI	0xb0
#define LAPIC_SVR	0xf0
#define LAPIC_ESR	0x280
#define LAPIC_ICR_LOW	0x300
#define LAPIC_ICR_HIGH	0x310
#define LAPIC_LVT_TIMER	0x320
#define LAPIC_LVT_LINT0	0x350
#define LAPIC_LVT_LINT1	0x360
#define LAPIC_LVT_ERROR	0x370
#define LAPIC_TIMER_INIT 0x380
#define LAPIC_TIMER_NOW	0x390
#define LAPIC_TIMER_DIV	0x3e0

#define LAPIC_MASKED	(1U << 16)

/* what the ICR is told, beside a vector */
#define ICR_NMI		0x00004400U
#define ICR_INIT	0x00004500U
#define ICR_STARTUP	0x00004600U
#define ICR_FIXED	0x00004000U

/* How registers are reached: the page, the MSRs, or a test's array. */
struct lapic_io {
	const char *name;
	uint32_t highest_id;		/* that the ICR can name */
	uint32_t (*read)(unsigned reg);
	void (*write)(unsigned reg, uint32_t v);
	void (*icr)(uint32_t apic_id, uint32_t command);
	uint32_t (*id)(void);
	void (*deadline)(uint64_t tsc);	/* TSC-deadline timer; 0: off */
};

void lapic_init(void *page);
void lapic_init_boot_cpu(void);
void lapic_init_cpu(void);	/* another one, after INIT */
const struct lapic_io *lapic_io(void);

/* False: the ICR would cut the id, and reach another CPU or all of them. */
bool lapic_reaches(uint32_t apic_id);

/* For tests: another way to the registers; returns the one in use. */
const struct lapic_io *lapic_use(const struct lapic_io *io);

uint32_t lapic_id(void);
void lapic_eoi(void);
void lapic_icr(uint32_t apic_id, uint32_t command);
