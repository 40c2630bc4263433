/*
 * kernel/symbols.h - which function an address lies in.
 *
 * Guarantees  symbol_find() returns the name of the function or assembly label
 *             that contains pc and the distance from its start, or NULL.
 *             File-local functions too.  A symbol with a size answers only for
 *             its own bytes; a label without one, up to the next symbol.
 *             A table that is nonsense gives NULL or a wrong name, never an
 *             access outside the table, and the name is always terminated.
 *             symbol_find_object() does so for data, with sizes only; *file is
 *             the source of a file-local name, or NULL.
 * Context     Any, NMI included.
 * Cost        Linear in the table: for panics and assertions, not hot paths.
 * See         kernel/symbols.c, tests/kernel/test_symbols.c
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct boot_info;

/* At boot, one CPU, once the loaded tables can be read. */
void symbols_init(const struct boot_info *boot);

const char *symbol_find(uint64_t pc, uint64_t *offset);
const char *symbol_find_object(uint64_t address, uint64_t *offset,
			       const char **file);

/* An ELF64 .symtab and its .strtab in memory. */
struct symbol_table {
	const void *symbols;
	size_t symbols_size;
	const char *strings;
	size_t strings_size;
};

const char *symbol_table_find(const struct symbol_table *table, uint64_t pc,
			      uint64_t *offset);
const char *symbol_table_find_object(const struct symbol_table *table,
				     uint64_t address, uint64_t *offset,
				     const char **file);
