/*
 * arch/x86_64/regs.h - the instructions that C has no words for.
 *
 * Guarantees  Each function is one instruction (cpuid: one and four moves).
 * Context     Any; ring 0.
 * See         Intel SDM vol. 2, and vol. 4 for the MSRs
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/compiler.h"

#define MSR_APIC_BASE	0x1b
#define MSR_PAT		0x277
#define MSR_TSC_DEADLINE 0x6e0
#define MSR_X2APIC	0x800
#define MSR_EFER	0xc0000080
#define MSR_FS_BASE	0xc0000100
#define MSR_GS_BASE	0xc0000101
#define MSR_KERNEL_GS_BASE 0xc0000102

#define EFER_NXE	(1UL << 11)
#define CR0_PE		(1UL << 0)
#define CR0_MP		(1UL << 1)
#define CR0_ET		(1UL << 4)
#define CR0_NE		(1UL << 5)
#define CR0_WP		(1UL << 16)
#define CR0_PG		(1UL << 31)
#define CR4_DE		(1UL << 3)
#define CR4_MCE		(1UL << 6)
#define CR4_PGE		(1UL << 7)
#define CR4_OSFXSR	(1UL << 9)
#define CR4_OSXMMEXCPT	(1UL << 10)
#define CR4_UMIP	(1UL << 11)
#define CR4_SMEP	(1UL << 20)
#define CR4_SMAP	(1UL << 21)

struct cpuid {
	uint32_t a, b, c, d;
};

static inline struct cpuid cpuid(uint32_t leaf, uint32_t sub)
{
	struct cpuid r;

	__asm__ volatile("cpuid" : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d)
			 : "a"(leaf), "c"(sub));
	return r;
}

static inline uint64_t rdmsr(uint32_t msr)
{
	uint32_t lo, hi;

	__asm__ volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr) : "memory");
	return (uint64_t)hi << 32 | lo;
}

static inline void wrmsr(uint32_t msr, uint64_t v)
{
	__asm__ volatile("wrmsr" :: "c"(msr), "a"((uint32_t)v),
			 "d"((uint32_t)(v >> 32)) : "memory");
}

static inline uint64_t rdtsc(void)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi) :: "memory");
	return (uint64_t)hi << 32 | lo;
}

/* rdtsc that no earlier load passes: what was read before is older */
static inline uint64_t rdtsc_ordered(void)
{
	__asm__ volatile("lfence" ::: "memory");
	return rdtsc();
}

#define REGS_CONTROL_(cr) \
static inline uint64_t read_##cr(void) \
{ \
	uint64_t v; \
	__asm__ volatile("mov %%" #cr ", %0" : "=r"(v) :: "memory"); \
	return v; \
} \
static inline void write_##cr(uint64_t v) \
{ \
	__asm__ volatile("mov %0, %%" #cr :: "r"(v) : "memory"); \
}

REGS_CONTROL_(cr0)
REGS_CONTROL_(cr2)
REGS_CONTROL_(cr3)
REGS_CONTROL_(cr4)

static inline void invlpg(uintptr_t va)
{
	__asm__ volatile("invlpg (%0)" :: "r"(va) : "memory");
}

#define REGS_PORT_(suffix, type) \
static inline type in##suffix(uint16_t port) \
{ \
	type v; \
	__asm__ volatile("in" #suffix " %1, %0" \
			 : "=a"(v) : "Nd"(port) : "memory"); \
	return v; \
} \
static inline void out##suffix(uint16_t port, type v) \
{ \
	__asm__ volatile("out" #suffix " %0, %1" \
			 :: "a"(v), "Nd"(port) : "memory"); \
}

REGS_PORT_(b, uint8_t)
REGS_PORT_(w, uint16_t)
REGS_PORT_(l, uint32_t)

/* Stop for ever: nothing but an NMI or a reset is noticed. */
static inline void never_returns halt_forever(void)
{
	for (;;)	/* ended by a reset */
		__asm__ volatile("cli; hlt" ::: "memory");
}
