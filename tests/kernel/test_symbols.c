/*
 * tests/kernel/test_symbols.c - names for addresses, from good and bad tables.
 */
#include "kernel/symbols.h"

#include "kernel/string.h"
#include "kernel/test.h"

#define FUNCTION	2
#define OBJECT		1
#define FILE_NAME	4
#define GLOBAL		(1 << 4)
#define TEXT		1	/* a section's number */

struct entry {
	uint32_t name;
	uint8_t info;
	uint8_t other;
	uint16_t section;
	uint64_t value;
	uint64_t size;
};

/* offsets:                       1    5     10     16 */
static const char strings[] = "\0one\0two1\0label\0alias";

static const struct entry good[] = {
	{ 0 },
	{ 10, GLOBAL, 0, TEXT, 0x3000, 0 },
	{ 1, FUNCTION, 0, TEXT, 0x1000, 0x10 },		/* file-local */
	{ 16, 0, 0, TEXT, 0x2000, 0 },
	{ 5, GLOBAL | FUNCTION, 0, TEXT, 0x2000, 0x20 },
	{ 16, 0, 0, TEXT, 0x2000, 0 },
	{ 16, OBJECT, 0, TEXT, 0x2008, 8 },
	{ 16, FILE_NAME, 0, 0xfff1, 0x2009, 0 },
	{ 16, 0, 0, 0xfff1, 0x2009, 0 },		/* a constant */
	{ 16, GLOBAL | FUNCTION, 0, 0, 0x2009, 0 },	/* undefined */
};

static uint64_t offset;

static const char *find_in(const void *symbols, size_t size, uint64_t pc)
{
	struct symbol_table table = { symbols, size, strings,
				      sizeof(strings) };

	offset = 0xbad;
	return symbol_table_find(&table, pc, &offset);
}

static bool finds(uint64_t pc, const char *name, uint64_t at)
{
	const char *found = find_in(good, sizeof(good), pc);

	return found && !strcmp(found, name) && offset == at;
}

static bool finds_none(uint64_t pc)
{
	return !find_in(good, sizeof(good), pc);
}

TEST("kernel/symbols", test_symbols_name_functions_local_ones_too)
{
	check(t, finds(0x1000, "one", 0));
	check(t, finds(0x100f, "one", 15));
	check(t, finds(0x2000, "two1", 0));
	check(t, finds(0x2009, "two1", 9));
	check(t, finds(0x201f, "two1", 31));
}

TEST("kernel/symbols", test_symbols_name_labels_without_a_size)
{
	check(t, finds(0x3000, "label", 0));
	check(t, finds(0x4567, "label", 0x1567));
	check(t, finds(~0ULL, "label", ~0ULL - 0x3000));
}

TEST("kernel/symbols", test_symbols_do_not_reach_over_a_functions_end)
{
	check(t, finds_none(0xfff));
	check(t, finds_none(0x1010));
	check(t, finds_none(0x2020));
	check(t, finds_none(0x2fff));
}

TEST("kernel/symbols", test_symbols_survive_an_empty_or_cut_table)
{
	struct symbol_table table = { good, sizeof(good), strings, 0 };

	check(t, !find_in(NULL, 0, 0x1000));
	check(t, !find_in(good, sizeof(good[0]) - 1, 0x1000));
	check(t, !symbol_table_find(&table, 0x1000, &offset));
	table.strings_size = 4;		/* "one" without its zero */
	check(t, !symbol_table_find(&table, 0x1000, &offset));
}

/* The table and the strings end at the end of their arrays, so that a hosted
 * run with the address sanitizer sees any access behind them. */
TEST("kernel/symbols", test_symbols_survive_nonsense)
{
	static uint8_t symbols[64 * 24];
	static char names[100];
	struct symbol_table table = { symbols, 0, names, 0 };

	for (unsigned round = 0; round < 2000; round++) {
		const char *found;
		uint64_t pc = test_random(t);

		for (unsigned i = 0; i < sizeof(symbols); i++)
			symbols[i] = (uint8_t)(test_random(t) >>
					       (i % 24 < 4 ? 58 : 56));
		for (unsigned i = 0; i < sizeof(names); i++)
			names[i] = (char)(test_random(t) % 4 ? 'x' : 0);
		table.symbols_size = test_random(t) % (sizeof(symbols) + 1);
		table.strings_size = test_random(t) % (sizeof(names) + 1);
		found = symbol_table_find(&table, pc, &offset);
		if (!found)
			continue;
		check(t, found >= names && found < names + sizeof(names));
		check(t, found + strlen(found) < names + table.strings_size);
		check(t, offset <= pc);
	}
}

static const struct entry data[] = {
	{ 0 },
	{ 5, FILE_NAME, 0, 0xfff1, 0, 0 },
	{ 1, OBJECT, 0, TEXT, 0x1000, 0x10 },
	{ 10, FILE_NAME, 0, 0xfff1, 0, 0 },
	{ 1, OBJECT, 0, TEXT, 0x2000, 0x10 },
	{ 16, GLOBAL | OBJECT, 0, TEXT, 0x3000, 4 },
};

static const char *file;

static const char *find_object(uint64_t address)
{
	struct symbol_table table = { data, sizeof(data), strings,
				      sizeof(strings) };

	offset = 0xbad;
	file = NULL;
	return symbol_table_find_object(&table, address, &offset, &file);
}

TEST("kernel/symbols", test_data_is_named_with_its_file)
{
	check(t, !strcmp(find_object(0x1000), "one") && !offset);
	check(t, !strcmp(file, "two1"));
	check(t, !strcmp(find_object(0x200f), "one") && offset == 15);
	check(t, !strcmp(file, "label"));
	check(t, !strcmp(find_object(0x3003), "alias") && offset == 3);
	check(t, !file);
	check(t, !find_object(0x1010) && !find_object(0xfff));
	check(t, !find_object(0x3004));
}
