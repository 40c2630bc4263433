/*
 * tests/sync/lock_trial.c - trials that a lock of any kind must stand.
 *
 * Invariant   Outside the lock pair[0] == pair[1] == the turns that were taken.
 * Ordering    The lock under trial orders pair and plain; crew_run() orders the
 *             rest before and behind its members.
 *             [A] the holder's store of turn -> a waiter's load: it may ask.
 *             [B] a member's addition to here -> the holder's load: its CPU.
 */
#include "tests/sync/lock_trial.h"

#include "arch/cpu.h"
#include "sync/preempt.h"
#include "tests/crew.h"

/* in turns of a spin loop */
#define DELAY_INSIDE	32
#define DELAY_OUTSIDE	64
/* far more than any wait for a CPU that will come */
#define PATIENCE	(1u << 17)
/*
 * For who waits to be disturbed: longer than a busy host lets one processor
 * stand still for another.  Another bound for each, lest all wait.
 */
#define LOOKS		(40000 / (1 + cpu_id()))

static struct trial trial;
static struct atomic32 faults;
static char room[LOCK_SIZE_MAX] aligned_to(CACHE_LINE);

static struct atomic64 pair[2];
static struct atomic64 taken;
static uint64_t plain;			/* under the lock */

void lock_trial_fault(unsigned what)
{
	fetch_or_acq_rel(&faults, what);
}

bool lock_trial_over(void)
{
	/* relaxed: only whether to go on */
	return load_relaxed(&faults) != 0;
}

bool trial_lost(unsigned *turns)
{
	if (++*turns == PATIENCE)
		lock_trial_fault(TRIAL_LOST);
	return lock_trial_over();
}

void trial_await_inside(void)
{
	/* relaxed, both: who is there */
	for (unsigned i = 0; i < LOOKS && !lock_trial_over(); i++) {
		if (load_relaxed(&pair[0]) != load_relaxed(&pair[1]))
			return;
		cpu_relax();
	}
}

void trial_await_turn(void)
{
	/* relaxed: a count */
	uint64_t before = load_relaxed(&taken);

	for (unsigned i = 0; i < LOOKS && !lock_trial_over(); i++) {
		if (load_relaxed(&taken) != before)	/* relaxed: so */
			return;
		cpu_relax();
	}
}

/* Until somebody has found us inside. */
static void await_company(void)
{
	for (unsigned i = 0; i < LOOKS && !lock_trial_over(); i++)
		cpu_relax();
}

static void prepare(const struct lock_ops *ops)
{
	__builtin_memset(room, 0, sizeof(room));
	ops->init(room);
	store_relaxed(&faults, 0);	/* relaxed: before the crew starts */
}

/*
 * Most ask and wait, and some only try.  Of a twin's crew every second member
 * only tries: who waits in line cannot overtake it.
 */
bool lock_trial_enter(struct random *r, unsigned member)
{
	bool tries = trial.twin ? member % 2 : !random_below(r, 4);

	if (trial.ops->trylock && tries)
		return trial.ops->trylock(room);
	trial.ops->lock(room);
	return true;
}

void lock_trial_inside(struct random *r)
{
	/* relaxed: the lock is what orders them, and what is on trial */
	uint64_t a = load_relaxed(&pair[0]);
	uint64_t b = load_relaxed(&pair[1]);	/* relaxed: as above */

	if (a != b)
		lock_trial_fault(TRIAL_TORN);
	store_relaxed(&pair[0], a + 1);	/* relaxed: as above */
	cpu_delay(random_below(r, DELAY_INSIDE));
	if (trial.twin && !random_below(r, 8))
		await_company();
	store_relaxed(&pair[1], b + 1);	/* relaxed: as above */
	if (!trial.twin)
		plain++;	/* a race where the lock is none */
}

void lock_trial_leave(void)
{
	trial.ops->unlock(room);
	/* relaxed: read after the crew has ended */
	fetch_add_relaxed(&taken, 1);
}

void lock_trial_turn(struct random *r, unsigned member)
{
	bool sleeps = trial.ops->flags & LOCK_SLEEPS;
	bool masked = !random_below(r, 4) && !sleeps;
	bool stays = !sleeps && !trial.gang;
	uint64_t was = masked ? irq_save() : 0;

	if (stays)
		preempt_disable();
	if (lock_trial_enter(r, member)) {
		if (trial.gang && !sleeps && preemptible())
			lock_trial_fault(TRIAL_PREEMPT);
		lock_trial_inside(r);
		lock_trial_leave();
	}
	if (stays)
		preempt_enable();
	if (masked)
		irq_restore(was);
}

static void torture(unsigned member)
{
	struct random r = { trial.seed + member };

	for (unsigned i = member; i < trial.turns && !lock_trial_over();
	     i += trial.members) {
		lock_trial_turn(&r, member);
		/* or at once: with delays alone a host may have them take turns
		 * so evenly that nobody ever asks twice in a row */
		if (random_below(&r, 4))
			cpu_delay(random_below(&r, DELAY_OUTSIDE));
	}
}

void lock_trial_begin(const struct trial *t)
{
	trial = *t;
	prepare(t->ops);
	plain = 0;
	store_relaxed(&pair[0], 0);	/* relaxed: before the crew starts */
	store_relaxed(&pair[1], 0);	/* relaxed: as above */
	store_relaxed(&taken, 0);	/* relaxed: as above */
}

void *lock_trial_lock(void)
{
	return room;
}

unsigned lock_trial_end(void)
{
	/* relaxed: the crew has been joined */
	uint64_t n = load_relaxed(&taken);

	if (load_relaxed(&pair[0]) != n || load_relaxed(&pair[1]) != n
	    || (!trial.twin && plain != n))
		lock_trial_fault(TRIAL_TORN);
	return load_relaxed(&faults);	/* relaxed: as above */
}

unsigned lock_torture(const struct trial *t)
{
	lock_trial_begin(t);
	crew_run(t->members, torture);
	return lock_trial_end();
}

static struct atomic32 turn;		/* how many may have asked */
static unsigned place[NR_CPUS];		/* a member's, in the order of asking */
static unsigned cpu_at[NR_CPUS];	/* where each place waits: by [B] */
static unsigned entered[NR_CPUS];	/* under the lock: their places */
static struct atomic32 here;		/* how many have said where */
static struct atomic32 inside;		/* written under the lock */
static const struct trial_hold *held_back;

bool trial_entered(void)
{
	/* relaxed: whether to wait on */
	return load_relaxed(&inside);
}

/* The lock is free, and the first in line does not look. */
static void give_the_others_a_chance(void)
{
	held_back->chance(&cpu_at[2], trial.members - 2);
	held_back->let_go();
}

static void hold_while_they_ask(void)
{
	trial.ops->lock(room);
	while (load_acquire(&here) < trial.members)	/* [B] */
		cpu_relax();
	for (unsigned k = 1; k < trial.members; k++) {
		uintptr_t before = trial.ops->last(room);

		store_release(&turn, k);		/* [A] */
		while (trial.ops->last(room) == before)
			cpu_relax();
	}
	if (held_back)
		held_back->hold(cpu_at[1]);
	trial.ops->unlock(room);
	if (held_back)
		give_the_others_a_chance();
}

static void ask(unsigned member)
{
	uint32_t n;

	while (load_acquire(&turn) < place[member])	/* [A] */
		cpu_relax();
	preempt_disable();
	trial.ops->lock(room);
	/* relaxed, both: under the lock, and sampled */
	n = load_relaxed(&inside);
	entered[n] = place[member];
	store_relaxed(&inside, n + 1);
	trial.ops->unlock(room);
	preempt_enable();
}

static void hold_or_ask(unsigned member)
{
	/* each is bound to its CPU, but which that is is the crew's affair */
	cpu_at[place[member]] = cpu_id();
	fetch_add_acq_rel(&here, 1);			/* [B] */
	if (member)
		ask(member);
	else
		hold_while_they_ask();
}

/* Member 0 holds; place[1 ..] is a permutation of 1 .. n-1. */
static void draw_places(unsigned n, uint64_t seed)
{
	struct random r = { seed };

	for (unsigned k = 1; k < n; k++) {
		unsigned j = 1 + random_below(&r, k);

		place[k] = place[j];
		place[j] = k;
	}
}

unsigned lock_stage(const struct lock_ops *ops, uint64_t seed,
		    unsigned waiters, const struct trial_hold *hold)
{
	trial = (struct trial){ .ops = ops, .members = waiters + 1 };
	prepare(ops);
	draw_places(trial.members, seed);
	held_back = waiters > 1 ? hold : NULL;
	place[0] = 0;
	store_relaxed(&inside, 0);	/* relaxed: before the crew starts */
	store_relaxed(&here, 0);	/* relaxed: as above */
	store_relaxed(&turn, 0);	/* relaxed: as above */
	crew_run(trial.members, hold_or_ask);
	for (unsigned k = 0; k < waiters; k++)
		if (entered[k] != k + 1)
			lock_trial_fault(TRIAL_ORDER);
	return load_relaxed(&faults);	/* relaxed: the crew has been joined */
}
