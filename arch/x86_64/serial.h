/*
 * arch/x86_64/serial.h - the first serial port (COM1), a 16550.
 *
 * Guarantees  serial_init() finds out whether the port exists, sets it to
 *             115200 8n1 and returns its console, or NULL; without a port
 *             nothing here touches it again.
 *             Output turns \n into \r\n and waits a bounded time for a device
 *             that does not take it.
 *             After serial_start_input() every received byte is given to
 *             `byte`, in order.  From serial_pause_input() on the sender is
 *             held back, and nothing is taken until serial_resume_input().
 * Context     The console's write: any, one CPU at a time (kernel/console.h).
 *             `byte` is called in interrupt context on the boot CPU, and
 *             serial_pause_input() from it, or by another interrupt there.
 *             Pause and resume under one lock of the caller's.
 * Cost        Output: one status read for 16 bytes, one port write a byte.
 *             Input: one interrupt for up to 14 bytes.
 * Limits      A byte that overruns the device's own 16-byte FIFO is lost and
 *             counted by serial_overruns(); QEMU never overruns it.  What
 *             holds a real sender back is RTS, if its cable and it heed it.
 *             A device that stopped taking output costs 1 s or so once, then
 *             each write is dropped at once until the device comes back.
 * See         kernel/shell/input.h, which holds the input ring
 */
#pragma once

#include <stdint.h>

#include "kernel/compiler.h"

struct console;

struct console *serial_init(void) must_check;

/* What was written has left the device, or it is stuck: before one ends. */
void serial_flush(void);
void serial_start_input(void (*byte)(uint8_t byte));
void serial_pause_input(void);
void serial_resume_input(void);
uint64_t serial_overruns(void);
