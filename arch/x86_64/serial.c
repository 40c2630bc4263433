/*
 * arch/x86_64/serial.c - a 16550: polled output, input by interrupt.
 *
 * Invariant   present is set once, before the console is registered.
 *             While the transmitter is empty (LSR.THRE) its FIFO has room for
 *             FIFO_SIZE bytes; room counts what is left of that.
 *             While paused, IER is 0 and the FIFO is left as it is.
 *             The interrupt line is an edge: it rises again only if every
 *             cause was removed in between.  So the handler leaves only when
 *             the FIFO is empty, or makes a new edge by turning the cause off
 *             and on.
 *             With the trigger at 14 QEMU delivers a paste in 14-byte pieces;
 *             with 1 it would take an interrupt for every byte.
 * References  National Semiconductor PC16550D data sheet, 1995, section 8.
 */
#include "arch/x86_64/serial.h"

#include <stdbool.h>
#include <stddef.h>

#include "arch/atomic.h"
#include "arch/cpu.h"
#include "arch/x86_64/irq.h"
#include "arch/x86_64/regs.h"
#include "kernel/console.h"

#define COM1		0x3f8
#define COM1_IRQ	4
#define COM1_VECTOR	0x24
#define FIFO_SIZE	16
#define BATCH		256	/* bytes taken in one interrupt */

enum {				/* registers, from COM1 */
	DATA, IER, FCR, LCR, MCR, LSR, MSR, SCRATCH,
	IIR = FCR, DIVISOR_LOW = DATA, DIVISOR_HIGH = IER,
};

#define IER_RECEIVED	0x01
#define FCR_TRIGGER_14	0xc7	/* FIFO on and cleared, interrupt at 14 bytes */
#define LCR_8N1		0x03
#define LCR_DIVISOR	0x80
#define MCR_NORMAL	0x0b	/* DTR, RTS, OUT2 (which gates the interrupt) */
#define MCR_HOLD	0x09	/* without RTS */
#define MCR_LOOPBACK	0x1a	/* loop, OUT2, RTS */
#define LSR_RECEIVED	0x01
#define LSR_OVERRUN	0x02
#define LSR_EMPTY	0x20	/* 16 bytes more */
#define LSR_IDLE	0x40	/* the last bit has left */

#define PATIENCE	1000000	/* status reads, of 1 us or so */
#define PATIENCE_STUCK	1

static bool present;
static unsigned room;
static unsigned patience = PATIENCE;
static void (*input)(uint8_t byte);
static struct atomic64 overruns;
static struct atomic32 paused;

static uint8_t get(unsigned reg)
{
	return inb(COM1 + reg);
}

static void set(unsigned reg, uint8_t value)
{
	outb(COM1 + reg, value);
}

static bool wait_for_room(void)
{
	for (unsigned i = 0; i < patience; i++) {
		if (get(LSR) & LSR_EMPTY) {
			room = FIFO_SIZE;
			patience = PATIENCE;
			return true;
		}
		cpu_relax();
	}
	patience = PATIENCE_STUCK;
	return false;
}

static void put(char c)
{
	if (room == 0 && !wait_for_room())
		return;
	room--;
	set(DATA, (uint8_t)c);
}

static void serial_write(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\n')
			put('\r');
		put(text[i]);
	}
}

void serial_flush(void)
{
	for (unsigned i = 0; present && i < patience; i++) {
		if (get(LSR) & LSR_IDLE)
			return;
		cpu_relax();
	}
}

static struct console serial_console = {
	.name = "serial", .write = serial_write,
};

/*
 * A port with nothing behind it reads 0xff.  In loopback the modem's outputs
 * RTS and OUT2 must come back as its inputs CTS and DCD.
 */
static bool probe(void)
{
	set(SCRATCH, 0x5a);
	if (get(SCRATCH) != 0x5a)
		return false;
	set(SCRATCH, 0xa5);
	if (get(SCRATCH) != 0xa5)
		return false;
	set(MCR, MCR_LOOPBACK);
	return (get(MSR) & 0xf0) == 0x90;
}

struct console *serial_init(void)
{
	present = probe();
	if (!present)
		return NULL;
	set(IER, 0);
	set(LCR, LCR_DIVISOR);
	set(DIVISOR_LOW, 1);	/* 115200 */
	set(DIVISOR_HIGH, 0);
	set(LCR, LCR_8N1);
	set(FCR, FCR_TRIGGER_14);
	set(MCR, MCR_NORMAL);
	return &serial_console;
}

static void serial_interrupt(void)
{
	for (unsigned i = 0; i < BATCH; i++) {
		uint8_t status = get(LSR);

		if (status & LSR_OVERRUN)
			/* relaxed: a statistic */
			fetch_add_relaxed(&overruns, 1);
		if (!(status & LSR_RECEIVED))
			return;
		input(get(DATA));
		/* relaxed: this CPU set it, or whoever cleared it set IER */
		if (load_relaxed(&paused))
			return;
	}
	set(IER, 0);		/* more is waiting: a new edge brings us back */
	set(IER, IER_RECEIVED);
}

void serial_start_input(void (*byte)(uint8_t byte))
{
	if (!present)
		return;
	input = byte;
	irq_register(COM1_VECTOR, "serial", serial_interrupt);
	irq_route_isa(COM1_IRQ, COM1_VECTOR);
	set(IER, IER_RECEIVED);
}

void serial_pause_input(void)
{
	if (!present)
		return;
	/* relaxed: read by the handler, on this CPU */
	store_relaxed(&paused, 1);
	set(IER, 0);
	set(MCR, MCR_HOLD);
}

void serial_resume_input(void)
{
	if (!present)
		return;
	/* relaxed: the handler may as well see it one byte later */
	store_relaxed(&paused, 0);
	set(MCR, MCR_NORMAL);
	set(IER, IER_RECEIVED);		/* a new edge, if bytes wait */
}

uint64_t serial_overruns(void)
{
	/* relaxed: a statistic */
	return load_relaxed(&overruns);
}
