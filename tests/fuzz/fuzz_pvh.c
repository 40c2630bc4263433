/*
 * tests/fuzz/fuzz_pvh.c - coverage-guided start structures, as QEMU hands them
 * over, with what they point to: a memory map, modules, a kernel's own ELF.
 *
 * Built by clang with -fsanitize=fuzzer,address,undefined; the input is memory
 * from address BASE on, with the start structure first, and each range that the
 * parser asks for is a buffer of exactly that size.  tests/fuzz/corpus/pvh is
 * made by hand.
 * Run by `make fuzz`.
 */
#include <stdlib.h>
#include <string.h>

#include "boot/boot_info.h"
#include "boot/bytes.h"
#include "boot/pvh.h"

#define BASE	0x1000
#define MAPS	4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const uint8_t *memory;
static size_t memory_size;
static void *maps[MAPS];
static unsigned nr_maps;

static const void *phys(uint64_t pa, uint64_t size)
{
	void *copy;

	if (pa < BASE || size > memory_size ||
	    pa - BASE > memory_size - size || nr_maps == MAPS)
		return NULL;
	copy = malloc(size ? size : 1);
	if (!copy)
		abort();
	memcpy(copy, memory + (pa - BASE), size);
	maps[nr_maps++] = copy;
	return copy;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct boot_info info;
	const char *error = NULL;
	size_t size;
	void *start;

	if (n < 56)
		return 0;
	memory = data;
	memory_size = n;
	size = get32(data + 4) ? 56 : 40;	/* its version says so */
	start = malloc(size);
	if (!start)
		abort();
	memcpy(start, data, size);
	if (!pvh_parse(start, phys, &info, &error) && !error)
		abort();
	while (nr_maps)
		free(maps[--nr_maps]);
	free(start);
	return 0;
}
