/*
 * boot/elf.h - the few ELF64 fields that lead to a symbol table.
 *
 * Guarantees  elf_section() decodes one section header of ELF_SECTION_SIZE
 *             bytes.
 * Context     Any; the caller has checked that the bytes may be read.
 * See         System V ABI, chapter 4 (ELF-64 object file format 1.5);
 *             boot/multiboot2.c, boot/pvh.c
 */
#pragma once

#include "boot/bytes.h"

#define ELF_HEADER_SIZE		64
#define ELF_SECTION_SIZE	64
#define ELF_SYMBOL_SIZE		24
#define ELF_SYMTAB		2	/* sh_type */
#define ELF_STRTAB		3
#define ELF_ALLOC		2	/* sh_flags */

struct elf_section {
	uint32_t type;
	uint64_t flags;
	uint64_t addr;		/* where it was loaded; 0: it was not */
	uint64_t offset;	/* where it lies in the file */
	uint64_t size;
	uint32_t link;		/* of a symbol table: its string table */
};

static inline struct elf_section elf_section(const uint8_t *p)
{
	return (struct elf_section){
		.type = get32(p + 4),
		.flags = get64(p + 8),
		.addr = get64(p + 16),
		.offset = get64(p + 24),
		.size = get64(p + 32),
		.link = get32(p + 40),
	};
}
