/*
 * kernel/shell/input.h - what is typed, from every keyboard there is.
 *
 * Guarantees  input_byte() queues one byte; input_read() returns the bytes in
 *             the order they came, waiting for the next.  Bytes that come while
 *             INPUT_BYTES wait are dropped and counted.
 *             input_stopped() is true when a Ctrl-C came since
 *             input_clear_stop().
 * Context     input_byte(): interrupts.  input_read(): one thread.
 * Cost        INPUT_BYTES of memory; one lock a byte.
 * See         kernel/shell/shell.c, arch/x86_64/serial.h, keyboard.h,
 *             tests/kernel/test_input.c
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define INPUT_BYTES	16384

void input_byte(uint8_t byte);
uint8_t input_read(void);

/* Bytes dropped since the last call. */
uint64_t input_take_dropped(void);

void input_clear_stop(void);
bool input_stopped(void);
