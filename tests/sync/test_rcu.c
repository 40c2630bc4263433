/*
 * tests/sync/test_rcu.c - RCU as its users see it.
 */
#include "sync/rcu.h"

#include "arch/cpu.h"
#include "kernel/mem.h"
#include "kernel/test.h"
#include "sync/rcu_state.h"
#include "tests/sync/gang.h"

TEST("sync/rcu", test_rcu_waiting_is_a_grace_period)
{
	uint64_t cookie = get_state_synchronize_rcu();

	check(t, !poll_state_synchronize_rcu(cookie));
	synchronize_rcu();
	check(t, poll_state_synchronize_rcu(cookie));
	cookie = get_state_synchronize_rcu();
	synchronize_rcu_expedited();
	check(t, poll_state_synchronize_rcu(cookie));
	cookie = get_state_synchronize_rcu();
	cond_synchronize_rcu(cookie);
	check(t, poll_state_synchronize_rcu(cookie));
}

static bool is_over(void *cookie)
{
	return poll_state_synchronize_rcu(*(uint64_t *)cookie);
}

/* Nobody waits, and still it comes. */
TEST("sync/rcu", test_rcu_a_started_grace_period_ends_by_itself)
{
	for (unsigned i = 0; i < 3; i++) {
		uint64_t cookie = start_poll_synchronize_rcu();

		check(t, wait_until_holds(is_over, &cookie, PATIENT));
	}
}

/* Asked for by readers, the second while the first is in progress. */
TEST("sync/rcu", test_rcu_starts_no_end_of_its_own_reader)
{
	uint64_t first, second;

	rcu_read_lock();
	first = start_poll_synchronize_rcu();
	second = start_poll_synchronize_rcu();
	check(t, !poll_state_synchronize_rcu(first));
	check(t, !poll_state_synchronize_rcu(second));
	rcu_read_unlock();
	check(t, wait_until_holds(is_over, &first, PATIENT));
	check(t, wait_until_holds(is_over, &second, PATIENT));
}

/* A cookie that is over costs nothing to wait for. */
TEST("sync/rcu", test_rcu_does_not_wait_for_what_is_over)
{
	uint64_t cookie = get_state_synchronize_rcu();
	struct rcu_look before, after;

	synchronize_rcu();
	rcu_look(&before);
	for (unsigned i = 0; i < 1000; i++)
		cond_synchronize_rcu(cookie);
	rcu_look(&after);
	/* somebody else's, perhaps; not a thousand */
	check(t, after.seq - before.seq < 100);
}

/* The first number is 300 below the wrap: 160 grace periods go beyond it. */
TEST("sync/rcu", test_rcu_numbers_wrap_in_every_boot)
{
	uint64_t cookie = get_state_synchronize_rcu();
	struct rcu_look look;

	for (unsigned i = 0; i < 160; i++)
		synchronize_rcu_expedited();
	rcu_look(&look);
	check(t, look.seq < UINT64_MAX / 2);
	check(t, poll_state_synchronize_rcu(cookie));
	check(t, !poll_state_synchronize_rcu(get_state_synchronize_rcu()));
}

/*
 * One reader stays inside until all the others wait.  Their grace periods are
 * the rest of the one in progress and one more.
 */
#define SHARERS	6

static struct gang gang;
static struct atomic32 waiting, inside;
static struct atomic64 seq_then;

static void share(struct gang_member *m)
{
	/* ended by the reader */
	while (!load_acquire(&inside))
		park(clock_ns() + US);
	fetch_add_acq_rel(&waiting, 1);
	synchronize_rcu();
	gang_step(m);
}

static void hold(void *arg)
{
	struct rcu_look look;

	(void)arg;
	rcu_read_lock();
	rcu_look(&look);
	store_release(&seq_then, look.seq);
	store_release(&inside, 1);
	/* ended by the others, if there is a CPU for them */
	for (unsigned i = 0; i < 200 && load_acquire(&waiting) < SHARERS; i++)
		cpu_delay(1000);
	rcu_read_unlock();
}

TEST("sync/rcu", test_rcu_waiters_share_grace_periods)
{
	struct rcu_look look;
	struct thread *reader;

	if (cpumask_count(&cpus_online) == 1) {
		test_skip(t, "on one CPU nobody waits for a reader");
		return;
	}
	/* relaxed, both: nobody is there yet */
	store_relaxed(&waiting, 0);
	store_relaxed(&inside, 0);
	gang_start(&gang, SHARERS, share, test_random(t));
	reader = thread_spawn(hold, NULL, NULL);
	check(t, reader != NULL);
	if (!reader)
		return;
	thread_put(reader);
	check(t, gang_wait(&gang, PATIENT));
	rcu_look(&look);
	test_note(t, "%u waiters, %lu grace periods", SHARERS,
		  (look.seq - load_acquire(&seq_then)) / 2);
	check(t, look.seq - load_acquire(&seq_then) <= 2 * (SHARERS - 1));
}

/* Published whole, read through the pointer. */
static struct atomic_ptr shared;

struct pair { unsigned a, b; struct rcu_head head; };

TEST("sync/rcu", test_rcu_publishes_and_frees)
{
	for (unsigned i = 1; i < 200; i++) {
		struct pair *new = mem_alloc(sizeof(*new));
		struct pair *was = load_relaxed(&shared), *seen;

		check(t, new != NULL);
		if (!new)
			return;
		new->a = new->b = i;
		rcu_assign_pointer(&shared, new);
		rcu_read_lock();
		seen = rcu_dereference(&shared);
		check(t, seen->a == i && seen->b == i);
		rcu_read_unlock();
		if (was)
			kfree_rcu(was, head);
	}
	kfree_rcu((struct pair *)load_relaxed(&shared), head);
	store_relaxed(&shared, NULL);
	rcu_barrier();
}
