/*
 * sync/lock_ops.h - one face for every lock that excludes.
 *
 * Guarantees  lock_table[] has each mutual-exclusion lock of sync/ once; what
 *             runs over locks (tests, demos, benchmarks) runs over it, and a
 *             new lock is one line there.
 *             From lock() to unlock() the caller is not preempted, unless the
 *             lock is one of those that sleep.  A lock that wants nodes brings
 *             one for each CPU.
 *             A broken twin is a table of its own with these operations.
 * Context     lock(), trylock() and unlock() as the lock itself; NULL where a
 *             lock has no such operation.  `lock` points at size bytes, zeroed,
 *             aligned to a cache line, initialised by init().  Unlock on the
 *             CPU that locked.
 * Cost        An indirect call more than the lock itself.
 * See         docs/16-locks-compared.md, tests/sync/test_lock_ops.c;
 *             tests/sync/twins_spin.c
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOCK_FIFO	1	/* enter in the order of asking */
#define LOCK_IRQ	2	/* interrupt handlers may take it, too */
#define LOCK_SLEEPS	4	/* lock() and the holder may sleep */

/* room that every lock of the table fits into */
#define LOCK_SIZE_MAX	(32 * 1024)

struct lock_ops {
	const char *name;
	size_t size;
	unsigned flags;
	void (*init)(void *lock);
	void (*lock)(void *lock);
	bool (*trylock)(void *lock);		/* or NULL */
	void (*unlock)(void *lock);
	uintptr_t (*last)(const void *lock);	/* changes when somebody asks,
						   or NULL: nobody can see it */
};

extern const struct lock_ops lock_table[];
extern const unsigned lock_count;
