/*
 * tests/sync/test_rcu_callbacks.c - callbacks: order, barriers, floods.
 */
#include "sync/rcu_callbacks.h"

#include "arch/cpu.h"
#include "kernel/mem.h"
#include "kernel/test.h"
#include "sync/rcu.h"
#include "tests/sync/gang.h"

#define MANY	500

struct item {
	struct rcu_head head;
	unsigned number;
	uint64_t cookie;
};

static struct item items[MANY];
static struct atomic32 called, misplaced, early;

static void note(struct rcu_head *head)
{
	struct item *item = container_of(head, struct item, head);
	/* relaxed: callbacks of one CPU are called by one thread */
	uint32_t n = fetch_add_relaxed(&called, 1);

	if (item->number != n)
		fetch_add_relaxed(&misplaced, 1);	/* relaxed: a count */
	if (!poll_state_synchronize_rcu(item->cookie))
		fetch_add_relaxed(&early, 1);		/* relaxed: a count */
}

static void begin(void)
{
	rcu_barrier();
	/* relaxed, all of them: no callback is queued */
	store_relaxed(&called, 0);
	store_relaxed(&misplaced, 0);
	store_relaxed(&early, 0);
}

/* All on one CPU: a thread that is moved in between would mix two lists. */
static void queue_all(void)
{
	preempt_disable();
	for (unsigned i = 0; i < MANY; i++) {
		items[i].number = i;
		items[i].cookie = get_state_synchronize_rcu();
		call_rcu(&items[i].head, note);
	}
	preempt_enable();
}

TEST("sync/rcu_callbacks", test_rcu_callbacks_come_in_order_and_in_time)
{
	begin();
	queue_all();
	rcu_barrier();
	check(t, load_acquire(&called) == MANY);
	check(t, load_acquire(&misplaced) == 0);
	check(t, load_acquire(&early) == 0);
}

static void count(struct rcu_head *head)
{
	(void)head;
	fetch_add_acq_rel(&called, 1);
}

/* Several barriers at once, each behind callbacks of its own. */
#define BARRIERS	4
#define EACH		50

static struct gang gang;
static struct rcu_head heads[BARRIERS][EACH];
static struct atomic32 counts[BARRIERS], short_barriers;

static void count_own(struct rcu_head *head)
{
	unsigned i = (unsigned)((head - heads[0]) / EACH);

	fetch_add_acq_rel(&counts[i], 1);
}

static void queue_and_wait(struct gang_member *m)
{
	for (unsigned round = 1; round <= 4; round++) {
		for (unsigned i = 0; i < EACH; i++)
			call_rcu(&heads[m->index][i], count_own);
		rcu_barrier();
		if (load_acquire(&counts[m->index]) != round * EACH)
			fetch_add_acq_rel(&short_barriers, 1);
		gang_step(m);
	}
}

TEST("sync/rcu_callbacks", test_rcu_barrier_waits_for_all_of_them)
{
	begin();
	store_relaxed(&short_barriers, 0);	/* relaxed: nobody yet */
	for (unsigned i = 0; i < BARRIERS; i++)
		store_relaxed(&counts[i], 0);	/* relaxed: nobody yet */
	gang_start(&gang, BARRIERS, queue_and_wait, test_random(t));
	check(t, gang_wait(&gang, PATIENT));
	check(t, load_acquire(&short_barriers) == 0);
}

TEST("sync/rcu_callbacks", test_rcu_barrier_without_callbacks_returns)
{
	struct rcu_callbacks_look look;
	unsigned left = 0;

	for (unsigned i = 0; i < 50; i++)
		rcu_barrier();
	for (unsigned cpu = 0; cpu < NR_CPUS; cpu++) {
		rcu_callbacks_look(cpu, &look);
		left += look.queued;
	}
	check(t, left == 0);
}

/* A callback that queues itself again, some times. */
static unsigned again;

static void once_more(struct rcu_head *head)
{
	fetch_add_acq_rel(&called, 1);
	if (again-- > 1)
		call_rcu(head, once_more);
}

TEST("sync/rcu_callbacks", test_rcu_a_callback_may_queue_itself)
{
	begin();
	again = 3;
	call_rcu(&items[0].head, once_more);
	for (unsigned i = 0; i < 3; i++)
		rcu_barrier();
	check(t, load_acquire(&called) == 3);
}

/* From interrupts, too. */
static struct rcu_head from_irq;
static struct timer timer;
static struct atomic32 fired;

static void queue_in_interrupt(struct timer *unused)
{
	(void)unused;
	call_rcu(&from_irq, count);
	store_release(&fired, 1);
}

static bool has_fired(void *unused)
{
	(void)unused;
	return load_acquire(&fired);
}

TEST("sync/rcu_callbacks", test_rcu_callbacks_from_an_interrupt)
{
	begin();
	store_relaxed(&fired, 0);	/* relaxed: nobody yet */
	timer = (struct timer)TIMER_INIT(queue_in_interrupt);
	timer_start(&timer, clock_ns() + 100 * US);
	check(t, wait_until_holds(has_fired, NULL, PATIENT));
	rcu_barrier();
	check(t, load_acquire(&called) == 1);
}

/* A flood: each thread queues as fast as it can, far more than may wait. */
#define FLOODERS	3
#define FLOOD		(3 * RCU_FLOOD)

static struct atomic32 outstanding, most, no_memory;

struct drop {
	char payload[100];
	struct rcu_head head;
};

static void dry(struct rcu_head *head)
{
	mem_free(container_of(head, struct drop, head));
	fetch_add_relaxed(&outstanding, -1);	/* relaxed: a count */
}

static void flood(struct gang_member *m)
{
	for (unsigned i = 0; i < FLOOD; i++) {
		struct drop *drop = mem_alloc(sizeof(*drop));
		/* relaxed, here and below: counts, some of them a little off */
		uint32_t n, was = load_relaxed(&most);

		if (!drop) {
			fetch_add_relaxed(&no_memory, 1);
			continue;
		}
		n = fetch_add_relaxed(&outstanding, 1) + 1;
		while (n > was && !cas_relaxed(&most, &was, n))
			;
		call_rcu(&drop->head, dry);
		if (i % 256 == 0)
			gang_step(m);
	}
}

TEST("sync/rcu_callbacks", test_rcu_a_flood_is_held_back)
{
	uint64_t held_back = 0;

	begin();
	/* relaxed, all of them: nobody yet */
	store_relaxed(&outstanding, 0);
	store_relaxed(&most, 0);
	store_relaxed(&no_memory, 0);
	gang_start(&gang, FLOODERS, flood, test_random(t));
	check(t, gang_wait(&gang, PATIENT));
	rcu_barrier();
	for (unsigned cpu = 0; cpu < NR_CPUS; cpu++) {
		struct rcu_callbacks_look look;

		rcu_callbacks_look(cpu, &look);
		held_back += look.held_back;
		check(t, look.peak <= RCU_FLOOD + FLOODERS + MANY);
	}
	test_note(t, "%u queued, at most %u at a time; held back %lu times",
		  FLOODERS * FLOOD, load_relaxed(&most), held_back);
	check(t, load_relaxed(&outstanding) == 0);
	check(t, load_relaxed(&no_memory) == 0);
	/* a thread that is moved leaves its CPU's callbacks behind it */
	check(t, held_back > 0 ||
	      load_relaxed(&most) <= FLOODERS * (RCU_FLOOD + 1));
}
