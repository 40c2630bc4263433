/*
 * sync/rcu_toy.h - RCU in ten lines.
 *
 * Guarantees  rcu_toy_synchronize() returns true when every reader that was
 *             inside at the call has left, on every CPU that is online; readers
 *             are those of sync/rcu.h.  False: memory was short, wait again.
 * Context     Where might_sleep() allows.
 * Cost        A thread for each CPU, one after the other.
 * Limits      It wakes every CPU, and shares nothing.  It is here to be read.
 * See         docs/59-deferred-free.md, tests/sync/test_rcu_toy.c
 */
#pragma once

#include <stdbool.h>

#include "kernel/compiler.h"

bool rcu_toy_synchronize(void) must_check;
