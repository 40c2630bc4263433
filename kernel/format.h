/*
 * kernel/format.h - text from a format, as printf makes it.
 *
 * Guarantees  format() writes at most n bytes to buf, the last one a zero
 *             (n = 0: nothing), and returns how long the whole text is without
 *             its zero, so that a result >= n says that it was cut.
 *             Conversions: d i u x X c s p %, with the flags - 0 + space #,
 *             a width and a precision (both also as *), and the lengths
 *             hh h l ll z t j.  The result is ISO C's, but for these:
 *             %p   0x and hexadecimal, 0x0 for NULL;
 *             %pS  the address as symbol+0xoffset, for an instruction;
 *             %pB  the same for a return address: the call before it is what
 *                  is named, since the call may be its function's last word;
 *             %s   of NULL is "(null)".
 *             At a conversion that it does not know it stops interpreting, and
 *             copies the rest of the format.
 * Context     Any; it touches nothing but its arguments (%pS: the symbols).
 * Cost        No allocation, about 200 bytes of stack; %pS and %pB look
 *             through the whole symbol table.
 * Limits      No floating point, no %n, no octal, no wide characters.
 * See         tests/kernel/test_format.c, kernel/symbols.h
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#include "kernel/compiler.h"

size_t format(char *buf, size_t n, const char *fmt, va_list args)
	printf_like(3, 0);
size_t format_to(char *buf, size_t n, const char *fmt, ...) printf_like(3, 4);
