/*
 * arch/x86_64/cpu.c - this CPU: its numbers, its masks, its feature bits.
 *
 * Invariant   percpu_offset[c] is set before bit c of cpus_possible, and never
 *             changes.  cpu_number and percpu_self of c are set before c runs
 *             any C.
 */
#include "arch/x86_64/cpu.h"

#include "arch/cpu.h"
#include "arch/x86_64/regs.h"
#include "sync/preempt.h"

PERCPU(uint64_t, percpu_self);
PERCPU(uint32_t, cpu_number);
PERCPU(uint32_t, irq_depth);
PERCPU(uint32_t, nmi_depth);
PERCPU(uint32_t, preempt_count);

/* entry 1 (PWT) becomes write-combining; the others as after reset */
#define PAT_OURS	0x0007040600070106UL

uint64_t percpu_offset[NR_CPUS];
struct cpumask cpus_possible, cpus_present, cpus_online;

/* pause costs 10 to 140 cycles; a delay need not be exact */
void cpu_delay(unsigned n)
{
	while (n--)
		cpu_relax();
}

void cpu_area_init(unsigned cpu, void *area)
{
	uint64_t offset = (uint64_t)area - (uint64_t)percpu_start;

	percpu_offset[cpu] = offset;
	*per_cpu_ptr(&percpu_self, cpu) = offset;
	*per_cpu_ptr(&cpu_number, cpu) = cpu;
	*per_cpu_ptr(&preempt_count, cpu) = PREEMPT_NOT_DUE + 1;
	cpumask_set(&cpus_possible, cpu);
}

/*
 * CR0 is an absolute value: INIT leaves the cache-disable bits set in an AP.
 * SMEP, SMAP and UMIP keep ring 0 out of user pages and user mode out of our
 * tables; there is no user mode yet, and no reason to wait for it.  The kernel
 * itself computes with integers only; SSE is on so that its exceptions can be
 * raised in a test, and for user programs later.
 */
void cpu_features_init(void)
{
	struct cpuid max = cpuid(0, 0);
	uint64_t cr4 = read_cr4() | CR4_DE | CR4_MCE | CR4_PGE
		       | CR4_OSFXSR | CR4_OSXMMEXCPT;

	if (max.a >= 7) {
		struct cpuid seven = cpuid(7, 0);

		if (seven.b & (1U << 7))
			cr4 |= CR4_SMEP;
		if (seven.b & (1U << 20))
			cr4 |= CR4_SMAP;
		if (seven.c & (1U << 2))
			cr4 |= CR4_UMIP;
	}
	write_cr4(cr4);
	wrmsr(MSR_PAT, PAT_OURS);
	write_cr0(CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_MP | CR0_PE);
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_NXE);
}
