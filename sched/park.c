/*
 * sched/park.c - block until a token comes or the time is up.
 *
 * Invariant   The park word of a thread is
 *             NONE    it runs (or is about to), no token
 *             TOKEN   it runs (or is about to), one token is waiting
 *             PARKED  it is blocked, or on its way out under its runqueue lock
 *             and moves so:
 *             park, token waiting   TOKEN  -> NONE    returns at once
 *             park, no token        NONE   -> PARKED  blocks
 *             unpark                NONE   -> TOKEN   nobody to wake
 *             unpark                TOKEN  -> TOKEN   one token, not a count
 *             unpark                PARKED -> TOKEN   and wakes the thread
 *             deadline              PARKED -> NONE    and wakes the thread
 *             park, woken           TOKEN  -> NONE    or finds NONE: timed out
 *             PARKED is left exactly once for each time it is entered, and who
 *             takes it out owns the wake-up: nobody else may place the thread.
 *             The thread is alive until it is placed, so the owner needs no
 *             reference.  A token that loses against the deadline stays, and
 *             park()'s last look may still find it: never lost, never two.
 *             The deadline's timer is started with interrupts masked on the
 *             CPU whose interrupt fires it, and they stay masked until the
 *             switch.  So it cannot fire before PARKED is set, and be lost.
 * Ordering    [A] unpark -> park: what was written before the unpark() is seen
 *             after the park() that took its token.
 *             [B] NONE -> PARKED, in park -> the owner of the wake-up: the
 *             thread's cpu and state.
 * References  The permit of java.util.concurrent.locks.LockSupport; D. Lea, The
 *             java.util.concurrent synchronizer framework, SCP 58(3), 2005,
 *             3.2.  Binary semaphores: Dijkstra, EWD123, 1965.
 */
#include "sync/park.h"

#include "arch/cpu.h"
#include "sched/schedule.h"
#include "sched/timer.h"
#include "sync/preempt.h"

enum { PARK_NONE, PARK_TOKEN, PARK_PARKED };

/* The caller took t out of PARKED. */
static void wake(struct thread *t)
{
	uint64_t was = irq_save();

	preempt_disable();
	balance_place(t);
	irq_restore(was);
	preempt_enable();
}

void unpark(struct thread *t)
{
	/* not preempted between owning the wake-up and doing it */
	preempt_disable();
	if (xchg_acq_rel(&t->park, PARK_TOKEN) == PARK_PARKED)	/* [A] [B] */
		wake(t);
	preempt_enable();
}

static void time_out(struct timer *timer)
{
	struct thread *t = container_of(timer, struct thread, timer);
	uint32_t parked = PARK_PARKED;

	if (cas_acquire(&t->park, &parked, PARK_NONE))	/* [B] */
		wake(t);
}

void park_init(struct thread *t)
{
	timer_init(&t->timer, time_out);
}

bool park_begin(struct thread *self)
{
	uint32_t none = PARK_NONE;

	return cas_release(&self->park, &none, PARK_PARKED);	/* [B] */
}

/* Afterwards the word is NONE: while its thread runs, it is never PARKED. */
static bool take_token(struct thread *self)
{
	uint32_t was = xchg_acquire(&self->park, PARK_NONE);	/* [A] */

	return was == PARK_TOKEN;
}

bool thread_park(uint64_t deadline_ns)
{
	struct thread *self = thread_self();
	bool timed = deadline_ns < PARK_KILLABLE;
	uint64_t was;

	might_sleep();
	if (take_token(self))
		return true;
	if (timed && deadline_ns <= clock_ns())
		return false;
	was = irq_save();
	preempt_disable();
	if (timed)
		timer_start(&self->timer, deadline_ns);
	schedule_park(self);
	irq_restore(was);
	preempt_enable();
	if (timed)
		timer_stop_wait(&self->timer);
	return take_token(self);
}

void park(uint64_t deadline_ns)
{
	(void)!thread_park(deadline_ns);
}

void thread_sleep(uint64_t deadline_ns)
{
	bool token = false;

	/* ended by the clock */
	while (clock_ns() < deadline_ns)
		token |= thread_park(deadline_ns);
	if (token)
		unpark(thread_self());	/* it was meant for a later park() */
}

void thread_kill(struct thread *t)
{
	/* relaxed: unpark() orders it before the look that it causes */
	store_relaxed(&t->killed, 1);
	unpark(t);
}

bool thread_is_killed(void)
{
	/* relaxed: after park() took the token it is seen; else sooner */
	return load_relaxed(&thread_self()->killed);
}

bool thread_is_running(const struct thread *t)
{
	return thread_state(t) == THREAD_RUNNING;
}
