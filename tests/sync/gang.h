/*
 * tests/sync/gang.h - more threads than CPUs, and somebody who watches them.
 *
 * Guarantees  gang_start() starts n threads that call fn(member), on any of
 *             four CPUs that the seed draws, and lets them go when all exist.
 *             gang_wait() returns true when all have returned, and false when
 *             none of them did a step during patience looks in a row.  A look
 *             is the watcher's own step, and it sleeps in between, so a slow
 *             machine makes the looks as slow as the steps.
 *             After gang_stop() a member's gang_stopped() is true: it does no
 *             further round, so that a broken lock's victims end soon.
 *             gang_await_turn() returns once gang_admit() was told the member's
 *             number or a later one; number 0 need not wait.
 *             gang_deadline() is now, or soon, or much later; and never, for who
 *             has tried a few times.
 *             gang_interrupt() has fn called from an interrupt, once, soon.
 *             gang_chaos() does nothing, or spins, or sleeps, or takes another
 *             priority, by the member's own random numbers.
 * Context     Thread.  It rests on sync/park.h alone, not on what it tests.
 * Limits      What a stuck gang works on is theirs for ever: make it static.
 * See         tests/sync/gang.c, tests/worlds/many/world.c
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "arch/atomic.h"
#include "kernel/test.h"
#include "sync/park.h"
#include "sync/timer.h"

#define GANG_MAX	64

/* looks: for what must work, and for what is expected to stop */
#define PATIENT		5000
#define IMPATIENT	60

/*
 * Where each step takes a busy host longer than any deadline, who queues anew
 * after each time-out never gets to the front.
 */
#define TRIES		4

#define MS		1000000ULL
#define US		1000ULL

struct gang_member {
	struct gang *gang;
	unsigned index;
	struct thread *thread;
	uint64_t seed;
	struct atomic64 steps;
	struct atomic32 done;
	struct atomic32 armed;
	struct timer timer;
	void (*interrupt)(void);
};

struct gang {
	unsigned n;
	void (*fn)(struct gang_member *m);
	struct atomic32 go;
	struct atomic32 stop;
	struct atomic32 admitted;
	struct gang_member member[GANG_MAX];
};

/* seed: of all their random numbers; printed by the test's runner. */
void gang_start(struct gang *g, unsigned n, void (*fn)(struct gang_member *m),
		uint64_t seed);
bool gang_wait(struct gang *g, unsigned patience) must_check;

void gang_stop(struct gang *g);
bool gang_stopped(const struct gang_member *m);

void gang_step(struct gang_member *m);
uint64_t gang_random(struct gang_member *m);
uint64_t gang_deadline(struct gang_member *m, unsigned tries);
void gang_chaos(struct gang_member *m);
void gang_interrupt(struct gang_member *m, void (*fn)(void));

void gang_admit(struct gang *g, unsigned last);
void gang_await_turn(struct gang_member *m);

bool member_done(const struct gang_member *m);

/* Sleeps until holds(arg), for as many looks as patience; false: in vain. */
bool wait_until_holds(bool (*holds)(void *arg), void *arg, unsigned patience)
	must_check;

/* Time passes. */
void sleep_until(uint64_t deadline_ns);
