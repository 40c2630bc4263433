/*
 * sched/sched.h - the scheduler's part in the boot.
 *
 * Guarantees  After sched_init_boot() the running context is the thread "main",
 *             which may create threads and sleep.  After sched_init_cpu() the
 *             running context is that CPU's idle thread.
 *             An idle CPU executes nothing: it halts, with no timer armed but
 *             those that somebody started.
 * Context     sched_init_boot(): once, boot CPU, when mm and the interrupt
 *             controllers work, interrupts masked or not.  sched_init_cpu():
 *             once on each other CPU, interrupts masked, before it sets its bit
 *             in cpus_online.  sched_idle(): by an idle thread, to end in.
 * Cost        A CPU starts without a lock, an allocation or a shared write but
 *             its bits in masks.
 * See         docs/03-scheduler.md, sched/idle.c
 */
#pragma once

#include "kernel/compiler.h"

void sched_init_boot(void);
void sched_init_cpu(void);
void sched_idle(void) never_returns;
