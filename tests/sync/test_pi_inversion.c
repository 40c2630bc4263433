/*
 * tests/sync/test_pi_inversion.c - the classic: low owns what high wants, and
 * medium wants nothing but the CPU.  One CPU, three threads; the verdict is
 * the order in which things happened.
 *
 * The test stands above all three, on their CPU.  So nothing of what it starts
 * runs before it sleeps, and then the scheduler alone decides.
 */
#include "arch/cpu.h"
#include "kernel/test.h"
#include "sched/thread.h"
#include "sync/pi_mutex.h"
#include "tests/sched/crew.h"
#include "tests/sync/gang.h"
#include "tests/sync/twins_pi.h"

#define LOW		3
#define MEDIUM		8
#define HIGH		12
#define SPINS		200000	/* medium's whole run; no matter how many */

static struct pi_mutex m;
static const struct pi_mutex_ops *ops;
static struct atomic32 low_owns, may_unlock, happened;
static unsigned medium_began, medium_ended, high_entered;

static unsigned now(void)
{
	return 1 + fetch_add_acq_rel(&happened, 1);
}

static void low(void *unused)
{
	(void)unused;
	if (ops->lock(&m, PARK_FOREVER))
		return;
	store_release(&low_owns, 1);
	while (!load_acquire(&may_unlock))
		cpu_relax();
	ops->unlock(&m);
}

static void high(void *unused)
{
	(void)unused;
	if (ops->lock(&m, PARK_FOREVER))
		return;
	high_entered = now();
	ops->unlock(&m);
}

static void medium(void *unused)
{
	(void)unused;
	medium_began = now();
	cpu_delay(SPINS);
	medium_ended = now();
}

static struct thread *start(const char *name, void (*fn)(void *), int prio)
{
	struct cpumask here = { 0 };
	struct thread_spec spec = {
		.name = name, .fn = fn, .prio = prio, .affinity = &here,
	};

	cpumask_set(&here, nth_cpu(0));
	return thread_create(&spec);
}

static bool is_set(void *word)
{
	return load_acquire((struct atomic32 *)word);
}

static unsigned count_line(void)
{
	uint64_t was = pi_queue_lock(&m.q);
	unsigned n = 0;

	list_for_each(node, &m.q.waiters)
		n++;
	pi_queue_unlock(&m.q, was);
	return n;
}

static bool in_line(void *n)
{
	return count_line() == *(unsigned *)n;
}

static void begin(const struct pi_mutex_ops *which)
{
	ops = which;
	pi_mutex_init(&m);
	store_release(&low_owns, 0);
	store_release(&may_unlock, 0);
	store_release(&happened, 0);
	stay_on(nth_cpu(0));
}

/* True: high waits for low only.  False: for medium's whole run as well. */
static bool medium_is_kept_out(struct test *t, const struct pi_mutex_ops *which)
{
	struct thread *crew[3];
	unsigned one = 1;

	begin(which);
	crew[0] = start("low", low, LOW);
	check(t, wait_until_holds(is_set, &low_owns, PATIENT));
	crew[1] = start("high", high, HIGH);
	check(t, wait_until_holds(in_line, &one, PATIENT));
	crew[2] = start("medium", medium, MEDIUM);
	store_release(&may_unlock, 1);
	for (unsigned i = 0; i < 3; i++)
		thread_join(crew[i]);
	stay_anywhere();
	test_note(t, "%s: medium began %u, medium ended %u, high entered %u",
		  ops->name, medium_began, medium_ended, high_entered);
	return high_entered < medium_began;
}

TEST("sync/pi_inversion", test_high_does_not_wait_for_medium)
{
	for (unsigned i = 0; i < 3; i++)
		check(t, medium_is_kept_out(t, &pi_mutex_ops));
}

/* Without inheritance high starves until medium has had enough. */
TEST("sync/pi_inversion", test_without_inheritance_high_waits_for_medium)
{
	test_breaks_rules(t);
	for (unsigned i = 0; i < 3; i++) {
		check(t, !medium_is_kept_out(t, &pi_mutex_that_boosts_nobody));
		check(t, medium_ended < high_entered);
	}
}

/*
 * The mutex is free, and the first in line woken, but not running yet.  Then
 * another becomes the first: it has to be woken too.
 */
TEST("sync/pi_inversion", test_who_becomes_first_is_woken)
{
	struct thread *crew[2];
	unsigned n;

	begin(&pi_mutex_ops);
	check(t, !pi_mutex_lock(&m));
	for (n = 1; n <= 2; n++) {
		crew[n - 1] = start("high", high, HIGH - n);
		check(t, wait_until_holds(in_line, &n, PATIENT));
	}
	pi_mutex_unlock(&m);
	thread_set_priority(crew[1], HIGH);
	n = 0;
	check(t, wait_until_holds(in_line, &n, PATIENT));
	unpark(crew[1]);
	for (n = 0; n < 2; n++)
		thread_join(crew[n]);
	stay_anywhere();
}

/*
 * The next owner inherits from those behind it in line before any of them can
 * run: as medium takes it, and at once when its own priority falls.
 */
TEST("sync/pi_inversion", test_the_line_presses_its_next_owner)
{
	struct thread *crew[2];
	unsigned n = 1;

	begin(&pi_mutex_ops);
	check(t, !pi_mutex_lock(&m));
	crew[0] = start("low", low, MEDIUM);
	check(t, wait_until_holds(in_line, &n, PATIENT));
	crew[1] = start("behind", high, LOW + 1);
	n = 2;
	check(t, wait_until_holds(in_line, &n, PATIENT));
	pi_mutex_unlock(&m);
	check(t, wait_until_holds(is_set, &low_owns, PATIENT));
	thread_set_priority(crew[0], LOW);
	check(t, thread_priority(crew[0]) == LOW + 1);
	store_release(&may_unlock, 1);
	for (n = 0; n < 2; n++)
		thread_join(crew[n]);
	stay_anywhere();
}
