/*
 * tests/san/undefined/cmd_plant.c - what C leaves undefined, done on purpose.
 *
 * The command is there in a SAN=undefined kernel alone.  What it computes with
 * comes from its arguments, so that no compiler knows better.
 */
#include "kernel/console.h"
#include "kernel/errno.h"
#include "kernel/shell/shell.h"
#include "kernel/string.h"

#define ENTRIES	4

static int table[ENTRIES] = { 1, 2, 3, 4 };
static char bytes[2 * sizeof(int)] aligned_to(8);
static bool flag;

static int overflow(int n)
{
	return n + INT32_MAX;
}

static int shift(int n)
{
	return 1 << (30 + 2 * n);
}

static int index(int n)
{
	return table[ENTRIES - 1 + n];
}

static int divide(int n)
{
	return 7 / (n - 1);
}

static int misalign(int n)
{
	return *(int *)(void *)&bytes[n];
}

static int null(int n)
{
	int *p = n == 1 ? NULL : table;

	return *p;
}

static int not_bool(int n)
{
	memset(&flag, n + 1, 1);
	return flag;
}

static const struct {
	const char *name;
	int (*fn)(int n);
} faults[] = {
	{ "overflow", overflow }, { "shift", shift }, { "index", index },
	{ "divide", divide }, { "misalign", misalign }, { "null", null },
	{ "bool", not_bool },
};

/* undefined <fault> well: the same with operands for which it is defined. */
static int cmd_undefined(int argc, char **argv)
{
	int n = argc == 2;

	if (argc < 2)
		return -EINVAL;
	for (unsigned i = 0; i < ARRAY_LEN(faults); i++)
		if (!strcmp(argv[1], faults[i].name)) {
			console_printf("planted: %d\n", faults[i].fn(n));
			return 0;
		}
	return -EINVAL;
}

COMMAND("undefined", "<fault> [well]", "do what is undefined, to see it caught",
	cmd_undefined);
