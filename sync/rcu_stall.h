/*
 * sync/rcu_stall.h - a grace period that does not end is told about.
 *
 * Guarantees  While somebody waits for a grace period that is older than the
 *             limit, each CPU that it waits for is named with its thread and
 *             its stack, once; and again each time it is twice as old.  Nothing
 *             is stopped.
 * Context     rcu_stall_check(): where might_sleep() allows, by who waits.
 * Limits      The waiter looks at 1, 3, 7, ... 63 ms and then every 64 ms, so
 *             the report is late by that.
 * See         docs/62-rcu-callbacks.md, tests/sync/test_rcu_stall.c,
 *             tests/hosted/test_rcu_staged.c
 */
#pragma once

#include <stdint.h>

#define RCU_STALL_NS	5000000000ULL

void rcu_stall_check(void);

/* For tests: another limit.  Returns the one before. */
uint64_t rcu_stall_set(uint64_t ns);

uint64_t rcu_stall_count(void);
