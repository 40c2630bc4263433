/*
 * sync/futex_sem.h - a semaphore of two words, as a program builds it.
 *
 * Guarantees  At most as many futex_sem_down() have returned as there were
 *             units at the start and futex_sem_up() calls begun.  What was
 *             written before an up is seen after the down that took its unit.
 *             Nobody sleeps for ever while there are units.  A down that finds
 *             one, and an up that finds nobody waiting, do not enter the futex.
 *             The timeout form returns true with a unit, or false, not before
 *             the deadline, and leaves nothing behind.
 * Context     Down: where might_sleep() allows.  Up and trydown: threads and
 *             interrupts, never NMI.
 * Cost        8 bytes.  Without waiting: one cas down; one locked addition, one
 *             fence up.
 * Limits      Who comes along may take the unit before who was woken for it.
 *             An up touches the semaphore after its unit can be taken: who took
 *             it must not free it.
 * See         docs/37-futex.md, tests/sync/test_futex_sem.c; sync/semaphore.h
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "arch/atomic.h"
#include "kernel/compiler.h"

struct futex_sem {
	struct atomic32 units;
	struct atomic32 waiting;	/* who sleeps, or is about to */
};

#define FUTEX_SEM_INIT(n)	{ ATOMIC32(n), ATOMIC32(0) }

void futex_sem_init(struct futex_sem *s, uint32_t units);
void futex_sem_down(struct futex_sem *s);
bool futex_sem_trydown(struct futex_sem *s) must_check;
bool futex_sem_down_timeout(struct futex_sem *s, uint64_t deadline_ns)
	must_check;
void futex_sem_up(struct futex_sem *s);

/* What a test may put something else in the place of. */
struct futex_sem_ops {
	const char *name;
	bool (*down)(struct futex_sem *s, uint64_t deadline_ns);
	void (*up)(struct futex_sem *s);
};

extern const struct futex_sem_ops futex_sem_ops;
