/*
 * sched/sched.h - the scheduler's part in the boot.
 *
 * Guarantees  After sched_init_boot() the running context is the thread "main",
 *             preemptible as soon as interrupts are enabled: it may create
 *             threads and sleep, and ends in thread_exit() if it ends.  After
 *             sched_init_cpu() the running context is that CPU's idle thread.
 *             An idle CPU executes nothing: it halts, with no timer armed but
 *             those that somebody started.
 * Context     sched_init_boot(): once, boot CPU, when mm works and before any
 *             other CPU starts.  sched_init_cpu(): once on each other CPU,
 *             before it sets its bit in cpus_online.  Both: interrupts masked,
 *             preemption disabled once, as a CPU starts.  sched_idle(): then,
 *             by the idle thread, to end in.
 * Cost        A CPU starts without a lock, an allocation or a shared write but
 *             its bits in masks.
 * See         docs/03-scheduler.md, sched/idle.c
 */
#pragma once

#include <stdbool.h>

#include "kernel/compiler.h"

void sched_init_boot(void);
void sched_init_cpu(void);
void sched_idle(void) never_returns;

/* Asks other CPUs where they are: sync_self_stack() of sync/self.h. */
void where_init(void);

/* Record switches and wake-ups as events: yes, until told otherwise. */
void sched_watch(bool on);
