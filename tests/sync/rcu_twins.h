/*
 * tests/sync/rcu_twins.h - RCUs with one fault each.
 *
 * Guarantees  Each stands in the place of sync/rcu.h through its table, and is
 *             right but for the fault in its name.  rcu_on_its_own is right: a
 *             tree beside the kernel's, for which the readers report between
 *             two readers, as the threads of a program do.
 * Context     As rcu_ops; twin_begin(), twin_rest() and twin_end() are what
 *             struct torture_plan wants for those that are on their own.
 * See         tests/sync/test_rcu_ops.c
 */
#pragma once

#include "sync/rcu_ops.h"

extern const struct rcu_ops rcu_that_does_not_wait;
extern const struct rcu_ops rcu_that_calls_early;
extern const struct rcu_ops rcu_on_its_own;
extern const struct rcu_ops rcu_that_forgets_a_cpu;

/* The fault of a reader: it says in its middle that it is over. */
void twin_notes_inside(void *domain);

void twin_begin(void *domain);
void twin_rest(void *domain);
void twin_end(void *domain);

/* The reader that calls is on the CPU that is forgotten. */
void twin_forgets_anew(void);
bool twin_is_forgotten(void *domain, unsigned index);

/* Where callbacks come early: their thread begins, and ends. */
void twin_calls_start(void);
void twin_calls_stop(void);
