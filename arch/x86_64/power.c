/*
 * arch/x86_64/power.c - the ways to end a PC.
 */
#include "arch/x86_64/power.h"

#include "arch/cpu.h"
#include "arch/x86_64/regs.h"
#include "kernel/printk.h"

#define SCI_ENABLED	1
#define SLEEP_ENABLE	(1U << 13)
#define SLEEP_TYPE(t)	((uint16_t)(((t) & 7) << 10))
#define KBD_STATUS	0x64
#define KBD_INPUT_FULL	2
#define KBD_RESET	0xfe
#define TRIES		100000

static struct power_ports ports;

void power_init(const struct power_ports *p)
{
	ports = *p;
}

static void wait_for_the_end(void)
{
	cpu_delay(TRIES);
}

/* The sleep register listens only in ACPI mode. */
static void acpi_mode(void)
{
	if (!ports.smi_port || (inw(ports.pm1a_control) & SCI_ENABLED))
		return;
	outb(ports.smi_port, ports.smi_enable);
	for (unsigned i = 0; i < TRIES; i++) {
		if (inw(ports.pm1a_control) & SCI_ENABLED)
			return;
		cpu_relax();
	}
}

/* The other bits are the chipset's: SCI_EN among them, which must stay. */
static void sleep_now(uint16_t control, uint8_t type)
{
	uint16_t others = inw(control) & ~(SLEEP_TYPE(7) | SLEEP_ENABLE);

	outw(control, others | SLEEP_TYPE(type) | SLEEP_ENABLE);
}

void power_off(void)
{
	if (ports.pm1a_control) {
		acpi_mode();
		sleep_now(ports.pm1a_control, ports.sleep_a);
		if (ports.pm1b_control)
			sleep_now(ports.pm1b_control, ports.sleep_b);
		wait_for_the_end();
	}
	pr_error("this machine does not switch itself off: halted");
	halt_forever();
}

void power_reboot(void)
{
	static const struct {
		uint16_t limit;
		uint64_t base;
	} packed no_idt;

	irq_disable();
	if (ports.reset_port) {
		outb(ports.reset_port, ports.reset_value);
		wait_for_the_end();
	}
	for (unsigned i = 0; i < TRIES && inb(KBD_STATUS) & KBD_INPUT_FULL; i++)
		cpu_relax();
	outb(KBD_STATUS, KBD_RESET);
	wait_for_the_end();
	__asm__ volatile("lidt %0; int3" :: "m"(no_idt));
	halt_forever();
}
