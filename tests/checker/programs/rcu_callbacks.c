/*
 * tests/checker/programs/rcu_callbacks.c - an updater replaces what a reader
 * looks at, leaves the old one to a callback, and waits at the barrier; the
 * thread of its CPU calls, and serves for ever.
 * Told "twice": two are replaced, one after the other, and nobody waits.
 * Told "driven": the same, and a grace period of the updater's in between.
 * Told "apart": the keeper has a CPU of its own, and creates the thread that
 * calls when the updater asks for it; and nobody waits.
 * Told "early": one CPU starts it all, while another comes and queues; nobody
 * reads.
 * Told "polls": no callback; the updater has a grace period come, and polls.
 */
#include "sync/rcu_callbacks.h"

#include "sync/rcu.h"
#include "sync/rcu_state.h"

#include "tests/checker/abstract/rcu.h"
#include "tests/checker/programs/rcu_things.h"

static char told;

static struct thing *replace(unsigned value)
{
	struct thing *old = rcu_dereference(&shared);

	rcu_assign_pointer(&shared, make(value));
	return old;
}

static void replace_and_wait(void *unused)
{
	(void)unused;
	call_rcu(&replace(2)->head, throw_away);
	rcu_barrier();
	assert(thrown == 1);
}

static void replace_elsewhere(void *unused)
{
	(void)unused;
	rcu_callbacks_init_cpu();
	call_rcu(&replace(2)->head, throw_away);
}

static void start(void *unused)
{
	(void)unused;
	rcu_callbacks_init_cpu();
	rcu_callbacks_start();
}

static void replace_twice(void *unused)
{
	(void)unused;
	call_rcu(&replace(2)->head, throw_away);
	if (told == 'd')
		rcu_wait_for(get_state_synchronize_rcu(), false);
	call_rcu(&replace(3)->head, throw_away);
}

static void replace_and_poll(void *unused)
{
	struct thing *old = replace(2);
	uint64_t cookie = get_state_synchronize_rcu();

	(void)unused;
	rcu_callbacks_want(cookie);
	while (!poll_state_synchronize_rcu(cookie))
		cpu_relax();
	throw_away(&old->head);
}

static void look(void *unused)
{
	(void)unused;
	abstract_read_lock();
	assert(((struct thing *)rcu_dereference(&shared))->value);
	abstract_read_unlock();
}

static void none_is_left(void)
{
	assert(thrown == (told == 't' || told == 'd' ? 2 : 1));
}

static void set_up_early(void)
{
	check_thread("starter", start, NULL);
	check_thread("updater", replace_elsewhere, NULL);
	check_spare("keeper");
	check_spare("server");
}

/* The row is that of the CPU whose thread is named first. */
void check_setup(void)
{
	told = check_argument()[0];
	store_relaxed(&shared, make(1));	/* relaxed: nobody runs yet */
	check_finally(none_is_left);
	if (told == 'e') {
		set_up_early();
		return;
	}
	if (told == 'a')
		check_spare("keeper");
	check_thread("updater", told == 'a' ? replace_elsewhere :
		     told == 'p' ? replace_and_poll :
		     told ? replace_twice : replace_and_wait, NULL);
	check_thread("reader", look, NULL);
	check_spare(told == 'a' ? "server" : "keeper");
	rcu_callbacks_init_cpu();
	rcu_callbacks_start();
}
