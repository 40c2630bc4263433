/*
 * tests/checker/programs/rcu_toy.c - an updater visits every CPU; on one of
 * them a reader looks twice, and the visitor gets there between or after.
 *
 * A thread that is not preempted has its CPU for itself: that is a lock here.
 */
#include "sync/rcu_toy.h"

#include "arch/cpu.h"
#include "arch/cpumask.h"
#include "kernel/mem.h"
#include "sync/park.h"
#include "sync/rcu.h"

#include "tests/checker/checker.h"

enum { UPDATER, READER };

static struct atomic_ptr shared;
static struct check_lock cpu_of_reader;
static void (*visit)(void *arg);
static void *visit_arg;
static struct atomic32 comes;

/* A new thread there; elsewhere, where nobody reads, it runs at once. */
struct thread *thread_spawn(void (*fn)(void *), void *arg,
			    const struct cpumask *mask)
{
	if (cpumask_test(mask, READER)) {
		visit = fn;
		visit_arg = arg;
		store_release(&comes, 1);
	} else {
		fn(arg);
	}
	return thread_self();
}

static void replace(void *unused)
{
	unsigned *old = load_acquire(&shared);
	static unsigned now = 2;

	(void)unused;
	rcu_assign_pointer(&shared, &now);
	assert(rcu_toy_synchronize());
	*old = 0;
	mem_free(old);
}

static void look_twice(void *unused)
{
	(void)unused;
	for (unsigned i = 0; i < 2; i++) {
		check_lock(&cpu_of_reader);
		assert(*(unsigned *)rcu_dereference(&shared));
		check_unlock(&cpu_of_reader);
	}
}

static void visitor(void *unused)
{
	(void)unused;
	while (!load_acquire(&comes))
		cpu_relax();
	check_lock(&cpu_of_reader);
	visit(visit_arg);
	check_unlock(&cpu_of_reader);
}

void check_setup(void)
{
	unsigned *first = mem_alloc(sizeof(*first));

	*first = 1;
	store_relaxed(&shared, first);	/* relaxed: nobody runs yet */
	check_thread("updater", replace, NULL);
	check_thread("reader", look_twice, NULL);
	check_thread("visitor", visitor, NULL);
}
