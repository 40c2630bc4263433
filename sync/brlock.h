/*
 * sync/brlock.h - the per-CPU reader lock: a reader touches its own line.
 *
 * Guarantees  A writer is alone; readers are with each other; what either did
 *             before unlock is seen as sync/rwlock.h says.  The holder is not
 *             preempted.
 *             A reader that finds no writer reads and writes one cache line,
 *             which is its CPU's alone.  Writers enter in the order they
 *             asked.  Once a writer is the next, a reader that holds nothing
 *             waits for it: each CPU's readers can keep it waiting once.
 *             A reader may lock again, itself or in an interrupt handler upon
 *             it, writer or not.
 * Context     Any but NMI; never sleeps.  If an interrupt handler reads, write
 *             with interrupts masked: was = brlock_write_lock_irqsave(&l);
 *             readers need not.  If a handler writes, everybody masks them.
 *             Lock and unlock of a reader are on the same CPU (preemption is
 *             disabled between them).
 * Cost        A cache line for each CPU that the world may have, and one: 16 KB
 *             at 256.  Read lock: one locked instruction.  Read unlock: a
 *             store.  Write lock: a line and a fence for each possible CPU.
 * Limits      A reader waits without bound for a stream of writers: it enters
 *             if it looks while none has closed its gate.  For data that is
 *             read all the time and written hardly ever.
 * See         docs/23-brlock.md, tests/sync/test_brlock.c
 */
#pragma once

#include "arch/atomic.h"
#include "kernel/config.h"
#include "sync/spinlock.h"

enum brlock_gate {
	BRLOCK_OPEN,
	BRLOCK_CLOSING,		/* a writer waits for this CPU's readers */
	BRLOCK_CLOSED,		/* it has seen none; or looks again whether */
};

struct brlock_cpu {
	struct atomic32 readers;	/* inside or trying: its CPU writes */
	struct atomic32 gate;		/* the writer writes it */
} aligned_to(CACHE_LINE);

struct brlock {
	struct brlock_cpu cpu[NR_CPUS];
	struct spinlock writers;
};

/* Zeroed memory is a free lock. */
#define BRLOCK_INIT	{ .writers = SPINLOCK_INIT }

void brlock_init(struct brlock *l);
void brlock_read_lock(struct brlock *l);
void brlock_read_unlock(struct brlock *l);
void brlock_write_lock(struct brlock *l);
void brlock_write_unlock(struct brlock *l);

uint64_t brlock_read_lock_irqsave(struct brlock *l) must_check;
void brlock_read_unlock_irqrestore(struct brlock *l, uint64_t was);
uint64_t brlock_write_lock_irqsave(struct brlock *l) must_check;
void brlock_write_unlock_irqrestore(struct brlock *l, uint64_t was);
