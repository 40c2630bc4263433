/*
 * sync/rcu_state.h - what RCU's files share, and what may be looked at.
 *
 * Guarantees  rcu_wait_for(cookie, hurry) returns when the grace period that
 *             the cookie stands for is over, having seen to it that it comes;
 *             hurry: the CPUs that hold it up are asked at once, else after
 *             RCU_ASK_NS and now and then again.
 *             rcu_look() is what happened since boot: numbers that may be a
 *             moment apart.
 * Context     rcu_wait_for(): where might_sleep() allows.  rcu_drive(): any but
 *             NMI.  rcu_ask() and rcu_tell() are a seam: bodies in
 *             sched/rcu_ask.c.
 * See         docs/60-rcu.md, tests/sync/test_rcu_state.c
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define RCU_ASK_NS	1000000ULL	/* patience with a CPU that is busy */
#define RCU_LENGTHS	16		/* below 2, 4, 8, ... microseconds */

struct rcu_look {
	uint64_t seq;		/* odd: a grace period is in progress */
	uint64_t age_ns;	/* and so old */
	uint64_t periods;	/* that are over */
	uint64_t asked;		/* interrupts sent to CPUs that held one up */
	uint64_t stalls;	/* told */
	uint64_t longest_ns;
	uint64_t lengths[RCU_LENGTHS];
};

void rcu_look(struct rcu_look *out);

void rcu_wait_for(uint64_t cookie, bool hurry);

/*
 * Begins a grace period if none is in progress, and looks for idle CPUs.  here:
 * the caller is not in a reader.  True: one ended.
 */
bool rcu_drive(bool here);

/* How old g is, if it is in progress; else, or at its beginning, 0. */
uint64_t rcu_age_ns(uint64_t g);

/*
 * The seam: have cpu look for a reason to switch; have it print what it is
 * doing, unless it is the caller's, which waits.
 */
void rcu_ask(unsigned cpu);
void rcu_tell(unsigned cpu);

/* How often cpu has told so far. */
uint32_t rcu_told(unsigned cpu);

/* Record events: yes, until told otherwise.  An event, if so. */
void rcu_event(uint16_t kind, uint64_t a, uint64_t b);
void rcu_watch(bool on);
