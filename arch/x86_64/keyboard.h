/*
 * arch/x86_64/keyboard.h - a PS/2 keyboard behind an 8042.
 *
 * Guarantees  keyboard_start() returns false where the controller does not
 *             answer; every wait is bounded.  After it returned true, what the
 *             keys type is given to `byte`, in order, as the bytes that a
 *             terminal would send (arch/x86_64/scancode.h).
 * Context     At boot, and only if ACPI says that there is an 8042.  `byte` is
 *             called in interrupt context on the boot CPU.
 * Cost        One interrupt a scan code.
 * See         arch/x86_64/scancode.h, kernel/shell/input.h
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/compiler.h"

bool keyboard_start(void (*byte)(uint8_t byte)) must_check;
