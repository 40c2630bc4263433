/*
 * tests/checker/programs/rcu.c - a writer waits for a grace period, asleep at
 * the gate if need be; a reader's CPU switches between two looks and then
 * becomes idle.
 * Told "expedited": the writer is in a hurry, and the reader's CPU switches only
 * when it is asked to.
 *
 * Nobody has callbacks or looks for stalls.
 */
#include "sync/rcu.h"

#include "kernel/event.h"
#include "kernel/mem.h"
#include "sync/rcu_callbacks.h"
#include "sync/rcu_expedited.h"
#include "sync/rcu_stall.h"
#include "sync/rcu_state.h"

#include "tests/checker/checker.h"

static struct atomic_ptr shared;
static struct atomic32 asked;
static bool hurries;

/* An interrupt: who is asked sees what who asks did before. */
void rcu_ask(unsigned cpu)
{
	assert(cpu < 2);
	if (cpu == 1)
		store_release(&asked, 1);
}

void rcu_callbacks_init_cpu(void)
{
}

void rcu_callbacks_want(uint64_t cookie)
{
	(void)cookie;
}

void rcu_stall_check(void)
{
}

uint64_t rcu_stall_count(void)
{
	return 0;
}

void event(uint16_t kind, uint64_t a, uint64_t b)
{
	(void)kind;
	(void)a;
	(void)b;
}

static void replace(void *unused)
{
	unsigned *old = rcu_dereference(&shared);
	static unsigned now = 2;

	(void)unused;
	rcu_assign_pointer(&shared, &now);
	if (hurries)
		synchronize_rcu_expedited();
	else
		synchronize_rcu();
	*old = 0;
	mem_free(old);
}

static void look(void)
{
	rcu_read_lock();
	assert(*(unsigned *)rcu_dereference(&shared));
	rcu_read_unlock();
}

static void look_twice(void *unused)
{
	(void)unused;
	look();
	while (hurries && !load_acquire(&asked))
		cpu_relax();
	rcu_note_switch();
	look();
	if (!hurries)
		rcu_idle_enter();
}

void check_setup(void)
{
	unsigned *first = mem_alloc(sizeof(*first));

	*first = 1;
	hurries = check_argument()[0];
	store_relaxed(&shared, first);	/* relaxed: nobody runs yet */
	rcu_init();
	rcu_watch(false);
	rcu_tree_online(&rcu_tree, 0);
	rcu_tree_online(&rcu_tree, 1);
	check_thread("writer", replace, NULL);
	check_thread("reader", look_twice, NULL);
}
