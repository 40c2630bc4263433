/*
 * sync/lockup.h - waits that are too long to be right.
 *
 * Guarantees  Who spins for a lock for longer than the limit (10 s) says so,
 *             once for each wait: the lock, its own stack, the holder and the
 *             holder's stack.
 *             A timer looks at the threads that sleep, and tells once for each
 *             wait of those that sleep for a lock for longer than the limit
 *             (30 s): the sleeper's stack, the lock, the holder and its stack;
 *             and of those that wait for each other in a circle, however long.
 * Context     lockup_spinning(), lockup_look(): any but NMI.  The others:
 *             threads.
 * Cost        A look every 10 s, on one CPU, which is awake for it.
 * Limits      Who spins with interrupts masked on the timer's CPU delays the
 *             looks.  Waits for what is no lock are not too long, ever.
 * See         docs/40-watching.md, tests/sync/test_lockup.c
 */
#pragma once

#include <stdint.h>

enum lockup_kind { LOCKUP_SPIN, LOCKUP_HUNG };

void lockup_start(void);
uint64_t lockup_limit(enum lockup_kind kind);
void lockup_set_limit(enum lockup_kind kind, uint64_t ns);

/* By who spins for l since then, now and then. */
void lockup_spinning(const void *l, uint64_t since_ns);

/* A look at the sleepers; by the timer, and by tests. */
void lockup_look(uint64_t now_ns);
