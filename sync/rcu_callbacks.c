/*
 * sync/rcu_callbacks.c - a list a CPU, in three segments, and its thread.
 *
 * Invariant   A callback goes through three segments of one CPU's list:
 *             next     queued; no grace period is known for it yet
 *             waiting  the cookie is from after it was queued
 *             ready    the cookie's grace period is over
 *             next, with all counts, is under lock.  waiting and ready are the
 *             thread's own.  It moves whole segments, so their order stands,
 *             and a new grace period is on its way while it calls what is
 *             ready.  queued counts all three.
 *             barrier is queued by rcu_barrier() alone, under barrier_lock, and
 *             only where queued is not 0: behind all that it must wait for.
 *             The keeper, the thread of the CPU that called
 *             rcu_callbacks_start(), creates the others: cpus in wanted.
 * Ordering    [I] left: the callbacks before a barrier's -> rcu_barrier().
 *             [J] keeper: its row is initialised -> who wants a thread.
 *             [L] keeper, fence, initialised; and initialised, fence, keeper.
 *             Then a CPU's row is looked at by who starts, under its lock: that
 *             finds what was queued before, and later ones find the keeper.
 *             The lists are under the lock; grace periods are
 *             sync/rcu_tree.c's.
 * References  Linux, kernel/rcu/rcu_segcblist.c and tree.c, for the idea of
 *             segments and of rcu_barrier(); McKenney, Is Parallel Programming
 *             Hard, 9.5.3.
 */
#include "sync/rcu_callbacks.h"

#include "kernel/assert.h"
#include "kernel/event.h"
#include "kernel/mem.h"
#include "sync/completion.h"
#include "sync/mutex.h"
#include "sync/rcu.h"
#include "sync/rcu_state.h"
#include "sync/spinlock.h"

#define RETRY_NS	10000000ULL
#define OFFSETS		4096	/* no function lies there */

struct segment {
	struct rcu_head *first;
	struct rcu_head *last;	/* if there is a first */
};

struct row {
	struct spinlock lock;

	/* under lock */
	struct segment next;
	bool is_initialised;
	bool has_thread;	/* or it was asked for */
	bool hurries;		/* a barrier is among them */
	bool holds_back;	/* somebody sleeps in room */
	uint64_t want;		/* a cookie that somebody polls */
	struct rcu_callbacks_look count;

	/* the thread's */
	struct segment waiting;

	struct waitq more;	/* the thread sleeps in it */
	struct waitq room;
	struct rcu_head barrier;
	unsigned cpu;
} aligned_to(CACHE_LINE);

static PERCPU(struct row, rows);
static struct cpumask initialised, wanted;
static struct atomic_ptr keeper;

static struct mutex barrier_lock = MUTEX_INIT(barrier_lock);
static struct completion barrier_done = COMPLETION_INIT(barrier_done);
static struct atomic32 left;

static void segment_push(struct segment *s, struct rcu_head *head)
{
	head->next = NULL;
	if (s->first)
		s->last->next = head;
	else
		s->first = head;
	s->last = head;
}

static struct segment segment_take(struct segment *s)
{
	struct segment all = *s;

	*s = (struct segment){ NULL, NULL };
	return all;
}

void rcu_callbacks_init_cpu(void)
{
	struct row *row = this_cpu_ptr(&rows);

	if (row->is_initialised)
		return;
	row->is_initialised = true;
	row->cpu = cpu_id();
	row->want = rcu_tree_number(&rcu_tree) & ~1ULL;	/* it is over */
	waitq_init(&row->more);
	waitq_init(&row->room);
	cpumask_set(&initialised, row->cpu);			/* [L] */
	fence_seq_cst();					/* [L] */
}

/* The thread has something to do. */
static void wake_thread(struct row *row)
{
	struct row *k = load_acquire(&keeper);		/* [J] */
	bool had;
	uint64_t was = spin_lock_irqsave(&row->lock);

	had = row->has_thread || !k;
	if (!had)
		row->has_thread = true;
	spin_unlock_irqrestore(&row->lock, was);
	if (!had)
		cpumask_set(&wanted, row->cpu);
	waitq_wake_all(had ? &row->more : &k->more);
}

static bool has_room(void *arg)
{
	struct row *row = arg;
	uint64_t was = spin_lock_irqsave(&row->lock);
	bool room = row->count.queued <= RCU_FLOOD / 2;

	row->holds_back |= !room;
	spin_unlock_irqrestore(&row->lock, was);
	return room;
}

static never_inline void hold_back(struct row *row)
{
	uint64_t was = spin_lock_irqsave(&row->lock);

	row->count.held_back++;
	spin_unlock_irqrestore(&row->lock, was);
	wait_event(&row->room, has_room, row);
}

/* Locked: queues head.  True: the thread may be asleep. */
static bool push_locked(struct row *row, struct rcu_head *head)
{
	bool first = !row->next.first;

	segment_push(&row->next, head);
	if (++row->count.queued > row->count.peak)
		row->count.peak = row->count.queued;
	return first;
}

void call_rcu(struct rcu_head *head, void (*fn)(struct rcu_head *head))
{
	struct row *row = this_cpu_ptr(&rows);	/* any would do: see lock */
	bool first, flood;
	uint64_t was;

	head->fn = fn;
	was = spin_lock_irqsave(&row->lock);
	first = push_locked(row, head);
	flood = row->count.queued > RCU_FLOOD;
	spin_unlock_irqrestore(&row->lock, was);
	if (first)
		wake_thread(row);
	if (unlikely(flood) && preemptible())
		hold_back(row);
}

void rcu_free_later(struct rcu_head *head, size_t offset)
{
	assert(offset < OFFSETS);
	call_rcu(head, (void (*)(struct rcu_head *))offset);
}

void rcu_callbacks_want(uint64_t cookie)
{
	struct row *row = this_cpu_ptr(&rows);
	uint64_t was = spin_lock_irqsave(&row->lock);
	bool news = (int64_t)(cookie - row->want) > 0;

	if (news)
		row->want = cookie;
	spin_unlock_irqrestore(&row->lock, was);
	if (news && !poll_state_synchronize_rcu(cookie))
		wake_thread(row);
}

static bool has_work(void *arg)
{
	struct row *row = arg;
	uint64_t was = spin_lock_irqsave(&row->lock);
	bool work = row->next.first || !poll_state_synchronize_rcu(row->want);

	spin_unlock_irqrestore(&row->lock, was);
	if (work)
		return true;
	/* relaxed: the keeper is, for the rest of its life */
	return load_relaxed(&keeper) == row && !cpumask_empty(&wanted);
}

static void call(struct rcu_head *head)
{
	uintptr_t offset = (uintptr_t)head->fn;

	if (offset < OFFSETS)
		mem_free((char *)head - offset);
	else
		head->fn(head);
}

/* n were called: so many less, and perhaps room again. */
static void count_called(struct row *row, unsigned n)
{
	uint64_t was = spin_lock_irqsave(&row->lock);
	unsigned left_here;
	bool room;

	row->count.called += n;
	row->count.queued -= n;
	left_here = row->count.queued;
	room = row->holds_back && row->count.queued <= RCU_FLOOD / 2;
	if (room)
		row->holds_back = false;
	spin_unlock_irqrestore(&row->lock, was);
	rcu_event(EVENT_RCU_CALLED, n, left_here);
	if (room)
		waitq_wake_all(&row->room);
}

static void call_all(struct row *row, struct rcu_head *head)
{
	while (head) {		/* ends: nobody adds to what is ready */
		unsigned n = 0;

		preempt_disable();
		for (; head && n < RCU_BATCH; n++) {
			struct rcu_head *next = head->next;

			call(head);
			head = next;
		}
		preempt_enable();
		count_called(row, n);
	}
}

/* Moves next to waiting.  True: be quick. */
static bool take_next(struct row *row, uint64_t *cookie)
{
	uint64_t was = spin_lock_irqsave(&row->lock);
	bool hurry = row->hurries || row->count.queued > RCU_FLOOD / 2;

	row->waiting = segment_take(&row->next);
	row->hurries = false;
	*cookie = get_state_synchronize_rcu();
	if (!row->waiting.first)
		*cookie = row->want;
	spin_unlock_irqrestore(&row->lock, was);
	return hurry;
}

static void worker_main(void *arg);

static void create_wanted(void)
{
	cpumask_for_each(cpu, &wanted) {
		struct cpumask only = { 0 };
		struct thread *t;

		cpumask_set(&only, cpu);
		t = thread_spawn(worker_main, per_cpu_ptr(&rows, cpu), &only);
		if (!t)
			return;
		cpumask_clear(&wanted, cpu);
		thread_put(t);
	}
}

/* True: has_work().  The keeper comes back soon if memory was short. */
static bool wait_for_work(struct row *row)
{
	/* relaxed: as in has_work() */
	if (load_relaxed(&keeper) == row) {
		create_wanted();
		if (!cpumask_empty(&wanted))
			return wait_event_timeout(&row->more, has_work, row,
						  clock_ns() + RETRY_NS);
	}
	wait_event(&row->more, has_work, row);
	return true;
}

static void worker_main(void *arg)
{
	struct row *row = arg;
	struct rcu_head *ready = NULL;
	uint64_t cookie;
	bool hurry;

	for (;;) {		/* a CPU's thread lives as long as the CPU */
		if (!ready)
			(void)wait_for_work(row);
		hurry = take_next(row, &cookie);
		if (!poll_state_synchronize_rcu(cookie))
			rcu_drive(true);
		call_all(row, ready);
		rcu_wait_for(cookie, hurry);
		ready = segment_take(&row->waiting).first;
	}
}

void rcu_callbacks_start(void)
{
	struct row *row = this_cpu_ptr(&rows);
	struct cpumask only = { 0 };
	struct thread *t;

	cpumask_set(&only, row->cpu);
	row->has_thread = true;
	store_release(&keeper, row);				/* [J] [L] */
	t = thread_spawn(worker_main, row, &only);
	assert(t);
	thread_put(t);
	fence_seq_cst();					/* [L] */
	cpumask_for_each(cpu, &initialised)
		if (has_work(per_cpu_ptr(&rows, cpu)))
			wake_thread(per_cpu_ptr(&rows, cpu));
}

static void barrier_passed(void)
{
	if (fetch_add_acq_rel(&left, -1) == 1)			/* [I] */
		complete(&barrier_done);
}

static void barrier_called(struct rcu_head *head)
{
	(void)head;
	barrier_passed();
}

/* Behind all of cpu's callbacks, if there are any. */
static void barrier_queue(struct row *row)
{
	uint64_t was = spin_lock_irqsave(&row->lock);
	bool first = false;

	if (row->count.queued) {
		fetch_add_acq_rel(&left, 1);			/* [I] */
		row->barrier.fn = barrier_called;
		first = push_locked(row, &row->barrier);
		row->hurries = true;
	}
	spin_unlock_irqrestore(&row->lock, was);
	if (first)
		wake_thread(row);
}

void rcu_barrier(void)
{
	mutex_lock(&barrier_lock);
	completion_init(&barrier_done);
	store_release(&left, 1);				/* [I] */
	cpumask_for_each(cpu, &initialised)
		barrier_queue(per_cpu_ptr(&rows, cpu));
	barrier_passed();
	wait_for_completion(&barrier_done);
	mutex_unlock(&barrier_lock);
}

void rcu_callbacks_look(unsigned cpu, struct rcu_callbacks_look *out)
{
	struct row *row;
	uint64_t was;

	*out = (struct rcu_callbacks_look){ 0 };
	if (!cpumask_test(&initialised, cpu))
		return;
	row = per_cpu_ptr(&rows, cpu);
	was = spin_lock_irqsave(&row->lock);
	*out = row->count;
	spin_unlock_irqrestore(&row->lock, was);
}
