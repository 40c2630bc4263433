/*
 * sync/rcu_expedited.h - asking the CPUs that hold a grace period up.
 *
 * Guarantees  rcu_ask_holdouts() interrupts each CPU that the grace period in
 *             progress waits for; a CPU that is not in a reader then reports,
 *             one that is does so when it leaves.  A CPU that idles is left
 *             alone.  rcu_expedite() does so once in a grace period.
 * Context     Any but NMI, with any lock but a runqueue's.
 * Cost        One interrupt a CPU that is busy.
 * See         docs/62-rcu-callbacks.md, tests/sync/test_rcu_expedited.c,
 *             tests/hosted/test_rcu_staged.c; synchronize_rcu_expedited() is
 *             in sync/rcu.h
 */
#pragma once

#include <stdint.h>

void rcu_ask_holdouts(void);
void rcu_expedite(void);

/* Interrupts sent since boot. */
uint64_t rcu_ask_count(void);
