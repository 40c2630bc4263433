/*
 * tests/sync/twins_spin.c - spin locks that are broken on purpose.
 *
 * A trial must find each of them, and by its invariant.  The faults are those
 * that students make; each is named where it is.
 *
 * Ordering    [A] unlock -> the next lock, as in the lock that is meant.
 *             [B] what queues a waiter -> who finds it there.
 */
#include "tests/sync/twins_spin.h"

#include "arch/cpu.h"

struct word {
	struct atomic32 held;
};

static void word_init(void *lock)
{
	store_relaxed(&((struct word *)lock)->held, 0);
}

static void word_unlock(void *lock)
{
	store_release(&((struct word *)lock)->held, 0);	/* [A] */
}

/* ---- no lock at all */

static void nothing(void *lock)
{
	(void)lock;
}

/* ---- test, then set: two steps, and somebody else's fit in between */

static void test_then_set(void *lock)
{
	struct word *l = lock;

	while (load_acquire(&l->held))		/* [A] */
		cpu_relax();
	trial_await_inside();
	store_relaxed(&l->held, 1);
}

/* ---- the ticket is called when its holder enters, not when it leaves */

struct early {
	struct atomic32 next, owner;
};

static void early_init(void *lock)
{
	struct early *l = lock;

	store_relaxed(&l->next, 0);
	store_relaxed(&l->owner, 0);
}

static void early_lock(void *lock)
{
	struct early *l = lock;
	uint32_t mine = fetch_add_relaxed(&l->next, 1);

	while (load_acquire(&l->owner) != mine)	/* [A] */
		cpu_relax();
	store_release(&l->owner, mine + 1);	/* [A] */
}

/*
 * ---- a queue in front of a byte, as in sync/spinlock.c: the first in line
 * alone may take the byte, so it needs no locked instruction; but trylock looks
 * at the byte only, and takes it from under the eyes of the queue
 */

struct line {
	struct atomic32 next, first;	/* tickets: who is first in line */
	struct atomic32 held;
};

static void line_init(void *lock)
{
	struct line *l = lock;

	store_relaxed(&l->next, 0);
	store_relaxed(&l->first, 0);
	store_relaxed(&l->held, 0);
}

static void line_lock(void *lock)
{
	struct line *l = lock;
	uint32_t mine = fetch_add_relaxed(&l->next, 1);

	while (load_acquire(&l->first) != mine)	/* [B] */
		cpu_relax();
	while (load_acquire(&l->held))		/* [A] */
		cpu_relax();
	trial_await_inside();
	store_relaxed(&l->held, 1);
	store_release(&l->first, mine + 1);	/* [B] */
}

static bool line_trylock(void *lock)
{
	return !xchg_acquire(&((struct line *)lock)->held, 1);	/* [A] */
}

static void line_unlock(void *lock)
{
	store_release(&((struct line *)lock)->held, 0);	/* [A] */
}

/* ---- MCS: unlock sees no next, and does not wait for who just queued */

struct mcs_node {
	struct atomic_ptr next;
	struct atomic32 called;
};

struct mcs_twin {
	struct atomic_ptr tail;
	struct mcs_node node[NR_CPUS];
};

static void mcs_init(void *lock)
{
	store_relaxed(&((struct mcs_twin *)lock)->tail, NULL);
}

static void mcs_lock(void *lock)
{
	struct mcs_twin *l = lock;
	struct mcs_node *mine = &l->node[cpu_id()], *before;
	unsigned turns = 0;

	store_relaxed(&mine->next, NULL);
	store_relaxed(&mine->called, 0);
	before = xchg_acq_rel(&l->tail, mine);	/* [A] [B] */
	if (!before)
		return;
	trial_await_turn();
	store_release(&before->next, mine);	/* [B] */
	while (!load_acquire(&mine->called) && !trial_lost(&turns))	/* [A] */
		cpu_relax();
}

static void mcs_unlock(void *lock)
{
	struct mcs_twin *l = lock;
	struct mcs_node *mine = &l->node[cpu_id()];
	struct mcs_node *next = load_acquire(&mine->next);	/* [B] */
	void *last = mine;

	if (next)
		store_release(&next->called, 1);	/* [A] */
	else if (!cas_release(&l->tail, &last, NULL))	/* [A] */
		return;		/* here it should wait for next */
}

/* ---- CLH */

struct clh_node {
	struct atomic32 busy;
	struct atomic_ptr before;	/* atomic: two may come to own a node */
};

struct clh_twin {
	struct atomic_ptr tail;
	struct clh_node *mine[NR_CPUS];
	struct clh_node node[NR_CPUS + 1];
};

static void clh_init(void *lock)
{
	struct clh_twin *l = lock;

	for (unsigned i = 0; i < NR_CPUS; i++)
		l->mine[i] = &l->node[i];
	store_relaxed(&l->node[NR_CPUS].busy, 0);
	store_relaxed(&l->tail, &l->node[NR_CPUS]);
}

static void clh_wait(struct clh_node *mine, struct clh_node *before)
{
	unsigned turns = 0;

	store_relaxed(&mine->before, before);
	while (load_acquire(&before->busy) && !trial_lost(&turns))	/* [A] */
		cpu_relax();
}

/* Until the tail is this node, or until it is not; or for a while. */
static void await_tail(struct clh_twin *l, struct clh_node *node, bool is)
{
	for (unsigned i = 0; i < 20000; i++) {
		if ((load_relaxed(&l->tail) == node) == is)
			return;
		cpu_relax();
	}
}

/*
 * It looks late, so late that the node before it may be in use again.  So it
 * may be in the lock that is meant; there the node is the watcher's by then.
 */
static void clh_lock_late(void *lock)
{
	struct clh_twin *l = lock;
	struct clh_node *mine = l->mine[cpu_id()], *before;

	store_relaxed(&mine->busy, 1);
	before = xchg_acq_rel(&l->tail, mine);	/* [B] */
	await_tail(l, before, true);
	clh_wait(mine, before);
}

/* ---- CLH: keep the node, though its watcher may not have looked yet */
static void clh_unlock_and_keep(void *lock)
{
	struct clh_twin *l = lock;

	store_release(&l->mine[cpu_id()]->busy, 0);	/* [A] */
}

/* ---- CLH: a node that was used is queued before it says that it is busy */
static void clh_lock_stale(void *lock)
{
	struct clh_twin *l = lock;
	struct clh_node *mine = l->mine[cpu_id()];
	struct clh_node *before = xchg_acq_rel(&l->tail, mine);	/* [B] */

	if (cpu_id() % 2) {	/* who is behind us must not be as slow */
		await_tail(l, mine, false);
		trial_await_inside();
	}
	store_relaxed(&mine->busy, 1);
	clh_wait(mine, before);
}

static void clh_unlock(void *lock)
{
	struct clh_twin *l = lock;
	struct clh_node *mine = l->mine[cpu_id()];

	l->mine[cpu_id()] = load_relaxed(&mine->before);
	store_release(&mine->busy, 0);			/* [A] */
}

const struct twin spin_twins[] = {
	{ { "no-op", 0, 0, nothing, nothing, NULL, nothing, NULL },
	  TRIAL_TORN },
	{ { "test-then-set", sizeof(struct word), 0, word_init, test_then_set,
	    NULL, word_unlock, NULL }, TRIAL_TORN },
	{ { "early-unlock", sizeof(struct early), 0, early_init, early_lock,
	    NULL, nothing, NULL }, TRIAL_TORN },
	{ { "trylock-overtakes", sizeof(struct line), 0, line_init, line_lock,
	    line_trylock, line_unlock, NULL }, TRIAL_TORN },
	{ { "mcs-no-wait", sizeof(struct mcs_twin), 0, mcs_init, mcs_lock,
	    NULL, mcs_unlock, NULL }, TRIAL_LOST },
	{ { "clh-keeps-node", sizeof(struct clh_twin), 0, clh_init,
	    clh_lock_late, NULL, clh_unlock_and_keep, NULL }, TRIAL_LOST },
	{ { "clh-stale-node", sizeof(struct clh_twin), 0, clh_init,
	    clh_lock_stale, NULL, clh_unlock, NULL },
	  /* who walked in takes a node that is in use: a wait that is lost */
	  TRIAL_TORN | TRIAL_LOST },
};
const unsigned spin_twin_count = ARRAY_LEN(spin_twins);

/* ---- last come, first served: who asked last is on top, and alone may enter */

struct stack {
	struct atomic32 depth, asked, held;
};

static void stack_init(void *lock)
{
	struct stack *l = lock;

	store_relaxed(&l->depth, 0);
	store_relaxed(&l->asked, 0);
	store_relaxed(&l->held, 0);
}

static void stack_lock(void *lock)
{
	struct stack *l = lock;
	uint32_t mine = fetch_add_relaxed(&l->depth, 1);

	fetch_add_relaxed(&l->asked, 1);
	while (load_acquire(&l->depth) != mine + 1 ||
	       xchg_acquire(&l->held, 1))		/* [A] */
		cpu_relax();
	fetch_add_acq_rel(&l->depth, -1);
}

static void stack_unlock(void *lock)
{
	store_release(&((struct stack *)lock)->held, 0);	/* [A] */
}

static uintptr_t stack_last(const void *lock)
{
	return load_relaxed(&((const struct stack *)lock)->asked);
}

const struct lock_ops twin_last_first = {
	"last come, first served", sizeof(struct stack), LOCK_FIFO, stack_init,
	stack_lock, NULL, stack_unlock, stack_last,
};
