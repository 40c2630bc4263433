/*
 * tests/checker/abstract/rcu.h - a reader of the abstract RCU.
 *
 * Guarantees  What lies between the two is a reader, and no longer than that:
 *             a grace period waits for it.
 * Context     A thread; not nested.
 * See         tests/checker/abstract/rcu.c, docs/50-checker.md
 */
#pragma once

void abstract_read_lock(void);
void abstract_read_unlock(void);
