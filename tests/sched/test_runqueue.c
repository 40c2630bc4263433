/*
 * tests/sched/test_runqueue.c - sched/runqueue.h alone; any world.
 */
#include "sched/runqueue.h"

#include "kernel/test.h"

#define N	64

static struct runqueue rq;
static struct thread threads[N];

static void start_over(void)
{
	rq = (struct runqueue){ 0 };
	runqueue_init(&rq);
	for (unsigned i = 0; i < N; i++) {
		threads[i] = (struct thread){ .prio = 0 };
		cpumask_fill(&threads[i].affinity);
	}
}

static void push(unsigned i, int prio, bool front)
{
	threads[i].prio = prio;
	runqueue_push(&rq, &threads[i], front);
}

TEST("sched/runqueue", test_equals_come_out_in_turn)
{
	start_over();
	for (unsigned i = 0; i < 5; i++)
		push(i, 7, false);
	push(5, 7, true);
	check(t, runqueue_pop(&rq) == &threads[5]);
	for (unsigned i = 0; i < 5; i++)
		check(t, runqueue_pop(&rq) == &threads[i]);
	check(t, !runqueue_pop(&rq));
	check(t, runqueue_is_empty(&rq));
}

TEST("sched/runqueue", test_the_most_urgent_comes_first)
{
	int last = PRIO_LEVELS;

	start_over();
	for (unsigned i = 0; i < N; i++)
		push(i, (int)(test_random(t) % PRIO_LEVELS), false);
	for (unsigned i = 0; i < N; i++) {
		struct thread *next = runqueue_pop(&rq);

		if (!check(t, next))
			return;
		check(t, next->prio <= last);
		last = next->prio;
	}
	check(t, runqueue_is_empty(&rq));
}

TEST("sched/runqueue", test_has_is_exact_at_both_ends)
{
	start_over();
	check(t, !runqueue_has(&rq, PRIO_IDLE));
	push(0, 0, false);
	check(t, runqueue_has(&rq, PRIO_IDLE));
	check(t, runqueue_has(&rq, 0));
	check(t, !runqueue_has(&rq, 1));
	push(1, 31, false);
	check(t, runqueue_has(&rq, 31));
	check(t, !runqueue_has(&rq, 32));
}

TEST("sched/runqueue", test_removed_is_not_found)
{
	start_over();
	for (unsigned i = 0; i < 3; i++)
		push(i, 3, false);
	runqueue_remove(&rq, &threads[1]);
	check(t, runqueue_pop(&rq) == &threads[0]);
	runqueue_remove(&rq, &threads[2]);
	check(t, runqueue_is_empty(&rq));
	check(t, !runqueue_pop(&rq));
}

TEST("sched/runqueue", test_a_thief_gets_what_it_may_run)
{
	start_over();
	push(0, 20, false);
	push(1, 10, false);
	push(2, 10, false);
	cpumask_clear(&threads[0].affinity, 1);
	cpumask_clear(&threads[1].affinity, 1);
	check(t, runqueue_steal(&rq, 1) == &threads[2]);
	check(t, !runqueue_steal(&rq, 1));
	check(t, runqueue_steal(&rq, 0) == &threads[0]);
	check(t, runqueue_pop(&rq) == &threads[1]);
}
