/*
 * sched/runqueue.c - a list for each priority and a bit for each list.
 *
 * Invariant   Bit p of queued_prios is set iff queue[p] is not empty.  A queued
 *             thread is in queue[t->prio]: whoever changes prio removes it
 *             first.
 * Ordering    All under the lock; queued_prios is also read outside it, where
 *             sched/balance.c says how a late value is made good.
 * References  The multilevel queue with a bitmap: I. Molnar's O(1) scheduler,
 *             Linux 2.5, 2002; Corbato et al., CTSS, AFIPS 1962, for the idea.
 */
#include "sched/runqueue.h"

#include "kernel/assert.h"

_Static_assert(PRIO_LEVELS == 32, "one bit each in queued_prios");

void runqueue_init(struct runqueue *rq)
{
	for (unsigned i = 0; i < PRIO_LEVELS; i++)
		list_init(&rq->queue[i]);
}

void runqueue_push(struct runqueue *rq, struct thread *t, bool front)
{
	/* relaxed: this word has one writer, the holder of the lock */
	uint32_t prios = load_relaxed(&rq->queued_prios);
	struct list *queue = &rq->queue[t->prio];

	if (front)
		list_push_front(queue, &t->queued);
	else
		list_push_back(queue, &t->queued);
	/* relaxed: as above */
	store_relaxed(&rq->queued_prios, prios | 1u << t->prio);
}

void runqueue_remove(struct runqueue *rq, struct thread *t)
{
	/* relaxed: this word has one writer, the holder of the lock */
	uint32_t prios = load_relaxed(&rq->queued_prios);

	assert(prios & 1u << t->prio);
	list_remove(&t->queued);
	if (list_empty(&rq->queue[t->prio]))
		/* relaxed: as above */
		store_relaxed(&rq->queued_prios, prios & ~(1u << t->prio));
}

struct thread *runqueue_pop(struct runqueue *rq)
{
	/* relaxed: under the lock */
	uint32_t prios = load_relaxed(&rq->queued_prios);
	struct list *queue, *node;
	unsigned prio;

	if (!prios)
		return NULL;
	prio = 31 - (unsigned)__builtin_clz(prios);
	queue = &rq->queue[prio];
	node = queue->next;
	/* list_remove() without the last step: 12 instructions of a yield */
	queue->next = node->next;
	node->next->prev = queue;
	if (list_empty(queue))
		/* relaxed: under the lock */
		store_relaxed(&rq->queued_prios, prios & ~(1u << prio));
	return list_entry(node, struct thread, queued);
}

struct thread *runqueue_steal(struct runqueue *rq, unsigned cpu)
{
	/* relaxed: under the lock */
	uint32_t prios = load_relaxed(&rq->queued_prios);

	while (prios) {
		unsigned prio = 31 - (unsigned)__builtin_clz(prios);

		list_for_each(pos, &rq->queue[prio]) {
			struct thread *t = list_entry(pos, struct thread,
						      queued);

			if (!cpumask_test(&t->affinity, cpu))
				continue;
			runqueue_remove(rq, t);
			return t;
		}
		prios &= ~(1u << prio);
	}
	return NULL;
}
