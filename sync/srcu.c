/*
 * sync/srcu.c - count who enters and who leaves, in two halves.
 *
 * Invariant   A reader adds one to entered of the half that index names when it
 *             comes, and one to left of the same half when it goes: by sums
 *             over all CPUs, entered - left of a half is who is inside there.
 *             A wait reads left first, and entered after it, so it never takes
 *             somebody as gone whose coming it missed: where the sums are
 *             equal, at some moment in between nobody was inside.
 *             New readers go to the other half, so the sums become equal.
 *             Why two flips: a reader loads index, and may be held up before it
 *             adds to entered.  A wait for that half sees nothing of it, and is
 *             right: the reader is going to see what was unlinked.  Then the
 *             reader enters, into a half that counts as the old one; the next
 *             grace period flips to just that half, and waits for the other.
 *             Only by a second flip does it come to wait for both.
 * Ordering    [A] left: what the reader did -> the wait that counts it.
 *             [B] reader: entered, fence, reading.  Updater: unlinking, fence,
 *             entered.  Either the wait sees the reader, or the reader sees the
 *             unlinking.
 *             [C] seq: the end of a grace period -> those who share it.
 *             [D] seq, as in sync/rcu_tree.c [B]: unlinking, fence, seq, for
 *             who shares; seq, fence, the waits, for who does it.
 * References  P. E. McKenney, Sleepable RCU, LWN 2006; Linux,
 *             kernel/rcu/srcutree.c, for entered and left apart, so that a
 *             reader may leave elsewhere (M. Desnoyers, P. McKenney).
 *             Rejected: waiting for the idle half, flipping, waiting (Linux):
 *             the same waits, and it takes longer to see why.
 */
#include "sync/srcu.h"

#include "arch/clock.h"
#include "arch/cpu.h"
#include "sync/park.h"
#include "sync/preempt.h"

#define LOOKS		8	/* at once, before sleeping */
#define FIRST_LOOK_NS	5000ULL
#define FIRST		(-(uint64_t)20)	/* soon wraps */

void srcu_init(struct srcu *s)
{
	/* relaxed, all: s is the caller's own until it is published */
	store_relaxed(&s->index, (uint32_t)FIRST);	/* relaxed: above */
	store_relaxed(&s->seq, FIRST);			/* relaxed: above */
	mutex_init(&s->updater);
	for (unsigned i = 0; i < 2 * NR_CPUS; i++) {
		struct srcu_cpu *c = &s->cpu[i / 2];

		store_relaxed(&c->entered[i % 2], FIRST); /* relaxed: above */
		store_relaxed(&c->left[i % 2], FIRST);	/* relaxed: above */
	}
}

unsigned srcu_read_lock(struct srcu *s)
{
	/* relaxed: either half will do: see Invariant */
	unsigned index = load_relaxed(&s->index) & 1;

	preempt_disable();
	store_add_release(&s->cpu[cpu_id()].entered[index], 1);	/* [B] */
	preempt_enable();
	fence_seq_cst();					/* [B] */
	return index;
}

void srcu_read_unlock(struct srcu *s, unsigned index)
{
	preempt_disable();
	store_add_release(&s->cpu[cpu_id()].left[index], 1);	/* [A] */
	preempt_enable();
}

static bool is_empty(struct srcu *s, unsigned index)
{
	uint64_t entered = 0, left = 0;

	for (unsigned cpu = 0; cpu < NR_CPUS; cpu++)
		left += load_acquire(&s->cpu[cpu].left[index]);	/* [A] */
	fence_seq_cst();					/* [B] */
	for (unsigned cpu = 0; cpu < NR_CPUS; cpu++)
		entered += load_acquire(&s->cpu[cpu].entered[index]); /* [B] */
	return entered == left;
}

static void wait_until_empty(struct srcu *s, unsigned index)
{
	uint64_t pause_ns = FIRST_LOOK_NS;

	for (unsigned i = 0; i < LOOKS; i++) {
		if (is_empty(s, index))
			return;
		cpu_delay(8);
	}
	while (!is_empty(s, index)) {	/* ended by the readers */
		park(clock_ns() + pause_ns);
		if (pause_ns < SRCU_LOOK_NS)
			pause_ns *= 2;
	}
}

void srcu_flip(struct srcu *s)
{
	/* relaxed: under updater; readers may take either */
	uint32_t index = load_relaxed(&s->index);

	store_relaxed(&s->index, index + 1);		/* relaxed: above */
	fence_seq_cst();					/* [B] */
	wait_until_empty(s, index & 1);
}

void synchronize_srcu(struct srcu *s)
{
	uint64_t cookie, seq;

	might_sleep();
	fence_seq_cst();					/* [D] */
	cookie = (load_acquire(&s->seq) + 3) & ~1ULL;		/* [C] */
	mutex_lock(&s->updater);
	/* relaxed: under updater */
	seq = load_relaxed(&s->seq);
	if ((int64_t)(seq - cookie) < 0) {
		store_relaxed(&s->seq, seq + 1);	/* relaxed: the fence */
		fence_seq_cst();				/* [D] */
		srcu_flip(s);
		srcu_flip(s);
		store_release(&s->seq, seq + 2);		/* [C] */
	}
	mutex_unlock(&s->updater);
}

static unsigned op_read_lock(void *domain)
{
	return srcu_read_lock(domain);
}

static void op_read_unlock(void *domain, unsigned index)
{
	srcu_read_unlock(domain, index);
}

static void op_synchronize(void *domain)
{
	synchronize_srcu(domain);
}

const struct rcu_ops srcu_ops = {
	.name = "srcu",
	.read_lock = op_read_lock,
	.read_unlock = op_read_unlock,
	.synchronize = op_synchronize,
};
