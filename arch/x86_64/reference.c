/*
 * arch/x86_64/reference.c - the ACPI timer, or the PIT's second channel.
 */
#include "arch/x86_64/reference.h"

#include "arch/cpu.h"
#include "arch/x86_64/regs.h"
#include "kernel/printk.h"

#define ACPI_TIMER_HZ	3579545
#define PIT_HZ		1193182
#define PIT_CHANNEL2	0x42
#define PIT_COMMAND	0x43
#define PIT_GATE	0x61
#define PIT_MODE0_16BIT	0xb0	/* channel 2, low then high byte, mode 0 */
#define PIT_LATCH2	0x80
#define PATIENCE	100000		/* reads, of about a microsecond */

static uint16_t port;

static void pit_start(void)
{
	outb(PIT_GATE, (inb(PIT_GATE) & ~2) | 1);	/* count, no speaker */
	outb(PIT_COMMAND, PIT_MODE0_16BIT);
	outb(PIT_CHANNEL2, 0xff);
	outb(PIT_CHANNEL2, 0xff);
}

/* A table may name a port where nothing answers, and a PIT may be gated off. */
static bool counts(void)
{
	uint32_t first = reference_read();

	for (unsigned i = 0; i < PATIENCE; i++) {
		if (reference_read() != first)
			return true;
		cpu_relax();
	}
	return false;
}

bool reference_init(uint16_t acpi_timer_port)
{
	port = acpi_timer_port;
	if (port && counts())
		return true;
	if (port)
		pr_warn("the ACPI timer at port %#x stands still", port);
	port = 0;
	pit_start();
	return counts();
}

/* the PIT counts down */
static uint32_t pit_read(void)
{
	uint32_t low;

	outb(PIT_COMMAND, PIT_LATCH2);
	low = inb(PIT_CHANNEL2);
	return 0xffff - (low | (uint32_t)inb(PIT_CHANNEL2) << 8);
}

uint32_t reference_read(void)
{
	return port ? inl(port) & reference_mask() : pit_read();
}

uint32_t reference_hz(void)
{
	return port ? ACPI_TIMER_HZ : PIT_HZ;
}

/* some ACPI timers have 32 bits; the low 24 are there in all */
uint32_t reference_mask(void)
{
	return port ? 0xffffff : 0xffff;
}

bool reference_is_shared(void)
{
	return port != 0;
}
