/*
 * tests/kernel/watchpoint.h - a function that runs between two instructions.
 *
 * Guarantees  From watchpoint_set(word, fn) to watchpoint_clear() fn() runs
 *             after each instruction of this CPU that has written the word,
 *             before its next one.  So a test can be what another CPU might do
 *             just there, every time and without another CPU.
 *             fn()'s own writes do not call it again.
 * Context     A thread that is not preempted in between.  fn() runs in a debug
 *             trap, which interrupts anything: it takes no lock.
 * Limits      One word a CPU.  Processors only: no world of the host has it.
 * See         tests/kernel/watchpoint.c, tests/sync/test_brlock_steps.c
 */
#pragma once

#include "arch/atomic.h"

void watchpoint_set(struct atomic32 *word, void (*fn)(void));
void watchpoint_clear(void);
