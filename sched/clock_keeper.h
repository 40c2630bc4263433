/*
 * sched/clock_keeper.h - a clock that nobody reads must not stop.
 *
 * Guarantees  After clock_keeper_start() some CPU calls clock_ns() several
 *             times in each clock_wrap_ns(), even if all threads sleep longer.
 * Context     Boot CPU, once, after clock_settle().
 * Cost        Nothing on the TSC; else a timer interrupt a second on one CPU.
 * Limits      A CPU that masks interrupts for clock_wrap_ns() (4.7 s) while all
 *             others are idle still loses time.
 * See         arch/x86_64/clock.h, tests/sched/test_clock_keeper.c
 */
#pragma once

void clock_keeper_start(void);
