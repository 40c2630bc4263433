/*
 * tests/worlds/test_main.c - the kernel's test cases as a program.
 *
 *     program [glob [seed]]
 *
 * Linked with kernel/test.c, kernel/format.c and kernel/string.c, any files of
 * test cases and what those test, it runs them as the kernel's runner does and
 * leaves with 0 when all passed.  A test that needs several CPUs calls
 * world_run() itself.  See tests/worlds/hosted.mk.
 *
 * The bodies below are weak: a program that links the kernel's own instead
 * (say, because it tests them) gets those.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kernel/console.h"
#include "kernel/event.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "kernel/symbols.h"
#include "kernel/test.h"

#define weak	__attribute__((weak))

weak void console_write(const char *text, size_t n)
{
	fwrite(text, 1, n, stdout);
}

weak void console_printf(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	fflush(stdout);
}

weak void printk(enum log_level level, const char *fmt, ...)
{
	va_list args;

	printf("# log %d: ", level);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
}

weak void event(uint16_t kind, uint64_t a, uint64_t b)
{
	(void)kind;
	(void)a;
	(void)b;
}

weak const char *symbol_find(uint64_t pc, uint64_t *offset)
{
	(void)pc;
	(void)offset;
	return NULL;
}

int main(int argc, char **argv)
{
	const char *glob = argc > 1 ? argv[1] : "*";
	uint64_t seed = 1;

	if (argc > 3 || (argc > 2 && !string_to_u64(argv[2], &seed))) {
		fprintf(stderr, "usage: %s [glob [seed]]\n", argv[0]);
		return 2;
	}
	if (strcmp(glob, "--list") == 0) {
		test_list("*");
		return 0;
	}
	return test_run(glob, seed) ? 0 : 1;
}
