/*
 * tests/sync/test_pi_chain.c - who inherits what, in chains that are built link
 * by link, and in ones that happen.
 *
 * Member i of the gang owns lock i and asks for lock i + 1.  The guest, who is
 * urgent, asks for lock 0.
 */
#include "sync/pi_chain.h"

#include "kernel/errno.h"
#include "sync/pi_mutex.h"
#include "sync/self.h"
#include "tests/sync/gang.h"
#include "tests/sync/twins_pi.h"

#define CHAIN	20
#define GUEST	CHAIN
#define LOW	3
#define HIGH	12
#define MIDDLE	8

static struct gang gang;
static struct pi_mutex m[CHAIN + 1];
static const struct pi_mutex_ops *ops;
static struct atomic32 have, guest_may_come, may_ask, over, end;
static struct atomic32 result[CHAIN + 1];	/* of the wait, negated, + 1 */
static uint64_t patience[CHAIN + 1];	/* ns from the asking, or forever */

static void begin(const struct pi_mutex_ops *which)
{
	ops = which;
	for (unsigned i = 0; i <= CHAIN; i++) {
		pi_mutex_init(&m[i]);
		patience[i] = PARK_FOREVER;
		/* relaxed: the gang has not been let go; and so below */
		store_relaxed(&result[i], 0);
	}
	store_relaxed(&have, 0);
	store_relaxed(&guest_may_come, 0);
	store_relaxed(&may_ask, 0);
	store_relaxed(&over, 0);
	store_relaxed(&end, 0);
}

static bool is_set(void *word)
{
	return load_acquire((struct atomic32 *)word);
}

static bool so_many_have(void *n)
{
	return load_acquire(&have) == *(unsigned *)n;
}

static void await(struct atomic32 *word)
{
	(void)!wait_until_holds(is_set, word, UINT32_MAX);
}

/* Asks, gives back what it got, and tells what that was. */
static void ask(struct gang_member *self, unsigned which)
{
	uint64_t wait = patience[self->index];
	int err = ops->lock(&m[which], wait == PARK_FOREVER ? PARK_FOREVER :
						clock_ns() + wait);

	store_release(&result[self->index], 1 - err);
	if (err)
		await(&end);
	else
		ops->unlock(&m[which]);
}

static void be_a_link(struct gang_member *self)
{
	unsigned i = self->index;

	if (i == GUEST) {
		thread_set_priority(thread_self(), HIGH);
		await(&guest_may_come);
		ask(self, 0);
		return;
	}
	thread_set_priority(thread_self(), LOW);
	if (ops->lock(&m[i], PARK_FOREVER))
		return;
	fetch_add_acq_rel(&have, 1);
	await(&may_ask);
	if (i < CHAIN - 1)
		ask(self, i + 1);
	else
		await(&end);
	ops->unlock(&m[i]);
}

static void start(struct test *t, const struct pi_mutex_ops *which)
{
	unsigned all = CHAIN;

	test_breaks_rules(t);	/* a chain of one class */
	begin(which);
	gang_start(&gang, CHAIN + 1, be_a_link, t->seed);
	check(t, wait_until_holds(so_many_have, &all, PATIENT));
}

struct claim {
	unsigned from, to;	/* of the links */
	int prio;
};

static bool true_now(void *arg)
{
	const struct claim *c = arg;

	for (unsigned i = c->from; i < c->to; i++)
		if (thread_priority(gang.member[i].thread) != c->prio)
			return false;
	return true;
}

static bool comes_true(struct test *t, struct claim c, unsigned looks)
{
	if (wait_until_holds(true_now, &c, looks))
		return true;
	test_note(t, "%s: links %u to %u do not all come to run at %d",
		  ops->name, c.from, c.to - 1, c.prio);
	for (unsigned i = 0; i < CHAIN; i++)
		if (!true_now(&(struct claim){ i, i + 1, c.prio })) {
			test_note(t, "link %u runs at %d", i,
				  thread_priority(gang.member[i].thread));
			break;
		}
	return false;
}

static unsigned in_line(struct pi_mutex *l)
{
	uint64_t was = pi_queue_lock(&l->q);
	unsigned n = 0;

	list_for_each(node, &l->q.waiters)
		n++;
	pi_queue_unlock(&l->q, was);
	return n;
}

static bool every_link_waits(void *unused)
{
	(void)unused;
	for (unsigned i = 1; i < CHAIN; i++)
		if (in_line(&m[i]) != 1)
			return false;
	return true;
}

/* All return, with what they had, and nothing is left. */
static bool ends(struct test *t)
{
	bool ok = true;

	store_release(&end, 1);
	store_release(&may_ask, 1);
	store_release(&guest_may_come, 1);
	check(t, gang_wait(&gang, PATIENT));
	for (unsigned i = 0; i <= CHAIN; i++) {
		ok &= check(t, load_acquire(&m[i].owner) == 0);
		ok &= check(t, in_line(&m[i]) == 0);
		ok &= check(t, !m[i].q.owner);
	}
	return ok;
}

/* The chain first, then the guest; or the guest first, then the chain. */
static bool chain_inherits(struct test *t, const struct pi_mutex_ops *which,
			   bool guest_first, unsigned looks)
{
	bool ok;

	start(t, which);
	if (guest_first) {
		store_release(&guest_may_come, 1);
		ok = comes_true(t, (struct claim){ 0, 1, HIGH }, looks);
		ok = ok && comes_true(t, (struct claim){ 1, CHAIN, LOW },
				      looks);
		store_release(&may_ask, 1);
	} else {
		store_release(&may_ask, 1);
		check(t, wait_until_holds(every_link_waits, NULL, PATIENT));
		ok = comes_true(t, (struct claim){ 0, CHAIN, LOW }, looks);
		store_release(&guest_may_come, 1);
	}
	ok = ok && comes_true(t, (struct claim){ 0, CHAIN, HIGH }, looks);
	store_release(&end, 1);
	ends(t);
	return ok;
}

TEST("sync/pi_chain", test_a_chain_of_20_inherits)
{
	check(t, chain_inherits(t, &pi_mutex_ops, false, PATIENT));
	check(t, chain_inherits(t, &pi_mutex_ops, true, PATIENT));
}

TEST("sync/pi_chain", test_pi_mutex_that_boosts_nobody_is_caught)
{
	check(t, !chain_inherits(t, &pi_mutex_that_boosts_nobody, false,
				 IMPATIENT));
}

TEST("sync/pi_chain", test_pi_mutex_that_boosts_one_is_caught)
{
	check(t, !chain_inherits(t, &pi_mutex_that_boosts_one, false,
				 IMPATIENT));
}

/* ------------------------------------------------------------- how it ends */

/* who gives up after a while: the guest, or a link; it was seen to count. */
static bool time_out_undoes(struct test *t, const struct pi_mutex_ops *which,
			    unsigned who, unsigned looks)
{
	unsigned from = who == GUEST ? 0 : who + 1;
	uint64_t wait = 20 * MS;
	bool ok, seen;

	/* until this machine is quick enough to see it before it gives up */
	do {
		start(t, which);
		patience[who] = wait;
		store_release(&may_ask, 1);
		store_release(&guest_may_come, 1);
		seen = wait_until_holds(true_now, &(struct claim){
			from, CHAIN, HIGH }, 40);
		check(t, wait_until_holds(is_set, &result[who], PATIENT));
		check(t, load_acquire(&result[who]) == 1 + ETIMEDOUT);
		ok = comes_true(t, (struct claim){ from, CHAIN, LOW }, looks);
		if (who != GUEST)
			ok = ok && comes_true(t, (struct claim){ 0, from, HIGH },
					      looks);
		if (in_line(&m[who == GUEST ? 0 : who + 1])) {
			test_note(t, "%s: gave up, and is still in line",
				  ops->name);
			ok = false;
			pi_ghosts_bury(&m[who == GUEST ? 0 : who + 1]);
		}
		ends(t);
		wait *= 2;
	} while (!seen);
	return ok;
}

TEST("sync/pi_chain", test_a_time_out_takes_the_boost_back)
{
	check(t, time_out_undoes(t, &pi_mutex_ops, GUEST, PATIENT));
	check(t, time_out_undoes(t, &pi_mutex_ops, CHAIN / 2, PATIENT));
	check(t, time_out_undoes(t, &pi_mutex_ops, CHAIN - 2, PATIENT));
}

TEST("sync/pi_chain", test_pi_mutex_that_keeps_the_boost_is_caught)
{
	check(t, !time_out_undoes(t, &pi_mutex_that_keeps_the_boost, GUEST,
				  IMPATIENT));
}

TEST("sync/pi_chain", test_pi_mutex_that_leaves_a_ghost_is_caught)
{
	check(t, !time_out_undoes(t, &pi_mutex_that_leaves_a_ghost, GUEST,
				  IMPATIENT));
}

TEST("sync/pi_chain", test_a_change_of_priority_goes_all_the_way)
{
	static const int prios[] = { MIDDLE, HIGH, LOW - 1, HIGH, LOW + 1 };

	start(t, &pi_mutex_ops);
	store_release(&guest_may_come, 1);
	store_release(&may_ask, 1);
	check(t, comes_true(t, (struct claim){ 0, CHAIN, HIGH }, PATIENT));
	for (unsigned i = 0; i < ARRAY_LEN(prios); i++) {
		int prio = prios[i] > LOW ? prios[i] : LOW;

		thread_set_priority(gang.member[GUEST].thread, prios[i]);
		/* no looks: it is done when the call returns */
		check(t, true_now(&(struct claim){ 0, CHAIN, prio }));
	}
	/* a link's own counts for those behind it, and as long as it lasts */
	thread_set_priority(gang.member[4].thread, MIDDLE);
	check(t, true_now(&(struct claim){ 0, 4, LOW + 1 }));
	check(t, true_now(&(struct claim){ 4, CHAIN, MIDDLE }));
	thread_set_priority(gang.member[4].thread, LOW);
	check(t, true_now(&(struct claim){ 0, CHAIN, LOW + 1 }));
	ends(t);
}

/* Each unlock, from the far end on, frees one link of its boost. */
TEST("sync/pi_chain", test_unlocks_take_the_boost_back)
{
	start(t, &pi_mutex_ops);
	store_release(&guest_may_come, 1);
	store_release(&may_ask, 1);
	check(t, comes_true(t, (struct claim){ 0, CHAIN, HIGH }, PATIENT));
	check(t, ends(t));
	for (unsigned i = 0; i <= GUEST; i++)
		check(t, i == CHAIN - 1 || load_acquire(&result[i]) == 1);
}

/* ------------------------------------------------------------------ cycles */

#define RING	17

/* Member i owns lock i; the last one, when all others wait, closes the ring. */
static void be_in_a_ring(struct gang_member *self)
{
	unsigned i = self->index;
	int err;

	thread_set_priority(thread_self(), LOW + i % 3);
	if (ops->lock(&m[i], PARK_FOREVER))
		return;
	fetch_add_acq_rel(&have, 1);
	await(i == RING - 1 ? &end : &may_ask);
	err = ops->lock(&m[(i + 1) % RING], i == RING - 1 ?
			clock_ns() + 20 * MS : PARK_FOREVER);
	store_release(&result[i], 1 - err);
	if (!err)
		ops->unlock(&m[(i + 1) % RING]);
	ops->unlock(&m[i]);
}

static bool ring_waits(void *unused)
{
	(void)unused;
	for (unsigned i = 1; i < RING; i++)
		if (in_line(&m[i]) != 1)
			return false;
	return true;
}

static bool sees_the_cycle(struct test *t, const struct pi_mutex_ops *which)
{
	unsigned all = RING, told = 0;

	begin(which);
	gang_start(&gang, RING, be_in_a_ring, t->seed);
	check(t, wait_until_holds(so_many_have, &all, PATIENT));
	store_release(&may_ask, 1);
	check(t, wait_until_holds(ring_waits, NULL, PATIENT));
	store_release(&end, 1);
	check(t, gang_wait(&gang, PATIENT));
	/* one that was on its way around the ring may be first to see it */
	for (unsigned i = 0; i < RING; i++) {
		if (load_acquire(&result[i]) == 1 + EDEADLK)
			told++;
		else
			check(t, i == RING - 1 ||
			      load_acquire(&result[i]) == 1);
		check(t, load_acquire(&m[i].owner) == 0);
	}
	if (!told)
		test_note(t, "%s: in a ring of %u nobody is told", ops->name,
			  RING);
	return told;
}

TEST("sync/pi_chain", test_who_closes_a_ring_of_17_is_told)
{
	test_breaks_rules(t);
	check(t, sees_the_cycle(t, &pi_mutex_ops));
}

TEST("sync/pi_chain", test_pi_mutex_that_sees_no_cycle_is_caught)
{
	check(t, !sees_the_cycle(t, &pi_mutex_that_sees_no_cycle));
}

TEST("sync/pi_chain", test_nobody_waits_for_itself)
{
	int prio = thread_priority(thread_self());

	test_breaks_rules(t);
	begin(&pi_mutex_ops);
	check(t, !pi_mutex_lock(&m[0]));
	check(t, pi_mutex_lock(&m[0]) == -EDEADLK);
	check(t, !pi_mutex_trylock(&m[0]));
	check(t, in_line(&m[0]) == 0);
	check(t, thread_priority(thread_self()) == prio);
	pi_mutex_unlock(&m[0]);
	check(t, load_acquire(&m[0].owner) == 0);
}
