/*
 * arch/x86_64/lapic.c - xAPIC by its page, x2APIC by its MSRs.
 *
 * Invariant   io and page are set once, before interrupts are first enabled
 *             (tests put back what they change).
 */
#include "arch/x86_64/lapic.h"

#include "arch/cpu.h"
#include "arch/x86_64/irq.h"
#include "arch/x86_64/mmio.h"
#include "arch/x86_64/regs.h"

#define APIC_BASE_ENABLE	(1U << 11)
#define APIC_BASE_X2APIC	(1U << 10)
#define SVR_ENABLE		(1U << 8)
#define ICR_PENDING		(1U << 12)
#define LVT_NMI			(4U << 8)
#define X2APIC_ICR		(MSR_X2APIC + (LAPIC_ICR_LOW >> 4))
#define XAPIC_ALL		0xffU		/* as destinations */
#define X2APIC_ALL		0xffffffffU

static void *page;
static const struct lapic_io *io;

static uint32_t xapic_read(unsigned reg)
{
	return mmio_read32(page, reg);
}

static void xapic_write(unsigned reg, uint32_t v)
{
	mmio_write32(page, reg, v);
}

/*
 * Two writes that an interrupt handler's IPI must not come between.  An NMI
 * can, so its handlers send nothing; a panic may, since what it interrupted
 * never goes on.  The last request may still be on its way: the wait for it is
 * bounded, since a panic must get through too.
 */
static void xapic_icr(uint32_t apic_id, uint32_t command)
{
	uint64_t was = irq_save();

	for (unsigned i = 0; i < 100000; i++) {
		if (!(xapic_read(LAPIC_ICR_LOW) & ICR_PENDING))
			break;
		cpu_relax();
	}
	xapic_write(LAPIC_ICR_HIGH, apic_id << 24);
	xapic_write(LAPIC_ICR_LOW, command);
	irq_restore(was);
}

static uint32_t xapic_id(void)
{
	return xapic_read(LAPIC_ID) >> 24;
}

/* the write that starts it must not be passed by a later one (11.5.4.1) */
static void msr_deadline(uint64_t tsc)
{
	__asm__ volatile("mfence" ::: "memory");
	wrmsr(MSR_TSC_DEADLINE, tsc);
}

static const struct lapic_io xapic = {
	"xAPIC", XAPIC_ALL - 1, xapic_read, xapic_write, xapic_icr, xapic_id,
	msr_deadline
};

static uint32_t x2apic_read(unsigned reg)
{
	return rdmsr(MSR_X2APIC + (reg >> 4));
}

static void x2apic_write(unsigned reg, uint32_t v)
{
	wrmsr(MSR_X2APIC + (reg >> 4), v);
}

/* wrmsr to the ICR does not wait for earlier stores: mfence does (11.12.3) */
static void x2apic_icr(uint32_t apic_id, uint32_t command)
{
	__asm__ volatile("mfence; lfence" ::: "memory");
	wrmsr(X2APIC_ICR, (uint64_t)apic_id << 32 | command);
}

static uint32_t x2apic_id(void)
{
	return x2apic_read(LAPIC_ID);
}

static const struct lapic_io x2apic = {
	"x2APIC", X2APIC_ALL - 1, x2apic_read, x2apic_write, x2apic_icr,
	x2apic_id, msr_deadline
};

void lapic_init(void *registers)
{
	page = registers;
	io = cpuid(1, 0).c & (1U << 21) ? &x2apic : &xapic;
}

const struct lapic_io *lapic_io(void)
{
	return io;
}

bool lapic_reaches(uint32_t apic_id)
{
	return apic_id <= io->highest_id;
}

const struct lapic_io *lapic_use(const struct lapic_io *other)
{
	const struct lapic_io *was = io;

	io = other;
	return was;
}

/*
 * After INIT every LVT entry is masked and TPR is 0 (11.4.7.1, 11.4.7.3), so
 * an AP writes only what shall differ: each write here is done 254 times in
 * `make bench`, row "255 CPUs".  LINT0 stays masked (the legacy PIC is
 * silenced), LINT1 is the NMI line on every PC.
 */
void lapic_init_cpu(void)
{
	uint64_t base = rdmsr(MSR_APIC_BASE);

	/* from off to x2APIC only by way of xAPIC (11.12.5) */
	if (!(base & APIC_BASE_ENABLE))
		wrmsr(MSR_APIC_BASE, base | APIC_BASE_ENABLE);
	if (io == &x2apic)
		wrmsr(MSR_APIC_BASE,
		      base | APIC_BASE_ENABLE | APIC_BASE_X2APIC);
	io->write(LAPIC_SVR, SVR_ENABLE | IRQ_SPURIOUS);
	io->write(LAPIC_LVT_LINT1, LVT_NMI);
}

/* The firmware has used this one; nobody has used the others since INIT. */
void lapic_init_boot_cpu(void)
{
	lapic_init_cpu();
	io->write(LAPIC_TPR, 0);
	io->write(LAPIC_LVT_TIMER, LAPIC_MASKED);
	io->write(LAPIC_LVT_LINT0, LAPIC_MASKED);
	io->write(LAPIC_LVT_ERROR, LAPIC_MASKED);
	io->write(LAPIC_ESR, 0);
	io->write(LAPIC_EOI, 0);
}

uint32_t lapic_id(void)
{
	return io->id();
}

void lapic_eoi(void)
{
	io->write(LAPIC_EOI, 0);
}

void lapic_icr(uint32_t apic_id, uint32_t command)
{
	io->icr(apic_id, command);
}
