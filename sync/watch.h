/*
 * sync/watch.h - the watch seam: what the locks tell those who watch them.
 *
 * Guarantees  A lock that calls these is in lockdep, in the statistics, in the
 *             list of held locks, in the wait-for graph and in the reports of
 *             lockups, without a field of its own.  A new lock is a line in
 *             WATCH_KINDS and a call each in lock and unlock:
 *
 *                 watch_acquire(l, WATCH_X, 0);  before it waits
 *                 ... watch_relax(l) in its loop, or watch_contended(l)
 *                 watch_acquired(l);             when it is ours
 *                 watch_release(l);              while it still is
 *
 *             watch_tried() stands for the first two after a trylock that
 *             succeeded; watch_gave_up() ends a wait without the lock.
 *             Where watch_on() is constantly false (most hosted worlds) nothing
 *             of this is left in the code.
 * Context     As the lock's own.  From NMI only what does not wait.
 * Cost        watch=off: a compare and a branch for each call.  On: see
 *             docs/40-watching.md.
 * See         docs/40-watching.md, sync/lockdep.c, tests/sync/test_watch.c
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/cpu.h"
#include "kernel/compiler.h"
#include "sync/self.h"

/* The body defines watch_on(): is anybody listening? */
#include "world/watch.h"

#define WATCH_SLEEPS	1	/* who waits, sleeps */
#define WATCH_RECURSES	2	/* a reader waits for no writer that waits */
#define WATCH_NESTS	4	/* nor does one that reads already */
#define WATCH_WAIT	8	/* no lock: one only waits for it */

#define WATCH_KINDS(X) \
	X(NOTHING,	"nothing",		0) \
	X(INTERRUPT,	"interrupts",		0) \
	X(SPIN,		"spinlock",		0) \
	X(TAS,		"tas",			0) \
	X(TTAS,		"ttas",			0) \
	X(TICKET,	"ticket",		0) \
	X(MCS,		"mcs",			0) \
	X(CLH,		"clh",			0) \
	X(RWLOCK,	"rwlock",		WATCH_RECURSES) \
	X(PHASE_FAIR,	"phase-fair lock",	0) \
	X(BRLOCK,	"brlock",		WATCH_NESTS) \
	X(SEQ,		"seqlock",		WATCH_RECURSES) \
	X(MUTEX,	"mutex",		WATCH_SLEEPS) \
	X(PI_MUTEX,	"pi mutex",		WATCH_SLEEPS) \
	X(RWSEM,	"rwsem",		WATCH_SLEEPS) \
	X(SEM,		"semaphore",		WATCH_WAIT) \
	X(COMPLETION,	"completion",		WATCH_WAIT) \
	X(COND,		"condition variable",	WATCH_WAIT) \
	X(WAITQ,	"wait queue",		WATCH_WAIT) \
	X(THREAD,	"end of thread",	WATCH_WAIT)

#define WATCH_KIND_(name, text, flags)	WATCH_##name,
enum watch_kind { WATCH_KINDS(WATCH_KIND_) WATCH_KIND_COUNT };

/* how a lock is asked for: these, and WATCH_NESTED(n) */
#define WATCH_READ	1u
#define WATCH_TRY	2u
#define WATCH_NESTED(n)	((n) << 4)	/* subclass 0 .. 3 */

/* sync/lockdep.c; call them through what follows */
void lockdep_init_lock(const void *l, enum watch_kind kind, uint32_t site);
void lockdep_acquire(const void *l, enum watch_kind kind, unsigned how,
		     uint32_t site);
void lockdep_contended(const void *l);
void lockdep_spinning(const void *l);
void lockdep_acquired(const void *l);
void lockdep_gave_up(const void *l);
void lockdep_release(const void *l, uint32_t site);

/* the same, the site being where the function was called that calls these */
void lockdep_acquire_here(const void *l, enum watch_kind kind, unsigned how);
void lockdep_tried_here(const void *l, enum watch_kind kind, unsigned how);
void lockdep_release_here(const void *l);
void lockdep_downgrade(const void *l);
void lockdep_pass(const void *l, struct sync_self *to);
void lockdep_irqs_on(void);
void lockdep_free(const void *start, size_t size, uint32_t site);
void lockdep_wait(const void *object, enum watch_kind kind, uint32_t site);
void lockdep_sleep(const void *object, enum watch_kind kind);
void lockdep_waited(void);
void lockdep_unit(const void *semaphore, bool taken);
void lockdep_thread_begin(struct sync_self *self, uint32_t id,
			  const char *name);
void lockdep_thread_end(uint32_t site);

/* who called the function that this stands in: text is in the last 2 GB */
#define watch_site()	((uint32_t)(uintptr_t)__builtin_return_address(0))

/* The initialiser's call site is the class; its parts say so too. */
#define watch_init(l, kind) do { \
	if (watch_on()) \
		lockdep_init_lock(l, kind, watch_site()); \
} while (0)

static always_inline void watch_acquire(const void *l, enum watch_kind kind,
					unsigned how)
{
	if (watch_on())
		lockdep_acquire_here(l, kind, how);
}

static always_inline void watch_acquired(const void *l)
{
	if (watch_on())
		lockdep_acquired(l);
}

/* It could be got without waiting. */
static always_inline void watch_tried(const void *l, enum watch_kind kind,
				      unsigned how)
{
	if (watch_on())
		lockdep_tried_here(l, kind, how);
}

/* It is not free: from now on the caller waits. */
static always_inline void watch_contended(const void *l)
{
	if (watch_on())
		lockdep_contended(l);
}

/* cpu_relax(), in a loop that waits for l. */
static always_inline void watch_relax(const void *l)
{
	cpu_relax();
	if (watch_on() && watch_turn())
		lockdep_spinning(l);
}

static always_inline void watch_gave_up(const void *l)
{
	if (watch_on())
		lockdep_gave_up(l);
}

static always_inline void watch_release(const void *l)
{
	if (watch_on())
		lockdep_release_here(l);
}

/* A writer becomes a reader. */
static always_inline void watch_downgrade(const void *l)
{
	if (watch_on())
		lockdep_downgrade(l);
}

/* l, which the caller holds, is the thread's that is switched to. */
static always_inline void watch_pass(const void *l, struct sync_self *to)
{
	if (watch_on())
		lockdep_pass(l, to);
}

/* After a release: interrupts go back to what they were. */
static always_inline void watch_irq_restore(uint64_t was)
{
	if (watch_on() && watch_irqs_were_on(was))
		lockdep_irqs_on();
}

#define watch_free(start, size, site) do { \
	if (watch_on()) \
		lockdep_free(start, size, site); \
} while (0)

/* The caller may come to wait for something that has no owner. */
#define watch_wait(object, kind) do { \
	if (watch_on()) \
		lockdep_wait(object, kind, watch_site()); \
} while (0)

/* Now it does, until watch_waited(). */
static always_inline void watch_sleep(const void *object, enum watch_kind kind)
{
	if (watch_on())
		lockdep_sleep(object, kind);
}

static always_inline void watch_waited(void)
{
	if (watch_on())
		lockdep_waited();
}

/* The caller took a unit of a semaphore, or gave one. */
static always_inline void watch_unit(const void *semaphore, bool taken)
{
	if (watch_on())
		lockdep_unit(semaphore, taken);
}

static always_inline void watch_thread_begin(struct sync_self *self,
					     uint32_t id, const char *name)
{
	if (watch_on())
		lockdep_thread_begin(self, id, name);
}

#define watch_thread_end() do { \
	if (watch_on()) \
		lockdep_thread_end(watch_site()); \
} while (0)
