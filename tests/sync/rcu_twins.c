/*
 * tests/sync/rcu_twins.c - the faults.
 *
 * Ordering    [A] over: the calling thread's end -> twin_calls_stop().
 *             Otherwise as what they stand for, but for the fault.
 */
#include "tests/sync/rcu_twins.h"

#include "arch/cpu.h"
#include "kernel/assert.h"
#include "sync/park.h"
#include "sync/spinlock.h"

#define POLL_NS	50000

static unsigned read_lock(void *domain)
{
	(void)domain;
	rcu_read_lock();
	return 0;
}

static void read_unlock(void *domain, unsigned index)
{
	(void)domain;
	(void)index;
	rcu_read_unlock();
}

static void do_not_wait(void *domain)
{
	(void)domain;
}

const struct rcu_ops rcu_that_does_not_wait = {
	.name = "synchronize does nothing",
	.read_lock = read_lock,
	.read_unlock = read_unlock,
	.synchronize = do_not_wait,
};

void twin_notes_inside(void *domain)
{
	(void)domain;
	rcu_note_switch();
}

/* callbacks: any grace period that ends will do, though it began before */

static struct spinlock lock = SPINLOCK_INIT;
static struct rcu_head *queued;		/* under lock */
static struct atomic32 stop, over;

static void push(void *domain, struct rcu_head *head,
		 void (*fn)(struct rcu_head *head))
{
	uint64_t was = spin_lock_irqsave(&lock);

	(void)domain;
	head->fn = fn;
	head->next = queued;
	queued = head;
	spin_unlock_irqrestore(&lock, was);
}

static struct rcu_head *take(void)
{
	uint64_t was = spin_lock_irqsave(&lock);
	struct rcu_head *head = queued;

	queued = NULL;
	spin_unlock_irqrestore(&lock, was);
	return head;
}

static void call_early(void)
{
	struct rcu_head *head = take();
	uint64_t cookie = get_state_synchronize_rcu() - 2;

	/* ended by the grace period in progress */
	while (!poll_state_synchronize_rcu(cookie))
		park(clock_ns() + POLL_NS);
	while (head) {
		struct rcu_head *next = head->next;

		head->fn(head);
		head = next;
	}
}

static void calling_thread(void *arg)
{
	(void)arg;
	while (!load_acquire(&stop)) {	/* ended by twin_calls_stop() */
		call_early();
		park(clock_ns() + POLL_NS);
	}
	store_release(&over, 1);			/* [A] */
}

void twin_calls_start(void)
{
	struct thread *t;

	/* relaxed, both: thread_spawn() orders them */
	store_relaxed(&stop, 0);
	store_relaxed(&over, 0);
	t = thread_spawn(calling_thread, NULL, NULL);
	assert(t);
	thread_put(t);
}

void twin_calls_stop(void)
{
	store_release(&stop, 1);
	while (!load_acquire(&over))			/* [A] */
		park(clock_ns() + POLL_NS);
	(void)take();
}

static void drop_all(void *domain)
{
	(void)domain;
}

const struct rcu_ops rcu_that_calls_early = {
	.name = "a callback comes a grace period early",
	.read_lock = read_lock,
	.read_unlock = read_unlock,
	.call = push,
	.barrier = drop_all,
};

/* a tree of its own */

static struct rcu_tree tree;

void twin_begin(void *domain)
{
	(void)domain;
	preempt_disable();
	rcu_tree_online(&tree, cpu_id());
	preempt_enable();
}

void twin_rest(void *domain)
{
	(void)domain;
	preempt_disable();
	if (rcu_tree_is_due(&tree, cpu_id()))
		(void)!rcu_tree_report(&tree, cpu_id());
	preempt_enable();
}

void twin_end(void *domain)
{
	(void)domain;
	preempt_disable();
	(void)!rcu_tree_offline(&tree, cpu_id());
	preempt_enable();
}

/* Returns whether it began a grace period. */
static bool drive(void)
{
	bool began;

	preempt_disable();
	began = rcu_tree_start(&tree);
	(void)!rcu_tree_scan(&tree);
	preempt_enable();
	twin_rest(NULL);
	return began;
}

static void wait_for_all(void *domain)
{
	uint64_t cookie = rcu_tree_cookie(&tree);

	(void)domain;
	/* ended by those who report */
	while (!rcu_tree_passed(&tree, cookie)) {
		drive();
		park(clock_ns() + POLL_NS);
	}
}

/* The highest CPU that counts, or 0. */
static unsigned last_cpu(void)
{
	for (unsigned cpu = NR_CPUS; cpu-- > 0; )
		if (!rcu_tree_is_idle(&tree, cpu))
			return cpu;
	return 0;
}

/* Chosen once, when the first readers have come: they come one by one. */
static struct atomic32 forgotten;

void twin_forgets_anew(void)
{
	store_relaxed(&forgotten, NR_CPUS);	/* relaxed: nobody is there */
}

bool twin_is_forgotten(void *domain, unsigned index)
{
	(void)domain;
	(void)index;
	return cpu_id() == load_relaxed(&forgotten); /* relaxed: a number */
}

static void wait_for_most(void *domain)
{
	uint64_t cookie = rcu_tree_cookie(&tree);

	(void)domain;
	/* ended by those who report */
	while (!rcu_tree_passed(&tree, cookie)) {
		if (drive()) {
			uint32_t cpu = NR_CPUS;

			/* relaxed, both: a number */
			if (last_cpu())
				cas_relaxed(&forgotten, &cpu, last_cpu());
			cpu = load_relaxed(&forgotten);
			if (cpu != NR_CPUS)
				(void)!rcu_tree_report(&tree, cpu);
		}
		park(clock_ns() + POLL_NS);
	}
}

const struct rcu_ops rcu_on_its_own = {
	.name = "a tree beside the kernel's",
	.read_lock = read_lock,
	.read_unlock = read_unlock,
	.synchronize = wait_for_all,
};

const struct rcu_ops rcu_that_forgets_a_cpu = {
	.name = "one CPU is forgotten",
	.read_lock = read_lock,
	.read_unlock = read_unlock,
	.synchronize = wait_for_most,
};
