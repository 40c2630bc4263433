/*
 * tests/checker/checker.h - how a program for the checker is written.
 *
 * Guarantees  A program is check_setup() and the functions that it names.  The
 *             checker runs it again and again, each time with memory as it was
 *             at the start and another schedule, until every schedule that can
 *             make a difference has been run, or a bound is reached (which is
 *             said).  In each it looks for data races, failed assertions,
 *             deadlock, lost wake-ups, endless loops, use of freed memory and
 *             of dead stack frames, and collects the outcomes.
 *             A program is linked with the unmodified sources that its plan
 *             names (tests/checker/programs/NAME.plan); all that is compiled
 *             against tests/worlds/checker, with -fsanitize=thread, so that
 *             each atomic operation, fence and plain access is seen.
 *             Three memories: sc (each access takes effect at once), tso (a
 *             store waits in its CPU's buffer; x86), weak (C11: relaxed,
 *             acquire, release, and fences; no load buffering).
 * Context     check_setup() and check_finally()'s function run alone, before
 *             the threads and after the last of them.  They may use atomics and
 *             locks that are free.
 * Limits      CHECK_THREADS threads and interrupts together, one thread a CPU.
 *             32767 steps.  A thread that is created while others run must have
 *             been declared as a spare one.
 * See         docs/50-checker.md, tests/checker/programs/
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/assert.h"
#include "kernel/compiler.h"

#define CHECK_THREADS	7

/* The program's own: declares threads, interrupts and what follows them. */
void check_setup(void);

/*
 * To be called in check_setup(): thread k, by order of calls, is CPU k.  What
 * it returns is for unpark().
 */
struct thread *check_thread(const char *name, void (*fn)(void *arg), void *arg);

/*
 * The next thread, to be begun by thread_spawn(): each call takes the first
 * spare one that is left.  It may serve for ever: when it sleeps, and all
 * others have ended, the run is over.  In check_setup() thread_spawn() may do
 * without: then it is check_thread(), and the thread has to end.  One thread at
 * a time spawns.
 */
void check_spare(const char *name);

/* The word that --arg= gave, or "". */
const char *check_argument(void);

/*
 * fn runs once as an interrupt handler upon thread `cpu`: between any two of
 * its accesses where it has interrupts enabled, while it is parked, or after it
 * has ended.
 */
void check_interrupt(unsigned cpu, const char *name, void (*fn)(void *arg),
		     void *arg);

/* When all threads and handlers have ended, and all stores are in memory. */
void check_finally(void (*fn)(void));

/*
 * clock_ns() begins at 0; whenever it likes it moves on by one, this many times
 * in all.  So a deadline of 1 passes early, late or in between.
 */
void check_time(unsigned ticks);

/*
 * thread_is_running() answers yes for any that is not parked; without this it
 * answers no, so that nobody spins for an owner.
 */
void check_owners_run(void);

/*
 * Who delays or sleeps until a deadline does so to look again, and again: it
 * goes on when something that it read since the last time has changed.
 */
void check_polls(void);

/*
 * To be called anywhere: part of this run's outcome.  At the end that is
 * "name=value name=value ...", sorted by name; --outcomes lists all that any
 * schedule produced.
 */
void check_outcome(const char *name, uint64_t value);

/*
 * A lock that blocks: what a lock that was checked alone is replaced by in its
 * users.  Acquire and release; a thread waits for it in one step.
 */
struct check_lock { uint32_t held; };

void check_lock(struct check_lock *l);
bool check_trylock(struct check_lock *l) must_check;
void check_unlock(struct check_lock *l);

/*
 * The program as a command:
 *   NAME [--mode=sc|tso|weak] [--search=dpor|full|bound:N|random:N|pct:N]
 *        [--arg=WORD] [--seed=N] [--limit=N] [--steps=N] [--freeze]
 *        [--outcomes] [--as-found] [--replay=TOKEN]
 *
 * Without a failure, exit 0 and
 *   pass NAME mode=tso search=dpor executions=67532 blocked=12 complete=1 ...
 * With --freeze each thread stands still after each number of its steps, and the
 * others must end; the search is made for each, and the counts are sums.
 * complete=0: a bound or the limit ended the search.  With --outcomes, a line
 *   outcome COUNT r0=0 r1=1
 * for each.  With a failure, exit 1 and
 *   fail NAME KIND: what happened
 *   token TOKEN
 * and one line for each step, of the shortest schedule that was found to end in
 * the same kind of failure; with --as-found, of the first one.
 * Anything wrong with the command: exit 2.
 */
