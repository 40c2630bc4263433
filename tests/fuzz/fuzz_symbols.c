/*
 * tests/fuzz/fuzz_symbols.c - coverage-guided ELF symbol tables.
 *
 * Built by clang with -fsanitize=fuzzer,address,undefined.  The input is an
 * address (8 bytes), how many symbols there are (1 byte), the symbols, and the
 * strings: each part in a buffer of exactly its size.  A name that is found
 * must end in the strings.  tests/fuzz/corpus/symbols holds tables that
 * tests/kernel/test_symbols.c asks for, and one that a linker made.
 * Run by `make fuzz`.
 */
#include <stdlib.h>
#include <string.h>

#include "boot/bytes.h"
#include "kernel/symbols.h"

#define ENTRY	24

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void *copy(const uint8_t *data, size_t n)
{
	void *p = malloc(n ? n : 1);

	if (!p)
		abort();
	memcpy(p, data, n);
	return p;
}

static void check_name(const struct symbol_table *t, const char *name)
{
	size_t room;

	if (!name)
		return;
	if (name < t->strings || name >= t->strings + t->strings_size)
		abort();
	room = t->strings_size - (size_t)(name - t->strings);
	if (strnlen(name, room) == room)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct symbol_table t;
	const char *file = NULL;
	uint64_t address, offset;
	size_t size;

	if (n < 9)
		return 0;
	address = get64(data);
	/* not always whole entries */
	size = (size_t)data[8] * ENTRY + data[0] % 3;
	data += 9;
	n -= 9;
	size = size < n ? size : n;
	t.symbols = copy(data, size);
	t.symbols_size = size;
	t.strings = copy(data + size, n - size);
	t.strings_size = n - size;
	check_name(&t, symbol_table_find(&t, address, &offset));
	check_name(&t, symbol_table_find_object(&t, address, &offset, &file));
	check_name(&t, file);
	free((void *)t.symbols);
	free((void *)t.strings);
	return 0;
}
