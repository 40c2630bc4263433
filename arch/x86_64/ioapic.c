/*
 * arch/x86_64/ioapic.c - global system interrupts to vectors.
 *
 * Invariant   GSI g belongs to the I/O APIC with base <= g < base + inputs.
 *             isa[n] says where ISA interrupt n arrives: identity, edge and
 *             active high unless the MADT overrides it.
 */
#include "arch/x86_64/ioapic.h"

#include "arch/cpu.h"
#include "arch/x86_64/ipi.h"
#include "arch/x86_64/mmio.h"
#include "arch/x86_64/regs.h"
#include "kernel/printk.h"

#define IOAPICS		8
#define ISA_IRQS	16
#define REG_SELECT	0x00
#define REG_WINDOW	0x10
#define REG_VERSION	1
#define REG_ENTRY(n)	(0x10 + 2 * (n))
#define ENTRY_MASKED	(1U << 16)
#define ENTRY_LEVEL	(1U << 15)
#define ENTRY_LOW	(1U << 13)

#define PIC1		0x20
#define PIC2		0xa0
#define PIC_INIT	0x11
#define PIC_8086	1

static struct {
	void *registers;
	uint32_t base;
	uint32_t inputs;
} ioapics[IOAPICS];
static unsigned nr_ioapics;

static struct {
	bool overridden;
	uint32_t gsi;
	uint16_t flags;
} isa[ISA_IRQS];

static uint32_t ioapic_read(unsigned i, unsigned reg)
{
	mmio_write32(ioapics[i].registers, REG_SELECT, reg);
	return mmio_read32(ioapics[i].registers, REG_WINDOW);
}

static void ioapic_write(unsigned i, unsigned reg, uint32_t v)
{
	mmio_write32(ioapics[i].registers, REG_SELECT, reg);
	mmio_write32(ioapics[i].registers, REG_WINDOW, v);
}

/*
 * A masked PIC can still raise a spurious interrupt: move its vectors away
 * from the exceptions, to where nobody listens.
 */
void pic_disable(void)
{
	outb(PIC1, PIC_INIT);
	outb(PIC2, PIC_INIT);
	outb(PIC1 + 1, 0xe0);
	outb(PIC2 + 1, 0xe8);
	outb(PIC1 + 1, 4);
	outb(PIC2 + 1, 2);
	outb(PIC1 + 1, PIC_8086);
	outb(PIC2 + 1, PIC_8086);
	outb(PIC1 + 1, 0xff);
	outb(PIC2 + 1, 0xff);
}

void ioapic_add(void *registers, uint32_t gsi_base)
{
	unsigned i = nr_ioapics;

	if (i == IOAPICS) {
		pr_warn("ioapic: more than %d, the rest is ignored", IOAPICS);
		return;
	}
	nr_ioapics++;
	ioapics[i].registers = registers;
	ioapics[i].base = gsi_base;
	ioapics[i].inputs = (ioapic_read(i, REG_VERSION) >> 16 & 0xff) + 1;
	for (unsigned n = 0; n < ioapics[i].inputs; n++) {
		ioapic_write(i, REG_ENTRY(n), ENTRY_MASKED);
		ioapic_write(i, REG_ENTRY(n) + 1, 0);
	}
}

void ioapic_override(unsigned isa_irq, uint32_t gsi, uint16_t flags)
{
	if (isa_irq >= ISA_IRQS)
		return;
	isa[isa_irq].overridden = true;
	isa[isa_irq].gsi = gsi;
	isa[isa_irq].flags = flags;
}

void ioapic_route_isa(unsigned isa_irq, uint8_t vector)
{
	uint32_t gsi = isa[isa_irq].overridden ? isa[isa_irq].gsi : isa_irq;
	uint16_t flags = isa[isa_irq].flags;
	uint32_t entry = vector;

	if ((flags & 3) == IOAPIC_ACTIVE_LOW)
		entry |= ENTRY_LOW;
	if ((flags & (3 << 2)) == IOAPIC_LEVEL)
		entry |= ENTRY_LEVEL;
	for (unsigned i = 0; i < nr_ioapics; i++) {
		uint32_t n = gsi - ioapics[i].base;

		if (gsi < ioapics[i].base || n >= ioapics[i].inputs)
			continue;
		ioapic_write(i, REG_ENTRY(n) + 1, cpu_apic_id(0) << 24);
		ioapic_write(i, REG_ENTRY(n), entry);
		return;
	}
	pr_warn("ioapic: no input for ISA interrupt %u (gsi %u)", isa_irq, gsi);
}
