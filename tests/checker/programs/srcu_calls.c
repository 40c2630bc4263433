/*
 * tests/checker/programs/srcu_calls.c - an updater replaces what a reader looks
 * at twice, and leaves the old ones to callbacks; the domain's thread calls,
 * and serves for ever.
 * Told "end": one is replaced, and then the thread has to end.
 * Told "barrier": nobody reads; two callbacks, and a barrier behind them.
 */
#include "sync/srcu_calls.h"

#include "tests/checker/programs/rcu_things.h"

static struct srcu_calls calls;
static bool ends;

static void replace(void *unused)
{
	(void)unused;
	for (unsigned i = 1; i <= (ends ? 1 : 2); i++) {
		struct thing *old = xchg_acq_rel(&shared, make(i + 1));

		call_srcu(&calls, &old->head, throw_away);
	}
	if (!ends)
		return;
	srcu_calls_end(&calls);
	assert(thrown == 1);
}

static void look(void *unused)
{
	unsigned index = srcu_read_lock(&calls.domain);

	(void)unused;
	assert(((struct thing *)load_acquire(&shared))->value);
	srcu_read_unlock(&calls.domain, index);
}

static void queue_two(void *unused)
{
	(void)unused;
	for (unsigned i = 1; i <= 2; i++)
		call_srcu(&calls, &make(i)->head, throw_away);
	srcu_barrier(&calls);
	assert(thrown == 2);
}

static void none_is_left(void)
{
	assert(thrown == (ends ? 1 : 2));
}

void check_setup(void)
{
	char told = check_argument()[0];

	ends = told == 'e';
	check_polls();
	store_relaxed(&shared, make(1));	/* relaxed: nobody runs yet */
	check_thread("updater", told == 'b' ? queue_two : replace, NULL);
	if (told != 'b')
		check_thread("reader", look, NULL);
	if (!ends)
		check_spare("server");
	assert(srcu_calls_init(&calls) == 0);
	check_finally(none_is_left);
}
