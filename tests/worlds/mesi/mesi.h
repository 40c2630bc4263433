/*
 * tests/worlds/mesi/mesi.h - caches of several CPUs that keep one another honest.
 *
 * Guarantees  Each line is, in the cache of each CPU, Modified, Exclusive,
 *             Shared or Invalid; one that is Modified or Exclusive somewhere is
 *             Invalid elsewhere.  mesi_access() applies one read or write and
 *             says what it took, which depends on nothing but the accesses
 *             before it.
 * Context     One thread.
 * Limits      Caches are as large as need be: a line leaves one only because
 *             another CPU writes it.  No prefetch, no store buffer, no
 *             neighbouring line fetched along.
 * See         docs/06-measuring.md, tests/host/test_mesi.py
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define MESI_CPUS	64

enum mesi_cost {
	MESI_HIT,	/* the CPU had what it needs */
	MESI_MEMORY,	/* no cache had it */
	MESI_TRANSFER,	/* it came from another CPU's cache */
	MESI_UPGRADE,	/* it was here; others' copies were invalidated */
	MESI_COSTS
};

enum mesi_cost mesi_access(unsigned cpu, uintptr_t address, bool write);

/* The state of the line in the cache of cpu: 'M', 'E', 'S' or 'I'. */
char mesi_state(unsigned cpu, uintptr_t address);

/* When the line is done with the transfers that were asked for: the world's. */
uint64_t *mesi_free_at(uintptr_t address);

/* Everything is in memory only. */
void mesi_reset(void);
