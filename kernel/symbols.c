/*
 * kernel/symbols.c - the best symbol at or below an address.
 *
 * Invariant   An entry is a candidate iff it is a function or an untyped label
 *             (NASM's), defined in a section, named inside the string table,
 *             and not above pc.  Of the candidates the highest wins; of equally
 *             high ones, a sized one over a bare label, a function over an
 *             untyped one, a global over a local one, the first over the rest.
 *             Then the winner's size, if it has one, must contain pc:
 *             else pc lies in a gap, and no name is better than a wrong one.
 *             Nothing outside the two tables is read, whatever they hold.
 * References  System V ABI, Edition 4.1 (gABI), chapter 4, "Symbol Table".
 */
#include "kernel/symbols.h"

#include <stdbool.h>

#include "kernel/string.h"
#include "boot/boot_info.h"
#include "arch/x86_64/layout.h"

#define TYPE_NOTYPE	0
#define TYPE_OBJECT	1
#define TYPE_FUNCTION	2
#define TYPE_FILE	4
#define BIND_LOCAL	0
#define SECTION_NONE	0
#define SECTION_ABSOLUTE 0xfff1
#define SECTION_COMMON	0xfff2

struct elf_symbol {
	uint32_t name;		/* offset in the string table */
	uint8_t info;		/* binding << 4 | type */
	uint8_t other;
	uint16_t section;
	uint64_t value;
	uint64_t size;
};

_Static_assert(sizeof(struct elf_symbol) == 24, "Elf64_Sym");

static struct symbol_table kernel_symbols;

static struct elf_symbol entry(const struct symbol_table *t, size_t i)
{
	struct elf_symbol s;

	memcpy(&s, (const char *)t->symbols + i * sizeof(s), sizeof(s));
	return s;
}

/* The name, or NULL unless it is non-empty and ends inside the strings. */
static const char *name_of(const struct symbol_table *t,
			   const struct elf_symbol *s)
{
	const char *name = t->strings + s->name;
	size_t room;

	if (s->name >= t->strings_size)
		return NULL;
	room = t->strings_size - s->name;
	return *name && strnlen(name, room) < room ? name : NULL;
}

static bool is_code(const struct elf_symbol *s)
{
	unsigned type = s->info & 15;

	return (type == TYPE_FUNCTION || type == TYPE_NOTYPE) &&
	       s->section != SECTION_NONE && s->section != SECTION_ABSOLUTE &&
	       s->section != SECTION_COMMON;
}

/* How much one of several symbols at one address is worth as its name. */
static unsigned rank(const struct elf_symbol *s)
{
	return (s->size != 0) * 4 + ((s->info & 15) == TYPE_FUNCTION) * 2 +
	       (s->info >> 4 != BIND_LOCAL);
}

static bool is_better(const struct elf_symbol *s, const struct elf_symbol *best)
{
	if (s->value != best->value)
		return s->value > best->value;
	return rank(s) > rank(best);
}

const char *symbol_table_find(const struct symbol_table *t, uint64_t pc,
			      uint64_t *offset)
{
	size_t n = t->symbols_size / sizeof(struct elf_symbol);
	struct elf_symbol best = { 0 };
	const char *name = NULL;

	for (size_t i = 0; i < n; i++) {
		struct elf_symbol s = entry(t, i);
		const char *its_name;

		if (s.value > pc || !is_code(&s) ||
		    (name && !is_better(&s, &best)))
			continue;
		its_name = name_of(t, &s);
		if (!its_name)
			continue;
		best = s;
		name = its_name;
	}
	if (!name || (best.size && pc - best.value >= best.size))
		return NULL;
	*offset = pc - best.value;
	return name;
}

const char *symbol_table_find_object(const struct symbol_table *t,
				     uint64_t address, uint64_t *offset,
				     const char **file)
{
	size_t n = t->symbols_size / sizeof(struct elf_symbol);
	const char *last = NULL;

	for (size_t i = 0; i < n; i++) {
		struct elf_symbol s = entry(t, i);
		unsigned type = s.info & 15;

		/* a file's local symbols follow its name */
		if (type == TYPE_FILE)
			last = name_of(t, &s);
		if (type != TYPE_OBJECT || s.value > address ||
		    address - s.value >= s.size || !name_of(t, &s))
			continue;
		*offset = address - s.value;
		*file = s.info >> 4 == BIND_LOCAL ? last : NULL;
		return name_of(t, &s);
	}
	return NULL;
}

void symbols_init(const struct boot_info *boot)
{
	const struct boot_symbols *s = &boot->symbols;

	if (!s->symtab_size || !s->strtab_size)
		return;
	kernel_symbols = (struct symbol_table){
		.symbols = phys_to_virt(s->symtab),
		.symbols_size = s->symtab_size,
		.strings = phys_to_virt(s->strtab),
		.strings_size = s->strtab_size,
	};
}

const char *symbol_find(uint64_t pc, uint64_t *offset)
{
	return symbol_table_find(&kernel_symbols, pc, offset);
}

const char *symbol_find_object(uint64_t address, uint64_t *offset,
			       const char **file)
{
	return symbol_table_find_object(&kernel_symbols, address, offset, file);
}
