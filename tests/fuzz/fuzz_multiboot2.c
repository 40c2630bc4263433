/*
 * tests/fuzz/fuzz_multiboot2.c - coverage-guided tag lists.
 *
 * Built by clang with -fsanitize=fuzzer,address,undefined; the input is the
 * list, in a buffer of exactly its size.  tests/fuzz/corpus/multiboot2 holds
 * what GRUB 2.06 handed over on QEMU's pc and q35 by SeaBIOS and by OVMF.
 * Run by `make -f tests/worlds/hosted.mk fuzz`.
 */
#include <stdlib.h>
#include <string.h>

#include "boot/boot_info.h"
#include "boot/multiboot2.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct boot_info info;
	const char *error = NULL;
	uint8_t *list = malloc(n ? n : 1);
	uint32_t total = n;

	if (!list)
		abort();
	memcpy(list, data, n);
	/* an honest total, or most inputs would end at the first comparison */
	if (n >= 8 && data[4] % 4)
		memcpy(list, &total, 4);
	if (!multiboot2_parse(list, 0x1000, n, &info, &error) && !error)
		abort();
	free(list);
	return 0;
}
