/*
 * tests/san/race/cmd_plant.c - races, on purpose.
 *
 * The command is there in a SAN=race kernel alone.
 */
#include "kernel/console.h"
#include "kernel/errno.h"
#include "kernel/shell/shell.h"
#include "kernel/string.h"
#include "sync/spinlock.h"
#include "tests/crew.h"
#include "tests/san/race/race.h"

#define ROUNDS	300000
#define HANDOVERS	500	/* each may cost a time slice of the host */

static struct spinlock lock = SPINLOCK_INIT;
static bool locked;
static uint64_t counter, sink;
static struct {
	uint32_t left, right;
} pair;

static unsigned rounds(void)
{
	return locked ? HANDOVERS : ROUNDS;
}

static never_inline void add_one(void)
{
	counter++;
}

static void count(unsigned member)
{
	(void)member;
	for (unsigned i = 0, n = rounds(); i < n; i++) {
		if (locked)
			spin_lock(&lock);
		add_one();
		if (locked)
			spin_unlock(&lock);
	}
}

static never_inline uint64_t read_it(void)
{
	return counter;
}

static void read_or_write(unsigned member)
{
	uint64_t sum = 0;

	for (unsigned i = 0, n = rounds(); i < n; i++) {
		if (locked)
			spin_lock(&lock);
		if (member)
			sum += read_it();
		else
			add_one();
		compiler_barrier();	/* again each time */
		if (locked)
			spin_unlock(&lock);
	}
	if (member)
		sink = sum;
}

/* Neighbours are no race; two at one of them are. */
static void neighbours(unsigned member)
{
	for (unsigned i = 0, n = rounds(); i < n; i++) {
		if (locked && member)
			pair.right++;
		else
			pair.left++;
		compiler_barrier();
	}
}

static const struct {
	const char *name;
	void (*fn)(unsigned member);
} faults[] = {
	{ "count", count }, { "read", read_or_write },
	{ "neighbours", neighbours },
};

/* race <fault> well: the same with a lock, or apart. */
static int cmd_race(int argc, char **argv)
{
	uint64_t before = race_watched();

	if (argc < 2 || crew_size() < 2)
		return -EINVAL;
	locked = argc > 2;
	for (unsigned i = 0; i < ARRAY_LEN(faults); i++)
		if (!strcmp(argv[1], faults[i].name)) {
			crew_run(2, faults[i].fn);
			console_printf("planted: %llu watched, sum %llu\n",
				       (unsigned long long)(race_watched() -
							    before),
				       (unsigned long long)sink);
			return 0;
		}
	return -EINVAL;
}

COMMAND("race", "<fault> [well]", "race on purpose, to see it caught",
	cmd_race);
