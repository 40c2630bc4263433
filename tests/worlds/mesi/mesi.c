/*
 * tests/worlds/mesi/mesi.c - the four states of a line.
 *
 * Invariant   owner >= 0: that CPU's cache alone has the line, Modified if
 *             dirty, else Exclusive; sharers is its bit alone.
 *             owner < 0: those of sharers have it Shared; with none it is in
 *             memory.
 * References  Papamarcos and Patel, A low-overhead coherence solution, ISCA
 *             1984: the protocol.  A Modified line that another CPU reads is
 *             written back and Shared, as there.
 */
#include "tests/worlds/mesi/mesi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/compiler.h"

#define LINES	4096		/* a power of two, well above those in use */

static struct line {
	uintptr_t number;	/* address / CACHE_LINE + 1; 0: unused */
	uint64_t sharers;	/* bit for each CPU */
	uint64_t free_at;
	int owner;
	bool dirty;
} lines[LINES];

static struct line *find(uintptr_t address)
{
	uintptr_t number = address / CACHE_LINE + 1;

	for (unsigned i = 0; i < LINES; i++) {
		struct line *l = &lines[(number + i) % LINES];

		if (!l->number)
			*l = (struct line){ .number = number, .owner = -1 };
		if (l->number == number)
			return l;
	}
	fprintf(stderr, "mesi: more than %u lines\n", LINES);
	exit(2);
}

static enum mesi_cost read_line(struct line *l, unsigned cpu)
{
	uint64_t mine = 1ULL << cpu;

	if (l->sharers & mine)
		return MESI_HIT;
	if (!l->sharers) {
		l->sharers = mine;
		l->owner = cpu;
		l->dirty = false;
		return MESI_MEMORY;
	}
	l->sharers |= mine;
	l->owner = -1;
	return MESI_TRANSFER;
}

static enum mesi_cost write_line(struct line *l, unsigned cpu)
{
	uint64_t mine = 1ULL << cpu, before = l->sharers;
	bool alone = l->owner == (int)cpu;

	l->sharers = mine;
	l->owner = cpu;
	l->dirty = true;
	if (alone)
		return MESI_HIT;
	if (before & mine)
		return MESI_UPGRADE;
	return before ? MESI_TRANSFER : MESI_MEMORY;
}

enum mesi_cost mesi_access(unsigned cpu, uintptr_t address, bool write)
{
	struct line *l = find(address);

	return write ? write_line(l, cpu) : read_line(l, cpu);
}

char mesi_state(unsigned cpu, uintptr_t address)
{
	struct line *l = find(address);

	if (!(l->sharers & 1ULL << cpu))
		return 'I';
	if (l->owner < 0)
		return 'S';
	return l->dirty ? 'M' : 'E';
}

uint64_t *mesi_free_at(uintptr_t address)
{
	return &find(address)->free_at;
}

void mesi_reset(void)
{
	memset(lines, 0, sizeof(lines));
}
