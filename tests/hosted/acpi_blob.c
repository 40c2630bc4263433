/*
 * tests/hosted/acpi_blob.c - what acpi_parse() says of boot modules in files.
 *
 *     acpi_blob file ...
 *
 * A line for each: fine, warned or refused, the CPUs that were found, the first
 * thing that was said, and the ports, with tabs between.  tests/host/test_acpi.py
 * compares that with what tools/mkacpi.py --list promises.  See
 * tests/worlds/hosted.mk.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "arch/x86_64/acpi.h"
#include "boot/boot_info.h"
#include "kernel/printk.h"
#include "kernel/symbols.h"

#define BASE	0x100000

static uint8_t module[1 << 16];
static size_t module_size;
static char first_warning[160];

void printk(enum log_level level, const char *fmt, ...)
{
	va_list args;

	(void)level;
	va_start(args, fmt);
	if (!first_warning[0])
		vsnprintf(first_warning, sizeof(first_warning), fmt, args);
	va_end(args);
}

const char *symbol_find(uint64_t pc, uint64_t *offset)
{
	(void)pc;
	(void)offset;
	return NULL;
}

static const void *map(uint64_t pa, uint64_t size)
{
	if (pa < BASE || size > module_size || pa - BASE > module_size - size)
		return NULL;
	return module + (pa - BASE);
}

static bool load(const char *path)
{
	FILE *f = fopen(path, "rb");

	if (!f)
		return false;
	module_size = fread(module, 1, sizeof(module), f);
	fclose(f);
	return true;
}

static void judge(void)
{
	static struct boot_info boot;
	static struct acpi_info info;
	const char *error = "";

	first_warning[0] = 0;
	boot.nr_modules = 1;
	boot.module[0] = (struct boot_module){ BASE, module_size, "acpi" };
	if (!acpi_parse(&boot, map, &info, &error))
		printf("refused\t0\t%s\t\n", error);
	else
		printf("%s\t%u\t%s\tpm1a 0x%x timer 0x%x s5 %d/%u reset 0x%lx\n",
		       info.complaints ? "warned" : "fine", info.nr_cpus,
		       first_warning, info.power.pm1a_control,
		       info.power.pm_timer_port, info.power.has_s5 ?
		       info.power.s5_type_a : -1, info.power.s5_type_b,
		       info.power.reset_address);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (!load(argv[i])) {
			perror(argv[i]);
			return 1;
		}
		judge();
	}
	return 0;
}
