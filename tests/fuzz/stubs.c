/*
 * tests/fuzz/stubs.c - what the parsers' objects refer to and never need.
 */
#include "kernel/symbols.h"

const char *symbol_find(uint64_t pc, uint64_t *offset)
{
	(void)pc;
	(void)offset;
	return NULL;
}
