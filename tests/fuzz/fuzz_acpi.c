/*
 * tests/fuzz/fuzz_acpi.c - coverage-guided ACPI tables.
 *
 * Built by clang with -fsanitize=fuzzer,address,undefined; the input is a boot
 * module as tools/mkacpi.py makes it, and each range that the parser maps is a
 * buffer of exactly that size.  An input of even size has its checksums mended
 * first, or nothing behind them would ever run.  tests/fuzz/corpus/acpi holds
 * the tables of QEMU's pc and q35 under SeaBIOS and OVMF, moved into a module.
 * Run by `make -f tests/worlds/hosted.mk fuzz`.
 */
#include <stdlib.h>
#include <string.h>

#include "arch/x86_64/acpi.h"
#include "boot/boot_info.h"
#include "boot/bytes.h"
#include "kernel/printk.h"

#define BASE	0x100000
#define MAPS	512

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static uint8_t *module;
static size_t module_size;
static void *maps[MAPS];
static unsigned nr_maps;

void printk(enum log_level level, const char *fmt, ...)
{
	(void)level;
	(void)fmt;
}

static const void *map(uint64_t pa, uint64_t size)
{
	void *copy;

	if (pa < BASE || size > module_size ||
	    pa - BASE > module_size - size || nr_maps == MAPS)
		return NULL;
	copy = malloc(size ? size : 1);
	if (!copy)
		abort();
	memcpy(copy, module + (pa - BASE), size);
	maps[nr_maps++] = copy;
	return copy;
}

static void mend(uint64_t at, uint64_t size, uint64_t sum_at)
{
	uint8_t sum = 0;

	if (size > module_size || at > module_size - size || sum_at >= size)
		return;
	module[at + sum_at] = 0;
	for (uint64_t i = 0; i < size; i++)
		sum += module[at + i];
	module[at + sum_at] = -sum;
}

/* The size that a table states, or 0. */
static uint32_t mend_table(uint64_t at)
{
	uint32_t size;

	if (module_size < 36 || at > module_size - 36)
		return 0;
	size = get32(module + at + 4);
	mend(at, size, 9);
	return size <= module_size - at ? size : 0;
}

static void mend_all(void)
{
	bool is_new = module[15] >= 2 && get64(module + 24);
	uint64_t root = is_new ? get64(module + 24) : get32(module + 16);
	unsigned width = is_new ? 8 : 4;
	uint32_t size = mend_table(root);

	for (uint32_t at = 36; at + width <= size; at += width) {
		const uint8_t *p = module + root + at;
		uint64_t table = is_new ? get64(p) : get32(p);

		if (mend_table(table) >= 44)
			mend_table(get32(module + table + 40));
	}
	mend_table(root);
	mend(0, 20, 8);
	mend(0, 36, 32);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct boot_info boot;
	static struct acpi_info info;
	const char *error = NULL;

	module = malloc(n ? n : 1);
	if (!module)
		abort();
	memcpy(module, data, n);
	module_size = n;
	if (n % 2 == 0 && n >= 36)
		mend_all();
	boot = (struct boot_info){ .nr_modules = 1 };
	boot.module[0] = (struct boot_module){ BASE, n, "acpi" };
	if (!acpi_parse(&boot, map, &info, &error) && !error)
		abort();
	while (nr_maps)
		free(maps[--nr_maps]);
	free(module);
	return 0;
}
