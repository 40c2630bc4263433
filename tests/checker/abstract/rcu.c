/*
 * tests/checker/abstract/rcu.c - grace periods as callbacks see them: cookies,
 * and a wait.
 *
 * The tree and who waits for it are checked alone (tests/checker/programs/
 * rcu_tree.c and rcu.c).  What queues callbacks is linked with this: a reader
 * holds the lock of its CPU, and a grace period takes each of them once.  It
 * begins and ends within rcu_wait_for(); one that is in progress is not enough
 * for a cookie, as in the tree: seq is odd meanwhile.
 * References  The lock of each reader: McKenney, Is Parallel Programming Hard,
 *             appendix B.2.
 */
#include "tests/checker/abstract/rcu.h"

#include "sync/rcu.h"
#include "sync/rcu_state.h"

#include "tests/checker/checker.h"

struct rcu_tree rcu_tree;	/* its seq is all that is used */

static struct check_lock inside[NR_CPUS];
static struct check_lock changes;	/* of seq, and who asks for it */
static struct check_lock driver;	/* held for a grace period */

void abstract_read_lock(void)
{
	check_lock(&inside[cpu_id()]);
}

void abstract_read_unlock(void)
{
	check_unlock(&inside[cpu_id()]);
}

static uint64_t advance(unsigned by)
{
	uint64_t seq;

	check_lock(&changes);
	/* relaxed: only who holds the lock changes it */
	seq = load_relaxed(&rcu_tree.seq);
	if (by)		/* pairs with poll_state_synchronize_rcu() */
		store_release(&rcu_tree.seq, seq + by);
	check_unlock(&changes);
	return seq;
}

uint64_t get_state_synchronize_rcu(void)
{
	return (advance(0) + 3) & ~1ULL;
}

bool poll_state_synchronize_rcu(uint64_t cookie)
{
	return (int64_t)(load_acquire(&rcu_tree.seq) - cookie) >= 0;
}

static void grace_period(void)
{
	advance(1);
	for (unsigned cpu = 0; cpu < NR_CPUS; cpu++) {
		check_lock(&inside[cpu]);
		check_unlock(&inside[cpu]);
	}
	advance(1);
}

void rcu_wait_for(uint64_t cookie, bool hurry)
{
	(void)hurry;
	might_sleep();
	while (!poll_state_synchronize_rcu(cookie)) {
		check_lock(&driver);
		if (!poll_state_synchronize_rcu(cookie))
			grace_period();
		check_unlock(&driver);
	}
}

bool rcu_drive(bool here)
{
	(void)here;
	return false;
}

void rcu_event(uint16_t kind, uint64_t a, uint64_t b)
{
	(void)kind;
	(void)a;
	(void)b;
}
