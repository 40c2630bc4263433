/*
 * sync/tas.h - the test-and-set lock: the simplest that excludes.
 *
 * Guarantees  Mutual exclusion.  What the last holder wrote before unlock, the
 *             next sees after lock.
 * Context     Any, with preemption disabled by the caller (a holder that is
 *             switched away from keeps every waiter spinning).  From NMI only
 *             tas_trylock().  Never sleeps.
 * Cost        4 bytes.  Lock: one locked instruction; unlock: one store.  Each
 *             waiter writes the lock's cache line in every turn of its loop, so
 *             it also slows the holder down.
 * Limits      Not fair: a waiter may wait for ever while others come and go.
 * See         docs/11-tas.md, tests/sync/test_tas.c; sync/ttas.h, sync/ticket.h
 */
#pragma once

#include "arch/atomic.h"

struct tas {
	struct atomic32 held;	/* 0: free */
};

#define TAS_INIT	{ ATOMIC32(0) }

void tas_init(struct tas *l);
void tas_lock(struct tas *l);
bool tas_trylock(struct tas *l) must_check;
void tas_unlock(struct tas *l);
