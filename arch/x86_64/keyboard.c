/*
 * arch/x86_64/keyboard.c - the 8042: configure it, then a byte an interrupt.
 *
 * Invariant   A command or its argument is written only while the input buffer
 *             is free, the data port is read only while the output buffer is
 *             full.  Bytes of the mouse port (STATUS_AUXILIARY) are dropped.
 * References  IBM, Personal System/2 Hardware Interface Technical Reference,
 *             1988, "Keyboard and Auxiliary Device Controller".
 */
#include "arch/x86_64/keyboard.h"

#include "arch/cpu.h"
#include "arch/x86_64/irq.h"
#include "arch/x86_64/regs.h"
#include "arch/x86_64/scancode.h"

#define DATA		0x60
#define STATUS		0x64
#define COMMAND		0x64
#define KEYBOARD_IRQ	1
#define KEYBOARD_VECTOR	0x21

#define STATUS_OUTPUT_FULL	0x01
#define STATUS_INPUT_FULL	0x02
#define STATUS_AUXILIARY	0x20

#define READ_CONFIG		0x20
#define WRITE_CONFIG		0x60
#define DISABLE_MOUSE		0xa7
#define DISABLE_KEYBOARD	0xad
#define ENABLE_KEYBOARD		0xae
#define DEVICE_ENABLE		0xf4

#define CONFIG_INTERRUPT	0x01
#define CONFIG_MOUSE_INTERRUPT	0x02
#define CONFIG_KEYBOARD_OFF	0x10
#define CONFIG_TRANSLATE	0x40	/* the keyboard's set 2 into set 1 */

#define PATIENCE	10000	/* status reads; one takes 1 us or so */
#define BUFFERED	64	/* more bytes than any controller holds */

static void (*input)(uint8_t byte);
static struct scancode_state state;

static bool wait_for(uint8_t mask, uint8_t value)
{
	for (unsigned i = 0; i < PATIENCE; i++) {
		if ((inb(STATUS) & mask) == value)
			return true;
		cpu_relax();
	}
	return false;
}

static bool send(uint16_t port, uint8_t byte)
{
	if (!wait_for(STATUS_INPUT_FULL, 0))
		return false;
	outb(port, byte);
	return true;
}

static void discard_pending(void)
{
	for (unsigned i = 0; i < BUFFERED; i++) {
		if (!(inb(STATUS) & STATUS_OUTPUT_FULL))
			return;
		inb(DATA);
	}
}

static bool configure(void)
{
	uint8_t config;

	if (!send(COMMAND, DISABLE_KEYBOARD) || !send(COMMAND, DISABLE_MOUSE))
		return false;
	discard_pending();
	if (!send(COMMAND, READ_CONFIG) ||
	    !wait_for(STATUS_OUTPUT_FULL, STATUS_OUTPUT_FULL))
		return false;
	config = inb(DATA);
	config |= CONFIG_INTERRUPT | CONFIG_TRANSLATE;
	config &= (uint8_t)~(CONFIG_MOUSE_INTERRUPT | CONFIG_KEYBOARD_OFF);
	return send(COMMAND, WRITE_CONFIG) && send(DATA, config) &&
	       send(COMMAND, ENABLE_KEYBOARD) && send(DATA, DEVICE_ENABLE);
}

static void keyboard_interrupt(void)
{
	char typed[SCANCODE_BYTES];

	for (unsigned i = 0; i < BUFFERED; i++) {
		uint8_t status = inb(STATUS);
		uint8_t code;
		unsigned n;

		if (!(status & STATUS_OUTPUT_FULL))
			return;
		code = inb(DATA);
		if (status & STATUS_AUXILIARY)
			continue;
		n = scancode_decode(&state, code, typed);
		for (unsigned b = 0; b < n; b++)
			input((uint8_t)typed[b]);
	}
}

bool keyboard_start(void (*byte)(uint8_t byte))
{
	if (inb(STATUS) == 0xff || !configure())
		return false;
	input = byte;
	irq_register(KEYBOARD_VECTOR, "keyboard", keyboard_interrupt);
	irq_route_isa(KEYBOARD_IRQ, KEYBOARD_VECTOR);
	discard_pending();	/* their edge came too early to be seen */
	return true;
}
