/*
 * tests/sched/test_registry.c - every living thread is found, no dead one.
 */

#include "sched/registry.h"

#include "kernel/debug.h"
#include "kernel/string.h"
#include "kernel/test.h"
#include "tests/sched/crew.h"

static struct crew crew;
static struct atomic32 leave;

static void wait_to_leave(struct member *m)
{
	(void)m;
	while (!load_acquire(&leave))	/* ended by the test */
		thread_sleep(clock_ns() + 1000000);
}

TEST("sched/registry", test_living_threads_are_found_by_rising_id)
{
	uint32_t id = 0;
	unsigned members = 0;
	struct thread *th;

	store_relaxed(&leave, 0);	/* relaxed: before they start */
	if (!crew_start(t, &crew, 8, wait_to_leave, NULL))
		return;
	while ((th = thread_find_from(id))) {	/* ended by the last id */
		check(t, th->id >= id);
		for (unsigned i = 0; i < crew.n; i++)
			members += th == crew.member[i].thread;
		id = th->id + 1;
		thread_put(th);
	}
	check(t, members == crew.n);
	store_release(&leave, 1);
	crew_wait(t, &crew);
}

TEST("sched/registry", test_a_thread_without_references_is_not_found)
{
	struct thread *found;
	struct thread *th;
	uint32_t id;

	store_relaxed(&leave, 1);	/* relaxed: before it starts */
	if (!crew_start(t, &crew, 1, wait_to_leave, NULL))
		return;
	th = crew.member[0].thread;
	id = th->id;
	crew_wait(t, &crew);
	for (unsigned look = 0; look < 1000; look++) {
		found = thread_find_from(id);
		if (!found || found->id != id)
			break;
		thread_put(found);
		thread_sleep(clock_ns() + 1000000);
	}
	check(t, !found || found->id != id);
	if (found)
		thread_put(found);
}

TEST("sched/registry", test_debuggers_learn_who_runs)
{
	check(t, debug_thread_id() == thread_self()->id);
	check(t, !strcmp(debug_thread_name(), thread_self()->name));
	check(t, debug_threads()->all);
}

TEST("sched/registry", test_the_first_thread_is_listed)
{
	struct thread *th = thread_find_from(0);

	/* it has started all others */
	if (!check(t, th))
		return;
	check(t, strcmp(th->name, "main") == 0);
	thread_put(th);
}
