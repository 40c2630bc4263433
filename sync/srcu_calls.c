/*
 * sync/srcu_calls.c - take all that is queued, wait, call them, again.
 *
 * Invariant   A callback is in the list, or in the thread's hands, and then it
 *             was queued before the grace period for which the thread waits.
 *             The thread takes the whole list and calls it in its order before
 *             it takes again: so the order stands, and a barrier, which is a
 *             callback, comes behind all that was queued before it.
 * Ordering    None of its own: the lock hands the list over, the completion the
 *             barrier's end, and synchronize_srcu() has the readers' edges.
 * References  Linux, kernel/rcu/srcutree.c, for what is offered.  Rejected: a
 *             thread for all domains, for a reader that sleeps long would hold
 *             up the callbacks of others.
 */
#include "sync/srcu_calls.h"

#include "kernel/errno.h"
#include "sync/park.h"

static bool has_work(void *arg)
{
	struct srcu_calls *c = arg;
	uint64_t was = spin_lock_irqsave(&c->lock);
	bool work = c->first || c->ends;

	spin_unlock_irqrestore(&c->lock, was);
	return work;
}

/* All that is queued; NULL: it is over. */
static struct rcu_head *take_all(struct srcu_calls *c)
{
	uint64_t was = spin_lock_irqsave(&c->lock);
	struct rcu_head *all = c->first;

	c->first = NULL;
	spin_unlock_irqrestore(&c->lock, was);
	return all;
}

static void call_all(struct rcu_head *head)
{
	while (head) {		/* nobody adds to what was taken */
		struct rcu_head *next = head->next;

		head->fn(head);
		head = next;
	}
}

static void thread_main(void *arg)
{
	struct srcu_calls *c = arg;
	struct rcu_head *all;

	for (;;) {		/* ended by srcu_calls_end() */
		wait_event(&c->more, has_work, c);
		all = take_all(c);
		if (!all)
			break;
		synchronize_srcu(&c->domain);
		call_all(all);
	}
	complete(&c->ended);
}

int srcu_calls_init(struct srcu_calls *c)
{
	struct thread *t;

	srcu_init(&c->domain);
	spin_init(&c->lock);
	c->first = NULL;
	c->ends = false;
	waitq_init(&c->more);
	completion_init(&c->ended);
	t = thread_spawn(thread_main, c, NULL);
	if (!t)
		return -ENOMEM;
	thread_put(t);
	return 0;
}

void call_srcu(struct srcu_calls *c, struct rcu_head *head,
	       void (*fn)(struct rcu_head *head))
{
	uint64_t was = spin_lock_irqsave(&c->lock);
	bool first = !c->first;

	head->fn = fn;
	head->next = NULL;
	if (first)
		c->first = head;
	else
		c->last->next = head;
	c->last = head;
	spin_unlock_irqrestore(&c->lock, was);
	if (first)
		waitq_wake_all(&c->more);
}

struct barrier {
	struct rcu_head head;
	struct completion passed;
};

static void pass(struct rcu_head *head)
{
	complete(&container_of(head, struct barrier, head)->passed);
}

void srcu_barrier(struct srcu_calls *c)
{
	struct barrier b;

	completion_init(&b.passed);
	call_srcu(c, &b.head, pass);
	wait_for_completion(&b.passed);
}

void srcu_calls_end(struct srcu_calls *c)
{
	uint64_t was = spin_lock_irqsave(&c->lock);

	c->ends = true;
	spin_unlock_irqrestore(&c->lock, was);
	waitq_wake_all(&c->more);
	wait_for_completion(&c->ended);
}
