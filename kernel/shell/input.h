/*
 * kernel/shell/input.h - what is typed, from every keyboard there is.
 *
 * Guarantees  input_read() returns what was typed in the order it came, waiting
 *             for the next byte.  When nearly RING_BYTES wait, the serial port
 *             is paused; when they do, more from elsewhere is dropped and
 *             counted.
 *             input_stopped() is true when a Ctrl-C came since
 *             input_clear_stop().
 * Context     input_init(): at boot.  input_read(): one thread.
 * Cost        16 KB; one lock a byte.
 * Limits      A Ctrl-C behind 16 KB that nobody reads is not seen.
 * See         kernel/shell/shell.c, kernel/shell/ring.h, arch/x86_64/serial.h,
 *             arch/x86_64/keyboard.h
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* has_8042: ACPI says that there is a keyboard controller. */
void input_init(bool has_8042);

uint8_t input_read(void);

/* Bytes dropped since the last call. */
uint64_t input_take_dropped(void);

void input_clear_stop(void);
bool input_stopped(void);
