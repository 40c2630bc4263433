/*
 * tests/san/address/cmd_plant.c - memory that is not ours, on purpose.
 *
 * The command is there in a SAN=address kernel alone.
 */
#include "arch/phys.h"
#include "kernel/console.h"
#include "kernel/errno.h"
#include "kernel/shell/shell.h"
#include "kernel/string.h"
#include "mm/frame.h"
#include "mm/slab.h"

#define SIZE	40

/* n: 0 for what is allowed, 1 for the fault */
static int read_behind(char *object, int n)
{
	return object[SIZE - 1 + n];
}

static int write_behind(char *object, int n)
{
	return object[SIZE - 1 + n] = 1;
}

static int read_far_before(char *object, int n)
{
	return *(object - 2 * n);
}

static int read_freed(char *object, int n)
{
	char *other = kmalloc(SIZE);
	int value;

	kfree(n ? object : other);
	value = object[8];
	kfree(n ? other : object);
	return value;
}

static int write_freed(char *object, int n)
{
	kfree(n ? object : NULL);
	object[8] = 1;
	kfree(n ? NULL : object);
	return 0;
}

static int copy_behind(char *object, int n)
{
	char here[2 * SIZE] = { 0 };

	memcpy(here, object, SIZE + n);
	return here[0];
}

static int read_frame(char *object, int n)
{
	uint64_t pa = frame_alloc(0);
	int value;

	(void)object;
	if (n)
		frame_free(pa, 0);
	value = *(char *)phys_to_virt(pa);
	if (!n)
		frame_free(pa, 0);
	return value;
}

static const struct {
	const char *name;
	int (*fn)(char *object, int n);
} faults[] = {
	{ "read-behind", read_behind }, { "write-behind", write_behind },
	{ "read-before", read_far_before }, { "read-freed", read_freed },
	{ "write-freed", write_freed }, { "copy-behind", copy_behind },
	{ "read-frame", read_frame },
};

/* misuse <fault> well: the same within what is allowed. */
static int cmd_misuse(int argc, char **argv)
{
	char *object = kzalloc(SIZE);

	if (argc < 2 || !object)
		return -EINVAL;
	for (unsigned i = 0; i < ARRAY_LEN(faults); i++)
		if (!strcmp(argv[1], faults[i].name)) {
			console_printf("planted: %d\n",
				       faults[i].fn(object, argc == 2));
			return 0;
		}
	return -EINVAL;
}

COMMAND("misuse", "<fault> [well]", "misuse memory, to see it caught",
	cmd_misuse);
