/*
 * tests/sync/test_srcu_calls.c - callbacks of SRCU: order, barriers, readers
 * that sleep; and twins that call early, or whose barrier does not wait for the
 * callbacks.
 */
#include "sync/srcu_calls.h"

#include "arch/cpu.h"
#include "kernel/test.h"
#include "tests/crew.h"
#include "tests/sync/gang.h"
#include "tests/sync/rcu_torture.h"

#define MANY		200
#define UPDATES		100000	/* a broken twin does not get that far */

struct item {
	struct rcu_head head;
	unsigned number;
};

static struct srcu_calls calls;
static struct item items[MANY];
static struct atomic32 called, misplaced, inside, leave;
static struct gang gang;

static void begin(struct test *t)
{
	check(t, srcu_calls_init(&calls) == 0);
	/* relaxed, all of them: nobody else is there yet */
	store_relaxed(&called, 0);
	store_relaxed(&misplaced, 0);
	store_relaxed(&inside, 0);
	store_relaxed(&leave, 0);
}

static void note(struct rcu_head *head)
{
	struct item *item = container_of(head, struct item, head);

	if (fetch_add_acq_rel(&called, 1) != item->number)
		fetch_add_relaxed(&misplaced, 1);	/* relaxed: a count */
}

TEST("sync/srcu_calls", test_srcu_calls_come_in_order)
{
	begin(t);
	srcu_barrier(&calls);
	for (unsigned i = 0; i < MANY; i++) {
		items[i].number = i;
		call_srcu(&calls, &items[i].head, note);
		if (i % 50 == 49) {
			srcu_barrier(&calls);
			check(t, load_acquire(&called) == i + 1);
		}
	}
	check(t, load_acquire(&misplaced) == 0);
	srcu_calls_end(&calls);
}

TEST("sync/srcu_calls", test_srcu_calls_end_calls_what_is_left)
{
	begin(t);
	for (unsigned i = 0; i < MANY; i++) {
		items[i].number = i;
		call_srcu(&calls, &items[i].head, note);
	}
	srcu_calls_end(&calls);
	check(t, load_acquire(&called) == MANY);
	check(t, load_acquire(&misplaced) == 0);
}

/* ------------------------------------------------------ who is waited for */

static void sleep_inside(struct gang_member *m)
{
	unsigned index = srcu_read_lock(&calls.domain);

	store_release(&inside, 1);
	/* a reader may queue */
	items[0].number = 0;
	call_srcu(&calls, &items[0].head, note);
	while (!load_acquire(&leave))		/* by the test */
		park(clock_ns() + 100 * US);
	srcu_read_unlock(&calls.domain, index);
	gang_step(m);
}

static bool is_set(void *word)
{
	return load_acquire((struct atomic32 *)word);
}

TEST("sync/srcu_calls", test_srcu_calls_wait_for_who_sleeps)
{
	begin(t);
	gang_start(&gang, 1, sleep_inside, test_random(t));
	check(t, wait_until_holds(is_set, &inside, PATIENT));
	items[1].number = 1;
	call_srcu(&calls, &items[1].head, note);
	for (unsigned i = 0; i < 5; i++) {
		sleep_until(clock_ns() + MS);
		check(t, load_acquire(&called) == 0);
	}
	store_release(&leave, 1);
	check(t, gang_wait(&gang, PATIENT));
	srcu_barrier(&calls);
	check(t, load_acquire(&called) == 2);
	check(t, load_acquire(&misplaced) == 0);
	srcu_calls_end(&calls);
}

/* Each callback queues the next, and sleeps. */
static void note_and_go_on(struct rcu_head *head)
{
	struct item *item = container_of(head, struct item, head);

	note(head);
	park(clock_ns() + 100 * US);
	if (item->number < 9)
		call_srcu(&calls, &items[item->number + 1].head,
			  note_and_go_on);
}

TEST("sync/srcu_calls", test_srcu_calls_may_sleep_and_queue)
{
	begin(t);
	for (unsigned i = 0; i < 10; i++)
		items[i].number = i;
	call_srcu(&calls, &items[0].head, note_and_go_on);
	/* each barrier is behind what was queued before it: one more */
	for (unsigned i = 0; i < 10; i++) {
		srcu_barrier(&calls);
		check(t, load_acquire(&called) > i);
	}
	check(t, load_acquire(&called) == 10);
	srcu_calls_end(&calls);
}

/* ------------------------------------------------------- from everywhere */

#define CROWD	4
#define EACH	40

static struct item crowd[CROWD][EACH], from_handler[CROWD];
static struct atomic32 handlers, early, of_member[CROWD];

static void count(struct rcu_head *head)
{
	(void)head;
	fetch_add_acq_rel(&called, 1);
}

static void count_own(struct rcu_head *head)
{
	struct item *item = container_of(head, struct item, head);

	fetch_add_acq_rel(&of_member[item->number], 1);
	count(head);
}

static void queue_in_handler(void)
{
	/* relaxed: a number each */
	uint32_t n = fetch_add_relaxed(&handlers, 1);

	call_srcu(&calls, &from_handler[n].head, count);
}

static void queue_and_wait(struct gang_member *m)
{
	gang_interrupt(m, queue_in_handler);
	for (unsigned i = 0; i < EACH; i++) {
		struct item *item = &crowd[m->index][i];

		item->number = m->index;
		call_srcu(&calls, &item->head, count_own);
		if (i % 8 == 7) {
			srcu_barrier(&calls);
			if (load_acquire(&of_member[m->index]) != i + 1)
				/* relaxed: a count */
				fetch_add_relaxed(&early, 1);
		}
		gang_step(m);
		gang_chaos(m);
	}
}

TEST("sync/srcu_calls", test_srcu_calls_are_all_called_once)
{
	begin(t);
	/* relaxed, both: nobody else is there yet */
	store_relaxed(&handlers, 0);
	store_relaxed(&early, 0);
	for (unsigned i = 0; i < CROWD; i++)
		store_relaxed(&of_member[i], 0);	/* relaxed: as above */
	gang_start(&gang, CROWD, queue_and_wait, test_random(t));
	check(t, gang_wait(&gang, PATIENT));
	srcu_barrier(&calls);
	check(t, load_acquire(&called) == CROWD * (EACH + 1));
	check(t, load_acquire(&early) == 0);
	srcu_calls_end(&calls);
	check(t, load_acquire(&called) == CROWD * (EACH + 1));
}

/* --------------------------------------------------------------- torture */

/* the domain is the first member */
static void op_call(void *domain, struct rcu_head *head,
		    void (*fn)(struct rcu_head *head))
{
	call_srcu(domain, head, fn);
}

static void op_barrier(void *domain)
{
	srcu_barrier(domain);
}

static struct rcu_ops ops_with_calls(void)
{
	struct rcu_ops ops = srcu_ops;

	ops.call = op_call;
	ops.barrier = op_barrier;
	return ops;
}

TEST("sync/srcu_calls", test_srcu_calls_keep_the_old_from_readers)
{
	struct rcu_ops ops = ops_with_calls();
	struct torture_plan plan = {
		.ops = &ops, .domain = &calls, .updates = 20, .sleeps = true,
		.calls = true,
	};
	struct torture_score s;

	begin(t);
	check(t, rcu_torture(t, &plan, &s) == 0);
	srcu_calls_end(&calls);
	torture_note(t, "callbacks of srcu", &s);
}

/* Twin: waits for the readers of another domain, where nobody is. */
static struct srcu other;

static unsigned lock_elsewhere(void *domain)
{
	(void)domain;
	return srcu_read_lock(&other);
}

static void unlock_elsewhere(void *domain, unsigned index)
{
	(void)domain;
	srcu_read_unlock(&other, index);
}

TEST("sync/srcu_calls", test_srcu_calls_twin_that_waits_elsewhere_is_caught)
{
	struct rcu_ops ops = ops_with_calls();
	struct torture_plan plan = {
		.ops = &ops, .domain = &calls, .updates = UPDATES,
		.sleeps = true, .calls = true,
	};
	struct torture_score s;

	if (crew_is_watched()) {
		test_skip(t, "a race detector stops who races on purpose");
		return;
	}
	ops.read_lock = lock_elsewhere;
	ops.read_unlock = unlock_elsewhere;
	begin(t);
	srcu_init(&other);
	check(t, rcu_torture(t, &plan, &s) > 0);
	srcu_calls_end(&calls);
	torture_note(t, "waits elsewhere", &s);
}

/* Twin: a barrier that waits for a grace period, not for the callbacks. */
static void note_late(struct rcu_head *head)
{
	while (!load_acquire(&leave))		/* by the test */
		park(clock_ns() + 100 * US);
	note(head);
}

TEST("sync/srcu_calls", test_srcu_calls_twin_barrier_returns_too_soon)
{
	begin(t);
	items[0].number = 0;
	call_srcu(&calls, &items[0].head, note_late);
	synchronize_srcu(&calls.domain);	/* the twin */
	check(t, load_acquire(&called) == 0);
	store_release(&leave, 1);
	srcu_barrier(&calls);
	check(t, load_acquire(&called) == 1);
	srcu_calls_end(&calls);
}
