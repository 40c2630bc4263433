/*
 * tests/sync/cmd_lock_test.c - `lock-test kind`: mistakes that are told.
 *
 * See  tests/host/test_watch.py, which says what each has to print.
 */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "kernel/console.h"
#include "kernel/errno.h"
#include "kernel/shell/shell.h"
#include "kernel/string.h"
#include "sched/call_function.h"
#include "sched/thread.h"
#include "sync/lockup.h"
#include "sync/mutex.h"
#include "sync/preempt.h"
#include "sync/spinlock.h"

#define MS	1000000ULL

static struct spinlock first = SPINLOCK_INIT, second = SPINLOCK_INIT;
static struct spinlock third = SPINLOCK_INIT, shared = SPINLOCK_INIT;
static struct mutex left = MUTEX_INIT(left), right = MUTEX_INIT(right);
static struct atomic32 ready;

static void take_both(struct spinlock *outer, struct spinlock *inner)
{
	spin_lock(outer);
	spin_lock(inner);
	spin_unlock(inner);
	spin_unlock(outer);
}

static never_inline void first_then_second(void)
{
	take_both(&first, &second);
}

static never_inline void second_then_third(void)
{
	take_both(&second, &third);
}

static never_inline void third_then_first(void)
{
	take_both(&third, &first);
}

static int test_order(void)
{
	first_then_second();
	second_then_third();
	third_then_first();
	return 0;
}

static void handler(void *unused)
{
	(void)unused;
	spin_lock(&shared);
	spin_unlock(&shared);
}

static int test_irq(void)
{
	struct cpumask here = { 0 };

	preempt_disable();
	cpumask_set(&here, cpu_id() ? 0 : 1);
	preempt_enable();
	if (!cpumask_test(&cpus_online, cpumask_next(&here, 0))) {
		console_printf("lock-test irq: it takes two CPUs\n");
		return -ENODEV;
	}
	call_function(&here, handler, NULL, true);
	spin_lock(&shared);
	spin_unlock(&shared);
	return 0;
}

static struct thread *start(void (*fn)(void *), void *arg, const char *name)
{
	return thread_create(&(struct thread_spec){
		.name = name, .fn = fn, .arg = arg, .prio = PRIO_DEFAULT });
}

static void wait_ready(unsigned n)
{
	while (load_acquire(&ready) < n)	/* the other thread comes */
		thread_sleep(clock_ns() + MS);
}

/* Each takes one and then wants the other; a time-out ends the deadlock. */
static void embrace(void *arg)
{
	struct mutex *mine = arg, *other = mine == &left ? &right : &left;

	mutex_lock(mine);
	fetch_add_acq_rel(&ready, 1);
	wait_ready(2);
	if (mutex_lock_timeout(other, clock_ns() + 4000 * MS))
		mutex_unlock(other);
	mutex_unlock(mine);
}

static int test_deadlock(void)
{
	struct thread *a, *b;

	store_relaxed(&ready, 0);
	lockup_set_limit(LOCKUP_HUNG, 1000 * MS);
	a = start(embrace, &left, "left");
	b = start(embrace, &right, "right");
	if (a)
		thread_join(a);
	if (b)
		thread_join(b);
	lockup_set_limit(LOCKUP_HUNG, 30000 * MS);
	return a && b ? 0 : -ENOMEM;
}

static void hold_long(void *unused)
{
	uint64_t until;

	(void)unused;
	spin_lock(&first);
	store_release(&ready, 1);
	until = clock_ns() + 1500 * MS;
	while (clock_ns() < until)
		cpu_relax();
	spin_unlock(&first);
}

static int test_spin(void)
{
	struct thread *t;

	if (cpumask_count(&cpus_online) < 2) {
		console_printf("lock-test spin: it takes two CPUs\n");
		return -ENODEV;
	}
	store_relaxed(&ready, 0);
	lockup_set_limit(LOCKUP_SPIN, 300 * MS);
	t = start(hold_long, NULL, "holder");
	if (!t)
		return -ENOMEM;
	wait_ready(1);
	spin_lock(&first);
	spin_unlock(&first);
	thread_join(t);
	lockup_set_limit(LOCKUP_SPIN, 10000 * MS);
	return 0;
}

/* Ends in a panic: the report comes first, and names the spin lock. */
static int test_sleep(void)
{
	spin_lock(&first);
	mutex_lock(&left);
	mutex_unlock(&left);
	spin_unlock(&first);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(void);
} tests[] = {
	{ "order", test_order },	{ "irq", test_irq },
	{ "deadlock", test_deadlock },	{ "spin", test_spin },
	{ "sleep", test_sleep },
};

static int cmd_lock_test(int argc, char **argv)
{
	for (unsigned i = 0; argc == 2 && i < ARRAY_LEN(tests); i++)
		if (!strcmp(argv[1], tests[i].name))
			return tests[i].run();
	console_printf("lock-test knows:");
	for (unsigned i = 0; i < ARRAY_LEN(tests); i++)
		console_printf(" %s", tests[i].name);
	console_printf("\n");
	return -EINVAL;
}

COMMAND("lock-test", "<kind>", "make a mistake with locks, and be told",
	cmd_lock_test);
