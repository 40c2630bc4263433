/*
 * kernel/shell/demo_wait.c - sleeping until something is so.
 *
 * Ordering    [A] the command's store of closed -> the sleepers' load.
 *             [B] the command's fetch_add of tokens -> the taker's load.
 */
#include "arch/clock.h"
#include "kernel/console.h"
#include "kernel/shell/demo.h"
#include "kernel/shell/demo_crew.h"
#include "kernel/shell/shell.h"
#include "sched/thread.h"
#include "sync/completion.h"
#include "sync/semaphore.h"
#include "sync/waitq.h"

#define US		1000UL
#define MS		1000000UL
#define TOKENS		20
#define PATIENCE	100	/* ms for all to fall asleep */
#define UNITS		3

static struct waitq queue = WAITQ_INIT(queue);
static struct atomic32 tokens, closed;
static bool exclusive;

/* Takes a token, if there is one. */
static bool take(void *arg)
{
	uint32_t n = load_acquire(&tokens);	/* [B] */

	(void)arg;
	if (load_acquire(&closed))		/* [A] */
		return true;
	while (n)	/* ended by a token, or by the last one's going */
		/* relaxed: tokens are all alike */
		if (cas_relaxed(&tokens, &n, n - 1))
			return true;
	return false;
}

static void take_tokens(unsigned member)
{
	struct demo_tally *t = &demo_tally[member];
	uint64_t from = thread_self()->switches;

	while (!load_acquire(&closed))		/* [A] */
		t->done += waitq_ops.wait(&queue, take, NULL, PARK_FOREVER,
					  exclusive);
	t->other = thread_self()->switches - from;
}

/* Until n are queued and no token is left, or our patience is. */
static void wait_until_asleep(unsigned n)
{
	for (unsigned i = 0; i < PATIENCE && !shell_stopped(); i++) {
		/* relaxed: a look now and then */
		if (waitq_count(&queue) == n && !load_relaxed(&tokens))
			return;
		thread_sleep(clock_ns() + MS);
	}
}

static void show_queue(const char *how, bool one)
{
	struct demo_sum sum;
	unsigned n;

	exclusive = one;
	store_relaxed(&tokens, 0);	/* relaxed: before the threads exist */
	store_relaxed(&closed, 0);	/* relaxed: as above */
	n = demo_crew_start(take_tokens, 0);
	if (!n)
		return;
	wait_until_asleep(n);
	for (unsigned i = 0; i < TOKENS && !shell_stopped(); i++) {
		fetch_add_release(&tokens, 1);		/* [B] */
		waitq_ops.wake_one(&queue);
		wait_until_asleep(n);
	}
	store_release(&closed, 1);			/* [A] */
	waitq_ops.wake_all(&queue);
	demo_crew_join();
	sum = demo_sum();
	console_printf("  %-28s %9u %9u %9lu\n", how, n, TOKENS,
		       sum.all.other);
}

void demo_waitq(void)
{
	console_printf("Each CPU has a thread that sleeps until it gets a "
		       "token; we hand out %u.\n", TOKENS);
	console_printf("  %-28s %9s %9s %9s\n", "", "sleepers", "tokens",
		       "switches");
	show_queue("shared: a wake-up wakes all", false);
	show_queue("exclusive: it wakes one", true);
	console_printf("switches: how often a sleeper was switched to, the "
		       "last wake-up of all\n"
		       "included.  In the first row all of them run for each "
		       "token, and all but one\n"
		       "in vain.\n");
}

static struct completion gate, finished;

static void work_a_while(unsigned member)
{
	completion_ops.wait(&gate, PARK_FOREVER);
	thread_sleep(clock_ns() + (member + 1) * MS);
	demo_tally[member].most = clock_ns();
	completion_ops.complete(&finished);
}

void demo_completion(void)
{
	uint64_t from;
	unsigned n;

	completion_init(&gate);
	completion_init(&finished);
	n = demo_crew_start(work_a_while, 0);
	if (!n)
		return;
	console_printf("%u threads wait at a gate; one complete_all() opens "
		       "it.\n", n);
	from = clock_ns();
	completion_ops.complete_all(&gate);
	for (unsigned i = 0; i < n; i++) {
		completion_ops.wait(&finished, PARK_FOREVER);
		console_printf("  %u of %u have finished, after %lu us\n",
			       i + 1, n, (clock_ns() - from) / US);
	}
	demo_crew_join();
	console_printf("The last of them did so after %lu us: each complete() "
		       "let one wait through,\n"
		       "and none of them was lost.\n",
		       (demo_sum().all.most - from) / US);
}

static struct semaphore semaphore;
static struct atomic32 inside;

static void go_through(unsigned member)
{
	struct demo_tally *t = &demo_tally[member];

	while (demo_on()) {
		uint32_t n;

		sem_ops.down(&semaphore);
		/* relaxed: a count that one word orders */
		n = fetch_add_relaxed(&inside, 1) + 1;
		thread_sleep(clock_ns() + 200 * US);
		fetch_add_relaxed(&inside, -1u);	/* relaxed: as above */
		sem_ops.up(&semaphore);
		if (n > t->most)
			t->most = n;
		t->done++;
	}
}

void demo_semaphore(void)
{
	console_printf("Each CPU goes in, sleeps for 200 us, and comes out; "
		       "150 ms a row.\n");
	console_printf("  %-12s %9s %9s\n", "units", "entries", "at once");
	for (unsigned units = 1; units <= UNITS; units++) {
		struct demo_sum sum;

		sem_init(&semaphore, units);
		if (!demo_crew(go_through, 150))
			return;
		sum = demo_sum();
		console_printf("  %-12u %9lu %9lu\n", units, sum.all.done,
			       sum.all.most);
	}
	console_printf("at once: the most that were inside together: never "
		       "more than there are units.\n"
		       "Entries grow with the units, since all that is done "
		       "inside is to sleep.\n");
}
