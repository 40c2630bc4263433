/*
 * tests/sync/test_completion.c - each line of sync/completion.h's Guarantees,
 * for the completion and against its broken twins.
 */
#include "sync/completion.h"

#include "arch/cpu.h"
#include "tests/sync/gang.h"
#include "tests/sync/twins.h"

#define WAITERS		GANG_MAX
#define PAIRS		6
#define ROUNDS		20
#define POISON		0x6b6b6b6bu

static struct gang gang;
static struct completion c;
static const struct completion_ops *ops;
static struct atomic32 passed;
static struct atomic32 order[GANG_MAX], places;

static void begin(const struct completion_ops *which)
{
	ops = which;
	completion_init(&c);
	/* relaxed: the gang has not been let go */
	store_relaxed(&places, 0);
	store_relaxed(&passed, 0);
}

TEST("sync/completion", test_completion_counts_deeds)
{
	begin(&completion_ops);
	check(t, !try_wait_for_completion(&c));
	check(t, !wait_for_completion_timeout(&c, clock_ns() + MS));
	check(t, waitq_count(&c.q) == 0);
	complete(&c);
	complete(&c);
	wait_for_completion(&c);
	check(t, try_wait_for_completion(&c));
	check(t, !try_wait_for_completion(&c));
	complete_all(&c);
	for (unsigned i = 0; i < 3; i++)
		wait_for_completion(&c);
	/* not just for 2^32 of them */
	check(t, c.done == UINT32_MAX);
	complete(&c);
	check(t, try_wait_for_completion(&c));
	check(t, try_wait_for_completion(&c));
	completion_init(&c);
	check(t, !try_wait_for_completion(&c));
}

/* ------------------------------------------------------------- one, and all */

static bool queued(void *n)
{
	return waitq_count(&c.q) == *(unsigned *)n;
}

static bool have_passed(void *n)
{
	return load_acquire(&passed) == *(unsigned *)n;
}

static void wait_in_turn(struct gang_member *m)
{
	gang_await_turn(m);
	(void)!ops->wait(&c, PARK_FOREVER);
	store_release(&order[fetch_add_acq_rel(&places, 1)], m->index);
	fetch_add_acq_rel(&passed, 1);
}

static void queue_up(struct test *t, const struct completion_ops *which)
{
	begin(which);
	gang_start(&gang, WAITERS, wait_in_turn, t->seed);
	for (unsigned i = 0, n = 1; i < WAITERS; i++, n++) {
		gang_admit(&gang, i);
		check(t, wait_until_holds(queued, &n, PATIENT));
	}
}

static bool lets_one_through(struct test *t, const struct completion_ops *which)
{
	bool ok = true;

	queue_up(t, which);
	for (unsigned i = 0, n = 1; ok && i < WAITERS; i++, n++) {
		ops->complete(&c);
		ok = waitq_count(&c.q) == WAITERS - n;
		if (!ok)
			test_note(t, "%s: %u wait after complete %u of %u",
				  ops->name, waitq_count(&c.q), n, WAITERS);
		else
			check(t, wait_until_holds(have_passed, &n, PATIENT) &&
			      load_acquire(&order[i]) == i);
	}
	complete_all(&c);
	check(t, gang_wait(&gang, PATIENT));
	return ok;
}

TEST("sync/completion", test_completion_lets_one_through_in_order)
{
	check(t, lets_one_through(t, &completion_ops));
}

TEST("sync/completion", test_completion_that_lets_all_through_is_caught)
{
	check(t, !lets_one_through(t, &completion_that_lets_all_through));
}

static bool lets_all_through(struct test *t, const struct completion_ops *which)
{
	unsigned left;

	queue_up(t, which);
	ops->complete_all(&c);
	left = waitq_count(&c.q);
	if (left)
		test_note(t, "%s: %u wait after complete_all", ops->name, left);
	complete_all(&c);
	check(t, gang_wait(&gang, PATIENT));
	return !left;
}

TEST("sync/completion", test_completion_all_lets_everybody_through)
{
	check(t, lets_all_through(t, &completion_ops));
}

TEST("sync/completion", test_completion_that_lets_one_through_is_caught)
{
	check(t, !lets_all_through(t, &completion_that_lets_one_through));
}

/* ------------------------------------------------------------ on the stack */

/*
 * The requester's deed is asked for in a mailbox; it is a completion on its
 * stack, and as soon as the wait returns the memory means something else.
 */
struct request {
	struct completion done;
	uint32_t answer;
};

static struct { struct atomic_ptr request; } box[PAIRS];
static struct atomic32 scribbled, unanswered;
static struct atomic32 requesters;

/* Is the memory still what its owner made of it? */
static bool still_poison(const uint32_t *words, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (words[i] != POISON)
			return false;
	return true;
}

static void request(struct gang_member *m, unsigned pair)
{
	union {
		struct request request;
		uint32_t words[sizeof(struct request) / 4];
	} u;

	completion_init(&u.request.done);
	u.request.answer = 0;
	store_release(&box[pair].request, &u.request);
	gang_chaos(m);
	if (gang_random(m) % 2)
		(void)!ops->wait(&u.request.done, PARK_FOREVER);
	else
		for (unsigned k = 0;
		     !ops->wait(&u.request.done, gang_deadline(m, k));
		     k++)
			gang_step(m);
	if (u.request.answer != 1)
		store_release(&unanswered, 1);
	for (unsigned i = 0; i < ARRAY_LEN(u.words); i++)
		u.words[i] = POISON;
	compiler_barrier();
	cpu_delay(gang_random(m) % 100);
	if (!still_poison(u.words, ARRAY_LEN(u.words)))
		store_release(&scribbled, 1);
}

static void answer(unsigned pair)
{
	struct request *r = xchg_acq_rel(&box[pair].request, NULL);

	if (!r)
		return;
	r->answer = 1;
	ops->complete(&r->done);
}

static void ask_or_answer(struct gang_member *m)
{
	unsigned pair = m->index % PAIRS;

	if (m->index < PAIRS) {
		for (unsigned i = 0; i < ROUNDS; i++) {
			request(m, pair);
			gang_step(m);
		}
		fetch_add_acq_rel(&requesters, -1);
		return;
	}
	/* ended by the last requester */
	while (load_acquire(&requesters)) {
		answer(pair);
		sleep_until(clock_ns() + gang_random(m) % (20 * US));
	}
}

TEST("sync/completion", test_completion_may_lie_on_the_waiters_stack)
{
	begin(&completion_ops);
	test_note(t, "seed 0x%lx", t->seed);
	store_release(&scribbled, 0);
	store_release(&unanswered, 0);
	store_release(&requesters, PAIRS);
	gang_start(&gang, 2 * PAIRS, ask_or_answer, t->seed);
	check(t, gang_wait(&gang, PATIENT));
	check(t, !load_acquire(&scribbled));
	check(t, !load_acquire(&unanswered));
}

/* ----------------------------------------------------------------- torture */

static struct atomic32 deeds;

static void do_it(void)
{
	fetch_add_acq_rel(&deeds, 1);
	ops->complete(&c);
}

/* Does something before it waits: if all sleep, a deed was lost. */
static void deed_then_wait(struct gang_member *m)
{
	for (unsigned i = 0; i < ROUNDS && !gang_stopped(m); i++) {
		if (gang_random(m) % 2)
			gang_interrupt(m, do_it);
		else
			do_it();
		if (!ops->wait(&c, gang_deadline(m, 0)))
			(void)!ops->wait(&c, PARK_FOREVER);
		/* no more waits than deeds */
		if ((int32_t)fetch_add_acq_rel(&deeds, -1) <= 0)
			store_release(&unanswered, 1);
		gang_chaos(m);
		gang_step(m);
	}
}

static bool loses_no_deed(struct test *t, const struct completion_ops *which,
			  unsigned patience)
{
	bool ok;

	begin(which);
	test_note(t, "seed 0x%lx", t->seed);
	store_release(&deeds, 0);
	store_release(&unanswered, 0);
	gang_start(&gang, 2 * PAIRS, deed_then_wait, t->seed);
	/* ended by their end, or by a sleeper whose deed is done */
	do {
		ok = gang_wait(&gang, patience);
	} while (!ok && (!waitq_count(&c.q) || !load_acquire(&deeds)));
	if (!ok) {
		test_note(t, "%s: %u asleep, %d deeds that nobody was told of",
			  ops->name, waitq_count(&c.q),
			  (int)load_acquire(&deeds));
		gang_stop(&gang);
		do
			complete_all(&c);
		while (!gang_wait(&gang, 5));
	}
	if (ok && load_acquire(&unanswered))
		test_note(t, "%s: more were let through than deeds done",
			  ops->name);
	return ok && !load_acquire(&unanswered) && !ops->try_wait(&c);
}

TEST("sync/completion", test_completion_loses_no_deed)
{
	check(t, loses_no_deed(t, &completion_ops, PATIENT));
}

TEST("sync/completion", test_completion_that_forgets_is_caught)
{
	check(t, !loses_no_deed(t, &completion_that_forgets, IMPATIENT));
}

/* The token of an earlier life is not a deed. */
static bool knows_its_deeds(const struct completion_ops *which)
{
	bool done;

	begin(which);
	unpark(thread_self());
	done = ops->wait(&c, clock_ns() + 2 * MS);
	completion_init(&c);
	return !done;
}

TEST("sync/completion", test_completion_is_not_fooled_by_a_stray_token)
{
	check(t, knows_its_deeds(&completion_ops));
}

TEST("sync/completion", test_completion_that_does_not_look_again_is_caught)
{
	check(t, !knows_its_deeds(&completion_that_does_not_look_again));
}
